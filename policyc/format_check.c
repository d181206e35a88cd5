// SPDX-License-Identifier: GPL-2.0-only
/*
 * format_check.c - proof that formatting changed nothing
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "comments.h"
#include "format.h"
#include "listing.h"
#include "yaml.h"

static int report(struct diag *diag, const struct span *span, const char *what)
{
	diag_report(diag, span, FORMAT_CHANGED, what);
	diag_note(diag, "nothing was written");
	return -EINVAL;
}

/* A text of several lines is nothing that quotes could make another thing. */
static bool same_text(const struct node *a, const struct node *b)
{
	return !strcmp(a->text, b->text) &&
	       (a->plain == b->plain || strchr(a->text, '\n'));
}

/* NULL if they are the same, else what differs. Keys have no order. */
static const struct node *difference(const struct node *a, const struct node *b)
{
	const struct node *found = NULL;

	if (a->kind != b->kind || a->num != b->num)
		return a;
	if (a->kind == NODE_TEXT)
		return same_text(a, b) ? NULL : a;
	for (u32 i = 0; i < a->num && !found; i++) {
		const struct node *value =
			a->kind == NODE_LIST ? a->items[i] : a->pairs[i].value;
		const struct node *other =
			a->kind == NODE_LIST ?
				b->items[i] :
				node_get(b, a->pairs[i].key->text);

		found = other ? difference(value, other) : value;
	}
	return found;
}

static int by_text(const void *left, const void *right)
{
	const struct comment *a = left, *b = right;

	return strcmp(a->text, b->text);
}

static int check_comments(struct arena *arena, struct diag *diag,
			  const struct source *before, const struct node *old,
			  const struct source *after, const struct node *new)
{
	struct comments a = comments_find(arena, before, old);
	struct comments b = comments_find(arena, after, new);
	struct span span = { .source = before };

	if (a.num != b.num)
		return report(diag, &span, "the number of comments");
	if (!a.num)
		return 0;
	qsort(a.items, a.num, sizeof(*a.items), by_text);
	qsort(b.items, b.num, sizeof(*b.items), by_text);
	for (u32 i = 0; i < a.num; i++) {
		if (!strcmp(a.items[i].text, b.items[i].text))
			continue;
		span = source_span(before, a.items[i].off,
				   strlen(a.items[i].text));
		return report(diag, &span, "this comment");
	}
	return 0;
}

/* What is made of it, without where it was written; NULL: it is in error. */
static const char *meaning(struct arena *arena,
			   const struct parse_options *options,
			   const struct source *source)
{
	static const struct diag_options silent;
	struct buf buf = BUF_INIT(arena);
	const struct ast_policy *policy =
		parse_text(arena, diag_create(arena, &silent), options, source);

	if (!policy)
		return NULL;
	listing_policy(&buf, policy, false);
	return buf_text(&buf);
}

int format_check(struct arena *arena, struct diag *diag,
		 const struct parse_options *options,
		 const struct source *before, const struct source *after)
{
	static const struct diag_options silent;
	struct diag *other = diag_create(arena, &silent);
	const struct node *old = yaml_parse(arena, other, before);
	const struct node *new = yaml_parse(arena, other, after);
	const struct span span = { .source = before };
	const struct node *found;
	const char *was, *is;

	if (!old || !new || diag_num_errors(other))
		return report(diag, &span, "the file to what is no YAML");
	found = difference(old, new);
	if (found)
		return report(diag, &found->span, "this value");
	if (check_comments(arena, diag, before, old, after, new))
		return -EINVAL;
	was = meaning(arena, options, before);
	is = meaning(arena, options, after);
	if (!was != !is || (was && strcmp(was, is)))
		return report(diag, &span, "what the policy means");
	return 0;
}
