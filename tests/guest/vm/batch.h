/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * batch.h - programs for the file test_vm, and its answers
 */
#ifndef TESTS_GUEST_BATCH_H
#define TESTS_GUEST_BATCH_H

#include "lsm/uapi/bailiff_test.h"
#include "vm/insn.h"

#define BATCH_FILE "/sys/kernel/security/bailiff/test_vm"

/* Programs that are written together. */
struct batch {
	u8 *bytes; /* owned */
	size_t len;
	size_t size; /* room */
	size_t answers_len; /* bytes that the answers may take */
	u32 num_programs;
	u32 image_len;
};

/* A program and what it runs on; ctxs lie one after another, unpadded. */
struct subject {
	const struct bvm_insn *insns;
	u32 num_insns;
	const u8 *ctxs;
	u32 num_ctxs;
	u32 ctx_len; /* bytes of each */
	u32 class; /* 0: plain memory; else on the image of its batch */
	/* Of a class, for run_counted: the slots of each ctx. */
	bvm_atomic (*slots)[BAILIFF_TEST_MAX_SLOTS];
};

static inline struct subject subject_plain(const struct bvm_insn *insns,
					   u32 num_insns, const void *ctxs,
					   u32 num_ctxs, u32 ctx_len)
{
	return (struct subject){
		.insns = insns,
		.num_insns = num_insns,
		.ctxs = ctxs,
		.num_ctxs = num_ctxs,
		.ctx_len = ctx_len,
	};
}

/* The answers to a batch, read one by one. */
struct answers {
	u8 *bytes; /* owned */
	size_t len;
	size_t at;
};

/* One of them; results and text point into the answers. */
struct answer {
	const struct bailiff_test_answer *head;
	const struct bailiff_test_result *results; /* NULL if refused */
	const char *text; /* the refusal, or "" */
};

/* Exits when there is no memory. */
void batch_init(struct batch *b);
void batch_fini(struct batch *b);

/* The image that its programs run on; before the first of them. */
void batch_set_image(struct batch *b, const void *bytes, u32 len);

/* Is there room under the limits of one write? */
bool batch_has_room(const struct batch *b, const struct subject *s);

void batch_add(struct batch *b, const struct subject *s);

/* Give it to the kernel. 0 and *a, which the caller must fini; or -errno. */
int batch_run(struct batch *b, struct answers *a);

/* False at the end; exits when the bytes make no sense. */
bool answers_next(struct answers *a, struct answer *answer);
void answers_fini(struct answers *a);

/* One write of raw bytes. 0 or -errno. */
int batch_write_raw(const void *bytes, size_t len);

#endif /* TESTS_GUEST_BATCH_H */
