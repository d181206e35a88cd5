// SPDX-License-Identifier: GPL-2.0-only
#include "emit.h"

void emit_insn(struct emit *e, u8 code, u32 dst, u32 src, s16 off, s32 imm)
{
	if (e->num == BVM_MAX_INSNS) {
		e->overflow = true;
		return;
	}
	e->insns[e->num++] = bvm_insn_make(code, dst, src, off, imm);
}

void emit_jump(struct emit *e, u8 code, u32 dst, s32 imm, struct emit_label *to)
{
	emit_insn(e, code, dst, 0, to->last, imm);
	to->last = e->num;
}

void emit_place(struct emit *e, struct emit_label *label)
{
	u32 jump = label->last;

	while (jump && !e->overflow) {
		u32 before = e->insns[jump - 1].off;

		e->insns[jump - 1].off = e->num - jump;
		jump = before;
	}
	label->last = 0;
}

void emit_move(struct emit *e, u32 dst, u32 src)
{
	emit_insn(e, BVM_MOV64_X, dst, src, 0, 0);
}

void emit_load_imm(struct emit *e, u32 dst, u64 value)
{
	if (value == (u64)(s64)(s32)value) {
		emit_insn(e, BVM_MOV64_K, dst, 0, 0, (s32)value);
		return;
	}
	emit_insn(e, BVM_LDDW, dst, 0, 0, (s32)value);
	emit_insn(e, 0, 0, 0, 0, (s32)(value >> 32));
}

void emit_load_field(struct emit *e, u32 dst, u32 src, u16 off, u16 size)
{
	u8 code = size == 8 ? BVM_LDXDW :
		  size == 4 ? BVM_LDXW :
		  size == 2 ? BVM_LDXH :
			      BVM_LDXB;

	emit_insn(e, code, dst, src, off, 0);
}

void emit_or(struct emit *e, u32 dst, u64 bits)
{
	if (bits == (u64)(s64)(s32)bits) {
		emit_insn(e, BVM_OR64_K, dst, 0, 0, (s32)bits);
		return;
	}
	emit_load_imm(e, 0, bits);
	emit_insn(e, BVM_OR64_X, dst, 0, 0, 0);
}

void emit_call(struct emit *e, u32 ctx, u32 table, u32 helper)
{
	emit_move(e, 1, ctx);
	emit_load_imm(e, 2, table);
	emit_insn(e, BVM_CALL, 0, 0, 0, helper);
}
