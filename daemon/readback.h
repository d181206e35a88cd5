/* SPDX-License-Identifier: GPL-2.0-only */
/* readback.h - a policy's image, as the kernel has it */
#ifndef DAEMON_READBACK_H
#define DAEMON_READBACK_H

#include <stddef.h>

#include "compile.h"
#include "kfs.h"

struct bvm_image;

struct readback {
	void *bytes; /* owned */
	size_t len;
	char digest[COMPILE_DIGEST_HEX]; /* of these bytes, computed here */
	struct bvm_image *image; /* owned; borrows bytes */
};

/*
 * Read the image of a loaded policy.
 *
 * Return: 0; -ENOENT it is not loaded; -EACCES without privilege; -EBADMSG
 * what was read is no image, and why says so; -errno.
 */
int readback_open(struct kfs *kfs, const char *policy, struct readback *back,
		  char *why, size_t size);

struct state_policy;

/*
 * The same, and what the kernel says of the policy, both of one generation:
 * where one is loaded in between, both are read again.
 */
int readback_settled(struct kfs *kfs, const char *policy,
		     struct state_policy *state, struct readback *back,
		     char *why, size_t size);

void readback_free(struct readback *back);

/* What the kernel calls the digest of an image: SHA-256, in hex. */
void readback_digest(const void *bytes, size_t len,
		     char text[COMPILE_DIGEST_HEX]);

/* All of a file, to be freed; NULL, and errno in err. */
void *readback_bytes(int fd, size_t *len, int *err);

#endif /* DAEMON_READBACK_H */
