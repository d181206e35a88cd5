// SPDX-License-Identifier: GPL-2.0-only
/*
 * lint_test.c - what lint says of dead rules, held against the rules
 *
 * Random small policies, whose patterns are so simple that a few hundred
 * requests tell all of them apart. Without all the rules that lint reports,
 * each request is answered as before; and an allow or an audit that could go as
 * well, or a deny that another one covers, would have been reported.
 */
#include <check.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "policyc/diff.h"
#include "policyc/diff_rights.h"
#include "policyc/image_out.h"
#include "policyc/lint.h"
#include "policyc/parse.h"
#include "policyc/score.h"
#include "policyc/source.h"
#include "tests/lib/messages.h"
#include "tests/lib/policyc_build.h"
#include "tests/lib/roll.h"
#include "tests/lib/suite.h"
#include "tests/oracle/eval.h"

#define LOOPS 6
#define POLICIES 30
#define MAX_RULES 6
#define FIRST_LINE 5 /* of the rules, one a line */
#define MAX_REQUESTS 1200

struct tally {
	u32 reported[10]; /* from P340 on */
	u32 all, silent;
};

static struct arena *arena;
static u64 seed;
static struct oracle_request requests[MAX_REQUESTS];
static u32 num_requests;

/* ---- policies ---- */

static const char *pick(const char *const *words, u32 num)
{
	return words[roll_below(&seed, num)];
}

#define PICK(words) pick(words, ARRAY_SIZE(words))

static const char *const globs[] = {
	"/a",  "/a*",  "/*",	 "/**", "/a/*",	     "/a/**", "/b",
	"/*b", "/a/b", "/{a,b}", "/?",	"/{a,b}/**", "/[ab]", "/*/b*",
};

static void put_rule(struct buf *text)
{
	static const char *const kinds[] = { "allow", "allow", "allow",
					     "deny",  "deny",  "audit" };
	static const char *const ops[] = { "stat", "chmod", "[stat, chmod]" };
	static const char *const users[] = { "0",   "1",   "[0, 1]",
					     "1-3", "0-2", "2-4" };
	const char *kind = PICK(kinds);

	buf_printf(text, "  - {%s: %s, paths: ['%s'", kind, PICK(ops),
		   PICK(globs));
	if (!roll_below(&seed, 3))
		buf_printf(text, ", '%s'", PICK(globs));
	buf_printf(text, "]");
	if (!roll_below(&seed, 4))
		buf_printf(text, ", except: '%s'", PICK(globs));
	if (roll_below(&seed, 2))
		buf_printf(text, ", when: {uid: %s}", PICK(users));
	if (kind[0] == 'd' && !roll_below(&seed, 6))
		buf_printf(text, ", quiet: true");
	buf_printf(text, "}\n");
}

static struct ast_policy *parse(struct buf *text)
{
	static const struct parse_options options = { .no_includes = true };
	static const struct diag_options shown;
	struct ast_policy *ast = parse_text(
		arena, diag_create(arena, &shown), &options,
		source_create(arena, "x", buf_text(text), text->len));

	ck_assert_msg(ast, "%s", buf_text(text));
	return ast;
}

static struct ast_policy *make_policy(void)
{
	struct buf text = BUF_INIT(arena);

	buf_printf(&text, "bailiff: 1\npolicy: x\n# a comment\nfiles:\n");
	for (u32 i = 2 + roll_below(&seed, MAX_RULES - 1); i; i--)
		put_rule(&text);
	return parse(&text);
}

/* Numbers stay as they are: they are lines, and nobody asks for them. */
static struct ast_policy *without(const struct ast_policy *from, u32 rules)
{
	struct ast_policy *to = arena_alloc(arena, sizeof(*to));

	*to = *from;
	to->rules = arena_array(arena, from->num_rules + 1, sizeof(*to->rules));
	to->num_rules = 0;
	for (u32 i = 0; i < from->num_rules; i++)
		if (!(rules >> i & 1))
			to->rules[to->num_rules++] = from->rules[i];
	return to;
}

/* ---- all that there is to ask ---- */

static void add_requests(const char *path)
{
	for (u32 i = 0; i < 2 * 5; i++) {
		struct oracle_request *r = &requests[num_requests++];

		ck_assert_uint_le(num_requests, MAX_REQUESTS);
		*r = (struct oracle_request){ .class = BVM_CLASS_FILES };
		r->ctx.op = i & 1 ? BVM_OP_FILES_STAT : BVM_OP_FILES_CHMOD;
		r->ctx.files.uid = i / 2;
		r->strings[BVM_STR_PATH - 1] = path;
	}
}

static void make_requests(void)
{
	static const char *const first[] = { "a",  "b",	 "c",  "aa", "ab",
					     "ac", "bb", "bc", "cb", "cc" };
	static const char *const second[] = { "", "/a", "/b", "/bc", "/c" };
	static const char *const third[] = { "", "/b", "/c" };

	num_requests = 0;
	add_requests("/");
	for (u32 i = 0; i < ARRAY_SIZE(first); i++) {
		add_requests(arena_printf(arena, "/%s", first[i]));
		for (u32 j = 1; j < ARRAY_SIZE(second) && strlen(first[i]) < 2;
		     j++)
			for (u32 k = 0; k < ARRAY_SIZE(third); k++)
				add_requests(arena_printf(arena, "/%s%s%s",
							  first[i], second[j],
							  third[k]));
	}
}

/* What is denied, and what is recorded. */
static const u8 *answers(const struct ast_policy *ast)
{
	u8 *all = arena_alloc(arena, MAX_REQUESTS);

	for (u32 i = 0; i < num_requests; i++) {
		u32 verdict = oracle_eval(ast, &requests[i]);

		all[i] = (verdict & BVM_VERDICT_DENY ? 1 : 0) |
			 (verdict & BVM_VERDICT_AUDIT ? 2 : 0) |
			 (verdict & BVM_VERDICT_QUIET ? 4 : 0);
	}
	return all;
}

static bool is_same(const struct ast_policy *a, const struct ast_policy *b)
{
	return !memcmp(answers(a), answers(b), num_requests);
}

/* What a deny matches is all within what others do. */
static bool is_within(const struct ast_policy *ast, u32 rule, u32 others)
{
	struct ast_policy *one = without(ast, ~(1u << rule));
	struct ast_policy *two = without(ast, ~others);
	const u8 *a, *b;

	one->defaults[BVM_CLASS_FILES] = AST_ALLOW;
	two->defaults[BVM_CLASS_FILES] = AST_ALLOW;
	a = answers(one);
	b = answers(two);
	for (u32 i = 0; i < num_requests; i++)
		if (a[i] & ~b[i] & 1)
			return false;
	return true;
}

/* ---- lint ---- */

/* What lint says, as text. */
static const char *lint_text(const struct ast_policy *ast,
			     struct bvm_image *img)
{
	static const struct diag_options options = { .lint = true };
	struct diag *diag = diag_create(arena, &options);
	struct buf bytes = BUF_INIT(arena);
	struct bvm_error err;

	ck_assert_int_eq(image_build(arena, diag, ast, &bytes), 0);
	ck_assert_int_eq(image_load(arena, bytes.data, bytes.len, img, &err),
			 0);
	lint_policy(arena, diag, ast, img);
	return messages_of(arena, diag);
}

/* The rules that are said to be dead, as bits. */
static u32 find_dead(const char *text, struct tally *tally)
{
	u32 dead = 0;

	for (const char *at = text; (at = strstr(at, ": lint: ")); at++) {
		const u32 id = (u32)strtoul(strstr(at, "[P") + 2, NULL, 10);
		const char *head = at;

		while (head > text && head[-1] != '\n')
			head--;
		ck_assert_uint_ne(id, DIAG_NOT_COMPARED);
		if ((id < DIAG_UNREACHABLE || id > DIAG_TOGETHER) &&
		    id != DIAG_AUDIT_DENIED)
			continue;
		dead |= 1u << (strtoul(head + strlen("x:"), NULL, 10) -
			       FIRST_LINE);
		tally->reported[id - DIAG_UNREACHABLE]++;
		tally->all++;
	}
	return dead;
}

static bool is_special(const struct ast_rule *rule)
{
	return rule->quiet;
}

/* Denies that record as a plain one does, and are not dead. */
static u32 find_denies(const struct ast_policy *ast, u32 dead)
{
	u32 denies = 0;

	for (u32 i = 0; i < ast->num_rules; i++)
		if (ast->rules[i].kind == BVM_RULE_DENY &&
		    !is_special(&ast->rules[i]))
			denies |= 1u << i;
	return denies & ~dead;
}

/* Nothing that lint is silent about could go. */
static void find_missed(const struct ast_policy *ast, u32 dead,
			const char *text, struct tally *tally)
{
	const u32 denies = find_denies(ast, dead);

	for (u32 i = 0; i < ast->num_rules; i++) {
		const struct ast_rule *rule = &ast->rules[i];

		if (dead >> i & 1)
			continue;
		if (rule->kind != BVM_RULE_DENY) {
			tally->silent++;
			ck_assert_msg(!is_same(without(ast, dead),
					       without(ast, dead | 1u << i)),
				      "rule %u could go: %s%.*s", i + 1, text,
				      (int)rule->span.source->len,
				      rule->span.source->text);
		}
		if (denies >> i & 1)
			ck_assert_msg(!is_within(ast, i, denies & ~(1u << i)),
				      "deny %u could go: %s%.*s", i + 1, text,
				      (int)rule->span.source->len,
				      rule->span.source->text);
	}
}

START_TEST(dead_rules_are_reported_and_no_others)
{
	struct tally tally = { 0 };

	for (u32 i = 0; i < POLICIES; i++) {
		const struct ast_policy *ast;
		const char *text;
		u32 dead;

		arena = arena_create();
		seed = (u64)_i * POLICIES + i;
		make_requests();
		ast = make_policy();
		text = lint_text(ast,
				 arena_alloc(arena, sizeof(struct bvm_image)));
		dead = find_dead(text, &tally);
		ck_assert_msg(is_same(ast, without(ast, dead)),
			      "without what is reported it differs: %s%.*s",
			      text, (int)ast->sources[0]->len,
			      ast->sources[0]->text);
		find_missed(ast, dead, text, &tally);
		arena_free(arena);
	}
	ck_assert_uint_gt(tally.all, POLICIES / 4);
	ck_assert_uint_gt(tally.reported[DIAG_REDUNDANT - DIAG_UNREACHABLE], 1);
	ck_assert_uint_gt(tally.reported[DIAG_SHADOWED - DIAG_UNREACHABLE], 0);
	ck_assert_uint_gt(tally.reported[DIAG_AUDIT_DENIED - DIAG_UNREACHABLE],
			  0);
	ck_assert_uint_gt(tally.silent, POLICIES / 2);
}
END_TEST

/* ---- rules of several classes ---- */

#define MIXED 16 /* policies of a loop */

/* Rules, and the line of each; what a section has is of one class. */
struct mixed {
	struct buf text;
	u32 line; /* of the next rule, from FIRST_LINE on */
	u32 lines[4 * MAX_RULES];
	u32 num;
};

static void put_when(struct buf *text, bool owner)
{
	static const char *const when[] = {
		"",
		"",
		"",
		", when: {uid: 1}",
		", when: {uid: [0, 1]}",
		", when: {owner: true}",
		", when: {owner: false}",
	};

	buf_printf(text, "%s", pick(when, ARRAY_SIZE(when) - (owner ? 0 : 2)));
	if (!roll_below(&seed, 6))
		buf_printf(text, ", rate: 1/s");
}

static void put_section(struct mixed *m, const char *name, u32 num,
			void (*put)(struct buf *text, const char *kind))
{
	static const char *const kinds[] = { "allow", "allow", "allow",
					     "deny",  "deny",  "audit" };

	if (!num)
		return;
	buf_printf(&m->text, "%s:\n", name);
	m->line++;
	for (u32 i = 0; i < num; i++) {
		m->lines[m->num++] = m->line++;
		put(&m->text, PICK(kinds));
		buf_printf(&m->text, "}\n");
	}
}

static void put_file(struct buf *text, const char *kind)
{
	static const char *const ops[] = { "stat", "rename", "[rename, link]",
					   "[stat, rename]" };

	buf_printf(text, "  - {%s: %s", kind, PICK(ops));
	if (roll_below(&seed, 6))
		buf_printf(text, ", paths: '%s'", PICK(globs));
	put_when(text, true);
}

static void put_exec(struct buf *text, const char *kind)
{
	buf_printf(text, "  - {%s: '%s'", kind, PICK(globs));
	put_when(text, true);
}

static void put_socket(struct buf *text, const char *kind)
{
	static const char *const ops[] = { "bind", "connect",
					   "[bind, connect]" };

	buf_printf(text, "  - {%s: %s", kind, PICK(ops));
	if (roll_below(&seed, 4))
		buf_printf(text, ", unix: '%s'", PICK(globs));
	else
		buf_printf(text, ", protocol: tcp");
	put_when(text, false);
}

static void put_mount(struct buf *text, const char *kind)
{
	static const char *const ends[] = { "", "", ", source: /a",
					    ", source: '/*'", ", target: /b" };

	buf_printf(text, "  - {%s: mount%s", kind, PICK(ends));
	put_when(text, false);
}

static struct ast_policy *make_mixed(struct mixed *m)
{
	static const char *const defaults[] = {
		"# a comment",
		"# a comment",
		"default: {mounts: allow}",
		"default: {files: allow, mounts: allow}",
		"default: {exec: allow, network: allow, mounts: deny}",
	};

	m->text = (struct buf)BUF_INIT(arena);
	m->line = FIRST_LINE - 1;
	m->num = 0;
	buf_printf(&m->text, "bailiff: 1\npolicy: x\n%s\n", PICK(defaults));
	put_section(m, "files", roll_below(&seed, 5), put_file);
	put_section(m, "exec", roll_below(&seed, 4), put_exec);
	put_section(m, "network", roll_below(&seed, 4), put_socket);
	put_section(m, "mounts", roll_below(&seed, 4), put_mount);
	return parse(&m->text);
}

static void build(const struct ast_policy *ast, struct bvm_image *img)
{
	struct ast_policy *p = arena_alloc(arena, sizeof(*p));

	*p = *ast;
	p->rules = arena_array(arena, p->num_rules + 1, sizeof(*p->rules));
	memcpy(p->rules, ast->rules, p->num_rules * sizeof(*p->rules));
	for (u32 i = 0; i < p->num_rules; i++)
		p->rules[i].number = i + 1;
	policyc_build(arena, p, img);
}

/* Neither wider nor narrower, renames and mounts included. */
static void differ_nowhere(const struct bvm_image *a, const struct bvm_image *b,
			   const char *text, const char *said)
{
	struct rights_changes rights;
	struct changes changes;
	u32 class;

	ck_assert_int_eq(diff_images(arena, a, b, &changes, &class), 0);
	ck_assert_msg(
		!changes.num, "without what is reported %s differs: %s%s",
		bvm_classes[changes.num ? changes.items[0].class : 0].name,
		said, text);
	ck_assert_int_eq(
		diff_rights(arena, a, b, DIFF_RIGHTS_MAX_PAIRS, &rights), 0);
	ck_assert_msg(!rights.num,
		      "without what is reported names differ: %s%s", said,
		      text);
}

START_TEST(what_is_reported_decides_nothing_of_any_class)
{
	struct tally tally = { 0 };

	for (u32 i = 0; i < MIXED; i++) {
		struct bvm_image images[2];
		const struct ast_policy *ast;
		const char *text;
		struct mixed m;
		u32 lines, dead = 0;

		arena = arena_create();
		seed = 7000 + (u64)_i * MIXED + i;
		do
			ast = make_mixed(&m);
		while (!ast->num_rules);
		ck_assert_uint_eq(ast->num_rules, m.num);
		text = lint_text(ast, &images[0]);
		lines = find_dead(text, &tally);
		for (u32 k = 0; k < m.num; k++)
			if (lines >> (m.lines[k] - FIRST_LINE) & 1)
				dead |= 1u << k;
		build(without(ast, dead), &images[1]);
		differ_nowhere(&images[0], &images[1], buf_text(&m.text), text);
		differ_nowhere(&images[1], &images[0], buf_text(&m.text), text);
		arena_free(arena);
	}
	ck_assert_uint_gt(tally.all, MIXED / 4);
}
END_TEST

/* ---- sensitive paths ---- */

static const struct {
	const char *path;
	bool ways[3]; /* read, write, exec */
	const char *reason;
} sensitive[] = {
#define SENSITIVE(path, read, write, exec, reason) \
	{ path, { read, write, exec }, reason },
#include "policyc/sensitive.def"
#undef SENSITIVE
};

static bool is_charged(const struct bvm_image *img, const char *request,
		       const char *reason)
{
	struct score score;
	const char *claim;

	ck_assert_int_eq(score_image(arena, img, &score, &claim), 0);
	for (u32 i = 0; i < score.num; i++)
		if (!strcmp(score.items[i].request, request) &&
		    !strcmp(score.items[i].reason, reason))
			return true;
	return false;
}

/* Lint does not speak of reading: that is charged alone. */
/* One rule is asked of the whole policy: the second, which says what the first does. */
START_TEST(whole_policies_are_compiled_up_to_a_limit)
{
	const size_t before = lint_max_whole;
	struct bvm_image img;
	struct buf text;

	arena = arena_create();
	text = (struct buf)BUF_INIT(arena);
	buf_printf(&text, "bailiff: 1\npolicy: x\nfiles:\n"
			  "  - {allow: stat, paths: /a}\n"
			  "  - {allow: stat, paths: /a}\n");
	(void)lint_text(parse(&text), &img);
	for (int more = -1; more <= 1; more++) {
		const char *said;

		lint_max_whole = img.len + (size_t)more;
		said = lint_text(parse(&text), &img);
		ck_assert_msg(!!strstr(said, "[P343]") == (more >= 0), "%s",
			      said);
		ck_assert_msg(!!strstr(said, "[P348]") == (more < 0), "%s",
			      said);
	}
	lint_max_whole = before;
	arena_free(arena);
}
END_TEST

START_TEST(every_row_of_sensitive_paths_is_told_and_charged)
{
	static const struct {
		const char *section, *verb;
	} ways[] = {
		{ "files:\n  - {allow: open-read, paths: ", "read" },
		{ "files:\n  - {allow: write, paths: ", "write" },
		{ "exec:\n  - {allow: ", "exec" },
	};

	arena = arena_create();
	for (u32 i = 0; i < ARRAY_SIZE(ways); i++) {
		struct bvm_image *img = arena_alloc(arena, sizeof(*img));
		const char *request = arena_printf(arena, "%s %s", ways[i].verb,
						   sensitive[_i].path);
		const char *told = arena_printf(arena,
						"'%s' is allowed: %s [P%u]",
						request, sensitive[_i].reason,
						DIAG_OVER_BROAD);
		struct buf text = BUF_INIT(arena);
		const char *said;

		buf_printf(&text, "bailiff: 1\npolicy: x\n%s%s}\n",
			   ways[i].section, sensitive[_i].path);
		said = lint_text(parse(&text), img);
		ck_assert_msg(!strstr(said, told) ==
				      !(i && sensitive[_i].ways[i]),
			      "%s: %s", request, said);
		ck_assert_msg(is_charged(img, request, sensitive[_i].reason) ==
				      sensitive[_i].ways[i],
			      "%s: charged, or not", request);
	}
	arena_free(arena);
}
END_TEST

int main(void)
{
	Suite *suite = suite_create("lint");
	TCase *tc = tcase_create("random");

	tcase_set_timeout(tc, 300);
	tcase_add_test(tc, whole_policies_are_compiled_up_to_a_limit);
	tcase_add_loop_test(tc, dead_rules_are_reported_and_no_others, 0,
			    LOOPS);
	tcase_add_loop_test(tc, what_is_reported_decides_nothing_of_any_class,
			    0, LOOPS);
	tcase_add_loop_test(tc,
			    every_row_of_sensitive_paths_is_told_and_charged, 0,
			    ARRAY_SIZE(sensitive));
	suite_add_tcase(suite, tc);
	return suite_run(suite);
}
