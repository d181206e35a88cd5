/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * decide.h - the one place where it is decided
 */
#ifndef BAILIFF_DECIDE_H
#define BAILIFF_DECIDE_H

#include "request.h"

/*
 * Ask every domain of the request's set. All must allow; a class in audit mode
 * allows, and records what it would have denied. Denials are counted before
 * they are recorded. Any context; a request with a path, or one that is not
 * silent, is better not made in softirq (it would be recorded without paths).
 *
 * Return: 0, or the -errno of the first domain that denies. -EAGAIN, and nobody
 * was asked: some program looks at the arguments of this exec, so rq->args must
 * be set.
 */
int __must_check bailiff_decide(const struct bailiff_request *rq);

/*
 * The same for an object of which only the dentry is known, under every name
 * that it has in the home roots of the set: each must be allowed. An object
 * without a name there, or with over BAILIFF_MAX_NAMES, is denied. Fills path
 * and what depends on it; before, rq has the kind and owner that count where
 * no rule speaks of names. Task context.
 */
int __must_check bailiff_decide_names(struct bailiff_request *rq,
				      struct dentry *dentry);

/* What moving a name means for rename and link. */
enum bailiff_move {
	BAILIFF_MOVE_FILE, /* the name alone */
	BAILIFF_MOVE_DIR, /* and all that is below it: vm/rights.h */
};

/*
 * An object called `from` gets the name `to`: both requests must be allowed,
 * and the object must not come under rules that allow more.
 */
int __must_check bailiff_decide_move(const struct bailiff_request *from,
				     const struct bailiff_request *to,
				     enum bailiff_move move);

/* The domain refused for a reason of join.c: count, record. Return: -errno. */
int bailiff_decide_join(const struct bailiff_request *rq, const char *policy,
			const struct bailiff_domain *domain);

#ifdef CONFIG_SECURITY_BAILIFF_TEST
struct bailiff_name;
struct bailiff_view;

struct bailiff_decision {
	u32 verdict; /* of the program; 0 if it was not asked */
	u32 reason; /* enum bvm_reason; NONE: allowed */
	int err; /* what a hook returns: 0 or -errno */
};

/*
 * One operation before the first domain, as bailiff_decide has it, but for the
 * names: they are the caller's, not walked. source is of mounts, and is set if
 * rq->sourced. In an RCU read section, for view's sake.
 */
void bailiff_decide_named(const struct bailiff_request *rq,
			  const struct bailiff_view *view,
			  const struct bailiff_name *name,
			  struct bailiff_name *source,
			  struct bailiff_decision *out);
#endif

#endif /* BAILIFF_DECIDE_H */
