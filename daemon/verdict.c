// SPDX-License-Identifier: GPL-2.0-only
#include <errno.h>
#include <fcntl.h>
#include <jansson.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "verdict.h"

#define TEMPORARY ".selftest.new"

void verdict_boot(char boot[VERDICT_BOOT])
{
	int fd = open("/proc/sys/kernel/random/boot_id", O_RDONLY | O_CLOEXEC);
	ssize_t len = fd < 0 ? 0 : read(fd, boot, VERDICT_BOOT - 1);

	if (fd >= 0)
		close(fd);
	boot[len > 0 ? len : 0] = '\0';
	boot[strcspn(boot, "\n")] = '\0';
}

static int write_json(int dir, const struct verdict *verdict)
{
	json_t *json = json_pack("{s:I, s:s, s:I, s:I, s:I, s:I}", "time",
				 (json_int_t)verdict->time, "boot",
				 verdict->boot, "generation",
				 (json_int_t)verdict->generation, "good",
				 (json_int_t)verdict->good, "failed",
				 (json_int_t)verdict->failed, "not_shown",
				 (json_int_t)verdict->not_shown);
	int fd, err = 0;

	unlinkat(dir, TEMPORARY, 0);
	fd = openat(dir, TEMPORARY, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC,
		    0600);
	if (fd < 0)
		err = -errno;
	else if (!json || json_dumpfd(json, fd, 0))
		err = -EIO;
	if (fd >= 0 && close(fd) && !err)
		err = -errno;
	json_decref(json);
	return err;
}

int verdict_save(const char *dir, const struct verdict *verdict)
{
	int at = open(dir, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	int err;

	if (at < 0)
		return -errno;
	err = write_json(at, verdict);
	if (!err && renameat(at, TEMPORARY, at, VERDICT_FILE))
		err = -errno;
	close(at);
	return err;
}

int verdict_read(const char *dir, struct verdict *verdict)
{
	json_int_t time, generation, good, failed, not_shown;
	char path[PATH_MAX];
	const char *boot;
	json_t *json;
	int fd, err = -EBADMSG;

	memset(verdict, 0, sizeof(*verdict));
	if ((size_t)snprintf(path, sizeof(path), "%s/" VERDICT_FILE, dir) >=
	    sizeof(path))
		return -ENAMETOOLONG;
	fd = open(path, O_RDONLY | O_CLOEXEC);
	if (fd < 0)
		return -errno;
	json = json_loadfd(fd, 0, NULL);
	close(fd);
	if (json &&
	    !json_unpack(json, "{s:I, s:s, s:I, s:I, s:I, s:I}", "time", &time,
			 "boot", &boot, "generation", &generation, "good",
			 &good, "failed", &failed, "not_shown", &not_shown)) {
		*verdict = (struct verdict){
			.time = time,
			.generation = (unsigned long long)generation,
			.good = (unsigned int)good,
			.failed = (unsigned int)failed,
			.not_shown = (unsigned int)not_shown,
		};
		snprintf(verdict->boot, sizeof(verdict->boot), "%s", boot);
		err = 0;
	}
	json_decref(json);
	return err;
}

static bool is_this_boot(const struct verdict *verdict)
{
	char boot[VERDICT_BOOT];

	verdict_boot(boot);
	return boot[0] && !strcmp(boot, verdict->boot);
}

bool verdict_is_current(const struct verdict *verdict,
			unsigned long long generation)
{
	return is_this_boot(verdict) && verdict->generation == generation;
}

void verdict_print(const struct verdict *verdict, int err,
		   unsigned long long generation, char *out, size_t size)
{
	char when[32] = "?";
	time_t time = (time_t)verdict->time;
	struct tm utc;

	if (err) {
		snprintf(out, size, "%s",
			 err == -ENOENT	 ? "never run: bailiffctl selftest" :
			 err == -EBADMSG ? "its verdict makes no sense; run it "
					   "again" :
					   strerror(-err));
		return;
	}
	if (gmtime_r(&time, &utc))
		strftime(when, sizeof(when), "%Y-%m-%d %H:%M:%S UTC", &utc);
	snprintf(out, size, "%s at %s: %u good, %u failed, %u not shown%s",
		 verdict->failed ? "FAILED" : "passed", when, verdict->good,
		 verdict->failed, verdict->not_shown,
		 !is_this_boot(verdict)		   ? "; in an earlier boot" :
		 verdict->generation != generation ? "; before the last load" :
						     "");
}
