// SPDX-License-Identifier: GPL-2.0-only
#include <string.h>

#include "family.h"
#include "witness_values.h"

#define MAX_BORDERS 64 /* of one list of ranges or prefixes */

const struct bvm_field *witness_field(u32 class, const char *name)
{
	const struct bvm_class_info *info = &bvm_classes[class];

	for (u32 i = 0; i < info->num_fields; i++)
		if (!strcmp(info->fields[i].name, name))
			return &info->fields[i];
	return NULL;
}

/* ---- numbers ---- */

static void add_number(struct witness_values *v, const char *name, u64 number)
{
	const struct bvm_field *f = witness_field(v->class, name);

	if (f && number <= f->max)
		numbers_add(v->arena,
			    &v->numbers[f - bvm_classes[v->class].fields],
			    (u32)number);
}

/* Of a long list some, evenly. */
static u32 stride_of(u32 num)
{
	return num / MAX_BORDERS + 1;
}

static void add_ranges(struct witness_values *v, const char *name,
		       const struct ast_ranges *ranges)
{
	for (u32 i = 0; i < ranges->num; i += stride_of(ranges->num)) {
		const struct ast_range *r = &ranges->items[i];

		if (r->lo)
			add_number(v, name, r->lo - 1);
		add_number(v, name, r->lo);
		add_number(v, name, r->hi);
		add_number(v, name, r->hi + 1);
	}
}

static void add_list(struct witness_values *v, const char *name,
		     const u32 *items, u32 num)
{
	for (u32 i = 0; i < num; i++)
		add_number(v, name, items[i]);
}

static void add_bits(struct witness_values *v, const char *name, u64 bits)
{
	for (u32 i = 0; i < 32; i++)
		if (bits >> i & 1)
			add_number(v, name, 1ull << i);
}

/* ---- addresses ---- */

static void add_address(struct witness_values *v, const struct bvm_addr *addr)
{
	v->addresses = arena_grow(v->arena, v->addresses, v->num_addresses,
				  sizeof(*v->addresses));
	v->addresses[v->num_addresses++] = *addr;
}

/* One more or less; past either end it begins anew. */
static struct bvm_addr next_to(struct bvm_addr addr, int step)
{
	const u8 wraps = step > 0 ? 0 : 0xff;

	for (u32 i = sizeof(addr.bytes); i-- > 0;) {
		addr.bytes[i] = (u8)(addr.bytes[i] + step);
		if (addr.bytes[i] != wraps)
			break;
	}
	return addr;
}

static void add_cidrs(struct witness_values *v, const struct ast_cidrs *cidrs)
{
	for (u32 i = 0; i < cidrs->num; i += stride_of(cidrs->num)) {
		const struct bvm_addr first = cidrs->items[i].addr;
		struct bvm_addr last = first, beside;

		for (u32 bit = cidrs->items[i].len; bit < 128; bit++)
			last.bytes[bit / 8] |= 0x80 >> bit % 8;
		add_address(v, &first);
		add_address(v, &last);
		beside = next_to(first, -1);
		add_address(v, &beside);
		beside = next_to(last, 1);
		add_address(v, &beside);
	}
}

/* ---- what the rules speak of ---- */

static void add_rule(struct witness_values *v, const struct ast_rule *rule)
{
	add_ranges(v, "uid", &rule->when.uid);
	add_ranges(v, "gid", &rule->when.gid);
	add_ranges(v, "host_uid", &rule->when.host_uid);
	add_ranges(v, "ioctl", &rule->ioctls);
	add_ranges(v, "port", &rule->ports);
	add_ranges(v, "peer_port", &rule->peer_ports);
	add_list(v, "family", rule->families, rule->num_families);
	add_list(v, "protocol", rule->protocols, rule->num_protocols);
	add_list(v, "signal", rule->signals, rule->num_signals);
	add_bits(v, "flags", rule->mount_flags);
	add_cidrs(v, &rule->to);
	add_cidrs(v, &rule->to_except);
	add_cidrs(v, &rule->at);
	add_cidrs(v, &rule->at_except);
}

/* What no rule need speak of. */
static void add_plain(struct witness_values *v)
{
	static const u32 families[] = { AF_UNIX_NUMBER, AF_INET_NUMBER,
					AF_INET6_NUMBER, 16 };
	static const struct bvm_addr v4 = {
		.bytes = { [10] = 0xff, [11] = 0xff }
	};
	static const struct bvm_addr none;
	const struct bvm_class_info *info = &bvm_classes[v->class];

	add_list(v, "family", families, ARRAY_SIZE(families));
	add_number(v, "flags", 1u << 31);
	add_address(v, &none);
	add_address(v, &v4);
	for (u32 i = 1; i < info->num_fields; i++) {
		const struct bvm_field *f = &info->fields[i];

		/* kinds, signals, socket types, capabilities, yes or no */
		if (f->kind != BVM_FIELD_SCALAR)
			continue;
		add_number(v, f->name, 0);
		add_number(v, f->name, f->max);
		for (u32 k = 1; k < f->max && f->max <= 64; k++)
			add_number(v, f->name, k);
	}
}

static enum words_kind kind_of(u32 class, enum pred_field field)
{
	if (field == PRED_ARGS)
		return WORDS_ARGV;
	if (field != PRED_TEXT)
		return WORDS_PATH;
	return class == BVM_CLASS_NETWORK ? WORDS_ABSTRACT : WORDS_TEXT;
}

int witness_find_values(struct witness_values *v, const struct bvm_image *img,
			const struct program_tables *tables)
{
	const struct lowered_class *c = &v->lowered->classes[v->class];
	int ret = 0;

	v->rules = arena_array(v->arena, v->ast->num_rules + 1, sizeof(u32));
	for (u32 i = 0; i < v->ast->num_rules; i++) {
		if (v->ast->rules[i].class != v->class)
			continue;
		v->rules[v->num_rules++] = i;
		add_rule(v, &v->ast->rules[i]);
	}
	add_plain(v);
	for (u32 i = 0; i < bvm_classes[v->class].num_fields; i++)
		numbers_sort(&v->numbers[i]);
	for (u32 i = 0; i < PRED_NUM_TEXTS && !ret; i++) {
		const struct words_automaton automaton = {
			.table = &img->tables[tables->texts[i]],
		};

		if (c->texts[i].asked)
			ret = words_find(v->arena,
					 kind_of(v->class, PRED_FIRST_TEXT + i),
					 &automaton, 1, WORDS_MAX_STATES,
					 &v->words[i]);
	}
	return ret;
}

/* ---- patterns ---- */

static bool has_pattern(const struct ast_patterns *patterns, const char *text)
{
	for (u32 i = 0; i < patterns->num; i++)
		if (!strcmp(patterns->items[i].text, text))
			return true;
	return false;
}

static bool same_patterns(const struct ast_patterns *x,
			  const struct ast_patterns *y)
{
	for (u32 i = 0; i < x->num; i++)
		if (!has_pattern(y, x->items[i].text))
			return false;
	for (u32 i = 0; i < y->num; i++)
		if (!has_pattern(x, y->items[i].text))
			return false;
	return true;
}

static bool same_line(const struct ast_args *x, const struct ast_args *y)
{
	if (x->num != y->num || x->rest != y->rest)
		return false;
	for (u32 i = 0; i < x->num; i++)
		if (strcmp(x->items[i], y->items[i]))
			return false;
	return true;
}

static bool has_lines(const struct ast_args *of, u32 num,
		      const struct ast_args *lines, u32 num_lines)
{
	for (u32 i = 0; i < num; i++) {
		bool found = false;

		for (u32 k = 0; k < num_lines && !found; k++)
			found = same_line(&of[i], &lines[k]);
		if (!found)
			return false;
	}
	return true;
}

static bool asks_patterns(const struct pred *pred, enum pred_field field,
			  const struct ast_patterns *match,
			  const struct ast_patterns *unless)
{
	return pred->field == field && pred->match.num &&
	       same_patterns(&pred->match, match) &&
	       same_patterns(&pred->unless, unless);
}

static bool asks_same(const struct pred *pred, const struct ast_rule *rule,
		      enum reference_of of)
{
	static const struct ast_patterns none;

	switch (of) {
	case REFERENCE_EXE:
		return asks_patterns(pred, PRED_EXE, &rule->when.exe, &none);
	case REFERENCE_NAMES:
		return asks_patterns(pred, PRED_TEXT, &rule->names,
				     &rule->names_except);
	case REFERENCE_FSTYPES:
		return asks_patterns(pred, PRED_TEXT, &rule->fstypes, &none);
	case REFERENCE_PEERS:
		return asks_patterns(pred, PRED_PEER, &rule->peer_names, &none);
	case REFERENCE_ARGS:
		return pred->field == PRED_ARGS &&
		       has_lines(pred->args, pred->num_args, rule->args,
				 rule->num_args) &&
		       has_lines(rule->args, rule->num_args, pred->args,
				 pred->num_args);
	default:
		return false;
	}
}

u32 witness_find_pred(const struct witness_values *v,
		      const struct ast_rule *rule, enum reference_of of)
{
	const struct preds *preds = &v->lowered->classes[v->class].preds;

	for (u32 i = 0; i < preds->num; i++)
		if (asks_same(&preds->items[i], rule, of))
			return i;
	return WITNESS_NO_PRED;
}

static u64 mask_of(const struct witness_values *v, u32 text, u32 word)
{
	const struct textmatch *t = &v->lowered->classes[v->class].texts[text];
	const u32 row = v->words[text].items[word].rows[0];

	return row ? t->rows[row - 1].value : 0;
}

bool witness_holds(const struct witness_values *v,
		   const struct witness_point *point, enum pred_field field,
		   u32 pred)
{
	const u32 text = field - PRED_FIRST_TEXT;

	return pred < WITNESS_NO_PRED && point->text[text] != WITNESS_NO_TEXT &&
	       mask_of(v, text, point->text[text]) >> pred & 1;
}

bool witness_in_row(const struct witness_values *v, u32 row, u32 item)
{
	const struct intern *rows = &v->lowered->rows;
	const u32 *items = intern_get(rows, row);
	u32 lo = 0, hi = intern_len(rows, row);

	while (lo < hi) {
		const u32 mid = lo + (hi - lo) / 2;

		if (items[mid] == item)
			return true;
		if (items[mid] < item)
			lo = mid + 1;
		else
			hi = mid;
	}
	return false;
}

/* ---- a request that meets a rule's conditions ---- */

struct meet {
	const struct witness_values *v;
	const struct ast_rule *rule;
	struct witness_point *point;
};

static void set_number(struct meet *m, const char *name, u64 number)
{
	const struct bvm_field *f = witness_field(m->v->class, name);
	const u32 value = (u32)number;

	if (f)
		memcpy((u8 *)&m->point->ctx + f->off, &value, sizeof(value));
}

static void set_range(struct meet *m, const char *name,
		      const struct ast_ranges *ranges)
{
	if (ranges->num)
		set_number(m, name, ranges->items[0].lo);
}

static void set_first(struct meet *m, const char *name, const u32 *items,
		      u32 num)
{
	if (num)
		set_number(m, name, items[0]);
}

static void set_lowest(struct meet *m, const char *name, u64 bits)
{
	if (bits)
		set_number(m, name, (u64)__builtin_ctzll(bits));
}

static void set_answer(struct meet *m, const char *name, enum ast_answer want)
{
	if (want != AST_ANY)
		set_number(m, name, want == AST_YES);
}

static void set_text(struct meet *m, enum reference_of of,
		     enum pred_field field)
{
	const u32 pred = witness_find_pred(m->v, m->rule, of);
	const u32 text = field - PRED_FIRST_TEXT;

	for (u32 i = 0; i < m->v->words[text].num; i++) {
		m->point->text[text] = i;
		if (witness_holds(m->v, m->point, field, pred))
			return;
	}
	m->point->text[text] = WITNESS_NO_TEXT;
}

static void set_address(struct meet *m, struct bvm_addr *to,
			const struct ast_cidrs *cidrs)
{
	if (!cidrs->num)
		return;
	m->point->ctx.network.has_addr = 1;
	*to = cidrs->items[0].addr;
}

static u32 find_row(const struct witness_values *v, u32 item)
{
	for (u32 row = 0; row < v->lowered->rows.num; row++)
		if (witness_in_row(v, row, item))
			return row;
	return 0;
}

static void meet_mount(struct meet *m)
{
	const u32 rule = m->rule->number - 1;

	if (m->rule->paths.num)
		m->point->row = find_row(m->v, rule);
	if (m->rule->sources.num)
		m->point->source_row =
			find_row(m->v, rule + m->v->ast->num_rules);
	if (m->rule->mount_flags)
		set_number(m, "flags",
			   m->rule->mount_flags & -m->rule->mount_flags);
	if (m->rule->fstypes.num)
		set_text(m, REFERENCE_FSTYPES, PRED_TEXT);
}

static void meet_network(struct meet *m)
{
	const struct ast_rule *rule = m->rule;
	const bool unix_alone = rule->paths.num || rule->names.num ||
				rule->peers || rule->peer_names.num;

	set_number(m, "family", unix_alone ? AF_UNIX_NUMBER : AF_INET_NUMBER);
	set_number(m, "type", 1);
	set_first(m, "family", rule->families, rule->num_families);
	set_first(m, "type", rule->socktypes, rule->num_socktypes);
	set_first(m, "protocol", rule->protocols, rule->num_protocols);
	set_range(m, "port", &rule->ports);
	set_range(m, "peer_port", &rule->peer_ports);
	set_address(m, &m->point->ctx.network.remote, &rule->to);
	set_address(m, &m->point->ctx.network.local, &rule->at);
}

void witness_meet(const struct witness_values *v, const struct ast_rule *rule,
		  struct witness_point *point)
{
	struct meet m = { .v = v, .rule = rule, .point = point };

	if (v->class == BVM_CLASS_NETWORK)
		meet_network(&m);
	if (v->class == BVM_CLASS_MOUNTS)
		meet_mount(&m);
	set_range(&m, "uid", &rule->when.uid);
	set_range(&m, "gid", &rule->when.gid);
	set_range(&m, "host_uid", &rule->when.host_uid);
	set_range(&m, "ioctl", &rule->ioctls);
	set_answer(&m, "no_new_privs", rule->when.no_new_privs);
	set_answer(&m, "owner", rule->owner ? AST_YES : rule->when.owner);
	if (v->class == BVM_CLASS_FILES)
		set_lowest(&m, "type", rule->types);
	set_lowest(&m, "cap", rule->caps);
	set_lowest(&m, "peer", rule->peers);
	set_first(&m, "signal", rule->signals, rule->num_signals);
	if (rule->when.exe.num)
		set_text(&m, REFERENCE_EXE, PRED_EXE);
	if (rule->names.num)
		set_text(&m, REFERENCE_NAMES, PRED_TEXT);
	if (rule->num_args)
		set_text(&m, REFERENCE_ARGS, PRED_ARGS);
	if (rule->peer_names.num && !rule->peers) {
		set_number(&m, "peer", BVM_PEER_OTHER);
		set_text(&m, REFERENCE_PEERS, PRED_PEER_NAME);
	}
}
