/* SPDX-License-Identifier: GPL-2.0-only */
/* suite.h - the end of each unit test's main() */
#ifndef TESTS_SUITE_H
#define TESTS_SUITE_H

#include <check.h>
#include <stdlib.h>

/*
 * Run the suite, as loud as CK_VERBOSITY says, and free it.
 * Return: the exit status, EXIT_FAILURE if a test failed.
 */
static inline int suite_run(Suite *suite)
{
	SRunner *runner = srunner_create(suite);
	int failed;

	srunner_run_all(runner, CK_ENV);
	failed = srunner_ntests_failed(runner);
	srunner_free(runner);
	return failed ? EXIT_FAILURE : EXIT_SUCCESS;
}

#endif
