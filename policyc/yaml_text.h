/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * yaml_text.h - text as YAML, so that the reader gets the same text back
 */
#ifndef POLICYC_YAML_TEXT_H
#define POLICYC_YAML_TEXT_H

#include "arena.h"

#include <stdbool.h>

/* Can it stand without quotes, in brackets too? */
bool yaml_text_is_plain(const char *text);

/* text in the quotes that suit it; control characters are escaped. */
const char *yaml_text_quote(struct arena *arena, const char *text);

/* Without quotes if it can be. */
const char *yaml_text(struct arena *arena, const char *text);

#endif /* POLICYC_YAML_TEXT_H */
