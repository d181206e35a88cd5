// SPDX-License-Identifier: GPL-2.0-only
/*
 * cases.c - instructions that a JIT may get wrong, against plain C
 *
 * What is expected is computed here, by 128-bit arithmetic, and not by the
 * interpreter that is under test. Each case is two programs, for the lower
 * and the upper half of its result.
 */
#include <stdio.h>
#include <stdlib.h>

#include "engines.h"
#include "vm/limits.h"

static const u64 edges[] = {
	0,
	1,
	2,
	7,
	31,
	32,
	33,
	63,
	64,
	0x80,
	0x8000,
	0x7fffffff,
	0x80000000,
	0xffffffff,
	0x100000000,
	0x7fffffffffffffff,
	0x8000000000000000,
	0xffffffff80000000,
	0xfffffffffffffff9,
	0xffffffffffffffff,
};

static const s32 imms[] = { 0,	1,  2,	7,  31, 32,  33,      63,
			    64, 65, -1, -2, -7, -64, S32_MIN, S32_MAX };

#define NUM_EDGES ARRAY_SIZE(edges)

/* Both words of a ctx: what is worked on, and by what. */
struct operands {
	u64 a, b;
};

/* ---- what is right ---- */

static u64 divide(u64 a, u64 b, bool is_signed, bool is_div, u32 bits)
{
	__int128 x = a, y = b;

	if (bits == 32)
		x = (u32)a, y = (u32)b;
	if (is_signed && bits == 32)
		x = (s32)a, y = (s32)b;
	else if (is_signed)
		x = (s64)a, y = (s64)b;
	if (!y)
		x = is_div ? 0 : x;
	else
		x = is_div ? x / y : x % y;
	return bits == 32 ? (u32)x : (u64)x;
}

static u64 shift(u64 a, u64 by, u32 op, u32 bits)
{
	__int128 x = bits == 32 ? (__int128)(s32)a : (__int128)(s64)a;
	unsigned __int128 u = bits == 32 ? (u32)a : a;
	u64 r;

	by %= bits;
	if (op == BVM_ALU_LSH)
		r = (u64)(u << by);
	else if (op == BVM_ALU_RSH)
		r = (u64)(u >> by);
	else
		r = (u64)(x >> by);
	return bits == 32 ? (u32)r : r;
}

static u64 extend(u64 a, u32 from, u32 to)
{
	const u64 sign = 1ull << (from - 1);
	u64 r = a & (2 * sign - 1);

	if (r & sign)
		r -= 2 * sign;
	return to == 32 ? (u32)r : r;
}

static u64 swap(u64 a, u32 bits, bool reverse)
{
	u64 r = 0;
	u32 i;

	for (i = 0; i < bits; i += 8)
		r |= (a >> i & 0xff) << (reverse ? bits - 8 - i : i);
	return r;
}

static u64 expected(const struct bvm_insn *insn, u64 a, u64 b)
{
	const u32 op = BVM_CODE_OP(insn->code);
	const u32 bits = BVM_CODE_CLASS(insn->code) == BVM_CLS_ALU32 ? 32 : 64;

	switch (op) {
	case BVM_ALU_DIV:
	case BVM_ALU_MOD:
		return divide(a, b, insn->off, op == BVM_ALU_DIV, bits);
	case BVM_ALU_MOV:
		return extend(b, (u32)insn->off, bits);
	case BVM_ALU_END:
		return swap(a, (u32)insn->imm, insn->code != BVM_LE16);
	}
	return shift(a, b, op, bits);
}

/* ---- programs ---- */

struct one_case {
	char name[64];
	struct bvm_insn insns[16];
	u32 num_insns;
	struct operands ctxs[256];
	u64 want[256];
	u32 num_ctxs;
};

static struct one_case *all;
static u32 num_cases, max_cases;

static struct one_case *new_case(void)
{
	if (num_cases == max_cases) {
		max_cases = 2 * max_cases + 64;
		all = realloc(all, max_cases * sizeof(*all));
		if (!all)
			abort();
	}
	memset(&all[num_cases], 0, sizeof(*all));
	return &all[num_cases++];
}

static void add(struct one_case *c, struct bvm_insn insn)
{
	c->insns[c->num_insns++] = insn;
}

/* r0 = a, r3 = b */
static struct one_case *begin(const struct bvm_insn_info *row, const char *how)
{
	struct one_case *c = new_case();

	snprintf(c->name, sizeof(c->name), "%s%s", row->mnemonic, how);
	add(c, bvm_insn_make(BVM_LDXDW, 0, 1, 0, 0));
	add(c, bvm_insn_make(BVM_LDXDW, 3, 1, 8, 0));
	return c;
}

static void add_ctx(struct one_case *c, u64 a, u64 b, u64 want)
{
	c->ctxs[c->num_ctxs] = (struct operands){ a, b };
	c->want[c->num_ctxs++] = want;
}

static void end(struct one_case *c, struct bvm_insn insn)
{
	add(c, insn);
	add(c, bvm_insn_make(BVM_EXIT, 0, 0, 0, 0));
}

/* Every edge, by a fixed other operand. */
static void add_edges(struct one_case *c, const struct bvm_insn *insn, u64 b)
{
	u32 i;

	for (i = 0; i < NUM_EDGES; i++)
		add_ctx(c, edges[i], b, expected(insn, edges[i], b));
}

static void by_register(const struct bvm_insn_info *row)
{
	const struct bvm_insn insn =
		bvm_insn_make(row->code, 0, 3, row->off, 0);
	struct one_case *c = NULL;
	u32 i;

	/* as many ctxs as one program may have */
	for (i = 0; i < NUM_EDGES; i++) {
		if (i % 10 == 0) {
			c = begin(row, i ? " by register, 2" : " by register");
			end(c, insn);
		}
		add_edges(c, &insn, edges[i]);
	}
}

static void by_itself(const struct bvm_insn_info *row)
{
	const struct bvm_insn insn =
		bvm_insn_make(row->code, 0, 0, row->off, 0);
	struct one_case *c = begin(row, " by itself");
	u32 i;

	end(c, insn);
	for (i = 0; i < NUM_EDGES; i++)
		add_ctx(c, edges[i], 0, expected(&insn, edges[i], edges[i]));
}

static void by_constant(const struct bvm_insn_info *row)
{
	struct bvm_insn insn = bvm_insn_make(row->code, 0, 0, row->off, 0);
	struct one_case *c;
	char how[32];
	u32 i;

	for (i = 0; i < ARRAY_SIZE(imms); i++) {
		snprintf(how, sizeof(how), " by %d", imms[i]);
		insn.imm = imms[i];
		c = begin(row, how);
		end(c, insn);
		add_edges(c, &insn, (u64)(s64)imms[i]);
	}
}

static void byte_order(const struct bvm_insn_info *row)
{
	const struct bvm_insn insn =
		bvm_insn_make(row->code, 0, 0, 0, row->imm);
	struct one_case *c = begin(row, "");

	end(c, insn);
	add_edges(c, &insn, 0);
	add_ctx(c, 0x1122334455667788, 0,
		expected(&insn, 0x1122334455667788, 0));
}

static void signed_load(const struct bvm_insn_info *row)
{
	struct one_case *c = begin(row, "");
	u32 i;

	end(c, bvm_insn_make(row->code, 0, 1, 0, 0));
	for (i = 0; i < NUM_EDGES; i++)
		add_ctx(c, edges[i], 0,
			extend(edges[i], 8 * bvm_insn_size(row->code), 64));
}

/* A constant of each size over what the stack holds. */
static void store(const struct bvm_insn_info *row)
{
	const u32 bits = 8 * bvm_insn_size(row->code);
	const u64 mask = bits == 64 ? U64_MAX : (1ull << bits) - 1;
	struct one_case *c;
	char how[32];
	u32 i, k;

	for (i = 0; i < ARRAY_SIZE(imms); i++) {
		snprintf(how, sizeof(how), " of %d", imms[i]);
		c = begin(row, how);
		add(c, bvm_insn_make(BVM_STXDW, 10, 0, -8, 0));
		add(c, bvm_insn_make(row->code, 10, 0, -8, imms[i]));
		end(c, bvm_insn_make(BVM_LDXDW, 0, 10, -8, 0));
		for (k = 0; k < NUM_EDGES; k++)
			add_ctx(c, edges[k], 0,
				(edges[k] & ~mask) | ((u64)imms[i] & mask));
	}
}

static bool is_alu(const struct bvm_insn_info *row, u32 op)
{
	return row->form <= BVM_FORM_ALU_U && BVM_CODE_OP(row->code) == op;
}

static void make_cases_of(const struct bvm_insn_info *row)
{
	const bool is_x = row->form == BVM_FORM_ALU_X;

	if (is_alu(row, BVM_ALU_DIV) || is_alu(row, BVM_ALU_MOD) ||
	    is_alu(row, BVM_ALU_LSH) || is_alu(row, BVM_ALU_RSH) ||
	    is_alu(row, BVM_ALU_ARSH)) {
		if (!is_x) {
			by_constant(row);
			return;
		}
		by_register(row);
		by_itself(row);
	} else if (is_alu(row, BVM_ALU_MOV) && row->off > 0) {
		by_register(row);
		by_itself(row);
	} else if (is_alu(row, BVM_ALU_END)) {
		byte_order(row);
	} else if (row->form == BVM_FORM_LDX && row->cpu == 4) {
		signed_load(row);
	} else if (row->form == BVM_FORM_ST) {
		store(row);
	}
}

/* Both jumps of 32 bits: over one instruction, and over none. */
static void make_long_jump(void)
{
	const struct bvm_insn_info *row;
	const struct bvm_insn ja32 = bvm_insn_make(BVM_JA32, 0, 0, 0, 1);
	struct one_case *c;
	u32 i;

	row = bvm_insn_find(&ja32, NULL);
	c = begin(row, "");
	add(c, bvm_insn_make(BVM_JEQ64_X, 0, 3, 1, 0));
	add(c, ja32);
	add(c, bvm_insn_make(BVM_MOV64_K, 0, 0, 0, -5));
	end(c, bvm_insn_make(BVM_JA32, 0, 0, 0, 0));
	for (i = 0; i < NUM_EDGES; i++) {
		add_ctx(c, edges[i], edges[i], (u64)-5);
		add_ctx(c, edges[i], ~edges[i], edges[i]);
	}
}

static void make_cases(void)
{
	u32 i;

	for (i = 0; bvm_insn_row(i); i++)
		make_cases_of(bvm_insn_row(i));
	make_long_jump();
}

/* ---- running ---- */

/* NULL, or what is wrong with the answer to half a case. */
static const char *judge(const struct one_case *c, const struct answer *a,
			 bool upper, const struct settings *set)
{
	static char why[512];
	u32 i;

	if (!a->results || a->head->num_ctxs != c->num_ctxs)
		return a->text[0] ? a->text : "no results";
	if (set->jit != (a->head->jited_len > 0))
		return set->jit ? "not compiled" : "compiled";
	for (i = 0; i < c->num_ctxs; i++) {
		const struct bailiff_test_result *r = &a->results[i];
		const u64 want = upper ? c->want[i] >> 32 : c->want[i];

		if (r->exec == want && r->lowered == want &&
		    (!set->jit || r->jit == (u32)want))
			continue;
		snprintf(
			why, sizeof(why),
			"of %#llx and %#llx: interpreter %#llx, lowered %#llx, compiled %#x, expected %#llx%s",
			(unsigned long long)c->ctxs[i].a,
			(unsigned long long)c->ctxs[i].b,
			(unsigned long long)r->exec,
			(unsigned long long)r->lowered, r->jit,
			(unsigned long long)want, upper ? " (upper half)" : "");
		return why;
	}
	return NULL;
}

static struct subject subject_of(const struct one_case *c)
{
	return subject_plain(c->insns, c->num_insns, (const u8 *)c->ctxs,
			     c->num_ctxs, sizeof(c->ctxs[0]));
}

/* Our interpreter here, with its steps counted. */
static bool run_here(const struct one_case *c)
{
	const struct subject s = subject_of(c);
	static struct counted counted;
	bool same = true;
	u32 i;

	count_prepare(&counted, &s);
	for (i = 0; i < s.num_ctxs; i++)
		same &= run_counted(&counted, &s, i) == c->want[i];
	count_add(&counted);
	return same;
}

/* One write a case: an oops then names it. */
static void run_case(const struct one_case *c, const struct settings *set)
{
	struct bvm_insn upper[ARRAY_SIZE(c->insns) + 2];
	struct subject s = subject_of(c);
	struct answer low = { 0 }, high = { 0 };
	const char *why = NULL;
	struct answers answers;
	struct batch b;
	char what[128];
	int ret;

	batch_init(&b);
	batch_add(&b, &s);
	s.num_insns = with_upper_half(c->insns, c->num_insns, upper);
	s.insns = upper;
	batch_add(&b, &s);
	ret = batch_run(&b, &answers);
	snprintf(what, sizeof(what), "%s: %s", set->name, c->name);
	if (ret || !answers_next(&answers, &low) ||
	    !answers_next(&answers, &high))
		why = "test_vm refuses the batch";
	if (!why)
		why = judge(c, &low, false, set);
	if (!why)
		why = judge(c, &high, true, set);
	if (!why && !run_here(c))
		why = "the interpreter in user space differs";
	claim(!why, what, "%s", why ?: "");
	if (!ret)
		answers_fini(&answers);
	batch_fini(&b);
}

void cases_run(const struct settings *set)
{
	u32 i;

	if (!num_cases)
		make_cases();
	for (i = 0; i < num_cases; i++)
		run_case(&all[i], set);
}

/* ---- too long ---- */

/*
 * A jump over signed divisions: lowered, and then blinded, it no longer
 * reaches, and the kernel falls back to an interpreter. We must see that.
 */
void cases_run_too_long(const struct settings *set)
{
	static struct bvm_insn insns[BVM_MAX_INSNS];
	static const u64 ctxs[2] = { 0, 123456789 };
	const u32 num = 2725;
	const struct subject s =
		subject_plain(insns, num + 3, (const u8 *)ctxs, 2, 8);
	struct answers answers;
	struct answer a = { 0 };
	struct batch b;
	u32 i;

	insns[0] = bvm_insn_make(BVM_LDXDW, 0, 1, 0, 0);
	insns[1] = bvm_insn_make(BVM_JEQ64_K, 0, 0, (s16)num, 0);
	for (i = 0; i < num; i++)
		insns[2 + i] = bvm_insn_make(BVM_SDIV64_K, 0, 0, 1, -3);
	insns[2 + num] = bvm_insn_make(BVM_EXIT, 0, 0, 0, 0);
	batch_init(&b);
	batch_add(&b, &s);
	if (batch_run(&b, &answers) || !answers_next(&answers, &a)) {
		claim(false, "a jump too long when blinded", "no answer");
		return;
	}
	claim(a.head->stage == BAILIFF_TEST_NOT_JITED && !a.head->jited_len,
	      "a jump too long when blinded: it is not compiled",
	      "%s: stage %u, %u bytes, %s", set->name, a.head->stage,
	      a.head->jited_len, a.text);
	claim(a.results && a.results[0].exec == 0 && a.results[1].exec == 0 &&
		      a.results[0].lowered == 0 && a.results[1].lowered == 0,
	      "a jump too long when blinded: our interpreter runs it",
	      "it does not");
	answers_fini(&answers);
	batch_fini(&b);
}
