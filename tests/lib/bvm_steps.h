/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * bvm_steps.h - the table steps that a helper call takes, counted
 */
#ifndef TESTS_BVM_STEPS_H
#define TESTS_BVM_STEPS_H

#include "vm/exec.h"

/* Steps of helper num on table t, with what r3 and r4 hold. */
u64 bvm_steps_of(const struct bvm_run *run, const struct bvm_table *t, u64 r3,
		 u64 r4);

#endif /* TESTS_BVM_STEPS_H */
