// SPDX-License-Identifier: GPL-2.0-only
#include <errno.h>
#include <string.h>
#include <unistd.h>

#include "bailiffd.h"
#include "compile.h"
#include "config.h"
#include "options.h"
#include "text.h"

void config_spec(struct text *out)
{
	size_t id;

	for (id = 0; id < OPTIONS_NUM; id++) {
		text_printf(out, "%s%s:", id ? "," : "", options_name(id));
		switch (options_kind(id)) {
		case OPTIONS_PATH:
			text_add(out, "path");
			break;
		case OPTIONS_TEXT:
		case OPTIONS_ADDRESS:
			text_add(out, "text");
			break;
		case OPTIONS_NUMBER:
			text_printf(out, "number<=%d", OPTIONS_NUMBER_MAX);
			break;
		case OPTIONS_SIZE:
			text_printf(out, "size<=%lld", OPTIONS_SIZE_MAX);
			break;
		case OPTIONS_FLAG:
			text_add(out, "flag");
		}
	}
}

void config_say(const struct config *config, size_t id, const char *severity,
		const char *problem, struct text *out)
{
	const struct config_place *place = &config->places[id];

	text_add_safe(out, config->file, "");
	text_printf(out, ":%s: %s: '%s': ", place->at, severity,
		    options_name(id));
	text_add_safe(out, problem, "");
	text_printf(out, "\n%s\n%s\n", place->line, place->carets);
}

/* Return: -EINVAL. */
static int refuse(const struct config *config, size_t id, const char *problem,
		  const char *value, struct text *out)
{
	struct text text = {};

	text_printf(&text, "%s, got '%s'", problem, value);
	config_say(config, id, "error", text_string(&text), out);
	text_free(&text);
	return -EINVAL;
}

/* The next line of what policyc printed, and *at behind it; or NULL. */
static char *take_line(char **at)
{
	char *line = *at;

	if (line)
		*at = text_next_line(line);
	return line;
}

/* policyc has checked all but what only the option itself knows. */
static int apply(struct config *config, struct daemon_options *options,
		 struct text *why)
{
	char *at = config->values.len ? config->values.data : NULL;
	struct config_place place;
	char *name, *value;
	const char *problem;
	int err = 0;
	size_t id;

	while (at) {
		name = take_line(&at);
		place.at = take_line(&at);
		place.line = take_line(&at);
		place.carets = take_line(&at);
		value = strchr(name, '=');
		if (!value || !place.carets)
			return -EPROTO;
		*value++ = '\0';
		id = options_find(name);
		if (id == OPTIONS_NUM)
			return -EPROTO;
		config->places[id] = place;
		problem = options_set(options, id, value);
		if (problem)
			err = refuse(config, id, problem, value, why);
	}
	return err;
}

int config_read(struct config *config, const struct config_reader *reader,
		struct daemon_options *options, struct text *why)
{
	struct text spec = {};
	struct compile_request request = {
		.policyc = reader->policyc,
		.file = config->file,
		.uid = reader->uid,
		.gid = reader->gid,
	};
	int err, fd = -1;

	if (access(config->file, F_OK))
		return -errno;
	config_spec(&spec);
	request.spec = text_string(&spec);
	err = compile_run(&request, why, &fd);
	text_free(&spec);
	/* ENOENT is said of the file alone */
	if (err)
		return err == -ENOENT ? -ENOEXEC : err;
	/* the rest of a file with errors may have more */
	err = text_add_file(&config->values, fd);
	close(fd);
	if (!err) {
		bool wrong = why->len;

		err = apply(config, options, why);
		if (!err && wrong)
			err = -EINVAL;
	}
	return err;
}
