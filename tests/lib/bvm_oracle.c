// SPDX-License-Identifier: GPL-2.0-only
/*
 * bvm_oracle.c - hold every step of a run against what the verifier said
 */
#include <stdlib.h>

#include "bvm_oracle.h"
#include "vm/verify_state.h"

#define wrong(o, ...) (snprintf((o)->why, sizeof((o)->why), __VA_ARGS__), false)

void bvm_oracle_init(struct bvm_oracle *o)
{
	memset(o, 0, sizeof(*o));
	o->in.scratch = malloc(bvm_verify_scratch());
	o->seen = calloc(BVM_MAX_LOWERED, sizeof(*o->seen));
}

/* Make room for the states of the program that is set, and forget all. */
static void make_room(struct bvm_oracle *o)
{
	u32 num = o->in.num_insns;

	if (num > BVM_MAX_LOWERED)
		num = BVM_MAX_LOWERED;
	memset(o->seen, 0, BVM_MAX_LOWERED * sizeof(*o->seen));
	if (num <= o->max_states)
		return;
	free(o->states);
	o->states = malloc(num * sizeof(*o->states));
	o->max_states = num;
}

void bvm_oracle_fini(struct bvm_oracle *o)
{
	free(o->states);
	free(o->seen);
	free(o->in.scratch);
}

void bvm_oracle_set_raw(struct bvm_oracle *o, const struct bvm_insn *insns,
			u32 num_insns, u32 ctx_len)
{
	void *scratch = o->in.scratch;

	memset(&o->in, 0, sizeof(o->in));
	o->in.scratch = scratch;
	o->in.insns = insns;
	o->in.num_insns = num_insns;
	o->in.ctx.size = ctx_len;
	o->in.max_stack = BVM_STACK_BYTES;
}

static void keep(void *arg, u32 pc, const struct bvm_state *state)
{
	struct bvm_oracle *o = arg;
	size_t used = offsetof(struct bvm_state, slots) +
		      state->num_slots * sizeof(state->slots[0]);

	memcpy(&o->states[pc], state, used);
	o->seen[pc] = true;
}

int bvm_oracle_verify(struct bvm_oracle *o)
{
	make_room(o);
	o->in.watch = keep;
	o->in.watch_arg = o;
	return bvm_verify(&o->in, &o->out, &o->err);
}

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

static bool check_access(struct bvm_oracle *o, u32 pc, const u64 *regs,
			 const u8 *stack)
{
	const struct bvm_insn *insn = &o->in.insns[pc];
	const u32 class = BVM_CODE_CLASS(insn->code);
	const u8 *end = stack + BVM_STACK_BYTES;
	const u8 *at;
	u32 size;

	if (class < BVM_CLS_LDX || class > BVM_CLS_STX)
		return true;
	at = (const u8 *)(uintptr_t)(regs[class == BVM_CLS_LDX ? insn->src :
								 insn->dst] +
				     (s64)insn->off);
	size = bvm_insn_size(insn->code);
	if (at >= end - o->out.stack_bytes && at + size <= end)
		return true;
	if (class == BVM_CLS_LDX && at >= o->ctx &&
	    at + size <= o->ctx + o->in.ctx.size)
		return true;
	return wrong(o, "insn %u: access outside", pc);
}

static bool check_step(void *arg, u32 pc, const u64 *regs, const u8 *stack)
{
	struct bvm_oracle *o = arg;
	const struct bvm_state *s = &o->states[pc];
	u64 value;
	u32 i;

	o->steps++;
	if (!o->seen[pc])
		return wrong(o, "insn %u was not verified", pc);
	for (i = 0; i < BVM_NUM_REGS; i++) {
		if (!holds(o, &s->regs[i], regs[i], stack))
			return wrong(o, "insn %u: r%u = %#llx is not possible",
				     pc, i, (unsigned long long)regs[i]);
	}
	for (i = 0; i < s->num_slots; i++) {
		if (s->slots[i].set != 0xff)
			continue;
		memcpy(&value, stack + BVM_STACK_BYTES - 8 * (i + 1), 8);
		if (!holds(o, &s->slots[i].reg, value, stack))
			return wrong(o, "insn %u: stack slot %u = %#llx", pc, i,
				     (unsigned long long)value);
	}
	return check_access(o, pc, regs, stack);
}

u64 bvm_oracle_run(struct bvm_oracle *o, const void *ctx)
{
	u64 r0;

	o->ctx = ctx;
	o->steps = 0;
	o->why[0] = '\0';
	r0 = bvm_exec_traced(o->in.insns, o->in.num_insns, ctx, o->in.ctx.size,
			     check_step, o);
	if (o->why[0])
		return r0;
	if (o->steps > o->out.max_insns)
		(void)wrong(o, "%u steps, at most %u", o->steps,
			    o->out.max_insns);
	if (r0 < o->out.r0_min || r0 > o->out.r0_max ||
	    (r0 & ~o->out.r0_mask) != o->out.r0_value)
		(void)wrong(o, "r0 = %#llx is not possible",
			    (unsigned long long)r0);
	return r0;
}
