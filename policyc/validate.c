// SPDX-License-Identifier: GPL-2.0-only
#include <errno.h>
#include <string.h>

#include "validate.h"
#include "vm/table.h"

#define PAIR_WORDS 2 /* state, set */

struct step {
	u32 before; /* pair */
	u8 byte;
};

struct walk {
	struct arena *arena;
	struct validate *v;
	struct intern pairs;
	struct step *steps; /* per pair: how it was reached first */
	struct intern agreed; /* rows with the patterns they were found to mean */
	u32 *words; /* one of those */
	u32 num_words;
};

static void reach(struct walk *w, u32 before, u8 byte, u32 state, u32 set)
{
	const u32 pair[PAIR_WORDS] = { state, set };
	const u32 num = w->pairs.num;

	if (intern_put(&w->pairs, pair, PAIR_WORDS) < num)
		return;
	w->steps = arena_grow(w->arena, w->steps, num, sizeof(*w->steps));
	w->steps[num] = (struct step){ before, byte };
}

/* A row and the patterns that match, as they are: asked about once. */
static bool agrees(struct walk *w, u32 state, u32 set)
{
	const u32 row = bvm_dfa_accept(w->v->table, state);
	const u32 known = w->agreed.num;
	u32 num;
	const u32 *patterns = reader_matches(w->v->reader, set, &num);

	if (num + 1 > w->num_words) {
		w->num_words = 2 * num + 1;
		w->words = arena_array(w->arena, w->num_words, sizeof(u32));
	}
	w->words[0] = row;
	if (num)
		memcpy(w->words + 1, patterns, num * sizeof(u32));
	return intern_put(&w->agreed, w->words, num + 1) < known ||
	       w->v->agrees(w->v->arg, row, patterns, num);
}

static void spell(struct walk *w, u32 pair)
{
	char *text;
	u32 len = 0;

	for (u32 at = pair; at; at = w->steps[at].before)
		len++;
	text = arena_alloc(w->arena, len + 1);
	w->v->text = text;
	w->v->len = len;
	for (u32 at = pair; at; at = w->steps[at].before)
		text[--len] = (char)w->steps[at].byte;
}

static void visit(struct walk *w, u32 pair, u32 state, u32 set)
{
	/* a NUL ends a path: nobody asks where it leads */
	const u32 first = w->v->table->kind == BVM_TABLE_DFA;
	u32 sets[256], last_state = U32_MAX, last_set = U32_MAX;

	reader_steps(w->v->reader, set, sets);
	for (u32 byte = first; byte < 256; byte++) {
		const u32 next = bvm_dfa_step(w->v->table, state, (u8)byte);

		if (next != last_state || sets[byte] != last_set)
			reach(w, pair, (u8)byte, next, sets[byte]);
		last_state = next;
		last_set = sets[byte];
	}
}

int validate_dfa(struct arena *arena, struct validate *v)
{
	struct walk w = { .arena = arena, .v = v };
	const u32 max_pairs = v->max_pairs ? v->max_pairs : VALIDATE_MAX_PAIRS;
	const size_t max_cost = v->max_cost ? v->max_cost : VALIDATE_MAX_COST;

	intern_init(&w.pairs, arena);
	intern_init(&w.agreed, arena);
	reach(&w, 0, 0, bvm_dfa_start(v->table), reader_start(v->reader));
	for (u32 at = 0; at < w.pairs.num; at++) {
		const u32 state = intern_get(&w.pairs, at)[0];
		const u32 set = intern_get(&w.pairs, at)[1];

		if (!agrees(&w, state, set)) {
			spell(&w, at);
			return -EINVAL;
		}
		visit(&w, at, state, set);
		v->num_pairs = w.pairs.num;
		if (w.pairs.num > max_pairs ||
		    reader_cost(v->reader) > max_cost)
			return -E2BIG;
	}
	return 0;
}
