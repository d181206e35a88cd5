// SPDX-License-Identifier: GPL-2.0-only
#include <errno.h>
#include <fcntl.h>
#include <jansson.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
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

/* FNV-1a; the NUL as well, so that no two words are like one. */
static void add_hash(unsigned long long *hash, const char *text)
{
	do {
		*hash ^= (unsigned char)*text;
		*hash *= 0x100000001b3;
	} while (*text++);
}

static int add_modes(struct kfs *kfs, const char *name,
		     unsigned long long *hash)
{
	struct text modes = {};
	char file[PATH_MAX];
	int err;

	snprintf(file, sizeof(file), "policies/%s/mode", name);
	err = kfs_read(kfs, file, &modes);
	if (!err) {
		add_hash(hash, name);
		add_hash(hash, text_string(&modes));
	}
	text_free(&modes);
	return err == -ENOENT ? 0 : err; /* it was unloaded meanwhile */
}

int verdict_look(struct kfs *kfs, struct verdict_of *of)
{
	struct text status = {}, names = {};
	char word[32], *line, *next;
	int err;

	*of = (struct verdict_of){ .modes = 0xcbf29ce484222325 };
	err = kfs_read(kfs, "status", &status);
	if (!err)
		err = kfs_value(text_string(&status), "generation", word,
				sizeof(word));
	if (!err)
		err = kfs_list(kfs, "policies", &names);
	for (line = names.len ? names.data : NULL; line && !err; line = next) {
		next = text_next_line(line);
		if (*line)
			err = add_modes(kfs, line, &of->modes);
	}
	if (!err)
		of->generation = strtoull(word, NULL, 10);
	text_free(&status);
	text_free(&names);
	return err;
}

static int write_json(int dir, const struct verdict *verdict)
{
	json_t *json = json_pack("{s:I, s:s, s:I, s:I, s:I, s:I, s:I}", "time",
				 (json_int_t)verdict->time, "boot",
				 verdict->boot, "generation",
				 (json_int_t)verdict->of.generation, "modes",
				 (json_int_t)verdict->of.modes, "good",
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
	json_int_t time, generation, modes, good, failed, not_shown;
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
	if (json && !json_unpack(json, "{s:I, s:s, s:I, s:I, s:I, s:I, s:I}",
				 "time", &time, "boot", &boot, "generation",
				 &generation, "modes", &modes, "good", &good,
				 "failed", &failed, "not_shown", &not_shown)) {
		*verdict = (struct verdict){
			.time = time,
			.of.generation = (unsigned long long)generation,
			.of.modes = (unsigned long long)modes,
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

/* Why it does not speak of now; "": it does. */
static const char *why_old(const struct verdict *verdict,
			   const struct verdict_of *now)
{
	if (!is_this_boot(verdict))
		return "; in an earlier boot";
	if (!now->generation || !verdict->of.generation)
		return "; it is not known of what";
	if (verdict->of.generation != now->generation)
		return "; before the last load";
	if (verdict->of.modes != now->modes)
		return "; before a mode was changed, or a policy unloaded";
	return "";
}

bool verdict_is_current(const struct verdict *verdict,
			const struct verdict_of *now)
{
	return !*why_old(verdict, now);
}

void verdict_print(const struct verdict *verdict, int err,
		   const struct verdict_of *now, char *out, size_t size)
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
		 verdict->failed, verdict->not_shown, why_old(verdict, now));
}
