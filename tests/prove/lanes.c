// SPDX-License-Identifier: GPL-2.0-only
/*
 * lanes.c - all pairs of abstract values at 8 bits, many at a time
 *
 * usage: lanes SHARD NUM_SHARDS
 *
 * What pairs.c does, for all known bits, all unsigned and all signed bounds at
 * 8 bits, as both operands: 3.1 * 10^9 pairs for each operator and relation. It
 * is the kernel's own source again, but the first operands lie in columns, a
 * field of all of them beside each other, so that a compiler can make each
 * operator's loop over them (ALL_LANES) one of vector instructions, which have
 * 32 or 64 words of 8 bits each. It does so by itself; where it does not, this
 * is slower and as right.
 *
 * On halves, what comes of one operand depends on nothing but the half of the
 * other: HALF_NUM() and HALF_SHIFT() of operators.h cut it, and learn_left() in
 * interval.c is not given it. So all values are tried there with one of each
 * different half, and, as a relation changes both operands, on either side.
 *
 * Vector instructions leave no way to stop at a broken invariant, so a result
 * becomes a number that holds nothing (spoilt()) there. The compiler's builtins
 * that have no vector form are replaced by what they mean at 8 bits, which is
 * compared with them before anything else.
 */
#include "vm/interval.h"

/* ---- builtins, in a form that has vectors ---- */

static inline u32 zeroes_above(u8 w)
{
	return (u32)(w < 128) + (w < 64) + (w < 32) + (w < 16) + (w < 8) +
	       (w < 4) + (w < 2) + (w < 1);
}

#define OVERFLOW(a, op, b, result)                         \
	({                                                 \
		const int exact_ = (int)(a)op(int)(b);     \
		*(result) = (__typeof__(*(result)))exact_; \
		(int)*(result) != exact_;                  \
	})

/* Of two words, as unsigned and as signed numbers. */
#define IS_BUILTIN(type, builtin, op)                                     \
	({                                                                \
		const type a_ = (type)x, b_ = (type)y;                    \
		type theirs_, ours_;                                      \
		const bool over_ = builtin(a_, b_, &theirs_);             \
		OVERFLOW(a_, op, b_, &ours_) == over_ &&ours_ == theirs_; \
	})

static bool builtins_are_replaced_well(void)
{
	u32 x, y;

	for (x = 0; x < 256; x++) {
		if (x && zeroes_above((u8)x) + 56 != (u32)__builtin_clzll(x))
			return false;
		for (y = 0; y < 256; y++)
			if (!IS_BUILTIN(u8, __builtin_add_overflow, +) ||
			    !IS_BUILTIN(s8, __builtin_add_overflow, +) ||
			    !IS_BUILTIN(u8, __builtin_mul_overflow, *))
				return false;
	}
	return true;
}

#define __builtin_add_overflow(a, b, result) OVERFLOW(a, +, b, result)
#define __builtin_mul_overflow(a, b, result) OVERFLOW(a, *, b, result)
#define __builtin_clzll(w) (56 + zeroes_above((u8)(w)))

/* ---- the kernel's source ---- */

/* Holds no word. bvm_num_cut() leaves it as it is: its umax is 0. */
static inline struct bvm_num spoilt(void)
{
	return (struct bvm_num){ 255, 0, 255, 0, 127, -128 };
}

#undef bvm_broken
#define bvm_broken(cond) (cond)
/* what bvm_num_must_settle() puts in the place of a result that is empty */
#define bvm_num_top spoilt
#include "vm/interval_parts.h"
#undef bvm_num_top

#include "vm/interval.c"
#include "vm/interval_alu.c"
#include "vm/interval_settle.c"

#undef __builtin_clzll

#include "tests/prove/operators.h"

/* ---- values, and the hulls of sets, in columns ---- */

/*
 * In this order: known bits, as numbers of base 3 whose digit 2 is a bit that
 * is not known; unsigned stretches, by length, then first word; and stretches
 * of signed numbers from below 0 up, by first word. The other signed ones are
 * unsigned ones, too.
 */
#define NUM_BITS 6561
#define NUM_STRETCHES (NUM_WORDS * (NUM_WORDS + 1) / 2)
#define HALF_OF_WORDS (NUM_WORDS / 2)
#define FIRST_CROSSING (NUM_BITS + NUM_STRETCHES)
#define NUM_VALUES (FIRST_CROSSING + HALF_OF_WORDS * HALF_OF_WORDS)

/* The stretch of `more` + 1 words from lo up. */
static u32 stretch_at(u32 lo, u32 more)
{
	return NUM_BITS + NUM_WORDS * more - more * (more - 1) / 2 + lo;
}

/* A word as a number of base 3. */
static u32 trits_of(u32 w)
{
	u32 bit, power = 1, trits = 0;

	for (bit = 0; bit < WIDTH; bit++, power *= 3)
		trits += power * (w >> bit & 1);
	return trits;
}

struct columns {
	u8 value[NUM_VALUES];
	u8 mask[NUM_VALUES];
	u8 umin[NUM_VALUES];
	u8 umax[NUM_VALUES];
	s8 smin[NUM_VALUES];
	s8 smax[NUM_VALUES];
};

static struct columns values;

static inline num value_at(size_t i)
{
	return (num){ values.value[i], values.mask[i], values.umin[i],
		      values.umax[i],  values.smin[i], values.smax[i] };
}

static bool put_value(u32 i, num n)
{
	if (!bvm_num_settle(&n))
		return false;
	values.value[i] = n.value;
	values.mask[i] = n.mask;
	values.umin[i] = n.umin;
	values.umax[i] = n.umax;
	values.smin[i] = n.smin;
	values.smax[i] = n.smax;
	return true;
}

/* What all words of a set have in common: pairs.c says why this is enough. */
struct hull {
	u8 every; /* the bits that all have */
	u8 any; /* the bits that one has */
	u8 umin;
	u8 umax;
	s8 smin;
	s8 smax;
};

struct hulls {
	u8 every[NUM_VALUES];
	u8 any[NUM_VALUES];
	u8 umin[NUM_VALUES];
	u8 umax[NUM_VALUES];
	s8 smin[NUM_VALUES];
	s8 smax[NUM_VALUES];
};

static const struct hull nothing = { 255, 0, 255, 0, 127, -128 };

static inline struct hull hull_of(u8 w)
{
	return (struct hull){ w, w, w, w, (s8)w, (s8)w };
}

static inline struct hull hull_at(const struct hulls *h, size_t i)
{
	return (struct hull){ h->every[i], h->any[i],  h->umin[i],
			      h->umax[i],  h->smin[i], h->smax[i] };
}

static inline void put_hull(struct hulls *h, size_t i, struct hull hull)
{
	h->every[i] = hull.every;
	h->any[i] = hull.any;
	h->umin[i] = hull.umin;
	h->umax[i] = hull.umax;
	h->smin[i] = hull.smin;
	h->smax[i] = hull.smax;
}

/* The hull of the union. */
static inline struct hull both(struct hull a, struct hull b)
{
	return (struct hull){
		.every = a.every & b.every,
		.any = a.any | b.any,
		.umin = a.umin < b.umin ? a.umin : b.umin,
		.umax = a.umax > b.umax ? a.umax : b.umax,
		.smin = a.smin < b.smin ? a.smin : b.smin,
		.smax = a.smax > b.smax ? a.smax : b.smax,
	};
}

/* Does n hold every set of this hull? Without a branch. */
static inline bool is_held(struct hull h, num n)
{
	const u8 known = (u8)~n.mask;

	return ((h.every & known) == n.value) & ((h.any & known) == n.value) &
	       (n.umin <= h.umin) & (h.umax <= n.umax) & (n.smin <= h.smin) &
	       (h.smax <= n.smax);
}

/* What is written in such a loop is not read in it. */
#define LANES                                             \
	_Pragma("clang loop vectorize(assume_safety)")    \
		_Pragma("clang loop vectorize_width(32)") \
			_Pragma("clang loop interleave(disable)")

/* ---- from the hulls for single words, those for all values ---- */

/* With a bit unknown, the union of it clear and it set. */
static void spread_bits(const struct hulls *rows, struct hulls *all)
{
	u32 w, bit, above, at, power = 1;

	for (w = 0; w < NUM_WORDS; w++)
		put_hull(all, trits_of(w), hull_at(rows, w));
	for (bit = 0; bit < WIDTH; bit++, power *= 3) {
		for (above = 0; above < NUM_WORDS; above += 2u << bit) {
			at = trits_of(above);
			LANES for (size_t i = at; i < at + power; i++) put_hull(
				all, i + 2 * power,
				both(hull_at(all, i), hull_at(all, i + power)));
		}
	}
}

/* With one word more, the union with that. */
static void spread_stretches(const struct hulls *rows, struct hulls *all)
{
	u32 more;

	for (size_t w = 0; w < NUM_WORDS; w++)
		put_hull(all, stretch_at(w, 0), hull_at(rows, w));
	for (more = 1; more < NUM_WORDS; more++) {
		const size_t to = stretch_at(0, more);
		const size_t from = stretch_at(0, more - 1);

		LANES for (size_t w = 0; w < NUM_WORDS - more; w++) put_hull(
			all, to + w,
			both(hull_at(all, from + w), hull_at(rows, w + more)));
	}
}

/* From below 0 up: the negative ones, and those from 0 on. */
static void spread_crossing(struct hulls *all)
{
	static struct hulls from_0;
	u32 w;

	for (w = 0; w < HALF_OF_WORDS; w++)
		put_hull(&from_0, w, hull_at(all, stretch_at(0, w)));
	for (w = HALF_OF_WORDS; w < NUM_WORDS; w++) {
		const struct hull negative =
			hull_at(all, stretch_at(w, NUM_WORDS - 1 - w));
		const size_t to =
			FIRST_CROSSING + (w - HALF_OF_WORDS) * HALF_OF_WORDS;

		LANES for (size_t i = 0; i < HALF_OF_WORDS; i++) put_hull(
			all, to + i, both(negative, hull_at(&from_0, i)));
	}
}

static void spread(const struct hulls *rows, struct hulls *all)
{
	spread_bits(rows, all);
	spread_stretches(rows, all);
	spread_crossing(all);
}

/* The values, in the same order. */
static bool make_values(void)
{
	u32 i, w, x, value, mask;
	bool good = true;

	for (value = 0; value < NUM_WORDS; value++)
		for (mask = 0; mask < NUM_WORDS; mask++)
			if (!(value & mask))
				good &= put_value(trits_of(value) +
							  2 * trits_of(mask),
						  with_bits(value, mask));
	for (w = 0; w < NUM_WORDS; w++)
		for (x = w; x < NUM_WORDS; x++)
			good &= put_value(stretch_at(w, x - w),
					  with_unsigned(bvm_num_top(), w, x));
	i = FIRST_CROSSING;
	for (w = 0; w < HALF_OF_WORDS; w++)
		for (x = HALF_OF_WORDS; x < NUM_WORDS; x++)
			good &= put_value(i++,
					  with_signed(bvm_num_top(), w, x));
	return good;
}

/* Are the hulls what all members of each value make without short cuts? */
static bool spreads_well(u32 times, struct hulls *rows, struct hulls *all)
{
	struct hull direct;
	num n;
	u32 i, w;

	for (w = 0; w < NUM_WORDS; w++)
		put_hull(rows, w, hull_of((u8)(times * w + 11)));
	spread(rows, all);
	for (i = 0; i < NUM_VALUES; i++) {
		const struct hull hull = hull_at(all, i);

		direct = nothing;
		n = value_at(i);
		for (w = 0; w < NUM_WORDS; w++)
			if (bvm_num_has(&n, (word)w))
				direct = both(direct, hull_at(rows, w));
		if (memcmp(&direct, &hull, sizeof(hull)) != 0)
			return false;
	}
	return true;
}

/* ---- operators and relations, on all first operands ---- */

/* For each first word and then value: of results, or of the operands kept. */
static struct hulls rows, other_rows, results, others;

/* A loop, and two lists. */
/* clang-format off */
#define ALL_LANES                                      \
	_Pragma("clang loop vectorize(assume_safety)") \
	_Pragma("clang loop vectorize_width(64)")      \
	_Pragma("clang loop interleave(disable)")      \
	for (size_t i = 0; i < NUM_VALUES; i++)

#define OPERATORS(X)                                                    \
	X(add) X(sub) X(mul) X(and) X(or) X(xor) X(div) X(mod)          \
	X(lsh) X(rsh) X(arsh) X(join)                                   \
	X(half_add) X(half_sub) X(half_mul) X(half_and) X(half_or)      \
	X(half_xor) X(half_div) X(half_mod) X(half_lsh) X(half_rsh)     \
	X(half_arsh)

#define RELATIONS(X)                                                    \
	X(EQ, eq) X(NE, ne) X(GT, gt) X(GE, ge) X(LT, lt) X(LE, le)     \
	X(SGT, sgt) X(SGE, sge) X(SLT, slt) X(SLE, sle) X(SET, set)     \
	X(CLEAR, clear)
/* clang-format on */

#define TRY_OPERATOR(name)                                   \
	static bool name##_is_sound(num b)                   \
	{                                                    \
		u8 bad = 0;                                  \
                                                             \
		ALL_LANES                                    \
		bad |= !is_held(hull_at(&results, i),        \
				name##_num(value_at(i), b)); \
		return !bad;                                 \
	}

OPERATORS(TRY_OPERATOR)

struct relation {
	enum bvm_rel rel;
	bool half;
	bool swapped; /* the lanes are the second operand */
};

/*
 * Where the lane's words have partners among b's, they must stay, and those
 * partners too.
 */
static inline bool keeps(struct relation r, size_t i, num b)
{
	const struct hull of_lane = hull_at(&results, i);
	num lane = value_at(i);
	num *const first = r.swapped ? &b : &lane;
	num *const second = r.swapped ? &lane : &b;
	const bool some = r.half ? bvm_num_refine_half(r.rel, first, second) :
				   bvm_num_refine(r.rel, first, second);
	const u8 held = is_held(of_lane, lane),
		 b_held = is_held(hull_at(&others, i), b);

	return (of_lane.umin > of_lane.umax) | (some & held & b_held);
}

#define TRY_RELATION_AS(name, ...)                                   \
	static bool name##_is_sound(num b)                           \
	{                                                            \
		const struct relation r = { BVM_REL_##__VA_ARGS__ }; \
		u8 bad = 0;                                          \
                                                                     \
		ALL_LANES                                            \
		bad |= !keeps(r, i, b);                              \
		return !bad;                                         \
	}

#define TRY_RELATION(rel, name)                               \
	TRY_RELATION_AS(refine_##name, rel, false, false)     \
	TRY_RELATION_AS(refine_half_##name, rel, true, false) \
	TRY_RELATION_AS(refine_half_swapped_##name, rel, true, true)

RELATIONS(TRY_RELATION)

struct trial {
	const char *name;
	bool (*is_sound)(num b);
	struct relation relation;
	const struct operator* op; /* NULL: a relation */
	bool half;
};

#define OPERATOR_ROW(name) { #name, name##_is_sound, { 0 }, NULL, false },
#define RELATION_ROW_AS(name, half, ...) \
	{ #name, name##_is_sound, { BVM_REL_##__VA_ARGS__ }, NULL, half },
#define RELATION_ROW(rel, name)                                     \
	RELATION_ROW_AS(refine_##name, false, rel, false, false)    \
	RELATION_ROW_AS(refine_half_##name, true, rel, true, false) \
	RELATION_ROW_AS(refine_half_swapped_##name, true, rel, true, true)

static struct trial trials[] = { OPERATORS(OPERATOR_ROW)
					 RELATIONS(RELATION_ROW) };

/* ---- trying ---- */

static u32 shard, num_shards;
static u32 num_passed, num_failed;

/* The first of the values that have the same half as a value. */
static u32 same_half[NUM_VALUES];
static u32 num_halves;

/* What can be seen of a value's half, and which halves its words have. */
struct half {
	num cut;
	num extended;
	struct set words;
};

static struct half half_of_value(u32 i)
{
	const num n = value_at(i);
	struct half half;
	u32 w;

	memset(&half, 0, sizeof(half));
	half.cut = bvm_num_cut(n, HALF);
	half.extended = bvm_num_extend(n, HALF);
	for (w = 0; w < NUM_WORDS; w++)
		if (bvm_num_has(&n, (word)w))
			set_add(&half.words, LOW(w));
	return half;
}

static void find_halves(void)
{
	static struct half halves[NUM_VALUES];
	static u32 first[NUM_VALUES];
	u32 i, j;

	for (i = 0; i < NUM_VALUES; i++) {
		halves[num_halves] = half_of_value(i);
		for (j = 0; memcmp(&halves[j], &halves[num_halves],
				   sizeof(*halves)) != 0;)
			j++;
		if (j == num_halves)
			first[num_halves++] = i;
		same_half[i] = first[j];
	}
}

/* Find the operators. Is each of two numbers tried, and each relation? */
static bool find_operators(void)
{
	u32 i, j, found = 0, wanted = 0;

	for (i = 0; i < ARRAY_SIZE(operators); i++) {
		if (operators[i].is_unary)
			continue;
		wanted++;
		for (j = 0; j < ARRAY_SIZE(trials); j++) {
			if (strcmp(trials[j].name, operators[i].name) != 0)
				continue;
			trials[j].op = &operators[i];
			trials[j].half = !strncmp(trials[j].name, "half_", 5);
			found++;
		}
	}
	return found == wanted &&
	       ARRAY_SIZE(trials) == wanted + 3 * ARRAY_SIZE(rel_names);
}

/* What the machine makes of x and y: a word, or whether they are related. */
static u8 concrete[NUM_WORDS][NUM_WORDS];

static u8 compute_one(const struct trial *t, u32 x, u32 y)
{
	const struct relation r = t->relation;
	const u32 mask = r.half ? HALF_WORDS - 1 : NUM_WORDS - 1;

	if (t->op)
		return (u8)t->op->concrete(x, y);
	return holds(r.rel, (r.swapped ? y : x) & mask,
		     (r.swapped ? x : y) & mask, r.half ? HALF : WIDTH);
}

static void compute(const struct trial *t)
{
	u32 x, y;

	for (y = 0; y < NUM_WORDS; y++)
		for (x = 0; x < NUM_WORDS; x++)
			concrete[y][x] = compute_one(t, x, y);
}

/* The results with each first word, and the word y as the second. */
static void add_results(const struct trial *t, u8 y)
{
	/* the words of a join are those of both */
	const bool joins = t->op->abstract == join_num;

	LANES for (size_t x = 0; x < NUM_WORDS; x++)
	{
		struct hull hull = hull_of(concrete[y][x]);

		if (joins)
			hull = both(hull, hull_of(y));
		put_hull(&rows, x, both(hull_at(&rows, x), hull));
	}
}

static void add_related(u8 y)
{
	LANES for (size_t x = 0; x < NUM_WORDS; x++)
	{
		const bool related = concrete[y][x];

		put_hull(&rows, x,
			 related ? hull_of((u8)x) : hull_at(&rows, x));
		put_hull(&other_rows, x,
			 both(hull_at(&other_rows, x),
			      related ? hull_of(y) : nothing));
	}
}

static void make_hulls(const struct trial *t, num b)
{
	u32 w;

	for (w = 0; w < NUM_WORDS; w++) {
		put_hull(&rows, w, nothing);
		put_hull(&other_rows, w, nothing);
	}
	for (w = 0; w < NUM_WORDS; w++) {
		if (!bvm_num_has(&b, (word)w))
			continue;
		if (t->op)
			add_results(t, (u8)w);
		else
			add_related((u8)w);
	}
	spread(&rows, &results);
	if (!t->op)
		spread(&other_rows, &others);
}

static void print_num(num n)
{
	printf("    value %02x mask %02x, %u to %u, %d to %d\n", n.value,
	       n.mask, n.umin, n.umax, n.smin, n.smax);
}

static bool is_sound_alone(const struct trial *t, size_t i, num b)
{
	if (t->op)
		return is_held(hull_at(&results, i),
			       t->op->abstract(value_at(i), b));
	return keeps(t->relation, i, b);
}

/* The lane that is bad with b, found again one by one. */
static void print_pair(const struct trial *t, num b)
{
	size_t i;

	for (i = 0; i < NUM_VALUES; i++)
		if (!is_sound_alone(t, i, b))
			break;
	if (i < NUM_VALUES)
		print_num(value_at(i));
	else
		printf("    none, one by one: the compiler is wrong\n");
	print_num(b);
}

static void try(const struct trial *t)
{
	u64 pairs = 0;
	u32 i, bad = 0;

	compute(t);
	for (i = shard; i < NUM_VALUES; i += num_shards) {
		if (t->half && same_half[i] != i)
			continue;
		pairs += NUM_VALUES;
		make_hulls(t, value_at(i));
		if (!t->is_sound(value_at(i)) && !bad++) {
			printf("FAIL %s: results lack a concrete one; first of\n",
			       t->name);
			print_pair(t, value_at(i));
		}
	}
	printf("%d:%s\t%llu\n", WIDTH, t->name, (unsigned long long)pairs);
	num_failed += bad > 0;
	num_passed += !bad;
	(void)fflush(stdout);
}

static const char *what_is_wrong(void)
{
	u32 times;

	if (!builtins_are_replaced_well())
		return "builtins: their replacements differ";
	if (!find_operators())
		return "operators: not the same as in operators.h";
	if (!make_values())
		return "settle: a value is empty";
	for (times = 1; times < 8; times += 2)
		if (!spreads_well(times, &rows, &results))
			return "spread: a hull is not that of its set";
	return NULL;
}

int main(int argc, char **argv)
{
	const char *wrong;
	u32 i;

	shard = argc == 3 ? (u32)atoi(argv[1]) : 1;
	num_shards = argc == 3 ? (u32)atoi(argv[2]) : 0;
	if (shard >= num_shards) {
		fprintf(stderr, "usage: lanes SHARD NUM_SHARDS\n");
		return 2;
	}
	wrong = what_is_wrong();
	if (wrong) {
		printf("FAIL %s\n", wrong);
		return 2;
	}
	find_halves();
	printf("# %u x %u values at %d bits, x %u on halves, shard %u of %u\n",
	       NUM_VALUES, NUM_VALUES, WIDTH, num_halves, shard, num_shards);
	for (i = 0; i < ARRAY_SIZE(trials); i++)
		try(&trials[i]);
	printf("%u passed, %u failed\n", num_passed, num_failed);
	return num_failed ? EXIT_FAILURE : EXIT_SUCCESS;
}
