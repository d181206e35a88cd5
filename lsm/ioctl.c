// SPDX-License-Identifier: GPL-2.0-only
/*
 * ioctl.c - what a command of ioctl(2) does, as operations of class files
 *
 * What the VFS answers itself, for any object and without asking a driver or
 * file system, needs no rule where it changes nothing, or where file_permission
 * is asked as well. Landlock leaves out the same commands for devices, see
 * is_masked_device_ioctl() in security/landlock/fs.c.
 */
#include <linux/types.h>

#include <linux/falloc.h>
#include <linux/fiemap.h>
#include <linux/fs.h>
#include <linux/ioctl.h>
#include <linux/stat.h>
#include <linux/tty.h>

#include <asm/ioctls.h>

#include "ioctl.h"
#include "vm/hooks.h"

/* Answered by the VFS whatever the object is. */
static bool is_harmless(unsigned int cmd)
{
	switch (cmd) {
	case FIOCLEX:
	case FIONCLEX:
	case FIONBIO:
	case FIOASYNC:
	case FIOQSIZE:
	case FIGETBSZ:
	case FS_IOC_FIEMAP:
#ifdef FS_IOC_GETFSUUID
	case FS_IOC_GETFSUUID:
#endif
#ifdef FS_IOC_GETFSSYSFSPATH
	case FS_IOC_GETFSSYSFSPATH:
#endif
	/* these read and write contents: file_permission is asked */
	case FICLONE:
	case FICLONERANGE:
	case FIDEDUPERANGE:
		return true;
	}
	return false;
}

/* fallocate(2) under other names: for regular files, file_permission again. */
static bool is_fallocate(unsigned int cmd)
{
	switch (cmd) {
	case FS_IOC_RESVSP:
	case FS_IOC_RESVSP64:
	case FS_IOC_UNRESVSP:
	case FS_IOC_UNRESVSP64:
	case FS_IOC_ZERO_RANGE:
#ifdef CONFIG_COMPAT
	case FS_IOC_RESVSP_32:
	case FS_IOC_RESVSP64_32:
	case FS_IOC_UNRESVSP_32:
	case FS_IOC_UNRESVSP64_32:
	case FS_IOC_ZERO_RANGE_32:
#endif
		return true;
	}
	return false;
}

/* Attributes of files; the 32-bit numbers too. 0: something else. */
static u64 attribute_ops(unsigned int cmd)
{
	switch (cmd) {
	case FS_IOC_GETFLAGS:
	case FS_IOC32_GETFLAGS:
	case FS_IOC_GETVERSION:
	case FS_IOC32_GETVERSION:
	case FS_IOC_FSGETXATTR:
		return BVM_BIT(FILES, STAT);
	case FS_IOC_SETFLAGS:
	case FS_IOC32_SETFLAGS:
	case FS_IOC_SETVERSION:
	case FS_IOC32_SETVERSION:
	case FS_IOC_FSSETXATTR:
		return BVM_BIT(FILES, SETATTR);
	}
	return 0;
}

u64 bailiff_ioctl_ops(umode_t mode, unsigned int cmd)
{
	/* A driver may mean something of its own by any number. */
	bool is_device = S_ISCHR(mode) || S_ISBLK(mode);

	if (is_harmless(cmd))
		return 0;
	if (!is_device) {
		/* What isatty(3) asks; and FIONREAD, which the VFS answers. */
		if (_IOC_TYPE(cmd) == 'T')
			return 0;
		if (S_ISREG(mode) && is_fallocate(cmd))
			return 0;
		if (attribute_ops(cmd))
			return attribute_ops(cmd);
	}
	return BVM_BIT(FILES, IOCTL);
}

bool bailiff_ioctl_types(unsigned int cmd)
{
	/* The second pastes the selection of a console, among other things. */
	return cmd == TIOCSTI || cmd == TIOCLINUX;
}
