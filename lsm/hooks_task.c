// SPDX-License-Identifier: GPL-2.0-only
/*
 * hooks_task.c - what tasks do to each other
 *
 * Most of these hooks run under a spinlock or in an RCU read section. The
 * subject is the current task, except where a hook says another one; the
 * object is whoever the target's objective credentials are of.
 */
#include <linux/fs.h>
#include <linux/ptrace.h>
#include <linux/rcupdate.h>
#include <linux/resource.h>
#include <linux/sched/signal.h>

#include "attach.h"
#include "common.h"
#include "compat.h"
#include "cred.h"
#include "decide.h"
#include "peer.h"
#include "use.h"

/* What is done, beside to whom. */
struct deed {
	u64 op;
	u32 signal;
	bool silent;
	const char *comm; /* of the target, for the record; or NULL */
};

/* In an RCU read section, in which theirs was looked up. */
static noinline int judge_cred(const struct cred *ours,
			       const struct cred *theirs,
			       const struct deed *deed)
{
	const struct bailiff_set *set = bailiff_cred_set(ours);
	struct bailiff_request rq BAILIFF_UNSET;

	if (!set)
		return 0;
	bailiff_request_init(&rq, ours, set, BVM_CLASS_TASKS);
	rq.ops = deed->op;
	rq.silent = deed->silent;
	rq.detail = deed->comm;
	rq.ctx.tasks.signal = deed->signal;
	bailiff_peer_fill(&rq, bailiff_cred_set(theirs));
	return bailiff_decide(&rq);
}

static noinline int judge_confined(const struct cred *cred,
				   const struct task_struct *target,
				   struct deed deed)
{
	int err;

	deed.comm = target->comm;
	rcu_read_lock();
	err = judge_cred(cred, __task_cred(target), &deed);
	rcu_read_unlock();
	return err;
}

static inline int judge(const struct cred *cred,
			const struct task_struct *target, struct deed deed)
{
	if (likely(!bailiff_cred_set(cred)))
		return 0;
	return judge_confined(cred, target, deed);
}

/* The current task does op, which is neither a trace nor a signal. */
static noinline int judge_plain_confined(const struct task_struct *target,
					 u64 op)
{
	return judge(current_cred(), target, (struct deed){ .op = op });
}

static inline int judge_plain(const struct task_struct *target, u64 op)
{
	return likely(!bailiff_current_set()) ?
		       0 :
		       judge_plain_confined(target, op);
}

/* ---- looking in, taking over ---- */

/*
 * Behind ptrace, process_vm_*, pidfd_getfd, kcmp, /proc/PID and performance
 * events; not for threads of one process among themselves.
 */
static noinline int access_confined(const struct task_struct *child,
				    unsigned int mode)
{
	bool attach = mode & PTRACE_MODE_ATTACH;

	return judge(current_cred(), child,
		     (struct deed){
			     .op = attach ? BVM_BIT(TASKS, TRACE) :
					    BVM_BIT(TASKS, READ),
			     .silent = mode & PTRACE_MODE_NOAUDIT,
		     });
}

static int hook_ptrace_access_check(struct task_struct *child,
				    unsigned int mode)
{
	return likely(!bailiff_current_set()) ? 0 :
						access_confined(child, mode);
}

/* The parent will be the one who controls: it is the subject. */
static int hook_ptrace_traceme(struct task_struct *parent)
{
	const struct deed deed = {
		.op = BVM_BIT(TASKS, TRACE),
		.comm = current->comm,
	};
	int err;

	rcu_read_lock();
	err = judge_cred(__task_cred(parent), current_cred(), &deed);
	rcu_read_unlock();
	return err;
}

/* ---- signals ---- */

/*
 * Only what a program sends comes by here, each target alone. cred is that of
 * who asked for the signal, where somebody else sends it. The arguments are those
 * of the hook, and stay so (__used), that it has none to move before its test.
 */
static noinline __used int kill_confined(struct task_struct *p,
					 struct kernel_siginfo *info, int sig,
					 const struct cred *cred)
{
	return judge(cred ?: current_cred(), p,
		     (struct deed){
			     .op = BVM_BIT(TASKS, SIGNAL),
			     .signal = sig,
		     });
}

static int hook_task_kill(struct task_struct *p, struct kernel_siginfo *info,
			  int sig, const struct cred *cred)
{
	unsigned long any = (unsigned long)bailiff_current_set();

	/*
	 * One test for both, in the register of what is returned: the compiler
	 * must not know how it got there, nor that it is zero in the end, or it
	 * spends an instruction on each.
	 */
	OPTIMIZER_HIDE_VAR(any);
	any |= (unsigned long)cred;
	if (unlikely(any))
		return kill_confined(p, info, sig, cred);
	OPTIMIZER_HIDE_VAR(any);
	return (int)any;
}

/*
 * Who makes himself, or another, the owner of a file has signals sent when
 * something happens to it. That is remembered as his deed: what happens may be
 * an interrupt. Under the lock of the owner, with interrupts off.
 */
static void hook_file_set_fowner(struct file *file)
{
	struct bailiff_file *blob = bailiff_file(file);
	const struct cred *old = blob->owner;

	blob->owner = bailiff_current_set() ? get_current_cred() : NULL;
	put_cred(old);
}

static void hook_file_free_security(struct file *file)
{
	if (likely(!bailiff_file(file)->owner))
		return;
	put_cred(bailiff_file(file)->owner);
	bailiff_file(file)->owner = NULL;
}

static int hook_file_send_sigiotask(struct task_struct *tsk,
				    struct fown_struct *fown, int sig)
{
	const struct file *file = bailiff_fown_file(fown);
	const struct cred *owner = bailiff_file(file)->owner;

	if (likely(!owner))
		return 0;
	return judge(owner, tsk,
		     (struct deed){
			     .op = BVM_BIT(TASKS, SIGNAL),
			     .signal = sig ?: SIGIO,
		     });
}

/* ---- limits and scheduling ---- */

static int hook_task_prlimit(const struct cred *cred, const struct cred *tcred,
			     unsigned int flags)
{
	const struct deed deed = { .op = BVM_BIT(TASKS, RLIMIT) };

	return judge_cred(cred, tcred, &deed);
}

/* For another process task_prlimit was asked before. */
static int hook_task_setrlimit(struct task_struct *p, unsigned int resource,
			       struct rlimit *new_rlim)
{
	if (!same_thread_group(p, current))
		return 0;
	return judge_plain(p, BVM_BIT(TASKS, RLIMIT));
}

static int hook_task_setnice(struct task_struct *p, int nice)
{
	return judge_plain(p, BVM_BIT(TASKS, SCHEDULE));
}

static int hook_task_setioprio(struct task_struct *p, int ioprio)
{
	return judge_plain(p, BVM_BIT(TASKS, SCHEDULE));
}

static int hook_task_setscheduler(struct task_struct *p)
{
	return judge_plain(p, BVM_BIT(TASKS, SCHEDULE));
}

static int hook_task_movememory(struct task_struct *p)
{
	return judge_plain(p, BVM_BIT(TASKS, SCHEDULE));
}

static int hook_task_setpgid(struct task_struct *p, pid_t pgid)
{
	return judge_plain(p, BVM_BIT(TASKS, SCHEDULE));
}

static int hook_task_getscheduler(struct task_struct *p)
{
	return judge_plain(p, BVM_BIT(TASKS, INSPECT));
}

static int hook_task_getioprio(struct task_struct *p)
{
	return judge_plain(p, BVM_BIT(TASKS, INSPECT));
}

static int hook_task_getpgid(struct task_struct *p)
{
	return judge_plain(p, BVM_BIT(TASKS, INSPECT));
}

static int hook_task_getsid(struct task_struct *p)
{
	return judge_plain(p, BVM_BIT(TASKS, INSPECT));
}

static struct security_hook_list hooks[] __ro_after_init = {
	LSM_HOOK_INIT(ptrace_access_check, hook_ptrace_access_check),
	LSM_HOOK_INIT(ptrace_traceme, hook_ptrace_traceme),
	LSM_HOOK_INIT(task_kill, hook_task_kill),
	LSM_HOOK_INIT(file_set_fowner, hook_file_set_fowner),
	LSM_HOOK_INIT(file_free_security, hook_file_free_security),
	LSM_HOOK_INIT(file_send_sigiotask, hook_file_send_sigiotask),
	LSM_HOOK_INIT(task_prlimit, hook_task_prlimit),
	LSM_HOOK_INIT(task_setrlimit, hook_task_setrlimit),
	LSM_HOOK_INIT(task_setnice, hook_task_setnice),
	LSM_HOOK_INIT(task_setioprio, hook_task_setioprio),
	LSM_HOOK_INIT(task_setscheduler, hook_task_setscheduler),
	LSM_HOOK_INIT(task_movememory, hook_task_movememory),
	LSM_HOOK_INIT(task_setpgid, hook_task_setpgid),
	LSM_HOOK_INIT(task_getscheduler, hook_task_getscheduler),
	LSM_HOOK_INIT(task_getioprio, hook_task_getioprio),
	LSM_HOOK_INIT(task_getpgid, hook_task_getpgid),
	LSM_HOOK_INIT(task_getsid, hook_task_getsid),
};

void __init bailiff_task_add_hooks(void)
{
	bailiff_add_hooks(hooks);
}
