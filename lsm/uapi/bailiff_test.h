/* SPDX-License-Identifier: GPL-2.0-only WITH Linux-syscall-note */
/*
 * bailiff_test.h - the file `test_vm` of test builds: programs in, results of
 * every engine out
 *
 * /sys/kernel/security/bailiff/test_vm takes one batch by one write at offset
 * 0; the answers are read from the same open file. Each program has at most 256
 * bytes of stack. Class 0 runs on plain readable bytes (r1; r2 = their length)
 * and without helpers; another runs as a policy's program does, on the tables
 * of the image that comes with the batch. It is verified, lowered, verified
 * again and compiled; then it runs on each of its ctxs: as it came and lowered
 * in Bailiff's interpreter, and compiled by the kernel's JIT.
 *
 *   batch    header | image | program | program | ...
 *            the image is image_len bytes and padding to a multiple of 8
 *   program  bailiff_test_program | insns | ctx | ctx | ...
 *            insns are num_insns x 8 bytes; each ctx is ctx_len bytes and
 *            padding to a multiple of 8: for class 0 what r1 points to, for
 *            another a bailiff_test_request and the ctx of the class
 *   answers  answer | answer | ...                     (one for each program)
 *   answer   bailiff_test_answer, then
 *            stage RAN or NOT_JITED: num_ctxs x bailiff_test_result
 *            else: text_len bytes of text (a multiple of 8, NUL-padded)
 *
 * The write fails with EINVAL (malformed, or bytes left over), E2BIG (past a
 * limit below), EPERM (CAP_MAC_ADMIN needed, unconfined), ENOMEM, or with what
 * bvm_image_parse says of the image. Refusing a program is an answer, not a
 * failure.
 */
#ifndef _UAPI_BAILIFF_TEST_H
#define _UAPI_BAILIFF_TEST_H

#include <linux/types.h>

#define BAILIFF_TEST_MAGIC 0x54534554 /* "TEST" */
#define BAILIFF_TEST_MAX_BATCH (4 << 20) /* bytes of one write */
#define BAILIFF_TEST_MAX_ANSWERS (1 << 20) /* bytes of its answers */
#define BAILIFF_TEST_MAX_CTX 1024
#define BAILIFF_TEST_MAX_CTXS 256
#define BAILIFF_TEST_MAX_REPEAT 1000000
#define BAILIFF_TEST_MAX_TEXT 32 /* bytes of a path, and of arguments */
#define BAILIFF_TEST_MAX_SLOTS 16 /* of an image */

struct bailiff_test_header {
	__u32 magic; /* BAILIFF_TEST_MAGIC */
	__u32 num_programs;
	__u32 repeat; /* times that each engine runs each ctx; at least 1 */
	__u32 image_len; /* bytes; 0: none comes with it */
};

struct bailiff_test_program {
	__u32 num_insns;
	__u32 num_ctxs;
	__u32 ctx_len; /* bytes, without padding; may be 0 */
	__u32 class; /* 0, or of the image's programs */
};

/* What a program's request has beside its ctx. Slot i holds i * i at first. */
struct bailiff_test_request {
	__u64 now_ns;
	__u32 path_len; /* of the only string, whose handle is 1 */
	__u32 argv_len;
	char path[BAILIFF_TEST_MAX_TEXT];
	char argv[BAILIFF_TEST_MAX_TEXT];
};

/* How far a program came. */
#define BAILIFF_TEST_RAN 0
#define BAILIFF_TEST_REFUSED 1 /* by the verifier */
#define BAILIFF_TEST_NOT_LOWERED 2
#define BAILIFF_TEST_REFUSED_AGAIN 3 /* its lowered form was */
#define BAILIFF_TEST_NOT_JITED 4 /* results hold no `jit` */

struct bailiff_test_answer {
	__u32 stage;
	__s32 err; /* -errno of the refusal, or 0 */
	__u32 off; /* instruction that was refused */
	__u32 text_len;
	__u32 num_lowered; /* instructions that the JIT was given */
	__u32 jited_len; /* bytes of machine code; 0: there is none */
	__u32 stack_bytes; /* of the lowered program */
	__u32 num_ctxs;
	__u64 verify_ns; /* first verification */
	__u64 jit_ns; /* compilation */
	/* all runs of each engine */
	__u64 exec_run_ns;
	__u64 lowered_run_ns;
	__u64 jit_run_ns;
};

/*
 * Another slot's value in the sum of them: each bit of it, of a word that is
 * wrong, changes the lower half, too.
 */
static inline __u64 bailiff_test_fold(__u64 sum, __u64 slot)
{
	sum = (sum ^ slot) * 0x9e3779b97f4a7c15ull;
	return sum ^ sum >> 32;
}

/* r0 of one ctx; of another class than 0, r0 ^ the sum of all slots after. */
struct bailiff_test_result {
	__u64 exec; /* the program as it came, interpreted */
	__u64 lowered; /* the lowered program, interpreted */
	__u32 jit; /* lower half: the kernel's BPF programs return 32 bits */
	__u32 reserved;
};

#endif /* _UAPI_BAILIFF_TEST_H */
