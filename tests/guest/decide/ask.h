/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * ask.h - policies and requests for the kernel, and what it decides
 */
#ifndef TESTS_GUEST_ASK_H
#define TESTS_GUEST_ASK_H

#include "lsm/uapi/bailiff_decide.h"
#include "tests/oracle/eval.h"
#include "vm/image.h"

#define ASK_DIR "/sys/kernel/security/bailiff/"

/* Requests to one policy that are written together. */
struct ask {
	u8 *bytes; /* owned */
	size_t len;
	u32 num;
};

/* Exits when there is no memory. */
void ask_init(struct ask *ask, const char *policy);
void ask_fini(struct ask *ask);

/* False: it is full. */
bool ask_add(struct ask *ask, const struct oracle_request *request);

/*
 * What the kernel decides about them all, in answers, which has room for
 * ask->num; the next ones begin anew. 0 or -errno.
 */
int ask_run(struct ask *ask, struct bailiff_decide_answer *answers);

/* Write a message to a file of Bailiff's. 0 or -errno. */
int ask_write(const char *file, const void *bytes, size_t len);

/*
 * Make it one that a hook may ask: of a mount without a name it says that there
 * is none, and a new root always has a path. The generator leaves that open.
 */
void ask_settle(struct oracle_request *request);

/* The errno that the kernel makes of a verdict: 0 if it allows. */
u32 ask_errno(const struct oracle_request *request, u32 verdict);

#endif /* TESTS_GUEST_ASK_H */
