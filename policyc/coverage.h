/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * coverage.h - which rules decide a policy's tests
 */
#ifndef POLICYC_COVERAGE_H
#define POLICYC_COVERAGE_H

#include "command.h"
#include "input.h"

/*
 * Print the rules of the policy at path that decide none of its tests, with
 * file and line; all rules with --json. A group counts for each operation. Of a
 * move that is denied because it widens there count, too, the rules by which the
 * new name has more, and the one that denies it to the old name.
 */
void coverage_print(struct run *run, const char *path,
		    const struct input *input);

#endif /* POLICYC_COVERAGE_H */
