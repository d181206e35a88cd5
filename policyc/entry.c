// SPDX-License-Identifier: GPL-2.0-only
#include <string.h>

#include "entry.h"

struct placer {
	struct arena *arena;
	const struct source *source;
	struct entry **order; /* all but the root, parents before children */
	u32 num;
	/* Of the lines before a comment: the last with more than comments. */
	u32 line; /* looked at up to here */
	bool dash; /* it has nothing but dashes */
	size_t dash_off;
};

/* ---- entries ---- */

static bool in_brackets(const struct node *node)
{
	const char c = node->span.source->text[comments_start(&node->span)];

	return node->kind != NODE_TEXT && (c == '[' || c == '{');
}

static void fill(struct placer *p, struct entry *entry, bool brackets);

static u32 line_of(const struct placer *p, size_t off)
{
	return source_span(p->source, off, 0).line;
}

/* Does its line begin with the entry before, or with the dash of its parent? */
static bool shares_line(const struct placer *p, const struct entry *child,
			u32 i)
{
	if (!i)
		return child->parent->parent && !child->parent->key &&
		       child->parent->start == child->start;
	return line_of(p, child[-1].end) == line_of(p, child->start);
}

static void add_child(struct placer *p, struct entry *parent, u32 i)
{
	const struct node *node = parent->value;
	struct entry *child = &parent->children[i];
	const struct node *first;

	if (node->kind == NODE_MAP)
		child->key = node->pairs[i].key;
	child->value = node->kind == NODE_MAP ? node->pairs[i].value :
						node->items[i];
	child->parent = parent;
	first = child->key ? child->key : child->value;
	child->start = comments_start(&first->span);
	child->blank = comments_blank_before(p->source, first->span.line) &&
		       !shares_line(p, child, i);
	if (!parent->brackets)
		child->col = child->key ? child->key->span.col : node->span.col;
	p->order = arena_grow(p->arena, p->order, p->num, sizeof(child));
	p->order[p->num++] = child;
	fill(p, child, parent->brackets);
}

/* Depth is bounded by the reader of the tree. */
static void fill(struct placer *p, struct entry *entry, bool brackets)
{
	const struct node *node = entry->value;

	entry->brackets = brackets || in_brackets(node);
	entry->end = comments_end(&node->span);
	/* to YAML it goes on up to the next text */
	while (comments_is_block_text(node) && entry->end > entry->start &&
	       strchr(" \r\n", p->source->text[entry->end - 1]))
		entry->end--;
	if (node->kind == NODE_TEXT)
		return;
	entry->num = node->num;
	entry->children =
		arena_array(p->arena, node->num, sizeof(*entry->children));
	for (u32 i = 0; i < node->num; i++)
		add_child(p, entry, i);
	if (!entry->brackets && node->num)
		entry->end = entry->children[node->num - 1].end;
}

/* ---- comments ---- */

static void add_comment(struct placer *p, struct comments *to,
			const struct comment *comment)
{
	to->items = arena_grow(p->arena, to->items, to->num, sizeof(*comment));
	to->items[to->num++] = *comment;
}

static struct entry *next_entry(const struct placer *p, size_t off)
{
	for (u32 i = 0; i < p->num; i++)
		if (p->order[i]->start > off)
			return p->order[i];
	return NULL;
}

static struct entry *last_entry(const struct placer *p, size_t off)
{
	struct entry *last = NULL;

	for (u32 i = 0; i < p->num && p->order[i]->start < off; i++)
		last = p->order[i];
	return last;
}

static bool is_below(const struct entry *entry, const struct entry *top)
{
	while (entry && entry != top)
		entry = entry->parent;
	return entry;
}

/* The innermost list or mapping in brackets that is around a place. */
static struct entry *brackets_around(const struct placer *p, size_t off)
{
	struct entry *found = NULL;

	for (u32 i = 0; i < p->num; i++) {
		struct entry *e = p->order[i];

		if (e->brackets && e->value->kind != NODE_TEXT &&
		    comments_start(&e->value->span) < off && off < e->end)
			found = e;
	}
	return found;
}

/* The innermost block that is left open, and as far to the left. */
static struct entry *block_around(struct entry *entry, u32 col)
{
	while (entry && (!entry->num || entry->brackets ||
			 (entry->children[0].col > col && entry->parent)))
		entry = entry->parent;
	return entry;
}

/* Nothing but dashes: what they are for is on a line below. */
static bool is_dash(const char *text, size_t len)
{
	size_t i = 0;

	while (i < len && text[i] == '-' &&
	       (i + 1 == len || text[i + 1] == ' '))
		for (i++; i < len && text[i] == ' ';)
			i++;
	return i && (i == len || text[i] == '#');
}

/* Comments come in their order, so each line is looked at once. */
static void pass_lines(struct placer *p, const struct comment *comment)
{
	for (; p->line < comment->line; p->line++) {
		size_t len, blank = 0;
		const char *text = source_line(p->source, p->line, &len);

		while (blank < len && text[blank] == ' ')
			blank++;
		if (blank == len || text[blank] == '#')
			continue;
		p->dash = is_dash(text + blank, len - blank);
		p->dash_off = (size_t)(text - p->source->text) + blank;
	}
}

/* Is it between a dash and what stands behind that on another line? */
static bool is_behind_dash(const struct placer *p,
			   const struct comment *comment)
{
	const struct entry *last = last_entry(p, comment->off);

	return p->dash && (!last || last->value->kind != NODE_TEXT ||
			   last->end <= p->dash_off);
}

static void place_alone(struct placer *p, struct entry *root,
			const struct comment *comment)
{
	struct entry *next = next_entry(p, comment->off);
	struct entry *around = brackets_around(p, comment->off);

	if (!around && root->brackets && comment->off > root->start &&
	    comment->off < root->end)
		around = root;
	if (!around && (!next || (comment->alone && comment->col > next->col &&
				  !is_behind_dash(p, comment)))) {
		around =
			block_around(last_entry(p, comment->off), comment->col);
		if (!around && !next)
			around = root;
	}
	if (around && !(next && is_below(next, around)))
		add_comment(p, &around->tail, comment);
	else if (next)
		add_comment(p, &next->lead, comment);
	else
		add_comment(p, &root->tail, comment);
}

/* Whose value ends last in the line, before the comment. */
static struct entry *ended_in_line(const struct placer *p,
				   const struct comment *comment)
{
	struct entry *found = NULL;

	for (u32 i = 0; i < p->num; i++) {
		struct entry *e = p->order[i];

		if ((e->value->kind != NODE_TEXT && !e->brackets) ||
		    comments_is_block_text(e->value) || e->end > comment->off ||
		    line_of(p, e->end) != comment->line)
			continue;
		if (!found || e->end > found->end)
			found = e;
	}
	return found;
}

/* Whose value is below the line, or is a text in lines that begins there. */
static struct entry *begun_in_line(const struct placer *p,
				   const struct comment *comment)
{
	for (u32 i = p->num; i-- > 0;) {
		struct entry *e = p->order[i];
		const struct span *span = &e->value->span;

		if (comments_is_block_text(e->value) &&
		    span->line == comment->line)
			return e;
		if (e->key && e->key->span.end_line == comment->line &&
		    comments_end(&e->key->span) <= comment->off &&
		    comments_start(span) > comment->off)
			return e;
	}
	return NULL;
}

static void place(struct placer *p, struct entry *root,
		  const struct comment *comment)
{
	struct entry *entry = NULL;

	if (!comment->alone)
		entry = begun_in_line(p, comment);
	if (!comment->alone && !entry)
		entry = ended_in_line(p, comment);
	if (!entry)
		place_alone(p, root, comment);
	else if (entry->trail)
		add_comment(p, &entry->lead, comment);
	else
		entry->trail = comment->text;
}

struct entry *entry_create(struct arena *arena, const struct source *source,
			   const struct node *root,
			   const struct comments *comments)
{
	struct entry *entry = arena_alloc(arena, sizeof(*entry));
	struct placer p = { .arena = arena, .source = source, .line = 1 };

	entry->value = root;
	entry->start = comments_start(&root->span);
	fill(&p, entry, false);
	for (u32 i = 0; i < comments->num; i++) {
		pass_lines(&p, &comments->items[i]);
		place(&p, entry, &comments->items[i]);
	}
	return entry;
}

bool entry_has_comments(const struct entry *entry)
{
	if (entry->tail.num)
		return true;
	for (u32 i = 0; i < entry->num; i++)
		if (entry->children[i].lead.num || entry->children[i].trail ||
		    entry_has_comments(&entry->children[i]))
			return true;
	return false;
}
