// SPDX-License-Identifier: GPL-2.0-only
/*
 * kind.c - what an object or a descriptor is, as BVM_KIND_*
 */
#include <linux/dcache.h>
#include <linux/fs.h>
#include <linux/kdev_t.h>
#include <linux/magic.h>
#include <linux/major.h>
#include <linux/net.h>
#include <net/sock.h>

#include "compat.h"
#include "kind.h"
#include "path.h"

/* The kernel's own names of its anonymous inodes; nobody else can give them. */
static const struct {
	const char *name;
	u32 kind;
} anon_names[] = {
	{ "[eventfd]", BVM_KIND_ANON },
	{ "[eventpoll]", BVM_KIND_ANON },
	{ "[timerfd]", BVM_KIND_ANON },
	{ "[signalfd]", BVM_KIND_ANON },
	{ "inotify", BVM_KIND_ANON },
	{ "[pidfd]", BVM_KIND_PIDFD },
	{ "[io_uring]", BVM_KIND_IO_URING },
	{ "[userfaultfd]", BVM_KIND_USERFAULTFD },
	{ "bpf-map", BVM_KIND_BPF },
	{ "bpf-prog", BVM_KIND_BPF },
	{ "bpf_link", BVM_KIND_BPF },
	{ "bpf-link", BVM_KIND_BPF },
	{ "bpf-stats", BVM_KIND_BPF },
	{ "bpf-token", BVM_KIND_BPF },
	{ "bpf_iter", BVM_KIND_BPF },
	{ "btf", BVM_KIND_BPF },
	{ "[perf_event]", BVM_KIND_PERF },
	{ "seccomp notify", BVM_KIND_SECCOMP },
	{ "[fanotify]", BVM_KIND_FANOTIFY },
	{ "[fscontext]", BVM_KIND_MOUNT },
};

u32 bailiff_kind_of_mode(umode_t mode)
{
	switch (mode & S_IFMT) {
	case S_IFREG:
		return BVM_KIND_REGULAR;
	case S_IFDIR:
		return BVM_KIND_DIR;
	case S_IFLNK:
		return BVM_KIND_SYMLINK;
	case S_IFCHR:
		return BVM_KIND_CHAR;
	case S_IFBLK:
		return BVM_KIND_BLOCK;
	case S_IFIFO:
		return BVM_KIND_FIFO;
	case S_IFSOCK:
		return BVM_KIND_SOCK;
	}
	return BVM_KIND_UNKNOWN;
}

static u32 kind_of_socket(const struct socket *sock)
{
	if (!sock || !sock->sk)
		return BVM_KIND_SOCKET_OTHER;
	switch (sock->sk->sk_family) {
	case PF_INET:
	case PF_INET6:
		return BVM_KIND_INET;
	case PF_UNIX:
		return BVM_KIND_UNIX;
	}
	return BVM_KIND_SOCKET_OTHER;
}

static u32 kind_of_anon(const struct dentry *dentry)
{
	for (u32 i = 0; i < ARRAY_SIZE(anon_names); i++) {
		if (strcmp(dentry->d_name.name, anon_names[i].name) == 0)
			return anon_names[i].kind;
	}
	return BVM_KIND_UNKNOWN;
}

u32 bailiff_kind_of_nameless(const struct dentry *dentry)
{
	const struct inode *inode = d_backing_inode(dentry);

	switch (dentry->d_sb->s_magic) {
	case PIPEFS_MAGIC:
		return BVM_KIND_PIPE;
	case ANON_INODE_FS_MAGIC:
		return kind_of_anon(dentry);
	case NSFS_MAGIC:
		return BVM_KIND_NSFS;
#ifdef PID_FS_MAGIC
	case PID_FS_MAGIC:
		return BVM_KIND_PIDFD;
#endif
	}
	if (S_ISREG(inode->i_mode))
		return BVM_KIND_MEMFD;
	/* Our own replacement of refused descriptors. */
	if (S_ISCHR(inode->i_mode) && inode->i_rdev == MKDEV(MEM_MAJOR, 3))
		return BVM_KIND_NULL;
	return BVM_KIND_UNKNOWN;
}

static u32 kind_nowhere(const struct file *file)
{
	if (S_ISSOCK(file_inode(file)->i_mode))
		return kind_of_socket(sock_from_file((struct file *)file));
	return bailiff_kind_of_nameless(file->f_path.dentry);
}

/* Terminals, by the majors of their drivers. */
static bool is_terminal(dev_t dev)
{
	u32 major = MAJOR(dev);

	if (major >= UNIX98_PTY_MASTER_MAJOR &&
	    major < UNIX98_PTY_SLAVE_MAJOR + UNIX98_PTY_MAJOR_COUNT)
		return true;
	switch (major) {
	case TTY_MAJOR:
	case TTYAUX_MAJOR:
	case 166: /* USB modems */
	case 188: /* USB serial */
	case 204: /* low-density serial */
	case 229: /* hypervisor consoles */
		return true;
	}
	return false;
}

u32 bailiff_kind_of_device(const struct inode *inode)
{
	if (!S_ISCHR(inode->i_mode))
		return 0;
	if (is_terminal(inode->i_rdev))
		return BVM_KIND_TTY;
	return inode->i_rdev == MKDEV(MEM_MAJOR, 3) ? BVM_KIND_NULL : 0;
}

u32 bailiff_kind_of_file(const struct file *file)
{
	const struct inode *inode = file_inode(file);

	if (file->f_mode & FMODE_NEED_UNMOUNT)
		return BVM_KIND_MOUNT;
	if (bailiff_path_is_nowhere(bailiff_user_path(file)))
		return kind_nowhere(file);
	if (bailiff_kind_of_device(inode))
		return bailiff_kind_of_device(inode);
	/* /proc/PID/ns files opened through a bind mount */
	if (inode->i_sb->s_magic == NSFS_MAGIC)
		return BVM_KIND_NSFS;
	return bailiff_kind_of_mode(inode->i_mode);
}

bool bailiff_kind_has_path(u32 kind)
{
	switch (kind) {
	case BVM_KIND_REGULAR:
	case BVM_KIND_DIR:
	case BVM_KIND_SYMLINK:
	case BVM_KIND_CHAR:
	case BVM_KIND_BLOCK:
	case BVM_KIND_FIFO:
	case BVM_KIND_SOCK:
		return true;
	}
	return false;
}
