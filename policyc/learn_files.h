/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * learn_files.h - rules of class files for what was recorded
 */
#ifndef POLICYC_LEARN_FILES_H
#define POLICYC_LEARN_FILES_H

#include "buf.h"
#include "events.h"

#define LEARN_MIN_NAMES 4 /* in a directory, before it is widened */
#define LEARN_MAX_RULES 8 /* for files, before operations become groups */

/*
 * Append rules that allow the events of class files among these, as YAML.
 * widens: the names in a directory may become one pattern.
 */
void learn_files(struct buf *out, const struct event *const *events, u32 num,
		 bool widens);

/* Append [op, op]: words of a rule for operations; a group covers its own. */
void learn_put_ops(struct buf *out, u32 class, u64 ops);
/* Append a pattern as YAML in double quotes. */
void learn_put_pattern(struct buf *out, const char *pattern);
/* Append the comment's words for a name that is renamed to `name`. */
void learn_put_renamed(struct buf *out, const char *name);

#endif /* POLICYC_LEARN_FILES_H */
