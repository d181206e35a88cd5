/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * policyc_build.h - policies and automata, compiled as policyc compiles them
 *
 * What does not compile is printed, and the program aborts: a test that goes on
 * without its image tests nothing.
 */
#ifndef POLICYC_BUILD_H
#define POLICYC_BUILD_H

#include "policyc/ast.h"
#include "policyc/compress.h"
#include "vm/image.h"

/* The image borrows the arena. */
void policyc_build(struct arena *arena, const struct ast_policy *ast,
		   struct bvm_image *img);

/* The table of an automaton, as in an image; how is filled on the way. */
void policyc_table(struct arena *arena, const struct fsm *fsm,
		   struct compress *how, struct bvm_table *table);

/* A copy without the rule of a number, 0 for with all; numbered anew. */
struct ast_policy *policyc_without(struct arena *arena,
				   const struct ast_policy *from, u32 number);

/* Another copy, with the rules the other way round. */
struct ast_policy *policyc_reversed(struct arena *arena,
				    const struct ast_policy *from);

/* The policy of a text, without includes; never NULL. */
struct ast_policy *policyc_parse(struct arena *arena, const char *text);

#endif /* POLICYC_BUILD_H */
