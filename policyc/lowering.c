// SPDX-License-Identifier: GPL-2.0-only
#include <errno.h>
#include <string.h>

#include "lowering.h"
#include "unixrights.h"

#define OPS_PER_ROW 64
#define NETWORK_OPS_PER_ROW LOWERING_NETWORK_OPS

/* A pattern of the automaton and what it is to its rule. */
struct origin {
	u32 rule; /* index; a source's is the number of rules higher */
	bool except;
	const struct ast_pattern *pattern;
};

struct lowering {
	struct arena *arena;
	struct diag *diag;
	const struct ast_policy *ast;
	struct lowered *out;
	struct origin *origins; /* per pattern of the NFA */
	u32 num_origins;
	u32 *pathless; /* rules of the classes with paths that have none */
	u32 num_pathless;
	/* for one row */
	u32 *row;
	u32 *excepted; /* per rule: the last round in which it was */
	u32 round;
};

/* What of a rule a pattern belongs to. */
enum role { OF_PATHS, OF_EXCEPT, OF_SOURCE };

static bool is_path_class(u32 class)
{
	return class == BVM_CLASS_FILES || class == BVM_CLASS_EXEC ||
	       class == BVM_CLASS_NETWORK;
}

/* ---- the automaton ---- */

static int add_patterns(struct lowering *lo, struct nfa *nfa, u32 rule,
			enum role role)
{
	const struct ast_rule *r = &lo->ast->rules[rule];
	const struct ast_patterns *from = role == OF_EXCEPT ? &r->except :
					  role == OF_SOURCE ? &r->sources :
							      &r->paths;
	struct pattern_error err;
	int ret;

	for (u32 i = 0; i < from->num; i++) {
		lo->origins = arena_grow(lo->arena, lo->origins,
					 lo->num_origins, sizeof(*lo->origins));
		lo->origins[lo->num_origins] =
			(struct origin){ .rule = rule,
					 .except = role == OF_EXCEPT,
					 .pattern = &from->items[i] };
		if (role == OF_SOURCE)
			lo->origins[lo->num_origins].rule += lo->ast->num_rules;
		ret = nfa_add(nfa, from->items[i].text, lo->num_origins, &err);
		if (ret) {
			diag_report(lo->diag, &from->items[i].span, PATTERN,
				    from->items[i].text, err.text);
			return ret;
		}
		lo->num_origins++;
	}
	return 0;
}

static int add_all_patterns(struct lowering *lo, struct nfa *nfa)
{
	int ret = 0;

	for (u32 i = 0; i < lo->ast->num_rules && !ret; i++) {
		const u32 class = lo->ast->rules[i].class;

		if (is_path_class(class) || class == BVM_CLASS_MOUNTS)
			ret = add_patterns(lo, nfa, i, OF_PATHS);
		if (!ret && is_path_class(class))
			ret = add_patterns(lo, nfa, i, OF_EXCEPT);
	}
	/* last, so that the items of a row ascend */
	for (u32 i = 0; i < lo->ast->num_rules && !ret; i++)
		if (lo->ast->rules[i].class == BVM_CLASS_MOUNTS)
			ret = add_patterns(lo, nfa, i, OF_SOURCE);
	return ret;
}

static int too_many_states(struct lowering *lo, const struct fsm_blame *blame)
{
	const struct ast_pattern *first =
		lo->origins[blame->patterns[0]].pattern;
	const struct ast_pattern *other =
		lo->origins[blame->patterns[1]].pattern;

	diag_report(lo->diag, &first->span, TOO_MANY_STATES, blame->max_states);
	if (other != first)
		diag_note_at(lo->diag, &other->span, "together with '%s' here",
			     other->text);
	diag_note(lo->diag, "stars before a long rest are dear: write out the "
			    "directory in which to look for it");
	return -E2BIG;
}

/* Rules without paths match every string, but for those of their except. */
static void find_pathless(struct lowering *lo)
{
	lo->pathless = arena_array(lo->arena, lo->ast->num_rules, sizeof(u32));
	lo->excepted = arena_array(lo->arena, 2 * (size_t)lo->ast->num_rules,
				   sizeof(u32));
	lo->row = arena_array(lo->arena, 2 * (size_t)lo->ast->num_rules,
			      sizeof(u32));
	for (u32 i = 0; i < lo->ast->num_rules; i++)
		if (is_path_class(lo->ast->rules[i].class) &&
		    !lo->ast->rules[i].paths.num && !lo->ast->rules[i].memfd)
			lo->pathless[lo->num_pathless++] = i;
}

static void add_to_row(struct lowering *lo, u32 *num, u32 rule)
{
	if (lo->excepted[rule] == lo->round)
		return;
	if (!*num || lo->row[*num - 1] != rule)
		lo->row[(*num)++] = rule;
}

/*
 * The rules that match a string which these patterns match, then the rules of
 * mounts whose sources do; all ascend.
 */
static u32 put_row(struct lowering *lo, const u32 *patterns, u32 num)
{
	u32 num_rules = 0, at = 0;

	lo->round++;
	for (u32 i = 0; i < num; i++)
		if (lo->origins[patterns[i]].except)
			lo->excepted[lo->origins[patterns[i]].rule] = lo->round;
	for (u32 i = 0; i < num; i++) {
		const struct origin *origin = &lo->origins[patterns[i]];

		while (at < lo->num_pathless && lo->pathless[at] < origin->rule)
			add_to_row(lo, &num_rules, lo->pathless[at++]);
		if (!origin->except)
			add_to_row(lo, &num_rules, origin->rule);
	}
	while (at < lo->num_pathless)
		add_to_row(lo, &num_rules, lo->pathless[at++]);
	return intern_put(&lo->out->rows, lo->row, num_rules);
}

static bool has_unix_paths(const struct ast_policy *ast)
{
	for (u32 i = 0; i < ast->num_rules; i++)
		if (ast->rules[i].class == BVM_CLASS_NETWORK &&
		    (ast->rules[i].paths.num || ast->rules[i].except.num))
			return true;
	return false;
}

static int find_rows(struct lowering *lo)
{
	struct nfa *nfa = nfa_create(lo->arena);
	struct fsm *fsm = &lo->out->fsm;
	struct intern accepts;
	struct fsm_blame blame;
	u32 *row_of;
	int ret;

	intern_init(&lo->out->rows, lo->arena);
	ret = add_all_patterns(lo, nfa);
	if (ret)
		return ret;
	lo->out->has_paths = lo->num_origins > 0;
	lo->out->has_unix_paths = has_unix_paths(lo->ast);
	find_pathless(lo);
	(void)put_row(lo, NULL, 0); /* row 0: no pattern matches */
	if (!lo->out->has_paths)
		return 0;

	intern_init(&accepts, lo->arena);
	if (fsm_build(lo->arena, nfa, &accepts, fsm, &blame))
		return too_many_states(lo, &blame);
	row_of = arena_array(lo->arena, accepts.num, sizeof(u32));
	for (u32 i = 0; i < accepts.num; i++)
		row_of[i] = put_row(lo, intern_get(&accepts, i),
				    intern_len(&accepts, i));
	for (u32 i = 0; i < fsm->num_states; i++)
		fsm->states[i].accept = row_of[fsm->states[i].accept];
	fsm_minimise(lo->arena, fsm);
	return 0;
}

/* ---- keys ---- */

static int too_large(struct lowering *lo, const char *what, u64 num,
		     const char *kind, u32 limit)
{
	diag_report(lo->diag, &lo->ast->name_span, TOO_LARGE_TABLE, what,
		    (unsigned long long)num, kind, limit);
	return -E2BIG;
}

static u32 *alloc_keys(struct lowering *lo, u32 class, u64 num, u32 per_row)
{
	struct lowered_class *c = &lo->out->classes[class];

	c->num_keys = num;
	c->keys_per_row = per_row;
	c->keys = arena_array(lo->arena, num, sizeof(u32));
	return c->keys;
}

/* How many items of a row are rules that match by the path of the object. */
static u32 num_rules_of(const struct lowering *lo, u32 row)
{
	const u32 *items = intern_get(&lo->out->rows, row);
	u32 num = intern_len(&lo->out->rows, row);

	while (num && items[num - 1] >= lo->ast->num_rules)
		num--;
	return num;
}

static int find_file_keys(struct lowering *lo)
{
	struct lists *lists = &lo->out->classes[BVM_CLASS_FILES].lists;
	const struct intern *rows = &lo->out->rows;
	u64 num = (u64)rows->num * OPS_PER_ROW;
	u32 *keys;

	if (num > BVM_MAX_ARRAY)
		return too_large(lo, "files", rows->num,
				 "combinations of rules that match a path",
				 BVM_MAX_ARRAY / OPS_PER_ROW);
	keys = alloc_keys(lo, BVM_CLASS_FILES, num, OPS_PER_ROW);
	for (u32 row = 0; row < rows->num; row++) {
		const u32 num_rules = num_rules_of(lo, row);

		for (u32 op = 0; op < OPS_PER_ROW; op++) {
			bool used = bvm_classes[BVM_CLASS_FILES].ops[op].name;

			*keys++ = lists_choose(lists, op, intern_get(rows, row),
					       used ? num_rules : 0);
		}
	}
	return lists->err;
}

static bool has_memfd(const struct ast_policy *ast)
{
	for (u32 i = 0; i < ast->num_rules; i++)
		if (ast->rules[i].memfd)
			return true;
	return false;
}

/* A rule that names neither paths nor memfd is about all programs. */
static u32 choose_memfd(struct lowering *lo, struct lists *lists)
{
	u32 num = 0;

	for (u32 i = 0; i < lo->ast->num_rules; i++)
		if (lo->ast->rules[i].memfd || !lo->ast->rules[i].paths.num)
			lo->row[num++] = i;
	return lists_choose(lists, BVM_OP_EXEC_EXEC, lo->row, num);
}

static int find_exec_keys(struct lowering *lo)
{
	struct lists *lists = &lo->out->classes[BVM_CLASS_EXEC].lists;
	const struct intern *rows = &lo->out->rows;
	bool memfd = has_memfd(lo->ast);
	u32 *keys = alloc_keys(lo, BVM_CLASS_EXEC, (u64)rows->num + memfd, 1);

	for (u32 row = 0; row < rows->num; row++)
		keys[row] = lists_choose(lists, BVM_OP_EXEC_EXEC,
					 intern_get(rows, row),
					 num_rules_of(lo, row));
	if (memfd) {
		lo->out->memfd_key = rows->num;
		keys[rows->num] = choose_memfd(lo, lists);
	}
	return lists->err;
}

/* The rules of a class without paths that speak of a capability (or of any). */
static u32 class_rules(struct lowering *lo, u32 class, int cap, u32 *rules)
{
	u32 num = 0;

	for (u32 i = 0; i < lo->ast->num_rules; i++) {
		const struct ast_rule *rule = &lo->ast->rules[i];

		if (rule->class == class && (cap < 0 || rule->caps >> cap & 1))
			rules[num++] = i;
	}
	return num;
}

/* Only where some rule names the path of a socket. */
static int find_network_keys(struct lowering *lo)
{
	struct lists *lists = &lo->out->classes[BVM_CLASS_NETWORK].lists;
	const struct intern *rows = &lo->out->rows;
	u64 num = (u64)rows->num * NETWORK_OPS_PER_ROW;
	u32 *all = arena_array(lo->arena, lo->ast->num_rules, sizeof(u32));
	u32 *keys;

	_Static_assert(BVM_OP_NETWORK_CREATE == 0 &&
			       BVM_OP_NETWORK_RECEIVE < NETWORK_OPS_PER_ROW,
		       "the key of an operation");
	if (num > BVM_MAX_ARRAY)
		return too_large(lo, "network", rows->num,
				 "combinations of rules that match a path",
				 BVM_MAX_ARRAY / NETWORK_OPS_PER_ROW);
	keys = alloc_keys(lo, BVM_CLASS_NETWORK, num, NETWORK_OPS_PER_ROW);
	num = class_rules(lo, BVM_CLASS_NETWORK, -1, all);
	for (u32 row = 0; row < rows->num; row++) {
		/* a socket has no name when it is made */
		*keys++ = lists_choose(lists, BVM_OP_NETWORK_CREATE, all, num);
		for (u32 op = 1; op < NETWORK_OPS_PER_ROW; op++)
			*keys++ = lists_choose(lists, op, intern_get(rows, row),
					       num_rules_of(lo, row));
	}
	return lists->err;
}

static int find_other_keys(struct lowering *lo, u32 class)
{
	struct lists *lists = &lo->out->classes[class].lists;
	u32 *rules = arena_array(lo->arena, lo->ast->num_rules, sizeof(u32));
	u32 *keys = alloc_keys(lo, class, BVM_MAX_OPS, 1);

	for (u32 key = 0; key < BVM_MAX_OPS; key++) {
		bool caps = class == BVM_CLASS_CAPABILITIES;
		u32 num = class_rules(lo, class, caps ? (int)key : -1, rules);

		keys[key] = lists_choose(
			lists, caps ? BVM_OP_CAPABILITIES_CAPABILITY : key,
			rules, num);
	}
	return lists->err;
}

static int find_class(struct lowering *lo, u32 class)
{
	struct lowered_class *c = &lo->out->classes[class];

	if (!bvm_classes[class].mediated)
		return 0;
	preds_init(&c->preds, lo->arena, lo->diag, class);
	c->preds.rows = &lo->out->rows;
	c->preds.num_rules = lo->ast->num_rules;
	c->preds.has_paths = lo->out->has_paths;
	lists_init(&c->lists, lo->arena, lo->diag, lo->ast, &c->preds);
	if (c->lists.err)
		return c->lists.err;
	for (u32 i = 0; i < PRED_NUM_TEXTS; i++) {
		int ret = textmatch_build(&c->preds, PRED_FIRST_TEXT + i,
					  &c->texts[i]);

		if (ret)
			return ret;
	}
	switch (class) {
	case BVM_CLASS_FILES:
		return find_file_keys(lo);
	case BVM_CLASS_EXEC:
		return find_exec_keys(lo);
	case BVM_CLASS_NETWORK:
		if (lo->out->has_unix_paths)
			return find_network_keys(lo);
	}
	return find_other_keys(lo, class);
}

/* ---- rights ---- */

static void add_right(const struct lists *lists, u32 list, u64 bit,
		      struct bvm_rights *rights)
{
	bool may, must;

	lists_rights(lists, list, &may, &must);
	if (may)
		rights->may |= bit;
	if (must)
		rights->must |= bit;
}

/*
 * What may be mounted from a path of the row. Whether rules of mounts allow it
 * depends on much else, which a new name does not change; so each predicate on
 * sources is a right of its own: that one of an allow holds, that one of a
 * deny does not. Where there are more than bits, some share one.
 *
 * A mount point is no right: to mount over something takes it away, and shows
 * nothing of it.
 */
static void add_source_rights(struct lowering *lo, u32 row,
			      struct bvm_rights *rights)
{
	const struct preds *preds = &lo->out->classes[BVM_CLASS_MOUNTS].preds;
	u64 may = 0, lacks = 0;
	u32 num = 0;

	for (u32 i = 0; i < preds->num; i++) {
		const struct pred *pred = &preds->items[i];
		u64 bit;

		if (pred->field != PRED_SOURCE)
			continue;
		bit = 1ull << (BVM_RIGHT_SOURCE_SHIFT +
			       num++ % BVM_RIGHT_SOURCE_BITS);
		if (pred_has(pred, row) != pred_has(pred, PRED_NAMELESS))
			may |= bit;
		else
			lacks |= bit;
	}
	rights->may |= may;
	rights->must |= may & ~lacks;
}

static void find_rights(struct lowering *lo)
{
	const struct lowered_class *files = &lo->out->classes[BVM_CLASS_FILES];
	const struct lowered_class *exec = &lo->out->classes[BVM_CLASS_EXEC];
	const struct lists *network =
		&lo->out->classes[BVM_CLASS_NETWORK].lists;
	const struct bvm_op_info *ops = bvm_classes[BVM_CLASS_FILES].ops;
	u32 num = lo->out->rows.num;

	lo->out->rights =
		arena_array(lo->arena, num, sizeof(struct bvm_rights));
	for (u32 row = 0; row < num; row++) {
		struct bvm_rights *rights = &lo->out->rights[row];

		for (u32 op = 0; op < BVM_RIGHT_FILES_OPS; op++)
			/* what has no path cannot be renamed */
			if (ops[op].name && ops[op].how <= BVM_HOW_NAMES)
				add_right(&files->lists,
					  files->keys[row * OPS_PER_ROW + op],
					  1ull << op, rights);
		add_right(&exec->lists, exec->keys[row], BVM_RIGHT_EXEC,
			  rights);
		add_source_rights(lo, row, rights);
		if (lo->out->has_unix_paths)
			unixrights_add(network, intern_get(&lo->out->rows, row),
				       num_rules_of(lo, row), rights);
	}
}

int lowering_run(struct arena *arena, struct diag *diag,
		 const struct ast_policy *ast, struct lowered *out)
{
	struct lowering lo = {
		.arena = arena, .diag = diag, .ast = ast, .out = out
	};
	int ret, first = 0;

	memset(out, 0, sizeof(*out));
	ret = find_rows(&lo);
	if (ret)
		return ret;
	/* go on after an error: each class has its own to report */
	for (u32 class = 1; class < BVM_NUM_CLASSES; class ++) {
		ret = find_class(&lo, class);
		if (!first)
			first = ret;
	}
	if (first)
		return first;
	if (out->has_paths) {
		find_rights(&lo);
		closure_find(arena, &out->fsm, out->rights, &out->closures);
	}
	return 0;
}
