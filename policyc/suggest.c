// SPDX-License-Identifier: GPL-2.0-only
#include "suggest.h"

#define MAX_WORD 48 /* longer words are no misspelt names */

static char fold(char c)
{
	if (c >= 'A' && c <= 'Z')
		return (char)(c - 'A' + 'a');
	return c == '_' ? '-' : c;
}

static u32 min3(u32 a, u32 b, u32 c)
{
	u32 least = a < b ? a : b;

	return least < c ? least : c;
}

/* Edits from a to b: insert, delete, replace, or swap two neighbours. */
static u32 distance(const char *a, size_t a_len, const char *b, size_t b_len)
{
	u32 rows[3][MAX_WORD + 1];
	size_t i, j;

	for (j = 0; j <= b_len; j++)
		rows[0][j] = (u32)j;
	for (i = 1; i <= a_len; i++) {
		u32 *row = rows[i % 3];
		u32 *above = rows[(i + 2) % 3];
		u32 *above2 = rows[(i + 1) % 3];

		row[0] = (u32)i;
		for (j = 1; j <= b_len; j++) {
			bool same = fold(a[i - 1]) == fold(b[j - 1]);

			row[j] = min3(row[j - 1] + 1, above[j] + 1,
				      above[j - 1] + !same);
			if (i > 1 && j > 1 &&
			    fold(a[i - 1]) == fold(b[j - 2]) &&
			    fold(a[i - 2]) == fold(b[j - 1]) &&
			    above2[j - 2] + 1 < row[j])
				row[j] = above2[j - 2] + 1;
		}
	}
	return rows[a_len % 3][b_len];
}

void suggest_try(struct suggest *suggest, const char *name)
{
	size_t word_len = strlen(suggest->word);
	size_t name_len = strlen(name);
	u32 edits;

	if (!word_len || word_len > MAX_WORD || name_len > MAX_WORD)
		return;
	edits = distance(suggest->word, word_len, name, name_len);
	/* One edit per three letters: more is another word. */
	if (edits > (word_len < name_len ? word_len : name_len) / 3 + 1 ||
	    edits >= name_len)
		return;
	if (edits < suggest->distance) {
		suggest->distance = edits;
		suggest->best = name;
	}
}
