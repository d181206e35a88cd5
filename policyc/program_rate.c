// SPDX-License-Identifier: GPL-2.0-only
#include "program_rate.h"
#include "vm/helpers.h"

/*
 * A rule's key: the number of its bucket and one, then the number of its
 * predicate in the low bits. 0 is a rule without.
 */
#define PRED_BITS 6

#define SLOT (-8) /* of the stack: a key, or a verdict */

bool program_has_rates(const struct preds *preds)
{
	for (u32 i = 0; i < preds->num; i++)
		if (preds->items[i].field == PRED_RATE)
			return true;
	return false;
}

u32 program_rate_rules(const struct preds *preds, const u32 *buckets,
		       struct bvm_range **ranges)
{
	u32 num = 0;

	*ranges = arena_array(preds->arena, preds->num, sizeof(**ranges));
	/* predicates come in the order of their rules */
	for (u32 i = 0; i < preds->num; i++) {
		const struct ast_rule *rule = preds->items[i].rule;

		if (preds->items[i].field != PRED_RATE)
			continue;
		(*ranges)[num++] = (struct bvm_range){
			.lo = rule->number,
			.hi = rule->number,
			.value = ((u64)buckets[rule->number - 1] + 1)
					 << PRED_BITS |
				 i,
		};
	}
	return num;
}

static u64 mask_of(const struct preds *preds, bool audits)
{
	u64 mask = 0;

	for (u32 i = 0; i < preds->num; i++)
		if (preds->items[i].field == PRED_RATE &&
		    (!audits || preds->items[i].rule->kind == BVM_RULE_AUDIT))
			mask |= 1ull << i;
	return mask;
}

/* r0 = verdict, with the predicates in r4 */
static void emit_decide(struct emit *e, const struct program_tables *tables,
			const struct program_saved *saved)
{
	emit_move(e, 3, saved->list);
	emit_call(e, saved->ctx, tables->lists, BVM_HELPER_DECIDE);
}

/* dst &= ~mask */
static void emit_clear(struct emit *e, u32 dst, u64 mask)
{
	emit_load_imm(e, 1, ~mask);
	emit_insn(e, BVM_AND64_X, dst, 1, 0, 0);
}

/* r0 = a token was there, for the rule whose key is in r0 and on the stack */
static void emit_token(struct emit *e, const struct program_tables *tables,
		       const struct program_saved *saved)
{
	emit_insn(e, BVM_STXDW, 10, 0, SLOT, 0);
	emit_move(e, 3, 0);
	emit_insn(e, BVM_RSH64_K, 3, 0, 0, PRED_BITS);
	emit_insn(e, BVM_ADD64_K, 3, 0, 0, -1);
	emit_call(e, saved->ctx, tables->rates, BVM_HELPER_RATE);
}

/* Decide again, without the predicate whose key is on the stack. */
static void emit_without(struct emit *e, const struct program_tables *tables,
			 const struct program_saved *saved)
{
	emit_insn(e, BVM_LDXDW, 1, 10, SLOT, 0);
	emit_insn(e, BVM_AND64_K, 1, 0, 0, (1 << PRED_BITS) - 1);
	emit_load_imm(e, 2, 1);
	emit_insn(e, BVM_LSH64_X, 2, 1, 0, 0);
	emit_insn(e, BVM_XOR64_K, 2, 0, 0, -1);
	emit_insn(e, BVM_AND64_X, saved->preds, 2, 0, 0);
	emit_move(e, 4, saved->preds);
	emit_decide(e, tables, saved);
	emit_move(e, saved->spare, 0);
}

/*
 * The rule that decided has a bucket: take a token, or go on without the rule.
 * A denial stays one, and is not recorded.
 */
static void emit_take(struct emit *e, const struct program_tables *tables,
		      const struct program_saved *saved,
		      struct emit_label *decided)
{
	struct emit_label allow = { 0 };

	emit_move(e, 3, saved->spare);
	emit_insn(e, BVM_RSH64_K, 3, 0, 0, BVM_VERDICT_RULE_SHIFT);
	emit_call(e, saved->ctx, tables->rate_rules, BVM_HELPER_RANGE);
	emit_jump(e, BVM_JEQ64_K, 0, 0, decided);
	emit_token(e, tables, saved);
	emit_jump(e, BVM_JNE64_K, 0, 0, decided);
	emit_move(e, 1, saved->spare);
	emit_insn(e, BVM_AND64_K, 1, 0, 0, BVM_VERDICT_DENY);
	emit_jump(e, BVM_JEQ64_K, 1, 0, &allow);
	emit_or(e, saved->spare, BVM_VERDICT_QUIET);
	emit_jump(e, BVM_JA, 0, 0, decided);
	emit_place(e, &allow);
	emit_without(e, tables, saved);
}

/*
 * An allow is to be recorded: by an audit rule without a rate, or by the first
 * that matches and has a token.
 */
static void emit_audits(struct emit *e, const struct preds *preds,
			const struct program_tables *tables,
			const struct program_saved *saved,
			struct emit_label *end)
{
	struct bvm_range *rules;
	u32 num = program_rate_rules(preds, tables->buckets, &rules);

	emit_move(e, 1, saved->spare);
	emit_insn(e, BVM_AND64_K, 1, 0, 0, BVM_VERDICT_AUDIT);
	emit_jump(e, BVM_JEQ64_K, 1, 0, end);
	emit_clear(e, saved->preds, mask_of(preds, true));
	emit_move(e, 4, saved->preds);
	emit_decide(e, tables, saved);
	emit_move(e, saved->spare, 0);
	for (u32 i = 0; i < num; i++) {
		u32 pred = rules[i].value & ((1 << PRED_BITS) - 1);
		struct emit_label next = { 0 };

		if (preds->items[pred].rule->kind != BVM_RULE_AUDIT)
			continue;
		emit_jump(e, BVM_JSET64_K, saved->spare, BVM_VERDICT_AUDIT,
			  end);
		emit_load_imm(e, 4, 1ull << pred);
		emit_insn(e, BVM_OR64_X, 4, saved->preds, 0, 0);
		emit_decide(e, tables, saved);
		emit_insn(e, BVM_STXDW, 10, 0, SLOT, 0);
		emit_insn(e, BVM_AND64_K, 0, 0, 0, BVM_VERDICT_AUDIT);
		emit_jump(e, BVM_JEQ64_K, 0, 0, &next);
		emit_load_imm(e, 3, (rules[i].value >> PRED_BITS) - 1);
		emit_call(e, saved->ctx, tables->rates, BVM_HELPER_RATE);
		emit_jump(e, BVM_JEQ64_K, 0, 0, &next);
		emit_insn(e, BVM_LDXDW, saved->spare, 10, SLOT, 0);
		emit_place(e, &next);
	}
}

void program_rate_emit(struct emit *e, const struct preds *preds,
		       const struct program_tables *tables,
		       const struct program_saved *saved)
{
	u64 audits = mask_of(preds, true), others = mask_of(preds, false);
	struct emit_label decided = { 0 }, end = { 0 };

	others &= ~audits;
	emit_or(e, saved->preds, audits | others);
	emit_move(e, 4, saved->preds);
	emit_decide(e, tables, saved);
	emit_move(e, saved->spare, 0);
	for (u64 left = others; left; left &= left - 1)
		emit_take(e, tables, saved, &decided);
	emit_place(e, &decided);
	if (audits)
		emit_audits(e, preds, tables, saved, &end);
	emit_place(e, &end);
	emit_move(e, 0, saved->spare);
	emit_insn(e, BVM_EXIT, 0, 0, 0, 0);
}
