// SPDX-License-Identifier: GPL-2.0-only
/*
 * lint_paths.c - allows of writing and running that reach far
 */
#include <string.h>

#include "lint.h"
#include "space.h"
#include "words.h"

#define WRITES                                                \
	(BVM_BIT(FILES, WRITE) | BVM_BIT(FILES, APPEND) |     \
	 BVM_BIT(FILES, CREATE) | BVM_BIT(FILES, RENAME) |    \
	 BVM_BIT(FILES, LINK) | BVM_BIT(FILES, DELETE) |      \
	 BVM_BIT(FILES, CHMOD) | BVM_BIT(FILES, CHOWN) |      \
	 BVM_BIT(FILES, SETATTR) | BVM_BIT(FILES, SETXATTR) | \
	 BVM_BIT(FILES, TRUNCATE))
/* What puts bytes into a file, or a file of one's own under a name. */
#define FILLS                                             \
	(BVM_BIT(FILES, WRITE) | BVM_BIT(FILES, APPEND) | \
	 BVM_BIT(FILES, RENAME) | BVM_BIT(FILES, LINK))
#define MAX_TRIED 64 /* paths that may be written and run */

static const struct {
	const char *path;
	bool write, exec;
	const char *reason;
} sensitive[] = {
#define SENSITIVE(path, read, write, exec, reason) \
	{ path, write, exec, reason },
#include "sensitive.def"
#undef SENSITIVE
};

/* What a rule's paths are, without what it leaves out. */
struct reach {
	struct arena *arena;
	const struct ast_rule *rule;
	struct fsm fsm; /* row 1: of the rule */
	u8 *live; /* per state: something is matched from it on */
};

/* Accept 1 where a path matches and no exception does. */
static void settle_accepts(struct reach *r, const struct intern *accepts)
{
	const u32 num = r->rule->paths.num;

	for (u32 i = 0; i < r->fsm.num_states; i++) {
		struct fsm_state *state = &r->fsm.states[i];
		const u32 *row = intern_get(accepts, state->accept);
		u32 len = intern_len(accepts, state->accept);

		/* patterns ascend: exceptions are last */
		state->accept = len && row[0] < num && row[len - 1] < num;
	}
	fsm_minimise(r->arena, &r->fsm);
}

/* Backwards from the accepting states, until nothing is new. */
static void find_live(struct reach *r)
{
	bool again = true;

	r->live = arena_alloc(r->arena, r->fsm.num_states);
	for (u32 i = 0; i < r->fsm.num_states; i++)
		r->live[i] = r->fsm.states[i].accept != 0;
	while (again) {
		again = false;
		for (u32 i = r->fsm.num_states; i--;) {
			const struct fsm_state *state = &r->fsm.states[i];
			bool live = r->live[i] || r->live[state->def];

			for (u32 e = 0; e < state->num && !live; e++)
				live = r->live[r->fsm.edges[state->first + e]
						       .next];
			again = again || (live && !r->live[i]);
			r->live[i] = live;
		}
	}
}

static bool find_reach(struct arena *arena, const struct ast_rule *rule,
		       struct reach *r)
{
	struct nfa *nfa = nfa_create(arena);
	struct fsm_blame blame;
	struct intern accepts;

	r->arena = arena;
	r->rule = rule;
	intern_init(&accepts, arena);
	if (!nfa_add_all(nfa, &rule->paths, 0) ||
	    !nfa_add_all(nfa, &rule->except, rule->paths.num) ||
	    fsm_build(arena, nfa, &accepts, &r->fsm, &blame))
		return false;
	settle_accepts(r, &accepts);
	find_live(r);
	return true;
}

static bool reaches(const struct reach *r, const char *path)
{
	u32 state = r->fsm.start;

	for (; *path; path++)
		state = fsm_step(&r->fsm, state, (u8)*path);
	return r->fsm.states[state].accept;
}

/* ---- top directories ---- */

struct tops {
	const struct reach *r;
	u8 *visits; /* per state: once without a name, and for two names */
	char names[2][64];
	u32 num;
	char name[64];
};

static u32 after_slash(const struct reach *r, u32 state)
{
	return fsm_step(&r->fsm, state, '/');
}

/* Names of top directories below which something is matched: two will do. */
static void find_tops(struct tops *t, u32 state, u32 len)
{
	if (t->num == 2 || !t->r->live[state] || t->visits[state] == 3)
		return;
	t->visits[state]++;
	if (len && t->r->live[after_slash(t->r, state)]) {
		memcpy(t->names[t->num], t->name, len);
		t->names[t->num][len] = '\0';
		t->num++;
	}
	if (len + 1 == sizeof(t->name))
		return;
	/* what people would write comes first */
	for (const char *c = "abcdefghijklmnopqrstuvwxyz_-.0123456789"
			     "ABCDEFGHIJKLMNOPQRSTUVWXYZ@+,:~=%";
	     *c && t->num < 2; c++) {
		t->name[len] = *c;
		find_tops(t, fsm_step(&t->r->fsm, state, (u8)*c), len + 1);
	}
}

/* A name without wildcards is one directory. */
static bool names_its_top(const char *pattern)
{
	size_t len = strcspn(pattern, "*?[{\\");
	const char *second = strchr(pattern + 1, '/');

	return !pattern[len] || (second && (size_t)(second - pattern) < len);
}

/* Each pattern alone: several are what somebody meant to write. */
static void check_tops(struct arena *arena, struct diag *diag,
		       const struct ast_rule *rule, const char *what)
{
	for (u32 i = 0; i < rule->paths.num; i++) {
		struct ast_rule one = *rule;
		struct tops tops = { .num = 0 };
		struct reach r;

		one.paths.items = &rule->paths.items[i];
		one.paths.num = 1;
		if (names_its_top(rule->paths.items[i].text) ||
		    !find_reach(arena, &one, &r))
			continue;
		tops.r = &r;
		tops.visits = arena_alloc(arena, r.fsm.num_states);
		find_tops(&tops, after_slash(&r, r.fsm.start), 0);
		if (tops.num < 2)
			continue;
		diag_report(diag, &rule->span, TOP_DIRS, what, tops.names[0],
			    tops.names[1]);
		return;
	}
}

/* ---- what the whole policy says ---- */

struct search {
	u32 rule;
	bool found;
};

static bool look(void *arg, const struct space_point *point,
		 const u32 *verdicts)
{
	struct search *s = arg;

	(void)point;
	if (verdicts[0] & BVM_VERDICT_DENY)
		return true;
	s->found = true;
	s->rule = bvm_verdict_rule(verdicts[0]);
	return false;
}

/* The rule that allows one of the operations on a path, in some case. */
static struct search find_rule(struct arena *arena, const struct bvm_image *img,
			       u32 class, u64 ops, const char *path)
{
	const struct request request = {
		.class = class, .ops = ops, .paths = { path }, .num_paths = 1
	};
	const struct space_query query = {
		.images = { img },
		.num_images = 1,
		.class = class,
		.ops = ops,
		.set = { .request = &request, .any_args = true },
		.sought = SPACE_ALLOWED,
	};
	struct search s = { .found = false };

	if (space_walk(arena, &query, look, &s))
		s.found = false;
	return s;
}

/* ---- one rule ---- */

/* What other rules deny in every case is not given away by this one. */
static void check_sensitive(struct arena *arena, struct diag *diag,
			    const struct reach *r, const struct bvm_image *img)
{
	const bool exec = r->rule->class == BVM_CLASS_EXEC;
	const u64 ops = exec ? r->rule->ops : r->rule->ops & WRITES;

	for (u32 i = 0; i < ARRAY_SIZE(sensitive); i++) {
		const bool asked = exec ? sensitive[i].exec :
					  sensitive[i].write;

		if (!ops || !asked || !reaches(r, sensitive[i].path) ||
		    !find_rule(arena, img, r->rule->class, ops,
			       sensitive[i].path)
			     .found)
			continue;
		diag_report(diag, &r->rule->span, OVER_BROAD,
			    arena_printf(arena, "%s %s",
					 exec ? "exec" : "write",
					 sensitive[i].path),
			    sensitive[i].reason);
		return; /* one is enough to look at the rule again */
	}
}

static void check_reach(struct arena *arena, struct diag *diag,
			const struct ast_rule *rule,
			const struct bvm_image *img)
{
	bool write = rule->class == BVM_CLASS_FILES && rule->ops & WRITES;
	bool exec = rule->class == BVM_CLASS_EXEC ||
		    (rule->class == BVM_CLASS_FILES &&
		     rule->ops & BVM_BIT(FILES, MAP_EXEC));
	struct ast_pattern everything = { .text = "/**" };
	struct reach *r = arena_alloc(arena, sizeof(*r));
	struct ast_rule all = *rule;

	if (!rule->paths.num && !rule->memfd)
		all.paths = (struct ast_patterns){ &everything, 1 };
	if (rule->kind != BVM_RULE_ALLOW || (!write && !exec) ||
	    !all.paths.num || !find_reach(arena, &all, r))
		return;
	check_tops(arena, diag, &all, write ? "writing" : "running");
	check_sensitive(arena, diag, r, img);
}

/* ---- written and run ---- */

static const struct span *span_of(const struct ast_policy *ast, u32 rule)
{
	return rule && rule <= ast->num_rules ? &ast->rules[rule - 1].span :
						NULL;
}

/* A policy's rules that write and run one path, each pair once. */
struct pairs {
	struct arena *arena;
	struct diag *diag;
	const struct ast_policy *ast;
	const struct bvm_image *img;
	struct intern seen;
};

static void check_path(struct pairs *p, const char *path)
{
	struct search writes =
		find_rule(p->arena, p->img, BVM_CLASS_FILES, FILLS, path);
	struct search runs = find_rule(p->arena, p->img, BVM_CLASS_EXEC,
				       BVM_BIT(EXEC, EXEC), path);
	u32 key[2], known = p->seen.num;

	if (!runs.found)
		runs = find_rule(p->arena, p->img, BVM_CLASS_FILES,
				 BVM_BIT(FILES, MAP_EXEC), path);
	/* a default that allows both is no rule's fault */
	if (!writes.found || !runs.found || (!writes.rule && !runs.rule))
		return;
	key[0] = writes.rule;
	key[1] = runs.rule;
	if (intern_put(&p->seen, key, 2) != known)
		return;
	diag_report(p->diag, span_of(p->ast, writes.rule ?: runs.rule),
		    WRITE_EXEC, path);
	if (!writes.rule)
		diag_note(p->diag, "written by the default of files");
	else if (runs.rule)
		diag_note_at(p->diag, span_of(p->ast, runs.rule),
			     "run by this rule");
	else
		diag_note(p->diag, "run by the default");
}

static void check_written_and_run(struct pairs *p)
{
	struct words_automaton dfa = { .table = NULL };
	const u64 run = BVM_RIGHT_EXEC | BVM_BIT(FILES, MAP_EXEC);
	struct words words;
	u32 tried = 0;

	if (p->img->rights_dfa >= p->img->num_tables)
		return;
	dfa.table = &p->img->tables[p->img->rights_dfa];
	intern_init(&p->seen, p->arena);
	if (words_find(p->arena, WORDS_PATH, &dfa, 1, WORDS_MAX_STATES, &words))
		return;
	for (u32 i = 0; i < words.num && tried < MAX_TRIED; i++) {
		u64 may = p->img->rights[words.items[i].rows[0]].may;

		if (!(may & FILLS) || !(may & run))
			continue;
		check_path(p, words.items[i].text);
		tried++;
	}
}

void lint_paths(struct arena *arena, struct diag *diag,
		const struct ast_policy *ast, const struct bvm_image *img)
{
	struct pairs pairs = {
		.arena = arena,
		.diag = diag,
		.ast = ast,
		.img = img,
	};

	for (u32 i = 0; i < ast->num_rules; i++)
		if (ast->rules[i].span.source == ast->sources[0])
			check_reach(arena, diag, &ast->rules[i], img);
	check_written_and_run(&pairs);
}
