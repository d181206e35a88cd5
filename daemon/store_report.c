// SPDX-License-Identifier: GPL-2.0-only
/* store_report.c - what the store says of its files */
#include <jansson.h>

#include "store_parts.h"

static const char *const state_names[] = {
	[STATE_WAITING] = "waiting",
	[STATE_COMPILING] = "compiling",
	[STATE_COMPILED] = "compiled",
	[STATE_LOADING] = "loading",
	[STATE_ACTIVE] = "active",
	[STATE_ERROR] = "error",
	[STATE_REMOVED] = "removed; its policy stays while it is used",
};

/* In the place of a file's name: a policy that is loaded. */
#define IN_KERNEL "what is loaded"

/* Errors that are of no file. */
static unsigned int problems(const struct store *store)
{
	return (store->dir_problem ? 1 : 0) + (store->sync_problem ? 1 : 0);
}

bool store_is_ready(const struct store *store)
{
	return store->ready;
}

const char *store_unknown_file(const struct store *store)
{
	const struct file *file;

	if (store->dir_problem)
		return store->config.dir;
	if (store->sync_problem)
		return IN_KERNEL;
	for (file = store->files; file; file = file->next)
		if (file->state == STATE_ERROR && !file->policy[0])
			return file->name;
	return NULL;
}

bool store_is_settled(const struct store *store)
{
	return store->ready || store->dir_problem;
}

void store_count_active(const struct store *store, unsigned int *num)
{
	(void)store_count(store, STATE_ACTIVE, num);
}

uint64_t store_num_compiled(const struct store *store)
{
	return store->compiled;
}

unsigned int store_num_errors(const struct store *store)
{
	unsigned int num = problems(store);
	const struct file *file;

	for (file = store->files; file; file = file->next)
		if (file->state == STATE_ERROR)
			num++;
	return num;
}

const char *store_count(const struct store *store, size_t i, unsigned int *num)
{
	/* what people are told of a removed one is a sentence */
	static const char *const names[] = {
		"waiting", "compiling", "compiled", "loading",
		"active",  "error",	"removed",
	};
	const struct file *file;

	if (i >= sizeof(names) / sizeof(names[0]))
		return NULL;
	*num = i == STATE_ERROR ? problems(store) : 0;
	for (file = store->files; file; file = file->next)
		if (file->state == i)
			(*num)++;
	return names[i];
}

/* A name is any bytes, and JSON takes none that are not UTF-8. */
static json_t *json_of(const char *string)
{
	struct text quoted = {};
	json_t *value;

	text_add_json(&quoted, string);
	value = json_loads(text_string(&quoted), JSON_DECODE_ANY, NULL);
	text_free(&quoted);
	return value;
}

static json_t *row_of(const char *name, enum state state, const char *policy,
		      const char *text)
{
	return json_pack("{s:o, s:s, s:s, s:o}", "file", json_of(name), "state",
			 state_names[state], "policy", policy, "text",
			 json_of(text));
}

struct json_t *store_files(const struct store *store)
{
	json_t *rows = json_array();
	const struct file *file;

	if (store->dir_problem)
		json_array_append_new(rows,
				      row_of(store->config.dir, STATE_ERROR, "",
					     store->dir_problem));
	if (store->sync_problem)
		json_array_append_new(rows, row_of(IN_KERNEL, STATE_ERROR, "",
						   store->sync_problem));
	for (file = store->files; file; file = file->next)
		json_array_append_new(rows, row_of(file->name, file->state,
						   file->policy,
						   text_string(&file->diag)));
	return rows;
}
