/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * verify.h - prove that a program cannot fault, loop or read what it was not
 * given, and say what it may cost
 *
 * One pass in program order. At a jump target the states of all predecessors
 * are joined, so each instruction is visited once. The precedent is Linux's
 * check_load_and_stores for classic BPF (net/core/filter.c), with a richer
 * lattice.
 */
#ifndef BVM_VERIFY_H
#define BVM_VERIFY_H

#include "image.h"
#include "insn.h"

struct bvm_state; /* verify_state.h */

/*
 * What r1 points to. Without fields (class BVM_CLASS_RAW) r2 holds size; with
 * fields it is not set.
 */
struct bvm_ctx_desc {
	u32 size; /* bytes */
	u32 num_fields; /* 0: plain readable bytes (conformance tests) */
	const struct bvm_field *fields;
};

struct bvm_verify_in {
	const struct bvm_insn *insns;
	u32 num_insns;
	struct bvm_ctx_desc ctx;
	const struct bvm_image *image; /* tables for helpers; NULL: no calls */
	bool verdict; /* r0 at exit must fit 32 bits */
	/*
	 * Made by bvm_lower of a program that was accepted: it may have
	 * BVM_LOWERED_PENDING more targets, and what no way leads to is left
	 * out. With this it is accepted too.
	 */
	bool lowered;
	u32 max_stack; /* bytes: BVM_STACK_BYTES or BVM_KERNEL_STACK */
	/* Called with one line of text an instruction and state; may be NULL */
	void (*log)(void *arg, const char *line);
	void *log_arg;
	void *scratch; /* bvm_verify_scratch() bytes, aligned to 8 */
	/* For tests: the state before each instruction; may be NULL */
	void (*watch)(void *arg, u32 pc, const struct bvm_state *state);
	void *watch_arg;
};

struct bvm_verify_out {
	u32 stack_bytes; /* deepest use, rounded up to 8 */
	u32 max_insns; /* executed on the longest path */
	u32 max_calls; /* helper calls on the path with most of them */
	u64 max_steps; /* table steps on the dearest path */
	u32 visited; /* instructions looked at: num_insns less lddw halves */
	u64 r0_min, r0_max; /* unsigned bounds of the result */
	u64 r0_value, r0_mask; /* known bits of the result; mask 1 = unknown */
};

/*
 * Bytes of scratch that bvm_verify needs: a constant, at most
 * BVM_VERIFY_BYTES. The verifier uses no other memory.
 */
size_t bvm_verify_scratch(void);

/*
 * Helpers can be called where there are an image and a ctx with fields. Only
 * the first refusal is told: what is known past it would rest on it.
 *
 * Return: 0 and *out; -EINVAL refused (err: off is the instruction, text is
 * instruction, register, what is known, what is needed, and the join that lost
 * it); -E2BIG too long, or over BVM_MAX_PENDING jump targets lie ahead.
 */
int __must_check bvm_verify(const struct bvm_verify_in *in,
			    struct bvm_verify_out *out, struct bvm_error *err);

/*
 * Verify every program of a parsed image, that each one's stated stack,
 * instructions, calls and steps are what bvm_verify finds, and that none costs
 * more than the image's budget. Return: as bvm_verify; -EINVAL also for a
 * figure that is not the one found, -E2BIG for a program over the budget.
 */
int __must_check bvm_image_verify(const struct bvm_image *img, u32 max_stack,
				  void *scratch, struct bvm_error *err);

#endif /* BVM_VERIFY_H */
