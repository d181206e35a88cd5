// SPDX-License-Identifier: GPL-2.0-only
#include <string.h>

#include "explain_parts.h"
#include "fsm.h"
#include "nfa.h"
#include "show.h"

#define MAX_NEAREST 5 /* rules for other requests that --why-not shows */

void explain_print_rule(const struct explain *x, const char *before, u32 rule)
{
	struct buf buf = BUF_INIT(x->run->arena);

	show_rule(&buf, x->input.img, x->request.class, rule);
	printf("%s%s (%s)\n", before, buf_text(&buf),
	       show_rule_kind(x->input.img->rules[rule - 1].kind));
}

/* Rules whose object matches: of the row, or of the class. */
static u32 find_rules(const struct explain *x, const struct judge_case *c,
		      u32 *rules)
{
	const struct ast_policy *ast = x->input.ast;
	const struct intern *rows = &x->input.lowered->rows;
	u32 class = x->request.class;
	u32 num = 0;

	if (class == BVM_CLASS_EXEC && c->run.ctx.exec.memfd) {
		for (u32 i = 0; i < ast->num_rules; i++)
			if (ast->rules[i].memfd || !ast->rules[i].paths.num)
				rules[num++] = i;
		return num;
	}
	if (class == BVM_CLASS_FILES || class == BVM_CLASS_EXEC ||
	    (class == BVM_CLASS_NETWORK && c->op != BVM_OP_NETWORK_CREATE)) {
		const u32 *items = intern_get(rows, c->row);

		/* behind them are sources of mounts: lowering.h */
		while (num < intern_len(rows, c->row) &&
		       items[num] < ast->num_rules) {
			rules[num] = items[num];
			num++;
		}
		return num;
	}
	for (u32 i = 0; i < ast->num_rules; i++)
		if (class != BVM_CLASS_CAPABILITIES ||
		    ast->rules[i].caps >> c->run.ctx.capabilities.cap & 1)
			rules[num++] = i;
	return num;
}

u32 explain_find_others(const struct explain *x, const struct judge_case *c,
			bool missing, struct explain_other **others)
{
	const struct lists *lists =
		&x->input.lowered->classes[x->request.class].lists;
	const u32 max = x->input.ast->num_rules;
	u32 *rules = arena_array(x->run->arena, max, sizeof(*rules));
	const u32 num_rules = find_rules(x, c, rules);
	u32 num = 0;

	*others = arena_array(x->run->arena, max, sizeof(**others));
	for (u32 i = 0; i < num_rules; i++) {
		u64 need;

		if (rules[i] + 1 == bvm_verdict_rule(c->verdict) ||
		    !lists_rule_need(lists, rules[i], c->op, &need) ||
		    !(need & ~c->asked.preds) == missing)
			continue;
		(*others)[num++] =
			(struct explain_other){ rules[i],
						need & ~c->asked.preds };
	}
	return num;
}

u32 explain_print_others(const struct explain *x, const struct judge_case *c,
			 bool missing)
{
	const struct preds *preds =
		&x->input.lowered->classes[x->request.class].preds;
	struct explain_other *others;
	const u32 num = explain_find_others(x, c, missing, &others);

	for (u32 i = 0; i < num; i++) {
		explain_print_rule(
			x, missing ? "not: " : "also: ", others[i].rule + 1);
		show_source(&x->input.ast->rules[others[i].rule]);
		for (u32 p = 0; p < preds->num; p++) {
			struct buf buf = BUF_INIT(x->run->arena);

			if (!(others[i].lacks & 1ull << p))
				continue;
			show_pred(&buf, &preds->items[p]);
			printf("  it needs %s\n", buf_text(&buf));
		}
	}
	return num;
}

/* ---- why not ---- */

static u32 common_len(const char *x, const char *y)
{
	u32 len = 0;

	while (x[len] && x[len] == y[len])
		len++;
	return len;
}

/* How much of path a pattern of the rule begins with. */
static u32 nearness(const struct ast_rule *rule, const char *path,
		    const char **pattern)
{
	u32 best = 0;

	for (u32 i = 0; i < rule->paths.num; i++) {
		u32 len = common_len(rule->paths.items[i].text, path);

		if (len <= best)
			continue;
		best = len;
		*pattern = rule->paths.items[i].text;
	}
	return best;
}

static bool is_subject(const struct explain *x, const struct ast_rule *rule,
		       const struct judge_case *c)
{
	if (rule->class != x->request.class || rule->kind != BVM_RULE_ALLOW)
		return false;
	if (rule->class == BVM_CLASS_CAPABILITIES)
		return rule->caps >> c->run.ctx.capabilities.cap & 1;
	return rule->ops >> c->op & 1;
}

/* What of `except` takes path out of a rule that it would be in, or NULL. */
static const char *taken_out_by(const struct explain *x,
				const struct ast_rule *rule, const char *path)
{
	struct nfa *nfa = nfa_create(x->run->arena);
	struct fsm_blame blame;
	struct intern accepts;
	struct fsm fsm;
	const u32 *items;
	u32 row, num, state;

	intern_init(&accepts, x->run->arena);
	if (!rule->except.num || !nfa_add_all(nfa, &rule->paths, 0) ||
	    !nfa_add_all(nfa, &rule->except, rule->paths.num) ||
	    fsm_build(x->run->arena, nfa, &accepts, &fsm, &blame))
		return NULL;
	state = fsm.start;
	for (; *path; path++)
		state = fsm_step(&fsm, state, (u8)*path);
	row = fsm.states[state].accept;
	items = intern_get(&accepts, row);
	num = intern_len(&accepts, row);
	/* ascending: one of paths first, one of except last */
	if (!num || items[0] >= rule->paths.num ||
	    items[num - 1] < rule->paths.num)
		return NULL;
	return rule->except.items[items[num - 1] - rule->paths.num].text;
}

static bool *matching_rules(const struct explain *x, const struct judge_case *c)
{
	const u32 max = x->input.ast->num_rules;
	bool *matching = arena_array(x->run->arena, max, sizeof(*matching));
	u32 *rules = arena_array(x->run->arena, max, sizeof(*rules));
	const u32 num = find_rules(x, c, rules);

	for (u32 i = 0; i < num; i++)
		matching[rules[i]] = true;
	return matching;
}

/* Rules that would allow it, had they not this path among their exceptions. */
static u32 print_excepted(const struct explain *x, const struct judge_case *c,
			  bool *known)
{
	const struct ast_policy *ast = x->input.ast;
	u32 shown = 0;

	for (u32 i = 0; i < ast->num_rules && shown < MAX_NEAREST; i++) {
		const char *pattern;

		if (known[i] || !is_subject(x, &ast->rules[i], c))
			continue;
		pattern = taken_out_by(x, &ast->rules[i], c->path);
		if (!pattern)
			continue;
		explain_print_rule(x, "not: ", i + 1);
		show_source(&ast->rules[i]);
		printf("  its 'except' has %s\n", pattern);
		known[i] = true;
		shown++;
	}
	return shown;
}

/*
 * Rules that allow the operation on other paths, the most alike first; none
 * that is known to be for this one.
 */
static u32 print_nearest(const struct explain *x, const struct judge_case *c,
			 const bool *known)
{
	const struct ast_policy *ast = x->input.ast;
	u32 limit = U32_MAX, round;

	for (round = 0; round < MAX_NEAREST && limit > 1; round++) {
		const char *pattern = NULL;
		u32 best = 0, rule = 0;

		for (u32 i = 0; i < ast->num_rules; i++) {
			const struct ast_rule *r = &ast->rules[i];
			const char *text = NULL;
			u32 len;

			if (known[i] || !is_subject(x, r, c))
				continue;
			len = nearness(r, c->path, &text);
			if (len <= best || len >= limit)
				continue;
			best = len;
			rule = i;
			pattern = text;
		}
		limit = best;
		/* every pattern begins with the '/' */
		if (best < 2)
			return round;
		explain_print_rule(x, "not: ", rule + 1);
		printf("  it is for %s\n", pattern);
	}
	return round;
}

/* What a rule is about, where that is not what was asked. */
static void print_subject(const struct explain *x, const struct ast_rule *rule,
			  u32 op)
{
	struct buf ops = BUF_INIT(x->run->arena);

	if (rule->class == BVM_CLASS_CAPABILITIES) {
		const char *comma = "";

		printf("  it is for ");
		for (u32 cap = 0; cap < 64; cap++) {
			if (!(rule->caps >> cap & 1))
				continue;
			printf("%s%s", comma, bvm_name_of(bvm_cap_names, cap));
			comma = ", ";
		}
		printf("\n");
		return;
	}
	show_ops(&ops, rule->class, rule->ops);
	printf("  it is for %s, not for %s\n", buf_text(&ops),
	       bvm_op_name(rule->class, op));
}

/*
 * Rules that allow something else: for the same path other operations; where
 * there are no paths, other operations or capabilities of the class.
 */
static u32 print_other_ops(const struct explain *x, const struct judge_case *c)
{
	const struct ast_policy *ast = x->input.ast;
	u32 *rules = arena_array(x->run->arena, ast->num_rules, sizeof(*rules));
	u32 num = 0, shown = 0;

	if (x->request.class == BVM_CLASS_CAPABILITIES)
		while (num < ast->num_rules) {
			rules[num] = num;
			num++;
		}
	else
		num = find_rules(x, c, rules);
	for (u32 i = 0; i < num && shown < MAX_NEAREST; i++) {
		const struct ast_rule *rule = &ast->rules[rules[i]];

		if (rule->class != x->request.class ||
		    rule->kind != BVM_RULE_ALLOW || is_subject(x, rule, c))
			continue;
		explain_print_rule(x, "not: ", rules[i] + 1);
		show_source(rule);
		print_subject(x, rule, c->op);
		shown++;
	}
	return shown;
}

/* A path as a pattern that is for it alone, in the quotes that YAML needs. */
static const char *literal(const struct explain *x, const char *path)
{
	struct buf pattern = BUF_INIT(x->run->arena);
	struct buf quoted = BUF_INIT(x->run->arena);

	for (const char *p = path; *p; p++) {
		if (strchr("*?[]{}()|+\\$", *p))
			buf_put_u8(&pattern, '\\');
		buf_put_u8(&pattern, (u8)*p);
	}
	/* JSON is YAML */
	buf_put_json(&quoted, buf_text(&pattern), strlen(buf_text(&pattern)));
	return buf_text(&quoted);
}

/* "key: value" of a field, if the request has it. */
static void print_field(const struct explain *x, const struct judge_case *c,
			const char *key, const char *name)
{
	const int field = request_field(x->request.class, name);
	struct buf buf = BUF_INIT(x->run->arena);
	const char *value;

	if (field < 0 || !(x->request.given >> field & 1))
		return;
	show_fields(&buf, x->request.class, &c->run, 1ull << field);
	value = strchr(buf_text(&buf), '=');
	if (value && value[1])
		printf("        %s: %s\n", key, value + 1);
}

/* Of a rename or link both names need it, and one may have it. */
static void print_paths(const struct explain *x, const struct judge_case *c)
{
	const char *const *paths = x->request.paths;

	if (x->request.num_paths == 2)
		printf("        paths: [%s, %s]\n", literal(x, paths[0]),
		       literal(x, paths[1]));
	else
		printf("        paths: %s\n", literal(x, c->path));
}

static void print_network_object(const struct explain *x,
				 const struct judge_case *c)
{
	const struct bvm_ctx_network *n = &c->run.ctx.network;

	if (c->path)
		printf("        unix: %s\n", literal(x, c->path));
	else if (n->type == 1 && n->protocol == 6)
		printf("        protocol: tcp\n");
	else if (n->type == 2 && n->protocol == 17)
		printf("        protocol: udp\n");
}

/* The object of a rule as lines of YAML, with the keys that it must have. */
static void print_object(const struct explain *x, const struct judge_case *c)
{
	switch (x->request.class) {
	case BVM_CLASS_FILES:
		if (c->path)
			print_paths(x, c);
		if (c->op == BVM_OP_FILES_INHERIT)
			print_field(x, c, "type", "type");
		break;
	case BVM_CLASS_NETWORK:
		print_network_object(x, c);
		break;
	case BVM_CLASS_TASKS:
		if (c->op == BVM_OP_TASKS_SIGNAL)
			print_field(x, c, "signals", "signal");
		print_field(x, c, "peer", "peer");
		break;
	case BVM_CLASS_MOUNTS:
		print_field(x, c, "fstype", "text");
		break;
	}
}

/* Arguments that were given: without them the rule would allow any. */
static void print_args(const struct explain *x)
{
	const struct request *r = &x->request;
	const char *comma = "";

	if (!r->argv_len)
		return;
	printf("        args: [[");
	for (u32 at = 0; at < r->argv_len; at += strlen(r->argv + at) + 1) {
		printf("%s%s", comma, literal(x, r->argv + at));
		comma = ", ";
	}
	printf("]]\n");
}

/* The least that a policy lacks, once no rule denies it. */
static void print_remedy(const struct explain *x, const struct judge_case *c,
			 bool denied)
{
	const char *class = bvm_classes[x->request.class].name;

	printf("%s would allow it:\n    %s:\n      - allow: ",
	       denied ? "with that changed, this" : "this", class);
	if (x->request.class == BVM_CLASS_CAPABILITIES) {
		printf("%s\n",
		       bvm_name_of(bvm_cap_names, c->run.ctx.capabilities.cap));
	} else if (x->request.class == BVM_CLASS_EXEC) {
		printf("%s\n", c->path ? literal(x, c->path) : "memfd");
		print_args(x);
	} else {
		printf("%s\n", bvm_op_name(x->request.class, c->op));
		print_object(x, c);
	}
}

static void why_default(const struct explain *x, const struct judge_case *c,
			bool denied)
{
	u32 num = explain_print_others(x, c, true);

	num += print_other_ops(x, c);
	if (c->path) {
		bool *known = matching_rules(x, c);

		num += print_excepted(x, c, known);
		num += print_nearest(x, c, known);
	}
	if (!num)
		printf("no rule of %s speaks of it\n",
		       bvm_classes[x->request.class].name);
	print_remedy(x, c, denied);
}

/* Is there a rule that allows it, but for those that deny it? */
static bool is_allowed_too(const struct explain *x, const struct judge_case *c)
{
	struct explain_other *others;
	const u32 num = explain_find_others(x, c, false, &others);

	for (u32 i = 0; i < num; i++)
		if (x->input.ast->rules[others[i].rule].kind == BVM_RULE_ALLOW)
			return true;
	return x->input.ast->defaults[x->request.class] == AST_ALLOW;
}

void explain_why_not(const struct explain *x, const struct judge_case *c)
{
	const u32 rule = bvm_verdict_rule(c->verdict);

	if (!x->input.ast) {
		printf("--why-not needs the policy: an image has no patterns\n");
		return;
	}
	if (!(c->verdict & BVM_VERDICT_DENY)) {
		(void)explain_print_others(x, c, true);
		return;
	}
	if (rule && rule <= x->input.ast->num_rules) {
		explain_print_rule(x, "would have to change: ", rule);
		printf("  no rule can allow what it denies\n");
		if (is_allowed_too(x, c))
			return;
		printf("... and then it would be the default that denies it\n");
	}
	why_default(x, c, rule);
}

/* ---- why another name widens ---- */

static u32 print_rules(const struct explain *x, const struct widening *w,
		       const char *path, bool allow, const char *before)
{
	u32 *rules = arena_array(x->run->arena, x->input.ast->num_rules,
				 sizeof(*rules));
	const u32 num =
		widens_rules(x->run->arena, &x->input, w, path, allow, rules);

	for (u32 i = 0; i < num; i++) {
		explain_print_rule(x, before, rules[i] + 1);
		show_source(&x->input.ast->rules[rules[i]]);
	}
	return num;
}

/* The same rules allow and deny; but what is conditional counts by all rules. */
static void print_audits(const struct explain *x)
{
	u32 *rules = arena_array(x->run->arena, x->input.ast->num_rules,
				 sizeof(*rules));
	const u32 num = widens_audits(x->run->arena, &x->input,
				      x->judgement.from, x->judgement.to,
				      rules);

	for (u32 i = 0; i < num; i++) {
		explain_print_rule(x, "tells them apart: ", rules[i] + 1);
		show_source(&x->input.ast->rules[rules[i]]);
	}
	if (num)
		printf("  an audit of both names, or of neither, would not\n");
}

void explain_why_widens(const struct explain *x, const struct widening *w)
{
	const struct judgement *j = &x->judgement;
	struct buf buf = BUF_INIT(x->run->arena);

	if (!x->input.ast) {
		printf("--why-not needs the policy: an image has no patterns\n");
		return;
	}
	printf("would have to change: what gives %s these rights, or what "
	       "keeps them from %s\n",
	       j->to, j->from);
	if (!print_rules(x, w, j->to, true, "given by: ")) {
		show_rule(&buf, x->input.img, x->request.class, 0);
		printf("given by: %s\n", buf_text(&buf));
	}
	print_rules(x, w, j->from, false, "taken by: ");
	if (print_rules(x, w, j->from, true, "not: "))
		printf("  such rules count only under their conditions, even if "
		       "together they leave nothing out\n");
	if (w->conditional)
		print_audits(x);
}
