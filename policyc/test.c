// SPDX-License-Identifier: GPL-2.0-only
#include <errno.h>
#include <string.h>

#include "coverage.h"
#include "input.h"
#include "judge.h"
#include "request.h"
#include "show.h"
#include "space.h"
#include "test.h"
#include "widens.h"

/* One test and what came out. */
struct trial {
	struct arena *arena;
	struct diag *diag;
	const struct ast_policy *ast;
	const struct bvm_image *img;
	const struct ast_test *test;
	struct request request;
	struct judgement judgement;
};

static const char *word(bool allow)
{
	return allow ? "allow" : "deny";
}

static void note_rule(const struct trial *t, const struct judge_case *c)
{
	u32 rule = bvm_verdict_rule(c->verdict);
	struct buf buf = BUF_INIT(t->arena);

	show_rule(&buf, t->img, t->request.class, rule);
	if (rule && rule <= t->ast->num_rules)
		diag_note_at(t->diag, &t->ast->rules[rule - 1].span,
			     "%s decides", buf_text(&buf));
	else
		diag_note(t->diag, "%s decides", buf_text(&buf));
}

static void report_open(const struct trial *t)
{
	struct buf buf = BUF_INIT(t->arena);

	show_field_names(&buf, t->request.class, t->judgement.open);
	diag_report(t->diag, &t->test->span, TEST_UNDECIDED,
		    arena_printf(t->arena, "it depends on %s", buf_text(&buf)));
	diag_note(t->diag, "give it before the verb, as in 'uid=0 read /x'");
}

static void report_differs(const struct trial *t)
{
	const struct judge_case *denied = &t->judgement.shown;
	u32 class = t->request.class;

	if (!(denied->verdict & BVM_VERDICT_DENY))
		denied = &t->judgement.other;
	diag_report(t->diag, &t->test->span, TEST_FAILED, word(t->test->allow),
		    "both");
	diag_note(t->diag,
		  "'%s' is a group of operations: '%s' is denied, "
		  "others are not",
		  t->request.verb, bvm_op_name(class, denied->op));
	note_rule(t, denied);
}

static void report_wrong(const struct trial *t)
{
	struct buf buf = BUF_INIT(t->arena);
	struct widening w;

	diag_report(t->diag, &t->test->span, TEST_FAILED, word(t->test->allow),
		    word(!t->test->allow));
	if (!t->judgement.widens) {
		note_rule(t, &t->judgement.shown);
		return;
	}
	w = widens_judged(t->img, &t->judgement);
	widens_show(&buf, &w, t->judgement.from, t->judgement.to, "");
	for (char *line = arena_strdup(t->arena, buf_text(&buf)), *end; *line;
	     line = end + 1) {
		end = strchr(line, '\n');
		*end = '\0';
		diag_note(t->diag, "%s", line);
	}
}

/* Return: true if the test came out as expected; else it is reported. */
static bool run_test(struct trial *t)
{
	struct request_error err;
	int ret;

	ret = request_parse(t->arena, t->test->request, &t->request, &err);
	if (ret) {
		diag_report(t->diag, &t->test->span, REQUEST, err.text);
		if (err.hint[0])
			diag_note(t->diag, "%s", err.hint);
		return false;
	}
	ret = judge_request(t->arena, t->img, &t->request, &t->judgement);
	if (ret) {
		diag_report(t->diag, &t->test->span, TEST_UNDECIDED,
			    space_why(ret));
		return false;
	}
	switch (t->judgement.answer) {
	case JUDGE_OPEN:
		report_open(t);
		return false;
	case JUDGE_DIFFERS:
		report_differs(t);
		return false;
	case JUDGE_ALLOW:
	case JUDGE_DENY:
		break;
	}
	if (t->test->allow == (t->judgement.answer == JUDGE_ALLOW))
		return true;
	report_wrong(t);
	return false;
}

u32 test_policy(struct arena *arena, struct diag *diag,
		const struct ast_policy *ast, const struct bvm_image *img,
		u32 *open)
{
	u32 failed = 0, unanswered = 0;

	for (u32 i = 0; i < ast->num_tests; i++) {
		struct trial *t = arena_alloc(arena, sizeof(*t));

		t->arena = arena;
		t->diag = diag;
		t->ast = ast;
		t->img = img;
		t->test = &ast->tests[i];
		t->judgement.answer = JUDGE_ALLOW;
		failed += !run_test(t);
		unanswered += t->judgement.answer == JUDGE_OPEN;
	}
	if (open)
		*open = unanswered;
	return failed;
}

static int test_file(struct run *run, const char *path)
{
	struct input input;
	int code = input_open(run, path, &input);
	u32 failed, open;

	if (code)
		return code;
	if (!input.ast) {
		diag_report(run->diag, NULL, NO_TESTS, path);
		return EXIT_BAD;
	}
	failed =
		test_policy(run->arena, run->diag, input.ast, input.img, &open);
	if (!run->json)
		printf("%s: %u of %u tests passed\n", path,
		       input.ast->num_tests - failed, input.ast->num_tests);
	if (run->coverage)
		coverage_print(run, path, &input);
	if (open)
		return EXIT_BAD;
	return failed ? EXIT_NO : EXIT_YES;
}

int command_test(struct run *run)
{
	int worst = EXIT_YES;

	for (int i = 0; i < run->num_operands; i++) {
		int code = test_file(run, run->operands[i]);

		if (code > worst)
			worst = code;
	}
	return worst;
}
