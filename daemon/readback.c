// SPDX-License-Identifier: GPL-2.0-only
#include <errno.h>
#include <fcntl.h>
#include <openssl/sha.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "readback.h"
#include "state.h"
#include "vm/image.h"

void *readback_bytes(int fd, size_t *len, int *err)
{
	size_t size = 1 << 16;
	char *bytes = malloc(size), *more;
	ssize_t got = 1;

	*len = 0;
	while (bytes && got > 0) {
		if (*len == size) {
			size *= 2;
			more = size > 2 * (size_t)BVM_MAX_IMAGE ?
				       NULL :
				       realloc(bytes, size);
			if (!more)
				free(bytes);
			bytes = more;
			continue;
		}
		got = read(fd, bytes + *len, size - *len);
		if (got > 0)
			*len += (size_t)got;
	}
	*err = bytes ? 0 : -ENOMEM;
	if (got >= 0 || !bytes)
		return bytes;
	*err = -errno;
	free(bytes);
	return NULL;
}

void readback_digest(const void *bytes, size_t len,
		     char text[COMPILE_DIGEST_HEX])
{
	unsigned char digest[SHA256_DIGEST_LENGTH];
	size_t i;

	SHA256(bytes, len, digest);
	for (i = 0; i < sizeof(digest); i++)
		snprintf(text + 2 * i, 3, "%02x", digest[i]);
}

static int parse(struct readback *back, char *why, size_t size)
{
	struct bvm_error error = {};

	back->image = malloc(sizeof(*back->image));
	if (!back->image)
		return -ENOMEM;
	if (!bvm_image_parse(back->bytes, back->len, back->image, &error))
		return 0;
	snprintf(why, size, "byte %u: %s", error.off, error.text);
	return -EBADMSG;
}

int readback_open(struct kfs *kfs, const char *policy, struct readback *back,
		  char *why, size_t size)
{
	char file[PATH_MAX];
	int fd, err;

	memset(back, 0, sizeof(*back));
	snprintf(file, sizeof(file), "policies/%s/image", policy);
	fd = kfs_open(kfs, file, O_RDONLY);
	if (fd < 0) {
		snprintf(why, size, "%s", strerror(-fd));
		return fd;
	}
	back->bytes = readback_bytes(fd, &back->len, &err);
	close(fd);
	if (back->bytes) {
		readback_digest(back->bytes, back->len, back->digest);
		err = parse(back, why, size);
	}
	if (err && err != -EBADMSG)
		snprintf(why, size, "%s", strerror(-err));
	if (err)
		readback_free(back);
	return err;
}

int readback_settled(struct kfs *kfs, const char *policy,
		     struct state_policy *state, struct readback *back,
		     char *why, size_t size)
{
	struct state_policy after;
	int tries, err;

	for (tries = 0;; tries++) {
		err = state_policy(kfs, policy, state);
		if (err) {
			snprintf(why, size, "%s", strerror(-err));
			return err;
		}
		err = readback_open(kfs, policy, back, why, size);
		if (err || !strcmp(back->digest, state->digest) || tries == 3 ||
		    state_policy(kfs, policy, &after) ||
		    after.generation == state->generation)
			return err;
		readback_free(back);
	}
}

void readback_free(struct readback *back)
{
	free(back->image);
	free(back->bytes);
	memset(back, 0, sizeof(*back));
}
