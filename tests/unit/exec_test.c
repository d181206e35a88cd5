// SPDX-License-Identifier: GPL-2.0-only
/*
 * exec_test.c - programs of an image, on requests
 */
#include <check.h>
#include <stdlib.h>

#include "tests/lib/bvm_asm.h"
#include "tests/lib/bvm_build.h"
#include "tests/lib/suite.h"
#include "vm/exec.h"

static struct bvm_build build;
static struct bvm_image image;
static struct bvm_error err;
static struct bvm_run run;
static struct bvm_insn insns[64];

static void setup(void)
{
	bvm_build_small(&build);
	ck_assert_int_eq(bvm_image_parse(build.bytes, build.len, &image, &err),
			 0);
	memset(&run, 0, sizeof(run));
	run.image = &image;
}

static u64 execute(const char *text)
{
	int num = bvm_asm(text, insns, 64);

	ck_assert_int_gt(num, 0);
	return bvm_exec(insns, (u32)num, &run.ctx, sizeof(run.ctx));
}

static u64 match(const char *path)
{
	run.strings[0].bytes = path;
	run.strings[0].len = path ? (u32)strlen(path) : 0;
	run.ctx.files.path = 1;
	return execute("mov %r2, 0; ldxdw %r3, [%r1+24]; call match; exit");
}

START_TEST(match_gives_the_row_of_a_string)
{
	ck_assert_uint_eq(match("/a"), 1);
	ck_assert_uint_eq(match("/ab"), 2);
	ck_assert_uint_eq(match("/"), 0);
	ck_assert_uint_eq(match("/abb"), 0);
	ck_assert_uint_eq(match(""), 0);
}
END_TEST

START_TEST(match_takes_the_row_of_a_walk)
{
	run.strings[0].walked = true;
	run.strings[0].accept = 2;
	ck_assert_uint_eq(match(NULL), 2);
	/* of the RIGHTS table alone */
	image.rights_dfa = 3;
	ck_assert_uint_eq(match("/a"), 1);
	image.rights_dfa = U32_MAX;
	ck_assert_uint_eq(match("/a"), 1);
}
END_TEST

START_TEST(a_request_without_a_string_matches_nothing)
{
	run.ctx.files.path = 0;
	ck_assert_uint_eq(
		execute("mov %r2, 0; ldxdw %r3, [%r1+24]; call match; exit"),
		0);
}
END_TEST

START_TEST(helpers_look_tables_up)
{
	run.ctx.network.remote = (struct bvm_addr){ { 10, 9 } };
	ck_assert_uint_eq(
		execute("mov %r2, 1; mov %r3, %r1; add %r3, 40; call lpm; exit"),
		2);
	run.ctx.network.remote.bytes[0] = 11;
	ck_assert_uint_eq(
		execute("mov %r2, 1; mov %r3, %r1; add %r3, 40; call lpm; exit"),
		1);
	ck_assert_uint_eq(execute("mov %r2, 2; mov %r3, 5; call set; exit"), 1);
	ck_assert_uint_eq(execute("mov %r2, 2; mov %r3, 6; call set; exit"), 0);
	ck_assert_uint_eq(execute("mov %r2, 3; mov %r3, 443; call range; exit"),
			  9);
	ck_assert_uint_eq(execute("mov %r2, 4; mov %r3, 2; call array; exit"),
			  1);
	ck_assert_uint_eq(
		execute("mov %r2, 5; mov %r3, 1; mov %r4, 1; call decide; exit"),
		bvm_verdict(BVM_VERDICT_DENY, EPERM, 2));
	ck_assert_uint_eq(
		execute("mov %r2, 5; mov %r3, 1; mov %r4, 2; call decide; exit"),
		bvm_verdict(0, 0, 1));
	ck_assert_uint_eq(
		execute("mov %r2, 5; mov %r3, 2; mov %r4, 2; call decide; exit"),
		BVM_VERDICT_BROKEN);
}
END_TEST

START_TEST(a_class_without_a_program_is_denied)
{
	ck_assert_uint_eq(bvm_run_class(&run, BVM_CLASS_FILES), 0);
	image.programs[BVM_CLASS_TASKS].header = NULL;
	ck_assert_uint_eq(bvm_run_class(&run, BVM_CLASS_TASKS),
			  BVM_VERDICT_BROKEN);
	ck_assert_uint_eq(bvm_run_class(&run, 0), BVM_VERDICT_BROKEN);
	ck_assert_uint_eq(bvm_run_class(&run, BVM_NUM_CLASSES),
			  BVM_VERDICT_BROKEN);
	ck_assert(BVM_VERDICT_BROKEN & BVM_VERDICT_DENY);
	ck_assert_uint_eq(bvm_verdict_errno(BVM_VERDICT_BROKEN), EACCES);
	ck_assert_uint_eq(bvm_verdict_rule(BVM_VERDICT_BROKEN), 0xfffff);
}
END_TEST

static bool stop_at(void *arg, u32 pc, const u64 *regs, const u8 *stack)
{
	(void)regs;
	(void)stack;
	return pc != *(u32 *)arg;
}

START_TEST(a_trace_can_stop_a_run)
{
	u32 pc = 1;
	int num = bvm_asm("mov %r0, 7; exit", insns, 64);

	ck_assert_uint_eq(bvm_exec_traced(insns, (u32)num, NULL, 0, stop_at,
					  &pc),
			  BVM_VERDICT_BROKEN);
	pc = 2;
	ck_assert_uint_eq(
		bvm_exec_traced(insns, (u32)num, NULL, 0, stop_at, &pc), 7);
}
END_TEST

int main(void)
{
	Suite *suite = suite_create("exec");
	TCase *tc = tcase_create("exec");

	tcase_add_checked_fixture(tc, setup, NULL);
	tcase_add_test(tc, match_gives_the_row_of_a_string);
	tcase_add_test(tc, match_takes_the_row_of_a_walk);
	tcase_add_test(tc, a_request_without_a_string_matches_nothing);
	tcase_add_test(tc, helpers_look_tables_up);
	tcase_add_test(tc, a_class_without_a_program_is_denied);
	tcase_add_test(tc, a_trace_can_stop_a_run);
	suite_add_tcase(suite, tc);
	return suite_run(suite);
}
