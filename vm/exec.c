// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/*
 * exec.c - the interpreter, and the reference for what instructions mean
 *
 * A verified program cannot leave its code, its ctx or its stack, so nothing
 * of that is tested here. It is a plain switch, which both builds compile to
 * comparisons and not to a table of jumps (-fno-jump-tables): the kernel has
 * no choice where it runs with retpolines, and many processors predict a few
 * branches better than one jump to a hundred places. A switch for each class
 * leaves few of them. docs/benchmarks.md has
 * what was measured.
 */
#include "exec.h"

struct machine {
	u64 regs[BVM_NUM_REGS];
	u8 stack[BVM_STACK_BYTES] __attribute__((aligned(8)));
};

static inline u64 load(u64 addr, u32 size)
{
	u64 value = 0;

	memcpy(&value, (const void *)(uintptr_t)addr, size);
	return value;
}

static inline void store(u64 addr, u64 value, u32 size)
{
	memcpy((void *)(uintptr_t)addr, &value, size);
}

/* Division as RFC 9669 has it: by 0 gives 0, and nothing traps. */
static inline u64 sdiv64(u64 a, u64 b)
{
	if (b + 1 <= 1)
		return b ? 0 - a : 0;
	return (u64)((s64)a / (s64)b);
}

static inline u64 smod64(u64 a, u64 b)
{
	if (b + 1 <= 1)
		return b ? 0 : a;
	return (u64)((s64)a % (s64)b);
}

static inline u64 div64(u64 a, u64 b, bool is_signed)
{
	if (is_signed)
		return sdiv64(a, b);
	return b ? a / b : 0;
}

static inline u64 mod64(u64 a, u64 b, bool is_signed)
{
	if (is_signed)
		return smod64(a, b);
	return b ? a % b : a;
}

/* 64 bits hold every 32-bit quotient, that of INT_MIN / -1 too. */
static inline u32 div32(u32 a, u32 b, bool is_signed)
{
	if (is_signed)
		return (u32)sdiv64((u64)(s32)a, (u64)(s32)b);
	return b ? a / b : 0;
}

static inline u32 mod32(u32 a, u32 b, bool is_signed)
{
	if (is_signed)
		return (u32)smod64((u64)(s32)a, (u64)(s32)b);
	return b ? a % b : a;
}

/* mov, and movsx where bits says of how many bits; 0 = all. */
static inline u64 extend(u64 value, u32 bits)
{
	switch (bits) {
	case 8:
		return (u64)(s8)value;
	case 16:
		return (u64)(s16)value;
	case 32:
		return (u64)(s32)value;
	}
	return value;
}

/* Byte order of a little-endian machine: le cuts, be and swap reverse. */
static u64 reverse(u64 value, u32 bits)
{
	switch (bits) {
	case 16:
		return __builtin_bswap16((u16)value);
	case 32:
		return __builtin_bswap32((u32)value);
	}
	return __builtin_bswap64(value);
}

static u64 cut(u64 value, u32 bits)
{
	return bits == 64 ? value : value & ((1ull << bits) - 1);
}

/* The operands; only what an instruction uses is taken out of it. */
#define SRC (r[insn->src])
#define IMM ((u64)(s64)insn->imm)

/* The four encodings of an operation on a and b. */
#define ALU(OP, expr64, expr32)                        \
	case BVM_##OP##64_K: {                         \
		const u64 a = *dst, b = IMM;           \
		*dst = (expr64);                       \
		return true;                           \
	}                                              \
	case BVM_##OP##64_X: {                         \
		const u64 a = *dst, b = SRC;           \
		*dst = (expr64);                       \
		return true;                           \
	}                                              \
	case BVM_##OP##32_K: {                         \
		const u32 a = (u32)*dst, b = (u32)IMM; \
		*dst = (u32)(expr32);                  \
		return true;                           \
	}                                              \
	case BVM_##OP##32_X: {                         \
		const u32 a = (u32)*dst, b = (u32)SRC; \
		*dst = (u32)(expr32);                  \
		return true;                           \
	}

#define JUMP(OP, T, op)                                        \
	case BVM_##OP##64_K: {                                 \
		const T##64 a = (T##64) * dst, b = (T##64)IMM; \
		*next += a op b ? insn->off : 0;               \
		return true;                                   \
	}                                                      \
	case BVM_##OP##64_X: {                                 \
		const T##64 a = (T##64) * dst, b = (T##64)SRC; \
		*next += a op b ? insn->off : 0;               \
		return true;                                   \
	}                                                      \
	case BVM_##OP##32_K: {                                 \
		const T##32 a = (T##32) * dst, b = (T##32)IMM; \
		*next += a op b ? insn->off : 0;               \
		return true;                                   \
	}                                                      \
	case BVM_##OP##32_X: {                                 \
		const T##32 a = (T##32) * dst, b = (T##32)SRC; \
		*next += a op b ? insn->off : 0;               \
		return true;                                   \
	}

#define STORE(SUFFIX, size)                              \
	case BVM_ST##SUFFIX:                             \
		store(*dst + (s64)insn->off, IMM, size); \
		break;                                   \
	case BVM_STX##SUFFIX:                            \
		store(*dst + (s64)insn->off, SRC, size); \
		break;

/*
 * What the switch of one class does with an instruction. false: it is none of
 * its own, and nothing was done. All are inlined into both interpreters.
 */
#define INLINE static __attribute__((always_inline)) inline

INLINE bool load_by(const struct bvm_insn *insn, u64 *r)
{
	u64 *const dst = &r[insn->dst];
	const u64 addr = SRC + (s64)insn->off;

	switch (insn->code) {
	case BVM_LDXB:
		*dst = load(addr, 1);
		return true;
	case BVM_LDXH:
		*dst = load(addr, 2);
		return true;
	case BVM_LDXW:
		*dst = load(addr, 4);
		return true;
	case BVM_LDXDW:
		*dst = load(addr, 8);
		return true;
	case BVM_LDXSB:
		*dst = extend(load(addr, 1), 8);
		return true;
	case BVM_LDXSH:
		*dst = extend(load(addr, 2), 16);
		return true;
	case BVM_LDXSW:
		*dst = extend(load(addr, 4), 32);
		return true;
	}
	return false;
}

INLINE bool compute(const struct bvm_insn *insn, u64 *r)
{
	u64 *const dst = &r[insn->dst];

	switch (insn->code) {
		ALU(ADD, a + b, a + b)
		ALU(SUB, a - b, a - b)
		ALU(MUL, a * b, a * b)
		ALU(OR, a | b, a | b)
		ALU(AND, a & b, a & b)
		ALU(XOR, a ^ b, a ^ b)
		ALU(LSH, a << (b & 63), a << (b & 31))
		ALU(RSH, a >> (b & 63), a >> (b & 31))
		ALU(ARSH, (u64)((s64)a >> (b & 63)), (s32)a >> (b & 31))
		ALU(DIV, div64(a, b, insn->off), div32(a, b, insn->off))
		ALU(MOD, mod64(a, b, insn->off), mod32(a, b, insn->off))
	case BVM_NEG64:
		*dst = 0 - *dst;
		return true;
	case BVM_NEG32:
		*dst = (u32)(0 - *dst);
		return true;
	case BVM_MOV64_K:
		*dst = IMM;
		return true;
	case BVM_MOV64_X:
		*dst = extend(SRC, insn->off);
		return true;
	case BVM_MOV32_K:
		*dst = (u32)IMM;
		return true;
	case BVM_MOV32_X:
		*dst = (u32)extend(SRC, insn->off);
		return true;
	case BVM_LE16:
		*dst = cut(*dst, insn->imm);
		return true;
	case BVM_BE16:
	case BVM_SWAP16:
		*dst = reverse(*dst, insn->imm);
		return true;
	}
	return false;
}

/* *next is the instruction that follows. */
INLINE bool jump(const struct bvm_insn *insn, const u64 *r,
		 const struct bvm_insn **next)
{
	const u64 *const dst = &r[insn->dst];

	switch (insn->code) {
	case BVM_JA:
		*next += insn->off;
		return true;
	case BVM_JA32:
		*next += insn->imm;
		return true;
		JUMP(JEQ, u, ==)
		JUMP(JNE, u, !=)
		JUMP(JGT, u, >)
		JUMP(JGE, u, >=)
		JUMP(JLT, u, <)
		JUMP(JLE, u, <=)
		JUMP(JSET, u, &)
		JUMP(JSGT, s, >)
		JUMP(JSGE, s, >=)
		JUMP(JSLT, s, <)
		JUMP(JSLE, s, <=)
	}
	return false;
}

INLINE u64 run(struct machine *m, const struct bvm_insn *insns, u32 num_insns,
	       bvm_trace_fn trace, void *arg)
{
	u64 *const r = m->regs;
	const struct bvm_insn *next = insns, *const end = insns + num_insns;

	while (next < end) {
		const struct bvm_insn *insn = next;
		const u32 class = BVM_CODE_CLASS(insn->code);
		u64 *const dst = &r[insn->dst];

		if (trace && !trace(arg, (u32)(insn - insns), r, m->stack))
			return BVM_VERDICT_BROKEN;
		next++;
		/* In this order, by how often programs have them. */
		if (class == BVM_CLS_LDX && load_by(insn, r))
			continue;
		if ((class == BVM_CLS_ALU64 || class == BVM_CLS_ALU32) &&
		    compute(insn, r))
			continue;
		if ((class == BVM_CLS_JMP64 || class == BVM_CLS_JMP32) &&
		    jump(insn, r, &next))
			continue;
		switch (insn->code) {
		case BVM_CALL:
			r[0] = bvm_call_helper(insn->imm, r[1], r[2], r[3],
					       r[4], r[5]);
			break;
		case BVM_EXIT:
			return r[0];
		case BVM_LDDW:
			*dst = (u32)insn->imm | (u64)(u32)insn[1].imm << 32;
			next++;
			break;
			STORE(B, 1)
			STORE(H, 2)
			STORE(W, 4)
			STORE(DW, 8)
		default:
			bvm_broken(true);
			return BVM_VERDICT_BROKEN;
		}
	}
	bvm_broken(true);
	return BVM_VERDICT_BROKEN;
}

static void init(struct machine *m, const void *ctx, u64 ctx_len)
{
	memset(m->regs, 0, sizeof(m->regs));
	m->regs[1] = (u64)(uintptr_t)ctx;
	m->regs[2] = ctx_len;
	m->regs[BVM_REG_FRAME] = (u64)(uintptr_t)(m->stack + sizeof(m->stack));
}

u64 bvm_exec(const struct bvm_insn *insns, u32 num_insns, const void *ctx,
	     u64 ctx_len)
{
	struct machine m;

	init(&m, ctx, ctx_len);
	return run(&m, insns, num_insns, NULL, NULL);
}

u64 bvm_exec_traced(const struct bvm_insn *insns, u32 num_insns,
		    const void *ctx, u64 ctx_len, bvm_trace_fn trace, void *arg)
{
	struct machine m;

	init(&m, ctx, ctx_len);
	return run(&m, insns, num_insns, trace, arg);
}

u32 bvm_run_class(struct bvm_run *run, u32 class)
{
	const struct bvm_program *program;
	u64 r0;

	if (class >= BVM_NUM_CLASSES)
		return BVM_VERDICT_BROKEN;
	program = &run->image->programs[class];
	if (!program->header)
		return BVM_VERDICT_BROKEN;
	r0 = bvm_exec(program->insns, program->header->num_insns, &run->ctx,
		      bvm_classes[class].ctx_size);
	return bvm_run_verdict(run, r0);
}
