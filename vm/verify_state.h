/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * verify_state.h - what the verifier knows at one instruction
 *
 * Internal to verify*.c, and to the tests that hold concrete runs against it.
 */
#ifndef BVM_VERIFY_STATE_H
#define BVM_VERIFY_STATE_H

#include "interval.h"
#include "verify.h"

#define BVM_NUM_SLOTS (BVM_STACK_BYTES / 8)
#define BVM_MAX_WAITING (BVM_MAX_PENDING + BVM_LOWERED_PENDING)

/* An offset beyond this from its base makes a pointer unusable. */
#define BVM_MAX_PTR_OFF (1 << 29)

enum bvm_reg_kind {
	BVM_REG_UNSET, /* not written, or of different kinds on two ways */
	BVM_REG_NUM, /* num: the value */
	BVM_REG_CTX, /* num: bytes from the start of the ctx */
	BVM_REG_STACK, /* num: bytes from the end of the stack, so negative */
	BVM_REG_STR, /* handle of a path */
	BVM_REG_TEXT, /* handle of another string */
};

struct bvm_reg {
	struct bvm_num num; /* top where the kind does not use it */
	u32 kind; /* enum bvm_reg_kind */
	u32 lost; /* 1 + the last merge point that widened it; 0 = none */
};

/* Eight bytes of stack. */
struct bvm_slot {
	struct bvm_reg reg; /* the value, where all eight bytes are set */
	u32 set; /* bit i: byte i may be read; reg.lost: why one may not */
	/*
	 * 1 + the instruction that wrote it last; 0 = another was joined into
	 * it. Each instruction is visited once, so where two states have the
	 * same slot by the same writer, they have the same in it.
	 */
	u32 writer;
};

/* Slot i is bytes -8 * (i + 1) .. -8 * i - 1 from the end of the stack. */
struct bvm_state {
	struct bvm_reg regs[BVM_NUM_REGS];
	u64 max_steps; /* on any way to here */
	u32 max_insns;
	u32 max_calls;
	u32 num_slots; /* slots from here on are not set */
	u32 reserved;
	struct bvm_slot slots[BVM_NUM_SLOTS];
};

struct bvm_verifier {
	const struct bvm_verify_in *in;
	struct bvm_verify_out *out;
	struct bvm_error *err;
	u32 pc; /* the instruction being checked */
	bool live; /* some way leads from the one before into this one */
	bool has_exit; /* out->r0_* hold a result */
	u32 num_used; /* states that were ever used */
	u32 num_free; /* those of them that are free again */
	struct bvm_num r0; /* results of the exits so far */
	struct bvm_state cur;
	char known[160]; /* text of registers */
	char insn[64]; /* text of instructions */
	char line[1024]; /* text for the log */
	u32 max_pending; /* BVM_MAX_PENDING, or a few more if lowered */
	u16 free_states[BVM_MAX_WAITING];
	u16 waiting[BVM_MAX_LOWERED]; /* 1 + state of a jump's target */
	u8 is_tail[BVM_MAX_LOWERED]; /* second half of an lddw */
	struct bvm_state states[BVM_MAX_WAITING];
};

_Static_assert(sizeof(struct bvm_verifier) <= BVM_VERIFY_BYTES,
	       "the verifier's memory is bounded by a stated number");

/*
 * Refuse: fill the error with the instruction, what is known of register reg
 * (or nothing, if -1) and what is wrong with it. Return -EINVAL.
 */
int __printf(3, 4)
	bvm_refuse(struct bvm_verifier *v, int reg, const char *fmt, ...);

/* A register in words: "ctx+8", "number 0..63". Returns buf. */
const char *bvm_reg_print(const struct bvm_reg *reg, char *buf, size_t len);

/* The slot, made one that is looked at: slots below it are then unset. */
struct bvm_slot *bvm_state_slot(struct bvm_state *s, u32 i);

/* Set a register to a number. */
static inline void bvm_reg_set_num(struct bvm_reg *reg, struct bvm_num num)
{
	reg->num = num;
	reg->kind = BVM_REG_NUM;
	reg->lost = 0;
}

static inline void bvm_reg_unset(struct bvm_reg *reg)
{
	reg->num = bvm_num_top();
	reg->kind = BVM_REG_UNSET;
	reg->lost = 0;
}

/* verify_join.c: fold state from into state to; both reach instruction pc. */
void bvm_state_copy(struct bvm_state *to, const struct bvm_state *from);
void bvm_state_join(struct bvm_state *to, const struct bvm_state *from, u32 pc);

/* Refuse unless register r is a number. */
int __must_check bvm_need_num(struct bvm_verifier *v, u32 r);

/* Refuse unless register r points to len bytes of stack, all of them set. */
int __must_check bvm_need_bytes(struct bvm_verifier *v, u32 r, u32 len);

/*
 * Sign extension of the low `from` bits to `to` bits, as its lowering does it,
 * so that both know the same of the result.
 */
struct bvm_num bvm_extend_by_shifts(struct bvm_num a, u32 from, u32 to);

/* verify_alu.c, verify_mem.c, verify_call.c: one instruction's effect. */
int __must_check bvm_verify_alu(struct bvm_verifier *v,
				const struct bvm_insn *insn);
int __must_check bvm_verify_load(struct bvm_verifier *v,
				 const struct bvm_insn *insn);
int __must_check bvm_verify_store(struct bvm_verifier *v,
				  const struct bvm_insn *insn);
int __must_check bvm_verify_call(struct bvm_verifier *v,
				 const struct bvm_insn *insn);

#endif /* BVM_VERIFY_STATE_H */
