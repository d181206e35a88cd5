// SPDX-License-Identifier: GPL-2.0-only
/*
 * flood.c - many denials, and a slow reader of their records
 *
 *	flood deny POLICY COUNT FILE STOP
 *	flood read BYTES PAUSE
 *	flood type POLICY
 *
 * deny enters POLICY and opens FILE at least COUNT times and until STOP exists; it
 * prints how often that was, how often it ended with EACCES and how many
 * milliseconds it took. read takes at most BYTES of
 * records every PAUSE milliseconds until SIGTERM comes, then all that are left;
 * it prints "reason NUMBER RECORDS" lines, "records NUMBER", how many of them
 * were "bad", how many records are "lost", as the last one said, and the bytes of
 * the "longest". type enters POLICY and types into a terminal.
 */
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <time.h>
#include <unistd.h>

#include "lsm/uapi/bailiff.h"

static volatile sig_atomic_t stopped;
static unsigned long num_records, num_bad, last_lost, longest;
static unsigned long by_reason[256];

static void stop(int sig)
{
	(void)sig;
	stopped = 1;
}

static int enter(const char *policy)
{
	int fd = open(BAILIFF_DIR "/self", O_WRONLY);
	ssize_t done = fd < 0 ? -1 : write(fd, policy, strlen(policy));

	if (done < 0)
		perror("flood: self");
	if (fd >= 0)
		close(fd);
	return done < 0 ? -1 : 0;
}

static unsigned long now_ms(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return t.tv_sec * 1000ul + t.tv_nsec / 1000000;
}

static int deny(const char *policy, unsigned long count, const char *file,
		const char *stop_file)
{
	unsigned long num = 0, tries = 0, start;

	if (enter(policy))
		return 1;
	start = now_ms();
	/* Asking whether there is a file is nothing that this policy judges. */
	while (tries < count || access(stop_file, F_OK)) {
		for (int i = 0; i < 1000; i++)
			num += open(file, O_RDONLY) < 0 && errno == EACCES;
		tries += 1000;
	}
	printf("%lu denied of %lu in %lu ms\n", num, tries, now_ms() - start);
	return 0;
}

/* Do all strings of a record end in it? */
static int strings_end(const struct bailiff_event *e)
{
	const __u16 offs[] = { e->policy, e->label, e->file,   e->message,
			       e->exe,	  e->comm,  e->object, e->detail };

	for (size_t i = 0; i < sizeof(offs) / sizeof(offs[0]); i++) {
		const char *text = (const char *)e + offs[i];

		if (offs[i] && (offs[i] < sizeof(*e) || offs[i] >= e->len ||
				!memchr(text, 0, e->len - offs[i])))
			return 0;
	}
	return 1;
}

static void take(const char *buf, ssize_t len)
{
	ssize_t at = 0;

	while (at < len) {
		const struct bailiff_event *e = (const void *)(buf + at);

		if (len - at < (ssize_t)sizeof(*e) || e->len < sizeof(*e) ||
		    e->len % 8 || e->len > (size_t)(len - at)) {
			num_bad++;
			return;
		}
		num_records++;
		num_bad += !strings_end(e);
		if (e->len > longest)
			longest = e->len;
		if (e->outcome != BAILIFF_EVENT_LIFECYCLE)
			by_reason[e->reason]++;
		if (e->lost > last_lost)
			last_lost = e->lost;
		at += e->len;
	}
}

static int read_slowly(size_t bytes, int pause)
{
	static char buf[1 << 20] __attribute__((aligned(8)));
	int fd = open(BAILIFF_DIR "/events", O_RDONLY | O_NONBLOCK);
	ssize_t len;

	if (fd < 0 || bytes > sizeof(buf)) {
		perror("flood: events");
		return 1;
	}
	signal(SIGTERM, stop);
	while (!stopped) {
		len = read(fd, buf, bytes);
		take(buf, len);
		usleep(pause * 1000);
	}
	while ((len = read(fd, buf, sizeof(buf))) > 0)
		take(buf, len);
	for (int i = 0; i < 256; i++) {
		if (by_reason[i])
			printf("reason %d %lu\n", i, by_reason[i]);
	}
	printf("records %lu\nbad %lu\nlost %lu\nlongest %lu\n", num_records,
	       num_bad, last_lost, longest);
	return 0;
}

/* Into a terminal of one's own, which is a wish all the same. */
static int type(const char *policy)
{
	int master, fd;

	if (enter(policy))
		return 1;
	master = posix_openpt(O_RDWR | O_NOCTTY);
	if (master < 0 || grantpt(master) || unlockpt(master))
		return 1;
	fd = open(ptsname(master), O_RDWR);
	if (fd < 0)
		return 1;
	puts(ioctl(fd, TIOCSTI, "x") ? strerrorname_np(errno) : "ok");
	return 0;
}

int main(int argc, char **argv)
{
	if (argc == 6 && strcmp(argv[1], "deny") == 0)
		return deny(argv[2], strtoul(argv[3], NULL, 10), argv[4],
			    argv[5]);
	if (argc == 4 && strcmp(argv[1], "read") == 0)
		return read_slowly(strtoul(argv[2], NULL, 10), atoi(argv[3]));
	if (argc == 3 && strcmp(argv[1], "type") == 0)
		return type(argv[2]);
	return 2;
}
