// SPDX-License-Identifier: GPL-2.0-only
/*
 * cred.c - the domains of a task, as its credentials carry them
 */
#include "attach.h"
#include "common.h"
#include "compat.h"
#include "cred.h"

void bailiff_cred_replace(struct cred *cred, struct bailiff_set *set)
{
	struct bailiff_set *old = bailiff_cred(cred)->set;

	bailiff_cred(cred)->set = set;
	bailiff_set_put(old);
}

void bailiff_cred_replace_exe(struct cred *cred, struct bailiff_exe *exe)
{
	struct bailiff_exe *old = bailiff_cred(cred)->exe;

	bailiff_cred(cred)->exe = exe;
	bailiff_exe_put(old);
}

static int hook_cred_prepare(struct cred *new, const struct cred *old,
			     gfp_t gfp)
{
	struct bailiff_cred *ours = bailiff_cred(new);
	const struct bailiff_cred *theirs = bailiff_cred(old);

	ours->set = bailiff_set_get(theirs->set);
	ours->exe = bailiff_exe_get(theirs->exe);
	ours->now_failed = theirs->now_failed;
	return 0;
}

static void hook_cred_transfer(struct cred *new, const struct cred *old)
{
	bailiff_cred_replace(new, bailiff_set_get(bailiff_cred_set(old)));
	bailiff_cred_replace_exe(new, bailiff_exe_get(bailiff_cred(old)->exe));
	bailiff_cred(new)->now_failed = bailiff_cred(old)->now_failed;
}

/*
 * May run in softirq, and on a blob that is still all zero, when another LSM
 * failed to prepare.
 */
static void hook_cred_free(struct cred *cred)
{
	const struct bailiff_cred *ours = bailiff_cred(cred);

	bailiff_set_put(ours->set);
	bailiff_exe_put(ours->exe);
}

static struct security_hook_list hooks[] __ro_after_init = {
	LSM_HOOK_INIT(cred_prepare, hook_cred_prepare),
	LSM_HOOK_INIT(cred_transfer, hook_cred_transfer),
	LSM_HOOK_INIT(cred_free, hook_cred_free),
};

void __init bailiff_cred_add_hooks(void)
{
	bailiff_add_hooks(hooks);
}
