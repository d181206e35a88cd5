// SPDX-License-Identifier: GPL-2.0-only
/*
 * protect.c - files that no rule of a policy can open to the confined
 */
#include <linux/dcache.h>
#include <linux/fs.h>
#include <linux/magic.h>
#include <linux/string.h>

#include "protect.h"
#include "vm/hooks.h"

static struct dentry *own_dir __ro_after_init;
static struct dentry *own_self __ro_after_init;

void bailiff_protect_set_dir(struct dentry *dir, struct dentry *self)
{
	own_dir = dir;
	own_self = self;
}

static bool is_called(const struct dentry *dentry, const char *name)
{
	return strcmp(dentry->d_name.name, name) == 0;
}

static bool is_one_of(const struct dentry *dentry, const char *const *names)
{
	for (; *names; names++) {
		if (is_called(dentry, *names))
			return true;
	}
	return false;
}

/*
 * Files of sysfs whose value the kernel executes; module parameters, too. That of
 * machine checks is called as those that choose when lamps are lit.
 */
static bool is_sysfs_helper(const struct dentry *dentry)
{
	static const char *const names[] = {
		"uevent_helper", "usermode_helper",
		"cltrack_prog",	 "cache_getent",
		"v86d",		 NULL,
	};

	if (is_called(dentry, "trigger"))
		return str_has_prefix(dentry->d_parent->d_name.name,
				      "machinecheck");
	return is_one_of(dentry, names);
}

/* Files of /proc/sys, most of its kernel/, whose value the kernel executes. */
static bool is_sysctl_helper(const struct dentry *dentry)
{
	static const char *const names[] = {
		"core_pattern", "modprobe", "hotplug", "poweroff_cmd", NULL,
	};
	const struct dentry *dir = dentry->d_parent;

	if (is_called(dentry, "hb_ctl_path"))
		return true;
	/* These file systems never rename: the names are stable. */
	if (!is_called(dir, "kernel") || !is_called(dir->d_parent, "sys") ||
	    dir->d_parent->d_parent != dentry->d_sb->s_root)
		return false;
	return is_one_of(dentry, names);
}

static bool runs_helper(const struct dentry *dentry)
{
	switch (dentry->d_sb->s_magic) {
	case PROC_SUPER_MAGIC:
		return is_sysctl_helper(dentry);
	case SYSFS_MAGIC:
		return is_sysfs_helper(dentry);
	case CGROUP_SUPER_MAGIC:
		return is_called(dentry, "release_agent");
	case BINFMTFS_MAGIC:
		return true;
	}
	return false;
}

u32 bailiff_protect_reason(const struct path *path)
{
	const struct dentry *dentry = path->dentry;

	if (dentry->d_sb->s_magic == SECURITYFS_MAGIC)
		return own_dir && dentry != own_self &&
				       is_subdir(path->dentry, own_dir) ?
			       BVM_REASON_SELF_PROTECT :
			       BVM_REASON_NONE;
	return runs_helper(dentry) ? BVM_REASON_HELPER : BVM_REASON_NONE;
}
