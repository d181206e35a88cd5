// SPDX-License-Identifier: GPL-2.0-only
#include <errno.h>
#include <string.h>

#include "textmatch.h"

/* A pattern of the automaton and what it is to its predicate. */
struct origin {
	u32 pred;
	bool unless;
	const struct ast_pattern *pattern;
};

struct builder {
	const struct preds *preds;
	enum pred_field field;
	struct nfa *nfa;
	struct origin *origins; /* per pattern of the NFA */
	u32 num_origins;
};

static int add_patterns(struct builder *b, u32 pred, bool unless)
{
	const struct pred *p = &b->preds->items[pred];
	const struct ast_patterns *from = unless ? &p->unless : &p->match;
	struct pattern_error err;

	for (u32 i = 0; i < from->num; i++) {
		int ret = nfa_add(b->nfa, from->items[i].text, b->num_origins,
				  &err);

		if (ret) {
			diag_report(b->preds->diag, &from->items[i].span,
				    PATTERN, from->items[i].text, err.text);
			return ret;
		}
		b->origins = arena_grow(b->preds->arena, b->origins,
					b->num_origins, sizeof(*b->origins));
		b->origins[b->num_origins++] =
			(struct origin){ pred, unless, &from->items[i] };
	}
	return 0;
}

static int add_all_patterns(struct builder *b)
{
	int ret = 0;

	for (u32 i = 0; i < b->preds->num && !ret; i++) {
		if (!pred_matches_text(&b->preds->items[i], b->field))
			continue;
		ret = add_patterns(b, i, false);
		if (!ret)
			ret = add_patterns(b, i, true);
	}
	return ret;
}

static int too_many_states(const struct builder *b,
			   const struct fsm_blame *blame)
{
	const struct ast_pattern *first =
		b->origins[blame->patterns[0]].pattern;
	const struct ast_pattern *other =
		b->origins[blame->patterns[1]].pattern;

	diag_report(b->preds->diag, &first->span, TOO_MANY_STATES,
		    FSM_MAX_STATES);
	if (other != first)
		diag_note_at(b->preds->diag, &other->span,
			     "together with '%s' here", other->text);
	return -E2BIG;
}

/* The predicates that hold where these patterns match. */
static u64 find_mask(const struct builder *b, const u32 *patterns, u32 num)
{
	u64 match = 0, unless = 0;

	for (u32 i = 0; i < num; i++) {
		const struct origin *origin = &b->origins[patterns[i]];

		if (origin->unless)
			unless |= 1ull << origin->pred;
		else
			match |= 1ull << origin->pred;
	}
	return match & ~unless;
}

/* Number the distinct masks: these are the rows, and 0 is "none". */
static void find_rows(const struct builder *b, const struct intern *accepts,
		      struct textmatch *out)
{
	struct arena *arena = b->preds->arena;
	u32 *row_of = arena_array(arena, accepts->num, sizeof(u32));
	const u64 none = 0;
	struct intern masks;

	intern_init(&masks, arena);
	(void)intern_put(&masks, (const u32 *)&none, 2);
	for (u32 i = 0; i < accepts->num; i++) {
		u64 mask = find_mask(b, intern_get(accepts, i),
				     intern_len(accepts, i));
		u32 words[2];

		memcpy(words, &mask, sizeof(words));
		row_of[i] = intern_put(&masks, words, 2);
	}
	out->num_rows = masks.num - 1;
	out->rows = arena_array(arena, masks.num, sizeof(*out->rows));
	for (u32 row = 1; row < masks.num; row++) {
		out->rows[row - 1] = (struct bvm_range){ .lo = row, .hi = row };
		memcpy(&out->rows[row - 1].value, intern_get(&masks, row),
		       sizeof(u64));
	}
	for (u32 i = 0; i < out->fsm.num_states; i++)
		out->fsm.states[i].accept = row_of[out->fsm.states[i].accept];
}

int textmatch_build(const struct preds *preds, enum pred_field field,
		    struct textmatch *out)
{
	struct builder b = {
		.preds = preds,
		.field = field,
		.nfa = nfa_create(preds->arena),
	};
	struct fsm_blame blame;
	struct intern accepts;
	int ret;

	memset(out, 0, sizeof(*out));
	b.nfa->text_only = field == PRED_TEXT;
	ret = add_all_patterns(&b);
	if (ret || !b.num_origins)
		return ret;
	out->asked = true;
	intern_init(&accepts, preds->arena);
	if (fsm_build(preds->arena, b.nfa, &accepts, &out->fsm, &blame))
		return too_many_states(&b, &blame);
	find_rows(&b, &accepts, out);
	fsm_minimise(preds->arena, &out->fsm);
	return 0;
}
