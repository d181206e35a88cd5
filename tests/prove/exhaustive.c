// SPDX-License-Identifier: GPL-2.0-only
/*
 * exhaustive.c - the value domain against every word, at a small width
 *
 * usage: exhaustive PRECISION-FILE|- [STRIDE]
 *
 * Compiled with BVM_WORD_BITS of 4, 6 or 8. For pairs of abstract values (see
 * collect()), each operator's result must hold every concrete result; how much
 * more it holds than the best abstract value would is printed, a line for each
 * operator: name, pairs, share of pairs that are best, mean and greatest log2
 * of the ratio of the sets' sizes. With a file of such lines, none may have
 * become worse. With a STRIDE, only every STRIDEth pair is tried, and precision is
 * not compared. Ends with "N passed, N failed".
 */
#include "vm/interval.c"
#include "vm/interval_alu.c"
#include "vm/interval_settle.c"

#include <math.h>
#include <stdlib.h>

#define WIDTH BVM_WORD_BITS
#define NUM_WORDS (1 << WIDTH)
#define SET_LEN ((NUM_WORDS + 63) / 64)
#define HALF_WORDS (NUM_WORDS >> (WIDTH / 2))
/* Random pairs for each operator where there are too many to try all. */
#define NUM_RANDOM 200000

/* A set of words, bit by bit. */
struct set {
	u64 part[SET_LEN];
};

struct value {
	num num;
	struct set set;
};

static struct value *values;
static u32 num_values;
static u32 num_passed, num_failed, stride = 1;
static const char *precision_path;

/* ---- sets ---- */

static void set_add(struct set *s, u32 w)
{
	s->part[w / 64] |= (u64)1 << (w % 64);
}

static bool set_has(const struct set *s, u32 w)
{
	return s->part[w / 64] >> (w % 64) & 1;
}

static void set_join(struct set *s, const struct set *other)
{
	u32 i;

	for (i = 0; i < SET_LEN; i++)
		s->part[i] |= other->part[i];
}

static bool set_is_in(const struct set *s, const struct set *other)
{
	u32 i;

	for (i = 0; i < SET_LEN; i++)
		if (s->part[i] & ~other->part[i])
			return false;
	return true;
}

static u32 set_size(const struct set *s)
{
	u32 i, size = 0;

	for (i = 0; i < SET_LEN; i++)
		size += __builtin_popcountll(s->part[i]);
	return size;
}

/* The words that have bit i. */
static struct set words_with[WIDTH];

static void init_words_with(void)
{
	u32 i, w;

	for (i = 0; i < WIDTH; i++)
		for (w = 0; w < NUM_WORDS; w++)
			if (w >> i & 1)
				set_add(&words_with[i], w);
}

/* The words from lo to hi, of one part of a set. */
static u64 stretch(u32 part, u32 lo, u32 hi)
{
	const u32 first = 64 * part, last = first + 63;
	u64 words = ~(u64)0;

	if (hi < first || lo > last)
		return 0;
	if (lo > first)
		words &= ~(u64)0 << (lo - first);
	if (hi < last)
		words &= ~(u64)0 >> (last - hi);
	return words;
}

static struct set words_of(const num *n)
{
	const u32 smin = (u32)(word)n->smin, smax = (u32)(word)n->smax;
	struct set s;
	u32 i, bit;
	u64 words;

	for (i = 0; i < SET_LEN; i++) {
		/* a signed stretch that crosses 0 goes round the end */
		if (smin <= smax)
			words = stretch(i, smin, smax);
		else
			words = stretch(i, smin, NUM_WORDS - 1) |
				stretch(i, 0, smax);
		words &= stretch(i, (u32)n->umin, (u32)n->umax);
		for (bit = 0; bit < WIDTH; bit++) {
			if ((u32)n->mask >> bit & 1)
				continue;
			if ((u32)n->value >> bit & 1)
				words &= words_with[bit].part[i];
			else
				words &= ~words_with[bit].part[i];
		}
		s.part[i] = words;
	}
	return s;
}

/* The least word of a set from `at` up, or NUM_WORDS. */
static u32 first_from(const struct set *s, u32 at)
{
	u32 i;
	u64 words;

	for (i = at / 64; i < SET_LEN; i++) {
		words = s->part[i] & stretch(i, at, NUM_WORDS - 1);
		if (words)
			return 64 * i + __builtin_ctzll(words);
	}
	return NUM_WORDS;
}

/* The greatest word of a set below `at`, or NUM_WORDS. */
static u32 last_below(const struct set *s, u32 at)
{
	u32 i;
	u64 words;

	for (i = SET_LEN; i-- > 0;) {
		words = s->part[i] & stretch(i, 0, at - 1);
		if (words)
			return 64 * i + 63 - __builtin_clzll(words);
	}
	return NUM_WORDS;
}

/* The best abstract value of a set that is not empty. */
static num best_of(const struct set *s)
{
	const u32 first_neg = first_from(s, NUM_WORDS / 2);
	const u32 last_pos = last_below(s, NUM_WORDS / 2);
	num n = { .umin = (word)first_from(s, 0),
		  .umax = (word)last_below(s, NUM_WORDS) };
	u32 i, bit;

	n.smin = first_neg < NUM_WORDS ? (sword)(word)first_neg : (sword)n.umin;
	n.smax = last_pos < NUM_WORDS ? (sword)(word)last_pos : (sword)n.umax;
	for (bit = 0; bit < WIDTH; bit++) {
		u64 with = 0, without = 0;

		for (i = 0; i < SET_LEN; i++) {
			with |= s->part[i] & words_with[bit].part[i];
			without |= s->part[i] & ~words_with[bit].part[i];
		}
		if (with && without)
			n.mask |= (word)((word)1 << bit);
		else if (with)
			n.value |= (word)((word)1 << bit);
	}
	return n;
}

/* ---- the values that are tried ---- */

static int compare_values(const void *a, const void *b)
{
	return memcmp(((const struct value *)a)->set.part,
		      ((const struct value *)b)->set.part, sizeof(struct set));
}

static void collect_one(num n)
{
	static u32 room;

	if ((word)(n.value & n.mask) || !bvm_num_settle(&n))
		return;
	if (num_values == room) {
		room = room ? 2 * room : 1024;
		values = realloc(values, room * sizeof(*values));
		if (!values)
			exit(2);
	}
	values[num_values++] = (struct value){ n, words_of(&n) };
}

static num with_bits(u32 value, u32 mask)
{
	return from_bits((struct bits){ (word)value, (word)mask });
}

static num with_unsigned(num n, u32 lo, u32 hi)
{
	n.umin = (word)lo;
	n.umax = (word)hi;
	return n;
}

static num with_signed(num n, u32 lo, u32 hi)
{
	n.smin = (sword)(word)(lo ^ BVM_WORD_SIGN);
	n.smax = (sword)(word)(hi ^ BVM_WORD_SIGN);
	return n;
}

static void collect_products(num n)
{
	u32 lo, hi, slo, shi;

	for (lo = 0; lo < NUM_WORDS; lo++)
		for (hi = lo; hi < NUM_WORDS; hi++)
			for (slo = 0; slo < NUM_WORDS; slo++)
				for (shi = slo; shi < NUM_WORDS; shi++)
					collect_one(with_signed(
						with_unsigned(n, lo, hi), slo,
						shi));
}

/*
 * At 4 bits: everything that settling can make. At 6 and 8: all known bits
 * alone, all unsigned bounds alone, all signed bounds alone.
 */
static void collect(void)
{
	const bool all = WIDTH == 4;
	u32 i, j;

	for (i = 0; i < NUM_WORDS; i++) {
		for (j = 0; j < NUM_WORDS; j++) {
			if (i & j)
				continue;
			if (all)
				collect_products(with_bits(i, j));
			else
				collect_one(with_bits(i, j));
		}
	}
	for (i = 0; i < NUM_WORDS && !all; i++) {
		for (j = i; j < NUM_WORDS; j++) {
			collect_one(with_unsigned(bvm_num_top(), i, j));
			collect_one(with_signed(bvm_num_top(), i, j));
		}
	}
}

/* One for each set; two values of one set would be settled badly. */
static void make_unique(void)
{
	u32 i, kept = 0, bad = 0;

	qsort(values, num_values, sizeof(*values), compare_values);
	for (i = 0; i < num_values; i++) {
		num best = best_of(&values[i].set);

		if (!bvm_num_is_same(&best, &values[i].num))
			bad++;
		if (!kept || compare_values(&values[kept - 1], &values[i]))
			values[kept++] = values[i];
	}
	num_values = kept;
	if (bad)
		printf("FAIL settle: %u values are not the best\n", bad);
	num_failed += bad > 0;
	num_passed += bad == 0;
}

/* ---- operators ---- */

struct operator
{
	const char *name;
	num (*abstract)(num a, num b);
	u32 (*concrete)(u32 x, u32 y);
	bool is_unary; /* the second operand is a constant */
};

static s32 to_signed(u32 w, u32 bits)
{
	return (s32)(w << (32 - bits)) >> (32 - bits);
}

#define OPERATOR(name, abstract_result, concrete_result) \
	static num name##_num(num a, num b)              \
	{                                                \
		(void)b;                                 \
		return abstract_result;                  \
	}                                                \
	static u32 name##_word(u32 x, u32 y)             \
	{                                                \
		(void)y;                                 \
		return concrete_result;                  \
	}

#define HALF (WIDTH / 2)
#define LOW(x) ((x) & (HALF_WORDS - 1))
/* As the verifier does it for 32-bit instructions. */
#define HALF_NUM(op) \
	bvm_num_cut(op(bvm_num_cut(a, HALF), bvm_num_cut(b, HALF)), HALF)
#define HALF_SHIFT(op, a, b) \
	bvm_num_cut(op(a, bvm_num_cut(b, HALF), HALF), HALF)
#define CONST(b) ((word)(b).umin)
#define COUNT(b) (1 + (u32)(b).umin % WIDTH)

OPERATOR(add, bvm_num_add(a, b), x + y)
OPERATOR(sub, bvm_num_sub(a, b), x - y)
OPERATOR(neg, bvm_num_sub(bvm_num_const(0), a), -x)
OPERATOR(mul, bvm_num_mul(a, b), x *y)
OPERATOR(and, bvm_num_and(a, b), x &y)
OPERATOR(or, bvm_num_or(a, b), x | y)
OPERATOR(xor, bvm_num_xor(a, b), x ^ y)
OPERATOR(div, bvm_num_div(a, b), y ? x / y : 0)
OPERATOR(mod, bvm_num_mod(a, b), y ? x % y : x)
OPERATOR(div_const, bvm_num_div_const(a, CONST(b)), y ? x / y : 0)
OPERATOR(mod_const, bvm_num_mod_const(a, CONST(b)), y ? x % y : x)
OPERATOR(lsh, bvm_num_lsh(a, b, WIDTH), x << (y & (WIDTH - 1)))
OPERATOR(rsh, bvm_num_rsh(a, b, WIDTH), x >> (y & (WIDTH - 1)))
OPERATOR(arsh, bvm_num_arsh(a, b, WIDTH),
	 (u32)(to_signed(x, WIDTH) >> (y & (WIDTH - 1))))
OPERATOR(lsh_const, bvm_num_lsh(a, b, WIDTH), x << (y & (WIDTH - 1)))
OPERATOR(rsh_const, bvm_num_rsh(a, b, WIDTH), x >> (y & (WIDTH - 1)))
OPERATOR(arsh_const, bvm_num_arsh(a, b, WIDTH),
	 (u32)(to_signed(x, WIDTH) >> (y & (WIDTH - 1))))
OPERATOR(cut, bvm_num_cut(a, COUNT(b)), x &((2u << (y % WIDTH)) - 1))
OPERATOR(extend, bvm_num_extend(a, COUNT(b)), (u32)to_signed(x, 1 + y % WIDTH))
OPERATOR(range, bvm_num_range(a.umin, a.umax), x)
OPERATOR(half_add, HALF_NUM(bvm_num_add), LOW(LOW(x) + LOW(y)))
OPERATOR(half_sub, HALF_NUM(bvm_num_sub), LOW(LOW(x) - LOW(y)))
OPERATOR(half_mul, HALF_NUM(bvm_num_mul), LOW(LOW(x) * LOW(y)))
OPERATOR(half_and, HALF_NUM(bvm_num_and), LOW(x &y))
OPERATOR(half_or, HALF_NUM(bvm_num_or), LOW(x | y))
OPERATOR(half_xor, HALF_NUM(bvm_num_xor), LOW(x ^ y))
OPERATOR(half_div, HALF_NUM(bvm_num_div), LOW(y) ? LOW(x) / LOW(y) : 0)
OPERATOR(half_mod, HALF_NUM(bvm_num_mod), LOW(y) ? LOW(x) % LOW(y) : LOW(x))
OPERATOR(half_lsh, HALF_SHIFT(bvm_num_lsh, bvm_num_cut(a, HALF), b),
	 LOW(LOW(x) << (y & (HALF - 1))))
OPERATOR(half_rsh, HALF_SHIFT(bvm_num_rsh, bvm_num_cut(a, HALF), b),
	 LOW(x) >> (y & (HALF - 1)))
OPERATOR(half_arsh, HALF_SHIFT(bvm_num_arsh, bvm_num_extend(a, HALF), b),
	 LOW((u32)(to_signed(x, HALF) >> (y & (HALF - 1)))))
OPERATOR(join, bvm_num_join(a, b), x)

#define ROW(name, unary)                              \
	{                                             \
#name, name##_num, name##_word, unary \
	}

static const struct operator operators[] = {
	ROW(add, false),       ROW(sub, false),	      ROW(neg, true),
	ROW(mul, false),       ROW(and, false),	      ROW(or, false),
	ROW(xor, false),       ROW(div, false),	      ROW(mod, false),
	ROW(div_const, true),  ROW(mod_const, true),  ROW(lsh, false),
	ROW(rsh, false),       ROW(arsh, false),      ROW(lsh_const, true),
	ROW(rsh_const, true),  ROW(arsh_const, true), ROW(cut, true),
	ROW(extend, true),     ROW(range, true),      ROW(half_add, false),
	ROW(half_sub, false),  ROW(half_mul, false),  ROW(half_and, false),
	ROW(half_or, false),   ROW(half_xor, false),  ROW(half_div, false),
	ROW(half_mod, false),  ROW(half_lsh, false),  ROW(half_rsh, false),
	ROW(half_arsh, false), ROW(join, false),
};

/* ---- how good ---- */

struct score {
	u64 pairs;
	u64 best;
	double loss; /* sum of log2 of the ratio of sizes */
	double max;
	bool unsound;
};

/* r should hold `image`, and as little else as can be. */
static void judge(struct score *score, const num *r, const struct set *image)
{
	const struct set words = words_of(r);
	num best;
	struct set best_words;
	double loss;

	score->pairs++;
	if (!set_is_in(image, &words))
		score->unsound = true;
	if (!set_size(image))
		return;
	best = best_of(image);
	best_words = words_of(&best);
	if (set_is_in(&words, &best_words)) {
		score->best++;
		return;
	}
	loss = log2((double)set_size(&words) / set_size(&best_words));
	score->loss += loss;
	score->max = loss > score->max ? loss : score->max;
}

/* The committed line of an operator, if there is one. */
static bool find_line(const char *name, double *share, double *mean)
{
	char line[200], width_name[64], found[64];
	unsigned long long pairs;
	FILE *f = fopen(precision_path, "r");
	bool ok = false;

	if (!f) {
		perror(precision_path);
		exit(2);
	}
	snprintf(width_name, sizeof(width_name), "%d:%s", WIDTH, name);
	while (!ok && fgets(line, sizeof(line), f))
		ok = sscanf(line, "%63s %llu %lf %lf", found, &pairs, share,
			    mean) == 4 &&
		     !strcmp(found, width_name);
	(void)fclose(f);
	return ok;
}

static void tell(const char *name, const struct score *score)
{
	const double share = 100.0 * score->best / score->pairs;
	const double mean = score->loss / score->pairs;
	double old_share, old_mean;
	bool bad = score->unsound;

	printf("%d:%s\t%llu\t%.3f\t%.4f\t%.2f\n", WIDTH, name,
	       (unsigned long long)score->pairs, share, mean, score->max);
	if (score->unsound)
		printf("FAIL %s: a result does not hold a concrete one\n",
		       name);
	if (precision_path) {
		if (!find_line(name, &old_share, &old_mean)) {
			printf("FAIL %s: not in %s\n", name, precision_path);
			bad = true;
		} else if (share < old_share - 0.001 ||
			   mean > old_mean + 0.0001) {
			printf("FAIL %s: worse than %.3f %.4f\n", name,
			       old_share, old_mean);
			bad = true;
		}
	}
	num_failed += bad;
	num_passed += !bad;
}

/* ---- trying ---- */

static u32 roll(u32 n)
{
	static u64 state = 1;

	state = state * 6364136223846793005u + 1442695040888963407u;
	return (u32)(state >> 33) % n;
}

/* All x op y, for each x, with the ys of one value. */
static void make_rows(const struct operator* op, const struct set *ys,
		      struct set rows[NUM_WORDS])
{
	u32 x, y;

	memset(rows, 0, NUM_WORDS * sizeof(rows[0]));
	for (x = 0; x < NUM_WORDS; x++)
		for (y = 0; y < NUM_WORDS; y++)
			if (set_has(ys, y))
				set_add(&rows[x],
					op->concrete(x, y) & (NUM_WORDS - 1));
}

static void try_pair(const struct operator* op, const struct value *a,
		     const struct value *b, const struct set *rows,
		     struct score *score)
{
	const num r = op->abstract(a->num, b->num);
	struct set image = { { 0 } };
	u32 i;
	u64 left;

	for (i = 0; i < SET_LEN; i++)
		for (left = a->set.part[i]; left; left &= left - 1)
			set_join(&image, &rows[64 * i + __builtin_ctzll(left)]);
	if (op->abstract == join_num)
		set_join(&image, &b->set);
	judge(score, &r, &image);
}

/* At 8 bits there are too many pairs: some second operands, random firsts. */
static void try_some(const struct operator* op, struct score *score)
{
	static struct set rows[NUM_WORDS];
	u32 i, j;

	for (j = 0; j < NUM_RANDOM / 100; j++) {
		const struct value *b = &values[roll(num_values)];

		make_rows(op, &b->set, rows);
		for (i = 0; i < 100; i++)
			try_pair(op, &values[roll(num_values)], b, rows, score);
	}
}

static void try_all(const struct operator* op, struct score *score)
{
	const u32 step = op->is_unary ? 1 : stride;
	static struct set rows[NUM_WORDS];
	u32 i, j;

	for (j = 0; j < num_values; j++) {
		const struct value *b = &values[j];

		if (op->is_unary && !bvm_num_is_const(&b->num))
			continue;
		make_rows(op, &b->set, rows);
		for (i = j % step; i < num_values; i += step)
			try_pair(op, &values[i], b, rows, score);
	}
}

static void try_operator(const struct operator* op)
{
	struct score score = { 0 };

	if (WIDTH == 8 && !op->is_unary)
		try_some(op, &score);
	else
		try_all(op, &score);
	tell(op->name, &score);
}

static bool holds(enum bvm_rel rel, u32 x, u32 y, u32 bits)
{
	const s32 sx = to_signed(x, bits), sy = to_signed(y, bits);

	switch (rel) {
	case BVM_REL_EQ:
		return x == y;
	case BVM_REL_NE:
		return x != y;
	case BVM_REL_GT:
		return x > y;
	case BVM_REL_GE:
		return x >= y;
	case BVM_REL_LT:
		return x < y;
	case BVM_REL_LE:
		return x <= y;
	case BVM_REL_SGT:
		return sx > sy;
	case BVM_REL_SGE:
		return sx >= sy;
	case BVM_REL_SLT:
		return sx < sy;
	case BVM_REL_SLE:
		return sx <= sy;
	case BVM_REL_SET:
		return (x & y) != 0;
	case BVM_REL_CLEAR:
		return (x & y) == 0;
	}
	return false;
}

/* For each x, the ys for which the relation holds; and the other way round. */
static struct set related[2][NUM_WORDS];

static void relate(enum bvm_rel rel, bool half)
{
	const u32 mask = half ? HALF_WORDS - 1 : NUM_WORDS - 1;
	u32 x, y;

	memset(related, 0, sizeof(related));
	for (x = 0; x < NUM_WORDS; x++) {
		for (y = 0; y < NUM_WORDS; y++) {
			if (!holds(rel, x & mask, y & mask,
				   half ? HALF : WIDTH))
				continue;
			set_add(&related[0][x], y);
			set_add(&related[1][y], x);
		}
	}
}

static bool meets(const struct set *a, const struct set *b)
{
	u32 i;

	for (i = 0; i < SET_LEN; i++)
		if (a->part[i] & b->part[i])
			return true;
	return false;
}

/* The words of a that are related to one of b. */
static struct set keep(const struct set *a, const struct set *b, u32 side)
{
	struct set kept = { { 0 } };
	u32 i, x;
	u64 left;

	for (i = 0; i < SET_LEN; i++) {
		for (left = a->part[i]; left; left &= left - 1) {
			x = 64 * i + __builtin_ctzll(left);
			if (meets(&related[side][x], b))
				set_add(&kept, x);
		}
	}
	return kept;
}

static void try_refine(const struct value *a, const struct value *b,
		       enum bvm_rel rel, bool half, struct score *score)
{
	const struct set image_a = keep(&a->set, &b->set, 0);
	const struct set image_b = keep(&b->set, &a->set, 1);
	num x = a->num, y = b->num;
	bool some = half ? bvm_num_refine_half(rel, &x, &y) :
			   bvm_num_refine(rel, &x, &y);

	if (!some && set_size(&image_a))
		score->unsound = true;
	if (!some || !set_size(&image_a)) {
		/* what was seen to be impossible is as good as can be */
		score->pairs++;
		score->best += !some;
		return;
	}
	judge(score, &x, &image_a);
	judge(score, &y, &image_b);
}

static void try_relation(enum bvm_rel rel, const char *name, bool half)
{
	struct score score = { 0 };
	char text[64];
	u32 i, j;

	relate(rel, half);
	for (j = 0; j < num_values && WIDTH < 8; j++)
		for (i = j % stride; i < num_values; i += stride)
			try_refine(&values[i], &values[j], rel, half, &score);
	for (j = 0; j < NUM_RANDOM && WIDTH == 8; j++)
		try_refine(&values[roll(num_values)], &values[roll(num_values)],
			   rel, half, &score);
	snprintf(text, sizeof(text), "%s%s", half ? "refine_half_" : "refine_",
		 name);
	tell(text, &score);
}

int main(int argc, char **argv)
{
	static const char *const names[] = { "eq",  "ne",  "gt",  "ge",
					     "lt",  "le",  "sgt", "sge",
					     "slt", "sle", "set", "clear" };
	u32 i;

	if (argc > 1 && strcmp(argv[1], "-") != 0)
		precision_path = argv[1];
	if (argc > 2)
		stride = (u32)atoi(argv[2]);
	if (!stride)
		return 2;
	init_words_with();
	collect();
	make_unique();
	printf("# %u values at %d bits\n", num_values, WIDTH);
	for (i = 0; i < ARRAY_SIZE(operators); i++)
		try_operator(&operators[i]);
	for (i = 0; i < ARRAY_SIZE(names); i++) {
		try_relation(i, names[i], false);
		try_relation(i, names[i], true);
	}
	printf("%u passed, %u failed\n", num_passed, num_failed);
	return num_failed ? EXIT_FAILURE : EXIT_SUCCESS;
}
