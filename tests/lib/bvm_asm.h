/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * bvm_asm.h - programs for tests, from text, by policyc/asm.h
 */
#ifndef TESTS_BVM_ASM_H
#define TESTS_BVM_ASM_H

#include "vm/insn.h"

/* Return: slots written; -1 and messages on stderr if text is no program. */
int bvm_asm(const char *text, struct bvm_insn *insns, u32 max);

#endif /* TESTS_BVM_ASM_H */
