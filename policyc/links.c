// SPDX-License-Identifier: GPL-2.0-only
#include "links.h"
#include "pattern.h"
#include "textset.h"

#define MAX_ALTERNATIVES 64 /* of braces in one pattern; enough to warn */

/* What every distribution with a merged /usr has. */
static const struct link {
	const char *path;
	const char *target;
} links[] = {
	{ "/bin", "/usr/bin" },
	{ "/sbin", "/usr/sbin" },
	{ "/lib", "/usr/lib" },
	{ "/lib32", "/usr/lib32" },
	{ "/lib64", "/usr/lib64" },
	{ "/libx32", "/usr/libx32" },
	{ "/var/run", "/run" },
	{ "/var/lock", "/run/lock" },
	{ "/dev/stdin", "/proc/self/fd/0" },
	{ "/dev/stdout", "/proc/self/fd/1" },
	{ "/dev/stderr", "/proc/self/fd/2" },
	{ "/dev/fd", "/proc/self/fd" },
	{ "/etc/mtab", "/proc/self/mounts" },
};

/* These act on a link itself; all others on what it leads to. */
#define ON_LINKS                                            \
	(BVM_BIT(FILES, DELETE) | BVM_BIT(FILES, RENAME) |  \
	 BVM_BIT(FILES, LINK) | BVM_BIT(FILES, SYMLINK) |   \
	 BVM_BIT(FILES, READLINK) | BVM_BIT(FILES, MKDIR) | \
	 BVM_BIT(FILES, RMDIR) | BVM_BIT(FILES, CREATE) |   \
	 BVM_BIT(FILES, MKNOD))

/* The bracket that closes the one at open, or NULL. */
static const char *closing(const char *open)
{
	u32 depth = 0;

	for (; *open; open++) {
		if (*open == '\\' && open[1])
			open++;
		else if (*open == '{')
			depth++;
		else if (*open == '}' && !--depth)
			return open;
	}
	return NULL;
}

static const char *find_brace(const char *text)
{
	for (; *text; text++) {
		if (*text == '\\' && text[1])
			text++;
		else if (*text == '{')
			return text;
	}
	return NULL;
}

/* Replace the first braces of text by each alternative; false if none. */
static bool open_braces(struct arena *arena, const char *text,
			struct textset *out)
{
	const char *open = find_brace(text);
	const char *close = open ? closing(open) : NULL;
	const char *start, *at;
	u32 depth = 0;

	if (!close)
		return false;
	start = open + 1;
	for (at = start; at <= close; at++) {
		if (*at == '\\' && at < close) {
			at++;
			continue;
		}
		if (at == close || (*at == ',' && !depth)) {
			textset_add(arena, out,
				    arena_printf(arena, "%.*s%.*s%s",
						 (int)(open - text), text,
						 (int)(at - start), start,
						 close + 1));
			start = at + 1;
		}
		depth += (*at == '{') - (*at == '}');
	}
	return true;
}

/* All that the braces of the patterns stand for, as far as it goes. */
static struct textset alternatives(struct arena *arena, const char *text)
{
	struct textset todo = { 0 };
	struct textset done = { 0 };
	u32 i;

	textset_add(arena, &todo, text);
	for (i = 0; i < todo.num; i++)
		if (todo.num > MAX_ALTERNATIVES ||
		    !open_braces(arena, todo.items[i], &todo))
			textset_add(arena, &done, todo.items[i]);
	return done;
}

/* Is everything that text names below the directory dir? */
static bool is_below(const char *text, const char *dir)
{
	size_t len = strlen(dir);

	return !strncmp(text, dir, len) && text[len] == '/';
}

/* Is target, or a tree that it is in, among the rule's own paths? */
static bool is_covered(struct arena *arena, const struct textset *own,
		       const char *target)
{
	const char *slash;

	if (textset_has(own, target))
		return true;
	for (slash = target; (slash = strchr(slash, '/')); slash++) {
		int len = (int)(slash - target);

		if (textset_has(own,
				arena_printf(arena, "%.*s/**", len, target)))
			return true;
	}
	return false;
}

static const struct link *link_of(const char *text, const struct ast_rule *rule)
{
	bool follows = rule->class == BVM_CLASS_EXEC ||
		       (rule->ops & ~ON_LINKS & ~BVM_BIT(FILES, INHERIT));
	size_t i;

	for (i = 0; i < ARRAY_SIZE(links); i++)
		if (is_below(text, links[i].path) ||
		    (follows && !strcmp(text, links[i].path) &&
		     !(rule->ops & ON_LINKS)))
			return &links[i];
	return NULL;
}

/* Do the tokens match all of name? A star takes as little as it can. */
static bool tokens_match(const struct pattern_token *tok, const char *name)
{
	for (; tok->kind != PATTERN_END; tok++, name++) {
		if (tok->kind == PATTERN_STAR) {
			for (; *name; name++)
				if (tokens_match(tok + 1, name))
					return true;
			tok++;
			return tok->kind == PATTERN_END;
		}
		if (!*name)
			return false;
		if (tok->kind == PATTERN_BYTE && tok->byte != (u8)*name)
			return false;
		if (tok->kind == PATTERN_SET && !byteset_has(&tok->set, *name))
			return false;
	}
	return !*name;
}

/* Does the glob, "/" and one component without braces, match the name? */
static bool component_matches(const char *glob, const char *name)
{
	struct pattern_token toks[64];
	struct pattern_cursor cur;
	size_t num = 0;

	pattern_begin(&cur, glob);
	do {
		if (num == ARRAY_SIZE(toks) ||
		    pattern_next(&cur, &toks[num], NULL) ||
		    toks[num].kind == PATTERN_GLOBSTAR)
			return false;
	} while (toks[num++].kind != PATTERN_END);
	return tokens_match(toks, name);
}

/*
 * The rest of text, from its next '/' on, if what is before it are wildcards
 * that match the link, else NULL. One that is meant for a whole tree, by
 * "**", says nothing about a link in it.
 */
static const char *rest_behind(struct arena *arena, const char *text,
			       const char *link)
{
	const char *name = link;
	bool wild = false;

	while (*name) {
		int glob_len = 1 + (int)strcspn(text + 1, "/");
		int name_len = 1 + (int)strcspn(name + 1, "/");
		const char *glob = arena_printf(arena, "%.*s", glob_len, text);

		if (!component_matches(glob, arena_printf(arena, "%.*s",
							  name_len, name)))
			return NULL;
		wild = wild || strpbrk(glob, "*?[");
		text += glob_len;
		name += name_len;
		if (*text != '/')
			return NULL;
	}
	return wild ? text : NULL;
}

/* "/b*" followed by "/sh" is meant to deny /bin/sh, too. */
static void check_wildcards(struct parse *parse,
			    const struct ast_pattern *pattern, const char *text,
			    const struct textset *own)
{
	size_t i;

	for (i = 0; i < ARRAY_SIZE(links); i++) {
		const char *rest =
			rest_behind(parse->arena, text, links[i].path);
		const char *target;

		if (!rest)
			continue;
		target = arena_printf(parse->arena, "%s%s", links[i].target,
				      rest);
		if (is_covered(parse->arena, own, target))
			continue;
		diag_report(parse->diag, &pattern->span, LINK_GLOB,
			    pattern->text, links[i].path);
		diag_note(parse->diag,
			  "rules see paths after links: add %s to the rule",
			  target);
		return;
	}
}

static void report(struct parse *parse, const struct ast_rule *rule,
		   const struct ast_pattern *pattern, const struct link *link,
		   const char *target)
{
	if (rule->kind == BVM_RULE_DENY)
		diag_report(parse->diag, &pattern->span, LINK_DENY,
			    pattern->text, link->path);
	else
		diag_report(parse->diag, &pattern->span, LINK_ALLOW,
			    pattern->text, link->path);
	diag_note(parse->diag,
		  "rules see paths after links: add %s to the "
		  "rule, or write it instead",
		  target);
}

static void check_pattern(struct parse *parse, const struct ast_rule *rule,
			  const struct ast_pattern *pattern,
			  const struct textset *own)
{
	struct textset texts = alternatives(parse->arena, pattern->text);
	u32 i;

	for (i = 0; i < texts.num; i++) {
		const struct link *link = link_of(texts.items[i], rule);
		const char *target;

		if (rule->kind == BVM_RULE_DENY)
			check_wildcards(parse, pattern, texts.items[i], own);
		if (!link)
			continue;
		target = arena_printf(parse->arena, "%s%s", link->target,
				      texts.items[i] + strlen(link->path));
		if (!is_covered(parse->arena, own, target))
			report(parse, rule, pattern, link, target);
	}
}

static void check_patterns(struct parse *parse, const struct ast_rule *rule,
			   const struct ast_patterns *patterns)
{
	struct textset own = { 0 };
	u32 i, j;

	for (i = 0; i < patterns->num; i++) {
		struct textset texts =
			alternatives(parse->arena, patterns->items[i].text);

		for (j = 0; j < texts.num; j++)
			textset_add(parse->arena, &own, texts.items[j]);
	}
	textset_sort(&own);
	for (i = 0; i < patterns->num; i++)
		check_pattern(parse, rule, &patterns->items[i], &own);
}

void links_check(struct parse *parse, const struct ast_rule *rule)
{
	check_patterns(parse, rule, &rule->paths);
	check_patterns(parse, rule, &rule->when.exe);
}
