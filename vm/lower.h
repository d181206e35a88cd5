/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * lower.h - rewrite a verified program into what every BPF JIT takes
 *
 * The kernel's JITs trust the kernel's verifier to have rewritten division by
 * zero, INT_MIN / -1, over-long shifts and (before 6.6) all of cpu v4. Ours
 * comes before it: the result holds none of these, is in the same instruction
 * set, means the same, and passes bvm_verify again.
 */
#ifndef BVM_LOWER_H
#define BVM_LOWER_H

#include "image.h"
#include "insn.h"

/*
 * Instructions that run in the place of one, at most: those of a signed
 * division. What a program is said to cost is counted before lowering.
 */
#define BVM_LOWERED_INSNS 7

/*
 * in must have passed bvm_verify. out has room for max instructions, of which
 * BVM_MAX_LOWERED are used; *num_out is how many were written. map has num_in + 1 entries of scratch (old pc to
 * new pc). keep_v4: leave cpu v4 instructions that cannot trap (movsx, ldsx,
 * bswap) as they are.
 *
 * Return: 0; -E2BIG does not fit.
 */
int __must_check bvm_lower(const struct bvm_insn *in, u32 num_in, bool keep_v4,
			   struct bvm_insn *out, u32 max, u32 *num_out,
			   u32 *map, struct bvm_error *err);

#endif /* BVM_LOWER_H */
