// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/*
 * table_parse.c - the shape of every table, checked once
 *
 * After this a look-up can follow any index it finds without a test. Sizes
 * are summed in 64 bits from counts that are already under their limits, so
 * no sum wraps.
 */
#include "table.h"

struct parse {
	const u8 *bytes; /* after the table's header */
	u32 len; /* of the same */
	u32 off; /* of the section, for err */
	struct bvm_table *t;
	struct bvm_error *err;
};

/* Offset in the image of element i of an array at p. */
#define OFF(p, at) ((p)->off + (u32)((const u8 *)(at) - (p)->bytes) + HEADER)
#define HEADER ((u32)sizeof(struct bvm_table_header))

static int check_len(const struct parse *p, u64 need)
{
	if (p->len == need)
		return 0;
	return bvm_fail(p->err, -EINVAL, p->off,
			"table is %u bytes long, its counts need %llu",
			p->len + HEADER, (unsigned long long)need + HEADER);
}

static int check_count(const struct parse *p, const char *what, u32 n, u32 max)
{
	if (n <= max)
		return 0;
	return bvm_fail(p->err, -E2BIG, p->off, "%u %s, at most %u", n, what,
			max);
}

static int check_no_aux(const struct parse *p)
{
	if (!p->t->aux)
		return 0;
	return bvm_fail(p->err, -EINVAL, p->off,
			"aux is %u in a table that does not use it", p->t->aux);
}

/* ---- DFA ---- */

static int check_dfa_head(const struct parse *p)
{
	const struct bvm_dfa_head *head = p->t->dfa.head;
	u32 i;

	if (head->num_classes < 1 || head->num_classes > 256)
		return bvm_fail(p->err, -EINVAL, OFF(p, head),
				"%u byte classes, expected 1 to 256",
				head->num_classes);
	if (head->start >= p->t->count)
		return bvm_fail(p->err, -EINVAL, OFF(p, head),
				"start state %u of %u", head->start,
				p->t->count);
	for (i = 0; i < 256; i++) {
		if (head->classmap[i] >= head->num_classes)
			return bvm_fail(p->err, -EINVAL,
					OFF(p, &head->classmap[i]),
					"byte %u is in class %u of %u", i,
					head->classmap[i], head->num_classes);
	}
	return 0;
}

static int check_dfa_states(const struct parse *p)
{
	const u32 num_classes = p->t->dfa.head->num_classes;
	const struct bvm_dfa_state *s;
	u32 i, rows = 1;

	for (i = 0; i < p->t->count; i++) {
		s = &p->t->dfa.states[i];
		if (num_classes > p->t->aux ||
		    s->base > p->t->aux - num_classes)
			return bvm_fail(p->err, -EINVAL, OFF(p, s),
					"state %u: base %u is past the cells",
					i, s->base);
		if (s->def >= p->t->count)
			return bvm_fail(p->err, -EINVAL, OFF(p, s),
					"state %u: default state %u of %u", i,
					s->def, p->t->count);
		if (s->accept >= BVM_MAX_ARRAY)
			return bvm_fail(p->err, -E2BIG, OFF(p, s),
					"state %u: row %u, at most %u", i,
					s->accept, BVM_MAX_ARRAY - 1);
		if (s->accept >= rows)
			rows = s->accept + 1;
	}
	p->t->dfa.num_rows = rows;
	return 0;
}

static int check_dfa_cells(const struct parse *p)
{
	const struct bvm_dfa_cell *c;
	u32 i;

	for (i = 0; i < p->t->aux; i++) {
		c = &p->t->dfa.cells[i];
		if ((c->check < p->t->count || c->check == U32_MAX) &&
		    c->next < p->t->count)
			continue;
		return bvm_fail(p->err, -EINVAL, OFF(p, c),
				"cell %u: check %u or next %u of %u states", i,
				c->check, c->next, p->t->count);
	}
	return 0;
}

static int parse_dfa(struct parse *p)
{
	struct bvm_table *t = p->t;
	int err;

	err = check_count(p, "states", t->count, BVM_MAX_DFA_STATES);
	if (!err)
		err = check_count(p, "cells", t->aux, BVM_MAX_DFA_CELLS);
	if (!err)
		err = check_len(p,
				sizeof(*t->dfa.head) +
					(u64)t->count * sizeof(*t->dfa.states) +
					(u64)t->aux * sizeof(*t->dfa.cells));
	if (err)
		return err;

	t->dfa.head = (const void *)p->bytes;
	t->dfa.states = (const void *)(t->dfa.head + 1);
	t->dfa.cells = (const void *)(t->dfa.states + t->count);
	t->max_steps = BVM_MAX_PATH;
	err = check_dfa_head(p);
	if (!err)
		err = check_dfa_states(p);
	if (!err)
		err = check_dfa_cells(p);
	return err;
}

/* ---- LPM ---- */

static bool has_bits_past(const u8 *prefix, u32 len)
{
	u32 i = len >> 3;

	if (len & 7 && prefix[i++] & (0xff >> (len & 7)))
		return true;
	for (; i < 16; i++) {
		if (prefix[i])
			return true;
	}
	return false;
}

static int check_lpm_child(const struct parse *p, u32 parent, u32 bit)
{
	const struct bvm_lpm_node *node = &p->t->nodes[parent];
	const struct bvm_lpm_node *child;
	const u32 i = node->child[bit];

	if (!i)
		return 0;
	if (i <= parent || i >= p->t->count || node->len == 128)
		return bvm_fail(p->err, -EINVAL, OFF(p, node),
				"node %u: child %u is no later node of %u",
				parent, i, p->t->count);
	child = &p->t->nodes[i];
	if (child->len <= node->len || child->len > 128 ||
	    !bvm_prefix_has(node->prefix, node->len, child->prefix) ||
	    (child->prefix[node->len >> 3] >> (7 - (node->len & 7)) & 1) != bit)
		return bvm_fail(p->err, -EINVAL, OFF(p, child),
				"node %u: not below child %u of node %u", i,
				bit, parent);
	return 0;
}

static int check_lpm_node(const struct parse *p, u32 i)
{
	const struct bvm_lpm_node *node = &p->t->nodes[i];
	int err;

	if (node->len > 128 || (i == 0 && node->len) || node->reserved ||
	    has_bits_past(node->prefix, node->len))
		return bvm_fail(p->err, -EINVAL, OFF(p, node),
				"node %u: not a prefix of %u bits", i,
				node->len);
	err = check_lpm_child(p, i, 0);
	return err ? err : check_lpm_child(p, i, 1);
}

/*
 * Walk the trie, whose nodes have been checked one by one, and find its
 * depth. A prefix grows on every step, so a chain has at most 129 nodes and
 * one pending sibling a level; a node below two parents would have to be
 * reached on two ways by the same bits, so none is met twice.
 */
static int walk_lpm(const struct parse *p)
{
	u32 pending[130];
	u8 depths[130];
	u32 num_pending = 1, seen = 0, deepest = 0;

	pending[0] = 0;
	depths[0] = 1;
	while (num_pending) {
		const struct bvm_lpm_node *node;
		u32 depth;

		num_pending--;
		node = &p->t->nodes[pending[num_pending]];
		depth = depths[num_pending];
		seen++;
		if (depth > deepest)
			deepest = depth;
		for (u32 bit = 0; bit < 2; bit++) {
			if (!node->child[bit])
				continue;
			pending[num_pending] = node->child[bit];
			depths[num_pending++] = depth + 1;
		}
	}
	if (seen != p->t->count)
		return bvm_fail(p->err, -EINVAL, p->off,
				"%u of %u nodes cannot be reached",
				p->t->count - seen, p->t->count);
	p->t->max_steps = deepest;
	return 0;
}

static int parse_lpm(struct parse *p)
{
	struct bvm_table *t = p->t;
	u32 i;
	int err;

	/* a trie branches at most once for each prefix, and has a root */
	err = check_count(p, "nodes", t->count, 2 * BVM_MAX_LPM_PREFIXES + 1);
	if (!err)
		err = check_no_aux(p);
	if (!err && !t->count)
		err = bvm_fail(p->err, -EINVAL, p->off, "no root node");
	if (!err)
		err = check_len(p, (u64)t->count * sizeof(*t->nodes));
	if (err)
		return err;

	t->nodes = (const void *)p->bytes;
	for (i = 0; i < t->count; i++) {
		err = check_lpm_node(p, i);
		if (err)
			return err;
	}
	return walk_lpm(p);
}

/* ---- SET, RANGE, ARRAY ---- */

static u32 halvings(u32 count)
{
	u32 steps = 1;

	for (; count > 1; count >>= 1)
		steps++;
	return steps;
}

static int parse_set(struct parse *p)
{
	struct bvm_table *t = p->t;
	u32 i;
	int err;

	err = check_count(p, "keys", t->count, BVM_MAX_SET_KEYS);
	if (!err)
		err = check_no_aux(p);
	if (!err)
		err = check_len(p, (u64)t->count * sizeof(*t->keys));
	if (err)
		return err;

	t->keys = (const void *)p->bytes;
	t->max_steps = halvings(t->count);
	for (i = 1; i < t->count; i++) {
		if (t->keys[i - 1] >= t->keys[i])
			return bvm_fail(p->err, -EINVAL, OFF(p, &t->keys[i]),
					"key %u is not above the one before",
					i);
	}
	return 0;
}

static int parse_range(struct parse *p)
{
	struct bvm_table *t = p->t;
	const struct bvm_range *r;
	u32 i;
	int err;

	err = check_count(p, "intervals", t->count, BVM_MAX_RANGES);
	if (!err)
		err = check_no_aux(p);
	if (!err)
		err = check_len(p, (u64)t->count * sizeof(*t->ranges));
	if (err)
		return err;

	t->ranges = (const void *)p->bytes;
	t->max_steps = halvings(t->count);
	for (i = 0; i < t->count; i++) {
		r = &t->ranges[i];
		if (r->lo > r->hi || (i && r->lo <= r[-1].hi))
			return bvm_fail(p->err, -EINVAL, OFF(p, r),
					"interval %u is empty or out of order",
					i);
	}
	return 0;
}

static int parse_array(struct parse *p)
{
	struct bvm_table *t = p->t;
	int err;

	err = check_count(p, "elements", t->count, BVM_MAX_ARRAY);
	if (!err)
		err = check_no_aux(p);
	if (!err)
		err = check_len(p, (u64)t->count * sizeof(*t->elements));
	t->elements = (const void *)p->bytes;
	t->max_steps = 1;
	return err;
}

/* ---- LISTS ---- */

/*
 * A denial without an errno would be an allow to the kernel's caller, and an
 * allow with one a denial without a reason.
 */
static bool is_verdict(u32 verdict)
{
	const u32 known = BVM_VERDICT_DENY | BVM_VERDICT_AUDIT |
			  BVM_VERDICT_KILL | BVM_VERDICT_QUIET;
	const u32 low = verdict & ((1u << BVM_VERDICT_ERRNO_SHIFT) - 1);

	if (low & ~known)
		return false;
	if (verdict & BVM_VERDICT_DENY)
		return bvm_verdict_errno(verdict) != 0;
	return !bvm_verdict_errno(verdict) &&
	       !(verdict & (BVM_VERDICT_KILL | BVM_VERDICT_QUIET));
}

static int check_list(const struct parse *p, u32 list)
{
	const u32 from = p->t->lists.first[list];
	const u32 to = p->t->lists.first[list + 1];
	const struct bvm_decision *d;
	u32 i;

	if (from >= to || to > p->t->aux)
		return bvm_fail(p->err, -EINVAL,
				OFF(p, &p->t->lists.first[list]),
				"list %u: entries %u to %u of %u", list, from,
				to, p->t->aux);
	if (to - from > BVM_MAX_LIST_LEN)
		return bvm_fail(p->err, -E2BIG,
				OFF(p, &p->t->lists.first[list]),
				"list %u: %u entries, at most %u", list,
				to - from, BVM_MAX_LIST_LEN);
	if (to - from > p->t->max_steps)
		p->t->max_steps = to - from;
	for (i = from; i < to; i++) {
		d = &p->t->lists.entries[i];
		if (d->reserved || !is_verdict(d->verdict))
			return bvm_fail(p->err, -EINVAL, OFF(p, d),
					"list %u: entry %u: %#x is no verdict",
					list, i, d->verdict);
	}
	if (p->t->lists.entries[to - 1].need)
		return bvm_fail(p->err, -EINVAL, OFF(p, d),
				"list %u: the last entry has a condition",
				list);
	return 0;
}

static int parse_lists(struct parse *p)
{
	struct bvm_table *t = p->t;
	u64 first_len;
	u32 i;
	int err;

	err = check_count(p, "lists", t->count, BVM_MAX_LISTS);
	if (!err)
		err = check_count(p, "entries", t->aux, BVM_MAX_LIST_ENTRIES);
	first_len = (((u64)t->count + 1) * sizeof(u32) + 7) & ~7ull;
	if (!err)
		err = check_len(
			p, first_len + (u64)t->aux * sizeof(*t->lists.entries));
	if (err)
		return err;

	t->lists.first = (const void *)p->bytes;
	t->lists.entries = (const void *)(p->bytes + first_len);
	if (t->lists.first[0] || t->lists.first[t->count] != t->aux ||
	    (!(t->count & 1) ? t->lists.first[t->count + 1] : 0))
		return bvm_fail(p->err, -EINVAL, OFF(p, t->lists.first),
				"lists do not cover the %u entries", t->aux);
	for (i = 0; i < t->count; i++) {
		err = check_list(p, i);
		if (err)
			return err;
	}
	return 0;
}

int bvm_table_parse(const void *bytes, u32 len, u32 off, struct bvm_table *t,
		    struct bvm_error *err)
{
	const struct bvm_table_header *h = bytes;
	struct parse p = { .off = off, .t = t, .err = err };

	if (len < HEADER)
		return bvm_fail(err, -EINVAL, off,
				"table is %u bytes long, its header is %u", len,
				HEADER);
	if (h->reserved)
		return bvm_fail(err, -EINVAL, off,
				"table: reserved field is not 0");
	memset(t, 0, sizeof(*t));
	t->kind = h->kind;
	t->count = h->count;
	t->aux = h->aux;
	p.bytes = (const u8 *)bytes + HEADER;
	p.len = len - HEADER;

	switch (h->kind) {
	case BVM_TABLE_DFA:
		return parse_dfa(&p);
	case BVM_TABLE_LPM:
		return parse_lpm(&p);
	case BVM_TABLE_SET:
		return parse_set(&p);
	case BVM_TABLE_RANGE:
		return parse_range(&p);
	case BVM_TABLE_ARRAY:
		return parse_array(&p);
	case BVM_TABLE_LISTS:
		return parse_lists(&p);
	}
	return bvm_fail(err, -EINVAL, off, "unknown kind of table %u", h->kind);
}
