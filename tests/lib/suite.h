/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * suite.h - the end of each unit test's main()
 *
 * All tests of a suite run in one process, unless they need one each: a process
 * that ends under the sanitizers takes longer than most tests. CK_FORK=yes gives
 * each its own, so that the first to crash is told by its name, and the others run.
 */
#ifndef TESTS_SUITE_H
#define TESTS_SUITE_H

#include <check.h>
#include <stdlib.h>

static inline int suite_run_as(Suite *suite, enum fork_status status)
{
	SRunner *runner = srunner_create(suite);
	int failed;

	if (!getenv("CK_FORK"))
		srunner_set_fork_status(runner, status);
	srunner_run_all(runner, CK_ENV);
	failed = srunner_ntests_failed(runner);
	srunner_free(runner);
	return failed ? EXIT_FAILURE : EXIT_SUCCESS;
}

/*
 * Run the suite, as loud as CK_VERBOSITY says, and free it.
 * Return: the exit status, EXIT_FAILURE if a test failed.
 */
static inline int suite_run(Suite *suite)
{
	return suite_run_as(suite, CK_NOFORK);
}

/* ... each test in a process of its own: it ends by a signal, or leaves things. */
static inline int suite_run_apart(Suite *suite)
{
	return suite_run_as(suite, CK_FORK);
}

#endif /* TESTS_SUITE_H */
