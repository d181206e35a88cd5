// SPDX-License-Identifier: GPL-2.0-only
#include <errno.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include "bailiffd.h"
#include "compile.h"
#include "config.h"
#include "options.h"
#include "text.h"

void config_spec(struct text *out)
{
	static const char *const kinds[] = {
		[OPTIONS_PATH] = "path",     [OPTIONS_TEXT] = "text",
		[OPTIONS_NUMBER] = "number", [OPTIONS_SIZE] = "size",
		[OPTIONS_FLAG] = "flag",
	};
	size_t id;

	for (id = 0; id < OPTIONS_NUM; id++)
		text_printf(out, "%s%s:%s", id ? "," : "", options_name(id),
			    kinds[options_kind(id)]);
}

/* policyc has checked all but what only the option itself knows. */
static int apply(const char *file, struct daemon_options *options,
		 struct text *values, struct text *why)
{
	char *line = values->data, *next, *value;
	const char *problem;
	int err = 0;
	size_t id;

	for (; line && *line; line = next) {
		next = text_next_line(line);
		value = strchr(line, '=');
		if (!value)
			return -EPROTO;
		*value++ = '\0';
		id = options_find(line);
		if (id == OPTIONS_NUM)
			return -EPROTO;
		problem = options_set(options, id, value);
		if (!problem)
			continue;
		text_printf(why, "%s: error: '%s': %s, got '%s'\n", file, line,
			    problem, value);
		err = -EINVAL;
	}
	return err;
}

int config_read(const char *file, const struct config_reader *reader,
		struct daemon_options *options, struct text *values,
		struct text *why)
{
	struct text spec = {};
	struct compile_request request = {
		.policyc = reader->policyc,
		.file = file,
		.uid = reader->uid,
		.gid = reader->gid,
	};
	int err, fd = -1;

	if (access(file, F_OK))
		return -errno;
	config_spec(&spec);
	request.spec = text_string(&spec);
	err = compile_run(&request, why, &fd);
	text_free(&spec);
	/* ENOENT is said of the file alone */
	if (err)
		return err == -ENOENT ? -ENOEXEC : err;
	err = text_add_file(values, fd);
	close(fd);
	return err ? err : apply(file, options, values, why);
}
