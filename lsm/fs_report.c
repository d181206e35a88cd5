// SPDX-License-Identifier: GPL-2.0-only
/*
 * fs_report.c - what can be read about the whole: version, status, bindings,
 * tasks
 */
#include <linux/fs.h>
#include <linux/lsm_hooks.h>
#include <linux/sched/signal.h>
#include <linux/seq_file.h>

#include "bind.h"
#include "common.h"
#include "cred.h"
#include "event.h"
#include "fs.h"
#include "mediate.h"
#include "setup.h"
#include "stats.h"

/* A file whose text show() prints. */
#define DEFINE_REPORT(name, show)                                      \
	static int name##_open(struct inode *inode, struct file *file) \
	{                                                              \
		return single_open(file, show, NULL);                  \
	}                                                              \
	const struct file_operations bailiff_##name##_fops = {         \
		.open = name##_open,                                   \
		.read = seq_read,                                      \
		.llseek = seq_lseek,                                   \
		.release = single_release,                             \
	}

static int show_version(struct seq_file *m, void *v)
{
	seq_printf(m, "%s %u %u %u\n", BAILIFF_NAME, BAILIFF_ABI,
		   BVM_IMAGE_VERSION, BVM_LANGUAGE_VERSION);
	return 0;
}
DEFINE_REPORT(version, show_version);

static void print_counts(struct seq_file *m, const struct bailiff_stats *sum)
{
	seq_printf(m, "decisions_denied %llu\n", sum->denied);
	seq_printf(m, "decisions_audited %llu\n", sum->would_deny);
	for (u32 i = 1; i < BVM_NUM_CLASSES; i++)
		seq_printf(m, "denied.%s %llu\n", bvm_classes[i].name,
			   sum->denied_class[i]);
	for (u32 i = 1; i < BVM_NUM_REASONS; i++)
		seq_printf(m, "reason.%s %llu\n",
			   bvm_name_of(bvm_reason_names, i), sum->reason[i]);
}

/* Words behind a key, the first of which brings the key. */
struct word_list {
	struct seq_file *m;
	const char *key;
	u32 num;
};

static int print_word(const char *word, void *arg)
{
	struct word_list *list = arg;

	if (list->num++)
		seq_printf(list->m, ",%s", word);
	else
		seq_printf(list->m, "%s %s", list->key, word);
	return 0;
}

static void print_unmediated(struct seq_file *m, u32 class)
{
	const struct bvm_op_info *ops = bvm_classes[class].ops;
	u64 mediated = bailiff_mediated(class);
	char key[32];
	struct word_list list = { .m = m, .key = key };

	snprintf(key, sizeof(key), "unmediated.%s", bvm_classes[class].name);
	for (u32 op = 0; op < BVM_MAX_OPS; op++) {
		if (ops[op].name && !(mediated & BIT_ULL(op)))
			print_word(ops[op].name, &list);
	}
	if (list.num)
		seq_putc(m, '\n');
}

/* What this kernel lacks, and what of this version is not enforced on it. */
static void print_mediation(struct seq_file *m)
{
	struct word_list hooks = { .m = m, .key = "missing_hooks" };

	for (u32 i = 1; i < BVM_NUM_CLASSES; i++)
		seq_printf(m, "mediated.%s 0x%llx\n", bvm_classes[i].name,
			   bailiff_mediated(i));
	for (u32 i = 1; i < BVM_NUM_CLASSES; i++)
		print_unmediated(m, i);
	(void)bailiff_for_each_missing(print_word, &hooks);
	if (hooks.num)
		seq_putc(m, '\n');
}

static void print_events(struct seq_file *m)
{
	struct bailiff_event_counts counts;

	bailiff_event_count(&counts);
	seq_printf(m, "events_total %llu\n", counts.total);
	seq_printf(m, "events_delivered %llu\n", counts.delivered);
	seq_printf(m, "events_lost %llu\n", counts.lost);
	seq_printf(m, "events_waiting %llu\n", counts.waiting);
	seq_printf(m, "events_memory %llu\n", counts.bytes);
}

static int show_status(struct seq_file *m, void *v)
{
	struct bailiff_stats sum;

	bailiff_stats_sum(&sum);
	bailiff_bind_reap();
	seq_printf(m, "abi %u\n", BAILIFF_ABI);
	seq_printf(m, "lsm_order %s\n", lsm_names);
	seq_printf(m, "jit %s\n",
		   bailiff_jit && IS_ENABLED(CONFIG_BPF_JIT) ? "on" : "off");
	seq_printf(m, "policies %u\n", bailiff_policy_count());
	seq_printf(m, "bindings %u\n", bailiff_bind_count());
	seq_printf(m, "generation %llu\n", bailiff_policy_last_generation());
	print_counts(m, &sum);
	print_events(m);
	seq_printf(m, "audit_suppressed %llu\n", sum.audit_suppressed);
#ifdef CONFIG_SECURITY_BAILIFF_TEST
	seq_printf(m, "walks %llu\n", sum.walks);
#endif
	seq_printf(m, "walks_again %llu\n", sum.walks_again);
	seq_printf(m, "loads %llu\n", sum.loads);
	seq_printf(m, "load_errors %llu\n", sum.load_errors);
	seq_printf(m, "joins %llu\n", sum.joins);
	seq_printf(m, "join_failures %llu\n", sum.join_failures);
	print_mediation(m);
	return 0;
}
DEFINE_REPORT(status, show_status);

static int print_binding(const struct bailiff_binding *binding, void *arg)
{
	struct seq_file *m = arg;

	seq_printf(m, "cgroup=%llu policy=%s", binding->cgroup,
		   binding->num ? "" : BAILIFF_REFUSE);
	for (u32 i = 0; i < binding->num; i++) {
		const struct bailiff_bound *bound = &binding->bound[i];

		seq_printf(m, "%s%s", i ? "," : "", bound->slot->name);
		if (bound->pinned)
			seq_printf(m, "@%*phN", BAILIFF_DIGEST_LEN,
				   bound->digest);
	}
	if (binding->filtered)
		seq_puts(m, " filtered");
	if (binding->label[0])
		seq_printf(m, " label=%s", binding->label);
	seq_printf(m, " tasks=%u joined=%u\n", binding->num_tasks,
		   binding->num_joined);
	return 0;
}

static int show_bindings(struct seq_file *m, void *v)
{
	return bailiff_bind_for_each(print_binding, m);
}
DEFINE_REPORT(bindings, show_bindings);

static void print_task(struct seq_file *m, struct task_struct *task)
{
	const struct bailiff_set *set = bailiff_cred_set(__task_cred(task));

	if (!set)
		return;
	seq_printf(m, "%d %d ", task_tgid_nr(task), task_pid_nr(task));
	for (u32 i = 0; i < set->num; i++) {
		const struct bailiff_slot *slot = set->domain[i].slot;

		seq_printf(m, "%s%s@%llu", i ? "," : "", slot->name,
			   bailiff_slot_active(slot)->generation);
	}
	seq_putc(m, '\n');
}

static int show_tasks(struct seq_file *m, void *v)
{
	struct task_struct *process, *thread;

	rcu_read_lock();
	for_each_process(process)
		for_each_thread(process, thread)
			print_task(m, thread);
	rcu_read_unlock();
	return 0;
}
DEFINE_REPORT(tasks, show_tasks);
