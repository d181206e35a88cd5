/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * verdict.h - what the last `bailiffctl selftest` found, for `status`
 *
 * One JSON file in the daemon's state directory, root's alone.
 */
#ifndef DAEMON_VERDICT_H
#define DAEMON_VERDICT_H

#include <stdbool.h>
#include <stddef.h>

#define VERDICT_FILE "selftest.json"
#define VERDICT_BOOT 40 /* bytes of a boot's name, with its NUL */

struct verdict {
	long long time; /* seconds since 1970 */
	char boot[VERDICT_BOOT]; /* of the boot it was made in */
	unsigned long long generation; /* last one that was given out */
	unsigned int good;
	unsigned int failed;
	unsigned int not_shown;
};

/* The name of this boot; "" if the kernel does not say. */
void verdict_boot(char boot[VERDICT_BOOT]);

/* Replace it as a whole. Return: 0 or -errno. */
int verdict_save(const char *dir, const struct verdict *verdict);

/* Return: 0; -ENOENT there is none; -EBADMSG it makes no sense; -errno. */
int verdict_read(const char *dir, struct verdict *verdict);

/*
 * In words; generation is what the kernel says now. A verdict of another boot,
 * or from before the last load, says that, too.
 */
void verdict_print(const struct verdict *verdict, int err,
		   unsigned long long generation, char *out, size_t size);

/* Does it speak of what is loaded now? */
bool verdict_is_current(const struct verdict *verdict,
			unsigned long long generation);

#endif /* DAEMON_VERDICT_H */
