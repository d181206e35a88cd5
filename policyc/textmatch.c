// SPDX-License-Identifier: GPL-2.0-only
#include <errno.h>
#include <string.h>

#include "textmatch.h"

/* A pattern of the automaton and what it is to its predicate. */
struct origin {
	u32 pred;
	bool unless;
	const char *text;
	const struct span *span;
};

struct builder {
	const struct preds *preds;
	enum pred_field field;
	struct nfa *nfa;
	struct origin *origins; /* per pattern of the NFA */
	u32 num_origins;
};

static int bad_pattern(const struct builder *b, const struct span *span,
		       const char *text, const struct pattern_error *err)
{
	diag_report(b->preds->diag, span, PATTERN, text, err->text);
	return -EINVAL;
}

static void add_origin(struct builder *b, struct origin origin)
{
	b->origins = arena_grow(b->preds->arena, b->origins, b->num_origins,
				sizeof(*b->origins));
	b->origins[b->num_origins++] = origin;
}

static int add_patterns(struct builder *b, u32 pred, bool unless)
{
	const struct pred *p = &b->preds->items[pred];
	const struct ast_patterns *from = unless ? &p->unless : &p->match;
	struct pattern_error err;

	for (u32 i = 0; i < from->num; i++) {
		const struct ast_pattern *p = &from->items[i];

		if (nfa_add(b->nfa, p->text, b->num_origins, &err))
			return bad_pattern(b, &p->span, p->text, &err);
		add_origin(b,
			   (struct origin){ pred, unless, p->text, &p->span });
	}
	return 0;
}

static int add_args(struct builder *b, u32 pred)
{
	const struct pred *p = &b->preds->items[pred];
	struct pattern_error err;

	for (u32 i = 0; i < p->num_args; i++) {
		const struct ast_args *args = &p->args[i];

		if (nfa_add_args(b->nfa, args->items, args->num, args->rest,
				 b->num_origins, &err))
			return bad_pattern(b, &args->span, "args", &err);
		add_origin(b,
			   (struct origin){ pred, false, "args", &args->span });
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
		if (!ret)
			ret = add_args(b, i);
	}
	return ret;
}

static int too_many_states(const struct builder *b,
			   const struct fsm_blame *blame)
{
	const struct origin *first = &b->origins[blame->patterns[0]];
	const struct origin *other = &b->origins[blame->patterns[1]];

	diag_report(b->preds->diag, first->span, TOO_MANY_STATES,
		    blame->max_states);
	if (other != first)
		diag_note_at(b->preds->diag, other->span,
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

/* The NFA of args has '/' and NUL for each other. */
static void swap_back(struct fsm *fsm)
{
	u8 class = fsm->classmap[0];

	fsm->classmap[0] = fsm->classmap['/'];
	fsm->classmap['/'] = class;
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
	if (field == PRED_ARGS)
		swap_back(&out->fsm);
	return 0;
}
