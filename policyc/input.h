/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * input.h - a policy or an image, as a command was given it
 */
#ifndef POLICYC_INPUT_H
#define POLICYC_INPUT_H

#include "buf.h"
#include "command.h"
#include "lowering.h"
#include "vm/image.h"

struct input {
	const struct ast_policy *ast; /* NULL if it was an image */
	struct lowered *lowered; /* of ast */
	struct buf bytes;
	struct bvm_image *img; /* parsed and verified */
};

/*
 * Open the file at path, or the standard input if that is "-" (a policy).
 * Return: EXIT_YES; EXIT_BAD, EXIT_BUG: reported.
 */
int __must_check input_open(struct run *run, const char *path,
			    struct input *input);

#endif /* POLICYC_INPUT_H */
