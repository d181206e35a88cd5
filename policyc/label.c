// SPDX-License-Identifier: GPL-2.0-only
#include <string.h>

#include "buf.h"
#include "label.h"
#include "source.h"

/* Past slashes and components that lead nowhere. */
static const char *skip(const char *path)
{
	for (;;) {
		if (*path == '/')
			path++;
		else if (path[0] == '.' && (path[1] == '/' || !path[1]))
			path++;
		else
			return path;
	}
}

static size_t len_of(const char *path)
{
	return strcspn(path, "/");
}

static bool is_up(const char *path)
{
	return len_of(path) == 2 && !memcmp(path, "..", 2);
}

const char *label_base(struct arena *arena, const char *policy)
{
	const char *end = strrchr(policy, '/');

	if (*policy == '/' || *policy == '<')
		return NULL;
	return end ? arena_strndup(arena, policy, (size_t)(end - policy)) : "";
}

const char *label_of(struct arena *arena, const char *base,
		     const struct source *source)
{
	const char *name = source ? source->name : "";
	struct buf buf = BUF_INIT(arena);
	const char *to = name;

	if (!base || !*name || *name == '/')
		return name;
	base = skip(base);
	to = skip(to);
	while (*base && *to && len_of(base) == len_of(to) &&
	       !memcmp(base, to, len_of(base))) {
		base = skip(base + len_of(base));
		to = skip(to + len_of(to));
	}
	for (; *base; base = skip(base + len_of(base))) {
		/* what lies above is not known by its name */
		if (is_up(base))
			return name;
		buf_printf(&buf, "../");
	}
	for (; *to; to = skip(to + len_of(to)))
		buf_printf(&buf, "%s%.*s",
			   buf.len && buf.data[buf.len - 1] != '/' ? "/" : "",
			   (int)len_of(to), to);
	return buf_text(&buf);
}
