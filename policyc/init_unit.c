// SPDX-License-Identifier: GPL-2.0-only
#include <ctype.h>
#include <stdlib.h>
#include <string.h>

#include "buf.h"
#include "init_parts.h"
#include "unit.h"
#include "vm/hooks.h"

#define MAX_UNIT (1u << 20) /* bytes */

const char *const init_unit_dirs[] = {
	"/etc/systemd/system",		 "/run/systemd/system",
	"/usr/local/lib/systemd/system", "/usr/lib/systemd/system",
	"/lib/systemd/system",		 NULL,
};

/* What systemd puts in; what it knows at start only is anything. */
static const struct {
	char letter;
	const char *text;
} specifiers[] = {
	{ '%', "%" },	       { 't', "/run" },	    { 'S', "/var/lib" },
	{ 'C', "/var/cache" }, { 'L', "/var/log" }, { 'E', "/etc" },
	{ 'T', "/tmp" },       { 'V', "/var/tmp" },
};

static const char *put_in(struct init *in, const char *text)
{
	struct buf out = BUF_INIT(in->arena);
	size_t i;

	for (; *text; text++) {
		if (*text != '%' || !text[1]) {
			buf_put_u8(&out, (u8)*text);
			continue;
		}
		text++;
		for (i = 0; i < ARRAY_SIZE(specifiers); i++)
			if (specifiers[i].letter == *text)
				break;
		if (i < ARRAY_SIZE(specifiers))
			buf_printf(&out, "%s", specifiers[i].text);
		else if (strchr("pNn", *text))
			buf_printf(&out, "%s", in->name);
		else
			buf_put_u8(&out, INIT_ANY);
	}
	return arena_strdup(in->arena, buf_text(&out));
}

const char *init_unit_word(struct arena *arena, const char **line)
{
	const char *text = *line + strspn(*line, " \t");
	char quote = strchr("\"'", *text) ? *text : '\0';
	size_t len;

	if (!*text)
		return NULL;
	if (quote)
		text++;
	for (len = 0; text[len]; len++)
		if (quote ? text[len] == quote : isblank((u8)text[len]))
			break;
	*line = text + len + (quote && text[len]);
	return arena_strndup(arena, text, len);
}

static const char *why_of(struct init *in, const char *key)
{
	return arena_printf(in->arena, "%s of the unit", key);
}

/* Of each list an empty value takes back all that was said before. */
static void take_command(struct init *in, const char *key, const char *value)
{
	const char *line = put_in(in, value + strspn(value, "@-:+!|"));
	const char *why = why_of(in, key);
	const char *path;
	const char *all = line;

	if (!*value && strcmp(key, "ExecStart"))
		init_drop(in, why);
	path = init_unit_word(in->arena, &line);
	if (!path || *path != '/' || strchr(path, INIT_ANY))
		return;
	if (strcmp(key, "ExecStart")) {
		init_add_program(in, path, why);
		return;
	}
	if (in->exec)
		return;
	in->exec = path;
	in->exec_line = all;
}

static const struct {
	const char *key;
	const char *below;
	enum init_kind kind;
} directories[] = {
	{ "RuntimeDirectory", "/run", INIT_RUN },
	{ "StateDirectory", "/var/lib", INIT_STATE },
	{ "CacheDirectory", "/var/cache", INIT_STATE },
	{ "LogsDirectory", "/var/log", INIT_LOG },
	{ "ConfigurationDirectory", "/etc", INIT_CONFIG },
	{ "ReadWritePaths", "", INIT_STATE },
	{ "ReadWriteDirectories", "", INIT_STATE },
	{ "WorkingDirectory", "", INIT_DATA },
};

/* "name" or, of newer units, "name:other"; a path may have a '-' before it. */
static void take_directories(struct init *in, size_t which, const char *value)
{
	const char *why = why_of(in, directories[which].key);
	const char *below = directories[which].below;
	const char *line = put_in(in, value);
	const char *word;

	if (!*value)
		init_drop(in, why);
	while ((word = init_unit_word(in->arena, &line))) {
		word += strspn(word, "-+~");
		word = arena_strndup(in->arena, word, strcspn(word, ":"));
		if (*below)
			word = arena_printf(in->arena, "%s/%s", below, word);
		if (*word == '/' && strcmp(word, "/"))
			init_add_path(in, directories[which].kind, word, true,
				      why);
	}
}

static void take_caps(struct init *in, const char *value)
{
	const char *word;

	if (!*value || *value == '~')
		in->caps.num = 0;
	while (*value != '~' && (word = init_unit_word(in->arena, &value))) {
		char *name = arena_strdup(in->arena, word);

		for (char *c = name; *c; c++)
			*c = (char)tolower((u8)*c);
		if (strncmp(name, "cap_", 4) ||
		    bvm_name_find(bvm_cap_names, name + 4) < 0)
			continue;
		in->caps.items = arena_grow(in->arena, (void *)in->caps.items,
					    in->caps.num,
					    sizeof(*in->caps.items));
		in->caps.items[in->caps.num++] = name + 4;
	}
}

static void take_service(struct init *in, const char *key, const char *value)
{
	if (!strncmp(key, "Exec", 4) &&
	    strncmp(key, "ExecPaths", strlen("ExecPaths")) &&
	    strcmp(key, "ExecSearchPath")) {
		if (!*value && !strcmp(key, "ExecStart"))
			in->exec = NULL;
		take_command(in, key, value);
	} else if (!strcmp(key, "User")) {
		in->user = *value ? arena_strdup(in->arena, value) : NULL;
	} else if (!strcmp(key, "Type")) {
		in->notify = !strncmp(value, "notify", strlen("notify"));
	} else if (!strcmp(key, "AmbientCapabilities")) {
		take_caps(in, value);
	} else if (!strcmp(key, "PIDFile")) {
		const char *path = put_in(in, value);

		init_drop(in, why_of(in, key));
		if (*path && *path != '/')
			path = arena_printf(in->arena, "/run/%s", path);
		if (*path)
			init_add_path(in, INIT_RUN, path, false,
				      why_of(in, key));
	}
	for (size_t i = 0; i < ARRAY_SIZE(directories); i++)
		if (!strcmp(key, directories[i].key))
			take_directories(in, i, value);
}

static bool take_line(void *ctx, const char *section, char *key, char *value,
		      const struct span *from)
{
	struct init *in = ctx;

	(void)from;
	if (!key || !value)
		return true;
	if (!strcmp(section, "[Unit]") && !strcmp(key, "Description"))
		in->description = put_in(in, value);
	else if (!strcmp(section, "[Service]"))
		take_service(in, key, value);
	return true;
}

static void take_file(struct init *in, const char *path)
{
	const struct source *source = rootfs_read(&in->root, path, MAX_UNIT);
	struct span bad;

	if (source)
		(void)unit_read(in->arena, source, take_line, in, &bad);
}

/* The drop-ins of a directory that none of the same name came before. */
static void add_drop_ins(struct init *in, const char *dir, const char ***paths,
			 u32 *num)
{
	const struct rootfs_names names = rootfs_list(&in->root, dir);

	for (u32 i = 0; i < names.num; i++) {
		const char *name = names.items[i];
		const size_t len = strlen(name);
		bool is_new = true;

		for (u32 k = 0; k < *num; k++)
			is_new &= !!strcmp(strrchr((*paths)[k], '/') + 1, name);
		if (!is_new || len <= 5 || strcmp(name + len - 5, ".conf"))
			continue;
		*paths = arena_grow(in->arena, *paths, *num, sizeof(**paths));
		(*paths)[(*num)++] =
			arena_printf(in->arena, "%s/%s", dir, name);
	}
}

static int by_name(const void *a, const void *b)
{
	return strcmp(strrchr(*(const char *const *)a, '/'),
		      strrchr(*(const char *const *)b, '/'));
}

/*
 * Drop-ins count in the order of their names, wherever they lie; of one name
 * that of the unit counts, not that of all services, and the first one. An empty
 * one, or a link to /dev/null, is so none. (systemd.unit(5))
 */
void init_unit_take(struct init *in)
{
	const char *const units[] = { in->unit, "service" };
	const char **paths = NULL;
	u32 num = 0;

	take_file(in, in->unit_path);
	for (size_t k = 0; k < ARRAY_SIZE(units); k++)
		for (int i = 0; init_unit_dirs[i]; i++)
			add_drop_ins(in,
				     arena_printf(in->arena, "%s/%s.d",
						  init_unit_dirs[i], units[k]),
				     &paths, &num);
	if (num)
		qsort(paths, num, sizeof(*paths), by_name);
	for (u32 i = 0; i < num; i++)
		take_file(in, paths[i]);
}
