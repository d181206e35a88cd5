/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * use.h - open files: by which domains they were opened, and may be used
 *
 * A descriptor that a task got from outside its domains is judged when it is
 * first used (and when it is received, and when the task joins): by path and
 * mode if it has a path, else by its kind. What was opened inside is judged
 * again after the policy changed.
 */
#ifndef BAILIFF_USE_H
#define BAILIFF_USE_H

#include <linux/fs.h>

#include "cred.h"
#include "setup.h"

/* The file blob. */
struct bailiff_file {
	u64 opener; /* id of the set that opened it; 0: unconfined */
	u64 stamp; /* of the set under which it was last allowed; 0: never */
	/*
	 * Who had signals sent about it, if he was confined; owned. Under the
	 * lock of the file's fown_struct.
	 */
	const struct cred *owner;
};

static inline struct bailiff_file *bailiff_file(const struct file *file)
{
	return file->f_security + bailiff_blob_sizes.lbs_file;
}

/* Judge file for set and remember an allowance. 0 or -errno. */
int __must_check bailiff_use_judge(struct file *file, const struct cred *cred,
				   const struct bailiff_set *set);

/* The caller uses an open file; one comparison if it did before. */
static inline int bailiff_use(struct file *file)
{
	const struct bailiff_set *set = bailiff_current_set();

	if (likely(!set) || bailiff_file(file)->stamp == set->stamp)
		return 0;
	return bailiff_use_judge(file, current_cred(), set);
}

/* Operations of class files that the mode of an open file stands for. */
u64 bailiff_use_ops(const struct file *file);

#endif /* BAILIFF_USE_H */
