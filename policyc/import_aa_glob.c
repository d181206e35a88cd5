// SPDX-License-Identifier: GPL-2.0-only
#include <ctype.h>
#include <string.h>

#include "import_aa_glob.h"
#include "pattern.h"

#define MAX_TEXTS 512 /* that one glob is split into */
#define MAX_TOKENS 4096
#define MAX_STEPS 20000 /* of matching */
#define MAX_PATTERN 1024 /* bytes */

enum kind { LITERAL, ANY, STAR, GLOBSTAR, SET, OPEN, NEXT, CLOSE };

struct token {
	enum kind kind;
	char byte; /* LITERAL */
	bool slash; /* SET: matches '/' as well; LITERAL: is of such a set */
	const char *set; /* SET: as Bailiff writes it */
};

struct tokens {
	struct token *items;
	u32 num;
};

struct glob {
	struct arena *arena;
	bool deny;
	bool split; /* every alternative is a pattern of its own */
	u32 num_texts;
	u32 num_steps;
	struct aa_globs *out;
	const char *why;
};

static void add(struct glob *g, struct tokens *to, struct token token)
{
	to->items = arena_grow(g->arena, to->items, to->num, sizeof(token));
	to->items[to->num++] = token;
}

/* ---- reading ---- */

static bool needs_quoting(char c)
{
	return (u8)c < 0x80 && !isalnum((u8)c) && !strchr("/._-@%=:~ ,&", c);
}

/* One byte that may be quoted: by '\' or as '\' and three octal digits. */
static char read_byte(const char **at)
{
	const char *p = *at;
	unsigned int value = 0;

	if (*p != '\\' || !p[1]) {
		*at = p + 1;
		return *p;
	}
	if (p[1] < '0' || p[1] > '3' || p[2] < '0' || p[2] > '7' ||
	    p[3] < '0' || p[3] > '7') {
		*at = p + 2;
		return p[1];
	}
	for (int i = 1; i <= 3; i++)
		value = value * 8 + (unsigned int)(p[i] - '0');
	*at = p + 4;
	return (char)value;
}

static void put_member(struct buf *set, char c)
{
	if (!isalnum((u8)c) && !strchr("/._@%=:~ ", c))
		buf_put_u8(set, '\\');
	buf_put_u8(set, (u8)c);
}

/* Members of a set from behind the '['. False: this is none. */
static bool read_set(struct glob *g, const char **at, struct token *token)
{
	struct buf set = BUF_INIT(g->arena);
	const bool negated = **at == '^';
	bool slash = false;
	u32 num = 0;

	*at += negated;
	buf_printf(&set, negated ? "[^" : "[");
	while (**at && **at != ']') {
		char low = read_byte(at), high = low;

		if (**at == '-' && (*at)[1] && (*at)[1] != ']') {
			(*at)++;
			high = read_byte(at);
		}
		if ((u8)low < 0x20 || (u8)high >= 0x7f || low > high)
			return false;
		slash |= low <= '/' && high >= '/';
		if (low == '/' && high == '/')
			continue;
		put_member(&set, low);
		if (high != low) {
			buf_put_u8(&set, '-');
			put_member(&set, high);
		}
		num++;
	}
	if (**at != ']' || (!num && !slash))
		return false;
	(*at)++;
	buf_put_u8(&set, ']');
	*token = (struct token){ .kind = SET, .slash = slash != negated };
	if (num)
		token->set = buf_text(&set);
	else if (negated)
		*token = (struct token){ .kind = ANY };
	return true;
}

/* A '/' that a set matches: the other way that the path may go. */
static void add_set(struct glob *g, struct tokens *to, struct token set)
{
	const bool both = set.slash && set.set;

	if (both)
		add(g, to, (struct token){ .kind = OPEN });
	if (set.set || set.kind == ANY)
		add(g, to, set);
	if (both)
		add(g, to, (struct token){ .kind = NEXT });
	if (both || !(set.set || set.kind == ANY))
		add(g, to,
		    (struct token){
			    .kind = LITERAL, .byte = '/', .slash = true });
	if (both)
		add(g, to, (struct token){ .kind = CLOSE });
	g->split |= both;
}

static const char *read_glob(struct glob *g, const char *text,
			     struct tokens *to)
{
	u32 depth = 0;

	while (*text) {
		struct token token = { .kind = LITERAL };

		if (to->num > MAX_TOKENS)
			return "a glob that is too long";
		if (*text == '*') {
			token.kind = text[1] == '*' ? GLOBSTAR : STAR;
			text += strspn(text, "*");
		} else if (*text == '?') {
			token.kind = ANY;
			text++;
		} else if (*text == '[') {
			text++;
			if (!read_set(g, &text, &token))
				return "a set in [] that is none in Bailiff";
			add_set(g, to, token);
			continue;
		} else if (*text == '{') {
			token.kind = OPEN;
			depth++;
			text++;
		} else if (*text == '}' && depth) {
			token.kind = CLOSE;
			depth--;
			text++;
		} else if (*text == ',' && depth) {
			token.kind = NEXT;
			text++;
		} else if (*text == '}') {
			return "an unbalanced '}'";
		} else {
			token.byte = read_byte(&text);
			/* '//' is '/', where it is written */
			if (token.byte == '/' && to->num &&
			    to->items[to->num - 1].kind == LITERAL &&
			    to->items[to->num - 1].byte == '/')
				continue;
		}
		add(g, to, token);
	}
	return depth ? "an unbalanced '{'" : NULL;
}

/* ---- the pattern of tokens without a choice at the end ---- */

static const char *render(struct glob *g, const struct tokens *from)
{
	struct buf out = BUF_INIT(g->arena);

	for (u32 i = 0; i < from->num; i++) {
		const struct token *t = &from->items[i];

		switch (t->kind) {
		case LITERAL:
			if (needs_quoting(t->byte) || t->byte == ',')
				buf_put_u8(&out, '\\');
			buf_put_u8(&out, (u8)t->byte);
			break;
		case SET:
			buf_printf(&out, "%s", t->set);
			break;
		default:
			buf_printf(&out, "%s",
				   (const char *const[]){
					   [ANY] = "?",
					   [STAR] = "*",
					   [GLOBSTAR] = "**",
					   [OPEN] = "{",
					   [NEXT] = ",",
					   [CLOSE] = "}" }[t->kind]);
		}
	}
	return buf_text(&out);
}

static bool is_text(const char *text)
{
	const size_t len = strlen(text);

	for (size_t i = 0, step; i < len; i += step) {
		step = utf8_len(text + i, len - i);
		if (!step || (u8)text[i] < 0x20 || text[i] == 0x7f)
			return false;
		if (step == 2 && (u8)text[i] == 0xc2 && (u8)text[i + 1] < 0xa0)
			return false;
		/* what YAML takes for the end of a line, or refuses */
		if (!strncmp(text + i, "\xe2\x80\xa8", 3) ||
		    !strncmp(text + i, "\xe2\x80\xa9", 3) ||
		    !strncmp(text + i, "\xef\xbb\xbf", 3) ||
		    !strncmp(text + i, "\xef\xbf\xbe", 3) ||
		    !strncmp(text + i, "\xef\xbf\xbf", 3))
			return false;
	}
	return true;
}

/* ---- /proc ---- */

static bool matches(struct glob *g, const char *glob, const char *text);

/* The choices of a '{', each with what is behind its '}'. */
static bool matches_choice(struct glob *g, const char *open, const char *text)
{
	const char *close = pattern_brace_end(open);
	const char *from = open + 1;
	u32 depth = 0;

	if (!close)
		return false;
	for (const char *at = from; at <= close; at++) {
		if (at == close || (*at == ',' && !depth)) {
			if (matches(g,
				    arena_printf(g->arena, "%.*s%s",
						 (int)(at - from), from,
						 close + 1),
				    text))
				return true;
			from = at + 1;
		} else if (*at == '\\') {
			at++;
		} else if (*at == '{') {
			depth++;
		} else if (*at == '}') {
			depth--;
		}
	}
	return false;
}

static bool matches_set(struct glob *g, const char *glob, const char *text)
{
	const bool negated = glob[1] == '^';
	const char *at = glob + 1 + negated;
	bool found = false;

	while (*at && *at != ']') {
		char low = read_byte(&at), high = low;

		if (*at == '-') {
			at++;
			high = read_byte(&at);
		}
		found |= low <= *text && *text <= high;
	}
	return *text && *at && found != negated && matches(g, at + 1, text + 1);
}

/* Does a glob of one component match? Braces may be in it, '/' may not. */
static bool matches(struct glob *g, const char *glob, const char *text)
{
	if (++g->num_steps > MAX_STEPS)
		return false;
	switch (*glob) {
	case '\0':
		return !*text;
	case '*':
		glob += strspn(glob, "*");
		do {
			if (matches(g, glob, text))
				return true;
		} while (*text++);
		return false;
	case '?':
		return *text && matches(g, glob + 1, text + 1);
	case '[':
		return matches_set(g, glob, text);
	case '{':
		return matches_choice(g, glob, text);
	default:
		glob += *glob == '\\' && glob[1];
		return *glob == *text && matches(g, glob + 1, text + 1);
	}
}

static void put(struct glob *g, enum aa_what what, bool not_own,
		const char *text)
{
	struct import_list *list = &g->out->items[what][not_own];

	if (!import_list_has(list, text))
		import_list_add(g->arena, list, text);
}

/* The length of a component; 0: braces reach over its end. */
static size_t component_len(const char *text)
{
	u32 depth = 0;
	size_t i;

	for (i = 0; text[i] && (depth || text[i] != '/'); i++) {
		if (text[i] == '\\' && text[i + 1])
			i++;
		else if (text[i] == '{')
			depth++;
		else if (text[i] == '}')
			depth--;
		else if (text[i] == '/')
			return 0;
	}
	return i;
}

/* The name behind /proc/ if a glob may be about that; else NULL. */
static const char *behind_proc(struct glob *g, const char *text, bool *unclear)
{
	const size_t len = component_len(text + 1);
	const char *end = pattern_brace_end(text);

	/* braces reach over the end of the first name */
	*unclear = text[1] && !len &&
		   (!end || strcspn(text, "*?[p") < (size_t)(end - text));
	if (!len || !text[1 + len] ||
	    !matches(g, arena_strndup(g->arena, text + 1, len), "proc"))
		return NULL;
	return text + 1 + len + 1;
}

/* Which processes /proc/NAME means. False: braces are in the way. */
static bool put_process(struct glob *g, enum aa_what what, const char *text,
			const char *name)
{
	static const char *const numbers[] = { "1",	 "22",	  "304",
					       "4096",	 "57005", "612345",
					       "4194303" };
	const size_t len = component_len(name);
	const char *glob;
	u32 num = 0;
	bool all, self;

	if (!len)
		return false;
	glob = arena_strndup(g->arena, name, len);
	for (size_t i = 0; i < ARRAY_SIZE(numbers); i++)
		num += matches(g, glob, numbers[i]);
	self = matches(g, glob, "self");
	all = num == ARRAY_SIZE(numbers) || (g->deny && num);
	if (self && !num && !strcmp(glob, "self")) {
		g->why = "to AppArmor a process is /proc/123, never /proc/self";
		return true;
	}
	put(g, what, self && !all, text);
	if (!self && all)
		put(g, what, false,
		    arena_printf(g->arena, "/proc/self%s", name + len));
	return true;
}

/* A pattern for paths, if it is clear which processes it means. */
static bool put_path(struct glob *g, enum aa_what what, const char *text)
{
	bool unclear;
	const char *name;

	if (strlen(text) > MAX_PATTERN)
		return false;
	name = behind_proc(g, text, &unclear);
	if (unclear || g->num_steps > MAX_STEPS)
		return false;
	if (name)
		return put_process(g, what, text, name);
	put(g, what, false, text);
	return true;
}

/* ---- splitting ---- */

/* Two slashes beside each other: no path has them. */
static bool has_empty_name(const struct tokens *t)
{
	for (u32 i = 1; i < t->num; i++)
		if (t->items[i].kind == LITERAL && t->items[i].byte == '/' &&
		    t->items[i - 1].kind == LITERAL &&
		    t->items[i - 1].byte == '/')
			return true;
	return false;
}

/* A deny of all below the last directory that is sure. */
static void put_rough(struct glob *g, const struct tokens *from)
{
	struct tokens sure = { .items = from->items };
	const char *text = "/**";

	for (u32 i = 0; i < from->num && from->items[i].kind == LITERAL; i++)
		if (from->items[i].byte == '/')
			sure.num = i + 1;
	if (sure.num > 1)
		text = arena_printf(g->arena, "%s**", render(g, &sure));
	/* a name that a policy cannot hold, or one that is no path */
	if (!is_text(text) || strlen(text) > MAX_PATTERN ||
	    pattern_check(text, NULL))
		text = "/**";
	put(g, AA_BOTH, false, text);
	g->why = "this glob has no equal; all below its directory is denied";
}

static bool has_braces(const struct tokens *from)
{
	for (u32 i = 0; i < from->num; i++)
		if (from->items[i].kind == OPEN)
			return true;
	return false;
}

static void split(struct glob *g, const struct tokens *from);

/* A glob that does not end in a choice. */
static void finish(struct glob *g, const struct tokens *from)
{
	struct pattern_error err = { .text = "this is no path" };
	enum aa_what what = AA_OTHER;
	struct tokens left = *from;
	const struct token *last;
	const char *text;

	if (!from->num || (!has_braces(from) && has_empty_name(from)))
		return;
	last = &from->items[from->num - 1];
	/* a '*' behind the '/' of a set may be nothing: the directory itself */
	if (from->num > 1 && (last->kind == STAR || last->kind == GLOBSTAR) &&
	    last[-1].kind == LITERAL && last[-1].slash) {
		left.num--;
		finish(g, &left);
		left.num++;
	}
	if (last->kind == GLOBSTAR) {
		what = AA_BOTH;
	} else if (last->kind == LITERAL && last->byte == '/') {
		what = AA_DIR;
		left.num -= left.num > 1;
	}
	text = render(g, &left);
	if (*text == '/' && is_text(text) && !pattern_check(text, &err) &&
	    put_path(g, what, text))
		return;
	if (g->num_steps > MAX_STEPS)
		err = (struct pattern_error){ .text = "it is too long" };
	if (has_braces(from) && !g->split && g->num_steps <= MAX_STEPS) {
		g->split = true;
		split(g, from);
		g->split = false;
	} else if (g->deny) {
		put_rough(g, from);
	} else {
		g->why = arena_printf(g->arena, "a glob with no equal: %s",
				      err.text);
	}
}

/* The choice that is to be made: the last one, or one at the end. */
static bool find_choice(const struct glob *g, const struct tokens *from,
			u32 *open, u32 *close)
{
	u32 depth = 0;

	*close = from->num;
	for (u32 i = from->num; i-- > 0;) {
		const enum kind kind = from->items[i].kind;

		if (kind == CLOSE && !depth++)
			*close = i;
		if (kind == OPEN && !--depth) {
			*open = i;
			return g->split || *close == from->num - 1;
		}
	}
	return false;
}

static void split(struct glob *g, const struct tokens *from)
{
	u32 open, close, depth = 0, start;

	if (++g->num_texts > MAX_TEXTS)
		return;
	if (!find_choice(g, from, &open, &close)) {
		finish(g, from);
		return;
	}
	start = open + 1;
	for (u32 i = start; i <= close; i++) {
		const enum kind kind = from->items[i].kind;
		struct tokens one = { 0 };

		depth += kind == OPEN;
		if (i < close && (depth || kind != NEXT)) {
			depth -= kind == CLOSE;
			continue;
		}
		for (u32 k = 0; k < from->num; k++)
			if (k < open || (k >= start && k < i) || k > close)
				add(g, &one, from->items[k]);
		start = i + 1;
		if (one.num)
			split(g, &one);
	}
}

const char *aa_glob_add(struct arena *arena, const char *text, bool deny,
			struct aa_globs *out)
{
	struct glob g = { .arena = arena, .deny = deny, .out = out };
	struct tokens tokens = { 0 };
	const char *why = read_glob(&g, text, &tokens);

	if (!why && !tokens.num)
		why = "an empty path";
	if (why) {
		if (deny)
			put(&g, AA_BOTH, false, "/**");
		return why;
	}
	split(&g, &tokens);
	if (g.num_texts <= MAX_TEXTS)
		return g.why;
	if (deny)
		put_rough(&g, &tokens);
	return "a glob with too many alternatives";
}
