// SPDX-License-Identifier: GPL-2.0-only
/*
 * churn.c - the same over and over: does the kernel's memory grow?
 *
 *	churn load ROUNDS A.img B.img
 *	churn bind ROUNDS POLICY DIRECTORY
 *	churn enter ROUNDS POLICY
 *	churn keep POLICY DIRECTORY
 *
 * A round of load replaces a policy twice; a round of bind binds each cgroup
 * below DIRECTORY and unbinds it; a round of enter starts a task that enters
 * POLICY and ends. keep puts a task into each cgroup below DIRECTORY, and binds
 * them so that those join: what do that many containers take? Memory is measured after 5
 * rounds and after the last one, when everything that is freed later has been: twice, of
 * which the least counts. What the rest of the guest takes and gives back meanwhile goes
 * away again, a leak does not. Prints "KEY BEFORE AFTER" lines in bytes ("kmalloc" is
 * the part of "slab" that anything of Bailiff's can be in: it has no caches of
 * its own; "large" are the objects that are too large for a slab), "milliseconds N" of the
 * rounds, and then those slab caches that differ.
 */
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "lsm/uapi/bailiff.h"

#define WARM_UP 5
#define MEASUREMENTS 2
#define MAX_CACHES 512
#define MAX_CGROUPS 4096
#define LENGTH(a) (sizeof(a) / sizeof((a)[0]))

struct cache {
	char name[64];
	long bytes; /* of its objects */
};

struct memory {
	long slab; /* bytes of all objects */
	long kmalloc; /* of those from no cache of their own */
	long slabs; /* bytes of the pages of all caches */
	long large; /* what the kernel counts as slab beside those */
	long percpu;
	long vmalloc;
	int num_caches;
	struct cache cache[MAX_CACHES];
};

static void fail(const char *what)
{
	perror(what);
	exit(1);
}

static void tell(const char *file, const void *text, size_t len)
{
	char path[128];
	int fd;

	snprintf(path, sizeof(path), BAILIFF_DIR "/%s", file);
	fd = open(path, O_WRONLY);
	if (fd < 0 || write(fd, text, len) != (ssize_t)len)
		fail(path);
	close(fd);
}

/* ---- what is measured ---- */

static void write_text(const char *path, const char *text)
{
	int fd = open(path, O_WRONLY);

	/* Some caches cannot be shrunk. */
	if (fd >= 0 && write(fd, text, strlen(text)) < 0)
		errno = 0;
	if (fd >= 0)
		close(fd);
}

/* Give back what is free, after whatever frees in the background is done. */
static void settle(void)
{
	DIR *dir = opendir("/sys/kernel/slab");
	struct dirent *entry;
	char path[512];

	if (!dir)
		fail("/sys/kernel/slab");
	sleep(3);
	write_text("/proc/sys/vm/drop_caches", "2");
	write_text("/proc/sys/vm/compact_memory", "1");
	while ((entry = readdir(dir)) != NULL) {
		if (entry->d_name[0] == '.')
			continue;
		snprintf(path, sizeof(path), "/sys/kernel/slab/%s/shrink",
			 entry->d_name);
		write_text(path, "1");
	}
	closedir(dir);
}

static void read_caches(struct memory *m)
{
	FILE *file = fopen("/proc/slabinfo", "r");
	char line[512];

	if (!file)
		fail("/proc/slabinfo");
	while (fgets(line, sizeof(line), file)) {
		struct cache *cache = &m->cache[m->num_caches];
		long active, all, size, per_slab, pages, slabs;

		if (m->num_caches == MAX_CACHES ||
		    sscanf(line,
			   "%63s %ld %ld %ld %ld %ld : tunables %*d %*d %*d "
			   ": slabdata %*d %ld",
			   cache->name, &active, &all, &size, &per_slab, &pages,
			   &slabs) != 7)
			continue;
		m->slabs += slabs * pages * sysconf(_SC_PAGESIZE);
		cache->bytes = active * size;
		m->slab += cache->bytes;
		if (strncmp(cache->name, "kmalloc-", 8) == 0)
			m->kmalloc += cache->bytes;
		m->num_caches++;
	}
	fclose(file);
}

static void read_meminfo(struct memory *m)
{
	FILE *file = fopen("/proc/meminfo", "r");
	char line[256];
	long kib;

	if (!file)
		fail("/proc/meminfo");
	while (fgets(line, sizeof(line), file)) {
		if (sscanf(line, "Slab: %ld", &kib) == 1)
			m->large = kib * 1024 - m->slabs;
		else if (sscanf(line, "Percpu: %ld", &kib) == 1)
			m->percpu = kib * 1024;
		else if (sscanf(line, "VmallocUsed: %ld", &kib) == 1)
			m->vmalloc = kib * 1024;
	}
	fclose(file);
}

static long least(long a, long b)
{
	return a < b ? a : b;
}

/* Each cache, too, by itself. */
static void take_least(struct memory *m, const struct memory *other)
{
	m->slab = least(m->slab, other->slab);
	m->kmalloc = least(m->kmalloc, other->kmalloc);
	m->large = least(m->large, other->large);
	m->percpu = least(m->percpu, other->percpu);
	m->vmalloc = least(m->vmalloc, other->vmalloc);
	for (int i = 0; i < m->num_caches; i++) {
		struct cache *cache = &m->cache[i];

		for (int k = 0; k < other->num_caches; k++) {
			if (strcmp(other->cache[k].name, cache->name) == 0)
				cache->bytes = least(cache->bytes,
						     other->cache[k].bytes);
		}
	}
}

static void measure_once(struct memory *m)
{
	memset(m, 0, sizeof(*m));
	settle();
	read_caches(m);
	read_meminfo(m);
}

static void measure(struct memory *m)
{
	static struct memory again;

	measure_once(m);
	for (int i = 1; i < MEASUREMENTS; i++) {
		measure_once(&again);
		take_least(m, &again);
	}
}

static void print_caches(const struct memory *before,
			 const struct memory *after)
{
	for (int i = 0; i < after->num_caches; i++) {
		const struct cache *cache = &after->cache[i];
		long was = 0;

		for (int k = 0; k < before->num_caches; k++) {
			if (strcmp(before->cache[k].name, cache->name) == 0)
				was = before->cache[k].bytes;
		}
		if (was != cache->bytes)
			printf("cache %s %+ld\n", cache->name,
			       cache->bytes - was);
	}
}

/* ---- what is done ---- */

static char images[2][1 << 20];
static ssize_t image_len[2];
static unsigned long long cgroups[MAX_CGROUPS];
static char *directories[MAX_CGROUPS];
static int num_cgroups;
static const char *policy;

static void read_image(const char *path, int which)
{
	int fd = open(path, O_RDONLY);

	image_len[which] = read(fd, images[which], sizeof(images[which]));
	if (image_len[which] <= 0)
		fail(path);
	close(fd);
}

static void find_cgroups(const char *path)
{
	DIR *dir = opendir(path);
	struct dirent *entry;

	if (!dir)
		fail(path);
	while ((entry = readdir(dir)) != NULL) {
		struct stat st;
		char name[512];

		snprintf(name, sizeof(name), "%s/%s", path, entry->d_name);
		if (entry->d_name[0] == '.' || stat(name, &st) ||
		    !S_ISDIR(st.st_mode) || num_cgroups == MAX_CGROUPS)
			continue;
		directories[num_cgroups] = strdup(name);
		cgroups[num_cgroups++] = st.st_ino;
	}
	closedir(dir);
}

static void load_round(void)
{
	for (int i = 0; i < 2; i++)
		tell("load", images[i], image_len[i]);
}

static void bind_all(const char *how)
{
	char line[128];

	for (int i = 0; i < num_cgroups; i++) {
		snprintf(line, sizeof(line),
			 "cgroup=%llu policy=%s label=c%d%s", cgroups[i],
			 policy, i, how);
		tell("bind", line, strlen(line));
	}
}

static void bind_round(void)
{
	char line[128];

	bind_all("");
	for (int i = 0; i < num_cgroups; i++) {
		snprintf(line, sizeof(line), "cgroup=%llu", cgroups[i]);
		tell("unbind", line, strlen(line));
	}
}

static void enter_round(void)
{
	int status;
	pid_t pid = fork();

	if (pid == 0) {
		tell("self", policy, strlen(policy));
		_exit(0);
	}
	if (pid < 0 || waitpid(pid, &status, 0) != pid || status)
		fail("a task that enters");
}

/* How many have joined since the kernel started. */
static long count_joins(void)
{
	FILE *file = fopen(BAILIFF_DIR "/status", "r");
	char line[256];
	long joins = -1;

	while (file && fgets(line, sizeof(line), file) &&
	       sscanf(line, "joins %ld", &joins) != 1)
		;
	if (joins < 0)
		fail(BAILIFF_DIR "/status");
	fclose(file);
	return joins;
}

/*
 * One in each cgroup, until this process ends. A task joins when it returns from
 * the kernel, so they do so now and then.
 */
static void start_tasks(void)
{
	char path[600];

	for (int i = 0; i < num_cgroups; i++) {
		pid_t pid = fork();

		if (pid < 0)
			fail("fork");
		if (pid)
			continue;
		prctl(PR_SET_PDEATHSIG, SIGKILL);
		snprintf(path, sizeof(path), "%s/cgroup.procs", directories[i]);
		write_text(path, "0");
		for (;;)
			sleep(1);
	}
}

static unsigned long now_ms(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return t.tv_sec * 1000ul + t.tv_nsec / 1000000;
}

static struct memory before, after;

static void print_growth(void)
{
	printf("slab %ld %ld\nkmalloc %ld %ld\n", before.slab, after.slab,
	       before.kmalloc, after.kmalloc);
	printf("large %ld %ld\n", before.large, after.large);
	printf("percpu %ld %ld\nvmalloc %ld %ld\n", before.percpu, after.percpu,
	       before.vmalloc, after.vmalloc);
}

static int keep(void)
{
	long joins = count_joins();

	start_tasks();
	/* Once for what measuring itself takes. */
	measure_once(&before);
	measure(&before);
	bind_all(" now");
	/* The time limit of the test ends this, if they do not. */
	while (count_joins() < joins + num_cgroups)
		usleep(200000);
	measure(&after);
	print_growth();
	print_caches(&before, &after);
	return 0;
}

static int churn(void (*round)(void), unsigned long rounds)
{
	unsigned long start;

	for (int i = 0; i < WARM_UP; i++)
		round();
	/* Once for what measuring itself takes. */
	measure_once(&before);
	measure(&before);
	start = now_ms();
	for (unsigned long i = 0; i < rounds; i++)
		round();
	start = now_ms() - start;
	measure(&after);
	print_growth();
	printf("milliseconds %lu\n", start);
	print_caches(&before, &after);
	return 0;
}

int main(int argc, char **argv)
{
	unsigned long rounds = argc > 2 ? strtoul(argv[2], NULL, 10) : 0;

	if (argc == 5 && strcmp(argv[1], "load") == 0) {
		read_image(argv[3], 0);
		read_image(argv[4], 1);
		return churn(load_round, rounds);
	}
	if (argc == 5 && strcmp(argv[1], "bind") == 0) {
		policy = argv[3];
		find_cgroups(argv[4]);
		return churn(bind_round, rounds);
	}
	if (argc == 4 && strcmp(argv[1], "keep") == 0) {
		policy = argv[2];
		find_cgroups(argv[3]);
		return keep();
	}
	if (argc == 4 && strcmp(argv[1], "enter") == 0) {
		policy = argv[3];
		return churn(enter_round, rounds);
	}
	return 2;
}
