// SPDX-License-Identifier: GPL-2.0-only
#include <errno.h>
#include <string.h>

#include "family.h"
#include "borders.h"
#include "judge.h"
#include "judge_rename.h"
#include "judge_walk.h"
#include "vm/helpers.h"
#include "vm/insn.h"
#include "vm/table.h"
#include "textset.h"
#include "words.h"

#define MAX_UNITS 16 /* over the fields of any class */

/* A request in full; of a unit's setting only the unit's fields count. */
struct facts {
	union bvm_ctx ctx;
	const char *texts[BVM_RUN_STRINGS]; /* of TEXT fields, by handle - 1 */
};

/* Fields that are tried together, since a predicate looks at all of them. */
struct unit {
	u64 fields;
	struct facts *settings;
	u32 num;
};

struct judge {
	struct arena *arena;
	const struct bvm_image *img;
	const struct request *request;
	const struct bvm_class_info *info;
	struct facts base; /* the request, with something for what is open */
	struct unit units[MAX_UNITS];
	u32 num_units;
	u32 num_cases; /* product of the units, or U32_MAX */
	u32 max_cases; /* that are all tried */
	bool *allowed; /* per case, where they are */
	bvm_atomic *slots; /* of all runs, one after the other */
	struct borders borders; /* candidates for numbers and addresses */
	struct textset texts, paths; /* candidates for TEXT fields */
	int has_addr; /* field, or -1 */
};

/* ---- one case ---- */

static void run_case(const struct judge *j, const struct facts *facts, u32 op,
		     const char *path, struct judge_case *c)
{
	struct bvm_str *str = &c->run.strings[0];
	int field = request_field(j->request->class, "path");
	const u64 handle = 1;

	memset(c, 0, sizeof(*c));
	c->op = op;
	c->path = path;
	c->run.image = j->img;
	c->run.ctx = facts->ctx;
	c->run.ctx.op = op;
	for (u32 i = 0; i < BVM_RUN_STRINGS; i++) {
		c->run.strings[i].bytes = facts->texts[i];
		if (facts->texts[i])
			c->run.strings[i].len = strlen(facts->texts[i]);
	}
	c->run.slots = j->slots;
	c->run.argv = j->request->argv ? j->request->argv : "";
	c->run.argv_len = j->request->argv_len;
	if (field >= 0 && path) {
		str->bytes = path;
		str->len = strlen(path);
		memcpy((u8 *)&c->run.ctx + j->info->fields[field].off, &handle,
		       sizeof(handle));
	}
	asked_renew(&c->run);
	c->verdict = bvm_run_class(&c->run, j->request->class);

	/* once more, to see what decide() was asked */
	c->asked = asked_find(&c->run, j->request->class);
	if (path && j->img->rights_dfa < j->img->num_tables) {
		const struct bvm_table *t = &j->img->tables[j->img->rights_dfa];

		c->row = bvm_dfa_accept(t, bvm_dfa_feed(t, bvm_dfa_start(t),
							path, str->len));
	}
}

/* ---- what an open field may be ---- */

static int add_words(struct judge *j, enum words_kind kind,
		     const struct bvm_table *table, struct textset *set)
{
	const struct words_automaton automaton = { .table = table };
	struct words words;
	int ret = words_find(j->arena, kind, &automaton, 1, WORDS_MAX_STATES,
			     &words);

	for (u32 i = 0; !ret && i < words.num; i++)
		textset_add(j->arena, set, words.items[i].text);
	return ret;
}

/* Of each automaton that the program feeds texts to, one for each row. */
static int find_texts(struct judge *j)
{
	const struct bvm_program *p = &j->img->programs[j->request->class];
	u32 table = j->img->num_tables;
	int ret = 0;

	for (u32 pc = 0; pc < p->header->num_insns && !ret; pc++) {
		const struct bvm_insn *insn = &p->insns[pc];

		/* the index is a constant: emit.c sets it right before */
		if (insn->code == BVM_MOV64_K && insn->dst == 2)
			table = insn->imm;
		if (insn->code != BVM_CALL ||
		    insn->imm != BVM_HELPER_MATCH_TEXT ||
		    table >= j->img->num_tables ||
		    j->img->tables[table].kind != BVM_TABLE_DFA)
			continue;
		ret = add_words(j, WORDS_BELOW, &j->img->tables[table],
				&j->paths);
		if (!ret)
			ret = add_words(j, WORDS_TEXT, &j->img->tables[table],
					&j->texts);
	}
	return ret;
}

/* Values worth trying for a numeric field, ascending. */
static struct numbers find_values(const struct judge *j, u32 field)
{
	const struct bvm_field *f = &j->info->fields[field];
	const struct request_choice *choice = request_choice(j->request, field);
	struct numbers values = { 0 };

	for (u32 i = 0; choice && i < choice->num; i++)
		numbers_add(j->arena, &values, choice->values[i]);
	if (!choice)
		borders_of_field(j->arena, &j->borders, j->request->class,
				 f->name, f->max, &values);
	numbers_sort(&values);
	return values;
}

/* ---- units ---- */

static void set_field(const struct judge *j, struct facts *facts, u32 field,
		      const void *value)
{
	memcpy((u8 *)&facts->ctx + j->info->fields[field].off, value,
	       j->info->fields[field].size);
}

/* NULL: there is no such text. */
static void set_text(const struct judge *j, struct facts *facts, u32 field,
		     const char *text)
{
	const u64 named = request_handle(j->request->class, field);
	const u64 handle = text ? named : 0;

	facts->texts[named - 1] = text;
	set_field(j, facts, field, &handle);
}

static void apply(const struct judge *j, struct facts *facts,
		  const struct unit *unit, u32 setting)
{
	const struct facts *from = &unit->settings[setting];

	for (u32 i = 0; i < j->info->num_fields; i++) {
		u64 handle;

		if (!(unit->fields >> i & 1))
			continue;
		set_field(j, facts, i,
			  (const u8 *)&from->ctx + j->info->fields[i].off);
		if (j->info->fields[i].kind != BVM_FIELD_TEXT)
			continue;
		handle = request_handle(j->request->class, i);
		facts->texts[handle - 1] = from->texts[handle - 1];
	}
}

/* Keep facts as a setting if no earlier one makes the same predicates hold. */
static void add_setting(struct judge *j, struct unit *unit, u64 **seen,
			const struct facts *facts)
{
	struct judge_case c;

	run_case(j, facts, __builtin_ctzll(j->request->ops),
		 j->request->num_paths ? j->request->paths[0] : NULL, &c);
	for (u32 i = 0; i < unit->num; i++)
		if ((*seen)[i] == c.asked.preds)
			return;
	*seen = arena_grow(j->arena, *seen, unit->num, sizeof(u64));
	unit->settings = arena_grow(j->arena, unit->settings, unit->num,
				    sizeof(*unit->settings));
	(*seen)[unit->num] = c.asked.preds;
	unit->settings[unit->num++] = *facts;
}

static void try_values(struct judge *j, struct unit *unit, u32 field,
		       u32 second)
{
	const struct numbers values = find_values(j, field);
	const struct numbers others = find_values(j, second);
	const u32 num_others = second == field ? 1 : others.num;
	u64 *seen = NULL;

	for (u32 i = 0; i < values.num; i++) {
		for (u32 k = 0; k < num_others; k++) {
			struct facts facts = j->base;

			if (second != field)
				set_field(j, &facts, second, &others.items[k]);
			set_field(j, &facts, field, &values.items[i]);
			add_setting(j, unit, &seen, &facts);
		}
	}
}

static void try_addresses(struct judge *j, struct unit *unit, u32 field)
{
	const bool v4_only = j->base.ctx.network.family == AF_INET_NUMBER;
	u64 *seen = NULL;

	for (u32 i = 0; i < j->borders.num_addresses; i++) {
		const struct bvm_addr *addr = &j->borders.addresses[i];
		struct facts facts = j->base;

		if (v4_only && !borders_is_v4(addr))
			continue;
		set_field(j, &facts, field, addr);
		add_setting(j, unit, &seen, &facts);
	}
	if (!(j->request->given >> j->has_addr & 1)) {
		struct facts facts = j->base;

		facts.ctx.network.has_addr = 0;
		add_setting(j, unit, &seen, &facts);
		unit->fields |= 1ull << j->has_addr;
	}
}

/* Is it a path, or several, such as exe and peer_name? */
static bool is_path(const struct judge *j, u32 field)
{
	return strcmp(j->info->fields[field].name, "text");
}

/* A text for each row; the one no pattern matches reads best, so it is last. */
static void try_texts(struct judge *j, struct unit *unit, u32 field)
{
	const struct textset *set = is_path(j, field) ? &j->paths : &j->texts;
	struct facts facts = j->base;
	u64 *seen = NULL;

	for (u32 i = 0; i < set->num; i++) {
		set_text(j, &facts, field, set->items[i]);
		add_setting(j, unit, &seen, &facts);
	}
	set_text(j, &facts, field, NULL);
	add_setting(j, unit, &seen, &facts);
}

static bool is_open(const struct judge *j, u32 field)
{
	const struct bvm_field *f = &j->info->fields[field];

	if (j->request->given >> field & 1 || !strcmp(f->name, "op") ||
	    (int)field == j->has_addr || f->kind == BVM_FIELD_STR)
		return false;
	return f->kind != BVM_FIELD_ADDR || j->base.ctx.network.has_addr;
}

static void find_units(struct judge *j)
{
	int type = request_field(j->request->class, "type");
	int protocol = request_field(j->request->class, "protocol");
	bool pair = type >= 0 && protocol >= 0 && is_open(j, type) &&
		    is_open(j, protocol);

	j->num_cases = 1;
	for (u32 i = 0; i < j->info->num_fields; i++) {
		struct unit unit = { .fields = 1ull << i };

		if (!is_open(j, i) || (pair && (int)i == protocol))
			continue;
		if (j->info->fields[i].kind == BVM_FIELD_ADDR) {
			try_addresses(j, &unit, i);
		} else if (j->info->fields[i].kind == BVM_FIELD_TEXT) {
			try_texts(j, &unit, i);
		} else if (pair && (int)i == type) {
			unit.fields |= 1ull << protocol;
			try_values(j, &unit, i, protocol);
		} else {
			try_values(j, &unit, i, i);
		}
		if (unit.num == 1)
			apply(j, &j->base, &unit, 0);
		if (unit.num < 2)
			continue;
		j->units[j->num_units++] = unit;
		if (j->num_cases <= U32_MAX / unit.num)
			j->num_cases *= unit.num;
		else
			j->num_cases = U32_MAX;
	}
}

/* ---- all cases of one operation and path ---- */

static void make_case(const struct judge *j, u32 index, struct facts *facts)
{
	*facts = j->base;
	for (u32 i = 0; i < j->num_units; i++) {
		apply(j, facts, &j->units[i], index % j->units[i].num);
		index /= j->units[i].num;
	}
}

/* Fields without which some case would turn out otherwise. */
static u64 find_dependence(const struct judge *j)
{
	u64 fields = 0;
	u32 stride = 1;

	for (u32 i = 0; i < j->num_units; i++) {
		u32 num = j->units[i].num;

		for (u32 c = 0; c < j->num_cases; c++) {
			u32 first = c - c / stride % num * stride;

			if (j->allowed[c] != j->allowed[first])
				fields |= j->units[i].fields;
		}
		stride *= num;
	}
	return fields;
}

/* What two names are needed for is denied by either. */
static void run_paths(const struct judge *j, const struct facts *facts, u32 op,
		      struct judge_case *c)
{
	run_case(j, facts, op, j->request->paths[0], c);
	for (u32 i = 1; i < j->request->num_paths; i++) {
		struct judge_case one;

		if (c->verdict & BVM_VERDICT_DENY)
			return;
		run_case(j, facts, op, j->request->paths[i], &one);
		if (one.verdict & BVM_VERDICT_DENY)
			*c = one;
	}
}

static void try_all(struct judge *j, u32 op, struct judgement *out)
{
	bool found[2] = { false, false }; /* an allowed, a denied case */

	for (u32 i = 0; i < j->num_cases; i++) {
		struct judge_case c;
		struct facts facts;
		bool denied;

		make_case(j, i, &facts);
		run_paths(j, &facts, op, &c);
		denied = c.verdict & BVM_VERDICT_DENY;
		j->allowed[i] = !denied;
		if (!i)
			out->shown = c;
		else if (!found[denied])
			out->other = c;
		found[denied] = true;
	}
	out->answer = found[0] && found[1] ? JUDGE_OPEN :
		      found[0]		   ? JUDGE_ALLOW :
					     JUDGE_DENY;
	out->open = find_dependence(j);
}

/* ---- without trying all cases ---- */

/* What was met: [0] is allowed, [1] denied. */
struct meeting {
	const struct judge *j;
	u32 op;
	struct facts facts[2];
	struct judge_case cases[2];
	bool met[2];
};

static bool run_facts(struct meeting *m, const struct facts *facts,
		      struct judge_case *c)
{
	if (m->j->request->num_paths)
		run_paths(m->j, facts, m->op, c);
	else
		run_case(m->j, facts, m->op, facts->texts[BVM_STR_PATH - 1], c);
	return c->verdict & BVM_VERDICT_DENY;
}

static void meet(struct meeting *m, const struct facts *facts)
{
	struct judge_case c;
	const bool denied = run_facts(m, facts, &c);

	if (m->met[denied])
		return;
	m->met[denied] = true;
	m->facts[denied] = *facts;
	m->cases[denied] = c;
}

static struct facts facts_of(const struct space_point *point)
{
	struct facts facts = { .ctx = point->ctx };

	memcpy(facts.texts, point->texts, sizeof(facts.texts));
	return facts;
}

/* Fields of units of which another setting turns the answer of a case. */
static u64 find_turns(struct meeting *m, bool denied)
{
	const struct judge *j = m->j;
	u64 fields = 0;

	for (u32 i = 0; i < j->num_units; i++)
		for (u32 k = 0; k < j->units[i].num; k++) {
			struct facts facts = m->facts[denied];
			struct judge_case c;

			apply(j, &facts, &j->units[i], k);
			if (run_facts(m, &facts, &c) != denied)
				fields |= j->units[i].fields;
		}
	return fields;
}

/* Of no unit: what is chosen with another field, so that there is such a request. */
static u64 find_rest(const struct meeting *m, const struct facts *facts)
{
	u64 fields = 0;

	for (u32 i = 0; i < m->j->info->num_fields; i++) {
		const struct bvm_field *f = &m->j->info->fields[i];

		if (memcmp((const u8 *)&facts->ctx + f->off,
			   (const u8 *)&m->facts[1].ctx + f->off, f->size) != 0)
			fields |= 1ull << i;
	}
	return fields;
}

/*
 * From the case that is allowed to the one that is denied, a unit at a time:
 * what turns it. The cases then are those before and after.
 */
static u64 find_turn(struct meeting *m)
{
	const struct judge *j = m->j;

	for (u32 i = 0; i < j->num_units; i++) {
		struct unit unit = j->units[i];
		struct facts facts = m->facts[0];
		struct judge_case c;

		unit.settings = &m->facts[1];
		apply(j, &facts, &unit, 0);
		if (!run_facts(m, &facts, &c)) {
			m->facts[0] = facts;
			m->cases[0] = c;
			continue;
		}
		m->facts[1] = facts;
		m->cases[1] = c;
		return unit.fields;
	}
	return find_rest(m, &m->facts[0]);
}

/* What is known of the requests with one path. */
struct walked {
	bool none[2]; /* is allowed, is denied */
	int err;
};

static struct walked walk_path(struct meeting *m, const char *path)
{
	struct judge_walk *walk = arena_alloc(m->j->arena, sizeof(*walk));
	struct walked walked;

	walk->arena = m->j->arena;
	walk->img = m->j->img;
	walk->request = m->j->request;
	walk->op = m->op;
	walked.err = judge_walk_find(walk, path);
	for (u32 k = 0; k < 2; k++) {
		walked.none[k] = !walked.err && !walk->num[k];
		for (u32 i = 0; i < walk->num[k]; i++) {
			const struct facts facts =
				facts_of(&walk->points[k][i]);

			meet(m, &facts);
		}
	}
	return walked;
}

/* Are all alike? What two names are needed for is denied by either. */
static int walk_all(struct judge *j, u32 op, struct judgement *out)
{
	struct meeting *m = arena_alloc(j->arena, sizeof(*m));
	bool none_allowed = false, none_denied = true;
	const u32 num = j->request->num_paths ?: 1;
	int err = 0;

	m->j = j;
	m->op = op;
	for (u32 i = 0; i < num; i++) {
		const struct walked walked = walk_path(m, j->request->paths[i]);

		none_allowed |= walked.none[0];
		none_denied &= walked.none[1];
		err = walked.err ?: err;
	}
	if (m->met[0] && m->met[1]) {
		out->answer = JUDGE_OPEN;
		out->open = find_turn(m);
		out->open |= find_turns(m, false) | find_turns(m, true);
		out->shown = m->cases[0];
		out->other = m->cases[1];
		return 0;
	}
	if (!(m->met[0] ? none_denied : m->met[1] && none_allowed))
		return err ?: -E2BIG;
	out->answer = m->met[0] ? JUDGE_ALLOW : JUDGE_DENY;
	out->shown = m->cases[m->met[1]];
	return 0;
}

static void deny_widening(struct judgement *out, const struct judge_case *new)
{
	out->widens = true;
	out->answer = JUDGE_DENY;
	out->open = 0;
	out->shown = *new;
}

/* Of a directory it would widen: is it said that it is none? */
static void may_be_tree(const struct judge *j, struct judgement *out)
{
	u32 type = (u32)request_field(j->request->class, "type");

	if (!is_open(j, type))
		return;
	out->tree_widens = out->answer == JUDGE_ALLOW;
	out->answer = JUDGE_OPEN;
	out->open |= 1ull << type;
}

static void check_widening(const struct judge *j, struct judgement *out)
{
	union bvm_ctx ctx = j->base.ctx;
	struct judge_rename r;
	struct judge_case new;
	u64 below;

	/* a record's bind mount is one, whatever other flags it had */
	if (j->request->class == BVM_CLASS_MOUNTS)
		ctx.mounts.flags |= j->request->ctx.mounts.flags;
	/* whoever asks: what is allowed to nobody needs no other reason */
	if ((out->answer != JUDGE_ALLOW && out->answer != JUDGE_OPEN) ||
	    !j->img->rights || !judge_rename_find(j->request, &ctx, &r))
		return;
	run_case(j, &j->base, out->shown.op, r.to, &new);
	out->from = r.from;
	out->to = r.to;
	out->extra = judge_rename_gain(j->img, &r, false);
	out->below = !out->extra;
	below = judge_rename_gain(j->img, &r, true);
	if (r.is_tree)
		out->extra |= below;
	else if (below && out->shown.op == BVM_OP_FILES_RENAME)
		may_be_tree(j, out); /* no directory is ever linked */
	if (out->extra)
		deny_widening(out, &new);
}

/* What has been found so far and what one more operation adds. */
static void merge(struct judgement *sum, const struct judgement *one,
		  bool first)
{
	if (first) {
		*sum = *one;
		return;
	}
	if (sum->answer == JUDGE_OPEN || sum->answer == one->answer)
		return;
	if (one->answer == JUDGE_OPEN) {
		*sum = *one;
		return;
	}
	if (sum->answer == JUDGE_DIFFERS)
		return;
	sum->answer = JUDGE_DIFFERS;
	sum->other = one->shown;
}

/* May a unix socket have a path of which the request says nothing? */
static bool lacks_name(const struct judge *j, u32 op)
{
	const u64 unnamed = BVM_BIT(NETWORK, CREATE) |
			    BVM_BIT(NETWORK, RECEIVE);
	const struct request *r = j->request;
	int family, text;

	if (r->class != BVM_CLASS_NETWORK || r->num_paths || unnamed >> op & 1)
		return false;
	family = request_field(r->class, "family");
	text = request_field(r->class, "text");
	return !(r->given >> text & 1) &&
	       (!(r->given >> family & 1) ||
		r->ctx.network.family == AF_UNIX_NUMBER);
}

static int judge_op(struct judge *j, u32 op, struct judgement *out)
{
	struct judgement walked = *out;

	if (j->num_cases > j->max_cases)
		return walk_all(j, op, out);
	try_all(j, op, out);
	/* among all combinations are some that no request has */
	if (out->answer != JUDGE_OPEN && !lacks_name(j, op))
		return 0;
	if (!walk_all(j, op, &walked) && walked.answer != out->answer)
		*out = walked;
	return 0;
}

int judge_request_within(struct arena *arena, const struct bvm_image *img,
			 const struct request *request, u32 max_cases,
			 struct judgement *judgement)
{
	struct judge *j = arena_alloc(arena, sizeof(*j));
	bool first = true;
	int ret;

	if (!img->programs[request->class].header)
		return -ENOENT;
	j->arena = arena;
	j->img = img;
	j->request = request;
	j->max_cases = max_cases;
	j->info = &bvm_classes[request->class];
	j->base.ctx = request->ctx;
	memcpy(j->base.texts, request->texts, sizeof(request->texts));
	j->slots = arena_array(arena, img->meta->num_slots, sizeof(*j->slots));
	j->has_addr = request_field(request->class, "has_addr");
	if (j->has_addr >= 0 && !(request->given >> j->has_addr & 1))
		j->base.ctx.network.has_addr = 1; /* so that addresses count */
	borders_add(arena, &j->borders, img, request->class);
	numbers_sort(&j->borders.constants);
	ret = find_texts(j);
	if (ret)
		return ret;
	find_units(j);
	if (j->num_cases <= max_cases)
		j->allowed = arena_array(arena, j->num_cases, sizeof(bool));

	for (u32 op = 0; op < BVM_MAX_OPS; op++) {
		struct judgement one = { .answer = JUDGE_ALLOW };

		if (!(request->ops >> op & 1))
			continue;
		ret = judge_op(j, op, &one);
		if (ret)
			return ret;
		merge(judgement, &one, first);
		first = false;
	}
	check_widening(j, judgement);
	return 0;
}

int judge_request(struct arena *arena, const struct bvm_image *img,
		  const struct request *request, struct judgement *judgement)
{
	return judge_request_within(arena, img, request, JUDGE_MAX_CASES,
				    judgement);
}
