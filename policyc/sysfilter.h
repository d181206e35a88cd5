/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * sysfilter.h - `syscalls` of a policy as a seccomp filter, in two forms
 *
 * x86_64 alone is let through: calls of the i386 and x32 ABI of the same
 * machine, whose numbers mean something else, are answered with ENOSYS.
 */
#ifndef POLICYC_SYSFILTER_H
#define POLICYC_SYSFILTER_H

#include "ast.h"
#include "buf.h"
#include "diag.h"

/* AUDIT_ARCH_* of linux/audit.h, as filters compare with them */
#define SYSFILTER_X86_64 0xc000003eu
#define SYSFILTER_I386 0x40000003u
#define SYSFILTER_X32_BIT 0x40000000u /* of the number of a call */

/* SECCOMP_RET_* of linux/seccomp.h */
#define SYSFILTER_KILL 0x80000000u
#define SYSFILTER_ERRNO 0x00050000u /* and the number */
#define SYSFILTER_LOG 0x7ffc0000u
#define SYSFILTER_ALLOW 0x7fff0000u

/*
 * Append the program, struct bvm_filter_insn each, made by libseccomp. The
 * same policy and libseccomp give the same bytes, whatever kernel runs here.
 * ast has `syscalls`. Return: 0; -EINVAL: reported.
 */
int __must_check sysfilter_put_bpf(struct diag *diag,
				   const struct ast_policy *ast,
				   struct buf *out);

/*
 * Append what the program does as "linux.seccomp" of an OCI runtime's
 * config.json. Return: false if there is no memory.
 */
bool __must_check sysfilter_put_oci(const struct bvm_filter_insn *insns,
				    u32 num, struct buf *out);

/* What seccomp(2) would return for a call without arguments: SYSFILTER_*. */
u32 sysfilter_run(const struct bvm_filter_insn *insns, u32 num, u32 arch,
		  u32 number);

/* The same for a call of x86_64 that nothing names. */
u32 sysfilter_default(const struct bvm_filter_insn *insns, u32 num);

/* "allow", "deny, ENOSYS", "deny, kills" */
void sysfilter_show(struct buf *buf, u32 action);
/* Does the call fail? */
bool sysfilter_denies(u32 action);

#endif /* POLICYC_SYSFILTER_H */
