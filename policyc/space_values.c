// SPDX-License-Identifier: GPL-2.0-only
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "space_values.h"
#include "vm/helpers.h"
#include "vm/table.h"

#define AF_INET_NUMBER 2
#define AF_MAX_NUMBER 45 /* of Linux 6.12 */

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

/* ---- constants ---- */

static void add_constant(struct space *s, u64 value)
{
	if (value > U32_MAX)
		return;
	s->constants = arena_grow(s->arena, s->constants, s->num_constants,
				  sizeof(u32));
	s->constants[s->num_constants++] = (u32)value;
}

static int compare_u32(const void *a, const void *b)
{
	u32 x = *(const u32 *)a;
	u32 y = *(const u32 *)b;

	return x < y ? -1 : x > y;
}

static u32 sort_unique(u32 *items, u32 num)
{
	u32 kept = 0;

	if (num)
		qsort(items, num, sizeof(*items), compare_u32);
	for (u32 i = 0; i < num; i++)
		if (!i || items[i] != items[i - 1])
			items[kept++] = items[i];
	return kept;
}

static bool is_compare(const struct bvm_insn *insn)
{
	u32 class = BVM_CODE_CLASS(insn->code);

	return class == BVM_CLS_JMP32 || class == BVM_CLS_JMP64;
}

/* Each constant and its neighbours: a value on both sides of every border. */
static void find_constants(struct space *s, const struct bvm_image *img)
{
	const struct bvm_program *p = &img->programs[s->query->class];

	for (u32 pc = 0; pc < p->header->num_insns; pc++) {
		u32 imm = (u32)p->insns[pc].imm;

		if (!is_compare(&p->insns[pc]))
			continue;
		add_constant(s, imm);
		add_constant(s, (u64)imm - 1);
		add_constant(s, (u64)imm + 1);
	}
	for (u32 t = 0; t < img->num_tables; t++) {
		const struct bvm_table *table = &img->tables[t];

		if (table->kind != BVM_TABLE_RANGE)
			continue;
		for (u32 i = 0; i < table->count; i++) {
			add_constant(s, table->ranges[i].lo);
			add_constant(s, table->ranges[i].lo - 1);
			add_constant(s, table->ranges[i].hi);
			add_constant(s, table->ranges[i].hi + 1);
		}
	}
}

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

static u32 take_choices(const struct space *s, int field, u32 *values)
{
	const struct request *r = s->query->set.request;

	for (u32 i = 0; r && i < r->num_choices; i++) {
		if (r->choices[i].field != (u32)field)
			continue;
		memcpy(values, r->choices[i].values,
		       r->choices[i].num * sizeof(u32));
		return r->choices[i].num;
	}
	return 0;
}

static u32 take_constants(const struct space *s, const char *name, u64 max,
			  u32 *values)
{
	u32 num = 0;

	/* types are a closed set; the kernel knows no other */
	if (s->query->class == BVM_CLASS_NETWORK && !strcmp(name, "type"))
		return 0;
	values[num++] = 0;
	values[num++] = (u32)max;
	for (u32 i = 0; max < 64 && i <= max; i++)
		values[num++] = i;
	for (u32 i = 0; i < s->num_constants; i++) {
		if (s->constants[i] <= max)
			values[num++] = s->constants[i];
		/* the halves of a key of protocols: program.c */
		if (max == BVM_PROTOCOL_OTHER)
			values[num++] = s->constants[i] & BVM_PROTOCOL_OTHER;
	}
	return num;
}

/* Named values first: people know them. */
static u32 order(const struct bvm_name *names, u32 *values, u32 num, u32 *out)
{
	u32 kept = 0;

	for (u32 pass = 0; pass < 2; pass++)
		for (u32 i = 0; i < num; i++)
			if (!pass == (names && bvm_name_of(names, values[i])))
				out[kept++] = values[i];
	return kept;
}

u32 space_values(struct space *s, const char *name, u32 **values)
{
	const struct space_set *set = &s->query->set;
	int field = request_field(s->query->class, name);
	const struct bvm_name *names = names_of(s, name);
	u32 *list = arena_array(s->arena, 2 * (size_t)s->num_constants + 400,
				sizeof(u32));
	u64 max = s->info->fields[field].max;
	bool range = set->port_last && !strcmp(name, "port");
	u32 num, kept = 0, first;

	*values = list;
	memcpy(&first, (const u8 *)&s->base.ctx + s->info->fields[field].off,
	       sizeof(first));
	if (space_is_given(s, name) && !range) {
		list[0] = first;
		return 1;
	}
	num = take_choices(s, field, list);
	if (num)
		return num;
	if (!strcmp(name, "family"))
		max = AF_MAX_NUMBER;
	num = take_constants(s, name, max, list);
	for (u32 i = 0; names && names[i].name; i++)
		list[num++] = names[i].num;
	if (range) {
		list[num++] = first;
		list[num++] = set->port_last;
	}
	num = sort_unique(list, num);
	for (u32 i = 0; range && i < num; i++)
		if (list[i] >= first && list[i] <= set->port_last)
			list[kept++] = list[i];
	num = range ? kept : num;
	*values = arena_array(s->arena, num, sizeof(u32));
	return order(names, list, num, *values);
}

/* Does some program ask for one of two bits without the other? */
static bool tells_apart(const struct space *s, u32 x, u32 y)
{
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

static void find_words(struct space *s, enum words_kind kind, u32 handle,
		       const struct fsm *within, struct words *words)
{
	struct words_automaton automata[WORDS_MAX_AUTOMATA] = { 0 };
	u32 num = 0;
	int err;

	for (u32 k = 0; k < s->query->num_images; k++)
		add_table(s, k,
			  kind == WORDS_ARGV ? s->feeds[k].argv :
					       s->feeds[k].text[handle - 1],
			  automata, &num);
	if (within) {
		automata[num].fsm = within;
		automata[num++].must_accept = true;
	}
	err = words_find(s->arena, kind, automata, num, words);
	if (err)
		s->err = err;
}

void space_texts(struct space *s, const char *name, enum words_kind kind,
		 struct words *words)
{
	int field = request_field(s->query->class, name);

	find_words(s, kind, (u32)request_handle(s->query->class, field), NULL,
		   words);
}

void space_arguments(struct space *s, struct words *words)
{
	find_words(s, WORDS_ARGV, 0, NULL, words);
}

static void find_paths(struct space *s)
{
	const struct space_set *set = &s->query->set;
	const struct request *r = set->request;

	if (request_field(s->query->class, "path") < 0)
		return;
	if (!r || !r->num_paths || set->paths) {
		find_words(s, WORDS_PATH, BVM_STR_PATH, set->paths, &s->paths);
		return;
	}
	s->paths.items = arena_array(s->arena, 1, sizeof(*s->paths.items));
	s->paths.items[0].text = r->paths[0];
	s->paths.items[0].len = strlen(r->paths[0]);
	s->paths.num = 1;
}

/* ---- addresses ---- */

static void add_address(struct space *s, const struct bvm_addr *addr)
{
	s->addresses = arena_grow(s->arena, s->addresses, s->num_addresses,
				  sizeof(*addr));
	s->addresses[s->num_addresses++] = *addr;
}

static void step(struct bvm_addr *addr, bool back)
{
	for (u32 i = 16; i-- > 0;)
		if (back ? addr->bytes[i]-- : ++addr->bytes[i])
			return;
}

/* The ends of a prefix, and what lies before and behind it. */
static void add_prefix(struct space *s, const u8 *bytes, u32 len)
{
	struct bvm_addr first, last;

	memcpy(first.bytes, bytes, sizeof(first.bytes));
	for (u32 bit = len; bit < 128; bit++)
		first.bytes[bit / 8] &= (u8) ~(0x80 >> bit % 8);
	last = first;
	for (u32 bit = len; bit < 128; bit++)
		last.bytes[bit / 8] |= 0x80 >> bit % 8;
	add_address(s, &first);
	add_address(s, &last);
	step(&first, true);
	add_address(s, &first);
	step(&last, false);
	add_address(s, &last);
}

static void find_addresses(struct space *s)
{
	const struct bvm_addr v4 = {
		.bytes = { [10] = 0xff, [11] = 0xff, [12] = 192, [14] = 2, [15] = 1 }
	};
	const struct bvm_addr v6 = { .bytes = { 0x20, 0x01, 0x0d,
						0xb8, [15] = 1 } };
	const struct bvm_addr mapped = { .bytes = {
						 [10] = 0xff, [11] = 0xff } };

	add_address(s, &v4);
	add_address(s, &v6);
	add_prefix(s, mapped.bytes, 96);
	for (u32 k = 0; k < s->query->num_images; k++) {
		const struct bvm_image *img = s->query->images[k];

		for (u32 t = 0; t < img->num_tables; t++) {
			const struct bvm_table *table = &img->tables[t];

			if (table->kind != BVM_TABLE_LPM)
				continue;
			for (u32 i = 0; i < table->count; i++)
				add_prefix(s, table->lpm.addr + 16 * (size_t)i,
					   table->lpm.len[i]);
		}
	}
}

u32 space_addresses(struct space *s, const char *name, u32 family,
		    struct bvm_addr **list)
{
	static const u8 mapped[12] = { [10] = 0xff, [11] = 0xff };
	const struct space_set *set = &s->query->set;
	bool remote = !strcmp(name, "remote");
	const struct bvm_addr given = remote ? s->base.ctx.network.remote :
					       s->base.ctx.network.local;
	u32 len = remote ? set->remote_len : set->local_len;
	u32 num = 0, known = s->num_addresses;

	if (!set->has_prefix)
		len = 128;
	if (space_is_given(s, name))
		add_prefix(s, given.bytes, len);
	else
		len = 0;
	*list = arena_array(s->arena, s->num_addresses, sizeof(**list));
	for (u32 i = 0; i < s->num_addresses; i++) {
		const struct bvm_addr *addr = &s->addresses[i];

		if (family == AF_INET_NUMBER &&
		    memcmp(addr->bytes, mapped, sizeof(mapped)))
			continue;
		if (bvm_prefix_has(given.bytes, len, addr->bytes))
			(*list)[num++] = *addr;
	}
	s->num_addresses = known;
	return num;
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
		find_constants(s, s->query->images[k]);
	s->num_constants = sort_unique(s->constants, s->num_constants);
	if (s->query->class == BVM_CLASS_NETWORK)
		find_addresses(s);
	find_paths(s);
}
