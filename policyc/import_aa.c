// SPDX-License-Identifier: GPL-2.0-only
#include <string.h>

#include "import_aa.h"
#include "import_aa_file.h"
#include "import_aa_others.h"

#define MAX_TOKENS 4096 /* of one statement */
#define MAX_BLOCKS 16 /* profiles in profiles */

bool aa_is_path(const struct aa_token *token)
{
	return token->kind == AA_WORD && *token->text &&
	       (strchr("/{", *token->text) || !strncmp(token->text, "@{", 2));
}

/* ---- what is behind the first word ---- */

const struct aa_cond *aa_args_cond(const struct aa_args *args, const char *key)
{
	for (u32 i = 0; i < args->num_conds; i++)
		if (!strcmp(args->conds[i].key, key))
			return &args->conds[i];
	return NULL;
}

static struct aa_cond *add_cond(struct aa *aa, struct aa_args *args,
				const char *key)
{
	args->conds = arena_grow(aa->im->arena, args->conds, args->num_conds,
				 sizeof(*args->conds));
	args->conds[args->num_conds] = (struct aa_cond){ .key = key };
	return &args->conds[args->num_conds++];
}

static enum aa_kind kind_at(const struct aa_rule *rule, u32 at)
{
	return at < rule->num ? rule->tokens[at].kind : AA_END;
}

/* Values from behind the '=' on; where they end, 0 if they do not. */
static u32 read_values(struct aa *aa, const struct aa_rule *rule, u32 at,
		       const char *key, struct aa_args *args)
{
	struct aa_cond *cond = add_cond(aa, args, key);
	const bool list = kind_at(rule, at) == AA_LEFT;

	at += list;
	while (kind_at(rule, at) == AA_WORD || kind_at(rule, at) == AA_COMMA) {
		const struct aa_token *token = &rule->tokens[at++];

		if (token->kind == AA_COMMA)
			continue;
		if (list && kind_at(rule, at) == AA_EQUALS) {
			const u32 index = (u32)(cond - args->conds);

			if (kind_at(rule, at + 1) != AA_WORD)
				return 0;
			import_list_add(aa->im->arena,
					&add_cond(aa, args,
						  arena_printf(aa->im->arena,
							       "%s.%s", key,
							       token->text))
						 ->values,
					rule->tokens[at + 1].text);
			cond = &args->conds[index];
			at += 2;
			continue;
		}
		import_list_add(aa->im->arena, &cond->values, token->text);
		if (!list)
			return at;
	}
	return list && kind_at(rule, at) == AA_RIGHT ? at + 1 : 0;
}

/* One word, condition or list; the place behind it, 0 if there is none. */
static u32 read_arg(struct aa *aa, const struct aa_rule *rule, u32 at,
		    struct aa_args *args)
{
	const struct aa_token *token = &rule->tokens[at];
	const enum aa_kind next = kind_at(rule, at + 1);

	if (token->kind == AA_LEFT) {
		for (at++; kind_at(rule, at) == AA_WORD ||
			   kind_at(rule, at) == AA_COMMA;
		     at++)
			if (rule->tokens[at].kind == AA_WORD)
				import_list_add(aa->im->arena, &args->words,
						rule->tokens[at].text);
		return kind_at(rule, at) == AA_RIGHT ? at + 1 : 0;
	}
	if (token->kind == AA_ARROW && next == AA_WORD && !args->target) {
		args->target = rule->tokens[at + 1].text;
		return at + 2;
	}
	if (token->kind != AA_WORD)
		return 0;
	if (next == AA_EQUALS)
		return read_values(aa, rule, at + 2, token->text, args);
	if (next == AA_WORD && !strcmp(rule->tokens[at + 1].text, "in") &&
	    kind_at(rule, at + 2) == AA_LEFT) {
		at = read_values(aa, rule, at + 2, token->text, args);
		args->conds[args->num_conds - 1].in = true;
		return at;
	}
	import_list_add(aa->im->arena, &args->words, token->text);
	return at + 1;
}

bool aa_args_read(struct aa *aa, const struct aa_rule *rule,
		  struct aa_args *args)
{
	u32 at = 1;

	*args = (struct aa_args){ 0 };
	while (at && at < rule->num)
		at = read_arg(aa, rule, at, args);
	if (!at)
		import_out_error(aa->im, &rule->span, "cannot read this rule");
	return at;
}

/* ---- statements ---- */

static bool is_word(const struct aa_token *token, const char *word)
{
	return token->kind == AA_WORD && !token->quoted &&
	       !strcmp(token->text, word);
}

/* Take what stands before a rule. */
static void qualify(struct aa *aa, struct aa_rule *rule)
{
	for (; rule->num; rule->tokens++, rule->num--) {
		const struct aa_token *token = rule->tokens;

		if (is_word(token, "audit"))
			rule->audit = true;
		else if (is_word(token, "deny"))
			rule->deny = true;
		else if (is_word(token, "owner"))
			rule->owner = true;
		else if (is_word(token, "priority") && rule->num > 2)
			import_out_left(aa->im, &rule->span,
					"priorities: any deny wins here"),
				rule->tokens += 2, rule->num -= 2;
		else if (!is_word(token, "allow"))
			return;
	}
}

static void take_rule(struct aa *aa, struct aa_rule rule)
{
	qualify(aa, &rule);
	if (!rule.num) {
		import_out_error(aa->im, &rule.span, "there is no rule here");
		return;
	}
	if (aa_file_is(&rule))
		aa_file_take(aa, &rule);
	else
		aa_others_take(aa, &rule);
}

/* "@{NAME} = values" up to the end of the line, or "$NAME = true". */
static struct aa_token take_variable(struct aa *aa, struct aa_token name)
{
	struct aa_token token = aa_scan_next(&aa->scan);
	const size_t len = strlen(name.text);
	const char *key;

	if (token.kind != AA_EQUALS || len < 4) {
		import_out_error(aa->im, &name.span,
				 "expected @{NAME} = VALUE");
		return token;
	}
	key = *name.text == '@' ?
		      arena_strndup(aa->im->arena, name.text + 2, len - 3) :
		      name.text;
	if (strcmp(token.text, "+="))
		aa_vars_reset(&aa->vars, key);
	for (token = aa_scan_next(&aa->scan);
	     token.kind == AA_WORD && !token.fresh;
	     token = aa_scan_next(&aa->scan))
		aa_vars_add(&aa->vars, key, token.text);
	if (token.kind == AA_COMMA && !token.fresh)
		token = aa_scan_next(&aa->scan);
	return token;
}

/* ---- profiles ---- */

static void take_flags(struct aa *aa, const struct aa_args *args,
		       const struct span *at)
{
	const struct aa_cond *flags = aa_args_cond(args, "flags");

	for (u32 i = 0; flags && i < flags->values.num; i++) {
		const char *flag = flags->values.items[i];

		if (!strcmp(flag, "complain")) {
			aa->im->audit = true;
		} else if (!strcmp(flag, "attach_disconnected")) {
			aa->disconnected = true;
			import_out_left(aa->im, at,
					"attach_disconnected: what no path "
					"leads to is denied");
		} else if (!strcmp(flag, "mediate_deleted")) {
			import_out_left(aa->im, at,
					"mediate_deleted: a file whose name is "
					"gone is denied when it is opened "
					"again");
		} else if (strcmp(flag, "enforce")) {
			import_out_left(aa->im, at, "the flag %s has no equal",
					flag);
		}
	}
}

/* The name that a block { is of, from what stands before it. */
static const char *block_name(const struct aa_rule *head,
			      const struct aa_args *args)
{
	if (head->num &&
	    (is_word(head->tokens, "profile") || is_word(head->tokens, "hat")))
		return args->words.num ? args->words.items[0] : "";
	return head->num && head->tokens->kind == AA_WORD ?
		       head->tokens->text + (*head->tokens->text == '^') :
		       "";
}

static bool is_wanted(struct aa *aa, const char *name,
		      const struct aa_args *args, u32 depth)
{
	const char *want = aa->im->profile;

	if (aa->found)
		return false;
	if (!want)
		return !depth;
	if (!strcmp(name, want))
		return true;
	/* profile NAME /path, by its path */
	return args->words.num > 1 && !strcmp(args->words.items[1], want);
}

static struct aa_token skip_block(struct aa *aa)
{
	struct aa_token token = { .kind = AA_OPEN };
	u32 depth = 0;

	while (token.kind != AA_END) {
		depth += token.kind == AA_OPEN;
		depth -= token.kind == AA_CLOSE;
		if (!depth)
			break;
		token = aa_scan_next(&aa->scan);
	}
	return token;
}

static void read_block(struct aa *aa, const char *outer, bool wanted, u32 depth,
		       const struct aa_rule *before);

static void begin_profile(struct aa *aa, const char *name,
			  const struct aa_args *args, const struct span *at)
{
	struct import *im = aa->im;

	aa->found = true;
	aa->profile = name;
	aa->head = *at;
	aa_vars_reset(&aa->vars, "profile_name");
	aa_vars_add(&aa->vars, "profile_name", name);
	import_out_name(im, name);
	buf_printf(&im->head, "# Imported from the AppArmor profile %s\n",
		   import_out_line(im->arena, at));
	take_flags(aa, args, at);
	if (aa_args_cond(args, "xattrs"))
		import_out_left(im, at,
				"xattrs: a policy is bound by its name");
}

/* A block: a profile, a hat, or rules with a qualifier before them. */
static void take_block(struct aa *aa, const struct aa_rule *head,
		       const char *outer, bool inside, u32 depth)
{
	struct aa_rule quals = *head;
	struct aa_args args = { 0 };
	const char *name;

	qualify(aa, &quals);
	if (!quals.num && inside) {
		read_block(aa, outer, inside, depth + 1, &quals);
		return;
	}
	if (!aa_args_read(aa, head, &args))
		return;
	if (quals.num &&
	    (is_word(quals.tokens, "if") || is_word(quals.tokens, "else"))) {
		if (inside)
			import_out_left(aa->im, &head->span,
					"rules on a condition");
		(void)skip_block(aa);
		return;
	}
	name = block_name(head, &args);
	if (!*name)
		import_out_error(aa->im, &head->span,
				 "expected the name of a profile before '{'");
	if (outer)
		name = arena_printf(aa->im->arena, "%s//%s", outer, name);
	if (is_wanted(aa, name, &args, depth)) {
		begin_profile(aa, name, &args, &head->span);
		read_block(aa, name, true, depth + 1, NULL);
		return;
	}
	import_out_left(aa->im, &head->span,
			"another profile: --profile '%s' imports it%s", name,
			!inside ? "" :
				  "; /proc/PID/attr/current, by which a task "
				  "would get there, stays closed");
	read_block(aa, name, false, depth + 1, NULL);
}

/* Is the block's token a '}'? Complains of an end that comes too early. */
static bool is_last(struct aa *aa, const struct aa_token *token, u32 depth)
{
	if (token->kind == AA_CLOSE && !depth)
		import_out_error(aa->im, &token->span, "'}' without a '{'");
	if (token->kind == AA_END && depth && !aa->scan.failed)
		import_out_error(
			aa->im, &token->span,
			"the file ends inside a profile: expected '}'");
	return token->kind == AA_CLOSE || token->kind == AA_END;
}

/* Words up to a comma, or what a block begins or ends with. */
static struct aa_token read_statement(struct aa *aa, struct aa_token token,
				      struct aa_rule *rule)
{
	struct aa_token *tokens = NULL;
	u32 parens = 0;

	*rule = (struct aa_rule){ .span = token.span };
	while (token.kind != AA_END && token.kind != AA_OPEN &&
	       token.kind != AA_CLOSE && (token.kind != AA_COMMA || parens)) {
		parens += token.kind == AA_LEFT;
		parens -= token.kind == AA_RIGHT && parens;
		tokens = arena_grow(aa->im->arena, tokens, rule->num,
				    sizeof(token));
		tokens[rule->num++] = token;
		if (rule->num > MAX_TOKENS) {
			import_out_error(aa->im, &rule->span,
					 "a rule that does not end: expected "
					 "','");
			aa->scan.failed = true;
		}
		token = aa_scan_next(&aa->scan);
	}
	rule->tokens = tokens;
	return token;
}

static void read_block(struct aa *aa, const char *outer, bool wanted, u32 depth,
		       const struct aa_rule *before)
{
	struct aa_token token = aa_scan_next(&aa->scan);
	struct aa_rule rule;

	if (depth > MAX_BLOCKS) {
		import_out_error(aa->im, &token.span, "over %u blocks deep",
				 MAX_BLOCKS);
		aa->scan.failed = true;
	}
	while (!aa->scan.failed && !is_last(aa, &token, depth)) {
		if (!depth && token.kind == AA_WORD &&
		    (!strncmp(token.text, "@{", 2) || *token.text == '$') &&
		    !strchr(token.text, '/')) {
			token = take_variable(aa, token);
			continue;
		}
		token = read_statement(aa, token, &rule);
		if (before) {
			rule.audit = before->audit;
			rule.deny = before->deny;
			rule.owner = before->owner;
		}
		if (token.kind == AA_OPEN)
			take_block(aa, &rule, outer, wanted, depth);
		else if (token.kind != AA_COMMA)
			import_out_error(aa->im, &rule.span,
					 "a rule that does not end: expected "
					 "','");
		else if (wanted)
			take_rule(aa, rule);
		if (token.kind == AA_OPEN || token.kind == AA_COMMA)
			token = aa_scan_next(&aa->scan);
	}
}

/* ---- what AppArmor does not judge ---- */

static void put_unjudged(struct aa *aa)
{
	static const struct span nowhere;
	struct import_list all = { 0 };
	struct import *im = aa->im;
	struct buf *files = &im->rules[BVM_CLASS_FILES];

	import_list_add(im->arena, &all, "/");
	import_list_add(im->arena, &all, "/**");
	buf_printf(files, "  # AppArmor asks nobody about these.\n");
	import_out_rule(im, BVM_CLASS_FILES, &nowhere, "allow",
			"[stat, readlink, getxattr, setxattr, setattr, times, "
			"ioctl, watch, chroot]");
	import_out_texts(im, BVM_CLASS_FILES, "paths", &all);
	buf_printf(files, "  # Descriptors without a path%s.\n",
		   aa->tty || aa->null ? ", and those of devices that the "
					 "profile lets it use" :
					 "");
	import_out_rule(im, BVM_CLASS_FILES, &nowhere, "allow", "inherit");
	buf_printf(files,
		   "    type: [pipe, anon, memfd, pidfd, io_uring%s%s]\n",
		   aa->tty ? ", tty" : "", aa->null ? ", \"null\"" : "");
	buf_printf(&im->rules[BVM_CLASS_TASKS],
		   "  # AppArmor asks nobody about these.\n");
	import_out_rule(im, BVM_CLASS_TASKS, &nowhere, "allow",
			"[schedule, inspect]");
	buf_printf(&im->top, "# AppArmor has no rules for the classes that are "
			     "allowed.\n"
			     "default:\n");
	for (u32 i = 1; i < BVM_NUM_CLASSES; i++)
		buf_printf(&im->top, "  %s: %s\n", bvm_classes[i].name,
			   i == BVM_CLASS_NAMESPACES || i == BVM_CLASS_IPC ||
					   i == BVM_CLASS_KERNEL ?
				   "allow" :
				   "deny");
	buf_printf(&im->top, "vars:\n"
			     "  " AA_FILE_TYPES ": [regular, symlink, char, "
			     "block, fifo, sock, unknown]\n");
}

void import_aa_read(struct import *im, const struct source *source)
{
	struct aa *aa = arena_alloc(im->arena, sizeof(*aa));
	const struct span start = source_span(source, 0, 0);

	aa->im = im;
	aa->vars.arena = im->arena;
	aa_scan_init(&aa->scan, im, source);
	read_block(aa, NULL, false, 0, NULL);
	if (aa->scan.failed || diag_num_errors(im->diag))
		return;
	if (!aa->found) {
		import_out_error(im, &start,
				 im->profile ? "there is no profile '%s' here" :
					       "there is no profile here",
				 im->profile);
		return;
	}
	aa_file_finish(aa);
	aa_others_finish(aa);
	put_unjudged(aa);
}
