// SPDX-License-Identifier: GPL-2.0-only
#include <string.h>

#include "coverage.h"
#include "judge.h"
#include "show.h"
#include "source.h"
#include "widens.h"

struct coverage {
	struct run *run;
	const struct input *input;
	u32 *tests; /* per rule: of how many it decided a part */
	u32 *seen; /* per rule: the last test that counted, from 1 */
};

static void count(struct coverage *c, u32 rule, u32 test)
{
	if (c->seen[rule] == test + 1)
		return;
	c->seen[rule] = test + 1;
	c->tests[rule]++;
}

/* One operation with one path: the rule that decides is the one that counts. */
static void cover_one(struct coverage *c, const struct request *request,
		      u32 test)
{
	struct judgement judgement = { 0 };
	u32 rule;

	if (judge_request(c->run->arena, c->input->img, request, &judgement) ||
	    judgement.answer == JUDGE_OPEN)
		return;
	rule = bvm_verdict_rule(judgement.shown.verdict);
	if (rule && rule <= c->input->ast->num_rules)
		count(c, rule - 1, test);
}

/* The one rule that denies the old name what it else would have. */
static void cover_taken(struct coverage *c, const struct judgement *judgement,
			const struct widening *w, u32 *rules, u32 test)
{
	struct arena *arena = c->run->arena;

	if (widens_rules(arena, c->input, w, judgement->from, true, rules) &&
	    widens_rules(arena, c->input, w, judgement->from, false, rules) ==
		    1)
		count(c, rules[0], test);
}

/* A move that is denied because it widens: what explain --why-not blames. */
static void cover_widening(struct coverage *c, const struct request *request,
			   u32 test)
{
	struct arena *arena = c->run->arena;
	u32 *rules = arena_array(arena, c->input->ast->num_rules, sizeof(u32));
	struct judgement judgement = { 0 };
	struct widening w;
	u32 num;

	if (judge_request(arena, c->input->img, request, &judgement) ||
	    !judgement.widens)
		return;
	w = widens_judged(c->input->img, &judgement);
	num = widens_rules(arena, c->input, &w, judgement.to, true, rules);
	for (u32 i = 0; i < num; i++)
		count(c, rules[i], test);
	cover_taken(c, &judgement, &w, rules, test);
}

static void cover_test(struct coverage *c, u32 test)
{
	struct request_error err;
	struct request all;

	if (request_parse(c->run->arena, c->input->ast->tests[test].request,
			  &all, &err))
		return; /* the test has failed */
	for (u32 op = 0; op < BVM_MAX_OPS; op++) {
		for (u32 p = 0; all.ops >> op & 1 && p < (all.num_paths ?: 1);
		     p++) {
			struct request one = all;

			one.ops = 1ull << op;
			one.num_paths = all.num_paths ? 1 : 0;
			one.paths[0] = all.paths[p];
			cover_one(c, &one, test);
		}
	}
	cover_widening(c, &all, test);
}

static void print_text(const struct coverage *c, const char *path)
{
	const struct ast_policy *ast = c->input->ast;
	u32 covered = 0;

	for (u32 i = 0; i < ast->num_rules; i++) {
		const struct span *span = &ast->rules[i].span;
		const char *line;
		size_t len;

		covered += c->tests[i] != 0;
		if (c->tests[i])
			continue;
		line = source_line(span->source, span->line, &len);
		printf("%s:%u: decides no test: %.*s\n", span->source->name,
		       span->line, (int)len, line);
	}
	printf("%s: %u of %u rules decide a test\n", path, covered,
	       ast->num_rules);
}

static void print_json(const struct coverage *c)
{
	const struct ast_policy *ast = c->input->ast;
	struct buf buf = BUF_INIT(c->run->arena);

	for (u32 i = 0; i < ast->num_rules; i++) {
		const struct ast_rule *rule = &ast->rules[i];
		const char *file = rule->span.source->name;

		buf_printf(&buf,
			   "%s{\"rule\": %u, \"kind\": \"%s\", "
			   "\"class\": \"%s\", \"file\": ",
			   i ? ",\n " : "", rule->number,
			   show_rule_kind(rule->kind),
			   bvm_classes[rule->class].name);
		buf_put_json(&buf, file, strlen(file));
		buf_printf(&buf, ", \"line\": %u, \"tests\": %u}",
			   rule->span.line, c->tests[i]);
	}
	printf("[%s]\n", buf_text(&buf));
}

void coverage_print(struct run *run, const char *path,
		    const struct input *input)
{
	const u32 num = input->ast->num_rules;
	struct coverage c = {
		.run = run,
		.input = input,
		.tests = arena_array(run->arena, num, sizeof(u32)),
		.seen = arena_array(run->arena, num, sizeof(u32)),
	};

	for (u32 i = 0; i < input->ast->num_tests; i++)
		cover_test(&c, i);
	if (run->json)
		print_json(&c);
	else
		print_text(&c, path);
}
