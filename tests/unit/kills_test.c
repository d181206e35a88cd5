// SPDX-License-Identifier: GPL-2.0-only
/*
 * kills_test.c - the daemon is killed at any moment under load, again and again
 *
 * KILLS times (make test-kills: 1,000). What the kernel holds must be there all
 * the time and be loaded once, no record may get two lines, and the last daemon
 * must work as the first.
 */
#include <errno.h>
#include <jansson.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "daemon/client.h"
#include "daemon/start.h"
#include "tests/lib/daemon_fixture.h"

#define KILLS 12
#define MAX_MS 250 /* a start and some work */
#define MAX_RECORDS (1u << 22)
#define LOG_KEEP 500

static unsigned int *num_put; /* records that the daemon could read */

static const char *const versions[] = { "/etc/hosts", "/etc/passwd" };

static void pause_ms(unsigned int ms)
{
	struct timespec pause = { ms / 1000, ms % 1000 * 1000000 };

	nanosleep(&pause, NULL);
}

/* A container that starts: what bailiff-runtime asks. */
static void ask(void)
{
	json_t *request = json_pack("{s:s, s:s, s:s}", "cmd", "runtime", "id",
				    "x1", "name", "blue");
	char why[512];

	json_decref(client_ask(fixture.run_dir, request, why, sizeof(why)));
	json_decref(request);
}

/* Records, requests and changed files, until it is ended. */
static void __attribute__((noreturn)) load(void)
{
	uint64_t seq;

	for (seq = 1; seq < MAX_RECORDS; seq++) {
		/* a full pipe is what the kernel's buffer is: it is lost */
		if (seq % 4 == 0)
			pause_ms(1);
		/* before, as it may be read at once */
		++*num_put;
		if (!fixture_try_record(seq))
			--*num_put;
		if (seq % 64 == 0)
			ask();
		if (seq % 512 == 0)
			fixture_write_policy("three.yaml", "three",
					     versions[seq / 512 % 2]);
	}
	_exit(0);
}

/* Start one, and do not wait for it. */
static pid_t start_one(void)
{
	struct start start = { .options = &fixture.options };
	pid_t pid = fork();

	if (pid)
		return pid;
	ck_assert_ptr_nonnull(freopen("/dev/null", "w", stderr));
	_exit(start_open(&start) ?: start_serve(&start));
}

/* The worker, or the one compiler: then the parent ends, or goes on. */
static void kill_child(pid_t daemon)
{
	char path[64], line[64] = "";
	FILE *file;

	snprintf(path, sizeof(path), "/proc/%d/task/%d/children", (int)daemon,
		 (int)daemon);
	file = fopen(path, "r");
	if (file && fgets(line, sizeof(line), file) && atoi(line) > 0)
		kill(atoi(line), SIGKILL);
	if (file)
		fclose(file);
}

static unsigned int num_kills(void)
{
	const char *kills = getenv("KILLS");

	return kills ? (unsigned int)strtoul(kills, NULL, 10) : KILLS;
}

/* When each kill comes; KILLS_SEED repeats a run. */
static void choose_moments(void)
{
	const char *given = getenv("KILLS_SEED");
	unsigned int seed = given ? (unsigned int)strtoul(given, NULL, 10) :
				    (unsigned int)time(NULL);

	printf("KILLS_SEED=%u\n", seed);
	srand(seed);
}

struct counted {
	unsigned int lines, records, broken;
};

static void count_file(const char *path, unsigned char *seen,
		       struct counted *counted)
{
	FILE *log = fopen(path, "r");
	json_int_t seq, repeated;
	char line[8192];
	json_t *object;

	while (log && fgets(line, sizeof(line), log)) {
		object = json_loads(line, 0, NULL);
		counted->broken += !object;
		seq = json_integer_value(json_object_get(object, "seq"));
		repeated =
			json_integer_value(json_object_get(object, "repeated"));
		if (seq > 0) {
			ck_assert_int_lt(seq, MAX_RECORDS);
			ck_assert_msg(!seen[seq], "record %lld has two lines",
				      (long long)seq);
			seen[seq] = 1;
			counted->lines++;
			counted->records += repeated ? repeated : 1;
		}
		json_decref(object);
	}
	if (log)
		fclose(log);
}

/*
 * The log, and what was moved away: a kill may leave a gap in the numbers. It
 * leaves half a line at most, which the next daemon ends.
 */
static struct counted count(void)
{
	static unsigned char seen[MAX_RECORDS];
	struct counted counted = {};
	char path[PATH_MAX + 32];
	unsigned int i;

	memset(seen, 0, sizeof(seen));
	count_file(fixture.log_file, seen, &counted);
	for (i = 1; i <= LOG_KEEP; i++) {
		snprintf(path, sizeof(path), "%s.%u", fixture.log_file, i);
		count_file(path, seen, &counted);
	}
	ck_assert_uint_le(counted.broken, num_kills());
	/* what the kernel had given out, and no more */
	ck_assert_uint_le(counted.records, *num_put);
	return counted;
}

static bool was_rotated(void)
{
	char path[PATH_MAX + 32];

	snprintf(path, sizeof(path), "%s.1", fixture.log_file);
	return !access(path, F_OK);
}

/* Where none lived long enough to fill the log, this one does. */
static void fill_log(unsigned int size)
{
	unsigned int i;

	for (i = 2; size && !was_rotated() && i < 200; i++) {
		++*num_put;
		fixture_put_record(MAX_RECORDS - i);
		pause_ms(300);
	}
}

/* Each record a line; and alike ones counted, in a log that is often full. */
static const struct {
	unsigned int window, size;
} logs[] = {
	{ 0, 0 },
	{ 1, 2000 },
};

START_TEST(what_the_kernel_holds_outlives_every_kill)
{
	unsigned int kills = num_kills(), i;
	struct counted counted;
	unsigned int one, two;
	pid_t loader, daemon;

	choose_moments();
	num_put = mmap(NULL, sizeof(*num_put), PROT_READ | PROT_WRITE,
		       MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	ck_assert_ptr_ne(num_put, MAP_FAILED);
	fixture.options.log_window = logs[_i].window;
	fixture.options.log_size = logs[_i].size;
	fixture.options.log_keep = LOG_KEEP;
	fixture_write_policy("one.yaml", "one", versions[0]);
	fixture_write_policy("two.yaml", "two", versions[0]);
	fixture_write_policy("three.yaml", "three", versions[0]);
	fixture_write_file("web.yaml",
			   "bailiff: 1\npolicy: web-${container.name}\n"
			   "containers:\n  - name: \"*\"\n"
			   "files:\n  - allow: read\n"
			   "    paths: /srv/${container.name}/**\n");
	fixture_start();
	ask();
	one = fake_kernel_find(fixture.kernel, "one")->generation;
	two = fake_kernel_find(fixture.kernel, "two")->generation;
	fixture_stop(SIGKILL, 0);
	loader = fork();
	if (!loader)
		load();
	for (i = 0; i < kills; i++) {
		daemon = start_one();
		pause_ms((unsigned int)rand() % MAX_MS);
		if (i % 3 == 2) {
			kill_child(daemon);
			pause_ms(5);
		}
		kill(daemon, SIGKILL);
		waitpid(daemon, NULL, 0);
		ck_assert_ptr_nonnull(fake_kernel_find(fixture.kernel, "one"));
		ck_assert_ptr_nonnull(fake_kernel_find(fixture.kernel, "two"));
		ck_assert_ptr_nonnull(
			fake_kernel_find(fixture.kernel, "three"));
	}
	kill(loader, SIGKILL);
	waitpid(loader, NULL, 0);
	fixture_write_policy("three.yaml", "three", versions[1]);
	fixture.patience = 30;
	fixture_start();
	/* nothing was loaded again that had not changed */
	ck_assert_uint_eq(fake_kernel_find(fixture.kernel, "one")->generation,
			  one);
	ck_assert_uint_eq(fake_kernel_find(fixture.kernel, "two")->generation,
			  two);
	ck_assert_str_eq(fixture_file_says("three.yaml", "state"), "active");
	ck_assert_ptr_nonnull(fake_kernel_find(fixture.kernel, "web-blue"));
	fill_log(logs[_i].size);
	/* a log that is moved away meanwhile would be read twice */
	fixture_stop(SIGTERM, 0);
	ck_assert(was_rotated() == (logs[_i].size > 0));
	counted = count();
	ck_assert_uint_gt(counted.lines, 0);
	fixture_start();
	++*num_put;
	fixture_put_record(MAX_RECORDS - 1);
	wait_until(fixture_status("records") > 0);
	fixture_stop(SIGTERM, 0);
	ck_assert_uint_gt(count().records, counted.records);
	printf("%u kills, %u records in the log, none twice\n", kills,
	       counted.records);
}
END_TEST

static void add_tests(TCase *tcase)
{
	tcase_set_timeout(tcase, 60 + num_kills() * 2);
	tcase_add_loop_test(tcase, what_the_kernel_holds_outlives_every_kill, 0,
			    (int)(sizeof(logs) / sizeof(logs[0])));
}

int main(void)
{
	return fixture_run("kills", add_tests);
}
