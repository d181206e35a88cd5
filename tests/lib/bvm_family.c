// SPDX-License-Identifier: GPL-2.0-only
/*
 * bvm_family.c - programs of one sort and any size, to measure with
 *
 * Head: r6..r8 are loaded from the ctx. Body: units of one to four slots, and
 * moves in what is left over. Tail: r0 is all of r6..r8, and exit; the checks
 * that never hold jump there. A body writes r7 and r8 alone where it has
 * branches, so that what r6 holds is known when a branch is made. Head
 * and tail are short, so that small programs are of the same sort as large.
 */
#include <assert.h>

#include "bvm_family.h"
#include "roll.h"

#define FIRST_REG 6
#define LAST_REG 8
#define FIRST_FREE 7 /* r6 stays as it was loaded */
#define NUM_HEAD (LAST_REG - FIRST_REG + 1)
#define NUM_TAIL (LAST_REG - FIRST_REG + 2)
#define MAX_UNIT 4
#define NUM_SLOTS 2 /* of the stack, that STACK and MIX use */
#define DEEP_SLOTS (BVM_STACK_BYTES / 8)
#define SOMEWHERE_REG 5
#define SOMEWHERE_BYTES 256

struct maker {
	struct bvm_insn *insns;
	u32 num;
	u32 tail; /* where the tail begins */
	u32 num_units;
	u64 seed;
	u64 known[BVM_NUM_REGS]; /* what the head loads */
	u8 ctx[BVM_FAMILY_CTX];
};

static u32 roll_reg(struct maker *m, u32 first)
{
	return first + roll_below(&m->seed, LAST_REG - first + 1);
}

static void put(struct maker *m, u8 code, u32 dst, u32 src, s16 off, s32 imm)
{
	m->insns[m->num++] = bvm_insn_make(code, dst, src, off, imm);
}

void bvm_family_ctx(u8 ctx[BVM_FAMILY_CTX])
{
	u64 seed = 1;
	u32 i;

	for (i = 0; i < BVM_FAMILY_CTX; i++)
		ctx[i] = (u8)roll_below(&seed, 256);
}

static u64 ctx_word(const struct maker *m, u32 off)
{
	u64 word;

	memcpy(&word, m->ctx + off, sizeof(word));
	return word;
}

/* ---- units ---- */

static void put_alu(struct maker *m, bool is_64, u32 first)
{
	static const u8 ops[] = {
		BVM_ALU_ADD, BVM_ALU_SUB, BVM_ALU_MUL,	BVM_ALU_OR,
		BVM_ALU_AND, BVM_ALU_XOR, BVM_ALU_LSH,	BVM_ALU_RSH,
		BVM_ALU_MOV, BVM_ALU_ADD, BVM_ALU_ARSH, BVM_ALU_XOR,
	};
	const u8 op = ops[roll_below(&m->seed, ARRAY_SIZE(ops))];
	const u8 class = is_64 ? BVM_CLS_ALU64 : BVM_CLS_ALU32;
	const bool is_shift = op == BVM_ALU_LSH || op == BVM_ALU_RSH ||
			      op == BVM_ALU_ARSH;
	const bool is_x = !is_shift && roll_below(&m->seed, 2);
	const u32 dst = roll_reg(m, first);
	const u32 src = roll_reg(m, FIRST_REG);
	const s32 imm = is_shift ? (s32)roll_below(&m->seed, is_64 ? 64 : 32) :
				   (s32)roll_below(&m->seed, 1u << 31);

	if (is_x)
		put(m, op | 0x08 | class, dst, src, 0, 0);
	else
		put(m, op | class, dst, 0, 0, imm);
}

static void put_load(struct maker *m, u32 first)
{
	static const u8 codes[] = { BVM_LDXB, BVM_LDXH, BVM_LDXW, BVM_LDXDW };
	const u32 log2 = roll_below(&m->seed, ARRAY_SIZE(codes));
	const u32 off = roll_below(&m->seed, BVM_FAMILY_CTX >> log2) << log2;

	put(m, codes[log2], roll_reg(m, first), 1, (s16)off, 0);
}

/*
 * A check on r6 that does not hold: it is above any imm here. The imm of the
 * next is greater, so that nobody can tell that from the ones before; or it is
 * not (decided), and then most can be told.
 */
static void put_check(struct maker *m, bool decided)
{
	const u32 reg = FIRST_REG;
	const u8 by_sign = m->known[reg] >> 63 ? BVM_JLE64_K : BVM_JSLE64_K;
	const u8 codes[] = { BVM_JEQ64_K, BVM_JLT64_K, BVM_JLE64_K, by_sign };
	const s16 off = (s16)(m->tail - m->num - 1);
	s32 imm = (s32)m->num << 17;

	if (decided)
		imm = (s32)roll_below(&m->seed, 1u << 30);
	assert(m->known[reg] << 1 >> 31);
	put(m, codes[roll_below(&m->seed, ARRAY_SIZE(codes))], reg, 0, off,
	    imm);
}

/* One bit of r6 decides whether the next instruction runs. */
static void put_fork(struct maker *m)
{
	put(m, BVM_JSET64_K, FIRST_REG, 0, 1, 1 << roll_below(&m->seed, 31));
	put(m, BVM_ADD64_K, roll_reg(m, FIRST_FREE), 0, 0,
	    (s32)roll_below(&m->seed, 1000));
}

static void put_stack(struct maker *m, u32 first)
{
	const s16 off = (s16)(-8 * (s32)(1 + m->num_units % NUM_SLOTS));

	put(m, BVM_STXDW, BVM_REG_FRAME, roll_reg(m, FIRST_REG), off, 0);
	put(m, BVM_LDXDW, roll_reg(m, first), BVM_REG_FRAME, off, 0);
}

static void put_compare(struct maker *m)
{
	const u32 off = roll_below(&m->seed, BVM_FAMILY_CTX / 8) * 8;
	const u64 word = ctx_word(m, off);

	put(m, BVM_LDXDW, 7, 1, (s16)off, 0);
	put(m, BVM_LDDW, 8, 0, 0, (s32)(u32)word);
	put(m, 0, 0, 0, 0, (s32)(u32)(word >> 32));
	put(m, BVM_JNE64_X, 7, 8, (s16)(m->tail - m->num - 1), 0);
}

/* Either way goes on with the next. */
static void put_halves(struct maker *m, bool is_signed)
{
	static const u8 codes[][4] = {
		{ BVM_JGT32_X, BVM_JGE32_X, BVM_JLT32_X, BVM_JLE32_X },
		{ BVM_JSGT32_X, BVM_JSGE32_X, BVM_JSLT32_X, BVM_JSLE32_X },
	};

	put(m, codes[is_signed][m->num_units % 4], FIRST_REG, FIRST_FREE, 0, 0);
}

/* 14 loads, 8 arithmetic, 6 checks, 4 forks, 2 pairs on the stack, in turns. */
static void put_mix(struct maker *m)
{
	static const char order[] = "LALBLFALSLABLFALBLALBLFALSLABLFABL";

	switch (order[m->num_units % (sizeof(order) - 1)]) {
	case 'L':
		put_load(m, FIRST_FREE);
		break;
	case 'A':
		put_alu(m, m->num_units & 1, FIRST_FREE);
		break;
	case 'B':
		put_check(m, false);
		break;
	case 'F':
		put_fork(m);
		break;
	default:
		put_stack(m, FIRST_FREE);
	}
}

static void put_unit(struct maker *m, enum bvm_family family)
{
	switch (family) {
	case BVM_FAMILY_ALU64:
	case BVM_FAMILY_ALU32:
		put_alu(m, family == BVM_FAMILY_ALU64, FIRST_REG);
		break;
	case BVM_FAMILY_BRANCH:
	case BVM_FAMILY_DECIDED:
		put_check(m, family == BVM_FAMILY_DECIDED);
		break;
	case BVM_FAMILY_FORK:
	case BVM_FAMILY_DEEP:
		put_fork(m);
		break;
	case BVM_FAMILY_LOAD:
		put_load(m, FIRST_REG);
		break;
	case BVM_FAMILY_STACK:
		put_stack(m, FIRST_REG);
		break;
	case BVM_FAMILY_COMPARE:
		put_compare(m);
		break;
	case BVM_FAMILY_HALVES:
	case BVM_FAMILY_UNSIGNED:
		put_halves(m, family == BVM_FAMILY_HALVES);
		break;
	case BVM_FAMILY_WIDER:
		put(m, BVM_JGT32_X, FIRST_FREE, LAST_REG,
		    (s16)(m->tail - m->num - 1), 0);
		break;
	case BVM_FAMILY_ANYWHERE:
		put(m, BVM_STXB, SOMEWHERE_REG, FIRST_FREE, -BVM_STACK_BYTES,
		    0);
		break;
	case BVM_FAMILY_SOMEWHERE:
		put(m, BVM_LDXB, FIRST_FREE, SOMEWHERE_REG, -SOMEWHERE_BYTES,
		    0);
		break;
	default:
		put_mix(m);
	}
	m->num_units++;
}

/* ---- whole programs ---- */

const char *bvm_family_name(enum bvm_family family)
{
	static const char *const names[] = {
		[BVM_FAMILY_ALU64] = "alu64",
		[BVM_FAMILY_ALU32] = "alu32",
		[BVM_FAMILY_BRANCH] = "branch",
		[BVM_FAMILY_FORK] = "fork",
		[BVM_FAMILY_LOAD] = "load",
		[BVM_FAMILY_STACK] = "stack",
		[BVM_FAMILY_COMPARE] = "compare",
		[BVM_FAMILY_MIX] = "mix",
		[BVM_FAMILY_DEEP] = "deep",
		[BVM_FAMILY_DECIDED] = "decided",
		[BVM_FAMILY_HALVES] = "halves",
		[BVM_FAMILY_UNSIGNED] = "unsigned",
		[BVM_FAMILY_SOMEWHERE] = "somewhere",
		[BVM_FAMILY_WIDER] = "wider",
		[BVM_FAMILY_ANYWHERE] = "anywhere",
	};

	return names[family];
}

/* All slots of the stack, from num registers in turns. */
static void put_slots(struct maker *m, u32 first, u32 num)
{
	u32 i;

	for (i = 0; i < DEEP_SLOTS; i++)
		put(m, BVM_STXDW, BVM_REG_FRAME, first + i % num,
		    (s16)(-8 * (s32)(i + 1)), 0);
}

/* On one of two ways all slots from a, on the other from b. */
static void put_either(struct maker *m, u32 a, u32 b)
{
	put(m, BVM_JEQ64_K, FIRST_REG, 0, DEEP_SLOTS + 1, 0);
	put_slots(m, a, 1);
	put(m, BVM_JA, 0, 0, DEEP_SLOTS, 0);
	put_slots(m, b, 1);
}

/* Bytes in all slots wait at the tail; then they hold what is above them. */
static void put_wider(struct maker *m)
{
	u32 i;

	for (i = 2; i <= 5; i++)
		put(m, i < 4 ? BVM_LDXB : BVM_LDXH, i, 1, (s16)(2 * i), 0);
	for (i = 4; i <= 5; i++)
		put(m, BVM_ADD64_K, i, 0, 0, 300);
	put_either(m, 2, 3);
	put(m, BVM_JEQ64_K, FIRST_REG, 0, (s16)(m->tail - m->num - 1), 7);
	put_either(m, 4, 5);
}

static void put_head(struct maker *m, enum bvm_family family)
{
	const s32 bytes = family == BVM_FAMILY_ANYWHERE ? BVM_STACK_BYTES :
							  SOMEWHERE_BYTES;
	u32 i;

	for (i = FIRST_REG; i <= LAST_REG; i++) {
		m->known[i] = ctx_word(m, 8 * i);
		put(m, BVM_LDXDW, i, 1, (s16)(8 * i), 0);
	}
	if (family == BVM_FAMILY_WIDER) {
		put_wider(m);
		return;
	}
	if (family != BVM_FAMILY_DEEP && family != BVM_FAMILY_SOMEWHERE &&
	    family != BVM_FAMILY_ANYWHERE)
		return;
	put_slots(m, FIRST_REG, NUM_HEAD);
	if (family == BVM_FAMILY_DEEP)
		return;
	put(m, BVM_AND64_K, FIRST_REG, 0, 0, bytes - 1);
	put(m, BVM_MOV64_X, SOMEWHERE_REG, BVM_REG_FRAME, 0, 0);
	put(m, BVM_ADD64_X, SOMEWHERE_REG, FIRST_REG, 0, 0);
}

static void put_tail(struct maker *m)
{
	u32 i;

	put(m, BVM_MOV64_X, 0, FIRST_REG, 0, 0);
	for (i = FIRST_REG + 1; i <= LAST_REG; i++)
		put(m, BVM_XOR64_X, 0, i, 0, 0);
	put(m, BVM_EXIT, 0, 0, 0, 0);
}

void bvm_family_make(enum bvm_family family, u32 variant, u32 num_insns,
		     struct bvm_insn *insns)
{
	struct maker m = {
		.insns = insns,
		.tail = num_insns - NUM_TAIL,
		.seed = family + 1 + ((u64)variant << 32),
	};

	assert(num_insns >= BVM_FAMILY_MIN && num_insns <= BVM_FAMILY_MAX);
	bvm_family_ctx(m.ctx);
	put_head(&m, family);
	while (m.num + MAX_UNIT <= m.tail)
		put_unit(&m, family);
	while (m.num < m.tail)
		put(&m, BVM_MOV64_X, LAST_REG, LAST_REG, 0, 0);
	put_tail(&m);
	assert(m.num == num_insns);
}

u32 bvm_family_diamonds(u32 k, struct bvm_insn *insns)
{
	struct maker m = { .insns = insns, .seed = k };
	u32 i;

	assert(k <= BVM_DIAMONDS_MAX);
	bvm_family_ctx(m.ctx);
	put(&m, BVM_MOV64_K, 4, 0, 0, 0);
	for (i = 0; i < k; i++) {
		const u32 off = i % BVM_FAMILY_CTX;

		/* every other byte is what it is compared with */
		put(&m, BVM_LDXB, 3, 1, (s16)off, 0);
		put(&m, BVM_JNE64_K, 3, 0, 1, m.ctx[off] ^ (i & 1));
		put(&m, BVM_ADD64_K, 4, 0, 0, 1 << i % 31);
	}
	put(&m, BVM_AND64_K, 4, 0, 0, 0x7f);
	put(&m, BVM_ADD64_X, 1, 4, 0, 0);
	put(&m, BVM_LDXB, 0, 1, 0, 0);
	put(&m, BVM_EXIT, 0, 0, 0, 0);
	return m.num;
}
