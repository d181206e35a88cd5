// SPDX-License-Identifier: GPL-2.0-only
/*
 * verify_fuzz.c - what the verifier accepts keeps every promise
 *
 * The first byte says whether the rest are instructions as they come or
 * choices of tests/lib/bvm_gen.c. A program that is accepted runs within what
 * the verifier said, and so does its lowered form, with the same result.
 */
#include <stdlib.h>

#include "tests/lib/bvm_gen.h"
#include "tests/lib/bvm_oracle.h"
#include "vm/lower.h"

#define MAX_INSNS 512

static struct bvm_oracle before, after;
static struct bvm_insn insns[MAX_INSNS], out[BVM_MAX_LOWERED];
static u32 map[MAX_INSNS + 1];

int LLVMFuzzerTestOneInput(const u8 *data, size_t len);

static void must(bool cond, const char *what)
{
	if (cond)
		return;
	fprintf(stderr, "verify_fuzz: %s\n", what);
	abort();
}

static u32 make_program(const u8 *data, size_t len)
{
	if (data[0] & 1)
		return bvm_gen(data + 1, len - 1, insns, MAX_INSNS);
	len = (len - 1) / sizeof(insns[0]);
	if (len > MAX_INSNS)
		len = MAX_INSNS;
	memcpy(insns, data + 1, len * sizeof(insns[0]));
	return (u32)len;
}

/* The memory depends on the program's bytes, and not only its first ones. */
static void make_ctx(const u8 *data, size_t len, u32 round, u8 *ctx)
{
	u32 i, state = 1 + round;

	for (i = 0; i < BVM_GEN_CTX; i++) {
		state = state * 1664525 + 1013904223;
		ctx[i] = data[(i * (round + 1)) % len];
		if (round & 1)
			ctx[i] ^= (u8)(state >> 24);
	}
}

static void run_both(const u8 *data, size_t len, u32 num)
{
	u8 ctx[BVM_GEN_CTX];
	u32 round, num_out = 0;
	u64 r0;

	must(!bvm_lower(insns, num, data[0] & 2, out, BVM_MAX_LOWERED, &num_out,
			map, NULL),
	     "not lowered");
	bvm_oracle_set_raw(&after, out, num_out, sizeof(ctx));
	must(!bvm_oracle_verify(&after), after.err.text);
	for (round = 0; round < 4; round++) {
		make_ctx(data, len, round, ctx);
		r0 = bvm_oracle_run(&before, ctx);
		must(!before.why[0], before.why);
		must(bvm_oracle_run(&after, ctx) == r0, "another result");
		must(!after.why[0], after.why);
	}
}

int LLVMFuzzerTestOneInput(const u8 *data, size_t len)
{
	u32 num;

	if (!before.seen) {
		bvm_oracle_init(&before);
		bvm_oracle_init(&after);
	}
	if (!len)
		return 0;
	num = make_program(data, len);
	bvm_oracle_set_raw(&before, insns, num, BVM_GEN_CTX);
	if (!bvm_oracle_verify(&before))
		run_both(data, len, num);
	return 0;
}
