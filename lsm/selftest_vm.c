// SPDX-License-Identifier: GPL-2.0-only
/*
 * selftest_vm.c - run programs from user space in every engine, for test
 * builds
 *
 * uapi/bailiff_test.h describes the file. It goes the way of a policy's
 * program, through prog.c, but keeps what lies between.
 */
#include <linux/filter.h>
#include <linux/ktime.h>
#include <linux/sched.h>
#include <linux/slab.h>
#include <linux/vmalloc.h>

#include "prog.h"
#include "selftest.h"
#include "selftest_session.h"
#include "setup.h"
#include "uapi/bailiff_test.h"
#include "vm/verify.h"

/* A batch that is being worked on. */
struct batch {
	struct bailiff_bytes in;
	u32 repeat;
	struct bailiff_session *to;
	void *scratch; /* of the verifier */
	struct bvm_insn *insns; /* room for a whole program and one more */
	struct bvm_image *image; /* NULL: none came with it */
	struct bvm_run run; /* of a program of a class */
	bvm_atomic slots[BAILIFF_TEST_MAX_SLOTS];
};

/* One program of it. */
struct subject {
	struct bailiff_test_program p;
	const struct bvm_insn *insns;
	const u8 *ctxs;
	size_t ctx_stride;
	struct bailiff_lowered low;
	struct bpf_prog *jited;
	struct bailiff_test_answer answer;
	struct bvm_error err;
};

/* ---- bytes in and out ---- */

static void *give(struct batch *b, size_t len)
{
	struct bailiff_session *s = b->to;
	void *at = s->answers + s->len;

	if (len > BAILIFF_TEST_MAX_ANSWERS - s->len)
		return NULL;
	s->len += len;
	return memset(at, 0, len);
}

static int take_image(struct batch *b, u32 len)
{
	const void *bytes = bailiff_bytes_take(&b->in, ALIGN((size_t)len, 8));
	int err;

	if (!bytes)
		return -EINVAL;
	b->image = kvzalloc(sizeof(*b->image), GFP_KERNEL);
	if (!b->image)
		return -ENOMEM;
	err = bvm_image_parse(bytes, len, b->image, NULL);
	if (!err && b->image->meta->num_slots > ARRAY_SIZE(b->slots))
		err = -E2BIG;
	return err;
}

/* Has each ctx what a program of that class must find? */
static bool is_class(const struct batch *b, u32 class, u32 ctx_len)
{
	return b->image && class < BVM_NUM_CLASSES &&
	       bvm_classes[class].ctx_size &&
	       ctx_len == sizeof(struct bailiff_test_request) +
				  bvm_classes[class].ctx_size;
}

static int take_program(struct batch *b, struct subject *s)
{
	const struct bailiff_test_program *p =
		bailiff_bytes_take(&b->in, sizeof(*p));

	if (!p)
		return -EINVAL;
	s->p = *p;
	if (p->class && !is_class(b, p->class, p->ctx_len))
		return -EINVAL;
	if (p->num_insns > BVM_MAX_INSNS || p->ctx_len > BAILIFF_TEST_MAX_CTX ||
	    p->num_ctxs > BAILIFF_TEST_MAX_CTXS)
		return -E2BIG;
	s->ctx_stride = ALIGN(p->ctx_len, 8);
	s->insns = bailiff_bytes_take(&b->in, p->num_insns * sizeof(*s->insns));
	s->ctxs = bailiff_bytes_take(&b->in, p->num_ctxs * s->ctx_stride);
	return s->insns && s->ctxs ? 0 : -EINVAL;
}

/* ---- the way of one program ---- */

static struct bvm_verify_in question(struct batch *b, const struct subject *s)
{
	struct bvm_verify_in in = {
		.insns = s->insns,
		.num_insns = s->p.num_insns,
		.ctx.size = s->p.ctx_len,
		.max_stack = BVM_KERNEL_STACK,
		.scratch = b->scratch,
	};

	if (s->p.class) {
		in.ctx.size = bvm_classes[s->p.class].ctx_size;
		in.ctx.num_fields = bvm_classes[s->p.class].num_fields;
		in.ctx.fields = bvm_classes[s->p.class].fields;
		in.image = b->image;
	}
	return in;
}

static int verify(struct batch *b, struct subject *s)
{
	const struct bvm_verify_in in = question(b, s);
	struct bvm_verify_out out;
	u64 start = ktime_get_ns();
	int err = bvm_verify(&in, &out, &s->err);

	s->answer.verify_ns = ktime_get_ns() - start;
	return err;
}

/*
 * What enters compiled code in r2 is a pointer of the kernel's. Real programs
 * find r2 unset; these expect a length, so an instruction in front sets it.
 */
static int lower(struct batch *b, struct subject *s)
{
	struct bvm_verify_in in = question(b, s);

	if (s->p.class)
		return bailiff_prog_lower(&in, &s->low, &s->err);
	b->insns[0] = bvm_insn_make(BVM_MOV64_K, 2, 0, 0, s->p.ctx_len);
	memcpy(b->insns + 1, s->insns, s->p.num_insns * sizeof(*s->insns));
	in.insns = b->insns;
	in.num_insns++;
	return bailiff_prog_lower(&in, &s->low, &s->err);
}

static void compile(struct subject *s)
{
	u64 start = ktime_get_ns();

	if (bailiff_jit)
		s->jited = bailiff_prog_jit(&s->low);
	s->answer.jit_ns = ktime_get_ns() - start;
	if (s->jited)
		s->answer.jited_len = s->jited->jited_len;
	else
		s->answer.stage = BAILIFF_TEST_NOT_JITED;
}

static void prepare(struct batch *b, struct subject *s)
{
	struct bailiff_test_answer *a = &s->answer;

	a->err = verify(b, s);
	if (a->err) {
		a->stage = BAILIFF_TEST_REFUSED;
		return;
	}
	a->err = lower(b, s);
	if (a->err) {
		a->stage = a->err == -EINVAL ? BAILIFF_TEST_REFUSED_AGAIN :
					       BAILIFF_TEST_NOT_LOWERED;
		return;
	}
	a->num_lowered = s->low.num_insns;
	a->stack_bytes = s->low.stack_bytes;
	compile(s);
}

/* ---- running ---- */

/* The same for each engine, and for each time that it runs. */
static void fill_slots(struct batch *b)
{
	for (u32 i = 0; b->run.slots && i < b->image->meta->num_slots; i++)
		bvm_atomic_set(&b->slots[i], (u64)i * i);
}

static u64 sum_slots(const struct batch *b)
{
	u64 sum = 0;

	for (u32 i = 0; b->run.slots && i < b->image->meta->num_slots; i++)
		sum = bailiff_test_fold(sum, bvm_atomic_read(&b->slots[i]));
	return sum;
}

/* Make b->run of a request. -EINVAL: it breaks what the verifier believes. */
static int make_run(struct batch *b, u32 class, const u8 *bytes)
{
	const struct bailiff_test_request *rq = (const void *)bytes;

	if (rq->path_len > sizeof(rq->path) || rq->argv_len > sizeof(rq->argv))
		return -EINVAL;
	b->run = (struct bvm_run){
		.image = b->image,
		.strings[0] = { .bytes = rq->path, .len = rq->path_len },
		.argv = rq->argv,
		.argv_len = rq->argv_len,
		.slots = b->slots,
		.now_ns = rq->now_ns,
	};
	memcpy(&b->run.ctx, rq + 1, bvm_classes[class].ctx_size);
	return bvm_ctx_keeps_promises(class, &b->run.ctx) ? 0 : -EINVAL;
}

static u64 interpret(struct batch *b, const struct bvm_insn *insns, u32 num,
		     const void *ctx, u32 len)
{
	fill_slots(b);
	return bvm_exec(insns, num, ctx, len) ^ sum_slots(b);
}

static void run_interpreted(struct batch *b, struct subject *s, const void *ctx,
			    struct bailiff_test_result *r)
{
	const u32 len = question(b, s).ctx.size;
	u64 start = ktime_get_ns(), middle;

	for (u32 i = 0; i < b->repeat; i++)
		r->exec = interpret(b, s->insns, s->p.num_insns, ctx, len);
	middle = ktime_get_ns();
	for (u32 i = 0; i < b->repeat; i++)
		r->lowered =
			interpret(b, s->low.insns, s->low.num_insns, ctx, len);
	s->answer.exec_run_ns += middle - start;
	s->answer.lowered_run_ns += ktime_get_ns() - middle;
}

static void run_jited(struct batch *b, struct subject *s, const void *ctx,
		      struct bailiff_test_result *r)
{
	u64 start = ktime_get_ns();

	rcu_read_lock();
	for (u32 i = 0; i < b->repeat; i++) {
		fill_slots(b);
		r->jit = bpf_prog_run_pin_on_cpu(s->jited, ctx) ^
			 (u32)sum_slots(b);
	}
	rcu_read_unlock();
	s->answer.jit_run_ns += ktime_get_ns() - start;
}

static int run_all(struct batch *b, struct subject *s)
{
	struct bailiff_test_result *r;

	for (u32 i = 0; i < s->p.num_ctxs; i++) {
		const void *ctx = s->ctxs + i * s->ctx_stride;
		int err = 0;

		b->run.slots = NULL;
		if (s->p.class) {
			err = make_run(b, s->p.class, ctx);
			ctx = &b->run.ctx;
		}
		if (err)
			return err;
		r = give(b, sizeof(*r));
		if (!r)
			return -E2BIG;
		run_interpreted(b, s, ctx, r);
		if (s->jited)
			run_jited(b, s, ctx, r);
		cond_resched();
	}
	s->answer.num_ctxs = s->p.num_ctxs;
	return 0;
}

static int give_text(struct batch *b, struct subject *s)
{
	size_t len = strnlen(s->err.text, sizeof(s->err.text));
	char *text = give(b, ALIGN(len, 8));

	if (!text)
		return -E2BIG;
	memcpy(text, s->err.text, len);
	s->answer.text_len = ALIGN(len, 8);
	s->answer.off = s->err.off;
	return 0;
}

static int work(struct batch *b, struct subject *s)
{
	struct bailiff_test_answer *to = give(b, sizeof(*to));
	int err;

	if (!to)
		return -E2BIG;
	prepare(b, s);
	err = s->low.insns ? run_all(b, s) : give_text(b, s);
	*to = s->answer;
	if (s->jited)
		bpf_prog_free(s->jited);
	bailiff_prog_drop(&s->low);
	return err;
}

static int run_batch(struct batch *b, u32 num)
{
	struct subject *s = kzalloc(sizeof(*s), GFP_KERNEL);
	int err = s ? 0 : -ENOMEM;

	for (u32 i = 0; !err && i < num; i++) {
		memset(s, 0, sizeof(*s));
		err = take_program(b, s);
		if (!err)
			err = work(b, s);
		if (!err && fatal_signal_pending(current))
			err = -EINTR;
		cond_resched();
	}
	kfree(s);
	return err ?: b->in.left ? -EINVAL : 0;
}

static int begin_batch(struct batch *b)
{
	const struct bailiff_test_header *h =
		bailiff_bytes_take(&b->in, sizeof(*h));
	int err = 0;

	if (!h || h->magic != BAILIFF_TEST_MAGIC || !h->repeat)
		return -EINVAL;
	if (h->repeat > BAILIFF_TEST_MAX_REPEAT)
		return -E2BIG;
	b->repeat = h->repeat;
	b->scratch = kvmalloc(bvm_verify_scratch(), GFP_KERNEL);
	b->insns = kvmalloc_array(BVM_MAX_INSNS + 1, sizeof(*b->insns),
				  GFP_KERNEL);
	if (!b->scratch || !b->insns)
		return -ENOMEM;
	if (h->image_len)
		err = take_image(b, h->image_len);
	return err ?: run_batch(b, h->num_programs);
}

static int start_batch(struct bailiff_session *s, struct file *file,
		       const u8 *bytes, size_t len)
{
	struct batch *b = kvzalloc(sizeof(*b), GFP_KERNEL);
	int err;

	if (!b)
		return -ENOMEM;
	b->in = (struct bailiff_bytes){ bytes, len };
	b->to = s;
	err = begin_batch(b);
	kvfree(b->image);
	kvfree(b->insns);
	kvfree(b->scratch);
	kvfree(b);
	return err;
}

static const struct bailiff_session_kind kind = {
	.max_batch = BAILIFF_TEST_MAX_BATCH,
	.max_answers = BAILIFF_TEST_MAX_ANSWERS,
	.run = start_batch,
};

static int vm_open(struct inode *inode, struct file *file)
{
	return bailiff_session_open(file, &kind);
}

const struct file_operations bailiff_selftest_vm_fops = {
	.open = vm_open,
	.read = bailiff_session_read,
	.write = bailiff_session_write,
	.release = bailiff_session_release,
	.llseek = default_llseek,
};
