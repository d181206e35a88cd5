/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * ubpf.h - the interpreter of a uBPF that the user has, to compare with
 */
#ifndef BENCH_UBPF_H
#define BENCH_UBPF_H

#include "vm/insn.h"

struct ubpf;

/*
 * Open a libubpf.so by its path. Return: an owned handle, or NULL and a
 * message on stderr.
 */
struct ubpf *ubpf_open(const char *path);
void ubpf_close(struct ubpf *ubpf);

/* Take another program. Return: 0, or -EINVAL and a message on stderr. */
int __must_check ubpf_set(struct ubpf *ubpf, const struct bvm_insn *insns,
			  u32 num_insns);

/* Interpret it. Return: r0. */
u64 ubpf_run(struct ubpf *ubpf, void *ctx, size_t ctx_len);

#endif /* BENCH_UBPF_H */
