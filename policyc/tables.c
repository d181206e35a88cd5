// SPDX-License-Identifier: GPL-2.0-only
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "tables.h"

static void put_header(struct buf *buf, u32 kind, u32 count, u32 aux)
{
	const struct bvm_table_header header = { kind, count, aux, 0 };

	buf_put(buf, &header, sizeof(header));
}

int tables_put_array(struct buf *buf, const u32 *elements, u32 num)
{
	if (num > BVM_MAX_ARRAY)
		return -E2BIG;
	put_header(buf, BVM_TABLE_ARRAY, num, 0);
	buf_put(buf, elements, num * sizeof(*elements));
	return 0;
}

/* ---- intervals ---- */

/* A value from which on a predicate is the opposite of what it was. */
struct turn {
	u64 at;
	u64 bit;
};

static int compare_turns(const void *a, const void *b)
{
	const struct turn *x = a;
	const struct turn *y = b;

	return x->at < y->at ? -1 : x->at > y->at;
}

u32 tables_find_ranges(const struct preds *preds, enum pred_field field,
		       struct bvm_range **ranges)
{
	struct turn *turns;
	u64 mask = 0;
	u32 num = 0, num_ranges = 0;

	for (u32 i = 0; i < preds->num; i++)
		if (preds->items[i].field == field)
			num += 2 * preds->items[i].num_ranges;
	turns = arena_array(preds->arena, num, sizeof(*turns));
	*ranges = arena_array(preds->arena, num, sizeof(**ranges));
	num = 0;
	for (u32 i = 0; i < preds->num; i++) {
		const struct pred *pred = &preds->items[i];

		for (u32 j = 0; j < pred->num_ranges && pred->field == field;
		     j++) {
			turns[num++] =
				(struct turn){ pred->ranges[j].lo, 1ull << i };
			turns[num++] = (struct turn){ pred->ranges[j].hi + 1,
						      1ull << i };
		}
	}
	qsort(turns, num, sizeof(*turns), compare_turns);
	for (u32 i = 0; i < num; i++) {
		mask ^= turns[i].bit;
		if (mask && i + 1 < num && turns[i + 1].at != turns[i].at)
			(*ranges)[num_ranges++] =
				(struct bvm_range){ turns[i].at,
						    turns[i + 1].at - 1, mask };
	}
	return num_ranges;
}

int tables_put_ranges(struct buf *buf, const struct bvm_range *ranges, u32 num)
{
	if (num > BVM_MAX_RANGES)
		return -E2BIG;
	put_header(buf, BVM_TABLE_RANGE, num, 0);
	buf_put(buf, ranges, num * sizeof(*ranges));
	return 0;
}

/* ---- prefixes ---- */

/* A distinct prefix, and the predicates that name it. */
struct prefix {
	struct bvm_addr addr;
	u32 len;
	u64 in, except;
};

struct trie {
	struct arena *arena;
	struct prefix *prefixes; /* sorted by address, then length */
	u32 num;
	struct bvm_lpm_node *nodes;
	u32 num_nodes;
};

static int compare_prefixes(const void *a, const void *b)
{
	const struct prefix *x = a;
	const struct prefix *y = b;
	int ret = memcmp(&x->addr, &y->addr, sizeof(x->addr));

	if (ret)
		return ret;
	return x->len < y->len ? -1 : x->len > y->len;
}

static u32 bit_of(const struct bvm_addr *addr, u32 bit)
{
	return addr->bytes[bit / 8] >> (7 - bit % 8) & 1;
}

/* Leading bits that two addresses share, at most max. */
static u32 common_bits(const struct bvm_addr *x, const struct bvm_addr *y,
		       u32 max)
{
	u32 len = 0;

	while (len + 8 <= max && x->bytes[len / 8] == y->bytes[len / 8])
		len += 8;
	while (len < max && bit_of(x, len) == bit_of(y, len))
		len++;
	return len;
}

static void clear_tail(struct bvm_addr *addr, u32 len)
{
	for (u32 bit = len; bit < 128; bit++)
		addr->bytes[bit / 8] &= ~(0x80 >> bit % 8);
}

static void add_prefixes(struct trie *trie, const struct ast_cidrs *cidrs,
			 u64 in, u64 except)
{
	for (u32 i = 0; i < cidrs->num; i++)
		trie->prefixes[trie->num++] =
			(struct prefix){ .addr = cidrs->items[i].addr,
					 .len = cidrs->items[i].len,
					 .in = in,
					 .except = except };
}

/* All prefixes once, with the root and the border of IPv4. */
static void collect(struct trie *trie, const struct preds *preds,
		    enum pred_field field)
{
	static struct ast_cidr fixed[2] = {
		{ .len = 0 },
		{ .addr.bytes = { [10] = 0xff, [11] = 0xff }, .len = 96 },
	};
	const struct ast_cidrs always = { fixed, ARRAY_SIZE(fixed) };
	size_t max = always.num;
	u32 num = 0;

	for (u32 i = 0; i < preds->num; i++)
		max += preds->items[i].in.num + preds->items[i].except.num;
	trie->prefixes = arena_array(trie->arena, max, sizeof(*trie->prefixes));
	add_prefixes(trie, &always, 0, 0);
	for (u32 i = 0; i < preds->num; i++) {
		const struct pred *pred = &preds->items[i];

		if (pred->field != field)
			continue;
		add_prefixes(trie, &pred->in, 1ull << i, 0);
		add_prefixes(trie, &pred->except, 0, 1ull << i);
	}
	qsort(trie->prefixes, trie->num, sizeof(*trie->prefixes),
	      compare_prefixes);
	for (u32 i = 0; i < trie->num; i++) {
		struct prefix *p = &trie->prefixes[i];

		if (num && !compare_prefixes(p, &trie->prefixes[num - 1])) {
			trie->prefixes[num - 1].in |= p->in;
			trie->prefixes[num - 1].except |= p->except;
			continue;
		}
		trie->prefixes[num++] = *p;
	}
	trie->num = num;
}

static bool is_ipv4_border(const struct prefix *p)
{
	const struct ast_cidr cidr = { .addr = p->addr, .len = p->len };

	return p->len == 96 && pred_is_ipv4(&cidr);
}

/*
 * Make the node for prefixes first .. end-1, which all lie below one another
 * or fork; above is what holds around them. At most 128 deep. Return: index.
 */
static u32 build(struct trie *trie, u32 first, u32 end,
		 const struct prefix *above)
{
	const struct prefix *p = &trie->prefixes[first];
	struct prefix here = *above;
	u32 id = trie->num_nodes++;
	struct bvm_lpm_node *node = &trie->nodes[id];
	u32 split;

	here.addr = p->addr;
	here.len = common_bits(&p->addr, &trie->prefixes[end - 1].addr, p->len);
	if (here.len == p->len) {
		if (is_ipv4_border(p))
			here.in = here.except = 0;
		here.in |= p->in;
		here.except |= p->except;
		first++;
	}
	clear_tail(&here.addr, here.len);
	memcpy(node->prefix, here.addr.bytes, sizeof(node->prefix));
	node->len = here.len;
	node->value = here.in & ~here.except;

	split = first;
	while (split < end && !bit_of(&trie->prefixes[split].addr, here.len))
		split++;
	if (first < split)
		node->child[0] = build(trie, first, split, &here);
	if (split < end)
		node->child[1] = build(trie, split, end, &here);
	return id;
}

int tables_put_lpm(struct buf *buf, const struct preds *preds,
		   enum pred_field field)
{
	const struct prefix nothing = { .len = 0 };
	struct trie trie = { .arena = preds->arena };

	collect(&trie, preds, field);
	if (trie.num > BVM_MAX_LPM_PREFIXES)
		return -E2BIG;
	trie.nodes = arena_array(trie.arena, 2 * trie.num, sizeof(*trie.nodes));
	(void)build(&trie, 0, trie.num, &nothing);
	put_header(buf, BVM_TABLE_LPM, trie.num_nodes, 0);
	buf_put(buf, trie.nodes, trie.num_nodes * sizeof(*trie.nodes));
	return 0;
}
