// SPDX-License-Identifier: GPL-2.0-only
#include <limits.h>
#include <stdlib.h>
#include <string.h>

#include "buf.h"
#include "config.h"
#include "excerpt.h"
#include "load.h"
#include "node.h"
#include "output.h"
#include "suggest.h"
#include "yaml.h"

/* The kind of a name in SPEC, len bytes; NULL: no such name. */
static const char *find_kind(const char *spec, const char *name, size_t *len)
{
	size_t name_len = strlen(name);

	while (*spec) {
		size_t item = strcspn(spec, ",");

		if (item > name_len + 1 && !strncmp(spec, name, name_len) &&
		    spec[name_len] == ':') {
			*len = item - name_len - 1;
			return spec + name_len + 1;
		}
		spec += item + (spec[item] == ',');
	}
	return NULL;
}

static void report_unknown(struct run *run, const struct node *key)
{
	struct suggest suggest = SUGGEST_INIT(key->text);
	const char *spec = run->operands[0];

	diag_report(run->diag, &key->span, UNKNOWN_KEY, key->text,
		    "a configuration");
	while (*spec) {
		size_t item = strcspn(spec, ",");

		suggest_try(&suggest, arena_strndup(run->arena, spec,
						    strcspn(spec, ":,")));
		spec += item + (spec[item] == ',');
	}
	if (suggest.best)
		diag_note(run->diag, "did you mean '%s'?", suggest.best);
}

/* The digits at text as a number, ULLONG_MAX if there is none so large. */
static unsigned long long number_at(const char *text)
{
	return strtoull(text, NULL, 10);
}

static bool is_number(const char *text, unsigned long long max)
{
	return *text && !text[strspn(text, "0123456789")] &&
	       number_at(text) <= max;
}

static bool is_size(const char *text, unsigned long long max)
{
	static const char units[] = "KMG";
	size_t len = strspn(text, "0123456789");
	const char *unit = text[len] ? strchr(units, text[len]) : NULL;

	if (!len || (text[len] && (!unit || text[len + 1])))
		return false;
	return number_at(text) <= (unit ? max >> 10 * (unit - units + 1) : max);
}

/* What follows "<=" in a kind. */
static unsigned long long max_of(const char *kind, size_t len)
{
	const char *bound = memchr(kind, '<', len);

	return bound ? number_at(bound + 2) : ULLONG_MAX;
}

static const char *number_of(struct run *run, const char *what,
			     unsigned long long max)
{
	if (max == ULLONG_MAX)
		return what;
	return arena_printf(run->arena, "%s, at most %llu", what, max);
}

/* What a value of this kind is, NULL if text is one or nobody can say. */
static const char *wanted(struct run *run, const char *kind, size_t len,
			  const char *text)
{
	unsigned long long max = max_of(kind, len);
	const char *at;

	len = strcspn(kind, "<,");
	if (!strncmp(kind, "path", len) && *text != '/')
		return "an absolute path";
	if (!strncmp(kind, "number", len) && !is_number(text, max))
		return number_of(run, "a number", max);
	if (!strncmp(kind, "size", len) && !is_size(text, max))
		return number_of(run,
				 "a number of bytes, or one with K, M or G "
				 "behind it",
				 max);
	if (!strncmp(kind, "flag", len) && strcmp(text, "true") &&
	    strcmp(text, "false"))
		return "true or false";
	for (at = text; *at; at++)
		if ((u8)*at < ' ')
			return "text without control characters";
	return NULL;
}

static void put_value(const char *name, const struct node *value,
		      struct buf *out)
{
	buf_printf(out, "%s=%s\n%u:%u\n", name, value->text, value->span.line,
		   value->span.col);
	excerpt_put(out, &value->span, false);
}

static void take_pair(struct run *run, const struct node_pair *pair,
		      struct buf *out)
{
	const struct node *value = pair->value;
	const char *name = pair->key->text;
	const char *kind, *want;
	size_t len = 0;

	if (pair->key->bad || value->bad)
		return;
	kind = find_kind(run->operands[0], name, &len);
	if (!kind) {
		report_unknown(run, pair->key);
		return;
	}
	if (value->kind != NODE_TEXT) {
		diag_report(run->diag, &value->span, WRONG_KIND, name,
			    "one value", node_describe(value));
		return;
	}
	if (node_is_empty(value)) {
		diag_report(run->diag, &pair->key->span, EMPTY_VALUE, name, "");
		return;
	}
	want = wanted(run, kind, len, value->text);
	if (want)
		diag_report(run->diag, &value->span, WRONG_KIND, name, want,
			    arena_printf(run->arena, "'%s'", value->text));
	else
		put_value(name, value, out);
}

int command_config(struct run *run)
{
	struct buf out = BUF_INIT(run->arena);
	const struct source *source;
	struct node *root;
	u32 i;

	source = load_source(run->arena, run->diag, run->operands[1], NULL);
	if (!source)
		return EXIT_BAD;
	root = yaml_parse(run->arena, run->diag, source);
	if (root && root->kind != NODE_MAP && !root->bad)
		diag_report(run->diag, &root->span, WRONG_KIND,
			    "a configuration", "a mapping",
			    node_describe(root));
	for (i = 0; root && root->kind == NODE_MAP && i < root->num; i++)
		take_pair(run, &root->pairs[i], &out);
	if (output_write(run->arena, "-", &out))
		return EXIT_MACHINE;
	return !root || diag_num_errors(run->diag) ? EXIT_BAD : EXIT_YES;
}
