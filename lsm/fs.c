// SPDX-License-Identifier: GPL-2.0-only
/*
 * fs.c - /sys/kernel/security/bailiff: the directory, and files that take
 * messages
 */
#include <linux/capability.h>
#include <linux/fs.h>
#include <linux/moduleparam.h>
#include <linux/poll.h>
#include <linux/sched/mm.h>
#include <linux/security.h>
#include <linux/slab.h>
#include <linux/uaccess.h>

#include "common.h"
#include "compat.h"
#include "cred.h"
#include "decide.h"
#include "event.h"
#include "fs.h"
#include "inherit.h"
#include "omit.h"
#include "protect.h"
#include "selftest.h"
#include "setup.h"
#include "trace.h"

void bailiff_reply(struct bailiff_channel *ch, const char *fmt, ...)
{
	va_list args;

	va_start(args, fmt);
	ch->reply_len = vscnprintf(ch->reply, sizeof(ch->reply), fmt, args);
	va_end(args);
	ch->replied = true;
}

void bailiff_fs_log(u32 act, const struct bailiff_slot *slot, u64 cgroup,
		    const char *fmt, ...)
{
	char text[256];
	struct bailiff_record record = {
		.outcome = BAILIFF_EVENT_LIFECYCLE,
		.op = act,
		.cgroup = cgroup,
		.policy_name = slot ? slot->name : NULL,
		.text = text,
	};
	va_list args;

	va_start(args, fmt);
	vscnprintf(text, sizeof(text), fmt, args);
	va_end(args);
	rcu_read_lock();
	if (slot)
		record.generation = bailiff_slot_active(slot)->generation;
	bailiff_event_emit(&record);
	rcu_read_unlock();
}

/*
 * Whoever is confined has no say here, whatever a rule allows, and in audit
 * mode, too: the decision is asked for its record alone.
 */
static int refuse_confined(const struct file *file, u64 op)
{
	const struct bailiff_set *set = bailiff_current_set();
	struct bailiff_request rq;
	int err;

	if (likely(!set))
		return 0;
	bailiff_request_init(&rq, current_cred(), set, BVM_CLASS_FILES);
	rq.ops = op;
	rq.reason = BVM_REASON_SELF_PROTECT;
	bailiff_request_path(&rq, &file->f_path, 0);
	err = bailiff_decide(&rq);
	(void)err;
	return -EPERM;
}

int bailiff_fs_check_admin(const struct file *file)
{
	int err = refuse_confined(file, file->f_mode & FMODE_WRITE ?
						BVM_BIT(FILES, WRITE) :
						BVM_BIT(FILES, READ));

	if (err)
		return err;
	if (bailiff_cred_set(file->f_cred))
		return -EPERM;
	if (!file_ns_capable(file, &init_user_ns, CAP_MAC_ADMIN) ||
	    !capable(CAP_MAC_ADMIN))
		return -EPERM;
	return 0;
}

int bailiff_channel_open(struct file *file,
			 const struct bailiff_command *command, u64 slot)
{
	struct bailiff_channel *ch;

	if (command->admin && (file->f_mode & FMODE_WRITE)) {
		int err = bailiff_fs_check_admin(file);

		if (err)
			return err;
	}
	ch = kzalloc(sizeof(*ch), GFP_KERNEL_ACCOUNT);
	if (!ch)
		return -ENOMEM;
	mutex_init(&ch->lock);
	ch->command = command;
	ch->file = file;
	ch->slot = slot;
	ch->mm = current->mm;
	if (ch->mm)
		mmgrab(ch->mm);
	file->private_data = ch;
	return 0;
}

static int channel_open(struct inode *inode, struct file *file)
{
	return bailiff_channel_open(file, inode->i_private, 0);
}

static int channel_release(struct inode *inode, struct file *file)
{
	struct bailiff_channel *ch = file->private_data;

	if (ch->mm)
		mmdrop(ch->mm);
	kfree(ch);
	return 0;
}

static ssize_t channel_read(struct file *file, char __user *buf, size_t len,
			    loff_t *ppos)
{
	struct bailiff_channel *ch = file->private_data;
	ssize_t ret;

	if (mutex_lock_interruptible(&ch->lock))
		return -EINTR;
	if (!ch->replied && ch->command->show)
		ch->command->show(ch);
	ret = simple_read_from_buffer(buf, len, ppos, ch->reply, ch->reply_len);
	mutex_unlock(&ch->lock);
	return ret;
}

/* A copy of the whole message, with a NUL behind it. */
static char *copy_message(const char __user *buf, size_t len)
{
	char *data = kvmalloc(len + 1, GFP_KERNEL_ACCOUNT);

	if (!data)
		return ERR_PTR(-ENOMEM);
	if (copy_from_user(data, buf, len)) {
		kvfree(data);
		return ERR_PTR(-EFAULT);
	}
	data[len] = 0;
	return data;
}

/* What was refused has a reply that says so, also where no text was given. */
static void reply_errno(struct bailiff_channel *ch, long err)
{
	if (err == -ENOMEM)
		bailiff_reply(ch, "error: no memory\n");
	else
		bailiff_reply(ch, "error: errno %ld\n", -err);
}

/* A text with a NUL in it would be carried out as what is before that alone. */
static bool is_cut(const struct bailiff_command *command, const char *data,
		   size_t len)
{
	return !command->takes_data && memchr(data, 0, len);
}

static int run_command(struct bailiff_channel *ch, const char __user *buf,
		       size_t len)
{
	char *data;
	int err;

	if (len > ch->command->max_len) {
		bailiff_reply(ch, "error: %zu bytes, and the limit is %zu\n",
			      len, ch->command->max_len);
		return -E2BIG;
	}
	data = copy_message(buf, len);
	if (IS_ERR(data)) {
		reply_errno(ch, PTR_ERR(data));
		return PTR_ERR(data);
	}
	if (is_cut(ch->command, data, len)) {
		kvfree(data);
		bailiff_reply(ch, "error: a NUL byte in the message\n");
		return -EINVAL;
	}
	ch->replied = false;
	err = ch->command->run(ch, data, len);
	if (!ch->command->takes_data)
		kvfree(data);
	if (err && !ch->replied)
		reply_errno(ch, err);
	else if (!ch->replied)
		bailiff_reply(ch, "ok\n");
	return err;
}

/* The position stays where it is: the reply is read from the start. */
static ssize_t channel_write(struct file *file, const char __user *buf,
			     size_t len, loff_t *ppos)
{
	struct bailiff_channel *ch = file->private_data;
	int err;

	if (*ppos != 0)
		return -EINVAL;
	if (ch->command->admin) {
		err = bailiff_fs_check_admin(file);
		if (err)
			return err;
	}
	if (mutex_lock_interruptible(&ch->lock))
		return -EINTR;
	err = run_command(ch, buf, len);
	mutex_unlock(&ch->lock);
	return err ?: len;
}

const struct file_operations bailiff_command_fops = {
	.open = channel_open,
	.read = channel_read,
	.write = channel_write,
	.release = channel_release,
	.llseek = default_llseek,
};

static int events_open(struct inode *inode, struct file *file)
{
	return bailiff_fs_check_admin(file);
}

static ssize_t events_read(struct file *file, char __user *buf, size_t len,
			   loff_t *ppos)
{
	/* Reading takes records away; the descriptor may be inherited. */
	int err = refuse_confined(file, BVM_BIT(FILES, READ));

	if (err)
		return err;
	return bailiff_event_read(buf, len, file->f_flags & O_NONBLOCK);
}

static __poll_t events_poll(struct file *file, poll_table *wait)
{
	return bailiff_event_poll(file, wait);
}

static const struct file_operations events_fops = {
	.open = events_open,
	.read = events_read,
	.poll = events_poll,
	.llseek = noop_llseek,
};

#ifdef CONFIG_SECURITY_BAILIFF_TEST
static int test_open(struct inode *inode, struct file *file)
{
	return single_open_size(file, bailiff_selftest_show, NULL, 65536);
}

static const struct file_operations test_fops = {
	.open = test_open,
	.read = seq_read,
	.llseek = seq_lseek,
	.release = single_release,
};
#endif

static const struct {
	const char *name;
	umode_t mode;
	const struct file_operations *fops;
	const struct bailiff_command *command;
} files[] __initconst = {
	{ "version", 0444, &bailiff_version_fops, NULL },
	{ "status", 0444, &bailiff_status_fops, NULL },
	{ "load", 0600, &bailiff_command_fops, &bailiff_load_command },
	{ "unload", 0600, &bailiff_command_fops, &bailiff_unload_command },
	{ "bind", 0600, &bailiff_command_fops, &bailiff_bind_command },
	{ "unbind", 0600, &bailiff_command_fops, &bailiff_unbind_command },
	{ "self", 0666, &bailiff_command_fops, &bailiff_self_command },
	{ "events", 0400, &events_fops, NULL },
	{ "trace", 0600, &bailiff_trace_fops, NULL },
	{ "bindings", 0400, &bailiff_bindings_fops, NULL },
	{ "tasks", 0400, &bailiff_tasks_fops, NULL },
#ifdef CONFIG_SECURITY_BAILIFF_TEST
	{ "test", 0400, &test_fops, NULL },
	{ "test_vm", 0600, &bailiff_selftest_vm_fops, NULL },
	{ "decide", 0600, &bailiff_selftest_decide_fops, NULL },
#endif
};

#ifdef CONFIG_SECURITY_BAILIFF_TEST
/* bailiff.unmade=NAME: as if there was no memory for that file. */
static char unmade[16] __initdata;
module_param_string(unmade, unmade, sizeof(unmade), 0);
#else
static const char unmade[1] __initconst;
#endif

static struct dentry *__init make_file(struct dentry *root, const char *name,
				       umode_t mode,
				       const struct bailiff_command *command,
				       const struct file_operations *fops)
{
	if (strcmp(name, unmade) == 0)
		return ERR_PTR(-ENOMEM);
	return securityfs_create_file(name, mode, root, (void *)command, fops);
}

/* On success *self is the file that the confined may use. */
static int __init make_files(struct dentry *root, struct dentry **self)
{
	struct dentry *dentry;

	for (u32 i = 0; i < ARRAY_SIZE(files); i++) {
		dentry = make_file(root, files[i].name, files[i].mode,
				   files[i].command, files[i].fops);
		if (IS_ERR(dentry))
			return PTR_ERR(dentry);
		if (files[i].command == &bailiff_self_command)
			*self = dentry;
	}
#ifdef BAILIFF_CAN_OMIT
	if (bailiff_omit) {
		dentry = make_file(root, "omit", 0600, &bailiff_omit_command,
				   &bailiff_command_fops);
		if (IS_ERR(dentry))
			return PTR_ERR(dentry);
	}
#endif
	return bailiff_fs_policy_init(root);
}

/* All of them or none: without the directory of the policies a load fails. */
static int __init make_root(void)
{
	struct dentry *root = securityfs_create_dir(BAILIFF_NAME, NULL);
	struct dentry *self = NULL;
	int err;

	if (IS_ERR(root))
		return PTR_ERR(root);
	err = make_files(root, &self);
	if (err)
		securityfs_recursive_remove(root);
	else
		bailiff_protect_set_dir(root, self);
	return err;
}

/* Nothing can be loaded without these files, so nothing is half confined. */
static int __init bailiff_fs_init(void)
{
	int err;

	if (!bailiff_initialized)
		return 0;
	err = bailiff_event_init();
	if (!err)
		err = bailiff_inherit_init();
	if (!err)
		err = make_root();
	if (err)
		pr_err("no files in securityfs: error %d\n", err);
	return err;
}
fs_initcall(bailiff_fs_init);
