// SPDX-License-Identifier: GPL-2.0-only
/*
 * asm_test.c - text to instructions and back, and what is no program
 */
#include <check.h>
#include <stdlib.h>

#include "policyc/asm.h"
#include "policyc/buf.h"
#include "policyc/source.h"
#include "tests/lib/messages.h"
#include "tests/lib/roll.h"
#include "tests/lib/suite.h"
#include "vm/disasm.h"
#include "vm/helpers.h"

#define MAX_BATCH 16384

static struct arena *arena;
static struct diag *diag;

static void setup(void)
{
	const struct diag_options options = { .json = false };

	arena = arena_create();
	diag = diag_create(arena, &options);
}

static void teardown(void)
{
	arena_free(arena);
}

static int assemble(const char *text, u32 max, struct asm_program *program)
{
	return asm_assemble(arena, diag,
			    source_create(arena, "p.asm", text, strlen(text)),
			    max, program);
}

static const char *messages(void)
{
	return messages_of(arena, diag);
}

/* ---- back and forth ---- */

struct batch {
	struct bvm_insn insns[MAX_BATCH];
	u32 num;
};

static struct batch batch;

/* Print the batch, assemble that, and compare every bit. */
static void check_batch(void)
{
	struct buf text = BUF_INIT(arena);
	struct asm_program again;
	char line[64];
	u32 pc;

	for (pc = 0; pc < batch.num;) {
		pc += bvm_disasm(batch.insns, batch.num, pc, line,
				 sizeof(line));
		buf_printf(&text, "%s\n", line);
	}
	ck_assert_msg(assemble(buf_text(&text), MAX_BATCH, &again) == 0, "%s",
		      messages());
	ck_assert_uint_eq(again.num_insns, batch.num);
	for (pc = 0; pc < batch.num; pc++) {
		(void)bvm_disasm(batch.insns, batch.num, pc, line,
				 sizeof(line));
		ck_assert_msg(!memcmp(&again.insns[pc], &batch.insns[pc], 8),
			      "slot %u differs: %s", pc, line);
	}
	batch.num = 0;
}

static void add(struct bvm_insn insn)
{
	const struct bvm_insn tail = { .imm = insn.imm ^ 0x5a5a5a5a };

	batch.insns[batch.num++] = insn;
	if (insn.code == BVM_LDDW)
		batch.insns[batch.num++] = tail;
	if (batch.num >= MAX_BATCH - 1)
		check_batch();
}

static const s32 imms[] = { 0,	   1,	    -1,	  16,	   31,
			    32,	   64,	    127,  -128,	   32767,
			    65536, S32_MAX, 1000, S32_MIN, S32_MIN + 1 };
static const s16 offs[] = { 0, 1, -1, 8, 127, -128, -512, 32767, -32768 };

/* Every imm that a row allows with these registers and off. */
static u32 add_imms(const struct bvm_insn_info *row, struct bvm_insn insn)
{
	u32 legal = 0;

	for (u32 i = 0; i < ARRAY_SIZE(imms); i++) {
		insn.imm = row->imm == BVM_ANY ? imms[i] : row->imm;
		if (bvm_insn_find(&insn, NULL) != row)
			continue;
		add(insn);
		legal++;
		if (row->imm != BVM_ANY)
			break;
	}
	return legal;
}

static u32 add_row(const struct bvm_insn_info *row)
{
	u32 legal = 0;

	for (u32 regs = 0; regs < 256; regs++) {
		for (u32 i = 0; i < ARRAY_SIZE(offs); i++) {
			s16 off = row->off == BVM_ANY ? offs[i] : row->off;

			legal += add_imms(row,
					  bvm_insn_make(row->code, regs & 15,
							regs >> 4, off, 0));
			if (row->off != BVM_ANY)
				break;
		}
	}
	return legal;
}

/* All of a row: each register alone and in pairs, offs and imms at borders. */
START_TEST(every_encodable_instruction_is_read_back_from_its_text)
{
	const struct bvm_insn_info *row;
	u32 i, legal = 0;

	for (i = 0; (row = bvm_insn_row(i)); i++) {
		u32 more = add_row(row);

		ck_assert_msg(more > 0, "row %u: nothing is legal", i);
		legal += more;
	}
	check_batch();
	ck_assert_uint_eq(i, 136);
	ck_assert_uint_gt(legal, 60000);
}
END_TEST

static u64 next_random(void)
{
	static u64 seed = 88172645463325252ull;

	return roll_word(&seed);
}

/* A word; mostly with the fixed fields of some row. */
static struct bvm_insn random_insn(bool wild)
{
	const struct bvm_insn_info *row = bvm_insn_row(next_random() % 136);
	const u64 word = next_random();
	struct bvm_insn insn;

	memcpy(&insn, &word, sizeof(insn));
	if (wild)
		return insn;
	insn.code = row->code;
	insn.dst = word % 3 ? next_random() % BVM_NUM_REGS : 0;
	insn.src = word % 5 < 3 ? 0 : next_random() % BVM_NUM_REGS;
	if (row->off != BVM_ANY)
		insn.off = row->off;
	if (row->imm != BVM_ANY)
		insn.imm = row->imm;
	return insn;
}

/* A word is an instruction, which is printed as one, or a .word. */
START_TEST(random_words_are_read_back_from_their_text)
{
	u32 legal = 0;

	for (u32 i = 0; i < 60000; i++) {
		struct bvm_insn insn = random_insn(i % 4 == 0);

		if (bvm_insn_find(&insn, NULL))
			legal++;
		add(insn);
	}
	check_batch();
	ck_assert_uint_gt(legal, 20000);
}
END_TEST

START_TEST(every_helper_is_called_by_name_and_by_number)
{
	struct asm_program program;

	for (u32 i = 0; i < BVM_NUM_HELPERS; i++) {
		const char *name = bvm_helpers[i].name;

		if (!name)
			continue;
		ck_assert_int_eq(assemble(arena_printf(arena,
						       "call %s; call %u; "
						       "call helper %u",
						       name, i, i),
					  8, &program),
				 0);
		ck_assert_uint_eq(program.num_insns, 3);
		for (u32 k = 0; k < 3; k++)
			ck_assert_int_eq(program.insns[k].imm, (int)i);
	}
}
END_TEST

/* ---- ways to write the same ---- */

struct same {
	const char *one, *other;
};

static const struct same sames[] = {
	{ "mov %r1, 5", "mov r1, 0x5" },
	{ "mov %r1, 5", "\t mov64\t%r1 ,5 # five" },
	{ "mov %r1, -1", "mov %r1, 0xFFFFFFFF" },
	{ "mov32 %r1, -1", "mov32 %r1, 4294967295" },
	{ "ldxb %r0, [%r1+0]", "ldxb r0, [ r1 ]" },
	{ "ldxb %r0, [%r1+16]", "ldxb %r0, [%r1 + 0x10]" },
	{ "ldxb %r0, [%r1-16]", "ldxb %r0, [%r1 - 16]" },
	{ "stdw [%r10-8], 3", "stdw [r10-0x8], +3" },
	{ "swap64 %r3", "bswap64 %r3" },
	{ "neg %r3", "neg64 %r3" },
	{ "lddw %r1, 0xffffffffffffffff", "lddw %r1, -1" },
	{ "lddw %r1, 0x8000000000000000", "lddw %r1, -9223372036854775808" },
	{ "lddw %r1, 18446744073709551615", "lddw %r1, -1" },
	{ "ja +1; exit; exit", "ja over; exit; over: exit" },
	{ "ja +0; exit; exit", "ja exit\nexit\nexit" },
	{ "ja +1; exit; exit", "ja exit; .word 0x95; exit: exit" },
	{ "lddw %r1, 0x9500000000; ja +0; exit",
	  "lddw %r1, 0x9500000000; ja exit; exit" },
	{ "jeq %r1, 2, +0; exit", "jeq %r1, 2, a\na: b :\nexit\n" },
	{ "ja -1; exit", "a: ja a; exit" },
	{ "jeq %r1, %r2, +0; exit", "jeq r1, r2, exit; exit" },
	{ "ja32 +1; exit; exit", "ja32 L1; exit; L1: exit" },
	{ "exit; ja -2; exit", "exit: exit; ja exit; exit" },
	{ "mov %r1, 5; exit", "mov %r1, 5;;exit;\n;\n" },
	{ "exit", "exit\r\n" },
};

START_TEST(the_same_may_be_written_in_other_ways)
{
	struct asm_program one, other;
	const struct same *s = &sames[_i];

	ck_assert_msg(!assemble(s->one, 8, &one), "%s", messages());
	ck_assert_msg(!assemble(s->other, 8, &other), "%s", messages());
	ck_assert_uint_eq(one.num_insns, other.num_insns);
	ck_assert_mem_eq(one.insns, other.insns, 8 * one.num_insns);
}
END_TEST

START_TEST(each_slot_knows_its_text)
{
	struct asm_program program;

	ck_assert_int_eq(assemble("\n  lddw %r1, 5; exit", 8, &program), 0);
	ck_assert_uint_eq(program.num_insns, 3);
	for (u32 i = 0; i < 3; i++)
		ck_assert_uint_eq(program.spans[i].line, 2);
	ck_assert_uint_eq(program.spans[0].col, 3);
	ck_assert_uint_eq(program.spans[1].col, 3);
	ck_assert_uint_eq(program.spans[2].col, 16);
}
END_TEST

/* ---- what is no program ---- */

START_TEST(all_errors_are_told_in_one_run_with_their_places)
{
	struct asm_program program;

	ck_assert_int_eq(assemble("\tmvo %r1, 5\n"
				  "\tmov %r11, 70000000000\n"
				  "\tja nowhere\n"
				  "\texit\n",
				  8, &program),
			 -EINVAL);
	ck_assert_str_eq(
		messages(),
		"p.asm:1:2: error: no instruction is called 'mvo' [P701]\n"
		"    1 | \tmvo %r1, 5\n"
		"      | \t^~~\n"
		"p.asm:1:2: note: did you mean 'mov'?\n"
		"p.asm:2:6: error: no register '%r11': there are %r0 to %r10 "
		"[P704]\n"
		"    2 | \tmov %r11, 70000000000\n"
		"      | \t    ^~~~\n"
		"p.asm:3:5: error: no label is called 'nowhere' [P708]\n"
		"    3 | \tja nowhere\n"
		"      | \t   ^~~~~~~\n");
}
END_TEST

struct bad {
	int ret;
	const char *text;
	const char *says;
};

static const struct bad bads[] = {
	{ -EINVAL, "frob %r1",
	  "1:1: error: no instruction is called 'frob' [P701]" },
	{ -EINVAL, "mov %r1",
	  "1:1: error: 'mov' takes '%r1, 5' or '%r1, %r2' [P702]" },
	{ -EINVAL, "exit 3", "'exit' takes no operand [P702]" },
	{ -EINVAL, "exit; ja 1", "'ja' takes a label or +5 [P702]" },
	{ -EINVAL, ".word x", "'.word' takes a number of 64 bits [P702]" },
	{ -ENOTSUP, "lock add [%r10-8], %r1", "atomic instructions are not" },
	{ -ENOTSUP, "call local x", "calls between programs are not" },
	{ -ENOTSUP, "call helper %r1", "calls through a register are not" },
	{ -ENOTSUP, "callx %r1", "calls through a register are not" },
	{ -EINVAL, "lock add [%r10-8], %r1; mvo %r1, 1", "P703" },
	{ -EINVAL, "mov %rx, 1",
	  "no register '%rx': there are %r0 to %r10 [P704]" },
	{ -EINVAL, "mov %r01, 1", "[P704]" },
	{ -EINVAL, "mov r11, 1", "[P704]" },
	{ -EINVAL, "mov %, 1", "[P704]" },
	{ -EINVAL, "ldxb %r1, [5]", "[P704]" },
	{ -EINVAL, "ldxb %r1, [", "expected a ']', got '['" },
	{ -EINVAL, "mov %r1, 12x", "1:10: error: bad number '12x' [P705]" },
	{ -EINVAL, "mov %r1, 0x", "bad number '0x' [P705]" },
	{ -EINVAL, "mov %r1, 99999999999999999999", "[P705]" },
	{ -EINVAL, "lddw %r1, -9223372036854775809", "[P705]" },
	{ -EINVAL, "mov %r1, 4294967296",
	  "takes -2147483648 to 4294967295, got 4294967296 [P706]" },
	{ -EINVAL, "mov %r1, -2147483649", "[P706]" },
	{ -EINVAL, "ldxb %r1, [%r2+32768]",
	  "an offset takes -32768 to 32767, got [%r2+32768] [P706]" },
	{ -EINVAL, "ja +2147483648", "[P706]" },
	{ -EINVAL, "mov %r1, ", "expected an operand, got '' [P707]" },
	{ -EINVAL, "mov %r1, @", "got '@' [P707]" },
	{ -EINVAL, "jeq %r1, 2, exit, 4; exit",
	  "expected at most three operands, got '4' [P707]" },
	{ -EINVAL, "ja here; there: exit", "no label is called 'here' [P708]" },
	{ -EINVAL, "ja exit", "no label is called 'exit' [P708]" },
	{ -EINVAL, "a: exit; a: exit",
	  "1:10: error: label 'a' is there twice [P709]" },
	{ -EINVAL, "1: exit", "bad label '1' [P710]" },
	{ -EINVAL, ": exit", "bad label '' [P710]" },
	{ -EINVAL, "ja +32768", "'+32768' is 32768 instructions away" },
	{ -EINVAL, "exit; exit; exit; exit; exit; exit; exit; exit; exit",
	  "1:49: error: over 8 instructions, the limit of a program [P712]" },
	{ -EINVAL, "exit; exit; exit; exit; exit; exit; exit; lddw %r1, 1",
	  "[P712]" },
	{ -EINVAL, "", "p.asm:1:1: error: no instruction here [P713]" },
	{ -EINVAL, "# nothing", "no instruction here [P713]" },
	{ -EINVAL, "call mitch", "no helper is called 'mitch' [P715]" },
};

START_TEST(what_is_no_program_is_refused_with_the_reason)
{
	const struct bad *bad = &bads[_i];
	struct asm_program program;
	const char *said;

	ck_assert_int_eq(assemble(bad->text, 8, &program), bad->ret);
	said = messages();
	ck_assert_msg(strstr(said, bad->says) != NULL, "%s: %s", bad->text,
		      said);
}
END_TEST

START_TEST(a_sign_that_comes_as_a_surprise_is_warned_of)
{
	static const char *const plain[] = {
		"mov32 %r1, 0xffffffff; exit",
		"mov %r1, -1; exit",
		"jeq32 %r1, 0xffffffff, exit; exit",
		"lddw %r1, 0xffffffff; exit",
		"stw [%r10-8], 0xffffffff; exit",
	};
	struct asm_program program;

	ck_assert_int_eq(assemble("mov %r1, 0xffffffff; exit", 8, &program), 0);
	ck_assert_ptr_nonnull(strstr(messages(),
				     "1:10: warning: 0xffffffff is extended by "
				     "its sign, to -1 [P714]"));
	for (u32 i = 0; i < ARRAY_SIZE(plain); i++) {
		ck_assert_int_eq(assemble(plain[i], 8, &program), 0);
		ck_assert_str_eq(messages(), "");
	}
}
END_TEST

START_TEST(bytes_that_are_no_text_are_told_and_not_read_past)
{
	static const char text[] = "mov %r1, 5\0; exit\nexit\n";
	struct asm_program program;

	ck_assert_int_eq(asm_assemble(arena, diag,
				      source_create(arena, "p.asm", text,
						    sizeof(text) - 1),
				      8, &program),
			 -EINVAL);
	ck_assert_ptr_nonnull(strstr(messages(), "[P705]"));
}
END_TEST

int main(void)
{
	Suite *suite = suite_create("asm");
	TCase *tc = tcase_create("asm");

	tcase_set_timeout(tc, 120);
	tcase_add_checked_fixture(tc, setup, teardown);
	tcase_add_test(tc,
		       every_encodable_instruction_is_read_back_from_its_text);
	tcase_add_test(tc, random_words_are_read_back_from_their_text);
	tcase_add_test(tc, every_helper_is_called_by_name_and_by_number);
	tcase_add_loop_test(tc, the_same_may_be_written_in_other_ways, 0,
			    ARRAY_SIZE(sames));
	tcase_add_test(tc, each_slot_knows_its_text);
	tcase_add_test(tc, all_errors_are_told_in_one_run_with_their_places);
	tcase_add_loop_test(tc, what_is_no_program_is_refused_with_the_reason,
			    0, ARRAY_SIZE(bads));
	tcase_add_test(tc, a_sign_that_comes_as_a_surprise_is_warned_of);
	tcase_add_test(tc, bytes_that_are_no_text_are_told_and_not_read_past);
	suite_add_tcase(suite, tc);
	return suite_run(suite);
}
