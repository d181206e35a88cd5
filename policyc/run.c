// SPDX-License-Identifier: GPL-2.0-only
#include <errno.h>
#include <string.h>

#include "explain.h"
#include "input.h"
#include "judge.h"
#include "run.h"
#include "show.h"
#include "space.h"
#include "suggest.h"
#include "trace.h"

struct one_run {
	struct run *run;
	struct input input;
	u32 class;
	struct request request;
	struct judgement judgement;
	/* of each path, or the one of a request without */
	struct judge_case cases[REQUEST_MAX_PATHS];
	u32 num_cases;
};

static int read_class(struct one_run *o, const char *name)
{
	struct suggest suggest = SUGGEST_INIT(name);

	o->class = bvm_class_by_name(name);
	if (o->class)
		return EXIT_YES;
	diag_report(o->run->diag, NULL, NO_CLASS, name);
	for (u32 i = 1; i < BVM_NUM_CLASSES; i++)
		suggest_try(&suggest, bvm_classes[i].name);
	if (suggest.best)
		diag_note(o->run->diag, "did you mean '%s'?", suggest.best);
	return EXIT_BAD;
}

static int check_request(const struct one_run *o)
{
	const struct request *request = &o->request;

	if (request->class != o->class) {
		diag_report(o->run->diag, NULL, OTHER_CLASS, request->verb,
			    bvm_classes[request->class].name,
			    bvm_classes[o->class].name);
		diag_note(o->run->diag,
			  "'%s.%s' would be that of the class, if it has one",
			  bvm_classes[o->class].name, request->verb);
		return EXIT_BAD;
	}
	if (request->group) {
		diag_report(o->run->diag, NULL, ONE_OPERATION, request->verb);
		return EXIT_BAD;
	}
	return EXIT_YES;
}

static int judge(struct one_run *o)
{
	struct buf open = BUF_INIT(o->run->arena);
	int err = judge_request(o->run->arena, o->input.img, &o->request,
				&o->judgement);

	if (err == -ENOENT) {
		diag_report(o->run->diag, NULL, TEST_UNDECIDED,
			    "the image has no program for this class");
		return EXIT_BAD;
	}
	if (err) {
		diag_report(o->run->diag, NULL, TEST_UNDECIDED, space_why(err));
		return EXIT_BAD;
	}
	if (o->judgement.answer != JUDGE_OPEN)
		return EXIT_YES;
	show_field_names(&open, o->class, o->judgement.open);
	diag_report(o->run->diag, NULL, TEST_UNDECIDED,
		    arena_printf(o->run->arena,
				 "it depends on %s, which the request does not "
				 "give",
				 buf_text(&open)));
	diag_note(o->run->diag, "give it before the verb, as in "
				"'uid=0 read /x'");
	return EXIT_BAD;
}

/* The kernel runs the program once for each path. */
static int judge_each_path(struct one_run *o)
{
	for (u32 i = 0; i < (o->request.num_paths ?: 1); i++) {
		struct request request = o->request;
		struct judgement judgement;

		request.num_paths = o->request.num_paths ? 1 : 0;
		request.paths[0] = o->request.paths[i];
		if (judge_request(o->run->arena, o->input.img, &request,
				  &judgement))
			return EXIT_BUG;
		o->cases[o->num_cases++] = judgement.shown;
	}
	return EXIT_YES;
}

/* ---- answers ---- */

static const char *word(bool denied)
{
	return denied ? "deny" : "allow";
}

static void print_case(const struct one_run *o, struct judge_case *c)
{
	const struct bvm_program_header *header =
		o->input.img->programs[o->class].header;
	struct buf lines = BUF_INIT(o->run->arena);
	struct buf verdict = BUF_INIT(o->run->arena);
	struct trace trace;

	trace_run(o->run->arena, &c->run, o->class, false,
		  o->run->trace ? &lines : NULL, &trace);
	printf("%s%s%s\n", bvm_op_name(o->class, c->op), c->path ? " " : "",
	       c->path ?: "");
	fputs(buf_text(&lines), stdout);
	show_verdict(&verdict, o->input.img, o->class, trace.verdict);
	printf("%s\nverdict 0x%x, %u of at most %u instructions, %u of at most "
	       "%u calls\n",
	       buf_text(&verdict), trace.verdict, trace.num_insns,
	       header->max_insns, trace.num_calls, header->max_calls);
}

static void print_json_case(const struct one_run *o, struct judge_case *c,
			    bool first)
{
	struct buf lines = BUF_INIT(o->run->arena);
	struct buf out = BUF_INIT(o->run->arena);
	struct trace trace;

	trace_run(o->run->arena, &c->run, o->class, true,
		  o->run->trace ? &lines : NULL, &trace);
	buf_printf(&out, "%s\n  {\"op\": \"%s\", ", first ? "" : ",",
		   bvm_op_name(o->class, c->op));
	if (c->path) {
		buf_printf(&out, "\"path\": ");
		buf_put_json(&out, c->path, strlen(c->path));
		buf_printf(&out, ", ");
	}
	buf_printf(&out,
		   "\"answer\": \"%s\", \"verdict\": %u, \"rule\": %u, "
		   "\"instructions\": %u, \"calls\": %u",
		   word(trace.verdict & BVM_VERDICT_DENY), trace.verdict,
		   bvm_verdict_rule(trace.verdict), trace.num_insns,
		   trace.num_calls);
	if (o->run->trace)
		buf_printf(&out, ", \"trace\": [%s]", buf_text(&lines));
	printf("%s}", buf_text(&out));
}

static int print_answer(struct one_run *o)
{
	const bool denied = o->judgement.answer != JUDGE_ALLOW;
	const bool audit = o->input.img->meta->audit_classes >> o->class & 1;
	const bool json = o->run->json;

	if (json)
		printf("{\"class\": \"%s\", \"answer\": \"%s\", \"widens\": "
		       "%s, \"audit_mode\": %s, \"runs\": [",
		       bvm_classes[o->class].name, word(denied),
		       o->judgement.widens ? "true" : "false",
		       audit ? "true" : "false");
	for (u32 i = 0; i < o->num_cases; i++) {
		if (json)
			print_json_case(o, &o->cases[i], !i);
		else
			print_case(o, &o->cases[i]);
	}
	if (json)
		printf("]}\n");
	else if (o->judgement.widens)
		printf("deny: widens: the new name would give rights that the "
		       "old one lacks, or has only under conditions\n");
	if (audit && !json)
		printf("note: class %s is in audit mode: a denial is only "
		       "recorded\n",
		       bvm_classes[o->class].name);
	return denied ? EXIT_NO : EXIT_YES;
}

int command_run(struct run *run)
{
	struct one_run *o = arena_alloc(run->arena, sizeof(*o));
	int code;

	o->run = run;
	code = input_open(run, run->operands[0], &o->input);
	if (!code)
		code = read_class(o, run->operands[1]);
	if (!code)
		code = explain_read_request(run, 2, &o->request);
	if (!code)
		code = check_request(o);
	if (!code)
		code = judge(o);
	if (!code)
		code = judge_each_path(o);
	return code ? code : print_answer(o);
}
