/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * importing.h - what an import of a text allows; for tests of the readers
 *
 * All uses the arena and the diagnostics of policyc_fixture.h, and reads no
 * file. What goes wrong without being asked for ends the test, with the texts.
 */
#ifndef TESTS_IMPORTING_H
#define TESTS_IMPORTING_H

#include "policyc/ast.h"
#include "policyc/import_out.h"
#include "vm/image.h"

typedef void importing_read(struct import *im, const struct source *source);

/* The import made last. */
extern struct import importing;

/* The policy that a text is imported as; NULL: it is refused. */
const char *importing_policy(importing_read *read, const char *text);

/* The same, parsed. */
const struct ast_policy *importing_ast(importing_read *read, const char *text);

/* The same, built. */
void importing_build(importing_read *read, const char *text,
		     struct bvm_image *img);

/* Is a request allowed? It names all that a rule looks at. */
bool importing_allows(const struct bvm_image *img, const char *request);

/* Is a line among those that were left out, for a reason that has `why`? */
bool importing_left(u32 line, const char *why);

#endif /* TESTS_IMPORTING_H */
