// SPDX-License-Identifier: GPL-2.0-only
#include <string.h>

#include "show.h"
#include "vm/rights.h"
#include "vm/table.h"
#include "widens.h"

static const struct bvm_table *dfa_of(const struct bvm_image *img)
{
	return &img->tables[img->rights_dfa];
}

u32 widens_state(const struct bvm_image *img, const char *path, bool below)
{
	const struct bvm_table *t = dfa_of(img);
	u32 state = bvm_dfa_feed(t, bvm_dfa_start(t), path, strlen(path));

	/* the name of the root ends in a '/' */
	return below && path[1] ? bvm_dfa_step(t, state, '/') : state;
}

struct bvm_rights widens_closure(const struct bvm_image *img, u32 state)
{
	const struct bvm_table *t = dfa_of(img);
	const struct bvm_rights *there, *other;
	const u8 *end;

	if (state < t->count)
		return img->closures[img->closure_of[state]];
	end = t->dfa.tails + (state - t->count);
	while (bvm_dfa_is_text(*end))
		end++;
	there = &img->closures[img->closure_of[bvm_dfa_tail_end(end)]];
	other = &img->closures[img->closure_of[t->dfa.head->tail_def]];
	return (struct bvm_rights){ .may = there->may | other->may,
				    .must = there->must & other->must };
}

struct widening widens_find(const struct bvm_image *img, const char *from,
			    const char *to, bool is_tree)
{
	const u32 state = widens_state(img, from, false);
	const u64 gained =
		bvm_rights_gained(img, state, widens_state(img, to, false));
	const u64 may = img->rights[bvm_dfa_accept(dfa_of(img), state)].may;
	struct widening w = { .lacks = gained & ~may,
			      .conditional = gained & may };

	if (is_tree)
		w.below = bvm_rights_gained_below(img,
						  widens_state(img, from, true),
						  widens_state(img, to, true)) &
			  ~gained;
	return w;
}

struct widening widens_judged(const struct bvm_image *img,
			      const struct judgement *judgement)
{
	struct widening w =
		widens_find(img, judgement->from, judgement->to, true);

	/* of what is no directory nothing is below */
	w.below &= judgement->extra;
	return w;
}

static void show_part(struct buf *buf, u64 rights, const char *what)
{
	if (!rights)
		return;
	buf_printf(buf, "%s", what);
	show_rights(buf, rights);
	buf_printf(buf, "\n");
}

void widens_show(struct buf *buf, const struct widening *w, const char *from,
		 const char *to, const char *before)
{
	struct arena *arena = buf->arena;

	show_part(buf, w->lacks,
		  arena_printf(arena, "%s%s would have rights that %s lacks: ",
			       before, to, from));
	show_part(buf, w->conditional,
		  arena_printf(arena,
			       "%s%s would have rights that %s has only under "
			       "conditions: ",
			       before, to, from));
	show_part(buf, w->below,
		  arena_printf(arena,
			       "%swhat is below %s would have rights that not "
			       "all below %s has, whatever the conditions: ",
			       before, to, from));
}

void widens_put_json(struct buf *buf, const struct widening *w)
{
	const struct {
		const char *name;
		u64 rights;
	} parts[] = {
		{ "lacks", w->lacks },
		{ "conditional", w->conditional },
		{ "below", w->below },
	};

	for (u32 i = 0; i < ARRAY_SIZE(parts); i++) {
		struct buf text = BUF_INIT(buf->arena);

		show_rights(&text, parts[i].rights);
		buf_printf(buf, "%s\"%s\":", i ? "," : "{", parts[i].name);
		buf_put_json(buf, buf_text(&text), text.len);
	}
	buf_printf(buf, "}");
}

/* ---- rules ---- */

/* Which of the rights are a matter of the rule, where its path matches. */
static u64 rights_of(const struct ast_rule *rule, bool source)
{
	const u64 reach = BVM_BIT(NETWORK, CONNECT) | BVM_BIT(NETWORK, SEND);
	const u64 serve = BVM_BIT(NETWORK, BIND) | BVM_BIT(NETWORK, LISTEN) |
			  BVM_BIT(NETWORK, ACCEPT);
	u64 rights = 0;

	switch (rule->class) {
	case BVM_CLASS_FILES:
		return rule->ops & ((1ull << BVM_RIGHT_FILES_OPS) - 1);
	case BVM_CLASS_EXEC:
		return BVM_RIGHT_EXEC;
	case BVM_CLASS_NETWORK:
		if (!rule->paths.num)
			return 0;
		for (u32 op = 0; op < 8; op++)
			if (rule->ops & (reach | serve) & 1ull << op)
				rights |= BVM_RIGHT_UNIX(op);
		if (rule->ops & reach)
			rights |= BVM_RIGHT_UNIX_REACH;
		if (rule->ops & serve)
			rights |= BVM_RIGHT_UNIX_SERVE;
		return rights;
	case BVM_CLASS_MOUNTS:
		return source ? ((1ull << BVM_RIGHT_SOURCE_BITS) - 1)
					<< BVM_RIGHT_SOURCE_SHIFT :
				0;
	}
	return 0;
}

/* All states that something below leads to, the state itself included. */
static u32 find_below(struct arena *arena, const struct bvm_table *t, u32 state,
		      u32 **states)
{
	bool *seen = arena_array(arena, bvm_dfa_numbers(t), sizeof(bool));
	u32 num = 1;

	*states = arena_array(arena, bvm_dfa_numbers(t), sizeof(u32));
	(*states)[0] = state;
	seen[state] = true;
	for (u32 i = 0; i < num; i++)
		for (u32 byte = 1; byte < 256; byte++) {
			const u32 next = bvm_dfa_step(t, (*states)[i], byte);

			if (!seen[next])
				(*states)[num++] = next;
			seen[next] = true;
		}
	return num;
}

static void mark_rules(const struct input *input, u32 row, u64 rights, u32 kind,
		       bool *marks)
{
	const struct intern *rows = &input->lowered->rows;
	const u32 *items = intern_get(rows, row);
	const u32 num = intern_len(rows, row);

	for (u32 i = 0; i < num; i++) {
		const bool source = items[i] >= input->ast->num_rules;
		const u32 at = source ? items[i] - input->ast->num_rules :
					items[i];
		const struct ast_rule *rule = &input->ast->rules[at];

		if (rule->kind == kind && rights_of(rule, source) & rights)
			marks[at] = true;
	}
}

u32 widens_rules(struct arena *arena, const struct input *input,
		 const struct widening *w, const char *path, bool allow,
		 u32 *rules)
{
	const struct bvm_table *t = dfa_of(input->img);
	const u32 kind = allow ? BVM_RULE_ALLOW : BVM_RULE_DENY;
	bool *marks = arena_array(arena, input->ast->num_rules, sizeof(bool));
	u32 num = 0, num_states, *states;

	mark_rules(input,
		   bvm_dfa_accept(t, widens_state(input->img, path, false)),
		   w->lacks | w->conditional, kind, marks);
	num_states = w->below ? find_below(arena, t,
					   widens_state(input->img, path, true),
					   &states) :
				0;
	for (u32 i = 0; i < num_states; i++)
		mark_rules(input, bvm_dfa_accept(t, states[i]), w->below, kind,
			   marks);
	for (u32 i = 0; i < input->ast->num_rules; i++)
		if (marks[i])
			rules[num++] = i;
	return num;
}

/* Items of the row that stand behind the path. */
static void toggle_rules(const struct input *input, const char *path,
			 bool *marks)
{
	const struct bvm_table *t = dfa_of(input->img);
	const struct intern *rows = &input->lowered->rows;
	const u32 row =
		bvm_dfa_accept(t, widens_state(input->img, path, false));
	const u32 *items = intern_get(rows, row);

	for (u32 i = 0; i < intern_len(rows, row); i++)
		marks[items[i]] = !marks[items[i]];
}

u32 widens_audits(struct arena *arena, const struct input *input,
		  const char *from, const char *to, u32 *rules)
{
	const u32 num_rules = input->ast->num_rules;
	/* sources of mounts are items, too: lowering.h */
	bool *marks = arena_array(arena, 2 * (size_t)num_rules, sizeof(bool));
	u32 num = 0;

	toggle_rules(input, from, marks);
	toggle_rules(input, to, marks);
	for (u32 i = 0; i < 2 * num_rules; i++) {
		if (!marks[i])
			continue;
		if (input->ast->rules[i % num_rules].kind != BVM_RULE_AUDIT)
			return 0;
		rules[num++] = i % num_rules;
	}
	return num;
}
