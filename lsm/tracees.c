// SPDX-License-Identifier: GPL-2.0-only
/*
 * tracees.c - whom a task controls already when it comes under a policy
 */
#include <linux/list.h>
#include <linux/rcupdate.h>
#include <linux/sched.h>
#include <linux/sched/signal.h>
#include <linux/sched/task.h>

#include "cred.h"
#include "decide.h"
#include "peer.h"
#include "tracees.h"

static int judge(const struct cred *cred, const struct task_struct *tracee)
{
	struct bailiff_request rq;
	int err;

	bailiff_request_init(&rq, cred, bailiff_cred_set(cred),
			     BVM_CLASS_TASKS);
	rq.ops = BVM_BIT(TASKS, TRACE);
	rq.detail = tracee->comm;
	rcu_read_lock();
	bailiff_peer_fill(&rq, bailiff_cred_set(__task_cred(tracee)));
	err = bailiff_decide(&rq);
	rcu_read_unlock();
	return err;
}

int bailiff_tracees_judge(const struct cred *cred)
{
	const struct task_struct *tracee;
	int err = 0;

	if (likely(list_empty(&current->ptraced)))
		return 0;
	read_lock(&tasklist_lock);
	list_for_each_entry(tracee, &current->ptraced, ptrace_entry) {
		err = judge(cred, tracee);
		if (err)
			break;
	}
	read_unlock(&tasklist_lock);
	return err;
}
