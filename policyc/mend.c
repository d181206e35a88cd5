// SPDX-License-Identifier: GPL-2.0-only
#include "mend.h"

void mending_init(struct mending *mending, struct arena *arena,
		  const struct source *source)
{
	memset(mending, 0, sizeof(*mending));
	mending->arena = arena;
	mending->source = source;
	mending->copy = *source;
}

/* Letters for what YAML could take for its own; characters stay as many. */
static void put_letters(struct mending *mending, const struct span *span)
{
	char *line = mending->text + mending->source->lines[span->line - 1];

	for (u32 i = span->col - 1; i < span->end_col - 1; i++)
		if ((u8)line[i] < 0x80)
			line[i] = 'x';
}

bool mending_add(struct mending *mending, const struct mend *mend)
{
	const struct source *source = mending->source;
	size_t again = (mending->num + 1) * source->len;

	if (mending->num == MEND_MAX || again > SOURCE_MAX_BYTES)
		return false;
	if (!mending->text) {
		mending->text = arena_strndup(mending->arena, source->text,
					      source->len);
		mending->copy.text = mending->text;
	}
	put_letters(mending, &mend->span);
	mending->mends[mending->num++] = *mend;
	return true;
}

void mend_report(struct diag *diag, const struct mend *mend)
{
	if (mend->kind == MEND_ESCAPE)
		diag_report(diag, &mend->shown, ESCAPE);
	else
		diag_report(diag, &mend->shown, NEEDS_QUOTES, mend->cause);
	diag_note(diag, "write it as %s", mend->quoted);
}

void mending_report(const struct mending *mending, struct diag *diag)
{
	for (u32 i = 0; i < mending->num; i++)
		mend_report(diag, &mending->mends[i]);
}

static bool is_before(u32 line, u32 col, u32 other_line, u32 other_col)
{
	return line < other_line || (line == other_line && col < other_col);
}

const struct mend *mending_within(const struct mending *mending,
				  const struct span *span)
{
	for (u32 i = 0; i < mending->num; i++) {
		const struct span *at = &mending->mends[i].span;

		if (is_before(at->line, at->col, span->end_line,
			      span->end_col) &&
		    !is_before(at->line, at->col, span->line, span->col))
			return &mending->mends[i];
	}
	return NULL;
}

bool mending_on(const struct mending *mending, u32 first, u32 last)
{
	for (u32 i = 0; i < mending->num; i++) {
		u32 line = mending->mends[i].span.line;

		if (line >= first && line <= last)
			return true;
	}
	return false;
}
