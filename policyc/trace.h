/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * trace.h - what a program does, instruction by instruction
 *
 *	   1  ldxw %r2, [%r6+4]       r2 = 33 (0x21), uid
 *	   2  jne32 %r2, 33, +2       not taken
 *	   5  call match              r0 = 7: match(dfa 0, "/etc/passwd")
 */
#ifndef POLICYC_TRACE_H
#define POLICYC_TRACE_H

#include "buf.h"
#include "vm/exec.h"

struct trace {
	u32 verdict;
	u32 num_insns; /* executed */
	u32 num_calls;
};

/*
 * Run the program of a class on a request that judge.h has made. What it does
 * is appended to out, a line an instruction, or as the elements of a JSON
 * array; out may be NULL.
 */
void trace_run(struct arena *arena, struct bvm_run *run, u32 class, bool json,
	       struct buf *out, struct trace *trace);

#endif /* POLICYC_TRACE_H */
