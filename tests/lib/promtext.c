// SPDX-License-Identifier: GPL-2.0-only
#include <ctype.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "promtext.h"

#define MAX_LINES 65536
#define MAX_NAME 128

struct check {
	char name[MAX_NAME]; /* of the metric that is being read */
	bool has_help;
	bool has_type;
	bool is_counter;
	bool has_value;
	char *seen[MAX_LINES]; /* metrics, "#NAME", and series */
	size_t num_seen;
};

static bool is_name_char(char c, bool first)
{
	return c == '_' || isalpha((unsigned char)c) ||
	       (!first && isdigit((unsigned char)c));
}

static size_t name_len(const char *at)
{
	size_t len = 0;

	while (is_name_char(at[len], !len))
		len++;
	return len < MAX_NAME ? len : 0;
}

/* Return: false if it was seen before. */
static bool note(struct check *check, const char *key, size_t len)
{
	size_t i;

	for (i = 0; i < check->num_seen; i++)
		if (strlen(check->seen[i]) == len &&
		    !strncmp(check->seen[i], key, len))
			return false;
	if (check->num_seen == MAX_LINES)
		return false;
	check->seen[check->num_seen++] = strndup(key, len);
	return true;
}

/* "HELP NAME TEXT" or "TYPE NAME KIND", after "# ". */
static const char *check_comment(struct check *check, const char *line)
{
	bool help = !strncmp(line, "HELP ", 5);
	char key[MAX_NAME + 1];
	size_t len;

	if (!help && strncmp(line, "TYPE ", 5))
		return "a comment that is neither HELP nor TYPE";
	line += 5;
	len = name_len(line);
	if (!len || line[len] != ' ')
		return "no name after HELP or TYPE";
	if (help) {
		snprintf(key, sizeof(key), "#%.*s", (int)len, line);
		if (!note(check, key, strlen(key)))
			return "a metric that was there before";
		snprintf(check->name, MAX_NAME, "%.*s", (int)len, line);
		check->has_help = true;
		check->has_type = check->has_value = false;
		return NULL;
	}
	if (!check->has_help || strlen(check->name) != len ||
	    strncmp(check->name, line, len))
		return "TYPE without HELP before it";
	if (check->has_type || check->has_value)
		return "TYPE twice, or after a value";
	check->has_type = true;
	check->is_counter = !strcmp(line + len, " counter");
	if (!check->is_counter && strcmp(line + len, " gauge"))
		return "neither a counter nor a gauge";
	if (check->is_counter !=
	    (len > 6 && !strncmp(line + len - 6, "_total", 6)))
		return "_total is for counters, and for all of them";
	return NULL;
}

/* Return: what follows the labels, or NULL. */
static const char *skip_labels(const char *at)
{
	size_t len;

	if (*at != '{')
		return at;
	do {
		at++;
		len = name_len(at);
		at += len;
		if (!len || at[0] != '=' || at[1] != '"')
			return NULL;
		for (at += 2; *at && *at != '"'; at++) {
			if (*at == '\\' && !strchr("\\\"n", *++at))
				return NULL;
			if (!*at)
				return NULL;
		}
		if (*at++ != '"')
			return NULL;
	} while (*at == ',');
	return *at == '}' ? at + 1 : NULL;
}

static const char *check_value(struct check *check, const char *line)
{
	size_t len = name_len(line);
	const char *at;
	double value;
	char *end;

	if (!len || len != strlen(check->name) ||
	    strncmp(line, check->name, len))
		return "a value that is not below its HELP";
	if (!check->has_type)
		return "a value without a TYPE";
	at = skip_labels(line + len);
	if (!at || *at != ' ')
		return "labels that are none";
	if (!note(check, line, (size_t)(at - line)))
		return "the same labels twice";
	value = strtod(at + 1, &end);
	if (end == at + 1 || *end || value != value)
		return "a value that is no number";
	if (value < 0)
		return "a value below 0";
	check->has_value = true;
	return NULL;
}

static const char *check_lines(struct check *check, char *page, int *number)
{
	const char *wrong = NULL;
	char *line;

	while (!wrong && *page) {
		line = strsep(&page, "\n");
		++*number;
		if (!page)
			return "the last line has no end";
		if (!strncmp(line, "# ", 2))
			wrong = check_comment(check, line + 2);
		else
			wrong = check_value(check, line);
	}
	return wrong;
}

const char *promtext_check(const char *page)
{
	static struct check check;
	static char text[256];
	char *copy = strdup(page);
	const char *wrong;
	int number = 0;

	memset(&check, 0, sizeof(check));
	wrong = *page ? check_lines(&check, copy, &number) : "nothing";
	if (wrong)
		snprintf(text, sizeof(text), "line %d: %s", number, wrong);
	while (check.num_seen)
		free(check.seen[--check.num_seen]);
	free(copy);
	return wrong ? text : NULL;
}

double promtext_value(const char *page, const char *series)
{
	size_t len = strlen(series);

	while (page && *page) {
		if (!strncmp(page, series, len) && page[len] == ' ')
			return strtod(page + len + 1, NULL);
		page = strchr(page, '\n');
		page = page ? page + 1 : NULL;
	}
	return -1;
}
