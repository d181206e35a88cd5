/* SPDX-License-Identifier: GPL-2.0-only WITH Linux-syscall-note */
/*
 * bailiff_test.h - the file `test_vm` of test builds: programs in, results of
 * every engine out
 *
 * /sys/kernel/security/bailiff/test_vm takes one batch by one write at offset
 * 0; the answers are read from the same open file. Each program runs on plain
 * readable bytes (r1; r2 = their length), at most 256 bytes of stack, and no
 * helpers. It is verified, lowered, verified again and compiled; then it runs
 * on each of its ctxs: as it came and lowered in Bailiff's interpreter, and
 * compiled by the kernel's JIT.
 *
 *   batch    header | program | program | ...
 *   program  bailiff_test_program | insns | ctx | ctx | ...
 *            insns are num_insns x 8 bytes; each ctx is ctx_len bytes and
 *            padding to a multiple of 8
 *   answers  answer | answer | ...                     (one for each program)
 *   answer   bailiff_test_answer, then
 *            stage RAN or NOT_JITED: num_ctxs x bailiff_test_result
 *            else: text_len bytes of text (a multiple of 8, NUL-padded)
 *
 * The write fails with EINVAL (malformed, or bytes left over), E2BIG (past a
 * limit below), EPERM (CAP_MAC_ADMIN needed, unconfined) or ENOMEM. Refusing
 * a program is an answer, not a failure.
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

struct bailiff_test_header {
	__u32 magic; /* BAILIFF_TEST_MAGIC */
	__u32 num_programs;
	__u32 repeat; /* times that each engine runs each ctx; at least 1 */
	__u32 reserved; /* 0 */
};

struct bailiff_test_program {
	__u32 num_insns;
	__u32 num_ctxs;
	__u32 ctx_len; /* bytes, without padding; may be 0 */
	__u32 reserved; /* 0 */
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

/* r0 of one ctx. */
struct bailiff_test_result {
	__u64 exec; /* the program as it came, interpreted */
	__u64 lowered; /* the lowered program, interpreted */
	__u32 jit; /* lower half: the kernel's BPF programs return 32 bits */
	__u32 reserved;
};

#endif /* _UAPI_BAILIFF_TEST_H */
