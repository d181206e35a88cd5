// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/*
 * table_parse_keys.c - the shape of tables whose keys are strings of bytes
 */
#include "table_parse.h"

/* ---- KEYS, HASH ---- */

static int check_key_len(const struct bvm_table_parse *p, u32 len)
{
	if (len >= 1 && len <= BVM_MAX_KEY)
		return 0;
	return bvm_fail(p->err, -EINVAL, p->off,
			"keys of %u bytes, expected 1 to %u", len, BVM_MAX_KEY);
}

static const u8 *key_at(const struct bvm_table *t, u32 i)
{
	return t->byte_keys.bytes + (size_t)i * t->key_len;
}

static u64 keys_len(const struct bvm_table *t)
{
	return bvm_table_pad((u64)t->count * t->key_len) +
	       (u64)t->count * sizeof(u64);
}

/* Point to keys and values, and check what holds for both kinds. */
static int place_keys(const struct bvm_table_parse *p, const void *at)
{
	struct bvm_table *t = p->t;
	const u64 len = (u64)t->count * t->key_len;
	u32 i;
	int err;

	t->byte_keys.bytes = at;
	t->byte_keys.values =
		(const void *)(t->byte_keys.bytes + bvm_table_pad(len));
	err = bvm_table_check_padding(p, t->byte_keys.bytes + len,
				      t->byte_keys.values);
	if (err)
		return err;
	for (i = 0; i < t->count; i++) {
		if (!t->byte_keys.values[i])
			return bvm_fail(
				p->err, -EINVAL,
				bvm_table_off(p, &t->byte_keys.values[i]),
				"key %u: value 0 means that there is none", i);
	}
	return 0;
}

/* Keys from .. end - 1 ascend. */
static int check_ascent(const struct bvm_table_parse *p, u32 from, u32 end)
{
	u32 i;

	for (i = from + 1; i < end; i++) {
		if (memcmp(key_at(p->t, i - 1), key_at(p->t, i),
			   p->t->key_len) >= 0)
			return bvm_fail(p->err, -EINVAL,
					bvm_table_off(p, key_at(p->t, i)),
					"key %u is not above the one before",
					i);
	}
	return 0;
}

int bvm_table_parse_keys(struct bvm_table_parse *p)
{
	struct bvm_table *t = p->t;
	int err;

	t->key_len = t->aux;
	err = bvm_table_check_count(p, "keys", t->count, BVM_MAX_SET_KEYS);
	if (!err)
		err = check_key_len(p, t->key_len);
	if (!err)
		err = bvm_table_check_len(p, keys_len(t));
	if (!err)
		err = place_keys(p, p->bytes);
	t->max_steps = bvm_halvings(t->count);
	return err ? err : check_ascent(p, 0, t->count);
}

static int check_hash_head(const struct bvm_table_parse *p,
			   const struct bvm_hash_head *head)
{
	if (!head->num_buckets || head->num_buckets > BVM_MAX_HASH_BUCKETS ||
	    head->num_buckets & (head->num_buckets - 1))
		return bvm_fail(p->err, -EINVAL, bvm_table_off(p, head),
				"%u buckets: no power of 2 up to %u",
				head->num_buckets, BVM_MAX_HASH_BUCKETS);
	if (head->max_bucket > BVM_MAX_HASH_BUCKET)
		return bvm_fail(p->err, -E2BIG,
				bvm_table_off(p, &head->max_bucket),
				"buckets of %u keys, at most %u",
				head->max_bucket, BVM_MAX_HASH_BUCKET);
	return 0;
}

/* Every key is in its bucket, where a look-up will search for it. */
static int check_bucket(const struct bvm_table_parse *p, u32 bucket)
{
	const struct bvm_table *t = p->t;
	const struct bvm_hash_head *head = t->byte_keys.head;
	const u32 from = t->byte_keys.first[bucket];
	const u32 end = t->byte_keys.first[bucket + 1];
	u32 i;

	if (end < from || end > t->count || end - from > head->max_bucket)
		return bvm_fail(p->err, -EINVAL,
				bvm_table_off(p, &t->byte_keys.first[bucket]),
				"bucket %u: keys %u to %u of %u, at most %u",
				bucket, from, end, t->count, head->max_bucket);
	for (i = from; i < end; i++) {
		if ((bvm_hash(head->seed, key_at(t, i), t->key_len) &
		     (head->num_buckets - 1)) != bucket)
			return bvm_fail(p->err, -EINVAL,
					bvm_table_off(p, key_at(t, i)),
					"key %u is not of bucket %u", i,
					bucket);
	}
	return check_ascent(p, from, end);
}

static int check_buckets(const struct bvm_table_parse *p)
{
	const struct bvm_table *t = p->t;
	const struct bvm_hash_head *head = t->byte_keys.head;
	const u32 *first = t->byte_keys.first;
	u32 i, fullest = 0;
	int err;

	if (first[0] || first[head->num_buckets] != t->count)
		return bvm_fail(p->err, -EINVAL, bvm_table_off(p, first),
				"buckets do not cover the %u keys", t->count);
	for (i = 0; i < head->num_buckets; i++) {
		err = check_bucket(p, i);
		if (err)
			return err;
		if (first[i + 1] - first[i] > fullest)
			fullest = first[i + 1] - first[i];
	}
	if (fullest != head->max_bucket)
		return bvm_fail(p->err, -EINVAL,
				bvm_table_off(p, &head->max_bucket),
				"the fullest bucket has %u keys, not %u",
				fullest, head->max_bucket);
	return 0;
}

int bvm_table_parse_hash(struct bvm_table_parse *p)
{
	const struct bvm_hash_head *head = (const void *)p->bytes;
	struct bvm_table *t = p->t;
	const u8 *keys;
	u64 first_len;
	int err;

	t->key_len = t->aux;
	err = bvm_table_check_count(p, "keys", t->count, BVM_MAX_SET_KEYS);
	if (!err)
		err = check_key_len(p, t->key_len);
	if (!err && p->len < sizeof(*head))
		err = bvm_table_check_len(p, sizeof(*head));
	if (!err)
		err = check_hash_head(p, head);
	if (err)
		return err;
	first_len = ((u64)head->num_buckets + 1) * sizeof(u32);
	err = bvm_table_check_len(p, sizeof(*head) + bvm_table_pad(first_len) +
					     keys_len(t));
	if (err)
		return err;

	t->byte_keys.head = head;
	t->byte_keys.first = (const void *)(head + 1);
	t->max_steps = 1 + head->max_bucket;
	keys = (const u8 *)t->byte_keys.first + bvm_table_pad(first_len);
	err = bvm_table_check_padding(
		p, t->byte_keys.first + head->num_buckets + 1, keys);
	if (!err)
		err = place_keys(p, keys);
	return err ? err : check_buckets(p);
}

/* ---- PRODUCT ---- */

/* Components before c are checked; off is of the arrays of component c. */
static int place_component(const struct bvm_table_parse *p, u32 c, u64 *off)
{
	struct bvm_table *t = p->t;
	const struct bvm_component *comp = &t->product.components[c];
	const u64 words = (u64)comp->num_nodes + 1 + comp->num_bounds;
	const u64 bounds_off = *off + bvm_table_pad(words * sizeof(u32));
	const u64 bounds_len = (u64)comp->num_bounds * comp->width;
	const u64 end = bounds_off + bvm_table_pad(bounds_len);
	int err;

	if (end > p->len)
		return bvm_fail(p->err, -EINVAL, bvm_table_off(p, comp),
				"component %u ends past the table", c);
	t->product.level[c].first = (const void *)(p->bytes + *off);
	t->product.level[c].next =
		t->product.level[c].first + comp->num_nodes + 1;
	t->product.level[c].bounds = p->bytes + bounds_off;
	*off = end;
	err = bvm_table_check_padding(
		p, t->product.level[c].next + comp->num_bounds,
		t->product.level[c].bounds);
	return err ? err :
		     bvm_table_check_padding(
			     p, t->product.level[c].bounds + bounds_len,
			     p->bytes + end);
}

static int check_component(const struct bvm_table_parse *p, u32 c)
{
	const struct bvm_component *comp = &p->t->product.components[c];

	if (comp->width < 1 || comp->width > BVM_MAX_COMPONENT ||
	    comp->reserved)
		return bvm_fail(p->err, -EINVAL, bvm_table_off(p, comp),
				"component %u: %u bytes, expected 1 to %u", c,
				comp->width, BVM_MAX_COMPONENT);
	if (comp->num_bounds > BVM_MAX_PRODUCT_BOUNDS)
		return bvm_fail(p->err, -E2BIG, bvm_table_off(p, comp),
				"component %u: %u bounds, at most %u", c,
				comp->num_bounds, BVM_MAX_PRODUCT_BOUNDS);
	/* a node has a bound at least, and there is one to begin with */
	if (!comp->num_nodes || comp->num_nodes > comp->num_bounds ||
	    (!c && comp->num_nodes != 1))
		return bvm_fail(p->err, -EINVAL, bvm_table_off(p, comp),
				"component %u: %u nodes with %u bounds", c,
				comp->num_nodes, comp->num_bounds);
	return 0;
}

static bool is_zero(const u8 *bytes, u32 len)
{
	while (len && !bytes[len - 1])
		len--;
	return !len;
}

/* The bounds of a node begin with 0 and ascend; each changes something. */
static int check_node(const struct bvm_table_parse *p, u32 c, u32 node)
{
	const struct bvm_table *t = p->t;
	const struct bvm_component *comp = &t->product.components[c];
	const u32 from = t->product.level[c].first[node];
	const u32 end = t->product.level[c].first[node + 1];
	const u32 *next = t->product.level[c].next;
	const u8 *bounds = t->product.level[c].bounds;
	u32 i;

	if (from >= end || end > comp->num_bounds)
		return bvm_fail(p->err, -EINVAL,
				bvm_table_off(p,
					      &t->product.level[c].first[node]),
				"component %u: node %u: bounds %u to %u of %u",
				c, node, from, end, comp->num_bounds);
	if (!is_zero(bounds + (size_t)from * comp->width, comp->width))
		return bvm_fail(
			p->err, -EINVAL,
			bvm_table_off(p, bounds + (size_t)from * comp->width),
			"component %u: node %u does not begin with 0", c, node);
	for (i = from + 1; i < end; i++) {
		const u8 *bound = bounds + (size_t)i * comp->width;

		if (memcmp(bound - comp->width, bound, comp->width) >= 0)
			return bvm_fail(
				p->err, -EINVAL, bvm_table_off(p, bound),
				"component %u: bound %u is not above the one before",
				c, i);
		if (next[i - 1] == next[i])
			return bvm_fail(
				p->err, -EINVAL, bvm_table_off(p, &next[i]),
				"component %u: bound %u changes nothing", c, i);
	}
	return 0;
}

/* Targets, num in all, are numbered as they are first met: none is missed. */
static int check_targets(const struct bvm_table_parse *p, u32 c, u32 num)
{
	const struct bvm_component *comp = &p->t->product.components[c];
	const u32 *next = p->t->product.level[c].next;
	u32 i, met = 0;

	for (i = 0; i < comp->num_bounds; i++) {
		if (next[i] > met || next[i] >= num)
			return bvm_fail(
				p->err, -EINVAL, bvm_table_off(p, &next[i]),
				"component %u: bound %u leads to %u, expected up to %u of %u",
				c, i, next[i], met, num);
		met += next[i] == met;
	}
	if (met == num)
		return 0;
	return bvm_fail(p->err, -EINVAL, bvm_table_off(p, comp),
			"component %u leads to %u of %u", c, met, num);
}

static int check_level(const struct bvm_table_parse *p, u32 c)
{
	struct bvm_table *t = p->t;
	const struct bvm_component *comp = &t->product.components[c];
	const u32 *first = t->product.level[c].first;
	u32 i, widest = 0;
	int err;

	if (first[0] || first[comp->num_nodes] != comp->num_bounds)
		return bvm_fail(
			p->err, -EINVAL, bvm_table_off(p, first),
			"component %u: nodes do not cover the %u bounds", c,
			comp->num_bounds);
	for (i = 0; i < comp->num_nodes; i++) {
		err = check_node(p, c, i);
		if (err)
			return err;
		if (first[i + 1] - first[i] > widest)
			widest = first[i + 1] - first[i];
	}
	t->max_steps += 1 + bvm_halvings(widest - 1);
	return check_targets(p, c,
			     c + 1 < t->count ? comp[1].num_nodes : t->aux);
}

int bvm_table_parse_product(struct bvm_table_parse *p)
{
	struct bvm_table *t = p->t;
	u64 off = (u64)t->count * sizeof(*t->product.components);
	u32 c;
	int err;

	err = bvm_table_check_count(p, "components", t->count,
				    BVM_MAX_COMPONENTS);
	if (!err && !t->count)
		err = bvm_fail(p->err, -EINVAL, p->off, "no component");
	if (!err && p->len < off)
		err = bvm_table_check_len(p, off);
	if (err)
		return err;

	t->product.components = (const void *)p->bytes;
	for (c = 0; !err && c < t->count; c++) {
		err = check_component(p, c);
		if (!err)
			err = place_component(p, c, &off);
		t->key_len += t->product.components[c].width;
	}
	if (!err)
		err = check_key_len(p, t->key_len);
	if (!err)
		err = bvm_table_check_len(p, off + t->aux * (u64)sizeof(u64));
	t->product.values = (const void *)(p->bytes + off);
	for (c = 0; !err && c < t->count; c++)
		err = check_level(p, c);
	return err;
}
