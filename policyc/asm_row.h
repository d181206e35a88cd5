/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * asm_row.h - which row of insn.def a statement is
 */
#ifndef POLICYC_ASM_ROW_H
#define POLICYC_ASM_ROW_H

#include "asm_scan.h"
#include "vm/insn.h"

/*
 * The row with the statement's mnemonic, or the one that other assemblers have
 * for it (add64, bswap16), and with its operands. NULL: reported in diag.
 */
const struct bvm_insn_info *asm_row_find(struct arena *arena, struct diag *diag,
					 const struct source *source,
					 const struct asm_statement *s);

#endif /* POLICYC_ASM_ROW_H */
