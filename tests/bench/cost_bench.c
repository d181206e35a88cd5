// SPDX-License-Identifier: GPL-2.0-only
/*
 * cost_bench.c - count the instructions of operations, in the guest
 *
 * usage: cost_bench COLUMN RULES all|rules|jobs
 *
 * COLUMN says how to confine this process (cost.h), RULES how many rules there
 * are; `rules` measures only what is measured for each number of them, `jobs` what
 * whole programs do (cost_jobs.c). Prints
 *
 *	OPERATION RULES COLUMN INSTRUCTIONS
 *
 * with tabs between them; instructions of one operation, the median of samples.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/personality.h>
#include <unistd.h>

#include "cost.h"
#include "measure.h"

#define WARM_UP 4 /* samples that do not count */
#define SAMPLES 31
#define FEW_SAMPLES 7 /* of what is long */

static u64 counter(void)
{
	return __builtin_ia32_rdtsc();
}

static double sample(const struct cost_op *op)
{
	const u64 start = counter();
	u64 end;

	op->run(op->reps);
	end = counter();
	if (op->settle)
		op->settle(op->reps);
	return (double)(end - start) / op->reps;
}

static double count(const struct cost_op *op)
{
	double samples[SAMPLES];
	u32 num = op->reps == 1 ? FEW_SAMPLES : SAMPLES, i;

	for (i = 0; i < WARM_UP; i++)
		(void)sample(op);
	for (i = 0; i < num; i++)
		samples[i] = sample(op);
	return measure_median(samples, num);
}

static void print_count(const struct cost_op *op, u32 num_rules,
			const char *column)
{
	if (op->prepare)
		op->prepare();
	printf("%s\t%u\t%s\t%.2f\n", op->name, num_rules, column, count(op));
	fflush(stdout); /* what forks has nothing left to print */
}

static void count_jobs(const char *column, u32 num_rules)
{
	u32 i;

	cost_jobs_for(column, num_rules);
	for (i = 0; i < cost_num_jobs; i++)
		print_count(&cost_jobs[i], num_rules, column);
}

/*
 * Always at the same addresses: by them a process has one page table more or
 * less, which is what fork and exec would vary by.
 */
static void fix_addresses(char **argv)
{
	const int now = personality(0xffffffff);

	if (now & ADDR_NO_RANDOMIZE)
		return;
	personality((unsigned long)now | ADDR_NO_RANDOMIZE);
	execv("/proc/self/exe", argv);
	cost_fail("/proc/self/exe");
}

int main(int argc, char **argv)
{
	const struct cost_op *op;
	u32 num_rules;

	if (argc == 2 && !strcmp(argv[1], "end"))
		_exit(0);
	if (argc != 4) {
		fprintf(stderr,
			"usage: cost_bench COLUMN RULES all|rules|jobs\n");
		return 2;
	}
	fix_addresses(argv);
	num_rules = (u32)strtoul(argv[2], NULL, 10);
	if (!strcmp(argv[3], "jobs")) {
		count_jobs(argv[1], num_rules);
		return 0;
	}
	setvbuf(stdout, NULL, _IOFBF, 1 << 16);
	cost_confine(argv[1], num_rules);
	for (op = cost_ops; op < cost_ops + cost_num_ops; op++) {
		bool wanted = op->by_rules || !strcmp(argv[3], "all");

		if (wanted && op->prepare)
			op->prepare();
		if (wanted)
			printf("%s\t%u\t%s\t%.2f\n", op->name, num_rules,
			       argv[1], count(op));
	}
	return 0;
}
