/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * asm.h - programs as text to instructions
 *
 * One instruction a line, or several between semicolons, in the mnemonics of
 * insn.def; '#' begins a comment:
 *
 *		ldxb %r2, [%r1+4]	# or r2, [r1 + 4]
 *		jeq %r2, 0x2f, out	# or +3, from the next instruction
 *		call match		# or call 1
 *	out:	exit
 *
 * `exit` is a label too, of the first exit. `.word 0x...` is a slot as it is.
 * What vm/disasm.h prints is read back to the same bytes.
 */
#ifndef POLICYC_ASM_H
#define POLICYC_ASM_H

#include "diag.h"
#include "vm/insn.h"

struct asm_program {
	struct bvm_insn *insns;
	struct span *spans; /* of each slot's text */
	u32 num_insns;
};

/*
 * Assemble the text of a source, all of it, into at most max slots.
 *
 * Return: 0; -EINVAL: reported, out is then of no use; -ENOTSUP: the same, but
 * all that is wrong is instructions that other machines have and this has not.
 */
int __must_check asm_assemble(struct arena *arena, struct diag *diag,
			      const struct source *source, u32 max,
			      struct asm_program *out);

#endif /* POLICYC_ASM_H */
