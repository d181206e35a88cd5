// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/*
 * verify_call.c - what helpers take and give
 */
#include "helpers.h"
#include "verify_state.h"

static const char *table_name(u32 kind)
{
	switch (kind) {
#define BVM_TABLE(num, KIND, kind, units) \
	case BVM_TABLE_##KIND:            \
		return #KIND;
#include "tables.def"
#undef BVM_TABLE
	}
	return "unknown";
}

static bool is_addr_field(const struct bvm_ctx_desc *ctx, u64 off)
{
	u32 i;

	for (i = 0; i < ctx->num_fields; i++) {
		if (ctx->fields[i].kind == BVM_FIELD_ADDR &&
		    ctx->fields[i].off == off)
			return true;
	}
	return false;
}

static int check_arg(struct bvm_verifier *v, u32 r, enum bvm_arg arg,
		     u32 key_len)
{
	const struct bvm_reg *reg = &v->cur.regs[r];

	switch (arg) {
	case BVM_ARG_NONE:
		return 0;
	case BVM_ARG_SCALAR:
		return bvm_need_num(v, r);
	case BVM_ARG_STR:
		if (reg->kind == BVM_REG_STR)
			return 0;
		return bvm_refuse(v, r,
				  "a string's handle from the ctx is needed");
	case BVM_ARG_TEXT:
		if (reg->kind == BVM_REG_TEXT)
			return 0;
		return bvm_refuse(v, r,
				  "a text's handle from the ctx is needed");
	case BVM_ARG_ADDR:
		if (reg->kind == BVM_REG_CTX && bvm_num_is_const(&reg->num) &&
		    is_addr_field(&v->in->ctx, reg->num.umin))
			return 0;
		return bvm_refuse(
			v, r, "the start of an address in the ctx is needed");
	case BVM_ARG_KEY:
		return bvm_need_bytes(v, r, key_len);
	}
	return bvm_refuse(v, r, "unknown kind of argument");
}

/* Only an exec has arguments. */
static bool is_exec(const struct bvm_ctx_desc *ctx)
{
	return ctx->fields == bvm_classes[BVM_CLASS_EXEC].fields;
}

static int find_table(struct bvm_verifier *v, u32 num, u32 *index)
{
	const u32 kind = bvm_helpers[num].table;
	const struct bvm_image *image = v->in->image;
	const struct bvm_reg *reg = &v->cur.regs[2];

	if (reg->kind != BVM_REG_NUM || !bvm_num_is_const(&reg->num))
		return bvm_refuse(v, 2,
				  "the constant index of a %s table is needed",
				  table_name(kind));
	if (reg->num.umin >= image->num_tables)
		return bvm_refuse(v, 2, "there are %u tables",
				  image->num_tables);
	*index = (u32)reg->num.umin;
	if (image->tables[*index].kind != kind)
		return bvm_refuse(v, 2, "that table is of kind %s, expected %s",
				  table_name(image->tables[*index].kind),
				  table_name(kind));
	/* the kernel walks a path through this DFA alone, and keeps no bytes */
	if (num == BVM_HELPER_MATCH && *index != image->rights_dfa)
		return bvm_refuse(v, 2,
				  "strings match the DFA of RIGHTS alone");
	return 0;
}

static int find_slot(struct bvm_verifier *v)
{
	const u32 num_slots = v->in->image->meta->num_slots;
	const struct bvm_reg *reg = &v->cur.regs[2];

	if (reg->kind != BVM_REG_NUM || !bvm_num_is_const(&reg->num))
		return bvm_refuse(v, 2,
				  "the constant index of a slot is needed");
	if (reg->num.umin >= num_slots)
		return bvm_refuse(v, 2, "there are %u slots", num_slots);
	return 0;
}

int bvm_verify_call(struct bvm_verifier *v, const struct bvm_insn *insn)
{
	const u32 num = (u32)insn->imm;
	const struct bvm_reg *r1 = &v->cur.regs[1];
	const struct bvm_table *t = NULL;
	u32 i, index = 0, key_len = 0;
	int err;

	if (num >= BVM_NUM_HELPERS || !bvm_helpers[num].name)
		return bvm_refuse(v, -1, "there is no such helper");
	if (!v->in->image || !v->in->ctx.num_fields)
		return bvm_refuse(v, -1, "no helper can be called here");
	if (num == BVM_HELPER_ARGV && !is_exec(&v->in->ctx))
		return bvm_refuse(v, -1, "only class exec has arguments");
	if (r1->kind != BVM_REG_CTX || !bvm_num_is_const(&r1->num) ||
	    r1->num.umin)
		return bvm_refuse(v, 1, "the ctx is needed");
	if (bvm_helpers[num].table == BVM_TABLE_SLOT)
		err = find_slot(v);
	else
		err = find_table(v, num, &index);
	if (err)
		return err;
	if (bvm_helpers[num].table != BVM_TABLE_SLOT) {
		t = &v->in->image->tables[index];
		key_len = t->key_len;
	}
	err = check_arg(v, 3, bvm_helpers[num].arg3, key_len);
	if (!err)
		err = check_arg(v, 4, bvm_helpers[num].arg4, key_len);
	if (err)
		return err;

	v->cur.max_calls++;
	v->cur.max_steps += t ? t->max_steps : 1;
	bvm_reg_set_num(&v->cur.regs[0],
			bvm_num_range(0, bvm_helper_max(num, t)));
	for (i = 1; i <= 5; i++)
		bvm_reg_unset(&v->cur.regs[i]);
	return 0;
}
