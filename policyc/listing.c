// SPDX-License-Identifier: GPL-2.0-only
#include <string.h>

#include "listing.h"
#include "show.h"
#include "source.h"
#include "yaml_text.h"

#define WIDTH 80

/* Denies first: a request goes through the kinds in this order. */
static const enum bvm_rule_kind kinds[] = {
	BVM_RULE_DENY,
	BVM_RULE_ALLOW,
	BVM_RULE_AUDIT,
};

/* ---- YAML ---- */

static const char *value_text(struct arena *arena,
			      const struct listing_key *key, u32 i)
{
	return key->lists ? key->values[i] : yaml_text(arena, key->values[i]);
}

/* "[a, b]", or NULL if it is too long behind what is in its line already. */
static const char *in_brackets(struct arena *arena,
			       const struct listing_key *key, size_t before)
{
	struct buf buf = BUF_INIT(arena);

	for (u32 i = 0; i < key->num; i++)
		buf_printf(&buf, "%s%s", i ? ", " : "[",
			   value_text(arena, key, i));
	buf_put_u8(&buf, ']');
	return before + buf.len > WIDTH ? NULL : buf_text(&buf);
}

/* "key: value" behind what is in the line; more lines are indented by that. */
static void put_key(struct buf *buf, const struct listing_key *key,
		    size_t indent)
{
	const char *list;

	buf_printf(buf, "%s: ", key->name);
	if (key->num == 1 && !key->lists) {
		buf_printf(buf, "%s\n", value_text(buf->arena, key, 0));
		return;
	}
	list = in_brackets(buf->arena, key, indent + strlen(key->name) + 2);
	if (list) {
		buf_printf(buf, "%s\n", list);
		return;
	}
	buf->len--;
	buf_put_u8(buf, '\n');
	for (u32 i = 0; i < key->num; i++)
		buf_printf(buf, "%*s- %s\n", (int)indent + 2, "",
			   value_text(buf->arena, key, i));
}

/* Words separated by spaces, in comments. */
static void put_words(struct buf *buf, const char *text)
{
	size_t column = 0;

	while (*text) {
		const size_t len = strcspn(text, " ");

		if (column && column + 1 + len > WIDTH) {
			buf_put_u8(buf, '\n');
			column = 0;
		}
		if (!column) {
			buf_printf(buf, "  #");
			column = 3;
		}
		buf_printf(buf, " %.*s", (int)len, text);
		column += len + 1;
		text += len + (text[len] == ' ');
	}
	buf_put_u8(buf, '\n');
}

/* Is an operation there that the rule's words do not name? */
static bool has_groups(const struct listing_key *subject, u32 class, u64 ops)
{
	return subject->num != (u32)__builtin_popcountll(ops) ||
	       bvm_op_by_name(class, subject->values[0]) < 0;
}

static void put_place(struct buf *buf, const struct ast_rule *rule,
		      const struct listing_key *subject)
{
	struct buf ops = BUF_INIT(buf->arena);

	buf_printf(buf, "  # rule %u, %s:%u\n", rule->number,
		   rule->span.source->name, rule->span.line);
	if (rule->class == BVM_CLASS_EXEC ||
	    rule->class == BVM_CLASS_CAPABILITIES)
		return;
	if (has_groups(subject, rule->class, rule->ops)) {
		show_ops(&ops, rule->class, rule->ops);
		put_words(buf, buf_text(&ops));
	}
	if (rule->implies_create)
		put_words(buf, rule->class == BVM_CLASS_NETWORK ?
				       "and create, for the socket it needs" :
				       "and fsmount, wherever it is attached");
}

static void put_rule(struct buf *buf, const struct ast_rule *rule, bool places)
{
	const struct listing_keys keys = listing_keys(buf->arena, rule);
	bool when = false;

	if (places)
		put_place(buf, rule, &keys.items[0]);
	for (u32 i = 0; i < keys.num; i++) {
		const struct listing_key *key = &keys.items[i];

		if (key->when && !when)
			buf_printf(buf, "    when:\n");
		when = key->when;
		buf_printf(buf, i ? "%*s" : "  - ", when ? 6 : 4, "");
		put_key(buf, key, when ? 6 : 4);
	}
}

/* What its keys leave of its operations may be none: it decides nothing. */
static bool is_listed(const struct ast_rule *rule, u32 class,
		      enum bvm_rule_kind kind)
{
	return rule->class == class && rule->kind == kind && rule->ops;
}

static u32 num_of(const struct ast_policy *policy, u32 class,
		  enum bvm_rule_kind kind)
{
	u32 num = 0;

	for (u32 i = 0; i < policy->num_rules; i++)
		num += is_listed(&policy->rules[i], class, kind);
	return num;
}

static const char *default_of(const struct ast_policy *policy, u32 class)
{
	return policy->defaults[class] == AST_ALLOW ? "allow" : "deny";
}

static void put_class(struct buf *buf, const struct ast_policy *policy,
		      u32 class, bool places)
{
	u32 nums[ARRAY_SIZE(kinds)], all = 0;

	for (u32 i = 0; i < ARRAY_SIZE(kinds); i++)
		all += nums[i] = num_of(policy, class, kinds[i]);
	if (places)
		buf_printf(buf,
			   "\n# %s: %u deny, %u allow, then: %s; %u audit\n",
			   bvm_classes[class].name, nums[0], nums[1],
			   default_of(policy, class), nums[2]);
	if (!all)
		return;
	buf_printf(buf, "%s:\n", bvm_classes[class].name);
	for (u32 k = 0; k < ARRAY_SIZE(kinds); k++)
		for (u32 i = 0; i < policy->num_rules; i++)
			if (is_listed(&policy->rules[i], class, kinds[k]))
				put_rule(buf, &policy->rules[i], places);
}

/* ---- the rest of a policy ---- */

/* `default: allow` in one word would not say what becomes of mounts. */
static void put_per_class(struct buf *buf, const char *name,
			  const char *const words[BVM_NUM_CLASSES])
{
	bool same = strcmp(words[1], "allow");

	for (u32 i = 2; i < BVM_NUM_CLASSES; i++)
		same &= !strcmp(words[1], words[i]);
	if (same) {
		buf_printf(buf, "%s: %s\n", name, words[1]);
		return;
	}
	buf_printf(buf, "%s:\n", name);
	for (u32 i = 1; i < BVM_NUM_CLASSES; i++)
		buf_printf(buf, "  %s: %s\n", bvm_classes[i].name, words[i]);
}

static void put_defaults(struct buf *buf, const struct ast_policy *policy)
{
	const char *modes[BVM_NUM_CLASSES], *defaults[BVM_NUM_CLASSES];

	for (u32 i = 1; i < BVM_NUM_CLASSES; i++) {
		modes[i] = policy->audit[i] ? "audit" : "enforce";
		defaults[i] = default_of(policy, i);
	}
	put_per_class(buf, "mode", modes);
	put_per_class(buf, "default", defaults);
}

static void put_limits(struct buf *buf, const struct ast_policy *policy)
{
	const u64 insns = policy->budget_insns.most;
	const u64 steps = policy->budget_steps.most;
	const u64 seconds = policy->start_timeout.most;

	if (insns || steps)
		buf_printf(buf, "budget:\n");
	if (insns)
		buf_printf(buf, "  instructions: %llu\n",
			   (unsigned long long)insns);
	if (steps)
		buf_printf(buf, "  steps: %llu\n", (unsigned long long)steps);
	if (!policy->start.num)
		return;
	buf_printf(buf, "start: %s\nstart-timeout: %llu\n",
		   yaml_text(buf->arena,
			     arena_printf(buf->arena, "after exec %s",
					  policy->start.items[0].text)),
		   (unsigned long long)(seconds ? seconds : AST_START_TIMEOUT));
}

static void put_head(struct buf *buf, const struct ast_policy *policy)
{
	const char *before = "unmediated: [";

	buf_printf(buf, "bailiff: 1\npolicy: %s\n",
		   yaml_text(buf->arena, policy->name));
	if (*policy->description)
		buf_printf(buf, "description: %s\n",
			   yaml_text(buf->arena, policy->description));
	if (policy->enter_self)
		buf_printf(buf, "enter: self\n");
	for (u32 i = 1; i < BVM_NUM_CLASSES; i++) {
		if (!(policy->unmediated >> i & 1))
			continue;
		buf_printf(buf, "%s%s", before, bvm_classes[i].name);
		before = ", ";
	}
	if (policy->unmediated)
		buf_printf(buf, "]\n");
	put_defaults(buf, policy);
	put_limits(buf, policy);
}

static void put_selectors(struct buf *buf, const struct ast_policy *policy)
{
	static const char *const names[] = {
		[BVM_SELECT_IMAGE] = "image",
		[BVM_SELECT_NAME] = "name",
		[BVM_SELECT_LABEL] = "label",
		[BVM_SELECT_ANNOTATION] = "annotation",
		[BVM_SELECT_UNIT] = "unit",
		[BVM_SELECT_CGROUP] = "cgroup",
	};

	if (policy->num_selectors)
		buf_printf(buf, "containers:\n");
	for (u32 i = 0; i < policy->num_selectors; i++) {
		const struct ast_selector *s = &policy->selectors[i];
		const char *text = *s->key ? arena_printf(buf->arena, "%s=%s",
							  s->key, s->value) :
					     s->value;

		buf_printf(buf, "  - %s: %s\n", names[s->kind],
			   yaml_text(buf->arena, text));
	}
}

static void put_claims(struct buf *buf, const struct ast_policy *policy,
		       bool always)
{
	const char *head = always ? "always:\n" : "never:\n";

	for (u32 i = 0; i < policy->num_claims; i++) {
		if (policy->claims[i].always != always)
			continue;
		buf_printf(buf, "%s  - %s\n", head,
			   yaml_text(buf->arena, policy->claims[i].request));
		head = "";
	}
}

static void put_tests(struct buf *buf, const struct ast_policy *policy)
{
	if (policy->num_tests)
		buf_printf(buf, "tests:\n");
	for (u32 i = 0; i < policy->num_tests; i++)
		buf_printf(buf, "  - %s: %s\n",
			   policy->tests[i].allow ? "allow" : "deny",
			   yaml_text(buf->arena, policy->tests[i].request));
}

void listing_policy(struct buf *buf, const struct ast_policy *policy,
		    bool places)
{
	for (u32 i = 0; places && i < policy->num_sources; i++)
		buf_printf(buf, "# %s%s\n", i ? "    and " : "from ",
			   policy->sources[i]->name);
	put_head(buf, policy);
	put_selectors(buf, policy);
	for (u32 i = 1; i < BVM_NUM_CLASSES; i++)
		put_class(buf, policy, i, places);
	listing_syscalls(buf, policy, places);
	if (places && (policy->num_claims || policy->num_tests))
		buf_put_u8(buf, '\n');
	put_claims(buf, policy, false);
	put_claims(buf, policy, true);
	put_tests(buf, policy);
}
