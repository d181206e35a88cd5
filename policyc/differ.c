// SPDX-License-Identifier: GPL-2.0-only
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "differ.h"
#include "intern.h"

/* An entry of what is left of a list. */
struct entry {
	u64 need;
	u32 verdict;
	u32 reserved;
};

#define WORDS (sizeof(struct entry) / sizeof(u32))

/* The same, in terms that both images share; nothing but whether it denies. */
struct common {
	u64 need[2]; /* a bit for each predicate of either image */
	u64 deny;
};

struct search {
	const struct differ *differ;
	u32 order[DIFFER_MAX_PARTS]; /* of parts: those that differ first */
	u32 at[DIFFER_MAX_PARTS]; /* their settings */
	struct intern lists[2]; /* what is left, as words of struct entry */
	struct intern seen; /* depth, and a list of each */
	u32 common[2][BVM_MAX_PREDICATES]; /* number of a predicate in common */
	struct common *room[2];
	struct entry *from, *left; /* room for a list */
	bool stop;
};

/* ---- predicates that mean the same in both images ---- */

/* For which settings of its part a predicate holds, is what it means. */
static void name_predicates(struct search *s)
{
	const struct differ *d = s->differ;
	struct intern meanings;

	intern_init(&meanings, d->arena);
	for (u32 p = 0; p < d->num_parts; p++) {
		const struct differ_part *part = &d->parts[p];
		u32 *words = arena_array(d->arena, part->num + 1, sizeof(u32));

		words[0] = p;
		for (u32 k = 0; k < 2; k++)
			for (u64 left = part->mask[k]; left; left &= left - 1) {
				const u32 bit = (u32)__builtin_ctzll(left);

				for (u32 i = 0; i < part->num; i++)
					words[1 + i] =
						part->preds[i][k] >> bit & 1;
				s->common[k][bit] = intern_put(&meanings, words,
							       part->num + 1);
			}
	}
}

static struct common in_common(const struct search *s, u32 k,
			       const struct entry *e)
{
	struct common c = {
		.deny = e->verdict & BVM_VERDICT_DENY &&
			!s->differ->lists[k].never_denies,
	};

	for (u64 left = e->need; left; left &= left - 1) {
		const u32 number = s->common[k][__builtin_ctzll(left)];

		c.need[number / 64] |= 1ull << number % 64;
	}
	return c;
}

static int compare(const void *a, const void *b)
{
	return memcmp(a, b, sizeof(struct common));
}

/*
 * Of neighbours that all deny, or all allow, the order makes no difference, nor
 * do those at the end that do as the last one does.
 */
static u32 put_common(struct search *s, u32 k, u32 list)
{
	const u32 *words = intern_get(&s->lists[k], list);
	const u32 num = intern_len(&s->lists[k], list) / WORDS;
	struct common *c = s->room[k];
	u32 kept = num, run = 0;

	for (u32 i = 0; i < num; i++) {
		struct entry e;

		memcpy(&e, words + i * WORDS, sizeof(e));
		c[i] = in_common(s, k, &e);
	}
	while (kept > 1 && c[kept - 2].deny == c[num - 1].deny)
		kept--;
	c[kept - 1] = (struct common){ .deny = c[num - 1].deny };
	for (u32 i = 1; i <= kept; i++)
		if (i == kept || c[i].deny != c[run].deny) {
			qsort(&c[run], i - run, sizeof(*c), compare);
			run = i;
		}
	return kept;
}

static bool deny_alike(struct search *s, u32 a, u32 b)
{
	const u32 num = put_common(s, 0, a);

	return put_common(s, 1, b) == num &&
	       !memcmp(s->room[0], s->room[1], num * sizeof(struct common));
}

/* ---- what is left ---- */

static u32 put_left(struct search *s, u32 k, const struct entry *from, u32 num,
		    u64 decided, u64 hold)
{
	struct entry *left = s->left;
	u32 n = 0;

	for (u32 i = 0; i < num; i++) {
		if (from[i].need & decided & ~hold)
			continue;
		left[n] = from[i];
		left[n].need &= ~decided;
		if (!left[n++].need)
			break;
	}
	return intern_put(&s->lists[k], (const u32 *)left, n * WORDS);
}

static u32 without(struct search *s, u32 k, u32 list, u32 part, u32 setting)
{
	const u32 num = intern_len(&s->lists[k], list) / WORDS;
	const struct differ_part *p = &s->differ->parts[part];

	memcpy(s->from, intern_get(&s->lists[k], list), num * sizeof(*s->from));
	return put_left(s, k, s->from, num, p->mask[k], p->preds[setting][k]);
}

/* What no part decides is decided already. */
static u32 begin(struct search *s, u32 k)
{
	const struct differ_list *list = &s->differ->lists[k];
	u64 open = 0;

	intern_init(&s->lists[k], s->differ->arena);
	s->room[k] =
		arena_array(s->differ->arena, list->num, sizeof(struct common));
	for (u32 p = 0; p < s->differ->num_parts; p++)
		open |= s->differ->parts[p].mask[k];
	for (u32 i = 0; i < list->num; i++)
		s->from[i] =
			(struct entry){ .need = list->entries[i].need,
					.verdict = list->entries[i].verdict };
	return put_left(s, k, s->from, list->num, ~open, list->known);
}

/* ---- searching ---- */

static bool is_in(const struct common *list, u32 num, const struct common *c)
{
	for (u32 i = 0; i < num; i++)
		if (!memcmp(&list[i], c, sizeof(*c)))
			return true;
	return false;
}

/* Predicates of entries that the other list has not. */
static void add_different(const struct search *s, u32 k, const u32 *num,
			  u64 *need)
{
	for (u32 i = 0; i < num[k]; i++) {
		const struct common *c = &s->room[k][i];

		if (is_in(s->room[!k], num[!k], c))
			continue;
		need[0] |= c->need[0];
		need[1] |= c->need[1];
	}
}

/* Parts that such a predicate is of come first: most settings end there. */
static void find_order(struct search *s, u32 a, u32 b)
{
	const struct differ *d = s->differ;
	const u32 num[2] = { put_common(s, 0, a), put_common(s, 1, b) };
	u64 need[2] = { 0 };
	u32 n = 0;

	add_different(s, 0, num, need);
	add_different(s, 1, num, need);
	for (u32 late = 0; late < 2; late++)
		for (u32 p = 0; p < d->num_parts; p++) {
			bool differs = false;

			for (u32 k = 0; k < 2; k++)
				for (u64 left = d->parts[p].mask[k]; left;
				     left &= left - 1) {
					const u32 c =
						s->common[k][__builtin_ctzll(
							left)];

					differs |= need[c / 64] >> c % 64 & 1;
				}
			if (differs != late)
				s->order[n++] = p;
		}
}

static int search(struct search *s, u32 depth, u32 a, u32 b)
{
	const struct differ *d = s->differ;
	const u32 key[] = { depth, a, b }, known = s->seen.num;
	const struct differ_part *part;
	u32 p;

	if (intern_put(&s->seen, key, ARRAY_SIZE(key)) != known)
		return 0;
	if (known >= d->max_pairs)
		return -E2BIG;
	if (deny_alike(s, a, b))
		return 0;
	if (depth == d->num_parts) {
		s->stop = !d->visit(d->arg, s->at);
		return 0;
	}
	p = s->order[depth];
	part = &d->parts[p];
	for (u32 i = 0; i < part->num && !s->stop; i++) {
		int ret;

		s->at[p] = i;
		ret = search(s, depth + 1, without(s, 0, a, p, i),
			     without(s, 1, b, p, i));
		if (ret)
			return ret;
	}
	return 0;
}

int differ_find(const struct differ *differ)
{
	struct search *s = arena_alloc(differ->arena, sizeof(*s));
	const u32 most = differ->lists[0].num > differ->lists[1].num ?
				 differ->lists[0].num :
				 differ->lists[1].num;
	u32 a, b;

	s->differ = differ;
	s->from = arena_array(differ->arena, most, sizeof(*s->from));
	s->left = arena_array(differ->arena, most, sizeof(*s->left));
	intern_init(&s->seen, differ->arena);
	name_predicates(s);
	a = begin(s, 0);
	b = begin(s, 1);
	find_order(s, a, b);
	return search(s, 0, a, b);
}
