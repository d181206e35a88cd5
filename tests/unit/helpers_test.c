// SPDX-License-Identifier: GPL-2.0-only
/*
 * helpers_test.c - helpers as programs call them: keys, arguments, slots, rates
 */
#include <check.h>
#include <pthread.h>
#include <stdlib.h>

#include "policyc/judge.h"
#include "policyc/trace.h"
#include "tests/lib/argv_build.h"
#include "tests/lib/bvm_asm.h"
#include "tests/lib/bvm_build.h"
#include "tests/lib/roll.h"
#include "tests/lib/suite.h"
#include "vm/exec.h"
#include "vm/helpers.h"
#include "vm/table.h"
#include "vm/verify.h"

static struct bvm_build build;
static struct bvm_image image;
static struct bvm_error err;
static struct bvm_run run;
static bvm_atomic slots[4];
static struct bvm_insn insns[64];
static struct bvm_verify_out out;
static void *scratch;
static u64 seed = 5;

static void setup(void)
{
	bvm_build_full(&build);
	ck_assert_msg(!bvm_image_parse(build.bytes, build.len, &image, &err),
		      "%s", err.text);
	scratch = malloc(bvm_verify_scratch());
	memset(slots, 0, sizeof(slots));
	memset(&run, 0, sizeof(run));
	run.image = &image;
	run.slots = slots;
	run.argv = "";
}

static void teardown(void)
{
	free(scratch);
}

static int verify(const char *text, u32 *num)
{
	/* only an exec has arguments */
	const u32 class = strstr(text, "call argv") ? BVM_CLASS_EXEC :
						      BVM_CLASS_NETWORK;
	const struct bvm_class_info *info = &bvm_classes[class];
	struct bvm_verify_in in = {
		.insns = insns,
		.ctx = { info->ctx_size, info->num_fields, info->fields },
		.image = &image,
		.max_stack = BVM_KERNEL_STACK,
		.scratch = scratch,
	};

	*num = in.num_insns = (u32)bvm_asm(text, insns, ARRAY_SIZE(insns));
	return bvm_verify(&in, &out, &err);
}

static u64 execute(const char *text)
{
	u32 num;
	u64 r0;

	ck_assert_msg(!verify(text, &num), "%s", err.text);
	r0 = bvm_exec(insns, num, &run.ctx, sizeof(run.ctx.network));
	ck_assert_uint_ge(r0, out.r0_min);
	ck_assert_uint_le(r0, out.r0_max);
	return r0;
}

/* ---- keys ---- */

START_TEST(keys_are_bytes_of_the_stack)
{
	static const char text[] =
		"sth [%%r10-3], %u; stb [%%r10-1], %u; mov %%r2, %u;"
		"mov %%r3, %%r10; add %%r3, -3; call %s; exit";
	char program[200];

	for (u32 i = 0; i < 2; i++) {
		const char *helper = i ? "hash" : "keys";

		snprintf(program, sizeof(program), text, 'a' | 'b' << 8, 'c',
			 6 + i, helper);
		ck_assert_uint_eq(execute(program), 3);
		ck_assert_uint_eq(out.stack_bytes, 8);
		ck_assert_uint_eq(out.max_steps, image.tables[6 + i].max_steps);
		snprintf(program, sizeof(program), text, 'a' | 'b' << 8, 'd',
			 6 + i, helper);
		ck_assert_uint_eq(execute(program), 0);
	}
}
END_TEST

START_TEST(an_address_a_port_and_a_protocol_make_a_key)
{
	static const char program[] =
		"ldxdw %r0, [%r1+40]; stxdw [%r10-24], %r0;"
		"ldxdw %r0, [%r1+48]; stxdw [%r10-16], %r0;"
		"ldxw %r0, [%r1+16]; be16 %r0; stxh [%r10-8], %r0;"
		"ldxw %r0, [%r1+12]; stxb [%r10-6], %r0;"
		"mov %r2, 8; mov %r3, %r10; add %r3, -24; call product; exit";
	struct bvm_ctx_network *net = &run.ctx.network;

	net->remote = (struct bvm_addr){ { 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xff,
					   0xff, 10, 1, 2, 3 } };
	net->port = 85;
	net->protocol = 6;
	ck_assert_uint_eq(execute(program), 5);
	net->port = 91;
	ck_assert_uint_eq(execute(program), 0);
	net->port = 80;
	net->protocol = 18;
	ck_assert_uint_eq(execute(program), 0);
	net->protocol = 17;
	net->remote.bytes[12] = 11;
	ck_assert_uint_eq(execute(program), 0);
}
END_TEST

/* ---- what the verifier refuses ---- */

static const struct {
	const char *text;
	const char *says;
} refused[] = {
	{ "mov %r2, 6; mov %r3, 1; call keys; exit",
	  "insn 2: call keys: r3 is number 1; a pointer to 3 bytes of stack is needed" },
	{ "mov %r2, 6; mov %r3, %r1; call keys; exit",
	  "r3 is ctx+0; a pointer to 3 bytes of stack is needed" },
	{ "mov %r2, 6; mov %r3, %r10; call keys; exit",
	  "r3 is stack+0; bytes 0..2 leave the stack of 256 bytes" },
	{ "mov %r2, 6; mov %r3, %r10; add %r3, -257; call keys; exit",
	  "bytes -257..-255 leave the stack of 256 bytes" },
	{ "mov %r2, 6; mov %r3, %r10; add %r3, -2; stb [%r10-2], 0; stb [%r10-1], 0; call keys; exit",
	  "r3 is stack-2; bytes -2..0 leave the stack" },
	{ "mov %r2, 6; mov %r3, %r10; add %r3, -8; sth [%r10-8], 0; call keys; exit",
	  "r3 is stack-8; the byte at stack-6 is not set" },
	{ "stxdw [%r10-8], %r10; mov %r2, 6; mov %r3, %r10; add %r3, -8; call keys; exit",
	  "the byte at stack-8 is part of a pointer" },
	{ "ldxw %r4, [%r1+0]; and %r4, 1; stdw [%r10-8], 0; mov %r2, 6; mov %r3, %r10; add %r3, -8; add %r3, %r4; call keys; exit",
	  "a pointer to 3 bytes of stack is needed" },
	{ "stdw [%r10-8], 0; mov %r2, 8; mov %r3, %r10; add %r3, -8; call product; exit",
	  "bytes -8..10 leave the stack" },
	{ "stdw [%r10-8], 0; mov %r2, 7; mov %r3, %r10; add %r3, -8; call keys; exit",
	  "that table is of kind HASH, expected KEYS" },
	{ "mov %r2, 9; call argv; add %r0, %r3; exit", "r3 is not set" },
	{ "mov %r2, 0; call argv; exit",
	  "that table is of kind DFA, expected ARGV" },
	{ "mov %r2, 4; call slot_get; exit", "there are 4 slots" },
	{ "ldxw %r2, [%r1+0]; call slot_get; exit",
	  "the constant index of a slot is needed" },
	{ "mov %r2, %r1; call slot_get; exit",
	  "the constant index of a slot is needed" },
	{ "mov %r2, 3; call slot_set; exit",
	  "r3 is not set; a number is needed" },
	{ "mov %r2, 3; mov %r3, %r10; call slot_add; exit",
	  "r3 is stack+0; a number is needed" },
	{ "mov %r2, 3; mov %r3, 0; call rate; exit",
	  "that table is of kind RANGE, expected RATES" },
	{ "mov %r2, 10; mov %r3, %r1; call rate; exit",
	  "r3 is ctx+0; a number is needed" },
};

START_TEST(wrong_arguments_are_refused)
{
	u32 num;

	ck_assert_int_eq(verify(refused[_i].text, &num), -EINVAL);
	ck_assert_msg(strstr(err.text, refused[_i].says), "'%s' lacks '%s'",
		      err.text, refused[_i].says);
}
END_TEST

/* ---- argv ---- */

static u64 match_argv(const char *bytes, u32 len)
{
	run.argv = bytes;
	run.argv_len = len;
	return execute("mov %r2, 9; call argv; exit");
}

START_TEST(arguments_match_as_a_whole)
{
	ck_assert_uint_eq(match_argv("", 0), 3);
	ck_assert_uint_eq(match_argv("-g\0daemon off;", 15), 1);
	ck_assert_uint_eq(match_argv("-g\0", 4), 1); /* an empty one */
	ck_assert_uint_eq(match_argv("-g", 3), 0);
	ck_assert_uint_eq(match_argv("-g\0x\0y", 7), 0);
	ck_assert_uint_eq(match_argv("-s\0x\0y\0z", 9), 2);
	ck_assert_uint_eq(match_argv("-s\0x", 5), 2);
	ck_assert_uint_eq(match_argv("", 1), 0);
	ck_assert_uint_eq(out.max_steps, BVM_MAX_ARGV);
	ck_assert_uint_eq(out.r0_max, 3);
}
END_TEST

#define POOL 12
static const char *const patterns[POOL] = {
	"-a", "*", "", "a*", "*a", "a*b", "**", "b", "ab", "-", "*-*", "aa"
};
static const char *const texts[POOL] = {
	"-a", "", "a", "b", "ab", "aab", "ba", "-", "aa", "a-b", "abab", "\xff"
};

static void random_list(struct argv_list *l)
{
	u32 num = roll_below(&seed, 4);

	for (u32 i = 0; i < num; i++)
		l->args[i] = patterns[roll_below(&seed, POOL)];
	l->args[num] = roll_below(&seed, 4) ? NULL : "...";
	l->args[num + 1] = NULL;
}

/* argv as the request has it: each with its NUL. */
static u32 random_argv(const char **argv, char *bytes)
{
	u32 num = roll_below(&seed, 5), len = 0;

	for (u32 i = 0; i < num; i++) {
		argv[i] = texts[roll_below(&seed, POOL)];
		memcpy(bytes + len, argv[i], strlen(argv[i]) + 1);
		len += (u32)strlen(argv[i]) + 1;
	}
	argv[num] = NULL;
	return len;
}

START_TEST(argv_tables_match_what_the_lists_say)
{
	struct argv_list lists[ARGV_BUILD_LISTS];
	struct bvm_table_header h;
	struct bvm_table t;
	u32 len, matched = 0;

	for (u32 i = 0; i < 200; i++) {
		u32 num = 1 + roll_below(&seed, ARGV_BUILD_LISTS);
		u8 *body, *section;

		for (u32 k = 0; k < num; k++)
			random_list(&lists[k]);
		body = argv_build(lists, num, &h, &len);
		section = malloc(sizeof(h) + len);
		memcpy(section, &h, sizeof(h));
		memcpy(section + sizeof(h), body, len);
		ck_assert_msg(!bvm_table_parse(section, sizeof(h) + len, 0, &t,
					       &err),
			      "%s", err.text);
		for (u32 k = 0; k < 300; k++) {
			const char *argv[6];
			char bytes[64];
			u32 row, n = random_argv(argv, bytes);

			row = bvm_dfa_accept(
				&t,
				bvm_argv_feed(&t, bvm_dfa_start(&t), bytes, n));
			ck_assert_uint_eq(row,
					  argv_build_match(lists, num, argv));
			matched += row != 0;
		}
		free(section);
		free(body);
	}
	ck_assert_uint_ge(matched, 5000);
}
END_TEST

/* ---- slots, rates ---- */

START_TEST(slots_keep_what_programs_put)
{
	ck_assert_uint_eq(
		execute("mov %r2, 2; mov %r3, 40; call slot_set; exit"), 0);
	ck_assert_uint_eq(slots[2].value, 40);
	ck_assert_uint_eq(
		execute("mov %r2, 2; mov %r3, 2; call slot_add; exit"), 42);
	ck_assert_uint_eq(execute("mov %r2, 2; call slot_get; exit"), 42);
	ck_assert_uint_eq(execute("mov %r2, 3; call slot_get; exit"), 0);
	ck_assert_uint_eq(out.max_steps, 1);
	ck_assert_uint_eq(
		execute("mov %r2, 2; mov %r3, -43; call slot_add; exit"),
		U64_MAX);
}
END_TEST

static u64 slot_call(u32 helper, u64 slot, u64 operand)
{
	return bvm_call_helper(helper, (u64)(uintptr_t)&run.ctx, slot, operand,
			       0, 0);
}

START_TEST(slots_are_numbers_in_an_array)
{
	u64 twin[ARRAY_SIZE(slots)] = { 0 };

	for (u32 i = 0; i < 100000; i++) {
		const u64 r = roll_word(&seed);
		const u32 at = (u32)(r >> 8) % ARRAY_SIZE(twin);
		const u64 operand = roll_word(&seed) >> (r >> 16 & 63);

		switch (r & 3) {
		case 0:
			(void)slot_call(BVM_HELPER_SLOT_SET, at, operand);
			twin[at] = operand;
			break;
		case 1:
			twin[at] += operand;
			ck_assert_uint_eq(slot_call(BVM_HELPER_SLOT_ADD, at,
						    operand),
					  twin[at]);
			break;
		default:
			ck_assert_uint_eq(slot_call(BVM_HELPER_SLOT_GET, at, 0),
					  twin[at]);
		}
	}
}
END_TEST

#define NUM_THREADS 4
#define NUM_ADDS 1000000

static pthread_barrier_t begin;

/* Adds 1 many times; *arg: the sum of what the helper returned. */
static void *add_many(void *arg)
{
	u64 *returned = arg;

	pthread_barrier_wait(&begin);
	for (u32 i = 0; i < NUM_ADDS; i++)
		*returned += bvm_call_helper(BVM_HELPER_SLOT_ADD,
					     (u64)(uintptr_t)&run.ctx, 3, 1, 0,
					     0);
	return NULL;
}

START_TEST(slots_lose_nothing_that_many_hands_add)
{
	const u64 all = (u64)NUM_THREADS * NUM_ADDS;
	pthread_t threads[NUM_THREADS];
	u64 returned[NUM_THREADS] = { 0 };
	u64 sum = 0;

	pthread_barrier_init(&begin, NULL, NUM_THREADS);
	for (u32 i = 0; i < NUM_THREADS; i++)
		ck_assert_int_eq(pthread_create(&threads[i], NULL, add_many,
						&returned[i]),
				 0);
	for (u32 i = 0; i < NUM_THREADS; i++) {
		pthread_join(threads[i], NULL);
		sum += returned[i];
	}
	pthread_barrier_destroy(&begin);
	ck_assert_uint_eq(bvm_atomic_read(&slots[3]), all);
	/* each of 1, 2, ... was the answer once */
	ck_assert_uint_eq(sum, all * (all + 1) / 2);
}
END_TEST

START_TEST(rates_run_out_and_come_back)
{
	static const char take[] = "mov %r2, 10; mov %r3, 0; call rate; exit";

	run.now_ns = 5000;
	ck_assert_uint_eq(execute(take), 1);
	ck_assert_uint_eq(execute(take), 1);
	ck_assert_uint_eq(execute(take), 0);
	ck_assert_uint_eq(slots[1].value, 7000);
	run.now_ns = 6000;
	ck_assert_uint_eq(execute(take), 1);
	ck_assert_uint_eq(execute(take), 0);
	ck_assert_uint_eq(out.max_steps, BVM_RATE_TRIES);
	ck_assert_uint_eq(execute("mov %r2, 10; mov %r3, 1; call rate; exit"),
			  1);
	/* no such bucket: empty */
	ck_assert_uint_eq(execute("mov %r2, 10; mov %r3, 2; call rate; exit"),
			  0);
}
END_TEST

START_TEST(every_judged_run_finds_buckets_full)
{
	struct arena *arena = arena_create();
	const struct request request = {
		.class = BVM_CLASS_MOUNTS,
		.ops = BVM_BIT(MOUNTS, MOUNT) | BVM_BIT(MOUNTS, UMOUNT),
	};
	struct bvm_program_header header = { .num_insns = 8 };
	struct judgement judgement;
	struct trace trace;

	/* a bucket of one token: without it, a denial */
	ck_assert_int_eq(bvm_asm("mov %r2, 10; mov %r3, 1; call rate;"
				 "jeq %r0, 1, yes; mov32 %r0, 417; exit;"
				 "yes: mov32 %r0, 0; exit",
				 insns, ARRAY_SIZE(insns)),
			 8);
	image.programs[BVM_CLASS_MOUNTS] =
		(struct bvm_program){ &header, insns };
	ck_assert_int_eq(judge_request(arena, &image, &request, &judgement), 0);
	ck_assert_int_eq(judgement.answer, JUDGE_ALLOW);
	for (u32 i = 0; i < 3; i++) {
		trace_run(arena, &judgement.shown.run, BVM_CLASS_MOUNTS, false,
			  NULL, &trace);
		ck_assert_uint_eq(trace.verdict, 0);
	}
	arena_free(arena);
}
END_TEST

int main(void)
{
	Suite *suite = suite_create("helpers");
	TCase *tc = tcase_create("helpers");

	tcase_set_timeout(tc, 60);
	tcase_add_checked_fixture(tc, setup, teardown);
	tcase_add_test(tc, keys_are_bytes_of_the_stack);
	tcase_add_test(tc, an_address_a_port_and_a_protocol_make_a_key);
	tcase_add_loop_test(tc, wrong_arguments_are_refused, 0,
			    ARRAY_SIZE(refused));
	tcase_add_test(tc, arguments_match_as_a_whole);
	tcase_add_test(tc, argv_tables_match_what_the_lists_say);
	tcase_add_test(tc, slots_keep_what_programs_put);
	tcase_add_test(tc, slots_are_numbers_in_an_array);
	tcase_add_test(tc, slots_lose_nothing_that_many_hands_add);
	tcase_add_test(tc, rates_run_out_and_come_back);
	tcase_add_test(tc, every_judged_run_finds_buckets_full);
	suite_add_tcase(suite, tc);
	return suite_run(suite);
}
