/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * images.h - what the parent may load: images by the file they came from
 *
 *   compiled or saved --> staged, in memory --> loaded and kept --> saved
 *
 * Saved is one file per policy file, STATE/images/NAME, root's alone: the
 * last image of it that was in force, and what that was made of. So a
 * restart compiles nothing again, and a file that has become worse meanwhile
 * is replaced by the last good one of it.
 */
#ifndef DAEMON_IMAGES_H
#define DAEMON_IMAGES_H

#include <stdbool.h>
#include <sys/stat.h>

#include "proto.h"
#include "text.h"

/* What a template takes of a container, and what else deps say of it. */
#define IMAGES_NAME (1u << 0)
#define IMAGES_IMAGE (1u << 1)
#define IMAGES_UNIT (1u << 2)
#define IMAGES_ONE_NAME \
	(1u << 3) /* all that is made of it is called the same */

struct image {
	struct image *next;
	char file[PROTO_FILE];
	char digest[COMPILE_DIGEST_HEX];
	const void *bytes; /* mapped */
	size_t len;
	struct text deps; /* lines of policyc/deps.h */
	char policyc[COMPILE_DIGEST_HEX]; /* of the one that made it */
	bool saved; /* it came from there */
	bool loaded; /* the kernel took it */
	uint32_t at_bind; /* IMAGES_*: it is a template; 0: a policy */
};

struct images {
	struct image *first; /* staged */
	int dir; /* STATE/images; -1: nothing is saved */
	const char *policies; /* directory: relative paths of deps start there */
	const char *policyc; /* path or name */
	struct stat policyc_stat; /* when the next was taken */
	char policyc_digest[COMPILE_DIGEST_HEX]; /* "": it cannot be read */
};

/* Make DIR and DIR/images. Return: a descriptor of the latter, or -errno. */
int images_open(const char *dir);
void images_free(struct images *images);

/*
 * Stage the image in fd, of which deps is taken over, in the place of what
 * is staged of file.
 *
 * Return: 0 and the image; -errno.
 */
int images_stage(struct images *images, const char *file, int fd,
		 struct text *deps, struct image **image);

/* Staged ones, or NULL. */
struct image *images_find(const struct images *images, const char *file);
struct image *images_find_digest(const struct images *images,
				 const char *digest);
void images_drop(struct images *images, const char *file);

/*
 * The saved image of file, in a sealed memory file, and staged.
 *
 * current: only if it is what a compilation would make: same compiler, same
 * content of every file that it read, nothing new where it looked in vain.
 *
 * Return: a descriptor to close; -ENOENT there is none, or not a current one;
 * -EBADMSG it is damaged; -errno.
 */
int images_saved(struct images *images, const char *file, bool current);

/* Save what is staged of file. Return: 0, -ENOENT nothing is, -errno. */
int images_save(struct images *images, const char *file);

/* Forget what is saved of file. */
void images_forget(struct images *images, const char *file);

/*
 * Forget what is saved of files that are not in the policies directory any
 * more, as if somebody had looked when they went.
 */
void images_prune(const struct images *images);

/* Is there such a file in the policies directory? If in doubt there is. */
bool images_is_there(const struct images *images, const char *file);

/* SHA-256 of the compiler, "" if it cannot be read. */
const char *images_policyc(struct images *images);

#endif /* DAEMON_IMAGES_H */
