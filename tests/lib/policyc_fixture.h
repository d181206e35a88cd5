/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * policyc_fixture.h - what a test of the compiler has: an arena, and
 * diagnostics in it
 */
#ifndef POLICYC_FIXTURE_H
#define POLICYC_FIXTURE_H

#include "policyc/diag.h"

/* Fresh for each test, and gone after it. */
extern struct arena *arena;
extern struct diag *diag; /* with no options */

/* For tcase_add_checked_fixture, by themselves or called from another. */
void policyc_setup(void);
void policyc_teardown(void);

#endif /* POLICYC_FIXTURE_H */
