// SPDX-License-Identifier: GPL-2.0-only
/*
 * run_test.c - what policyc run and the verifier's log show
 */
#include <check.h>
#include <stdlib.h>

#include "policyc/prove.h"
#include "policyc/trace.h"
#include "tests/lib/bvm_asm.h"
#include "tests/lib/bvm_build.h"
#include "tests/lib/suite.h"

static struct arena *arena;
static struct bvm_build build;
static struct bvm_image image;
static struct bvm_program_header header;
static struct bvm_insn insns[64];
static struct bvm_run run;

static void setup(void)
{
	struct bvm_error err;

	arena = arena_create();
	bvm_build_full(&build);
	ck_assert_int_eq(bvm_image_parse(build.bytes, build.len, &image, &err),
			 0);
	memset(&run, 0, sizeof(run));
	run.image = &image;
}

static void teardown(void)
{
	arena_free(arena);
}

static void use(u32 class, const char *text)
{
	int num = bvm_asm(text, insns, 64);

	ck_assert_int_gt(num, 0);
	memset(&header, 0, sizeof(header));
	header.num_insns = (u32)num;
	image.programs[class].header = &header;
	image.programs[class].insns = insns;
}

static const char *trace(u32 class, bool json, struct trace *trace)
{
	struct buf out = BUF_INIT(arena);

	trace_run(arena, &run, class, json, &out, trace);
	return buf_text(&out);
}

START_TEST(each_instruction_shows_what_it_did)
{
	struct trace t;

	use(BVM_CLASS_FILES, "mov %r6, %r1\n"
			     "ldxdw %r3, [%r6+24]\n"
			     "mov %r2, 0\n"
			     "call match\n"
			     "stxdw [%r10-8], %r6\n"
			     "stb [%r10-9], -1\n"
			     "jne %r0, 2, over\n"
			     "jne %r0, 1, over\n"
			     "exit\n"
			     "over: lddw %r2, 0x1122334455667788\n"
			     "mov %r3, %r10\n"
			     "mov %r4, -5\n"
			     "ja end\n"
			     "exit\n"
			     "end: mov32 %r0, 7\n"
			     "exit\n");
	run.strings[0].bytes = "/ab";
	run.strings[0].len = 3;
	run.ctx.files.path = 1;
	ck_assert_str_eq(
		trace(BVM_CLASS_FILES, false, &t),
		"    0  mov %r6, %r1                  r6 = ctx+0\n"
		"    1  ldxdw %r3, [%r6+24]           r3 = 1, path\n"
		"    2  mov %r2, 0                    r2 = 0\n"
		"    3  call match                    r0 = 2: match(dfa 0, "
		"\"/ab\")\n"
		"    4  stxdw [%r10-8], %r6           [stack-8] = ctx+0\n"
		"    5  stb [%r10-9], -1              [stack-9] = 255 (0xff)\n"
		"    6  jne %r0, 2, +2                not taken\n"
		"    7  jne %r0, 1, +1                to 9\n"
		"    9  lddw %r2, 0x1122334455667788  r2 = 1234605616436508552 "
		"(0x1122334455667788)\n"
		"   11  mov %r3, %r10                 r3 = stack-0\n"
		"   12  mov %r4, -5                   r4 = -5 "
		"(0xfffffffffffffffb)\n"
		"   13  ja +1                         to 15\n"
		"   15  mov32 %r0, 7                  r0 = 7\n"
		"   16  exit                          returns 0x7\n");
	ck_assert_uint_eq(t.verdict, 7);
	ck_assert_uint_eq(t.num_insns, 14);
	ck_assert_uint_eq(t.num_calls, 1);
}
END_TEST

START_TEST(helpers_show_their_table_and_arguments)
{
	struct trace t;
	const char *text;

	use(BVM_CLASS_NETWORK, "mov %r6, %r1; mov %r3, %r6; add %r3, 40; "
			       "mov %r2, 1; call lpm; mov %r1, %r6; "
			       "mov %r2, 2; mov %r3, 17; call set; exit");
	run.ctx.network.remote = (struct bvm_addr){
		{ [10] = 0xff, [11] = 0xff, 10, 1, 2, 3 },
	};
	text = trace(BVM_CLASS_NETWORK, false, &t);
	ck_assert_msg(strstr(text, ": lpm(lpm 1, 10.1.2.3/32)\n") != NULL, "%s",
		      text);
	ck_assert_msg(strstr(text, ": set(set 2, 17 (0x11))\n") != NULL, "%s",
		      text);
	ck_assert_uint_eq(t.num_calls, 2);
}
END_TEST

START_TEST(keys_are_shown_as_bytes)
{
	struct trace t;
	const char *text;

	use(BVM_CLASS_NETWORK, "stb [%r10-3], 0x61; stb [%r10-2], 0x62; "
			       "stb [%r10-1], 0xff; mov %r3, %r10; "
			       "add %r3, -3; mov %r2, 6; call keys; exit");
	text = trace(BVM_CLASS_NETWORK, false, &t);
	ck_assert_msg(strstr(text, ": keys(keys 6, 61 62 ff)\n") != NULL, "%s",
		      text);
}
END_TEST

START_TEST(controls_in_a_string_are_not_passed_on)
{
	struct trace t;

	use(BVM_CLASS_FILES, "mov %r2, 0; ldxdw %r3, [%r1+24]; call match; "
			     "exit");
	run.strings[0].bytes = "/\033[31m\n";
	run.strings[0].len = 7;
	run.ctx.files.path = 1;
	ck_assert_ptr_nonnull(strstr(trace(BVM_CLASS_FILES, false, &t),
				     "match(dfa 0, \"/?[31m?\")\n"));
}
END_TEST

START_TEST(a_request_without_the_string_says_so)
{
	struct trace t;

	use(BVM_CLASS_FILES, "mov %r2, 0; ldxdw %r3, [%r1+24]; call match; "
			     "exit");
	ck_assert_ptr_nonnull(strstr(trace(BVM_CLASS_FILES, false, &t),
				     "r0 = 0: match(dfa 0, no string)\n"));
}
END_TEST

START_TEST(json_has_an_object_for_each_instruction)
{
	struct trace t;

	use(BVM_CLASS_FILES, "mov %r0, 5; exit");
	ck_assert_str_eq(trace(BVM_CLASS_FILES, true, &t),
			 "\n    {\"pc\": 0, \"instruction\": \"mov %r0, 5\", "
			 "\"effect\": \"r0 = 5\"},"
			 "\n    {\"pc\": 1, \"instruction\": \"exit\", "
			 "\"effect\": \"returns 0x5\"}");
}
END_TEST

START_TEST(the_verdict_is_that_of_the_class)
{
	struct trace t;

	use(BVM_CLASS_FILES, "ldxw %r0, [%r1+0]; add32 %r0, 0x1000; exit");
	run.ctx.op = 3;
	trace_run(arena, &run, BVM_CLASS_FILES, false, NULL, &t);
	ck_assert_uint_eq(t.verdict, bvm_run_class(&run, BVM_CLASS_FILES));
	ck_assert_uint_eq(t.verdict, 0x1003);
	ck_assert_uint_eq(t.num_insns, 3);
}
END_TEST

/* ---- the verifier's word ---- */

static int prove(const char *text, const char *class, const char *mem,
		 struct diag **diag)
{
	const struct diag_options options = { .json = false };
	struct run *r = arena_alloc(arena, sizeof(*r));
	struct prove prove = { .run = r, .insns = insns };
	int num = bvm_asm(text, insns, 64);

	ck_assert_int_gt(num, 0);
	prove.num_insns = (u32)num;
	r->arena = arena;
	r->json = true; /* less noise */
	r->class = class;
	r->mem = mem;
	*diag = r->diag = diag_create(arena, &options);
	num = prove_set_options(&prove);
	return num ? num : prove_program(&prove);
}

START_TEST(what_r1_points_to_is_what_the_options_say)
{
	static const char load[] = "ldxb %r0, [%r1+7]; exit";
	struct diag *diag;

	ck_assert_int_eq(prove(load, NULL, "8", &diag), EXIT_YES);
	ck_assert_int_eq(prove(load, NULL, "7", &diag), EXIT_NO);
	ck_assert_int_eq(prove(load, NULL, NULL, &diag), EXIT_NO);
	ck_assert_uint_eq(diag_num_errors(diag), 1);
	ck_assert_int_eq(prove("ldxw %r0, [%r1+4]; exit", "files", NULL, &diag),
			 EXIT_YES);
	/* no class has r2 set, plain memory has */
	ck_assert_int_eq(prove("mov %r0, %r2; exit", "files", NULL, &diag),
			 EXIT_NO);
	ck_assert_int_eq(prove("mov %r0, %r2; exit", NULL, NULL, &diag),
			 EXIT_YES);
}
END_TEST

START_TEST(options_that_say_nothing_are_refused)
{
	static const char *const mems[] = {
		"", "x", "8x", "-1", "1048577", "0x10", "99999999999999999999"
	};
	struct diag *diag;

	for (u32 i = 0; i < ARRAY_SIZE(mems); i++)
		ck_assert_msg(prove("exit", NULL, mems[i], &diag) == EXIT_BAD,
			      "%s", mems[i]);
	ck_assert_int_eq(prove("exit", "", NULL, &diag), EXIT_BAD);
	ck_assert_int_eq(prove("exit", "none", NULL, &diag), EXIT_BAD);
	ck_assert_uint_eq(diag_num_errors(diag), 1);
}
END_TEST

int main(void)
{
	Suite *suite = suite_create("run");
	TCase *tc = tcase_create("run");

	tcase_add_checked_fixture(tc, setup, teardown);
	tcase_add_test(tc, each_instruction_shows_what_it_did);
	tcase_add_test(tc, helpers_show_their_table_and_arguments);
	tcase_add_test(tc, keys_are_shown_as_bytes);
	tcase_add_test(tc, controls_in_a_string_are_not_passed_on);
	tcase_add_test(tc, a_request_without_the_string_says_so);
	tcase_add_test(tc, json_has_an_object_for_each_instruction);
	tcase_add_test(tc, the_verdict_is_that_of_the_class);
	tcase_add_test(tc, what_r1_points_to_is_what_the_options_say);
	tcase_add_test(tc, options_that_say_nothing_are_refused);
	suite_add_tcase(suite, tc);
	return suite_run(suite);
}
