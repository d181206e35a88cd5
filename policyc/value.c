// SPDX-License-Identifier: GPL-2.0-only
#include <arpa/inet.h>
#include <strings.h>

#include "pattern.h"
#include "quoting.h"
#include "source.h"
#include "suggest.h"
#include "value.h"

/* ---- text ---- */

bool value_wrong_kind(struct parse *parse, enum key_id key,
		      const struct node *node)
{
	diag_report(parse->diag, &node->span, WRONG_KIND, keys[key].name,
		    key_takes(keys[key].kind), node_describe(node));
	return false;
}

static bool takes_globs(enum key_id key)
{
	return keys[key].kind != KEY_RANGES && keys[key].kind != KEY_CIDRS &&
	       keys[key].kind != KEY_NAMES;
}

/* A list or mapping among texts is most often a glob: {a,b} or [a-z]. */
static void suggest_quotes(struct parse *parse, enum key_id key,
			   const struct node *node)
{
	if (keys[key].kind == KEY_WORD || keys[key].kind == KEY_TEXT ||
	    keys[key].kind == KEY_PER_CLASS)
		return;
	if (node->kind != NODE_TEXT && takes_globs(key) &&
	    quoting_suggest(parse->arena, parse->diag, node))
		return;
	/* `fd00::` is the key `fd00:` without a value. */
	if (node->kind == NODE_MAP && node->num == 1 &&
	    node_is_empty(node->pairs[0].value))
		diag_note(parse->diag,
			  "if it is an address, write it as "
			  "\"%s:\"",
			  node->pairs[0].key->text);
}

static bool add_text(struct parse *parse, enum key_id key,
		     const struct node *node, struct values *values)
{
	struct value value = {
		.text = node->text,
		.span = node->span,
		.plain = node->plain,
		.shift = node->plain ? 0 : 1,
		.verbatim = true,
	};

	if (node->bad)
		return false;
	if (node->kind != NODE_TEXT) {
		(void)value_wrong_kind(parse, key, node);
		suggest_quotes(parse, key, node);
		return false;
	}
	/* in a value its line breaks would be a part of, say, a path */
	if (node->block && keys[key].kind != KEY_TEXT &&
	    keys[key].kind != KEY_TEXTS) {
		(void)value_wrong_kind(parse, key, node);
		diag_note(parse->diag, "of several values write a list");
		return false;
	}
	if (node_is_empty(node)) {
		diag_report(parse->diag, &node->span, EMPTY_VALUE,
			    keys[key].name,
			    *node->text ? ": YAML reads this as nothing" : "");
		if (*node->text)
			diag_note(parse->diag, "write it as %s",
				  quoting_add(parse->arena, node->text));
		return false;
	}
	return vars_expand(parse->vars, &value, values);
}

bool value_list(struct parse *parse, enum key_id key, const struct node *node,
		struct values *values)
{
	bool ok = true;
	u32 i;

	if (node->kind != NODE_LIST)
		return add_text(parse, key, node, values);
	if (!node->num) {
		diag_report(parse->diag, &node->span, EMPTY_LIST,
			    keys[key].name);
		if (keys[key].kind != KEY_OPS && keys[key].kind != KEY_OBJECTS)
			diag_note(parse->diag,
				  "leave the key out to match all");
		return false;
	}
	for (i = 0; i < node->num; i++)
		ok &= add_text(parse, key, node->items[i], values);
	return ok;
}

bool value_text(struct parse *parse, enum key_id key, const struct node *node,
		struct value *value)
{
	struct values values = { 0 };

	if (node->kind == NODE_LIST && node->num == 1)
		node = node->items[0];
	if (!add_text(parse, key, node, &values))
		return false;
	if (values.num != 1) {
		diag_report(parse->diag, &node->span, VAR_MANY, keys[key].name,
			    values.num);
		return false;
	}
	*value = values.items[0];
	return true;
}

bool value_line(struct parse *parse, enum key_id key, const struct node *node,
		const char **line)
{
	struct value value;
	size_t len;

	if (!value_text(parse, key, node, &value))
		return false;
	len = strlen(value.text);
	/* YAML ends what stands behind '>' or '|' with a line break */
	while (node->block && len && value.text[len - 1] == '\n')
		len--;
	for (size_t i = 0; i < len; i++)
		if ((u8)value.text[i] < 0x20 || value.text[i] == 0x7f) {
			diag_report(parse->diag, &value.span, BAD_LINE,
				    keys[key].name,
				    "has a line break or control character");
			return false;
		}
	if (len > VALUE_MAX_LINE) {
		diag_report(parse->diag, &value.span, BAD_LINE, keys[key].name,
			    arena_printf(parse->arena, "is over %u bytes long",
					 VALUE_MAX_LINE));
		return false;
	}
	*line = arena_strndup(parse->arena, value.text, len);
	return true;
}

/* ---- words ---- */

static bool is_one_of(const char *text, const char *const *words)
{
	for (; *words; words++)
		if (!strcasecmp(text, *words))
			return true;
	return false;
}

bool value_boolean(struct parse *parse, enum key_id key,
		   const struct node *node, bool *result)
{
	static const char *const yes[] = { "yes", "on", "y", "true", NULL };
	static const char *const no[] = { "no", "off", "n", "false", NULL };
	struct value value;

	if (!value_text(parse, key, node, &value))
		return false;
	*result = value.plain && !strcmp(value.text, "true");
	if (*result || (value.plain && !strcmp(value.text, "false")))
		return true;
	diag_report(parse->diag, &value.span, NOT_BOOLEAN, keys[key].name,
		    value.text);
	if (is_one_of(value.text, yes))
		diag_note(parse->diag, "write true, without quotes");
	else if (is_one_of(value.text, no))
		diag_note(parse->diag, "write false, without quotes");
	return false;
}

long value_name(struct parse *parse, const struct bvm_name *names,
		const char *what, const struct value *value)
{
	struct suggest suggest = SUGGEST_INIT(value->text);
	long num = bvm_name_find(names, value->text);

	if (num >= 0)
		return num;
	if (!strncasecmp(suggest.word, "CAP_", 4))
		suggest.word += 4;
	else if (!strncasecmp(suggest.word, "SIG", 3))
		suggest.word += 3;
	diag_report(parse->diag, &value->span, UNKNOWN_WORD, what, value->text);
	for (; names->name; names++)
		suggest_try(&suggest, names->name);
	if (suggest.best)
		diag_note(parse->diag, "did you mean '%s'?", suggest.best);
	return -1;
}

/* ---- numbers ---- */

#define LETTERS "abcdefghijklmnopqrstuvwxyz"

/* Digits up to *end; false if there are none, or they do not fit. */
static bool read_digits(const char *text, size_t len, u64 *number)
{
	size_t i;

	*number = 0;
	for (i = 0; i < len; i++) {
		if (text[i] < '0' || text[i] > '9')
			return false;
		if (__builtin_mul_overflow(*number, 10, number) ||
		    __builtin_add_overflow(*number, (u64)(text[i] - '0'),
					   number))
			*number = U64_MAX;
		if (*number == U64_MAX)
			return true;
	}
	return len > 0;
}

static void explain_number(struct parse *parse, enum key_id key,
			   const char *text)
{
	if (text[0] == '0' && (text[1] == 'x' || text[1] == 'o'))
		diag_note(parse->diag, "write it in decimal");
	else if (strchr(text, ':'))
		diag_note(parse->diag, "YAML may read this as a number of "
				       "base 60; write plain digits");
	else if (strpbrk(text, ",_"))
		diag_note(parse->diag, "write plain digits; several values "
				       "are a list: [80, 443]");
	else if (keys[key].parent == KEY_IN_WHEN && strpbrk(text, LETTERS))
		diag_note(parse->diag, "names differ from container to "
				       "container; write the number");
	else if ((key == KEY_NETWORK_PORTS || key == KEY_NETWORK_PEER_PORTS) &&
		 strpbrk(text, LETTERS))
		diag_note(parse->diag, "the kernel knows ports, not services; "
				       "write the number");
	else if (*text == '-')
		diag_note(parse->diag, "there are no negative ones");
}

static bool read_number(struct parse *parse, enum key_id key,
			const struct value *value, struct ast_range *range,
			u64 max)
{
	const char *text = value->text;
	const char *dash = strchr(text, '-');
	size_t low = dash ? (size_t)(dash - text) : strlen(text);
	const char *high = dash ? dash + 1 : text;

	if (!read_digits(text, low, &range->lo) ||
	    !read_digits(high, strlen(high), &range->hi)) {
		diag_report(parse->diag, &value->span, NOT_NUMBER,
			    keys[key].name, text);
		explain_number(parse, key, text);
		return false;
	}
	/* YAML 1.1 reads these as octal. */
	if ((low > 1 && *text == '0') || (*high == '0' && high[1])) {
		diag_report(parse->diag, &value->span, NOT_NUMBER,
			    keys[key].name, text);
		diag_note(parse->diag, "no leading zeroes: numbers are "
				       "decimal");
		return false;
	}
	if (range->lo > max || range->hi > max) {
		diag_report(parse->diag, &value->span, NUMBER_RANGE,
			    keys[key].name, 0ull, (unsigned long long)max,
			    text);
		return false;
	}
	if (range->lo > range->hi) {
		diag_report(parse->diag, &value->span, RANGE_ORDER, text);
		diag_note(parse->diag, "write %s-%.*s", high, (int)low, text);
		return false;
	}
	range->span = value->span;
	return true;
}

bool value_ranges(struct parse *parse, enum key_id key, const struct node *node,
		  u64 max, struct ast_ranges *ranges)
{
	struct values values = { 0 };
	bool ok = value_list(parse, key, node, &values);
	u32 i;

	for (i = 0; i < values.num; i++) {
		struct ast_range range;

		if (!read_number(parse, key, &values.items[i], &range, max)) {
			ok = false;
			continue;
		}
		ranges->items = arena_grow(parse->arena, ranges->items,
					   ranges->num, sizeof(range));
		ranges->items[ranges->num++] = range;
	}
	return ok;
}

/* ---- patterns ---- */

/* check: pattern_check or pattern_check_text */
static bool add_pattern(struct parse *parse, const struct value *value,
			struct ast_patterns *patterns,
			int (*check)(const char *, struct pattern_error *))
{
	struct ast_pattern pattern = { value->text, value->span };
	struct pattern_error err;
	struct span span = value->span;

	if (!check(value->text, &err)) {
		patterns->items = arena_grow(parse->arena, patterns->items,
					     patterns->num, sizeof(pattern));
		patterns->items[patterns->num++] = pattern;
		return true;
	}
	if (value->verbatim && span.line == span.end_line) {
		u32 col = span.col + value->shift + err.off;

		/* Escapes and folded lines make the source longer. */
		if (col < span.end_col) {
			span.col = col;
			if (col + err.len < span.end_col)
				span.end_col = col + err.len;
		}
	}
	diag_report(parse->diag, &span, PATTERN, value->text, err.text);
	if (*err.hint)
		diag_note(parse->diag, "%s", err.hint);
	return false;
}

bool value_add_pattern(struct parse *parse, const struct value *value,
		       struct ast_patterns *patterns)
{
	return add_pattern(parse, value, patterns, pattern_check);
}

bool value_text_patterns(struct parse *parse, enum key_id key,
			 const struct node *node, struct ast_patterns *patterns)
{
	struct values values = { 0 };
	bool ok = value_list(parse, key, node, &values);
	u32 i;

	for (i = 0; i < values.num; i++)
		ok &= add_pattern(parse, &values.items[i], patterns,
				  pattern_check_text);
	return ok;
}

bool value_patterns(struct parse *parse, enum key_id key,
		    const struct node *node, struct ast_patterns *patterns)
{
	struct values values = { 0 };
	bool ok = value_list(parse, key, node, &values);
	u32 i;

	for (i = 0; i < values.num; i++)
		ok &= value_add_pattern(parse, &values.items[i], patterns);
	return ok;
}

/* ---- addresses ---- */

static bool read_address(const char *text, struct bvm_addr *addr, bool *v4)
{
	memset(addr, 0, sizeof(*addr));
	*v4 = inet_pton(AF_INET, text, addr->bytes + 12) == 1;
	if (*v4)
		addr->bytes[10] = addr->bytes[11] = 0xff;
	return *v4 || inet_pton(AF_INET6, text, addr->bytes) == 1;
}

/* Clear what a prefix of len bits does not cover. True if it was clear. */
static bool clear_host(struct bvm_addr *addr, u32 len)
{
	bool clear = true;
	u32 i;

	for (i = len; i < 128; i++) {
		u8 bit = (u8)(0x80 >> i % 8);

		if (addr->bytes[i / 8] & bit)
			clear = false;
		addr->bytes[i / 8] &= (u8)~bit;
	}
	return clear;
}

static const char *print_cidr(struct arena *arena, const struct bvm_addr *addr,
			      u32 len, bool v4)
{
	char text[INET6_ADDRSTRLEN];

	if (!inet_ntop(v4 ? AF_INET : AF_INET6, addr->bytes + (v4 ? 12 : 0),
		       text, sizeof(text)))
		return "?";
	return arena_printf(arena, "%s/%u", text, v4 ? len - 96 : len);
}

static bool bad_cidr(struct parse *parse, const struct value *value,
		     const char *why)
{
	diag_report(parse->diag, &value->span, BAD_CIDR, value->text, why);
	return false;
}

static bool read_cidr(struct parse *parse, const struct value *value,
		      struct ast_cidr *cidr)
{
	const char *slash = strchr(value->text, '/');
	char *host = arena_strdup(parse->arena, value->text);
	u64 len = 128;
	bool v4;

	if (slash)
		host[slash - value->text] = 0;
	if (!read_address(host, &cidr->addr, &v4)) {
		bad_cidr(parse, value, "expected a.b.c.d/N or IPv6/N");
		if (strpbrk(host, "ghijklmnopqrstuvwxyz"))
			diag_note(parse->diag, "the kernel knows addresses, "
					       "not names");
		return false;
	}
	if (slash && (!read_digits(slash + 1, strlen(slash + 1), &len) ||
		      (slash[1] == '0' && slash[2])))
		return bad_cidr(parse, value, "expected a number behind '/'");
	if (slash && len > (v4 ? 32 : 128))
		return bad_cidr(parse, value,
				v4 ? "at most /32" : "at most /128");
	cidr->len = (u32)len + (slash && v4 ? 96 : 0);
	cidr->span = value->span;
	if (clear_host(&cidr->addr, cidr->len))
		return true;
	bad_cidr(parse, value, "bits are set behind the prefix");
	diag_note(parse->diag, "write the network, %s, or the address alone",
		  print_cidr(parse->arena, &cidr->addr, cidr->len, v4));
	return false;
}

bool value_cidrs(struct parse *parse, enum key_id key, const struct node *node,
		 struct ast_cidrs *cidrs)
{
	struct values values = { 0 };
	bool ok = value_list(parse, key, node, &values);
	u32 i;

	for (i = 0; i < values.num; i++) {
		struct ast_cidr cidr;

		if (!read_cidr(parse, &values.items[i], &cidr)) {
			ok = false;
			continue;
		}
		cidrs->items = arena_grow(parse->arena, cidrs->items,
					  cidrs->num, sizeof(cidr));
		cidrs->items[cidrs->num++] = cidr;
	}
	return ok;
}
