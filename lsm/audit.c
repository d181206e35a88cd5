// SPDX-License-Identifier: GPL-2.0-only
/*
 * audit.c - the same records as lines of the Linux audit log
 */
#include <linux/audit.h>
#include <linux/lsm_audit.h>
#include <linux/preempt.h>
#include <linux/ratelimit.h>

#include "audit.h"
#include "stats.h"
#include "uapi/bailiff.h"

/* Lines of one reason: so many at once, and again every interval. */
#define AUDIT_BURST 100
#define AUDIT_INTERVAL (10 * HZ)

static const char *const outcomes[] = {
	[BAILIFF_EVENT_ENFORCED] = "denied",
	[BAILIFF_EVENT_WOULD_DENY] = "would-deny",
	[BAILIFF_EVENT_AUDITED] = "audited",
	[BAILIFF_EVENT_WAITING] = "would-deny",
	[BAILIFF_EVENT_LIFECYCLE] = "lifecycle",
};

static const char *const acts[] = {
	[BAILIFF_LIFE_LOAD] = "load", [BAILIFF_LIFE_UNLOAD] = "unload",
	[BAILIFF_LIFE_BIND] = "bind", [BAILIFF_LIFE_UNBIND] = "unbind",
	[BAILIFF_LIFE_MODE] = "mode", [BAILIFF_LIFE_SELF] = "self",
};

#define BUDGET(num, REASON, name, doc)                                        \
	[num] = RATELIMIT_STATE_INIT_FLAGS(name, AUDIT_INTERVAL, AUDIT_BURST, \
					   RATELIMIT_MSG_ON_RELEASE),
#define BVM_KIND(num, KIND, name, doc)
#define BVM_REASON BUDGET
#define BVM_ERRNO(NAME)
#define BVM_CAP(num, name)
#define BVM_FAMILY(num, name)
#define BVM_SOCKTYPE(num, name)
#define BVM_PROTOCOL(num, name)
#define BVM_PEER(num, name)
#define BVM_SIGNAL(num, name)
static struct ratelimit_state budgets[BVM_NUM_REASONS] = {
#include "vm/names.def"
};
#undef BVM_KIND
#undef BVM_REASON
#undef BVM_ERRNO
#undef BVM_CAP
#undef BVM_FAMILY
#undef BVM_SOCKTYPE
#undef BVM_PROTOCOL
#undef BVM_PEER
#undef BVM_SIGNAL

/* LSM audit hands its callbacks only this. */
struct audit_arg {
	struct common_audit_data data;
	const struct bailiff_event *event;
};

static void log_string(struct audit_buffer *ab, const struct bailiff_event *e,
		       const char *key, u16 off)
{
	if (!off)
		return;
	audit_log_format(ab, " %s=", key);
	audit_log_untrustedstring(ab, (const char *)e + off);
}

static void log_words(struct audit_buffer *ab, const struct bailiff_event *e)
{
	audit_log_format(ab, "bailiff=%s", outcomes[e->outcome]);
	if (e->outcome == BAILIFF_EVENT_LIFECYCLE) {
		audit_log_format(ab, " op=%s", acts[e->op]);
		return;
	}
	audit_log_format(ab, " class=%s op=%s reason=%s",
			 bvm_classes[e->class].name,
			 bvm_op_name(e->class, e->op),
			 bvm_name_of(bvm_reason_names, e->reason) ?: "?");
}

static void log_event(struct audit_buffer *ab, void *arg)
{
	struct common_audit_data *data = arg;
	const struct bailiff_event *e =
		container_of(data, struct audit_arg, data)->event;

	log_words(ab, e);
	log_string(ab, e, "policy", e->policy);
	audit_log_format(ab, " generation=%llu", e->generation);
	log_string(ab, e, "container", e->label);
	if (e->cgroup)
		audit_log_format(ab, " cgroup=%llu", e->cgroup);
	log_string(ab, e, "object", e->object);
	log_string(ab, e, "detail", e->detail);
	if (e->rule)
		audit_log_format(ab, " rule=%u", e->rule);
	log_string(ab, e, "file", e->file);
	if (e->line)
		audit_log_format(ab, " line=%u", e->line);
	if (e->err)
		audit_log_format(ab, " errno=%u", e->err);
	log_string(ab, e, "exe", e->exe);
}

/*
 * ausearch passes over a record of type AVC that has no tclass behind pid and
 * comm, which LSM audit has just written.
 */
static void log_tclass(struct audit_buffer *ab, void *arg)
{
	struct common_audit_data *data = arg;
	const struct bailiff_event *e =
		container_of(data, struct audit_arg, data)->event;

	audit_log_format(ab, " tclass=%s",
			 e->outcome == BAILIFF_EVENT_LIFECYCLE ?
				 "policy" :
				 bvm_classes[e->class].name);
}

void bailiff_audit_event(const struct bailiff_event *event)
{
	struct audit_arg arg = {
		.data.type = LSM_AUDIT_DATA_NONE,
		.event = event,
	};

	if (!in_task())
		return;
	if (event->outcome != BAILIFF_EVENT_LIFECYCLE &&
	    !__ratelimit(&budgets[event->reason])) {
		bailiff_count(audit_suppressed);
		return;
	}
	common_lsm_audit(&arg.data, log_event, log_tclass);
}
