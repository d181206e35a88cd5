// SPDX-License-Identifier: GPL-2.0-only
#include <string.h>

#include "import_aa_vars.h"

#define MAX_DEPTH 32 /* variables of one text, those in others counted */
#define MAX_TEXT 65536 /* bytes of one text */

static struct aa_var *find(const struct aa_vars *vars, const char *name,
			   size_t len)
{
	for (u32 i = 0; i < vars->num; i++)
		if (strlen(vars->items[i].name) == len &&
		    !strncmp(vars->items[i].name, name, len))
			return &vars->items[i];
	return NULL;
}

bool aa_vars_has(const struct aa_vars *vars, const char *name)
{
	return find(vars, name, strlen(name)) != NULL;
}

void aa_vars_reset(struct aa_vars *vars, const char *name)
{
	struct aa_var *var = find(vars, name, strlen(name));

	if (!var) {
		vars->items = arena_grow(vars->arena, vars->items, vars->num,
					 sizeof(*vars->items));
		var = &vars->items[vars->num++];
		var->name = name;
	}
	var->values = (struct import_list){ 0 };
}

void aa_vars_add(struct aa_vars *vars, const char *name, const char *value)
{
	if (!aa_vars_has(vars, name))
		aa_vars_reset(vars, name);
	import_list_add(vars->arena, &find(vars, name, strlen(name))->values,
			value);
}

static const char *expand(const struct aa_vars *vars, const char *text,
			  u32 depth, struct import_list *out)
{
	const char *start = strstr(text, "@{");
	const char *end = start ? strchr(start, '}') : NULL;
	const struct aa_var *var;
	const char *why = NULL;

	if (!end) {
		if (out->num == AA_MAX_VALUES)
			return "it stands for too many texts";
		import_list_add(vars->arena, out, text);
		return NULL;
	}
	if (depth == MAX_DEPTH || strlen(text) > MAX_TEXT)
		return "a variable is made of itself, or too deeply nested";
	var = find(vars, start + 2, (size_t)(end - start - 2));
	if (!var || !var->values.num)
		return arena_printf(
			vars->arena, "unknown variable '%.*s'",
			(int)strnlen(start, (size_t)(end - start) + 1), start);
	for (u32 i = 0; i < var->values.num && !why; i++)
		why = expand(vars,
			     arena_printf(vars->arena, "%.*s%s%s",
					  (int)(start - text), text,
					  var->values.items[i], end + 1),
			     depth + 1, out);
	return why;
}

const char *aa_vars_expand(const struct aa_vars *vars, const char *text,
			   struct import_list *out)
{
	return expand(vars, text, 0, out);
}
