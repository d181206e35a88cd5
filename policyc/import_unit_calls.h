/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * import_unit_calls.h - SystemCall*= of a systemd unit as `syscalls`
 */
#ifndef POLICYC_IMPORT_UNIT_CALLS_H
#define POLICYC_IMPORT_UNIT_CALLS_H

#include "import_calls.h"

/* What a call of a filter answers by itself, as in `ptrace:EPERM`. */
struct unit_answer {
	const char *word, *answer;
	struct span from;
};

struct unit_calls {
	struct import_calls calls;
	bool given; /* SystemCallFilter= was, and not taken back */
	bool denies; /* it denies some that have no answer of their own */
	struct unit_answer *answers; /* in the order of the unit */
	u32 num_answers;
	bool native; /* SystemCallArchitectures= was */
	const char *error; /* SystemCallErrorNumber=, or NULL */
	struct span error_from;
};

void unit_calls_init(struct unit_calls *unit, struct import *im);

/* Take an option. value is written to. Return: false if it is none of these. */
bool unit_calls_take(struct unit_calls *unit, const char *key, char *value,
		     const struct span *from);

/* Add what was said to the policy, if anything was. */
void unit_calls_put(struct unit_calls *unit);

#endif /* POLICYC_IMPORT_UNIT_CALLS_H */
