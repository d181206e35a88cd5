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

/* Bytes of text from a state in a tail to where the tail ends. */
static u32 tail_left(const struct bvm_table *dfa, u32 state)
{
	const u8 *text = dfa->dfa.tails + (state - dfa->count);
	u32 len = 0;

	while (bvm_dfa_is_text(text[len]))
		len++;
	return len;
}

/*
 * A state in a tail has no closure of its own in the image. From there the
 * tail's bytes lead to the state where it ends, and any other byte, wherever
 * it comes, to tail_def, whose rights a name that ends in the tail has, too.
 * So below it may be done what may be below the one or the other; len is
 * tail_left() of the state.
 */
static struct bvm_rights tail_closure(const struct bvm_image *img, u32 state,
				      u32 len)
{
	const struct bvm_table *dfa = dfa_of(img);
	const u8 *end = dfa->dfa.tails + (state - dfa->count) + len;
	const u32 last = bvm_dfa_tail_end(end);
	const struct bvm_rights *there, *other;

	there = &img->closures[img->closure_of[last]];
	other = &img->closures[img->closure_of[dfa->dfa.head->tail_def]];
	return (struct bvm_rights){ .may = there->may | other->may,
				    .must = there->must & other->must };
}

static struct bvm_rights closure(const struct bvm_image *img, u32 state)
{
	const struct bvm_table *dfa = dfa_of(img);

	if (state < dfa->count)
		return img->closures[img->closure_of[state]];
	return tail_closure(img, state, tail_left(dfa, state));
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
		u32 len;

		if (c->check == U32_MAX)
			continue;
		*at = c->check;
		own = closure(img, c->check);
		if (c->next < dfa->count) {
			next = img->closures[img->closure_of[c->next]];
		} else {
			len = tail_left(dfa, c->next);
			if (len > left)
				return -EINVAL;
			left -= len;
			next = tail_closure(img, c->next, len);
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
