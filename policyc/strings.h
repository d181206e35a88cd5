/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * strings.h - the STRINGS section of an image, each text once
 */
#ifndef POLICYC_STRINGS_H
#define POLICYC_STRINGS_H

#include "buf.h"

struct strings {
	struct buf bytes;
	u32 *slots; /* hash table of offsets + 1; 0 is free */
	u32 num_slots; /* a power of two */
	u32 num;
};

/* With "" at offset 0. */
void strings_init(struct strings *strings, struct arena *arena);
/* Offset of the text, which is added if it is new. */
u32 strings_put(struct strings *strings, const char *text);

#endif /* POLICYC_STRINGS_H */
