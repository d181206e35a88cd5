/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * kdecide.h - the file `decide` of kernels built for tests: what would the kernel
 * decide on a request that nobody makes? (lsm/uapi/bailiff_decide.h)
 */
#ifndef DAEMON_KDECIDE_H
#define DAEMON_KDECIDE_H

#include <stdbool.h>

struct kfs;
struct text;

struct kdecide {
	unsigned int num_tests;
	unsigned int num_asked; /* tests that are requests of a hook */
	unsigned int num_requests;
	unsigned int num_wrong; /* requests that came out otherwise */
};

bool kdecide_is_there(struct kfs *kfs);

/*
 * Ask a loaded policy what lines (of policyc requests; they are cut up) say, all
 * at once. wrong takes a line for each that comes out otherwise.
 *
 * Return: 0; -EPROTO lines or answers are none; -E2BIG too much for one write; or
 * what the kernel says.
 */
int kdecide_run(struct kfs *kfs, const char *policy, struct text *lines,
		struct kdecide *result, struct text *wrong);

#endif /* DAEMON_KDECIDE_H */
