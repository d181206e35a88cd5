// SPDX-License-Identifier: GPL-2.0-only
#include <string.h>

#include "init_parts.h"
#include "suggest.h"
#include "unit.h"

#define SERVICE ".service"
#define MAX_UNIT (1u << 20) /* bytes */
#define MAX_NOTES 5 /* programs of a package that are named */

static bool ends_with(const char *text, const char *end)
{
	const size_t len = strlen(text);
	const size_t end_len = strlen(end);

	return len > end_len && !strcmp(text + len - end_len, end);
}

static const char *base_of(const char *path)
{
	const char *slash = strrchr(path, '/');

	return slash ? slash + 1 : path;
}

/* ---- units ---- */

/* Take the unit of that file name if there is one; links of it are followed. */
static bool take_unit(struct init *in, const char *file)
{
	for (int i = 0; init_unit_dirs[i]; i++) {
		const char *path = arena_printf(in->arena, "%s/%s",
						init_unit_dirs[i], file);
		const char *real;

		if (!init_is_plain(path) ||
		    rootfs_kind(&in->root, path) != ROOTFS_FILE)
			continue;
		/* an alias is a link to the unit */
		real = rootfs_resolve(&in->root, path);
		if (real && ends_with(real, SERVICE) && init_is_plain(real))
			path = real;
		in->unit_path = path;
		in->unit = base_of(path);
		in->name = arena_strndup(in->arena, in->unit,
					 strlen(in->unit) - strlen(SERVICE));
		if (ends_with(in->name, "@")) {
			in->template = true;
			in->name = arena_strndup(in->arena, in->name,
						 strlen(in->name) - 1);
		}
		return true;
	}
	return false;
}

struct alias {
	const char *wanted;
	bool found;
};

static bool take_alias(void *ctx, const char *section, char *key, char *value,
		       const struct span *from)
{
	struct alias *alias = ctx;

	(void)from;
	if (key && value && !strcmp(section, "[Install]") &&
	    !strcmp(key, "Alias") && !strcmp(value, alias->wanted))
		alias->found = true;
	return !alias->found;
}

/* A unit that would be called so, too, if it were enabled. */
static bool take_aliased(struct init *in, const char *file)
{
	for (int i = 0; init_unit_dirs[i]; i++) {
		const struct rootfs_names names =
			rootfs_list(&in->root, init_unit_dirs[i]);

		for (u32 k = 0; k < names.num; k++) {
			struct alias alias = { .wanted = file };
			const struct source *source = NULL;
			struct span bad;

			if (ends_with(names.items[k], SERVICE))
				source = rootfs_read(
					&in->root,
					arena_printf(in->arena, "%s/%s",
						     init_unit_dirs[i],
						     names.items[k]),
					MAX_UNIT);
			if (source &&
			    unit_read(in->arena, source, take_alias, &alias,
				      &bad) &&
			    alias.found)
				return take_unit(in, names.items[k]);
		}
	}
	return false;
}

static bool take_unit_named(struct init *in, const char *name)
{
	const char *file = ends_with(name, SERVICE) ?
				   name :
				   arena_printf(in->arena, "%s" SERVICE, name);

	if (strchr(name, '/') || !*name)
		return false;
	if (!take_unit(in, file) &&
	    !take_unit(in, arena_printf(in->arena, "%s@" SERVICE, name)) &&
	    !take_aliased(in, file))
		return false;
	if (!in->template && strcmp(in->unit, file))
		in->alias = arena_strndup(in->arena, file,
					  strlen(file) - strlen(SERVICE));
	return true;
}

/* ---- packages ---- */

static void add_package(struct init *in, const struct dpkg_package *package)
{
	if (!package || in->num_packages == ARRAY_SIZE(in->packages))
		return;
	for (u32 i = 0; i < in->num_packages; i++)
		if (in->packages[i] == package)
			return;
	in->packages[in->num_packages++] = package;
}

/* Of several units the one that is called as the package is, else the first. */
static bool take_unit_of(struct init *in, const struct dpkg_package *package)
{
	const char *first = NULL;

	if (take_unit_named(in, package->name))
		return true;
	for (u32 i = 1; i <= package->list->num_lines && !first; i++) {
		size_t len;
		const char *text = source_line(package->list, i, &len);
		const char *path = arena_strndup(in->arena, text, len);

		if (strstr(path, "/systemd/system/") &&
		    ends_with(path, SERVICE))
			first = base_of(path);
	}
	return first && take_unit(in, first);
}

/* A program without a unit is what the package has in a sbin, or its name. */
static bool take_program_of(struct init *in, const struct dpkg_package *package)
{
	static const char *const dirs[] = { "/usr/sbin/", "/usr/bin/", "/sbin/",
					    "/bin/" };

	for (size_t i = 0; i < ARRAY_SIZE(dirs); i++) {
		const char *path =
			arena_printf(in->arena, "%s%s", dirs[i], package->name);

		if (!dpkg_has(package, path))
			continue;
		in->exec = path;
		in->exec_line = path;
		in->name = package->name;
		return true;
	}
	return false;
}

/* ---- programs ---- */

static bool take_program(struct init *in, const char *path)
{
	const struct dpkg_package *package;
	const char *real = rootfs_resolve(&in->root, path);

	if (!real || rootfs_kind(&in->root, path) != ROOTFS_FILE)
		return false;
	package = dpkg_owner(&in->dpkg, in->arena, real);
	add_package(in, package);
	in->name = base_of(path);
	if (take_unit_named(in, base_of(path)) ||
	    take_unit_named(in, base_of(real)))
		init_unit_take(in);
	/* a unit of that name may be of something else */
	if (in->exec && rootfs_resolve(&in->root, in->exec) &&
	    !strcmp(rootfs_resolve(&in->root, in->exec), real))
		return true;
	in->unit = in->unit_path = in->user = NULL;
	in->notify = in->template = false;
	in->description = "";
	in->num_paths = in->num_programs = in->caps.num = 0;
	in->name = base_of(path);
	in->exec = path;
	in->exec_line = path;
	return true;
}

/* ---- nothing of that name ---- */

/* A longer name that begins so is nearer than what letters say. */
static void try_name(struct suggest *suggest, const char **longer,
		     const char *name)
{
	suggest_try(suggest, name);
	if (!*longer && *suggest->word &&
	    !strncmp(name, suggest->word, strlen(suggest->word)))
		*longer = name;
}

static int report_unknown(struct init *in)
{
	struct suggest suggest = SUGGEST_INIT(in->wanted);
	const char *longer = NULL;

	for (int i = 0; init_unit_dirs[i]; i++) {
		const struct rootfs_names names =
			rootfs_list(&in->root, init_unit_dirs[i]);

		for (u32 k = 0; k < names.num; k++)
			if (ends_with(names.items[k], SERVICE))
				try_name(
					&suggest, &longer,
					arena_strndup(in->arena, names.items[k],
						      strlen(names.items[k]) -
							      strlen(SERVICE)));
	}
	for (u32 i = 0; i < in->dpkg.num; i++)
		try_name(&suggest, &longer, in->dpkg.items[i].name);
	diag_report(in->run->diag, NULL, INIT_UNKNOWN, in->wanted,
		    in->root.name);
	if (longer || suggest.best)
		diag_note(in->run->diag, "did you mean '%s'?",
			  longer ?: suggest.best);
	diag_note(in->run->diag,
		  "expected a systemd unit, a Debian package that brings one, "
		  "or a program's path");
	return EXIT_BAD;
}

/* /usr/bin/x, and the like. */
static bool is_command(const char *path)
{
	static const char *const tops[] = { "/usr/local", "/usr", "" };

	for (size_t i = 0; i < ARRAY_SIZE(tops); i++) {
		const size_t len = strlen(tops[i]);

		if (!strncmp(path, tops[i], len) &&
		    (!strncmp(path + len, "/bin/", 5) ||
		     !strncmp(path + len, "/sbin/", 6)))
			return true;
	}
	return false;
}

static int report_bare(struct init *in, const struct dpkg_package *package)
{
	u32 num = 0;

	diag_report(in->run->diag, NULL, INIT_BARE, package->name);
	for (u32 i = 1; i <= package->list->num_lines; i++) {
		size_t len;
		const char *text = source_line(package->list, i, &len);
		const char *path = arena_strndup(in->arena, text, len);

		if (is_command(path) && init_is_plain(path) &&
		    num++ < MAX_NOTES)
			diag_note(in->run->diag, "it has %s: try --for %s",
				  path, path);
	}
	return EXIT_BAD;
}

/* ---- what is found ---- */

/* The program as rules see it: its links followed where it is. */
static void settle_program(struct init *in)
{
	in->main = rootfs_resolve(&in->root, in->exec);
	in->missing = !in->main;
	if (in->missing)
		in->main = rootfs_follow(&in->root, in->exec);
	add_package(in, dpkg_owner(&in->dpkg, in->arena, in->main));
	if (in->unit_path)
		add_package(in,
			    dpkg_owner(&in->dpkg, in->arena, in->unit_path));
}

/* A unit that starts nothing stands for those of its template. */
static void take_template(struct init *in)
{
	const char *file = arena_printf(in->arena, "%s@" SERVICE, in->name);

	if (!in->exec || strcmp(base_of(in->exec), "true"))
		return;
	if (!take_unit(in, file))
		return;
	in->exec = NULL;
	init_unit_take(in);
}

int init_find(struct init *in)
{
	const struct dpkg_package *package = dpkg_find(&in->dpkg, in->wanted);
	bool found = false;

	if (*in->wanted == '/')
		found = take_program(in, in->wanted);
	else if (take_unit_named(in, in->wanted))
		found = true;
	else if (package)
		found = take_unit_of(in, package) ||
			take_program_of(in, package);
	if (!found)
		return package ? report_bare(in, package) : report_unknown(in);
	add_package(in, package);
	if (in->unit && *in->wanted != '/')
		init_unit_take(in);
	take_template(in);
	if (in->exec)
		settle_program(in);
	if (!in->exec || !init_is_plain(in->main)) {
		diag_report(in->run->diag, NULL, INIT_NO_PROGRAM,
			    in->unit_path ?: in->wanted);
		return EXIT_BAD;
	}
	return EXIT_YES;
}
