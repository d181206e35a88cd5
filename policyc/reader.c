// SPDX-License-Identifier: GPL-2.0-only
/*
 * reader.c - sets of places in globs
 *
 * A glob is a row of instructions, and a place is the number of one. Globs
 * that begin alike, in the order of their texts, share these instructions:
 * where the later one goes its own way, its first instruction is linked to
 * the one of the earlier (`also`). Then a star in a hundred globs is one place.
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "numbers.h"
#include "reader.h"

#define NONE U32_MAX
#define NUM_BYTES 256
#define ROOT U32_MAX /* in a set: the text is "/" */

enum kind {
	DO_BYTE, /* go on with that byte */
	DO_ANY, /* ... with any but the separator */
	DO_SET,
	DO_STAR, /* stay with any but the separator, or go on without */
	DO_GLOBSTAR, /* stay with any, or go on without */
	DO_FORK, /* go on without, and at `where` too, if that is not NONE */
	DO_JUMP, /* go on at `where` without */
	DO_MATCH,
};

struct instr {
	u8 kind;
	u8 byte; /* DO_BYTE */
	u32 set; /* DO_SET: index of sets */
	u32 where; /* DO_FORK, DO_JUMP; DO_MATCH: the pattern */
	u32 also; /* another one at the same place, or NONE */
	u32 own; /* leads only to the match of this, by no separator; or NONE */
	bool settled; /* a star of such: whatever comes by is matched */
};

struct line {
	const char *const *texts;
	u32 num;
	bool rest;
	u32 number;
};

/* A growing list: places, most often. */
struct places {
	u32 *items;
	u32 num, cap;
};

struct reader {
	struct arena *arena;
	enum pattern_mode mode;
	u8 separator;
	struct line *lines;
	u32 num_lines;
	struct instr *instrs;
	u32 num_instrs;
	struct byteset *sets;
	u32 num_sets;
	/* of the line before: its instructions up to a brace or its end */
	u32 *path;
	u32 path_len, path_cap;
	struct intern states; /* sets of places, sorted */
	u32 start;
	/* per instruction: the last round it was walked on from, and taken in */
	u32 *seen, *taken;
	u32 round;
	/* per pattern: the round of the last set in which it is settled, where */
	u32 *settled, *kept;
	struct places stack, next, wide, narrow, named[NUM_BYTES];
	struct byteset names; /* which of named may hold something */
	struct places matches, root; /* patterns; of "/" */
};

static void push(struct reader *r, struct places *p, u32 place)
{
	if (p->num == p->cap) {
		const u32 cap = p->cap ? 2 * p->cap : 8;

		p->items = arena_resize(r->arena, p->items,
					p->cap * sizeof(u32),
					cap * sizeof(u32));
		p->cap = cap;
	}
	p->items[p->num++] = place;
}

struct reader *reader_create(struct arena *arena, enum pattern_mode mode)
{
	struct reader *r = arena_alloc(arena, sizeof(*r));

	r->arena = arena;
	r->mode = mode;
	r->separator = mode == PATTERN_ARG ? '\0' : '/';
	intern_init(&r->states, arena);
	return r;
}

void reader_add(struct reader *r, const char *const *texts, u32 num, bool rest)
{
	r->lines =
		arena_grow(r->arena, r->lines, r->num_lines, sizeof(*r->lines));
	r->lines[r->num_lines] =
		(struct line){ texts, num, rest, r->num_lines };
	r->num_lines++;
}

/* ---- instructions ---- */

static u32 add_instr(struct reader *r, struct instr instr)
{
	r->instrs = arena_grow(r->arena, r->instrs, r->num_instrs,
			       sizeof(*r->instrs));
	instr.also = NONE;
	r->instrs[r->num_instrs] = instr;
	return r->num_instrs++;
}

static u32 add_set(struct reader *r, struct byteset set)
{
	if (r->mode == PATTERN_ARG)
		set.bits[0] &= ~1ull;
	for (u32 i = 0; i < r->num_sets; i++)
		if (!memcmp(&r->sets[i], &set, sizeof(set)))
			return i;
	r->sets = arena_grow(r->arena, r->sets, r->num_sets, sizeof(set));
	r->sets[r->num_sets] = set;
	return r->num_sets++;
}

static struct instr translate(struct reader *r, const struct pattern_token *tok)
{
	struct instr in = { .kind = DO_BYTE };

	switch (tok->kind) {
	case PATTERN_ANY:
		in.kind = DO_ANY;
		break;
	case PATTERN_STAR:
		in.kind = DO_STAR;
		break;
	case PATTERN_GLOBSTAR:
		/* of an argument: there is no more that it could cross */
		in.kind = r->mode == PATTERN_ARG ? DO_STAR : DO_GLOBSTAR;
		break;
	case PATTERN_SET:
		in.kind = DO_SET;
		in.set = add_set(r, tok->set);
		break;
	default:
		in.byte = tok->byte;
	}
	return in;
}

/* Where a line is being written. */
struct writer {
	bool shares; /* all so far is that of the line before */
	bool closed; /* no more is noted in path */
	u32 num; /* instructions in path so far */
	u32 depth;
	u32 fork[PATTERN_MAX_DEPTH]; /* the last one of each open brace */
	u32 ends[PATTERN_MAX_DEPTH]; /* jumps to behind it: a list in `where` */
};

static bool same(const struct instr *x, const struct instr *y)
{
	return x->kind == y->kind && x->byte == y->byte && x->set == y->set;
}

/*
 * Write an instruction, or go on where the line before has the same. path ends
 * with the first instruction that cannot be shared, which others link to.
 */
static u32 put(struct reader *r, struct writer *w, struct instr in)
{
	const u32 other = w->num < r->path_len ? r->path[w->num] : NONE;
	u32 at;

	if (w->shares && in.kind < DO_FORK && other != NONE &&
	    same(&r->instrs[other], &in)) {
		w->num++;
		return other;
	}
	at = add_instr(r, in);
	if (w->shares && other != NONE) {
		r->instrs[at].also = r->instrs[other].also;
		r->instrs[other].also = at;
	}
	w->shares = false;
	if (w->closed)
		return at;
	if (w->num == r->path_cap) {
		r->path_cap = 2 * r->path_cap + 64;
		r->path = arena_resize(r->arena, r->path, w->num * sizeof(u32),
				       r->path_cap * sizeof(u32));
	}
	r->path[w->num++] = at;
	r->path_len = w->num;
	w->closed = in.kind >= DO_FORK;
	return at;
}

static void end_alternative(struct reader *r, struct writer *w)
{
	u32 *ends = &w->ends[w->depth - 1];

	*ends = put(r, w, (struct instr){ .kind = DO_JUMP, .where = *ends });
}

static void close_brace(struct reader *r, struct writer *w)
{
	u32 at = w->ends[--w->depth];

	while (at != NONE) {
		const u32 before = r->instrs[at].where;

		r->instrs[at].where = r->num_instrs;
		at = before;
	}
}

static u32 put_fork(struct reader *r, struct writer *w)
{
	return put(r, w, (struct instr){ .kind = DO_FORK, .where = NONE });
}

static void put_token(struct reader *r, struct writer *w,
		      const struct pattern_token *tok)
{
	switch (tok->kind) {
	case PATTERN_OPEN:
		w->fork[w->depth] = put_fork(r, w);
		w->ends[w->depth++] = NONE;
		break;
	case PATTERN_NEXT:
		end_alternative(r, w);
		r->instrs[w->fork[w->depth - 1]].where = r->num_instrs;
		w->fork[w->depth - 1] = put_fork(r, w);
		break;
	case PATTERN_CLOSE:
		end_alternative(r, w);
		close_brace(r, w);
		break;
	case PATTERN_END:
		break;
	default:
		(void)put(r, w, translate(r, tok));
	}
}

static int put_glob(struct reader *r, struct writer *w, const char *text)
{
	struct pattern_cursor cur;
	struct pattern_token tok;

	if (r->mode == PATTERN_PATH)
		pattern_begin(&cur, text);
	else if (r->mode == PATTERN_TEXT)
		pattern_begin_text(&cur, text);
	else
		pattern_begin_arg(&cur, text);
	do {
		if (pattern_next(&cur, &tok, NULL))
			return -EINVAL;
		put_token(r, w, &tok);
	} while (tok.kind != PATTERN_END);
	return 0;
}

static int put_line(struct reader *r, const struct line *line)
{
	struct writer w = { .shares = true };

	for (u32 i = 0; i < line->num; i++) {
		if (put_glob(r, &w, line->texts[i]))
			return -EINVAL;
		if (r->mode == PATTERN_ARG)
			(void)put(r, &w, (struct instr){ .kind = DO_BYTE });
	}
	if (line->rest)
		(void)put(r, &w, (struct instr){ .kind = DO_GLOBSTAR });
	(void)put(r, &w,
		  (struct instr){ .kind = DO_MATCH, .where = line->number });
	return 0;
}

static int compare_lines(const void *a, const void *b)
{
	const struct line *x = a, *y = b;

	for (u32 i = 0; i < x->num && i < y->num; i++) {
		int ret = strcmp(x->texts[i], y->texts[i]);

		if (ret)
			return ret;
	}
	if (x->num != y->num)
		return x->num < y->num ? -1 : 1;
	return x->number < y->number ? -1 : x->number > y->number;
}

/* Does nothing but the match follow on it? */
static bool is_settled(const struct reader *r, u32 at)
{
	if (r->instrs[at].kind != DO_STAR)
		return false;
	for (at++; r->instrs[at].kind == DO_JUMP;)
		at = r->instrs[at].where;
	return r->instrs[at].kind == DO_MATCH;
}

/*
 * Go back from each match for as long as nothing else may be meant. After the
 * last line: where one goes its own way, those before are shared up to there.
 */
static void find_own(struct reader *r)
{
	u32 own = NONE;

	for (u32 at = r->num_instrs; at--;) {
		struct instr *in = &r->instrs[at];

		if (in->kind == DO_MATCH)
			own = in->where;
		if (in->also != NONE || in->kind == DO_GLOBSTAR ||
		    (in->kind == DO_BYTE && in->byte == r->separator) ||
		    (in->kind == DO_SET &&
		     byteset_has(&r->sets[in->set], r->separator)))
			own = NONE;
		in->own = own;
		in->settled = own != NONE && is_settled(r, at);
	}
}

/* ---- sets of places ---- */

#define STAY 0x80000000u /* in a list of what follows: no step was made */

/* Take a place into the set, and nothing that comes with it. */
static void take(struct reader *r, u32 place)
{
	if (r->taken[place] == r->round)
		return;
	r->taken[place] = r->round;
	push(r, &r->next, place);
}

/* Take all places that are reached from here without a byte. */
static void reach(struct reader *r, u32 place, bool stars)
{
	r->stack.num = 0;
	push(r, &r->stack, place);
	while (r->stack.num) {
		const u32 at = r->stack.items[--r->stack.num];
		const struct instr *in = &r->instrs[at];

		if (r->seen[at] == r->round)
			continue;
		r->seen[at] = r->round;
		if (in->also != NONE)
			push(r, &r->stack, in->also);
		if (in->kind < DO_FORK || in->kind == DO_MATCH)
			take(r, at);
		if (in->kind == DO_FORK ||
		    (stars && (in->kind == DO_STAR || in->kind == DO_GLOBSTAR)))
			push(r, &r->stack, at + 1);
		if ((in->kind == DO_FORK && in->where != NONE) ||
		    in->kind == DO_JUMP)
			push(r, &r->stack, in->where);
	}
}

static void follow(struct reader *r, const struct places *list)
{
	for (u32 i = 0; i < list->num; i++) {
		const u32 at = list->items[i] & ~STAY;

		if (list->items[i] & STAY) {
			take(r, at);
			reach(r, at + 1, true);
		} else {
			reach(r, at, true);
		}
	}
}

/*
 * Where a pattern matches whatever the component goes on with, its other places
 * in it say nothing; of "{*a*,*b*}" there would be sets for all subsets.
 */
static void leave_settled(struct reader *r)
{
	bool some = false;
	u32 num = 0;

	for (u32 i = 0; i < r->next.num; i++) {
		const u32 at = r->next.items[i];
		const struct instr *in = at == ROOT ? NULL : &r->instrs[at];

		if (!in || !in->settled ||
		    (r->settled[in->own] == r->round && r->kept[in->own] < at))
			continue;
		r->settled[in->own] = r->round;
		r->kept[in->own] = at;
		some = true;
	}
	for (u32 i = 0; some && i < r->next.num; i++) {
		const u32 at = r->next.items[i];
		const struct instr *in = at == ROOT ? NULL : &r->instrs[at];

		if (!in || in->own == NONE || in->kind == DO_MATCH ||
		    r->settled[in->own] != r->round || r->kept[in->own] == at)
			r->next.items[num++] = at;
	}
	if (some)
		r->next.num = num;
}

static u32 put_set(struct reader *r)
{
	bool sorted = true;

	leave_settled(r);

	for (u32 i = 1; i < r->next.num; i++)
		sorted &= r->next.items[i - 1] < r->next.items[i];
	if (!sorted)
		qsort(r->next.items, r->next.num, sizeof(u32), numbers_compare);
	return intern_put(&r->states, r->next.items, r->next.num);
}

static u32 make_set(struct reader *r, const struct places *some,
		    const struct places *more, bool root)
{
	r->next.num = 0;
	r->round++;
	follow(r, some);
	follow(r, more);
	if (root)
		push(r, &r->next, ROOT);
	return put_set(r);
}

/* What matches "/": no wildcard matches the nothing behind it. */
static void find_root_matches(struct reader *r)
{
	const struct places roots = r->named['/'];

	r->next.num = 0;
	r->round++;
	for (u32 i = 0; i < roots.num; i++)
		reach(r, roots.items[i], false);
	for (u32 i = 0; i < r->next.num; i++)
		if (r->instrs[r->next.items[i]].kind == DO_MATCH)
			push(r, &r->root, r->instrs[r->next.items[i]].where);
	if (r->root.num)
		qsort(r->root.items, r->root.num, sizeof(u32), numbers_compare);
}

int reader_begin(struct reader *r)
{
	const struct places none = { 0 };

	if (!r->num_lines)
		return -EINVAL;
	qsort(r->lines, r->num_lines, sizeof(*r->lines), compare_lines);
	for (u32 i = 0; i < r->num_lines; i++)
		if (put_line(r, &r->lines[i]))
			return -EINVAL;
	find_own(r);
	r->seen = arena_array(r->arena, r->num_instrs, sizeof(u32));
	r->taken = arena_array(r->arena, r->num_instrs, sizeof(u32));
	r->settled = arena_array(r->arena, r->num_lines, sizeof(u32));
	r->kept = arena_array(r->arena, r->num_lines, sizeof(u32));
	push(r, &r->wide, 0);
	r->start = make_set(r, &r->wide, &none, false);
	return 0;
}

u32 reader_start(const struct reader *r)
{
	return r->start;
}

/* What follows on a byte, beside what follows on any. */
static void name(struct reader *r, u32 byte, u32 then)
{
	byteset_add(&r->names, byte);
	push(r, &r->named[byte], then);
}

static void name_set(struct reader *r, const struct byteset *set, u32 then)
{
	for (u32 byte = 0; byte < NUM_BYTES; byte++)
		if (byteset_has(set, byte))
			name(r, byte, then);
}

static void forget_names(struct reader *r)
{
	for (u32 byte = 0; byteset_next(&r->names, &byte); byte++)
		r->named[byte].num = 0;
	memset(&r->names, 0, sizeof(r->names));
}

/* Lists of what follows on which bytes. */
static void collect(struct reader *r, u32 set)
{
	r->wide.num = 0;
	r->narrow.num = 0;
	forget_names(r);
	for (u32 i = 0; i < intern_len(&r->states, set); i++) {
		const u32 at = intern_get(&r->states, set)[i];
		const struct instr *in = at == ROOT ? NULL : &r->instrs[at];

		if (!in)
			continue;
		if (in->kind == DO_BYTE)
			name(r, in->byte, at + 1);
		if (in->kind == DO_SET)
			name_set(r, &r->sets[in->set], at + 1);
		if (in->kind == DO_ANY)
			push(r, &r->wide, at + 1);
		if (in->kind == DO_STAR || in->kind == DO_GLOBSTAR)
			push(r, &r->wide, at | STAY);
		if (in->kind == DO_GLOBSTAR)
			push(r, &r->narrow, at | STAY);
	}
}

void reader_steps(struct reader *r, u32 set, struct reader_steps *next)
{
	const struct places none = { 0 };
	const bool root = r->mode == PATTERN_PATH && set == r->start;

	collect(r, set);
	byteset_add(&r->names, r->separator);
	if (root && !r->root.num)
		find_root_matches(r);
	next->others = make_set(r, &r->wide, &none, false);
	next->num = 0;
	for (u32 byte = 0; byteset_next(&r->names, &byte); byte++) {
		const bool ends = byte == r->separator;

		next->bytes[next->num] = (u8)byte;
		next->sets[next->num++] =
			make_set(r, ends ? &r->narrow : &r->wide,
				 &r->named[byte], ends && root);
	}
}

const u32 *reader_matches(struct reader *r, u32 set, u32 *num)
{
	const u32 *items = intern_get(&r->states, set);
	const u32 len = intern_len(&r->states, set);

	if (len && items[len - 1] == ROOT) {
		*num = r->root.num;
		return r->root.items;
	}
	r->matches.num = 0;
	for (u32 i = 0; i < len; i++)
		if (r->instrs[items[i]].kind == DO_MATCH)
			push(r, &r->matches, r->instrs[items[i]].where);
	if (r->matches.num > 1)
		qsort(r->matches.items, r->matches.num, sizeof(u32),
		      numbers_compare);
	*num = r->matches.num;
	return r->matches.items;
}

size_t reader_cost(const struct reader *r)
{
	return r->states.pool_len;
}
