// SPDX-License-Identifier: GPL-2.0-only
/*
 * exec_bench.c - what it costs to run programs
 *
 * usage: exec_bench [[-c] LIBUBPF.SO]
 *
 * ns an executed instruction: what a run takes, less that of `r0 = 0; exit`,
 * by the instructions that it executes beyond those two. -c measures nothing:
 * does uBPF give our results?
 */
#include <stdlib.h>

#include "measure.h"
#include "tests/lib/bvm_family.h"
#include "ubpf.h"
#include "vm/exec.h"

#define BENCH "exec"
#define UBPF_RATIO "<=0.35"

static const u32 sizes[] = { 128, 512, 1024, 4000 };
enum { BVM, LOOP, UBPF, NUM_COLUMNS }; /* uBPF last: it may be absent */

static struct bvm_insn insns[BVM_FAMILY_MAX];
static u8 ctx[BVM_FAMILY_CTX] __attribute__((aligned(8)));
static u32 num_insns;
static struct ubpf *ubpf; /* NULL: none to compare with */
static struct column columns[NUM_COLUMNS];
static double empty[NUM_COLUMNS]; /* ns a run of `r0 = 0; exit` */
static u64 sink;
static u64 loop_result = 1;

static void run_bvm(void *arg)
{
	(void)arg;
	sink += bvm_exec(insns, num_insns, ctx, sizeof(ctx));
}

static void run_ubpf(void *arg)
{
	(void)arg;
	sink += ubpf_run(ubpf, ctx, sizeof(ctx));
}

static bool count_step(void *arg, u32 pc, const u64 *regs, const u8 *stack)
{
	(void)pc;
	(void)regs;
	(void)stack;
	++*(u32 *)arg;
	return true;
}

static u32 count_steps(void)
{
	u32 steps = 0;

	(void)bvm_exec_traced(insns, num_insns, ctx, sizeof(ctx), count_step,
			      &steps);
	return steps;
}

/* Engines that give another answer have no place in one table. */
static void take_program(void)
{
	if (!ubpf)
		return;
	if (ubpf_set(ubpf, insns, num_insns))
		exit(1);
	if (ubpf_run(ubpf, ctx, sizeof(ctx)) ==
	    bvm_exec(insns, num_insns, ctx, sizeof(ctx)))
		return;
	fprintf(stderr, "exec_bench: uBPF gives another result\n");
	exit(1);
}

static void measure_all(void)
{
	take_program();
	columns[BVM] = (struct column){ .run = run_bvm };
	columns[LOOP] =
		(struct column){ .run = measure_loop, .arg = &loop_result };
	columns[UBPF] = (struct column){ .run = run_ubpf };
	measure(columns, ubpf ? NUM_COLUMNS : UBPF);
}

static void bench_empty(void)
{
	insns[0] = bvm_insn_make(BVM_MOV64_K, 0, 0, 0, 0);
	insns[1] = bvm_insn_make(BVM_EXIT, 0, 0, 0, 0);
	num_insns = 2;
	measure_all();
	empty[BVM] = columns[BVM].ns;
	row(BENCH, "empty", 2, "bvm ns/run", empty[BVM], "ns", NULL);
	if (!ubpf)
		return;
	empty[UBPF] = columns[UBPF].ns;
	row(BENCH, "empty", 2, "ubpf ns/run", empty[UBPF], "ns", NULL);
}

/* Return: our cost by that of uBPF; 0 if there is none. */
static double bench_family(enum bvm_family family, u32 size)
{
	const char *name = bvm_family_name(family);
	double steps, ours, theirs;

	bvm_family_make(family, 0, size, insns);
	num_insns = size;
	steps = count_steps() - 2;
	measure_all();
	ours = (columns[BVM].ns - empty[BVM]) / steps;
	row(BENCH, name, size, "bvm ns/insn", ours, "ns", NULL);
	row(BENCH, name, size, "loop ns/turn",
	    columns[LOOP].ns / MEASURE_LOOP_TURNS, "ns", NULL);
	if (!ubpf)
		return 0;
	theirs = (columns[UBPF].ns - empty[UBPF]) / steps;
	row(BENCH, name, size, "ubpf ns/insn", theirs, "ns", NULL);
	row(BENCH, name, size, "bvm/ubpf", ours / theirs, "x", NULL);
	return ours / theirs;
}

/* All families at one size; the budget is for the median of their ratios. */
static void bench_size(u32 size)
{
	double ratios[BVM_NUM_FAMILIES];
	u32 i;

	for (i = 0; i < BVM_NUM_FAMILIES; i++)
		ratios[i] = bench_family(i, size);
	if (!ubpf)
		return;
	row(BENCH, "median", size, "bvm/ubpf",
	    measure_median(ratios, BVM_NUM_FAMILIES), "x", UBPF_RATIO);
}

static void check_size(u32 size)
{
	u32 i;

	for (i = 0; i < BVM_NUM_FAMILIES; i++) {
		bvm_family_make(i, 0, size, insns);
		num_insns = size;
		take_program();
	}
}

static void check(void)
{
	u32 i;

	for (i = 0; i < ARRAY_SIZE(sizes); i++)
		check_size(sizes[i]);
	printf("the results are the same\n");
}

int main(int argc, char **argv)
{
	const bool is_check = argc == 3 && !strcmp(argv[1], "-c");
	u32 i;

	bvm_family_ctx(ctx);
	if (argc > 1) {
		ubpf = ubpf_open(argv[argc - 1]);
		if (!ubpf)
			return 1;
	}
	if (is_check) {
		check();
		ubpf_close(ubpf);
		return 0;
	}
	measure_pin();
	bench_empty();
	for (i = 0; i < ARRAY_SIZE(sizes); i++)
		bench_size(sizes[i]);
	ubpf_close(ubpf);
	return 0;
}
