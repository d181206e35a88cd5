// SPDX-License-Identifier: GPL-2.0-only
/*
 * hooks_use.c - using open files: first use, first use after a reload, receipt
 */
#include <linux/fcntl.h>
#include <linux/fs.h>
#include <linux/mman.h>

#include "append.h"
#include "attach.h"
#include "common.h"
#include "compat.h"
#include "decide.h"
#include "early.h"
#include "ioctl.h"
#include "kind.h"
#include "origin.h"
#include "path.h"
#include "protect.h"
#include "use.h"

u64 bailiff_use_ops(const struct file *file)
{
	bool is_dir = S_ISDIR(file_inode(file)->i_mode);
	u64 ops = 0;

	if (file->f_mode & FMODE_READ)
		ops |= is_dir ? BVM_BIT(FILES, LIST) : BVM_BIT(FILES, READ);
	if (file->f_mode & FMODE_WRITE)
		ops |= (file->f_flags & O_APPEND) ? BVM_BIT(FILES, APPEND) :
						    BVM_BIT(FILES, WRITE);
	/* Access mode 3 is for ioctl alone, which needs both permissions. */
	if ((file->f_flags & O_ACCMODE) == O_ACCMODE)
		ops |= BVM_BIT(FILES, READ) | BVM_BIT(FILES, WRITE);
	return ops;
}

static bool is_own(const struct file *file, const struct bailiff_set *set)
{
	return bailiff_file(file)->opener == set->id &&
	       !bailiff_origin_is_outside(&file->f_path, set);
}

static noinline int judge_use(struct file *file, const struct cred *cred,
			      const struct bailiff_set *set)
{
	u64 stamp = bailiff_set_stamp_to_keep(set);
	u32 kind = bailiff_kind_of_file(file);
	struct bailiff_request rq BAILIFF_UNSET;
	bool own = is_own(file, set);
	int err = 0;

	bailiff_request_init(&rq, cred, set, BVM_CLASS_FILES);
	if (own && bailiff_path_is_nowhere(bailiff_user_path(file))) {
		/* A pipe of our own obeys no rules; sockets: see early.h. */
	} else if (own || bailiff_kind_has_path(kind)) {
		rq.ops = bailiff_use_ops(file);
		rq.detail = own ? NULL : "opened-outside";
		rq.walk = own ? BAILIFF_WALK_UNLINKED : 0;
		bailiff_request_path(&rq, bailiff_user_path(file), kind);
		if (file->f_mode & FMODE_WRITE)
			rq.reason = bailiff_protect_reason(rq.path);
		if (rq.ops)
			err = bailiff_decide(&rq);
	} else {
		rq.ops = BVM_BIT(FILES, INHERIT);
		rq.ctx.files.type = kind;
		rq.detail = "opened-outside";
		err = bailiff_decide(&rq);
	}
	if (!err)
		WRITE_ONCE(bailiff_file(file)->stamp, stamp);
	return err;
}

int bailiff_use_judge(struct file *file, const struct cred *cred,
		      const struct bailiff_set *set)
{
	/*
	 * exec reads programs and their interpreters, and judges them itself. Of
	 * what it opens for a handler of binfmt_misc the handler's use is judged.
	 */
	if ((file->f_flags & __FMODE_EXEC) && current->in_execve)
		return 0;
	/* A stacking file system reads and writes below what was judged. */
	if (bailiff_is_backing(file))
		return 0;
	return judge_use(file, cred, set);
}

static int hook_file_alloc_security(struct file *file)
{
	const struct bailiff_set *set = bailiff_cred_set(file->f_cred);

	/* Files that have a path are judged at their open. */
	bailiff_file(file)->opener = set ? set->id : 0;
	return 0;
}

/* The caller wants to do more with an open file than it was opened for. */
static int judge_again(struct file *file, u64 ops)
{
	const struct path *path = bailiff_user_path(file);
	const struct bailiff_set *set = bailiff_current_set();
	struct bailiff_request rq BAILIFF_UNSET;

	if (!set || bailiff_path_is_nowhere(path))
		return 0;
	bailiff_request_init(&rq, current_cred(), set, BVM_CLASS_FILES);
	rq.ops = ops;
	rq.walk = BAILIFF_WALK_UNLINKED;
	if ((ops & BVM_BIT(FILES, WRITE)) && bailiff_append_only(file))
		rq.detail = "beyond-append";
	bailiff_request_path(&rq, path, 0);
	return bailiff_decide(&rq);
}

/* To splice from a socket passes no hook of sockets. */
static int use_early(struct file *file, const struct bailiff_set *set)
{
	struct socket *sock = sock_from_file(file);

	return unlikely(sock) ? bailiff_early_judge(sock, set) : 0;
}

static noinline int use_anew(struct file *file, int mask)
{
	int err = bailiff_use(file) ?: use_early(file, bailiff_current_set());

	if (err || !(mask & MAY_WRITE) || !bailiff_append_only(file) ||
	    bailiff_append_is_plain())
		return err;
	return judge_again(file, BVM_BIT(FILES, WRITE));
}

/* Was it used before, and is it nothing of which each use is looked at? */
static bool is_plain_use(const struct file *file, int mask)
{
	return bailiff_file(file)->stamp == bailiff_current_set()->stamp &&
	       !S_ISSOCK(file_inode(file)->i_mode) &&
	       !((mask & MAY_WRITE) && (file->f_flags & O_APPEND));
}

static noinline int use_confined(struct file *file, int mask)
{
	return likely(is_plain_use(file, mask)) ? 0 : use_anew(file, mask);
}

static int hook_file_permission(struct file *file, int mask)
{
	return likely(!bailiff_current_set()) ? 0 : use_confined(file, mask);
}

/* Typing for whoever reads the terminal next, who may be a shell outside. */
static int refuse_typing(const struct bailiff_set *set)
{
	struct bailiff_request rq BAILIFF_UNSET;

	bailiff_request_init(&rq, current_cred(), set, BVM_CLASS_FILES);
	rq.ops = BVM_BIT(FILES, IOCTL);
	rq.ctx.files.type = BVM_KIND_TTY;
	rq.reason = BVM_REASON_OUTSIDE_FD;
	rq.detail = "TIOCSTI";
	return bailiff_decide(&rq);
}

/*
 * Beyond reading and writing. What lies nowhere has no rules to obey; with a
 * terminal or null device from outside, `inherit` gives all that can be done
 * to it.
 */
static int judge_control(struct file *file, u64 ops, unsigned int cmd)
{
	const struct bailiff_set *set = bailiff_current_set();
	const struct path *path = bailiff_user_path(file);
	struct bailiff_request rq BAILIFF_UNSET;

	if (!ops || bailiff_path_is_nowhere(path))
		return 0;
	if (!is_own(file, set) &&
	    !bailiff_kind_has_path(bailiff_kind_of_file(file)))
		return 0;
	bailiff_request_init(&rq, current_cred(), set, BVM_CLASS_FILES);
	rq.ops = ops;
	rq.walk = BAILIFF_WALK_UNLINKED;
	rq.ctx.files.ioctl = cmd;
	if (ops & BVM_BIT(FILES, SETATTR))
		rq.reason = bailiff_protect_reason(path);
	bailiff_request_path(&rq, path, 0);
	return bailiff_decide(&rq);
}

static noinline int control_confined(struct file *file, unsigned int cmd)
{
	const struct bailiff_set *set = bailiff_current_set();
	int err = bailiff_use(file);

	if (err)
		return err;
	if (bailiff_ioctl_types(cmd))
		return refuse_typing(set);
	return judge_control(
		file, bailiff_ioctl_ops(file_inode(file)->i_mode, cmd), cmd);
}

static int hook_file_ioctl(struct file *file, unsigned int cmd,
			   unsigned long arg)
{
	return likely(!bailiff_current_set()) ? 0 : control_confined(file, cmd);
}

/* Locks, and leases, which are locks to this hook. */
static noinline int lock_confined(struct file *file, unsigned int cmd)
{
	int err = cmd == F_UNLCK ? 0 : bailiff_use(file);

	if (err || cmd == F_UNLCK)
		return err;
	return judge_control(file,
			     cmd == F_RDLCK ? BVM_BIT(FILES, LOCK_SHARED) :
					      BVM_BIT(FILES, LOCK),
			     0);
}

static int hook_file_lock(struct file *file, unsigned int cmd)
{
	return likely(!bailiff_current_set()) ? 0 : lock_confined(file, cmd);
}

static int hook_file_receive(struct file *file)
{
	return bailiff_use(file);
}

static noinline int fcntl_confined(struct file *file, unsigned int cmd,
				   unsigned long arg)
{
	int err = bailiff_use(file);

	if (err || cmd != F_SETFL || (arg & O_APPEND) ||
	    !bailiff_append_only(file))
		return err;
	return judge_again(file, BVM_BIT(FILES, WRITE));
}

static int hook_file_fcntl(struct file *file, unsigned int cmd,
			   unsigned long arg)
{
	if (likely(!bailiff_current_set()))
		return 0;
	return fcntl_confined(file, cmd, arg);
}

static int __maybe_unused hook_file_truncate(struct file *file)
{
	return bailiff_use(file) ?: judge_again(file, BVM_BIT(FILES, TRUNCATE));
}

/* Code from a file without a name is a program of its own: class exec. */
static int judge_memfd(const struct path *path, const struct bailiff_set *set)
{
	struct bailiff_request rq BAILIFF_UNSET;

	bailiff_request_init(&rq, current_cred(), set, BVM_CLASS_EXEC);
	rq.ops = BVM_BIT(EXEC, EXEC);
	rq.ctx.exec.chain = 1; /* nobody calls it: there are no arguments */
	bailiff_request_program(&rq, path);
	return bailiff_decide(&rq);
}

static int judge_code(struct file *file)
{
	const struct bailiff_set *set = bailiff_current_set();

	if (bailiff_kind_of_file(file) != BVM_KIND_MEMFD)
		return judge_again(file, BVM_BIT(FILES, MAP_EXEC));
	/* The kernel's own shared memory is called "dev/zero" or "SYSV...". */
	if (strncmp(file->f_path.dentry->d_name.name, "memfd:", 6) != 0)
		return 0;
	return judge_memfd(&file->f_path, set);
}

/* The program itself, while exec maps it: class exec has allowed it. */
static bool is_program(const struct file *file)
{
	return current->in_execve && (file->f_flags & __FMODE_EXEC) &&
	       current->mm && file == rcu_access_pointer(current->mm->exe_file);
}

static noinline int map_confined(struct file *file, unsigned long prot,
				 unsigned long flags)
{
	int err = bailiff_use(file);

	if (!err && (prot & PROT_WRITE) && (flags & MAP_SHARED) &&
	    bailiff_append_only(file))
		err = judge_again(file, BVM_BIT(FILES, WRITE));
	if (!err && (prot & PROT_EXEC) && !is_program(file))
		err = judge_code(file);
	return err;
}

static int hook_mmap_file(struct file *file, unsigned long reqprot,
			  unsigned long prot, unsigned long flags)
{
	if (likely(!bailiff_current_set()) || !file)
		return 0;
	return map_confined(file, prot, flags);
}

/*
 * A mapping gets access rights: those it had when it was made were judged then,
 * or belong to the time before the caller joined.
 */
static int judge_gain(struct vm_area_struct *vma, unsigned long prot)
{
	unsigned long more = prot & ~vma->vm_flags;
	struct file *file = vma->vm_file;
	u64 ops = 0;

	BUILD_BUG_ON(PROT_READ != VM_READ || PROT_WRITE != VM_WRITE ||
		     PROT_EXEC != VM_EXEC);
	if (!(more & (PROT_READ | PROT_WRITE | PROT_EXEC)))
		return 0;
	/* Anonymous memory that is shared: nobody has a descriptor of it. */
	if (IS_PRIVATE(file_inode(file)))
		return 0;
	/* What exec has mapped; who maps it himself is judged at that. */
	if (file->f_flags & __FMODE_EXEC)
		return 0;
	if (!bailiff_is_backing(file))
		return bailiff_use(file);
	/* What lies below a stacking file system knows no opener: judge anew. */
	if (more & PROT_READ)
		ops |= BVM_BIT(FILES, READ);
	if ((more & PROT_WRITE) && (vma->vm_flags & VM_SHARED))
		ops |= BVM_BIT(FILES, WRITE);
	return ops ? judge_again(file, ops) : 0;
}

static noinline int protect_confined(struct vm_area_struct *vma,
				     unsigned long prot)
{
	struct file *file = vma->vm_file;
	int err = file ? judge_gain(vma, prot) : 0;

	if (err || !file)
		return err;
	if ((prot & PROT_WRITE) && (vma->vm_flags & VM_SHARED) &&
	    !(vma->vm_flags & VM_WRITE) && bailiff_append_only(file))
		err = judge_again(file, BVM_BIT(FILES, WRITE));
	if (!err && (prot & PROT_EXEC) && !(vma->vm_flags & VM_EXEC))
		err = judge_code(file);
	return err;
}

static int hook_file_mprotect(struct vm_area_struct *vma, unsigned long reqprot,
			      unsigned long prot)
{
	return likely(!bailiff_current_set()) ? 0 : protect_confined(vma, prot);
}

static struct security_hook_list hooks[] __ro_after_init = {
	LSM_HOOK_INIT(file_alloc_security, hook_file_alloc_security),
	LSM_HOOK_INIT(file_permission, hook_file_permission),
	LSM_HOOK_INIT(file_ioctl, hook_file_ioctl),
#ifdef BAILIFF_HAVE_FILE_IOCTL_COMPAT
	LSM_HOOK_INIT(file_ioctl_compat, hook_file_ioctl),
#endif
	LSM_HOOK_INIT(file_lock, hook_file_lock),
	LSM_HOOK_INIT(file_receive, hook_file_receive),
	LSM_HOOK_INIT(file_fcntl, hook_file_fcntl),
#ifdef BAILIFF_HAVE_FILE_TRUNCATE
	LSM_HOOK_INIT(file_truncate, hook_file_truncate),
#endif
	LSM_HOOK_INIT(mmap_file, hook_mmap_file),
	LSM_HOOK_INIT(file_mprotect, hook_file_mprotect),
};

void __init bailiff_use_add_hooks(void)
{
	bailiff_add_hooks(hooks);
}
