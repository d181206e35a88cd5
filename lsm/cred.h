/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * cred.h - the domains of a task, as its credentials carry them
 *
 * Credentials are what fork, exec, threads, io_uring and async workers inherit;
 * so the domains go wherever the right to act goes.
 */
#ifndef BAILIFF_CRED_H
#define BAILIFF_CRED_H

#include <linux/cred.h>

#include "exe.h"
#include "set.h"
#include "setup.h"

/* The credential blob. */
struct bailiff_cred {
	struct bailiff_set *set; /* owned; NULL: unconfined */
	struct bailiff_exe *exe; /* owned; NULL: no name, or unconfined */
	/*
	 * Bit i: when the exec that these are for commits, the container of
	 * the i-th domain starts. 0 but during that exec; not inherited.
	 */
	u32 starts;
	/* now.h: the last binding that whom it forks would fail to join by */
	u32 now_failed;
};

static inline struct bailiff_cred *bailiff_cred(const struct cred *cred)
{
	return cred->security + bailiff_blob_sizes.lbs_cred;
}

/* The domains of cred; NULL: unconfined. Borrowed from cred. */
static inline struct bailiff_set *bailiff_cred_set(const struct cred *cred)
{
	return bailiff_cred(cred)->set;
}

/* The domains of the task that runs. */
static inline struct bailiff_set *bailiff_current_set(void)
{
	return bailiff_cred_set(current_cred());
}

/* Give cred, which nobody else sees yet, a set; takes over the reference. */
void bailiff_cred_replace(struct cred *cred, struct bailiff_set *set);

/* The same for the program that it runs, which may be NULL. */
void bailiff_cred_replace_exe(struct cred *cred, struct bailiff_exe *exe);

#endif /* BAILIFF_CRED_H */
