/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * space.h - all that one class's programs can be asked, as a few requests
 *
 * A program looks at a request in parts: the path, the caller's uid, type and
 * protocol, the addresses, ... Each part has finitely many answers: a row of an
 * automaton, a side of every number that is compared with, a prefix. From each
 * set of values that have the same answer, one represents all. The programs of
 * one image or of two are asked together, so a part is cut by both.
 *
 *	path		uid		to, port, ...
 *	/etc/a		0		10.0.0.0
 *	/srv/a	    x	33	    x	192.0.2.1	  = points, each one run by
 *	...		1		...		    bvm_run_class
 *
 * Nothing is taken from the compiler: tables and instructions are read from the
 * image. That the parts do not depend on each other is checked, not believed:
 * what the program decides at a point is held against what its parts said, and
 * an image for which that fails is refused (-EOPNOTSUPP).
 *
 * Where the combinations are too many, a walk for something (sought) does not
 * take all of them (differ.h): for each operation and kind of object some point
 * comes, and one for each pair of verdicts that is sought.
 *
 * Only requests that the kernel can make are points: see space_parts.c. Rates
 * are taken at full buckets. What mounts may not widen, which the kernel reads
 * from RIGHTS, is looked at if that is asked for; what rename and link may not,
 * never: diff_rights.h.
 */
#ifndef POLICYC_SPACE_H
#define POLICYC_SPACE_H

#include "fsm.h"
#include "request.h"
#include "vm/exec.h"

#define SPACE_MAX_IMAGES 2
#define SPACE_MAX_POINTS (1u << 20) /* of one walk */
#define SPACE_MAX_PAIRS (1u << 17) /* of one operation and kind of object */

/* Two names of one request. */
struct space_pair {
	const char *from, *to;
};

/* A request in full. */
struct space_point {
	u32 class;
	u32 op;
	union bvm_ctx ctx; /* with op and handles */
	const char *texts[BVM_RUN_STRINGS]; /* by handle - 1; NULL: none */
	const char *argv; /* exec: as in struct bvm_run */
	u32 argv_len;
	const struct space_pair *pair; /* of query->pairs, or NULL */
	/* mounts, with rights: rules allow it, but not what it would widen */
	bool widens[SPACE_MAX_IMAGES];
};

/* A number that may be from what the request gives to here. */
struct space_range {
	u32 field; /* index of bvm_classes[].fields */
	u32 last;
};

#define SPACE_MAX_RANGES 5 /* uid, gid, host-uid, port, peer-port */

/* To what requests a walk is limited; zeroes are no limit. */
struct space_set {
	const struct request *request; /* what it gives; or NULL */
	const struct fsm *
		paths; /* accepts the paths; paths of request are not looked at */
	bool any_args; /* whatever argv of request is */
	/* bits in which an address agrees with the one that request gives */
	u32 remote_len, local_len;
	bool has_prefix; /* the two lengths count; 128: that address */
	struct space_range ranges[SPACE_MAX_RANGES];
	u32 num_ranges;
};

/* What is looked for, where not all can be met. */
enum space_sought {
	SPACE_ALL,
	SPACE_DIFFERENT, /* one of the two images denies, never_denies aside */
	SPACE_DENIED, /* the one image does */
	SPACE_ALLOWED,
};

struct space_query {
	const struct bvm_image *images[SPACE_MAX_IMAGES];
	u32 num_images; /* 1 or 2 */
	u32 class;
	u64 ops; /* BVM_BIT() set */
	struct space_set set;
	u32 max_points; /* 0: SPACE_MAX_POINTS */
	u32 max_pairs; /* past it: of what is left; 0: SPACE_MAX_PAIRS */
	enum space_sought sought;
	bool never_denies[SPACE_MAX_IMAGES]; /* SPACE_DIFFERENT: in audit mode */
	bool rights; /* mounts: what they may not widen is denied */
	/*
	 * SPACE_ALL, files: no other names. What either denies is denied, and
	 * visit ends the walk of one pair, not of those behind it.
	 */
	const struct space_pair *pairs;
	u32 num_pairs;
};

/*
 * A point and what each image answered. Paths come by their length; of paths
 * that mean the same to every image, for the operation, only the first comes.
 * Return false to stop.
 */
typedef bool (*space_visit_fn)(void *arg, const struct space_point *point,
			       const u32 *verdicts);

/*
 * Return: 0 when all points were visited or visit stopped; -E2BIG over
 * max_points (where something is sought: max_pairs) or WORDS_MAX_STATES; -EOPNOTSUPP a program is not of the
 * compiler's shape; -ENOENT an image has no program for the class.
 */
int __must_check space_walk(struct arena *arena,
			    const struct space_query *query,
			    space_visit_fn visit, void *arg);

/* Why a walk failed, for people. */
const char *space_why(int err);

#endif /* POLICYC_SPACE_H */
