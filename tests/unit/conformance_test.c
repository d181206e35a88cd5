// SPDX-License-Identifier: GPL-2.0-only
/*
 * conformance_test.c - the .data files of tests/vm, and a table of programs
 * if one is given
 *
 * A .data file has sections that begin with a line `-- NAME`:
 *
 *	asm     the program, as in tests/lib/bvm_asm.h
 *	raw     or as 64-bit words
 *	mem     hex bytes that r1 points to
 *	result  r0 at the end, or
 *	error   words that the verifier's refusal holds
 *
 * Programs must give the result as they are, and again after lowering, with
 * every step within what the verifier said.
 *
 * BVM_CONFORMANCE=DIR also runs DIR/index.tsv (name, cpu, groups, insns,
 * class, flags, mem, result, program in hex) and DIR/negative.tsv (name,
 * program in hex).
 */
#include <check.h>
#include <glob.h>
#include <stdlib.h>

#include "tests/lib/bvm_asm.h"
#include "tests/lib/bvm_oracle.h"
#include "vm/lower.h"

#define MAX_INSNS 1024
#define MAX_MEM 1024

struct program {
	char name[128];
	struct bvm_insn insns[MAX_INSNS];
	u32 num_insns;
	u8 mem[MAX_MEM];
	u32 mem_len;
	u64 result;
	bool has_result;
	char error[128];
};

static struct bvm_oracle oracle;
static struct bvm_oracle lowered;

static void expect_run(struct bvm_oracle *o, const struct program *p,
		       const char *what)
{
	/* of exactly that size, so that a sanitizer sees what goes past it */
	u8 *mem = p->mem_len ? malloc(p->mem_len) : NULL;
	u64 r0;

	if (mem)
		memcpy(mem, p->mem, p->mem_len);
	r0 = bvm_oracle_run(o, mem);
	ck_assert_msg(!o->why[0], "%s, %s: %s", p->name, what, o->why);
	ck_assert_msg(r0 == p->result, "%s, %s: r0 is %#llx, expected %#llx",
		      p->name, what, (unsigned long long)r0,
		      (unsigned long long)p->result);
	free(mem);
}

static void expect_lowered(const struct program *p, bool keep_v4)
{
	static struct bvm_insn out[BVM_MAX_LOWERED];
	static u32 map[MAX_INSNS + 1];
	u32 num = 0;

	ck_assert_int_eq(bvm_lower(p->insns, p->num_insns, keep_v4, out,
				   BVM_MAX_LOWERED, &num, map, &oracle.err),
			 0);
	bvm_oracle_set_raw(&lowered, out, num, p->mem_len);
	ck_assert_msg(!bvm_oracle_verify(&lowered), "%s lowered: %s", p->name,
		      lowered.err.text);
	expect_run(&lowered, p, "lowered");
}

static void expect_result(const struct program *p)
{
	bvm_oracle_set_raw(&oracle, p->insns, p->num_insns, p->mem_len);
	ck_assert_msg(!bvm_oracle_verify(&oracle), "%s: %s", p->name,
		      oracle.err.text);
	expect_run(&oracle, p, "interpreter");
	expect_lowered(p, false);
	expect_lowered(p, true);
}

static void expect_refusal(const struct program *p)
{
	bvm_oracle_set_raw(&oracle, p->insns, p->num_insns, p->mem_len);
	ck_assert_msg(bvm_oracle_verify(&oracle) == -EINVAL, "%s: accepted",
		      p->name);
	ck_assert_msg(strstr(oracle.err.text, p->error), "%s: says '%s'",
		      p->name, oracle.err.text);
}

/* ---- files ---- */

static void read_words(struct program *p, const char *text)
{
	char *end;

	for (;;) {
		u64 word = strtoull(text, &end, 0);

		if (end == text || p->num_insns == MAX_INSNS)
			return;
		memcpy(&p->insns[p->num_insns++], &word, sizeof(word));
		text = end;
	}
}

static void read_mem(struct program *p, const char *text)
{
	char *end;

	for (;;) {
		u8 byte = (u8)strtoul(text, &end, 16);

		if (end == text || p->mem_len == MAX_MEM)
			return;
		p->mem[p->mem_len++] = byte;
		text = end;
	}
}

static void take_section(struct program *p, const char *name, char *text)
{
	int num;

	if (strstr(name, "asm")) {
		num = bvm_asm(text, p->insns, MAX_INSNS);
		ck_assert_msg(num > 0, "%s: bad asm", p->name);
		p->num_insns = (u32)num;
	} else if (strstr(name, "raw")) {
		read_words(p, text);
	} else if (strstr(name, "mem")) {
		read_mem(p, text);
	} else if (strstr(name, "result")) {
		p->result = strtoull(text, NULL, 0);
		p->has_result = true;
	} else if (strstr(name, "error")) {
		text[strcspn(text, "\n")] = '\0';
		snprintf(p->error, sizeof(p->error), "%s", text);
	}
}

static void read_data(struct program *p, const char *path)
{
	static char text[65536];
	char line[1024], name[64] = "";
	size_t len = 0;
	FILE *f = fopen(path, "r");

	memset(p, 0, sizeof(*p));
	snprintf(p->name, sizeof(p->name), "%s", path);
	ck_assert_ptr_nonnull(f);
	while (fgets(line, sizeof(line), f)) {
		line[strcspn(line, "#")] = '\0';
		if (strncmp(line, "--", 2)) {
			len += (size_t)snprintf(text + len, sizeof(text) - len,
						"%s%s", line,
						strchr(line, '\n') ? "" : "\n");
			continue;
		}
		take_section(p, name, text);
		snprintf(name, sizeof(name), "%.60s", line);
		text[0] = '\0';
		len = 0;
	}
	take_section(p, name, text);
	fclose(f);
}

START_TEST(every_data_file_gives_its_result_or_refusal)
{
	static struct program p;
	glob_t paths;
	size_t i;

	ck_assert_int_eq(glob("tests/vm/*.data", 0, NULL, &paths), 0);
	for (i = 0; i < paths.gl_pathc; i++) {
		read_data(&p, paths.gl_pathv[i]);
		ck_assert_msg(p.has_result != (p.error[0] != '\0'),
			      "%s: a result or an error is needed", p.name);
		if (p.has_result)
			expect_result(&p);
		else
			expect_refusal(&p);
	}
	ck_assert_uint_gt(i, 40);
	globfree(&paths);
}
END_TEST

/* ---- tables ---- */

static u32 read_hex(u8 *bytes, u32 max, const char *text)
{
	unsigned int byte;
	u32 n = 0;

	for (; n < max && sscanf(text, "%2x", &byte) == 1; text += 2)
		bytes[n++] = (u8)byte;
	return n;
}

static FILE *open_table(const char *name)
{
	char path[4096];
	FILE *f;

	snprintf(path, sizeof(path), "%s/%s", getenv("BVM_CONFORMANCE"), name);
	f = fopen(path, "r");
	ck_assert_msg(f != NULL, "%s cannot be read", path);
	return f;
}

static void split(char *line, char **columns, u32 num)
{
	for (u32 i = 0; i < num; i++) {
		columns[i] = line;
		line += strcspn(line, "\t\n");
		if (*line)
			*line++ = '\0';
	}
}

START_TEST(core_programs_are_right_and_others_are_refused)
{
	static struct program p;
	static char line[65536];
	char *c[9];
	FILE *f = open_table("index.tsv");

	while (fgets(line, sizeof(line), f)) {
		split(line, c, 9);
		if (strcmp(c[4], "class") == 0)
			continue;
		memset(&p, 0, sizeof(p));
		snprintf(p.name, sizeof(p.name), "%s", c[0]);
		p.mem_len = read_hex(p.mem, MAX_MEM, c[6]);
		p.num_insns = read_hex((u8 *)p.insns, sizeof(p.insns), c[8]) /
			      sizeof(p.insns[0]);
		p.result = strtoull(c[7], NULL, 0);
		if (strcmp(c[4], "core") == 0)
			expect_result(&p);
		else
			expect_refusal(&p);
	}
	fclose(f);
}
END_TEST

START_TEST(programs_with_unused_fields_set_are_refused)
{
	static struct program p;
	static char line[4096];
	char *c[3];
	FILE *f = open_table("negative.tsv");

	while (fgets(line, sizeof(line), f)) {
		split(line, c, 3);
		if (strcmp(c[0], "name") == 0)
			continue;
		memset(&p, 0, sizeof(p));
		snprintf(p.name, sizeof(p.name), "%s", c[0]);
		p.num_insns = read_hex((u8 *)p.insns, sizeof(p.insns), c[1]) /
			      sizeof(p.insns[0]);
		snprintf(p.error, sizeof(p.error), "field");
		expect_refusal(&p);
	}
	fclose(f);
}
END_TEST

static void setup(void)
{
	bvm_oracle_init(&oracle);
	bvm_oracle_init(&lowered);
}

static void teardown(void)
{
	bvm_oracle_fini(&oracle);
	bvm_oracle_fini(&lowered);
}

int main(void)
{
	Suite *suite = suite_create("conformance");
	TCase *tc = tcase_create("programs");
	SRunner *runner = srunner_create(suite);
	int failed;

	tcase_set_timeout(tc, 60);
	tcase_add_checked_fixture(tc, setup, teardown);
	tcase_add_test(tc, every_data_file_gives_its_result_or_refusal);
	if (getenv("BVM_CONFORMANCE")) {
		tcase_add_test(tc,
			       core_programs_are_right_and_others_are_refused);
		tcase_add_test(tc, programs_with_unused_fields_set_are_refused);
	}
	suite_add_tcase(suite, tc);
	srunner_run_all(runner, CK_ENV);
	failed = srunner_ntests_failed(runner);
	srunner_free(runner);
	return failed ? EXIT_FAILURE : EXIT_SUCCESS;
}
