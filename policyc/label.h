/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * label.h - what an image calls a file that it was made of
 *
 * Messages have names as they were given. In an image those would make its digest
 * depend on the directory that policyc was started in: so what `build` writes
 * names files as seen from the directory of the policy. Absolute names stay: they
 * say where the file is, wherever one stands.
 */
#ifndef POLICYC_LABEL_H
#define POLICYC_LABEL_H

#include "arena.h"

struct source;

/*
 * The directory that names are seen from, of the policy's own name; NULL if that
 * is absolute or the standard input: then names stay as they are.
 */
const char *label_base(struct arena *arena, const char *policy);

/* A file's name as seen from base, which may be NULL; "" of no file. */
const char *label_of(struct arena *arena, const char *base,
		     const struct source *source);

#endif /* POLICYC_LABEL_H */
