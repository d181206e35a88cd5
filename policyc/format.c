// SPDX-License-Identifier: GPL-2.0-only
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "entry.h"
#include "format.h"
#include "keys.h"
#include "load.h"
#include "source.h"
#include "yaml.h"
#include "yaml_text.h"

#define STEP 2 /* blanks a level */

struct printer {
	struct arena *arena;
	struct buf *out;
};

/* ---- texts and brackets ---- */

/* Where the text is in a line of its own already, or is needed so. */
static const char *text_of(struct arena *arena, const struct node *node)
{
	if (node->plain && !strchr(node->text, '\n'))
		return node->text;
	return yaml_text_quote(arena, node->text);
}

/* A key is typed by what it is: it needs no quotes. */
static const char *key_of(struct arena *arena, const struct node *key)
{
	return yaml_text(arena, key->text);
}

/* Depth is bounded by the reader of the tree. */
static void put_brackets(struct buf *buf, const struct node *node)
{
	const bool map = node->kind == NODE_MAP;

	if (node->kind == NODE_TEXT) {
		buf_printf(buf, "%s", text_of(buf->arena, node));
		return;
	}
	buf_put_u8(buf, map ? '{' : '[');
	for (u32 i = 0; i < node->num; i++) {
		buf_printf(buf, i ? ", " : "");
		if (map)
			buf_printf(buf, "%s: ",
				   key_of(buf->arena, node->pairs[i].key));
		put_brackets(buf, map ? node->pairs[i].value : node->items[i]);
	}
	buf_put_u8(buf, map ? '}' : ']');
}

static bool has_maps(const struct node *list)
{
	for (u32 i = 0; list->kind == NODE_LIST && i < list->num; i++)
		if (list->items[i]->kind == NODE_MAP)
			return true;
	return false;
}

/* The value in brackets, or NULL: it has to be a block. */
static const char *in_brackets(struct printer *p, const struct entry *entry,
			       size_t column)
{
	struct buf buf = BUF_INIT(p->arena);

	if (!entry->num) {
		put_brackets(&buf, entry->value);
		return buf_text(&buf);
	}
	if (!entry->brackets || !entry->parent || has_maps(entry->value) ||
	    entry_has_comments(entry))
		return NULL;
	put_brackets(&buf, entry->value);
	return column + buf.len > FORMAT_WIDTH ? NULL : buf_text(&buf);
}

/* ---- the order of keys ---- */

/* Is it a rule: an item of the list that a class has? */
static bool is_rule(const struct entry *entry)
{
	const struct entry *list = entry->parent;

	return entry->value->kind == NODE_MAP && list && list->key &&
	       list->parent && !list->parent->parent &&
	       bvm_class_by_name(list->key->text);
}

/* Which child to write as number i: what a rule does comes first. */
static const struct entry *child_at(const struct entry *entry, u32 i)
{
	u32 first = 0;

	while (is_rule(entry) && first < entry->num) {
		const int key =
			key_find(KEY_IN_RULE, entry->children[first].key->text);

		if (key == KEY_RULE_ALLOW || key == KEY_RULE_DENY ||
		    key == KEY_RULE_AUDIT)
			break;
		first++;
	}
	if (first == entry->num)
		return &entry->children[i];
	return &entry->children[!i ? first : i <= first ? i - 1 : i];
}

/* ---- lines ---- */

static void put_indent(struct printer *p, size_t indent)
{
	buf_printf(p->out, "%*s", (int)indent, "");
}

static void put_comments(struct printer *p, const struct comments *comments,
			 size_t indent, bool first)
{
	for (u32 i = 0; i < comments->num; i++) {
		if (comments->items[i].blank && !(first && !i))
			buf_put_u8(p->out, '\n');
		put_indent(p, indent);
		buf_printf(p->out, "%s\n", comments->items[i].text);
	}
}

static void end_line(struct printer *p, const char *trail)
{
	if (trail)
		buf_printf(p->out, "  %s", trail);
	buf_put_u8(p->out, '\n');
}

/* The lines of a text after '|' or '>', moved to where they belong now. */
static bool put_block_text(struct printer *p, const struct entry *entry,
			   size_t indent)
{
	const struct span *span = &entry->value->span;
	const struct source *source = span->source;
	u32 line = span->line, last = span->end_line;
	const char *text = source->text + comments_start(span);
	size_t head = strcspn(text, " \t\r\n");
	size_t len, less;

	/* a number says how far it is indented, a '+' keeps what is empty */
	if (!comments_is_block_text(entry->value) ||
	    strcspn(text, "+0123456789") < head)
		return false;
	text = source_line(source, line + 1, &len);
	less = strspn(text, " ");
	if (!len || less >= len)
		return false;
	if (span->end_col == 1)
		last--;
	while (last > line && comments_blank_before(source, last + 1))
		last--;
	buf_printf(p->out, " %.*s", (int)head,
		   source->text + comments_start(span));
	end_line(p, entry->trail);
	while (++line <= last) {
		text = source_line(source, line, &len);
		if (len > less) {
			put_indent(p, indent);
			buf_put(p->out, text + less, len - less);
		}
		buf_put_u8(p->out, '\n');
	}
	return true;
}

static void put_children(struct printer *p, const struct entry *entry,
			 size_t indent, bool behind_dash);

/* What stands behind "key:" or "-"; column is behind that. */
static void put_value(struct printer *p, const struct entry *entry,
		      size_t indent, size_t column)
{
	const struct node *node = entry->value;
	const char *text;

	if (node->kind == NODE_TEXT) {
		if (put_block_text(p, entry, indent + STEP))
			return;
		text = text_of(p->arena, node);
		buf_printf(p->out, *text ? " %s" : "%s", text);
		end_line(p, entry->trail);
		return;
	}
	text = in_brackets(p, entry, column + 1);
	if (text) {
		buf_printf(p->out, " %s", text);
		end_line(p, entry->trail);
	} else if (entry->key) {
		end_line(p, entry->trail);
		put_children(p, entry, indent + STEP, false);
	} else {
		buf_put_u8(p->out, ' ');
		put_children(p, entry, indent + STEP, true);
	}
}

/* What comes before a dash: of the item, and of what will be behind it. */
static void put_leads(struct printer *p, const struct entry *entry,
		      size_t indent, bool first)
{
	const bool blank = first && !entry->lead.num;

	put_comments(p, &entry->lead, indent, first);
	if (entry->blank && !blank)
		buf_put_u8(p->out, '\n');
	/* Which of its children comes first, and theirs: they have no line. */
	while (!entry->key && entry->num &&
	       !in_brackets(p, entry, indent + 2)) {
		if (entry->trail) {
			put_indent(p, indent);
			buf_printf(p->out, "%s\n", entry->trail);
		}
		entry = child_at(entry, 0);
		put_comments(p, &entry->lead, indent, true);
		indent += STEP;
	}
}

static void put_child(struct printer *p, const struct entry *entry,
		      size_t indent)
{
	const char *key;
	size_t len;

	if (!entry->key) {
		buf_put_u8(p->out, '-');
		put_value(p, entry, indent, indent + 1);
		return;
	}
	key = key_of(p->arena, entry->key);
	len = strlen(key) + 1;
	buf_printf(p->out, "%s:", key);
	put_value(p, entry, indent, indent + len);
}

/* behind_dash: the line has begun, and what is above it has been written. */
static void put_children(struct printer *p, const struct entry *entry,
			 size_t indent, bool behind_dash)
{
	for (u32 i = 0; i < entry->num; i++) {
		const struct entry *child = child_at(entry, i);

		if (i || !behind_dash) {
			put_leads(p, child, indent, !i);
			put_indent(p, indent);
		}
		put_child(p, child, indent);
	}
	put_comments(p, &entry->tail, indent, false);
}

/* ---- all of it ---- */

static const struct node *read_tree(struct arena *arena, struct diag *diag,
				    const struct source *source)
{
	const u32 errors = diag_num_errors(diag);
	struct node *root = yaml_parse(arena, diag, source);
	const struct span span = { .source = source };

	if (!root || diag_num_errors(diag) > errors)
		return NULL;
	if (load_is_policy(root))
		return root;
	diag_report(diag, &span, NOT_A_POLICY, "", "");
	return NULL;
}

int format_source(struct arena *arena, struct diag *diag,
		  const struct parse_options *options,
		  const struct source *source, struct buf *out)
{
	struct printer p = { .arena = arena, .out = out };
	const struct node *root = read_tree(arena, diag, source);
	struct comments comments;

	if (!root)
		return -EINVAL;
	comments = comments_find(arena, source, root);
	put_children(&p, entry_create(arena, source, root, &comments), 0,
		     false);
	return format_check(
		arena, diag, options, source,
		source_create(arena, source->name,
			      arena_strndup(arena, buf_text(out), out->len),
			      out->len));
}
