// SPDX-License-Identifier: GPL-2.0-only
/*
 * bvm_asm.c - programs for tests, from text
 */
#include <ctype.h>
#include <stdlib.h>

#include "bvm_asm.h"
#include "vm/helpers.h"

#define MAX_LABELS 512
#define MAX_NAME 32

struct label {
	char name[MAX_NAME];
	u32 pc;
};

struct assembler {
	struct bvm_insn *insns;
	u32 max;
	u32 num;
	u32 num_labels;
	struct label labels[MAX_LABELS];
	u32 num_refs;
	struct label refs[MAX_LABELS];
	const char *line;
};

enum operand_kind { NONE, REG, MEM, NUM, NAME };

struct operand {
	enum operand_kind kind;
	u32 reg;
	s64 num; /* or offset of MEM */
	char name[MAX_NAME];
};

static char *strip(char *s)
{
	char *end;

	while (isspace((unsigned char)*s))
		s++;
	end = s + strlen(s);
	while (end > s && isspace((unsigned char)end[-1]))
		*--end = '\0';
	return s;
}

static s64 number(const char *s)
{
	if (*s == '+')
		s++;
	return *s == '-' ? strtoll(s, NULL, 0) : (s64)strtoull(s, NULL, 0);
}

static struct operand parse_operand(char *s)
{
	struct operand o = { .kind = NONE };

	s = strip(s);
	if (s[0] == '%' && s[1] == 'r') {
		o.kind = REG;
		o.reg = atoi(s + 2);
	} else if (s[0] == '[') {
		o.kind = MEM;
		o.reg = atoi(s + 3);
		s += strcspn(s, "+-]");
		o.num = *s == ']' ? 0 : number(s);
	} else if (isdigit((unsigned char)*s) || *s == '-' || *s == '+') {
		o.kind = *s == '+' ? NAME : NUM;
		o.num = number(s);
		snprintf(o.name, sizeof(o.name), "%s", s);
	} else if (*s) {
		o.kind = NAME;
		snprintf(o.name, sizeof(o.name), "%s", s);
	}
	return o;
}

static bool fits(const struct bvm_insn_info *row, const struct operand *o)
{
	switch (row->form) {
	case BVM_FORM_ALU_K:
	case BVM_FORM_LDDW:
		return o[0].kind == REG && o[1].kind == NUM;
	case BVM_FORM_ALU_X:
		return o[0].kind == REG && o[1].kind == REG;
	case BVM_FORM_ALU_U:
		return o[0].kind == REG && o[1].kind == NONE;
	case BVM_FORM_JMP_K:
		return o[0].kind == REG && o[1].kind == NUM;
	case BVM_FORM_JMP_X:
		return o[0].kind == REG && o[1].kind == REG;
	case BVM_FORM_LDX:
		return o[0].kind == REG && o[1].kind == MEM;
	case BVM_FORM_ST:
		return o[0].kind == MEM && o[1].kind == NUM;
	case BVM_FORM_STX:
		return o[0].kind == MEM && o[1].kind == REG;
	}
	return true;
}

static void refer(struct assembler *a, const struct operand *o, u32 pc)
{
	struct label *ref = &a->refs[a->num_refs];

	if (a->num_refs == MAX_LABELS)
		return;
	a->num_refs++;
	memcpy(ref->name, o->name, sizeof(ref->name));
	ref->pc = pc;
}

static s32 helper_num(const struct operand *o)
{
	if (o->kind == NUM)
		return (s32)o->num;
	for (u32 i = 0; i < BVM_NUM_HELPERS; i++) {
		if (bvm_helpers[i].name &&
		    strcmp(bvm_helpers[i].name, o->name) == 0)
			return (s32)i;
	}
	return -1;
}

static void encode(struct assembler *a, const struct bvm_insn_info *row,
		   const struct operand *o)
{
	struct bvm_insn *insn = &a->insns[a->num];
	const u32 pc = a->num++;

	memset(insn, 0, sizeof(*insn));
	insn->code = row->code;
	insn->off = row->off == BVM_ANY ? 0 : row->off;
	insn->imm = row->imm == BVM_ANY ? 0 : row->imm;
	if (row->form == BVM_FORM_JA) {
		refer(a, &o[0], pc);
		return;
	}
	if (row->form == BVM_FORM_CALL) {
		insn->imm = helper_num(&o[0]);
		return;
	}
	insn->dst = o[0].reg;
	insn->src = o[1].kind == REG || o[1].kind == MEM ? o[1].reg : 0;
	if (o[1].kind == NUM)
		insn->imm = (s32)o[1].num;
	if (o[0].kind == MEM)
		insn->off = (s16)o[0].num;
	if (o[1].kind == MEM)
		insn->off = (s16)o[1].num;
	if (row->form == BVM_FORM_JMP_K || row->form == BVM_FORM_JMP_X)
		refer(a, &o[2], pc);
	if (row->form == BVM_FORM_LDDW)
		a->insns[a->num++] = (struct bvm_insn){
			.imm = (s32)(o[1].num >> 32),
		};
}

static int parse_insn(struct assembler *a, char *s)
{
	const struct bvm_insn_info *row;
	struct operand o[3] = { { .kind = NONE } };
	char *rest = s + strcspn(s, " \t");
	u32 i;

	if (*rest)
		*rest++ = '\0';
	for (i = 0; i < 3; i++) {
		char *comma = strchr(rest, ',');

		if (comma)
			*comma = '\0';
		o[i] = parse_operand(rest);
		rest = comma ? comma + 1 : "";
	}
	for (i = 0; (row = bvm_insn_row(i)); i++) {
		if (strcmp(row->mnemonic, s) || !fits(row, o))
			continue;
		encode(a, row, o);
		return 0;
	}
	fprintf(stderr, "asm: no such instruction: %s\n", a->line);
	return -1;
}

static int parse_line(struct assembler *a, char *s)
{
	struct label *label = &a->labels[a->num_labels];
	char *colon;

	s[strcspn(s, "#")] = '\0';
	colon = strchr(s, ':');
	if (colon && a->num_labels < MAX_LABELS) {
		*colon = '\0';
		snprintf(label->name, sizeof(label->name), "%s", strip(s));
		label->pc = a->num;
		a->num_labels++;
		s = colon + 1;
	}
	s = strip(s);
	if (!*s)
		return 0;
	if (a->num + 2 > a->max) {
		fprintf(stderr, "asm: too long\n");
		return -1;
	}
	return parse_insn(a, s);
}

static s64 find_label(const struct assembler *a, const struct label *ref)
{
	u32 i;

	if (*ref->name == '+' || *ref->name == '-')
		return ref->pc + 1 + number(ref->name);
	for (i = 0; i < a->num_labels; i++) {
		if (strcmp(a->labels[i].name, ref->name) == 0)
			return a->labels[i].pc;
	}
	for (i = a->num; i > 0 && strcmp(ref->name, "exit") == 0; i--) {
		if (a->insns[i - 1].code == BVM_EXIT)
			return i - 1;
	}
	fprintf(stderr, "asm: no such label: %s\n", ref->name);
	return -1;
}

static int link(struct assembler *a)
{
	u32 i;

	for (i = 0; i < a->num_refs; i++) {
		struct bvm_insn *insn = &a->insns[a->refs[i].pc];
		s64 target = find_label(a, &a->refs[i]);

		if (target < 0)
			return -1;
		target -= a->refs[i].pc + 1;
		if (insn->code == BVM_JA32)
			insn->imm = (s32)target;
		else
			insn->off = (s16)target;
	}
	return (int)a->num;
}

int bvm_asm(const char *text, struct bvm_insn *insns, u32 max)
{
	struct assembler *a = calloc(1, sizeof(*a));
	char *copy = strdup(text), *line, *save = NULL;
	int ret = 0;

	a->insns = insns;
	a->max = max;
	for (line = strtok_r(copy, ";\n", &save); line && !ret;
	     line = strtok_r(NULL, ";\n", &save)) {
		char kept[128];

		snprintf(kept, sizeof(kept), "%s", line);
		a->line = kept;
		ret = parse_line(a, line);
	}
	if (!ret)
		ret = link(a);
	free(copy);
	free(a);
	return ret;
}
