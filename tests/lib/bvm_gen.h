/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * bvm_gen.h - programs made from bytes, most of which the verifier accepts
 */
#ifndef TESTS_BVM_GEN_H
#define TESTS_BVM_GEN_H

#include "vm/insn.h"

#define BVM_GEN_CTX 64 /* bytes that the programs take r1 to point to */

/*
 * Turn bytes into a program over BVM_GEN_CTX bytes of plain memory. The same
 * bytes give the same program. Return: its slots, at most max (at least 32).
 */
u32 bvm_gen(const u8 *bytes, size_t len, struct bvm_insn *insns, u32 max);

#endif /* TESTS_BVM_GEN_H */
