/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * borders.h - a value on each side of whatever border a program draws
 *
 * Between two borders all values are alike to the program, so a few of them
 * stand for all. They are read from instructions and tables of the image.
 */
#ifndef POLICYC_BORDERS_H
#define POLICYC_BORDERS_H

#include "numbers.h"
#include "vm/image.h"

#define BORDERS_V4_BITS 96 /* the prefix under which IPv6 has all of IPv4 */

/* Starts as zeroes; lasts as long as the arena. */
struct borders {
	struct numbers constants; /* compared with, and their neighbours */
	struct bvm_addr *addresses; /* ends of prefixes, and what is around */
	u32 num_addresses; /* an address may be there twice */
};

/*
 * Add those of an image's program of a class, which it has. After the last
 * image, and before borders_of_field, sort the constants.
 */
void borders_add(struct arena *arena, struct borders *borders,
		 const struct bvm_image *img, u32 class);
/* The ends of a prefix, and what lies before and behind it. */
void borders_add_prefix(struct arena *arena, struct borders *borders,
			const u8 *bytes, u32 len);

/*
 * Add to values, unsorted, those up to max that are worth trying for a numeric
 * field. Of socket types, which are a closed set, these are all the names.
 */
void borders_of_field(struct arena *arena, const struct borders *borders,
		      u32 class, const char *field, u32 max,
		      struct numbers *values);

/* Is it an address of IPv4, as the kernel maps them into IPv6? */
bool borders_is_v4(const struct bvm_addr *addr);

#endif /* POLICYC_BORDERS_H */
