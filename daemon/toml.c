// SPDX-License-Identifier: GPL-2.0-only
#include <ctype.h>
#include <errno.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "toml.h"

/* Without comment and blanks, but for those within quotes. In place. */
static void strip(char *line)
{
	char *to = line, quote = '\0';

	for (; *line && (quote || *line != '#'); line++) {
		if (quote ? *line == quote : *line == '"' || *line == '\'')
			quote = quote ? '\0' : *line;
		if (quote || !isspace((unsigned char)*line))
			*to++ = *line;
	}
	*to = '\0';
}

static void drop_quotes(char *text)
{
	char *to = text;

	for (; *text; text++)
		if (*text != '"' && *text != '\'')
			*to++ = *text;
	*to = '\0';
}

static bool is_open(const char *value)
{
	size_t len = strlen(value);

	return value[0] == '[' && value[len - 1] != ']';
}

/* The rest of an array that goes on behind a line. Return: 0; -ENOMEM. */
static int join_array(FILE *file, char **text, const char *value)
{
	const size_t at = value - *text;
	char *line = NULL, *longer;
	size_t size = 0;
	int err = 0;

	while (is_open(*text + at) && getline(&line, &size, file) > 0) {
		strip(line);
		longer = realloc(*text, strlen(*text) + strlen(line) + 1);
		if (!longer) {
			err = -ENOMEM;
			break;
		}
		*text = strcat(longer, line);
	}
	free(line);
	return err;
}

static int read_key(FILE *file, const char *table, const char *line,
		    toml_fn *fn, void *arg)
{
	char *text = strdup(line), *equals;
	int err;

	if (!text)
		return -ENOMEM;
	err = join_array(file, &text, strchr(text, '=') + 1);
	equals = strchr(text, '=');
	*equals = '\0';
	drop_quotes(text);
	if (equals[1] == '"' || equals[1] == '\'')
		drop_quotes(equals + 1);
	if (!err)
		fn(arg, table, text, equals + 1);
	free(text);
	return err;
}

static int set_table(char **table, const char *line)
{
	free(*table);
	*table = strdup(line + strspn(line, "["));
	if (!*table)
		return -ENOMEM;
	(*table)[strcspn(*table, "]")] = '\0';
	drop_quotes(*table);
	return 0;
}

int toml_read(const char *path, toml_fn *fn, void *arg)
{
	FILE *file = fopen(path, "re");
	char *line = NULL, *table = NULL;
	size_t size = 0;
	int err = 0;

	if (!file)
		return -errno;
	while (!err && getline(&line, &size, file) > 0) {
		strip(line);
		if (line[0] == '[')
			err = set_table(&table, line);
		else if (strchr(line, '='))
			err = read_key(file, table ? table : "", line, fn, arg);
	}
	if (!err && ferror(file))
		err = -EIO;
	free(line);
	free(table);
	fclose(file);
	return err;
}
