// SPDX-License-Identifier: GPL-2.0-only
/*
 * witness.c - breadth first over pairs of a state and how the text ends
 */
#include <string.h>

#include "intern.h"
#include "vm/table.h"
#include "witness.h"

/* What the last component is so far; texts that are no paths stay at NAME. */
enum ending {
	END_SLASH, /* nothing: behind a '/' */
	END_DOT,
	END_DOTDOT,
	END_NAME,
	END_START, /* not one byte yet */
	NUM_ENDINGS
};

/* A pair that has been reached, and how. */
struct step {
	u32 pair; /* state * NUM_ENDINGS + ending */
	u32 before; /* index of the step before; its own: the first */
	u32 len; /* bytes so far */
	u8 byte;
};

struct search {
	struct arena *arena;
	const struct bvm_table *dfa;
	bool paths;
	u8 bytes[256]; /* one of each class, '/', and '.' */
	u32 num_bytes;
	u8 *seen; /* per pair */
	struct intern found; /* rows */
	struct step *steps;
	u32 num_steps;
};

/* Letters read best, then what can be printed, then the rest. */
static u32 beauty(u8 byte)
{
	if (byte >= 'a' && byte <= 'z')
		return 4;
	if ((byte >= 'A' && byte <= 'Z') || (byte >= '0' && byte <= '9'))
		return 3;
	return byte > ' ' && byte < 0x7f ? 2 : 1;
}

static void find_bytes(struct search *s)
{
	const u8 *classmap = s->dfa->dfa.head->classmap;
	u8 best[256] = { 0 };

	for (u32 byte = 1; byte < 256; byte++)
		if (byte != '/' && byte != '.' &&
		    (!best[classmap[byte]] ||
		     beauty(byte) > beauty(best[classmap[byte]])))
			best[classmap[byte]] = byte;
	for (u32 want = 4; want; want--)
		for (u32 class = 0; class < 256; class ++)
			if (best[class] && beauty(best[class]) == want)
				s->bytes[s->num_bytes++] = best[class];
	s->bytes[s->num_bytes++] = '/';
	s->bytes[s->num_bytes++] = '.';
}

static enum ending end_after(const struct search *s, enum ending ending,
			     u8 byte)
{
	if (!s->paths)
		return END_NAME;
	if (byte == '/')
		return END_SLASH;
	if (byte != '.' || ending == END_NAME || ending == END_DOTDOT)
		return END_NAME;
	return ending == END_SLASH ? END_DOT : END_DOTDOT;
}

static bool may_follow(const struct search *s, const struct step *step, u8 byte)
{
	if (!s->paths)
		return true;
	if (step->pair % NUM_ENDINGS == END_START)
		return byte == '/';
	return byte != '/' || step->pair % NUM_ENDINGS == END_NAME;
}

static void reach(struct search *s, u32 before, u32 pair, u8 byte)
{
	struct step *step;

	if (s->seen[pair])
		return;
	s->seen[pair] = 1;
	s->steps =
		arena_grow(s->arena, s->steps, s->num_steps, sizeof(*s->steps));
	step = &s->steps[s->num_steps++];
	step->pair = pair;
	step->before = before;
	step->byte = byte;
	step->len = before == s->num_steps - 1 ? 0 : s->steps[before].len + 1;
}

static const char *spell(const struct search *s, u32 at)
{
	char *text = arena_alloc(s->arena, s->steps[at].len + 1);

	while (s->steps[at].len) {
		text[s->steps[at].len - 1] = s->steps[at].byte;
		at = s->steps[at].before;
	}
	return text;
}

static void visit(struct search *s, u32 at, struct textset *texts)
{
	u32 state = s->steps[at].pair / NUM_ENDINGS;
	enum ending ending = s->steps[at].pair % NUM_ENDINGS;
	u32 num = s->found.num;
	u32 row = bvm_dfa_accept(s->dfa, state);

	if (ending == END_NAME && intern_put(&s->found, &row, 1) == num)
		textset_add(s->arena, texts, spell(s, at));
	if (s->steps[at].len + 1 == BVM_MAX_PATH)
		return;
	for (u32 i = 0; i < s->num_bytes; i++) {
		u8 byte = s->bytes[i];
		u32 next;

		if (!may_follow(s, &s->steps[at], byte))
			continue;
		next = bvm_dfa_step(s->dfa, state, byte);
		reach(s, at, next * NUM_ENDINGS + end_after(s, ending, byte),
		      byte);
	}
}

void witness_find(struct arena *arena, const struct bvm_table *dfa, bool paths,
		  struct textset *texts)
{
	struct search s = { .arena = arena, .dfa = dfa, .paths = paths };

	s.seen = arena_array(arena, bvm_dfa_numbers(dfa), NUM_ENDINGS);
	intern_init(&s.found, arena);
	find_bytes(&s);
	reach(&s, 0, bvm_dfa_start(dfa) * NUM_ENDINGS + END_START, 0);
	for (u32 at = 0; at < s.num_steps; at++)
		visit(&s, at, texts);
}
