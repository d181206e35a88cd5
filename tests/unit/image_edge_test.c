// SPDX-License-Identifier: GPL-2.0-only
/*
 * image_edge_test.c - images whose one fault is at an end: the last byte, the
 * last section, the last of many
 */
#include <check.h>
#include <stdlib.h>

#include "tests/lib/bvm_build.h"
#include "tests/lib/suite.h"
#include "vm/image.h"

static struct bvm_build build;
static struct bvm_image image;
static struct bvm_error err;

enum {
	META,
	STRINGS,
	RULES,
	DFA,
	LISTS = 8,
	FILES,
	RIGHTS = FILES + BVM_NUM_CLASSES - 1, /* a program for each class */
	SELECTORS,
};

static void setup(void)
{
	bvm_build_small(&build);
}

/* The section table entry, and the bytes, of section i. */
static struct bvm_section *section(u32 i)
{
	struct bvm_section *sections =
		(void *)(build.bytes + sizeof(struct bvm_image_header));

	return &sections[i];
}

static void *body(u32 i)
{
	return build.bytes + section(i)->off;
}

/* End the image at len, with a header that agrees. */
static void end_at(u32 len)
{
	struct bvm_image_header *h = (void *)build.bytes;

	build.len = h->len = len;
}

/* In memory of its exact size, so that a sanitizer sees what goes past it. */
static void refuses(int code, const char *says)
{
	u8 *copy = malloc(build.len);
	int ret;

	memcpy(copy, build.bytes, build.len);
	ret = bvm_image_parse(copy, build.len, &image, &err);
	ck_assert_msg(ret == code, "%d, expected %d, %s", ret, code, says);
	ck_assert_msg(strstr(err.text, says), "'%s', expected '%s'", err.text,
		      says);
	free(copy);
}

START_TEST(the_last_section_ends_in_the_image)
{
	struct bvm_section *last = section(SELECTORS);

	last->len += 8;
	refuses(-EMSGSIZE, "section 19 ends past the end");
	last->len = 1;
	end_at(last->off + 1);
	refuses(-EMSGSIZE, "section 19 lacks its padding");
	last->len = 12;
	end_at(last->off + 12);
	refuses(-EMSGSIZE, "section 19 lacks its padding");
	last->len = U32_MAX - 3;
	refuses(-EMSGSIZE, "section 19 ends past the end");
}
END_TEST

/* Cut off inside its header, at the very end of the memory. */
START_TEST(headers_of_sections_are_whole)
{
	struct bvm_image_header *h = (void *)build.bytes;

	h->num_sections = RIGHTS + 1;
	section(RIGHTS)->len = 0;
	/* the table keeps its length: one section more that is not counted */
	for (u32 i = 0; i <= RIGHTS; i++)
		section(i)->off -= sizeof(struct bvm_section);
	memmove(section(RIGHTS + 1), section(RIGHTS + 2),
		build.len - (size_t)((u8 *)section(RIGHTS + 2) - build.bytes));
	end_at(section(RIGHTS)->off);
	refuses(-EINVAL, "RIGHTS of 0 bytes does not hold its header");
	section(RIGHTS)->len = 8;
	end_at(section(RIGHTS)->off + 8);
	refuses(-EINVAL, "RIGHTS of 8 bytes does not hold its header");
	/* the same of a program */
	h->num_sections = RIGHTS;
	for (u32 i = 0; i < RIGHTS; i++)
		section(i)->off -= sizeof(struct bvm_section);
	memmove(section(RIGHTS), section(RIGHTS + 1),
		build.len - (size_t)((u8 *)section(RIGHTS + 1) - build.bytes));
	section(RIGHTS - 1)->len = 8;
	end_at(section(RIGHTS - 1)->off + 8);
	refuses(-EINVAL, "program of 8 bytes, its header has");
	section(RIGHTS - 1)->len = 0;
	end_at(section(RIGHTS - 1)->off);
	refuses(-EINVAL, "program of 0 bytes, its header has");
}
END_TEST

START_TEST(padding_is_zero_to_its_last_byte)
{
	const struct bvm_section *s = section(STRINGS);

	ck_assert_uint_ne(s->len % 8, 0);
	build.bytes[(s->off + s->len + 7) / 8 * 8 - 1] = 1;
	refuses(-EINVAL, "the padding is not 0");
}
END_TEST

START_TEST(strings_are_not_empty)
{
	bvm_build_init(&build);
	bvm_build_add(&build, BVM_SECTION_META, 0, &(struct bvm_meta){ 0 },
		      sizeof(struct bvm_meta));
	bvm_build_add(&build, BVM_SECTION_STRINGS, 0, NULL, 0);
	(void)bvm_build_finish(&build);
	refuses(-EINVAL, "STRINGS does not begin and end with a NUL");
	bvm_build_small(&build);
	((char *)body(STRINGS))[section(STRINGS)->len - 1] = 'x';
	refuses(-EINVAL, "STRINGS does not begin and end with a NUL");
}
END_TEST

START_TEST(meta_is_whole)
{
	bvm_build_init(&build);
	bvm_build_add(&build, BVM_SECTION_META, 0,
		      &(struct bvm_meta){ .name = 1 },
		      sizeof(struct bvm_meta) - 8);
	bvm_build_add(&build, BVM_SECTION_STRINGS, 0, "\0a", 3);
	(void)bvm_build_finish(&build);
	refuses(-EINVAL, "META is");
}
END_TEST

START_TEST(no_section_is_there_twice)
{
	const struct bvm_program_header *h = body(FILES);

	bvm_build_small(&build);
	build.num_sections = FILES + 1;
	build.body_len = build.sections[FILES].off;
	build.num_sections--;
	bvm_build_program(&build, BVM_CLASS_FILES, h, (const void *)(h + 1));
	bvm_build_program(&build, BVM_CLASS_FILES, h, (const void *)(h + 1));
	(void)bvm_build_finish(&build);
	refuses(-EINVAL, "is not in the order of type and id");
	bvm_build_init(&build);
	bvm_build_add(&build, BVM_SECTION_META, 0,
		      &(struct bvm_meta){ .name = 1 }, sizeof(struct bvm_meta));
	bvm_build_add(&build, BVM_SECTION_STRINGS, 0, "\0a", 3);
	bvm_build_add(&build, BVM_SECTION_RULES, 0, NULL, 0);
	bvm_build_add(&build, BVM_SECTION_RULES, 0, NULL, 0);
	(void)bvm_build_finish(&build);
	refuses(-EINVAL, "section 3 is not in the order of type and id");
}
END_TEST

START_TEST(a_section_holds_whole_elements)
{
	bvm_build_init(&build);
	bvm_build_add(&build, BVM_SECTION_META, 0,
		      &(struct bvm_meta){ .name = 1 }, sizeof(struct bvm_meta));
	bvm_build_add(&build, BVM_SECTION_STRINGS, 0, "\0a", 3);
	bvm_build_add(&build, BVM_SECTION_RULES, 0, build.bytes, 16);
	(void)bvm_build_finish(&build);
	refuses(-EINVAL, "section of 16 bytes holds elements of 24");
}
END_TEST

START_TEST(limits_of_elements_are_told)
{
	static struct bvm_selector selectors[BVM_MAX_SELECTORS + 1];
	u32 i;

	for (i = 0; i <= BVM_MAX_SELECTORS; i++)
		selectors[i] =
			(struct bvm_selector){ BVM_SELECT_NAME, 0, 1, 0 };
	for (i = 0; i < 2; i++) {
		bvm_build_small(&build);
		build.num_sections--;
		build.body_len -= section(SELECTORS)->len;
		bvm_build_add(&build, BVM_SECTION_SELECTORS, 0, selectors,
			      (BVM_MAX_SELECTORS + i) * sizeof(selectors[0]));
		(void)bvm_build_finish(&build);
		if (i)
			refuses(-E2BIG, "1025 elements, at most 1024");
		else
			ck_assert_msg(!bvm_image_parse(build.bytes, build.len,
						       &image, &err),
				      "%s", err.text);
	}
}
END_TEST

START_TEST(one_table_too_many_is_refused)
{
	const u32 num = BVM_MAX_TABLES + 1;
	const u32 sections_len = (num + 2) * sizeof(struct bvm_section);
	const u32 start = sizeof(struct bvm_image_header) + sections_len;
	struct bvm_image_header *h = (void *)build.bytes;
	struct bvm_section *s = section(0);
	struct bvm_table_header *t;
	u32 off = start, i;

	memset(build.bytes + sizeof(*h), 0, sections_len + 64 + num * 24);
	s[0] = (struct bvm_section){ BVM_SECTION_META, 0, off,
				     sizeof(struct bvm_meta) };
	((struct bvm_meta *)(build.bytes + off))->name = 1;
	off += sizeof(struct bvm_meta);
	s[1] = (struct bvm_section){ BVM_SECTION_STRINGS, 0, off, 3 };
	build.bytes[off + 1] = 'a';
	off += 8;
	for (i = 0; i < num; i++) {
		s[2 + i] = (struct bvm_section){ BVM_SECTION_TABLE, i, off,
						 sizeof(*t) };
		t = (void *)(build.bytes + off);
		t->kind = BVM_TABLE_ARRAY;
		off += sizeof(*t);
	}
	h->num_sections = num + 2;
	end_at(off);
	refuses(-E2BIG, "over 256 tables");
	/* one less: only the programs are missing then */
	h->num_sections--;
	memmove(&s[num + 1], &s[num + 2], off - start);
	for (i = 0; i < h->num_sections; i++)
		s[i].off -= sizeof(*s);
	end_at(off - sizeof(*s) - sizeof(*t));
	refuses(-EINVAL, "no program for class");
}
END_TEST

START_TEST(counts_do_not_wrap)
{
	struct bvm_rights_header *h = body(RIGHTS);

	h->num_rows += 1u << 28; /* times 16 is 2^32 */
	refuses(-EINVAL, "RIGHTS of 132 bytes does not hold its rows");
}
END_TEST

START_TEST(every_entry_names_a_rule_that_is_there)
{
	struct bvm_decision *d = (void *)((u8 *)body(LISTS) + 16 + 16);

	d[2].verdict = bvm_verdict(0, 0, 2);
	ck_assert_int_eq(bvm_image_parse(build.bytes, build.len, &image, &err),
			 0);
	d[2].verdict = bvm_verdict(0, 0, 3);
	refuses(-EINVAL, "a verdict names rule 3 of 2");
}
END_TEST

START_TEST(strings_start_inside)
{
	struct bvm_rule *rules = body(RULES);
	struct bvm_selector *selector = body(SELECTORS);
	struct bvm_meta *meta = body(META);
	const u32 end = section(STRINGS)->len;

	rules[1].message = end;
	refuses(-EINVAL, "message: string at");
	rules[1].message = end - 1;
	ck_assert_int_eq(bvm_image_parse(build.bytes, build.len, &image, &err),
			 0);
	meta->description = end;
	refuses(-EINVAL, "description: string at");
	meta->description = 0;
	selector->value = end;
	refuses(-EINVAL, "value of a selector: string at");
	selector->value = 0;
	selector->key = end;
	refuses(-EINVAL, "key of a selector: string at");
}
END_TEST

/* No strings are matched then: the verifier asks for the walked table. */
START_TEST(without_rights_no_table_is_walked)
{
	struct bvm_meta *meta;

	build.num_sections = RIGHTS;
	build.body_len = build.sections[RIGHTS].off;
	(void)bvm_build_finish(&build);
	refuses(-EINVAL, "some rule has a path, and RIGHTS is missing");
	meta = body(META);
	meta->flags = 0;
	ck_assert_msg(!bvm_image_parse(build.bytes, build.len, &image, &err),
		      "%s", err.text);
	ck_assert_uint_eq(image.rights_dfa, U32_MAX);
	ck_assert_uint_eq(image.num_rights, 0);
}
END_TEST

START_TEST(every_rule_is_checked)
{
	struct bvm_rule *rules = body(RULES);

	rules[1].class = BVM_NUM_CLASSES;
	refuses(-EINVAL, "rule 2: unknown class");
	rules[1].class = BVM_NUM_CLASSES - 1;
	rules[1].ops = 1ull << 63;
	refuses(-EINVAL, "rule 2: unknown operations");
	rules[1].ops = 0;
	rules[1].line = 0;
	refuses(-EINVAL, "rule 2: lines count from 1");
}
END_TEST

/* The small image with a SYSCALLS behind it, of len bytes. */
static int parse_with_syscalls(struct bvm_syscalls head, u32 len)
{
	static u8 bytes[sizeof(head) + 8 * (BVM_MAX_FILTER + 2)];

	memcpy(bytes, &head, sizeof(head));
	ck_assert_uint_le(len, sizeof(bytes));
	bvm_build_small(&build);
	bvm_build_add(&build, BVM_SECTION_SYSCALLS, 0, bytes, len);
	return bvm_image_parse(build.bytes, bvm_build_finish(&build), &image,
			       &err);
}

START_TEST(a_filter_is_of_its_length)
{
	static const struct {
		struct bvm_syscalls head;
		u32 len;
		int code;
		const char *says;
	} cases[] = {
		{ { 1, 0, 1, 0 }, 24, 0, "" },
		{ { 1, 1, 2, 0 }, 32, 0, "" },
		{ { 1, 0, 4095, 0 }, 16 + 8 * 4095, 0, "" },
		{ { 1, 0, 4096, 0 }, 16 + 8 * 4096, 0, "" },
		{ { 1, 0, 4097, 0 }, 16 + 8 * 4097, -E2BIG, "1 to 4096" },
		{ { 1, 0, U32_MAX, 0 }, 24, -E2BIG, "1 to 4096" },
		{ { 1, 0, 0, 0 }, 16, -E2BIG, "SYSCALLS: 0 instructions" },
		{ { 1, 2, 1, 0 }, 24, -EINVAL, "unknown flags" },
		{ { 1, 0, 1, 1 }, 24, -EINVAL, "a reserved field" },
		{ { 1, 0, 2, 0 }, 24, -EINVAL, "2 instructions in 24 bytes" },
		{ { 1, 0, 1, 0 }, 32, -EINVAL, "1 instructions in 32 bytes" },
		{ { 1, 0, 1, 0 }, 15, -EINVAL, "its header has 16" },
		{ { 1, 0, 1, 0 }, 0, -EINVAL, "its header has 16" },
	};

	for (u32 i = 0; i < ARRAY_SIZE(cases); i++) {
		const int ret =
			parse_with_syscalls(cases[i].head, cases[i].len);

		ck_assert_msg(ret == cases[i].code, "case %u: %d, %s", i, ret,
			      ret ? err.text : "taken");
		if (ret) {
			ck_assert_msg(strstr(err.text, cases[i].says), "%s",
				      err.text);
			continue;
		}
		ck_assert_uint_eq(image.syscalls->num_insns,
				  cases[i].head.num_insns);
		ck_assert_ptr_eq(image.filter, image.syscalls + 1);
	}
}
END_TEST

/* The small image with a place for each class, and one of them changed. */
static int parse_with_default(u32 class, struct bvm_place place, u32 len)
{
	struct bvm_place places[BVM_NUM_CLASSES + 1] = { 0 };

	for (u32 i = 1; i < BVM_NUM_CLASSES; i++)
		places[i].line = i;
	places[class] = place;
	bvm_build_small(&build);
	bvm_build_add(&build, BVM_SECTION_DEFAULTS, 0, places, len);
	return bvm_image_parse(build.bytes, bvm_build_finish(&build), &image,
			       &err);
}

START_TEST(a_default_has_a_place)
{
	static const struct {
		u32 class;
		struct bvm_place place;
		u32 len; /* less or more than there should be */
		const char *says;
	} cases[] = {
		{ 1, { 0, 7 }, 0, NULL },
		{ BVM_NUM_CLASSES - 1, { 0, U32_MAX }, 0, NULL },
		{ 1, { 0, 0 }, 0, "line 0 for class 1" },
		{ BVM_NUM_CLASSES - 1, { 0, 0 }, 0, "line 0 for class" },
		{ 0, { 0, 1 }, 0, "line 1 for class 0" },
		{ 2, { U32_MAX, 1 }, 0, "file of a default" },
		{ 1, { 0, 7 }, 8, "DEFAULTS is" },
		{ 1, { 0, 7 }, -8, "DEFAULTS is" },
	};

	for (u32 i = 0; i < ARRAY_SIZE(cases); i++) {
		const u32 class = cases[i].class;
		const int ret = parse_with_default(
			class, cases[i].place,
			(u32)(BVM_NUM_CLASSES * sizeof(struct bvm_place)) +
				cases[i].len);

		ck_assert_int_eq(ret, cases[i].says ? -EINVAL : 0);
		if (ret)
			ck_assert_msg(strstr(err.text, cases[i].says), "%s",
				      err.text);
		else
			ck_assert_uint_eq(image.defaults[class].line,
					  cases[i].place.line);
	}
	bvm_build_small(&build);
	ck_assert_int_eq(bvm_image_parse(build.bytes, bvm_build_finish(&build),
					 &image, &err),
			 0);
	ck_assert_ptr_null(image.defaults);
}
END_TEST

int main(void)
{
	Suite *suite = suite_create("image_edge");
	TCase *tc = tcase_create("edges");

	tcase_add_checked_fixture(tc, setup, NULL);
	tcase_add_test(tc, the_last_section_ends_in_the_image);
	tcase_add_test(tc, headers_of_sections_are_whole);
	tcase_add_test(tc, padding_is_zero_to_its_last_byte);
	tcase_add_test(tc, strings_are_not_empty);
	tcase_add_test(tc, meta_is_whole);
	tcase_add_test(tc, no_section_is_there_twice);
	tcase_add_test(tc, a_section_holds_whole_elements);
	tcase_add_test(tc, limits_of_elements_are_told);
	tcase_add_test(tc, one_table_too_many_is_refused);
	tcase_add_test(tc, counts_do_not_wrap);
	tcase_add_test(tc, every_entry_names_a_rule_that_is_there);
	tcase_add_test(tc, strings_start_inside);
	tcase_add_test(tc, without_rights_no_table_is_walked);
	tcase_add_test(tc, every_rule_is_checked);
	tcase_add_test(tc, a_filter_is_of_its_length);
	tcase_add_test(tc, a_default_has_a_place);
	suite_add_tcase(suite, tc);
	return suite_run(suite);
}
