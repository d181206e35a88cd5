/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * options.h - the list of options.def: command line over file over defaults
 */
#ifndef DAEMON_OPTIONS_H
#define DAEMON_OPTIONS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct daemon_options;
struct text;

enum options_kind {
	OPTIONS_PATH,
	OPTIONS_TEXT,
	OPTIONS_NUMBER,
	OPTIONS_SIZE,
	OPTIONS_FLAG,
	OPTIONS_ADDRESS,
};

#define OPTION(ID, name, KIND, argument, member, help) OPTIONS_##ID,
enum options_id {
#include "options.def"
	OPTIONS_NUM,
};
#undef OPTION

/* The most that a number may be. */
#define OPTIONS_NUMBER_MAX 86400
#define OPTIONS_SIZE_MAX ((long long)INT64_MAX)

const char *options_name(size_t id);
enum options_kind options_kind(size_t id);

/* Return: the number of the option called name, or OPTIONS_NUM. */
size_t options_find(const char *name);

/* All members as they are when nothing is said. */
void options_default(struct daemon_options *options);

/*
 * Set one from its text, which is borrowed; a flag's is "true" or "false".
 *
 * Return: NULL, or what is wrong with the text.
 */
const char *options_set(struct daemon_options *options, size_t id,
			const char *value);

/* "K", "M" and "G" are 2^10, 2^20, 2^30. Return: 0, -EINVAL, -ERANGE. */
int options_size(const char *word, unsigned long long *bytes);

/* A line for each, as --help shows them. */
void options_help(struct text *out);

#endif /* DAEMON_OPTIONS_H */
