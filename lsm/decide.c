// SPDX-License-Identifier: GPL-2.0-only
/*
 * decide.c - the one place where it is decided
 *
 * Whatever a hook or a helper finds out that is not a verdict arrives here as
 * a reason, and reasons deny. Nothing here depends on memory or on a reader.
 */
#include <linux/ktime.h>
#include <linux/rcupdate.h>

#include "decide.h"
#include "detached.h"
#include "event.h"
#include "known.h"
#include "memo.h"
#include "names.h"
#include "path.h"
#include "policy.h"
#include "seen.h"
#include "state.h"
#include "stats.h"
#include "task.h"
#include "trace.h"
#include "vm/rights.h"

/* One domain's answer to one operation. */
struct answer {
	u32 reason; /* enum bvm_reason; NONE: allowed */
	u32 verdict; /* of the program, 0 if it was not asked */
};

/* One request before all domains: the same names and policies throughout. */
struct hearing {
	const struct bailiff_request *rq;
	const struct bailiff_view *view;
	bool named; /* name was walked */
	struct bailiff_name name;
	struct bailiff_name *source; /* of mounts, if rq->sourced, else NULL */
	u32 *plain; /* number of what allowed it without a record; or NULL */
};

#define NOT_PLAIN U32_MAX

/* A program may answer any word: only what the operation's callers can stand. */
static u32 errno_of(const struct bailiff_request *rq, u32 op,
		    const struct answer *answer)
{
	u32 err = bvm_verdict_errno(answer->verdict);

	if (answer->reason == BVM_REASON_RULE &&
	    bvm_errno_fits(rq->class, op, err))
		return err;
	return bvm_errno_of_class(rq->class);
}

static void look(const struct bailiff_set *set, struct bailiff_view *view)
{
	view->num = set->num;
	for (u32 i = 0; i < set->num; i++)
		view->policy[i] = bailiff_slot_active(set->domain[i].slot);
}

static bool is_judged_by_name(const struct bailiff_request *rq)
{
	return rq->path &&
	       (rq->class == BVM_CLASS_FILES || rq->class == BVM_CLASS_EXEC ||
		rq->class == BVM_CLASS_NETWORK ||
		rq->class == BVM_CLASS_MOUNTS);
}

/*
 * Do the i-th domain's rules for the class speak of names? Where they do not,
 * a program may ask for one all the same; what has none is then of row 0.
 */
static bool asks_for_name(const struct hearing *h, u32 i)
{
	const struct bailiff_policy *policy = h->view->policy[i];

	return policy->path_rules &&
	       (policy->ruled_classes & BIT(h->rq->class));
}

/* Why the name alone denies; NONE where it does not, or does not matter. */
static u32 reason_of_name(const struct hearing *h, u32 i)
{
	const struct bailiff_home *home = &h->rq->set->domain[i].home;

	if (!is_judged_by_name(h->rq) || !asks_for_name(h, i))
		return BVM_REASON_NONE;
	if (h->name.reason)
		return h->name.reason;
	if (!bailiff_home_same(&h->name.home, home))
		return BVM_REASON_FOREIGN;
	return BVM_REASON_NONE;
}

/* What the policy keeps for the container. False: an invariant is broken. */
static bool give_slots(const struct hearing *h, u32 i, struct bvm_run *run)
{
	const struct bailiff_policy *policy = h->view->policy[i];

	if (!policy->image.meta->num_slots)
		return true;
	run->now_ns = ktime_get_ns();
	run->slots = bailiff_state_words(h->rq->set->domain[i].state, policy);
	return run->slots;
}

/* Does the class's program look at texts, such as the caller's path? */
static bool asks_texts(const struct hearing *h, u32 i)
{
	return h->view->policy[i]->text_classes & BIT(h->rq->class);
}

/* Why the caller's program cannot be judged by its name, or NONE. */
static u32 reason_of_exe(const struct hearing *h, u32 i)
{
	const u32 asking = h->view->policy[i]->exe_classes;

	return h->rq->exe && (asking & BIT(h->rq->class)) ? h->rq->exe->reason :
							    BVM_REASON_NONE;
}

static bool asks_args(const struct hearing *h, u32 i)
{
	return h->rq->class == BVM_CLASS_EXEC && !h->rq->ctx.exec.chain &&
	       h->view->policy[i]->asks_args;
}

/* Must the arguments be copied first? That sleeps. */
static bool lacks_args(const struct hearing *h)
{
	for (u32 i = 0; i < h->view->num; i++)
		if (!h->rq->args && !h->rq->reason && asks_args(h, i))
			return true;
	return false;
}

static u32 reason_of_args(const struct hearing *h, u32 i)
{
	if (!h->rq->args || !asks_args(h, i))
		return BVM_REASON_NONE;
	return h->rq->args->reason;
}

static void give_walked(struct bvm_str *str, const struct bailiff_name *name,
			u32 i)
{
	str->walked = true;
	str->accept = name->fed[i].accept;
	str->state = name->fed[i].state;
}

/* What a mount has beside the mount point: the source, the type. */
static void give_mount(const struct hearing *h, u32 i, struct bvm_run *run)
{
	const struct bailiff_request *rq = h->rq;
	struct bvm_str *source = &run->strings[BVM_STR_SOURCE - 1];
	struct bvm_str *text = &run->strings[BVM_STR_TEXT - 1];

	text->bytes = rq->fstype;
	text->len = rq->fstype ? strlen(rq->fstype) : 0;
	run->ctx.mounts.text = rq->fstype ? BVM_STR_TEXT : 0;
	run->ctx.mounts.path = rq->path ? BVM_STR_PATH : 0;
	run->ctx.mounts.source = BVM_STR_SOURCE;
	if (!rq->path)
		run->ctx.mounts.nameless |= 1;
	source->bytes = rq->source_name;
	source->len = rq->source_name ? strlen(rq->source_name) : 0;
	if (rq->source_name)
		return;
	if (rq->sourced && !h->source->reason)
		give_walked(source, h->source, i);
	else
		run->ctx.mounts.nameless |= 2;
	/* whoever asks for it all the same gets the row of no pattern */
	source->walked = true;
}

static u32 run_program(const struct hearing *h, u32 op, u32 i)
{
	const struct bailiff_policy *policy = h->view->policy[i];
	const struct bailiff_request *rq = h->rq;
	struct bvm_run run = {
		.image = &policy->image,
		.argv = rq->args ? rq->args->bytes : "",
		.argv_len = rq->args ? rq->args->len : 0,
		.ctx = rq->ctx,
	};

	run.ctx.op = op;
	if (WARN_ON_ONCE(!bvm_ctx_keeps_promises(rq->class, &run.ctx)))
		return BVM_VERDICT_BROKEN;
	if (h->named)
		give_walked(&run.strings[BVM_STR_PATH - 1], &h->name, i);
	if (asks_texts(h, i))
		bailiff_exe_give(rq->exe, &rq->set->domain[i].home, rq->class,
				 &run);
	run.strings[BVM_STR_TEXT - 1] = rq->text;
	run.strings[BVM_STR_PEER - 1] = rq->peer_name;
	if (rq->class == BVM_CLASS_MOUNTS)
		give_mount(h, i, &run);
	if (!give_slots(h, i, &run))
		return BVM_VERDICT_BROKEN;
	return bailiff_prog_run(&policy->prog[rq->class], &run, rq->class);
}

/* The verdict of the class's program, which is run unless its answer is known. */
static u32 ask_program(const struct hearing *h, u32 op, u32 i)
{
	const struct bailiff_policy *policy = h->view->policy[i];
	const struct bailiff_memo_key key = {
		.generation = policy->generation,
		.class = h->rq->class,
		.op = op,
		.row = h->named ? h->name.fed[i].accept : 0,
		.ctx = &h->rq->ctx,
	};
	u32 verdict;

	if (!(policy->memo_classes & BIT(key.class)))
		return run_program(h, op, i);
	if (bailiff_memo_find(&key, &verdict))
		return verdict;
	verdict = run_program(h, op, i);
	/* A fault is no answer. */
	if (verdict != BVM_VERDICT_BROKEN)
		bailiff_memo_keep(&key, verdict);
	return verdict;
}

/*
 * Whoever controls a task has its rights: of one that is confined less that
 * needs a rule, whatever the default is.
 */
static bool takes_over(const struct bailiff_request *rq, u32 op)
{
	return rq->class == BVM_CLASS_TASKS && op == BVM_OP_TASKS_TRACE &&
	       rq->ctx.tasks.peer != BVM_PEER_SELF;
}

static bool gains(const struct bvm_image *image,
		  const struct bailiff_name *from,
		  const struct bailiff_name *to, u32 i, bool is_tree)
{
	/* of what has no name it is not known */
	if (from->reason || to->reason)
		return image->rights_dfa < image->num_tables;
	if (is_tree && bvm_rights_gained_below(image, from->fed[i].below,
					       to->fed[i].below))
		return true;
	return bvm_rights_gained(image, from->fed[i].state, to->fed[i].state);
}

/*
 * A mount that is allowed must not make names tell a lie: a tree that has a
 * name already must not get one that gives more.
 */
static u32 reason_of_mount(const struct hearing *h, u32 op, u32 i)
{
	const struct bailiff_policy *policy = h->view->policy[i];
	const struct bailiff_request *rq = h->rq;
	const struct bailiff_home *home = &rq->set->domain[i].home;

	if (!policy->path_rules)
		return BVM_REASON_NONE;
	/* The old root would get a second name, below the new one. */
	if (op == BVM_OP_MOUNTS_PIVOT_ROOT &&
	    d_backing_inode(rq->path->dentry) == home->inode)
		return BVM_REASON_MOUNT;
	if (!rq->sourced)
		return rq->renames ? BVM_REASON_MOUNT : BVM_REASON_NONE;
	if (rq->renames && bailiff_path_is_detached(rq->second))
		return bailiff_detached_reason(rq->second, h->view, i, home,
					       &h->name);
	if (h->source->reason)
		return h->source->reason;
	if (!bailiff_home_same(&h->source->home, home))
		return BVM_REASON_FOREIGN;
	if (rq->renames && gains(&policy->image, h->source, &h->name, i,
				 d_is_dir(rq->second->dentry)))
		return BVM_REASON_WIDENS;
	return BVM_REASON_NONE;
}

static struct answer answer_of(const struct hearing *h, u32 op, u32 i)
{
	const struct bailiff_policy *policy = h->view->policy[i];
	struct answer a = { .reason = h->rq->reason };
	u32 rule;

	if (!a.reason)
		a.reason = reason_of_name(h, i);
	if (!a.reason)
		a.reason = reason_of_exe(h, i);
	if (!a.reason)
		a.reason = reason_of_args(h, i);
	if (a.reason)
		return a;
	a.verdict = ask_program(h, op, i);
	rule = bvm_verdict_rule(a.verdict);
	/* no fault of ours: a program may answer any word */
	if (rule > policy->image.num_rules) {
		a.reason = BVM_REASON_BROKEN;
		return a;
	}
	rule = bvm_nospec(rule, policy->image.num_rules + 1);
	bailiff_hits_count(policy->hits, rule);
	if (a.verdict & BVM_VERDICT_DENY)
		a.reason = rule ? BVM_REASON_RULE : BVM_REASON_DEFAULT;
	else if (!rule && h->rq->class == BVM_CLASS_MOUNTS &&
		 policy->path_rules)
		a.reason = BVM_REASON_MOUNT;
	else if (!rule && takes_over(h->rq, op))
		a.reason = BVM_REASON_DEFAULT;
	else if (h->rq->class == BVM_CLASS_MOUNTS)
		a.reason = reason_of_mount(h, op, i);
	return a;
}

static struct bailiff_record record_of(const struct hearing *h, u32 op, u32 i,
				       const struct answer *a, u32 outcome)
{
	struct bailiff_record record = {
		.outcome = outcome,
		.class = h->rq->class,
		.op = op,
		.reason = a->reason,
		.policy = h->view->policy[i],
		.domain = &h->rq->set->domain[i],
		.request = h->rq,
	};
	bool by_rule = !a->reason || a->reason == BVM_REASON_RULE;

	if (by_rule)
		record.rule = bvm_verdict_rule(a->verdict);
	if (outcome == BAILIFF_EVENT_ENFORCED)
		record.err = errno_of(h->rq, op, a);
	return record;
}

/* Apart from what most requests come by: a record is large. */
static noinline void record(const struct hearing *h, u32 op, u32 i,
			    const struct answer *a, u32 outcome)
{
	struct bailiff_record record = record_of(h, op, i, a, outcome);

	bailiff_event_emit(&record);
}

static noinline void record_trace(const struct hearing *h, u32 op, u32 i,
				  const struct answer *a, u32 outcome)
{
	struct bailiff_record record = record_of(h, op, i, a, outcome);

	bailiff_event_trace(&record);
}

/* What is decided is the same, whether anybody looks on or not. */
static void trace(const struct hearing *h, u32 op, u32 i,
		  const struct answer *a, u32 outcome)
{
	if (!h->rq->silent && bailiff_trace_wants(&h->rq->set->domain[i]))
		record_trace(h, op, i, a, outcome);
}

static u32 outcome_of(bool waits, bool audit)
{
	if (waits)
		return BAILIFF_EVENT_WAITING;
	return audit ? BAILIFF_EVENT_WOULD_DENY : BAILIFF_EVENT_ENFORCED;
}

/*
 * A domain says no: count, record, punish. Return: 0 in audit mode, and while
 * the container has not started.
 */
static int deny(const struct hearing *h, u32 op, u32 i, const struct answer *a)
{
	const struct bailiff_policy *policy = h->view->policy[i];
	bool waits = bailiff_state_waits(h->rq->set->domain[i].state, policy);
	bool audit = waits ||
		     (READ_ONCE(policy->audit_classes) & BIT(h->rq->class));
	bool quiet = a->reason == BVM_REASON_RULE &&
		     (a->verdict & BVM_VERDICT_QUIET);

	if (waits && h->rq->waived)
		*h->rq->waived = true;
	if (audit && h->rq->again)
		return 0;
	bailiff_count(reason[a->reason]);
	if (audit) {
		bailiff_count(would_deny);
	} else {
		bailiff_count(denied);
		bailiff_count(denied_class[h->rq->class]);
	}
	if (!h->rq->silent && !quiet)
		record(h, op, i, a, outcome_of(waits, audit));
	trace(h, op, i, a, outcome_of(waits, audit));
	if (audit)
		return 0;
	if (a->reason == BVM_REASON_RULE && (a->verdict & BVM_VERDICT_KILL) &&
	    h->rq->cred == current_cred())
		bailiff_kill_current();
	return -(int)errno_of(h->rq, op, a);
}

/* What an answer means for whoever asked. Return: 0 or -errno. */
static int act_on(const struct hearing *h, u32 op, u32 i,
		  const struct answer *a)
{
	u32 outcome = BAILIFF_EVENT_ALLOWED;

	if (a->reason)
		return deny(h, op, i, a);
	if (a->verdict & BVM_VERDICT_AUDIT)
		outcome = BAILIFF_EVENT_AUDITED;
	else if (h->plain)
		*h->plain = bvm_verdict_rule(a->verdict);
	if (outcome == BAILIFF_EVENT_AUDITED && !h->rq->silent)
		record(h, op, i, a, outcome);
	trace(h, op, i, a, outcome);
	return 0;
}

/* All operations before the i-th domain; the first one denied ends it. */
static int ask(const struct hearing *h, u32 i)
{
	for (u64 ops = h->rq->ops; ops; ops &= ops - 1) {
		u32 op = __ffs64(ops);
		struct answer a = answer_of(h, op, i);
		int err = act_on(h, op, i, &a);

		if (err)
			return err;
	}
	return 0;
}

/* by_name: the name is walked, whether a rule asks for it or not. */
static void begin(struct hearing *h, const struct bailiff_request *rq,
		  const struct bailiff_view *view, bool by_name)
{
	h->rq = rq;
	h->view = view;
	h->source = NULL;
	h->plain = NULL;
	h->named = by_name && is_judged_by_name(rq);
	if (h->named)
		bailiff_path_walk(rq->path, rq->walk, view, &h->name);
}

/*
 * Does anybody look at the name, by a rule or in a program? Of mounts somebody
 * always does: they must not make names tell a lie.
 */
static bool is_name_asked(const struct bailiff_request *rq,
			  const struct bailiff_view *view)
{
	if (rq->class == BVM_CLASS_MOUNTS)
		return true;
	for (u32 i = 0; i < view->num; i++)
		if (view->policy[i]->named_classes & BIT(rq->class))
			return true;
	return false;
}

static void open_hearing(struct hearing *h, const struct bailiff_request *rq,
			 const struct bailiff_view *view)
{
	begin(h, rq, view, is_name_asked(rq, view));
}

int bailiff_decide(const struct bailiff_request *rq)
{
	struct bailiff_name source BAILIFF_UNSET;
	struct bailiff_view view BAILIFF_UNSET;
	struct hearing h BAILIFF_UNSET;
	u32 plain = NOT_PLAIN;
	int ret = 0;

	if (!rq->path && !rq->reason && is_power_of_2(rq->ops) &&
	    bailiff_known(rq->set, rq->class, __ffs64(rq->ops), &rq->ctx))
		return 0;
	rcu_read_lock();
	look(rq->set, &view);
	h.rq = rq;
	h.view = &view;
	if (lacks_args(&h)) {
		rcu_read_unlock();
		return -EAGAIN;
	}
	open_hearing(&h, rq, &view);
	if (rq->class == BVM_CLASS_MOUNTS && rq->sourced) {
		bailiff_path_walk(rq->second, 0, &view, &source);
		h.source = &source;
	}
	if (rq->seen && h.named && view.num == 1)
		h.plain = &plain;
	/* Everyone is asked: what a later domain would deny is recorded too. */
	for (u32 i = 0; i < view.num; i++) {
		int err = ask(&h, i);

		ret = ret ?: err;
	}
	if (plain != NOT_PLAIN && !ret)
		bailiff_seen_keep(rq, view.policy[0], &h.name, plain);
	rcu_read_unlock();
	return ret;
}

/* Is what was walked a name in the home root of the i-th domain? */
static bool is_name_for(const struct hearing *h, u32 i)
{
	switch (h->name.reason) {
	case BVM_REASON_NONE:
		return bailiff_home_same(&h->name.home,
					 &h->rq->set->domain[i].home);
	case BVM_REASON_DISCONNECTED:
		return false; /* unmounted meanwhile */
	}
	return true; /* it denies */
}

/* Ask those domains that one more name concerns; asked: bits of domains. */
static int ask_about_name(const struct hearing *h, u32 *asked)
{
	int ret = 0;

	for (u32 i = 0; i < h->view->num; i++) {
		int err;

		if (asks_for_name(h, i) ? !is_name_for(h, i) : *asked & BIT(i))
			continue;
		*asked |= BIT(i);
		err = ask(h, i);
		ret = ret ?: err;
	}
	return ret;
}

/* Who was asked about no name needs none, or denies. */
static int ask_without_name(const struct hearing *h, u32 asked, bool many)
{
	const struct answer no = {
		.reason = many ? BVM_REASON_MANY_NAMES : BVM_REASON_NAMELESS,
	};
	u32 op = __ffs64(h->rq->ops);
	int ret = 0;

	for (u32 i = 0; i < h->view->num; i++) {
		int err;

		if (asked & BIT(i))
			continue;
		err = asks_for_name(h, i) ? deny(h, op, i, &no) : ask(h, i);
		ret = ret ?: err;
	}
	return ret;
}

int bailiff_decide_names(struct bailiff_request *rq, struct dentry *dentry)
{
	struct path path = { .dentry = dentry };
	struct bailiff_names names;
	struct bailiff_view view BAILIFF_UNSET;
	struct hearing h BAILIFF_UNSET;
	u32 asked = 0;
	int ret = 0;
	int err;

	rcu_read_lock();
	look(rq->set, &view);
	bailiff_names_find(dentry, rq->set, &names);
	for (u32 k = 0; !names.many && k < names.num; k++) {
		path.mnt = names.mnt[k];
		bailiff_request_path(rq, &path, 0);
		begin(&h, rq, &view, true);
		err = ask_about_name(&h, &asked);
		ret = ret ?: err;
	}
	rq->path = NULL;
	begin(&h, rq, &view, true);
	err = ask_without_name(&h, asked, names.many);
	rcu_read_unlock();
	return ret ?: err;
}

/* Would the i-th domain allow more under the new name, or below it? */
static bool widens(const struct hearing *from, const struct hearing *to, u32 i,
		   enum bailiff_move move)
{
	return gains(&from->view->policy[i]->image, &from->name, &to->name, i,
		     move == BAILIFF_MOVE_DIR);
}

int bailiff_decide_move(const struct bailiff_request *from,
			const struct bailiff_request *to,
			enum bailiff_move move)
{
	struct bailiff_view view BAILIFF_UNSET;
	struct hearing old BAILIFF_UNSET, new BAILIFF_UNSET;
	int ret = 0;

	rcu_read_lock();
	look(from->set, &view);
	begin(&old, from, &view, true);
	begin(&new, to, &view, true);
	for (u32 i = 0; i < view.num; i++) {
		static const struct answer wider = {
			.reason = BVM_REASON_WIDENS,
		};
		int err = ask(&old, i);

		err = err ?: ask(&new, i);
		if (!err && widens(&old, &new, i, move))
			err = deny(&old, __ffs64(from->ops), i, &wider);
		ret = ret ?: err;
	}
	rcu_read_unlock();
	return ret;
}

int bailiff_decide_join(const struct bailiff_request *rq, const char *policy,
			const struct bailiff_domain *domain)
{
	struct bailiff_record record = {
		.outcome = BAILIFF_EVENT_ENFORCED,
		.class = rq->class,
		.op = BVM_OP_EXEC_EXEC,
		.reason = rq->reason,
		.err = EACCES,
		.policy_name = policy,
		.domain = domain,
		.request = rq,
	};

	bailiff_count(reason[rq->reason]);
	bailiff_count(denied);
	bailiff_count(denied_class[rq->class]);
	bailiff_event_emit(&record);
	rcu_read_lock();
	if (bailiff_trace_wants_join(domain->cgroup, policy))
		bailiff_event_trace(&record);
	rcu_read_unlock();
	return -EACCES;
}

#ifdef CONFIG_SECURITY_BAILIFF_TEST
void bailiff_decide_named(const struct bailiff_request *rq,
			  const struct bailiff_view *view,
			  const struct bailiff_name *name,
			  struct bailiff_name *source,
			  struct bailiff_decision *out)
{
	const struct hearing h = {
		.rq = rq,
		.view = view,
		.named = is_judged_by_name(rq),
		.name = *name,
		.source = source,
	};
	const u32 op = __ffs64(rq->ops);
	const struct answer a = answer_of(&h, op, 0);

	out->verdict = a.verdict;
	out->reason = a.reason;
	out->err = act_on(&h, op, 0, &a);
}
#endif
