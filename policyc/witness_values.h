/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * witness_values.h - the requests that rules draw borders between, for witness.c
 */
#ifndef POLICYC_WITNESS_VALUES_H
#define POLICYC_WITNESS_VALUES_H

#include "numbers.h"
#include "reference.h"
#include "witness.h"
#include "words.h"

#define WITNESS_MAX_FIELDS 32
#define WITNESS_NO_TEXT U32_MAX

/* A request; ctx holds its numbers and addresses, but no handles. */
struct witness_point {
	union bvm_ctx ctx;
	u32 row, source_row; /* of paths */
	u32 text[PRED_NUM_TEXTS]; /* index of words, or WITNESS_NO_TEXT */
};

/* What the rules of one class speak of. */
struct witness_values {
	struct arena *arena;
	const struct ast_policy *ast;
	const struct lowered *lowered;
	u32 class;
	struct numbers numbers[WITNESS_MAX_FIELDS]; /* per field of the class */
	struct bvm_addr *addresses; /* of both address fields */
	u32 num_addresses;
	struct words words[PRED_NUM_TEXTS];
	u32 *rules; /* of the class, indexes */
	u32 num_rules;
};

/* Return: 0; -E2BIG: a text has too many states. */
int __must_check witness_find_values(struct witness_values *v,
				     const struct bvm_image *img,
				     const struct program_tables *tables);

/* The predicate that stands for patterns of a rule, or WITNESS_NO_PRED. */
#define WITNESS_NO_PRED BVM_MAX_PREDICATES
u32 witness_find_pred(const struct witness_values *v,
		      const struct ast_rule *rule, enum reference_of of);

/* Do the patterns of a predicate match the text of a point? */
bool witness_holds(const struct witness_values *v,
		   const struct witness_point *point, enum pred_field field,
		   u32 pred);

/* Is a rule, or its source, in a row of paths? */
bool witness_in_row(const struct witness_values *v, u32 row, u32 item);

/* Change point, of any numbers, so that the rule's conditions are met. */
void witness_meet(const struct witness_values *v, const struct ast_rule *rule,
		  struct witness_point *point);

/* The member of a ctx; NULL: the class has none of the name. */
const struct bvm_field *witness_field(u32 class, const char *name);

#endif /* POLICYC_WITNESS_VALUES_H */
