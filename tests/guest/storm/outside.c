// SPDX-License-Identifier: GPL-2.0-only
/*
 * outside.c - the unconfined workers of the storm
 */
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <unistd.h>

#include "lsm/uapi/bailiff.h"
#include "storm.h"

/* Microseconds: most of the time is for loads, and for who is judged. */
#define STORM_PAUSE 1000

struct image {
	char bytes[1 << 20];
	ssize_t len;
};

static void read_image(const char *path, struct image *image)
{
	int fd = open(path, O_RDONLY);

	image->len = read(fd, image->bytes, sizeof(image->bytes));
	close(fd);
	if (image->len <= 0)
		storm_complain(COUNT_WRONG, "%s", path);
}

static void note(unsigned long generation, unsigned char bit)
{
	if (generation < STORM_MAX_GENERATIONS)
		atomic_fetch_or(&storm->said[generation], bit);
}

/* A and B in turns. */
void storm_load(void)
{
	static struct image images[2];
	char reply[512];
	const char *at;

	read_image(storm->image[0], &images[0]);
	read_image(storm->image[1], &images[1]);
	for (unsigned int i = 0; storm_goes_on(); i++) {
		const struct image *image = &images[i % 2];

		errno = storm_tell("load", image->bytes, image->len, reply,
				   sizeof(reply));
		at = strstr(reply, "generation=");
		if (errno || !at) {
			storm_complain(COUNT_WRONG, "load: '%s'", reply);
			continue;
		}
		note(strtoul(at + 11, NULL, 10), i % 2 ? LOADED_B : LOADED_A);
		storm_count(COUNT_LOADS);
	}
}

static void tell_text(const char *file, const char *text, int expect1,
		      int expect2, enum storm_count what)
{
	char reply[512];
	int err = storm_tell(file, text, strlen(text), reply, sizeof(reply));

	errno = err;
	if (err && err != expect1 && err != expect2)
		storm_complain(COUNT_WRONG, "%s: %s: '%s'", file, text, reply);
	else if (err == EBUSY)
		storm_count(COUNT_BUSY);
	else if (!err)
		storm_count(what);
}

/* A policy that comes and goes, and "flip", which must not. */
void storm_spare(void)
{
	static struct image image;
	char reply[512];

	read_image(storm->spare, &image);
	while (storm_goes_on()) {
		errno = storm_tell("load", image.bytes, image.len, reply,
				   sizeof(reply));
		if (errno)
			storm_complain(COUNT_WRONG, "spare: '%s'", reply);
		tell_text("policies/spare/mode", "audit", 0, 0, COUNT_MODES);
		tell_text("policies/flip/mode", "network=audit", 0, 0,
			  COUNT_MODES);
		errno = storm_tell("unload", "flip", 4, reply, sizeof(reply));
		if (errno != EBUSY)
			storm_complain(COUNT_WRONG, "flip: '%s'", reply);
		tell_text("policies/spare/mode", "enforce", 0, 0, COUNT_MODES);
		tell_text("policies/flip/mode", "network=enforce", 0, 0,
			  COUNT_MODES);
		usleep(STORM_PAUSE);
		do {
			tell_text("unload", "spare", EBUSY, 0, COUNT_UNLOADS);
		} while (storm_goes_on() &&
			 access(STORM_FS "policies/spare", F_OK) == 0);
	}
}

/* The cgroup in which execs join: what is bound to it changes all the time. */
void storm_bind(void)
{
	static const char *const policies[] = { "flip", "refuse", "spare",
						"flip", "" };
	unsigned long long id;
	struct stat st;
	char line[128];

	if (stat(storm->cgroup, &st))
		storm_complain(COUNT_WRONG, "%s", storm->cgroup);
	id = st.st_ino;
	for (unsigned int i = 0; storm_goes_on(); i++) {
		const char *policy = policies[i % 5];

		if (*policy) {
			snprintf(line, sizeof(line),
				 "cgroup=%llu policy=%s label=storm", id,
				 policy);
			tell_text("bind", line, ENOENT, 0, COUNT_BINDS);
		} else {
			snprintf(line, sizeof(line), "cgroup=%llu", id);
			tell_text("unbind", line, ENOENT, 0, COUNT_BINDS);
		}
		usleep(STORM_PAUSE);
	}
	snprintf(line, sizeof(line), "cgroup=%llu", id);
	tell_text("unbind", line, ENOENT, 0, COUNT_BINDS);
}

static const char *string_at(const struct bailiff_event *e, unsigned int off)
{
	return off ? (const char *)e + off : "";
}

/* Is a record whole, and does it speak with one voice? */
static void check_record(const struct bailiff_event *e)
{
	const char *message = string_at(e, e->message);
	bool is_a = strcmp(message, "A") == 0, is_b = strcmp(message, "B") == 0;

	errno = e->err;
	if (e->version != BAILIFF_EVENT_VERSION || e->len % 8 ||
	    e->len < sizeof(*e) || e->outcome > BAILIFF_EVENT_WAITING)
		storm_complain(COUNT_WRONG, "record of %u bytes", e->len);
	if (strcmp(string_at(e, e->policy), "flip") != 0 || !e->rule)
		return;
	if (!is_a && !is_b)
		storm_complain(COUNT_WRONG, "a rule says '%s'", message);
	if (e->outcome == BAILIFF_EVENT_ENFORCED &&
	    e->err != (is_a ? ENODEV : EROFS))
		storm_complain(COUNT_MIXTURES, "version %s answers", message);
	note(e->generation, is_a ? SAID_A : SAID_B);
}

/* Now a little, now all of it, as readers are. */
void storm_read_records(void)
{
	static char buf[1 << 16] __attribute__((aligned(8)));
	int fd = open(STORM_FS "events", O_RDONLY | O_NONBLOCK);
	struct pollfd poll_fd = { .fd = fd, .events = POLLIN };

	if (fd < 0)
		storm_complain(COUNT_WRONG, "events");
	for (unsigned int i = 0; storm_goes_on(); i++) {
		ssize_t len, at = 0;

		(void)poll(&poll_fd, 1, 100);
		len = read(fd, buf, i % 4 ? sizeof(buf) : 4096);
		if (len < 0 && errno != EAGAIN && errno != EINVAL)
			storm_complain(COUNT_WRONG, "events");
		while (at < len) {
			const struct bailiff_event *e = (void *)(buf + at);

			check_record(e);
			storm_count(COUNT_RECORDS);
			if (e->len < sizeof(*e))
				break;
			at += e->len;
		}
	}
}

/* Everything else that can be read, while it changes and goes away. */
void storm_read_reports(void)
{
	static const char *const files[] = {
		"status",
		"bindings",
		"tasks",
		"policies/flip/info",
		"policies/flip/rules",
		"policies/flip/mode",
		"policies/flip/image",
		"policies/spare/info",
		"policies/spare/rules",
		"policies/spare/mode",
		"policies/spare/image",
	};
	static char buf[1 << 16];
	char path[128];

	for (unsigned int i = 0; storm_goes_on(); i++) {
		ssize_t len;
		int fd;

		snprintf(path, sizeof(path), STORM_FS "%s",
			 files[i % (sizeof(files) / sizeof(files[0]))]);
		fd = open(path, O_RDONLY);
		if (fd < 0)
			continue;
		do
			len = read(fd, buf, sizeof(buf));
		while (len > 0);
		close(fd);
		storm_count(COUNT_REPORTS);
		usleep(STORM_PAUSE);
	}
}

/* Names and mounts move while paths are walked. */
void storm_move(void)
{
	char one[256], two[256], place[256];

	snprintf(one, sizeof(one), "%s/moving", storm->dir);
	snprintf(two, sizeof(two), "%s/moved", storm->dir);
	snprintf(place, sizeof(place), "%s/place", storm->dir);
	while (storm_goes_on()) {
		for (int i = 0; i < 50; i++) {
			if (rename(one, two) || rename(two, one))
				storm_complain(COUNT_WRONG, "%s", one);
		}
		if (mount("tmpfs", place, "tmpfs", 0, NULL) ||
		    umount2(place, MNT_DETACH))
			storm_complain(COUNT_WRONG, "%s", place);
		storm_count(COUNT_MOVES);
		usleep(STORM_PAUSE);
	}
}
