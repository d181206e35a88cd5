// SPDX-License-Identifier: GPL-2.0-only
#include <stdlib.h>
#include <string.h>

#include "keytable.h"
#include "program.h"
#include "program_rate.h"
#include "vm/helpers.h"

/* What the saved registers hold from beginning to end. */
#define REG_CTX 6
#define REG_PREDS PROGRAM_REG_PREDS
/* ... and from the key to the end, if rules have rates. */
#define REG_LIST 8
#define REG_SPARE 9

/* The member of the ctx that a predicate looks at. */
static const char *member_of(enum pred_field field)
{
	static const char *const names[] = {
		[PRED_UID] = "uid",
		[PRED_GID] = "gid",
		[PRED_HOST_UID] = "host_uid",
		[PRED_OWNER] = "owner",
		[PRED_TYPE] = "type",
		[PRED_IOCTL] = "ioctl",
		[PRED_FAMILY] = "family",
		[PRED_SOCKTYPE] = "type",
		[PRED_PROTOCOL] = "protocol",
		[PRED_PORT] = "port",
		[PRED_PEER_PORT] = "peer_port",
		[PRED_REMOTE] = "remote",
		[PRED_LOCAL] = "local",
		[PRED_EXE] = "exe",
		[PRED_TEXT] = "text",
		[PRED_PEER_NAME] = "peer_name",
		[PRED_ARGS] = "chain",
		[PRED_NO_NEW_PRIVS] = "no_new_privs",
		[PRED_SIGNAL] = "signal",
		[PRED_PEER] = "peer",
		[PRED_TARGET] = "path",
		[PRED_SOURCE] = "source",
		[PRED_FLAGS] = "flags",
	};

	_Static_assert(ARRAY_SIZE(names) == PRED_NUM_FIELDS, "a member each");
	return names[field];
}

static const struct bvm_field *find_member(u32 class, const char *name)
{
	const struct bvm_class_info *info = &bvm_classes[class];

	for (u32 i = 0; i < info->num_fields; i++)
		if (!strcmp(info->fields[i].name, name))
			return &info->fields[i];
	abort(); /* preds.c asks only for what hooks.def has */
}

static void load_member(struct emit *e, u32 class, u32 dst, const char *name)
{
	const struct bvm_field *member = find_member(class, name);

	emit_load_field(e, dst, REG_CTX, member->off, member->size);
}

/* ---- predicates ---- */

static void load_pred_field(struct emit *e, u32 class, enum pred_field field,
			    u32 dst)
{
	load_member(e, class, dst, member_of(field));
	if (field != PRED_PROTOCOL)
		return;
	/* pred_protocol_key */
	load_member(e, class, 1, "type");
	emit_insn(e, BVM_LSH64_K, 1, 0, 0, 10);
	emit_insn(e, BVM_OR64_X, dst, 1, 0, 0);
}

/* Fields are 32 bits wide, and so are the compares: an imm is not extended. */
static void emit_compares(struct emit *e, const struct bvm_range *ranges,
			  u32 num)
{
	struct emit_label done = { 0 };

	for (u32 i = 0; i < num; i++) {
		struct emit_label next = { 0 };

		if (ranges[i].lo == ranges[i].hi) {
			emit_jump(e, BVM_JNE32_K, 3, (s32)ranges[i].lo, &next);
		} else {
			if (ranges[i].lo)
				emit_jump(e, BVM_JLT32_K, 3, (s32)ranges[i].lo,
					  &next);
			if (ranges[i].hi < U32_MAX)
				emit_jump(e, BVM_JGT32_K, 3, (s32)ranges[i].hi,
					  &next);
		}
		emit_or(e, REG_PREDS, ranges[i].value);
		if (i + 1 < num)
			emit_jump(e, BVM_JA, 0, 0, &done);
		emit_place(e, &next);
	}
	emit_place(e, &done);
}

/* preds |= what holds for r3: compares, or a RANGE table if there is one. */
static void emit_ranges(struct emit *e, const struct bvm_range *ranges, u32 num,
			u32 table)
{
	if (table == PROGRAM_NO_TABLE) {
		emit_compares(e, ranges, num);
		return;
	}
	emit_call(e, REG_CTX, table, BVM_HELPER_RANGE);
	emit_insn(e, BVM_OR64_X, REG_PREDS, 0, 0, 0);
}

static void emit_number(struct emit *e, const struct preds *preds,
			enum pred_field field, u32 table)
{
	struct bvm_range *ranges;
	u32 num = tables_find_ranges(preds, field, &ranges);

	load_pred_field(e, preds->class, field, 3);
	emit_ranges(e, ranges, num, table);
}

/* A text's row says which predicates hold; 0, if there is none: no one. */
static void emit_text(struct emit *e, u32 class, enum pred_field field,
		      const struct textmatch *text,
		      const struct program_tables *tables)
{
	u32 dfa = tables->texts[field - PRED_FIRST_TEXT];
	struct emit_label done = { 0 };

	if (field == PRED_ARGS) {
		/* the arguments at hand are those of the script */
		load_member(e, class, 3, "chain");
		emit_jump(e, BVM_JNE64_K, 3, 0, &done);
		emit_call(e, REG_CTX, dfa, BVM_HELPER_ARGV);
	} else {
		load_member(e, class, 3, member_of(field));
		emit_call(e, REG_CTX, dfa, BVM_HELPER_MATCH_TEXT);
	}
	emit_move(e, 3, 0);
	emit_ranges(e, text->rows, text->num_rows, tables->fields[field]);
	emit_place(e, &done);
}

/* r3 = row of a path, or PRED_NAMELESS */
static void load_row(struct emit *e, u32 class, enum pred_field field, u32 dfa)
{
	struct emit_label known = { 0 }, nameless = { 0 }, done = { 0 };

	load_member(e, class, 3, "nameless");
	emit_jump(e, BVM_JSET32_K, 3, field == PRED_TARGET ? 1 : 2, &nameless);
	emit_jump(e, BVM_JA, 0, 0, &known);
	emit_place(e, &nameless);
	emit_insn(e, BVM_MOV32_K, 3, 0, 0, -1);
	emit_jump(e, BVM_JA, 0, 0, &done);
	emit_place(e, &known);
	load_member(e, class, 3, member_of(field));
	emit_call(e, REG_CTX, dfa, BVM_HELPER_MATCH);
	emit_move(e, 3, 0);
	emit_place(e, &done);
}

static void emit_rows(struct emit *e, const struct preds *preds,
		      enum pred_field field,
		      const struct program_tables *tables)
{
	struct bvm_range *ranges;
	u32 num = tables_find_ranges(preds, field, &ranges);

	load_row(e, preds->class, field, tables->dfa);
	emit_ranges(e, ranges, num, tables->fields[field]);
}

static void emit_flags(struct emit *e, const struct preds *preds)
{
	load_member(e, preds->class, 3, member_of(PRED_FLAGS));
	for (u32 i = 0; i < preds->num; i++) {
		struct emit_label set = { 0 }, done = { 0 };

		if (preds->items[i].field != PRED_FLAGS)
			continue;
		emit_jump(e, BVM_JSET32_K, 3, (s32)preds->items[i].mask, &set);
		emit_jump(e, BVM_JA, 0, 0, &done);
		emit_place(e, &set);
		emit_or(e, REG_PREDS, 1ull << i);
		emit_place(e, &done);
	}
}

static void emit_address(struct emit *e, const struct preds *preds,
			 enum pred_field field, u32 table)
{
	const struct bvm_field *member =
		find_member(preds->class, member_of(field));
	struct emit_label none = { 0 };

	load_member(e, preds->class, 3, "has_addr");
	emit_jump(e, BVM_JEQ64_K, 3, 0, &none);
	emit_move(e, 3, REG_CTX);
	emit_insn(e, BVM_ADD64_K, 3, 0, 0, member->off);
	emit_call(e, REG_CTX, table, BVM_HELPER_LPM);
	emit_insn(e, BVM_OR64_X, REG_PREDS, 0, 0, 0);
	emit_place(e, &none);
}

static bool is_asked(const struct preds *preds, const struct textmatch *texts,
		     enum pred_field field)
{
	if (field >= PRED_FIRST_TEXT)
		return texts[field - PRED_FIRST_TEXT].asked;
	for (u32 i = 0; i < preds->num; i++)
		if (preds->items[i].field == field)
			return true;
	return false;
}

static void emit_preds(struct emit *e, const struct preds *preds,
		       const struct textmatch *texts,
		       const struct program_tables *tables)
{
	for (u32 field = 0; field < PRED_NUM_FIELDS; field++) {
		if (!is_asked(preds, texts, field))
			continue;
		if (field == PRED_FLAGS)
			emit_flags(e, preds);
		else if (field == PRED_TARGET || field == PRED_SOURCE)
			emit_rows(e, preds, field, tables);
		else if (field < PRED_FIRST_ADDRESS)
			emit_number(e, preds, field, tables->fields[field]);
		else if (field < PRED_FIRST_TEXT)
			emit_address(e, preds, field, tables->fields[field]);
		else
			emit_text(e, preds->class, field,
				  &texts[field - PRED_FIRST_TEXT], tables);
	}
}

/* ---- the key ---- */

/* r0 = row of the path */
static void emit_row(struct emit *e, u32 class, u32 dfa)
{
	if (dfa == PROGRAM_NO_TABLE) {
		emit_load_imm(e, 0, 0);
		return;
	}
	load_member(e, class, 3, "path");
	emit_call(e, REG_CTX, dfa, BVM_HELPER_MATCH);
}

/* r3 = row in r0, or the key of programs without a path */
static void emit_exec_key(struct emit *e, u32 memfd_key)
{
	struct emit_label path = { 0 };

	emit_move(e, 3, 0);
	if (!memfd_key)
		return;
	load_member(e, BVM_CLASS_EXEC, 0, "memfd");
	emit_jump(e, BVM_JEQ64_K, 0, 0, &path);
	emit_load_imm(e, 3, memfd_key);
	emit_place(e, &path);
}

/* r3 = where the column of the operation has the row */
static void emit_column(struct emit *e, u32 class,
			const struct program_tables *tables)
{
	load_member(e, class, 3, "op");
	emit_call(e, REG_CTX, tables->columns, BVM_HELPER_ARRAY);
	emit_move(e, REG_SPARE, 0);
	emit_row(e, class, tables->dfa);
	emit_move(e, 3, 0);
	emit_insn(e, BVM_ADD64_X, 3, REG_SPARE, 0, 0);
}

/* r3 = key of the request */
static void emit_key(struct emit *e, u32 class,
		     const struct program_tables *tables)
{
	if (tables->columns != PROGRAM_NO_TABLE) {
		emit_column(e, class, tables);
		return;
	}
	switch (class) {
	case BVM_CLASS_FILES:
		emit_row(e, class, tables->dfa);
		emit_insn(e, BVM_LSH64_K, 0, 0, 0, 6);
		load_member(e, class, 3, "op");
		emit_insn(e, BVM_OR64_X, 3, 0, 0, 0);
		return;
	case BVM_CLASS_EXEC:
		emit_row(e, class, tables->dfa);
		emit_exec_key(e, tables->memfd_key);
		return;
	case BVM_CLASS_NETWORK:
		if (tables->dfa == PROGRAM_NO_TABLE)
			break;
		emit_row(e, class, tables->dfa);
		emit_insn(e, BVM_LSH64_K, 0, 0, 0, 3);
		load_member(e, class, 3, "op");
		emit_insn(e, BVM_OR64_X, 3, 0, 0, 0);
		return;
	case BVM_CLASS_CAPABILITIES:
		load_member(e, class, 3, "cap");
		return;
	}
	load_member(e, class, 3, "op");
}

void program_emit(struct emit *e, const struct preds *preds,
		  const struct textmatch *texts,
		  const struct program_tables *tables)
{
	struct emit_label verdict = { 0 };

	emit_move(e, REG_CTX, 1);
	emit_load_imm(e, REG_PREDS, 0);
	emit_preds(e, preds, texts, tables);
	emit_key(e, preds->class, tables);
	emit_call(e, REG_CTX, tables->keys, BVM_HELPER_ARRAY);
	if (program_has_rates(preds)) {
		const struct program_saved saved = { REG_CTX, REG_PREDS,
						     REG_LIST, REG_SPARE };

		emit_move(e, REG_LIST, 0);
		program_rate_emit(e, preds, tables, &saved);
		return;
	}
	if (tables->verdicts)
		emit_jump(e, BVM_JSET32_K, 0, KEYTABLE_VERDICT, &verdict);
	emit_move(e, 3, 0);
	if (tables->verdicts)
		emit_insn(e, BVM_RSH64_K, 3, 0, 0, KEYTABLE_LIST_SHIFT);
	emit_move(e, 4, REG_PREDS);
	emit_call(e, REG_CTX, tables->lists, BVM_HELPER_DECIDE);
	emit_insn(e, BVM_EXIT, 0, 0, 0, 0);
	if (!tables->verdicts)
		return;
	emit_place(e, &verdict);
	emit_insn(e, BVM_XOR64_K, 0, 0, 0, KEYTABLE_VERDICT);
	emit_insn(e, BVM_EXIT, 0, 0, 0, 0);
}
