// SPDX-License-Identifier: GPL-2.0-only
/*
 * append.c - is the caller only appending?
 */
#include <linux/compat.h>
#include <linux/fs.h>
#include <linux/ptrace.h>
#include <linux/sched.h>
#include <linux/unistd.h>

#include <asm/syscall.h>

#include "append.h"
#include "compat.h"

/* Flags of pwritev2(2) that leave O_APPEND alone */
#define APPENDING_FLAGS \
	(RWF_HIPRI | RWF_DSYNC | RWF_SYNC | RWF_NOWAIT | RWF_APPEND)

bool bailiff_append_only(const struct file *file)
{
	return (file->f_flags & O_APPEND) && (file->f_mode & FMODE_WRITE) &&
	       S_ISREG(file_inode(file)->i_mode);
}

/*
 * Work of a ring is also done on the way out of any system call, and work of
 * kernel threads in none.
 */
static bool is_only_in_syscall(void)
{
#ifdef CONFIG_IO_URING
	if (current->io_uring)
		return false;
#endif
	return !(current->flags &
		 (PF_KTHREAD | PF_IO_WORKER | PF_USER_WORKER)) &&
	       !in_compat_syscall();
}

bool bailiff_append_is_plain(void)
{
	unsigned long args[6];

	if (!is_only_in_syscall())
		return false;
	switch (syscall_get_nr(current, current_pt_regs())) {
	case __NR_write:
	case __NR_writev:
	case __NR_pwrite64:
	case __NR_pwritev:
		return true;
	/* These three end with an error when they meet O_APPEND. */
	case __NR_sendfile:
	case __NR_splice:
	case __NR_copy_file_range:
		return true;
	case __NR_pwritev2:
		syscall_get_arguments(current, current_pt_regs(), args);
		return !(args[5] & ~(__force unsigned long)APPENDING_FLAGS);
	}
	return false;
}
