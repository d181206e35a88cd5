/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * deps.h - what an image was made of, so that it need not be made again
 *
 *	file SHA256 PATH	this file was read, and had this content
 *	absent PATH		nothing was there; a file there would be read
 *	unnamed			some path cannot be written in a line
 *	at-bind VARIABLE	with --template: it takes this of a container
 *	one-name		and its name would be the same for all of them
 *
 * Paths are relative to the working directory or absolute. The list is in
 * the order of reading, the policy itself first.
 */
#ifndef POLICYC_DEPS_H
#define POLICYC_DEPS_H

#include "buf.h"
#include "source.h"

/* A NULL list takes nothing. */
void deps_add_file(struct buf *deps, const struct source *source);
/* The same file, come to by another path. */
void deps_add_named(struct buf *deps, const struct source *source,
		    const char *path);
void deps_add_absent(struct buf *deps, const char *path);

/* Write the list into path as it is, without another file in between. */
int __must_check deps_write(const struct buf *deps, const char *path);

#endif /* POLICYC_DEPS_H */
