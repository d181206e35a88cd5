// SPDX-License-Identifier: GPL-2.0-only
#include "links.h"
#include "rule.h"
#include "section.h"
#include "suggest.h"

void section_read_version(struct parse *parse, const struct node *node)
{
	struct value value;

	if (!value_text(parse, KEY_POLICY_BAILIFF, node, &value))
		return;
	if (value.plain && !strcmp(value.text, "1"))
		return;
	diag_report(parse->diag, &value.span, VERSION, value.text);
	diag_note(parse->diag, "write 'bailiff: 1'; this policyc knows no "
			       "other version of the language");
}

static bool is_name_char(char c)
{
	return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '.' ||
	       c == '_' || c == '-';
}

const char *section_why_bad_name(const char *name)
{
	size_t i;

	if (!strcmp(name, "refuse"))
		return "'refuse' is built in: nothing starts under it";
	/* requests and records say them of who is under no policy by name */
	if (bvm_name_find(bvm_peer_names, name) >= 0)
		return "'self', 'host', 'other' and 'none' have a meaning of "
		       "their own in 'peer'";
	if (strlen(name) >= BVM_MAX_NAME)
		return "a name has at most 63 characters";
	for (i = 0; name[i]; i++)
		if (!is_name_char(name[i]))
			return "a name is a-z, 0-9, '.', '_' and '-'";
	if (strchr("._-", name[0]))
		return "a name starts with a letter or digit";
	return NULL;
}

void section_read_name(struct parse *parse, const struct node *node)
{
	struct value value;
	const char *why;

	if (!value_text(parse, KEY_POLICY_POLICY, node, &value))
		return;
	why = section_why_bad_name(value.text);
	if (why) {
		diag_report(parse->diag, &value.span, BAD_NAME, value.text);
		diag_note(parse->diag, "%s", why);
		return;
	}
	parse->policy->name = value.text;
	parse->policy->name_span = value.span;
}

void section_read_description(struct parse *parse, const struct node *node)
{
	(void)value_line(parse, KEY_POLICY_DESCRIPTION, node,
			 &parse->policy->description);
}

/* ---- mode and default ---- */

/* Words for 0 and 1. */
struct choice {
	enum key_id key;
	const char *words[2];
};

static int read_choice(struct parse *parse, const struct choice *choice,
		       const struct node *node)
{
	struct suggest suggest;
	struct value value;
	int i;

	if (!value_text(parse, choice->key, node, &value))
		return -1;
	for (i = 0; i < 2; i++)
		if (!strcmp(value.text, choice->words[i]))
			return i;
	diag_report(parse->diag, &value.span, UNKNOWN_WORD,
		    keys[choice->key].name, value.text);
	suggest = (struct suggest)SUGGEST_INIT(value.text);
	suggest_try(&suggest, choice->words[0]);
	suggest_try(&suggest, choice->words[1]);
	if (suggest.best)
		diag_note(parse->diag, "did you mean '%s'?", suggest.best);
	else
		diag_note(parse->diag, "it is %s or %s", choice->words[0],
			  choice->words[1]);
	return -1;
}

/* A word for all classes, or a mapping; classes left out stay 0. */
static void read_per_class(struct parse *parse, const struct choice *choice,
			   const struct node *node, int *results)
{
	u32 i;

	if (node->kind != NODE_MAP) {
		int all = read_choice(parse, choice, node);

		for (i = 1; i < BVM_NUM_CLASSES; i++)
			results[i] = all == 1;
		return;
	}
	if (!node->num)
		diag_report(parse->diag, &node->span, EMPTY_VALUE,
			    keys[choice->key].name, "");
	for (i = 0; i < node->num; i++) {
		const struct node_pair *pair = &node->pairs[i];
		u32 class = rule_class_by_name(parse, pair->key->text,
					       &pair->key->span);

		if (class)
			results[class] =
				read_choice(parse, choice, pair->value) == 1;
	}
}

void section_read_mode(struct parse *parse, const struct node *node)
{
	static const struct choice choice = {
		KEY_POLICY_MODE,
		{ "enforce", "audit" },
	};
	int results[BVM_NUM_CLASSES] = { 0 };
	u32 i;

	read_per_class(parse, &choice, node, results);
	for (i = 1; i < BVM_NUM_CLASSES; i++)
		parse->policy->audit[i] = results[i] == 1;
	parse->policy->audit_all = node->kind != NODE_MAP && results[1] == 1;
}

void section_read_default(struct parse *parse, const struct node *node)
{
	static const struct choice choice = {
		KEY_POLICY_DEFAULT,
		{ "deny", "allow" },
	};
	int results[BVM_NUM_CLASSES] = { 0 };
	struct span *spans = parse->policy->default_spans;
	u32 i;

	read_per_class(parse, &choice, node, results);
	for (i = 1; i < BVM_NUM_CLASSES; i++) {
		parse->policy->defaults[i] = results[i] ? AST_ALLOW : AST_DENY;
		spans[i] = node->span;
	}
	for (i = 0; node->kind == NODE_MAP && i < node->num; i++)
		spans[bvm_class_by_name(node->pairs[i].key->text)] =
			node->pairs[i].value->span;
}

void section_read_enter(struct parse *parse, const struct node *node)
{
	struct value value;

	if (!value_text(parse, KEY_POLICY_ENTER, node, &value))
		return;
	parse->policy->enter_self = !strcmp(value.text, "self");
	if (parse->policy->enter_self)
		return;
	diag_report(parse->diag, &value.span, UNKNOWN_WORD, "way to enter",
		    value.text);
	diag_note(parse->diag, "the only one is 'self'");
}

void section_read_unmediated(struct parse *parse, const struct node *node)
{
	struct values values = { 0 };
	u32 i;

	(void)value_list(parse, KEY_POLICY_UNMEDIATED, node, &values);
	for (i = 0; i < values.num; i++)
		parse->policy->unmediated |=
			1u << rule_class_by_name(parse, values.items[i].text,
						 &values.items[i].span);
	parse->policy->unmediated &= ~1u;
}

/* ---- budget ---- */

static void read_limit(struct parse *parse, enum key_id key,
		       const struct node *node, u64 max,
		       struct ast_limit *limit)
{
	struct ast_ranges ranges = { 0 };

	if (node->bad || !value_ranges(parse, key, node, max, &ranges))
		return;
	if (ranges.num != 1 || ranges.items[0].lo != ranges.items[0].hi) {
		diag_report(parse->diag, &node->span, WRONG_KIND,
			    keys[key].name, key_takes(keys[key].kind),
			    "several");
		return;
	}
	if (!ranges.items[0].lo) {
		diag_report(parse->diag, &node->span, NUMBER_RANGE,
			    keys[key].name, 1ull, (unsigned long long)max, "0");
		return;
	}
	limit->most = ranges.items[0].lo;
	limit->span = ranges.items[0].span;
}

void section_read_budget(struct parse *parse, const struct node *node)
{
	struct ast_policy *policy = parse->policy;
	u32 i;

	if (node->kind != NODE_MAP) {
		(void)value_wrong_kind(parse, KEY_POLICY_BUDGET, node);
		return;
	}
	for (i = 0; i < node->num; i++) {
		const struct node_pair *pair = &node->pairs[i];
		int key = key_identify(parse->diag, KEY_IN_BUDGET, pair->key);

		if (key == KEY_BUDGET_INSTRUCTIONS)
			read_limit(parse, KEY_BUDGET_INSTRUCTIONS, pair->value,
				   BVM_MAX_INSNS, &policy->budget_insns);
		else if (key == KEY_BUDGET_STEPS)
			read_limit(parse, KEY_BUDGET_STEPS, pair->value,
				   U32_MAX, &policy->budget_steps);
	}
}

/* ---- start ---- */

void section_read_start(struct parse *parse, const struct node *node)
{
	static const char words[] = "after exec ";
	const size_t len = sizeof(words) - 1;
	struct value value;

	if (!value_text(parse, KEY_POLICY_START, node, &value))
		return;
	if (strncmp(value.text, words, len)) {
		diag_report(parse->diag, &value.span, WRONG_KIND,
			    keys[KEY_POLICY_START].name, "'after exec GLOB'",
			    value.text);
		diag_note(parse->diag, "as in 'start: after exec "
				       "/usr/sbin/nginx'");
		return;
	}
	value.text += len;
	if (value_add_pattern(parse, &value, &parse->policy->start))
		links_check_start(parse, &parse->policy->start);
}

void section_read_start_timeout(struct parse *parse, const struct node *node)
{
	read_limit(parse, KEY_POLICY_START_TIMEOUT, node, BVM_MAX_START_S,
		   &parse->policy->start_timeout);
}

/* ---- containers ---- */

static const struct {
	enum key_id key;
	enum bvm_selector_kind kind;
	bool named; /* name=glob */
} selectors[] = {
	{ KEY_SELECTOR_IMAGE, BVM_SELECT_IMAGE, false },
	{ KEY_SELECTOR_NAME, BVM_SELECT_NAME, false },
	{ KEY_SELECTOR_LABEL, BVM_SELECT_LABEL, true },
	{ KEY_SELECTOR_ANNOTATION, BVM_SELECT_ANNOTATION, true },
	{ KEY_SELECTOR_UNIT, BVM_SELECT_UNIT, false },
	{ KEY_SELECTOR_CGROUP, BVM_SELECT_CGROUP, false },
};

static void add_selector(struct parse *parse, size_t which,
			 const struct value *value)
{
	struct ast_policy *policy = parse->policy;
	struct ast_selector selector = {
		.kind = selectors[which].kind,
		.key = "",
		.value = value->text,
		.span = value->span,
	};

	if (selectors[which].named) {
		const char *equals = strchr(value->text, '=');

		if (!equals || equals == value->text) {
			diag_report(parse->diag, &value->span, WRONG_KIND,
				    keys[selectors[which].key].name,
				    "NAME=GLOB", value->text);
			return;
		}
		selector.key = arena_strndup(parse->arena, value->text,
					     (size_t)(equals - value->text));
		selector.value = equals + 1;
	}
	if (policy->num_selectors == BVM_MAX_SELECTORS) {
		diag_report(parse->diag, &value->span, TOO_MANY,
			    BVM_MAX_SELECTORS, "container selectors");
		return;
	}
	policy->selectors = arena_grow(parse->arena, policy->selectors,
				       policy->num_selectors, sizeof(selector));
	policy->selectors[policy->num_selectors++] = selector;
}

static void read_selector(struct parse *parse, const struct node *node)
{
	struct values values = { 0 };
	int key;
	size_t i;
	u32 j;

	if (node->bad)
		return;
	if (node->kind != NODE_MAP) {
		(void)value_wrong_kind(parse, KEY_POLICY_CONTAINERS, node);
		return;
	}
	if (node->num != 1) {
		diag_report(parse->diag, &node->span, SELECTOR, node->num);
		diag_note(parse->diag, "write one item for each; a container "
				       "that matches any of them is taken");
	}
	for (j = 0; j < node->num; j++) {
		key = key_identify(parse->diag, KEY_IN_SELECTOR,
				   node->pairs[j].key);
		if (key < 0 || node->num != 1)
			continue;
		(void)value_list(parse, (enum key_id)key, node->pairs[j].value,
				 &values);
		for (i = 0; i < ARRAY_SIZE(selectors); i++) {
			u32 k;

			if (selectors[i].key != (enum key_id)key)
				continue;
			for (k = 0; k < values.num; k++)
				add_selector(parse, i, &values.items[k]);
		}
	}
}

/* The items of a key that takes a list of mappings. */
static bool check_maps(struct parse *parse, enum key_id key,
		       const struct node *node)
{
	if (node->kind != NODE_LIST)
		return value_wrong_kind(parse, key, node);
	if (node->num)
		return true;
	diag_report(parse->diag, &node->span, EMPTY_LIST, keys[key].name);
	return false;
}

void section_read_containers(struct parse *parse, const struct node *node)
{
	u32 i;

	if (!check_maps(parse, KEY_POLICY_CONTAINERS, node))
		return;
	/* a template selects whatever the values are */
	vars_match_any(parse->vars, true);
	for (i = 0; i < node->num; i++)
		read_selector(parse, node->items[i]);
	vars_match_any(parse->vars, false);
}

/* ---- tests ---- */

static void read_test(struct parse *parse, const struct node *node)
{
	struct ast_policy *policy = parse->policy;
	struct ast_test test;
	struct value value;
	int key;

	if (node->bad)
		return;
	if (node->kind != NODE_MAP) {
		(void)value_wrong_kind(parse, KEY_POLICY_TESTS, node);
		diag_note(parse->diag, "a test is written as - allow: REQUEST");
		return;
	}
	if (node->num != 1) {
		diag_report(parse->diag, &node->span, TEST_KEYS, node->num);
		return;
	}
	key = key_identify(parse->diag, KEY_IN_TEST, node->pairs[0].key);
	if (key < 0 ||
	    !value_text(parse, (enum key_id)key, node->pairs[0].value, &value))
		return;
	test.allow = key == KEY_TEST_ALLOW;
	test.request = value.text;
	test.span = value.span;
	policy->tests = arena_grow(parse->arena, policy->tests,
				   policy->num_tests, sizeof(test));
	policy->tests[policy->num_tests++] = test;
}

void section_read_tests(struct parse *parse, const struct node *node)
{
	u32 i;

	if (!check_maps(parse, KEY_POLICY_TESTS, node))
		return;
	for (i = 0; i < node->num; i++)
		read_test(parse, node->items[i]);
}

/* ---- never and always ---- */

static void read_claims(struct parse *parse, enum key_id key,
			const struct node *node)
{
	struct ast_policy *policy = parse->policy;
	struct values values = { 0 };

	(void)value_list(parse, key, node, &values);
	for (u32 i = 0; i < values.num; i++) {
		const struct ast_claim claim = {
			.always = key == KEY_POLICY_ALWAYS,
			.request = values.items[i].text,
			.span = values.items[i].span,
		};

		policy->claims = arena_grow(parse->arena, policy->claims,
					    policy->num_claims, sizeof(claim));
		policy->claims[policy->num_claims++] = claim;
	}
}

void section_read_never(struct parse *parse, const struct node *node)
{
	read_claims(parse, KEY_POLICY_NEVER, node);
}

void section_read_always(struct parse *parse, const struct node *node)
{
	read_claims(parse, KEY_POLICY_ALWAYS, node);
}
