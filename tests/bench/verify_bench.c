// SPDX-License-Identifier: GPL-2.0-only
/*
 * verify_bench.c - what it costs to verify programs
 *
 * The cost of an instruction is that of the whole call by the number of
 * slots, so that what is done once a program counts too.
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

struct program {
	struct bvm_insn insns[BVM_FAMILY_MAX];
	struct bvm_verify_in in;
};

static struct program programs[ARRAY_SIZE(ks)];
static struct column columns[MEASURE_MAX_COLUMNS];
static void *scratch;
static double worst; /* ns an instruction */

static void run_verify(void *arg)
{
	const struct program *p = arg;
	struct bvm_verify_out out;
	struct bvm_error err;

	if (!bvm_verify(&p->in, &out, &err))
		return;
	fprintf(stderr, "verify_bench: %u slots: %s\n", p->in.num_insns,
		err.text);
	exit(1);
}

static void prepare(u32 i, u32 num_insns)
{
	programs[i].in = (struct bvm_verify_in){
		.insns = programs[i].insns,
		.num_insns = num_insns,
		.ctx.size = BVM_FAMILY_CTX,
		.max_stack = BVM_STACK_BYTES,
		.scratch = scratch,
	};
	columns[i] = (struct column){ .run = run_verify, .arg = &programs[i] };
}

/* Measure what was prepared; returns the greatest cost by the least. */
static double compare(u32 num)
{
	double least = 0, most = 0, each;
	u32 i;

	measure(columns, num);
	for (i = 0; i < num; i++) {
		each = columns[i].ns / programs[i].in.num_insns;
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
		row(BENCH, name, programs[i].in.num_insns, "ns/insn",
		    columns[i].ns / programs[i].in.num_insns, "ns", NULL);
}

static void bench_family(enum bvm_family family)
{
	const char *name = bvm_family_name(family);
	double flat;
	u32 i;

	for (i = 0; i < ARRAY_SIZE(sizes); i++) {
		bvm_family_make(family, sizes[i], programs[i].insns);
		prepare(i, sizes[i]);
	}
	flat = compare(ARRAY_SIZE(sizes));
	print_each(name, ARRAY_SIZE(sizes));
	row(BENCH, name, 0, "most/least", flat, "x", FLAT);
}

static void bench_diamonds(void)
{
	double flat;
	u32 i;

	for (i = 0; i < ARRAY_SIZE(ks); i++)
		prepare(i, bvm_family_diamonds(ks[i], programs[i].insns));
	flat = compare(ARRAY_SIZE(ks));
	print_each("diamonds", ARRAY_SIZE(ks));
	row(BENCH, "diamonds", 0, "most/least", flat, "x", FLAT);
}

/* The head of these is too long for 64. */
static void bench_odd(enum bvm_family family)
{
	bvm_family_make(family, 1024, programs[0].insns);
	prepare(0, 1024);
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
