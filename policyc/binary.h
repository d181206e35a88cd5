/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * binary.h - what a program's file says about what it will need
 */
#ifndef POLICYC_BINARY_H
#define POLICYC_BINARY_H

#include "arena.h"

enum binary_kind {
	BINARY_OTHER, /* no program that is known here */
	BINARY_SCRIPT,
	BINARY_STATIC,
	BINARY_DYNAMIC,
};

struct binary_names {
	const char **items;
	u32 num;
};

struct binary {
	enum binary_kind kind;
	/* of a script what follows #!, of a dynamic program the linker; or "" */
	const char *interpreter;
	struct binary_names needed; /* libraries that it is linked with */
	struct binary_names symbols; /* what it takes from them */
};

/*
 * Read a program: a script, or ELF of 64 bits, little-endian. Nothing of the
 * bytes is trusted; what makes no sense is left out. The result is a copy.
 */
void binary_read(struct arena *arena, const void *bytes, size_t len,
		 struct binary *binary);

/* Is it linked with a library of that name, such as "libssl"? */
bool binary_needs(const struct binary *binary, const char *library);

/* Does it take one of these functions? The list ends with NULL. */
bool binary_takes(const struct binary *binary, const char *const *functions);

#endif /* POLICYC_BINARY_H */
