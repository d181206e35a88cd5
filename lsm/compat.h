/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * compat.h - differences between kernels, told apart by what their headers
 * have (probe.h, made by overlay.sh), not by their version
 */
#ifndef BAILIFF_COMPAT_H
#define BAILIFF_COMPAT_H

#include <linux/cred.h>
#include <linux/fs.h>
#include <linux/lsm_hooks.h>
#include <linux/security.h>

#include "probe.h"

/*
 * Registration: newer kernels want an identity, and count their LSMs at
 * compile time.
 */
#ifdef BAILIFF_HAVE_LSM_ID
#define BAILIFF_ID_NUMBER 0x4241494c /* outside those given out */
#define bailiff_add_hooks(hooks) \
	security_add_hooks(hooks, ARRAY_SIZE(hooks), &bailiff_lsmid)
#else
#define bailiff_add_hooks(hooks) \
	security_add_hooks(hooks, ARRAY_SIZE(hooks), BAILIFF_NAME)
#endif

/* Stacking file systems: the path that the user opened. */
#ifdef BAILIFF_HAVE_FILE_USER_PATH
static inline const struct path *bailiff_user_path(const struct file *file)
{
	return file_user_path(file);
}

static inline bool bailiff_is_backing(const struct file *file)
{
	return file->f_mode & FMODE_BACKING;
}
#else
static inline const struct path *bailiff_user_path(const struct file *file)
{
	return &file->f_path;
}

static inline bool bailiff_is_backing(const struct file *file)
{
	return false;
}
#endif

#ifndef BAILIFF_HAVE_CONST_BPRM
#define BAILIFF_CONST_BPRM
#else
#define BAILIFF_CONST_BPRM const
#endif

#endif /* BAILIFF_COMPAT_H */
