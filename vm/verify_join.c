// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/*
 * verify_join.c - one state for all the ways that lead to an instruction
 */
#include "verify_state.h"

static size_t used_bytes(const struct bvm_state *s)
{
	return offsetof(struct bvm_state, slots) +
	       s->num_slots * sizeof(s->slots[0]);
}

void bvm_state_copy(struct bvm_state *to, const struct bvm_state *from)
{
	memcpy(to, from, used_bytes(from));
}

static inline bool is_same_num(const struct bvm_num *a, const struct bvm_num *b)
{
	return !((a->value ^ b->value) | (a->mask ^ b->mask) |
		 (a->umin ^ b->umin) | (a->umax ^ b->umax) |
		 (u64)(a->smin ^ b->smin) | (u64)(a->smax ^ b->smax));
}

/*
 * Most registers are the same on both ways, and compared without a call; of
 * one that is not set there is no number to compare.
 */
static inline bool is_same(const struct bvm_reg *a, const struct bvm_reg *b)
{
	if ((a->kind ^ b->kind) | (a->lost ^ b->lost))
		return false;
	return a->kind == BVM_REG_UNSET || is_same_num(&a->num, &b->num);
}

/*
 * Whatever b says is possible, a says so too: then widening a by b leaves it as
 * it is. Asked first, for jumps to where much is possible already: an enemy's
 * program has many, over a full stack.
 */
static inline bool covers(const struct bvm_num *a, const struct bvm_num *b)
{
	return !((b->mask | (a->value ^ b->value)) & ~a->mask) &&
	       a->umin <= b->umin && a->umax >= b->umax && a->smin <= b->smin &&
	       a->smax >= b->smax;
}

/* Differing kinds leave nothing to use; pc is noted where anything is lost. */
static void join_reg(struct bvm_reg *to, const struct bvm_reg *from, u32 pc)
{
	if (to->kind != from->kind) {
		bvm_reg_unset(to);
		to->lost = pc + 1;
		return;
	}
	if (is_same_num(&to->num, &from->num)) {
		to->lost = to->lost > from->lost ? to->lost : from->lost;
		return;
	}
	/* of two that differ, one at least loses something */
	if (!covers(&to->num, &from->num))
		bvm_num_widen(&to->num, &from->num);
	to->lost = pc + 1;
}

struct bvm_slot *bvm_state_slot(struct bvm_state *s, u32 i)
{
	while (s->num_slots <= i) {
		struct bvm_slot *slot = &s->slots[s->num_slots++];

		bvm_reg_unset(&slot->reg);
		slot->set = 0;
		slot->writer = 0;
	}
	return &s->slots[i];
}

static inline bool is_same_slot(const struct bvm_slot *a,
				const struct bvm_slot *b)
{
	return a->set == b->set && is_same(&a->reg, &b->reg);
}

static void join_slot(struct bvm_slot *to, const struct bvm_slot *from, u32 pc)
{
	const u32 either = to->set | from->set;

	/* so it need not be looked at: see writer, and onepass.v */
	if (to->writer == from->writer && to->writer) {
		bvm_promise(is_same_slot(to, from));
		return;
	}
	to->writer = 0;
	if (is_same_slot(to, from))
		return;
	/* bytes of a pointer must not become readable as bytes of a number */
	if (to->reg.kind != from->reg.kind)
		to->set = 0;
	to->set &= from->set;
	join_reg(&to->reg, &from->reg, pc);
	if (to->set != either)
		to->reg.lost = pc + 1;
}

/* A slot that the other way knows nothing of. */
static void drop_slot(struct bvm_slot *slot, u32 pc)
{
	const u32 lost = slot->set ? pc + 1 : slot->reg.lost;

	bvm_reg_unset(&slot->reg);
	slot->reg.lost = lost;
	slot->set = 0;
	slot->writer = 0;
}

void bvm_state_join(struct bvm_state *to, const struct bvm_state *from, u32 pc)
{
	u32 i;

	for (i = 0; i < BVM_NUM_REGS; i++)
		if (!is_same(&to->regs[i], &from->regs[i]))
			join_reg(&to->regs[i], &from->regs[i], pc);
	if (from->num_slots)
		(void)bvm_state_slot(to, from->num_slots - 1);
	for (i = 0; i < from->num_slots; i++)
		join_slot(&to->slots[i], &from->slots[i], pc);
	for (; i < to->num_slots; i++)
		drop_slot(&to->slots[i], pc);
	if (from->max_insns > to->max_insns)
		to->max_insns = from->max_insns;
	if (from->max_calls > to->max_calls)
		to->max_calls = from->max_calls;
	if (from->max_steps > to->max_steps)
		to->max_steps = from->max_steps;
}
