// SPDX-License-Identifier: GPL-2.0-only
/*
 * load_test.c - a program that asks for the caller's program is known for one;
 * included by load.c
 */
#include "slot_kunit.h"

#define WHICH BVM_CLASS_CAPABILITIES
#define EXE ((s16)offsetof(struct bvm_ctx_capabilities, exe))
#define UID ((s16)offsetof(struct bvm_ctx_capabilities, uid))

#define I(code, dst, src, off, imm)            \
	{                                      \
		BVM_##code, dst, src, off, imm \
	}
#define ALLOW I(MOV64_K, 0, 0, 0, 0), I(EXIT, 0, 0, 0, 0)

/* What the verifier says of a policy with this program, and what is found out. */
static int load(struct kunit *test, const struct bvm_insn *insns, u32 num,
		struct bailiff_policy *policy)
{
	const struct bvm_program_header header = { .num_insns = num };
	const struct bvm_verify_in in = {
		.insns = insns,
		.num_insns = num,
		.ctx = {
			.size = bvm_classes[WHICH].ctx_size,
			.num_fields = bvm_classes[WHICH].num_fields,
			.fields = bvm_classes[WHICH].fields,
		},
		.verdict = true,
		.max_stack = BVM_KERNEL_STACK,
		.scratch = kvmalloc(bvm_verify_scratch(), GFP_KERNEL),
	};
	struct bvm_verify_out out;
	struct bvm_error err;
	int ret;

	KUNIT_ASSERT_NOT_NULL(test, in.scratch);
	ret = bvm_verify(&in, &out, &err);
	kvfree(in.scratch);
	policy->image.meta = &no_slots;
	policy->image.rights_dfa = U32_MAX;
	policy->image.programs[WHICH].header = &header;
	policy->image.programs[WHICH].insns = insns;
	summarize(policy);
	policy->image.programs[WHICH].header = NULL;
	return ret;
}

/* Rules about it hold, and one caller's answer is not another's. */
static void expect(struct kunit *test, const struct bvm_insn *insns, u32 num,
		   bool asked)
{
	struct bailiff_policy *policy =
		kunit_kzalloc(test, sizeof(*policy), GFP_KERNEL);

	KUNIT_ASSERT_NOT_NULL(test, policy);
	KUNIT_EXPECT_EQ(test, load(test, insns, num, policy), 0);
	KUNIT_EXPECT_EQ(test, policy->exe_classes, asked ? BIT(WHICH) : 0);
	KUNIT_EXPECT_EQ(test, policy->memo_classes, asked ? 0 : BIT(WHICH));
}

static void who_asks_is_known_and_not_remembered(struct kunit *test)
{
	const struct bvm_insn insns[] = { I(LDXDW, 2, 1, EXE, 0), ALLOW };

	expect(test, insns, ARRAY_SIZE(insns), true);
}

static void who_hides_that_he_asks_is_refused(struct kunit *test)
{
	const struct bvm_insn above[] = {
		I(MOV64_X, 2, 1, 0, 0),
		I(ADD64_K, 2, 0, 0, 8),
		I(LDXDW, 2, 2, EXE - 8, 0),
		ALLOW,
	};
	/* by the stack, and from behind */
	const struct bvm_insn below[] = {
		I(ADD64_K, 1, 0, 0, EXE + 40),
		I(STXDW, 10, 1, -8, 0),
		I(LDXDW, 3, 10, -8, 0),
		I(LDXDW, 2, 3, -40, 0),
		ALLOW,
	};
	struct bailiff_policy *policy =
		kunit_kzalloc(test, sizeof(*policy), GFP_KERNEL);

	KUNIT_ASSERT_NOT_NULL(test, policy);
	KUNIT_EXPECT_EQ(test, load(test, above, ARRAY_SIZE(above), policy),
			-EINVAL);
	KUNIT_EXPECT_EQ(test, load(test, below, ARRAY_SIZE(below), policy),
			-EINVAL);
}

static void who_asks_for_something_else_is_not(struct kunit *test)
{
	const struct bvm_insn insns[] = { I(LDXW, 2, 1, UID, 0), ALLOW };

	expect(test, insns, ARRAY_SIZE(insns), false);
}

/* At the same distance from another place: only dearer. */
static void what_looks_like_asking_counts_as_it(struct kunit *test)
{
	const struct bvm_insn insns[] = {
		I(ADD64_K, 1, 0, 0, UID - EXE),
		I(LDXW, 2, 1, EXE, 0),
		ALLOW,
	};

	expect(test, insns, ARRAY_SIZE(insns), true);
}

static struct kunit_case load_cases[] = {
	KUNIT_CASE(who_asks_is_known_and_not_remembered),
	KUNIT_CASE(who_hides_that_he_asks_is_refused),
	KUNIT_CASE(who_asks_for_something_else_is_not),
	KUNIT_CASE(what_looks_like_asking_counts_as_it),
	{}
};

static struct kunit_suite load_suite = {
	.name = "bailiff-load",
	.test_cases = load_cases,
};

kunit_test_suite(load_suite);
