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

#include "kfs.h"

#define VERDICT_FILE "selftest.json"
#define VERDICT_BOOT 40 /* bytes of a boot's name, with its NUL */

/* What the kernel had loaded, and how it was enforced. */
struct verdict_of {
	unsigned long long generation; /* last one that was given out; 0: ? */
	unsigned long long modes; /* a hash of each policy and its modes */
};

struct verdict {
	long long time; /* seconds since 1970 */
	char boot[VERDICT_BOOT]; /* of the boot it was made in */
	struct verdict_of of;
	unsigned int good;
	unsigned int failed;
	unsigned int not_shown;
};

/* The name of this boot; "" if the kernel does not say. */
void verdict_boot(char boot[VERDICT_BOOT]);

/* What a verdict of now would be of. Return: 0 or -errno: it is of nothing. */
int verdict_look(struct kfs *kfs, struct verdict_of *of);

/* Replace it as a whole. Return: 0 or -errno. */
int verdict_save(const char *dir, const struct verdict *verdict);

/* Return: 0; -ENOENT there is none; -EBADMSG it makes no sense; -errno. */
int verdict_read(const char *dir, struct verdict *verdict);

/*
 * In words; now is what verdict_look says. A verdict of another boot, from before
 * the last load, or of other modes says that, too.
 */
void verdict_print(const struct verdict *verdict, int err,
		   const struct verdict_of *now, char *out, size_t size);

/* Does it speak of what is loaded now, and of how that is enforced? */
bool verdict_is_current(const struct verdict *verdict,
			const struct verdict_of *now);

#endif /* DAEMON_VERDICT_H */
