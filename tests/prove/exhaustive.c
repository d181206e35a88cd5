// SPDX-License-Identifier: GPL-2.0-only
/*
 * exhaustive.c - the value domain against every word, at a small width
 *
 * usage: exhaustive PRECISION-FILE|- [STRIDE [PRODUCTS]]
 *
 * Compiled with BVM_WORD_BITS of 4, 6 or 8. For pairs of abstract values (see
 * collect_all()), each operator's result must hold every concrete result; how much
 * more it holds than the best abstract value would is printed, a line for each
 * operator: name, pairs, share of pairs that are best, mean and greatest log2
 * of the ratio of the sets' sizes. With a file of such lines, none may have
 * become worse. With a STRIDE, only every STRIDEth pair is tried, and precision is
 * not compared. With PRODUCTS, so many random values that have known bits,
 * unsigned and signed bounds at once are taken instead of all that have one of
 * them. Ends with "N passed, N failed".
 */
#include "vm/interval.c"
#include "vm/interval_alu.c"
#include "vm/interval_settle.c"

#include "tests/prove/operators.h"

#include <math.h>
#include <stdlib.h>

/* Random pairs for each operator where there are too many to try all. */
#define NUM_RANDOM 200000

static struct values values;
static u32 num_passed, num_failed, stride = 1;
static const char *precision_path;

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

static u32 roll(u32 n)
{
	static u64 state = 1;

	state = state * 6364136223846793005u + 1442695040888963407u;
	return (u32)(state >> 33) % n;
}

/* Bounds lo and hi of a random stretch; every other one is wide. */
static void roll_bounds(u32 *lo, u32 *hi)
{
	const u32 near = roll(2) ? NUM_WORDS / 4 : NUM_WORDS;
	const u32 a = roll(near), b = NUM_WORDS - 1 - roll(near);

	*lo = a < b ? a : b;
	*hi = a < b ? b : a;
}

/* Known bits, one of four, and both bounds; as many as hold a word. */
static void collect_some(u32 num)
{
	u32 value, mask, lo, hi, slo, shi;

	/* for the operators with a constant */
	for (value = 0; value < NUM_WORDS; value++)
		collect_one(&values, with_bits(value, 0));
	while (values.num < NUM_WORDS + num) {
		mask = roll(NUM_WORDS) | roll(NUM_WORDS);
		value = roll(NUM_WORDS) & ~mask;
		roll_bounds(&lo, &hi);
		roll_bounds(&slo, &shi);
		collect_one(&values,
			    with_signed(with_unsigned(with_bits(value, mask),
						      lo, hi),
					slo, shi));
	}
}

/*
 * At 4 bits: everything that settling can make. At 6 and 8: all known bits
 * alone, all unsigned bounds alone, all signed bounds alone; or some products.
 */
static void collect_all(u32 num_products)
{
	u32 bad;

	if (num_products)
		collect_some(num_products);
	else
		collect(&values, WIDTH == 4 ? "p" : "bus");
	bad = make_unique(&values);
	if (bad)
		printf("FAIL settle: %u values are not the best\n", bad);
	num_failed += bad > 0;
	num_passed += bad == 0;
}

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
		const struct value *b = &values.at[roll(values.num)];

		make_rows(op, &b->set, rows);
		for (i = 0; i < 100; i++)
			try_pair(op, &values.at[roll(values.num)], b, rows,
				 score);
	}
}

static void try_all(const struct operator* op, struct score *score)
{
	const u32 step = op->is_unary ? 1 : stride;
	static struct set rows[NUM_WORDS];
	u32 i, j;

	for (j = 0; j < values.num; j++) {
		const struct value *b = &values.at[j];

		if (op->is_unary && !bvm_num_is_const(&b->num))
			continue;
		make_rows(op, &b->set, rows);
		for (i = j % step; i < values.num; i += step)
			try_pair(op, &values.at[i], b, rows, score);
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
	for (j = 0; j < values.num && WIDTH < 8; j++)
		for (i = j % stride; i < values.num; i += stride)
			try_refine(&values.at[i], &values.at[j], rel, half,
				   &score);
	for (j = 0; j < NUM_RANDOM && WIDTH == 8; j++)
		try_refine(&values.at[roll(values.num)],
			   &values.at[roll(values.num)], rel, half, &score);
	snprintf(text, sizeof(text), "%s%s", half ? "refine_half_" : "refine_",
		 name);
	tell(text, &score);
}

int main(int argc, char **argv)
{
	u32 i;

	if (argc > 1 && strcmp(argv[1], "-") != 0)
		precision_path = argv[1];
	if (argc > 2)
		stride = (u32)atoi(argv[2]);
	if (!stride)
		return 2;
	init_words_with();
	collect_all(argc > 3 ? (u32)atoi(argv[3]) : 0);
	printf("# %u values at %d bits\n", values.num, WIDTH);
	for (i = 0; i < ARRAY_SIZE(operators); i++)
		try_operator(&operators[i]);
	for (i = 0; i < ARRAY_SIZE(rel_names); i++) {
		try_relation(i, rel_names[i], false);
		try_relation(i, rel_names[i], true);
	}
	printf("%u passed, %u failed\n", num_passed, num_failed);
	return num_failed ? EXIT_FAILURE : EXIT_SUCCESS;
}
