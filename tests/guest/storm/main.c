// SPDX-License-Identifier: GPL-2.0-only
/*
 * main.c - everything that changes policies, against everything that is
 * judged by them, for so many seconds
 *
 *	storm SECONDS DIRECTORY A.img B.img SPARE.img CGROUP
 *	storm child DIRECTORY
 *
 * A and B are two versions of the policy "flip" that are loaded in turns. What
 * the confined workers try is such that each version denies a part of it, with
 * an errno of its own, and only a mixture of both would let it pass. Prints
 * "WHAT NUMBER" lines, and what went wrong to standard error.
 */
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "storm.h"

#define LENGTH(a) (sizeof(a) / sizeof((a)[0]))

struct storm *storm;

static const char *const names[NUM_COUNTS] = {
	[COUNT_LOADS] = "loads",       [COUNT_UNLOADS] = "unloads",
	[COUNT_BUSY] = "busy",	       [COUNT_BINDS] = "binds",
	[COUNT_MODES] = "modes",       [COUNT_RECORDS] = "records",
	[COUNT_REPORTS] = "reports",   [COUNT_MOVES] = "moves",
	[COUNT_DENIED] = "denied",     [COUNT_ALLOWED] = "allowed",
	[COUNT_EXECS] = "execs",       [COUNT_JOINS] = "joins",
	[COUNT_MIXTURES] = "mixtures", [COUNT_WRONG] = "wrong",
};

static const struct {
	void (*run)(void);
	bool confined;
} workers[] = {
	/* The confined first: "flip" is not to be unloaded before they enter. */
	{ storm_open, true },	       { storm_open, true },
	{ storm_rename, true },	       { storm_exec, true },
	{ storm_connect, true },       { storm_load, false },
	{ storm_spare, false },	       { storm_bind, false },
	{ storm_read_records, false }, { storm_read_reports, false },
	{ storm_move, false },	       { storm_join, false },
};

void storm_complain(enum storm_count what, const char *fmt, ...)
{
	int err = errno;
	va_list args;

	storm_count(what);
	if (atomic_load(&storm->count[what]) > 10)
		return;
	va_start(args, fmt);
	vfprintf(stderr, fmt, args);
	va_end(args);
	fprintf(stderr, ": %s\n", strerror(err));
}

int storm_tell(const char *file, const void *text, unsigned long len,
	       char *reply, unsigned long size)
{
	char path[256];
	ssize_t got;
	int fd, err;

	snprintf(path, sizeof(path), STORM_FS "%s", file);
	fd = open(path, O_RDWR);
	if (fd < 0)
		return errno;
	err = write(fd, text, len) < 0 ? errno : 0;
	got = read(fd, reply, size - 1);
	reply[got > 0 ? got : 0] = 0;
	close(fd);
	return err;
}

static int enter(void)
{
	char reply[256];

	return storm_tell("self", "flip", 4, reply, sizeof(reply));
}

static pid_t start(size_t i)
{
	pid_t pid = fork();

	if (pid != 0)
		return pid;
	if (workers[i].confined) {
		errno = enter();
		if (errno) {
			perror("storm: cannot enter flip");
			_exit(1);
		}
		atomic_fetch_add(&storm->num_entered, 1);
	}
	workers[i].run();
	_exit(0);
}

/* Return: how many did not end by themselves and well. */
static int stop_all(const pid_t *pids)
{
	int bad = 0, status;

	atomic_store(&storm->stop, true);
	for (size_t i = 0; i < LENGTH(workers); i++) {
		if (waitpid(pids[i], &status, 0) == pids[i] && status == 0)
			continue;
		fprintf(stderr, "storm: worker %zu ended with %d\n", i, status);
		bad++;
	}
	return bad;
}

/* Did a generation speak with another version's words? */
static void check_generations(void)
{
	for (size_t g = 0; g < STORM_MAX_GENERATIONS; g++) {
		unsigned char bits = atomic_load(&storm->said[g]);

		if (((bits & SAID_A) && !(bits & LOADED_A)) ||
		    ((bits & SAID_B) && !(bits & LOADED_B))) {
			errno = 0;
			storm_complain(COUNT_WRONG,
				       "generation %zu: said and loaded: %x", g,
				       bits);
		}
	}
}

/* A is loaded before the storm begins. */
static int note_first(void)
{
	FILE *file = fopen(STORM_FS "policies/flip/info", "r");
	unsigned long generation = STORM_MAX_GENERATIONS;
	char line[256];

	while (file && fgets(line, sizeof(line), file))
		(void)sscanf(line, "generation %lu", &generation);
	if (!file || fclose(file) || generation >= STORM_MAX_GENERATIONS)
		return -1;
	atomic_store(&storm->said[generation], LOADED_A);
	return 0;
}

/* A worker that does not come to be confined is seen when all are stopped. */
static void wait_for_entered(int num)
{
	for (int i = 0; i < 1000 && atomic_load(&storm->num_entered) < num; i++)
		usleep(10000);
}

static int run(int seconds)
{
	pid_t pids[LENGTH(workers)];
	int bad, num_confined = 0;

	for (size_t i = 0; i < LENGTH(workers); i++) {
		if (!workers[i].confined)
			wait_for_entered(num_confined);
		num_confined += workers[i].confined;
		pids[i] = start(i);
	}
	sleep(seconds);
	bad = stop_all(pids);
	check_generations();
	for (size_t i = 0; i < NUM_COUNTS; i++)
		printf("%s %lu\n", names[i], atomic_load(&storm->count[i]));
	return bad;
}

int main(int argc, char **argv)
{
	if (argc == 3 && strcmp(argv[1], "child") == 0)
		return storm_child(argv[2]);
	if (argc != 7)
		return 2;
	storm = mmap(NULL, sizeof(*storm), PROT_READ | PROT_WRITE,
		     MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	if (storm == MAP_FAILED || note_first())
		return 2;
	storm->dir = argv[2];
	storm->image[0] = argv[3];
	storm->image[1] = argv[4];
	storm->spare = argv[5];
	storm->cgroup = argv[6];
	return run(atoi(argv[1])) ? 1 : 0;
}
