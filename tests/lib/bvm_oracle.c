// SPDX-License-Identifier: GPL-2.0-only
/*
 * bvm_oracle.c - hold every step of a run against what the verifier said
 */
#include <stdlib.h>

#include "bvm_oracle.h"
#include "bvm_steps.h"
#include "vm/helpers.h"
#include "vm/verify_state.h"

#define wrong(o, ...) (snprintf((o)->why, sizeof((o)->why), __VA_ARGS__), false)

#define ALL_NUMBERS 0x0101010101010101ull /* eight bytes of a number */

_Static_assert(BVM_REG_UNSET == 0 && BVM_REG_NUM == 1, "as bytes[] has it");

void bvm_oracle_init(struct bvm_oracle *o)
{
	memset(o, 0, sizeof(*o));
	o->in.scratch = malloc(bvm_verify_scratch());
	o->seen = calloc(BVM_MAX_LOWERED, sizeof(*o->seen));
	o->rows = calloc(BVM_MAX_LOWERED, sizeof(*o->rows));
}

void bvm_oracle_fini(struct bvm_oracle *o)
{
	free(o->states);
	free(o->seen);
	free(o->rows);
	free(o->in.scratch);
}

static void set(struct bvm_oracle *o, const struct bvm_insn *insns,
		u32 num_insns)
{
	void *scratch = o->in.scratch;

	memset(&o->in, 0, sizeof(o->in));
	o->in.scratch = scratch;
	o->in.insns = insns;
	o->in.num_insns = num_insns;
	o->in.max_stack = BVM_STACK_BYTES;
}

void bvm_oracle_set_raw(struct bvm_oracle *o, const struct bvm_insn *insns,
			u32 num_insns, u32 ctx_len)
{
	set(o, insns, num_insns);
	o->in.ctx.size = ctx_len;
}

void bvm_oracle_set_class(struct bvm_oracle *o, const struct bvm_insn *insns,
			  u32 num_insns, const struct bvm_image *image,
			  u32 class)
{
	set(o, insns, num_insns);
	o->in.ctx.size = bvm_classes[class].ctx_size;
	o->in.ctx.num_fields = bvm_classes[class].num_fields;
	o->in.ctx.fields = bvm_classes[class].fields;
	o->in.image = image;
	o->in.verdict = true;
}

/* ---- what the verifier says ---- */

/* Make room for the states of the program that is set, and forget all. */
static void make_room(struct bvm_oracle *o)
{
	u32 num = o->in.num_insns;

	if (num > BVM_MAX_LOWERED)
		num = BVM_MAX_LOWERED;
	memset(o->seen, 0, num * sizeof(*o->seen));
	if (num <= o->max_states)
		return;
	free(o->states);
	o->states = malloc(num * sizeof(*o->states));
	o->max_states = num;
}

static void keep(void *arg, u32 pc, const struct bvm_state *state)
{
	struct bvm_oracle *o = arg;
	size_t used = offsetof(struct bvm_state, slots) +
		      state->num_slots * sizeof(state->slots[0]);

	memcpy(&o->states[pc], state, used);
	o->seen[pc] = true;
	o->rows[pc] =
		(u8)(bvm_insn_find(&o->in.insns[pc], NULL) - bvm_insn_row(0));
}

int bvm_oracle_verify(struct bvm_oracle *o)
{
	make_room(o);
	o->in.watch = keep;
	o->in.watch_arg = o;
	return bvm_verify(&o->in, &o->out, &o->err);
}

/* ---- a step against its state ---- */

/* A value is among those that the state has for it. */
static bool holds(const struct bvm_oracle *o, const struct bvm_reg *reg,
		  u64 value, const u8 *stack)
{
	switch (reg->kind) {
	case BVM_REG_NUM:
		return bvm_num_has(&reg->num, value);
	case BVM_REG_CTX:
		return bvm_num_has(&reg->num, value - (u64)(uintptr_t)o->ctx);
	case BVM_REG_STACK:
		return bvm_num_has(
			&reg->num,
			value - (u64)(uintptr_t)(stack + BVM_STACK_BYTES));
	}
	return true;
}

static bool check_regs(struct bvm_oracle *o, u32 pc, const u64 *regs,
		       const u8 *stack)
{
	const struct bvm_state *s = &o->states[pc];
	u32 i;

	for (i = 0; i < BVM_NUM_REGS; i++) {
		const struct bvm_reg *reg = &s->regs[i];

		if (reg->kind == BVM_REG_UNSET)
			continue;
		if (reg->kind != o->kinds[i])
			return wrong(o, "insn %u: r%u is of kind %u, not %u",
				     pc, i, o->kinds[i], reg->kind);
		if (!holds(o, reg, regs[i], stack))
			return wrong(o, "insn %u: r%u = %#llx is not possible",
				     pc, i, (unsigned long long)regs[i]);
	}
	return true;
}

/* The eight bytes of a whole value of a kind, as the shadow has them. */
static u64 whole(u32 kind)
{
	const u64 parts = 0x7060504030201000ull;

	return kind * ALL_NUMBERS + (kind == BVM_REG_NUM ? 0 : parts);
}

/* Bytes that may be read as a number are that; a pointer is whole. */
static bool slot_is_of_kind(const struct bvm_slot *slot, const u8 *bytes)
{
	u64 have;
	u32 i;

	memcpy(&have, bytes, sizeof(have));
	if (slot->set == 0xff)
		return have == whole(slot->reg.kind);
	for (i = 0; i < 8; i++) {
		if (slot->set >> i & 1 && bytes[i] != slot->reg.kind)
			return false;
	}
	return true;
}

static bool check_slots(struct bvm_oracle *o, u32 pc, const u8 *stack)
{
	const struct bvm_state *s = &o->states[pc];
	u64 value;
	u32 i, at;

	for (i = 0; i < s->num_slots; i++) {
		const struct bvm_slot *slot = &s->slots[i];

		if (!slot->set)
			continue;
		at = BVM_STACK_BYTES - 8 * (i + 1);
		if (!slot_is_of_kind(slot, o->bytes + at))
			return wrong(o, "insn %u: stack%d is of another kind",
				     pc, -8 * (int)(i + 1));
		memcpy(&value, stack + at, sizeof(value));
		if (slot->set == 0xff && !holds(o, &slot->reg, value, stack))
			return wrong(o, "insn %u: stack%d = %#llx", pc,
				     -8 * (int)(i + 1),
				     (unsigned long long)value);
	}
	return true;
}

/* ---- the shadow ---- */

/* Bytes of a load or store: where they begin and in what. */
struct access {
	u32 base; /* enum bvm_reg_kind: BVM_REG_CTX or BVM_REG_STACK */
	u32 at; /* bytes from the start of that */
	u32 size;
};

static bool find_access(struct bvm_oracle *o, u32 pc, const u64 *regs,
			const u8 *stack, struct access *a)
{
	const struct bvm_insn *insn = &o->in.insns[pc];
	const bool is_load = BVM_CODE_CLASS(insn->code) == BVM_CLS_LDX;
	const u32 reg = is_load ? insn->src : insn->dst;
	const u64 addr = regs[reg] + (u64)(s64)insn->off;
	u64 at, end;

	a->base = o->kinds[reg];
	a->size = bvm_insn_size(insn->code);
	if (a->base == BVM_REG_CTX && is_load) {
		at = addr - (u64)(uintptr_t)o->ctx;
		end = o->in.ctx.size;
	} else if (a->base == BVM_REG_STACK) {
		at = addr - (u64)(uintptr_t)stack;
		end = BVM_STACK_BYTES;
		if (at < BVM_STACK_BYTES - o->out.stack_bytes)
			return wrong(o, "insn %u: more stack than stated", pc);
	} else {
		return wrong(o, "insn %u: access by kind %u", pc, a->base);
	}
	if (at > end || a->size > end - at)
		return wrong(o, "insn %u: access outside", pc);
	a->at = (u32)at;
	return true;
}

/* The kind that a load from the ctx gives, 0 if it must not be. */
static u32 loaded_from_ctx(const struct bvm_oracle *o, const struct access *a)
{
	const struct bvm_ctx_desc *ctx = &o->in.ctx;
	u32 at, i;

	for (at = a->at; ctx->num_fields && at < a->at + a->size; at++) {
		const struct bvm_field *f = NULL;

		for (i = 0; i < ctx->num_fields && !f; i++) {
			f = &ctx->fields[i];
			if (at < f->off || at >= (u32)f->off + f->size)
				f = NULL;
		}
		if (!f)
			return BVM_REG_UNSET;
		if (f->kind == BVM_FIELD_STR || f->kind == BVM_FIELD_TEXT)
			return a->at != f->off || a->size != f->size ?
				       BVM_REG_UNSET :
			       f->kind == BVM_FIELD_STR ? BVM_REG_STR :
							  BVM_REG_TEXT;
	}
	return BVM_REG_NUM;
}

static u32 loaded_from_stack(const struct bvm_oracle *o, const struct access *a)
{
	const u8 *bytes = o->bytes + a->at;
	const u32 kind = bytes[0] & 15;
	u32 i;

	for (i = 0; i < a->size; i++) {
		if (bytes[i] != (kind == BVM_REG_NUM ? kind : kind | i << 4))
			return BVM_REG_UNSET;
	}
	return kind == BVM_REG_NUM || a->size == 8 ? kind : BVM_REG_UNSET;
}

static bool do_load(struct bvm_oracle *o, u32 pc, const u64 *regs,
		    const u8 *stack)
{
	struct access a;
	u32 kind;

	if (!find_access(o, pc, regs, stack, &a))
		return false;
	kind = a.base == BVM_REG_CTX ? loaded_from_ctx(o, &a) :
				       loaded_from_stack(o, &a);
	if (kind == BVM_REG_UNSET)
		return wrong(o, "insn %u: reads what is not set, or a part",
			     pc);
	o->kinds[o->in.insns[pc].dst] = (u8)kind;
	return true;
}

static bool do_store(struct bvm_oracle *o, u32 pc, const u64 *regs,
		     const u8 *stack)
{
	const struct bvm_insn *insn = &o->in.insns[pc];
	u32 kind = BVM_REG_NUM, i;
	struct access a;

	if (!find_access(o, pc, regs, stack, &a))
		return false;
	if (BVM_CODE_CLASS(insn->code) == BVM_CLS_STX)
		kind = o->kinds[insn->src];
	if (kind == BVM_REG_UNSET)
		return wrong(o, "insn %u: stores what is not set", pc);
	if (kind != BVM_REG_NUM && (a.size != 8 || a.at % 8))
		return wrong(o, "insn %u: stores a part of a pointer", pc);
	for (i = 0; i < a.size; i++)
		o->bytes[a.at + i] =
			(u8)(kind == BVM_REG_NUM ? kind : kind | i << 4);
	return true;
}

static bool is_num(const struct bvm_oracle *o, u32 reg)
{
	return o->kinds[reg] == BVM_REG_NUM;
}

static bool do_alu(struct bvm_oracle *o, u32 pc)
{
	const struct bvm_insn *insn = &o->in.insns[pc];
	const struct bvm_insn_info *row = bvm_insn_row(o->rows[pc]);
	const bool has_src = row->form == BVM_FORM_ALU_X;
	u8 *dst = &o->kinds[insn->dst];

	if (insn->dst == BVM_REG_FRAME)
		return wrong(o, "insn %u: r10 is written", pc);
	if (strcmp(row->mnemonic, "mov") == 0 && has_src) {
		*dst = o->kinds[insn->src];
		return *dst != BVM_REG_UNSET ||
		       wrong(o, "insn %u: moves what is not set", pc);
	}
	if (has_src && !is_num(o, insn->src))
		return wrong(o, "insn %u: r%u is no number", pc, insn->src);
	if ((strcmp(row->mnemonic, "add") == 0 ||
	     strcmp(row->mnemonic, "sub") == 0) &&
	    (*dst == BVM_REG_CTX || *dst == BVM_REG_STACK))
		return true;
	if (strncmp(row->mnemonic, "mov", 3) && !is_num(o, insn->dst))
		return wrong(o, "insn %u: r%u is no number", pc, insn->dst);
	*dst = BVM_REG_NUM;
	return true;
}

/* Bytes of the stack that are all there and all of numbers. */
static bool is_key(const struct bvm_oracle *o, u64 addr, u32 len,
		   const u8 *stack)
{
	const u64 at = addr - (u64)(uintptr_t)stack;
	u64 i;

	if (at < BVM_STACK_BYTES - o->out.stack_bytes || at > BVM_STACK_BYTES ||
	    len > BVM_STACK_BYTES - at)
		return false;
	for (i = at; i < at + len; i++) {
		if (o->bytes[i] != BVM_REG_NUM)
			return false;
	}
	return true;
}

static bool do_call(struct bvm_oracle *o, u32 pc, const u64 *regs,
		    const u8 *stack)
{
	const struct bvm_helper *h = &bvm_helpers[o->in.insns[pc].imm];
	const bool is_slot = h->table == BVM_TABLE_SLOT;
	const struct bvm_table *t = NULL;
	u32 i;

	if (o->kinds[1] != BVM_REG_CTX || regs[1] != (u64)(uintptr_t)o->ctx ||
	    !is_num(o, 2) ||
	    regs[2] >= (is_slot ? o->in.image->meta->num_slots :
				  o->in.image->num_tables))
		return wrong(o, "insn %u: bad ctx or table", pc);
	if (!is_slot)
		t = &o->in.image->tables[regs[2]];
	if (t && t->kind != h->table)
		return wrong(o, "insn %u: table of kind %u", pc, t->kind);
	for (i = 3; i <= 4; i++) {
		const u32 arg = i == 3 ? h->arg3 : h->arg4;
		const u32 kind = o->kinds[i];

		if ((arg == BVM_ARG_SCALAR && kind != BVM_REG_NUM) ||
		    (arg == BVM_ARG_STR && kind != BVM_REG_STR) ||
		    (arg == BVM_ARG_TEXT && kind != BVM_REG_TEXT) ||
		    (arg == BVM_ARG_KEY &&
		     (kind != BVM_REG_STACK ||
		      !is_key(o, regs[i], t->key_len, stack))) ||
		    (arg == BVM_ARG_ADDR &&
		     (kind != BVM_REG_CTX ||
		      regs[i] - regs[1] + 16 > o->in.ctx.size)))
			return wrong(o, "insn %u: r%u is of kind %u", pc, i,
				     kind);
	}
	o->calls++;
	o->table_steps += t ? bvm_steps_of(o->run, t, regs[3], regs[4]) : 1;
	o->kinds[0] = BVM_REG_NUM;
	memset(o->kinds + 1, BVM_REG_UNSET, 5);
	return true;
}

static bool do_jump(struct bvm_oracle *o, u32 pc, const u64 *regs,
		    const u8 *stack)
{
	const struct bvm_insn *insn = &o->in.insns[pc];

	switch (bvm_insn_row(o->rows[pc])->form) {
	case BVM_FORM_CALL:
		return do_call(o, pc, regs, stack);
	case BVM_FORM_EXIT:
		return is_num(o, 0) || wrong(o, "insn %u: r0 is no number", pc);
	case BVM_FORM_JMP_K:
		return is_num(o, insn->dst) ||
		       wrong(o, "insn %u: r%u is no number", pc, insn->dst);
	case BVM_FORM_JMP_X:
		return (is_num(o, insn->dst) && is_num(o, insn->src)) ||
		       wrong(o, "insn %u: no numbers are compared", pc);
	}
	return true;
}

/* What the instruction at pc reads, and what it leaves. */
static bool do_shadow(struct bvm_oracle *o, u32 pc, const u64 *regs,
		      const u8 *stack)
{
	switch (BVM_CODE_CLASS(o->in.insns[pc].code)) {
	case BVM_CLS_ALU32:
	case BVM_CLS_ALU64:
		return do_alu(o, pc);
	case BVM_CLS_LD:
		o->kinds[o->in.insns[pc].dst] = BVM_REG_NUM;
		return true;
	case BVM_CLS_LDX:
		return do_load(o, pc, regs, stack);
	case BVM_CLS_ST:
	case BVM_CLS_STX:
		return do_store(o, pc, regs, stack);
	}
	return do_jump(o, pc, regs, stack);
}

/* ---- a run ---- */

static bool check_step(void *arg, u32 pc, const u64 *regs, const u8 *stack)
{
	struct bvm_oracle *o = arg;

	if (!o->seen[pc])
		return wrong(o, "insn %u was not verified", pc);
	o->steps++;
	o->executed[o->rows[pc]]++;
	return check_regs(o, pc, regs, stack) && check_slots(o, pc, stack) &&
	       do_shadow(o, pc, regs, stack);
}

static void check_end(struct bvm_oracle *o, u64 r0)
{
	const struct bvm_verify_out *out = &o->out;

	if (o->steps > out->max_insns)
		(void)wrong(o, "%u instructions, at most %u", o->steps,
			    out->max_insns);
	else if (o->calls > out->max_calls)
		(void)wrong(o, "%u calls, at most %u", o->calls,
			    out->max_calls);
	else if (o->table_steps > out->max_steps)
		(void)wrong(o, "%llu table steps, at most %llu",
			    (unsigned long long)o->table_steps,
			    (unsigned long long)out->max_steps);
	else if (r0 < out->r0_min || r0 > out->r0_max ||
		 (r0 & ~out->r0_mask) != out->r0_value)
		(void)wrong(o, "r0 = %#llx is not possible",
			    (unsigned long long)r0);
}

u64 bvm_oracle_run(struct bvm_oracle *o, const void *ctx)
{
	u64 r0;

	o->ctx = ctx;
	o->steps = o->calls = 0;
	o->table_steps = 0;
	o->why[0] = '\0';
	memset(o->bytes, BVM_REG_UNSET, sizeof(o->bytes));
	memset(o->kinds, BVM_REG_UNSET, sizeof(o->kinds));
	o->kinds[1] = BVM_REG_CTX;
	o->kinds[BVM_REG_FRAME] = BVM_REG_STACK;
	if (!o->in.ctx.num_fields)
		o->kinds[2] = BVM_REG_NUM;
	r0 = bvm_exec_traced(o->in.insns, o->in.num_insns, ctx, o->in.ctx.size,
			     check_step, o);
	o->total += o->steps;
	if (!o->why[0])
		check_end(o, r0);
	return r0;
}

u64 bvm_oracle_run_class(struct bvm_oracle *o, const struct bvm_run *run)
{
	o->run = run;
	return bvm_oracle_run(o, &run->ctx);
}

u32 bvm_oracle_unexecuted(const struct bvm_oracle *o, const char **name)
{
	const struct bvm_insn_info *row;
	u32 i, num = 0;

	for (i = 0; (row = bvm_insn_row(i)); i++) {
		if (!o->executed[i] && num++ == 0)
			*name = row->mnemonic;
	}
	return num;
}
