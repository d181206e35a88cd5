// SPDX-License-Identifier: GPL-2.0-only
#include <openssl/evp.h>

#include "check.h"
#include "claim.h"
#include "label.h"
#include "load.h"
#include "rule.h"
#include "section.h"
#include "section_syscalls.h"

typedef void read_fn(struct parse *parse, const struct node *node);

/* Who reads which key; those of classes and of load.c are not here. */
static read_fn *const readers[NUM_KEYS] = {
	[KEY_POLICY_BAILIFF] = section_read_version,
	[KEY_POLICY_POLICY] = section_read_name,
	[KEY_POLICY_DESCRIPTION] = section_read_description,
	[KEY_POLICY_MODE] = section_read_mode,
	[KEY_POLICY_DEFAULT] = section_read_default,
	[KEY_POLICY_ENTER] = section_read_enter,
	[KEY_POLICY_UNMEDIATED] = section_read_unmediated,
	[KEY_POLICY_BUDGET] = section_read_budget,
	[KEY_POLICY_START] = section_read_start,
	[KEY_POLICY_START_TIMEOUT] = section_read_start_timeout,
	[KEY_POLICY_CONTAINERS] = section_read_containers,
	[KEY_POLICY_TESTS] = section_read_tests,
	[KEY_POLICY_NEVER] = section_read_never,
	[KEY_POLICY_ALWAYS] = section_read_always,
	[KEY_POLICY_SYSCALLS] = section_read_syscalls,
};

static void read_value(struct parse *parse, enum key_id key,
		       const struct node *node)
{
	u32 class = bvm_class_by_name(keys[key].name);

	if (node->bad)
		return;
	if (node_is_empty(node))
		diag_report(parse->diag, &node->span, EMPTY_VALUE,
			    keys[key].name, "");
	else if (class)
		rule_read_class(parse, key, class, node);
	else if (readers[key])
		readers[key](parse, node);
}

/* Included files say only what adds up. The version is harmless there. */
static bool may_be_included(enum key_id key)
{
	return keys[key].status == KEY_SHARED || key == KEY_POLICY_BAILIFF;
}

static void read_file(struct parse *parse, const struct file *file)
{
	u32 i;

	if (!file->root)
		return;
	for (i = 0; i < file->root->num; i++) {
		const struct node_pair *pair = &file->root->pairs[i];
		int key = key_identify(parse->diag, KEY_IN_POLICY, pair->key);

		if (key < 0)
			continue;
		if (file->source != parse->main &&
		    !may_be_included((enum key_id)key)) {
			diag_report(parse->diag, &pair->key->span, INCLUDE_KEY,
				    keys[key].name);
			diag_note(parse->diag, "an include has vars, rules "
					       "of classes, tests and never");
			continue;
		}
		read_value(parse, (enum key_id)key, pair->value);
	}
}

static void check_required(struct parse *parse, const struct node *root)
{
	struct span span = { .source = parse->main };
	int i;

	for (i = 0; i < NUM_KEYS; i++)
		if (keys[i].status == KEY_REQUIRED &&
		    !node_find(root, keys[i].name) &&
		    !key_is_meant(KEY_IN_POLICY, root, keys[i].name)) {
			diag_report(parse->diag, &span, MISSING_KEY,
				    "the policy", keys[i].name);
			diag_note(parse->diag, "it is the %s", keys[i].doc);
		}
}

/* Did the policy say what becomes of mounts? */
static bool speaks_of_mounts(const struct files *files)
{
	u32 i;

	for (i = 0; i < files->num; i++) {
		const struct node *root = files->items[i]->root;
		const struct node *defaults;

		if (!root)
			continue;
		defaults = node_get(root, "default");
		if (node_get(root, "mounts") ||
		    (defaults && node_get(defaults, "mounts")))
			return true;
	}
	return false;
}

static void add_sources(struct parse *parse, const struct files *files)
{
	struct ast_policy *policy = parse->policy;
	u32 i;

	policy->sources =
		arena_array(parse->arena, files->num, sizeof(*policy->sources));
	for (i = 0; i < files->num; i++)
		policy->sources[policy->num_sources++] =
			files->items[i]->source;
}

/* SHA-256 over label, NUL, length (64 bits, little-endian) and contents. */
static bool make_digest(struct arena *arena, struct ast_policy *policy)
{
	EVP_MD_CTX *md = EVP_MD_CTX_new();
	bool ok = md && EVP_DigestInit_ex(md, EVP_sha256(), NULL);
	u32 i;

	for (i = 0; i < policy->num_sources && ok; i++) {
		const struct source *source = policy->sources[i];
		const char *label = label_of(arena, policy->base, source);
		u64 len = source->len;

		ok = EVP_DigestUpdate(md, label, strlen(label) + 1) &&
		     EVP_DigestUpdate(md, &len, sizeof(len)) &&
		     EVP_DigestUpdate(md, source->text, source->len);
	}
	ok = ok && EVP_DigestFinal_ex(md, policy->digest, NULL);
	EVP_MD_CTX_free(md);
	return ok;
}

/* Each container's image needs a name of its own, or one replaces the other. */
static void check_name(struct parse *parse)
{
	const struct ast_policy *policy = parse->policy;
	const char *var = vars_not_in_name(parse->vars, policy->name);

	if (!var || !*policy->name)
		return;
	diag_report(parse->diag, &policy->name_span, BIND_NAME, policy->name,
		    var);
	diag_note(parse->diag, "write 'policy: %s-${%s}'", policy->name,
		  strcmp(var, "container.image") ? var : "container.name");
}

static struct vars *settle_vars(const struct files *files,
				const struct parse_options *options)
{
	struct vars *vars = files->items[0]->vars;
	u32 i;

	if (!files->items[0]->root)
		return vars;
	for (i = 0; i < options->num_defines; i++)
		vars_define(vars, options->defines[i]);
	if (options->is_template)
		vars_fill_in(vars);
	vars_settle(vars);
	return vars;
}

struct ast_policy *parse_text(struct arena *arena, struct diag *diag,
			      const struct parse_options *options,
			      const struct source *source)
{
	u32 errors = diag_num_errors(diag);
	struct parse parse = {
		.arena = arena,
		.diag = diag,
		.main = source,
		.root = options->root,
		.policy = arena_alloc(arena, sizeof(*parse.policy)),
	};
	struct files files = load_files(arena, diag, options, source);
	const struct node *root = files.items[0]->root;
	u32 i;

	parse.policy->name = "";
	parse.policy->description = "";
	parse.policy->instance = options->instance;
	parse.vars = settle_vars(&files, options);
	add_sources(&parse, &files);
	if (root)
		check_required(&parse, root);
	for (i = 0; i < files.num; i++)
		read_file(&parse, files.items[i]);
	vars_check_unused(parse.vars);
	check_name(&parse);
	if (options->is_template && options->deps)
		vars_list_at_bind(parse.vars, parse.policy->name,
				  options->deps);
	if (root)
		check_policy(&parse, root, speaks_of_mounts(&files));
	if (options->labels)
		parse.policy->base = label_base(arena, source->name);
	if (!make_digest(arena, parse.policy))
		diag_report(diag, NULL, READ, "libcrypto", "no SHA-256");
	if (diag_num_errors(diag) == errors)
		return parse.policy;
	claim_check_requests(arena, diag, parse.policy);
	return NULL;
}

struct ast_policy *parse_policy(struct arena *arena, struct diag *diag,
				const struct parse_options *options,
				const char *path)
{
	const struct source *source = load_source(arena, diag, path, NULL);

	if (!source)
		return NULL;
	return parse_text(arena, diag, options, source);
}
