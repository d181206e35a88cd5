/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * diag.h - messages about a policy: collected in a run, printed at its end
 *
 *	nginx.yaml:12:5: error: unknown key 'path' in a files rule [P201]
 *	   12 |     path: /etc
 *	      |     ^~~~
 *	nginx.yaml:12:5: note: did you mean 'paths'?
 *
 * Everybody reports and goes on; who calls parse or build asks
 * diag_num_errors afterwards. The same message at the same place is kept
 * once, so that a bad value in a variable is told once and not at every use.
 */
#ifndef POLICYC_DIAG_H
#define POLICYC_DIAG_H

#include "arena.h"
#include "ast.h"

struct diag;

enum diag_severity {
	DIAG_SEVERITY_ERROR,
	DIAG_SEVERITY_WARNING,
	DIAG_SEVERITY_LINT, /* dropped unless diag_options.lint is set */
};

/* DIAG_READ = 101, ... */
#define DIAG(num, ID, severity, format) DIAG_##ID = num,
enum diag_id {
#include "diag.def"
};
#undef DIAG

/* Arrays, so that the compiler checks them against their arguments. */
#define DIAG(num, ID, severity, format) \
	static const char DIAG_FORMAT_##ID[] __attribute__((unused)) = format;
#include "diag.def"
#undef DIAG

struct diag_options {
	bool json; /* one array of objects instead of text */
	bool color;
	bool lint;
};

/* In the arena, which must outlive it. */
struct diag *diag_create(struct arena *arena,
			 const struct diag_options *options);

/*
 * Report message ID; span may be NULL if it is about no place. The text is
 * copied. Spans point into sources, which must live until diag_print.
 */
#define diag_report(diag, span, ID, ...) \
	diag_emit(diag, span, DIAG_##ID, DIAG_FORMAT_##ID, ##__VA_ARGS__)
void __printf(4, 5) diag_emit(struct diag *diag, const struct span *span,
			      enum diag_id id, const char *fmt, ...);

/* Add a note to the message reported last; no-op if it was dropped. */
void __printf(2, 3) diag_note(struct diag *diag, const char *fmt, ...);
/* The same with another place, which is shown as well. */
void __printf(3, 4) diag_note_at(struct diag *diag, const struct span *span,
				 const char *fmt, ...);

u32 diag_num_errors(const struct diag *diag);
u32 diag_num_warnings(const struct diag *diag);
/* Was anything reported that is policyc's own fault? */
bool diag_has_bug(const struct diag *diag);

/* Where the messages are now; diag_forget drops what came after. */
u32 diag_mark(const struct diag *diag);
void diag_forget(struct diag *diag, u32 mark);

/*
 * Write all messages, by source and line, and forget them. Control
 * characters in what is quoted are shown as '?'.
 */
void diag_print(struct diag *diag, FILE *out);

#endif /* POLICYC_DIAG_H */
