/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * engines.h - do the kernel's JIT and our interpreter give the same results?
 *
 * Results are claimed as TAP. Each part is run in the settings of the JIT
 * that main.c makes, one after the other.
 */
#ifndef TESTS_GUEST_ENGINES_H
#define TESTS_GUEST_ENGINES_H

#include <stdatomic.h>

#include "batch.h"
#include "vm/exec.h"
#include "vm/helpers.h"
#include "vm/limits.h"

#define MAX_ROWS 256 /* of insn.def, at most */

/* ---- main.c ---- */

/* A claim, and why it does not hold (ignored if it does). */
void __printf(3, 4) claim(bool holds, const char *what, const char *why, ...);
void __printf(1, 2) note(const char *fmt, ...);

/* Executed instructions by row of insn.def, over everything that ran. */
extern atomic_ullong executed[MAX_ROWS];
extern atomic_ullong called[BVM_NUM_HELPERS]; /* by helper */

/* What a program's instructions are, so that steps can be counted. */
struct counted {
	u16 row[BVM_MAX_INSNS];
	u8 helper[BVM_MAX_INSNS]; /* of a call, else 0 */
	u64 num[MAX_ROWS];
	u64 calls[BVM_NUM_HELPERS];
};

/*
 * The result in user space, with each step counted. A program of a class goes
 * on with the slots as they are, and their sum is not in the result.
 */
u64 run_counted(struct counted *c, const struct subject *s, u32 ctx);
void count_prepare(struct counted *c, const struct subject *s);
void count_add(const struct counted *c);

/*
 * The program with its upper half as the result: exits become jumps to a
 * shift at the end. Compiled programs return 32 bits. Return: slots.
 */
u32 with_upper_half(const struct bvm_insn *insns, u32 num,
		    struct bvm_insn *out);

/* ---- the parts ---- */

struct settings {
	const char *name; /* for claims */
	bool jit; /* is compiled code expected? */
	bool blinded;
};

/* cases.c: instructions that a JIT may get wrong, by hand. */
void cases_run(const struct settings *set);

/* cases.c: a program that cannot be compiled once it is blinded. */
void cases_run_too_long(const struct settings *set);

/* table.c: the conformance programs of a file; see there. */
void table_load(const char *path);
void table_run(const struct settings *set);

/*
 * world.c: an image with a table of every kind, and requests on it. The image
 * must be set before anything else is asked.
 */
#define WORLD_MAX_CTX \
	(sizeof(struct bailiff_test_request) + sizeof(union bvm_ctx))

void world_init(void);
const struct bvm_image *world_image(void);

/* Bytes of a request and its ctx. */
u32 world_ctx_len(u32 class);
void world_make_ctx(u64 *seed, u32 class, u8 *bytes);
void world_make_run(u32 class, const u8 *bytes, bvm_atomic *slots,
		    struct bvm_run *run);

/* Slots as the kernel fills and sums them. */
void world_fill_slots(bvm_atomic *slots);
u64 world_sum_slots(const bvm_atomic *slots);

/*
 * random.c: num programs from seed, and a fifth as many of three classes, which
 * call helpers; made once and run in each setting.
 */
void random_make(u64 seed, u32 num, u32 num_threads);
void random_run(const struct settings *set);

#endif /* TESTS_GUEST_ENGINES_H */
