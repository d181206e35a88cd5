/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * node.h - a YAML document as a tree that knows where everything was written
 */
#ifndef POLICYC_NODE_H
#define POLICYC_NODE_H

#include "arena.h"
#include "ast.h"

enum node_kind {
	NODE_TEXT,
	NODE_LIST,
	NODE_MAP,
};

struct node;

struct node_pair {
	struct node *key; /* always NODE_TEXT */
	struct node *value;
};

/* All pointers are into the arena. */
struct node {
	enum node_kind kind;
	struct span span;
	bool plain; /* TEXT: without quotes */
	bool block; /* TEXT: lines behind '|' or '>' */
	bool bad; /* an error was reported: say no more about it */
	bool merged; /* MAP: a key was there twice; one may begin a lost rule */
	u32 num; /* of items or pairs */
	const char *text; /* TEXT; holds no NUL */
	struct node **items; /* LIST */
	struct node_pair *pairs; /* MAP; no two keys are equal */
};

/* Value of a key, or NULL. */
const struct node *node_get(const struct node *map, const char *key);
/* The same, with its key. */
const struct node_pair *node_find(const struct node *map, const char *key);
/* No value was written: `key:` or `~`. Unlike them `null` is a word. */
bool node_is_empty(const struct node *node);
/* "text", "a list", "a mapping" */
const char *node_describe(const struct node *node);
/* The same content, wherever it was written? */
bool node_equal(const struct node *a, const struct node *b);

#endif /* POLICYC_NODE_H */
