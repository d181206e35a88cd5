// SPDX-License-Identifier: GPL-2.0-only
#include <errno.h>

#include "section_syscalls.h"
#include "suggest.h"
#include "sysnames.h"

/* ---- names ---- */

/* What a name in `allow` or `deny` stands for. */
struct listing {
	struct ast_syscalls *syscalls;
	const struct value *value;
	const char *group; /* or NULL */
	bool allow;
};

/* A deny wins, as it does everywhere; of allows the first one is named. */
static void list_number(void *arg, u32 number)
{
	const struct listing *listing = arg;
	struct ast_syscall *s = &listing->syscalls->of[number];

	if (s->allowed == AST_NO || (s->allowed == AST_YES && listing->allow))
		return;
	s->allowed = listing->allow ? AST_YES : AST_NO;
	s->group = listing->group;
	s->span = listing->value->span;
}

static void report_unknown(struct parse *parse, const struct value *value)
{
	const char *group = arena_printf(parse->arena, "@%s", value->text);
	char near[64];

	diag_report(parse->diag, &value->span, UNKNOWN_WORD, "system call",
		    value->text);
	if (sysnames_group(group)) {
		diag_note(parse->diag, "the group is written \"%s\"", group);
		return;
	}
	sysnames_suggest(value->text, near, sizeof(near));
	if (*near)
		diag_note(parse->diag, "did you mean '%s'?", near);
	else
		diag_note(parse->diag, "'policyc syscalls' lists the groups; "
				       "a call is named as in its manual page");
}

static void read_names(struct parse *parse, enum key_id key,
		       const struct node *node)
{
	struct values values = { 0 };

	(void)value_list(parse, key, node, &values);
	for (u32 i = 0; i < values.num; i++) {
		const struct value *value = &values.items[i];
		const struct sysgroup *group = sysnames_group(value->text);
		int number = sysnames_find(value->text);
		struct listing listing = {
			.syscalls = &parse->policy->syscalls,
			.value = value,
			.group = group ? group->name : NULL,
			.allow = key == KEY_SYSCALLS_ALLOW,
		};

		if (group)
			sysnames_visit(group, list_number, &listing);
		else if (number >= 0)
			list_number(&listing, (u32)number);
		else if (number == -ENOSYS)
			diag_report(parse->diag, &value->span, OTHER_ARCH,
				    value->text);
		else
			report_unknown(parse, value);
	}
}

/* ---- the other keys ---- */

/* Which of two words is it? -1: neither, which was reported. */
static int read_choice(struct parse *parse, enum key_id key,
		       const struct node *node, const char *zero,
		       const char *one)
{
	struct value value;

	if (!value_text(parse, key, node, &value))
		return -1;
	if (!strcmp(value.text, zero))
		return 0;
	if (!strcmp(value.text, one))
		return 1;
	diag_report(parse->diag, &value.span, UNKNOWN_WORD, keys[key].name,
		    value.text);
	diag_note(parse->diag, "it is %s or %s", zero, one);
	return -1;
}

static void read_errno(struct parse *parse, const struct node *node)
{
	struct value value;
	long err;

	if (!value_text(parse, KEY_SYSCALLS_ERRNO, node, &value))
		return;
	err = value_name(parse, bvm_errno_names, "errno", &value);
	if (err > 0)
		parse->policy->syscalls.err = (u32)err;
}

static void read_key(struct parse *parse, int key, const struct node *node)
{
	struct ast_syscalls *syscalls = &parse->policy->syscalls;
	int choice;

	switch (key) {
	case KEY_SYSCALLS_ALLOW:
	case KEY_SYSCALLS_DENY:
		read_names(parse, (enum key_id)key, node);
		return;
	case KEY_SYSCALLS_DEFAULT:
		choice = read_choice(parse, KEY_SYSCALLS_DEFAULT, node, "deny",
				     "allow");
		syscalls->fallback = choice == 1 ? AST_ALLOW : AST_DENY;
		return;
	case KEY_SYSCALLS_MODE:
		choice = read_choice(parse, KEY_SYSCALLS_MODE, node, "enforce",
				     "audit");
		syscalls->audit = choice == 1 ? AST_YES : AST_NO;
		return;
	case KEY_SYSCALLS_INSTALLED_BY:
		choice = read_choice(parse, KEY_SYSCALLS_INSTALLED_BY, node,
				     "bailiff", "runtime");
		syscalls->runtime = choice == 1;
		return;
	case KEY_SYSCALLS_ERRNO:
		read_errno(parse, node);
		return;
	case KEY_SYSCALLS_KILL:
		(void)value_boolean(parse, KEY_SYSCALLS_KILL, node,
				    &syscalls->kill);
		return;
	}
}

/* The filter is there before the program is, and it must not end with it. */
const struct section_syscalls_needed
	section_syscalls_needed[SECTION_SYSCALLS_NUM_NEEDED] = {
		{ "execve", "starts the program itself" },
		{ "write", "enters the policy" },
	};

static void check_needed(struct parse *parse)
{
	const struct section_syscalls_needed *needed = section_syscalls_needed;
	const struct ast_syscalls *syscalls = &parse->policy->syscalls;

	for (u32 i = 0; i < SECTION_SYSCALLS_NUM_NEEDED; i++) {
		int number = sysnames_find(needed[i].name);
		const struct span *span;

		if (number < 0 || syscalls_allow(syscalls, (u32)number))
			continue;
		if (i && syscalls->runtime)
			continue;
		span = syscalls->of[number].allowed == AST_NO ?
			       &syscalls->of[number].span :
			       &syscalls->span;
		diag_report(parse->diag, span, NEEDED_CALL, needed[i].name,
			    needed[i].why);
		diag_note(parse->diag, "allow: [%s, ...]", needed[i].name);
	}
}

static void check_together(struct parse *parse, const struct node *node)
{
	const struct node_pair *err = node_find(node, "errno");

	if (err && parse->policy->syscalls.kill)
		diag_report(parse->diag, &err->key->span, KEY_FOR_OPS, "errno",
			    "a process that is killed");
}

static bool denies_some(const struct ast_syscalls *syscalls)
{
	for (u32 i = 0; i < SYSNAMES_MAX; i++)
		if (syscalls->of[i].allowed == AST_NO)
			return true;
	return false;
}

/* What is merely not allowed answers ENOSYS, whatever these say. */
static void check_answer(struct parse *parse, const struct node *node)
{
	const struct ast_syscalls *syscalls = &parse->policy->syscalls;
	const struct node_pair *pair =
		node_find(node, syscalls->kill ? "kill" : "errno");

	if (!pair || denies_some(syscalls))
		return;
	diag_report(parse->diag, &pair->key->span, ANSWER_ALONE,
		    syscalls->kill ? "kill" : "errno");
	diag_note(parse->diag, "what is merely not allowed answers ENOSYS: "
			       "name what is to answer otherwise under 'deny'");
}

void section_read_syscalls(struct parse *parse, const struct node *node)
{
	struct ast_syscalls *syscalls = &parse->policy->syscalls;
	u32 errors = diag_num_errors(parse->diag);

	if (node->kind != NODE_MAP) {
		(void)value_wrong_kind(parse, KEY_POLICY_SYSCALLS, node);
		return;
	}
	syscalls->of =
		arena_array(parse->arena, SYSNAMES_MAX, sizeof(*syscalls->of));
	syscalls->span = node->span;
	syscalls->err = ENOSYS;
	for (u32 i = 0; i < node->num; i++) {
		const struct node_pair *pair = &node->pairs[i];
		int key = key_identify(parse->diag, KEY_IN_SYSCALLS, pair->key);

		if (key >= 0 && !pair->value->bad)
			read_key(parse, key, pair->value);
	}
	check_together(parse, node);
	if (diag_num_errors(parse->diag) != errors)
		return;
	check_needed(parse);
	check_answer(parse, node);
}

bool syscalls_allow(const struct ast_syscalls *syscalls, u32 number)
{
	const enum ast_answer said = syscalls->of[number].allowed;

	if (said != AST_ANY)
		return said == AST_YES;
	return syscalls->fallback == AST_ALLOW;
}

bool syscalls_audit(const struct ast_policy *policy)
{
	const enum ast_answer said = policy->syscalls.audit;

	return said == AST_ANY ? policy->audit_all : said == AST_YES;
}
