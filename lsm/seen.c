// SPDX-License-Identifier: GPL-2.0-only
/*
 * seen.c - what each CPU has just let pass, by the object itself
 */
#include <linux/dcache.h>
#include <linux/fs.h>
#include <linux/hash.h>
#include <linux/percpu.h>
#include <linux/rcupdate.h>
#include <linux/sched.h>

#include "compat.h"
#include "cred.h"
#include "hits.h"
#include "path.h"
#include "place.h"
#include "policy.h"
#include "seen.h"
#include "trace.h"

#define ENTRIES_BITS 6

/* The caller, as rules see him. */
struct ids {
	u32 uid;
	u32 gid;
	u32 host_uid;
	bool no_new_privs;
};

/* Of one CPU, with preemption off: no interrupt opens files. */
struct entry {
	struct bailiff_place place;
	u64 set; /* id */
	u64 generation;
	u64 ops;
	struct ids ids;
	u32 walk;
	u32 rule;
	umode_t kind; /* S_IFMT */
	bool owner; /* the caller owns the object */
};

static DEFINE_PER_CPU(struct entry[1 << ENTRIES_BITS], seen);

static struct entry *entry_of(const struct dentry *dentry, u64 ops)
{
	return &this_cpu_ptr(
		seen)[hash_64((uintptr_t)dentry ^ ops, ENTRIES_BITS)];
}

static bool same_caller(const struct entry *entry, const struct cred *cred)
{
	return entry->ids.host_uid == __kuid_val(cred->fsuid) &&
	       entry->ids.uid == bailiff_shown_uid(cred, cred->fsuid) &&
	       entry->ids.gid == bailiff_shown_gid(cred, cred->fsgid) &&
	       entry->ids.no_new_privs == task_no_new_privs(current);
}

static bool owns(const struct cred *cred, const struct inode *inode)
{
	return uid_eq(inode->i_uid, cred->fsuid);
}

static bool same_object(const struct entry *entry, const struct path *path,
			const struct cred *cred)
{
	const struct inode *inode = d_backing_inode(path->dentry);

	return inode && (inode->i_mode & S_IFMT) == entry->kind &&
	       owns(cred, inode) == entry->owner &&
	       ((entry->walk & BAILIFF_WALK_UNLINKED) ||
		!d_unlinked(path->dentry));
}

bool bailiff_seen_passes(const struct cred *cred, const struct path *path,
			 u64 ops, u32 walk)
{
	const struct bailiff_set *set = bailiff_cred_set(cred);
	const struct bailiff_policy *policy;
	struct bailiff_moves moves;
	struct entry *entry;
	bool passes;

	if (set->num != 1 || static_branch_unlikely(&bailiff_tracing))
		return false;
	moves = bailiff_moves_read();
	rcu_read_lock();
	preempt_disable();
	policy = bailiff_slot_active(set->domain[0].slot);
	entry = entry_of(path->dentry, ops);
	passes = bailiff_place_is(&entry->place, path, moves) &&
		 entry->ops == ops && entry->walk == walk &&
		 entry->set == set->id &&
		 entry->generation == policy->generation &&
		 same_caller(entry, cred) && same_object(entry, path, cred);
	if (passes)
		bailiff_hits_count(policy->hits, entry->rule);
	preempt_enable();
	rcu_read_unlock();
	return passes;
}

/* Is nothing asked that is not compared? */
static bool may_keep(const struct bailiff_request *rq,
		     const struct bailiff_policy *policy,
		     const struct bailiff_name *name, const struct inode *inode)
{
	return name->lasting && inode &&
	       (S_ISREG(inode->i_mode) || S_ISDIR(inode->i_mode)) &&
	       !is_idmapped_mnt(rq->path->mnt) &&
	       (policy->memo_classes & BIT(rq->class)) && !policy->image.start;
}

#define IDS_OF(ctx)                                  \
	((struct ids){                               \
		.uid = (ctx)->uid,                   \
		.gid = (ctx)->gid,                   \
		.host_uid = (ctx)->host_uid,         \
		.no_new_privs = (ctx)->no_new_privs, \
	})

void bailiff_seen_keep(const struct bailiff_request *rq,
		       const struct bailiff_policy *policy,
		       const struct bailiff_name *name, u32 rule)
{
	const struct inode *inode = d_backing_inode(rq->path->dentry);
	const bool is_exec = rq->class == BVM_CLASS_EXEC;
	const u64 ops = is_exec ? BAILIFF_SEEN_EXEC : rq->ops;
	struct entry *entry;

	if (!may_keep(rq, policy, name, inode))
		return;
	preempt_disable();
	entry = entry_of(rq->path->dentry, ops);
	*entry = (struct entry){
		.set = rq->set->id,
		.generation = policy->generation,
		.ops = ops,
		.ids = is_exec ? IDS_OF(&rq->ctx.exec) : IDS_OF(&rq->ctx.files),
		.walk = rq->walk,
		.rule = rule,
		.kind = inode->i_mode & S_IFMT,
		.owner = is_exec ? rq->ctx.exec.owner : rq->ctx.files.owner,
	};
	bailiff_place_keep(&entry->place, rq->path, name);
	preempt_enable();
}

#ifdef CONFIG_SECURITY_BAILIFF_KUNIT_TEST
#include "seen_test.c"
#endif
