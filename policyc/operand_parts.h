/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * operand_parts.h - what the readers of operands share
 *
 * Functions that return an int return 0, or -EINVAL with o->err filled.
 */
#ifndef POLICYC_OPERAND_PARTS_H
#define POLICYC_OPERAND_PARTS_H

#include "operand.h"

/* Has a field of the request's class a value? */
bool operand_is_given(const struct operand *o, u32 field);

/* Give a field of the request a value; twice is fine if they are equal. */
int __must_check operand_set_number(struct operand *o, const char *name,
				    u64 value);
int __must_check operand_set_address(struct operand *o, const char *name,
				     const struct bvm_addr *addr);
int __must_check operand_set_text(struct operand *o, const char *name,
				  const char *text);
int __must_check operand_set_peer(struct operand *o, u32 peer,
				  const char *names);
/* It has one of these values, and which one is not said. */
void operand_add_choice(struct operand *o, const char *name, const u32 *values,
			u32 num);

/* A decimal number; one of these words; an absolute path, resolved. */
int __must_check operand_number(struct operand *o, const char *what,
				const char *text, u64 *value);
int __must_check operand_name(struct operand *o, const char *what,
			      const struct bvm_name *names, const char *word,
			      u64 *value);
int __must_check operand_path(struct operand *o, const char *word,
			      const char **out);
/* The same for one of the request's own paths. */
int __must_check operand_add_path(struct operand *o, const char *word);

/* An address; its family is 2 or 10, or 0 where it is none. */
u32 operand_address(const char *text, struct bvm_addr *addr);
/* Do sockets of a family have addresses of family 2, or of 10? */
bool operand_family_has(u32 family, u32 addresses);
/* What requests of class network are about. */
int __must_check operand_socket(struct operand *o, const char *const *words,
				u32 num);

#endif /* POLICYC_OPERAND_PARTS_H */
