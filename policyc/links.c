// SPDX-License-Identifier: GPL-2.0-only
#include "links.h"
#include "pattern.h"
#include "rootfs.h"
#include "textset.h"

#define MAX_ALTERNATIVES 4096 /* of braces in one pattern; enough to warn */

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

/* Often links, but not on every machine; what they lead to in Debian. */
static const struct link often[] = {
	{ "/usr/bin/sh", "/usr/bin/dash" },
	{ "/usr/bin/awk", "/usr/bin/mawk" },
	{ "/usr/bin/cc", "/usr/bin/*-linux-gnu-gcc-*" },
	{ "/usr/bin/gcc", "/usr/bin/*-linux-gnu-gcc-*" },
	{ "/usr/bin/java", "/usr/lib/jvm/**" },
	{ "/usr/bin/nc", "/usr/bin/nc.*" },
	{ "/usr/bin/python3", "/usr/bin/python3.*" },
	{ "/usr/bin/vi", "/usr/bin/vim.*" },
	{ "/usr/sbin/iptables", "/usr/sbin/xtables-nft-multi" },
	{ "/etc/localtime", "/usr/share/zoneinfo/**" },
	{ "/etc/os-release", "/usr/lib/os-release" },
};

/* These act on a link itself; all others on what it leads to. */
#define ON_LINKS                                            \
	(BVM_BIT(FILES, DELETE) | BVM_BIT(FILES, RENAME) |  \
	 BVM_BIT(FILES, LINK) | BVM_BIT(FILES, SYMLINK) |   \
	 BVM_BIT(FILES, READLINK) | BVM_BIT(FILES, MKDIR) | \
	 BVM_BIT(FILES, RMDIR) | BVM_BIT(FILES, CREATE) |   \
	 BVM_BIT(FILES, MKNOD))
/* Whoever names these means the link; `read` brings readlink with it. */
#define MEANS_LINKS (ON_LINKS & ~BVM_BIT(FILES, READLINK))

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
	const char *close = open ? pattern_brace_end(open) : NULL;
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

/* Is what is most often a link none in the system that is looked at? */
static bool is_real(const struct rootfs *root, const char *path)
{
	const char *real = root ? rootfs_resolve(root, path) : NULL;

	return real && !strcmp(real, path);
}

static const struct link *link_of(const struct rootfs *root, const char *text,
				  bool itself)
{
	size_t i;

	for (i = 0; i < ARRAY_SIZE(links); i++)
		if (is_below(text, links[i].path) ||
		    (itself && !strcmp(text, links[i].path)))
			return is_real(root, links[i].path) ? NULL : &links[i];
	return NULL;
}

/* Where a text without braces leads if no pattern of own says it; or NULL. */
static const char *missing(struct arena *arena, const struct rootfs *root,
			   const char *text, bool itself,
			   const struct textset *own, const struct link **link)
{
	const char *target;

	*link = link_of(root, text, itself);
	if (!*link)
		return NULL;
	target = arena_printf(arena, "%s%s", (*link)->target,
			      text + strlen((*link)->path));
	return is_covered(arena, own, target) ? NULL : target;
}

/* A pattern without braces, and where in it one may be after two texts. */
struct places {
	const char *text;
	struct pattern_token *toks;
	u32 num;
	bool *at_link, *at_target;
};

static bool read_tokens(struct arena *arena, const char *text,
			struct places *places)
{
	u32 max = (u32)strlen(text) + 1;
	struct pattern_cursor cur;
	struct pattern_token *tok;

	places->text = text;
	places->num = 0;
	places->toks = arena_alloc(arena, max * sizeof(*places->toks));
	pattern_begin(&cur, text);
	do {
		tok = &places->toks[places->num++];
		if (pattern_next(&cur, tok, NULL))
			return false;
	} while (tok->kind != PATTERN_END);
	places->at_link = arena_alloc(arena, places->num * sizeof(bool));
	places->at_target = arena_alloc(arena, places->num * sizeof(bool));
	return true;
}

/* A "**" behind a '/' is meant for a whole tree: not for a link in it. */
static bool is_tree(const struct places *places, u32 i)
{
	const struct pattern_token *tok = &places->toks[i];

	return tok->kind == PATTERN_GLOBSTAR && i &&
	       tok[-1].kind == PATTERN_BYTE && tok[-1].byte == '/';
}

static bool is_loop(const struct places *places, u32 i)
{
	return places->toks[i].kind == PATTERN_STAR ||
	       (places->toks[i].kind == PATTERN_GLOBSTAR &&
		!is_tree(places, i));
}

static bool takes(const struct places *places, u32 i, char c)
{
	const struct pattern_token *tok = &places->toks[i];

	switch (tok->kind) {
	case PATTERN_BYTE:
		return tok->byte == (u8)c;
	case PATTERN_SET:
		return byteset_has(&tok->set, (u8)c);
	case PATTERN_ANY:
	case PATTERN_STAR:
		return c != '/';
	case PATTERN_GLOBSTAR:
		return !is_tree(places, i);
	default:
		return false;
	}
}

/* Those behind a loop are in it as well. Return: is there a place at all? */
static bool close_loops(const struct places *places, bool *at)
{
	bool any = false;
	u32 i;

	for (i = 0; i < places->num; i++) {
		any = any || at[i];
		if (at[i] && is_loop(places, i))
			at[i + 1] = true;
	}
	return any;
}

/* Set at to the places after a name. */
static void walk(const struct places *places, const char *name, bool *at)
{
	u32 i;

	memset(at, 0, places->num * sizeof(*at));
	at[0] = true;
	for (; close_loops(places, at) && *name; name++) {
		/* backwards: a place that was stepped to is not stepped from */
		for (i = places->num; i--;) {
			bool was = at[i], taken = takes(places, i, *name);

			at[i] = was && taken && is_loop(places, i);
			if (was && taken && !at[i])
				at[i + 1] = true;
		}
	}
}

/*
 * What must follow the link's target for the pattern to go on from place i,
 * or NULL if nothing that is behind the link, or it itself, does.
 */
static const char *rest_from(struct arena *arena, const struct places *places,
			     u32 i, bool itself)
{
	const struct pattern_token *tok = &places->toks[i];
	const char *rest = places->text + tok->off;

	if (tok->kind == PATTERN_GLOBSTAR)
		return arena_printf(arena, "/%s", rest);
	if (tok->kind == PATTERN_BYTE && tok->byte == '/')
		return rest;
	/* A last component that is "*" is meant for all that is there. */
	if (tok->kind != PATTERN_END || !itself ||
	    (i > 1 && tok[-1].kind == PATTERN_STAR &&
	     tok[-2].kind == PATTERN_BYTE && tok[-2].byte == '/'))
		return NULL;
	return rest;
}

/*
 * "/b*" followed by "/sh" is meant for /bin/sh, too. A place that the target
 * leads to as well, as "**" is at the front, goes on there by itself.
 */
static const char *behind(struct arena *arena, const struct places *places,
			  const struct link *link, bool itself,
			  const struct textset *own)
{
	const char *rest, *target;
	u32 i;

	walk(places, link->path, places->at_link);
	walk(places, link->target, places->at_target);
	for (i = 0; i < places->num; i++) {
		if (!places->at_link[i] || places->at_target[i])
			continue;
		rest = rest_from(arena, places, i, itself);
		if (!rest)
			continue;
		target = arena_printf(arena, "%s%s", link->target, rest);
		if (!is_covered(arena, own, target))
			return target;
	}
	return NULL;
}

static void check_wildcards(struct parse *parse,
			    const struct ast_pattern *pattern, const char *text,
			    bool itself, const struct textset *own)
{
	struct places places;
	const char *target;
	size_t i;

	if (!read_tokens(parse->arena, text, &places))
		return;
	for (i = 0; i < ARRAY_SIZE(links); i++) {
		target = behind(parse->arena, &places, &links[i], itself, own);
		if (!target || is_real(parse->root, links[i].path))
			continue;
		diag_report(parse->diag, &pattern->span, LINK_GLOB,
			    pattern->text, links[i].path);
		diag_note(parse->diag,
			  "rules see paths after links: add %s to the rule",
			  target);
		return;
	}
}

static void report(struct parse *parse, bool hole,
		   const struct ast_pattern *pattern, const struct link *link,
		   const char *target)
{
	if (hole)
		diag_report(parse->diag, &pattern->span, LINK_DENY,
			    pattern->text, link->path);
	else
		diag_report(parse->diag, &pattern->span, LINK_ALLOW,
			    pattern->text, link->path);
	diag_note(parse->diag,
		  "rules see paths after links: add %s to the "
		  "rule, or write it instead",
		  target);
	if (!strcmp(target, "/usr/bin/sh"))
		diag_note(parse->diag, "sh itself is most often a link, too: "
				       "in Debian to /usr/bin/dash");
}

/* Do the rule's operations follow a link that is the last component? */
static bool follows(const struct ast_rule *rule)
{
	return rule->class != BVM_CLASS_FILES ||
	       (!(rule->ops & MEANS_LINKS) &&
		(rule->ops & ~ON_LINKS & ~BVM_BIT(FILES, INHERIT)));
}

/* A deny of these and of nothing else of the kind may deny nothing at all. */
static void check_often(struct parse *parse, const struct ast_pattern *pattern,
			const char *text, const struct textset *own)
{
	for (size_t i = 0; i < ARRAY_SIZE(often); i++) {
		if (strcmp(text, often[i].path) ||
		    is_covered(parse->arena, own, often[i].target) ||
		    is_real(parse->root, text))
			continue;
		diag_report(parse->diag, &pattern->span, LINK_OFTEN, text,
			    often[i].target);
	}
}

static void check_pattern(struct parse *parse, bool hole, bool itself,
			  const struct ast_pattern *pattern,
			  const struct textset *own)
{
	struct textset texts = alternatives(parse->arena, pattern->text);
	u32 i;

	for (i = 0; i < texts.num; i++) {
		const struct link *link;
		const char *target = missing(parse->arena, parse->root,
					     texts.items[i], itself, own,
					     &link);

		if (target)
			report(parse, hole, pattern, link, target);
		else if (!link && hole)
			check_wildcards(parse, pattern, texts.items[i], itself,
					own);
		if (hole && itself)
			check_often(parse, pattern, texts.items[i], own);
	}
}

static void add_alternatives(struct arena *arena, const char *text,
			     struct textset *out)
{
	struct textset texts = alternatives(arena, text);
	u32 i;

	for (i = 0; i < texts.num; i++)
		textset_add(arena, out, texts.items[i]);
}

/* hole: what is never reached lets something through. */
static void check_patterns(struct parse *parse, bool hole, bool itself,
			   const struct ast_patterns *patterns)
{
	struct textset own = { 0 };
	u32 i;

	for (i = 0; i < patterns->num; i++)
		add_alternatives(parse->arena, patterns->items[i].text, &own);
	textset_sort(&own);
	for (i = 0; i < patterns->num; i++)
		check_pattern(parse, hole, itself, &patterns->items[i], &own);
}

void links_check(struct parse *parse, const struct ast_rule *rule)
{
	bool denies = rule->kind == BVM_RULE_DENY;
	bool itself = follows(rule);

	check_patterns(parse, denies, itself, &rule->paths);
	check_patterns(parse, !denies, itself, &rule->except);
	check_patterns(parse, denies, true, &rule->when.exe);
}

void links_check_start(struct parse *parse, const struct ast_patterns *start)
{
	check_patterns(parse, true, true, start);
}

void links_missing(struct arena *arena, const char *const *patterns, u32 num,
		   struct textset *out)
{
	struct textset own = { 0 };
	const struct link *link;
	u32 i;

	for (i = 0; i < num; i++)
		add_alternatives(arena, patterns[i], &own);
	textset_sort(&own);
	for (i = 0; i < own.num; i++) {
		const char *target =
			missing(arena, NULL, own.items[i], true, &own, &link);

		if (target)
			textset_add(arena, out, target);
	}
}

const char *links_follow(struct arena *arena, const char *path)
{
	const struct link *link = link_of(NULL, path, true);

	return link ? arena_printf(arena, "%s%s", link->target,
				   path + strlen(link->path)) :
		      path;
}
