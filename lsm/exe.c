// SPDX-License-Identifier: GPL-2.0-only
/*
 * exe.c - the program that a task runs, as its credentials remember it
 */
#include <linux/fs.h>
#include <linux/hash.h>
#include <linux/percpu.h>
#include <linux/slab.h>

#include "compat.h"
#include "exe.h"
#include "path.h"
#include "place.h"
#include "request.h"
#include "vm/insn.h"

#define EXE_OF(CLASS, name) \
	[BVM_CLASS_##CLASS] = offsetof(struct bvm_ctx_##name, exe)

static const u16 field_at[BVM_NUM_CLASSES] = {
	EXE_OF(FILES, files),		EXE_OF(EXEC, exec),
	EXE_OF(NETWORK, network),	EXE_OF(CAPABILITIES, capabilities),
	EXE_OF(MOUNTS, mounts),		EXE_OF(TASKS, tasks),
	EXE_OF(NAMESPACES, namespaces), EXE_OF(IPC, ipc),
	EXE_OF(KERNEL, kernel),
};

/* Names that do not exist match nothing; too long ones are not judged. */
static bool is_nameless(u32 reason)
{
	return reason == BVM_REASON_DELETED ||
	       reason == BVM_REASON_DISCONNECTED;
}

static struct bailiff_exe *make(const struct bailiff_name *name,
				const char *path, u32 len)
{
	struct bailiff_exe *exe =
		kmalloc(struct_size(exe, path, len + 1), GFP_KERNEL_ACCOUNT);

	if (!exe)
		return NULL;
	refcount_set(&exe->ref, 1);
	exe->reason = name->reason;
	exe->home = name->home;
	exe->len = len;
	memcpy(exe->path, path, len);
	exe->path[len] = 0;
	return exe;
}

/*
 * A shell runs the same few programs again and again: what was named just now,
 * on each CPU, has that name still. Only with preemption off, in a task. Each of
 * the few keeps one name in memory until another takes its place.
 */
#define KNOWN_BITS 3

struct known {
	struct bailiff_place place;
	struct bailiff_exe *exe; /* owned, or NULL */
};

static DEFINE_PER_CPU(struct known[1 << KNOWN_BITS], known);

static struct known *known_of(const struct dentry *dentry)
{
	return &this_cpu_ptr(known)[hash_ptr(dentry, KNOWN_BITS)];
}

/* Return: owned; NULL: it is not known. */
static struct bailiff_exe *find_known(const struct path *path)
{
	const struct bailiff_moves moves = bailiff_moves_read();
	struct bailiff_exe *exe = NULL;
	struct known *known;

	preempt_disable();
	known = known_of(path->dentry);
	if (bailiff_place_is(&known->place, path, moves) &&
	    !d_unlinked(path->dentry))
		exe = bailiff_exe_get(known->exe);
	preempt_enable();
	return exe;
}

static void keep_known(const struct path *path, const struct bailiff_name *name,
		       struct bailiff_exe *exe)
{
	struct bailiff_exe *old;
	struct known *known;

	if (!exe || name->reason || !name->lasting)
		return;
	preempt_disable();
	known = known_of(path->dentry);
	old = known->exe;
	known->exe = bailiff_exe_get(exe);
	bailiff_place_keep(&known->place, path, name);
	preempt_enable();
	bailiff_exe_put(old);
}

int bailiff_exe_find(const struct file *file, struct bailiff_exe **exe)
{
	const struct path *path = bailiff_user_path(file);
	struct bailiff_name name BAILIFF_UNSET;
	int ret = 0;
	char *buf;
	u32 len;

	*exe = NULL;
	if (bailiff_path_is_nowhere(path))
		return 0;
	*exe = find_known(path);
	if (*exe)
		return 0;
	buf = __getname();
	if (!buf)
		return -ENOMEM;
	len = bailiff_path_name(path, buf, PATH_MAX, &name);
	if (!is_nameless(name.reason)) {
		*exe = make(&name, buf, name.reason ? 0 : len);
		ret = *exe ? 0 : -ENOMEM;
		keep_known(path, &name, *exe);
	}
	__putname(buf);
	return ret;
}

struct bailiff_exe *bailiff_exe_unknown(void)
{
	const struct bailiff_name name = { .reason = BVM_REASON_NAMELESS };

	return make(&name, "", 0);
}

void bailiff_exe_end(struct bailiff_exe *exe)
{
	/* Whoever reads it has the credentials: they go after a grace period. */
	kfree(exe);
}

/*
 * Each class has the handle of the caller's path at one place of its ctx, and
 * the verifier takes no load of a handle that has its place elsewhere than in
 * the instruction.
 */
bool bailiff_exe_is_asked(const struct bvm_image *image, u32 class)
{
	const struct bvm_program *program = &image->programs[class];

	for (u32 i = 0; program->header && i < program->header->num_insns; i++)
		if (BVM_CODE_CLASS(program->insns[i].code) == BVM_CLS_LDX &&
		    program->insns[i].off == field_at[class])
			return true;
	return false;
}

void bailiff_exe_give(const struct bailiff_exe *exe,
		      const struct bailiff_home *home, u32 class,
		      struct bvm_run *run)
{
	struct bvm_str *str = &run->strings[BVM_STR_EXE - 1];
	const u64 handle = BVM_STR_EXE;

	if (!exe || exe->reason || !bailiff_home_same(&exe->home, home))
		return;
	str->bytes = exe->path;
	str->len = exe->len;
	memcpy((u8 *)&run->ctx + field_at[class], &handle, sizeof(handle));
}

#ifdef CONFIG_SECURITY_BAILIFF_KUNIT_TEST
#include "exe_test.c"
#endif
