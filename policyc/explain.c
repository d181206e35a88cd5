// SPDX-License-Identifier: GPL-2.0-only
#include <string.h>

#include "explain_parts.h"
#include "show.h"
#include "vm/table.h"
#include "widens.h"

/* ---- rules ---- */

/* Buckets are taken as full. */
static void print_rate(const struct ast_rule *rule)
{
	const struct ast_rate *rate = &rule->rate;

	if (!rate->interval_ns)
		return;
	printf("  %s %llu/s, after %u at once\n",
	       rule->kind == BVM_RULE_DENY ? "recorded while under" :
					     "while under",
	       1000000000ull / (unsigned long long)rate->interval_ns,
	       rate->burst);
}

/* The rule's text and message, below its name. */
static void print_rule(const struct explain *x, u32 rule)
{
	const struct bvm_image *img = x->input.img;
	const char *message;

	if (!rule || rule > img->num_rules)
		return;
	if (x->input.ast)
		show_source(&x->input.ast->rules[rule - 1]);
	message = bvm_image_string(img, img->rules[rule - 1].message);
	if (*message)
		printf("  message: %s\n", message);
	if (x->input.ast)
		print_rate(&x->input.ast->rules[rule - 1]);
}

/* What an image alone knows: entries of the list that hold. */
static void print_entries(const struct explain *x, const struct judge_case *c)
{
	u32 num;
	const struct bvm_decision *entries =
		asked_entries(x->input.img, &c->asked, &num);

	for (u32 i = 0; i < num; i++) {
		const struct bvm_decision *d = &entries[i];
		u32 rule = bvm_verdict_rule(d->verdict);

		if (!(d->need & ~c->asked.preds) && rule &&
		    rule != bvm_verdict_rule(c->verdict))
			explain_print_rule(x, "also: ", rule);
	}
}

/* ---- trace ---- */

static void print_walk(const struct explain *x, const char *path)
{
	const struct bvm_image *img = x->input.img;
	const struct bvm_table *t;
	u32 state;

	if (!path || img->rights_dfa >= img->num_tables)
		return;
	t = &img->tables[img->rights_dfa];
	state = bvm_dfa_start(t);
	printf("states: %u", state);
	for (const char *p = path; *p; p++) {
		state = bvm_dfa_step(t, state, *p);
		printf(" %c %u", *p, state);
	}
	printf("\nrow: %u\n", bvm_dfa_accept(t, state));
}

static void print_trace(const struct explain *x, const struct judge_case *c)
{
	u32 num;
	const struct bvm_decision *entries =
		asked_entries(x->input.img, &c->asked, &num);
	u32 class = x->request.class;

	print_walk(x, c->path);
	printf("predicates: %llx\n", (unsigned long long)c->asked.preds);
	for (u32 i = 0; x->input.lowered && i < BVM_MAX_PREDICATES; i++) {
		const struct preds *preds =
			&x->input.lowered->classes[class].preds;
		struct buf buf = BUF_INIT(x->run->arena);

		if (i >= preds->num)
			break;
		show_pred(&buf, &preds->items[i]);
		printf("  %2u %-3s %s\n", i,
		       c->asked.preds >> i & 1 ? "yes" : "no", buf_text(&buf));
	}
	if (c->asked.lists == ASKED_VERDICT)
		printf("list: none, for the key is a verdict\n");
	else
		printf("list: %u\n", c->asked.list);
	for (u32 i = 0; i < num; i++) {
		const struct bvm_decision *d = &entries[i];
		struct buf buf = BUF_INIT(x->run->arena);

		show_verdict(&buf, x->input.img, class, d->verdict);
		printf("  needs %llx: %s\n", (unsigned long long)d->need,
		       buf_text(&buf));
	}
}

/* What RIGHTS says of a name: what decides if another name widens. */
static void print_rights(const struct explain *x, const char *path)
{
	const struct bvm_image *img = x->input.img;
	struct buf may = BUF_INIT(x->run->arena);
	struct buf must = BUF_INIT(x->run->arena);
	const struct bvm_rights *rights;

	if (!img->rights)
		return;
	rights = &img->rights[bvm_dfa_accept(&img->tables[img->rights_dfa],
					     widens_state(img, path, false))];
	show_rights(&may, rights->may);
	show_rights(&must, rights->must);
	printf("may: %s\nmust: %s\n", buf_text(&may), buf_text(&must));
}

/* A trace of each name of a rename or link, or of a mount's two. */
static void print_names(const struct explain *x)
{
	struct judgement *one = arena_alloc(x->run->arena, sizeof(*one));
	struct request request = x->request;
	const char *names[] = { x->request.paths[0], x->request.paths[1] };

	request.num_paths = 1;
	if (x->request.num_paths < 2) {
		names[0] = x->judgement.from;
		names[1] = x->judgement.to;
	}
	for (u32 i = 0; i < ARRAY_SIZE(names); i++) {
		printf("name: %s\n", names[i]);
		request.paths[0] = names[i];
		if (x->request.num_paths < 2)
			print_walk(x, names[i]);
		else if (!judge_request(x->run->arena, x->input.img, &request,
					one))
			print_trace(x, &one->shown);
		print_rights(x, names[i]);
	}
}

/* ---- answers ---- */

static void print_case(const struct explain *x, const struct judge_case *c)
{
	struct buf buf = BUF_INIT(x->run->arena);

	show_verdict(&buf, x->input.img, x->request.class, c->verdict);
	printf("%s\n", buf_text(&buf));
	print_rule(x, bvm_verdict_rule(c->verdict));
	if (x->input.ast)
		explain_print_others(x, c, false);
	else
		print_entries(x, c);
	if (x->run->why_not)
		explain_why_not(x, c);
	if (x->run->trace && x->request.num_paths < 2)
		print_trace(x, c);
	else if (x->run->trace)
		print_names(x);
}

static void print_widens(const struct explain *x)
{
	const struct judgement *j = &x->judgement;
	const struct widening w = widens_judged(x->input.img, &x->judgement);
	struct buf buf = BUF_INIT(x->run->arena);

	widens_show(&buf, &w, j->from, j->to, "  ");
	printf("deny: widens\n%s", buf_text(&buf));
	if (x->run->why_not)
		explain_why_widens(x, &w);
	if (x->run->trace)
		print_names(x);
}

/* A case of an open or divided answer, by what sets it apart. */
static void print_part(const struct explain *x, const struct judge_case *c)
{
	struct buf buf = BUF_INIT(x->run->arena);
	u32 class = x->request.class;

	if (x->judgement.answer == JUDGE_DIFFERS) {
		buf_printf(&buf, "%s", bvm_op_name(class, c->op));
	} else {
		buf_printf(&buf, "with ");
		show_fields(&buf, class, &c->run, x->judgement.open);
	}
	buf_printf(&buf, ": ");
	show_verdict(&buf, x->input.img, class, c->verdict);
	printf("  %s\n", buf_text(&buf));
}

/* A directory takes what is below it along. */
static void print_tree(const struct explain *x)
{
	const struct judge_case *c = &x->judgement.shown;
	struct buf buf = BUF_INIT(x->run->arena);

	show_verdict(&buf, x->input.img, x->request.class, c->verdict);
	printf("  with type=dir: deny: widens\n  with another: %s\n",
	       buf_text(&buf));
}

static void print_open(const struct explain *x)
{
	struct buf buf = BUF_INIT(x->run->arena);

	if (x->judgement.answer == JUDGE_DIFFERS) {
		printf("undecided: '%s' is a group, and its operations "
		       "differ\n",
		       x->request.verb);
	} else {
		show_field_names(&buf, x->request.class, x->judgement.open);
		printf("undecided: it depends on %s, which the request does "
		       "not give\n",
		       buf_text(&buf));
	}
	if (x->judgement.tree_widens) {
		print_tree(x);
		return;
	}
	print_part(x, &x->judgement.shown);
	print_part(x, &x->judgement.other);
}

static bool looks_at_args(const struct bvm_image *img)
{
	for (u32 i = 0; i < img->num_tables; i++)
		if (img->tables[i].kind == BVM_TABLE_ARGV)
			return true;
	return false;
}

static void print_json(const struct explain *x);

static void print_notes(const struct explain *x)
{
	if (x->request.note)
		printf("note: %s\n", x->request.note);
	if (x->request.argv_len && !looks_at_args(x->input.img))
		printf("note: no rule looks at the program's arguments\n");
	if (x->input.img->start)
		printf("note: until the container has started, a denial is "
		       "only recorded\n");
	if (x->input.img->meta->audit_classes >> x->request.class & 1)
		printf("note: class %s is in audit mode: a denial is only "
		       "recorded\n",
		       bvm_classes[x->request.class].name);
}

static int print_answer(const struct explain *x)
{
	static const int codes[] = {
		[JUDGE_ALLOW] = EXIT_YES,
		[JUDGE_DENY] = EXIT_NO,
		[JUDGE_OPEN] = EXIT_BAD,
		[JUDGE_DIFFERS] = EXIT_BAD,
	};

	if (x->run->json) {
		print_json(x);
		return codes[x->judgement.answer];
	}
	switch (x->judgement.answer) {
	case JUDGE_OPEN:
	case JUDGE_DIFFERS:
		print_open(x);
		break;
	case JUDGE_ALLOW:
		print_case(x, &x->judgement.shown);
		break;
	case JUDGE_DENY:
		if (x->judgement.widens)
			print_widens(x);
		else
			print_case(x, &x->judgement.shown);
		break;
	}
	print_notes(x);
	return codes[x->judgement.answer];
}

/* ---- JSON ---- */

static void put_json_text(struct buf *buf, const char *name, const char *text)
{
	buf_printf(buf, "\"%s\": ", name);
	buf_put_json(buf, text, strlen(text));
}

/* The members of a rule; of the default, its number and place. */
static void put_json_rule(const struct explain *x, struct buf *buf, u32 number)
{
	const struct bvm_image *img = x->input.img;
	const struct bvm_rule *rule;

	buf_printf(buf, "\"rule\": %u", number);
	if (!number && img->defaults) {
		const struct bvm_place *at = &img->defaults[x->request.class];

		buf_printf(buf, ", ");
		put_json_text(buf, "file", bvm_image_string(img, at->file));
		buf_printf(buf, ", \"line\": %u", at->line);
	}
	if (!number || number > img->num_rules)
		return;
	rule = &img->rules[number - 1];
	buf_printf(buf, ", ");
	put_json_text(buf, "kind", show_rule_kind(rule->kind));
	buf_printf(buf, ", ");
	put_json_text(buf, "file", bvm_image_string(img, rule->file));
	buf_printf(buf, ", \"line\": %u, ", rule->line);
	put_json_text(buf, "message", bvm_image_string(img, rule->message));
}

static void put_json_others(const struct explain *x, struct buf *buf,
			    const struct judge_case *c, bool missing)
{
	const struct preds *preds =
		&x->input.lowered->classes[x->request.class].preds;
	struct explain_other *others;
	const u32 num = explain_find_others(x, c, missing, &others);

	buf_printf(buf, ", \"%s\": [", missing ? "not" : "also");
	for (u32 i = 0; i < num; i++) {
		const char *comma = "";

		buf_printf(buf, i ? ", {" : "{");
		put_json_rule(x, buf, others[i].rule + 1);
		buf_printf(buf, ", \"needs\": [");
		for (u32 p = 0; p < preds->num; p++) {
			struct buf pred = BUF_INIT(x->run->arena);

			if (!(others[i].lacks & 1ull << p))
				continue;
			show_pred(&pred, &preds->items[p]);
			buf_printf(buf, "%s", comma);
			buf_put_json(buf, buf_text(&pred), pred.len);
			comma = ", ";
		}
		buf_printf(buf, "]}");
	}
	buf_printf(buf, "]");
}

static void put_json_case(const struct explain *x, struct buf *buf,
			  const struct judge_case *c)
{
	buf_printf(buf, "{");
	put_json_text(buf, "operation", bvm_op_name(x->request.class, c->op));
	buf_printf(buf, ", \"verdict\": \"%s\", ",
		   c->verdict & BVM_VERDICT_DENY ? "deny" : "allow");
	put_json_rule(x, buf, bvm_verdict_rule(c->verdict));
	if (x->input.ast)
		put_json_others(x, buf, c, false);
	if (x->input.ast && x->run->why_not)
		put_json_others(x, buf, c, true);
	buf_printf(buf, "}");
}

static void put_json_rules(const struct explain *x, struct buf *buf,
			   const struct widening *w, const char *path,
			   bool allow)
{
	u32 *rules = arena_array(x->run->arena, x->input.ast->num_rules,
				 sizeof(*rules));
	const u32 num =
		widens_rules(x->run->arena, &x->input, w, path, allow, rules);

	for (u32 i = 0; i < num; i++) {
		buf_printf(buf, i ? ", {" : "{");
		put_json_rule(x, buf, rules[i] + 1);
		buf_printf(buf, "}");
	}
}

static void put_json_widening(const struct explain *x, struct buf *buf)
{
	const struct judgement *j = &x->judgement;
	const struct widening w = widens_judged(x->input.img, &x->judgement);

	buf_printf(buf, ",\n ");
	put_json_text(buf, "from", j->from);
	buf_printf(buf, ", ");
	put_json_text(buf, "to", j->to);
	buf_printf(buf, ", \"gained\": ");
	widens_put_json(buf, &w);
	if (!x->run->why_not || !x->input.ast)
		return;
	buf_printf(buf, ",\n \"given_by\": [");
	put_json_rules(x, buf, &w, j->to, true);
	buf_printf(buf, "], \"taken_by\": [");
	put_json_rules(x, buf, &w, j->from, false);
	buf_printf(buf, "], \"conditional_by\": [");
	put_json_rules(x, buf, &w, j->from, true);
	buf_printf(buf, "]");
}

static void print_json(const struct explain *x)
{
	static const char *const answers[] = {
		[JUDGE_ALLOW] = "allow",
		[JUDGE_DENY] = "deny",
		[JUDGE_OPEN] = "undecided",
		[JUDGE_DIFFERS] = "undecided",
	};
	const struct judgement *j = &x->judgement;
	const u32 class = x->request.class;
	struct buf buf = BUF_INIT(x->run->arena);
	struct buf open = BUF_INIT(x->run->arena);

	show_field_names(&open, class, j->open);
	buf_printf(&buf, "{\"answer\": \"%s\", \"class\": \"%s\", ",
		   answers[j->answer], bvm_classes[class].name);
	buf_printf(&buf,
		   "\"audit\": %s, \"widens\": %s, \"directory_widens\": %s, ",
		   x->input.img->meta->audit_classes >> class & 1 ? "true" :
								    "false",
		   j->widens ? "true" : "false",
		   j->tree_widens ? "true" : "false");
	put_json_text(&buf, "depends_on", buf_text(&open));
	if (j->widens)
		put_json_widening(x, &buf);
	buf_printf(&buf, ",\n \"cases\": [");
	if (!j->widens)
		put_json_case(x, &buf, &j->shown);
	if ((j->answer == JUDGE_OPEN && !j->tree_widens) ||
	    j->answer == JUDGE_DIFFERS) {
		buf_printf(&buf, ",\n  ");
		put_json_case(x, &buf, &j->other);
	}
	printf("%s]}\n", buf_text(&buf));
}

int explain_read_request(struct run *run, int first, struct request *request)
{
	struct request_error err;
	int ret;

	/* one word is a whole request; several were split by the shell */
	if (run->num_operands == first + 1)
		ret = request_parse(run->arena, run->operands[first], request,
				    &err);
	else
		ret = request_parse_words(
			run->arena, (const char *const *)run->operands + first,
			run->num_operands - first, request, &err);
	if (!ret)
		return EXIT_YES;
	diag_report(run->diag, NULL, REQUEST, err.text);
	if (err.hint[0])
		diag_note(run->diag, "%s", err.hint);
	return EXIT_BAD;
}

int command_explain(struct run *run)
{
	struct explain *x = arena_alloc(run->arena, sizeof(*x));
	int code;

	x->run = run;
	code = input_open(run, run->operands[0], &x->input);
	if (!code)
		code = explain_read_request(run, 1, &x->request);
	if (code)
		return code;
	if (judge_request(run->arena, x->input.img, &x->request,
			  &x->judgement)) {
		diag_report(run->diag, NULL, TEST_UNDECIDED,
			    "the request leaves too much open");
		return EXIT_BAD;
	}
	return print_answer(x);
}
