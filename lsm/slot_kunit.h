/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * slot_kunit.h - policies that decide nothing, for tests that run in the kernel
 */
#ifndef BAILIFF_SLOT_KUNIT_H
#define BAILIFF_SLOT_KUNIT_H

#include <linux/delay.h>
#include <linux/err.h>
#include <linux/slab.h>

#include <kunit/test.h>

#include "policy.h"

static const struct bvm_meta no_slots;

/*
 * A version with this filter of system calls (NULL: none), which has to live as
 * long, or the next one under the name. The slot is counted for the caller.
 */
static inline struct bailiff_slot *
load_slot(struct kunit *test, const char *name,
	  const struct bvm_syscalls *syscalls)
{
	struct bailiff_policy *policy = kvzalloc(sizeof(*policy), GFP_KERNEL);
	struct bailiff_slot *slot;

	KUNIT_ASSERT_NOT_NULL(test, policy);
	policy->image.meta = &no_slots;
	policy->image.name = name;
	policy->image.syscalls = syscalls;
	slot = bailiff_policy_activate(policy);
	KUNIT_ASSERT_FALSE(test, IS_ERR(slot));
	return slot;
}

static inline struct bailiff_slot *make_slot(struct kunit *test,
					     const char *name)
{
	return load_slot(test, name, NULL);
}

/* Unload it; sets that were put go from a work queue, so this may take a try. */
static inline void drop_slot(struct kunit *test, struct bailiff_slot *slot)
{
	struct dentry *dir;
	int err = -EBUSY;

	for (u32 i = 0; i < 500 && err == -EBUSY; i++) {
		err = bailiff_slot_unload(slot->name, &dir);
		if (err)
			msleep(10);
	}
	KUNIT_EXPECT_EQ(test, err, 0);
	bailiff_slot_put(slot);
}

#endif /* BAILIFF_SLOT_KUNIT_H */
