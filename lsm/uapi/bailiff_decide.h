/* SPDX-License-Identifier: GPL-2.0-only WITH Linux-syscall-note */
/*
 * bailiff_decide.h - the file `decide` of test builds: requests in, decisions
 * out
 *
 * /sys/kernel/security/bailiff/decide takes requests to one loaded policy by one
 * write at offset 0; the decisions are read from the same open file. Each is
 * decided as a hook's request would be by a container of that policy alone,
 * with full buckets: by the program as it is compiled, and by all that is
 * decided beside it. Nothing is recorded and nobody is killed, but hits and
 * denials are counted. What a path leads to is not looked at: a name is what
 * the request says.
 *
 *   requests   bailiff_decide_header | request | request | ...
 *   request    bailiff_decide_request | ctx | strings | arguments | padding
 *              ctx is ctx_size bytes of its class (vm/hooks.def), with handles
 *              where a string is there; a string is str_len bytes, without a
 *              NUL, if str_len is not BAILIFF_DECIDE_NONE; each request is a
 *              multiple of 8 bytes
 *   decisions  bailiff_decide_answer | ...               (one for each request)
 *
 * The write fails with EINVAL (malformed, or bytes left over), E2BIG (past a
 * limit below), ENOENT (no such policy), EPERM (CAP_MAC_ADMIN needed,
 * unconfined) or ENOMEM.
 */
#ifndef _UAPI_BAILIFF_DECIDE_H
#define _UAPI_BAILIFF_DECIDE_H

#include <linux/types.h>

#define BAILIFF_DECIDE_MAGIC 0x49434544 /* "DECI" */
#define BAILIFF_DECIDE_MAX_BATCH (4 << 20) /* bytes of one write */
#define BAILIFF_DECIDE_MAX_REQUESTS 16384 /* in it */
#define BAILIFF_DECIDE_MAX_STRING 1024 /* bytes of a string, and of arguments */
#define BAILIFF_DECIDE_STRINGS 5 /* BVM_RUN_STRINGS */
#define BAILIFF_DECIDE_NONE 0xffff

struct bailiff_decide_header {
	__u32 magic; /* BAILIFF_DECIDE_MAGIC */
	__u32 num_requests;
	char policy[64]; /* its name, with a NUL */
};

struct bailiff_decide_request {
	__u32 class; /* enum bvm_class */
	__u16 str_len[BAILIFF_DECIDE_STRINGS]; /* by handle - 1 */
	__u16 argv_len;
};

struct bailiff_decide_answer {
	__u32 verdict; /* the program's word; 0 if it was not asked */
	__u16 err; /* errno that a hook would return, or 0 */
	__u8 reason; /* enum bvm_reason; 0: allowed */
	__u8 jited; /* 1: the JIT's code said it, 0: the interpreter */
};

#endif /* _UAPI_BAILIFF_DECIDE_H */
