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
	struct byteset classes[256]; /* the table's bytes, by class */
	struct byteset all; /* ... and together */
	u32 num_classes;
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

/* A NUL ends a path: nobody asks where it leads. */
static u32 first_byte(const struct walk *w)
{
	return w->v->table->kind == BVM_TABLE_DFA;
}

static void find_classes(struct walk *w)
{
	const u8 *classmap = w->v->table->dfa.head->classmap;

	w->num_classes = w->v->table->dfa.head->num_classes;
	for (u32 byte = first_byte(w); byte < 256; byte++) {
		byteset_add(&w->classes[classmap[byte]], (u8)byte);
		byteset_add(&w->all, (u8)byte);
	}
}

/* Of bytes that lead alike: the first that is in no other group. */
static void choose(struct byteset *chosen, const struct byteset *alike,
		   const struct byteset *others)
{
	struct byteset left;
	u32 byte = 0;

	for (u32 i = 0; i < ARRAY_SIZE(left.bits); i++)
		left.bits[i] = alike->bits[i] & ~others->bits[i];
	if (byteset_next(&left, &byte))
		byteset_add(chosen, (u8)byte);
}

/*
 * One byte for each way that the table and the globs may go together: all that
 * the globs name, and of those that they do not, the first one of each class;
 * where the table waits in a tail, that of the tail and the first other one.
 */
static struct byteset choose_bytes(const struct walk *w, u32 state,
				   const struct reader_steps *next)
{
	const struct bvm_table *t = w->v->table;
	struct byteset chosen = { 0 }, named = { 0 };

	for (u32 i = 0; i < next->num; i++)
		byteset_add(&named, next->bytes[i]);
	if (state >= t->count) {
		byteset_add(&named, t->dfa.tails[state - t->count]);
		choose(&chosen, &w->all, &named);
	} else {
		for (u32 i = 0; i < w->num_classes; i++)
			choose(&chosen, &w->classes[i], &named);
	}
	for (u32 i = 0; i < ARRAY_SIZE(named.bits); i++)
		chosen.bits[i] |= named.bits[i];
	return chosen;
}

static void visit(struct walk *w, u32 pair, u32 state, u32 set)
{
	struct reader_steps next;
	struct byteset bytes;
	u32 at = 0, last_state = U32_MAX, last_set = U32_MAX;

	reader_steps(w->v->reader, set, &next);
	bytes = choose_bytes(w, state, &next);
	for (u32 byte = 0; byteset_next(&bytes, &byte); byte++) {
		const u32 to = bvm_dfa_step(w->v->table, state, (u8)byte);
		u32 places = next.others;

		while (at < next.num && next.bytes[at] < byte)
			at++;
		if (at < next.num && next.bytes[at] == byte)
			places = next.sets[at];
		if (byte >= first_byte(w) &&
		    (to != last_state || places != last_set))
			reach(w, pair, (u8)byte, to, places);
		last_state = to;
		last_set = places;
	}
}

int validate_dfa(struct arena *arena, struct validate *v)
{
	struct walk w = { .arena = arena, .v = v };
	const u32 max_pairs = v->max_pairs ? v->max_pairs : VALIDATE_MAX_PAIRS;
	const size_t max_cost = v->max_cost ? v->max_cost : VALIDATE_MAX_COST;

	intern_init(&w.pairs, arena);
	intern_init(&w.agreed, arena);
	find_classes(&w);
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
