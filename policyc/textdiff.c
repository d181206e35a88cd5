// SPDX-License-Identifier: GPL-2.0-only
#include <string.h>

#include "textdiff.h"

#define AROUND 3 /* lines shown before and behind a change */
#define MAX_CELLS (4u << 20) /* of the table that finds the fewest changes */

/* A line of the result: ' ' in both, '-' only before, '+' only after. */
struct edit {
	char kind;
	u32 old, new; /* lines that come next, from 1 */
};

struct differ {
	struct arena *arena;
	const struct source *before, *after;
	struct edit *edits;
	u32 num;
	u32 old, new;
};

/* With all that source_line leaves out: marks, and what ends it. */
static const char *line_of(const struct source *source, u32 line, size_t *len)
{
	const size_t start = line > 1 ? source->lines[line - 1] : 0;
	const size_t end = line < source->num_lines ? source->lines[line] :
						      source->len;

	*len = end - start;
	return source->text + start;
}

/* Lines, without the nothing behind the last line break. */
static u32 num_lines(const struct source *source)
{
	size_t len;

	(void)line_of(source, source->num_lines, &len);
	return source->num_lines - !len;
}

static bool same(const struct differ *d, u32 old, u32 new)
{
	const char *a, *b;
	size_t a_len, b_len;

	a = line_of(d->before, old, &a_len);
	b = line_of(d->after, new, &b_len);
	return a_len == b_len && !memcmp(a, b, a_len);
}

static void edit(struct differ *d, char kind)
{
	d->edits = arena_grow(d->arena, d->edits, d->num, sizeof(*d->edits));
	d->edits[d->num++] = (struct edit){ kind, d->old, d->new };
	d->old += kind != '+';
	d->new += kind != '-';
}

/*
 * lcs[i][j]: how many lines from i of the old and j of the new text on can be
 * kept. Where the table would be too large, nothing is.
 */
static void compare(struct differ *d, u32 old_end, u32 new_end)
{
	const u64 wide = new_end - d->new + 1, high = old_end - d->old + 1;
	const u32 old = d->old, new = d->new;
	u32 *lcs = wide * high <= MAX_CELLS ?
			   arena_array(d->arena, wide * high, sizeof(*lcs)) :
			   NULL;

	for (u64 i = high - 1; lcs && i-- > 0;) {
		for (u64 j = wide - 1; j-- > 0;) {
			u32 *cell = &lcs[i * wide + j];

			*cell = cell[1] > cell[wide] ? cell[1] : cell[wide];
			if (same(d, old + (u32)i, new + (u32)j))
				*cell = cell[wide + 1] + 1;
		}
	}
	while (d->old < old_end || d->new < new_end) {
		const u32 *cell =
			lcs ? &lcs[(d->old - old) * wide + d->new - new] : NULL;

		if (d->new == new_end)
			edit(d, '-');
		else if (d->old == old_end)
			edit(d, '+');
		else if (cell && same(d, d->old, d->new))
			edit(d, ' ');
		else
			edit(d, !cell || cell[wide] >= cell[1] ? '-' : '+');
	}
}

static void put_line(struct buf *buf, const struct differ *d,
		     const struct edit *e)
{
	const char *text;
	size_t len;

	text = e->kind == '+' ? line_of(d->after, e->new, &len) :
				line_of(d->before, e->old, &len);
	buf_put_u8(buf, (u8)e->kind);
	buf_put(buf, text, len);
	if (!len || text[len - 1] != '\n')
		buf_printf(buf, "\n\\ No newline at end of file\n");
}

/* The edits from first up to end, and where they are. */
static void put_hunk(struct buf *buf, const struct differ *d, u32 first,
		     u32 end)
{
	u32 old = 0, new = 0;

	for (u32 i = first; i < end; i++) {
		old += d->edits[i].kind != '+';
		new += d->edits[i].kind != '-';
	}
	buf_printf(buf, "@@ -%u,%u +%u,%u @@\n", d->edits[first].old - !old,
		   old, d->edits[first].new - !new, new);
	for (u32 i = first; i < end; i++)
		put_line(buf, d, &d->edits[i]);
}

static void put_hunks(struct buf *buf, const struct differ *d)
{
	for (u32 i = 0; i < d->num; i++) {
		u32 first, last = i;

		if (d->edits[i].kind == ' ')
			continue;
		first = i > AROUND ? i - AROUND : 0;
		for (; i < d->num && i <= last + 2 * AROUND + 1; i++)
			if (d->edits[i].kind != ' ')
				last = i;
		i = last + 1 + AROUND < d->num ? last + 1 + AROUND : d->num;
		put_hunk(buf, d, first, i);
		i--;
	}
}

void textdiff_put(struct buf *buf, const struct source *before,
		  const struct source *after)
{
	struct differ d = { buf->arena, before, after, NULL, 0, 1, 1 };
	u32 old_end = num_lines(before) + 1, new_end = num_lines(after) + 1;
	u32 behind = 0;

	while (d.old < old_end && d.new < new_end &&same(&d, d.old, d.new))
		edit(&d, ' ');
	while (d.old < old_end &&
	       d.new < new_end &&same(&d, old_end - 1, new_end - 1)) {
		old_end--;
		new_end--;
		behind++;
	}
	compare(&d, old_end, new_end);
	while (behind--)
		edit(&d, ' ');
	buf_printf(buf, "--- %s\n+++ %s, formatted\n", before->name,
		   after->name);
	put_hunks(buf, &d);
}
