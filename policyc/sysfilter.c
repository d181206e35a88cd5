// SPDX-License-Identifier: GPL-2.0-only
#include <errno.h>
#include <jansson.h>
#include <seccomp.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "section_syscalls.h"
#include "sysfilter.h"
#include "sysnames.h"
#include "vm/filter.h"

/* ---- what is done with a call ---- */

static u32 action_of(const struct ast_policy *ast, bool allowed, bool said)
{
	if (allowed)
		return SCMP_ACT_ALLOW;
	if (syscalls_audit(ast))
		return SCMP_ACT_LOG;
	/* libc tries the older call where a newer one is not there */
	if (!said)
		return SCMP_ACT_ERRNO(ENOSYS);
	return ast->syscalls.kill ? SCMP_ACT_KILL_PROCESS :
				    SCMP_ACT_ERRNO(ast->syscalls.err);
}

static u32 fallback(const struct ast_policy *ast)
{
	return action_of(ast, ast->syscalls.fallback == AST_ALLOW, false);
}

/* Of a call that the policy names; false: as what it does not name. */
static bool find_action(const struct ast_policy *ast, u32 number, u32 *action)
{
	const enum ast_answer said = ast->syscalls.of[number].allowed;

	if (said == AST_ANY)
		return false;
	*action = action_of(ast, said == AST_YES, true);
	return *action != fallback(ast);
}

static int report(struct diag *diag, const struct ast_policy *ast, int err)
{
	diag_report(diag, &ast->syscalls.span, NO_FILTER, strerror(-err));
	return -EINVAL;
}

/* ---- BPF ---- */

static int add_rules(scmp_filter_ctx ctx, const struct ast_policy *ast)
{
	int ret = seccomp_arch_remove(ctx, SCMP_ARCH_NATIVE);

	if (!ret)
		ret = seccomp_arch_add(ctx, SCMP_ARCH_X86_64);
	if (!ret)
		ret = seccomp_attr_set(ctx, SCMP_FLTATR_ACT_BADARCH,
				       syscalls_audit(ast) ?
					       SCMP_ACT_LOG :
					       SCMP_ACT_ERRNO(ENOSYS));
	/* a binary search, not a list: the cost of a call grows slowly */
	if (!ret)
		ret = seccomp_attr_set(ctx, SCMP_FLTATR_CTL_OPTIMIZE, 2);
	for (u32 i = 0; i < SYSNAMES_MAX && !ret; i++) {
		u32 action;

		if (find_action(ast, i, &action))
			ret = seccomp_rule_add(ctx, action, (int)i, 0);
	}
	return ret;
}

/* libseccomp writes into a file, so it is given one. */
static int export_bpf(scmp_filter_ctx ctx, struct buf *out)
{
	int fd = memfd_create("filter", MFD_CLOEXEC);
	off_t len;
	int ret;

	if (fd < 0)
		return -errno;
	ret = seccomp_export_bpf(ctx, fd);
	len = lseek(fd, 0, SEEK_END);
	if (!ret && (len <= 0 || len % sizeof(struct bvm_filter_insn) ||
		     len / sizeof(struct bvm_filter_insn) > BVM_MAX_FILTER))
		ret = -E2BIG;
	if (!ret &&
	    pread(fd, buf_reserve(out, (size_t)len), (size_t)len, 0) != len)
		ret = -EIO;
	close(fd);
	return ret;
}

int sysfilter_put_bpf(struct diag *diag, const struct ast_policy *ast,
		      struct buf *out)
{
	scmp_filter_ctx ctx;
	int ret;

	/*
	 * What libseccomp may use is said, not asked of this machine's kernel:
	 * level 3 has SCMP_ACT_LOG and KILL_PROCESS, and Linux 4.14 all of it.
	 */
	ret = seccomp_api_set(3);
	if (ret)
		return report(diag, ast, ret);
	ctx = seccomp_init(fallback(ast));
	if (!ctx)
		return report(diag, ast, -ENOMEM);
	ret = add_rules(ctx, ast);
	if (!ret)
		ret = export_bpf(ctx, out);
	seccomp_release(ctx);
	return ret ? report(diag, ast, ret) : 0;
}

/* ---- asking a filter ---- */

u32 sysfilter_run(const struct bvm_filter_insn *insns, u32 num, u32 arch,
		  u32 number)
{
	return bvm_filter_run(insns, num, arch, number);
}

u32 sysfilter_default(const struct bvm_filter_insn *insns, u32 num)
{
	return sysfilter_run(insns, num, SYSFILTER_X86_64, SYSNAMES_MAX - 1);
}

bool sysfilter_denies(u32 action)
{
	return action != SYSFILTER_ALLOW && action != SYSFILTER_LOG;
}

void sysfilter_show(struct buf *buf, u32 action)
{
	const u32 err = action & 0xffff;
	const char *name = bvm_name_of(bvm_errno_names, err);

	if (action == SYSFILTER_ALLOW)
		buf_printf(buf, "allow");
	else if (action == SYSFILTER_LOG)
		buf_printf(buf, "allow, recorded");
	else if ((action & 0xffff0000) != SYSFILTER_ERRNO)
		buf_printf(buf, "deny, kills");
	else if (name)
		buf_printf(buf, "deny, %s", name);
	else
		buf_printf(buf, "deny, errno %u", err);
}

/* ---- OCI ---- */

/* The names of the OCI runtime specification are libseccomp's. */
static json_t *action_json(u32 action, const char *name, const char *err_name)
{
	json_t *object = json_object();
	const char *oci = "SCMP_ACT_ERRNO";

	if (action == SYSFILTER_ALLOW)
		oci = "SCMP_ACT_ALLOW";
	else if (action == SYSFILTER_LOG)
		oci = "SCMP_ACT_LOG";
	else if (action == SYSFILTER_KILL)
		oci = "SCMP_ACT_KILL_PROCESS";
	else
		(void)json_object_set_new(object, err_name,
					  json_integer(action & 0xffff));
	(void)json_object_set_new(object, name, json_string(oci));
	return object;
}

/* All calls with this action, by number, which are marked as done. */
static json_t *entry(const u32 *actions, u32 action, bool *done)
{
	json_t *object = action_json(action, "action", "errnoRet");
	json_t *names = json_array();

	for (u32 i = 0; i < SYSNAMES_MAX; i++) {
		char *name = actions[i] == action ? sysnames_name(i) : NULL;

		if (!name)
			continue;
		done[i] = true;
		(void)json_array_append_new(names, json_string(name));
		free(name);
	}
	(void)json_object_set_new(object, "names", names);
	return object;
}

bool sysfilter_put_oci(const struct bvm_filter_insn *insns, u32 num,
		       struct buf *out)
{
	const u32 rest = sysfilter_default(insns, num);
	json_t *root = action_json(rest, "defaultAction", "defaultErrnoRet");
	json_t *list = json_array();
	u32 actions[SYSNAMES_MAX];
	bool done[SYSNAMES_MAX] = { false };
	char *text;

	for (u32 i = 0; i < SYSNAMES_MAX; i++) {
		actions[i] = sysfilter_run(insns, num, SYSFILTER_X86_64, i);
		done[i] = actions[i] == rest;
	}
	(void)json_object_set_new(root, "architectures",
				  json_pack("[s]", "SCMP_ARCH_X86_64"));
	for (u32 i = 0; i < SYSNAMES_MAX; i++)
		if (!done[i])
			(void)json_array_append_new(
				list, entry(actions, actions[i], done));
	(void)json_object_set_new(root, "syscalls", list);
	text = json_dumps(root, JSON_INDENT(2) | JSON_SORT_KEYS);
	json_decref(root);
	if (text)
		buf_printf(out, "%s\n", text);
	free(text);
	return text;
}
