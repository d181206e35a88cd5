/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * bvm_input.h - what random programs run on
 */
#ifndef TESTS_BVM_INPUT_H
#define TESTS_BVM_INPUT_H

#include "vm/exec.h"

/*
 * Bytes for r1 to point to: zeroes, ones, words at the edges, or anything, as
 * *seed has it; *seed changes and must not be 0.
 */
void bvm_input_memory(u64 *seed, u8 *bytes, size_t len);

/* A ctx of the class in run->ctx, each field within its bounds. */
void bvm_input_request(u64 *seed, u32 class, struct bvm_run *run);

#endif /* TESTS_BVM_INPUT_H */
