// SPDX-License-Identifier: GPL-2.0-only
/*
 * cost_bench.c - count the instructions of operations, in the guest
 *
 * usage: cost_bench COLUMN RULES all|rules|processes|jobs
 *
 * COLUMN says how to confine this process (cost.h), RULES how many rules there
 * are; `rules` measures only what is measured for each number of them, `processes`
 * what makes some, `jobs` what whole programs do (cost_jobs.c). Prints
 *
 *	OPERATION RULES COLUMN INSTRUCTIONS
 *
 * with tabs between them; instructions of one operation, the median of samples.
 */
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/personality.h>
#include <sys/wait.h>
#include <unistd.h>

#include "cost.h"
#include "measure.h"

#define WARM_UP 4 /* samples that do not count */
#define SAMPLES 31
#define FEW_SAMPLES 7 /* of what is long, and in each process of several */
#define PROCESSES 100 /* that count what makes processes */

bool cost_denies;

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

/*
 * All that there is, now: fork copies what was touched, and whoever confined
 * himself has touched a page more or less.
 */
static void touch_memory(void)
{
	if (mlockall(MCL_CURRENT) || munlockall())
		cost_fail("mlockall");
}

static double count_here(const struct cost_op *op)
{
	double samples[SAMPLES];
	u32 num = op->reps == 1 || op->processes ? FEW_SAMPLES : SAMPLES, i;

	for (i = 0; i < WARM_UP; i++)
		(void)sample(op);
	for (i = 0; i < num; i++)
		samples[i] = sample(op);
	return measure_median(samples, num);
}

/* In a process of its own, which stays until it is killed. */
static double count_there(const struct cost_op *op, pid_t *pid)
{
	double result;
	int pipes[2];

	if (pipe(pipes))
		cost_fail("pipe");
	*pid = fork();
	if (*pid < 0)
		cost_fail("fork");
	if (!*pid) {
		touch_memory();
		result = count_here(op);
		if (write(pipes[1], &result, sizeof(result)) < 0)
			_exit(1);
		close(pipes[1]);
		for (;;)
			pause();
	}
	close(pipes[1]);
	if (read(pipes[0], &result, sizeof(result)) != sizeof(result))
		cost_fail(op->name);
	close(pipes[0]);
	return result;
}

/*
 * What makes a process depends on where its memory happens to lie, in pages of
 * slab and of per-CPU counters, which is as it is for all that one process makes
 * one after the other. So it is the mean of several, each of which lie elsewhere.
 */
static double count(const struct cost_op *op)
{
	pid_t pids[PROCESSES];
	double sum = 0;
	u32 i;

	if (!op->processes)
		return count_here(op);
	for (i = 0; i < PROCESSES; i++)
		sum += count_there(op, &pids[i]);
	for (i = 0; i < PROCESSES; i++) {
		if (kill(pids[i], SIGKILL) ||
		    waitpid(pids[i], NULL, 0) != pids[i])
			cost_fail("kill");
	}
	return sum / PROCESSES;
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

static bool is_wanted(const struct cost_op *op, const char *which)
{
	if (!strcmp(which, "rules"))
		return op->by_rules;
	if (!strcmp(which, "processes"))
		return op->processes;
	return true;
}

int main(int argc, char **argv)
{
	static char printed[1 << 16];
	const struct cost_op *op;
	u32 num_rules;

	if (argc == 2 && !strcmp(argv[1], "end"))
		_exit(0);
	if (argc != 4) {
		fprintf(stderr,
			"usage: cost_bench COLUMN RULES all|rules|processes|jobs\n");
		return 2;
	}
	fix_addresses(argv);
	num_rules = (u32)strtoul(argv[2], NULL, 10);
	if (!strcmp(argv[3], "jobs")) {
		count_jobs(argv[1], num_rules);
		return 0;
	}
	setvbuf(stdout, printed, _IOFBF, sizeof(printed));
	touch_memory();
	cost_confine(argv[1], num_rules);
	cost_denies = strcmp(argv[1], "none") && strcmp(argv[1], "unconfined");
	for (op = cost_ops; op < cost_ops + cost_num_ops; op++) {
		if (!is_wanted(op, argv[3]))
			continue;
		if (op->prepare)
			op->prepare();
		printf("%s\t%u\t%s\t%.2f\n", op->name, num_rules, argv[1],
		       count(op));
	}
	return 0;
}
