/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * passes.h - passes that a test may leave out, one by one: passes.def
 */
#ifndef POLICYC_PASSES_H
#define POLICYC_PASSES_H

#include <stdbool.h>

#include "vm/port.h"

#define PASS(NAME, name, file, doc) PASS_##NAME,
enum pass {
#include "passes.def"
	PASS_NUM,
};
#undef PASS

#ifdef BVM_TEST_BUILD
extern u32 passes_off; /* bits; 0 but in tests */

static inline bool passes_has(enum pass pass)
{
	return !(passes_off >> pass & 1);
}
#else
static inline bool passes_has(enum pass pass)
{
	(void)pass;
	return true;
}
#endif

#endif /* POLICYC_PASSES_H */
