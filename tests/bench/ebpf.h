/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * ebpf.h - what the running kernel's own verifier says of a program
 *
 * For the guest alone: it loads the program by bpf(2), and frees it at once.
 */
#ifndef BENCH_EBPF_H
#define BENCH_EBPF_H

#include "vm/insn.h"

#define EBPF_MAX_INSNS 5000

struct ebpf_verdict {
	int err; /* 0: accepted; else -errno */
	u32 processed; /* instructions that it looked at, with the prologue's */
	u32 usec; /* as the kernel says; wall time */
};

/*
 * Offer the kernel a program that takes r1 to point to BVM_FAMILY_CTX bytes,
 * as XDP with nine instructions before it that make r1 so. Return: 0 and
 * *verdict; -errno if the kernel gave no verdict at all.
 */
int __must_check ebpf_verify(const struct bvm_insn *insns, u32 num_insns,
			     struct ebpf_verdict *verdict);

#endif /* BENCH_EBPF_H */
