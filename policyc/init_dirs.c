// SPDX-License-Identifier: GPL-2.0-only
#include <string.h>

#include "init_parts.h"

#define MAX_FILES 500 /* of configuration that are looked at */
#define MAX_DEPTH 4 /* directories within directories of configuration */
#define MAX_PATHS 200 /* of a policy that people shall read */
#define MAX_TMPFILES (256u << 10) /* bytes */

/* Where programs have a directory of their own, and what for. */
static const struct {
	const char *below;
	enum init_kind kind;
} places[] = {
	{ "/etc", INIT_CONFIG },      { "/run", INIT_RUN },
	{ "/var/lib", INIT_STATE },   { "/var/cache", INIT_STATE },
	{ "/var/spool", INIT_STATE }, { "/var/log", INIT_LOG },
	{ "/usr/share", INIT_DATA },  { "/var/www", INIT_DATA },
	{ "/srv", INIT_DATA },
};

/* Directories by which a package has itself used by others. */
static const char *const integration[] = {
	"X11",
	"alternatives",
	"apparmor.d",
	"applications",
	"apport",
	"avahi",
	"bash-completion",
	"bash_completion.d",
	"binfmts",
	"bug",
	"cron.d",
	"cron.daily",
	"cron.hourly",
	"cron.monthly",
	"cron.weekly",
	"dbus-1",
	"default",
	"dhcp",
	"doc",
	"doc-base",
	"fish",
	"icons",
	"info",
	"init",
	"init.d",
	"initramfs-tools",
	"insserv.conf.d",
	"ld.so.conf.d",
	"lintian",
	"locale",
	"logcheck",
	"logrotate.d",
	"man",
	"metainfo",
	"mime",
	"modprobe.d",
	"modules-load.d",
	"munin",
	"needrestart",
	"network",
	"pam-configs",
	"pam.d",
	"perl5",
	"pixmaps",
	"polkit-1",
	"ppp",
	"profile.d",
	"python3",
	"resolvconf",
	"rsyslog.d",
	"security",
	"ssl",
	"sudoers.d",
	"sysctl.d",
	"systemd",
	"tmpfiles.d",
	"ufw",
	"update-motd.d",
	"vim",
	"xdg",
	"zsh",
};

/* ---- what is added ---- */

/* One that every program shares is no directory of this one. */
static bool is_shared(const char *path)
{
	static const char *const shared[] = {
		"/usr/share", "/usr/lib",  "/usr/bin",	 "/usr/sbin",
		"/usr/local", "/var/lib",  "/var/cache", "/var/log",
		"/var/spool", "/var/tmp",  "/var/run",	 "/var/mail",
		"/etc/ssl",   "/run/lock", "/run/user",	 "/dev/shm",
	};

	if (!strchr(path + 1, '/'))
		return true;
	for (size_t i = 0; i < ARRAY_SIZE(shared); i++)
		if (!strcmp(path, shared[i]))
			return true;
	return false;
}

bool init_is_plain(const char *path)
{
	const char *c;

	for (c = path; *c; c++)
		if (((u8)*c < 0x20 && *c != INIT_ANY) || (u8)*c >= 0x7f)
			return false;
	if (*path != '/')
		return false;
	c = strrchr(path, '/');
	return strlen(path) < 1000 && !strstr(path, "//") &&
	       !strstr(path, "/./") && !strstr(path, "/../") &&
	       strcmp(c, "/.") && strcmp(c, "/..");
}

/* Is what may be done to one kind less than to another? */
static bool is_covered_by(enum init_kind kind, enum init_kind other)
{
	return kind == other || ((kind == INIT_CONFIG || kind == INIT_DATA) &&
				 other != INIT_LOG);
}

void init_add_path(struct init *in, enum init_kind kind, const char *path,
		   bool dir, const char *why)
{
	struct init_path new = { .kind = kind, .dir = dir, .why = why };
	size_t len = strlen(path);

	while (len > 1 && path[len - 1] == '/')
		len--;
	path = arena_strndup(in->arena, path, len);
	if (!init_is_plain(path) || in->num_paths == MAX_PATHS)
		return;
	new.path = rootfs_follow(&in->root, path);
	if (dir && is_shared(new.path))
		return;
	for (u32 i = 0; i < in->num_paths; i++) {
		const struct init_path *old = &in->paths[i];

		len = strlen(old->path);
		if (!strcmp(old->path, new.path) ||
		    (old->dir && is_covered_by(kind, old->kind) &&
		     !strncmp(old->path, new.path, len) &&
		     new.path[len] == '/'))
			return;
	}
	in->paths =
		arena_grow(in->arena, in->paths, in->num_paths, sizeof(new));
	in->paths[in->num_paths++] = new;
}

void init_drop(struct init *in, const char *why)
{
	u32 num = 0;

	for (u32 i = 0; i < in->num_paths; i++)
		if (strcmp(in->paths[i].why, why))
			in->paths[num++] = in->paths[i];
	in->num_paths = num;
	num = 0;
	for (u32 i = 0; i < in->num_programs; i++)
		if (strcmp(in->programs[i].why, why))
			in->programs[num++] = in->programs[i];
	in->num_programs = num;
}

void init_add_program(struct init *in, const char *path, const char *why)
{
	const struct init_program new = {
		.path = rootfs_follow(&in->root, path),
		.why = why,
	};

	for (u32 i = 0; i < in->num_programs; i++)
		if (!strcmp(in->programs[i].path, new.path))
			return;
	if (!init_is_plain(new.path) || in->num_programs == MAX_PATHS)
		return;
	in->programs = arena_grow(in->arena, in->programs, in->num_programs,
				  sizeof(new));
	in->programs[in->num_programs++] = new;
}

/* ---- names that the service goes by ---- */

/* "redis-server" is "redis", too. */
static bool is_name(const char *name, const char *known)
{
	static const char *const ends[] = { "",	       "-server", "-daemon",
					    "-common", "-core",	  "-light",
					    "d" };
	const size_t len = strlen(name);

	if (!known || !len || strncmp(known, name, len))
		return false;
	for (size_t i = 0; i < ARRAY_SIZE(ends); i++)
		if (!strcmp(known + len, ends[i]))
			return true;
	return false;
}

static bool is_related(const struct init *in, const char *name)
{
	const char *slash = strrchr(in->main, '/');

	for (u32 i = 0; i < in->num_packages; i++)
		if (is_name(name, in->packages[i]->name))
			return true;
	return is_name(name, in->name) || is_name(name, in->wanted) ||
	       is_name(name, in->user) || is_name(name, slash + 1);
}

/* Directories of such a name, whoever made them. */
static void take_machine(struct init *in)
{
	for (size_t i = 0; i < ARRAY_SIZE(places); i++) {
		const struct rootfs_names names =
			rootfs_list(&in->root, places[i].below);

		for (u32 k = 0; k < names.num; k++) {
			const char *path = arena_printf(in->arena, "%s/%s",
							places[i].below,
							names.items[k]);

			if (is_related(in, names.items[k]) &&
			    rootfs_kind(&in->root, path) == ROOTFS_DIR)
				init_add_path(in, places[i].kind, path, true,
					      "on this machine");
		}
	}
}

/* ---- packages ---- */

static bool is_integration(const char *name)
{
	for (size_t i = 0; i < ARRAY_SIZE(integration); i++)
		if (!strcmp(integration[i], name))
			return true;
	return false;
}

static void take_listed(struct init *in, const struct dpkg_package *package,
			const char *path)
{
	const char *slash = strrchr(path, '/');
	const char *why = arena_printf(in->arena, "package %s", package->name);
	enum rootfs_kind kind;
	size_t i;

	for (i = 0; i < ARRAY_SIZE(places); i++)
		if (slash &&
		    !strncmp(path, places[i].below, (size_t)(slash - path)) &&
		    !places[i].below[slash - path])
			break;
	if (i == ARRAY_SIZE(places) || is_integration(slash + 1))
		return;
	kind = rootfs_kind(&in->root, path);
	if (kind == ROOTFS_DIR &&
	    (is_related(in, slash + 1) || dpkg_count(&in->dpkg, path) == 1))
		init_add_path(in, places[i].kind, path, true, why);
	else if (kind == ROOTFS_FILE && places[i].kind == INIT_CONFIG)
		init_add_path(in, INIT_CONFIG, path, false, why);
}

/* "d /run/redis 2755 redis redis - -" makes a directory at boot. */
static void take_tmpfiles(struct init *in, const char *path)
{
	const struct source *source =
		rootfs_read(&in->root, path, MAX_TMPFILES);

	for (u32 i = 1; source && i <= source->num_lines; i++) {
		size_t len;
		const char *text = source_line(source, i, &len);
		const char *line = arena_strndup(in->arena, text, len);
		const char *type = init_unit_word(in->arena, &line);
		const char *made = init_unit_word(in->arena, &line);

		if (type && made && strchr("dD", *type) &&
		    (!strncmp(made, "/run/", 5) ||
		     !strncmp(made, "/var/run/", 9)))
			init_add_path(in, INIT_RUN, made, true, path);
	}
}

static void take_package(struct init *in, const struct dpkg_package *package)
{
	for (u32 i = 1; i <= package->list->num_lines; i++) {
		size_t len;
		const char *text = source_line(package->list, i, &len);
		const char *path = arena_strndup(in->arena, text, len);

		if (*path == '/')
			take_listed(in, package, path);
		if (strstr(path, "/tmpfiles.d/"))
			take_tmpfiles(in, path);
	}
}

/* ---- the command line ---- */

static void take_argument(struct init *in, const char *word)
{
	const char *path = strchr(word, '/');
	const enum rootfs_kind kind = path ? rootfs_kind(&in->root, path) :
					     ROOTFS_NONE;

	/* "/x", "--config=/x", "-f/x"; but no address with a path */
	if (kind == ROOTFS_NONE || (path > word && strstr(word, "://")))
		return;
	for (size_t i = 0; i < ARRAY_SIZE(places); i++) {
		const size_t len = strlen(places[i].below);

		if (!strncmp(path, places[i].below, len) && path[len] == '/') {
			init_add_path(in, places[i].kind, path,
				      kind == ROOTFS_DIR,
				      "the command line of the program");
			return;
		}
	}
	if (!strncmp(path, "/opt/", 5) || !strncmp(path, "/usr/local/", 11))
		init_add_path(in, INIT_DATA, path, kind == ROOTFS_DIR,
			      "the command line of the program");
}

/* ---- the configuration ---- */

static void walk(struct init *in, const char *path, int depth, u32 *num,
		 void (*fn)(struct init *in, const char *path))
{
	const struct rootfs_names names = rootfs_list(&in->root, path);

	for (u32 i = 0; i < names.num && *num < MAX_FILES; i++) {
		const char *inner =
			arena_printf(in->arena, "%s/%s", path, names.items[i]);
		const char *real = rootfs_resolve(&in->root, inner);

		if (rootfs_kind(&in->root, inner) != ROOTFS_DIR) {
			++*num;
			fn(in, inner);
		} else if (depth < MAX_DEPTH && real && !strcmp(real, inner)) {
			walk(in, inner, depth + 1, num, fn);
		}
	}
}

void init_dirs_walk(struct init *in,
		    void (*fn)(struct init *in, const char *path))
{
	const u32 num_paths = in->num_paths;
	u32 num = 0;

	for (u32 i = 0; i < num_paths; i++) {
		if (in->paths[i].kind != INIT_CONFIG)
			continue;
		if (in->paths[i].dir)
			walk(in, in->paths[i].path, 0, &num, fn);
		else
			fn(in, in->paths[i].path);
	}
}

/* What a link in the configuration leads to is read by its own path. */
static void take_link(struct init *in, const char *path)
{
	const char *real = rootfs_resolve(&in->root, path);

	if (real && strcmp(real, path) &&
	    rootfs_kind(&in->root, real) == ROOTFS_FILE)
		init_add_path(in, INIT_CONFIG, real, false,
			      arena_printf(in->arena, "linked from %s", path));
}

void init_dirs_take(struct init *in)
{
	const char *line = in->exec_line;
	const char *word = init_unit_word(in->arena, &line);

	while (word && (word = init_unit_word(in->arena, &line)))
		take_argument(in, word);
	for (u32 i = 0; i < in->num_packages; i++)
		take_package(in, in->packages[i]);
	take_machine(in);
	init_dirs_walk(in, take_link);
}
