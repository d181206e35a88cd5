// SPDX-License-Identifier: GPL-2.0-only
#include <errno.h>
#include <string.h>

#include "differ.h"
#include "space_mounts.h"
#include "vm/table.h"

const char *space_why(int err)
{
	switch (err) {
	case -E2BIG:
		return "its conditions have too many combinations";
	case -EOPNOTSUPP:
		return "its program was not made by policyc";
	case -ENOENT:
		return "there is no program for the class";
	}
	return "it is a bug";
}

static void fill_run(struct bvm_run *run, const struct bvm_image *img,
		     const struct space_point *point, bvm_atomic *slots)
{
	memset(run, 0, sizeof(*run));
	run->image = img;
	run->ctx = point->ctx;
	run->slots = slots;
	run->argv = point->argv ? point->argv : "";
	run->argv_len = point->argv_len;
	for (u32 i = 0; i < BVM_RUN_STRINGS; i++) {
		run->strings[i].bytes = point->texts[i];
		if (point->texts[i])
			run->strings[i].len = strlen(point->texts[i]);
	}
}

static u32 run_on(const struct bvm_image *img, const struct space_point *point,
		  bvm_atomic *slots)
{
	struct bvm_run run;

	fill_run(&run, img, point, slots);
	asked_renew(&run);
	return bvm_run_class(&run, point->class);
}

struct asked space_ask(const struct space *s, u32 image,
		       const struct space_point *point)
{
	struct bvm_run run;

	fill_run(&run, s->query->images[image], point, s->slots);
	return asked_find(&run, point->class);
}

void space_apply(const struct space *s, u64 fields, struct space_point *to,
		 const struct space_point *from)
{
	if (fields & SPACE_ARGV) {
		to->argv = from->argv;
		to->argv_len = from->argv_len;
	}
	for (u32 i = 0; i < s->info->num_fields; i++) {
		const struct bvm_field *f = &s->info->fields[i];
		u64 handle;

		if (!(fields >> i & 1))
			continue;
		/* its bits belong to two parts */
		if (!strcmp(f->name, "nameless"))
			to->ctx.mounts.nameless |= from->ctx.mounts.nameless;
		else
			memcpy((u8 *)&to->ctx + f->off,
			       (const u8 *)&from->ctx + f->off, f->size);
		if (f->kind != BVM_FIELD_TEXT && f->kind != BVM_FIELD_STR)
			continue;
		handle = request_handle(s->query->class, i);
		to->texts[handle - 1] = from->texts[handle - 1];
	}
}

static void set_path(struct space *s, struct space_point *object,
		     const char *path)
{
	int field = request_field(s->query->class, "path");
	const u64 handle = path ? BVM_STR_PATH : 0;

	if (field < 0 || s->query->class == BVM_CLASS_MOUNTS)
		return;
	object->texts[BVM_STR_PATH - 1] = path;
	memcpy((u8 *)&object->ctx + s->info->fields[field].off, &handle,
	       sizeof(handle));
	if (s->query->class == BVM_CLASS_EXEC)
		object->ctx.exec.memfd = !path;
}

/* ---- one operation on one kind of object ---- */

/* Settings of a part that differ in what a pair of lists asks. */
struct choice {
	const struct space_part *part;
	u32 *settings;
	u32 num;
	u32 at;
};

struct walk {
	struct space *s;
	space_visit_fn visit;
	void *arg;
	struct intern seen; /* operations with lists */
	struct choice choices[SPACE_MAX_PARTS];
	struct asked asked[SPACE_MAX_IMAGES];
	u64 asks[SPACE_MAX_IMAGES]; /* predicates in the lists */
	u64 num_points;
	const struct space_point *object; /* of walk_sought */
	bool is_bind; /* mounts: the object is one that gives another name */
	bool widens[SPACE_MAX_IMAGES]; /* ... of which it is denied */
	struct asked second[SPACE_MAX_IMAGES]; /* of the other name of a pair */
	bool stop;
};

static bool list_predicates(const struct bvm_image *img,
			    const struct asked *asked, u64 *preds)
{
	u32 num;
	const struct bvm_decision *entries = asked_entries(img, asked, &num);

	*preds = 0;
	for (u32 i = 0; i < num; i++)
		*preds |= entries[i].need;
	return entries;
}

/* Of settings that mean the same to the lists, the first that can be. */
static void choose(struct walk *w, struct choice *choice,
		   const struct space_point *object)
{
	const u64 path = object->ctx.network.path;
	const struct space_part *part = choice->part;
	struct intern kinds;

	intern_init(&kinds, w->s->arena);
	choice->settings = arena_array(w->s->arena, part->num, sizeof(u32));
	choice->num = 0;
	choice->at = 0;
	for (u32 i = 0; i < part->num; i++) {
		struct space_point point = part->settings[i].point;
		u64 asked[SPACE_MAX_IMAGES] = { 0 };
		u32 known = kinds.num;

		point.op = object->op;
		if (object->class == BVM_CLASS_NETWORK)
			point.ctx.network.path = path;
		if (!space_is_possible(part->fields, &point) ||
		    !space_mounts_fits(w->s, part->fields, &point, object,
				       w->is_bind))
			continue;
		for (u32 k = 0; k < w->s->query->num_images; k++)
			asked[k] = part->settings[i].preds[k] & w->asks[k];
		if (intern_put(&kinds, (const u32 *)asked,
			       2 * SPACE_MAX_IMAGES) == known)
			choice->settings[choice->num++] = i;
	}
}

static u32 run_second(struct walk *w, u32 k, const struct space_point *point)
{
	struct space_point other = *point;

	set_path(w->s, &other, point->pair->to);
	return run_on(w->s->query->images[k], &other, w->s->slots);
}

static void run_point(struct walk *w, struct space_point *point)
{
	const struct space_query *q = w->s->query;
	u32 verdicts[SPACE_MAX_IMAGES] = { 0 };

	for (u32 k = 0; k < q->num_images; k++) {
		const struct asked *asked = &w->asked[k];
		u64 preds = asked->preds;
		u32 expected;

		for (u32 p = 0; p < w->s->num_parts; p++) {
			const struct choice *c = &w->choices[p];

			preds &= ~c->part->mask[k];
			preds |= c->part->settings[c->settings[c->at]].preds[k];
		}
		verdicts[k] = run_on(q->images[k], point, w->s->slots);
		expected = asked_decide(q->images[k], asked, preds);
		if (point->pair && !(verdicts[k] & BVM_VERDICT_DENY)) {
			verdicts[k] = run_second(w, k, point);
			expected = asked_decide(q->images[k], &w->second[k],
						preds);
		}
		if ((verdicts[k] ^ expected) & BVM_VERDICT_DENY) {
			w->s->err = -EOPNOTSUPP;
			w->stop = true;
			return;
		}
		point->widens[k] = w->widens[k] &&
				   !(verdicts[k] & BVM_VERDICT_DENY);
		if (point->widens[k])
			verdicts[k] = BVM_VERDICT_DENY;
	}
	w->stop = !w->visit(w->arg, point, verdicts);
}

static void make_point(const struct walk *w, const struct space_point *object,
		       struct space_point *point)
{
	*point = *object;
	for (u32 p = 0; p < w->s->num_parts; p++) {
		const struct choice *c = &w->choices[p];

		space_apply(w->s, c->part->fields, point,
			    &c->part->settings[c->settings[c->at]].point);
	}
}

/* Next combination; false after the last. */
static bool advance(struct walk *w)
{
	for (u32 p = 0; p < w->s->num_parts; p++) {
		if (++w->choices[p].at < w->choices[p].num)
			return true;
		w->choices[p].at = 0;
	}
	return false;
}

static bool visit_sought(void *arg, const u32 *settings)
{
	struct walk *w = arg;
	struct space_point point;

	for (u32 p = 0; p < w->s->num_parts; p++)
		w->choices[p].at = settings[p];
	make_point(w, w->object, &point);
	w->num_points++;
	run_point(w, &point);
	return !w->stop;
}

/* The lists of both images; of one, it and a list of what is not sought. */
static void find_lists(const struct walk *w, struct differ *d)
{
	static const struct bvm_decision allow, deny = {
		.verdict = BVM_VERDICT_DENY,
	};
	const struct space_query *q = w->s->query;

	for (u32 k = 0; k < q->num_images; k++) {
		struct differ_list *list = &d->lists[k];

		list->entries =
			asked_entries(q->images[k], &w->asked[k], &list->num);
		if (w->widens[k]) {
			list->entries = &deny;
			list->num = 1;
		}
		list->known = w->asked[k].preds;
		list->never_denies = q->sought == SPACE_DIFFERENT &&
				     q->never_denies[k];
	}
	if (q->num_images == 1)
		d->lists[1] = (struct differ_list){
			.entries = q->sought == SPACE_DENIED ? &allow : &deny,
			.num = 1,
		};
}

/* The same points, as far as they are sought, without meeting all others. */
static int walk_sought(struct walk *w, const struct space_point *object)
{
	const struct space_query *q = w->s->query;
	struct differ *d = arena_alloc(w->s->arena, sizeof(*d));

	_Static_assert(SPACE_MAX_PARTS <= DIFFER_MAX_PARTS &&
			       SPACE_MAX_IMAGES == 2,
		       "a part each, of two images");
	w->object = object;
	d->arena = w->s->arena;
	d->num_parts = w->s->num_parts;
	d->max_pairs = q->max_pairs ? q->max_pairs : SPACE_MAX_PAIRS;
	d->visit = visit_sought;
	d->arg = w;
	find_lists(w, d);
	for (u32 p = 0; p < d->num_parts; p++) {
		const struct choice *c = &w->choices[p];
		u64(*preds)[2] = arena_array(d->arena, c->num, sizeof(*preds));

		for (u32 i = 0; i < c->num; i++)
			memcpy(preds[i],
			       c->part->settings[c->settings[i]].preds,
			       sizeof(*preds));
		memcpy(d->parts[p].mask, c->part->mask,
		       sizeof(d->parts[p].mask));
		d->parts[p].preds = (const u64(*)[2])preds;
		d->parts[p].num = c->num;
	}
	return differ_find(d);
}

/* One point, so that it is known that there are some, and those that are sought. */
static void walk_some(struct walk *w, const struct space_point *object)
{
	struct space_point point;
	int ret;

	make_point(w, object, &point);
	run_point(w, &point);
	if (w->stop)
		return;
	ret = walk_sought(w, object);
	if (!w->s->err)
		w->s->err = ret;
}

static u64 num_combinations(const struct walk *w)
{
	u64 num = 1;

	for (u32 p = 0; p < w->s->num_parts && num <= SPACE_MAX_POINTS; p++)
		num *= w->choices[p].num;
	return num;
}

static void walk_conditions(struct walk *w, const struct space_point *object)
{
	struct space *s = w->s;
	const u32 max = s->query->max_points ? s->query->max_points :
					       SPACE_MAX_POINTS;
	struct space_point point;

	for (u32 p = 0; p < s->num_parts; p++) {
		w->choices[p].part = &s->parts[p];
		choose(w, &w->choices[p], object);
		if (!w->choices[p].num)
			return;
	}
	/* differ.h knows the lists of one name */
	if (s->query->sought && !s->query->pairs &&
	    w->num_points + num_combinations(w) > max) {
		walk_some(w, object);
		return;
	}
	do {
		if (++w->num_points > max) {
			s->err = -E2BIG;
			return;
		}
		make_point(w, object, &point);
		run_point(w, &point);
	} while (!w->stop && advance(w));
}

/* Both names are asked about under the same conditions. */
static void walk_pairs(struct walk *w, struct space_point *object)
{
	const struct space_query *q = w->s->query;

	for (u32 i = 0; i < q->num_pairs && !w->s->err; i++) {
		w->stop = false;
		for (u32 k = 0; k < q->num_images; k++) {
			u64 more;

			set_path(w->s, object, q->pairs[i].to);
			w->second[k] = space_ask(w->s, k, object);
			set_path(w->s, object, q->pairs[i].from);
			w->asked[k] = space_ask(w->s, k, object);
			if (!list_predicates(q->images[k], &w->asked[k],
					     &w->asks[k]) ||
			    !list_predicates(q->images[k], &w->second[k],
					     &more)) {
				w->s->err = -EOPNOTSUPP;
				return;
			}
			w->asks[k] |= more;
		}
		object->pair = &q->pairs[i];
		walk_conditions(w, object);
	}
	w->stop = false;
}

/* An object whose lists were met for the operation brings nothing new. */
static void walk_object(struct walk *w, const struct space_point *object,
			u32 selector)
{
	const struct space_query *q = w->s->query;
	u32 key[2 + 2 * SPACE_MAX_IMAGES] = { object->op, selector };
	u32 known = w->seen.num;

	for (u32 k = 0; k < q->num_images; k++) {
		w->asked[k] = space_ask(w->s, k, object);
		if (!list_predicates(q->images[k], &w->asked[k], &w->asks[k])) {
			w->s->err = -EOPNOTSUPP;
			return;
		}
		key[2 + 2 * k] = w->asked[k].lists;
		key[3 + 2 * k] = w->asked[k].list;
	}
	if (intern_put(&w->seen, key, ARRAY_SIZE(key)) != known)
		return;
	walk_conditions(w, object);
}

/* Of a source with a mount point; is_bind: it gets another name there. */
static void walk_mount(struct walk *w, const struct space_mount *mount,
		       const struct space_point *from, bool is_bind)
{
	static const char *const names[] = { "path", "source" };
	const struct space_query *q = w->s->query;
	struct space_point object = mount->point;
	u64 fields = 0, key[2 + 2 * SPACE_MAX_IMAGES] = { is_bind };
	const u32 known = w->seen.num;

	for (u32 i = 0; i < ARRAY_SIZE(names); i++)
		fields |= 1ull << request_field(q->class, names[i]);
	object.op = from->op;
	object.ctx.mounts.op = from->op;
	w->is_bind = is_bind;
	/* what gets another name has one, known or not */
	if ((is_bind && mount->is_word) ||
	    !space_is_possible(fields, &object) ||
	    !space_mounts_fits(w->s, w->s->settled, &object, &object, is_bind))
		return;
	key[1] = object.op;
	for (u32 k = 0; k < q->num_images; k++) {
		w->asked[k] = space_ask(w->s, k, &object);
		w->widens[k] = is_bind && mount->widens[k];
		if (!list_predicates(q->images[k], &w->asked[k], &w->asks[k])) {
			w->s->err = -EOPNOTSUPP;
			return;
		}
		key[0] |= (u64)w->widens[k] << (1 + k);
		key[2 + 2 * k] = (u64)w->asked[k].lists << 32 |
				 w->asked[k].list;
		key[3 + 2 * k] = w->asked[k].preds & w->asks[k];
	}
	if (intern_put(&w->seen, (const u32 *)key, 2 * ARRAY_SIZE(key)) ==
	    known)
		walk_conditions(w, &object);
}

static void walk_mounts(struct walk *w, const struct space_point *object)
{
	const bool moves = object->op == BVM_OP_MOUNTS_MOVE_MOUNT;

	for (u32 i = 0; i < w->s->num_mounts; i++)
		for (u32 bind = moves; bind < 2 && !w->stop && !w->s->err;
		     bind++)
			if (bind == moves || object->op == BVM_OP_MOUNTS_MOUNT)
				walk_mount(w, &w->s->mounts[i], object, bind);
	memset(w->widens, 0, sizeof(w->widens));
}

static void walk_capabilities(struct walk *w, struct space_point *object)
{
	const struct request *r = w->s->query->set.request;
	int field = request_field(BVM_CLASS_CAPABILITIES, "cap");

	for (u32 i = 0; bvm_cap_names[i].name && !w->stop && !w->s->err; i++) {
		u32 cap = bvm_cap_names[i].num;

		if (r && r->given >> field & 1 &&
		    r->ctx.capabilities.cap != cap)
			continue;
		object->ctx.capabilities.cap = cap;
		walk_object(w, object, cap);
	}
}

/* May the object of an operation have a path, and may it have none? */
static bool wants_path(u32 class, u32 op, bool *none)
{
	const u64 named = BVM_BIT(NETWORK, BIND) | BVM_BIT(NETWORK, CONNECT) |
			  BVM_BIT(NETWORK, LISTEN) | BVM_BIT(NETWORK, ACCEPT) |
			  BVM_BIT(NETWORK, SEND);

	*none = true;
	switch (class) {
	case BVM_CLASS_FILES:
		*none = op == BVM_OP_FILES_INHERIT;
		return !*none;
	case BVM_CLASS_EXEC:
		return true;
	case BVM_CLASS_NETWORK:
		return named >> op & 1;
	}
	return false;
}

/* Does the set have objects with a path, and such without? */
static void limit_paths(const struct space_set *set, u32 class, bool *some,
			bool *none)
{
	const struct request *r = set->request;
	int memfd = request_field(class, "memfd");

	/* the paths of mounts are conditions */
	if (!r || class == BVM_CLASS_MOUNTS)
		return;
	if (set->paths || r->num_paths)
		*none = false;
	else if (class == BVM_CLASS_FILES)
		*some = false;
	if (class == BVM_CLASS_EXEC && r->given >> memfd & 1 &&
	    r->ctx.exec.memfd)
		*some = false;
	if (class == BVM_CLASS_NETWORK && r->num_paths == 0 && !set->paths &&
	    (r->given >> request_field(class, "text") & 1))
		*some = false;
}

static void walk_op(struct walk *w, u32 op)
{
	struct space *s = w->s;
	u32 class = s->query->class;
	struct space_point object = s->base;
	bool none, some = wants_path(class, op, &none);

	object.op = op;
	object.ctx.files.op = op; /* the first member of every ctx */
	if (s->query->pairs) {
		walk_pairs(w, &object);
		return;
	}
	if (s->binds) {
		walk_mounts(w, &object);
		return;
	}
	limit_paths(&s->query->set, class, &some, &none);
	if (class == BVM_CLASS_CAPABILITIES) {
		walk_capabilities(w, &object);
		return;
	}
	if (none) {
		set_path(s, &object, NULL);
		walk_object(w, &object, 0);
	}
	for (u32 i = 0; some && i < s->paths.num && !w->stop && !s->err; i++) {
		set_path(s, &object, s->paths.items[i].text);
		walk_object(w, &object, 1);
	}
}

int space_walk(struct arena *arena, const struct space_query *query,
	       space_visit_fn visit, void *arg)
{
	struct space *s = arena_alloc(arena, sizeof(*s));
	struct walk *w = arena_alloc(arena, sizeof(*w));
	u32 slots = 1;

	s->arena = arena;
	s->query = query;
	s->info = &bvm_classes[query->class];
	s->op = (u32)__builtin_ctzll(query->ops);
	for (u32 k = 0; k < query->num_images; k++) {
		if (!query->images[k]->programs[query->class].header)
			return -ENOENT;
		if (query->images[k]->meta->num_slots > slots)
			slots = query->images[k]->meta->num_slots;
	}
	s->slots = arena_array(arena, slots, sizeof(*s->slots));
	space_find_parts(s);
	w->s = s;
	w->visit = visit;
	w->arg = arg;
	intern_init(&w->seen, arena);
	for (u32 op = 0; op < BVM_MAX_OPS && !w->stop && !s->err && !s->empty;
	     op++)
		if (query->ops >> op & 1)
			walk_op(w, op);
	return s->err;
}
