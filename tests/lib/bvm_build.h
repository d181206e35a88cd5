/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * bvm_build.h - images for tests, made by hand
 *
 * The sections are put in the order in which they are added; the caller adds
 * them as image.h wants them, or not, to see that they are refused.
 */
#ifndef TESTS_BVM_BUILD_H
#define TESTS_BVM_BUILD_H

#include "vm/image.h"
#include "vm/insn.h"

#define BVM_BUILD_MAX (256 * 1024)

struct bvm_build {
	u8 bytes[BVM_BUILD_MAX] __attribute__((aligned(8))); /* the image */
	u32 len;
	u32 num_sections;
	struct bvm_section sections[64];
	u8 body[BVM_BUILD_MAX] __attribute__((aligned(8)));
	u32 body_len;
};

void bvm_build_init(struct bvm_build *b);

/* Add a section; returns where its bytes are, for the caller to change. */
void *bvm_build_add(struct bvm_build *b, u32 type, u32 id, const void *bytes,
		    u32 len);

/* A TABLE section: header, then bytes. */
void *bvm_build_table(struct bvm_build *b, u32 id,
		      const struct bvm_table_header *h, const void *bytes,
		      u32 len);

/* A PROGRAM section whose header states what the verifier will find. */
void bvm_build_program(struct bvm_build *b, u32 class,
		       const struct bvm_program_header *h,
		       const struct bvm_insn *insns);

/* Put header, section table and bodies together. Return: length of bytes. */
u32 bvm_build_finish(struct bvm_build *b);

/*
 * A small whole image: name "test", 2 rules, one table of each kind up to
 * LISTS in the order of enum bvm_table_kind, `return 0` for every class, RIGHTS, and a
 * selector. The DFA accepts exactly the strings "/a" (row 1) and "/ab" (2);
 * its states are 0 dead, 1 start, 2 "/", 3 "/a", 4 "/ab".
 */
void bvm_build_small(struct bvm_build *b);

/*
 * The same with a table of every kind and 4 slots: KEYS and HASH have "aab" 1,
 * "aac" 2, "abc" 3, "baa" 4; PRODUCT has 5 for 10.0.0.0/8, ports 80 to 90,
 * protocols 6 to 17; ARGV accepts ["-g", "*"] (1), ["-s", "*", ...] (2) and []
 * (3); RATES has 2 tokens, one in 1,000 ns, in slot 1, and 1, one in 1 ns, in
 * slot 3.
 */
void bvm_build_full(struct bvm_build *b);

#endif /* TESTS_BVM_BUILD_H */
