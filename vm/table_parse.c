// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/*
 * table_parse.c - the shape of every table, checked once
 *
 * After this a look-up can follow any index it finds without a test. Sizes
 * are summed in 64 bits from counts that are already under their limits, so
 * no sum wraps.
 */
#include "table_parse.h"

int bvm_table_check_len(const struct bvm_table_parse *p, u64 need)
{
	if (p->len == need)
		return 0;
	return bvm_fail(p->err, -EINVAL, p->off,
			"table is %u bytes long, its counts need %llu",
			p->len + BVM_TABLE_HEADER,
			(unsigned long long)need + BVM_TABLE_HEADER);
}

int bvm_table_check_count(const struct bvm_table_parse *p, const char *what,
			  u32 n, u32 max)
{
	if (n <= max)
		return 0;
	return bvm_fail(p->err, -E2BIG, p->off, "%u %s, at most %u", n, what,
			max);
}

int bvm_table_check_padding(const struct bvm_table_parse *p, const void *from,
			    const void *end)
{
	const u8 *at;

	for (at = from; at < (const u8 *)end; at++) {
		if (*at)
			return bvm_fail(p->err, -EINVAL, bvm_table_off(p, at),
					"the padding in a table is not 0");
	}
	return 0;
}

static int check_no_aux(const struct bvm_table_parse *p)
{
	if (!p->t->aux)
		return 0;
	return bvm_fail(p->err, -EINVAL, p->off,
			"aux is %u in a table that does not use it", p->t->aux);
}

/* ---- DFA ---- */

static int check_dfa_head(const struct bvm_table_parse *p)
{
	const struct bvm_dfa_head *head = p->t->dfa.head;
	u32 i;

	if (head->num_classes < 1 || head->num_classes > 256)
		return bvm_fail(p->err, -EINVAL, bvm_table_off(p, head),
				"%u byte classes, expected 1 to 256",
				head->num_classes);
	if (head->start >= p->t->count)
		return bvm_fail(p->err, -EINVAL, bvm_table_off(p, head),
				"start state %u of %u", head->start,
				p->t->count);
	if (head->tail_def >= p->t->count)
		return bvm_fail(p->err, -EINVAL,
				bvm_table_off(p, &head->tail_def),
				"default state %u of tails, of %u",
				head->tail_def, p->t->count);
	for (i = 0; i < 256; i++) {
		if (head->classmap[i] >= head->num_classes)
			return bvm_fail(p->err, -EINVAL,
					bvm_table_off(p, &head->classmap[i]),
					"byte %u is in class %u of %u", i,
					head->classmap[i], head->num_classes);
	}
	return 0;
}

/* Is there no other byte in the class of this one? */
static bool is_class_of_one(const struct bvm_dfa_head *head, u32 byte)
{
	u32 i;

	for (i = 0; i < 256; i++) {
		if (i != byte && head->classmap[i] == head->classmap[byte])
			return false;
	}
	return true;
}

/* Do four bytes stand there, inside, that name a state? */
static bool is_tail_end(const struct bvm_table *t, u32 at)
{
	u32 i;

	if (t->dfa.head->tail_len - at < BVM_DFA_TAIL_END)
		return false;
	for (i = 0; i < BVM_DFA_TAIL_END; i++)
		if (!(t->dfa.tails[at + i] & 0x80))
			return false;
	return bvm_dfa_tail_end(t->dfa.tails + at) < t->count;
}

/*
 * Tails lie one behind the other: a byte of text or more, then the state where
 * it ends.
 */
static int check_dfa_tails(const struct bvm_table_parse *p)
{
	const struct bvm_dfa_head *head = p->t->dfa.head;
	const u8 *tails = p->t->dfa.tails;
	bool alone[128] = { false };
	u32 i, from, end;

	for (i = 1; i < 128; i++)
		alone[i] = is_class_of_one(head, i);
	for (from = 0; from < head->tail_len; from = end + BVM_DFA_TAIL_END) {
		end = from;
		while (end < head->tail_len && bvm_dfa_is_text(tails[end]) &&
		       alone[tails[end]])
			end++;
		if (end == from || end - from > BVM_MAX_DFA_TAIL ||
		    !is_tail_end(p->t, end))
			return bvm_fail(p->err, -EINVAL,
					bvm_table_off(p, tails + from),
					"bad tail at %u", from);
	}
	return 0;
}

static int check_dfa_states(const struct bvm_table_parse *p)
{
	const u32 num_classes = p->t->dfa.head->num_classes;
	const struct bvm_dfa_state *s;
	u32 i, rows = 1;

	for (i = 0; i < p->t->count; i++) {
		s = &p->t->dfa.states[i];
		if (num_classes > p->t->aux ||
		    s->base > p->t->aux - num_classes)
			return bvm_fail(p->err, -EINVAL, bvm_table_off(p, s),
					"state %u: base %u is past the cells",
					i, s->base);
		if (s->def >= p->t->count)
			return bvm_fail(p->err, -EINVAL, bvm_table_off(p, s),
					"state %u: default state %u of %u", i,
					s->def, p->t->count);
		if (s->accept >= BVM_MAX_ARRAY)
			return bvm_fail(p->err, -E2BIG, bvm_table_off(p, s),
					"state %u: row %u, at most %u", i,
					s->accept, BVM_MAX_ARRAY - 1);
		if (s->accept >= rows)
			rows = s->accept + 1;
	}
	p->t->dfa.num_rows = rows;
	return 0;
}

static int check_dfa_cells(const struct bvm_table_parse *p)
{
	const u32 num_classes = p->t->dfa.head->num_classes;
	const struct bvm_dfa_cell *c;
	u32 i;

	for (i = 0; i < p->t->aux; i++) {
		c = &p->t->dfa.cells[i];
		if ((c->check >= p->t->count && c->check != U32_MAX) ||
		    !bvm_dfa_is_state(p->t, c->next))
			return bvm_fail(
				p->err, -EINVAL, bvm_table_off(p, c),
				"cell %u: check %u or next %u of %u states", i,
				c->check, c->next, p->t->count);
		/* below the base the difference wraps to a large number */
		if (c->check != U32_MAX &&
		    i - p->t->dfa.states[c->check].base >= num_classes)
			return bvm_fail(p->err, -EINVAL, bvm_table_off(p, c),
					"cell %u: out of reach of state %u", i,
					c->check);
	}
	return 0;
}

static int check_dfa_size(const struct bvm_table_parse *p)
{
	const struct bvm_table *t = p->t;
	const u64 need = sizeof(*t->dfa.head) +
			 (u64)t->count * sizeof(*t->dfa.states) +
			 (u64)t->aux * sizeof(*t->dfa.cells);
	u32 tail_len = 0;
	int err;

	err = bvm_table_check_count(p, "states", t->count, BVM_MAX_DFA_STATES);
	if (!err)
		err = bvm_table_check_count(p, "cells", t->aux,
					    BVM_MAX_DFA_CELLS);
	if (!err && p->len >= sizeof(*t->dfa.head)) {
		tail_len = ((const struct bvm_dfa_head *)p->bytes)->tail_len;
		err = bvm_table_check_count(p, "bytes of tails", tail_len,
					    BVM_MAX_DFA_TAILS);
	}
	return err ? err : bvm_table_check_len(p, need + tail_len);
}

static int parse_dfa(struct bvm_table_parse *p)
{
	struct bvm_table *t = p->t;
	int err;

	err = check_dfa_size(p);
	if (err)
		return err;

	t->dfa.head = (const void *)p->bytes;
	t->dfa.states = (const void *)(t->dfa.head + 1);
	t->dfa.cells = (const void *)(t->dfa.states + t->count);
	t->dfa.tails = (const void *)(t->dfa.cells + t->aux);
	t->max_steps = t->kind == BVM_TABLE_ARGV ? BVM_MAX_ARGV : BVM_MAX_PATH;
	err = check_dfa_head(p);
	if (!err)
		err = check_dfa_tails(p);
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

static const u8 *lpm_addr(const struct bvm_table *t, u32 i)
{
	return t->lpm.addr + 16 * (size_t)i;
}

/* Is prefix i, past the first, above the one before it? */
static bool lpm_ascends(const struct bvm_table *t, u32 i)
{
	const int order = memcmp(lpm_addr(t, i - 1), lpm_addr(t, i), 16);

	return order < 0 || (!order && t->lpm.len[i - 1] < t->lpm.len[i]);
}

static int check_lpm_prefix(const struct bvm_table_parse *p, u32 i)
{
	const struct bvm_table *t = p->t;
	const u32 len = t->lpm.len[i];

	if (len > 128 || (!i && len) || has_bits_past(lpm_addr(t, i), len))
		return bvm_fail(p->err, -EINVAL,
				bvm_table_off(p, lpm_addr(t, i)),
				"prefix %u: not a prefix of %u bits", i, len);
	if (i && !lpm_ascends(t, i))
		return bvm_fail(p->err, -EINVAL,
				bvm_table_off(p, lpm_addr(t, i)),
				"prefix %u is not above the one before", i);
	if (t->lpm.value[i] >= t->aux)
		return bvm_fail(p->err, -EINVAL,
				bvm_table_off(p, &t->lpm.value[i]),
				"prefix %u: value %u of %u", i, t->lpm.value[i],
				t->aux);
	return 0;
}

/*
 * Check each prefix and its parent, and find how deep they nest. What holds
 * prefix i is i - 1 or holds i - 1, too. The climb to it leaves only prefixes
 * that end before i begins and are not met again: linear in all.
 */
static int check_lpm_prefixes(const struct bvm_table_parse *p)
{
	struct bvm_table *t = p->t;
	u32 i, at, depth = 1, deepest = 1;
	int err;

	for (i = 0; i < t->count; i++) {
		err = check_lpm_prefix(p, i);
		if (err)
			return err;
		at = i ? i - 1 : 0;
		for (; !bvm_prefix_has(lpm_addr(t, at), t->lpm.len[at],
				       lpm_addr(t, i));
		     at = t->lpm.parent[at])
			depth--;
		if (t->lpm.parent[i] != at)
			return bvm_fail(p->err, -EINVAL,
					bvm_table_off(p, &t->lpm.parent[i]),
					"prefix %u: parent %u, expected %u", i,
					t->lpm.parent[i], at);
		depth += i != 0;
		if (depth > deepest)
			deepest = depth;
	}
	/* the prefix where the search ends is one of those it climbs */
	t->max_steps = bvm_halvings(t->count - 1) + deepest;
	return 0;
}

static int parse_lpm(struct bvm_table_parse *p)
{
	struct bvm_table *t = p->t;
	int err;

	err = bvm_table_check_count(p, "prefixes", t->count, BVM_MAX_LPM_NODES);
	if (!err)
		err = bvm_table_check_count(p, "values", t->aux,
					    BVM_MAX_LPM_NODES);
	if (!err && !t->count)
		err = bvm_fail(p->err, -EINVAL, p->off, "no root prefix");
	if (!err)
		err = bvm_table_check_len(
			p, t->count * (16 + 2 * (u64)sizeof(u32)) +
				   bvm_table_pad(t->count) +
				   t->aux * (u64)sizeof(u64));
	if (err)
		return err;

	t->lpm.addr = p->bytes;
	t->lpm.parent = (const void *)(t->lpm.addr + 16 * (size_t)t->count);
	t->lpm.value = t->lpm.parent + t->count;
	t->lpm.len = (const void *)(t->lpm.value + t->count);
	t->lpm.values = (const void *)(t->lpm.len + bvm_table_pad(t->count));
	err = bvm_table_check_padding(p, t->lpm.len + t->count, t->lpm.values);
	return err ? err : check_lpm_prefixes(p);
}

/* ---- SET, RANGE, ARRAY ---- */

static int parse_set(struct bvm_table_parse *p)
{
	struct bvm_table *t = p->t;
	u32 i;
	int err;

	err = bvm_table_check_count(p, "keys", t->count, BVM_MAX_SET_KEYS);
	if (!err)
		err = check_no_aux(p);
	if (!err)
		err = bvm_table_check_len(p, (u64)t->count * sizeof(*t->keys));
	if (err)
		return err;

	t->keys = (const void *)p->bytes;
	t->max_steps = bvm_halvings(t->count);
	for (i = 1; i < t->count; i++) {
		if (t->keys[i - 1] >= t->keys[i])
			return bvm_fail(p->err, -EINVAL,
					bvm_table_off(p, &t->keys[i]),
					"key %u is not above the one before",
					i);
	}
	return 0;
}

static int parse_range(struct bvm_table_parse *p)
{
	struct bvm_table *t = p->t;
	const struct bvm_range *r;
	u32 i;
	int err;

	err = bvm_table_check_count(p, "intervals", t->count, BVM_MAX_RANGES);
	if (!err)
		err = check_no_aux(p);
	if (!err)
		err = bvm_table_check_len(p,
					  (u64)t->count * sizeof(*t->ranges));
	if (err)
		return err;

	t->ranges = (const void *)p->bytes;
	t->max_steps = bvm_halvings(t->count);
	for (i = 0; i < t->count; i++) {
		r = &t->ranges[i];
		if (r->lo > r->hi || (i && r->lo <= r[-1].hi))
			return bvm_fail(p->err, -EINVAL, bvm_table_off(p, r),
					"interval %u is empty or out of order",
					i);
	}
	return 0;
}

static int parse_array(struct bvm_table_parse *p)
{
	struct bvm_table *t = p->t;
	int err;

	err = bvm_table_check_count(p, "elements", t->count, BVM_MAX_ARRAY);
	if (!err)
		err = check_no_aux(p);
	if (!err)
		err = bvm_table_check_len(p,
					  (u64)t->count * sizeof(*t->elements));
	t->elements = (const void *)p->bytes;
	t->max_steps = 1;
	return err;
}

/* ---- LISTS ---- */

/*
 * A denial without an errno would be an allow to the kernel's caller, and an
 * allow with one a denial without a reason. Which operation a list is for is
 * not known here: whoever runs the program asks bvm_errno_fits().
 */
static bool is_verdict(u32 verdict)
{
	const u32 known = BVM_VERDICT_DENY | BVM_VERDICT_AUDIT |
			  BVM_VERDICT_KILL | BVM_VERDICT_QUIET;
	const u32 low = verdict & ((1u << BVM_VERDICT_ERRNO_SHIFT) - 1);

	if (low & ~known)
		return false;
	if (verdict & BVM_VERDICT_DENY)
		return bvm_name_of(bvm_errno_names, bvm_verdict_errno(verdict));
	return !bvm_verdict_errno(verdict) &&
	       !(verdict & (BVM_VERDICT_KILL | BVM_VERDICT_QUIET));
}

static int check_list(const struct bvm_table_parse *p, u32 list)
{
	const u32 from = p->t->lists.first[list];
	const u32 to = p->t->lists.first[list + 1];
	const struct bvm_decision *d;
	u32 i;

	if (from >= to || to > p->t->aux)
		return bvm_fail(p->err, -EINVAL,
				bvm_table_off(p, &p->t->lists.first[list]),
				"list %u: entries %u to %u of %u", list, from,
				to, p->t->aux);
	if (to - from > BVM_MAX_LIST_LEN)
		return bvm_fail(p->err, -E2BIG,
				bvm_table_off(p, &p->t->lists.first[list]),
				"list %u: %u entries, at most %u", list,
				to - from, BVM_MAX_LIST_LEN);
	if (to - from > p->t->max_steps)
		p->t->max_steps = to - from;
	for (i = from; i < to; i++) {
		d = &p->t->lists.entries[i];
		if (d->reserved || !is_verdict(d->verdict))
			return bvm_fail(p->err, -EINVAL, bvm_table_off(p, d),
					"list %u: entry %u: %#x is no verdict",
					list, i, d->verdict);
	}
	if (p->t->lists.entries[to - 1].need)
		return bvm_fail(p->err, -EINVAL, bvm_table_off(p, d),
				"list %u: the last entry has a condition",
				list);
	return 0;
}

static int parse_lists(struct bvm_table_parse *p)
{
	struct bvm_table *t = p->t;
	u64 first_len;
	u32 i;
	int err;

	err = bvm_table_check_count(p, "lists", t->count, BVM_MAX_LISTS);
	if (!err)
		err = bvm_table_check_count(p, "entries", t->aux,
					    BVM_MAX_LIST_ENTRIES);
	first_len = (((u64)t->count + 1) * sizeof(u32) + 7) & ~7ull;
	if (!err)
		err = bvm_table_check_len(
			p, first_len + (u64)t->aux * sizeof(*t->lists.entries));
	if (err)
		return err;

	t->lists.first = (const void *)p->bytes;
	t->lists.entries = (const void *)(p->bytes + first_len);
	if (t->lists.first[0] || t->lists.first[t->count] != t->aux ||
	    (!(t->count & 1) ? t->lists.first[t->count + 1] : 0))
		return bvm_fail(p->err, -EINVAL,
				bvm_table_off(p, t->lists.first),
				"lists do not cover the %u entries", t->aux);
	for (i = 0; i < t->count; i++) {
		err = check_list(p, i);
		if (err)
			return err;
	}
	return 0;
}

/* ---- RATES ---- */

static int parse_rates(struct bvm_table_parse *p)
{
	struct bvm_table *t = p->t;
	const struct bvm_rate *r;
	u32 i;
	int err;

	err = bvm_table_check_count(p, "buckets", t->count, BVM_MAX_SLOTS);
	if (!err)
		err = check_no_aux(p);
	if (!err)
		err = bvm_table_check_len(p, (u64)t->count * sizeof(*t->rates));
	if (err)
		return err;

	t->rates = (const void *)p->bytes;
	t->max_steps = BVM_RATE_TRIES;
	for (i = 0; i < t->count; i++) {
		r = &t->rates[i];
		if (!r->burst || !r->interval_ns ||
		    r->interval_ns > BVM_MAX_RATE_NS / r->burst)
			return bvm_fail(
				p->err, -EINVAL, bvm_table_off(p, r),
				"bucket %u: %u tokens, one in %llu ns, is out of bounds",
				i, r->burst,
				(unsigned long long)r->interval_ns);
		if (i && r->slot <= r[-1].slot)
			return bvm_fail(
				p->err, -EINVAL, bvm_table_off(p, &r->slot),
				"bucket %u: slot %u is not above the one before",
				i, r->slot);
	}
	return 0;
}

int bvm_table_parse(const void *bytes, u32 len, u32 off, struct bvm_table *t,
		    struct bvm_error *err)
{
	const struct bvm_table_header *h = bytes;
	struct bvm_table_parse p = { .off = off, .t = t, .err = err };

	if (len < BVM_TABLE_HEADER)
		return bvm_fail(err, -EINVAL, off,
				"table is %u bytes long, its header is %u", len,
				BVM_TABLE_HEADER);
	if (h->reserved)
		return bvm_fail(err, -EINVAL, off,
				"table: reserved field is not 0");
	memset(t, 0, sizeof(*t));
	t->kind = h->kind;
	t->count = h->count;
	t->aux = h->aux;
	p.bytes = (const u8 *)bytes + BVM_TABLE_HEADER;
	p.len = len - BVM_TABLE_HEADER;

	switch (h->kind) {
	case BVM_TABLE_DFA:
	case BVM_TABLE_ARGV:
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
	case BVM_TABLE_KEYS:
		return bvm_table_parse_keys(&p);
	case BVM_TABLE_HASH:
		return bvm_table_parse_hash(&p);
	case BVM_TABLE_PRODUCT:
		return bvm_table_parse_product(&p);
	case BVM_TABLE_RATES:
		return parse_rates(&p);
	}
	return bvm_fail(err, -EINVAL, off, "unknown kind of table %u", h->kind);
}
