// SPDX-License-Identifier: GPL-2.0-only
/*
 * image_test.c - what an image must be, and that no other one does harm
 */
#include <check.h>
#include <stdlib.h>

#include "tests/lib/bvm_build.h"
#include "tests/lib/suite.h"
#include "vm/exec.h"
#include "vm/table.h"
#include "vm/verify.h"

static struct bvm_build build;
static struct bvm_image image;
static struct bvm_error err;
static void *scratch;

static void setup(void)
{
	bvm_build_small(&build);
	scratch = malloc(bvm_verify_scratch());
}

static void teardown(void)
{
	free(scratch);
}

static int parse(void)
{
	return bvm_image_parse(build.bytes, build.len, &image, &err);
}

START_TEST(a_small_image_is_read)
{
	ck_assert_msg(parse() == 0, "%s", err.text);
	ck_assert_str_eq(image.name, "test");
	ck_assert_str_eq(bvm_image_string(&image, image.meta->description),
			 "a policy");
	ck_assert_uint_eq(image.num_rules, 2);
	ck_assert_uint_eq(image.rules[1].line, 5);
	ck_assert_str_eq(bvm_image_string(&image, image.rules[1].message),
			 "no");
	ck_assert_uint_eq(image.num_tables, 6);
	ck_assert_uint_eq(image.tables[0].dfa.num_rows, 3);
	ck_assert_uint_eq(image.tables[1].max_steps, 3);
	ck_assert_uint_eq(image.tables[5].max_steps, 2);
	ck_assert_uint_eq(image.rights_dfa, 0);
	ck_assert_uint_eq(image.num_rights, 3);
	ck_assert_uint_eq(image.rights[1].may, 3);
	ck_assert_uint_eq(image.num_selectors, 1);
	ck_assert_int_eq(
		bvm_image_verify(&image, BVM_KERNEL_STACK, scratch, &err), 0);
}
END_TEST

/* ---- one field changed ---- */

struct change {
	u32 section; /* index; U32_MAX: the header */
	u32 off; /* in it */
	u32 size;
	u64 value;
	int code;
	const char *says;
};

enum {
	HEADER = -1,
	META,
	STRINGS,
	RULES,
	DFA,
	LPM,
	SET,
	RANGE,
	ARRAY,
	LISTS,
	FILES,
	RIGHTS = FILES + BVM_NUM_CLASSES - 1, /* a program for each class */
	SELECTORS,
};

#define T sizeof(struct bvm_table_header)
#define STATES (T + sizeof(struct bvm_dfa_head))
#define CELLS (STATES + 5 * sizeof(struct bvm_dfa_state))
#define ROWS sizeof(struct bvm_rights_header)
#define CLOSURES (ROWS + 3 * sizeof(struct bvm_rights))
#define CLOSURE_OF (CLOSURES + 3 * sizeof(struct bvm_rights))
#define LENS (T + 2 * 16 + 2 * 4 + 2 * 4)

static const struct change changes[] = {
	{ HEADER, 0, 1, 'X', -EINVAL, "not a Bailiff image" },
	{ HEADER, 8, 4, 2, -EPROTONOSUPPORT,
	  "image version 2, language 1; expected 1, 1" },
	{ HEADER, 12, 4, 9, -EPROTONOSUPPORT,
	  "image version 1, language 9; expected 1, 1" },
	{ HEADER, 16, 4, 8, -EMSGSIZE, "the header says 8" },
	{ HEADER, 20, 4, 1, -EINVAL, "META and STRINGS are required" },
	{ HEADER, 20, 4, 513, -E2BIG, "513 sections, at most 512" },
	{ HEADER, 20, 4, 500, -EMSGSIZE, "the section table is cut off" },
	{ HEADER, 24, 4, 1, -EINVAL, "unknown flags 0x1" },
	{ HEADER, 28, 4, 1, -EINVAL, "unknown flags" },
	/* section table: META, STRINGS, RULES, ... */
	{ HEADER, 64, 4, 2, -EINVAL, "section 0 has type 2, expected META" },
	{ HEADER, 64 + 4, 4, 1, -EINVAL, "id 1, expected 0" },
	{ HEADER, 64 + 8, 4, 0, -EINVAL, "section 0 is at 0, expected 384" },
	{ HEADER, 64 + 12, 4, U32_MAX, -EMSGSIZE, "section 0 ends past" },
	{ HEADER, 64 + 16, 4, 3, -EINVAL,
	  "section 1 has type 3, expected STRINGS" },
	{ HEADER, 64 + 32, 4, 99, -EINVAL, "unknown type of section 99" },
	{ HEADER, 64 + 48, 4, 2, -EINVAL, "not in the order of type and id" },
	{ HEADER, 64 + 48 + 4, 4, 1, -EINVAL,
	  "table 1 stands where 0 is expected" },
	{ HEADER, 64 + 9 * 16 + 4, 4, 0, -EINVAL,
	  "program for class 0, which is not mediated" },
	{ HEADER, 64 + 17 * 16 + 4, 4, 10, -EINVAL,
	  "program for class 10, which is not mediated" },
	{ META, 0, 4, 1000, -EINVAL, "name: string at 1000" },
	{ META, 0, 4, 0, -EINVAL, "the policy's name is not" },
	{ META, 0, 4, 6, -EINVAL, "the policy's name is not" },
	{ META, 4, 4, 1000, -EINVAL, "description: string at 1000" },
	{ META, 8, 4, 8, -EINVAL, "unknown META flags 0x8" },
	/* whoever asks for names goes by the flag, and rows are found by RIGHTS */
	{ META, 8, 4, 0, -EINVAL, "no rule has a path, and RIGHTS is there" },
	{ META, 8, 4, 2, -EINVAL, "no rule has a path, and RIGHTS is there" },
	{ META, 12, 4, 1, -EINVAL, "unknown class" },
	{ META, 16, 4, 1 << 10, -EINVAL, "unknown class" },
	{ META, 20, 4, 1025, -E2BIG, "1025 slots, at most 1024" },
	{ STRINGS, 0, 1, 'a', -EINVAL, "begin and end with a NUL" },
	{ STRINGS, 1, 1, 'T', -EINVAL, "the policy's name is not" },
	{ RULES, 0, 8, 1ull << 40, -EINVAL, "rule 1: unknown operations" },
	{ RULES, 8, 4, 5000, -EINVAL, "file of a rule: string at 5000" },
	{ RULES, 12, 4, 0, -EINVAL, "rule 1: lines count from 1" },
	{ RULES, 16, 4, 5000, -EINVAL, "message: string at 5000" },
	{ RULES, 20, 2, 0, -EINVAL, "rule 1: unknown class 0" },
	{ RULES, 20, 2, 10, -EINVAL, "rule 1: unknown class 10" },
	{ RULES, 22, 1, 3, -EINVAL, "rule 1: unknown kind 3" },
	{ RULES, 23, 1, BVM_NEEDS_ALL + 1, -EINVAL, "rule 1: unknown kind" },
	{ DFA, 0, 4, 0, -EINVAL, "unknown kind of table 0" },
	{ DFA, 0, 4, BVM_NUM_TABLE_KINDS, -EINVAL, "unknown kind of table 12" },
	{ DFA, 4, 4, 6, -EINVAL, "table is 412 bytes long, its counts need" },
	{ DFA, 4, 4, U32_MAX, -E2BIG, "states, at most" },
	{ DFA, 8, 4, U32_MAX, -E2BIG, "cells, at most" },
	{ DFA, 12, 4, 1, -EINVAL, "table: reserved field is not 0" },
	{ DFA, T, 4, 5, -EINVAL, "start state 5 of 5" },
	{ DFA, T + 4, 4, 0, -EINVAL, "0 byte classes" },
	{ DFA, T + 4, 4, 257, -EINVAL, "257 byte classes" },
	{ DFA, T + 4, 4, 3, -EINVAL, "byte 98 is in class 3 of 3" },
	{ DFA, T + 8, 4, U32_MAX, -E2BIG, "bytes of tails, at most" },
	{ DFA, T + 8, 4, 1, -EINVAL, "table is 412 bytes long" },
	{ DFA, T + 12, 4, 5, -EINVAL, "default state 5 of tails, of 5" },
	{ DFA, T + 4, 4, 9, -EINVAL, "state 0: base 0 is past the cells" },
	{ DFA, STATES, 4, 5, -EINVAL, "state 0: base 5 is past the cells" },
	{ DFA, STATES, 4, U32_MAX, -EINVAL, "is past the cells" },
	{ DFA, STATES + 4, 4, 5, -EINVAL, "state 0: default state 5 of 5" },
	{ DFA, STATES + 8, 4, BVM_MAX_ARRAY, -E2BIG, "state 0: row 8388608" },
	{ DFA, STATES + 8, 4, 3, -EINVAL, "RIGHTS: 3 rows, the DFA accepts 4" },
	{ DFA, CELLS, 4, 5, -EINVAL, "cell 0: check 5" },
	{ DFA, CELLS + 4, 4, 5, -EINVAL, "next 5 of 5 states" },
	{ DFA, CELLS + 7 * 8, 4, 0, -EINVAL,
	  "cell 7: out of reach of state 0" },
	{ DFA, CELLS, 4, 2, -EINVAL, "cell 0: out of reach of state 2" },
	{ LPM, 4, 4, 0, -EINVAL, "no root prefix" },
	{ LPM, 4, 4, U32_MAX, -E2BIG, "prefixes, at most 1000002" },
	{ LPM, 8, 4, U32_MAX, -E2BIG, "values, at most" },
	{ LPM, 8, 4, 1, -EINVAL, "table is 88 bytes long, its counts need 80" },
	{ LPM, T, 1, 1, -EINVAL, "prefix 0: not a prefix of 0 bits" },
	{ LPM, LENS, 1, 4, -EINVAL, "prefix 0: not a prefix of 4 bits" },
	{ LPM, LENS + 1, 1, 129, -EINVAL, "prefix 1: not a prefix of 129" },
	{ LPM, LENS + 1, 1, 6, -EINVAL, "prefix 1: not a prefix of 6 bits" },
	{ LPM, LENS + 2, 1, 1, -EINVAL, "the padding in a table is not 0" },
	{ LPM, LENS + 7, 1, 1, -EINVAL, "the padding in a table is not 0" },
	{ LPM, T + 16 + 1, 1, 1, -EINVAL, "prefix 1: not a prefix of 8 bits" },
	{ LPM, T + 32, 4, 1, -EINVAL, "prefix 0: parent 1, expected 0" },
	{ LPM, T + 36, 4, 1, -EINVAL, "prefix 1: parent 1, expected 0" },
	{ LPM, T + 44, 4, 2, -EINVAL, "prefix 1: value 2 of 2" },
	{ SET, T, 8, 5, -EINVAL, "key 1 is not above the one before" },
	{ SET, 8, 4, 1, -EINVAL, "aux is 1" },
	{ RANGE, T, 8, 81, -EINVAL, "interval 0 is empty or out of order" },
	{ RANGE, T + 8, 8, 443, -EINVAL, "interval 1 is empty or out of" },
	{ ARRAY, 4, 4, 3, -EINVAL, "table is 32 bytes long" },
	{ ARRAY, 4, 4, BVM_MAX_ARRAY + 1, -E2BIG, "elements, at most" },
	{ LISTS, T, 4, 1, -EINVAL, "lists do not cover the 3 entries" },
	{ LISTS, T + 4, 4, 0, -EINVAL, "list 0: entries 0 to 0 of 3" },
	{ LISTS, T + 4, 4, 4, -EINVAL, "list 0: entries 0 to 4 of 3" },
	{ LISTS, T + 4, 4, 3, -EINVAL, "list 1: entries 3 to 3 of 3" },
	{ LISTS, T + 8, 4, 2, -EINVAL, "lists do not cover" },
	{ LISTS, T + 12, 4, 1, -EINVAL, "lists do not cover" },
	{ LISTS, T + 16, 8, 1, -EINVAL, "list 0: the last entry has a cond" },
	{ LISTS, T + 24, 4, 1, -EINVAL, "list 0: entry 0: 0x1 is no verdict" },
	{ LISTS, T + 24, 4, 0x10, -EINVAL, "entry 0: 0x10 is no verdict" },
	{ LISTS, T + 24, 4, 0x1a0, -EINVAL, "entry 0: 0x1a0 is no verdict" },
	{ LISTS, T + 24, 4, 4, -EINVAL, "entry 0: 0x4 is no verdict" },
	{ LISTS, T + 24, 4, 0x3000, -EINVAL, "a verdict names rule 3 of 2" },
	{ LISTS, T + 28, 4, 1, -EINVAL, "is no verdict" },
	{ FILES, 0, 4, 3, -EINVAL, "program of 3 instructions in 40 bytes" },
	{ FILES, 0, 4, 4097, -E2BIG, "program of 4097 instructions" },
	{ RIGHTS, 0, 4, 6, -EINVAL, "RIGHTS: table 6 is no DFA" },
	{ RIGHTS, 0, 4, 1, -EINVAL, "RIGHTS: table 1 is no DFA" },
	{ RIGHTS, 4, 4, 2, -EINVAL, "RIGHTS of 132 bytes does not hold" },
	{ RIGHTS, 4, 4, U32_MAX, -EINVAL, "does not hold its rows" },
	{ RIGHTS, 8, 4, 2, -EINVAL, "RIGHTS of 132 bytes does not hold" },
	{ RIGHTS, 8, 4, U32_MAX, -EINVAL, "does not hold its rows" },
	/* their sum wraps to what it was */
	{ RIGHTS, 4, 8, 7ull << 32 | U32_MAX, -EINVAL, "does not hold its" },
	{ RIGHTS, 12, 4, 1, -EINVAL, "RIGHTS: reserved field is not 0" },
	{ RIGHTS, ROWS + 8, 8, 1, -EINVAL, "row 0: must is not within may" },
	{ RIGHTS, CLOSURE_OF, 4, 3, -EINVAL, "RIGHTS: state 0: its closure" },
	{ RIGHTS, CLOSURE_OF + 4 * 4, 4, 3, -EINVAL, "state 4: its closure" },
	/* less than the state's own: may, must */
	{ RIGHTS, CLOSURE_OF + 3 * 4, 4, 1, -EINVAL, "state 3: its closure" },
	{ RIGHTS, CLOSURES + 8, 8, 1, -EINVAL, "state 0: its closure" },
	/* less than where every other byte leads; than where 'a' leads */
	{ RIGHTS, CLOSURES + 16 + 8, 8, 1, -EINVAL, "state 4: its closure" },
	{ RIGHTS, CLOSURE_OF + 2 * 4, 4, 1, -EINVAL, "state 2: its closure" },
	{ SELECTORS, 0, 4, 0, -EINVAL, "unknown kind of selector 0" },
	{ SELECTORS, 0, 4, 7, -EINVAL, "unknown kind of selector 7" },
	{ SELECTORS, 0, 4, 3, -EINVAL, "only labels and annotations" },
	{ SELECTORS, 4, 4, 1, -EINVAL, "only labels and annotations" },
	{ SELECTORS, 4, 4, 999, -EINVAL, "key of a selector: string at 999" },
	{ SELECTORS, 8, 4, 999, -EINVAL, "value of a selector: string" },
	{ SELECTORS, 12, 4, 1, -EINVAL, "unknown kind of selector" },
};

static u8 *section_bytes(u32 i)
{
	const struct bvm_section *s =
		(const void *)(build.bytes + sizeof(struct bvm_image_header));

	return build.bytes + (i == (u32)HEADER ? 0 : s[i].off);
}

START_TEST(a_field_out_of_place_is_refused_with_the_reason)
{
	const struct change *c = &changes[_i];

	memcpy(section_bytes(c->section) + c->off, &c->value, c->size);
	ck_assert_msg(parse() == c->code, "change %d: %d: %s", _i, err.code,
		      err.text);
	ck_assert_msg(strstr(err.text, c->says), "change %d: '%s'", _i,
		      err.text);
	ck_assert_int_eq(err.code, c->code);
	ck_assert_uint_le(err.off, build.len);
	ck_assert_int_eq(bvm_image_parse(build.bytes, build.len, &image, NULL),
			 c->code);
}
END_TEST

START_TEST(padding_must_be_zero)
{
	const struct bvm_section *s =
		(const void *)(build.bytes + sizeof(struct bvm_image_header));

	build.bytes[s[STRINGS].off + s[STRINGS].len] = 1;
	ck_assert_int_eq(parse(), -EINVAL);
	ck_assert_str_eq(err.text, "the padding is not 0");
	ck_assert_uint_eq(err.off, s[STRINGS].off + s[STRINGS].len);
}
END_TEST

START_TEST(bytes_after_the_end_are_refused)
{
	u32 len = build.len + 8;

	memcpy(build.bytes + 16, &len, 4);
	ck_assert_int_eq(bvm_image_parse(build.bytes, len, &image, &err),
			 -EMSGSIZE);
	ck_assert_str_eq(err.text, "8 bytes after the last section");
}
END_TEST

START_TEST(every_judged_class_needs_a_program)
{
	/* end before the last program */
	build.num_sections = RIGHTS - 1;
	build.body_len = build.sections[RIGHTS - 1].off;
	(void)bvm_build_finish(&build);
	ck_assert_int_eq(parse(), -EINVAL);
	ck_assert_str_eq(err.text, "no program for class kernel");
}
END_TEST

/* ---- harm ---- */

/* What is accepted must bear being used; in memory of its exact size. */
static void use(const u8 *bytes, u32 len)
{
	static bvm_atomic slots[BVM_MAX_SLOTS];
	u8 *copy = malloc(len ? len : 1);
	struct bvm_run run;
	u32 class, i;
	u64 sum = 0;

	memcpy(copy, bytes, len);
	if (bvm_image_parse(copy, len, &image, &err))
		goto out;
	for (i = 0; i < image.num_rules; i++)
		sum += strlen(bvm_image_string(&image, image.rules[i].file));
	for (i = 0; i < image.num_tables; i++) {
		const struct bvm_table *t = &image.tables[i];

		if (t->kind == BVM_TABLE_DFA)
			sum += bvm_dfa_accept(t,
					      bvm_dfa_feed(t, bvm_dfa_start(t),
							   "/abc", 4));
	}
	if (bvm_image_verify(&image, BVM_KERNEL_STACK, scratch, &err))
		goto out;
	memset(&run, 0, sizeof(run));
	run.image = &image;
	run.slots = slots;
	run.argv = "";
	for (class = 1; class < BVM_NUM_CLASSES; class ++)
		sum += bvm_run_class(&run, class);
	ck_assert_uint_ne(sum, 1);
out:
	free(copy);
}

START_TEST(an_image_cut_at_any_length_is_refused)
{
	u32 len;

	for (len = 0; len < build.len; len++) {
		u8 *copy = malloc(len + 1);
		u32 said = len;

		memcpy(copy, build.bytes, len);
		if (bvm_image_parse(copy, len, &image, &err) == 0)
			ck_abort_msg("%u bytes accepted", len);
		/* and when its header agrees */
		if (len >= 20)
			memcpy(copy + 16, &said, 4);
		if (bvm_image_parse(copy, len, &image, &err) == 0)
			ck_abort_msg("%u bytes accepted", len);
		free(copy);
	}
}
END_TEST

START_TEST(no_changed_byte_does_harm)
{
	static const u8 changes_of_a_byte[] = { 0x01, 0x80, 0xff, 0x7f };
	u32 i, k;

	for (i = 0; i < build.len; i++) {
		for (k = 0; k < sizeof(changes_of_a_byte); k++) {
			build.bytes[i] ^= changes_of_a_byte[k];
			use(build.bytes, build.len);
			build.bytes[i] ^= changes_of_a_byte[k];
		}
	}
}
END_TEST

START_TEST(a_bucket_needs_its_slot)
{
	u32 num_slots = 3;

	bvm_build_full(&build);
	ck_assert_msg(parse() == 0, "%s", err.text);
	ck_assert_uint_eq(image.num_tables, BVM_NUM_TABLE_KINDS - 1);
	ck_assert_uint_eq(image.meta->num_slots, 4);
	memcpy((u8 *)(uintptr_t)&image.meta->num_slots, &num_slots, 4);
	ck_assert_int_eq(parse(), -EINVAL);
	ck_assert_str_eq(err.text, "a bucket is kept in slot 3 of 3");
}
END_TEST

/* The small image with a START behind it; of more bytes, the others are 0. */
static int parse_with_start(struct bvm_start start, u32 len)
{
	u8 bytes[2 * sizeof(start)] = { 0 };

	memcpy(bytes, &start, sizeof(start));
	ck_assert_uint_le(len, sizeof(bytes));
	bvm_build_small(&build);
	bvm_build_add(&build, BVM_SECTION_START, 0, bytes, len);
	(void)bvm_build_finish(&build);
	return parse();
}

START_TEST(a_start_has_an_automaton)
{
	const struct bvm_start good = { 0, 60 };

	ck_assert_int_eq(parse(), 0);
	ck_assert_ptr_null(image.start);
	ck_assert_msg(!parse_with_start(good, sizeof(good)), "%s", err.text);
	ck_assert_uint_eq(image.start->dfa, 0);
	ck_assert_uint_eq(image.start->timeout_s, 60);
	/* the second table is no DFA, and there are six */
	for (u32 i = 1; i <= 7; i++) {
		ck_assert_int_eq(parse_with_start((struct bvm_start){ i, 60 },
						  8),
				 -EINVAL);
		ck_assert_msg(strstr(err.text, "is no DFA"), "%s", err.text);
	}
	ck_assert_str_eq(err.text, "START: table 7 is no DFA");
	ck_assert_int_eq(parse_with_start((struct bvm_start){ U32_MAX, 60 }, 8),
			 -EINVAL);
}
END_TEST

START_TEST(a_start_is_of_its_length)
{
	const struct bvm_start good = { 0, 60 };

	for (u32 len = 0; len <= 2 * sizeof(good); len++) {
		const int ret = parse_with_start(good, len);

		if (len == sizeof(good)) {
			ck_assert_msg(!ret, "%s", err.text);
			continue;
		}
		ck_assert_int_eq(ret, -EINVAL);
		ck_assert_msg(strstr(err.text, "bytes long, expected 8"), "%s",
			      err.text);
	}
}
END_TEST

START_TEST(a_start_waits_for_a_second_to_a_day)
{
	static const struct {
		u32 timeout_s;
		bool good;
	} waits[] = {
		{ 0, false },	    { 1, true },     { 2, true },
		{ 86399, true },    { 86400, true }, { 86401, false },
		{ U32_MAX, false },
	};

	for (u32 i = 0; i < ARRAY_SIZE(waits); i++) {
		const struct bvm_start start = { 0, waits[i].timeout_s };
		const int ret = parse_with_start(start, sizeof(start));

		ck_assert_int_eq(ret, waits[i].good ? 0 : -EINVAL);
		if (waits[i].good)
			ck_assert_uint_eq(image.start->timeout_s,
					  waits[i].timeout_s);
		else
			ck_assert_msg(strstr(err.text,
					     "seconds, at most 86400"),
				      "%s", err.text);
	}
}
END_TEST

START_TEST(names_are_lower_case_and_short)
{
	char name[BVM_MAX_NAME + 1];

	ck_assert(bvm_is_name("a"));
	ck_assert(bvm_is_name("0-web_server.v2"));
	ck_assert(!bvm_is_name(""));
	ck_assert(!bvm_is_name(".hidden"));
	ck_assert(!bvm_is_name("-x"));
	ck_assert(!bvm_is_name("Web"));
	ck_assert(!bvm_is_name("a/b"));
	ck_assert(!bvm_is_name("a b"));
	memset(name, 'a', sizeof(name));
	name[BVM_MAX_NAME] = '\0';
	ck_assert(!bvm_is_name(name));
	name[BVM_MAX_NAME - 1] = '\0';
	ck_assert(bvm_is_name(name));
}
END_TEST

START_TEST(bytes_must_be_aligned)
{
	memmove(build.bytes + 1, build.bytes, build.len);
	ck_assert_int_eq(bvm_image_parse(build.bytes + 1, build.len, &image,
					 &err),
			 -EINVAL);
}
END_TEST

int main(void)
{
	Suite *suite = suite_create("image");
	TCase *tc = tcase_create("image");

	tcase_set_timeout(tc, 60);
	tcase_add_checked_fixture(tc, setup, teardown);
	tcase_add_test(tc, a_small_image_is_read);
	tcase_add_loop_test(tc, a_field_out_of_place_is_refused_with_the_reason,
			    0, ARRAY_SIZE(changes));
	tcase_add_test(tc, padding_must_be_zero);
	tcase_add_test(tc, bytes_after_the_end_are_refused);
	tcase_add_test(tc, every_judged_class_needs_a_program);
	tcase_add_test(tc, an_image_cut_at_any_length_is_refused);
	tcase_add_test(tc, no_changed_byte_does_harm);
	tcase_add_test(tc, a_start_has_an_automaton);
	tcase_add_test(tc, a_start_is_of_its_length);
	tcase_add_test(tc, a_start_waits_for_a_second_to_a_day);
	tcase_add_test(tc, a_bucket_needs_its_slot);
	tcase_add_test(tc, names_are_lower_case_and_short);
	tcase_add_test(tc, bytes_must_be_aligned);
	suite_add_tcase(suite, tc);
	return suite_run(suite);
}
