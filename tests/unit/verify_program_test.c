// SPDX-License-Identifier: GPL-2.0-only
/*
 * verify_program_test.c - the cases of the files tests/vm/NAME.t: programs that must be
 * accepted, and programs that must be refused with exactly that message
 *
 *	== NAME
 *	# why
 *	# ctx: 64			bytes of plain memory (64 if not said),
 *	# ctx: network			or a class, with the tables of bvm_build
 *	# stack: 256			the most it may use (512)
 *	mov %r0, 0			the program, as in tests/lib/bvm_asm.h;
 *	.word 0x0000000000000095	or as a word
 *	exit
 *	# expect: accept, r0 0..0, insns 2, calls 0, steps 0, stack 0
 *	# expect: insn 1: exit: r0 is ...; a number is needed
 *
 * What is accepted is also run, and again when lowered, with every value held
 * against what the verifier knows of it.
 */
#include <check.h>
#include <glob.h>
#include <stdlib.h>

#include "tests/lib/bvm_asm.h"
#include "tests/lib/bvm_build.h"
#include "tests/lib/bvm_input.h"
#include "tests/lib/bvm_oracle.h"
#include "tests/lib/suite.h"
#include "vm/lower.h"

#define MAX_CASES 512
#define MAX_WORDS 8
#define WORD_IMM 0x7a6b0000
#define MAX_INSNS 1024
#define RUNS 64

struct program_case {
	char file[64];
	char name[160];
	char text[4096];
	u64 words[MAX_WORDS];
	u32 num_words;
	u32 class; /* 0: plain memory */
	u32 ctx_len;
	u32 max_stack;
	char expect[256];
};

static struct program_case *cases;
static u32 num_cases;
static struct bvm_build build;
static struct bvm_image image;
static struct bvm_oracle oracle, lowered;
static struct bvm_insn insns[MAX_INSNS];

/* ---- reading ---- */

/* Before there is a test that could fail. */
static void must(bool cond, const char *file, const char *line)
{
	if (cond)
		return;
	fprintf(stderr, "%s: %s\n", file, line);
	exit(EXIT_FAILURE);
}

static void take_remark(struct program_case *c, const char *line)
{
	char word[64];

	if (sscanf(line, "# ctx: %63s", word) == 1) {
		c->class = bvm_class_by_name(word);
		c->ctx_len = (u32)strtoul(word, NULL, 0);
		must(c->class || c->ctx_len, c->file, line);
	}
	(void)sscanf(line, "# stack: %u", &c->max_stack);
	if (!strncmp(line, "# expect: ", 10))
		snprintf(c->expect, sizeof(c->expect), "%.250s", line + 10);
}

/* A word stands in the text as an instruction that no case has. */
static void take_line(struct program_case *c, const char *line)
{
	const size_t len = strlen(c->text);
	char made[32];

	if (!strncmp(line, ".word ", 6)) {
		must(c->num_words < MAX_WORDS, c->file, line);
		c->words[c->num_words] = strtoull(line + 6, NULL, 0);
		snprintf(made, sizeof(made), "mov %%r9, %d",
			 WORD_IMM + (int)c->num_words++);
		line = made;
	}
	must(len + strlen(line) + 2 < sizeof(c->text), c->file, line);
	strcpy(c->text + len, line);
	strcat(c->text, "\n");
}

static void read_cases(const char *path)
{
	struct program_case *c = NULL;
	FILE *f = fopen(path, "r");
	char line[1024];

	must(f != NULL, path, "cannot be read");
	while (fgets(line, sizeof(line), f)) {
		line[strcspn(line, "\n")] = '\0';
		if (!strncmp(line, "== ", 3)) {
			must(num_cases < MAX_CASES, path, line);
			c = &cases[num_cases++];
			snprintf(c->file, sizeof(c->file), "%s", path);
			snprintf(c->name, sizeof(c->name), "%.150s", line + 3);
			c->ctx_len = 64;
			c->max_stack = BVM_STACK_BYTES;
		} else if (c && *line == '#') {
			take_remark(c, line);
		} else if (c && *line) {
			take_line(c, line);
		}
	}
	fclose(f);
}

static void read_all(void)
{
	glob_t paths;
	size_t i;

	cases = calloc(MAX_CASES, sizeof(*cases));
	if (glob("tests/vm/*.t", 0, NULL, &paths))
		return;
	for (i = 0; i < paths.gl_pathc; i++)
		read_cases(paths.gl_pathv[i]);
	globfree(&paths);
}

/* ---- checking ---- */

static void setup(void)
{
	bvm_build_full(&build);
	ck_assert_int_eq(bvm_image_parse(build.bytes, build.len, &image, NULL),
			 0);
	bvm_oracle_init(&oracle);
	bvm_oracle_init(&lowered);
}

static void teardown(void)
{
	bvm_oracle_fini(&oracle);
	bvm_oracle_fini(&lowered);
}

static void set(struct bvm_oracle *o, const struct program_case *c,
		const struct bvm_insn *program, u32 num)
{
	if (c->class)
		bvm_oracle_set_class(o, program, num, &image, c->class);
	else
		bvm_oracle_set_raw(o, program, num, c->ctx_len);
	o->in.max_stack = c->max_stack;
}

static u32 assemble(const struct program_case *c)
{
	int num = bvm_asm(c->text, insns, MAX_INSNS);
	int i;

	ck_assert_msg(num > 0, "%s: %s: no program", c->file, c->name);
	for (i = 0; i < num; i++) {
		const u32 word = (u32)(insns[i].imm - WORD_IMM);

		if (insns[i].code == BVM_MOV64_K && insns[i].dst == 9 &&
		    word < c->num_words)
			memcpy(&insns[i], &c->words[word], 8);
	}
	return (u32)num;
}

static void expect_figure(const struct program_case *c, const char *what,
			  u64 found)
{
	const char *at = strstr(c->expect, what);

	if (!at)
		return;
	ck_assert_msg(strtoull(at + strlen(what), NULL, 0) == found,
		      "%s: %s: %s%llu, expected %s", c->file, c->name, what,
		      (unsigned long long)found, at);
}

static void expect_figures(const struct program_case *c)
{
	const struct bvm_verify_out *out = &oracle.out;
	unsigned long long min, max;
	const char *at = strstr(c->expect, "r0 ");

	if (at && sscanf(at, "r0 %llu..%llu", &min, &max) == 2)
		ck_assert_msg(min == out->r0_min && max == out->r0_max,
			      "%s: %s: r0 %llu..%llu", c->file, c->name,
			      (unsigned long long)out->r0_min,
			      (unsigned long long)out->r0_max);
	expect_figure(c, "insns ", out->max_insns);
	expect_figure(c, "calls ", out->max_calls);
	expect_figure(c, "steps ", out->max_steps);
	expect_figure(c, "stack ", out->stack_bytes);
}

static u64 run(struct bvm_oracle *o, const struct program_case *c,
	       const struct bvm_run *request, const u8 *mem)
{
	u64 r0;

	/* what one run left in the slots is not there for the next */
	memset(request->slots, 0, 4 * sizeof(*request->slots));
	r0 = c->class ? bvm_oracle_run_class(o, request) :
			bvm_oracle_run(o, mem);
	ck_assert_msg(!o->why[0], "%s: %s: %s", c->file, c->name, o->why);
	return r0;
}

static void expect_runs(const struct program_case *c)
{
	static struct bvm_insn out[BVM_MAX_LOWERED];
	static u32 map[MAX_INSNS + 1];
	bvm_atomic slots[4] = { 0 };
	struct bvm_run request = { .image = &image,
				   .argv = "",
				   .slots = slots };
	u8 *mem = malloc(c->ctx_len + 1);
	u64 seed = 88172645463325252ull;
	u32 num = 0, i;

	request.strings[0].bytes = "/ab";
	request.strings[0].len = 3;
	ck_assert_int_eq(bvm_lower(oracle.in.insns, oracle.in.num_insns, false,
				   out, BVM_MAX_LOWERED, &num, map, NULL),
			 0);
	set(&lowered, c, out, num);
	lowered.in.lowered = true;
	ck_assert_msg(!bvm_oracle_verify(&lowered), "%s: %s: lowered: %s",
		      c->file, c->name, lowered.err.text);
	for (i = 0; i < RUNS; i++) {
		bvm_input_memory(&seed, mem, c->ctx_len);
		if (c->class)
			bvm_input_request(&seed, c->class, &request);
		ck_assert_msg(run(&oracle, c, &request, mem) ==
				      run(&lowered, c, &request, mem),
			      "%s: %s: lowered: another result", c->file,
			      c->name);
	}
	free(mem);
}

START_TEST(the_verdict_is_the_one_expected)
{
	const struct program_case *c = &cases[_i];
	int ret;

	set(&oracle, c, insns, assemble(c));
	ret = bvm_oracle_verify(&oracle);
	if (!strncmp(c->expect, "accept", 6)) {
		ck_assert_msg(!ret, "%s: %s: %s", c->file, c->name,
			      oracle.err.text);
		expect_figures(c);
		expect_runs(c);
		return;
	}
	ck_assert_msg(ret == -EINVAL, "%s: %s: accepted", c->file, c->name);
	ck_assert_msg(!strcmp(oracle.err.text, c->expect),
		      "%s: %s: says\n    %s\nexpected\n    %s", c->file,
		      c->name, oracle.err.text, c->expect);
	ck_assert_int_eq(oracle.err.code, -EINVAL);
	/* without anyone to tell, the answer is the same */
	ck_assert_int_eq(bvm_verify(&oracle.in, &oracle.out, NULL), -EINVAL);
}
END_TEST

/* ---- what the files must have ---- */

static bool some_case(const char *file, const char *text, bool in_name)
{
	u32 i;

	for (i = 0; i < num_cases; i++) {
		if (strstr(cases[i].file, file) &&
		    strstr(in_name ? cases[i].name : cases[i].expect, text))
			return true;
	}
	return false;
}

static const char *const cves[] = {
	"CVE-2020-8835",  "CVE-2020-27194", "CVE-2021-3490",  "CVE-2021-31829",
	"CVE-2021-33200", "CVE-2021-33624", "CVE-2023-2163",  "CVE-2023-52920",
	"CVE-2024-41003", "CVE-2024-45020", "CVE-2022-49961", "CVE-2026-43009",
	"CVE-2026-43030", "CVE-2026-43321", "CVE-2026-45933", "CVE-2026-31413",
	"CVE-2026-74720", "CVE-2022-1015",  "CVE-2022-1016",  "CVE-2024-42070",
};

/* Rows of the docs' table begin with a number. Return: how many there are. */
static u32 expect_cases_of_rows(const char *docs)
{
	const char *at = docs;
	u32 year, number, num = 0;
	char name[32];

	while ((at = strstr(at, "\n| "))) {
		at += 3;
		if (sscanf(at, "%4u-%u ", &year, &number) != 2)
			continue;
		snprintf(name, sizeof(name), "CVE-%u-%u", year, number);
		ck_assert_msg(some_case("cve.t", name, true), "%s: no case",
			      name);
		num++;
	}
	return num;
}

START_TEST(each_known_bug_has_its_case_and_its_line)
{
	static char docs[262144];
	size_t len = 0, j;
	glob_t paths;
	u32 i;

	ck_assert_int_eq(glob("docs/soundness*.md", 0, NULL, &paths), 0);
	for (j = 0; j < paths.gl_pathc; j++) {
		FILE *f = fopen(paths.gl_pathv[j], "r");

		ck_assert_ptr_nonnull(f);
		len += fread(docs + len, 1, sizeof(docs) - 1 - len, f);
		fclose(f);
	}
	globfree(&paths);
	ck_assert_uint_ge(expect_cases_of_rows(docs), ARRAY_SIZE(cves));
	for (i = 0; i < ARRAY_SIZE(cves); i++) {
		ck_assert_msg(some_case("cve.t", cves[i], true), "%s: no case",
			      cves[i]);
		ck_assert_msg(strstr(docs, cves[i] + 4) != NULL,
			      "%s: not in docs/soundness*.md", cves[i]);
	}
}
END_TEST

/* The longest piece of a format that is printed as it stands. */
static void longest_piece(const char *format, char *piece, size_t max)
{
	size_t best = 0, len, i;

	for (i = 0; format[i]; i += len ? len : 1) {
		len = strcspn(format + i, "%");
		if (len > best && len < max) {
			memcpy(piece, format + i, len);
			piece[len] = '\0';
			best = len;
		}
		/* past the conversion */
		if (format[i + len] == '%')
			len += 1 + strcspn(format + i + len + 1, "duxs") + 1;
	}
}

/* Messages of one source file that no case expects; prints them. */
static u32 untested(const char *path)
{
	static char text[65536];
	char format[256], piece[256];
	const char *at = text;
	FILE *f = fopen(path, "r");
	u32 num = 0;

	ck_assert_ptr_nonnull(f);
	text[fread(text, 1, sizeof(text) - 1, f)] = '\0';
	fclose(f);
	while ((at = strstr(at, "bvm_refuse("))) {
		at += strlen("bvm_refuse(");
		/* the first literal before the call's end, if it has one */
		if (strcspn(at, "\"") > strcspn(at, ";{"))
			continue;
		at = strchr(at, '"') + 1;
		snprintf(format, sizeof(format), "%.*s", (int)strcspn(at, "\""),
			 at);
		piece[0] = '\0';
		longest_piece(format, piece, sizeof(piece));
		if (!piece[0] || some_case(".t", piece, false))
			continue;
		fprintf(stderr, "%s: no case for: %s\n", path, format);
		num++;
	}
	return num;
}

START_TEST(each_message_has_its_case)
{
	glob_t paths;
	size_t i;
	u32 num = 0;

	ck_assert_int_eq(glob("vm/verify*.c", 0, NULL, &paths), 0);
	for (i = 0; i < paths.gl_pathc; i++)
		num += untested(paths.gl_pathv[i]);
	globfree(&paths);
	/*
	 * In verify_test.c: too many targets, and RIGHTS. In no program: a
	 * kind of argument that helpers.def does not have.
	 */
	ck_assert_uint_eq(num, 3);
}
END_TEST

int main(void)
{
	Suite *suite = suite_create("verify_program");
	TCase *tc = tcase_create("cases");
	int status;

	read_all();
	tcase_set_timeout(tc, 60);
	tcase_add_checked_fixture(tc, setup, teardown);
	tcase_add_loop_test(tc, the_verdict_is_the_one_expected, 0,
			    (int)num_cases);
	tcase_add_test(tc, each_known_bug_has_its_case_and_its_line);
	tcase_add_test(tc, each_message_has_its_case);
	suite_add_tcase(suite, tc);
	status = suite_run(suite);
	free(cases);
	return status;
}
