// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/*
 * rights.c - what may be done under a name, and under all names below it
 */
#include "rights.h"
#include "table.h"

/* Is everything that `part` may within what `whole` may; must the other way. */
static bool holds(const struct bvm_rights *whole, const struct bvm_rights *part)
{
	return !(part->may & ~whole->may) && !(whole->must & ~part->must);
}

static const struct bvm_table *dfa_of(const struct bvm_image *img)
{
	return &img->tables[img->rights_dfa];
}

/*
 * None is stated for a tail: it is that of the state where it ends and of the
 * one that all other bytes lead to. Return the bytes of text that were left.
 */
static u32 tail_closure(const struct bvm_image *img, u32 state,
			struct bvm_rights *sum)
{
	const struct bvm_table *t = dfa_of(img);
	const u8 *from = t->dfa.tails + (state - t->count), *end = from;
	const struct bvm_rights *last, *other;

	while (bvm_dfa_is_text(*end))
		end++;
	last = &img->closures[img->closure_of[bvm_dfa_tail_end(end)]];
	other = &img->closures[img->closure_of[t->dfa.head->tail_def]];
	sum->may = last->may | other->may;
	sum->must = last->must & other->must;
	return (u32)(end - from);
}

static struct bvm_rights closure(const struct bvm_image *img, u32 state)
{
	struct bvm_rights sum;

	if (state < dfa_of(img)->count)
		return img->closures[img->closure_of[state]];
	(void)tail_closure(img, state, &sum);
	return sum;
}

static const struct bvm_rights *rights(const struct bvm_image *img, u32 state)
{
	return &img->rights[bvm_dfa_accept(dfa_of(img), state)];
}

static bool has_states(const struct bvm_image *img, u32 from, u32 to)
{
	return !bvm_broken(!bvm_dfa_is_state(dfa_of(img), from) ||
			   !bvm_dfa_is_state(dfa_of(img), to));
}

u64 bvm_rights_gained(const struct bvm_image *img, u32 from, u32 to)
{
	const struct bvm_rights *old, *new;

	if (img->rights_dfa >= img->num_tables)
		return 0;
	if (!has_states(img, from, to))
		return ~0ull;
	old = rights(img, from);
	new = rights(img, to);
	/* The same row: the same rules, conditions included. */
	return old == new ? 0 : new->may & ~old->must;
}

u64 bvm_rights_gained_below(const struct bvm_image *img, u32 from, u32 to)
{
	if (img->rights_dfa >= img->num_tables)
		return 0;
	if (!has_states(img, from, to))
		return ~0ull;
	/* The same state: the same rules for each name below. */
	if (from == to)
		return 0;
	return closure(img, to).may & ~closure(img, from).must;
}

/*
 * Closures are those of the states that cells belong to, and hold those that
 * cells lead to. A tail is read to its end for each cell that leads into it:
 * there is one in what policyc writes, and the reading is bounded by that.
 */
static int check_cells(const struct bvm_image *img, u32 *at)
{
	const struct bvm_table *dfa = dfa_of(img);
	const struct bvm_dfa_cell *c = dfa->dfa.cells;
	u32 i, left = dfa->dfa.head->tail_len;

	for (i = 0; i < dfa->aux; i++, c++) {
		struct bvm_rights own, next;
		u32 read;

		if (c->check == U32_MAX)
			continue;
		*at = c->check;
		own = closure(img, c->check);
		if (c->next < dfa->count) {
			next = img->closures[img->closure_of[c->next]];
		} else {
			read = tail_closure(img, c->next, &next);
			if (read > left)
				return -EINVAL;
			left -= read;
		}
		if (!holds(&own, &next))
			return -EINVAL;
	}
	return 0;
}

int bvm_rights_check(const struct bvm_image *img, u32 *at)
{
	const struct bvm_table *dfa = dfa_of(img);
	u32 i;

	for (i = 0; i < dfa->count; i++) {
		*at = i;
		if (img->closure_of[i] >= img->num_closures)
			return -EINVAL;
	}
	for (i = 0; i < dfa->count; i++) {
		const struct bvm_rights own = closure(img, i);
		const struct bvm_rights def =
			closure(img, dfa->dfa.states[i].def);

		*at = i;
		if (!holds(&own, rights(img, i)) || !holds(&own, &def))
			return -EINVAL;
	}
	return check_cells(img, at);
}
