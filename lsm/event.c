// SPDX-License-Identifier: GPL-2.0-only
/*
 * event.c - records of decisions, buffered until somebody reads them
 */
#include <linux/cpumask.h>
#include <linux/ktime.h>
#include <linux/lockdep.h>
#include <linux/percpu.h>
#include <linux/sched.h>
#include <linux/slab.h>
#include <linux/spinlock.h>
#include <linux/timekeeping.h>
#include <linux/user_namespace.h>
#include <linux/vmalloc.h>

#include "audit.h"
#include "common.h"
#include "describe.h"
#include "event.h"
#include "policy.h"
#include "reader.h"
#include "request.h"
#include "ring.h"
#include "set.h"
#include "trace.h"

enum { RING_TASK, RING_SOFTIRQ, RING_HARDIRQ, NUM_RINGS };

/* Bytes of each; powers of two. */
static const u32 ring_bytes[NUM_RINGS] = { 1 << 17, 1 << 14, 1 << 14 };

struct ring {
	spinlock_t lock;
	struct bailiff_ring bytes; /* no data until bailiff_event_init() */
	char *scratch; /* BAILIFF_MAX_RECORD bytes, to build a record in */
	u32 num; /* records in it */
	u32 used[BVM_NUM_REASONS + 1]; /* bytes by reason; last: no denial */
};

static DEFINE_PER_CPU(struct ring[NUM_RINGS], rings);
static bool ready; /* set once: all rings have memory */
static atomic64_t last_seq;
static atomic64_t num_lost;
static atomic64_t num_delivered;

static void add_ring(const struct ring *ring,
		     struct bailiff_event_counts *counts)
{
	counts->waiting += READ_ONCE(ring->num);
	if (ring->bytes.data)
		counts->bytes += ring->bytes.size;
	if (ring->scratch)
		counts->bytes += BAILIFF_MAX_RECORD;
}

void bailiff_event_count(struct bailiff_event_counts *counts)
{
	int cpu;

	*counts = (struct bailiff_event_counts){
		.total = atomic64_read(&last_seq),
		.delivered = atomic64_read(&num_delivered),
		.lost = atomic64_read(&num_lost),
	};
	for_each_possible_cpu(cpu) {
		for (u32 i = 0; i < NUM_RINGS; i++)
			add_ring(&per_cpu(rings, cpu)[i], counts);
	}
}

int bailiff_event_init(void)
{
	/* Told apart, since they may be taken in each other's middle. */
	static struct lock_class_key keys[NUM_RINGS];
	int cpu;

	for_each_possible_cpu(cpu) {
		for (u32 i = 0; i < NUM_RINGS; i++) {
			struct ring *ring = &per_cpu(rings, cpu)[i];

			spin_lock_init(&ring->lock);
			lockdep_set_class(&ring->lock, &keys[i]);
			ring->bytes.size = ring_bytes[i];
			ring->bytes.data = kvzalloc(ring_bytes[i], GFP_KERNEL);
			ring->scratch =
				kvzalloc(BAILIFF_MAX_RECORD, GFP_KERNEL);
			if (!ring->bytes.data || !ring->scratch)
				return -ENOMEM;
		}
	}
	smp_store_release(&ready, true);
	return 0;
}

/*
 * The bytes that records of one reason may take of a ring. The two that any
 * policy produces in numbers have a good part each; together they leave the
 * rest to the rare ones.
 */
static u32 budget(const struct ring *ring, u32 kind)
{
	switch (kind) {
	case BVM_REASON_RULE:
	case BVM_REASON_DEFAULT:
		return ring->bytes.size / 16 * 5;
	case BVM_NUM_REASONS:
		return ring->bytes.size / 8;
	}
	return ring->bytes.size / 16;
}

static u32 budget_kind(const struct bailiff_event *event)
{
	switch (event->outcome) {
	case BAILIFF_EVENT_ENFORCED:
	case BAILIFF_EVENT_WOULD_DENY:
	case BAILIFF_EVENT_WAITING:
		return event->reason;
	}
	return BVM_NUM_REASONS;
}

/*
 * Where a string goes that is printed into the record: at its end, if there is
 * room for one byte and a NUL. A record that is full goes without the rest.
 */
struct place {
	char *to;
	u32 len; /* bytes there, the NUL included */
};

static bool find_place(struct bailiff_event *event, struct place *place)
{
	if (event->len + 2 > BAILIFF_MAX_RECORD)
		return false;
	place->to = (char *)event + event->len;
	place->len = min_t(u32, BAILIFF_MAX_RECORD - event->len, BVM_MAX_PATH);
	return true;
}

/* Keep len bytes and a NUL that were printed there; 0 stands for none. */
static u16 keep_string(struct bailiff_event *event, u32 len)
{
	u16 off = event->len;

	if (!len)
		return 0;
	event->len += len + 1;
	return off;
}

static u16 add_string(struct bailiff_event *event, const char *text)
{
	struct place at;

	if (!text || !find_place(event, &at))
		return 0;
	return keep_string(event, scnprintf(at.to, at.len, "%s", text));
}

/* Where the policy says, or leaves unsaid, what becomes of the rest. */
static void add_default(struct bailiff_event *event,
			const struct bvm_image *image)
{
	const struct bvm_place *at;

	if (!image->defaults || event->class >= BVM_NUM_CLASSES)
		return;
	at = &image->defaults[event->class];
	event->line = at->line;
	event->file = add_string(event, bvm_image_string(image, at->file));
}

static void add_rule(struct bailiff_event *event,
		     const struct bailiff_record *record)
{
	const struct bvm_image *image = &record->policy->image;
	const struct bvm_rule *rule;

	event->generation = record->policy->generation;
	if (record->reason == BVM_REASON_DEFAULT)
		add_default(event, image);
	if (!record->rule || record->rule > image->num_rules)
		return;
	rule = &image->rules[bvm_nospec(record->rule - 1, image->num_rules)];
	event->line = rule->line;
	event->file = add_string(event, bvm_image_string(image, rule->file));
	event->message =
		add_string(event, bvm_image_string(image, rule->message));
}

static void add_request(struct bailiff_event *event,
			const struct bailiff_request *rq)
{
	struct bailiff_request shown = *rq;
	struct place at;

	/* Every ctx begins with its op; what is printed may depend on it. */
	shown.ctx.op = event->op;
	if (find_place(event, &at))
		event->object = keep_string(
			event, bailiff_describe_object(&shown, at.to, at.len));
	if (find_place(event, &at))
		event->detail = keep_string(
			event, bailiff_describe_detail(&shown, at.to, at.len));
	event->uid = rq->cred ? from_kuid(&init_user_ns, rq->cred->fsuid) :
				BAILIFF_EVENT_NO_UID;
}

static void add_task(struct bailiff_event *event)
{
	struct place at;

	event->tgid = task_tgid_nr(current);
	event->tid = task_pid_nr(current);
	event->comm = add_string(event, current->comm);
	if (find_place(event, &at))
		event->exe =
			keep_string(event, bailiff_describe_exe(at.to, at.len));
}

static void build(struct bailiff_event *event,
		  const struct bailiff_record *record, u64 seq)
{
	const struct bailiff_policy *policy = record->policy;

	memset(event, 0, sizeof(*event));
	event->len = sizeof(*event);
	event->version = BAILIFF_EVENT_VERSION;
	event->outcome = record->outcome;
	event->class = record->class;
	event->op = record->op;
	event->reason = record->reason;
	event->err = record->err;
	event->rule = record->rule;
	event->seq = seq;
	event->time_ns = ktime_get_real_fast_ns();
	event->lost = atomic64_read(&num_lost);
	event->generation = record->generation;
	event->cgroup = record->cgroup;
	event->policy = add_string(event, policy ? policy->image.name :
						   record->policy_name);
	if (policy)
		add_rule(event, record);
	if (record->domain) {
		event->cgroup = record->domain->cgroup;
		event->label = add_string(event, record->domain->label);
	}
	if (record->request)
		add_request(event, record->request);
	else
		event->uid = from_kuid(&init_user_ns, current_fsuid());
	event->object = event->object ?: add_string(event, record->text);
	if (!record->request || record->request->cred)
		add_task(event);
	while (event->len % 8)
		((char *)event)[event->len++] = 0;
}

/*
 * False: no room, for this reason or at all. The first record of a reason may
 * be greater than the budget: two long paths are, and would never be seen.
 */
static bool store(struct ring *ring, const struct bailiff_event *event)
{
	u32 kind = budget_kind(event);

	if (ring->used[kind] &&
	    ring->used[kind] + event->len > budget(ring, kind))
		return false;
	if (!bailiff_ring_put(&ring->bytes, event))
		return false;
	ring->used[kind] += event->len;
	WRITE_ONCE(ring->num, ring->num + 1);
	return true;
}

/* The sequence number of the oldest record, U64_MAX if there is none. */
static u64 oldest_seq(struct ring *ring)
{
	struct bailiff_event event;
	unsigned long flags;
	u64 seq = U64_MAX;

	spin_lock_irqsave(&ring->lock, flags);
	if (!bailiff_ring_is_empty(&ring->bytes)) {
		bailiff_ring_peek(&ring->bytes, &event, sizeof(event));
		seq = event.seq;
	}
	spin_unlock_irqrestore(&ring->lock, flags);
	return seq;
}

static struct ring *oldest_ring(void)
{
	struct ring *oldest = NULL;
	u64 least = U64_MAX;
	int cpu;

	for_each_possible_cpu(cpu) {
		for (u32 i = 0; i < NUM_RINGS; i++) {
			struct ring *ring = &per_cpu(rings, cpu)[i];
			u64 seq = oldest_seq(ring);

			if (seq < least) {
				least = seq;
				oldest = ring;
			}
		}
	}
	return oldest;
}

static bool is_empty(void)
{
	return !oldest_ring();
}

static void *peek(struct bailiff_event *event)
{
	struct ring *ring = oldest_ring();
	unsigned long flags;

	if (!ring)
		return NULL;
	spin_lock_irqsave(&ring->lock, flags);
	bailiff_ring_peek(&ring->bytes, event, sizeof(*event));
	bailiff_ring_peek(&ring->bytes, event, event->len);
	spin_unlock_irqrestore(&ring->lock, flags);
	return ring;
}

static void forget(struct ring *ring, const struct bailiff_event *event)
{
	bailiff_ring_drop(&ring->bytes, event->len);
	ring->used[budget_kind(event)] -= event->len;
	WRITE_ONCE(ring->num, ring->num - 1);
}

static void drop(void *where, const struct bailiff_event *event)
{
	struct ring *ring = where;
	unsigned long flags;

	spin_lock_irqsave(&ring->lock, flags);
	forget(ring, event);
	spin_unlock_irqrestore(&ring->lock, flags);
	atomic64_inc(&num_delivered);
}

static struct bailiff_reader reader = {
	BAILIFF_READER_INIT(reader),
	.is_empty = is_empty,
	.peek = peek,
	.drop = drop,
};

ssize_t bailiff_event_read(char __user *buf, size_t len, bool nonblock)
{
	return bailiff_reader_read(&reader, buf, len, nonblock);
}

__poll_t bailiff_event_poll(struct file *file, poll_table *wait)
{
	return bailiff_reader_poll(&reader, file, wait);
}

static struct ring *this_ring(void)
{
	u32 which = RING_TASK;

	lockdep_assert_preemption_disabled();
	if (in_hardirq())
		which = RING_HARDIRQ;
	else if (in_serving_softirq())
		which = RING_SOFTIRQ;
	return &(*raw_cpu_ptr(&rings))[which];
}

void bailiff_event_emit(const struct bailiff_record *record)
{
	u64 seq = atomic64_inc_return(&last_seq);
	struct bailiff_event *event;
	struct ring *ring;
	bool stored;

	if (in_nmi() || !smp_load_acquire(&ready)) {
		atomic64_inc(&num_lost);
		return;
	}
	/*
	 * On this CPU until the lock is given back: only readers, who keep
	 * interrupts out, then ask for it elsewhere, and a holder of another
	 * lock (the tasks', in ptrace_traceme) does not wait for who may be
	 * interrupted by who waits for that.
	 */
	preempt_disable();
	ring = this_ring();
	spin_lock(&ring->lock);
	event = (struct bailiff_event *)ring->scratch;
	build(event, record, seq);
	stored = store(ring, event);
	bailiff_audit_event(event);
	spin_unlock(&ring->lock);
	preempt_enable();
	if (stored)
		bailiff_reader_wake(&reader);
	else
		atomic64_inc(&num_lost);
}

void bailiff_event_trace(const struct bailiff_record *record)
{
	struct ring *ring;

	if (in_nmi() || !smp_load_acquire(&ready)) {
		bailiff_trace_lose();
		return;
	}
	/* the ring lends the room to build it in */
	preempt_disable();
	ring = this_ring();
	spin_lock(&ring->lock);
	build((struct bailiff_event *)ring->scratch, record, 0);
	bailiff_trace_store((struct bailiff_event *)ring->scratch);
	spin_unlock(&ring->lock);
	preempt_enable();
}

#ifdef CONFIG_SECURITY_BAILIFF_KUNIT_TEST
#include "event_test.c"
#endif
