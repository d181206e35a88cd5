/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * judge.h - the verdict of an image on a request
 *
 * Verdicts come from bvm_run_class alone. What the request leaves open is
 * tried: for each open field one value for each way in which the program's
 * predicates can turn out, all of them combined. Where these are too many, it
 * is looked for one that is allowed and one that is denied, as claims do.
 */
#ifndef POLICYC_JUDGE_H
#define POLICYC_JUDGE_H

#include "asked.h"
#include "request.h"

#define JUDGE_MAX_CASES 65536 /* that are all tried */

/* One operation with one path: what the program was asked and said. */
struct judge_case {
	u32 op;
	const char *path; /* or NULL */
	struct bvm_run run;
	u32 verdict;
	struct asked asked;
	u32 row; /* of the path */
};

enum judge_answer {
	JUDGE_ALLOW,
	JUDGE_DENY,
	JUDGE_OPEN, /* it depends on what was not given */
	JUDGE_DIFFERS, /* the operations of a group are not of one mind */
};

struct judgement {
	enum judge_answer answer;
	/* what decides: for DENY the first denial; for OPEN and DIFFERS both */
	struct judge_case shown, other;
	/* OPEN: fields of the class that it depends on; if not all were tried,
	 * there may be more */
	u64 open;
	bool widens; /* DENY: the new name would give rights the old lacks */
	u64 extra; /* widens: those rights, BVM_RIGHT_* */
	const char *from, *to; /* widens: the names */
	bool below; /* widens: not of the name itself, but of some below it */
	bool tree_widens; /* OPEN: allowed, but of a directory it would widen */
};

/*
 * Judge every operation of the request. A rename or link of two paths is
 * denied too if the new name may do what the old one need not; with type=dir,
 * if some name below the new one may; if that is so and no type is given, it
 * depends on the type.
 *
 * Return: 0; -E2BIG over WORDS_MAX_STATES, or as space_walk where there are over
 * JUDGE_MAX_CASES combinations; -ENOENT the image has no program for the class.
 */
int __must_check judge_request(struct arena *arena, const struct bvm_image *img,
			       const struct request *request,
			       struct judgement *judgement);

/* The same, where combinations are tried up to max_cases. */
int __must_check judge_request_within(struct arena *arena,
				      const struct bvm_image *img,
				      const struct request *request,
				      u32 max_cases,
				      struct judgement *judgement);

#endif /* POLICYC_JUDGE_H */
