/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * fs.h - /sys/kernel/security/bailiff: what the files of the directory share
 *
 * uapi/bailiff.h says what each file takes and gives.
 */
#ifndef BAILIFF_FS_H
#define BAILIFF_FS_H

#include <linux/fs.h>
#include <linux/mutex.h>
#include <linux/seq_file.h>

#include "policy.h"

/* Bytes: the names of all domains of a task, or a reason in full */
#define BAILIFF_MAX_REPLY (BVM_MAX_STACKED * BVM_MAX_NAME + 64)

struct bailiff_channel;

/* A file that takes a whole message by one write. */
struct bailiff_command {
	size_t max_len; /* bytes of a message */
	bool admin; /* opener and writer need CAP_MAC_ADMIN, unconfined */
	/*
	 * Carry out a message: len bytes, then a NUL; from kvmalloc, and owned
	 * by run if takes_data. Fills ch->reply by bailiff_reply(). 0 or -errno.
	 */
	int (*run)(struct bailiff_channel *ch, char *data, size_t len);
	bool takes_data;
	/* What a read gives before anything was written; may be NULL. */
	void (*show)(struct bailiff_channel *ch);
};

/* One open file of that sort. */
struct bailiff_channel {
	const struct bailiff_command *command;
	struct mutex lock; /* everything below */
	struct file *file; /* borrowed: it owns us */
	struct mm_struct *mm; /* of the opener; counted by mmgrab */
	u64 slot; /* id that the directory stands for, or 0 */
	bool replied;
	u32 reply_len;
	char reply[BAILIFF_MAX_REPLY];
};

extern const struct file_operations bailiff_command_fops;
extern const struct bailiff_command bailiff_load_command;
extern const struct bailiff_command bailiff_unload_command;
extern const struct bailiff_command bailiff_bind_command;
extern const struct bailiff_command bailiff_unbind_command;
extern const struct bailiff_command bailiff_self_command;
extern const struct bailiff_command bailiff_mode_command;

extern const struct file_operations bailiff_version_fops;
extern const struct file_operations bailiff_status_fops;
extern const struct file_operations bailiff_bindings_fops;
extern const struct file_operations bailiff_tasks_fops;

/* Set the reply, which replaces an earlier one; cut at its size. */
void __printf(2, 3)
	bailiff_reply(struct bailiff_channel *ch, const char *fmt, ...);

/* Record that something was changed, in the events and in the audit log. */
void __printf(4, 5) bailiff_fs_log(u32 act, const struct bailiff_slot *slot,
				   u64 cgroup, const char *fmt, ...);

/* May whoever opened and whoever uses file administer Bailiff? 0 or -EPERM. */
int bailiff_fs_check_admin(const struct file *file);

/* policies/: make the directory once; then one for each slot. */
int bailiff_fs_policy_init(struct dentry *root);
int bailiff_fs_policy_add(struct bailiff_slot *slot);
void bailiff_fs_policy_remove(struct dentry *dir);

/* Threads that a policy confines. */
u32 bailiff_fs_count_tasks(const struct bailiff_slot *slot);

/* The path of /sys/kernel/security/bailiff/policies/NAME/mode opens this. */
int bailiff_channel_open(struct file *file,
			 const struct bailiff_command *command, u64 slot);

#endif /* BAILIFF_FS_H */
