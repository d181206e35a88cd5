// SPDX-License-Identifier: GPL-2.0-only
/*
 * pattern_fuzz.c - any text is a glob or is refused, and means one thing
 *
 * The input is a pattern, a line feed and a path. The automaton, minimised or
 * not, and the backtracking matcher must agree about them.
 */
#include <stdlib.h>

#include "policyc/fsm.h"
#include "tests/oracle/match.h"

/* Backtracking takes exponential time on more than this. */
#define MAX_LEN 40

int LLVMFuzzerTestOneInput(const u8 *data, size_t len);

static bool accepts(const struct fsm *fsm, const char *path)
{
	u32 state = fsm->start;

	for (; *path; path++)
		state = fsm_step(fsm, state, *path);
	return fsm->states[state].accept;
}

static void compare(struct arena *arena, const char *pattern, const char *path)
{
	struct nfa *nfa = nfa_create(arena);
	bool want = oracle_match(pattern, path);
	struct intern accept;
	struct fsm_blame blame;
	struct fsm fsm;

	intern_init(&accept, arena);
	if (nfa_add(nfa, pattern, 0, NULL))
		abort();
	if (fsm_build(arena, nfa, &accept, &fsm, &blame))
		return;
	if (accepts(&fsm, path) != want)
		abort();
	fsm_minimise(arena, &fsm);
	if (accepts(&fsm, path) != want)
		abort();
}

int LLVMFuzzerTestOneInput(const u8 *data, size_t len)
{
	struct arena *arena = arena_create();
	char *text = arena_strndup(arena, (const char *)data, len);
	char *path = strchr(text, '\n');
	struct pattern_error err;

	if (path)
		*path++ = '\0';
	if (pattern_check(text, &err)) {
		if (!err.text[0] || !err.len || err.off > strlen(text))
			abort();
	} else if (path && path[0] == '/' && !strchr(text, 1) &&
		   strlen(text) < MAX_LEN && strlen(path) < MAX_LEN &&
		   !strstr(path, "//") &&
		   (!path[1] || path[strlen(path) - 1] != '/')) {
		compare(arena, text, path);
	}
	arena_free(arena);
	return 0;
}
