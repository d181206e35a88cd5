// SPDX-License-Identifier: GPL-2.0-only
/*
 * smp_bench.c - do confined tasks on several CPUs hinder each other?
 *
 * usage: smp_bench CPUS
 *
 * As many processes as CPUs, kept to one each, open and close a file each, of
 * one directory, for a fixed time: in turns unconfined and confined by the
 * loaded policy "bench". Were anything shared written for each decision, the
 * second would fall behind the first as CPUs are added. Prints rows (measure.h);
 * their figures depend on the machine, the last one hardly.
 */
#include <fcntl.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "cost.h"
#include "measure.h"

#define MAX_CPUS 64
#define ROUNDS 9
#define ROUND_NS 500000000ull

struct shared {
	u32 ready; /* processes that are confined and wait */
	u32 go;
	u64 done[MAX_CPUS][8]; /* a cache line each */
};

static struct shared *shared;
static u32 cpus;

void cost_fail(const char *what)
{
	perror(what);
	exit(1);
}

static u64 now(void)
{
	struct timespec ts;

	clock_gettime(CLOCK_MONOTONIC, &ts);
	return (u64)ts.tv_sec * 1000000000 + (u64)ts.tv_nsec;
}

static void work(u32 cpu, const char *column)
{
	char path[64];
	cpu_set_t set;
	u64 end, num = 0;
	u32 i;

	CPU_ZERO(&set);
	CPU_SET(cpu, &set);
	if (sched_setaffinity(0, sizeof(set), &set))
		cost_fail("sched_setaffinity");
	cost_confine(column, 0);
	snprintf(path, sizeof(path), COST_DIR "/ok/dir3/dir4/%u", cpu);
	__atomic_add_fetch(&shared->ready, 1, __ATOMIC_SEQ_CST);
	while (!__atomic_load_n(&shared->go, __ATOMIC_SEQ_CST))
		sched_yield();
	for (end = now() + ROUND_NS; now() < end; num += 64) {
		for (i = 0; i < 64; i++) {
			int fd = open(path, O_RDONLY | O_CLOEXEC);

			if (fd < 0)
				cost_fail(path);
			close(fd);
		}
	}
	shared->done[cpu][0] = num;
	_exit(0);
}

/* How often all of them together did it in a second. */
static double rate(const char *column)
{
	double sum = 0;
	u32 cpu;

	shared->ready = shared->go = 0;
	for (cpu = 0; cpu < cpus; cpu++) {
		const pid_t pid = fork();

		if (pid < 0)
			cost_fail("fork");
		if (!pid)
			work(cpu, column);
	}
	/* who dies before it is ready leaves the others waiting for a signal */
	while (__atomic_load_n(&shared->ready, __ATOMIC_SEQ_CST) < cpus) {
		if (waitpid(-1, NULL, WNOHANG)) {
			signal(SIGTERM, SIG_IGN);
			kill(0, SIGTERM);
			cost_fail("a process did not start");
		}
		usleep(1000);
	}
	__atomic_store_n(&shared->go, 1, __ATOMIC_SEQ_CST);
	for (cpu = 0; cpu < cpus; cpu++) {
		int status;

		if (wait(&status) < 0 || status)
			cost_fail("a process failed");
	}
	for (cpu = 0; cpu < cpus; cpu++)
		sum += (double)shared->done[cpu][0];
	return sum * 1e9 / ROUND_NS;
}

static void print(const char *what, double value, const char *unit)
{
	row("smp", "open+close, depth 5", cpus, what, value, unit, "-");
}

int main(int argc, char **argv)
{
	double loose[ROUNDS], confined[ROUNDS], ratio[ROUNDS];
	u32 i;

	cpus = argc == 2 ? (u32)strtoul(argv[1], NULL, 10) : 0;
	if (!cpus || cpus > MAX_CPUS) {
		fprintf(stderr, "usage: smp_bench CPUS\n");
		return 2;
	}
	shared = mmap(NULL, sizeof(*shared), PROT_READ | PROT_WRITE,
		      MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	if (shared == MAP_FAILED)
		cost_fail("mmap");
	for (i = 0; i < ROUNDS; i++) {
		loose[i] = rate("unconfined");
		confined[i] = rate("bailiff");
		ratio[i] = confined[i] / loose[i];
	}
	print("unconfined/s", measure_median(loose, ROUNDS), "-");
	print("confined/s", measure_median(confined, ROUNDS), "-");
	print("confined/unconfined", measure_median(ratio, ROUNDS), "x");
	return 0;
}
