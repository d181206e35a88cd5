// SPDX-License-Identifier: GPL-2.0-only
/*
 * seen_test.c - what was let pass is known again while nothing is another;
 * included by seen.c
 */
#include <linux/completion.h>
#include <linux/namei.h>
#include <linux/rcupdate_wait.h>

#include "shortcut_kunit.h"

#define STAT BVM_BIT(FILES, STAT)

/* The root directory, somebody who may look at it, and what he is judged by. */
struct scene {
	struct path path;
	struct cred cred;
	struct judge judge;
	struct bailiff_name name;
	struct bailiff_request rq;
};

static void set_request(struct scene *s)
{
	s->rq = (struct bailiff_request){
		.set = s->judge.set,
		.cred = &s->cred,
		.class = BVM_CLASS_FILES,
		.path = &s->path,
		.ops = STAT,
		.walk = BAILIFF_WALK_UNLINKED,
		.seen = true,
		.ctx.files.owner = 1,
		.ctx.files.no_new_privs = task_no_new_privs(current),
	};
}

static int scene_init(struct kunit *test)
{
	struct scene *s = kunit_kzalloc(test, sizeof(*s), GFP_KERNEL);
	struct bailiff_cred *blob;

	KUNIT_ASSERT_NOT_NULL(test, s);
	s->cred.security = kunit_kzalloc(
		test, bailiff_blob_sizes.lbs_cred + sizeof(*blob), GFP_KERNEL);
	KUNIT_ASSERT_NOT_NULL(test, s->cred.security);
	judge_init(test, &s->judge, BVM_CLASS_FILES);
	test->priv = s;
	KUNIT_ASSERT_EQ(test, kern_path("/", 0, &s->path), 0);
	s->cred.user_ns = &init_user_ns;
	s->cred.fsuid = d_inode(s->path.dentry)->i_uid;
	bailiff_cred(&s->cred)->set = s->judge.set;
	s->judge.set->id = 1ull << 62; /* no other set of this boot has it */
	set_request(s);
	return 0;
}

static void scene_exit(struct kunit *test)
{
	struct scene *s = test->priv;

	if (!s)
		return;
	judge_fini(&s->judge);
	if (s->path.dentry)
		path_put(&s->path);
}

static bool passes(const struct scene *s)
{
	return bailiff_seen_passes(&s->cred, &s->path, STAT,
				   BAILIFF_WALK_UNLINKED);
}

/* As a walk just now would have found it. */
static void keep(struct scene *s)
{
	s->name.lasting = true;
	s->name.renames = read_seqbegin(&rename_lock);
	s->name.mounts = read_seqbegin(&mount_lock);
	rcu_read_lock();
	bailiff_seen_keep(&s->rq, &s->judge.policy, &s->name, RULE);
	rcu_read_unlock();
}

/* Others rename and mount, and grace periods go by: a few tries. */
static bool is_kept(struct scene *s)
{
	for (u32 i = 0; i < 20; i++) {
		keep(s);
		if (passes(s))
			return true;
	}
	return false;
}

static void the_same_is_seen_and_counted(struct kunit *test)
{
	struct scene *s = test->priv;

	KUNIT_EXPECT_FALSE(test, passes(s));
	KUNIT_EXPECT_TRUE(test, is_kept(s));
	KUNIT_EXPECT_EQ(test, bailiff_hits_read(s->judge.policy.hits, RULE), 1);
}

/* What is asked is another: once kept, each change below is told. */
static void another_question_is_not_seen(struct kunit *test)
{
	struct scene *s = test->priv;
	const struct cred cred = s->cred;
	const struct path path = s->path;
	struct vfsmount mount = *path.mnt;

	TOLD(s->judge.set->id++, s->judge.set->id--);
	TOLD(s->judge.policy.generation++, s->judge.policy.generation--);
	TOLD(s->cred.fsgid = KGIDT_INIT(7), s->cred = cred);
	TOLD(s->cred.fsuid = KUIDT_INIT(7), s->cred = cred);
	TOLD(s->path.mnt = &mount, s->path = path);
	TOLD(s->judge.set->num = 2, s->judge.set->num = 1);
	KUNIT_ASSERT_TRUE(test, is_kept(s));
	KUNIT_EXPECT_FALSE(test,
			   bailiff_seen_passes(&s->cred, &s->path, STAT, 0));
}

/*
 * What is kept is about another operation or object, at the same place: few
 * places are for many of them. So it is changed where it lies.
 */
static void what_lies_at_the_same_place_is_not_seen(struct kunit *test)
{
	struct scene *s = test->priv;
	struct entry *entry;

	migrate_disable();
	entry = entry_of(s->path.dentry, STAT);
	TOLD(entry->ops = BVM_BIT(FILES, READ), );
	TOLD(entry->kind = S_IFREG, );
	TOLD(entry->owner = false, );
	TOLD(entry->place.dentry = NULL, );
	migrate_enable();
}

/* The answer was about somebody, or something, else. */
static void another_answer_is_not_seen(struct kunit *test)
{
	struct scene *s = test->priv;
	struct bvm_ctx_files *ctx = &s->rq.ctx.files;

	NEVER(ctx->owner = 0, set_request(s));
	NEVER(ctx->uid++, set_request(s));
	NEVER(ctx->gid++, set_request(s));
	NEVER(ctx->host_uid++, set_request(s));
	NEVER(ctx->no_new_privs ^= 1, set_request(s));
}

static void what_moves_ends_it(struct kunit *test)
{
	struct scene *s = test->priv;

	TOLD(write_seqlock(&rename_lock); write_sequnlock(&rename_lock), );
	TOLD(write_seqlock(&mount_lock); write_sequnlock(&mount_lock), );
}

/* It moved after the walk, and before what was found was kept. */
static void what_moved_before_it_was_kept_is_not_seen(struct kunit *test)
{
	struct scene *s = test->priv;

	for (u32 i = 0; i < 20; i++) {
		s->name.lasting = true;
		s->name.renames = read_seqbegin(&rename_lock);
		s->name.mounts = read_seqbegin(&mount_lock);
		if (i % 2) {
			write_seqlock(&rename_lock);
			write_sequnlock(&rename_lock);
		} else {
			write_seqlock(&mount_lock);
			write_sequnlock(&mount_lock);
		}
		rcu_read_lock();
		bailiff_seen_keep(&s->rq, &s->judge.policy, &s->name, RULE);
		rcu_read_unlock();
		KUNIT_EXPECT_FALSE(test, passes(s));
	}
}

/*
 * One as the memory of dentries waits for. While the kernel starts
 * synchronize_rcu() is another kind, which frees none.
 */
static void a_grace_period_ends_it(struct kunit *test)
{
	struct scene *s = test->priv;

	/* What is kept is kept by this CPU. */
	migrate_disable();
	TOLD(wait_rcu_gp(call_rcu), );
	migrate_enable();
}

struct waiter {
	struct rcu_head head;
	struct completion over;
};

static void say_it_is_over(struct rcu_head *head)
{
	complete(&container_of(head, struct waiter, head)->over);
}

/* Return when a grace period has begun, and more will: waiter says so. */
static void begin_grace_period(struct waiter *waiter)
{
	struct rcu_gp_oldstate before, now;

	init_completion(&waiter->over);
	get_state_synchronize_rcu_full(&before);
	call_rcu(&waiter->head, say_it_is_over);
	do {
		cond_resched();
		get_state_synchronize_rcu_full(&now);
	} while (now.rgos_norm == before.rgos_norm &&
		 !completion_done(&waiter->over));
}

/*
 * Memory is freed as well after an expedited one, which takes a moment, while
 * a plain one goes on. That one's numbers say nothing of it: who looks at them
 * alone believes what is kept until both that one and the next are over.
 */
static void an_expedited_one_ends_it_beside_another(struct kunit *test)
{
	struct scene *s = test->priv;
	struct waiter waiter;

	migrate_disable();
	for (u32 i = 0; i < 50; i++) {
		init_rcu_head_on_stack(&waiter.head);
		begin_grace_period(&waiter);
		keep(s);
		synchronize_rcu_expedited();
		KUNIT_EXPECT_FALSE(test, passes(s));
		wait_for_completion(&waiter.over);
		destroy_rcu_head_on_stack(&waiter.head);
	}
	migrate_enable();
}

static void while_anybody_traces_nothing_passes(struct kunit *test)
{
	struct scene *s = test->priv;

	TOLD(static_branch_inc(&bailiff_tracing);
	     keep(s), static_branch_dec(&bailiff_tracing));
}

static void what_may_change_is_not_kept(struct kunit *test)
{
	static const struct bvm_start start;
	struct scene *s = test->priv;

	s->judge.policy.memo_classes = 0;
	KUNIT_EXPECT_FALSE(test, is_kept(s));
	s->judge.policy.memo_classes = BIT(BVM_CLASS_FILES);
	s->judge.policy.image.start = &start;
	KUNIT_EXPECT_FALSE(test, is_kept(s));
	s->judge.policy.image.start = NULL;
	keep(s);
	s->judge.policy.generation++;
	s->name.lasting = false;
	rcu_read_lock();
	bailiff_seen_keep(&s->rq, &s->judge.policy, &s->name, RULE);
	rcu_read_unlock();
	KUNIT_EXPECT_FALSE(test, passes(s));
}

/* The scene is of files: with the request of an exec the same must hold. */
static bool exec_passes(const struct scene *s)
{
	return bailiff_seen_passes(&s->cred, &s->path, BAILIFF_SEEN_EXEC, 0);
}

static void set_exec(struct scene *s)
{
	s->judge.policy.memo_classes = BIT(BVM_CLASS_EXEC);
	s->rq = (struct bailiff_request){
		.set = s->judge.set,
		.cred = &s->cred,
		.class = BVM_CLASS_EXEC,
		.path = &s->path,
		.ops = BVM_BIT(EXEC, EXEC),
		.seen = true,
		.ctx.exec.owner = 1,
		.ctx.exec.no_new_privs = task_no_new_privs(current),
	};
}

static bool is_exec_kept(struct scene *s)
{
	for (u32 i = 0; i < 20; i++) {
		keep(s);
		if (exec_passes(s))
			return true;
	}
	return false;
}

static void an_exec_is_seen_as_one(struct kunit *test)
{
	struct scene *s = test->priv;
	const struct cred cred = s->cred;

	set_exec(s);
	KUNIT_EXPECT_TRUE(test, is_exec_kept(s));
	KUNIT_EXPECT_FALSE(test, bailiff_seen_passes(&s->cred, &s->path,
						     BVM_BIT(EXEC, EXEC), 0));
	s->cred.fsgid = KGIDT_INIT(7);
	KUNIT_EXPECT_FALSE(test, exec_passes(s));
	s->cred = cred;
	s->rq.ctx.exec.owner = 0;
	KUNIT_EXPECT_FALSE(test, is_exec_kept(s));
	set_exec(s);
	s->rq.ctx.exec.host_uid++;
	KUNIT_EXPECT_FALSE(test, is_exec_kept(s));
	set_exec(s);
	/* what the class's program asks for is not in the key */
	s->judge.policy.memo_classes = BIT(BVM_CLASS_FILES);
	s->judge.policy.generation++;
	KUNIT_EXPECT_FALSE(test, is_exec_kept(s));
}

static struct kunit_case seen_cases[] = {
	KUNIT_CASE(an_exec_is_seen_as_one),
	KUNIT_CASE(the_same_is_seen_and_counted),
	KUNIT_CASE(another_question_is_not_seen),
	KUNIT_CASE(what_lies_at_the_same_place_is_not_seen),
	KUNIT_CASE(another_answer_is_not_seen),
	KUNIT_CASE(what_moves_ends_it),
	KUNIT_CASE(what_moved_before_it_was_kept_is_not_seen),
	KUNIT_CASE(a_grace_period_ends_it),
	KUNIT_CASE(an_expedited_one_ends_it_beside_another),
	KUNIT_CASE(while_anybody_traces_nothing_passes),
	KUNIT_CASE(what_may_change_is_not_kept),
	{}
};

static struct kunit_suite seen_suite = {
	.name = "bailiff-seen",
	.init = scene_init,
	.exit = scene_exit,
	.test_cases = seen_cases,
};

kunit_test_suite(seen_suite);
