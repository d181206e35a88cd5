/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * aa_judge.h - what AppArmor says of a file, the slow and simple way
 *
 * Written from apparmor.d(5) and from what apparmor_parser 3.0.8 makes of
 * rules; it shares nothing with policyc/import_aa_*.c. Globs are matched by
 * backtracking, and rules are looked at one after the other.
 */
#ifndef TESTS_AA_JUDGE_H
#define TESTS_AA_JUDGE_H

#include "vm/port.h"

struct aa_judge_rule {
	const char *glob; /* without variables */
	const char *perms; /* of rwalkmx; x is ix */
	bool deny, owner;
};

struct aa_judge_request {
	const char *op; /* an operation of the class files, or exec */
	const char *path; /* as Bailiff writes it: /proc/self for the own */
	const char *to; /* rename: the new name; else NULL */
	bool dir, owned;
};

/* Does a glob match a text, in which directories end in '/'? */
bool aa_judge_match(const char *glob, const char *text);

bool aa_judge_allows(const struct aa_judge_rule *rules, u32 num,
		     const struct aa_judge_request *request);

#endif /* TESTS_AA_JUDGE_H */
