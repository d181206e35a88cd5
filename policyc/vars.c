// SPDX-License-Identifier: GPL-2.0-only
#include "quoting.h"
#include "suggest.h"
#include "vars.h"

#define MAX_UNKNOWN 100 /* names that are told once, and not at each use */

enum state {
	STATE_NEW,
	STATE_BUSY, /* being made: seen again, it is made of itself */
	STATE_DONE,
	STATE_BAD, /* an error was reported */
};

struct var {
	const char *name;
	struct span span; /* of the name */
	const struct node *node; /* NULL if it came by -D */
	const char *define;
	const struct var *rival; /* another include's, with another value */
	bool own; /* of the file itself, so no include has a say */
	bool at_bind; /* its value is a container's */
	bool filled_in; /* and is not known */
	bool used; /* if at_bind */
	enum state state;
	struct values values; /* when DONE */
};

struct vars {
	struct arena *arena;
	struct diag *diag;
	struct var *items;
	u32 num;
	size_t bytes; /* made so far */
	u32 depth; /* of variables within variables, and of references */
	bool too_many; /* reported once */
	bool lost; /* some could not be read */
	const char *unknown[MAX_UNKNOWN]; /* names that were told of */
	u32 num_unknown;
};

struct vars *vars_create(struct arena *arena, struct diag *diag)
{
	struct vars *vars = arena_alloc(arena, sizeof(*vars));

	vars->arena = arena;
	vars->diag = diag;
	return vars;
}

static struct var *find(const struct vars *vars, const char *name)
{
	u32 i;

	for (i = 0; i < vars->num; i++)
		if (!strcmp(vars->items[i].name, name))
			return &vars->items[i];
	return NULL;
}

static void add(struct vars *vars, const struct var *var)
{
	vars->items =
		arena_grow(vars->arena, vars->items, vars->num, sizeof(*var));
	vars->items[vars->num++] = *var;
}

static bool is_letter(char c)
{
	return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_';
}

static size_t name_len(const char *text)
{
	size_t len = 0;

	if (!is_letter(*text))
		return 0;
	while (is_letter(text[len]) || (text[len] >= '0' && text[len] <= '9') ||
	       text[len] == '-')
		len++;
	return len;
}

void vars_declare(struct vars *vars, const struct node *map)
{
	u32 i;

	for (i = 0; i < map->num; i++) {
		const struct node *key = map->pairs[i].key;
		struct var var = {
			.name = key->text,
			.span = key->span,
			.node = map->pairs[i].value,
			.own = true,
		};

		if (name_len(key->text) == strlen(key->text)) {
			add(vars, &var);
			continue;
		}
		diag_report(vars->diag, &key->span, VAR_NAME, key->text);
		diag_note(vars->diag, "a name is letters, digits, '_' and '-'");
	}
}

static bool is_required(const struct var *var)
{
	return var->node && var->node->kind == NODE_TEXT && var->node->plain &&
	       !strcmp(var->node->text, "required");
}

static bool same_value(const struct var *a, const struct var *b)
{
	return a->node && b->node && node_equal(a->node, b->node);
}

void vars_lose(struct vars *vars)
{
	vars->lost = true;
}

void vars_inherit(struct vars *vars, const struct vars *from)
{
	u32 i;

	vars->lost |= from->lost;
	for (i = 0; i < from->num; i++) {
		const struct var *other = &from->items[i];
		struct var *mine = find(vars, other->name);

		if (!mine) {
			struct var var = *other;

			var.own = false;
			add(vars, &var);
		} else if (!mine->own && !same_value(mine, other)) {
			mine->rival = other;
		}
	}
}

/* The name that is most like that one, which there is not; or NULL. */
static const char *nearest(const struct vars *vars, const char *name)
{
	struct suggest suggest = SUGGEST_INIT(name);
	u32 i;

	for (i = 0; i < vars->num; i++)
		suggest_try(&suggest, vars->items[i].name);
	return suggest.best;
}

/* Is it to be told that there is no such variable? Once, not at each use. */
static bool is_news(struct vars *vars, const char *name)
{
	u32 i;

	for (i = 0; i < vars->num_unknown; i++)
		if (!strcmp(vars->unknown[i], name))
			return false;
	if (vars->num_unknown < MAX_UNKNOWN)
		vars->unknown[vars->num_unknown++] = name;
	return !vars->lost;
}

static void report_define(struct vars *vars, const char *define,
			  const char *name)
{
	const char *best = nearest(vars, name);

	if (!is_news(vars, name))
		return;
	diag_report(vars->diag, NULL, DEFINE_UNUSED, define);
	if (!best)
		return;
	diag_note(vars->diag, "did you mean '%s'?", best);
	/* It would have had its value by this. */
	if (is_required(find(vars, best)))
		find(vars, best)->state = STATE_BAD;
}

/* ---- variables that are known when a container is bound ---- */

#define MAX_AT_BIND 255 /* bytes of such a value */

static const char any_value[] =
#define BVM_ANY_VALUE(text) text
#include "vm/template.def"
#undef BVM_ANY_VALUE
	;

static const char *const at_bind[] = {
	"container.name",
	"container.image",
	"unit.instance",
};

static bool is_filled_at_bind(const char *name)
{
	size_t i;

	for (i = 0; i < ARRAY_SIZE(at_bind); i++)
		if (!strcmp(name, at_bind[i]))
			return true;
	return false;
}

/*
 * Somebody else chose it: it may be no pattern, and lead nowhere else. Only an
 * image has parts. NULL: it is well.
 */
static const char *why_bad_value(const char *text, bool parts)
{
	const char *c = text;
	size_t len;

	if (strlen(text) > MAX_AT_BIND)
		return "it is too long";
	for (; *c; c++)
		if (!is_letter(*c) && (*c < '0' || *c > '9') &&
		    !strchr(parts ? "._-:@/" : "._-:@", *c))
			return "it has other characters than letters, digits "
			       "and . _ - : @";
	for (c = text;; c += len + 1) {
		len = strcspn(c, "/");
		if (!len || strchr(".-:@", *c))
			return "it does not begin with a letter or a digit";
		if (!c[len])
			return NULL;
	}
}

static void define_at_bind(struct vars *vars, const char *name,
			   const char *value)
{
	const char *why =
		why_bad_value(value, !strcmp(name, "container.image"));
	const struct var var = {
		.name = name,
		.define = value,
		.own = true,
		.at_bind = true,
		.state = why ? STATE_BAD : STATE_NEW,
	};
	struct var *old = find(vars, name);

	if (why)
		diag_report(vars->diag, NULL, BIND_VALUE, value, name, why);
	if (old)
		*old = var;
	else
		add(vars, &var);
}

void vars_fill_in(struct vars *vars)
{
	size_t i;

	for (i = 0; i < ARRAY_SIZE(at_bind); i++) {
		const struct var var = {
			.name = at_bind[i],
			.define = any_value,
			.own = true,
			.at_bind = true,
			.filled_in = true,
		};

		if (!find(vars, at_bind[i]))
			add(vars, &var);
	}
}

void vars_match_any(struct vars *vars, bool on)
{
	bool any = false;
	u32 i;

	for (i = 0; i < vars->num; i++)
		any |= vars->items[i].filled_in;
	for (i = 0; any && i < vars->num; i++) {
		struct var *var = &vars->items[i];

		if (var->filled_in)
			var->define = on ? "*" : any_value;
		/* it may be made of one of them */
		if (var->state == STATE_DONE)
			var->state = STATE_NEW;
	}
}

void vars_list_at_bind(const struct vars *vars, const char *name,
		       struct buf *list)
{
	u32 i;

	for (i = 0; i < vars->num; i++)
		if (vars->items[i].filled_in && vars->items[i].used)
			buf_printf(list, "at-bind %s\n", vars->items[i].name);
	if (vars_not_in_name(vars, name))
		buf_printf(list, "one-name\n");
}

const char *vars_not_in_name(const struct vars *vars, const char *name)
{
	const char *found = NULL;

	for (u32 i = 0; i < vars->num; i++) {
		const struct var *var = &vars->items[i];

		if (!var->at_bind || !var->used)
			continue;
		if (strstr(name, var->define))
			return NULL;
		found = found ?: var->name;
	}
	return found;
}

static void report_at_bind(struct vars *vars, const char *name,
			   const struct span *span)
{
	diag_report(vars->diag, span, BIND_UNKNOWN, name);
	diag_note(vars->diag, "give it for one container: -D %s=VALUE", name);
}

void vars_define(struct vars *vars, const char *define)
{
	const char *equals = strchr(define, '=');
	size_t len = equals ? (size_t)(equals - define) : strlen(define);
	char *name = arena_strndup(vars->arena, define, len);
	struct var *var = find(vars, name);

	if (equals && is_filled_at_bind(name)) {
		define_at_bind(vars, name, equals + 1);
		return;
	}
	if (!equals || !var) {
		report_define(vars, define, name);
		return;
	}
	var->node = NULL;
	var->rival = NULL;
	var->define = equals + 1;
}

void vars_settle(struct vars *vars)
{
	u32 i;

	for (i = 0; i < vars->num; i++) {
		struct var *var = &vars->items[i];

		if (var->rival) {
			diag_report(vars->diag, &var->span, VAR_CONFLICT,
				    var->name);
			diag_note_at(vars->diag, &var->rival->span,
				     "the other value is here");
			diag_note(vars->diag,
				  "say what '%s' is in the policy "
				  "itself",
				  var->name);
			var->state = STATE_BAD;
		} else if (is_required(var) && var->state == STATE_NEW) {
			diag_report(vars->diag, &var->span, VAR_REQUIRED,
				    var->name);
			diag_note(vars->diag,
				  "give it in 'vars' of the "
				  "policy or with -D %s=VALUE",
				  var->name);
			var->state = STATE_BAD;
		}
	}
}

/* ---- expansion ---- */

/* The next "${" that no backslash takes the meaning from, or NULL. */
static const char *find_reference(const char *text)
{
	for (; *text; text++) {
		if (text[0] == '\\' && text[1])
			text++;
		else if (text[0] == '$' && text[1] == '{')
			return text;
	}
	return NULL;
}

static bool add_value(struct vars *vars, struct values *values,
		      const struct value *value)
{
	/* what is written out is bounded by the size of the file */
	if (!value->verbatim)
		vars->bytes += strlen(value->text) + sizeof(*value);
	if ((values->num >= VARS_MAX_VALUES && !value->verbatim) ||
	    vars->bytes > VARS_MAX_BYTES) {
		if (!vars->too_many)
			diag_report(vars->diag, &value->span, VAR_TOO_MANY,
				    VARS_MAX_VALUES);
		vars->too_many = true;
		return false;
	}
	values->items = arena_grow(vars->arena, values->items, values->num,
				   sizeof(*value));
	values->items[values->num++] = *value;
	return true;
}

static bool make_node(struct vars *vars, const struct node *node,
		      struct values *values)
{
	struct value value = {
		.text = node->text,
		.span = node->span,
		.plain = node->plain,
		.shift = node->plain ? 0 : 1,
		.verbatim = true,
	};
	bool ok = true;
	u32 i;

	if (node->bad)
		return false;
	if (node->kind == NODE_MAP || node->block || node_is_empty(node)) {
		diag_report(vars->diag, &node->span, WRONG_KIND, "vars",
			    "text or lists", node_describe(node));
		if (node->kind == NODE_MAP)
			quoting_suggest(vars->arena, vars->diag, node);
		return false;
	}
	if (node->kind == NODE_TEXT)
		return vars_expand(vars, &value, values);
	if (!node->num) {
		diag_report(vars->diag, &node->span, EMPTY_LIST, "vars");
		return false;
	}
	for (i = 0; i < node->num; i++)
		ok &= make_node(vars, node->items[i], values);
	return ok;
}

static bool make_var(struct vars *vars, struct var *var)
{
	struct value value = { .text = var->define, .plain = true };
	struct values values = { 0 };
	bool ok;

	var->state = STATE_BUSY;
	if (var->node)
		ok = make_node(vars, var->node, &values);
	else
		ok = add_value(vars, &values, &value);
	/* It may have been found to be made of itself meanwhile. */
	if (!ok)
		var->state = STATE_BAD;
	if (var->state == STATE_BAD)
		return false;
	var->values = values;
	var->state = STATE_DONE;
	return true;
}

void vars_check_unused(struct vars *vars)
{
	u32 i;

	for (i = 0; i < vars->num; i++)
		if (vars->items[i].state == STATE_NEW)
			(void)make_var(vars, &vars->items[i]);
}

static void report_unknown(struct vars *vars, const char *name,
			   const struct span *span)
{
	const char *best = nearest(vars, name);

	if (!is_news(vars, name))
		return;
	diag_report(vars->diag, span, VAR_UNKNOWN, name);
	if (best)
		diag_note(vars->diag, "did you mean '${%s}'?", best);
}

static const struct values *resolve(struct vars *vars, const char *name,
				    const struct span *span)
{
	struct var *var = find(vars, name);

	if (!var && is_filled_at_bind(name)) {
		report_at_bind(vars, name, span);
		return NULL;
	}
	if (!var) {
		report_unknown(vars, name, span);
		return NULL;
	}
	var->used = true;
	if (var->state == STATE_BUSY) {
		diag_report(vars->diag, span, VAR_CYCLE, name);
		var->state = STATE_BAD;
	}
	if (var->state == STATE_BAD ||
	    (var->state == STATE_NEW && !make_var(vars, var)))
		return NULL;
	return &var->values;
}

/* The name in the reference at text; *end is set behind its '}'. */
static const char *reference_name(struct vars *vars, const struct value *value,
				  const char *text, const char **end)
{
	const char *close = strchr(text, '}');
	const char *name;
	size_t len;

	if (close) {
		len = (size_t)(close - text) - 2;
		name = arena_strndup(vars->arena, text + 2, len);
		if (is_filled_at_bind(name) || (len && name_len(name) == len)) {
			*end = close + 1;
			return name;
		}
	}
	diag_report(vars->diag, &value->span, VAR_SYNTAX, value->text);
	diag_note(vars->diag, "a variable is written ${name}; a "
			      "pattern quotes the brace: $\\{");
	return NULL;
}

static bool add_all(struct vars *vars, struct values *values,
		    const struct values *more)
{
	u32 i;

	for (i = 0; i < more->num; i++)
		if (!add_value(vars, values, &more->items[i]))
			return false;
	return true;
}

/* One value for each that the reference stands for, the rest still to do. */
static bool expand_reference(struct vars *vars, const struct value *value,
			     const char *at, struct values *values)
{
	size_t before = (size_t)(at - value->text);
	const struct values *inner;
	const char *name, *rest;
	struct value made = *value;
	struct values tails = { 0 };
	u32 i, j;

	name = reference_name(vars, value, at, &rest);
	inner = name ? resolve(vars, name, &value->span) : NULL;
	if (!inner)
		return false;
	if (!before && !*rest)
		return add_all(vars, values, inner);
	made.verbatim = false;
	made.text = rest;
	if (!vars_expand(vars, &made, &tails))
		return false;
	for (i = 0; i < inner->num; i++) {
		for (j = 0; j < tails.num; j++) {
			made.text = arena_printf(vars->arena, "%.*s%s%s",
						 (int)before, value->text,
						 inner->items[i].text,
						 tails.items[j].text);
			if (!add_value(vars, values, &made))
				return false;
		}
	}
	return true;
}

bool vars_expand(struct vars *vars, const struct value *value,
		 struct values *values)
{
	const char *at = find_reference(value->text);
	bool ok;

	if (vars->too_many)
		return false;
	if (!at)
		return add_value(vars, values, value);
	/* This recurses once for each reference, and for each variable. */
	if (vars->depth == VARS_MAX_DEPTH) {
		diag_report(vars->diag, &value->span, VAR_TOO_DEEP,
			    VARS_MAX_DEPTH);
		return false;
	}
	vars->depth++;
	ok = expand_reference(vars, value, at, values);
	vars->depth--;
	return ok;
}
