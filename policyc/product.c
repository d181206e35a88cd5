// SPDX-License-Identifier: GPL-2.0-only
/*
 * product.c - products of ranges, as PRODUCT tables
 *
 * A node stands for the boxes that the components read so far leave possible.
 * It is made of the nodes for the boxes that each of its intervals leaves, so
 * nodes are made from the last component on, and equal ones are one. The
 * recursion is as deep as there are components.
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "intern.h"
#include "numbers.h"
#include "product.h"
#include "vm/table.h"

#define MAX_WORK (16u << 20) /* boxes in all sets of boxes */

/* An interval of a node: how it begins, and where it leads. */
struct step {
	u8 bound[BVM_MAX_COMPONENT]; /* zeroes past the width */
	u32 next;
};

#define STEP_WORDS (sizeof(struct step) / sizeof(u32))

/* Where a box begins or has ended. */
struct event {
	u8 at[BVM_MAX_COMPONENT];
	u32 box; /* index in the set */
};

struct level {
	u32 width;
	u32 off; /* in a key */
	struct intern sets; /* of boxes that were met here */
	u32 *node_of; /* per set */
	struct intern nodes; /* each a row of steps */
	u32 *order; /* nodes as they will be numbered */
	u32 num_order;
};

struct product {
	struct arena *arena;
	const struct product_box *boxes;
	struct level levels[BVM_MAX_COMPONENTS];
	u32 num_levels;
	struct intern values;
	u64 work;
};

/* A set of boxes while a component is swept. */
struct sweep {
	struct event *events;
	u32 num_events;
	const u32 *set; /* boxes of the node */
	u32 *here; /* indexes in set */
	u32 *place; /* per index: 1 + where it is in here; 0: it is not */
	u32 num_here;
};

static int compare_events(const void *a, const void *b)
{
	const struct event *x = a;
	const struct event *y = b;
	int order = memcmp(x->at, y->at, sizeof(x->at));

	if (order)
		return order;
	return x->box < y->box ? -1 : x->box > y->box;
}

/* False where there is no greater number. */
static bool add_one(u8 *bytes, u32 width)
{
	while (width--)
		if (++bytes[width])
			return true;
	return false;
}

static void find_events(struct product *p, const struct level *level,
			struct sweep *s, u32 num)
{
	s->events = arena_array(p->arena, 2 * (size_t)num, sizeof(*s->events));
	s->here = arena_array(p->arena, num, sizeof(u32));
	s->place = arena_array(p->arena, num, sizeof(u32));
	for (u32 i = 0; i < num; i++) {
		const struct product_box *box = &p->boxes[s->set[i]];
		struct event e = { .box = i };

		memcpy(e.at, box->lo + level->off, level->width);
		s->events[s->num_events++] = e;
		memcpy(e.at, box->hi + level->off, level->width);
		if (add_one(e.at, level->width))
			s->events[s->num_events++] = e;
	}
	qsort(s->events, s->num_events, sizeof(*s->events), compare_events);
}

/* A box comes if it was not there, and goes if it was. */
static void toggle(struct sweep *s, u32 box)
{
	u32 place = s->place[box];

	if (!place) {
		s->here[s->num_here++] = box;
		s->place[box] = s->num_here;
		return;
	}
	s->here[place - 1] = s->here[--s->num_here];
	s->place[s->here[place - 1]] = place;
	s->place[box] = 0;
}

/* The boxes that are here, ascending. */
static u32 *copy_here(struct product *p, const struct sweep *s)
{
	u32 *copy = arena_array(p->arena, s->num_here, sizeof(u32));

	for (u32 i = 0; i < s->num_here; i++)
		copy[i] = s->set[s->here[i]];
	if (s->num_here)
		qsort(copy, s->num_here, sizeof(u32), numbers_compare);
	p->work += s->num_here + 1;
	return copy;
}

static u32 make_value(struct product *p, const u32 *set, u32 num)
{
	u64 value = 0;
	u32 words[2];

	for (u32 i = 0; i < num; i++)
		value |= p->boxes[set[i]].value;
	memcpy(words, &value, sizeof(words));
	return intern_put(&p->values, words, ARRAY_SIZE(words));
}

static u32 make_node(struct product *p, u32 c, const u32 *set, u32 num)
{
	struct level *level = &p->levels[c];
	struct sweep s = { .set = set };
	struct step *steps = NULL, step = { .next = 0 };
	u32 num_steps = 0, id, known, at = 0;

	if (c == p->num_levels)
		return make_value(p, set, num);
	known = level->sets.num;
	id = intern_put(&level->sets, set, num);
	if (id < known)
		return level->node_of[id];
	level->node_of = arena_grow(p->arena, level->node_of, id, sizeof(u32));

	find_events(p, level, &s, num);
	do {
		while (at < s.num_events &&
		       !memcmp(s.events[at].at, step.bound, sizeof(step.bound)))
			toggle(&s, s.events[at++].box);
		step.next = make_node(p, c + 1, copy_here(p, &s), s.num_here);
		if (!num_steps || steps[num_steps - 1].next != step.next) {
			steps = arena_grow(p->arena, steps, num_steps,
					   sizeof(step));
			steps[num_steps++] = step;
		}
		if (at < s.num_events)
			memcpy(step.bound, s.events[at].at, sizeof(step.bound));
	} while (at < s.num_events && p->work < MAX_WORK);
	return level->node_of[id] = intern_put(&level->nodes,
					       (const u32 *)steps,
					       num_steps * STEP_WORDS);
}

/* ---- output ---- */

/* Number what is led to by the order of its first mention. */
static u32 number(struct product *p, u32 *new_of, u32 old, u32 **order,
		  u32 *num)
{
	if (!new_of[old]) {
		*order = arena_grow(p->arena, *order, *num, sizeof(u32));
		(*order)[(*num)++] = old;
		new_of[old] = *num;
	}
	return new_of[old] - 1;
}

static const struct step *node_steps(const struct level *level, u32 node,
				     u32 *num)
{
	*num = intern_len(&level->nodes, node) / STEP_WORDS;
	return (const struct step *)intern_get(&level->nodes, node);
}

static u32 count_bounds(const struct level *level)
{
	u32 sum = 0, num;

	for (u32 i = 0; i < level->num_order; i++) {
		(void)node_steps(level, level->order[i], &num);
		sum += num;
	}
	return sum;
}

/* Find the numbers of the next component's nodes, or of the values. */
static void put_level(struct product *p, struct buf *buf,
		      const struct level *level, u32 num_targets, u32 **order,
		      u32 *num_order)
{
	u32 *new_of = arena_array(p->arena, num_targets, sizeof(u32));
	const struct step *steps;
	u32 sum = 0, num;

	buf_put_u32(buf, 0);
	for (u32 i = 0; i < level->num_order; i++) {
		(void)node_steps(level, level->order[i], &num);
		buf_put_u32(buf, sum += num);
	}
	for (u32 i = 0; i < level->num_order; i++) {
		steps = node_steps(level, level->order[i], &num);
		for (u32 k = 0; k < num; k++)
			buf_put_u32(buf, number(p, new_of, steps[k].next, order,
						num_order));
	}
	buf_align(buf, 8);
	for (u32 i = 0; i < level->num_order; i++) {
		steps = node_steps(level, level->order[i], &num);
		for (u32 k = 0; k < num; k++)
			buf_put(buf, steps[k].bound, level->width);
	}
	buf_align(buf, 8);
}

static int put_product(struct product *p, struct buf *buf, u32 root)
{
	struct bvm_component comps[BVM_MAX_COMPONENTS] = { 0 };
	struct bvm_table_header header = { BVM_TABLE_PRODUCT, p->num_levels, 0,
					   0 };
	struct buf body = BUF_INIT(p->arena);
	u32 *values = NULL;

	p->levels[0].order = arena_array(p->arena, 1, sizeof(u32));
	p->levels[0].order[0] = root;
	p->levels[0].num_order = 1;
	for (u32 c = 0; c < p->num_levels; c++) {
		struct level *level = &p->levels[c];

		comps[c].width = level->width;
		comps[c].num_nodes = level->num_order;
		comps[c].num_bounds = count_bounds(level);
		if (comps[c].num_bounds > BVM_MAX_PRODUCT_BOUNDS)
			return -E2BIG;
		if (c + 1 < p->num_levels)
			put_level(p, &body, level, level[1].nodes.num,
				  &level[1].order, &level[1].num_order);
		else
			put_level(p, &body, level, p->values.num, &values,
				  &header.aux);
	}
	buf_put(buf, &header, sizeof(header));
	buf_put(buf, comps, p->num_levels * sizeof(comps[0]));
	buf_put(buf, body.data, body.len);
	for (u32 i = 0; i < header.aux; i++)
		buf_put(buf, intern_get(&p->values, values[i]), sizeof(u64));
	return 0;
}

int product_put(struct arena *arena, struct buf *buf, const u32 *widths,
		u32 num_widths, const struct product_box *boxes, u32 num)
{
	struct product *p = arena_alloc(arena, sizeof(*p));
	u32 *all = arena_array(arena, num, sizeof(u32));
	u32 off = 0, root;

	p->arena = arena;
	p->boxes = boxes;
	p->num_levels = num_widths;
	for (u32 c = 0; c < num_widths; c++) {
		p->levels[c].width = widths[c];
		p->levels[c].off = off;
		off += widths[c];
		intern_init(&p->levels[c].sets, arena);
		intern_init(&p->levels[c].nodes, arena);
	}
	intern_init(&p->values, arena);
	for (u32 i = 0; i < num; i++)
		all[i] = i;
	root = make_node(p, 0, all, num);
	if (p->work >= MAX_WORK)
		return -E2BIG;
	return put_product(p, buf, root);
}
