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
	struct bvm_image *img; /* parsed, and verified unless run->log is set */
};

/*
 * Open the file at path, or the standard input if that is "-" (a policy).
 * Return: EXIT_YES; EXIT_BAD, EXIT_BUG: reported.
 */
int __must_check input_open(struct run *run, const char *path,
			    struct input *input);
/*
 * The same for a policy that was read; NULL: it is bad, which was reported.
 */
int __must_check input_compile(struct run *run, const struct ast_policy *ast,
			       struct input *input);

/*
 * Append the bytes of a file, or of the standard input if path is "-", up to
 * a little more than BVM_MAX_IMAGE. Return: 0; or what open(2), read(2) say.
 */
int __must_check input_read_bytes(const char *path, struct buf *bytes);

#endif /* POLICYC_INPUT_H */
