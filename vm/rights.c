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

static const struct bvm_rights *closure(const struct bvm_image *img, u32 state)
{
	return &img->closures[img->closure_of[state]];
}

static const struct bvm_rights *rights(const struct bvm_image *img, u32 state)
{
	return &img->rights
			[img->tables[img->rights_dfa].dfa.states[state].accept];
}

static bool has_states(const struct bvm_image *img, u32 from, u32 to)
{
	const u32 count = img->tables[img->rights_dfa].count;

	return !bvm_broken(from >= count || to >= count);
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
	return closure(img, to)->may & ~closure(img, from)->must;
}

int bvm_rights_check(const struct bvm_image *img, u32 *at)
{
	const struct bvm_table *dfa = &img->tables[img->rights_dfa];
	const struct bvm_dfa_cell *c = dfa->dfa.cells;
	u32 i;

	for (i = 0; i < dfa->count; i++) {
		*at = i;
		if (img->closure_of[i] >= img->num_closures)
			return -EINVAL;
	}
	for (i = 0; i < dfa->count; i++) {
		*at = i;
		if (!holds(closure(img, i), rights(img, i)) ||
		    !holds(closure(img, i),
			   closure(img, dfa->dfa.states[i].def)))
			return -EINVAL;
	}
	for (i = 0; i < dfa->aux; i++, c++) {
		if (c->check == U32_MAX ||
		    img->closure_of[c->check] == img->closure_of[c->next])
			continue;
		*at = c->check;
		if (!holds(closure(img, c->check), closure(img, c->next)))
			return -EINVAL;
	}
	return 0;
}
