/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * emit.h - a small assembler
 *
 * Jumps go forward to labels that are placed later. A program that grows too
 * long sets `overflow` and takes no more; who made it asks at the end.
 */
#ifndef POLICYC_EMIT_H
#define POLICYC_EMIT_H

#include "vm/hooks.h"
#include "vm/insn.h"

struct emit {
	struct bvm_insn insns[BVM_MAX_INSNS];
	u32 num;
	bool overflow;
};

/* Jumps that wait for a place are a list through their off fields. */
struct emit_label {
	u32 last; /* the last jump to here + 1; 0: none */
};

/* Append one instruction. */
void emit_insn(struct emit *e, u8 code, u32 dst, u32 src, s16 off, s32 imm);
/* A conditional jump that compares dst with imm, or BVM_JA. */
void emit_jump(struct emit *e, u8 code, u32 dst, s32 imm,
	       struct emit_label *to);
/* Place a label here; all its jumps have been emitted. */
void emit_place(struct emit *e, struct emit_label *label);

/* dst = src; dst = value, in one or two slots. */
void emit_move(struct emit *e, u32 dst, u32 src);
void emit_load_imm(struct emit *e, u32 dst, u64 value);
/* dst = field of the ctx that src points to, zero-extended. */
void emit_load_field(struct emit *e, u32 dst, u32 src, u16 off, u16 size);
/* dst |= bits; r0 is lost if they do not fit an instruction. */
void emit_or(struct emit *e, u32 dst, u64 bits);
/* r0 = helper(ctx, table, ...); r3 and r4 are the caller's business. */
void emit_call(struct emit *e, u32 ctx, u32 table, u32 helper);

#endif /* POLICYC_EMIT_H */
