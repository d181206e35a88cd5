// SPDX-License-Identifier: GPL-2.0-only
/*
 * fs_policy.c - /sys/kernel/security/bailiff/policies/NAME/
 *
 * An open file may outlive its directory, so entries hold the slot's id and
 * look the slot up; nothing that goes away is pointed to.
 */
#include <linux/fs.h>
#include <linux/sched/signal.h>
#include <linux/security.h>
#include <linux/seq_file.h>

#include "compat.h"
#include "cred.h"
#include "fs.h"

static struct dentry *policies_dir __ro_after_init;

static u64 slot_id(const struct inode *inode)
{
	return (unsigned long)inode->i_private;
}

static bool is_under(struct task_struct *task, const struct bailiff_slot *slot)
{
	const struct bailiff_set *set = bailiff_cred_set(__task_cred(task));

	for (u32 i = 0; set && i < set->num; i++) {
		if (set->domain[i].slot == slot)
			return true;
	}
	return false;
}

u32 bailiff_fs_count_tasks(const struct bailiff_slot *slot)
{
	struct task_struct *process, *thread;
	u32 num = 0;

	rcu_read_lock();
	for_each_process(process)
		for_each_thread(process, thread)
			num += is_under(thread, slot);
	rcu_read_unlock();
	return num;
}

static const char *mode_name(const struct bailiff_policy *policy)
{
	u32 classes = BIT(BVM_NUM_CLASSES) - BIT(1);
	u32 audit = READ_ONCE(policy->audit_classes) & classes;

	if (!audit)
		return "enforce";
	return audit == classes ? "audit" : "mixed";
}

static bool is_jited(const struct bailiff_policy *policy)
{
	for (u32 i = 1; i < BVM_NUM_CLASSES; i++) {
		if (policy->image.programs[i].header && !policy->prog[i].jited)
			return false;
	}
	return true;
}

static void print_info(struct seq_file *m, struct bailiff_slot *slot,
		       const struct bailiff_policy *policy)
{
	seq_printf(m, "name %s\n", slot->name);
	seq_printf(m, "generation %llu\n", policy->generation);
	seq_printf(m, "digest %*phN\n", BAILIFF_DIGEST_LEN, policy->digest);
	seq_printf(m, "mode %s\n", mode_name(policy));
	seq_printf(m, "bytes %zu\n", policy->image.len);
	seq_printf(m, "rules %u\n", policy->image.num_rules);
	seq_printf(m, "tasks %u\n", bailiff_fs_count_tasks(slot));
	seq_printf(m, "programs %s\n",
		   is_jited(policy) ? "jit" : "interpreter");
	seq_printf(m, "loaded %lld\n", policy->loaded);
	if (!policy->image.start)
		return;
	seq_printf(m, "start_timeout %u\n", policy->image.start->timeout_s);
	seq_printf(m, "waiting %u\n", bailiff_slot_count_waiting(slot));
}

static void print_rule(struct seq_file *m, const struct bailiff_policy *policy,
		       u32 number)
{
	static const char *const kinds[] = { "allow", "deny", "audit" };
	const struct bvm_image *image = &policy->image;
	const struct bvm_rule *rule = &image->rules[number - 1];

	seq_printf(m, "%u %s:%u %s %llu\n", number,
		   bvm_image_string(image, rule->file), rule->line,
		   kinds[rule->kind], bailiff_hits_read(policy->hits, number));
}

static void print_rules(struct seq_file *m, struct bailiff_slot *slot,
			const struct bailiff_policy *policy)
{
	seq_printf(m, "0 -:0 default %llu\n",
		   bailiff_hits_read(policy->hits, 0));
	for (u32 i = 1; i <= policy->image.num_rules; i++)
		print_rule(m, policy, i);
}

typedef void (*print_fn)(struct seq_file *m, struct bailiff_slot *slot,
			 const struct bailiff_policy *policy);

static int show(struct seq_file *m, print_fn print)
{
	struct bailiff_slot *slot =
		bailiff_slot_by_id((unsigned long)m->private);
	struct bailiff_policy *policy;

	if (!slot)
		return -ENOENT;
	policy = bailiff_slot_policy(slot);
	print(m, slot, policy);
	bailiff_policy_put(policy);
	bailiff_slot_put(slot);
	return 0;
}

static int info_show(struct seq_file *m, void *v)
{
	return show(m, print_info);
}

static int rules_show(struct seq_file *m, void *v)
{
	return show(m, print_rules);
}

static int info_open(struct inode *inode, struct file *file)
{
	return single_open(file, info_show, inode->i_private);
}

static int rules_open(struct inode *inode, struct file *file)
{
	return single_open(file, rules_show, inode->i_private);
}

static const struct file_operations info_fops = {
	.open = info_open,
	.read = seq_read,
	.llseek = seq_lseek,
	.release = single_release,
};

static const struct file_operations rules_fops = {
	.open = rules_open,
	.read = seq_read,
	.llseek = seq_lseek,
	.release = single_release,
};

/* The image keeps the version that was active at the open. */
static int image_open(struct inode *inode, struct file *file)
{
	struct bailiff_slot *slot = bailiff_slot_by_id(slot_id(inode));

	if (!slot)
		return -ENOENT;
	file->private_data = bailiff_slot_policy(slot);
	bailiff_slot_put(slot);
	return 0;
}

static ssize_t image_read(struct file *file, char __user *buf, size_t len,
			  loff_t *ppos)
{
	const struct bailiff_policy *policy = file->private_data;

	return simple_read_from_buffer(buf, len, ppos, policy->image.bytes,
				       policy->image.len);
}

static int image_release(struct inode *inode, struct file *file)
{
	bailiff_policy_put(file->private_data);
	return 0;
}

static const struct file_operations image_fops = {
	.open = image_open,
	.read = image_read,
	.llseek = default_llseek,
	.release = image_release,
};

static int mode_open(struct inode *inode, struct file *file)
{
	return bailiff_channel_open(file, &bailiff_mode_command,
				    slot_id(inode));
}

/* The other operations are those of every file that takes messages. */
static struct file_operations mode_fops __ro_after_init;

static const struct {
	const char *name;
	umode_t mode;
	const struct file_operations *fops;
} files[] = {
	{ "info", 0444, &info_fops },
	{ "mode", 0600, &mode_fops },
	{ "rules", 0400, &rules_fops },
	{ "image", 0400, &image_fops },
};

int __init bailiff_fs_policy_init(struct dentry *root)
{
	mode_fops = bailiff_command_fops;
	mode_fops.open = mode_open;
	policies_dir = securityfs_create_dir("policies", root);
	return PTR_ERR_OR_ZERO(policies_dir);
}

int bailiff_fs_policy_add(struct bailiff_slot *slot)
{
	struct dentry *dir, *entry;

	if (slot->dir)
		return 0;
	dir = securityfs_create_dir(slot->name, policies_dir);
	if (IS_ERR(dir))
		return PTR_ERR(dir);
	for (u32 i = 0; i < ARRAY_SIZE(files); i++) {
		entry = securityfs_create_file(files[i].name, files[i].mode,
					       dir,
					       (void *)(unsigned long)slot->id,
					       files[i].fops);
		if (IS_ERR(entry)) {
			bailiff_fs_policy_remove(dir);
			return PTR_ERR(entry);
		}
	}
	bailiff_slot_set_dir(slot, dir);
	return 0;
}

void bailiff_fs_policy_remove(struct dentry *dir)
{
	if (dir)
		securityfs_recursive_remove(dir);
}
