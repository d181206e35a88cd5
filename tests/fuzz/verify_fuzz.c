// SPDX-License-Identifier: GPL-2.0-only
/*
 * verify_fuzz.c - what the verifier accepts keeps every promise
 *
 * The first byte says whether the rest are instructions as they come or
 * choices of tests/lib/bvm_gen.c, over plain memory or for a class with
 * helpers. A program that is accepted runs within what the verifier said, and
 * so does its lowered form, with the same result. How many instructions ran is
 * told at the end.
 */
#include <stdlib.h>

#include "tests/lib/bvm_build.h"
#include "tests/lib/bvm_gen.h"
#include "tests/lib/bvm_input.h"
#include "tests/lib/bvm_oracle.h"
#include "vm/lower.h"

#define MAX_INSNS 512
#define RUNS 4 /* more inputs find more than more runs of each */

static struct bvm_oracle before, after;
static struct bvm_insn insns[MAX_INSNS], out[BVM_MAX_LOWERED];
static u32 map[MAX_INSNS + 1];
static struct bvm_build build;
static struct bvm_image image;
static bvm_atomic slots[16];
static u64 inputs, accepted;

int LLVMFuzzerTestOneInput(const u8 *data, size_t len);

static void must(bool cond, const char *what)
{
	if (cond)
		return;
	fprintf(stderr, "verify_fuzz: %s\n", what);
	abort();
}

static void tell(void)
{
	printf("verify_fuzz: %llu of %llu programs accepted, %llu instructions run\n",
	       (unsigned long long)accepted, (unsigned long long)inputs,
	       (unsigned long long)(before.total + after.total));
}

static void init(void)
{
	bvm_oracle_init(&before);
	bvm_oracle_init(&after);
	bvm_build_full(&build);
	must(!bvm_image_parse(build.bytes, build.len, &image, NULL),
	     "the small image is refused");
	atexit(tell);
}

/* Bits 0-2 of the first byte: instructions, or plain memory, or a class. */
static u32 class_of(u8 how)
{
	static const u8 classes[8] = {
		0, 0, BVM_CLASS_FILES, BVM_CLASS_NETWORK,
		0, 0, BVM_CLASS_EXEC,  BVM_CLASS_EXEC,
	};

	return classes[how & 7];
}

static void set_program(const u8 *data, size_t len)
{
	const u32 class = class_of(data[0]);
	u32 num;

	if (class) {
		num = bvm_gen_class(data + 1, len - 1, insns, MAX_INSNS, &image,
				    class);
		bvm_oracle_set_class(&before, insns, num, &image, class);
		return;
	}
	if (data[0] & 1) {
		num = bvm_gen(data + 1, len - 1, insns, MAX_INSNS);
	} else {
		num = (u32)((len - 1) / sizeof(insns[0]));
		if (num > MAX_INSNS)
			num = MAX_INSNS;
		memcpy(insns, data + 1, num * sizeof(insns[0]));
	}
	bvm_oracle_set_raw(&before, insns, num, BVM_GEN_CTX);
}

/* What runs see depends on the program's bytes. */
static u64 seed_of(const u8 *data, size_t len)
{
	u64 seed = 0xcbf29ce484222325ull;

	while (len--)
		seed = (seed ^ *data++) * 0x100000001b3ull;
	return seed | 1;
}

static void run_both(u32 class, const struct bvm_run *run, const u8 *ctx)
{
	u64 r0;

	memset(slots, 0, sizeof(slots));
	r0 = class ? bvm_oracle_run_class(&before, run) :
		     bvm_oracle_run(&before, ctx);
	must(!before.why[0], before.why);
	memset(slots, 0, sizeof(slots));
	must(r0 == (class ? bvm_oracle_run_class(&after, run) :
			    bvm_oracle_run(&after, ctx)),
	     "another result when lowered");
	must(!after.why[0], after.why);
}

static void lower_and_verify(bool keep_v4)
{
	void *scratch = after.in.scratch;
	u32 num = 0;

	must(!bvm_lower(insns, before.in.num_insns, keep_v4, out,
			BVM_MAX_LOWERED, &num, map, NULL),
	     "not lowered");
	after.in = before.in;
	after.in.scratch = scratch;
	after.in.insns = out;
	after.in.num_insns = num;
	after.in.lowered = true;
	must(!bvm_oracle_verify(&after), after.err.text);
}

int LLVMFuzzerTestOneInput(const u8 *data, size_t len)
{
	static const char *const paths[] = { "/a", "/ab", "/abc", "/", "x" };
	struct bvm_run run = { .image = &image,
			       .argv = "-g\0x",
			       .argv_len = 5,
			       .slots = slots,
			       .now_ns = 100000 };
	u8 ctx[BVM_GEN_CTX];
	u32 i, class;
	u64 seed;

	if (!before.seen)
		init();
	if (!len)
		return 0;
	inputs++;
	set_program(data, len);
	if (bvm_oracle_verify(&before))
		return 0;
	accepted++;
	lower_and_verify(data[0] & 4);
	class = class_of(data[0]);
	seed = seed_of(data, len);
	for (i = 0; i < RUNS; i++) {
		run.strings[0].bytes = paths[i % ARRAY_SIZE(paths)];
		run.strings[0].len = (u32)strlen(run.strings[0].bytes);
		bvm_input_memory(&seed, ctx, sizeof(ctx));
		if (class)
			bvm_input_request(&seed, class, &run);
		run_both(class, &run, ctx);
	}
	return 0;
}
