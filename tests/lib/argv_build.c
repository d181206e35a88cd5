// SPDX-License-Identifier: GPL-2.0-only
/*
 * argv_build.c - small ARGV tables for tests, and their dumb twin
 *
 * Every byte of every list is a position, a bit of a word; a set of positions
 * is a state.
 */
#include <stdlib.h>

#include "argv_build.h"

#define MAX_STATES 256

enum token { LITERAL, STAR, REST, END };

struct position {
	enum token token;
	u8 byte; /* LITERAL */
	u32 list;
};

struct machine {
	struct position positions[64];
	u32 num_positions;
	u64 start;
	u64 sets[MAX_STATES]; /* 0 is the empty set */
	u32 num_sets;
};

static void add(struct machine *m, enum token token, u8 byte, u32 list)
{
	m->positions[m->num_positions++] =
		(struct position){ token, byte, list };
}

static void add_list(struct machine *m, const struct argv_list *l, u32 list)
{
	m->start |= 1ull << m->num_positions;
	for (const char *const *arg = l->args; *arg; arg++) {
		if (!strcmp(*arg, "...")) {
			add(m, REST, 0, list);
			break;
		}
		for (const char *c = *arg; *c; c++)
			add(m, *c == '*' ? STAR : LITERAL, (u8)*c, list);
		add(m, LITERAL, 0, list);
	}
	add(m, END, 0, list);
}

/* Stars may stand for nothing. */
static u64 close_set(const struct machine *m, u64 set)
{
	for (u32 i = 0; i < m->num_positions; i++)
		if (set >> i & 1 && (m->positions[i].token == STAR ||
				     m->positions[i].token == REST))
			set |= 1ull << (i + 1);
	return set;
}

static u64 step(const struct machine *m, u64 set, u8 byte)
{
	u64 next = 0;

	for (u32 i = 0; i < m->num_positions; i++) {
		const struct position *p = &m->positions[i];

		if (!(set >> i & 1))
			continue;
		if (p->token == REST || (p->token == STAR && byte))
			next |= 1ull << i;
		if (p->token == LITERAL && p->byte == byte)
			next |= 1ull << (i + 1);
	}
	return close_set(m, next);
}

static u32 find_set(struct machine *m, u64 set)
{
	u32 i;

	for (i = 0; i < m->num_sets; i++)
		if (m->sets[i] == set)
			return i;
	if (m->num_sets == MAX_STATES)
		abort();
	m->sets[m->num_sets++] = set;
	return i;
}

static u32 accept_of(const struct machine *m, u64 set)
{
	for (u32 i = 0; i < m->num_positions; i++)
		if (set >> i & 1 && m->positions[i].token == END)
			return m->positions[i].list + 1;
	return 0;
}

void *argv_build(const struct argv_list *lists, u32 num,
		 struct bvm_table_header *h, u32 *len)
{
	static u32 next[MAX_STATES][256];
	struct machine m = { .num_sets = 1 };
	struct bvm_dfa_head *head;
	struct bvm_dfa_state *states;
	struct bvm_dfa_cell *cells;

	for (u32 i = 0; i < num; i++)
		add_list(&m, &lists[i], i);
	(void)find_set(&m, close_set(&m, m.start));
	for (u32 i = 0; i < m.num_sets; i++)
		for (u32 b = 0; b < 256; b++)
			next[i][b] = find_set(&m, step(&m, m.sets[i], (u8)b));

	*h = (struct bvm_table_header){ BVM_TABLE_ARGV, m.num_sets,
					256 * m.num_sets, 0 };
	*len = sizeof(*head) + h->count * sizeof(*states) +
	       h->aux * sizeof(*cells);
	head = calloc(1, *len);
	states = (void *)(head + 1);
	cells = (void *)(states + h->count);
	head->start = m.num_sets > 1;
	head->num_classes = 256;
	for (u32 i = 0; i < 256; i++)
		head->classmap[i] = (u8)i;
	for (u32 i = 0; i < h->count; i++) {
		states[i].base = 256 * i;
		states[i].accept = accept_of(&m, m.sets[i]);
		for (u32 b = 0; b < 256; b++)
			cells[256 * i + b] =
				(struct bvm_dfa_cell){ next[i][b] ? i : U32_MAX,
						       next[i][b] };
	}
	return head;
}

/* ---- the twin ---- */

static bool matches(const char *pattern, const char *text)
{
	if (!*pattern)
		return !*text;
	if (*pattern == '*')
		return matches(pattern + 1, text) ||
		       (*text && matches(pattern, text + 1));
	return *pattern == *text && matches(pattern + 1, text + 1);
}

static bool list_matches(const struct argv_list *l, const char *const *argv)
{
	const char *const *arg = l->args;

	for (; *arg; arg++, argv++) {
		if (!strcmp(*arg, "..."))
			return true;
		if (!*argv || !matches(*arg, *argv))
			return false;
	}
	return !*argv;
}

u32 argv_build_match(const struct argv_list *lists, u32 num,
		     const char *const *argv)
{
	for (u32 i = 0; i < num; i++)
		if (list_matches(&lists[i], argv))
			return i + 1;
	return 0;
}
