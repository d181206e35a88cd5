/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * mend.h - to read on behind a value that lacks its quotes
 *
 * libyaml stops at a glob without quotes, and all other errors of the file
 * would be told in later runs only. So the value is reported, and the file is
 * read again from a copy in which plain letters stand for it: as many
 * characters, so that every place in the copy is that place in the file.
 */
#ifndef POLICYC_MEND_H
#define POLICYC_MEND_H

#include "diag.h"
#include "source.h"

#define MEND_MAX 32 /* values in one file */

enum mend_kind {
	MEND_QUOTES, /* NEEDS_QUOTES */
	MEND_ESCAPE, /* ESCAPE */
};

/* A value as it was written and as it should be. */
struct mend {
	enum mend_kind kind;
	struct span span; /* the value, on one line */
	struct span shown; /* what the message is about */
	const char *text; /* between the quotes it should have */
	const char *quoted; /* with them */
	char cause; /* QUOTES: the character that YAML took for its own */
};

/* What is mended in one file. */
struct mending {
	struct arena *arena;
	const struct source *source; /* as the user wrote it */
	struct source copy; /* to be read: source itself at first */
	char *text; /* of the copy; NULL: none yet */
	u32 num;
	struct mend mends[MEND_MAX];
};

void mending_init(struct mending *mending, struct arena *arena,
		  const struct source *source);

/*
 * Mend one value more. Return: may the file be read again? Not if that was done
 * MEND_MAX times, nor if it would be SOURCE_MAX_BYTES in all.
 */
bool mending_add(struct mending *mending, const struct mend *mend);

/* Report one, or all that were mended. */
void mend_report(struct diag *diag, const struct mend *mend);
void mending_report(const struct mending *mending, struct diag *diag);

/* What was mended within span; or NULL. */
const struct mend *mending_within(const struct mending *mending,
				  const struct span *span);

/* Was anything mended on these lines? */
bool mending_on(const struct mending *mending, u32 first, u32 last);

#endif /* POLICYC_MEND_H */
