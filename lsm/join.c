// SPDX-License-Identifier: GPL-2.0-only
/*
 * join.c - entering a domain: at exec by the bound cgroup, or by one's own wish
 *
 * exec comes by here in this order: bprm_creds_for_exec once, which puts the
 * new domain into the credentials that the program will get; then
 * bprm_check_security for the program and for each interpreter of a #! chain,
 * which are judged by those credentials; bprm_creds_from_file once, where the
 * program that will run is named; bprm_committing_creds when nothing can fail
 * any more, where descriptors from outside are judged.
 */
#include <linux/binfmts.h>
#include <linux/fdtable.h>
#include <linux/mm.h>
#include <linux/mutex.h>
#include <linux/sched.h>
#include <linux/sched/signal.h>
#include <linux/seccomp.h>

#include "attach.h"
#include "bind.h"
#include "common.h"
#include "compat.h"
#include "cred.h"
#include "decide.h"
#include "home.h"
#include "inherit.h"
#include "join.h"
#include "kind.h"
#include "origin.h"
#include "path.h"
#include "seen.h"
#include "state.h"
#include "stats.h"
#include "tracees.h"
#include "use.h"

/* What a binding asks of one exec. */
struct order {
	u32 reason; /* enum bvm_reason: the exec fails */
	u32 num; /* slots; with 0 and no reason nothing is asked */
	struct bailiff_slot *slots[BVM_MAX_STACKED]; /* to be joined; owned */
	u64 filter_since[BVM_MAX_STACKED]; /* of what was active then */
	struct bailiff_domain domain; /* without its slot */
	char policy[BVM_MAX_NAME]; /* that the reason is about */
};

/* Is this the version that was named? Without a digest each one is. */
static bool is_wanted(const struct bailiff_policy *active, const u8 *digest)
{
	return !digest || !memcmp(active->digest, digest, BAILIFF_DIGEST_LEN);
}

/* Return: enum bvm_reason. */
static u32 read_bound(const struct bailiff_bound *bound,
		      const struct bailiff_set *set, struct order *order)
{
	const struct bailiff_policy *active = bailiff_slot_active(bound->slot);

	if (!is_wanted(active, bound->pinned ? bound->digest : NULL))
		return BVM_REASON_NO_POLICY;
	if (bailiff_set_has(set, bound->slot, order->domain.cgroup))
		return BVM_REASON_NONE;
	/* Under RCU the binding may be going, and its slot with it. */
	if (!refcount_inc_not_zero(&bound->slot->ref))
		return BVM_REASON_NO_POLICY;
	order->filter_since[order->num] = active->filter_since;
	order->slots[order->num++] = bound->slot;
	return BVM_REASON_NONE;
}

static void read_binding(const struct bailiff_binding *binding,
			 const struct bailiff_set *set, struct order *order)
{
	order->domain.cgroup = binding->cgroup;
	strscpy(order->domain.label, binding->label,
		sizeof(order->domain.label));
	if (!binding->num) {
		strscpy(order->policy, BAILIFF_REFUSE, sizeof(order->policy));
		order->reason = BVM_REASON_REFUSE;
	}
	for (u32 i = 0; i < binding->num && !order->reason; i++) {
		const struct bailiff_bound *bound = &binding->bound[i];

		order->reason = read_bound(bound, set, order);
		if (order->reason)
			strscpy(order->policy, bound->slot->name,
				sizeof(order->policy));
	}
}

static void find_order(const struct bailiff_set *set, struct order *order)
{
	u64 namespace = bailiff_home_mount_namespace(current);
	const struct bailiff_binding *binding;

	memset(order, 0, sizeof(*order));
	rcu_read_lock();
	binding = bailiff_bind_find(current);
	/* The runtime's own programs run in the new cgroup, too. */
	if (binding && (!binding->runtime || binding->runtime != namespace))
		read_binding(binding, set, order);
	rcu_read_unlock();
}

static u32 reason_of_error(long err)
{
	switch (err) {
	case -E2BIG:
		return BVM_REASON_STACK;
	case -ENOENT:
		return BVM_REASON_NO_POLICY;
	case -ENOMEM:
		return BVM_REASON_NO_MEMORY;
	}
	WARN_ON_ONCE(1);
	return BVM_REASON_BROKEN;
}

/*
 * Who starts a program under a policy with a filter of system calls installs
 * it. Which one the caller is under nobody says, but whether he is under one.
 */
static bool lacks_filter(struct bailiff_slot *slot)
{
	return bailiff_slot_is_filtered(slot) &&
	       seccomp_mode(&current->seccomp) != SECCOMP_MODE_FILTER;
}

/*
 * The policy has a domain now, so its filter stays as it is. But after the
 * binding was read that may have been taken away, and the policy have got another
 * filter: the caller is under the one that was to be installed then. So is who
 * enters a version that he names. since is 0 for who names none.
 */
static bool has_other_filter(struct bailiff_slot *slot, u64 since)
{
	return lacks_filter(slot) ||
	       (since && bailiff_slot_filter_since(slot) != since);
}

/* Put the domain into cred. Return: enum bvm_reason. */
static u32 add_domain(struct cred *cred, struct bailiff_domain *domain,
		      u64 filter_since)
{
	struct bailiff_set *set;

	if (bailiff_home_of_current(&domain->home))
		return BVM_REASON_NO_HOME;
	/* Who does not get in begins no start. */
	if (lacks_filter(domain->slot))
		return BVM_REASON_NO_FILTER;
	set = bailiff_set_add(bailiff_cred_set(cred), domain);
	if (IS_ERR(set))
		return reason_of_error(PTR_ERR(set));
	if (has_other_filter(domain->slot, filter_since)) {
		bailiff_set_put(set);
		return BVM_REASON_NO_FILTER;
	}
	bailiff_cred_replace(cred, set);
	return BVM_REASON_NONE;
}

/* The exec fails without a program having said so. */
static int refuse_exec(struct linux_binprm *bprm, const struct order *order)
{
	struct bailiff_request rq BAILIFF_UNSET;

	bailiff_count(join_failures);
	bailiff_request_init(&rq, bprm->cred, bailiff_cred_set(bprm->cred),
			     BVM_CLASS_EXEC);
	bailiff_request_program(&rq, &bprm->file->f_path);
	rq.reason = order->reason;
	return bailiff_decide_join(&rq, order->policy, &order->domain);
}

/*
 * Whoever does not get into all of them gets into none, and begins no start.
 * (What fails later does so for lack of memory, as a policy is unloaded, or for
 * what the task traces.)
 */
static void foresee(const struct bailiff_set *set, struct order *order)
{
	u32 num = set ? set->num : 0;

	if (!order->num || order->reason)
		return;
	strscpy(order->policy, order->slots[0]->name, sizeof(order->policy));
	if (num + order->num > BVM_MAX_STACKED)
		order->reason = BVM_REASON_STACK;
	for (u32 i = 0; i < order->num && !order->reason; i++) {
		if (!lacks_filter(order->slots[i]))
			continue;
		strscpy(order->policy, order->slots[i]->name,
			sizeof(order->policy));
		order->reason = BVM_REASON_NO_FILTER;
	}
}

static void put_slots(struct order *order)
{
	for (u32 i = 0; i < order->num; i++)
		bailiff_slot_put(order->slots[i]);
}

/*
 * All that the binding brings, one on the other. If one fails so does the exec,
 * and what was put into cred goes with it.
 */
static void add_domains(struct cred *cred, struct order *order)
{
	foresee(bailiff_cred_set(cred), order);
	for (u32 i = 0; i < order->num && !order->reason; i++) {
		order->domain.slot = order->slots[i];
		order->reason = add_domain(cred, &order->domain,
					   order->filter_since[i]);
		if (order->reason)
			strscpy(order->policy, order->slots[i]->name,
				sizeof(order->policy));
	}
	order->domain.slot = NULL;
	put_slots(order);
}

static noinline int join_bound(struct linux_binprm *bprm)
{
	struct order order;
	int err;

	find_order(bailiff_cred_set(bprm->cred), &order);
	if (!order.num && !order.reason)
		return 0;
	add_domains(bprm->cred, &order);
	if (order.reason)
		return refuse_exec(bprm, &order);
	err = bailiff_tracees_judge(bprm->cred);
	if (err)
		bailiff_count(join_failures);
	else
		bailiff_count(joins);
	return err;
}

static int hook_bprm_creds_for_exec(struct linux_binprm *bprm)
{
	if (!bailiff_bind_count())
		return 0;
	return join_bound(bprm);
}

/* exec sets it when a file turns out to be one for another program. */
static bool is_interpreter(const struct linux_binprm *bprm)
{
	return bprm->interp != bprm->filename;
}

static int judge_with_args(const struct linux_binprm *bprm,
			   struct bailiff_request *rq)
{
	struct bailiff_args args;
	int err;

	bailiff_args_copy(bprm, &args);
	rq->args = &args;
	/* He runs nothing more, and that is nobody's denial. */
	if (args.reason == BVM_REASON_BROKEN && fatal_signal_pending(current))
		err = -EINTR;
	else
		err = bailiff_decide(rq);
	bailiff_args_drop(&args);
	return err;
}

/*
 * The domains whose container starts when this file is executed. It must have
 * a name, and one in the domain's home root; as for rules of exec, that is the
 * program or any interpreter of it.
 */
static u32 find_starts(const struct path *path, const struct bailiff_set *set)
{
	struct bailiff_name name BAILIFF_UNSET;
	struct bailiff_view view BAILIFF_UNSET;
	u32 starts = 0;

	if (likely(!bailiff_set_waits(set)) || bailiff_path_is_nowhere(path))
		return 0;
	rcu_read_lock();
	view.num = set->num;
	for (u32 i = 0; i < set->num; i++)
		view.policy[i] = bailiff_slot_active(set->domain[i].slot);
	bailiff_path_walk(path, BAILIFF_WALK_START, &view, &name);
	for (u32 i = 0; i < set->num && !name.reason; i++)
		if (name.fed[i].accept &&
		    bailiff_home_same(&name.home, &set->domain[i].home) &&
		    bailiff_state_waits(set->domain[i].state, view.policy[i]))
			starts |= BIT(i);
	rcu_read_unlock();
	return starts;
}

static int hook_bprm_check_security(struct linux_binprm *bprm)
{
	const struct bailiff_set *set = bailiff_cred_set(bprm->cred);
	struct bailiff_request rq BAILIFF_UNSET;
	int err;

	if (likely(!set))
		return 0;
	bailiff_cred(bprm->cred)->starts |=
		find_starts(&bprm->file->f_path, set);
	/* To run a memory file is to read it. */
	err = bailiff_origin_judge(&bprm->file->f_path, bprm->cred, set);
	if (err)
		return err;
	if (!is_interpreter(bprm) &&
	    bailiff_seen_passes(bprm->cred, &bprm->file->f_path,
				BAILIFF_SEEN_EXEC, 0))
		return 0;
	bailiff_request_init(&rq, bprm->cred, set, BVM_CLASS_EXEC);
	rq.ops = BVM_BIT(EXEC, EXEC);
	rq.ctx.exec.chain = is_interpreter(bprm);
	rq.seen = !rq.ctx.exec.chain;
	bailiff_request_program(&rq, &bprm->file->f_path);
	err = bailiff_decide(&rq);
	return err == -EAGAIN ? judge_with_args(bprm, &rq) : err;
}

/*
 * The last hook that can fail, and the file is the one that will run: from here
 * on it is the exe.
 */
static int hook_bprm_creds_from_file(struct linux_binprm *bprm,
				     BAILIFF_CONST_FROM_FILE struct file *file)
{
	const struct bailiff_set *set = bailiff_cred_set(bprm->cred);
	struct bailiff_request rq BAILIFF_UNSET;
	struct bailiff_exe *exe;
	int err;

	if (likely(!set))
		return 0;
	if (!bailiff_exe_find(bprm->file, &exe)) {
		bailiff_cred_replace_exe(bprm->cred, exe);
		return 0;
	}
	bailiff_request_init(&rq, bprm->cred, set, BVM_CLASS_EXEC);
	rq.ops = BVM_BIT(EXEC, EXEC);
	rq.reason = BVM_REASON_NO_MEMORY;
	bailiff_request_program(&rq, &bprm->file->f_path);
	err = bailiff_decide(&rq);
	/* in audit mode too: a program whose name is not known would run */
	return err ?: -ENOMEM;
}

/* Start the containers that this exec starts. Were there any? */
static bool start_containers(struct bailiff_cred *cred)
{
	unsigned long starts = cred->starts;
	u32 i;

	cred->starts = 0;
	for_each_set_bit(i, &starts, BVM_MAX_STACKED)
		bailiff_state_start(cred->set->domain[i].state);
	return starts;
}

/*
 * The table of descriptors is the caller's alone by now. Files that come from
 * outside, or were opened while the container waited, are judged as at their
 * next use; of its own pipes and sockets there is nothing to judge here.
 */
static void
hook_bprm_committing_creds(BAILIFF_CONST_BPRM struct linux_binprm *bprm)
{
	const struct bailiff_set *set = bailiff_cred_set(bprm->cred);

	if (!set)
		return;
	if (start_containers(bailiff_cred(bprm->cred)) ||
	    set != bailiff_current_set())
		bailiff_inherit_sweep(bprm->cred);
}

/*
 * Who was unconfined has no exe yet. Of one who confines himself that of the
 * memory map is as good.
 */
static int name_program(struct cred *cred)
{
	struct bailiff_exe *exe;
	struct file *file;
	int err;

	if (bailiff_cred_set(cred))
		return 0;
	file = get_task_exe_file(current);
	if (!file)
		return 0;
	err = bailiff_exe_find(file, &exe);
	fput(file);
	if (!err)
		bailiff_cred_replace_exe(cred, exe);
	return err;
}

/*
 * Of one who does not ask for it, it is not: PR_SET_MM lets him pose as another.
 * Until his next exec, what rules ask about the program has no answer.
 */
static int leave_unnamed(struct cred *cred)
{
	struct bailiff_exe *exe;

	if (bailiff_cred_set(cred))
		return 0;
	exe = bailiff_exe_unknown();
	if (!exe)
		return -ENOMEM;
	bailiff_cred_replace_exe(cred, exe);
	return 0;
}

static int error_of_reason(u32 reason)
{
	switch (reason) {
	case BVM_REASON_STACK:
		return -E2BIG;
	case BVM_REASON_NO_MEMORY:
		return -ENOMEM;
	case BVM_REASON_NO_FILTER:
		return -EACCES;
	}
	return -ENOENT;
}

static int enter(struct bailiff_slot *slot, u64 filter_since, struct file *file)
{
	struct bailiff_domain domain = { .slot = slot };
	struct cred *cred;
	u32 reason;
	int err;

	cred = prepare_creds();
	if (!cred)
		return -ENOMEM;
	err = name_program(cred) ?: unshare_files();
	if (err) {
		abort_creds(cred);
		return err;
	}
	reason = add_domain(cred, &domain, filter_since);
	if (reason) {
		abort_creds(cred);
		/* under one, but under that of another version */
		return reason == BVM_REASON_NO_FILTER && !lacks_filter(slot) ?
			       -ESTALE :
			       error_of_reason(reason);
	}
	if (bailiff_tracees_judge(cred)) {
		abort_creds(cred);
		return -EBUSY;
	}
	/* The reply to the message that brought us here is read from it. */
	bailiff_file(file)->stamp = bailiff_set_stamp(bailiff_cred_set(cred));
	commit_creds(cred);
	bailiff_inherit_sweep(current_cred());
	bailiff_count(joins);
	return 0;
}

/* By what is mapped one tells the poller of a ring what to do. */
static bool has_ring_mapped(void)
{
	bool found = false;
#ifdef CONFIG_IO_URING
	struct mm_struct *mm = current->mm;
	struct vm_area_struct *vma;
	VMA_ITERATOR(vmi, mm, 0);

	if (!mm)
		return false;
	mmap_read_lock(mm);
	for_each_vma(vmi, vma)
		found |= vma->vm_file && bailiff_kind_of_file(vma->vm_file) ==
						 BVM_KIND_IO_URING;
	mmap_read_unlock(mm);
#endif
	return found;
}

/*
 * Does the caller have a ring? By its personalities it acts as before, and one
 * that is registered is not in the table of files. A child that inherited one
 * has none of its own, but may have it mapped.
 */
static bool has_rings(void)
{
#ifdef CONFIG_IO_URING
	if (current->io_uring)
		return true;
#endif
	return has_ring_mapped();
}

/*
 * From now on a replacement is one of a policy that is entered, unless it brings
 * another filter: *filter_since tells that, and is 0 without a digest.
 */
static bool is_wanted_now(struct bailiff_slot *slot, const u8 *digest,
			  u64 *filter_since)
{
	const struct bailiff_policy *active;
	bool wanted;

	rcu_read_lock();
	active = bailiff_slot_active(slot);
	wanted = is_wanted(active, digest);
	*filter_since = digest ? active->filter_since : 0;
	rcu_read_unlock();
	return wanted;
}

int bailiff_join_self(struct bailiff_slot *slot, const u8 *digest,
		      struct file *file)
{
	u64 filter_since;
	int err = -EBUSY;

	if (!is_wanted_now(slot, digest, &filter_since))
		return -ESTALE;
	/* Workers act with the credentials of others. */
	if (current->flags & (PF_KTHREAD | PF_IO_WORKER | PF_USER_WORKER))
		return -EBUSY;
	/* So do rings. (An exec that joins ends all, and what is mapped.) */
	if (has_rings())
		return -EBUSY;
	if (mutex_lock_interruptible(&current->signal->cred_guard_mutex))
		return -EINTR;
	if (current_cred() == current_real_cred() &&
	    current_is_single_threaded())
		err = bailiff_set_has(bailiff_current_set(), slot, 0) ?
			      0 :
			      enter(slot, filter_since, file);
	mutex_unlock(&current->signal->cred_guard_mutex);
	return err;
}

/* Return: has the caller joined? */
static bool join_order(struct order *order)
{
	struct cred *cred = NULL;

	if (!order->reason && current_cred() == current_real_cred())
		cred = prepare_creds();
	if (!cred || leave_unnamed(cred)) {
		put_slots(order);
		order->reason = BVM_REASON_NO_MEMORY; /* or another */
	} else {
		add_domains(cred, order);
	}
	/* Who traces what he may not goes on as he is, and is counted. */
	if (!order->reason && bailiff_tracees_judge(cred))
		order->reason = BVM_REASON_NO_MEMORY; /* or another */
	if (order->reason && cred)
		abort_creds(cred);
	else if (cred)
		commit_creds(cred);
	return !order->reason;
}

/* A child is under the same filter, set and root, but traces nobody. */
static bool is_inherited(u32 reason)
{
	return reason && reason != BVM_REASON_NO_MEMORY;
}

bool bailiff_join_current(void)
{
	struct order order;

	/* In an exec that ends its rings, the caller has the mutex himself. */
	if (has_rings()) {
		bailiff_count(join_failures);
		return has_ring_mapped();
	}
	/* An exec that waits for its other threads to end holds it. */
	if (mutex_lock_killable(&current->signal->cred_guard_mutex))
		return false;
	find_order(bailiff_current_set(), &order);
	if (order.num && join_order(&order))
		bailiff_count(joins);
	else if (order.num)
		bailiff_count(join_failures);
	mutex_unlock(&current->signal->cred_guard_mutex);
	return order.num && is_inherited(order.reason);
}

static struct security_hook_list hooks[] __ro_after_init = {
	LSM_HOOK_INIT(bprm_creds_for_exec, hook_bprm_creds_for_exec),
	LSM_HOOK_INIT(bprm_check_security, hook_bprm_check_security),
	LSM_HOOK_INIT(bprm_creds_from_file, hook_bprm_creds_from_file),
	LSM_HOOK_INIT(bprm_committing_creds, hook_bprm_committing_creds),
};

void __init bailiff_join_add_hooks(void)
{
	bailiff_add_hooks(hooks);
}

#ifdef CONFIG_SECURITY_BAILIFF_KUNIT_TEST
#include "join_test.c"
#endif
