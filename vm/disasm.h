/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * disasm.h - instructions as text, in the mnemonics of RFC 9669's test suites
 */
#ifndef BVM_DISASM_H
#define BVM_DISASM_H

#include "insn.h"

/*
 * Print the instruction at pc (and its second half, for lddw) into buf, always
 * terminated. Return: slots used, 1 or 2; unknown encodings print as .word.
 */
u32 bvm_disasm(const struct bvm_insn *insns, u32 num_insns, u32 pc, char *buf,
	       size_t len);

#endif /* BVM_DISASM_H */
