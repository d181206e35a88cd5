/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * launch.h - the filter of system calls that a policy's image carries
 *
 * The kernel's side of Bailiff does not install it: seccomp(2) filters the
 * caller alone, so it is for who becomes the program.
 */
#ifndef DAEMON_LAUNCH_H
#define DAEMON_LAUNCH_H

#include <stdbool.h>
#include <stddef.h>

#include "compile.h"
#include "kfs.h"

struct bvm_image;
struct bvm_filter_insn;

struct launch_filter {
	struct bvm_filter_insn *insns; /* owned; NULL: none to install */
	unsigned short num;
	char digest[COMPILE_DIGEST_HEX]; /* of its image; "": nobody read it */
};

/*
 * Take the filter out of an image; insns is NULL if none is to be installed.
 * Return: 0; -EINVAL no image; -EXDEV a filter for another architecture;
 * -ENOMEM.
 */
int launch_parse(const void *bytes, size_t len, struct launch_filter *filter);

/*
 * The same for a loaded policy. Return: as launch_parse, or what opening and
 * reading its file says: -EACCES without privilege, -ENOENT if it is not
 * loaded.
 */
int launch_read(struct kfs *kfs, const char *policy,
		struct launch_filter *filter);

/* What it denies is only recorded from now on. */
void launch_set_audit(struct launch_filter *filter);

/*
 * Put the calling process under the filter, for ever. Return: 0; -EACCES
 * without CAP_SYS_ADMIN or no_new_privs; -errno of prctl(2).
 */
int launch_install(const struct launch_filter *filter);

void launch_free(struct launch_filter *filter);

#endif /* DAEMON_LAUNCH_H */
