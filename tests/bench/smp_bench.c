// SPDX-License-Identifier: GPL-2.0-only
/*
 * smp_bench.c - do confined tasks on several CPUs hinder each other?
 *
 * usage: smp_bench CPUS bailiff|apparmor
 *
 * As many processes as CPUs, kept to one each, do the same for a fixed time: in turns
 * unconfined and confined by the loaded policy "bench". Each has a file of its own, of
 * one directory, and a socket. Were anything shared written for each decision, the
 * second would fall behind the first as CPUs are added. Prints rows (measure.h);
 * their figures depend on the machine, the ratio hardly.
 */
#include <fcntl.h>
#include <netinet/in.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "cost.h"
#include "measure.h"

#define MAX_CPUS 64
#define ROUNDS 9
#define ROUND_NS 250000000ull
#define AT_ONCE 64 /* between two looks at the clock */

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

/* ---- what is done, by each process ---- */

static char path[64];
static int fd_file, fd_socket;
static const struct sockaddr_in address = {
	.sin_family = AF_INET,
	.sin_port = __builtin_bswap16(COST_PORT),
	.sin_addr = { __builtin_bswap32(INADDR_LOOPBACK) },
};

static bool run_stat(void)
{
	struct stat st;

	return !stat(path, &st);
}

static bool run_open(void)
{
	const int fd = open(path, O_RDONLY | O_CLOEXEC);

	return fd >= 0 && !close(fd);
}

static bool run_read(void)
{
	char byte;

	return pread(fd_file, &byte, 1, 0) == 1;
}

static bool run_connect(void)
{
	return !connect(fd_socket, (const void *)&address, sizeof(address));
}

static const struct smp_op {
	const char *name;
	bool (*run)(void);
} ops[] = {
	{ "stat, depth 5", run_stat },
	{ "open+close, depth 5", run_open },
	{ "read 1 byte", run_read },
	{ "connect, UDP", run_connect },
};

static void start_on(u32 cpu, const char *column)
{
	cpu_set_t set;

	CPU_ZERO(&set);
	CPU_SET(cpu, &set);
	if (sched_setaffinity(0, sizeof(set), &set))
		cost_fail("sched_setaffinity");
	cost_confine(column, 0);
	snprintf(path, sizeof(path), COST_DIR "/ok/dir3/dir4/%u", cpu);
	fd_file = open(path, O_RDONLY | O_CLOEXEC);
	fd_socket = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
	if (fd_file < 0 || fd_socket < 0)
		cost_fail(path);
	__atomic_add_fetch(&shared->ready, 1, __ATOMIC_SEQ_CST);
	while (!__atomic_load_n(&shared->go, __ATOMIC_SEQ_CST))
		sched_yield();
}

static void work(u32 cpu, const char *column, const struct smp_op *op)
{
	u64 end, num = 0;
	u32 i;

	start_on(cpu, column);
	for (end = now() + ROUND_NS; now() < end; num += AT_ONCE) {
		for (i = 0; i < AT_ONCE; i++) {
			if (!op->run())
				cost_fail(op->name);
		}
	}
	shared->done[cpu][0] = num;
	_exit(0);
}

/* How often all of them together did it in a second. */
static double rate(const char *column, const struct smp_op *op)
{
	double sum = 0;
	u32 cpu;

	shared->ready = shared->go = 0;
	for (cpu = 0; cpu < cpus; cpu++) {
		const pid_t pid = fork();

		if (pid < 0)
			cost_fail("fork");
		if (!pid)
			work(cpu, column, op);
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

static void bench(const char *column, const struct smp_op *op)
{
	const char *title = strcmp(column, "bailiff") ? "AppArmor" : "Bailiff";
	double loose[ROUNDS], confined[ROUNDS], ratio[ROUNDS];
	char what[64];
	u32 i;

	for (i = 0; i < ROUNDS; i++) {
		loose[i] = rate("unconfined", op);
		confined[i] = rate(column, op);
		ratio[i] = confined[i] / loose[i];
	}
	snprintf(what, sizeof(what), "unconfined/s, %s", title);
	row("smp", op->name, cpus, what, measure_median(loose, ROUNDS), "-",
	    "-");
	snprintf(what, sizeof(what), "confined/s, %s", title);
	row("smp", op->name, cpus, what, measure_median(confined, ROUNDS), "-",
	    "-");
	snprintf(what, sizeof(what), "%s/unconfined", title);
	row("smp", op->name, cpus, what, measure_median(ratio, ROUNDS), "x",
	    "-");
}

int main(int argc, char **argv)
{
	u32 i;

	cpus = argc == 3 ? (u32)strtoul(argv[1], NULL, 10) : 0;
	if (!cpus || cpus > MAX_CPUS) {
		fprintf(stderr, "usage: smp_bench CPUS bailiff|apparmor\n");
		return 2;
	}
	shared = mmap(NULL, sizeof(*shared), PROT_READ | PROT_WRITE,
		      MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	if (shared == MAP_FAILED)
		cost_fail("mmap");
	for (i = 0; i < ARRAY_SIZE(ops); i++)
		bench(argv[2], &ops[i]);
	return 0;
}
