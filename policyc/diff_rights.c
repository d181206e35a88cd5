// SPDX-License-Identifier: GPL-2.0-only
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "asked.h"
#include "diff_rights.h"
#include "intern.h"
#include "point.h"
#include "show.h"
#include "vm/rights.h"
#include "vm/table.h"
#include "widens.h"
#include "words.h"

#define NUM_MOVES 2

/* The kernel judges a link of a file that never had a name as making it. */
static const u32 moves_of[][NUM_MOVES] = {
	{ BVM_OP_FILES_RENAME, BVM_OP_FILES_LINK },
	{ BVM_OP_FILES_CREATE, BVM_OP_FILES_CREATE },
};

#define UNNAMED "/#1048583" /* ... and what it is called; one for all */

/* A name, and where it leads in each image that has RIGHTS. */
struct name {
	const char *text;
	u32 len;
	u32 state[SPACE_MAX_IMAGES];
	u32 below[SPACE_MAX_IMAGES]; /* the state behind a '/' */
};

/* Names of which moves are decided alike. */
struct kind {
	u32 *names; /* by length; each leads elsewhere below */
	u32 num;
	/* what RIGHTS says, of what is below */
	struct bvm_rights closure[SPACE_MAX_IMAGES];
	u32 lists; /* equal: the same ones for each operation, in each image */
};

/* Two names whose move is decided differently; the programs aside. */
struct candidate {
	u32 from, to;
	bool is_tree, wider;
	u64 extra; /* on the side that denies */
};

struct compare {
	struct arena *arena;
	const struct bvm_image *images[SPACE_MAX_IMAGES];
	bool has_rights[SPACE_MAX_IMAGES];
	bool audit[SPACE_MAX_IMAGES];
	bool unnamed; /* moves of O_TMPFILE files alone, else all but those */
	u32 *asked[SPACE_MAX_IMAGES]; /* 1 + number of its lists, by row */
	struct intern list_sets; /* of a row of one image */
	struct intern lists; /* pairs of those */
	struct name *names; /* those of files without a name behind the others */
	u32 num_named, num_names;
	struct kind *kinds;
	u32 num_kinds;
	u64 left; /* pairs that may still be looked at */
	struct intern known; /* candidates that are the same to the programs */
	struct candidate *candidates;
	u32 num_candidates;
	struct rights_changes *changes;
};

/* ---- names ---- */

static const struct bvm_table *dfa_of(const struct compare *c, u32 k)
{
	return &c->images[k]->tables[c->images[k]->rights_dfa];
}

static int find_names(struct compare *c)
{
	struct words_automaton automata[2 * SPACE_MAX_IMAGES] = { 0 };
	struct words words;
	u32 num = 0;
	int ret;

	for (u32 k = 0; k < SPACE_MAX_IMAGES; k++) {
		if (!c->has_rights[k])
			continue;
		automata[num++].table = dfa_of(c, k);
		automata[num].table = dfa_of(c, k);
		automata[num++].below = true;
	}
	ret = words_find(c->arena, WORDS_BELOW, automata, num, WORDS_MAX_STATES,
			 &words);
	if (ret)
		return ret;
	c->names =
		arena_array(c->arena, 2 * (size_t)words.num, sizeof(*c->names));
	c->num_named = words.num;
	c->num_names = 2 * words.num;
	for (u32 i = 0; i < c->num_names; i++) {
		const char *text = words.items[i % words.num].text;
		struct name *name = &c->names[i];

		/* the name of the root ends in a '/' */
		name->text = i < words.num ?
				     text :
				     arena_printf(c->arena, "%s%s",
						  text[1] ? text : "", UNNAMED);
		name->len = strlen(name->text);
		for (u32 k = 0; k < SPACE_MAX_IMAGES; k++) {
			if (!c->has_rights[k])
				continue;
			name->state[k] =
				widens_state(c->images[k], name->text, false);
			name->below[k] =
				widens_state(c->images[k], name->text, true);
		}
	}
	return 0;
}

/* ---- what programs ask of a name ---- */

static struct asked ask(struct compare *c, u32 k, u32 op, const char *path)
{
	struct bvm_run run = { .image = c->images[k], .argv = "" };

	run.slots = arena_array(c->arena, c->images[k]->meta->num_slots + 1,
				sizeof(*run.slots));
	run.ctx.files.op = op;
	run.ctx.files.path = BVM_STR_PATH;
	run.strings[BVM_STR_PATH - 1] =
		(struct bvm_str){ .bytes = path, .len = strlen(path) };
	return asked_find(&run, BVM_CLASS_FILES);
}

static bool may_allow(struct compare *c, u32 k, const struct asked *asked)
{
	u32 num;
	const struct bvm_decision *entries =
		asked_entries(c->images[k], asked, &num);

	for (u32 i = 0; i < num; i++)
		if (!point_is_denied(entries[i].verdict))
			return true;
	return c->audit[k];
}

/* By which lists an image decides moves of a name: one number for them. */
static u32 find_lists(struct compare *c, u32 k, const char *path)
{
	u32 key[2 * NUM_MOVES];

	for (u32 i = 0; i < NUM_MOVES; i++) {
		const struct asked asked =
			ask(c, k, moves_of[c->unnamed][i], path);
		const bool may = may_allow(c, k, &asked);

		key[2 * i] = may ? asked.lists : U32_MAX;
		key[2 * i + 1] = may ? asked.list : U32_MAX;
	}
	return intern_put(&c->list_sets, key, ARRAY_SIZE(key));
}

/* In an image with RIGHTS names of one row are asked about alike. */
static u32 lists_of(struct compare *c, u32 k, const struct name *name)
{
	u32 *known;

	if (!c->has_rights[k]) {
		if (!c->asked[k])
			c->asked[k] = arena_array(c->arena, 1, sizeof(u32));
		known = c->asked[k];
	} else {
		if (!c->asked[k])
			c->asked[k] = arena_array(c->arena,
						  c->images[k]->num_rights,
						  sizeof(u32));
		known = &c->asked[k]
				 [bvm_dfa_accept(dfa_of(c, k), name->state[k])];
	}
	if (!*known)
		*known = 1 + find_lists(c, k, name->text);
	return *known - 1;
}

/* Do both images have a list by which a move may be allowed? */
static bool may_move(const struct compare *c, const u32 *sets)
{
	for (u32 i = 0; i < NUM_MOVES; i++) {
		bool may = true;

		for (u32 k = 0; k < SPACE_MAX_IMAGES; k++)
			may &= intern_get(&c->list_sets, sets[k])[2 * i] !=
			       U32_MAX;
		if (may)
			return true;
	}
	return false;
}

/* ---- kinds ---- */

/* What a name's kind is by; beside it, what it has below in each image. */
struct traits {
	struct bvm_rights own[SPACE_MAX_IMAGES], closure[SPACE_MAX_IMAGES];
	u32 row[SPACE_MAX_IMAGES];
	u32 lists;
	u32 unnamed;
};

/*
 * That a row is the same counts only where its own rights are conditional:
 * otherwise equal rights give as little as the same row does.
 */
static void find_traits(const struct compare *c, const struct name *name,
			struct traits *traits)
{
	for (u32 k = 0; k < SPACE_MAX_IMAGES; k++) {
		struct bvm_rights *own = &traits->own[k];
		u32 row;

		if (!c->has_rights[k])
			continue;
		row = bvm_dfa_accept(dfa_of(c, k), name->state[k]);
		*own = c->images[k]->rights[row];
		traits->row[k] = own->may & ~own->must ? row : U32_MAX;
		traits->closure[k] =
			widens_closure(c->images[k], name->below[k]);
	}
}

static void add_to_kind(struct compare *c, struct intern *members, u32 kind,
			u32 at, const struct traits *traits)
{
	const struct name *name = &c->names[at];
	const u32 member[] = { kind, name->below[0], name->below[1] };
	const u32 known = members->num;
	struct kind *k;

	if (kind == c->num_kinds) {
		c->kinds =
			arena_grow(c->arena, c->kinds, kind, sizeof(*c->kinds));
		k = &c->kinds[c->num_kinds++];
		memset(k, 0, sizeof(*k));
		memcpy(k->closure, traits->closure, sizeof(k->closure));
		k->lists = traits->lists;
	}
	k = &c->kinds[kind];
	if (intern_put(members, member, ARRAY_SIZE(member)) != known)
		return;
	k->names = arena_grow(c->arena, k->names, k->num, sizeof(u32));
	k->names[k->num++] = at;
}

/* Each is compared with each: where that is too much, it is known here. */
static int find_kinds(struct compare *c)
{
	struct intern kinds, members;

	intern_init(&kinds, c->arena);
	intern_init(&members, c->arena);
	for (u32 i = 0; i < (c->unnamed ? c->num_names : c->num_named); i++) {
		struct traits traits;
		u32 sets[SPACE_MAX_IMAGES];
		u32 words[sizeof(traits) / sizeof(u32)];

		memset(&traits, 0, sizeof(traits));
		for (u32 k = 0; k < SPACE_MAX_IMAGES; k++)
			sets[k] = lists_of(c, k, &c->names[i]);
		if (!may_move(c, sets))
			continue;
		traits.lists = intern_put(&c->lists, sets, ARRAY_SIZE(sets));
		traits.unnamed = i >= c->num_named;
		find_traits(c, &c->names[i], &traits);
		memcpy(words, &traits, sizeof(words));
		add_to_kind(c, &members,
			    intern_put(&kinds, words, ARRAY_SIZE(words)), i,
			    &traits);
		if ((u64)c->num_kinds * c->num_kinds > c->left)
			return -E2BIG;
	}
	return 0;
}

/* ---- two kinds ---- */

/* What RIGHTS denies a move for; 0: nothing. */
static u64 gain(const struct compare *c, u32 k, u32 from, u32 to, bool is_tree)
{
	const struct name *a = &c->names[from], *b = &c->names[to];
	u64 extra;

	if (!c->has_rights[k])
		return 0;
	extra = bvm_rights_gained(c->images[k], a->state[k], b->state[k]);
	if (is_tree)
		extra |= bvm_rights_gained_below(c->images[k], a->below[k],
						 b->below[k]);
	return extra;
}

static u32 length(const struct compare *c, const struct candidate *a)
{
	return c->names[a->from].len + c->names[a->to].len;
}

static void consider(struct compare *c, const struct kind *g,
		     const struct kind *h, u32 from, u32 to)
{
	for (u32 is_tree = 0; is_tree < (c->unnamed ? 1 : 2); is_tree++) {
		const u64 was = c->audit[0] ? 0 : gain(c, 0, from, to, is_tree);
		const u64 is = c->audit[1] ? 0 : gain(c, 1, from, to, is_tree);
		const struct candidate new = {
			.from = from,
			.to = to,
			.is_tree = is_tree,
			.wider = was,
			.extra = was | is,
		};
		const u32 key[] = { g->lists,	     h->lists,
				    new.is_tree,     new.wider,
				    (u32) new.extra, (u32)(new.extra >> 32) };
		const u32 known = c->known.num;
		u32 at;

		if (!was == !is)
			continue;
		at = intern_put(&c->known, key, ARRAY_SIZE(key));
		if (at == known) {
			c->candidates = arena_grow(c->arena, c->candidates, at,
						   sizeof(new));
			c->candidates[at] = new;
			c->num_candidates++;
		} else if (length(c, &new) < length(c, &c->candidates[at])) {
			c->candidates[at] = new;
		}
	}
}

static bool spend(struct compare *c, u64 work)
{
	if (work > c->left) {
		c->left = 0;
		return false;
	}
	c->left -= work;
	return true;
}

/* Do all names of a kind lead to one state below? */
static bool is_line(const struct compare *c, const struct kind *kind, u32 k)
{
	for (u32 i = 1; i < kind->num; i++)
		if (c->names[kind->names[i]].below[k] !=
		    c->names[kind->names[0]].below[k])
			return false;
	return true;
}

/*
 * Two names that lead to different states in both images. Where the names of h
 * lead to one state, a name of g that leads there, too, is not held against all
 * of them; otherwise but a few of g have no partner.
 */
static int consider_apart(struct compare *c, const struct kind *g,
			  const struct kind *h)
{
	const struct name *first = &c->names[h->names[0]];
	const bool line[] = { is_line(c, h, 0), is_line(c, h, 1) };

	if (!spend(c, h->num))
		return -E2BIG;
	for (u32 i = 0; i < g->num; i++) {
		const struct name *a = &c->names[g->names[i]];

		if ((line[0] && a->below[0] == first->below[0]) ||
		    (line[1] && a->below[1] == first->below[1]))
			continue;
		for (u32 n = 0; n < h->num; n++) {
			const struct name *b = &c->names[h->names[n]];

			if (!spend(c, 1))
				return -E2BIG;
			if (a->below[0] == b->below[0] ||
			    a->below[1] == b->below[1])
				continue;
			consider(c, g, h, g->names[i], h->names[n]);
			return 0;
		}
	}
	return 0;
}

/*
 * Two names that lead to the same state in image k, and not in the other, which
 * tells any two of a kind apart that lead there.
 */
static int consider_met(struct compare *c, const struct kind *g,
			const struct kind *h, u32 k)
{
	/* by state: two names of h that the other image tells apart */
	u32(*partners)[2] = arena_array(c->arena, h->num, sizeof(*partners));
	struct intern states;
	u32 num;

	if (!spend(c, (u64)g->num + h->num))
		return -E2BIG;
	intern_init(&states, c->arena);
	for (u32 i = 0; i < h->num; i++) {
		const u32 at = h->names[i], known = states.num;
		const u32 state =
			intern_put(&states, &c->names[at].below[k], 1);

		if (state == known)
			partners[state][0] = at;
		partners[state][1] = at;
	}
	num = states.num;
	for (u32 i = 0; i < g->num; i++) {
		const struct name *a = &c->names[g->names[i]];
		const u32 state = intern_put(&states, &a->below[k], 1);

		if (state >= num)
			continue;
		for (u32 n = 0; n < 2; n++)
			if (a->below[!k] !=
			    c->names[partners[state][n]].below[!k]) {
				consider(c, g, h, g->names[i],
					 partners[state][n]);
				return 0;
			}
	}
	return 0;
}

/* What all that is below the one may, and not all below the other must. */
static u64 gain_below(const struct kind *from, const struct kind *to, u32 k)
{
	return to->closure[k].may & ~from->closure[k].must;
}

static int compare_kinds(struct compare *c, const struct kind *g,
			 const struct kind *h)
{
	int ret = 0;

	if (!spend(c, 1))
		return -E2BIG;
	if (c->unnamed) {
		if (g->names[0] >= c->num_named && h->names[0] < c->num_named)
			consider(c, g, h, g->names[0], h->names[0]);
		return 0;
	}
	if (g != h)
		consider(c, g, h, g->names[0], h->names[0]);
	if (!gain_below(g, h, 0) && !gain_below(g, h, 1))
		return 0;
	ret = consider_apart(c, g, h);
	for (u32 k = 0; !ret && k < SPACE_MAX_IMAGES; k++)
		if (gain_below(g, h, k) &&
		    !memcmp(&g->closure[k], &h->closure[k],
			    sizeof(g->closure[k])))
			ret = consider_met(c, g, h, k);
	return ret;
}

static int find_candidates(struct compare *c)
{
	int ret = 0;

	for (u32 i = 0; i < c->num_kinds; i++)
		for (u32 n = 0; !ret && n < c->num_kinds; n++)
			ret = compare_kinds(c, &c->kinds[i], &c->kinds[n]);
	return ret;
}

/* ---- requests ---- */

struct search {
	struct compare *c;
	const struct candidate *candidates; /* one for each pair */
	const struct space_pair *pairs;
};

static bool is_told(const struct compare *c, const struct candidate *a, u32 op)
{
	for (u32 i = 0; i < c->changes->num; i++) {
		const struct rights_change *known = &c->changes->items[i];

		if (known->wider == a->wider &&
		    (c->unnamed || known->ops >> op & 1) &&
		    known->extra == a->extra && (!known->is_tree || a->is_tree))
			return true;
	}
	return false;
}

static void tell(struct compare *c, const struct candidate *a,
		 const struct space_point *point, const u32 *verdicts)
{
	struct rights_changes *changes = c->changes;
	struct rights_change *change;

	for (u32 i = 0; i < changes->num; i++) {
		change = &changes->items[i];
		if (change->extra == a->extra && change->wider == a->wider &&
		    change->is_tree == a->is_tree &&
		    change->point.texts[BVM_STR_PATH - 1] ==
			    c->names[a->from].text &&
		    change->to == c->names[a->to].text) {
			change->ops |= 1ull << point->op;
			return;
		}
	}
	changes->items = arena_grow(c->arena, changes->items, changes->num,
				    sizeof(*changes->items));
	change = &changes->items[changes->num++];
	memset(change, 0, sizeof(*change));
	change->ops = 1ull << point->op;
	change->wider = a->wider;
	change->is_tree = a->is_tree;
	change->extra = a->extra;
	change->to = c->names[a->to].text;
	change->point = *point;
	for (u32 k = 0; k < SPACE_MAX_IMAGES; k++) {
		change->verdicts[k] = verdicts[k];
		if (gain(c, k, a->from, a->to, a->is_tree))
			change->verdicts[k] |= BVM_VERDICT_DENY;
	}
}

static bool visit(void *arg, const struct space_point *point,
		  const u32 *verdicts)
{
	const struct search *s = arg;
	struct compare *c = s->c;
	const struct candidate *a = &s->candidates[point->pair - s->pairs];

	if (is_told(c, a, point->op))
		return false;
	for (u32 k = 0; k < SPACE_MAX_IMAGES; k++)
		if (point_is_denied(verdicts[k]) && !c->audit[k])
			return true;
	tell(c, a, point, verdicts);
	return false;
}

/* Requests about one kind of object: either trees, or all that is none. */
static int walk_type(struct compare *c, u32 type)
{
	const bool is_tree = type == BVM_KIND_DIR;
	struct request *request = arena_alloc(c->arena, sizeof(*request));
	struct candidate *those =
		arena_array(c->arena, c->num_candidates, sizeof(*those));
	struct space_pair *pairs =
		arena_array(c->arena, c->num_candidates, sizeof(*pairs));
	struct search search = { c, those, pairs };
	struct space_query query = {
		.images = { c->images[0], c->images[1] },
		.num_images = 2,
		.class = BVM_CLASS_FILES,
		.ops = BVM_BIT(FILES, RENAME),
		.set.request = request,
		.pairs = pairs,
	};

	request->class = BVM_CLASS_FILES;
	request->ctx.files.type = type;
	request->given = 1ull << request_field(BVM_CLASS_FILES, "type");
	if (!is_tree)
		query.ops |= BVM_BIT(FILES, LINK);
	if (c->unnamed)
		query.ops = BVM_BIT(FILES, CREATE);
	for (u32 i = 0; i < c->num_candidates; i++) {
		const struct candidate *a = &c->candidates[i];

		if (a->is_tree != is_tree)
			continue;
		those[query.num_pairs] = *a;
		pairs[query.num_pairs++] = (struct space_pair){
			.from = c->names[a->from].text,
			.to = c->names[a->to].text,
		};
	}
	return query.num_pairs ? space_walk(c->arena, &query, visit, &search) :
				 0;
}

/* Shortest requests first, so that they are what is told. */
static int by_length(const void *left, const void *right, void *arg)
{
	const struct compare *c = arg;
	const struct candidate *a = left, *b = right;
	const u32 x = length(c, a), y = length(c, b);

	if (x != y)
		return x < y ? -1 : 1;
	if (a->from != b->from)
		return a->from < b->from ? -1 : 1;
	return a->to < b->to ? -1 : a->to > b->to;
}

static int find_requests(struct compare *c)
{
	static const u32 types[] = { BVM_KIND_REGULAR, BVM_KIND_SYMLINK,
				     BVM_KIND_SOCK,    BVM_KIND_FIFO,
				     BVM_KIND_CHAR,    BVM_KIND_BLOCK,
				     BVM_KIND_DIR };
	int ret = 0;

	if (!c->num_candidates)
		return 0;
	qsort_r(c->candidates, c->num_candidates, sizeof(*c->candidates),
		by_length, c);
	/* O_TMPFILE makes regular files */
	for (u32 i = 0; !ret && i < (c->unnamed ? 1 : ARRAY_SIZE(types)); i++)
		ret = walk_type(c, types[i]);
	return ret;
}

/* ---- two images ---- */

static const struct bvm_section *find_section(const struct bvm_image *img,
					      u32 type, u32 id)
{
	const struct bvm_section *section = (const void *)(img->header + 1);

	while (section->type != type || section->id != id)
		section++;
	return section;
}

static bool is_same_section(const struct bvm_image *a,
			    const struct bvm_image *b, u32 type, u32 id_a,
			    u32 id_b)
{
	const struct bvm_section *x = find_section(a, type, id_a);
	const struct bvm_section *y = find_section(b, type, id_b);

	return x->len == y->len &&
	       !memcmp(a->bytes + x->off, b->bytes + y->off, x->len);
}

/* The same automaton with the same rights: no need to look. */
static bool is_same(const struct compare *c)
{
	const struct bvm_image *a = c->images[0], *b = c->images[1];

	return c->audit[0] == c->audit[1] && c->has_rights[0] &&
	       c->has_rights[1] &&
	       is_same_section(a, b, BVM_SECTION_RIGHTS, 0, 0) &&
	       is_same_section(a, b, BVM_SECTION_TABLE, a->rights_dfa,
			       b->rights_dfa);
}

static int compare_moves(struct compare *c, bool unnamed)
{
	int ret;

	c->unnamed = unnamed;
	c->num_kinds = c->num_candidates = 0;
	memset(c->asked, 0, sizeof(c->asked));
	intern_init(&c->list_sets, c->arena);
	intern_init(&c->lists, c->arena);
	intern_init(&c->known, c->arena);
	ret = find_kinds(c);
	ret = ret ? ret : find_candidates(c);
	return ret ? ret : find_requests(c);
}

int diff_rights(struct arena *arena, const struct bvm_image *old,
		const struct bvm_image *new, u32 max_pairs,
		struct rights_changes *changes)
{
	struct compare *c = arena_alloc(arena, sizeof(*c));
	int ret;

	memset(changes, 0, sizeof(*changes));
	c->arena = arena;
	c->images[0] = old;
	c->images[1] = new;
	c->left = max_pairs;
	c->changes = changes;
	for (u32 k = 0; k < SPACE_MAX_IMAGES; k++) {
		const struct bvm_image *img = c->images[k];

		if (!img->programs[BVM_CLASS_FILES].header)
			return -ENOENT;
		c->has_rights[k] = img->rights &&
				   img->rights_dfa < img->num_tables;
		c->audit[k] = img->meta->audit_classes >> BVM_CLASS_FILES & 1;
	}
	if ((!c->has_rights[0] && !c->has_rights[1]) || is_same(c))
		return 0;
	ret = find_names(c);
	ret = ret ? ret : compare_moves(c, false);
	c->left = max_pairs;
	return ret ? ret : compare_moves(c, true);
}
