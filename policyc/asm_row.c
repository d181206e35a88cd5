// SPDX-License-Identifier: GPL-2.0-only
#include <string.h>

#include "asm_row.h"
#include "buf.h"
#include "source.h"
#include "suggest.h"

struct finder {
	struct arena *arena;
	struct diag *diag;
	const struct source *source;
};

static bool is_target(const struct asm_operand *o)
{
	return o->kind == ASM_NAME || (o->kind == ASM_NUM && o->num.marked);
}

static bool has_form(const struct asm_statement *s, u32 form)
{
	const struct asm_operand *o = s->operands;
	const enum asm_kind x = o[0].kind, y = o[1].kind;

	switch (form) {
	case BVM_FORM_ALU_K:
	case BVM_FORM_LDDW:
		return s->num_operands == 2 && x == ASM_REG && y == ASM_NUM;
	case BVM_FORM_ALU_X:
		return s->num_operands == 2 && x == ASM_REG && y == ASM_REG;
	case BVM_FORM_ALU_U:
		return s->num_operands == 1 && x == ASM_REG;
	case BVM_FORM_JMP_K:
		return s->num_operands == 3 && x == ASM_REG && y == ASM_NUM &&
		       is_target(&o[2]);
	case BVM_FORM_JMP_X:
		return s->num_operands == 3 && x == ASM_REG && y == ASM_REG &&
		       is_target(&o[2]);
	case BVM_FORM_JA:
		return s->num_operands == 1 && is_target(&o[0]);
	case BVM_FORM_CALL:
		return s->num_operands == 1 && (x == ASM_NUM || x == ASM_NAME);
	case BVM_FORM_LDX:
		return s->num_operands == 2 && x == ASM_REG && y == ASM_MEM;
	case BVM_FORM_ST:
		return s->num_operands == 2 && x == ASM_MEM && y == ASM_NUM;
	case BVM_FORM_STX:
		return s->num_operands == 2 && x == ASM_MEM && y == ASM_REG;
	}
	return !s->num_operands;
}

static const char *form_text(u32 form)
{
	static const char *const texts[] = {
		[BVM_FORM_ALU_K] = "'%r1, 5'",
		[BVM_FORM_ALU_X] = "'%r1, %r2'",
		[BVM_FORM_ALU_U] = "'%r1'",
		[BVM_FORM_JMP_K] = "'%r1, 5, label'",
		[BVM_FORM_JMP_X] = "'%r1, %r2, label'",
		[BVM_FORM_JA] = "a label or +5",
		[BVM_FORM_CALL] = "a helper or its number",
		[BVM_FORM_EXIT] = "no operand",
		[BVM_FORM_LDDW] = "'%r1, 5'",
		[BVM_FORM_LDX] = "'%r1, [%r2+5]'",
		[BVM_FORM_ST] = "'[%r1+5], 5'",
		[BVM_FORM_STX] = "'[%r1+5], %r2'",
	};

	return texts[form];
}

/* The mnemonic that insn.def has for one of other assemblers. */
static const char *own_name(struct arena *arena, const char *word)
{
	const struct bvm_insn_info *row;
	size_t len = strlen(word);
	char *stem;

	if (!strncmp(word, "bswap", 5))
		return word + 1;
	if (len < 3 || strcmp(word + len - 2, "64"))
		return word;
	/* add64 is add, but le64 and movsx864 are what they are called */
	for (u32 i = 0; (row = bvm_insn_row(i)); i++)
		if (!strcmp(row->mnemonic, word))
			return word;
	stem = arena_strndup(arena, word, len - 2);
	for (u32 i = 0; (row = bvm_insn_row(i)); i++)
		if (row->form <= BVM_FORM_ALU_U && !strcmp(row->mnemonic, stem))
			return stem;
	return word;
}

static void report_operands(const struct finder *f,
			    const struct asm_statement *s, const char *name)
{
	struct span span = source_span(f->source, s->off, s->len);
	struct buf takes = BUF_INIT(f->arena);
	const struct bvm_insn_info *row;

	for (u32 i = 0; (row = bvm_insn_row(i)); i++)
		if (!strcmp(row->mnemonic, name))
			buf_printf(&takes, "%s%s", takes.len ? " or " : "",
				   form_text(row->form));
	diag_report(f->diag, &span, ASM_OPERANDS, s->word, buf_text(&takes));
}

static void report_mnemonic(const struct finder *f,
			    const struct asm_statement *s)
{
	struct suggest suggest = SUGGEST_INIT(s->word);
	struct span span = source_span(f->source, s->off, strlen(s->word));
	const struct bvm_insn_info *row;

	for (u32 i = 0; (row = bvm_insn_row(i)); i++)
		suggest_try(&suggest, row->mnemonic);
	diag_report(f->diag, &span, ASM_MNEMONIC, s->word);
	if (suggest.best)
		diag_note(f->diag, "did you mean '%s'?", suggest.best);
}

const struct bvm_insn_info *asm_row_find(struct arena *arena, struct diag *diag,
					 const struct source *source,
					 const struct asm_statement *s)
{
	const struct finder f = { arena, diag, source };
	const char *name = own_name(arena, s->word);
	const struct bvm_insn_info *row;
	bool known = false;

	for (u32 i = 0; (row = bvm_insn_row(i)); i++) {
		if (strcmp(row->mnemonic, name))
			continue;
		if (has_form(s, row->form))
			return row;
		known = true;
	}
	if (known)
		report_operands(&f, s, name);
	else
		report_mnemonic(&f, s);
	return NULL;
}
