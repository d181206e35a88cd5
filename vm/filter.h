/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * filter.h - what the seccomp filter of an image says of a system call
 *
 * The kernel's seccomp runs filters; this is for who has to know beforehand.
 */
#ifndef BVM_FILTER_H
#define BVM_FILTER_H

#include "image.h"

/* AUDIT_ARCH_* of linux/audit.h, as filters compare with them */
#define BVM_FILTER_X86_64 0xc000003eu
#define BVM_FILTER_I386 0x40000003u

/* System calls of an image are below; Linux 6.12 has 467. */
#define BVM_FILTER_CALLS 1024

/* SECCOMP_RET_KILL_PROCESS of linux/seccomp.h */
#define BVM_FILTER_KILL 0x80000000u

/* Of struct seccomp_data: the rest is the address and arguments. */
static inline u32 bvm_filter_load(u32 off, u32 arch, u32 number)
{
	if (off == 4)
		return arch;
	return off ? 0 : number;
}

static inline bool bvm_filter_jumps(u16 code, u32 a, u32 k)
{
	switch (code & 0xf0) {
	case 0x10:
		return a == k;
	case 0x20:
		return a > k;
	case 0x30:
		return a >= k;
	case 0x40:
		return a & k;
	}
	return false;
}

/*
 * The SECCOMP_RET_* word for a call without arguments. Of the instructions,
 * those that libseccomp makes: loads, compares, jumps, returns. KILL for
 * others, and for a filter that runs past its end.
 */
static inline u32 bvm_filter_run(const struct bvm_filter_insn *insns, u32 num,
				 u32 arch, u32 number)
{
	u32 a = 0;

	for (u32 pc = 0; pc < num; pc++) {
		const struct bvm_filter_insn *insn = &insns[pc];

		switch (insn->code) {
		case 0x20: /* ld [k] */
			a = bvm_filter_load(insn->k, arch, number);
			break;
		case 0x54: /* and */
			a &= insn->k;
			break;
		case 0x05: /* ja */
			if (insn->k >= num)
				return BVM_FILTER_KILL;
			pc += insn->k;
			break;
		case 0x06: /* ret */
			return insn->k;
		case 0x15:
		case 0x25:
		case 0x35:
		case 0x45:
			pc += bvm_filter_jumps(insn->code, a, insn->k) ?
				      insn->jt :
				      insn->jf;
			break;
		default:
			return BVM_FILTER_KILL;
		}
	}
	return BVM_FILTER_KILL;
}

#endif /* BVM_FILTER_H */
