/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * test.h - the tests that a policy brings along
 */
#ifndef POLICYC_TEST_H
#define POLICYC_TEST_H

#include "command.h"

/*
 * Run the policy's tests on its image. Each that fails is reported with the
 * rule that decided, or with what it depends on. open, if not NULL: how many of
 * them had no answer. Return: how many failed.
 */
u32 test_policy(struct arena *arena, struct diag *diag,
		const struct ast_policy *ast, const struct bvm_image *img,
		u32 *open);

/*
 * policyc test FILE... Return: EXIT_YES, EXIT_NO one failed, EXIT_BAD a bad file,
 * or a test without an answer.
 */
int command_test(struct run *run);

#endif /* POLICYC_TEST_H */
