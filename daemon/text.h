/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * text.h - a growing, bounded string, and words taken out of kernel lines
 */
#ifndef DAEMON_TEXT_H
#define DAEMON_TEXT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>

/* The most that a text may hold; what comes after is dropped, and said. */
#define TEXT_MAX (16u << 20)

struct text {
	char *data; /* NUL-terminated once anything was added; owned */
	size_t len; /* bytes, without the NUL */
	size_t room; /* bytes allocated */
	bool cut; /* memory or TEXT_MAX ran out: the text is not whole */
};

/* Empty a text and keep its memory. */
void text_reset(struct text *text);
/* Release the memory; the text is empty after. */
void text_free(struct text *text);
/* The string, "" when nothing was added. */
const char *text_string(const struct text *text);

void text_add_bytes(struct text *text, const void *bytes, size_t len);
void text_add(struct text *text, const char *string);

/*
 * Append all that the file fd holds, from its start on.
 *
 * Return: 0; -errno it could not be read to its end, -ENOMEM there is no room
 * for it: the text is not whole then, and must not pass for it.
 */
int __attribute__((warn_unused_result))
text_add_file(struct text *text, int fd);

void __attribute__((format(printf, 2, 3)))
text_printf(struct text *text, const char *fmt, ...);

/*
 * Length of the UTF-8 sequence at string, 0 if it is none: overlong forms,
 * surrogates and code points past U+10FFFF are none.
 */
size_t text_utf8_len(const char *string);

/*
 * Append string, which somebody else chose, so that a terminal shows it and
 * does nothing else: control characters (C0, DEL, and C1 as UTF-8 or as bytes)
 * and whatever is not UTF-8 become "\xNN", byte by byte. Those in keep stay.
 */
void text_add_safe(struct text *text, const char *string, const char *keep);

/* The same, to a file; and into a buffer, what fits of it. Return: buf. */
void text_put_safe(const char *string, FILE *out);
const char *text_safe(const char *string, char *buf, size_t size);

/* Append string as UTF-8, as JSON wants it: other bytes become U+FFFD. */
void text_add_utf8(struct text *text, const char *string);

/*
 * Append string as a JSON string, quotes included. Control characters are
 * escaped, those of C1, too.
 *
 * Bytes that are not UTF-8 become U+FFFD.
 *
 * Return: true if every byte was kept.
 */
bool text_add_json(struct text *text, const char *string);

/*
 * Find " key=value" in a line of words; value ends at the next blank.
 *
 * Return: length of the value, copied to buf if it fits; -ENOENT no such
 * key; -ENAMETOOLONG it does not fit.
 */
int text_word(const char *line, const char *key, char *buf, size_t size);

/* The line after this one, or NULL; the end of this one becomes a NUL. */
char *text_next_line(char *line);

/* Write why something is refused. Return: -EINVAL, for the caller to return. */
int __attribute__((format(printf, 3, 4)))
text_refuse(char *why, size_t size, const char *fmt, ...);

/* A decimal number and nothing else. Return: 0, -EINVAL or -ERANGE. */
int text_number(const char *word, unsigned long long max,
		unsigned long long *value);

/* Is it a policy name: [a-z0-9][a-z0-9._-]*, under BVM_MAX_NAME bytes? */
bool text_is_policy_name(const char *name);

/* Is it a container label: printable, no blanks, under BVM_MAX_NAME bytes? */
bool text_is_label(const char *label);

/* Is name one of NAME,NAME,...? */
bool text_in_list(const char *names, const char *name);

#endif /* DAEMON_TEXT_H */
