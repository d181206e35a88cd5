// SPDX-License-Identifier: GPL-2.0-only
#include <errno.h>
#include <string.h>

#include "lists.h"
#include "passes.h"

/* A chosen rule and in which role: what it needs depends on that. */
enum role {
	ROLE_RULE,
	ROLE_CREATE, /* of a socket that the rule implies */
	ROLE_INHERIT,
	ROLE_INCOMING, /* asked by a socket, not by a caller */
	ROLE_SERVE, /* bind and listen, of a rule about who connects */
	ROLE_BITS = 3,
};

#define OUTGOING (BVM_BIT(NETWORK, CONNECT) | BVM_BIT(NETWORK, SEND))
#define INCOMING (BVM_BIT(NETWORK, ACCEPT) | BVM_BIT(NETWORK, RECEIVE))

/* Stands in a choice for "and the default is not that of the class". */
#define CHOICE_OWN_DEFAULT U32_MAX

/* One thing that another matching rule adds to an entry. */
struct modifier {
	u64 need;
	u32 set, clear; /* BVM_VERDICT_* */
};

struct modifiers {
	struct modifier *items;
	u32 num;
};

struct list {
	struct lists *lists;
	u32 op;
	const struct ast_rule *rule; /* being added, for messages */
	struct bvm_decision *entries;
	u32 num;
	bool closed; /* an entry without needs is there: nothing follows */
	struct modifiers kills, records, audits;
};

static bool has_path_rules(const struct ast_policy *ast)
{
	for (u32 i = 0; i < ast->num_rules; i++)
		if (ast->rules[i].paths.num || ast->rules[i].sources.num)
			return true;
	return false;
}

/*
 * Whoever changes the mount tree changes what path rules speak of: beside
 * them only a rule allows that, and the kernel insists on it (lsm/decide.c).
 */
static bool allows_by_default(const struct lists *lists)
{
	return lists->ast->defaults[lists->class] == AST_ALLOW &&
	       (lists->class != BVM_CLASS_MOUNTS ||
		!has_path_rules(lists->ast));
}

/* Denies deny with an empty bucket, too: program.c drops the record then. */
static void add_rate(struct lists *lists, u32 i)
{
	const struct ast_rule *rule = &lists->ast->rules[i];
	u64 bit = 0;

	if (lists->err || !rule->rate.interval_ns)
		return;
	lists->err = preds_of_rate(lists->preds, rule, &bit);
	if (rule->kind == BVM_RULE_DENY)
		return;
	lists->need[i] |= bit;
	lists->need_inherit[i] |= bit;
}

static u32 default_verdict(const struct lists *lists)
{
	if (allows_by_default(lists))
		return bvm_verdict(0, 0, 0);
	return bvm_verdict(BVM_VERDICT_DENY, bvm_errno_of_class(lists->class),
			   0);
}

void lists_init(struct lists *lists, struct arena *arena, struct diag *diag,
		const struct ast_policy *ast, struct preds *preds)
{
	const struct bvm_decision refuse = {
		.verdict = bvm_verdict(BVM_VERDICT_DENY,
				       bvm_errno_of_class(preds->class), 0),
	};
	u32 words[LISTS_ENTRY_WORDS];

	memset(lists, 0, sizeof(*lists));
	lists->arena = arena;
	lists->diag = diag;
	lists->ast = ast;
	lists->preds = preds;
	lists->class = preds->class;
	lists->need = arena_array(arena, ast->num_rules, sizeof(u64));
	lists->need_create = arena_array(arena, ast->num_rules, sizeof(u64));
	lists->need_inherit = arena_array(arena, ast->num_rules, sizeof(u64));
	lists->need_incoming = arena_array(arena, ast->num_rules, sizeof(u64));
	lists->need_serve = arena_array(arena, ast->num_rules, sizeof(u64));
	lists->scratch = arena_array(arena, ast->num_rules + 1, sizeof(u32));
	intern_init(&lists->lists, arena);
	intern_init(&lists->choices, arena);
	memcpy(words, &refuse, sizeof(words));
	(void)intern_put(&lists->lists, words, LISTS_ENTRY_WORDS);

	for (u32 i = 0; i < ast->num_rules && !lists->err; i++) {
		const struct ast_rule *rule = &ast->rules[i];

		if (rule->class != lists->class)
			continue;
		lists->err = preds_of_rule(preds, rule, &lists->need[i]);
		if (!lists->err && rule->implies_create)
			lists->err = preds_of_create(preds, rule,
						     &lists->need_create[i]);
		if (!lists->err && lists->class == BVM_CLASS_FILES &&
		    rule->ops & BVM_BIT(FILES, INHERIT))
			lists->err = preds_of_inherit(preds, rule,
						      &lists->need_inherit[i]);
		if (!lists->err && lists->class == BVM_CLASS_NETWORK &&
		    rule->ops & INCOMING)
			lists->err = preds_of_incoming(
				preds, rule, &lists->need_incoming[i]);
		if (!lists->err && rule->incoming)
			lists->err = preds_of_serve(preds, rule,
						    &lists->need_serve[i]);
		add_rate(lists, i);
	}
	if (!lists->err && lists->class == BVM_CLASS_FILES &&
	    ast->defaults[lists->class] == AST_ALLOW)
		lists->err = preds_of_named_kinds(preds, &lists->named_kinds);
	if (!lists->err && (lists->class == BVM_CLASS_TASKS ||
			    lists->class == BVM_CLASS_NETWORK))
		lists->err = preds_of_own_tasks(preds, &lists->own_tasks);
}

/* ---- one list ---- */

static u64 item_need(const struct lists *lists, u32 item)
{
	u32 rule = item >> ROLE_BITS;

	switch (item & ((1u << ROLE_BITS) - 1)) {
	case ROLE_CREATE:
		return lists->need_create[rule];
	case ROLE_INHERIT:
		return lists->need_inherit[rule];
	case ROLE_INCOMING:
		return lists->need_incoming[rule];
	case ROLE_SERVE:
		return lists->need_serve[rule];
	}
	return lists->need[rule];
}

static const struct ast_rule *item_rule(const struct lists *lists, u32 item)
{
	return &lists->ast->rules[item >> ROLE_BITS];
}

static u32 deny_verdict(const struct lists *lists, const struct ast_rule *rule)
{
	return bvm_verdict(
		BVM_VERDICT_DENY | (rule->kill ? BVM_VERDICT_KILL : 0) |
			(rule->quiet ? BVM_VERDICT_QUIET : 0),
		rule->err ? rule->err : bvm_errno_of_class(lists->class),
		rule->number);
}

static void add_modifier(struct list *list, struct modifiers *to, u64 need,
			 u32 set, u32 clear)
{
	to->items = arena_grow(list->lists->arena, to->items, to->num,
			       sizeof(*to->items));
	to->items[to->num++] = (struct modifier){ need, set, clear };
}

static void too_long(struct list *list)
{
	struct lists *lists = list->lists;

	lists->err = -E2BIG;
	list->closed = true;
	diag_report(lists->diag, list->rule ? &list->rule->span : NULL,
		    LIST_TOO_LONG, bvm_classes[lists->class].name,
		    bvm_op_name(lists->class, list->op), LISTS_MAX_ENTRIES);
	diag_note(lists->diag, "each condition of a rule with audit, kill or "
			       "quiet doubles the cases: merge such rules");
}

static void put_entry(struct list *list, u64 need, u32 verdict)
{
	if (list->closed)
		return;
	if (passes_has(PASS_COVERED) &&
	    !preds_may_hold(list->lists->preds, need))
		return;
	/* an entry before it that needs no more always comes first */
	for (u32 i = 0; passes_has(PASS_COVERED) && i < list->num; i++)
		if (!(list->entries[i].need & ~need))
			return;
	if (list->num == LISTS_MAX_ENTRIES) {
		too_long(list);
		return;
	}
	list->entries = arena_grow(list->lists->arena, list->entries, list->num,
				   sizeof(*list->entries));
	list->entries[list->num++] =
		(struct bvm_decision){ .need = need, .verdict = verdict };
	list->closed = !need;
}

/* Put an entry behind its modified forms. mods ends with NULL. */
static void put_modified(struct list *list, u64 need, u32 verdict,
			 const struct modifiers *const *mods)
{
	const struct modifiers *these = *mods;

	if (!these) {
		put_entry(list, need, verdict);
		return;
	}
	for (u32 i = 0; i < these->num; i++) {
		const struct modifier *m = &these->items[i];
		u32 changed = (verdict | m->set) & ~m->clear;

		if (changed == verdict ||
		    !preds_may_hold(list->lists->preds, need | m->need))
			continue;
		put_modified(list, need | m->need, changed, mods + 1);
		if ((need | m->need) == need)
			return; /* it always applies */
	}
	put_modified(list, need, verdict, mods + 1);
}

/* Two denies that may match the same request must agree on the errno. */
static void check_errno(struct list *list, const u32 *items, u32 last)
{
	struct lists *lists = list->lists;
	const struct ast_rule *rule = item_rule(lists, items[last]);
	u32 err = bvm_verdict_errno(deny_verdict(lists, rule));

	for (u32 i = 0; i < last; i++) {
		const struct ast_rule *other = item_rule(lists, items[i]);
		u32 other_err = bvm_verdict_errno(deny_verdict(lists, other));

		if (other->kind != BVM_RULE_DENY || err == other_err ||
		    !preds_may_hold(lists->preds,
				    item_need(lists, items[last]) |
					    item_need(lists, items[i])))
			continue;
		lists->err = -EINVAL;
		diag_report(lists->diag, &rule->span, ERRNO_CONFLICT,
			    bvm_name_of(bvm_errno_names, err),
			    bvm_name_of(bvm_errno_names, other_err));
		diag_note_at(lists->diag, &other->span, "the other rule");
		return;
	}
}

/* What the rules after number i add to entry i, or any rule to an allow. */
static void find_modifiers(struct list *list, const u32 *items, u32 num,
			   u32 after)
{
	list->kills.num = 0;
	list->kills.items = NULL;
	list->records.num = 0;
	list->records.items = NULL;
	for (u32 i = after; i < num; i++) {
		const struct ast_rule *rule = item_rule(list->lists, items[i]);
		u64 need = item_need(list->lists, items[i]);

		if (rule->kind != BVM_RULE_DENY)
			continue;
		if (rule->kill)
			add_modifier(list, &list->kills, need, BVM_VERDICT_KILL,
				     0);
		if (!rule->quiet)
			add_modifier(list, &list->records, need, 0,
				     BVM_VERDICT_QUIET);
	}
}

static void put_denies(struct list *list, const u32 *items, u32 num)
{
	const struct modifiers *const mods[] = { &list->kills, &list->records,
						 NULL };
	struct lists *lists = list->lists;
	bool mixed = false;

	for (u32 i = 0; i < num; i++) {
		const struct ast_rule *rule = item_rule(lists, items[i]);

		mixed |= rule->kind == BVM_RULE_DENY &&
			 (rule->kill || rule->quiet || rule->err);
	}
	for (u32 i = 0; i < num && mixed; i++)
		if (item_rule(lists, items[i])->kind == BVM_RULE_DENY)
			check_errno(list, items, i);
	for (u32 i = 0; i < num && !list->closed; i++) {
		const struct ast_rule *rule = item_rule(lists, items[i]);

		if (rule->kind != BVM_RULE_DENY)
			continue;
		list->rule = rule;
		if (mixed)
			find_modifiers(list, items, num, i + 1);
		put_modified(list, item_need(lists, items[i]),
			     deny_verdict(lists, rule), mods);
	}
}

static void put_allows(struct list *list, const u32 *items, u32 num)
{
	const struct modifiers *const mods[] = { &list->audits, NULL };
	struct lists *lists = list->lists;

	for (u32 i = 0; i < num; i++)
		if (item_rule(lists, items[i])->kind == BVM_RULE_AUDIT)
			add_modifier(list, &list->audits,
				     item_need(lists, items[i]),
				     BVM_VERDICT_AUDIT, 0);
	for (u32 i = 0; i < num && !list->closed; i++) {
		const struct ast_rule *rule = item_rule(lists, items[i]);

		list->rule = rule;
		if (rule->kind == BVM_RULE_ALLOW)
			put_modified(list, item_need(lists, items[i]),
				     bvm_verdict(0, 0, rule->number), mods);
	}
}

/* own: inherit is left to rules for some kinds, ptrace-trace altogether. */
static void put_default(struct list *list, bool own)
{
	static const struct modifiers *const none[] = { NULL };
	const struct modifiers *const mods[] = { &list->audits, NULL };
	const struct lists *lists = list->lists;
	const u32 deny = bvm_verdict(BVM_VERDICT_DENY,
				     bvm_errno_of_class(lists->class), 0);
	u32 verdict = default_verdict(lists);

	/* the default of tasks speaks of everyone else */
	if (lists->class == BVM_CLASS_TASKS) {
		put_modified(list, lists->own_tasks, bvm_verdict(0, 0, 0),
			     mods);
		verdict = own ? deny : verdict;
	}
	/* so does that of network, where unix sockets have another end */
	if (lists->class == BVM_CLASS_NETWORK && own) {
		put_modified(list, lists->own_tasks, bvm_verdict(0, 0, 0),
			     mods);
		own = false;
	}
	if (verdict & BVM_VERDICT_DENY) {
		put_modified(list, 0, verdict, none);
		return;
	}
	if (own)
		put_entry(list, lists->named_kinds, deny);
	put_modified(list, 0, verdict, mods);
}

static u32 build(struct lists *lists, u32 op, const u32 *items, u32 num)
{
	struct list list = { .lists = lists, .op = op };
	bool own = num && items[num - 1] == CHOICE_OWN_DEFAULT;

	num -= own;
	put_denies(&list, items, num);
	put_allows(&list, items, num);
	put_default(&list, own);
	return intern_put(&lists->lists, (const u32 *)list.entries,
			  list.num * LISTS_ENTRY_WORDS);
}

/* ---- choosing ---- */

/* The role in which a rule decides op, or -1 if it does not. */
static int find_role(const struct lists *lists, const struct ast_rule *rule,
		     u32 op)
{
	if (rule->class != lists->class)
		return -1;
	if (rule->implies_create && rule->kind == BVM_RULE_ALLOW &&
	    op == (lists->class == BVM_CLASS_MOUNTS ? BVM_OP_MOUNTS_FSMOUNT :
						      BVM_OP_NETWORK_CREATE))
		return ROLE_CREATE;
	if (!(rule->ops >> op & 1))
		return -1;
	if (lists->class == BVM_CLASS_FILES && op == BVM_OP_FILES_INHERIT &&
	    rule->kind == BVM_RULE_ALLOW)
		return ROLE_INHERIT;
	if (lists->class == BVM_CLASS_NETWORK && INCOMING >> op & 1)
		return ROLE_INCOMING;
	if (lists->class == BVM_CLASS_NETWORK && rule->incoming)
		return ROLE_SERVE;
	return ROLE_RULE;
}

bool lists_rule_need(const struct lists *lists, u32 rule, u32 op, u64 *need)
{
	int role = find_role(lists, &lists->ast->rules[rule], op);

	if (role < 0)
		return false;
	*need = item_need(lists, rule << ROLE_BITS | role);
	return true;
}

static bool has_own_default(u32 class, u32 op)
{
	return (class == BVM_CLASS_FILES && op == BVM_OP_FILES_INHERIT) ||
	       (class == BVM_CLASS_TASKS && op == BVM_OP_TASKS_TRACE) ||
	       (class == BVM_CLASS_NETWORK && OUTGOING >> op & 1);
}

u32 lists_choose(struct lists *lists, u32 op, const u32 *rules, u32 num)
{
	u32 *items = lists->scratch;
	u32 num_items = 0, before = lists->choices.num, id;

	for (u32 i = 0; i < num; i++) {
		int role = find_role(lists, &lists->ast->rules[rules[i]], op);

		if (role >= 0)
			items[num_items++] = rules[i] << ROLE_BITS | role;
	}
	if (has_own_default(lists->class, op))
		items[num_items++] = CHOICE_OWN_DEFAULT;
	id = intern_put(&lists->choices, items, num_items);
	if (id == before) {
		lists->list_of_choice = arena_grow(
			lists->arena, lists->list_of_choice, id, sizeof(u32));
		lists->list_of_choice[id] = build(lists, op, items, num_items);
	}
	return lists->list_of_choice[id];
}

void lists_rights(const struct lists *lists, u32 list, bool *may, bool *must)
{
	const u32 *words = intern_get(&lists->lists, list);
	u32 num = intern_len(&lists->lists, list) / LISTS_ENTRY_WORDS;

	*may = false;
	*must = true;
	for (u32 i = 0; i < num; i++) {
		struct bvm_decision entry;

		memcpy(&entry, words + i * LISTS_ENTRY_WORDS, sizeof(entry));
		if (entry.verdict & BVM_VERDICT_DENY)
			*must = false;
		else
			*may = true;
	}
}
