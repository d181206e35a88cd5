/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * exec.h - run a verified program on a request
 */
#ifndef BVM_EXEC_H
#define BVM_EXEC_H

#include "hooks.h"
#include "image.h"
#include "insn.h"
#include "port.h"

/*
 * Strings that ctx fields of kind STR name. The handle is a BVM_STR_*, the
 * string is run.strings[handle - 1]; each field has a handle of its own.
 */
enum bvm_str_handle {
	BVM_STR_PATH = 1, /* path; walked in the kernel */
	BVM_STR_SOURCE = 2, /* source; walked if it is a path */
	BVM_STR_EXE = 3, /* exe */
	BVM_STR_TEXT = 4, /* text */
	BVM_STR_PEER = 5, /* peer_name */
	BVM_RUN_STRINGS = 5,
};

struct bvm_str {
	const char *bytes; /* NULL when only the walk's result is known */
	u32 len;
	/*
	 * The kernel walks a path once, before the program, through the
	 * image's rights DFA; `match` on that table then returns accept.
	 */
	bool walked;
	u32 accept;
	u32 state; /* DFA state after the walk, for directory renames */
};

/*
 * One request. Helpers get &run->ctx in r1 and find the rest with
 * container_of, so a program never sees a pointer to it.
 */
struct bvm_run {
	const struct bvm_image *image;
	struct bvm_str strings[BVM_RUN_STRINGS];
	/*
	 * For the argv helper: argv[1] and on, each with its NUL; a copy that
	 * nobody changes, of BVM_MAX_ARGS at most. No argument is no byte, but
	 * never NULL.
	 */
	const char *argv;
	u32 argv_len; /* up to BVM_MAX_ARGV */
	/*
	 * meta->num_slots words that all runs of the policy for one container
	 * share; NULL if that is 0.
	 */
	bvm_atomic *slots;
	u64 now_ns; /* for rate: of a clock that does not run backwards */
	/*
	 * Set by a helper that found what must not be: the program's result is
	 * then no verdict (bvm_run_verdict). Clear before a run.
	 */
	bool broken;
	union bvm_ctx ctx;
};

/*
 * Interpret a program that bvm_verify accepted. ctx is &run->ctx, or raw
 * memory for a program without helper calls. Return: r0.
 */
u64 bvm_exec(const struct bvm_insn *insns, u32 num_insns, const void *ctx,
	     u64 ctx_len);

/*
 * Called before each instruction: pc, registers r0-r10, and the stack.
 * Return false to stop (the run then answers BVM_VERDICT_BROKEN).
 */
typedef bool (*bvm_trace_fn)(void *arg, u32 pc, const u64 *regs,
			     const u8 *stack);
u64 bvm_exec_traced(const struct bvm_insn *insns, u32 num_insns,
		    const void *ctx, u64 ctx_len, bvm_trace_fn trace,
		    void *arg);

/* What a run has decided whose program returned r0, compiled or not. */
static inline u32 bvm_run_verdict(const struct bvm_run *run, u64 r0)
{
	return run->broken ? BVM_VERDICT_BROKEN : (u32)r0;
}

/*
 * Run the program of a class; BVM_VERDICT_BROKEN if the image has none, or
 * helpers were given what must not be.
 */
u32 bvm_run_class(struct bvm_run *run, u32 class);

/* Helper num (helpers.def) as the interpreter calls it; used by lsm/ too. */
u64 bvm_call_helper(u32 num, u64 r1, u64 r2, u64 r3, u64 r4, u64 r5);

#endif /* BVM_EXEC_H */
