// SPDX-License-Identifier: GPL-2.0-only
/*
 * hooks_dentry.c - reading links, extended attributes, ACLs and time stamps
 *
 * These hooks get a dentry without a mount. A stacking file system comes by a
 * second time for the object below it, under the credentials of whoever
 * mounted it: unless that was a confined task, nobody is asked again.
 */
#include <linux/fs.h>
#include <linux/xattr.h>

#include "attach.h"
#include "common.h"
#include "compat.h"
#include "cred.h"
#include "decide.h"
#include "judge_dentry.h"
#include "names.h"
#include "origin.h"
#include "path.h"
#include "protect.h"

/* These leave the object as it is. */
#define LOOKS                                                  \
	(BVM_BIT(FILES, READLINK) | BVM_BIT(FILES, GETXATTR) | \
	 BVM_BIT(FILES, WATCH))

int bailiff_judge_dentry(struct dentry *dentry, u64 ops)
{
	const struct bailiff_set *set = bailiff_current_set();
	const struct path path = { .dentry = dentry };
	struct bailiff_request rq BAILIFF_UNSET;

	if (likely(!set))
		return 0;
	if (bailiff_names_are_none(dentry))
		return bailiff_origin_judge_dentry(dentry, current_cred(), set);
	bailiff_request_init(&rq, current_cred(), set, BVM_CLASS_FILES);
	rq.ops = ops;
	/* A descriptor may lead here; the last name counts then. */
	rq.walk = BAILIFF_WALK_UNLINKED;
	if (ops & ~LOOKS)
		rq.reason = bailiff_protect_reason(&path);
	bailiff_request_inode(&rq, d_backing_inode(dentry));
	return bailiff_decide_names(&rq, dentry);
}

static int hook_inode_readlink(struct dentry *dentry)
{
	return bailiff_judge_dentry(dentry, BVM_BIT(FILES, READLINK));
}

static int hook_inode_getxattr(struct dentry *dentry, const char *name)
{
	return bailiff_judge_dentry(dentry, BVM_BIT(FILES, GETXATTR));
}

static int hook_inode_listxattr(struct dentry *dentry)
{
	return bailiff_judge_dentry(dentry, BVM_BIT(FILES, GETXATTR));
}

static bool is_acl(const char *name)
{
	if (BAILIFF_ACLS_HAVE_HOOKS)
		return false;
	return strcmp(name, XATTR_NAME_POSIX_ACL_ACCESS) == 0 ||
	       strcmp(name, XATTR_NAME_POSIX_ACL_DEFAULT) == 0;
}

static int judge_xattr(struct dentry *dentry, const char *name)
{
	return bailiff_judge_dentry(dentry, is_acl(name) ?
						    BVM_BIT(FILES, SETATTR) :
						    BVM_BIT(FILES, SETXATTR));
}

static int hook_inode_setxattr(bailiff_idmap *idmap, struct dentry *dentry,
			       const char *name, const void *value, size_t size,
			       int flags)
{
	return judge_xattr(dentry, name) ?:
		       bailiff_cap_setxattr(dentry, name, value, size, flags);
}

static int hook_inode_removexattr(bailiff_idmap *idmap, struct dentry *dentry,
				  const char *name)
{
	return judge_xattr(dentry, name) ?:
		       bailiff_cap_removexattr(idmap, dentry, name);
}

#ifdef BAILIFF_HAVE_INODE_SET_ACL
static int hook_inode_set_acl(struct mnt_idmap *idmap, struct dentry *dentry,
			      const char *acl_name, struct posix_acl *kacl)
{
	return bailiff_judge_dentry(dentry, BVM_BIT(FILES, SETATTR));
}

static int hook_inode_get_acl(struct mnt_idmap *idmap, struct dentry *dentry,
			      const char *acl_name)
{
	return bailiff_judge_dentry(dentry, BVM_BIT(FILES, GETXATTR));
}

static int hook_inode_remove_acl(struct mnt_idmap *idmap, struct dentry *dentry,
				 const char *acl_name)
{
	return bailiff_judge_dentry(dentry, BVM_BIT(FILES, SETATTR));
}
#endif

/*
 * Modes, owners and lengths come by hooks with a path first; time stamps that
 * are not the side effect of a new length come by this one alone.
 */
static int hook_inode_setattr(BAILIFF_SETATTR_ARGS)
{
	if ((attr->ia_valid & ATTR_SIZE) ||
	    !(attr->ia_valid & (ATTR_ATIME | ATTR_MTIME)))
		return 0;
	return bailiff_judge_dentry(dentry, BVM_BIT(FILES, TIMES));
}

static struct security_hook_list hooks[] __ro_after_init = {
	LSM_HOOK_INIT(inode_readlink, hook_inode_readlink),
	LSM_HOOK_INIT(inode_getxattr, hook_inode_getxattr),
	LSM_HOOK_INIT(inode_listxattr, hook_inode_listxattr),
	LSM_HOOK_INIT(inode_setxattr, hook_inode_setxattr),
	LSM_HOOK_INIT(inode_removexattr, hook_inode_removexattr),
#ifdef BAILIFF_HAVE_INODE_SET_ACL
	LSM_HOOK_INIT(inode_set_acl, hook_inode_set_acl),
	LSM_HOOK_INIT(inode_get_acl, hook_inode_get_acl),
	LSM_HOOK_INIT(inode_remove_acl, hook_inode_remove_acl),
#endif
	LSM_HOOK_INIT(inode_setattr, hook_inode_setattr),
};

void __init bailiff_dentry_add_hooks(void)
{
	bailiff_add_hooks(hooks);
}
