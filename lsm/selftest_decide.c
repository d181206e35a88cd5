// SPDX-License-Identifier: GPL-2.0-only
/*
 * selftest_decide.c - requests of user space, decided as those of hooks, for
 * test builds
 *
 * uapi/bailiff_decide.h describes the file. Each request goes through
 * decide.c; what a hook would have found out about the caller and the object
 * comes from the message.
 */
#include <linux/sched/signal.h>
#include <linux/slab.h>

#include "decide.h"
#include "home.h"
#include "path.h"
#include "policy.h"
#include "selftest.h"
#include "selftest_session.h"
#include "state.h"
#include "uapi/bailiff_decide.h"
#include "vm/table.h"

static_assert(BAILIFF_DECIDE_STRINGS == BVM_RUN_STRINGS);
static_assert(sizeof_field(struct bailiff_decide_header, policy) ==
	      BVM_MAX_NAME);

/* A batch that is being worked on. */
struct batch {
	struct bailiff_bytes in;
	const struct path *path; /* stands for every object that has a name */
	struct bailiff_set *set; /* of the one domain; owned */
	struct bailiff_exe *exe; /* room for any name; owned */
	char *fstype; /* the same */
};

/* One request of it, as it came. */
struct asked {
	const struct bailiff_decide_request *head;
	const void *ctx;
	const char *strings[BVM_RUN_STRINGS]; /* NULL: there is none */
	const char *argv;
};

/* ---- bytes in ---- */

static int take_strings(struct batch *b, struct asked *a)
{
	for (u32 i = 0; i < BVM_RUN_STRINGS; i++) {
		u32 len = a->head->str_len[i];

		a->strings[i] = NULL;
		if (len == BAILIFF_DECIDE_NONE)
			continue;
		if (len > BAILIFF_DECIDE_MAX_STRING)
			return -E2BIG;
		a->strings[i] = bailiff_bytes_take(&b->in, len);
		if (!a->strings[i])
			return -EINVAL;
	}
	if (a->head->argv_len > BAILIFF_DECIDE_MAX_STRING)
		return -E2BIG;
	a->argv = bailiff_bytes_take(&b->in, a->head->argv_len);
	return a->argv ? 0 : -EINVAL;
}

/* A handle of a string that is not there is one that no hook gives. */
static bool handles_are_there(const struct asked *a)
{
	const struct bvm_class_info *info = &bvm_classes[a->head->class];

	for (u32 i = 0; i < info->num_fields; i++) {
		u64 handle;

		if (info->fields[i].kind < BVM_FIELD_STR)
			continue;
		memcpy(&handle, a->ctx + info->fields[i].off, sizeof(handle));
		if (handle &&
		    (handle > BVM_RUN_STRINGS || !a->strings[handle - 1]))
			return false;
	}
	return true;
}

/* What decide.c may count on, as its callers are hooks. */
static bool a_hook_asks(const struct asked *a)
{
	const u32 class = a->head->class;
	u32 op;

	if (!bvm_ctx_keeps_promises(class, a->ctx))
		return false;
	memcpy(&op, a->ctx, sizeof(op));
	/* the new root is always there to be looked at */
	if (class == BVM_CLASS_MOUNTS && op == BVM_OP_MOUNTS_PIVOT_ROOT &&
	    !a->strings[BVM_STR_PATH - 1])
		return false;
	return bvm_classes[class].mediated & BIT_ULL(op);
}

static int take_request(struct batch *b, struct asked *a)
{
	const size_t before = b->in.left;
	int err;

	a->head = bailiff_bytes_take(&b->in, sizeof(*a->head));
	if (!a->head || !a->head->class || a->head->class >= BVM_NUM_CLASSES)
		return -EINVAL;
	a->ctx = bailiff_bytes_take(&b->in,
				    bvm_classes[a->head->class].ctx_size);
	if (!a->ctx)
		return -EINVAL;
	err = take_strings(b, a);
	if (err)
		return err;
	if (!bailiff_bytes_take(&b->in, -(before - b->in.left) & 7) ||
	    !handles_are_there(a) || !a_hook_asks(a))
		return -EINVAL;
	return 0;
}

/* ---- a request of a hook ---- */

static struct bvm_str string_of(const struct asked *a, u32 handle)
{
	return (struct bvm_str){
		.bytes = a->strings[handle - 1],
		.len = a->strings[handle - 1] ? a->head->str_len[handle - 1] :
						0,
	};
}

/* What bailiff_path_walk would find of such a name. */
static void spell(const struct batch *b, const struct bvm_str *text,
		  const struct bailiff_view *view, struct bailiff_name *name)
{
	const struct bvm_image *image = &view->policy[0]->image;
	const struct bvm_table *dfa;
	u32 state;

	memset(name, 0, sizeof(*name));
	name->home = b->set->domain[0].home;
	if (!text->bytes || image->rights_dfa >= image->num_tables)
		return;
	dfa = &image->tables[image->rights_dfa];
	state = bvm_dfa_start(dfa);
	for (u32 i = 0; i < text->len; i++)
		state = bvm_dfa_step(dfa, state, text->bytes[i]);
	name->fed[0].state = state;
	name->fed[0].below = bvm_dfa_step(dfa, state, '/');
	name->fed[0].accept = bvm_dfa_accept(dfa, state);
}

static void set_exe(struct batch *b, const struct asked *a,
		    struct bailiff_request *rq)
{
	const struct bvm_str exe = string_of(a, BVM_STR_EXE);

	if (!exe.bytes)
		return;
	b->exe->len = exe.len;
	memcpy(b->exe->path, exe.bytes, exe.len);
	b->exe->path[exe.len] = 0;
	rq->exe = b->exe;
}

/* decide.c gives mounts their strings itself. */
static void set_mount(struct batch *b, const struct asked *a,
		      struct bailiff_request *rq)
{
	const struct bvm_str type = string_of(a, BVM_STR_TEXT);

	rq->sourced = a->strings[BVM_STR_SOURCE - 1];
	if (rq->sourced)
		rq->second = b->path;
	if (!type.bytes)
		return;
	memcpy(b->fstype, type.bytes, type.len);
	b->fstype[type.len] = 0;
	rq->fstype = b->fstype;
}

static void make_request(struct batch *b, const struct asked *a,
			 const struct bailiff_args *args,
			 struct bailiff_request *rq)
{
	const u32 class = a->head->class;

	memset(rq, 0, sizeof(*rq));
	rq->set = b->set;
	rq->class = class;
	rq->silent = true;
	memcpy(&rq->ctx, a->ctx, bvm_classes[class].ctx_size);
	rq->ops = BIT_ULL(rq->ctx.op);
	if (class == BVM_CLASS_EXEC)
		rq->args = args;
	if (a->strings[BVM_STR_PATH - 1])
		rq->path = b->path;
	rq->text = string_of(a, BVM_STR_TEXT);
	rq->peer_name = string_of(a, BVM_STR_PEER);
	set_exe(b, a, rq);
	if (class == BVM_CLASS_MOUNTS)
		set_mount(b, a, rq);
}

/* Each request finds full buckets. */
static void fill_buckets(const struct batch *b,
			 const struct bailiff_policy *policy)
{
	const u32 num = policy->image.meta->num_slots;
	bvm_atomic *words;

	if (!num)
		return;
	words = bailiff_state_words(b->set->domain[0].state, policy);
	for (u32 i = 0; words && i < num; i++)
		bvm_atomic_set(&words[i], 0);
}

static void decide(struct batch *b, const struct asked *a,
		   struct bailiff_decide_answer *out)
{
	const struct bvm_str path = string_of(a, BVM_STR_PATH);
	const struct bvm_str from = string_of(a, BVM_STR_SOURCE);
	const struct bailiff_args args = { .bytes = (char *)a->argv,
					   .len = a->head->argv_len };
	struct bailiff_view view = { .num = 1 };
	struct bailiff_name name, source;
	struct bailiff_decision decision;
	struct bailiff_request rq;

	make_request(b, a, &args, &rq);
	rcu_read_lock();
	view.policy[0] = bailiff_slot_active(b->set->domain[0].slot);
	fill_buckets(b, view.policy[0]);
	spell(b, &path, &view, &name);
	spell(b, &from, &view, &source);
	bailiff_decide_named(&rq, &view, &name, &source, &decision);
	out->jited = view.policy[0]->prog[rq.class].jited != NULL;
	rcu_read_unlock();
	out->verdict = decision.verdict;
	out->reason = decision.reason;
	out->err = -decision.err;
}

/* ---- a batch ---- */

/* A container of the policy that lasts as long as the batch. */
static int begin(struct batch *b, const char *policy)
{
	struct bailiff_domain domain = { .slot = bailiff_slot_find(policy) };
	int err = domain.slot ? bailiff_home_of_current(&domain.home) : -ENOENT;

	if (!err) {
		b->set = bailiff_set_add(NULL, &domain);
		err = PTR_ERR_OR_ZERO(b->set);
		if (err)
			b->set = NULL;
	}
	bailiff_slot_put(domain.slot);
	if (err)
		return err;
	b->exe = kzalloc(struct_size(b->exe, path,
				     BAILIFF_DECIDE_MAX_STRING + 1),
			 GFP_KERNEL);
	b->fstype = kzalloc(BAILIFF_DECIDE_MAX_STRING + 1, GFP_KERNEL);
	if (!b->exe || !b->fstype)
		return -ENOMEM;
	b->exe->home = domain.home;
	return 0;
}

static int run_batch(struct bailiff_session *s, struct batch *b)
{
	const struct bailiff_decide_header *h =
		bailiff_bytes_take(&b->in, sizeof(*h));
	struct bailiff_decide_answer *answers = s->answers;
	struct asked asked;
	int err;

	if (!h || h->magic != BAILIFF_DECIDE_MAGIC ||
	    !memchr(h->policy, 0, sizeof(h->policy)))
		return -EINVAL;
	if (h->num_requests > BAILIFF_DECIDE_MAX_REQUESTS)
		return -E2BIG;
	err = begin(b, h->policy);
	for (u32 i = 0; !err && i < h->num_requests; i++) {
		err = take_request(b, &asked);
		if (!err)
			decide(b, &asked, &answers[i]);
		if (fatal_signal_pending(current))
			err = -EINTR;
		cond_resched();
	}
	if (!err && b->in.left)
		err = -EINVAL;
	s->len = h->num_requests * sizeof(*answers);
	return err;
}

static int answer(struct bailiff_session *s, struct file *file, const u8 *bytes,
		  size_t len)
{
	struct batch b = { .in = { bytes, len }, .path = &file->f_path };
	int err;

	memset(s->answers, 0, s->kind->max_answers);
	err = run_batch(s, &b);
	bailiff_set_put(b.set);
	kfree(b.exe);
	kfree(b.fstype);
	return err;
}

static const struct bailiff_session_kind kind = {
	.max_batch = BAILIFF_DECIDE_MAX_BATCH,
	.max_answers = BAILIFF_DECIDE_MAX_REQUESTS *
		       sizeof(struct bailiff_decide_answer),
	.run = answer,
};

static int decide_open(struct inode *inode, struct file *file)
{
	return bailiff_session_open(file, &kind);
}

const struct file_operations bailiff_selftest_decide_fops = {
	.open = decide_open,
	.read = bailiff_session_read,
	.write = bailiff_session_write,
	.release = bailiff_session_release,
	.llseek = default_llseek,
};
