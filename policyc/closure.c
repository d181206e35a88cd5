// SPDX-License-Identifier: GPL-2.0-only
#include <string.h>

#include "closure.h"

#define WORDS (sizeof(struct bvm_rights) / sizeof(u32))

static bool widen(struct bvm_rights *to, const struct bvm_rights *from)
{
	const struct bvm_rights before = *to;

	to->may |= from->may;
	to->must &= from->must;
	return to->may != before.may || to->must != before.must;
}

/*
 * One pass from the last state to the first. States are numbered as a walk
 * from the start finds them, so most bytes lead to a higher number, whose
 * rights are final by then; those that lead back need another pass.
 */
static bool pass(const struct fsm *fsm, struct bvm_rights *rights)
{
	bool changed = false;

	for (u32 i = fsm->num_states; i-- > 0;) {
		const struct fsm_state *s = &fsm->states[i];

		changed |= widen(&rights[i], &rights[s->def]);
		for (u32 k = 0; k < s->num; k++)
			changed |=
				widen(&rights[i],
				      &rights[fsm->edges[s->first + k].next]);
	}
	return changed;
}

void closure_find(struct arena *arena, const struct fsm *fsm,
		  const struct bvm_rights *rows, struct closures *out)
{
	struct bvm_rights *rights =
		arena_array(arena, fsm->num_states, sizeof(*rights));
	struct intern distinct;
	u32 words[WORDS];

	for (u32 i = 0; i < fsm->num_states; i++)
		rights[i] = rows[fsm->states[i].accept];
	while (pass(fsm, rights))
		;
	intern_init(&distinct, arena);
	out->of = arena_array(arena, fsm->num_states, sizeof(u32));
	for (u32 i = 0; i < fsm->num_states; i++) {
		memcpy(words, &rights[i], sizeof(words));
		out->of[i] = intern_put(&distinct, words, WORDS);
	}
	out->num = distinct.num;
	out->items = arena_array(arena, out->num, sizeof(*out->items));
	for (u32 i = 0; i < out->num; i++)
		memcpy(&out->items[i], intern_get(&distinct, i),
		       sizeof(*out->items));
}
