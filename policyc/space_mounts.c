// SPDX-License-Identifier: GPL-2.0-only
#include <errno.h>
#include <string.h>

#include "judge_rename.h"
#include "space_mounts.h"
#include "space_values.h"
#include "vm/rights.h"
#include "vm/table.h"
#include "widens.h"

#define FLAG_REMOUNT (1u << 5)
#define FLAG_BIND (1u << 12)
#define FLAG_MOVE (1u << 13)

u64 space_max_mounts = 1u << 22;

/* One end of a mount, and all that it decides in each image. */
struct end {
	const char *text; /* NULL: there is none */
	u32 nameless; /* bits of the field */
	u64 preds[SPACE_MAX_IMAGES];
	bool has_name; /* that RIGHTS knows something of */
	u32 state[SPACE_MAX_IMAGES], below[SPACE_MAX_IMAGES];
};

/* Ends that no pair tells apart are one. */
struct ends {
	struct space *s;
	const char *field;
	struct end *items;
	u32 num;
	struct intern kinds;
	u64 mask[SPACE_MAX_IMAGES]; /* predicates that they decide */
};

static bool has_rights(const struct bvm_image *img)
{
	return img->rights && img->rights_dfa < img->num_tables;
}

/* ---- what the kernel can ask ---- */

/* As lsm/hooks_mount.c has it: a move is an operation of its own. */
static bool is_bind(u32 flags)
{
	return flags & FLAG_BIND && !(flags & FLAG_REMOUNT);
}

static bool has_type_of_bind(const struct space_point *point)
{
	const char *type = point->texts[BVM_STR_TEXT - 1];

	return point->ctx.mounts.text && type && !strcmp(type, "bind");
}

bool space_mounts_tell(u32 bit)
{
	return bit & (FLAG_BIND | FLAG_MOVE | FLAG_REMOUNT);
}

u32 space_mounts_shape(const struct space_point *point)
{
	const u32 flags = point->ctx.mounts.flags;

	return (u32)has_type_of_bind(point) | (u32)is_bind(flags) << 1 |
	       (u32) !!(flags & FLAG_MOVE) << 2 |
	       (u32) !!(flags & FLAG_BIND) << 3;
}

bool space_mounts_fits(const struct space *s, u64 fields,
		       const struct space_point *point,
		       const struct space_point *object, bool bind)
{
	const u64 flags = 1ull << request_field(BVM_CLASS_MOUNTS, "flags");
	const u64 type = 1ull << request_field(BVM_CLASS_MOUNTS, "text");

	if (!s->binds || object->op != BVM_OP_MOUNTS_MOUNT)
		return true;
	if (fields & type && has_type_of_bind(point) != bind)
		return false;
	if (!(fields & flags))
		return true;
	if (bind)
		return is_bind(point->ctx.mounts.flags) &&
		       !(point->ctx.mounts.flags & FLAG_MOVE);
	/* what is there and gets other flags has no source */
	return !is_bind(point->ctx.mounts.flags) &&
	       !judge_rename_is_mount(object->op, point->ctx.mounts.flags,
				      object->texts[BVM_STR_SOURCE - 1]);
}

/* ---- is it worth it? ---- */

static bool may_allow(const struct space *s, u32 k, u32 op)
{
	struct space_point point = s->base;
	const struct bvm_decision *entries;
	struct asked asked;
	u32 num;

	point.op = op;
	point.ctx.mounts.op = op;
	asked = space_ask(s, k, &point);
	entries = asked_entries(s->query->images[k], &asked, &num);
	for (u32 i = 0; entries && i < num; i++)
		if (!(entries[i].verdict & BVM_VERDICT_DENY))
			return true;
	return !entries;
}

bool space_mounts_widen(const struct space *s)
{
	static const u32 ops[] = { BVM_OP_MOUNTS_MOUNT,
				   BVM_OP_MOUNTS_MOVE_MOUNT };

	if (!s->query->rights || s->query->class != BVM_CLASS_MOUNTS)
		return false;
	for (u32 k = 0; k < s->query->num_images; k++)
		for (u32 i = 0; i < ARRAY_SIZE(ops); i++)
			if (has_rights(s->query->images[k]) &&
			    s->query->ops >> ops[i] & 1 &&
			    may_allow(s, k, ops[i]))
				return true;
	return false;
}

/* ---- ends ---- */

static void set_end(const struct space *s, const char *field,
		    const struct end *end, struct space_point *point)
{
	const int number = request_field(BVM_CLASS_MOUNTS, field);
	const u64 named = request_handle(BVM_CLASS_MOUNTS, (u32)number);
	const u64 handle = end->text ? named : 0;

	point->texts[named - 1] = end->text;
	memcpy((u8 *)&point->ctx + s->info->fields[number].off, &handle,
	       sizeof(handle));
	point->ctx.mounts.nameless |= end->nameless;
}

/*
 * What RIGHTS says of a name, as far as it decides: which row it is counts only
 * where rights are conditional, and which state below only where some of those
 * are; otherwise equal rights give as little as the same ones do.
 */
struct traits {
	u64 preds;
	struct bvm_rights own, closure;
	u32 row, below;
};

static void find_traits(struct end *end, const struct bvm_image *img, u32 k,
			struct traits *traits)
{
	const struct bvm_rights *own = &traits->own, *all = &traits->closure;
	u32 row;

	traits->row = U32_MAX;
	traits->below = U32_MAX;
	if (!end->has_name || !has_rights(img))
		return;
	end->state[k] = widens_state(img, end->text, false);
	end->below[k] = widens_state(img, end->text, true);
	row = bvm_dfa_accept(&img->tables[img->rights_dfa], end->state[k]);
	traits->own = img->rights[row];
	traits->closure = widens_closure(img, end->below[k]);
	if (own->may & ~own->must)
		traits->row = row;
	if (all->may & ~all->must)
		traits->below = end->below[k];
}

static void add_end(struct ends *e, const char *text, u32 nameless)
{
	const struct space *s = e->s;
	struct end end = {
		.text = text,
		.nameless = nameless,
		.has_name = text && text[0] == '/',
	};
	struct space_point point = s->base;
	struct traits traits[SPACE_MAX_IMAGES];
	u32 key[1 + sizeof(traits) / (sizeof(u32))] = { end.has_name |
							!text << 1 };
	const u32 known = e->kinds.num;

	memset(traits, 0, sizeof(traits));
	set_end(s, e->field, &end, &point);
	for (u32 k = 0; k < s->query->num_images; k++) {
		end.preds[k] = space_ask(s, k, &point).preds;
		traits[k].preds = end.preds[k];
		find_traits(&end, s->query->images[k], k, &traits[k]);
		if (e->num)
			e->mask[k] |= end.preds[k] ^ e->items[0].preds[k];
	}
	memcpy(&key[1], traits, sizeof(traits));
	if (intern_put(&e->kinds, key, ARRAY_SIZE(key)) != known)
		return;
	e->items = arena_grow(s->arena, e->items, e->num, sizeof(end));
	e->items[e->num++] = end;
}

/* A name for each place in the automata of RIGHTS, but for the root. */
static void add_names(struct ends *e, const struct fsm *within)
{
	struct words_automaton automata[2 * SPACE_MAX_IMAGES + 1] = { 0 };
	struct space *s = e->s;
	struct words words;
	u32 num = 0;
	int ret;

	_Static_assert(WORDS_MAX_AUTOMATA >= 2 * SPACE_MAX_IMAGES,
		       "two of each image");
	for (u32 k = 0; k < s->query->num_images; k++) {
		const struct bvm_image *img = s->query->images[k];

		if (!has_rights(img))
			continue;
		automata[num++].table = &img->tables[img->rights_dfa];
		automata[num].table = &img->tables[img->rights_dfa];
		automata[num++].below = true;
	}
	if (within) {
		automata[num].fsm = within;
		automata[num++].must_accept = true;
	}
	/* claims, which have such a set, are of one image */
	if (num > WORDS_MAX_AUTOMATA) {
		s->err = -EOPNOTSUPP;
		return;
	}
	ret = words_find(s->arena, WORDS_BELOW, automata, num, WORDS_MAX_STATES,
			 &words);
	if (ret)
		s->err = ret;
	for (u32 i = 0; !ret && i < words.num; i++)
		add_end(e, words.items[i].text, 0);
}

static void find_targets(struct ends *e)
{
	const struct space *s = e->s;
	const struct request *r = s->query->set.request;

	if (r && r->num_paths && !s->query->set.paths) {
		add_end(e, r->paths[0], 0);
		return;
	}
	/* the root is the shortest of its row: there if it is of the set */
	if (s->paths.num && !strcmp(s->paths.items[0].text, "/"))
		add_end(e, "/", 0);
	add_names(e, s->query->set.paths);
	if (!r || !r->num_paths) {
		add_end(e, NULL, 0);
		add_end(e, NULL, 1);
	}
}

static void find_sources(struct ends *e)
{
	const struct space *s = e->s;

	if (space_is_given(s, e->field)) {
		add_end(e,
			s->base.ctx.mounts.source ?
				s->base.texts[BVM_STR_SOURCE - 1] :
				NULL,
			0);
		return;
	}
	add_end(e, NULL, 0);
	add_end(e, "/", 0);
	add_names(e, NULL);
	add_end(e, "none", 0); /* a name that is no path */
	add_end(e, NULL, 2);
}

/* ---- pairs ---- */

static bool widens(const struct space *s, u32 k, const struct end *from,
		   const struct end *to)
{
	const struct bvm_image *img = s->query->images[k];

	return has_rights(img) && from->has_name && to->has_name &&
	       (bvm_rights_gained(img, from->state[k], to->state[k]) ||
		bvm_rights_gained_below(img, from->below[k], to->below[k]));
}

static void add_pair(struct space *s, const struct end *from,
		     const struct end *to, struct intern *kinds)
{
	struct space_mount mount = {
		.point = s->base,
		.is_word = from->text && !from->has_name,
	};
	const u32 known = kinds->num;
	u64 key[2 * SPACE_MAX_IMAGES + 1] = { 0 };
	u32 words[2 * ARRAY_SIZE(key)];

	for (u32 k = 0; k < s->query->num_images; k++) {
		mount.widens[k] = widens(s, k, from, to);
		key[2 * k] = from->preds[k];
		key[2 * k + 1] = to->preds[k];
		key[2 * SPACE_MAX_IMAGES] |= (u64)mount.widens[k] << k;
	}
	/* what each operation can have */
	key[2 * SPACE_MAX_IMAGES] |= (u64)!from->text << 2 |
				     (u64)!to->text << 3 |
				     (u64)mount.is_word << 4;
	memcpy(words, key, sizeof(words));
	if (intern_put(kinds, words, ARRAY_SIZE(words)) != known)
		return;
	set_end(s, "source", from, &mount.point);
	set_end(s, "path", to, &mount.point);
	s->mounts =
		arena_grow(s->arena, s->mounts, s->num_mounts, sizeof(mount));
	s->mounts[s->num_mounts++] = mount;
}

/* Programs of policyc look only into RIGHTS for names of mounts. */
static bool is_fed(const struct space *s, u32 k)
{
	const struct bvm_image *img = s->query->images[k];
	const u32 *text = s->feeds[k].text;

	return (text[BVM_STR_PATH - 1] >= img->num_tables ||
		text[BVM_STR_PATH - 1] == img->rights_dfa) &&
	       (text[BVM_STR_SOURCE - 1] >= img->num_tables ||
		text[BVM_STR_SOURCE - 1] == img->rights_dfa);
}

void space_find_mounts(struct space *s)
{
	struct ends sources = { .s = s, .field = "source" };
	struct ends targets = { .s = s, .field = "path" };
	struct intern kinds;

	intern_init(&sources.kinds, s->arena);
	intern_init(&targets.kinds, s->arena);
	intern_init(&kinds, s->arena);
	find_targets(&targets);
	find_sources(&sources);
	for (u32 k = 0; k < s->query->num_images; k++) {
		if (!is_fed(s, k) || sources.mask[k] & targets.mask[k])
			s->err = -EOPNOTSUPP;
		s->mount_mask[k] = sources.mask[k] | targets.mask[k];
	}
	if ((u64)sources.num * targets.num > space_max_mounts)
		s->err = -E2BIG;
	for (u32 i = 0; i < targets.num && !s->err; i++)
		for (u32 n = 0; n < sources.num; n++)
			add_pair(s, &sources.items[n], &targets.items[i],
				 &kinds);
}
