// SPDX-License-Identifier: GPL-2.0-only
#include "node.h"

const struct node_pair *node_find(const struct node *map, const char *key)
{
	u32 i;

	if (map->kind != NODE_MAP)
		return NULL;
	for (i = 0; i < map->num; i++)
		if (!strcmp(map->pairs[i].key->text, key))
			return &map->pairs[i];
	return NULL;
}

const struct node *node_get(const struct node *map, const char *key)
{
	const struct node_pair *pair = node_find(map, key);

	return pair ? pair->value : NULL;
}

bool node_is_empty(const struct node *node)
{
	if (node->kind != NODE_TEXT || !node->plain)
		return false;
	return !*node->text || !strcmp(node->text, "~");
}

const char *node_describe(const struct node *node)
{
	if (node->kind == NODE_LIST)
		return "a list";
	if (node->kind == NODE_MAP)
		return "a mapping";
	if (node->block)
		return "a block of lines";
	return node_is_empty(node) ? "nothing" : "text";
}

/* Depth is bounded by the reader of the tree. */
bool node_equal(const struct node *a, const struct node *b)
{
	u32 i;

	if (a == b)
		return true;
	if (a->kind != b->kind || a->num != b->num)
		return false;
	if (a->kind == NODE_TEXT)
		return a->plain == b->plain && !strcmp(a->text, b->text);
	for (i = 0; i < a->num; i++) {
		if (a->kind == NODE_LIST &&
		    !node_equal(a->items[i], b->items[i]))
			return false;
		if (a->kind == NODE_MAP &&
		    (!node_equal(a->pairs[i].key, b->pairs[i].key) ||
		     !node_equal(a->pairs[i].value, b->pairs[i].value)))
			return false;
	}
	return true;
}
