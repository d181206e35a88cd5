// SPDX-License-Identifier: GPL-2.0-only
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "passes.h"
#include "tables.h"
#include "vm/table.h"

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
	u32 parent; /* index of the longest one that holds it */
	u64 in, except; /* in the end with those of its parents */
};

struct trie {
	struct arena *arena;
	struct prefix *prefixes; /* sorted by address, then length */
	u32 num;
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
 * Give each prefix its parent and what holds in it. One in which the same
 * holds as around it is left out.
 */
static void nest(struct trie *trie)
{
	struct prefix *kept = trie->prefixes;
	u32 num = 1;

	for (u32 i = 1; i < trie->num; i++) {
		struct prefix p = trie->prefixes[i];
		const struct prefix *above;

		p.parent = num - 1;
		while (!bvm_prefix_has(kept[p.parent].addr.bytes,
				       kept[p.parent].len, p.addr.bytes))
			p.parent = kept[p.parent].parent;
		above = &kept[p.parent];
		if (!is_ipv4_border(&p)) {
			p.in |= above->in;
			p.except |= above->except;
		}
		if (p.in != above->in || p.except != above->except ||
		    !passes_has(PASS_PREFIXES))
			kept[num++] = p;
	}
	trie->num = num;
}

static int compare_u64(const void *a, const void *b)
{
	u64 x = *(const u64 *)a;
	u64 y = *(const u64 *)b;

	return x < y ? -1 : x > y;
}

/* The distinct values, ascending. */
static u32 find_values(const struct trie *trie, u64 **values)
{
	u32 num = 0;

	*values = arena_array(trie->arena, trie->num, sizeof(u64));
	for (u32 i = 0; i < trie->num; i++)
		(*values)[i] = trie->prefixes[i].in & ~trie->prefixes[i].except;
	qsort(*values, trie->num, sizeof(u64), compare_u64);
	for (u32 i = 0; i < trie->num; i++)
		if (!num || (*values)[i] != (*values)[num - 1])
			(*values)[num++] = (*values)[i];
	return num;
}

static u32 index_of(const u64 *values, u32 num, u64 value)
{
	const u64 *found =
		bsearch(&value, values, num, sizeof(value), compare_u64);

	return found - values;
}

static void put_trie(struct buf *buf, const struct trie *trie)
{
	const struct prefix *p = trie->prefixes;
	u64 *values;
	u32 num_values = find_values(trie, &values);

	put_header(buf, BVM_TABLE_LPM, trie->num, num_values);
	for (u32 i = 0; i < trie->num; i++)
		buf_put(buf, p[i].addr.bytes, sizeof(p[i].addr.bytes));
	for (u32 i = 0; i < trie->num; i++)
		buf_put_u32(buf, p[i].parent);
	for (u32 i = 0; i < trie->num; i++)
		buf_put_u32(buf, index_of(values, num_values,
					  p[i].in & ~p[i].except));
	for (u32 i = 0; i < trie->num; i++) {
		u8 len = p[i].len;

		buf_put(buf, &len, sizeof(len));
	}
	buf_align(buf, 8);
	buf_put(buf, values, num_values * sizeof(*values));
}

int tables_put_lpm(struct buf *buf, const struct preds *preds,
		   enum pred_field field)
{
	struct trie trie = { .arena = preds->arena };

	collect(&trie, preds, field);
	nest(&trie);
	if (trie.num > BVM_MAX_LPM_NODES)
		return -E2BIG;
	put_trie(buf, &trie);
	return 0;
}
