/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * bvm_asm.h - programs for tests, from text
 *
 * One instruction a line or between semicolons, in the mnemonics of insn.def:
 *
 *	mov %r0, 1; jeq %r1, 5, out; ldxw %r2, [%r1+4]; out: exit
 *
 * Jump targets are labels or +N; `exit` is a label too, of the last exit.
 */
#ifndef TESTS_BVM_ASM_H
#define TESTS_BVM_ASM_H

#include "vm/insn.h"

/* Return: slots written; -1 and a message on stderr if text is no program. */
int bvm_asm(const char *text, struct bvm_insn *insns, u32 max);

#endif /* TESTS_BVM_ASM_H */
