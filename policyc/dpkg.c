// SPDX-License-Identifier: GPL-2.0-only
#include <string.h>

#include "dpkg.h"

#define INFO "/var/lib/dpkg/info"
#define MAX_LIST (16u << 20) /* bytes of one list */

struct dpkg dpkg_read(const struct rootfs *root)
{
	const struct rootfs_names names = rootfs_list(root, INFO);
	struct arena *arena = root->arena;
	struct dpkg dpkg = { 0 };

	for (u32 i = 0; i < names.num; i++) {
		const char *name = names.items[i];
		const size_t len = strlen(name);
		struct dpkg_package package;

		if (len <= 5 || strcmp(name + len - 5, ".list"))
			continue;
		package.name = arena_strndup(arena, name,
					     strcspn(name, ":") < len ?
						     strcspn(name, ":") :
						     len - 5);
		package.list = rootfs_read(
			root, arena_printf(arena, INFO "/%s", name), MAX_LIST);
		if (!package.list)
			continue;
		dpkg.items = arena_grow(arena, dpkg.items, dpkg.num,
					sizeof(package));
		dpkg.items[dpkg.num++] = package;
	}
	return dpkg;
}

const struct dpkg_package *dpkg_find(const struct dpkg *dpkg, const char *name)
{
	for (u32 i = 0; i < dpkg->num; i++)
		if (!strcmp(dpkg->items[i].name, name))
			return &dpkg->items[i];
	return NULL;
}

bool dpkg_has(const struct dpkg_package *package, const char *path)
{
	const struct source *list = package->list;
	const char *end = list->text + list->len;
	const size_t len = strlen(path);
	const char *text = list->text;

	while (text < end &&
	       (text = memmem(text, (size_t)(end - text), path, len))) {
		if ((text == list->text || text[-1] == '\n') &&
		    (text + len == end || text[len] == '\n'))
			return true;
		text += len;
	}
	return false;
}

static const struct dpkg_package *who_has(const struct dpkg *dpkg,
					  const char *path)
{
	for (u32 i = 0; i < dpkg->num; i++)
		if (dpkg_has(&dpkg->items[i], path))
			return &dpkg->items[i];
	return NULL;
}

const struct dpkg_package *dpkg_owner(const struct dpkg *dpkg,
				      struct arena *arena, const char *path)
{
	static const char *const merged[] = { "/bin/", "/sbin/", "/lib" };
	const struct dpkg_package *package = who_has(dpkg, path);

	for (size_t i = 0; i < ARRAY_SIZE(merged) && !package; i++) {
		if (!strncmp(path, "/usr", 4) &&
		    !strncmp(path + 4, merged[i], strlen(merged[i])))
			package = who_has(dpkg, path + 4);
		else if (!strncmp(path, merged[i], strlen(merged[i])))
			package = who_has(dpkg,
					  arena_printf(arena, "/usr%s", path));
	}
	return package;
}

u32 dpkg_count(const struct dpkg *dpkg, const char *path)
{
	u32 num = 0;

	for (u32 i = 0; i < dpkg->num; i++)
		num += dpkg_has(&dpkg->items[i], path);
	return num;
}
