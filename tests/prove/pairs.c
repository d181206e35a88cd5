// SPDX-License-Identifier: GPL-2.0-only
/*
 * pairs.c - all pairs of abstract values, at 6 and at 8 bits
 *
 * usage: pairs FIRST SECOND SHARD NUM_SHARDS
 *
 * Compiled with BVM_WORD_BITS of 6 or 8; pairs.sh runs the shards. FIRST and
 * SECOND name the values that the operands take: "b" all known bits, "u" all
 * unsigned bounds, "s" all signed bounds, or several of them. For all pairs,
 * each binary operator's result must hold every concrete result, and each
 * relation must keep every word that has a partner. A shard takes every
 * NUM_SHARDSth second operand, from number SHARD on. A line for each operator:
 * name, pairs. Ends with "N passed, N failed".
 *
 * No concrete result is left out, but few are computed twice. A number holds a
 * set of words if and only if it holds what the six facts of a hull say of the
 * set. The hull of a union is the join of the hulls; every first operand is the
 * union of two smaller ones (find_parts()), down to single words; and for those
 * each word of the second operand is tried.
 */
#include "vm/interval.c"
#include "vm/interval_alu.c"
#include "vm/interval_settle.c"

#include "tests/prove/operators.h"

#include <stdlib.h>

#define MAX_WORD (NUM_WORDS - 1)

static struct values firsts, seconds;
static u32 shard, num_shards;
static u32 num_passed, num_failed;

/* ---- hulls ---- */

/* What all words of a set have in common, as a num would put it. */
struct hull {
	u8 every; /* the bits that all have */
	u8 any; /* the bits that one has */
	u8 umin;
	u8 umax;
	s8 smin;
	s8 smax;
};

static const struct hull nothing = { MAX_WORD,	   0,
				     MAX_WORD,	   0,
				     MAX_WORD / 2, -MAX_WORD / 2 - 1 };

static struct hull hull_of(u32 w)
{
	const s8 sw = (s8)to_signed(w, WIDTH);

	return (struct hull){ (u8)w, (u8)w, (u8)w, (u8)w, sw, sw };
}

static bool is_empty(const struct hull *h)
{
	return h->umin > h->umax;
}

static void add_hull(struct hull *h, const struct hull *other)
{
	h->every &= other->every;
	h->any |= other->any;
	h->umin = h->umin < other->umin ? h->umin : other->umin;
	h->umax = h->umax > other->umax ? h->umax : other->umax;
	h->smin = h->smin < other->smin ? h->smin : other->smin;
	h->smax = h->smax > other->smax ? h->smax : other->smax;
}

/* Does n hold every set of this hull that is not empty? */
static bool is_held(const struct hull *h, const num *n)
{
	const u32 known = ~(u32)n->mask & MAX_WORD;

	return (h->every & known) == (u32)n->value &&
	       (h->any & known) == (u32)n->value && (u32)n->umin <= h->umin &&
	       h->umax <= (u32)n->umax && (s32)n->smin <= h->smin &&
	       h->smax <= (s32)n->smax;
}

/* ---- first operands from smaller ones ---- */

/* Of a single word, nothing; else two others, whose union it is. */
struct parts {
	u32 whole;
	u32 one;
	u32 other;
};

/* From small to large. */
static struct parts *parts;

static bool find_value(const struct set *s, u32 *found)
{
	const struct value key = { .set = *s };
	const struct value *v = bsearch(&key, firsts.at, firsts.num,
					sizeof(key), compare_values);

	if (v)
		*found = (u32)(v - firsts.at);
	return v;
}

/* Is this part of the set a value, and so is the rest? */
static bool split(struct parts *p, const struct set *part)
{
	struct set rest;
	u32 i;

	for (i = 0; i < SET_LEN; i++)
		rest.part[i] = firsts.at[p->whole].set.part[i] & ~part->part[i];
	return find_value(part, &p->one) && find_value(&rest, &p->other);
}

static bool split_by_bit(struct parts *p)
{
	struct set part;
	u32 bit, i;

	for (bit = 0; bit < WIDTH; bit++) {
		for (i = 0; i < SET_LEN; i++)
			part.part[i] = firsts.at[p->whole].set.part[i] &
				       words_with[bit].part[i];
		if (split(p, &part))
			return true;
	}
	return false;
}

static bool split_off(struct parts *p, u32 w)
{
	struct set part = { { 0 } };

	if (w == NUM_WORDS)
		return false;
	set_add(&part, w);
	return split(p, &part);
}

static int compare_parts(const void *a, const void *b)
{
	const struct parts *x = a, *y = b;

	return (int)set_size(&firsts.at[x->whole].set) -
	       (int)set_size(&firsts.at[y->whole].set);
}

static void find_parts(void)
{
	u32 i;

	parts = calloc(firsts.num, sizeof(*parts));
	if (!parts)
		exit(2);
	for (i = 0; i < firsts.num; i++) {
		const struct set *s = &firsts.at[i].set;

		parts[i].whole = i;
		if (set_size(s) == 1 || split_by_bit(&parts[i]) ||
		    split_off(&parts[i], last_below(s, NUM_WORDS)) ||
		    split_off(&parts[i], last_below(s, NUM_WORDS / 2)))
			continue;
		printf("FAIL parts: value %u is no union of two\n", i);
		exit(1);
	}
	qsort(parts, firsts.num, sizeof(*parts), compare_parts);
}

/* From the hulls for single words, those for all first operands. */
static void spread(const struct hull *rows, struct hull *hulls)
{
	const struct parts *p;
	u32 i;

	for (i = 0; i < firsts.num; i++) {
		p = &parts[i];
		if (bvm_num_is_const(&firsts.at[p->whole].num)) {
			hulls[p->whole] =
				rows[first_from(&firsts.at[p->whole].set, 0)];
		} else {
			hulls[p->whole] = hulls[p->one];
			add_hull(&hulls[p->whole], &hulls[p->other]);
		}
	}
}

/* Are they what all members of each operand make without short cuts? */
static bool spreads_well(struct hull *hulls)
{
	struct hull rows[NUM_WORDS], direct;
	u32 i, w;

	for (w = 0; w < NUM_WORDS; w++)
		rows[w] = hull_of((37 * w + 11) & MAX_WORD);
	spread(rows, hulls);
	for (i = 0; i < firsts.num; i++) {
		direct = nothing;
		for (w = 0; w < NUM_WORDS; w++)
			if (set_has(&firsts.at[i].set, w))
				add_hull(&direct, &rows[w]);
		if (memcmp(&direct, &hulls[i], sizeof(direct)) != 0)
			return false;
	}
	return true;
}

/* ---- trying ---- */

struct tally {
	u64 pairs;
	u64 bad;
	num first, second; /* the first pair that is bad */
};

static void add_pair(struct tally *tally, const num *a, const num *b, bool good)
{
	tally->pairs++;
	if (good)
		return;
	if (!tally->bad++) {
		tally->first = *a;
		tally->second = *b;
	}
}

static void print_num(const num *n)
{
	printf("    value %02x mask %02x, %u to %u, %d to %d\n", (u32)n->value,
	       (u32)n->mask, (u32)n->umin, (u32)n->umax, (s32)n->smin,
	       (s32)n->smax);
}

static void tell(const char *name, const struct tally *tally)
{
	printf("%d:%s\t%llu\n", WIDTH, name, (unsigned long long)tally->pairs);
	if (tally->bad) {
		printf("FAIL %s: %llu results lack a concrete one; first of\n",
		       name, (unsigned long long)tally->bad);
		print_num(&tally->first);
		print_num(&tally->second);
	}
	num_failed += tally->bad > 0;
	num_passed += !tally->bad;
	(void)fflush(stdout);
}

/* What the machine makes of x and y: a word, or whether they are related. */
static u8 concrete[NUM_WORDS][NUM_WORDS];
/* For each first word: what is known of results; of the operands kept. */
static struct hull rows[NUM_WORDS], other_rows[NUM_WORDS];
/* The same for each first operand. */
static struct hull *hulls, *other_hulls;

static void clear_rows(void)
{
	u32 x;

	for (x = 0; x < NUM_WORDS; x++)
		rows[x] = other_rows[x] = nothing;
}

static void add_row(const struct operator* op, u32 y)
{
	const struct hull of_y = hull_of(y);
	struct hull of_result;
	u32 x;

	for (x = 0; x < NUM_WORDS; x++) {
		of_result = hull_of(concrete[y][x]);
		add_hull(&rows[x], &of_result);
		if (op->abstract == join_num)
			add_hull(&rows[x], &of_y);
	}
}

static void try_second(const struct operator* op, const struct value *b,
		       struct tally *tally)
{
	u32 i, y;
	num r;

	clear_rows();
	for (y = 0; y < NUM_WORDS; y++)
		if (set_has(&b->set, y))
			add_row(op, y);
	spread(rows, hulls);
	for (i = 0; i < firsts.num; i++) {
		r = op->abstract(firsts.at[i].num, b->num);
		add_pair(tally, &firsts.at[i].num, &b->num,
			 is_held(&hulls[i], &r));
	}
}

static void try_operator(const struct operator* op)
{
	struct tally tally = { 0 };
	u32 x, y;

	for (y = 0; y < NUM_WORDS; y++)
		for (x = 0; x < NUM_WORDS; x++)
			concrete[y][x] = (u8)(op->concrete(x, y) & MAX_WORD);
	for (y = shard; y < seconds.num; y += num_shards)
		try_second(op, &seconds.at[y], &tally);
	tell(op->name, &tally);
}

/* The words that have a partner: those x, and for each x those y. */
static void add_related(u32 y)
{
	const struct hull of_y = hull_of(y);
	u32 x;

	for (x = 0; x < NUM_WORDS; x++) {
		if (!concrete[y][x])
			continue;
		rows[x] = hull_of(x);
		add_hull(&other_rows[x], &of_y);
	}
}

struct relation {
	enum bvm_rel rel;
	bool half;
};

static bool refine_is_sound(struct relation r, u32 i, const num *second)
{
	num a = firsts.at[i].num, b = *second;
	const bool some = r.half ? bvm_num_refine_half(r.rel, &a, &b) :
				   bvm_num_refine(r.rel, &a, &b);

	if (is_empty(&hulls[i]))
		return true;
	return some && is_held(&hulls[i], &a) && is_held(&other_hulls[i], &b);
}

static void refine_second(struct relation r, const struct value *b,
			  struct tally *tally)
{
	u32 i, y;

	clear_rows();
	for (y = 0; y < NUM_WORDS; y++)
		if (set_has(&b->set, y))
			add_related(y);
	spread(rows, hulls);
	spread(other_rows, other_hulls);
	for (i = 0; i < firsts.num; i++)
		add_pair(tally, &firsts.at[i].num, &b->num,
			 refine_is_sound(r, i, &b->num));
}

static void try_relation(struct relation r)
{
	const u32 mask = r.half ? HALF_WORDS - 1 : MAX_WORD;
	struct tally tally = { 0 };
	char name[64];
	u32 x, y;

	for (y = 0; y < NUM_WORDS; y++)
		for (x = 0; x < NUM_WORDS; x++)
			concrete[y][x] = holds(r.rel, x & mask, y & mask,
					       r.half ? HALF : WIDTH);
	for (y = shard; y < seconds.num; y += num_shards)
		refine_second(r, &seconds.at[y], &tally);
	snprintf(name, sizeof(name), "%s%s",
		 r.half ? "refine_half_" : "refine_", rel_names[r.rel]);
	tell(name, &tally);
}

static bool init(char **argv)
{
	shard = (u32)atoi(argv[3]);
	num_shards = (u32)atoi(argv[4]);
	if (shard >= num_shards) {
		fprintf(stderr, "pairs: no shard %u of %u\n", shard,
			num_shards);
		return false;
	}
	init_words_with();
	collect(&firsts, argv[1]);
	collect(&seconds, argv[2]);
	if (make_unique(&firsts) || make_unique(&seconds)) {
		printf("FAIL settle: values are not the best\n");
		return false;
	}
	hulls = calloc(firsts.num, sizeof(*hulls));
	other_hulls = calloc(firsts.num, sizeof(*hulls));
	if (!hulls || !other_hulls || !firsts.num || !seconds.num) {
		fprintf(stderr, "pairs: no values, or no memory for them\n");
		return false;
	}
	find_parts();
	if (!spreads_well(hulls)) {
		printf("FAIL spread: a hull is not that of its set\n");
		return false;
	}
	printf("# %u x %u values at %d bits, shard %u of %u\n", firsts.num,
	       seconds.num, WIDTH, shard, num_shards);
	return true;
}

int main(int argc, char **argv)
{
	u32 i;

	if (argc != 5) {
		fprintf(stderr, "usage: pairs FIRST SECOND SHARD NUM_SHARDS\n");
		return 2;
	}
	if (!init(argv))
		return 2;
	for (i = 0; i < ARRAY_SIZE(operators); i++)
		if (!operators[i].is_unary)
			try_operator(&operators[i]);
	for (i = 0; i < ARRAY_SIZE(rel_names); i++) {
		try_relation((struct relation){ i, false });
		try_relation((struct relation){ i, true });
	}
	printf("%u passed, %u failed\n", num_passed, num_failed);
	return num_failed ? EXIT_FAILURE : EXIT_SUCCESS;
}
