/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * event.h - records of decisions, buffered until somebody reads them
 *
 * Every CPU has one bounded buffer for each context that can interrupt
 * another (process, softirq, hardirq), so that writing never waits for what it
 * interrupted. No reason may fill a buffer alone: noise of one kind leaves room
 * for a rare denial of another. What finds no room is lost and counted.
 */
#ifndef BAILIFF_EVENT_H
#define BAILIFF_EVENT_H

#include <linux/poll.h>
#include <linux/types.h>

#include "uapi/bailiff.h"
#include "vm/limits.h"

struct bailiff_domain;
struct bailiff_policy;
struct bailiff_request;

/* Bytes of the longest record: two paths of full length, and the rest. */
#define BAILIFF_MAX_RECORD (3 * BVM_MAX_PATH)

/* What a record is made from; everything is borrowed. */
struct bailiff_record {
	u8 outcome; /* BAILIFF_EVENT_* */
	u8 class; /* enum bvm_class; 0: lifecycle */
	u8 op;
	u8 reason; /* enum bvm_reason */
	u16 err; /* positive errno given to the caller */
	u32 rule;
	const struct bailiff_policy *policy; /* NULL: not known */
	const char *policy_name; /* used where policy is NULL */
	const struct bailiff_domain *domain; /* NULL: none */
	const struct bailiff_request *request; /* NULL: lifecycle */
	const char *text; /* object of a lifecycle record */
	u64 cgroup; /* of a lifecycle record */
	u64 generation; /* used where policy is NULL */
};

/* Allocate the buffers. 0 or -ENOMEM; until then every record is lost. */
int __must_check bailiff_event_init(void);

/* Store a record and give it to the audit log. Any context, never sleeps. */
void bailiff_event_emit(const struct bailiff_record *record);

/*
 * Make a record for trace.h instead: it is in no count, and nothing of it is in
 * `events`. Any context, in an RCU read section.
 */
void bailiff_event_trace(const struct bailiff_record *record);

/*
 * Copy whole records to user space, and wait for one: reader.h.
 */
ssize_t bailiff_event_read(char __user *buf, size_t len, bool nonblock);
__poll_t bailiff_event_poll(struct file *file, poll_table *wait);

/*
 * Every record is delivered, lost or waiting: while nobody writes or reads,
 * total is the sum of the three.
 */
struct bailiff_event_counts {
	u64 total; /* records made since boot */
	u64 delivered;
	u64 lost;
	u64 waiting; /* in the buffers */
	u64 bytes; /* memory of the buffers; constant */
};

void bailiff_event_count(struct bailiff_event_counts *counts);

#endif /* BAILIFF_EVENT_H */
