/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * output.h - what a command makes, to where it was told
 */
#ifndef POLICYC_OUTPUT_H
#define POLICYC_OUTPUT_H

#include "buf.h"

/*
 * Write all of buf to path, or to the standard output if that is "-". A file
 * is replaced, whole or not at all, and keeps its mode, its owner where we may
 * give files away, and links to it; devices and pipes are written to.
 * Return: 0; or what open(2), write(2), realpath(3) and rename(2) say.
 */
int __must_check output_write(struct arena *arena, const char *path,
			      const struct buf *buf);

#endif /* POLICYC_OUTPUT_H */
