/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * trace.h - all decisions of some domains, the allowed ones too, for somebody
 * who asks for them
 *
 * The file `trace` of securityfs is open once at a time, and traces while it
 * is: there is no switch that could be left on. Its buffer is its own, so a
 * flood of allowed decisions takes no room from a denial in `events`. Nothing
 * is decided differently, and while nobody traces it costs a jump that is not
 * taken.
 */
#ifndef BAILIFF_TRACE_H
#define BAILIFF_TRACE_H

#include <linux/fs.h>
#include <linux/jump_label.h>

#include "policy.h"
#include "set.h"
#include "uapi/bailiff.h"

DECLARE_STATIC_KEY_FALSE(bailiff_tracing);

bool bailiff_trace_selects(u64 cgroup, const char *policy);

/* Is a decision of this domain to be traced? In an RCU read section. */
static inline bool bailiff_trace_wants(const struct bailiff_domain *domain)
{
	return static_branch_unlikely(&bailiff_tracing) &&
	       bailiff_trace_selects(domain->cgroup, domain->slot->name);
}

/* The same where a domain was not joined. */
static inline bool bailiff_trace_wants_join(u64 cgroup, const char *policy)
{
	return static_branch_unlikely(&bailiff_tracing) &&
	       bailiff_trace_selects(cgroup, policy);
}

/*
 * Keep a record, which gets its number and the losses of the trace; without
 * room for it it is lost, and counted. Any context, in an RCU read section.
 */
void bailiff_trace_store(struct bailiff_event *event);

/* The same for one that could not even be made. */
void bailiff_trace_lose(void);

extern const struct file_operations bailiff_trace_fops;

#endif /* BAILIFF_TRACE_H */
