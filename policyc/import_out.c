// SPDX-License-Identifier: GPL-2.0-only
#include <ctype.h>
#include <string.h>

#include "import_out.h"
#include "links.h"
#include "pattern.h"
#include "quoting.h"
#include "section.h"

#define MAX_LINE 100 /* bytes of a source line in a comment */
#define MAX_NAME 63 /* bytes of a policy's name */

void import_out_init(struct import *im, struct arena *arena, struct diag *diag)
{
	*im = (struct import){ .arena = arena, .diag = diag };
	im->head = (struct buf)BUF_INIT(arena);
	im->top = (struct buf)BUF_INIT(arena);
	im->syscalls = (struct buf)BUF_INIT(arena);
	for (u32 i = 0; i < BVM_NUM_CLASSES; i++)
		im->rules[i] = (struct buf)BUF_INIT(arena);
}

void import_list_add(struct arena *arena, struct import_list *list,
		     const char *text)
{
	list->items = arena_grow(arena, (void *)list->items, list->num,
				 sizeof(*list->items));
	list->items[list->num++] = text;
}

bool import_list_has(const struct import_list *list, const char *text)
{
	for (u32 i = 0; i < list->num; i++)
		if (!strcmp(list->items[i], text))
			return true;
	return false;
}

/* ---- where things come from ---- */

/* A comment is one line of printable UTF-8. */
static void put_clean(struct buf *out, const char *text, size_t len)
{
	for (size_t i = 0, step; i < len; i += step ? step : 1) {
		step = utf8_len(text + i, len - i);
		if (!step || (u8)text[i] < 0x20 || text[i] == 0x7f ||
		    (step == 2 && (u8)text[i] == 0xc2))
			buf_put_u8(out, text[i] == '\t' ? ' ' : '?');
		else if (step == 3 && (u8)text[i] >= 0xe2)
			/* line separators, byte order marks, non-characters */
			buf_put_u8(out, '?');
		else if (step == 4)
			buf_put_u8(out, '?');
		else
			buf_put(out, text + i, step);
	}
}

static const char *clean_line(struct arena *arena, const struct span *from)
{
	struct buf out = BUF_INIT(arena);
	const char *line;
	size_t len;

	if (!from->source)
		return "";
	line = source_line(from->source, from->line, &len);
	for (; len && isspace((u8)*line); len--)
		line++;
	put_clean(&out, line, len > MAX_LINE ? MAX_LINE : len);
	if (len > MAX_LINE)
		buf_printf(&out, "...");
	return buf_text(&out);
}

const char *import_out_line(struct arena *arena, const struct span *from)
{
	struct buf out = BUF_INIT(arena);

	if (!from->source)
		return "";
	put_clean(&out, from->source->name, strlen(from->source->name));
	buf_printf(&out, ":%u: %s", from->line, clean_line(arena, from));
	return buf_text(&out);
}

void import_out_left(struct import *im, const struct span *from,
		     const char *fmt, ...)
{
	struct import_left left = { .from = *from };
	struct buf why = BUF_INIT(im->arena);
	const char *text;
	va_list args;
	size_t len;

	va_start(args, fmt);
	text = arena_vprintf(im->arena, fmt, args);
	va_end(args);
	/* words of the source may be long, and why stands behind them */
	len = strlen(text);
	if (len > 3 * MAX_LINE) {
		put_clean(&why, text, MAX_LINE);
		buf_printf(&why, "...");
		text += len - MAX_LINE;
	}
	put_clean(&why, text, strlen(text));
	left.why = buf_text(&why);
	left.text = clean_line(im->arena, from);
	/* one line may say the same of each of its values */
	for (u32 i = im->num_left; i > 0 && i + 8 > im->num_left; i--)
		if (im->left[i - 1].from.line == from->line &&
		    im->left[i - 1].from.source == from->source &&
		    !strcmp(im->left[i - 1].why, left.why))
			return;
	im->left = arena_grow(im->arena, im->left, im->num_left, sizeof(left));
	im->left[im->num_left++] = left;
}

void import_out_error(struct import *im, const struct span *at, const char *fmt,
		      ...)
{
	const char *text;
	va_list args;

	va_start(args, fmt);
	text = arena_vprintf(im->arena, fmt, args);
	va_end(args);
	diag_report(im->diag, at, IMPORT, text);
}

/* ---- the policy ---- */

void import_out_name(struct import *im, const char *name)
{
	char *out = arena_alloc(im->arena, MAX_NAME + 1);
	size_t len = 0;

	for (; *name && len < MAX_NAME; name++) {
		if (isalnum((u8)*name) || (len && strchr("._-", *name)))
			out[len++] = (char)tolower((u8)*name);
		else if (len && out[len - 1] != '.')
			out[len++] = '.';
	}
	while (len && !isalnum((u8)out[len - 1]))
		len--;
	out[len] = '\0';
	im->name = len ? out : "imported";
	if (section_why_bad_name(im->name))
		im->name = arena_printf(im->arena, "imported.%s", im->name);
}

void import_out_name_file(struct import *im, const struct source *source,
			  const char *end)
{
	const char *slash = strrchr(source->name, '/');
	const char *name = slash ? slash + 1 : source->name;
	const size_t len = strlen(name), cut = strlen(end);

	if (len > cut && !strcmp(name + len - cut, end))
		name = arena_strndup(im->arena, name, len - cut);
	import_out_name(im, name);
}

void import_out_rule(struct import *im, u32 class, const struct span *from,
		     const char *kind, const char *what)
{
	struct buf *out = &im->rules[class];

	if (im->num_rules++ == IMPORT_MAX_RULES)
		import_out_error(im, from, "over %u rules", IMPORT_MAX_RULES);
	if (im->num_rules > IMPORT_MAX_RULES)
		return;
	if (from->source)
		buf_printf(out, "  # %s\n", import_out_line(im->arena, from));
	/* a list of lines begins with one */
	buf_printf(out, "  - %s:%s%s\n", kind, *what == '\n' ? "" : " ", what);
}

bool import_out_condition(struct import *im, u32 class, const char *text,
			  u32 max)
{
	struct import_list *list = &im->conditions[class];

	if (import_list_has(list, text))
		return true;
	if (list->num == max)
		return false;
	import_list_add(im->arena, list, text);
	return true;
}

void import_out_key(struct import *im, u32 class, const char *key,
		    const char *value)
{
	if (im->num_rules <= IMPORT_MAX_RULES)
		buf_printf(&im->rules[class], "    %s: %s\n", key, value);
}

void import_out_texts(struct import *im, u32 class, const char *key,
		      const struct import_list *texts)
{
	struct buf *out = &im->rules[class];

	if (im->num_rules > IMPORT_MAX_RULES)
		return;
	if (texts->num == 1) {
		buf_printf(out, "    %s: %s\n", key,
			   quoting_add(im->arena, texts->items[0]));
		return;
	}
	buf_printf(out, "    %s:\n", key);
	for (u32 i = 0; i < texts->num; i++)
		buf_printf(out, "      - %s\n",
			   quoting_add(im->arena, texts->items[i]));
}

void import_out_follow(struct import *im, const struct span *from,
		       struct import_list *paths)
{
	struct textset missing = { 0 };

	links_missing(im->arena, paths->items, paths->num, &missing);
	for (u32 i = 0; i < missing.num; i++) {
		const char *text = missing.items[i];

		/* a link's target may be longer than its name */
		if (pattern_check(text, NULL))
			text = "/**";
		if (import_list_has(paths, text))
			continue;
		import_list_add(im->arena, paths, text);
		import_out_left(im, from,
				"a path through a well-known link; denied is "
				"also where it leads: %s",
				text);
	}
}

const char *import_out_words(struct arena *arena,
			     const struct import_list *words)
{
	struct buf out = BUF_INIT(arena);

	if (words->num == 1)
		return words->items[0];
	for (u32 i = 0; i < words->num; i++)
		buf_printf(&out, "%s%s", i ? ", " : "[", words->items[i]);
	buf_put_u8(&out, ']');
	return buf_text(&out);
}

const char *import_out_policy(struct import *im)
{
	struct buf out = BUF_INIT(im->arena);

	buf_printf(&out, "%s", buf_text(&im->head));
	for (u32 i = 0; i < im->num_left; i++) {
		const struct import_left *left = &im->left[i];

		buf_printf(&out, "# not imported: %s\n#     %s\n",
			   import_out_line(im->arena, &left->from), left->why);
	}
	buf_printf(&out, "bailiff: 1\npolicy: %s\n", im->name ?: "imported");
	if (im->audit)
		buf_printf(&out, "mode: audit\n");
	buf_printf(&out, "%s", buf_text(&im->top));
	for (u32 i = 1; i < BVM_NUM_CLASSES; i++)
		if (im->rules[i].len)
			buf_printf(&out, "%s:\n%s", bvm_classes[i].name,
				   buf_text(&im->rules[i]));
	buf_printf(&out, "%s", buf_text(&im->syscalls));
	return buf_text(&out);
}
