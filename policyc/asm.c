// SPDX-License-Identifier: GPL-2.0-only
#include <ctype.h>
#include <errno.h>
#include <string.h>

#include "asm.h"
#include "asm_row.h"
#include "source.h"
#include "suggest.h"
#include "vm/helpers.h"

#define MAX_ERRORS 1000 /* diag.h shows fewer; more is no text of a program */

struct label {
	const char *name;
	u32 pc;
	struct span span;
};

/* A jump whose target is not known before the end. */
struct reference {
	const char *name;
	u32 pc;
	struct span span;
};

struct assembler {
	struct arena *arena;
	struct diag *diag;
	const struct source *source;
	struct asm_program *out;
	u32 max;
	bool full;
	u32 errors, foreign;
	struct label *labels;
	u32 num_labels;
	struct reference *refs;
	u32 num_refs;
};

#define wrong(a, span, ID, ...)                                  \
	do {                                                     \
		(a)->errors++;                                   \
		diag_report((a)->diag, span, ID, ##__VA_ARGS__); \
	} while (0)

static struct span operand_span(const struct assembler *a,
				const struct asm_operand *o)
{
	return source_span(a->source, o->off, o->len);
}

/* What is left is not read; then labels may be missing that are there. */
static bool has_stopped(const struct assembler *a)
{
	return a->full || a->errors >= MAX_ERRORS;
}

/* ---- slots ---- */

/* The next slot, or NULL: too many, which is told once. */
static struct bvm_insn *add_slot(struct assembler *a, const struct span *span)
{
	struct asm_program *out = a->out;

	if (out->num_insns == a->max) {
		if (!a->full)
			wrong(a, span, ASM_TOO_LONG, a->max, "instructions");
		a->full = true;
		return NULL;
	}
	out->insns = arena_grow(a->arena, out->insns, out->num_insns,
				sizeof(*out->insns));
	out->spans = arena_grow(a->arena, out->spans, out->num_insns,
				sizeof(*out->spans));
	out->spans[out->num_insns] = *span;
	return &out->insns[out->num_insns++];
}

/* ---- numbers ---- */

static bool fits(const struct asm_number *n, u64 min_magnitude, u64 max)
{
	return n->magnitude <= (n->negative ? min_magnitude : max);
}

static u64 value_of(const struct asm_number *n)
{
	return n->negative ? 0 - n->magnitude : n->magnitude;
}

/*
 * An imm of 32 bits. Its upper half comes from its sign where the instruction
 * works on 64 bits, which surprises who wrote 0xffffffff.
 */
static s32 take_imm(struct assembler *a, const struct asm_operand *o, bool wide)
{
	const s32 imm = (s32)(u32)value_of(&o->num);
	struct span span = operand_span(a, o);

	if (!fits(&o->num, 1ull << 31, U32_MAX)) {
		wrong(a, &span, ASM_RANGE, "this operand", (long long)S32_MIN,
		      (long long)U32_MAX, o->text);
		diag_note(a->diag, "lddw takes 64 bits");
	} else if (wide && !o->num.negative && imm < 0) {
		diag_report(a->diag, &span, ASM_EXTENDED, o->text,
			    (long long)imm);
	}
	return imm;
}

static s16 take_off(struct assembler *a, const struct asm_operand *o)
{
	struct span span = operand_span(a, o);

	if (!fits(&o->num, 1u << 15, S16_MAX))
		wrong(a, &span, ASM_RANGE, "an offset", -32768ll, 32767ll,
		      o->text);
	return (s16)(u16)value_of(&o->num);
}

static s32 take_helper(struct assembler *a, const struct asm_operand *o)
{
	struct suggest suggest = SUGGEST_INIT(o->text);
	struct span span = operand_span(a, o);

	if (o->kind == ASM_NUM)
		return take_imm(a, o, false);
	for (u32 i = 0; i < BVM_NUM_HELPERS; i++) {
		if (!bvm_helpers[i].name)
			continue;
		if (!strcmp(bvm_helpers[i].name, o->text))
			return (s32)i;
		suggest_try(&suggest, bvm_helpers[i].name);
	}
	wrong(a, &span, ASM_HELPER, o->text);
	if (suggest.best)
		diag_note(a->diag, "did you mean '%s'?", suggest.best);
	return 0;
}

/* ---- jumps ---- */

static void set_distance(struct assembler *a, u32 pc, s64 distance,
			 const char *text, const struct span *span)
{
	struct bvm_insn *insn = &a->out->insns[pc];
	const bool wide = insn->code == BVM_JA32;
	const s64 min = wide ? S32_MIN : -32768;
	const s64 max = wide ? S32_MAX : S16_MAX;

	if (distance < min || distance > max)
		wrong(a, span, ASM_FAR, text, (long long)distance,
		      (long long)min, (long long)max);
	else if (wide)
		insn->imm = (s32)distance;
	else
		insn->off = (s16)distance;
}

static void take_target(struct assembler *a, const struct asm_operand *o,
			u32 pc)
{
	struct span span = operand_span(a, o);
	struct reference ref = { o->text, pc, span };

	if (o->kind == ASM_NUM && !fits(&o->num, 1ull << 31, S32_MAX)) {
		wrong(a, &span, ASM_RANGE, "a jump", (long long)S32_MIN,
		      (long long)S32_MAX, o->text);
		return;
	}
	if (o->kind == ASM_NUM) {
		set_distance(a, pc, (s64)value_of(&o->num), o->text, &span);
		return;
	}
	a->refs = arena_grow(a->arena, a->refs, a->num_refs, sizeof(ref));
	a->refs[a->num_refs++] = ref;
}

static const struct label *find_label(const struct assembler *a,
				      const char *name)
{
	for (u32 i = 0; i < a->num_labels; i++)
		if (!strcmp(a->labels[i].name, name))
			return &a->labels[i];
	return NULL;
}

/* Slot of the first exit, or -1. */
static s64 first_exit(const struct assembler *a)
{
	const struct asm_program *out = a->out;

	for (u32 i = 0; i < out->num_insns; i++) {
		if (out->insns[i].code == BVM_EXIT)
			return i;
		if (out->insns[i].code == BVM_LDDW)
			i++;
	}
	return -1;
}

static void link_one(struct assembler *a, const struct reference *ref)
{
	const struct label *label = find_label(a, ref->name);
	struct suggest suggest = SUGGEST_INIT(ref->name);
	s64 target = label ? (s64)label->pc : -1;

	if (target < 0 && !strcmp(ref->name, "exit"))
		target = first_exit(a);
	if (target >= 0) {
		set_distance(a, ref->pc, target - ref->pc - 1, ref->name,
			     &ref->span);
		return;
	}
	for (u32 i = 0; i < a->num_labels; i++)
		suggest_try(&suggest, a->labels[i].name);
	wrong(a, &ref->span, ASM_NO_LABEL, ref->name);
	if (suggest.best)
		diag_note(a->diag, "did you mean '%s'?", suggest.best);
}

/* ---- instructions ---- */

/* Its imm is extended to 64 bits. */
static bool is_wide(const struct bvm_insn_info *row)
{
	const u32 class = BVM_CODE_CLASS(row->code);

	return class == BVM_CLS_ALU64 || class == BVM_CLS_JMP64 ||
	       row->code == BVM_STDW;
}

static void fill(struct assembler *a, const struct bvm_insn_info *row,
		 const struct asm_statement *s, u32 pc)
{
	struct bvm_insn *insn = &a->out->insns[pc];
	const struct asm_operand *o = s->operands;

	insn->code = row->code;
	insn->off = row->off == BVM_ANY ? 0 : row->off;
	insn->imm = row->imm == BVM_ANY ? 0 : row->imm;
	if (row->form == BVM_FORM_JA) {
		take_target(a, &o[0], pc);
		return;
	}
	if (row->form == BVM_FORM_CALL) {
		insn->imm = take_helper(a, &o[0]);
		return;
	}
	insn->dst = o[0].reg & 15;
	insn->src = o[1].reg & 15;
	if (o[0].kind == ASM_MEM)
		insn->off = take_off(a, &o[0]);
	if (o[1].kind == ASM_MEM)
		insn->off = take_off(a, &o[1]);
	if (o[1].kind == ASM_NUM && row->form != BVM_FORM_LDDW)
		insn->imm = take_imm(a, &o[1], is_wide(row));
	if (row->form == BVM_FORM_JMP_K || row->form == BVM_FORM_JMP_X)
		take_target(a, &o[2], pc);
}

static void add_lddw(struct assembler *a, const struct asm_statement *s, u32 pc,
		     const struct span *span)
{
	const struct asm_operand *o = &s->operands[1];
	const u64 value = value_of(&o->num);
	struct bvm_insn *tail = add_slot(a, span);
	struct span place = operand_span(a, o);

	if (!fits(&o->num, 1ull << 63, U64_MAX))
		wrong(a, &place, ASM_NUMBER, o->text);
	a->out->insns[pc].imm = (s32)(u32)value;
	if (tail)
		tail->imm = (s32)(u32)(value >> 32);
}

static void add_word(struct assembler *a, const struct asm_statement *s,
		     const struct span *span)
{
	const struct asm_operand *o = &s->operands[0];
	const u64 value = value_of(&o->num);
	struct bvm_insn *insn;

	if (s->num_operands != 1 || o->kind != ASM_NUM) {
		wrong(a, span, ASM_OPERANDS, s->word, "a number of 64 bits");
		return;
	}
	insn = add_slot(a, span);
	if (insn)
		memcpy(insn, &value, sizeof(value));
}

static bool is_register(const char *text)
{
	text += *text == '%';
	return *text == 'r' && isdigit((u8)text[1]);
}

/* What other machines of RFC 9669 have; NULL if it is not of that kind. */
static const char *foreign_kind(const struct assembler *a,
				struct asm_statement *s)
{
	const char *rest = a->source->text + s->rest_off;
	const size_t len = strcspn(rest, " \t\n#;");

	if (!strcmp(s->word, "lock"))
		return "atomic instructions";
	if (!strcmp(s->word, "callx"))
		return "calls through a register";
	if (strcmp(s->word, "call"))
		return NULL;
	if (is_register(rest))
		return "calls through a register";
	if (len >= s->rest_len)
		return NULL;
	if (!strncmp(rest, "local", len) || !strncmp(rest, "runtime", len))
		return "calls between programs";
	if (strncmp(rest, "helper", len))
		return NULL;
	s->rest_off += len;
	s->rest_len -= len;
	rest += len + strspn(rest + len, " \t");
	return is_register(rest) ? "calls through a register" : NULL;
}

static void read_instruction(struct assembler *a, size_t off, size_t len)
{
	const struct bvm_insn_info *row;
	struct asm_statement s;
	const char *foreign;
	struct span span;
	u32 pc;

	asm_scan_word(a->arena, a->source, off, len, &s);
	span = source_span(a->source, s.off, s.len);
	foreign = foreign_kind(a, &s);
	if (foreign) {
		a->foreign++;
		wrong(a, &span, ASM_FOREIGN, foreign);
		return;
	}
	if (asm_scan_operands(a->arena, a->diag, a->source, &s)) {
		a->errors++;
		return;
	}
	if (!strcmp(s.word, ".word")) {
		add_word(a, &s, &span);
		return;
	}
	row = asm_row_find(a->arena, a->diag, a->source, &s);
	if (!row)
		a->errors++;
	pc = a->out->num_insns;
	if (!row || !add_slot(a, &span))
		return;
	fill(a, row, &s, pc);
	if (row->form == BVM_FORM_LDDW)
		add_lddw(a, &s, pc, &span);
}

/* ---- lines ---- */

static size_t skip_blank(const char *text, size_t at, size_t end)
{
	while (at < end && isspace((u8)text[at]))
		at++;
	return at;
}

static void add_label(struct assembler *a, size_t off, size_t len)
{
	struct span span = source_span(a->source, off, len);
	struct label label = { .pc = a->out->num_insns, .span = span };
	const struct label *old;

	label.name = arena_strndup(a->arena, a->source->text + off, len);
	old = find_label(a, label.name);
	if (!asm_scan_is_name(label.name, len)) {
		wrong(a, &span, ASM_LABEL_NAME, label.name);
		diag_note(a->diag, "a label is letters, digits, '_' and '.', "
				   "and begins with no digit");
	} else if (old) {
		wrong(a, &span, ASM_LABEL_TWICE, label.name);
		diag_note_at(a->diag, &old->span, "it is here too");
	} else if (a->num_labels > a->max) {
		if (a->num_labels++ == a->max + 1)
			wrong(a, &span, ASM_TOO_LONG, a->max, "labels");
	} else {
		a->labels = arena_grow(a->arena, a->labels, a->num_labels,
				       sizeof(label));
		a->labels[a->num_labels++] = label;
	}
}

/* "label: label: instruction", or less. */
static void read_statement(struct assembler *a, size_t from, size_t to)
{
	const char *text = a->source->text;

	while (!has_stopped(a)) {
		const char *colon;
		size_t end;

		from = skip_blank(text, from, to);
		if (from == to)
			return;
		colon = memchr(text + from, ':', to - from);
		if (!colon) {
			read_instruction(a, from, to - from);
			return;
		}
		end = (size_t)(colon - text);
		while (end > from && isspace((u8)text[end - 1]))
			end--;
		add_label(a, from, end - from);
		from = (size_t)(colon - text) + 1;
	}
}

static void read_line(struct assembler *a, u32 line)
{
	size_t len;
	const char *start = source_line(a->source, line, &len);
	const char *hash = memchr(start, '#', len);
	size_t from = (size_t)(start - a->source->text);
	size_t end = hash ? (size_t)(hash - a->source->text) : from + len;

	while (from < end && !has_stopped(a)) {
		const char *semicolon =
			memchr(a->source->text + from, ';', end - from);
		size_t to = semicolon ? (size_t)(semicolon - a->source->text) :
					end;

		read_statement(a, from, to);
		from = to + 1;
	}
}

int asm_assemble(struct arena *arena, struct diag *diag,
		 const struct source *source, u32 max, struct asm_program *out)
{
	struct assembler a = {
		.arena = arena,
		.diag = diag,
		.source = source,
		.out = out,
		.max = max,
	};
	struct span start = source_span(source, 0, 0);

	memset(out, 0, sizeof(*out));
	for (u32 line = 1; line <= source->num_lines && !has_stopped(&a);
	     line++)
		read_line(&a, line);
	for (u32 i = 0; i < a.num_refs && !has_stopped(&a); i++)
		link_one(&a, &a.refs[i]);
	if (!out->num_insns && !a.errors)
		wrong(&a, &start, ASM_EMPTY);
	if (!a.errors)
		return 0;
	return a.errors == a.foreign ? -ENOTSUP : -EINVAL;
}
