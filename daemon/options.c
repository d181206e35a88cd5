// SPDX-License-Identifier: GPL-2.0-only
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "bailiffd.h"
#include "journal.h"
#include "listen.h"
#include "options.h"
#include "text.h"

static const struct {
	const char *name;
	enum options_kind kind;
	const char *argument;
	size_t off; /* of the member */
	size_t size;
	const char *help;
} table[] = {
#define OPTION(ID, name, KIND, argument, member, help)  \
	{ name,                                         \
	  OPTIONS_##KIND,                               \
	  argument,                                     \
	  offsetof(struct daemon_options, member),      \
	  sizeof(((struct daemon_options *)0)->member), \
	  help },
#include "options.def"
#undef OPTION
};

const char *options_name(size_t id)
{
	return table[id].name;
}

enum options_kind options_kind(size_t id)
{
	return table[id].kind;
}

size_t options_find(const char *name)
{
	size_t id;

	for (id = 0; id < OPTIONS_NUM; id++)
		if (!strcmp(table[id].name, name))
			break;
	return id;
}

void options_default(struct daemon_options *options)
{
	memset(options, 0, sizeof(*options));
	options->policies_dir = POLICIES_DIR;
	options->log = LOG_FILE;
	options->log_size = 100 << 20;
	options->log_keep = 5;
	options->log_window = 10;
	options->journal_socket = JOURNAL_SOCKET;
	options->run_dir = RUN_DIR;
	options->state_dir = STATE_DIR;
}

int options_size(const char *word, unsigned long long *bytes)
{
	static const char units[] = "KMG";
	char digits[32];
	size_t len = strlen(word);
	const char *unit = len ? strchr(units, word[len - 1]) : NULL;
	unsigned int shift = 0;
	int err;

	if (unit) {
		shift = 10 * (unsigned int)(unit - units + 1);
		len--;
	}
	if (len >= sizeof(digits))
		return -EINVAL;
	memcpy(digits, word, len);
	digits[len] = '\0';
	err = text_number(digits, OPTIONS_SIZE_MAX >> shift, bytes);
	if (!err)
		*bytes <<= shift;
	return err;
}

static void set_number(void *member, size_t size, unsigned long long value)
{
	if (size == sizeof(uint64_t))
		*(uint64_t *)member = value;
	else
		*(unsigned int *)member = (unsigned int)value;
}

const char *options_set(struct daemon_options *options, size_t id,
			const char *value)
{
	void *member = (char *)options + table[id].off;
	unsigned long long number;
	int err;

	switch (table[id].kind) {
	case OPTIONS_ADDRESS:
		err = listen_check(value);
		if (err)
			return listen_problem(err);
		*(const char **)member = value;
		return NULL;
	case OPTIONS_PATH:
	case OPTIONS_TEXT:
		if (!*value)
			return "it is empty";
		if (strlen(value) >= PATH_MAX)
			return "it is too long";
		*(const char **)member = value;
		return NULL;
	case OPTIONS_NUMBER:
		if (text_number(value, OPTIONS_NUMBER_MAX, &number))
			return "expected a number of at most 86400";
		set_number(member, table[id].size, number);
		return NULL;
	case OPTIONS_SIZE:
		if (options_size(value, &number))
			return "expected a number of bytes, or one with K, M "
			       "or G behind it";
		set_number(member, table[id].size, number);
		return NULL;
	case OPTIONS_FLAG:
		if (strcmp(value, "true") && strcmp(value, "false"))
			return "expected true or false";
		*(bool *)member = *value == 't';
		return NULL;
	}
	return "it has no kind";
}

void options_help(struct text *out)
{
	char left[64];
	size_t id;

	for (id = 0; id < OPTIONS_NUM; id++) {
		snprintf(left, sizeof(left), "--%s %s", table[id].name,
			 table[id].argument);
		text_printf(out, "  %-21s %s\n", left, table[id].help);
	}
}
