// SPDX-License-Identifier: GPL-2.0-only
/*
 * verify_dynamic_test.c - what the verifier accepts keeps every promise
 *
 * Random programs run in an interpreter that checks at every instruction that
 * each register and stack slot lies inside its abstract value, that nothing
 * is read that is not set, that no access leaves its memory, and that the
 * stated worst case holds (tests/lib/bvm_oracle.h); then their lowered form
 * does, with the same result. The seeds are fixed.
 *
 * BVM_DYNAMIC=N runs until N instructions were executed, from another seed
 * with BVM_SEED=S.
 */
#include <check.h>
#include <stdlib.h>

#include "tests/lib/bvm_build.h"
#include "tests/lib/bvm_gen.h"
#include "tests/lib/bvm_input.h"
#include "tests/lib/bvm_oracle.h"
#include "tests/lib/policyc_build.h"
#include "tests/lib/roll.h"
#include "tests/lib/suite.h"
#include "tests/oracle/gen.h"
#include "vm/disasm.h"
#include "vm/lower.h"
#include "vm/verify_state.h"

#define MAX_INSNS 512
#define RUNS 24 /* of each program */
#define TOTAL 10000000ull /* instructions that must have run */
#define NUM_IMAGES 24
#define NUM_SLOTS 16

/* How a kind of program did. */
struct tally {
	const char *what;
	u64 programs, accepted, lowered_refused;
};

static struct bvm_oracle before, after;
static struct bvm_insn insns[MAX_INSNS], out[BVM_MAX_LOWERED];
static u32 map[MAX_INSNS + 1];
static u64 seed;

static u64 from_env(const char *name, u64 otherwise)
{
	const char *text = getenv(name);

	return text ? strtoull(text, NULL, 0) : otherwise;
}

static void setup(void)
{
	bvm_oracle_init(&before);
	bvm_oracle_init(&after);
	seed = from_env("BVM_SEED", 0x9e3779b97f4a7c15ull) | 1;
}

static void teardown(void)
{
	bvm_oracle_fini(&before);
	bvm_oracle_fini(&after);
}

/* A failure is of little use without the program. */
static void print_program(const struct bvm_oracle *o)
{
	char text[64];
	u32 pc = 0;

	while (pc < o->in.num_insns) {
		u32 used = bvm_disasm(o->in.insns, o->in.num_insns, pc, text,
				      sizeof(text));

		fprintf(stderr, "%4u: %s\n", pc, text);
		pc += used;
	}
}

static bool knows_less(const struct bvm_reg *a, const struct bvm_reg *b)
{
	return a->kind != b->kind || a->num.umin < b->num.umin ||
	       a->num.umax > b->num.umax || a->num.smin < b->num.smin ||
	       a->num.smax > b->num.smax || a->num.mask & ~b->num.mask;
}

/* Where the lowered program first knows less than the original. */
static void print_difference(void)
{
	char text[2][160];
	u32 pc, i;

	for (pc = 0; pc < before.in.num_insns; pc++) {
		if (!before.seen[pc] || !after.seen[map[pc]])
			continue;
		for (i = 0; i < BVM_NUM_REGS; i++) {
			const struct bvm_reg *a =
				&after.states[map[pc]].regs[i];
			const struct bvm_reg *b = &before.states[pc].regs[i];

			if (!knows_less(a, b))
				continue;
			fprintf(stderr, "insn %u (lowered %u): r%u %s, %s\n",
				pc, map[pc], i,
				bvm_reg_print(b, text[0], sizeof(text[0])),
				bvm_reg_print(a, text[1], sizeof(text[1])));
			return;
		}
	}
}

static void must(bool cond, const struct bvm_oracle *o, const char *what,
		 const char *why)
{
	if (cond)
		return;
	print_program(&before);
	if (o == &after) {
		print_program(&after);
		print_difference();
	}
	ck_abort_msg("%s: %s", what, why);
}

/* Lower what is set in `before` and verify it in `after`. */
static void lower_and_verify(bool keep_v4)
{
	u32 num = 0;
	void *scratch = after.in.scratch;
	int ret;

	ret = bvm_lower(before.in.insns, before.in.num_insns, keep_v4, out,
			BVM_MAX_LOWERED, &num, map, &after.err);
	must(!ret, &before, "not lowered", after.err.text);
	after.in = before.in;
	after.in.scratch = scratch;
	after.in.insns = out;
	after.in.num_insns = num;
	after.in.lowered = true;
	ret = bvm_oracle_verify(&after);
	must(!ret, &after, "refused when lowered", after.err.text);
}

/* What both runs find in the slots. */
static void fill_slots(const struct bvm_run *run)
{
	for (u32 i = 0; i < NUM_SLOTS; i++)
		bvm_atomic_set(&run->slots[i], i * i);
}

static void run_both(const struct bvm_run *run, const void *ctx)
{
	u64 r0;

	if (run) {
		fill_slots(run);
		r0 = bvm_oracle_run_class(&before, run);
		must(!before.why[0], &before, "run", before.why);
		fill_slots(run);
		must(bvm_oracle_run_class(&after, run) == r0, &after,
		     "run when lowered", "another result");
	} else {
		r0 = bvm_oracle_run(&before, ctx);
		must(!before.why[0], &before, "run", before.why);
		must(bvm_oracle_run(&after, ctx) == r0, &after,
		     "run when lowered", "another result");
	}
	must(!after.why[0], &after, "run when lowered", after.why);
}

static bool accepted(struct tally *tally)
{
	tally->programs++;
	if (bvm_oracle_verify(&before))
		return false;
	tally->accepted++;
	lower_and_verify(roll_word(&seed) & 1);
	return true;
}

static u64 executed(void)
{
	return before.total + after.total;
}

static void report(const struct tally *tally)
{
	printf("%s: %llu of %llu programs accepted, %llu instructions run\n",
	       tally->what, (unsigned long long)tally->accepted,
	       (unsigned long long)tally->programs,
	       (unsigned long long)executed());
}

static size_t random_bytes(u8 *bytes, size_t max)
{
	size_t len = 20 + roll_word(&seed) % (max - 20), i;

	for (i = 0; i < len; i++)
		bytes[i] = (u8)(roll_word(&seed) >> 32);
	return len;
}

/* ---- structured, over plain memory ---- */

START_TEST(structured_programs_stay_within_what_is_known)
{
	struct tally tally = { .what = "plain memory" };
	const u64 total = from_env("BVM_DYNAMIC", TOTAL) / 2;
	u8 bytes[1200], ctx[BVM_GEN_CTX];
	const char *name = "";
	u32 i;

	while (executed() < total) {
		size_t len = random_bytes(bytes, sizeof(bytes));

		bvm_oracle_set_raw(&before, insns,
				   bvm_gen(bytes, len, insns, MAX_INSNS),
				   sizeof(ctx));
		if (!accepted(&tally))
			continue;
		for (i = 0; i < RUNS; i++) {
			bvm_input_memory(&seed, ctx, sizeof(ctx));
			run_both(NULL, ctx);
		}
	}
	report(&tally);
	ck_assert_uint_ge(executed(), total);
	/* everything but calls ran, before lowering */
	printf("%u instructions of insn.def never ran\n",
	       bvm_oracle_unexecuted(&before, &name));
	ck_assert_msg(bvm_oracle_unexecuted(&before, &name) == 1 &&
			      !strcmp(name, "call"),
		      "%s never ran", name);
	ck_assert_uint_gt(tally.accepted, tally.programs / 2);
}
END_TEST

/* ---- structured, with helpers, on the tables of random policies ---- */

struct world {
	struct arena *arena;
	struct bvm_image *image;
};

static struct world make_world(u64 number)
{
	struct gen gen = { .state = number * 0x9e3779b97f4a7c15ull + 1 };
	struct world w = { .arena = arena_create() };

	gen.arena = w.arena;
	w.image = arena_alloc(w.arena, sizeof(*w.image));
	policyc_build(w.arena, gen_policy(&gen), w.image);
	return w;
}

/* One with a table of every kind. */
static struct world make_small_world(void)
{
	static struct bvm_build build;
	struct world w = { .arena = arena_create() };
	struct bvm_error err;

	bvm_build_full(&build);
	w.image = arena_alloc(w.arena, sizeof(*w.image));
	ck_assert_int_eq(bvm_image_parse(build.bytes, build.len, w.image, &err),
			 0);
	return w;
}

static void run_class_program(const struct world *w, u32 class)
{
	struct gen gen = { .arena = arena_create(), .state = roll_word(&seed) };
	static bvm_atomic slots[NUM_SLOTS];
	struct bvm_run run = { .image = w->image,
			       .argv = "-g\0x",
			       .argv_len = 5,
			       .slots = slots,
			       .now_ns = roll_word(&seed) & 0xffff };
	u32 i;

	for (i = 0; i < RUNS; i++) {
		const char *path = gen_path(&gen, gen_pattern(&gen));

		run.strings[0].bytes = path;
		run.strings[0].len = (u32)strlen(path);
		bvm_input_request(&seed, class, &run);
		run_both(&run, NULL);
	}
	arena_free(gen.arena);
}

static u64 executed_calls(void)
{
	u32 i = 0;

	while (bvm_insn_row(i)->form != BVM_FORM_CALL)
		i++;
	return before.executed[i];
}

START_TEST(programs_with_helpers_stay_within_what_is_known)
{
	static const u32 classes[] = { BVM_CLASS_FILES, BVM_CLASS_NETWORK,
				       BVM_CLASS_EXEC };
	struct tally tally = { .what = "helpers" };
	const u64 total = from_env("BVM_DYNAMIC", TOTAL) / 2;
	struct world worlds[NUM_IMAGES];
	u64 kinds = 0;
	u8 bytes[1200];
	u32 i, t;

	for (i = 0; i < NUM_IMAGES; i++) {
		worlds[i] = i ? make_world(i) : make_small_world();
		for (t = 0; t < worlds[i].image->num_tables; t++)
			kinds |= 1ull << worlds[i].image->tables[t].kind;
	}
	while (executed() < total) {
		const struct world *w = &worlds[roll_word(&seed) % NUM_IMAGES];
		const u32 class = classes[roll_word(&seed) % 3];
		size_t len = random_bytes(bytes, sizeof(bytes));
		u32 num = bvm_gen_class(bytes, len, insns, MAX_INSNS, w->image,
					class);

		bvm_oracle_set_class(&before, insns, num, w->image, class);
		if (!accepted(&tally))
			continue;
		run_class_program(w, class);
	}
	report(&tally);
	for (i = 0; i < NUM_IMAGES; i++)
		arena_free(worlds[i].arena);
	ck_assert_uint_ge(executed(), total);
	ck_assert_uint_gt(executed_calls(), total / 200);
	/* each kind of table was there to be called on */
	for (i = BVM_TABLE_DFA; i < BVM_NUM_TABLE_KINDS; i++)
		ck_assert_msg(kinds >> i & 1, "no table of kind %u", i);
	ck_assert_uint_gt(tally.accepted, tally.programs / 2);
}
END_TEST

/* ---- random: any encoding, any register ---- */

static u32 random_program(u32 num)
{
	u32 i, rows = 0;

	while (bvm_insn_row(rows))
		rows++;
	for (i = 0; i < num - 1; i++) {
		const struct bvm_insn_info *row =
			bvm_insn_row(roll_word(&seed) % rows);
		const u64 r = roll_word(&seed);

		insns[i] = bvm_insn_make(
			row->code, r % 3 ? 0 : r >> 8 & 10, 0,
			row->off == BVM_ANY ? (s16)(r >> 16 & 7) : row->off,
			row->imm == BVM_ANY ? (s32)(r >> 24 & 15) : row->imm);
		if (row->form == BVM_FORM_LDX)
			insns[i].src = r >> 32 & 3 ? 1 : 10;
		else if (row->form == BVM_FORM_STX ||
			 row->form == BVM_FORM_ALU_X ||
			 row->form == BVM_FORM_JMP_X)
			insns[i].src = r >> 40 & 3 ? 2 : r >> 48 & 10;
		if (row->form == BVM_FORM_ST || row->form == BVM_FORM_STX) {
			insns[i].dst = 10;
			insns[i].off = (s16) - (r >> 16 & 31);
		}
		if (insns[i].src == 10 && row->form == BVM_FORM_LDX)
			insns[i].off = (s16) - (r >> 16 & 31);
	}
	insns[0] = bvm_insn_make(BVM_LDXDW, 0, 1, 0, 0);
	insns[num - 1] = bvm_insn_make(BVM_EXIT, 0, 0, 0, 0);
	return num;
}

START_TEST(random_programs_stay_within_what_is_known)
{
	struct tally tally = { .what = "random" };
	u8 ctx[BVM_GEN_CTX];
	u32 i, round;

	for (round = 0; round < 200000; round++) {
		bvm_oracle_set_raw(&before, insns,
				   random_program(3 + roll_word(&seed) % 14),
				   sizeof(ctx));
		if (!accepted(&tally))
			continue;
		for (i = 0; i < 4; i++) {
			bvm_input_memory(&seed, ctx, sizeof(ctx));
			run_both(NULL, ctx);
		}
	}
	report(&tally);
	ck_assert_uint_gt(tally.accepted, tally.programs / 100);
}
END_TEST

int main(void)
{
	Suite *suite = suite_create("verify_dynamic");
	TCase *tc = tcase_create("programs");

	/* minutes, and hours where BVM_DYNAMIC asks for more */
	tcase_set_timeout(tc, getenv("BVM_DYNAMIC") ? 0 : 280);
	tcase_add_checked_fixture(tc, setup, teardown);
	tcase_add_test(tc, structured_programs_stay_within_what_is_known);
	tcase_add_test(tc, programs_with_helpers_stay_within_what_is_known);
	tcase_add_test(tc, random_programs_stay_within_what_is_known);
	suite_add_tcase(suite, tc);
	return suite_run(suite);
}
