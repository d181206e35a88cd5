/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * import_calls.h - what an import says of system calls, as `syscalls`
 *
 * A reader says of each call what becomes of it; the last word counts. Only
 * what differs from the default is written, as groups where the source named
 * them and all of their calls are in, else call by call. Beside a default that
 * denies, that is also what is denied with another answer than ENOSYS.
 */
#ifndef POLICYC_IMPORT_CALLS_H
#define POLICYC_IMPORT_CALLS_H

#include "import_out.h"
#include "sysnames.h"

enum import_call {
	IMPORT_CALL_UNSAID,
	IMPORT_CALL_ALLOWED,
	IMPORT_CALL_DENIED,
};

struct import_calls {
	struct import *im;
	bool allow; /* by default */
	bool kill; /* what is said to be denied ends the process */
	bool audit; /* what is denied is logged, no more */
	const char *err; /* of what is said to be denied; NULL: ENOSYS */
	struct span span; /* of the filter */

	enum import_call of[SYSNAMES_MAX];
	struct span from[SYSNAMES_MAX]; /* who said it; or zeroes */
	struct import_list groups; /* that were named */
};

void import_calls_init(struct import_calls *calls, struct import *im);

/*
 * Say what becomes of a call or a group. A name that libseccomp does not know
 * is noted as left out; one that only other architectures have is no call here.
 */
void import_calls_say(struct import_calls *calls, const char *name,
		      enum import_call what, const struct span *from);

/*
 * Note that calls that are merely not allowed had another answer than ENOSYS,
 * if they had: err, or NULL for the end of the process.
 */
void import_calls_note_default(struct import_calls *calls,
			       const struct span *from, const char *err);

/* Add what was said to the policy; an error if no program could be started. */
void import_calls_put(struct import_calls *calls);

#endif /* POLICYC_IMPORT_CALLS_H */
