/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * canary.h - does the kernel deny what it is told to deny?
 *
 *	us ---- load a policy that denies one operation of each class
 *	 `---- child: enters it, tries each            (its helper domain)
 *	us ---- the policy's hits by rule, unload
 *
 * An operation that fails may have failed for another reason, so each has to
 * be counted by the kernel as a hit of the rule that denies it, too.
 */
#ifndef DAEMON_CANARY_H
#define DAEMON_CANARY_H

#include <stdbool.h>
#include <stddef.h>

#include "kfs.h"
#include "vm/hooks.h"

struct canary {
	const char *what; /* was tried */
	bool tried;
	int err; /* errno that it got; 0: it went through */
	unsigned long long hits; /* of its rule, as the kernel counts */
};

/* What became of one. */
enum canary_verdict {
	CANARY_DENIED, /* by its rule */
	CANARY_LET_PASS, /* the kernel does not enforce */
	CANARY_NOT_SHOWN, /* it could not be tried, or failed before a rule */
};

enum canary_verdict canary_judge(const struct canary *canary);

/*
 * Load, try, unload; needs root. canaries is indexed by class; 0 is none. num_loads
 * is of generations that this took.
 *
 * Return: 0, each was tried; -errno, and why has a sentence.
 */
int canary_run(struct kfs *kfs, const char *policyc,
	       struct canary canaries[BVM_NUM_CLASSES], unsigned int *num_loads,
	       char *why, size_t size);

/* The policy, as YAML. */
void canary_print_policy(const char *name, struct text *out);

#endif /* DAEMON_CANARY_H */
