// SPDX-License-Identifier: GPL-2.0-only
#include <errno.h>
#include <string.h>

#include "family.h"
#include "nfa.h"
#include "space_mounts.h"
#include "space_values.h"
#include "vm/helpers.h"
#include "vm/table.h"

bool space_is_given(const struct space *s, const char *name)
{
	const struct request *r = s->query->set.request;
	int field = request_field(s->query->class, name);

	return r && field >= 0 && r->given >> field & 1;
}

/* ---- what programs do with texts ---- */

struct probe {
	const struct bvm_program *program;
	struct space_feeds *feeds;
	bool strange; /* it does what policyc never writes */
};

static bool catch_call(void *arg, u32 pc, const u64 *regs, const u8 *stack)
{
	struct probe *p = arg;
	const struct bvm_insn *insn = &p->program->insns[pc];

	(void)stack;
	if (insn->code != BVM_CALL)
		return true;
	switch (insn->imm) {
	case BVM_HELPER_MATCH:
	case BVM_HELPER_MATCH_TEXT:
		if (regs[3] && regs[3] <= BVM_RUN_STRINGS)
			p->feeds->text[regs[3] - 1] = (u32)regs[2];
		break;
	case BVM_HELPER_ARGV:
		p->feeds->argv = (u32)regs[2];
		break;
	case BVM_HELPER_SET:
	case BVM_HELPER_KEYS:
	case BVM_HELPER_HASH:
	case BVM_HELPER_PRODUCT:
	case BVM_HELPER_SLOT_GET:
	case BVM_HELPER_SLOT_SET:
	case BVM_HELPER_SLOT_ADD:
		p->strange = true;
	}
	return true;
}

/* A request that has all there is, so that the program looks at it. */
static void fill_probe(const struct space *s, struct bvm_run *run,
		       const struct bvm_image *img)
{
	memset(run, 0, sizeof(*run));
	run->image = img;
	run->slots = s->slots;
	run->argv = "";
	for (u32 i = 0; i < BVM_RUN_STRINGS; i++)
		run->strings[i] = (struct bvm_str){ .bytes = "/", .len = 1 };
	for (u32 i = 0; i < s->info->num_fields; i++) {
		const struct bvm_field *f = &s->info->fields[i];
		u64 handle;

		if (f->kind != BVM_FIELD_TEXT && f->kind != BVM_FIELD_STR)
			continue;
		handle = request_handle(s->query->class, i);
		memcpy((u8 *)&run->ctx + f->off, &handle, sizeof(handle));
	}
	if (s->query->class == BVM_CLASS_NETWORK)
		run->ctx.network.has_addr = 1;
}

static void find_feeds(struct space *s)
{
	for (u32 k = 0; k < s->query->num_images; k++) {
		const struct bvm_image *img = s->query->images[k];
		struct probe probe = {
			.program = &img->programs[s->query->class],
			.feeds = &s->feeds[k],
		};
		struct bvm_run run;

		memset(&s->feeds[k], 0xff, sizeof(s->feeds[k]));
		fill_probe(s, &run, img);
		(void)bvm_exec_traced(probe.program->insns,
				      probe.program->header->num_insns,
				      &run.ctx, s->info->ctx_size, catch_call,
				      &probe);
		if (probe.strange)
			s->err = -EOPNOTSUPP;
	}
}

/* ---- numbers ---- */

/* Names of a field's values that the kernel has, or NULL. */
static const struct bvm_name *names_of(const struct space *s, const char *name)
{
	if (s->query->class != BVM_CLASS_NETWORK)
		return NULL;
	if (!strcmp(name, "family"))
		return bvm_family_names;
	if (!strcmp(name, "type"))
		return bvm_socktype_names;
	if (!strcmp(name, "protocol"))
		return bvm_protocol_names;
	return NULL;
}

/* Named values first: people know them. */
static u32 *order(const struct space *s, const struct bvm_name *names,
		  const struct numbers *values)
{
	u32 *out = arena_array(s->arena, values->num, sizeof(u32));
	u32 kept = 0;

	for (u32 pass = 0; pass < 2; pass++)
		for (u32 i = 0; i < values->num; i++)
			if (!pass ==
			    (names && bvm_name_of(names, values->items[i])))
				out[kept++] = values->items[i];
	return out;
}

/* Leave what is not from first to last. */
static void clip(struct numbers *values, u32 first, u32 last)
{
	u32 kept = 0;

	for (u32 i = 0; i < values->num; i++)
		if (values->items[i] >= first && values->items[i] <= last)
			values->items[kept++] = values->items[i];
	values->num = kept;
}

static const struct space_range *range_of(const struct space_set *set,
					  u32 field)
{
	for (u32 i = 0; i < set->num_ranges; i++)
		if (set->ranges[i].field == field)
			return &set->ranges[i];
	return NULL;
}

u32 space_values(struct space *s, const char *name, u32 **values)
{
	const struct space_set *set = &s->query->set;
	const u32 field = (u32)request_field(s->query->class, name);
	const struct bvm_field *f = &s->info->fields[field];
	const struct bvm_name *names = names_of(s, name);
	const struct request_choice *choice =
		set->request ? request_choice(set->request, field) : NULL;
	const struct space_range *range = range_of(set, field);
	struct numbers list = { 0 };
	u32 first;

	memcpy(&first, (const u8 *)&s->base.ctx + f->off, sizeof(first));
	if (space_is_given(s, name) && !range) {
		numbers_add(s->arena, &list, first);
		*values = list.items;
		return list.num;
	}
	for (u32 i = 0; choice && i < choice->num; i++)
		numbers_add(s->arena, &list, choice->values[i]);
	if (choice) {
		*values = list.items;
		return list.num;
	}
	borders_of_field(s->arena, &s->borders, s->query->class, name,
			 !strcmp(name, "family") ? AF_LAST_NUMBER : f->max,
			 &list);
	for (u32 i = 0; names && names[i].name; i++)
		numbers_add(s->arena, &list, names[i].num);
	if (range) {
		numbers_add(s->arena, &list, first);
		numbers_add(s->arena, &list, range->last);
	}
	numbers_sort(&list);
	if (range)
		clip(&list, first, range->last);
	*values = order(s, names, &list);
	return list.num;
}

/* Does some program ask for one of two bits without the other? */
static bool tells_apart(const struct space *s, u32 x, u32 y)
{
	if (s->binds && (space_mounts_tell(x) || space_mounts_tell(y)))
		return true;
	for (u32 k = 0; k < s->query->num_images; k++) {
		const struct bvm_program *p =
			&s->query->images[k]->programs[s->query->class];

		for (u32 pc = 0; pc < p->header->num_insns; pc++) {
			u32 mask = (u32)p->insns[pc].imm;

			if (p->insns[pc].code == BVM_JSET32_K &&
			    !(mask & x) != !(mask & y))
				return true;
		}
	}
	return false;
}

u32 space_flag_bits(const struct space *s, u32 bits[32])
{
	u32 num = 0;

	for (u32 bit = 0; bit < 32; bit++) {
		u32 i = 0;

		while (i < num && tells_apart(s, 1u << bit, bits[i]))
			i++;
		if (i == num)
			bits[num++] = 1u << bit;
	}
	return num;
}

/* ---- texts ---- */

static void add_table(const struct space *s, u32 image, u32 index,
		      struct words_automaton *automata, u32 *num)
{
	const struct bvm_image *img = s->query->images[image];

	if (index < img->num_tables &&
	    (img->tables[index].kind == BVM_TABLE_DFA ||
	     img->tables[index].kind == BVM_TABLE_ARGV))
		automata[(*num)++].table = &img->tables[index];
}

/* more: another one to tell words apart by, or NULL */
static void find_words(struct space *s, enum words_kind kind, u32 handle,
		       const struct words_automaton *more, struct words *words)
{
	struct words_automaton automata[WORDS_MAX_AUTOMATA] = { 0 };
	u32 num = 0;
	int err;

	for (u32 k = 0; k < s->query->num_images; k++)
		add_table(s, k,
			  kind == WORDS_ARGV ? s->feeds[k].argv :
					       s->feeds[k].text[handle - 1],
			  automata, &num);
	if (more)
		automata[num++] = *more;
	err = words_find(s->arena, kind, automata, num, WORDS_MAX_STATES,
			 words);
	if (err)
		s->err = err;
}

/* "bind" is a type of its own: with it comes another name. */
static struct fsm *find_bind(struct space *s)
{
	struct fsm *fsm = arena_alloc(s->arena, sizeof(*fsm));
	struct nfa *nfa = nfa_create(s->arena);
	struct pattern_error bad;
	struct fsm_blame blame;
	struct intern accepts;

	intern_init(&accepts, s->arena);
	nfa->text_only = true;
	if (nfa_add(nfa, "bind", 0, &bad) ||
	    fsm_build(s->arena, nfa, &accepts, fsm, &blame))
		s->err = -E2BIG;
	return fsm;
}

void space_texts(struct space *s, const char *name, enum words_kind kind,
		 struct words *words)
{
	const u32 field = (u32)request_field(s->query->class, name);
	const u32 handle = (u32)request_handle(s->query->class, field);
	const bool types = s->binds && handle == BVM_STR_TEXT;
	struct words_automaton bind = { .fsm = NULL };

	if (types)
		bind.fsm = find_bind(s);
	if (!s->err)
		find_words(s, kind, handle, types ? &bind : NULL, words);
}

void space_arguments(struct space *s, struct words *words)
{
	find_words(s, WORDS_ARGV, 0, NULL, words);
}

static void find_paths(struct space *s)
{
	const struct space_set *set = &s->query->set;
	const struct request *r = set->request;

	if (request_field(s->query->class, "path") < 0 || s->query->pairs)
		return;
	if (!r || !r->num_paths || set->paths) {
		const struct words_automaton within = { .fsm = set->paths,
							.must_accept = true };

		find_words(s, WORDS_PATH, BVM_STR_PATH,
			   set->paths ? &within : NULL, &s->paths);
		return;
	}
	s->paths.items = arena_array(s->arena, 1, sizeof(*s->paths.items));
	s->paths.items[0].text = r->paths[0];
	s->paths.items[0].len = strlen(r->paths[0]);
	s->paths.num = 1;
}

/* ---- addresses ---- */

/* Addresses of a family that have a prefix. */
struct filter {
	u32 family;
	const u8 *prefix;
	u32 len;
	bool wide; /* the prefix was written: ::/0 has no IPv4, as in rules */
};

static u32 filter(const struct filter *f, const struct borders *from,
		  struct bvm_addr *list)
{
	u32 num = 0;

	for (u32 i = 0; i < from->num_addresses; i++) {
		const struct bvm_addr *addr = &from->addresses[i];

		if (f->family == AF_INET_NUMBER && !borders_is_v4(addr))
			continue;
		if (f->wide && borders_is_v4(addr))
			continue;
		if (bvm_prefix_has(f->prefix, f->len, addr->bytes))
			list[num++] = *addr;
	}
	return num;
}

u32 space_addresses(struct space *s, const char *name, u32 family,
		    struct bvm_addr **list)
{
	const struct space_set *set = &s->query->set;
	const bool remote = !strcmp(name, "remote");
	const struct bvm_addr given = remote ? s->base.ctx.network.remote :
					       s->base.ctx.network.local;
	struct filter f = { .family = family, .prefix = given.bytes };
	struct borders own = { 0 };
	u32 num;

	if (space_is_given(s, name)) {
		f.len = !set->has_prefix ? 128 :
			remote		 ? set->remote_len :
					   set->local_len;
		f.wide = f.len < BORDERS_V4_BITS;
		borders_add_prefix(s->arena, &own, given.bytes, f.len);
	}
	*list = arena_array(s->arena,
			    s->borders.num_addresses + own.num_addresses,
			    sizeof(**list));
	num = filter(&f, &s->borders, *list);
	return num + filter(&f, &own, *list + num);
}

/* ---- the beginning ---- */

void space_find_values(struct space *s)
{
	const struct request *r = s->query->set.request;

	s->base.class = s->query->class;
	s->base.op = s->op;
	s->base.argv = "";
	if (r) {
		s->base.ctx = r->ctx;
		memcpy(s->base.texts, r->texts, sizeof(s->base.texts));
		s->base.argv = r->argv ? r->argv : "";
		s->base.argv_len = r->argv_len;
	}
	s->base.ctx.files.op = s->op; /* the first member of every ctx */
	find_feeds(s);
	for (u32 k = 0; k < s->query->num_images; k++)
		borders_add(s->arena, &s->borders, s->query->images[k],
			    s->query->class);
	numbers_sort(&s->borders.constants);
	find_paths(s);
}
