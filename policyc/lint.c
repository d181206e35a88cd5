// SPDX-License-Identifier: GPL-2.0-only
/*
 * lint.c - rules that change nothing
 *
 * Small policies are made of the rules in question, compiled, and compared by
 * the shipped VM. So whatever the language can say is understood here, too.
 */
#include <string.h>

#include "image_out.h"
#include "lint.h"
#include "space.h"

#define MAX_POINTS 20000 /* of one comparison; past it nothing is said */
#define MAX_PATTERNS 2000 /* of a class's rules */

/* A rule as a policy of its own has it. */
enum as {
	AS_IT_IS,
	AS_ALLOW,
	AS_DENY,
};

/* A policy of some rules of one class. */
struct subset {
	const struct ast_rule *rules[LINT_MAX_RULES];
	enum as as[LINT_MAX_RULES];
	u32 num;
	enum ast_default rest; /* what is not matched */
};

struct lint {
	struct arena *arena;
	struct diag *diag;
	const struct ast_policy *ast;
	u32 class;
	const struct ast_rule *rules[LINT_MAX_RULES]; /* of the class, no rate */
	u32 num;
};

static void put(struct subset *set, const struct ast_rule *rule, enum as as)
{
	set->rules[set->num] = rule;
	set->as[set->num++] = as;
}

static struct ast_policy *make_policy(const struct lint *l,
				      const struct subset *set)
{
	struct ast_policy *p = arena_alloc(l->arena, sizeof(*p));

	*p = *l->ast;
	p->rules = arena_array(l->arena, set->num + 1, sizeof(*p->rules));
	p->num_rules = set->num;
	p->num_selectors = 0;
	p->defaults[l->class] = set->rest;
	memset(&p->budget_insns, 0, sizeof(p->budget_insns));
	memset(&p->budget_steps, 0, sizeof(p->budget_steps));
	for (u32 i = 0; i < set->num; i++) {
		struct ast_rule *rule = &p->rules[i];

		*rule = *set->rules[i];
		rule->number = i + 1;
		if (set->as[i] == AS_IT_IS)
			continue;
		rule->kind = set->as[i] == AS_ALLOW ? BVM_RULE_ALLOW :
						      BVM_RULE_DENY;
		rule->err = 0;
		rule->kill = false;
		rule->quiet = false;
	}
	return p;
}

static bool compile(const struct lint *l, const struct subset *set,
		    struct bvm_image *img)
{
	const struct diag_options options = { .json = false };
	struct diag *diag = diag_create(l->arena, &options);
	struct buf *bytes = arena_alloc(l->arena, sizeof(*bytes));
	struct bvm_error err;

	*bytes = (struct buf)BUF_INIT(l->arena);
	return !image_build(l->arena, diag, make_policy(l, set), bytes) &&
	       !image_load(l->arena, bytes->data, bytes->len, img, &err);
}

static bool look(void *arg, const struct space_point *point,
		 const u32 *verdicts)
{
	bool *differ = arg;

	(void)point;
	*differ = (verdicts[0] ^ verdicts[1]) & BVM_VERDICT_DENY;
	return !*differ;
}

/* False as well where that cannot be found out. */
static bool is_equal(const struct lint *l, const struct subset *a,
		     const struct subset *b)
{
	struct bvm_image *images = arena_array(l->arena, 2, sizeof(*images));
	const struct space_query query = {
		.images = { &images[0], &images[1] },
		.num_images = 2,
		.class = l->class,
		.ops = bvm_classes[l->class].mediated,
		.max_points = MAX_POINTS,
	};
	bool differ = false;

	return compile(l, a, &images[0]) && compile(l, b, &images[1]) &&
	       !space_walk(l->arena, &query, look, &differ) && !differ;
}

/* Does the second rule say all that the first does, both in one way? */
static bool is_within(const struct lint *l, const struct ast_rule *rule,
		      const struct ast_rule *other, enum as as)
{
	struct subset both = { .rest = as == AS_ALLOW ? AST_DENY : AST_ALLOW };
	struct subset one = both;

	if (!(rule->ops & other->ops) && !rule->implies_create)
		return false;
	put(&both, rule, as);
	put(&both, other, as);
	put(&one, other, as);
	return is_equal(l, &both, &one);
}

static bool matches_nothing(const struct lint *l, const struct ast_rule *rule)
{
	const enum as kinds[] = { AS_ALLOW, AS_DENY };

	for (u32 i = 0; i < ARRAY_SIZE(kinds); i++) {
		struct subset none = {
			.rest = kinds[i] == AS_ALLOW ? AST_DENY : AST_ALLOW,
		};
		struct subset one = none;

		put(&one, rule, kinds[i]);
		if (!is_equal(l, &one, &none))
			return false;
	}
	return true;
}

/* All that it allows is denied by one other rule? */
static bool find_shadow(const struct lint *l, const struct ast_rule *rule)
{
	for (u32 i = 0; i < l->num; i++) {
		const struct ast_rule *deny = l->rules[i];

		if (deny->kind != BVM_RULE_DENY ||
		    !is_within(l, rule, deny, AS_ALLOW))
			continue;
		if (is_within(l, deny, rule, AS_ALLOW))
			diag_report(l->diag, &rule->span, CONTRADICTORY);
		else
			diag_report(l->diag, &rule->span, SHADOWED);
		diag_note_at(l->diag, &deny->span, "by this one");
		return true;
	}
	return false;
}

/* Of two rules that say the same, the later one is too comparable. */
static bool find_cover(const struct lint *l, const struct ast_rule *rule)
{
	enum as as = rule->kind == BVM_RULE_ALLOW ? AS_ALLOW : AS_DENY;

	for (u32 i = 0; i < l->num; i++) {
		const struct ast_rule *other = l->rules[i];

		if (other == rule || other->kind != rule->kind ||
		    !is_within(l, rule, other, as))
			continue;
		if (other->number > rule->number &&
		    is_within(l, other, rule, as))
			continue;
		diag_report(l->diag, &rule->span, REDUNDANT);
		diag_note_at(l->diag, &other->span, "this one");
		return true;
	}
	return false;
}

static bool changes_nothing(const struct lint *l, const struct ast_rule *rule)
{
	struct subset with = { .rest = l->ast->defaults[l->class] };
	struct subset without = with;

	for (u32 i = 0; i < l->num; i++) {
		put(&with, l->rules[i], AS_IT_IS);
		if (l->rules[i] != rule)
			put(&without, l->rules[i], AS_IT_IS);
	}
	return is_equal(l, &with, &without);
}

/* What a denial brings along is a reason to have it. */
static bool is_special(const struct ast_rule *rule)
{
	return rule->message || rule->quiet || rule->kill || rule->err;
}

static void lint_rule(const struct lint *l, const struct ast_rule *rule)
{
	bool deny = rule->kind == BVM_RULE_DENY;

	/* a deny is there for what others may allow one day */
	if (!deny && !changes_nothing(l, rule))
		return;
	if (matches_nothing(l, rule))
		diag_report(l->diag, &rule->span, UNREACHABLE);
	else if (deny && !is_special(rule))
		(void)find_cover(l, rule);
	else if (!deny && !find_shadow(l, rule) && !find_cover(l, rule) &&
		 l->ast->defaults[l->class] == AST_DENY)
		diag_report(l->diag, &rule->span, TOGETHER);
}

/* There was a warning of it. */
static bool is_unjudged(const struct ast_rule *rule)
{
	return !(rule->ops & bvm_classes[rule->class].mediated);
}

static bool collect(struct lint *l)
{
	u32 patterns = 0;

	l->num = 0;
	for (u32 i = 0; i < l->ast->num_rules; i++) {
		const struct ast_rule *rule = &l->ast->rules[i];

		/* one with a rate may be exhausted: it covers nothing */
		if (rule->class != l->class || rule->rate.interval_ns ||
		    rule->kind == BVM_RULE_AUDIT || is_unjudged(rule))
			continue;
		patterns += rule->paths.num + rule->except.num;
		if (l->num == LINT_MAX_RULES || patterns > MAX_PATTERNS)
			return false;
		l->rules[l->num++] = rule;
	}
	return true;
}

void lint_policy(struct arena *arena, struct diag *diag,
		 const struct ast_policy *ast, const struct bvm_image *img)
{
	struct lint *l = arena_alloc(arena, sizeof(*l));
	bool comparable;

	l->diag = diag;
	l->ast = ast;
	for (l->class = 1; l->class < BVM_NUM_CLASSES; l->class ++) {
		/* what is tried is of no use later */
		l->arena = arena_create();
		comparable = collect(l);
		for (u32 i = 0; comparable && i < l->num; i++)
			if (l->rules[i]->span.source == ast->sources[0])
				lint_rule(l, l->rules[i]);
		arena_free(l->arena);
	}
	lint_paths(arena, diag, ast, img);
}
