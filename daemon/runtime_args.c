// SPDX-License-Identifier: GPL-2.0-only
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "runtime_args.h"

enum place { GLOBAL, COMMAND };

struct option_row {
	const char *name;
	char letter;
	enum place place;
	bool value;
};

static const struct option_row rows[] = {
#define RUNTIME_OPTION(name, letter, PLACE, VALUE) \
	{ name, letter, PLACE, VALUE },
#include "runtime_options.def"
#undef RUNTIME_OPTION
};

#define NUM_ROWS (sizeof(rows) / sizeof(rows[0]))

static const struct {
	const char *name;
	enum runtime_verb verb;
} verbs[] = {
	{ "create", RUNTIME_START },
	{ "run", RUNTIME_START },
	{ "restore", RUNTIME_RESTORE },
};

/* Where the words are read from. */
struct words {
	int argc;
	char **argv;
	int at; /* the next one */
	enum place place;
	bool help; /* the command is asked for its help, and does nothing */
	struct runtime_args *args;
	char *why;
	size_t size;
};

static enum runtime_verb verb_of(const char *word)
{
	for (size_t i = 0; i < sizeof(verbs) / sizeof(verbs[0]); i++)
		if (!strcmp(word, verbs[i].name))
			return verbs[i].verb;
	return RUNTIME_OTHER;
}

static int unclear(struct words *words, const char *word)
{
	snprintf(words->why, words->size,
		 "option %.64s: bailiff-runtime does not know it, and cannot "
		 "tell which bundle is meant",
		 word);
	return -EINVAL;
}

/* len: of the name in word, which may go on with '='. */
static const struct option_row *find_name(enum place place, const char *word,
					  size_t len)
{
	for (size_t i = 0; i < NUM_ROWS; i++)
		if (rows[i].place == place && strlen(rows[i].name) == len &&
		    !strncmp(rows[i].name, word, len))
			return &rows[i];
	return NULL;
}

static const struct option_row *find_letter(enum place place, char letter)
{
	for (size_t i = 0; i < NUM_ROWS; i++)
		if (rows[i].place == place && rows[i].letter == letter)
			return &rows[i];
	return NULL;
}

static void take(struct words *words, const struct option_row *row,
		 const char *value)
{
	struct runtime_args *args = words->args;

	if (!strcmp(row->name, "bundle"))
		args->bundle = value;
	else if (!strcmp(row->name, "config"))
		args->config = value;
	else if (!strcmp(row->name, "log"))
		args->log = value;
	else if (!strcmp(row->name, "log-format"))
		args->log_json = !strcmp(value, "json");
}

/* The value that stands in the next word. */
static int take_next(struct words *words, const struct option_row *row)
{
	if (words->at == words->argc) {
		snprintf(words->why, words->size,
			 "option --%s: its value is missing", row->name);
		return -EINVAL;
	}
	take(words, row, words->argv[words->at++]);
	return 0;
}

/* crun has no --keep=false, and runc has; its --help=false starts. */
static int take_flag(struct words *words, const struct option_row *row,
		     const char *word, bool valued)
{
	if (words->place != COMMAND || strcmp(row->name, "help") != 0)
		return 0;
	if (valued)
		return unclear(words, word);
	words->help = true;
	return 0;
}

static int read_long(struct words *words, const char *word)
{
	const char *name = word + 2;
	size_t len = strcspn(name, "=");
	const struct option_row *row = find_name(words->place, name, len);

	if (!row)
		return unclear(words, word);
	if (!row->value)
		return take_flag(words, row, word, name[len]);
	if (!name[len])
		return take_next(words, row);
	take(words, row, name + len + 1);
	return 0;
}

/*
 * "-bDIR" is runc's option "bDIR", and "-bundle" is crun's -b: only letters
 * that stand alone mean the same to both.
 */
static int read_letter(struct words *words, const char *word)
{
	const struct option_row *row = find_letter(words->place, word[1]);

	if (!row || word[2])
		return unclear(words, word);
	return row->value ? take_next(words, row) :
			    take_flag(words, row, word, false);
}

static int read_option(struct words *words, const char *word)
{
	return word[1] == '-' ? read_long(words, word) :
				read_letter(words, word);
}

static bool is_option(const char *word)
{
	return word[0] == '-' && word[1];
}

/* Options up to the command, which is left in *command; NULL: there is none. */
static int read_globals(struct words *words, const char **command)
{
	int err = 0;

	*command = NULL;
	while (!err && words->at < words->argc) {
		const char *word = words->argv[words->at++];

		if (!is_option(word)) {
			*command = word;
			return 0;
		}
		err = read_option(words, word);
	}
	return err;
}

/* crun takes options behind the name of the container as well. */
static int read_command(struct words *words)
{
	struct runtime_args *args = words->args;
	bool only_words = false;
	int err = 0;

	words->place = COMMAND;
	while (!err && words->at < words->argc) {
		const char *word = words->argv[words->at++];

		if (!only_words && !strcmp(word, "--"))
			only_words = true;
		else if (!only_words && is_option(word))
			err = read_option(words, word);
		else if (!args->id)
			args->id = word;
	}
	if (!err && words->help) {
		args->verb = RUNTIME_OTHER;
	} else if (!err && !args->id) {
		snprintf(words->why, words->size,
			 "the name of the container is missing");
		err = -EINVAL;
	}
	return err;
}

/* Does a word behind what is not understood start a container? */
static bool may_start(const struct words *words)
{
	for (int i = words->at; i < words->argc; i++)
		if (verb_of(words->argv[i]) != RUNTIME_OTHER)
			return true;
	return false;
}

int runtime_args_read(struct runtime_args *args, int argc, char **argv,
		      char *why, size_t size)
{
	struct words words = {
		.argc = argc,
		.argv = argv,
		.at = 1,
		.args = args,
		.why = why,
		.size = size,
	};
	const char *command;
	int err;

	memset(args, 0, sizeof(*args));
	args->bundle = ".";
	err = read_globals(&words, &command);
	if (err)
		return may_start(&words) ? err : 0;
	if (!command)
		return 0;
	args->verb = verb_of(command);
	if (args->verb != RUNTIME_START)
		return 0;
	return read_command(&words);
}
