/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * widens.h - what another name would give to an object, in words
 *
 * Whether it gives anything is vm/rights.c's answer alone.
 */
#ifndef POLICYC_WIDENS_H
#define POLICYC_WIDENS_H

#include "buf.h"
#include "input.h"
#include "judge.h"

/* BVM_RIGHT_*, no right in two of them. */
struct widening {
	u64 lacks; /* the old name has these never */
	u64 conditional; /* ... only under conditions */
	u64 below; /* not of the name: of something below it */
};

/* The state of RIGHTS, which the image has, for a name or what is below it. */
u32 widens_state(const struct bvm_image *img, const char *path, bool below);

/* What may be done below it, as vm/rights.c has it; of a state in a tail, too. */
struct bvm_rights widens_closure(const struct bvm_image *img, u32 state);

struct widening widens_find(const struct bvm_image *img, const char *from,
			    const char *to, bool is_tree);

/* That of a request which is denied because it widens. */
struct widening widens_judged(const struct bvm_image *img,
			      const struct judgement *judgement);

/* A line for each part that there is, `before` in front of it. */
void widens_show(struct buf *buf, const struct widening *w, const char *from,
		 const char *to, const char *before);

/* {"lacks":"read","conditional":"","below":""} */
void widens_put_json(struct buf *buf, const struct widening *w);

/*
 * Rules of a policy that have their say in it: allow: those by which something
 * under the new name, or below it, has the rights; else those that deny them to
 * the old one. Return: how many; rules has room for all, as indexes.
 */
u32 widens_rules(struct arena *arena, const struct input *input,
		 const struct widening *w, const char *path, bool allow,
		 u32 *rules);

/*
 * Audit rules that match the one name and not the other, where these alone tell
 * the rules of the two apart. Return: how many; rules has room for all.
 */
u32 widens_audits(struct arena *arena, const struct input *input,
		  const char *from, const char *to, u32 *rules);

#endif /* POLICYC_WIDENS_H */
