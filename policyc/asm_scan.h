/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * asm_scan.h - one statement of assembler text: its words and operands
 *
 *	jeq %r1, 0x10, out	the mnemonic and three operands
 */
#ifndef POLICYC_ASM_SCAN_H
#define POLICYC_ASM_SCAN_H

#include "diag.h"

#define ASM_MAX_OPERANDS 3

enum asm_kind {
	ASM_NONE,
	ASM_REG, /* %r1, r1 */
	ASM_MEM, /* [%r1+2] */
	ASM_NUM, /* 5, -5, 0xff; +5 is marked */
	ASM_NAME, /* a label or a helper */
};

struct asm_number {
	u64 magnitude;
	bool negative;
	bool marked; /* written with a sign */
};

struct asm_operand {
	enum asm_kind kind;
	size_t off, len; /* in the source's text */
	u32 reg; /* REG, MEM */
	struct asm_number num; /* NUM, MEM */
	const char *text; /* as written, a copy */
};

struct asm_statement {
	size_t off, len; /* in the source's text */
	const char *word; /* the mnemonic */
	size_t rest_off, rest_len; /* what follows it */
	u32 num_operands;
	struct asm_operand operands[ASM_MAX_OPERANDS];
};

/* Is it a name that a label may have? */
bool asm_scan_is_name(const char *text, size_t len);

/* Read the mnemonic of the statement in the len bytes at off, not all blank. */
void asm_scan_word(struct arena *arena, const struct source *source, size_t off,
		   size_t len, struct asm_statement *out);
/*
 * Read the operands, which are in out->rest_off and rest_len.
 * Return: 0; -EINVAL: reported in diag.
 */
int __must_check asm_scan_operands(struct arena *arena, struct diag *diag,
				   const struct source *source,
				   struct asm_statement *out);

#endif /* POLICYC_ASM_SCAN_H */
