// SPDX-License-Identifier: GPL-2.0-only
/*
 * lint.c - rules that change nothing
 *
 * Small policies are made of the rules in question, compiled, and compared by
 * the shipped VM. So whatever the language can say is understood here, too.
 */
#include <errno.h>
#include <string.h>

#include "diff.h"
#include "diff_rights.h"
#include "image_out.h"
#include "lint.h"
#include "lint_rule.h"
#include "space.h"

/* Of one comparison: past it not all are met, past the second nothing is said. */
#define MAX_POINTS 20000
#define MAX_PATTERNS 2000 /* of a class's rules */
#define MAX_BYTES (32u << 20) /* of the images that a class takes */

size_t lint_max_whole = 4u << 20;
u32 lint_max_pairs = 20000;

/* A rule as a policy of its own has it. */
enum as {
	AS_IT_IS,
	AS_ALLOW,
	AS_DENY,
};

/* A policy of some rules of one class. */
struct subset {
	const struct ast_rule *rules[2 * LINT_MAX_RULES];
	enum as as[2 * LINT_MAX_RULES];
	u32 num;
	enum ast_default rest; /* what is not matched */
};

static const char no_image[] = "some of them do not compile without others";
static const char too_dear[] = "some have too many combinations of conditions";

struct lint {
	struct arena *arena; /* of a class */
	struct arena *scratch; /* of what is tried for one rule */
	struct diag *diag;
	const struct ast_policy *ast;
	const struct bvm_image *img; /* of the whole policy */
	bool *gone; /* by index of ast->rules: was reported, in any class */
	size_t left; /* bytes of images of nearly the whole policy */
	u32 class;
	const struct ast_rule *freezes; /* or NULL; of class mounts */
	/* Of the class: num that are compared, then those that cover nothing. */
	const struct ast_rule *rules[2 * LINT_MAX_RULES];
	bool reported[2 * LINT_MAX_RULES];
	bool candidate[LINT_MAX_RULES]; /* an allow without which all is the same */
	u32 num, num_others;
	const char *gave_up; /* why not all could be compared; or NULL */
	struct bvm_image all; /* of the rules as they are */
	/* of one rule alone, and of none; made when they are asked for */
	struct bvm_image *alone[2 * LINT_MAX_RULES + 1][2];
};

static void put(struct subset *set, const struct ast_rule *rule, enum as as)
{
	set->rules[set->num] = rule;
	set->as[set->num++] = as;
}

/* Some rule has a path: then so must one of what is compared (lists.c). */
static const struct ast_rule *find_path_rule(const struct ast_policy *ast)
{
	for (u32 i = 0; i < ast->num_rules; i++)
		if (ast->rules[i].paths.num || ast->rules[i].sources.num)
			return &ast->rules[i];
	return NULL;
}

/* It says nothing of mounts, and freezes the mount tree as the policy does. */
static struct ast_rule freezing_rule(const struct lint *l, u32 number)
{
	const struct ast_rule *from = l->freezes;

	return (struct ast_rule){
		.class = BVM_CLASS_FILES,
		.kind = BVM_RULE_AUDIT,
		.ops = BVM_BIT(FILES, STAT),
		.number = number,
		.span = from->span,
		.paths = from->paths.num ? from->paths : from->sources,
	};
}

static struct ast_policy *make_policy(const struct lint *l, struct arena *arena,
				      const struct subset *set)
{
	struct ast_policy *p = arena_alloc(arena, sizeof(*p));

	*p = *l->ast;
	p->rules = arena_array(arena, set->num + 2, sizeof(*p->rules));
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
	if (l->freezes)
		p->rules[p->num_rules++] = freezing_rule(l, set->num + 1);
	return p;
}

static bool build(struct arena *arena, const struct ast_policy *policy,
		  struct bvm_image *img)
{
	const struct diag_options options = { .json = false };
	struct diag *diag = diag_create(arena, &options);
	struct buf *bytes = arena_alloc(arena, sizeof(*bytes));
	struct bvm_error err;

	*bytes = (struct buf)BUF_INIT(arena);
	return !image_build(arena, diag, policy, bytes) &&
	       !image_load(arena, bytes->data, bytes->len, img, &err);
}

/* False, which is said at the end: there is no such image. */
static bool compile(struct lint *l, struct arena *arena,
		    const struct subset *set, struct bvm_image *img)
{
	if (build(arena, make_policy(l, arena, set), img))
		return true;
	l->gave_up = no_image;
	return false;
}

static bool differs(void *arg, const struct space_point *point,
		    const u32 *verdicts)
{
	bool *found = arg;

	(void)point;
	*found = (verdicts[0] ^ verdicts[1]) & BVM_VERDICT_DENY;
	return !*found;
}

/* A search for what the first matches, and the second does not. */
struct surplus {
	u32 match; /* the verdict's bit where a rule matches */
	bool found;
};

static bool exceeds(void *arg, const struct space_point *point,
		    const u32 *verdicts)
{
	struct surplus *s = arg;

	(void)point;
	s->found = (verdicts[0] & BVM_VERDICT_DENY) == s->match &&
		   (verdicts[1] & BVM_VERDICT_DENY) != s->match;
	return !s->found;
}

/* False if not all could be looked at. */
static bool compare(struct lint *l, const struct bvm_image *a,
		    const struct bvm_image *b, space_visit_fn visit, void *arg)
{
	const struct space_query query = {
		.images = { a, b },
		.num_images = 2,
		.class = l->class,
		.ops = bvm_classes[l->class].mediated,
		.max_points = MAX_POINTS,
		.max_pairs = lint_max_pairs,
		.sought = SPACE_DIFFERENT,
	};

	int err = space_walk(l->scratch, &query, visit, arg);

	if (err == -E2BIG)
		l->gave_up = too_dear;
	return !err;
}

/* The policy of one rule, or with NULL of none; NULL: there is no such image. */
static const struct bvm_image *alone(struct lint *l,
				     const struct ast_rule *rule, enum as as)
{
	struct subset set = { .rest = as == AS_ALLOW ? AST_DENY : AST_ALLOW };
	struct bvm_image **img;
	u32 i = 0;

	while (rule && l->rules[i] != rule)
		i++;
	img = &l->alone[rule ? i : 2 * LINT_MAX_RULES][as == AS_ALLOW];
	if (!*img) {
		*img = arena_alloc(l->arena, sizeof(**img));
		if (rule)
			put(&set, rule, as);
		if (!compile(l, l->arena, &set, *img))
			(*img)->header = NULL;
	}
	return (*img)->header ? *img : NULL;
}

/*
 * Does the second rule say all that the first does, both in one way? False as
 * well where that cannot be found out.
 */
static bool is_within(struct lint *l, const struct ast_rule *rule,
		      const struct ast_rule *other, enum as as)
{
	struct surplus s = { .match = as == AS_ALLOW ? 0 : BVM_VERDICT_DENY };
	const struct bvm_image *a, *b;

	if (other && !(rule->ops & other->ops) && !rule->implies_create)
		return false;
	a = alone(l, rule, as);
	b = alone(l, other, as);
	return a && b && compare(l, a, b, exceeds, &s) && !s.found;
}

static bool matches_nothing(struct lint *l, const struct ast_rule *rule)
{
	return is_within(l, rule, NULL, AS_ALLOW) &&
	       is_within(l, rule, NULL, AS_DENY);
}

/*
 * As an allow some requests are allowed without it, as a deny some are denied, and
 * both images say nothing of those: own tasks, frozen mounts. So it is asked both
 * ways.
 */
static bool is_covered(struct lint *l, const struct ast_rule *rule,
		       const struct ast_rule *other)
{
	return is_within(l, rule, other, AS_ALLOW) &&
	       is_within(l, rule, other, AS_DENY);
}

/* The rules of the class that were not reported, but for one (or NULL). */
static bool compile_all(struct lint *l, struct arena *arena,
			const struct ast_rule *but, struct bvm_image *img)
{
	struct subset set = { .rest = l->ast->defaults[l->class] };

	for (u32 i = 0; i < l->num; i++)
		if (l->rules[i] != but && !l->reported[i])
			put(&set, l->rules[i], AS_IT_IS);
	return compile(l, arena, &set, img);
}

/* The whole policy without what was reported, and without a rule. */
static bool compile_rest(const struct lint *l, const struct ast_rule *but,
			 struct bvm_image *img)
{
	struct ast_policy *p = arena_alloc(l->scratch, sizeof(*p));

	*p = *l->ast;
	p->rules = arena_array(l->scratch, p->num_rules, sizeof(*p->rules));
	p->num_rules = 0;
	memset(&p->budget_insns, 0, sizeof(p->budget_insns));
	memset(&p->budget_steps, 0, sizeof(p->budget_steps));
	for (u32 i = 0; i < l->ast->num_rules; i++) {
		if (l->gone[i] || &l->ast->rules[i] == but)
			continue;
		p->rules[p->num_rules] = l->ast->rules[i];
		p->rules[p->num_rules].number = p->num_rules + 1;
		p->num_rules++;
	}
	return build(l->scratch, p, img);
}

/*
 * Something of the policy is decided otherwise without the rule, and without
 * those that are reported. By its class alone that is not known: rules of files,
 * exec and network say what a rename or a mount may not widen, and one with a path
 * freezes the mount tree.
 */
static bool is_needed(struct lint *l, const struct ast_rule *rule)
{
	struct bvm_image *without = arena_alloc(l->scratch, sizeof(*without));
	struct rights_changes rights = { .num = 0 };
	struct changes changes;
	u32 class;
	int ret;

	if (l->left < l->img->len) {
		l->gave_up = too_dear;
		return true;
	}
	l->left -= l->img->len;
	if (!compile_rest(l, rule, without)) {
		l->gave_up = no_image;
		return true;
	}
	ret = diff_images(l->scratch, l->img, without, &changes, &class);
	if (!ret && !changes.num)
		ret = diff_rights(l->scratch, l->img, without,
				  DIFF_RIGHTS_MAX_PAIRS, &rights);
	if (ret == -E2BIG)
		l->gave_up = too_dear;
	return ret || changes.num || rights.num;
}

/* Who takes it out changes nothing. */
static void set_reported(struct lint *l, u32 i)
{
	l->reported[i] = true;
	l->gone[l->rules[i] - l->ast->rules] = true;
}

static bool find_unreachable(struct lint *l, const struct ast_rule *rule)
{
	if (!matches_nothing(l, rule) || is_needed(l, rule))
		return false;
	diag_report(l->diag, &rule->span, UNREACHABLE);
	return true;
}

/* All that it allows is denied by one other rule? */
static bool find_shadow(struct lint *l, const struct ast_rule *rule)
{
	for (u32 i = 0; i < l->num; i++) {
		const struct ast_rule *deny = l->rules[i];

		if (deny->kind != BVM_RULE_DENY || !is_covered(l, rule, deny))
			continue;
		if (is_needed(l, rule))
			return false;
		if (is_covered(l, deny, rule))
			diag_report(l->diag, &rule->span, CONTRADICTORY);
		else
			diag_report(l->diag, &rule->span, SHADOWED);
		diag_note_at(l->diag, &deny->span, "by this one");
		return true;
	}
	return false;
}

/* Of two rules that say the same, the later one is too comparable. */
static bool find_cover(struct lint *l, const struct ast_rule *rule)
{
	for (u32 i = 0; i < l->num; i++) {
		const struct ast_rule *other = l->rules[i];

		if (other == rule || other->kind != rule->kind ||
		    !lint_rule_records_as(rule, other) ||
		    !is_covered(l, rule, other))
			continue;
		if (other->number > rule->number &&
		    lint_rule_records_as(other, rule) &&
		    is_covered(l, other, rule))
			continue;
		if (is_needed(l, rule))
			return false;
		diag_report(l->diag, &rule->span, REDUNDANT);
		diag_note_at(l->diag, &other->span, "this one");
		return true;
	}
	return false;
}

static bool changes_nothing(struct lint *l, const struct ast_rule *rule)
{
	struct bvm_image *without = arena_alloc(l->scratch, sizeof(*without));
	bool found = false;

	return compile_all(l, l->scratch, rule, without) &&
	       compare(l, &l->all, without, differs, &found) && !found;
}

/* By what one other rule says, or none. */
static void lint_rule(struct lint *l, u32 i)
{
	const struct ast_rule *rule = l->rules[i];
	bool deny = rule->kind == BVM_RULE_DENY;

	/* a deny is there for what others may allow one day */
	if (!deny && !changes_nothing(l, rule))
		return;
	if (find_unreachable(l, rule) || (!deny && find_shadow(l, rule)) ||
	    ((!deny || !lint_rule_is_special(rule)) && find_cover(l, rule)))
		set_reported(l, i);
	l->candidate[i] = !deny && !l->reported[i];
}

/* What the other denies say together, in one way. */
static bool is_within_denies(struct lint *l, u32 i, enum as as)
{
	struct surplus s = { .match = as == AS_ALLOW ? 0 : BVM_VERDICT_DENY };
	struct bvm_image *rest = arena_alloc(l->scratch, sizeof(*rest));
	struct subset *set = arena_alloc(l->scratch, sizeof(*set));
	const struct bvm_image *a = alone(l, l->rules[i], as);

	set->rest = as == AS_ALLOW ? AST_DENY : AST_ALLOW;
	for (u32 k = 0; k < l->num; k++)
		if (k != i && !l->reported[k] &&
		    l->rules[k]->kind == BVM_RULE_DENY &&
		    lint_rule_records_as(l->rules[i], l->rules[k]))
			put(set, l->rules[k], as);
	return set->num > 1 && a && compile(l, l->scratch, set, rest) &&
	       compare(l, a, rest, exceeds, &s) && !s.found;
}

static void lint_denies(struct lint *l, u32 i)
{
	const struct ast_rule *rule = l->rules[i];

	if (l->reported[i] || lint_rule_is_special(rule) ||
	    !is_within_denies(l, i, AS_ALLOW) ||
	    !is_within_denies(l, i, AS_DENY) || is_needed(l, rule))
		return;
	diag_report(l->diag, &rule->span, TOGETHER);
	set_reported(l, i);
}

/* By what the others say together, or the default, without those reported. */
static void lint_rest(struct lint *l, u32 i)
{
	const struct ast_rule *rule = l->rules[i];

	if (rule->kind == BVM_RULE_DENY) {
		lint_denies(l, i);
		return;
	}
	if (!l->candidate[i] || !changes_nothing(l, rule) || is_needed(l, rule))
		return;
	diag_report(l->diag, &rule->span, TOGETHER);
	set_reported(l, i);
}

/* One that covers nothing can be covered: by one of its kind without a rate. */
static void lint_other(struct lint *l, u32 i)
{
	const struct ast_rule *rule = l->rules[i];

	if (find_unreachable(l, rule)) {
		set_reported(l, i);
		return;
	}
	for (u32 k = 0;
	     k < l->num + l->num_others && !lint_rule_is_special(rule); k++) {
		const struct ast_rule *other = l->rules[k];

		if (k == i || other->kind != rule->kind ||
		    other->rate.interval_ns || !is_covered(l, rule, other))
			continue;
		/* Of two that say the same, the later one. */
		if (!rule->rate.interval_ns && k > i &&
		    is_covered(l, other, rule))
			continue;
		if (is_needed(l, rule))
			return;
		diag_report(l->diag, &rule->span, REDUNDANT);
		diag_note_at(l->diag, &other->span, "this one");
		set_reported(l, i);
		return;
	}
}

/* What decides: rates are taken at full buckets, and audits decide nothing. */
static void put_deciding(const struct lint *l, struct subset *set)
{
	set->rest = l->ast->defaults[l->class];
	for (u32 i = 0; i < l->num + l->num_others; i++)
		if (!l->reported[i] && l->rules[i]->kind != BVM_RULE_AUDIT)
			put(set, l->rules[i], AS_IT_IS);
}

/* Audits without a rate, as denies: what is left needs another one. */
static void put_audits(const struct lint *l, struct subset *set, u32 but)
{
	for (u32 i = l->num; i < l->num + l->num_others; i++)
		if (i != but && !l->reported[i] &&
		    l->rules[i]->kind == BVM_RULE_AUDIT &&
		    !l->rules[i]->rate.interval_ns)
			put(set, l->rules[i], AS_DENY);
}

/* With one rule more, what is denied is the same. */
static bool adds_nothing(struct lint *l, struct subset *set, u32 i, enum as as)
{
	struct bvm_image *images = arena_array(l->scratch, 2, sizeof(*images));
	bool found = false;

	if (!compile(l, l->scratch, set, &images[0]))
		return false;
	put(set, l->rules[i], as);
	return compile(l, l->scratch, set, &images[1]) &&
	       compare(l, &images[0], &images[1], differs, &found) && !found;
}

/* What it matches and is allowed is nothing, or what others record. */
static void lint_audit(struct lint *l, u32 i)
{
	const struct ast_rule *rule = l->rules[i];
	struct subset *set = arena_alloc(l->scratch, sizeof(*set));
	struct subset *with_others = arena_alloc(l->scratch, sizeof(*set));
	bool denied;

	put_deciding(l, set);
	*with_others = *set;
	put_audits(l, with_others, i);
	denied = adds_nothing(l, set, i, AS_DENY);
	if ((!denied && !adds_nothing(l, with_others, i, AS_DENY)) ||
	    is_needed(l, rule))
		return;
	if (denied)
		diag_report(l->diag, &rule->span, AUDIT_DENIED);
	else
		diag_report(l->diag, &rule->span, TOGETHER);
	set_reported(l, i);
}

/* An allow with a rate: others without one, or the default, always allow. */
static void lint_rated(struct lint *l, u32 i)
{
	struct subset *set = arena_alloc(l->scratch, sizeof(*set));

	set->rest = l->ast->defaults[l->class];
	for (u32 k = 0; k < l->num; k++)
		if (!l->reported[k])
			put(set, l->rules[k], AS_IT_IS);
	if (!adds_nothing(l, set, i, AS_ALLOW) || is_needed(l, l->rules[i]))
		return;
	diag_report(l->diag, &l->rules[i]->span, TOGETHER);
	set_reported(l, i);
}

/* After lint_other: what no one other rule covers alone. */
static void lint_other_rest(struct lint *l, u32 i)
{
	const struct ast_rule *rule = l->rules[i];

	if (l->reported[i] || lint_rule_is_special(rule))
		return;
	if (rule->kind == BVM_RULE_AUDIT)
		lint_audit(l, i);
	if (rule->kind == BVM_RULE_ALLOW && find_shadow(l, rule))
		set_reported(l, i);
	else if (rule->kind == BVM_RULE_ALLOW)
		lint_rated(l, i);
}

static bool too_much(const struct lint *l, const char *why)
{
	diag_report(l->diag, &l->ast->name_span, NOT_COMPARED,
		    bvm_classes[l->class].name, why);
	return false;
}

/* Behind the num rules that are there; false if they are too many, as is said. */
static bool collect(struct lint *l, bool others, u32 *num)
{
	u32 patterns = 0;

	*num = 0;
	for (u32 i = 0; i < l->ast->num_rules; i++) {
		const struct ast_rule *rule = &l->ast->rules[i];

		if (rule->class != l->class || lint_rule_is_unjudged(rule) ||
		    lint_rule_covers_nothing(rule) != others)
			continue;
		patterns += rule->paths.num + rule->except.num;
		if (*num == LINT_MAX_RULES)
			return too_much(
				l, arena_printf(l->arena, "there are over %u%s",
						LINT_MAX_RULES,
						others ? " audits and rules "
							 "with a rate" :
							 ""));
		if (patterns > MAX_PATTERNS)
			return too_much(
				l, arena_printf(l->arena,
						"they have over %u patterns",
						MAX_PATTERNS));
		l->rules[(others ? l->num : 0) + (*num)++] = rule;
	}
	return true;
}

/*
 * Images of all but one rule, or of all denies, are made for each: what that takes
 * goes by the size of the image. Past a second or two nobody waits for it.
 */
static bool is_small(const struct lint *l)
{
	size_t left = MAX_BYTES;

	for (u32 i = 0; i < l->num + l->num_others; i++) {
		if (left < l->all.len)
			return too_much(
				l, arena_printf(l->arena,
						"that would take over %u MB",
						MAX_BYTES >> 20));
		left -= l->all.len;
	}
	return true;
}

/* Of what an include says its author is told, when he checks that. */
static bool is_own(const struct lint *l, const struct ast_rule *rule)
{
	return rule->span.source == l->ast->sources[0];
}

static bool has_own(const struct lint *l)
{
	for (u32 i = 0; i < l->ast->num_rules; i++)
		if (l->ast->rules[i].class == l->class &&
		    is_own(l, &l->ast->rules[i]))
			return true;
	return false;
}

static void for_own(struct lint *l, u32 from, u32 to,
		    void (*fn)(struct lint *l, u32 i))
{
	for (u32 i = from; i < to; i++) {
		if (!is_own(l, l->rules[i]))
			continue;
		l->scratch = arena_create();
		fn(l, i);
		arena_free(l->scratch);
	}
}

static void lint_rules(struct lint *l)
{
	const u32 all = l->num + l->num_others;

	for_own(l, 0, l->num, lint_rule);
	for_own(l, 0, l->num, lint_rest);
	for_own(l, l->num, all, lint_other);
	for_own(l, l->num, all, lint_other_rest);
	if (l->gave_up)
		(void)too_much(l, l->gave_up);
}

static void lint_class(struct lint *l)
{
	memset(l->alone, 0, sizeof(l->alone));
	memset(l->reported, 0, sizeof(l->reported));
	memset(l->candidate, 0, sizeof(l->candidate));
	l->gave_up = NULL;
	l->freezes = l->class == BVM_CLASS_MOUNTS ? find_path_rule(l->ast) :
						    NULL;
	if (!has_own(l) || !collect(l, false, &l->num))
		return;
	if (!collect(l, true, &l->num_others))
		l->num_others = 0;
	if (!compile_all(l, l->arena, NULL, &l->all))
		(void)too_much(l, no_image);
	else if (is_small(l))
		lint_rules(l);
}

void lint_policy(struct arena *arena, struct diag *diag,
		 const struct ast_policy *ast, const struct bvm_image *img)
{
	struct lint *l = arena_alloc(arena, sizeof(*l));

	l->diag = diag;
	l->ast = ast;
	l->img = img;
	l->gone = arena_array(arena, ast->num_rules + 1, sizeof(bool));
	l->left = lint_max_whole;
	for (l->class = 1; l->class < BVM_NUM_CLASSES; l->class ++) {
		l->arena = arena_create();
		lint_class(l);
		arena_free(l->arena);
	}
	lint_paths(arena, diag, ast, img);
}
