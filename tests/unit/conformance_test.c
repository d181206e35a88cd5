// SPDX-License-Identifier: GPL-2.0-only
/*
 * conformance_test.c - the .data files of tests/conformance, those of the
 * directories that BVM_CONFORMANCE names (with ':' between), and what the
 * runner says of files that are wrong
 */
#include <check.h>
#include <stdlib.h>
#include <unistd.h>

#include "tests/lib/bvm_conform.h"
#include "tests/lib/suite.h"

static struct bvm_conform conform;
static struct bvm_data data;

static void setup(void)
{
	bvm_conform_init(&conform);
	conform.out = stdout;
}

static void teardown(void)
{
	bvm_conform_fini(&conform);
}

START_TEST(every_data_file_gives_its_result_or_refusal)
{
	ck_assert_int_eq(bvm_conform_directory(&conform, "tests/conformance"),
			 0);
	ck_assert_uint_eq(conform.wrong, 0);
	ck_assert_uint_gt(conform.right, 200);
	ck_assert_uint_gt(conform.refused, 30);
	ck_assert_uint_gt(conform.without, 150);
}
END_TEST

START_TEST(every_instruction_is_executed_and_every_jump_goes_both_ways)
{
	ck_assert_int_eq(bvm_conform_directory(&conform, "tests/conformance"),
			 0);
	ck_assert_uint_eq(bvm_conform_missing(&conform, stdout), 0);
}
END_TEST

START_TEST(other_suites_give_their_results_or_refusals)
{
	char *directories = strdup(getenv("BVM_CONFORMANCE"));
	char *save = NULL, *path;

	for (path = strtok_r(directories, ":", &save); path;
	     path = strtok_r(NULL, ":", &save))
		ck_assert_msg(!bvm_conform_directory(&conform, path), "%s",
			      path);
	ck_assert_uint_eq(conform.wrong, 0);
	ck_assert_uint_gt(conform.right, 0);
	free(directories);
}
END_TEST

/* ---- the runner itself ---- */

static void read_text(const char *text)
{
	char path[] = "/tmp/conformance-XXXXXX";
	int fd = mkstemp(path);

	ck_assert_int_ge(fd, 0);
	ck_assert_int_eq(write(fd, text, strlen(text)), (int)strlen(text));
	close(fd);
	if (bvm_data_read(&data, path))
		ck_assert_str_ne(data.why, "");
	unlink(path);
}

#define EXIT_1 "mov %r0, 1\nexit\n"

struct wrong {
	const char *text;
	const char *says;
};

static const struct wrong wrongs[] = {
	{ "-- asm\n" EXIT_1 "-- result\n0x2\n", "r0 is 0x1, expected 0x2" },
	{ "-- asm\n" EXIT_1 "-- result\n", "the result is no number" },
	{ "-- asm\n" EXIT_1 "-- result\n1x\n", "the result is no number" },
	{ "-- asm\n" EXIT_1 "-- result\n0x10000000000000001\n", "no number" },
	{ "-- asm\n" EXIT_1, "one of result and error is needed" },
	{ "-- asm\n" EXIT_1 "-- result\n1\n-- error\nno\n",
	  "one of result and error is needed" },
	{ "-- asm\n" EXIT_1 "-- raw\n0x00000002000000b7 149\n-- result\n1\n",
	  "r0 is 0x2, expected 0x1" },
	{ "-- result\n1\n", "one of asm and raw is needed" },
	{ "-- asm\n" EXIT_1 "-- error\n", "accepted: negative" },
	{ "-- asm\nexit\n-- result\n1\n", "refused: insn 0: exit: r0 is not" },
	{ "-- asm\nexit\n-- error\nbackwards\n", "expected 'backwards'" },
	{ "-- asm\nmvo %r0, 1\n-- result\n1\n", "2:1: error: no instruction" },
	{ "-- asm\n" EXIT_1 "-- memory map\nzz\n-- result\n1\n", "not a byte" },
	{ "-- asm\n" EXIT_1 "-- mem\n100\n-- result\n1\n", "not a byte" },
	{ "-- asm\n" EXIT_1 "-- other\n-- result\n1\n", "no such section" },
	{ "-- raw\n0x95 exit\n-- error\n\n", "not a word: exit" },
};

START_TEST(a_file_that_is_wrong_is_told)
{
	const struct wrong *w = &wrongs[_i];

	read_text(w->text);
	bvm_conform_check(&conform, &data);
	ck_assert_msg(conform.wrong == 1 && strstr(conform.why, w->says),
		      "%s: %s", w->text, conform.why);
}
END_TEST

struct file {
	const char *text;
	enum bvm_data_class class;
};

/* What a machine like this one refuses, in each way to write it. */
static const struct file refusals[] = {
	{ "-- asm\nlock add [%r10-8], %r1\nexit\n-- result\n1\n",
	  BVM_DATA_ATOMIC },
	{ "-- asm\nlock fetch add32 [%r10-8], %r1\nexit\n-- result\n1\n",
	  BVM_DATA_ATOMIC },
	{ "-- raw\n0x00000000000001db 0x95\n-- result\n1\n", BVM_DATA_ATOMIC },
	{ "-- asm\ncall local f\nexit\nf:\n" EXIT_1 "-- result\n1\n",
	  BVM_DATA_LOCAL },
	{ "-- raw\n0x0000000100001085 0x95 0xb7 0x95\n-- result\n0\n",
	  BVM_DATA_LOCAL },
	{ "-- asm\nmov %r1, 5\ncall helper %r1\nexit\n-- result\n1\n",
	  BVM_DATA_CALLX },
	/* as the suite has it */
	{ "-- asm\nmov %r1, -1\nmov %r2, 5\ncall %r2\nmov %r0, 2\nexit\n"
	  "-- result\n0x2\n-- no register offset\ncall instruction\n",
	  BVM_DATA_CALLX },
	{ "-- asm\ncallx r10\nexit\n-- result\n0x2\n", BVM_DATA_CALLX },
	{ "-- raw\n0x00000005000001b7 0x18d 0x95\n-- result\n1\n",
	  BVM_DATA_CALLX },
	{ "-- asm\nmov %r1, -1\ncall 5\n" EXIT_1 "-- result\n1\n",
	  BVM_DATA_HELPER },
	{ "-- asm\ncall helper 5\n" EXIT_1 "-- result\n1\n", BVM_DATA_HELPER },
	{ "-- asm\nmov %r0, 1\nja over\nback:\nexit\nover:\nja back\n"
	  "-- result\n1\n",
	  BVM_DATA_BACKWARD },
	{ "-- asm\nmov %r0, 1\nja32 over\nback:\nexit\nover:\nja32 back\n"
	  "-- result\n1\n",
	  BVM_DATA_BACKWARD },
	{ "-- asm\nstb [%r1+1], 5\n" EXIT_1 "-- mem\n01 02\n-- result\n1\n",
	  BVM_DATA_CTXWRITE },
	{ "-- asm\nmov %r5, %r1\nadd %r5, 1\nstxb [%r5], %r2\n" EXIT_1
	  "-- mem\n01 02\n-- result\n1\n",
	  BVM_DATA_CTXWRITE },
	{ "-- raw\n07 00 01 00 00 00 00 00\n95 00 00 00 00 00 00 00\n"
	  "-- error\n",
	  BVM_DATA_NEGATIVE },
	{ "-- raw\n0x07 0x00 0x01 0x00 0x00 0x00 0x00 0x00 0x95 0x00 0x00\n"
	  "0x00 0x00 0x00 0x00 0x00\n-- error\n\n",
	  BVM_DATA_NEGATIVE },
};

START_TEST(what_the_machine_has_not_is_refused)
{
	const struct file *f = &refusals[_i];

	read_text(f->text);
	ck_assert_str_eq(data.why, "");
	ck_assert_int_eq(data.class, f->class);
	bvm_conform_check(&conform, &data);
	ck_assert_msg(conform.refused == 1, "%s: %s", f->text, conform.why);
}
END_TEST

static const char *const rights[] = {
	"-- asm\n" EXIT_1 "-- result\n1\n",
	"# -- asm\n-- asm # here\n  mov r0, 1 # one\nexit\n-- result\n\n0x1\n\n",
	"-- asm\nmov %r0, -1\nexit\n-- result\n-1\n",
	"-- asm\nmov %r0, -1\nexit\n-- result\n0xFFFFFFFFFFFFFFFF\n",
	"-- asm\nmov %r0, -1\nexit\n-- result\n18446744073709551615\n",
	"-- raw\n0x00000001000000b7\n149\n-- result\n1\n",
	"-- asm\nmov %r0, 2\nexit\n-- raw\n0x00000001000000b7\n149\n"
	"-- result\n1\n",
	"-- asm\n" EXIT_1 "-- result\n1\n-- error\n\n",
	"-- asm\n" EXIT_1 "-- c\nint f(void);\n-- no register offset\nx\n"
	"-- result\n1\n",
	"-- result\n2\n-- mem\n01 02\n-- asm\nmov %r0, %r2\nexit\n",
	/* r1 is not the ctx any more */
	"-- asm\nmov %r1, %r10\nstb [%r1-1], 1\nldxb %r0, [%r10-1]\nexit\n"
	"-- result\n1\n",
	/* the half of an lddw looks like an atomic */
	"-- asm\nlddw %r0, 0xdb00000000\nrsh %r0, 32\nexit\n-- result\n0xdb\n",
};

START_TEST(a_file_that_is_right_is_right)
{
	read_text(rights[_i]);
	bvm_conform_check(&conform, &data);
	ck_assert_msg(conform.right == 1, "%s: %s", rights[_i], conform.why);
}
END_TEST

START_TEST(a_line_of_the_list_is_the_same_program)
{
	static struct bvm_data again;
	char *line = NULL;
	size_t len = 0;
	FILE *out = open_memstream(&line, &len);

	read_text("-- asm\nlddw %r0, 5\nadd32 %r0, %r2\nexit\n"
		  "-- mem\n00 ff\n-- result\n7\n");
	bvm_data_list(&data, out);
	fclose(out);
	ck_assert_ptr_nonnull(strstr(line, "\tv1\tbase32,base64\t4\tcore\t-\t"
					   "00ff\t0x7\t18000000050000000"));
	ck_assert_int_eq(bvm_data_parse_line(&again, line), 0);
	ck_assert_mem_eq(again.insns, data.insns, 4 * 8);
	ck_assert_uint_eq(again.mem_len, 2);
	ck_assert_uint_eq(again.result, 7);
	bvm_conform_check(&conform, &again);
	ck_assert_uint_eq(conform.right, 1);
	free(line);
}
END_TEST

/* ---- a program that is there twice ---- */

static void put_file(const char *directory, const char *name, const char *text)
{
	char path[256];
	FILE *f;

	snprintf(path, sizeof(path), "%s/%s", directory, name);
	f = fopen(path, "w");
	ck_assert_ptr_nonnull(f);
	fputs(text, f);
	fclose(f);
}

#define ONE                        \
	"b70000000100000095000000" \
	"00000000"

START_TEST(a_file_and_its_line_are_one_program)
{
	static const char *const names[] = { "a.data", "b.data", "index.tsv",
					     "negative.tsv" };
	char directory[] = "/tmp/conformance-XXXXXX", path[256];

	ck_assert_ptr_nonnull(mkdtemp(directory));
	put_file(directory, "a.data", "-- asm\n" EXIT_1 "-- result\n1\n");
	put_file(directory, "b.data",
		 "-- asm\nlock add [%r10-8], %r1\nexit\n-- result\n1\n");
	put_file(directory, "index.tsv",
		 "a\tv1\tbase32\t2\tcore\t-\t-\t0x1\t" ONE "\n"
		 "b\tv3\tbase32\t2\tatomic\t-\t-\t0x1\tdb1af8ff0000000095000000"
		 "00000000\n"
		 /* the same, by another name */
		 "c\tv1\tbase32\t2\tcore\t-\t-\t0x1\t" ONE "\n");
	put_file(directory, "negative.tsv",
		 "d\t0700010001000000950000000000"
		 "0000\tno\n");
	ck_assert_int_eq(bvm_conform_directory(&conform, directory), 0);
	ck_assert_uint_eq(conform.right, 2);
	ck_assert_uint_eq(conform.refused, 2);
	ck_assert_uint_eq(conform.negative, 1);
	ck_assert_uint_eq(conform.wrong, 0);
	for (u32 i = 0; i < ARRAY_SIZE(names); i++) {
		snprintf(path, sizeof(path), "%s/%s", directory, names[i]);
		unlink(path);
	}
	rmdir(directory);
}
END_TEST

/* r0 is not set, with the field and without. */
START_TEST(an_error_that_is_not_the_only_one_is_told)
{
	char directory[] = "/tmp/conformance-XXXXXX", path[256];

	ck_assert_ptr_nonnull(mkdtemp(directory));
	put_file(directory, "negative.tsv",
		 "d\t07000100010000009500000000000000"
		 "\t07000000010000009500000000000000\n");
	ck_assert_int_eq(bvm_conform_directory(&conform, directory), 0);
	ck_assert_uint_eq(conform.wrong, 1);
	ck_assert_ptr_nonnull(strstr(conform.why, "without the field, too"));
	snprintf(path, sizeof(path), "%s/negative.tsv", directory);
	unlink(path);
	rmdir(directory);
}
END_TEST

/* ---- fields that an instruction does not use ---- */

static u32 refused_fields;

/* Refused for that: r0, say, is not set either. */
static void expect_refused(const struct bvm_insn *insns, u32 num,
			   const char *error)
{
	memset(&data, 0, sizeof(data));
	snprintf(data.error, sizeof(data.error), "%s", error);
	memcpy(data.insns, insns, num * sizeof(*insns));
	data.num_insns = num;
	data.has_error = true;
	data.class = BVM_DATA_NEGATIVE;
	conform.refused = 0;
	bvm_conform_check(&conform, &data);
	ck_assert_msg(conform.refused == 1, "code 0x%02x: %s", insns->code,
		      conform.why);
	refused_fields++;
}

/* A value in each field that the row does not use; the rest is legal. */
static void set_unused(const struct bvm_insn_info *row)
{
	static const s32 values[] = { 1, 2, 7, -1, 0x55 };
	const u32 form = row->form;

	for (u32 i = 0; i < ARRAY_SIZE(values); i++) {
		const s32 value = values[i];
		struct bvm_insn insns[4] = {
			[1].code = BVM_EXIT, [2].code = BVM_EXIT
		};
		const struct bvm_insn good = {
			.code = row->code,
			.off = row->off == BVM_ANY ? 0 : row->off,
			.imm = row->imm == BVM_ANY ? 0 : row->imm,
		};

		insns[0] = good;
		if (form == BVM_FORM_LDDW)
			memset(&insns[1], 0, sizeof(insns[1]));
		insns[0].dst = value & 7;
		if (form == BVM_FORM_JA || form == BVM_FORM_CALL ||
		    form == BVM_FORM_EXIT)
			expect_refused(insns, 3, "the unused dst field");
		insns[0] = good;
		insns[0].src = value & 7;
		if (form != BVM_FORM_ALU_X && form != BVM_FORM_JMP_X &&
		    form != BVM_FORM_LDX && form != BVM_FORM_STX)
			expect_refused(insns, 3, "the unused src field");
		insns[0] = good;
		insns[0].off += (s16)(value * 64 + 3);
		if (row->off != BVM_ANY)
			expect_refused(insns, 3, "of the off field here");
		insns[0] = good;
		insns[0].imm += value;
		if (row->imm != BVM_ANY)
			expect_refused(insns, 3, "of the imm field here");
	}
}

START_TEST(a_field_that_is_not_used_must_be_zero)
{
	const struct bvm_insn_info *row;

	refused_fields = 0;
	for (u32 i = 0; (row = bvm_insn_row(i)); i++)
		set_unused(row);
	ck_assert_uint_gt(refused_fields, 1000);
}
END_TEST

START_TEST(the_second_half_of_lddw_holds_an_imm_alone)
{
	const struct bvm_insn tails[] = {
		{ .code = BVM_EXIT }, { .code = BVM_LDDW }, { .dst = 1 },
		{ .src = 1 },	      { .off = 1 },	    { .off = -1 },
	};

	for (u32 i = 0; i < ARRAY_SIZE(tails); i++) {
		const struct bvm_insn insns[] = {
			{ .code = BVM_LDDW },
			tails[i],
			{ .code = BVM_EXIT },
		};

		expect_refused(insns, 3,
			       "its second half may hold only an imm");
	}
}
END_TEST

START_TEST(codes_without_a_row_are_refused)
{
	bool known[256] = { false };
	const struct bvm_insn_info *row;
	u32 unknown = 0;

	for (u32 i = 0; (row = bvm_insn_row(i)); i++)
		known[row->code] = true;
	for (u32 code = 0; code < 256; code++) {
		const struct bvm_insn insns[] = {
			{ .code = BVM_MOV64_K },
			{ .code = (u8)code },
			{ .code = BVM_EXIT },
		};

		if (known[code])
			continue;
		unknown++;
		expect_refused(insns, 3, "no such instruction");
	}
	ck_assert_uint_eq(unknown, 139);
}
END_TEST

int main(void)
{
	Suite *suite = suite_create("conformance");
	TCase *tc = tcase_create("programs");

	tcase_set_timeout(tc, 120);
	tcase_add_checked_fixture(tc, setup, teardown);
	tcase_add_test(tc, every_data_file_gives_its_result_or_refusal);
	tcase_add_test(
		tc,
		every_instruction_is_executed_and_every_jump_goes_both_ways);
	tcase_add_loop_test(tc, a_file_that_is_wrong_is_told, 0,
			    ARRAY_SIZE(wrongs));
	tcase_add_loop_test(tc, what_the_machine_has_not_is_refused, 0,
			    ARRAY_SIZE(refusals));
	tcase_add_loop_test(tc, a_file_that_is_right_is_right, 0,
			    ARRAY_SIZE(rights));
	tcase_add_test(tc, a_line_of_the_list_is_the_same_program);
	tcase_add_test(tc, a_file_and_its_line_are_one_program);
	tcase_add_test(tc, an_error_that_is_not_the_only_one_is_told);
	tcase_add_test(tc, a_field_that_is_not_used_must_be_zero);
	tcase_add_test(tc, the_second_half_of_lddw_holds_an_imm_alone);
	tcase_add_test(tc, codes_without_a_row_are_refused);
	if (getenv("BVM_CONFORMANCE"))
		tcase_add_test(tc, other_suites_give_their_results_or_refusals);
	suite_add_tcase(suite, tc);
	return suite_run(suite);
}
