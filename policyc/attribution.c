// SPDX-License-Identifier: GPL-2.0-only
#include <string.h>

#include "attribution.h"

#define OPS_PER_ROW 64 /* lowering.h */

struct counter {
	struct arena *arena;
	const struct lowered *lowered;
	struct intern lists; /* without the rules' numbers */
	u32 *plain[BVM_NUM_CLASSES]; /* per list of the class: one of these */
	struct intern rows;
	u32 *words; /* of a row */
};

/* Lists that differ in nothing but who decides get one number. */
static void strip_lists(struct counter *c, u32 class)
{
	const struct intern *lists = &c->lowered->classes[class].lists.lists;
	struct bvm_decision *copy;

	c->plain[class] = arena_array(c->arena, lists->num, sizeof(u32));
	for (u32 i = 0; i < lists->num; i++) {
		const u32 len = intern_len(lists, i);
		const u32 num = len / LISTS_ENTRY_WORDS;

		copy = arena_array(c->arena, num, sizeof(*copy));
		memcpy(copy, intern_get(lists, i), len * sizeof(u32));
		for (u32 k = 0; k < num; k++)
			copy[k].verdict &= (1u << BVM_VERDICT_RULE_SHIFT) - 1;
		c->plain[class][i] =
			intern_put(&c->lists, (const u32 *)copy, len);
	}
}

static u32 put_keys(struct counter *c, u32 num, u32 class, u32 from, u32 len)
{
	const struct lowered_class *lc = &c->lowered->classes[class];

	for (u32 i = from; i < from + len && i < lc->num_keys; i++)
		c->words[num++] = c->plain[class][lc->keys[i]];
	return num;
}

/* What mounts ask of a row, as a target and as a source. */
static u32 put_mounts(struct counter *c, u32 num, u32 row)
{
	const struct preds *preds =
		&c->lowered->classes[BVM_CLASS_MOUNTS].preds;

	for (u32 i = 0; i < preds->num; i++) {
		const struct pred *pred = &preds->items[i];

		if (pred->field == PRED_TARGET || pred->field == PRED_SOURCE)
			c->words[num++] = pred_has(pred, row);
	}
	return num;
}

static u32 plain_row(struct counter *c, u32 row)
{
	u32 num = 0;

	num = put_keys(c, num, BVM_CLASS_FILES, row * OPS_PER_ROW, OPS_PER_ROW);
	num = put_keys(c, num, BVM_CLASS_EXEC, row, 1);
	if (c->lowered->has_unix_paths)
		num = put_keys(c, num, BVM_CLASS_NETWORK,
			       row * LOWERING_NETWORK_OPS,
			       LOWERING_NETWORK_OPS);
	num = put_mounts(c, num, row);
	return intern_put(&c->rows, c->words, num);
}

u32 attribution_states_without(struct arena *arena,
			       const struct lowered *lowered)
{
	struct counter c = { .arena = arena, .lowered = lowered };
	struct fsm fsm = lowered->fsm;
	u32 *plain_of;

	intern_init(&c.lists, arena);
	intern_init(&c.rows, arena);
	for (u32 class = 1; class < BVM_NUM_CLASSES; class ++)
		strip_lists(&c, class);
	c.words = arena_array(arena,
			      OPS_PER_ROW + 1 + LOWERING_NETWORK_OPS +
				      BVM_MAX_PREDICATES,
			      sizeof(u32));
	fsm.states = arena_array(arena, fsm.num_states, sizeof(*fsm.states));
	memcpy(fsm.states, lowered->fsm.states,
	       fsm.num_states * sizeof(*fsm.states));
	plain_of = arena_array(arena, lowered->rows.num, sizeof(u32));
	for (u32 row = 0; row < lowered->rows.num; row++)
		plain_of[row] = plain_row(&c, row);
	for (u32 i = 0; i < fsm.num_states; i++)
		fsm.states[i].accept = plain_of[fsm.states[i].accept];
	fsm_minimise(arena, &fsm);
	return fsm.num_states;
}
