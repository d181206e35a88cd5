/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * run.h - what an image says to a request
 */
#ifndef ORACLE_RUN_H
#define ORACLE_RUN_H

#include "eval.h"
#include "vm/image.h"

/* The verdict word, by the interpreter, with full buckets. */
u32 oracle_run(const struct bvm_image *img,
	       const struct oracle_request *request);

#endif /* ORACLE_RUN_H */
