// SPDX-License-Identifier: GPL-2.0-only
/*
 * words.c - breadth first over the product of automata and how a word ends
 *
 * A state of the product is a row of numbers: a state of each automaton, then
 * the ending. Equal rows are one (intern.h), and their numbers count in the
 * order in which they were met, which is the order of the walk.
 */
#include <errno.h>
#include <string.h>

#include "vm/table.h"
#include "words.h"

/* What the last component of a path is so far; of others, WORD or START. */
enum ending {
	END_START, /* not one byte yet */
	END_ROOT, /* "/" alone */
	END_SLASH, /* nothing: behind a '/' */
	END_DOT,
	END_DOTDOT,
	END_WORD,
	END_OPEN, /* an argument without its NUL */
};

struct step {
	u32 before;
	u32 len;
	u8 byte;
};

struct search {
	struct arena *arena;
	enum words_kind kind;
	const struct words_automaton *automata;
	u32 num;
	u8 bytes[258]; /* one of each class of the product, and '/', '.', '@' */
	u32 num_bytes;
	struct intern states; /* of the product */
	struct step *steps; /* per state */
	struct intern found; /* vectors of rows */
};

/* Letters read best, then what can be printed, then the rest. */
static u32 beauty(u8 byte)
{
	if (byte >= 'a' && byte <= 'z')
		return 5;
	if ((byte >= 'A' && byte <= 'Z') || (byte >= '0' && byte <= '9'))
		return 4;
	if (strchr("-_@+:,", byte) && byte)
		return 3;
	return byte > ' ' && byte < 0x7f ? 2 : 1;
}

static u32 class_in(const struct words_automaton *a, u8 byte)
{
	return a->table ? a->table->dfa.head->classmap[byte] :
			  a->fsm->classmap[byte];
}

static u32 start_of(const struct words_automaton *a)
{
	return a->table ? bvm_dfa_start(a->table) : a->fsm->start;
}

static u32 step_in(const struct words_automaton *a, u32 state, u8 byte)
{
	return a->table ? bvm_dfa_step(a->table, state, byte) :
			  fsm_step(a->fsm, state, byte);
}

static u32 row_in(const struct words_automaton *a, u32 state)
{
	if (a->below)
		return step_in(a, state, '/');
	return a->table ? bvm_dfa_accept(a->table, state) :
			  a->fsm->states[state].accept;
}

/* Bytes that mean something to the shape of a word stand for themselves. */
static bool is_special(const struct search *s, u32 byte)
{
	switch (s->kind) {
	case WORDS_PATH:
	case WORDS_BELOW:
		return byte == '/' || byte == '.';
	case WORDS_ABSTRACT:
		return byte == '@';
	case WORDS_ARGV:
		return !byte;
	case WORDS_TEXT:
		break;
	}
	return false;
}

/* The best byte of each class in which no automaton tells two apart. */
static void find_bytes(struct search *s)
{
	u8 best[256];
	struct intern classes;

	intern_init(&classes, s->arena);
	for (u32 byte = 1; byte < 256; byte++) {
		u32 key[WORDS_MAX_AUTOMATA + 1] = { 0 };
		u32 known = classes.num, class;

		if (is_special(s, byte))
			continue;
		for (u32 i = 0; i < s->num; i++)
			key[i] = class_in(&s->automata[i], byte);
		class = intern_put(&classes, key, s->num + 1);
		if (class == known || beauty(byte) > beauty(best[class]))
			best[class] = byte;
	}
	for (u32 want = 5; want; want--)
		for (u32 class = 0; class < classes.num; class ++)
			if (beauty(best[class]) == want)
				s->bytes[s->num_bytes++] = best[class];
	for (u32 byte = 0; byte < 256; byte++)
		if (is_special(s, byte))
			s->bytes[s->num_bytes++] = byte;
}

static enum ending path_after(enum ending ending, u8 byte)
{
	if (byte == '/')
		return ending == END_START ? END_ROOT : END_SLASH;
	if (byte != '.' || ending == END_WORD || ending == END_DOTDOT)
		return END_WORD;
	return ending == END_DOT ? END_DOTDOT : END_DOT;
}

static bool is_path(const struct search *s)
{
	return s->kind == WORDS_PATH || s->kind == WORDS_BELOW;
}

static enum ending end_after(const struct search *s, enum ending ending,
			     u8 byte)
{
	if (is_path(s))
		return path_after(ending, byte);
	if (s->kind == WORDS_ARGV)
		return byte ? END_OPEN : END_WORD;
	return END_WORD;
}

static bool may_follow(const struct search *s, enum ending ending, u8 byte)
{
	if (s->kind == WORDS_ABSTRACT)
		return ending != END_START || byte == '@';
	if (!is_path(s))
		return true;
	if (ending == END_START)
		return byte == '/';
	return byte != '/' || ending == END_WORD;
}

/* May a word end here? */
static bool is_word(const struct search *s, enum ending ending)
{
	if (s->kind == WORDS_ARGV)
		return ending != END_OPEN;
	return ending == END_WORD ||
	       (ending == END_ROOT && s->kind == WORDS_PATH);
}

static char *spell(const struct search *s, u32 at)
{
	char *text = arena_alloc(s->arena, s->steps[at].len + 1);

	while (s->steps[at].len) {
		text[s->steps[at].len - 1] = (char)s->steps[at].byte;
		at = s->steps[at].before;
	}
	return text;
}

static void reach(struct search *s, u32 before, const u32 *state, u8 byte)
{
	u32 known = s->states.num;
	struct step *step;

	if (intern_put(&s->states, state, s->num + 1) != known)
		return;
	s->steps = arena_grow(s->arena, s->steps, known, sizeof(*s->steps));
	step = &s->steps[known];
	step->before = before;
	step->byte = byte;
	step->len = known ? s->steps[before].len + 1 : 0;
}

static void take_word(struct search *s, const u32 *state, u32 at,
		      struct words *words)
{
	struct word word = { .len = s->steps[at].len };
	u32 known = s->found.num;

	for (u32 i = 0; i < s->num; i++) {
		word.rows[i] = row_in(&s->automata[i], state[i]);
		if (s->automata[i].must_accept && !word.rows[i])
			return;
	}
	if (intern_put(&s->found, word.rows, WORDS_MAX_AUTOMATA) != known)
		return;
	word.text = spell(s, at);
	words->items = arena_grow(s->arena, words->items, words->num,
				  sizeof(*words->items));
	words->items[words->num++] = word;
}

/* Where a state that nothing is accepted from leads is of no interest. */
static bool is_dead(const struct search *s, const u32 *state)
{
	for (u32 i = 0; i < s->num; i++)
		if (s->automata[i].must_accept && s->automata[i].fsm &&
		    !state[i])
			return true;
	return false;
}

static void visit(struct search *s, u32 at, struct words *words)
{
	u32 state[WORDS_MAX_AUTOMATA + 1], next[WORDS_MAX_AUTOMATA + 1];
	enum ending ending;

	memcpy(state, intern_get(&s->states, at), (s->num + 1) * sizeof(u32));
	ending = (enum ending)state[s->num];
	if (is_word(s, ending))
		take_word(s, state, at, words);
	if (s->steps[at].len + 1 == BVM_MAX_PATH)
		return;
	for (u32 i = 0; i < s->num_bytes; i++) {
		u8 byte = s->bytes[i];

		if (!may_follow(s, ending, byte))
			continue;
		for (u32 a = 0; a < s->num; a++)
			next[a] = step_in(&s->automata[a], state[a], byte);
		if (is_dead(s, next))
			continue;
		next[s->num] = end_after(s, ending, byte);
		reach(s, at, next, byte);
	}
}

int words_find(struct arena *arena, enum words_kind kind,
	       const struct words_automaton *automata, u32 num, u32 max_states,
	       struct words *words)
{
	struct search *s = arena_alloc(arena, sizeof(*s));
	u32 state[WORDS_MAX_AUTOMATA + 1];

	memset(words, 0, sizeof(*words));
	s->arena = arena;
	s->kind = kind;
	s->automata = automata;
	s->num = num;
	intern_init(&s->states, arena);
	intern_init(&s->found, arena);
	find_bytes(s);
	for (u32 i = 0; i < num; i++)
		state[i] = start_of(&automata[i]);
	/* an argument list may be empty */
	state[num] = kind == WORDS_ARGV ? END_WORD : END_START;
	reach(s, 0, state, 0);
	for (u32 at = 0; at < s->states.num; at++) {
		if (s->states.num > max_states)
			return -E2BIG;
		visit(s, at, words);
	}
	return 0;
}
