/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * bvm_oracle.h - hold every step of a run against what the verifier said
 */
#ifndef TESTS_BVM_ORACLE_H
#define TESTS_BVM_ORACLE_H

#include "vm/exec.h"
#include "vm/verify.h"

struct bvm_oracle {
	struct bvm_verify_in in;
	struct bvm_verify_out out;
	struct bvm_error err;
	struct bvm_state *states; /* by pc; room for max_states */
	bool *seen; /* by pc: states has one */
	u32 max_states;
	const u8 *ctx;
	u32 steps;
	char why[256]; /* what a run did that it must not; "" if nothing */
};

void bvm_oracle_init(struct bvm_oracle *o);
void bvm_oracle_fini(struct bvm_oracle *o);

/* Set a program over plain memory of ctx_len bytes. */
void bvm_oracle_set_raw(struct bvm_oracle *o, const struct bvm_insn *insns,
			u32 num_insns, u32 ctx_len);

/* Verify o->in and keep the state before each instruction. */
int bvm_oracle_verify(struct bvm_oracle *o);

/*
 * Run what was verified and check, before each instruction, that registers
 * and stack are what the state says, that loads and stores stay inside, and
 * in the end that steps and result are within the bounds. o->why says what
 * was not. Return: r0.
 */
u64 bvm_oracle_run(struct bvm_oracle *o, const void *ctx);

#endif /* TESTS_BVM_ORACLE_H */
