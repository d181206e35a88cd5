// SPDX-License-Identifier: GPL-2.0-only
/*
 * verify_bench.c - what it costs to verify programs
 *
 * The cost of an instruction is that of the whole call by the number of
 * slots, so that what is done once a program counts too. Of each size as many
 * different programs are verified in turns as make up 4,096 instructions:
 * otherwise a processor learns the branches that the verifier takes for one
 * small program by heart, which no real load lets it do, and only the large
 * ones would be charged for what all of them cost. Diamonds are one program
 * each, whose branches all go the same ways.
 */
#include <stdlib.h>

#include "measure.h"
#include "tests/lib/bvm_family.h"
#include "vm/verify.h"

#define BENCH "verify"
#define FLAT "<=1.3"
#define MAX_NS "<=150"

static const u32 sizes[] = { 64, 128, 512, 1024, 4096 };
static const u32 ks[] = { 8, 10, 12, 14, 16, 18, 32, 64, 128, 512, 1000 };

/* num programs, in.num_insns instructions each. */
struct batch {
	struct bvm_insn insns[BVM_FAMILY_MAX];
	struct bvm_verify_in in;
	u32 num;
};

static struct batch batches[ARRAY_SIZE(ks)];
static struct column columns[MEASURE_MAX_COLUMNS];
static void *scratch;
static double worst; /* ns an instruction */

static void run_verify(void *arg)
{
	const struct batch *batch = arg;
	struct bvm_verify_in in = batch->in;
	struct bvm_verify_out out;
	struct bvm_error err;
	u32 i;

	for (i = 0; i < batch->num; i++) {
		if (bvm_verify(&in, &out, &err)) {
			fprintf(stderr, "verify_bench: %u slots: %s\n",
				in.num_insns, err.text);
			exit(1);
		}
		in.insns += in.num_insns;
	}
}

static void prepare(u32 i, u32 num, u32 num_insns)
{
	batches[i].num = num;
	batches[i].in = (struct bvm_verify_in){
		.insns = batches[i].insns,
		.num_insns = num_insns,
		.ctx.size = BVM_FAMILY_CTX,
		.max_stack = BVM_STACK_BYTES,
		.scratch = scratch,
	};
	columns[i] = (struct column){ .run = run_verify, .arg = &batches[i] };
}

static void prepare_family(u32 i, enum bvm_family family, u32 size)
{
	const u32 num = BVM_FAMILY_MAX / size;
	u32 variant;

	for (variant = 0; variant < num; variant++)
		bvm_family_make(family, variant, size,
				batches[i].insns + variant * size);
	prepare(i, num, size);
}

static double ns_each(u32 i)
{
	return columns[i].ns / (batches[i].num * batches[i].in.num_insns);
}

/* Measure what was prepared; returns the greatest cost by the least. */
static double compare(u32 num)
{
	double least = 0, most = 0, each;
	u32 i;

	measure(columns, num);
	for (i = 0; i < num; i++) {
		each = ns_each(i);
		if (!i || each < least)
			least = each;
		if (each > most)
			most = each;
	}
	if (most > worst)
		worst = most;
	return most / least;
}

static void print_each(const char *name, u32 num)
{
	u32 i;

	for (i = 0; i < num; i++)
		row(BENCH, name, batches[i].in.num_insns, "ns/insn", ns_each(i),
		    "ns", NULL);
}

static void bench_family(enum bvm_family family)
{
	const char *name = bvm_family_name(family);
	double flat;
	u32 i;

	for (i = 0; i < ARRAY_SIZE(sizes); i++)
		prepare_family(i, family, sizes[i]);
	flat = compare(ARRAY_SIZE(sizes));
	print_each(name, ARRAY_SIZE(sizes));
	row(BENCH, name, 0, "most/least", flat, "x", FLAT);
}

static void bench_diamonds(void)
{
	double flat;
	u32 i;

	for (i = 0; i < ARRAY_SIZE(ks); i++)
		prepare(i, 1, bvm_family_diamonds(ks[i], batches[i].insns));
	flat = compare(ARRAY_SIZE(ks));
	print_each("diamonds", ARRAY_SIZE(ks));
	row(BENCH, "diamonds", 0, "most/least", flat, "x", FLAT);
}

/* The head of these is too long for 64. */
static void bench_odd(enum bvm_family family)
{
	prepare_family(0, family, 1024);
	(void)compare(1);
	print_each(bvm_family_name(family), 1);
}

/* Shown, and held to nothing: what an enemy can make it cost. */
static void bench_enemy(enum bvm_family family)
{
	const double before = worst;

	bench_odd(family);
	worst = before;
}

static void bench_loop(void)
{
	u64 result = 1;
	double least;

	columns[0] = (struct column){ .run = measure_loop, .arg = &result };
	measure(columns, 1);
	least = columns[0].samples[0];
	row(BENCH, "loop", 0, "ns/turn", columns[0].ns / MEASURE_LOOP_TURNS,
	    "ns", NULL);
	row(BENCH, "loop", 0, "most/least",
	    columns[0].samples[MEASURE_SAMPLES - 1] / least, "x", NULL);
}

int main(void)
{
	u32 family;

	measure_pin();
	scratch = malloc(bvm_verify_scratch());
	if (!scratch)
		return 1;
	bench_loop();
	for (family = 0; family < BVM_NUM_FAMILIES; family++)
		bench_family(family);
	bench_diamonds();
	/* what nobody writes */
	bench_family(BVM_FAMILY_DECIDED);
	bench_family(BVM_FAMILY_HALVES);
	bench_family(BVM_FAMILY_UNSIGNED);
	bench_odd(BVM_FAMILY_DEEP);
	bench_odd(BVM_FAMILY_SOMEWHERE);
	bench_enemy(BVM_FAMILY_WIDER);
	bench_enemy(BVM_FAMILY_ANYWHERE);
	row(BENCH, "worst", 0, "ns/insn", worst, "ns", MAX_NS);
	row(BENCH, "scratch", 0, "bytes", (double)bvm_verify_scratch(), "B",
	    NULL);
	free(scratch);
	return 0;
}
