// SPDX-License-Identifier: GPL-2.0-only
/*
 * hooks_task.c - taking over other tasks
 *
 * No rule speaks of this yet, but who may change another task's memory or
 * take its descriptors acts with that task's rights. So a confined task may do
 * so only to tasks that are under all of its domains.
 */
#include <linux/ptrace.h>
#include <linux/rcupdate.h>

#include "attach.h"
#include "common.h"
#include "compat.h"
#include "cred.h"
#include "decide.h"

/* Is whoever has the set `theirs` at least as confined as with `ours`? */
static bool is_under_all(const struct bailiff_set *theirs,
			 const struct bailiff_set *ours)
{
	for (u32 i = 0; i < ours->num; i++) {
		if (!bailiff_set_has(theirs, ours->domain[i].slot,
				     ours->domain[i].cgroup))
			return false;
	}
	return true;
}

/* Looking is not taking over: what may be opened below is judged there. */
static int hook_ptrace_access_check(struct task_struct *child,
				    unsigned int mode)
{
	const struct bailiff_set *set = bailiff_current_set();
	struct bailiff_request rq;
	bool under;

	if (likely(!set) || !(mode & PTRACE_MODE_ATTACH))
		return 0;
	rcu_read_lock();
	under = is_under_all(bailiff_cred_set(__task_cred(child)), set);
	rcu_read_unlock();
	if (under)
		return 0;
	bailiff_request_init(&rq, current_cred(), set, BVM_CLASS_TASKS);
	rq.ops = BVM_BIT(TASKS, TRACE);
	rq.reason = BVM_REASON_DEFAULT;
	rq.silent = mode & PTRACE_MODE_NOAUDIT;
	rq.detail = child->comm;
	return bailiff_decide(&rq);
}

static struct security_hook_list hooks[] __ro_after_init = {
	LSM_HOOK_INIT(ptrace_access_check, hook_ptrace_access_check),
};

void __init bailiff_task_add_hooks(void)
{
	bailiff_add_hooks(hooks);
}
