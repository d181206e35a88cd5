/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * judge_dentry.h - what is done to an object of which only the dentry is known
 */
#ifndef BAILIFF_JUDGE_DENTRY_H
#define BAILIFF_JUDGE_DENTRY_H

#include <linux/types.h>

struct dentry;

/*
 * The caller does ops of class files to dentry: judged by every name that it
 * has (names.h), or, where it can have none, by its maker. 0 or -errno. Task
 * context.
 */
int __must_check bailiff_judge_dentry(struct dentry *dentry, u64 ops);

#endif /* BAILIFF_JUDGE_DENTRY_H */
