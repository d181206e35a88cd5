// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/*
 * verify_mem.c - loads and stores: inside the ctx, inside the stack, and only
 * of what was written
 */
#include "verify_state.h"

/* Bytes lo .. end - 1 from the base of a pointer; fixed: at one offset. */
struct access {
	s64 lo;
	s64 end;
	u32 size;
	bool fixed;
};

static struct access access_of(const struct bvm_reg *base,
			       const struct bvm_insn *insn)
{
	const u32 size = bvm_insn_size(insn->code);

	return (struct access){
		.lo = base->num.smin + insn->off,
		.end = base->num.smax + insn->off + size,
		.size = size,
		.fixed = bvm_num_is_const(&base->num),
	};
}

/* What a load of size bytes may give, if nothing else is known. */
static struct bvm_num any_of_size(u32 size)
{
	return bvm_num_cut(bvm_num_top(), 8 * size);
}

/* ---- the ctx ---- */

static const struct bvm_field *field_at(const struct bvm_ctx_desc *ctx, s64 off)
{
	u32 i;

	for (i = 0; i < ctx->num_fields; i++) {
		const struct bvm_field *f = &ctx->fields[i];

		if (off >= f->off && off < f->off + f->size)
			return f;
	}
	return NULL;
}

/*
 * Wherever the load is, it is inside one field. That of a handle has the
 * field's offset in the instruction: so instructions alone show which strings
 * a program can ask for, whatever its ways.
 */
static int load_field(struct bvm_verifier *v, const struct bvm_insn *insn,
		      const struct access *a, struct bvm_reg *result)
{
	const struct bvm_field *f = field_at(&v->in->ctx, a->lo);
	bool whole;

	if (!f || a->end > f->off + f->size)
		return bvm_refuse(v, insn->src,
				  "bytes %lld..%lld are not inside one field",
				  (long long)a->lo, (long long)a->end - 1);
	whole = a->fixed && a->lo == f->off && a->size == f->size;
	if (f->kind == BVM_FIELD_STR || f->kind == BVM_FIELD_TEXT) {
		if (!whole)
			return bvm_refuse(
				v, insn->src,
				"%s is a string's handle, which only ldxdw may load",
				f->name);
		if (insn->off != a->lo)
			return bvm_refuse(
				v, insn->src,
				"%s is a string's handle, which is loaded from ctx+0 with off %u",
				f->name, f->off);
		result->kind = f->kind == BVM_FIELD_STR ? BVM_REG_STR :
							  BVM_REG_TEXT;
		result->num = bvm_num_top();
	} else if (whole && f->kind == BVM_FIELD_SCALAR) {
		result->num = bvm_num_range(0, f->max);
	}
	return 0;
}

static int load_ctx(struct bvm_verifier *v, const struct bvm_insn *insn,
		    struct bvm_reg *result)
{
	const struct bvm_ctx_desc *ctx = &v->in->ctx;
	const struct access a = access_of(&v->cur.regs[insn->src], insn);

	if (a.lo < 0 || a.end > ctx->size)
		return bvm_refuse(v, insn->src,
				  "bytes %lld..%lld leave the ctx of %u bytes",
				  (long long)a.lo, (long long)a.end - 1,
				  ctx->size);
	bvm_reg_set_num(result, any_of_size(a.size));
	return ctx->num_fields ? load_field(v, insn, &a, result) : 0;
}

/* ---- the stack ---- */

/* Slot of the byte at off, which is negative. */
static u32 slot_of(s64 off)
{
	return (u32)((-1 - off) >> 3);
}

static int check_stack(struct bvm_verifier *v, u32 reg, const struct access *a)
{
	const u32 depth = (u32)((7 - a->lo) & ~7ll);

	if (a->lo < -(s64)v->in->max_stack || a->end > 0)
		return bvm_refuse(
			v, reg, "bytes %lld..%lld leave the stack of %u bytes",
			(long long)a->lo, (long long)a->end - 1,
			v->in->max_stack);
	if (depth > v->out->stack_bytes)
		v->out->stack_bytes = depth;
	return 0;
}

/* A byte that holds a part of a number. */
static bool is_set(const struct bvm_state *s, s64 off)
{
	const u32 i = slot_of(off);

	return i < s->num_slots && s->slots[i].reg.kind == BVM_REG_NUM &&
	       s->slots[i].set >> (off & 7) & 1;
}

/* Why a byte cannot be read. */
static int refuse_byte(struct bvm_verifier *v, u32 reg, s64 off)
{
	const struct bvm_state *s = &v->cur;
	const struct bvm_slot *slot = &s->slots[slot_of(off)];

	if (slot_of(off) >= s->num_slots)
		return bvm_refuse(
			v, reg, "the byte at stack%lld is not set to a number",
			(long long)off);
	if (slot->set && slot->reg.kind != BVM_REG_NUM)
		return bvm_refuse(
			v, reg,
			"the byte at stack%lld is part of %s, which only ldxdw may load",
			(long long)off,
			slot->reg.kind == BVM_REG_STR  ? "a string's handle" :
			slot->reg.kind == BVM_REG_TEXT ? "a text's handle" :
							 "a pointer");
	if (slot->reg.lost)
		return bvm_refuse(
			v, reg,
			"the byte at stack%lld is not set to the same kind on every way that meets at insn %u",
			(long long)off, slot->reg.lost - 1);
	return bvm_refuse(v, reg,
			  "the byte at stack%lld is not set to a number",
			  (long long)off);
}

/* All eight bytes from off, a multiple of 8, at once. */
static bool is_slot_set(const struct bvm_state *s, s64 off)
{
	const u32 i = slot_of(off);

	return i < s->num_slots && s->slots[i].reg.kind == BVM_REG_NUM &&
	       s->slots[i].set == 0xff;
}

static int need_set(struct bvm_verifier *v, u32 reg, const struct access *a)
{
	s64 off = a->lo;

	while (off < a->end) {
		if (!(off & 7) && is_slot_set(&v->cur, off)) {
			off += 8;
			continue;
		}
		if (!is_set(&v->cur, off))
			return refuse_byte(v, reg, off);
		off++;
	}
	return 0;
}

int bvm_need_bytes(struct bvm_verifier *v, u32 r, u32 len)
{
	const struct bvm_reg *reg = &v->cur.regs[r];
	const struct access a = {
		.lo = reg->num.smin,
		.end = reg->num.smin + len,
		.size = len,
		.fixed = true,
	};
	int err;

	if (reg->kind != BVM_REG_STACK || !bvm_num_is_const(&reg->num))
		return bvm_refuse(
			v, r, "a pointer to %u bytes of stack is needed", len);
	err = check_stack(v, r, &a);
	return err ? err : need_set(v, r, &a);
}

static int load_bytes(struct bvm_verifier *v, const struct bvm_insn *insn,
		      const struct access *a, struct bvm_reg *result)
{
	const struct bvm_slot *slot;
	int err = need_set(v, insn->src, a);

	if (err)
		return err;
	bvm_reg_set_num(result, any_of_size(a->size));
	slot = &v->cur.slots[slot_of(a->lo)];
	if (a->fixed && slot_of(a->lo) == slot_of(a->end - 1) &&
	    slot->set == 0xff) {
		result->num = bvm_num_cut(
			bvm_num_rsh(slot->reg.num,
				    bvm_num_const(8 * (a->lo & 7)), 64),
			8 * a->size);
		/* a part that all ways agree on has lost nothing */
		if (!bvm_num_is_const(&result->num))
			result->lost = slot->reg.lost;
	}
	return 0;
}

static int load_stack(struct bvm_verifier *v, const struct bvm_insn *insn,
		      struct bvm_reg *result)
{
	const struct access a = access_of(&v->cur.regs[insn->src], insn);
	const struct bvm_slot *slot;
	int err;

	err = check_stack(v, insn->src, &a);
	if (err)
		return err;
	slot = &v->cur.slots[slot_of(a.lo)];
	if (a.fixed && a.size == 8 && !(a.lo & 7) &&
	    slot_of(a.lo) < v->cur.num_slots && slot->set == 0xff) {
		*result = slot->reg;
		return 0;
	}
	return load_bytes(v, insn, &a, result);
}

int bvm_verify_load(struct bvm_verifier *v, const struct bvm_insn *insn)
{
	const struct bvm_reg *base = &v->cur.regs[insn->src];
	const u32 size = bvm_insn_size(insn->code);
	struct bvm_reg result;
	int err;

	if (insn->dst == BVM_REG_FRAME)
		return bvm_refuse(v, insn->dst, "r10 cannot be written");
	if (base->kind == BVM_REG_CTX)
		err = load_ctx(v, insn, &result);
	else if (base->kind == BVM_REG_STACK)
		err = load_stack(v, insn, &result);
	else
		err = bvm_refuse(v, insn->src, "a pointer is needed");
	if (err)
		return err;
	if (insn->code == BVM_LDXSB || insn->code == BVM_LDXSH ||
	    insn->code == BVM_LDXSW)
		result.num = bvm_extend_by_shifts(result.num, 8 * size, 64);
	v->cur.regs[insn->dst] = result;
	return 0;
}

/* What a slot held is no more; bytes of a number stay readable. */
static void spoil(struct bvm_slot *slot, u32 pc)
{
	if (slot->reg.kind != BVM_REG_NUM)
		slot->set = 0;
	bvm_reg_set_num(&slot->reg, bvm_num_top());
	slot->writer = pc + 1;
}

static void store_bytes(struct bvm_state *s, const struct access *a, u32 pc)
{
	s64 off;

	for (off = a->lo; off < a->end; off++) {
		struct bvm_slot *slot = bvm_state_slot(s, slot_of(off));

		spoil(slot, pc);
		slot->set |= 1u << (off & 7);
	}
}

/* Of such a slot nothing was known. */
static bool is_spoilt(const struct bvm_slot *slot)
{
	const struct bvm_num *n = &slot->reg.num;

	return slot->reg.kind == BVM_REG_NUM && !slot->reg.lost && !n->umin &&
	       n->umax == U64_MAX && n->smin == S64_MIN && n->smax == S64_MAX &&
	       n->mask == U64_MAX;
}

/*
 * Somewhere in a->lo .. a->end: nothing becomes set, nothing stays known. A slot
 * that does not change stays its writer's.
 */
static void store_somewhere(struct bvm_state *s, const struct access *a, u32 pc)
{
	u32 i;

	for (i = slot_of(a->end - 1); i <= slot_of(a->lo); i++) {
		if (i < s->num_slots && !is_spoilt(&s->slots[i]))
			spoil(&s->slots[i], pc);
	}
}

/* What a store writes. */
static int stored_value(struct bvm_verifier *v, const struct bvm_insn *insn,
			const struct access *a, struct bvm_reg *value)
{
	if (BVM_CODE_CLASS(insn->code) == BVM_CLS_ST) {
		bvm_reg_set_num(value, bvm_num_const((u64)(s64)insn->imm));
		return 0;
	}
	*value = v->cur.regs[insn->src];
	if (value->kind == BVM_REG_NUM)
		return 0;
	if (value->kind == BVM_REG_UNSET)
		return bvm_refuse(v, insn->src, "a value is needed");
	if (a->fixed && a->size == 8 && !(a->lo & 7))
		return 0;
	return bvm_refuse(v, insn->src,
			  "it can be stored whole, at a multiple of 8, alone");
}

int bvm_verify_store(struct bvm_verifier *v, const struct bvm_insn *insn)
{
	const struct bvm_reg *base = &v->cur.regs[insn->dst];
	struct bvm_reg value;
	struct bvm_slot *slot;
	struct access a;
	int err;

	if (base->kind == BVM_REG_CTX)
		return bvm_refuse(v, insn->dst, "the ctx cannot be written");
	if (base->kind != BVM_REG_STACK)
		return bvm_refuse(v, insn->dst,
				  "a pointer to the stack is needed");
	a = access_of(base, insn);
	err = check_stack(v, insn->dst, &a);
	if (!err)
		err = stored_value(v, insn, &a, &value);
	if (err)
		return err;

	if (!a.fixed) {
		store_somewhere(&v->cur, &a, v->pc);
	} else if (a.size == 8 && !(a.lo & 7)) {
		slot = bvm_state_slot(&v->cur, slot_of(a.lo));
		slot->reg = value;
		slot->set = 0xff;
		slot->writer = v->pc + 1;
	} else {
		store_bytes(&v->cur, &a, v->pc);
	}
	return 0;
}
