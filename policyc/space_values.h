/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * space_values.h - values worth trying: read from tables and instructions
 */
#ifndef POLICYC_SPACE_VALUES_H
#define POLICYC_SPACE_VALUES_H

#include "space_parts.h"

/* Set up s->base, feeds, borders and paths; may set s->err. */
void space_find_values(struct space *s);

/* Does the set's request give the field? */
bool space_is_given(const struct space *s, const char *name);

/* Of a numeric field, within the set; the plainest first. */
u32 space_values(struct space *s, const char *name, u32 **values);

/* Of a text, for each row in all images; may set s->err. */
void space_texts(struct space *s, const char *name, enum words_kind kind,
		 struct words *words);
/* The same of argument lists. */
void space_arguments(struct space *s, struct words *words);

/* Of the remote or the local address, of a family, within the set. */
u32 space_addresses(struct space *s, const char *name, u32 family,
		    struct bvm_addr **list);

/* One bit of each set of bits that all masks treat alike. Return: how many. */
u32 space_flag_bits(const struct space *s, u32 bits[32]);

#endif /* POLICYC_SPACE_VALUES_H */
