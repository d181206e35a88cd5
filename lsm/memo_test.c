// SPDX-License-Identifier: GPL-2.0-only
/*
 * memo_test.c - an answer is found for the same question alone
 */
#include <kunit/test.h>

#include "memo.h"
#include "vm/helpers.h"
#include "vm/insn.h"

/* Numbers that no policy of this boot will have. */
#define GENERATION (1ull << 62)
#define VERDICT 77

static bool finds(const struct bailiff_memo_key *key)
{
	u32 verdict = 0;

	return bailiff_memo_find(key, &verdict) && verdict == VERDICT;
}

/* Interrupts may take the place at any time: a few tries. */
static bool keeps(const struct bailiff_memo_key *key)
{
	for (u32 i = 0; i < 10; i++) {
		bailiff_memo_keep(key, VERDICT);
		if (finds(key))
			return true;
	}
	return false;
}

static void the_same_question_has_the_answer(struct kunit *test)
{
	union bvm_ctx ctx = { .files = { .uid = 3, .path = 1 } };
	struct bailiff_memo_key key = {
		.generation = GENERATION,
		.class = BVM_CLASS_FILES,
		.op = 4,
		.row = 5,
		.ctx = &ctx,
	};

	KUNIT_EXPECT_FALSE(test, finds(&key));
	KUNIT_EXPECT_TRUE(test, keeps(&key));
	/* the key says which operation it is */
	ctx.op = 9;
	KUNIT_EXPECT_TRUE(test, finds(&key));
}

static void another_question_has_none(struct kunit *test)
{
	union bvm_ctx ctx = { .files = { .uid = 3, .path = 1 } };
	const struct bailiff_memo_key key = {
		.generation = GENERATION + 1,
		.class = BVM_CLASS_FILES,
		.op = 4,
		.row = 5,
		.ctx = &ctx,
	};
	struct bailiff_memo_key other[] = { key, key, key, key };

	other[0].generation++;
	other[1].class = BVM_CLASS_EXEC;
	other[2].op++;
	other[3].row++;
	KUNIT_ASSERT_TRUE(test, keeps(&key));
	for (u32 i = 0; i < ARRAY_SIZE(other); i++)
		KUNIT_EXPECT_FALSE(test, finds(&other[i]));
}

/* Each byte of each class's ctx, but those of the op. */
static void every_byte_of_the_ctx_counts(struct kunit *test)
{
	for (u32 class = 1; class < BVM_NUM_CLASSES; class ++) {
		union bvm_ctx ctx = {};
		const struct bailiff_memo_key key = {
			.generation = GENERATION + 10 + class,
			.class = class,
			.ctx = &ctx,
		};
		u8 *bytes = (u8 *)&ctx;

		/* none of them fits, see below */
		if (class == BVM_CLASS_MOUNTS)
			continue;
		for (u32 i = sizeof(ctx.op); i < bvm_classes[class].ctx_size;
		     i++) {
			bytes[i] = 1;
			KUNIT_ASSERT_TRUE(test, keeps(&key));
			bytes[i] = 2;
			KUNIT_EXPECT_FALSE_MSG(test, finds(&key),
					       "class %u, byte %u", class, i);
			bytes[i] = 0;
		}
	}
}

static void without_a_number_nothing_is_kept(struct kunit *test)
{
	union bvm_ctx ctx = {};
	const struct bailiff_memo_key key = {
		.class = BVM_CLASS_FILES,
		.row = 99,
		.op = 63,
		.ctx = &ctx,
	};

	KUNIT_EXPECT_FALSE(test, keeps(&key));
}

/* Programs that ask for what changes are asked anew. */
static void what_changes_is_not_kept(struct kunit *test)
{
	const struct bvm_program_header header = { .num_insns = 1 };

	for (u32 helper = 1; helper < BVM_NUM_HELPERS; helper++) {
		const struct bvm_insn call = { .code = BVM_CALL,
					       .imm = helper };
		struct bvm_image *image =
			kunit_kzalloc(test, sizeof(*image), GFP_KERNEL);
		bool changes = helper == BVM_HELPER_ARGV ||
			       helper == BVM_HELPER_RATE ||
			       helper == BVM_HELPER_MATCH_TEXT ||
			       bvm_helpers[helper].table == BVM_TABLE_SLOT;

		KUNIT_ASSERT_NOT_NULL(test, image);
		for (u32 i = 1; i < BVM_NUM_CLASSES; i++) {
			image->programs[i].header = &header;
			image->programs[i].insns = &call;
		}
		KUNIT_EXPECT_EQ(test, bailiff_memo_fits(image, BVM_CLASS_FILES),
				!changes);
		KUNIT_EXPECT_FALSE(test,
				   bailiff_memo_fits(image, BVM_CLASS_MOUNTS));
	}
}

static struct kunit_case memo_cases[] = {
	KUNIT_CASE(the_same_question_has_the_answer),
	KUNIT_CASE(another_question_has_none),
	KUNIT_CASE(every_byte_of_the_ctx_counts),
	KUNIT_CASE(without_a_number_nothing_is_kept),
	KUNIT_CASE(what_changes_is_not_kept),
	{}
};

static struct kunit_suite memo_suite = {
	.name = "bailiff-memo",
	.test_cases = memo_cases,
};

kunit_test_suite(memo_suite);
