/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * import_aa_scan.h - the words of an AppArmor profile, its includes followed
 *
 * Where a word ends depends on what it is: a path goes on to the next blank,
 * a keyword to a parenthesis or '=' as well. A comma inside {} or before
 * anything but a blank belongs to a path.
 */
#ifndef POLICYC_IMPORT_AA_SCAN_H
#define POLICYC_IMPORT_AA_SCAN_H

#include "import_out.h"

#define AA_MAX_DEPTH 128 /* includes in includes, and files that wait */
#define AA_MAX_INCLUDES 1000 /* in one run */

enum aa_kind {
	AA_END,
	AA_WORD,
	AA_COMMA,
	AA_EQUALS, /* = and += */
	AA_LEFT, /* ( */
	AA_RIGHT,
	AA_OPEN, /* { of a block */
	AA_CLOSE,
	AA_ARROW, /* -> */
};

struct aa_token {
	enum aa_kind kind;
	const char *text; /* without quotes; "+=" or "=" */
	bool fresh; /* the first one of its line */
	bool quoted;
	struct span span;
};

/* A file that is being read. */
struct aa_file {
	const struct source *source;
	size_t off;
};

struct aa_scan {
	struct import *im;
	struct aa_file files[AA_MAX_DEPTH + 1];
	u32 num_files; /* 0: at the end */
	u32 num_includes;
	u32 parens; /* of those that are open */
	const struct source **cache; /* each file is read once */
	u32 num_cache;
	bool failed; /* an error was reported that ends all reading */
};

void aa_scan_init(struct aa_scan *scan, struct import *im,
		  const struct source *source);

/* The next word. Includes are entered and left on the way. */
struct aa_token aa_scan_next(struct aa_scan *scan);

#endif /* POLICYC_IMPORT_AA_SCAN_H */
