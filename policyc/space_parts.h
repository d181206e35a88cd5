/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * space_parts.h - the parts of a request, for space.c alone
 */
#ifndef POLICYC_SPACE_PARTS_H
#define POLICYC_SPACE_PARTS_H

#include "asked.h"
#include "borders.h"
#include "intern.h"
#include "space.h"
#include "words.h"

#define SPACE_MAX_PARTS 20
#define SPACE_MAX_LPM 4

/* Which tables a program feeds with what. */
struct space_feeds {
	u32 text[BVM_RUN_STRINGS]; /* DFA by handle - 1; U32_MAX: none */
	u32 argv; /* or U32_MAX */
};

/* A value of a part: a point of which only the part's fields count. */
struct space_setting {
	struct space_point point;
	u64 preds[SPACE_MAX_IMAGES]; /* that hold of this part */
};

struct space_part {
	u64 fields; /* of the class; bit 63: argv */
	struct space_setting *settings;
	u32 num;
	u64 mask[SPACE_MAX_IMAGES]; /* predicates that the part decides */
};

#define SPACE_ARGV (1ull << 63)

struct space {
	struct arena *arena;
	const struct space_query *query;
	const struct bvm_class_info *info;
	struct space_point base;
	bvm_atomic *slots;
	struct space_feeds feeds[SPACE_MAX_IMAGES];
	struct borders borders; /* of all images */
	struct words paths; /* of objects; for mounts: of targets */
	struct space_part parts[SPACE_MAX_PARTS];
	u32 num_parts;
	bool binds; /* there are mounts, in place of two parts */
	struct space_mount *mounts; /* space_mounts.h */
	u32 num_mounts;
	u64 mount_mask[SPACE_MAX_IMAGES]; /* predicates that they decide */
	u32 op; /* parts are found with this one */
	u64 settled; /* fields that no part has: all values are alike */
	bool empty; /* some part has no value: there is no request at all */
	int err;
};

/* What the program of image i asks of decide at a point. */
struct asked space_ask(const struct space *s, u32 image,
		       const struct space_point *point);

/* Copy the fields of a part from one point to another. */
void space_apply(const struct space *s, u64 fields, struct space_point *to,
		 const struct space_point *from);

/* Fill parts and paths; s->err says what failed. */
void space_find_parts(struct space *s);

/* Can the kernel ask this, as far as the fields go? */
bool space_is_possible(u64 fields, const struct space_point *point);

#endif /* POLICYC_SPACE_PARTS_H */
