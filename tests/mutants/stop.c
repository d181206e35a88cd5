// SPDX-License-Identifier: GPL-2.0-only
/*
 * stop.c - a test of a mutant ends with its first failed assertion
 *
 * Linked with --wrap, so check's own handler is never reached. What failed is
 * told in one line, for the report.
 */
#include <stdarg.h>
#include <stdio.h>
#include <unistd.h>

void __wrap__ck_assert_failed(const char *file, int line, const char *expr,
			      const char *msg, ...);

void __wrap__ck_assert_failed(const char *file, int line, const char *expr,
			      const char *msg, ...)
{
	va_list ap;

	fprintf(stderr, "%s:%d: ", file, line);
	if (msg) {
		va_start(ap, msg);
		vfprintf(stderr, msg, ap);
		va_end(ap);
	} else {
		fprintf(stderr, "%s", expr);
	}
	fprintf(stderr, "\n");
	_exit(1);
}
