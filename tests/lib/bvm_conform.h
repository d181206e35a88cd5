/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * bvm_conform.h - does the machine answer as a .data file says?
 *
 * A program must give its result as it is and lowered, with and without
 * instructions of version 4 kept, every step within what the verifier said of
 * it, and the result among those that the verifier holds possible; lowered, it
 * must meet nothing that a JIT may fault at or get wrong. What a
 * machine without loops, calls and stores to its ctx cannot run must be
 * refused, and so must what the file says is in error.
 */
#ifndef TESTS_BVM_CONFORM_H
#define TESTS_BVM_CONFORM_H

#include "bvm_data.h"
#include "bvm_oracle.h"

/* A program of a file, so that its line in a table is not counted again. */
struct bvm_conform_seen {
	char name[128];
	u64 hash; /* 0: of instructions that the assembler has not */
};

struct bvm_conform {
	struct bvm_oracle raw, lowered;
	u32 right, refused, wrong;
	u32 negative; /* those of refused that the file says are in error */
	u32 without; /* lines whose program was accepted without its error */
	struct bvm_conform_seen *seen; /* of this directory; owned */
	u32 num_seen;
	/* by number of the row in insn.def */
	struct {
		bool executed;
		bool taken, not_taken; /* jumps with a condition */
	} rows[256];
	char why[1024]; /* of the last one that was wrong, or the refusal */
	FILE *out; /* what is wrong is told here; NULL: nowhere */
	bool verbose; /* what is right and refused too */
	bool list; /* print as bvm_data_list, check nothing */
};

void bvm_conform_init(struct bvm_conform *c);
void bvm_conform_fini(struct bvm_conform *c);

/* Check one program and count it; c->why says what is wrong. */
void bvm_conform_check(struct bvm_conform *c, const struct bvm_data *data);

/*
 * Check all of a directory: its .data files, also those below, and the programs of index.tsv
 * and negative.tsv if they are there. The .data files that index.tsv names
 * must assemble to what is there, and such a program is run as both and
 * counted once. Where negative.tsv has a program without its error beside it, that
 * must be accepted. Return: 0; -ENOENT: there is nothing.
 */
int __must_check bvm_conform_directory(struct bvm_conform *c, const char *path);

/*
 * Tell the rows that were not executed, and the jumps that never went one of
 * their ways. call is left out: it needs an image. Return: how many.
 */
u32 bvm_conform_missing(const struct bvm_conform *c, FILE *out);

#endif /* TESTS_BVM_CONFORM_H */
