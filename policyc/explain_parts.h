/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * explain_parts.h - rules beside the deciding one, for explain.c alone
 */
#ifndef POLICYC_EXPLAIN_PARTS_H
#define POLICYC_EXPLAIN_PARTS_H

#include "explain.h"
#include "input.h"
#include "judge.h"
#include "request.h"
#include "widens.h"

struct explain {
	struct run *run;
	struct input input;
	struct request request;
	struct judgement judgement;
};

/* A rule that matches, or would but for the predicates that it lacks. */
struct explain_other {
	u32 rule;
	u64 lacks;
};

/* "also: rule 3, nginx.yaml:24 (allow)" */
void explain_print_rule(const struct explain *x, const char *before, u32 rule);

/* Rules beside the deciding one that match; missing: that lack a condition. */
u32 explain_find_others(const struct explain *x, const struct judge_case *c,
			bool missing, struct explain_other **others);
/* Return: how many. */
u32 explain_print_others(const struct explain *x, const struct judge_case *c,
			 bool missing);

/* Which rule would have to change, for another answer. */
void explain_why_not(const struct explain *x, const struct judge_case *c);
void explain_why_widens(const struct explain *x, const struct widening *w);

#endif /* POLICYC_EXPLAIN_PARTS_H */
