// SPDX-License-Identifier: GPL-2.0-only
/*
 * inherit.c - the descriptors that a task brings into a domain
 *
 * A ring, a user fault descriptor or a detached mount acts with the rights of
 * whoever made it, and some of their calls pass no hook: they must not come
 * along. The null device is a node on a file system of our own, so that no
 * container can put another file in its place.
 */
#include <linux/dcache.h>
#include <linux/fdtable.h>
#include <linux/file.h>
#include <linux/fs.h>
#include <linux/kdev_t.h>
#include <linux/magic.h>
#include <linux/major.h>
#include <linux/mount.h>
#include <linux/namei.h>
#include <linux/pseudo_fs.h>

#include "common.h"
#include "compat.h"
#include "cred.h"
#include "inherit.h"
#include "use.h"

#define NULLFS_MAGIC 0x4241494c

static struct path null_path __ro_after_init;

static int init_nullfs(struct fs_context *fc)
{
	return init_pseudo(fc, NULLFS_MAGIC) ? 0 : -ENOMEM;
}

static struct file_system_type nullfs = {
	.name = "bailiff-null",
	.init_fs_context = init_nullfs,
	.kill_sb = kill_anon_super,
};

static struct dentry *make_null(struct super_block *sb)
{
	struct qstr name = QSTR_INIT("null", 4);
	struct dentry *dentry;
	struct inode *inode;

	inode = new_inode(sb);
	if (!inode)
		return NULL;
	inode->i_ino = get_next_ino();
	init_special_inode(inode, S_IFCHR | 0666, MKDEV(MEM_MAJOR, 3));
	inode->i_mode = S_IFCHR | 0666;
	simple_inode_init_ts(inode);
	dentry = d_alloc(sb->s_root, &name);
	if (!dentry) {
		iput(inode);
		return NULL;
	}
	d_add(dentry, inode);
	return dentry;
}

int bailiff_inherit_init(void)
{
	struct vfsmount *mnt = kern_mount(&nullfs);
	struct dentry *dentry;

	if (IS_ERR(mnt))
		return PTR_ERR(mnt);
	dentry = make_null(mnt->mnt_sb);
	if (!dentry) {
		kern_unmount(mnt);
		return -ENOMEM;
	}
	null_path.mnt = mnt;
	null_path.dentry = dentry;
	return 0;
}

/* Runs under files->file_lock, and so does not sleep. */
static int find_refused(const void *arg, struct file *file, unsigned int fd)
{
	const struct cred *cred = arg;
	const struct bailiff_set *set = bailiff_cred_set(cred);

	if (bailiff_file(file)->stamp == set->stamp)
		return 0;
	return bailiff_use_judge(file, cred, set) ? fd + 1 : 0;
}

void bailiff_inherit_sweep(const struct cred *cred)
{
	struct file *null = NULL;
	unsigned int found = 0;

	for (;;) {
		found = iterate_fd(current->files, found, find_refused, cred);
		if (!found)
			break;
		if (!null && null_path.dentry)
			null = dentry_open(&null_path, O_RDWR, cred);
		if (IS_ERR(null))
			null = NULL;
		/*
		 * Closed where there is no null device, and where the number is
		 * beyond a limit that was lowered since it was given out.
		 */
		if (replace_fd(found - 1, null, 0))
			(void)close_fd(found - 1);
	}
	if (null)
		fput(null);
}
