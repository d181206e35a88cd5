// SPDX-License-Identifier: GPL-2.0-only
#include <errno.h>
#include <jansson.h>
#include <limits.h>
#include <poll.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <sys/inotify.h>
#include <sys/stat.h>
#include <unistd.h>

#include "logfollow.h"
#include "logread.h"

void logfollow_init(struct logfollow *follow, FILE *log, const char *file)
{
	*follow = (struct logfollow){
		.log = log,
		.file = file,
		.inotify = inotify_init1(IN_CLOEXEC | IN_NONBLOCK),
		.watch = -1,
	};
}

int logfollow_open(struct logfollow *follow, const char *file)
{
	FILE *log = fopen(file, "re");

	if (!log)
		return -errno;
	fseek(log, 0, SEEK_END);
	logfollow_init(follow, log, file);
	return 0;
}

void logfollow_fini(struct logfollow *follow)
{
	if (follow->log)
		fclose(follow->log);
	if (follow->inotify >= 0)
		close(follow->inotify);
	free(follow->line);
	*follow = (struct logfollow){ .inotify = -1, .watch = -1 };
}

/* The name of the n-th that was moved away; of the log itself for 0. */
static bool name_of(const struct logfollow *follow, unsigned int n,
		    char name[PATH_MAX])
{
	int len;

	if (n)
		len = snprintf(name, PATH_MAX, "%s.%u", follow->file, n);
	else
		len = snprintf(name, PATH_MAX, "%s", follow->file);
	return len < PATH_MAX;
}

static bool look(const struct logfollow *follow, unsigned int n,
		 struct stat *stat_buf)
{
	char name[PATH_MAX];

	return name_of(follow, n, name) && !stat(name, stat_buf);
}

static bool is_same(const struct stat *a, const struct stat *b)
{
	return a->st_ino == b->st_ino && a->st_dev == b->st_dev;
}

static bool is_before(const struct stat *a, const struct stat *b)
{
	return a->st_mtim.tv_sec != b->st_mtim.tv_sec ?
		       a->st_mtim.tv_sec < b->st_mtim.tv_sec :
		       a->st_mtim.tv_nsec < b->st_mtim.tv_nsec;
}

/*
 * Which one comes after ours? That is the one before us in the row; or, if
 * ours is there no more, the oldest that was written to after it.
 *
 * Return: false: ours is the last.
 */
static bool find_next(const struct logfollow *follow, unsigned int *next)
{
	struct stat ours, theirs;
	unsigned int n;

	if (fstat(fileno(follow->log), &ours) || !look(follow, 0, &theirs) ||
	    is_same(&ours, &theirs))
		return false;
	*next = 0;
	for (n = 1; look(follow, n, &theirs); n++) {
		if (is_same(&ours, &theirs)) {
			*next = n - 1;
			return true;
		}
		if (!is_before(&theirs, &ours))
			*next = n;
	}
	return true;
}

static bool was_cut(const struct logfollow *follow)
{
	struct stat ours;

	return !fstat(fileno(follow->log), &ours) && S_ISREG(ours.st_mode) &&
	       ours.st_size < ftell(follow->log);
}

/*
 * Until the next log has a line, the last of ours may still be on its way: it
 * is moved first, and then the one who writes is told.
 */
static FILE *open_next(const struct logfollow *follow)
{
	unsigned int next;
	char name[PATH_MAX];
	struct stat stat_buf;

	if (!find_next(follow, &next) || !look(follow, next, &stat_buf) ||
	    !stat_buf.st_size || !name_of(follow, next, name))
		return NULL;
	return fopen(name, "re");
}

static struct json_t *read_on(struct logfollow *follow)
{
	json_t *record;

	clearerr(follow->log);
	record = logread_next(follow->log, &follow->line, &follow->size);
	clearerr(follow->log);
	return record;
}

struct json_t *logfollow_next(struct logfollow *follow)
{
	json_t *record;
	FILE *next;

	for (;;) {
		record = read_on(follow);
		if (record)
			return record;
		if (was_cut(follow)) {
			rewind(follow->log);
			continue;
		}
		next = open_next(follow);
		if (!next)
			return NULL;
		/* what was written to ours since we were at its end */
		record = read_on(follow);
		if (record) {
			fclose(next);
			return record;
		}
		fclose(follow->log);
		follow->log = next;
		if (follow->watch >= 0)
			inotify_rm_watch(follow->inotify, follow->watch);
		follow->watch = -1;
	}
}

void logfollow_wait(struct logfollow *follow, int ms)
{
	struct pollfd wait = { .fd = follow->inotify, .events = POLLIN };
	char events[4096];

	if (follow->inotify >= 0 && follow->watch < 0)
		follow->watch = inotify_add_watch(follow->inotify, follow->file,
						  IN_MODIFY | IN_MOVE_SELF);
	/* the time-out serves file systems without inotify */
	poll(&wait, 1, ms);
	while (follow->inotify >= 0 &&
	       read(follow->inotify, events, sizeof(events)) > 0)
		;
}
