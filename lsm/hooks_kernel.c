// SPDX-License-Identifier: GPL-2.0-only
/*
 * hooks_kernel.c - what concerns the kernel itself
 *
 * What needs a capability too was asked for it before. There is no hook for
 * swap areas, and none for adjtimex(2): those are left to capabilities.
 */
#include <linux/fs.h>
#include <linux/kernel_read_file.h>
#include <linux/key-type.h>
#include <linux/key.h>
#include <linux/perf_event.h>
#include <linux/preempt.h>

#include "attach.h"
#include "common.h"
#include "compat.h"
#include "cred.h"
#include "decide.h"

/* text is what rules know by `names`; detail is for the record alone. */
static int judge(const struct cred *cred, u64 op, const char *text,
		 const char *detail)
{
	const struct bailiff_set *set = bailiff_cred_set(cred);
	struct bailiff_request rq BAILIFF_UNSET;

	if (likely(!set))
		return 0;
	bailiff_request_init(&rq, cred, set, BVM_CLASS_KERNEL);
	rq.ops = op;
	rq.detail = text ?: detail;
	if (text) {
		rq.text.bytes = text;
		rq.text.len = strlen(text);
		rq.ctx.kernel.text = BVM_STR_TEXT;
	}
	return bailiff_decide(&rq);
}

static int judge_current(u64 op, const char *detail)
{
	return judge(current_cred(), op, NULL, detail);
}

/* ---- code for the kernel ---- */

/*
 * The program that loads the module runs unconfined: whoever makes the kernel
 * ask for it chooses only the name.
 */
static int hook_kernel_module_request(char *kmod_name)
{
	return judge(current_cred(), BVM_BIT(KERNEL, MODULE_REQUEST), kmod_name,
		     NULL);
}

/* The numbers of enum kernel_load_data_id are the same. */
static u64 op_of_data(enum kernel_read_file_id id)
{
	switch (id) {
	case READING_MODULE:
		return BVM_BIT(KERNEL, MODULE);
	case READING_KEXEC_IMAGE:
	case READING_KEXEC_INITRAMFS:
		return BVM_BIT(KERNEL, KEXEC);
	case READING_FIRMWARE:
		return BVM_BIT(KERNEL, FIRMWARE);
	default:
		return 0;
	}
}

static int hook_kernel_read_file(struct file *file, enum kernel_read_file_id id,
				 bool contents)
{
	u64 op = op_of_data(id);

	return op ? judge_current(op, NULL) : 0;
}

static int hook_kernel_load_data(enum kernel_load_data_id id, bool contents)
{
	u64 op = op_of_data((enum kernel_read_file_id)id);

	static_assert((int)LOADING_MODULE == (int)READING_MODULE &&
		      (int)LOADING_KEXEC_IMAGE == (int)READING_KEXEC_IMAGE &&
		      (int)LOADING_FIRMWARE == (int)READING_FIRMWARE);
	return op ? judge_current(op, NULL) : 0;
}

#ifdef CONFIG_BPF_SYSCALL
/* Every way to a map or a program leads through the system call. */
static int hook_bpf(int cmd, union bpf_attr *attr, unsigned int size)
{
	return judge_current(BVM_BIT(KERNEL, BPF), NULL);
}
#endif

/* ---- what goes on in the kernel ---- */

#ifdef CONFIG_PERF_EVENTS
/* For some events it is asked again, with another type. */
static int hook_perf_event_open(BAILIFF_PERF_OPEN_ARGS(type))
{
	if (type != PERF_SECURITY_OPEN)
		return 0;
	return judge_current(BVM_BIT(KERNEL, PERF), NULL);
}
#endif

static int hook_syslog(int type)
{
	return judge_current(BVM_BIT(KERNEL, SYSLOG), NULL);
}

/* May come in an interrupt: the current task has nothing to do with it then. */
static int hook_locked_down(enum lockdown_reason what)
{
	if (!in_task())
		return 0;
	return judge(current_cred(), BVM_BIT(KERNEL, LOCKDOWN),
		     what <= LOCKDOWN_CONFIDENTIALITY_MAX ?
			     lockdown_reasons[what] :
			     NULL,
		     NULL);
}

/* ---- keys ---- */

#ifdef CONFIG_KEYS
static int hook_key_alloc(struct key *key, const struct cred *cred,
			  unsigned long flags)
{
	return judge(cred, BVM_BIT(KERNEL, KEYRING), key->type->name, NULL);
}

/* In an RCU read section at times. What is put off will be asked again. */
static int hook_key_permission(key_ref_t key_ref, const struct cred *cred,
			       enum key_need_perm need_perm)
{
	const struct key *key = key_ref_to_ptr(key_ref);

	if (need_perm == KEY_DEFER_PERM_CHECK)
		return 0;
	return judge(cred, BVM_BIT(KERNEL, KEYRING), key->type->name, NULL);
}
#endif

/* ---- time, quotas ---- */

static int hook_settime(const struct timespec64 *ts, const struct timezone *tz)
{
	return judge_current(BVM_BIT(KERNEL, TIME), NULL);
}

static int hook_quotactl(int cmds, int type, int id,
			 BAILIFF_CONST_QUOTACTL struct super_block *sb)
{
	return judge_current(BVM_BIT(KERNEL, QUOTA), NULL);
}

static int hook_quota_on(struct dentry *dentry)
{
	return judge_current(BVM_BIT(KERNEL, QUOTA), NULL);
}

/* ---- io_uring ---- */

#ifdef CONFIG_IO_URING
/*
 * To act with the credentials of who is under less than the caller is no matter
 * of rules: a ring may be from before, and who made it have ended.
 */
static noinline int override_confined(const struct bailiff_set *set,
				      const struct bailiff_set *theirs)
{
	struct bailiff_request rq BAILIFF_UNSET;

	bailiff_request_init(&rq, current_cred(), set, BVM_CLASS_KERNEL);
	rq.ops = BVM_BIT(KERNEL, IO_URING);
	rq.detail = "personality";
	if (!theirs || !bailiff_set_is_under(theirs, set))
		rq.reason = BVM_REASON_OUTSIDE_FD;
	return bailiff_decide(&rq);
}

static int hook_uring_override_creds(const struct cred *new)
{
	const struct bailiff_set *set = bailiff_current_set();

	return likely(!set) ? 0 : override_confined(set, bailiff_cred_set(new));
}

static int hook_uring_sqpoll(void)
{
	return judge_current(BVM_BIT(KERNEL, IO_URING), "poller");
}

static int hook_uring_cmd(struct io_uring_cmd *ioucmd)
{
	return judge_current(BVM_BIT(KERNEL, IO_URING), "command");
}
#endif

static struct security_hook_list hooks[] __ro_after_init = {
	LSM_HOOK_INIT(kernel_module_request, hook_kernel_module_request),
	LSM_HOOK_INIT(kernel_read_file, hook_kernel_read_file),
	LSM_HOOK_INIT(kernel_load_data, hook_kernel_load_data),
#ifdef CONFIG_BPF_SYSCALL
	LSM_HOOK_INIT(bpf, hook_bpf),
#endif
#ifdef CONFIG_PERF_EVENTS
	LSM_HOOK_INIT(perf_event_open, hook_perf_event_open),
#endif
	LSM_HOOK_INIT(syslog, hook_syslog),
	LSM_HOOK_INIT(locked_down, hook_locked_down),
#ifdef CONFIG_KEYS
	LSM_HOOK_INIT(key_alloc, hook_key_alloc),
	LSM_HOOK_INIT(key_permission, hook_key_permission),
#endif
	LSM_HOOK_INIT(settime, hook_settime),
	LSM_HOOK_INIT(quotactl, hook_quotactl),
	LSM_HOOK_INIT(quota_on, hook_quota_on),
#ifdef CONFIG_IO_URING
	LSM_HOOK_INIT(uring_override_creds, hook_uring_override_creds),
	LSM_HOOK_INIT(uring_sqpoll, hook_uring_sqpoll),
	LSM_HOOK_INIT(uring_cmd, hook_uring_cmd),
#endif
};

void __init bailiff_kernel_add_hooks(void)
{
	bailiff_add_hooks(hooks);
}
