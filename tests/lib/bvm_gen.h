/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * bvm_gen.h - programs made from bytes, most of which the verifier accepts
 */
#ifndef TESTS_BVM_GEN_H
#define TESTS_BVM_GEN_H

#include "vm/image.h"
#include "vm/insn.h"

#define BVM_GEN_CTX 64 /* bytes that the programs take r1 to point to */
#define BVM_GEN_MIN 64 /* the least room that a program needs */

/*
 * Turn bytes into a program over BVM_GEN_CTX bytes of plain memory. The same
 * bytes give the same program. Return: its slots, at most max, which is at
 * least BVM_GEN_MIN.
 */
u32 bvm_gen(const u8 *bytes, size_t len, struct bvm_insn *insns, u32 max);

/* The same for a class, with calls of helpers on the image's tables. */
u32 bvm_gen_class(const u8 *bytes, size_t len, struct bvm_insn *insns, u32 max,
		  const struct bvm_image *image, u32 class);

#endif /* TESTS_BVM_GEN_H */
