// SPDX-License-Identifier: GPL-2.0-only
#include <string.h>
#include <sys/mman.h>

#include "init_parts.h"

#define PRIVILEGED_PORTS 1024

static void add(struct init *in, struct init_guesses *guesses, const char *name,
		const char *why)
{
	for (u32 i = 0; i < guesses->num; i++)
		if (!strcmp(guesses->items[i].name, name))
			return;
	guesses->items = arena_grow(in->arena, guesses->items, guesses->num,
				    sizeof(*guesses->items));
	guesses->items[guesses->num++] = (struct init_guess){ name, why };
}

/* ---- the program's file ---- */

static void read_binary(struct init *in, const char *path)
{
	size_t len;
	const void *bytes = rootfs_map(&in->root, path, &len);

	in->binary = (struct binary){ .interpreter = "" };
	if (!bytes)
		return;
	binary_read(in->arena, bytes, len, &in->binary);
	(void)munmap((void *)(uintptr_t)bytes, len);
}

/* "#!/usr/bin/env node" means the first node along PATH. */
static const char *behind_env(struct init *in, const char *line)
{
	static const char *const dirs[] = { "/usr/local/sbin", "/usr/local/bin",
					    "/usr/sbin",       "/usr/bin",
					    "/sbin",	       "/bin" };
	const char *word;

	while ((word = init_unit_word(in->arena, &line)))
		if (*word != '-' && !strchr(word, '='))
			break;
	for (size_t i = 0; word && i < ARRAY_SIZE(dirs); i++) {
		const char *path =
			arena_printf(in->arena, "%s/%s", dirs[i], word);

		if (rootfs_kind(&in->root, path) == ROOTFS_FILE)
			return rootfs_resolve(&in->root, path);
	}
	return NULL;
}

static void take_interpreter(struct init *in)
{
	const char *line = in->binary.interpreter;
	const char *path = init_unit_word(in->arena, &line);
	const char *real = path ? rootfs_follow(&in->root, path) : NULL;

	if (!real)
		return;
	if (!strcmp(strrchr(real, '/'), "/env")) {
		init_add_program(in, real, "finds the interpreter");
		real = behind_env(in, line);
	}
	in->script = true;
	in->interpreter = real;
	if (real)
		read_binary(in, real);
}

/* ---- includes ---- */

/* What the includes of languages have, by their own defaults. */
static const struct {
	const char *name; /* how the program's name begins */
	const char *include;
	const char *dirs[4];
} languages[] = {
	{ "python3", "base/python", { "/usr/bin/", "/usr/local/bin/" } },
	{ "node", "base/node", { "/usr/bin/", "/usr/local/bin/" } },
	{ "java", "base/java", { "/usr/lib/jvm/", "/opt/java/openjdk/" } },
	{ "dash", "base/shell", { "/usr/bin/", "/bin/" } },
	{ "bash", "base/shell", { "/usr/bin/", "/bin/" } },
};

/* Add the include of a language; true if it has that very program. */
static bool take_language(struct init *in, const char *program)
{
	const char *name = program ? strrchr(program, '/') : NULL;

	for (size_t i = 0; name && i < ARRAY_SIZE(languages); i++) {
		const size_t len = strlen(languages[i].name);

		if (strncmp(name + 1, languages[i].name, len) ||
		    strspn(name + 1 + len, "0123456789.") !=
			    strlen(name + 1 + len))
			continue;
		add(in, &in->includes, languages[i].include, program);
		in->has_shell |= !strcmp(languages[i].include, "base/shell");
		for (size_t k = 0; languages[i].dirs[k]; k++)
			if (!strncmp(program, languages[i].dirs[k],
				     strlen(languages[i].dirs[k])))
				return true;
	}
	return false;
}

static const char *const users[] = { "getpwnam",     "getpwnam_r", "getpwuid",
				     "getpwuid_r",   "getgrnam",   "getgrnam_r",
				     "getgrgid",     "getgrgid_r", "initgroups",
				     "getgrouplist", NULL };
static const char *const names[] = { "getaddrinfo",
				     "gethostbyname",
				     "gethostbyname2",
				     "gethostbyname_r",
				     "__res_nquery",
				     "res_query",
				     NULL };

static void take_includes(struct init *in)
{
	const struct binary *binary = &in->binary;

	if (binary->kind == BINARY_DYNAMIC)
		add(in, &in->includes, "base/runtime-linker",
		    arena_printf(in->arena, "its linker is %s",
				 binary->interpreter));
	else if (binary->kind == BINARY_OTHER)
		add(in, &in->includes, "base/runtime-linker",
		    "its file could not be read: a guess");
	add(in, &in->includes, "base/libc", "what every C library opens");
	add(in, &in->includes, "base/stdio", "a pipe, or a terminal");
	if (in->unit)
		add(in, &in->includes, "base/systemd",
		    in->notify ? "the journal, and Type=notify" :
				 "the journal");
	if (in->script || binary_takes(binary, users) ||
	    binary_needs(binary, "libpam"))
		add(in, &in->includes, "base/users",
		    in->script ? "scripts look up users" :
				 "it looks up users or groups");
	if (binary_takes(binary, names) || binary_needs(binary, "libresolv") ||
	    binary_needs(binary, "libcares") || binary_needs(binary, "libcurl"))
		add(in, &in->includes, "base/dns",
		    "it looks up names; `resolvers` says where");
	if (binary_needs(binary, "libssl") || binary_needs(binary, "libgnutls"))
		add(in, &in->includes, "base/tls-roots",
		    "it is linked with TLS");
	if (binary_needs(binary, "libpq"))
		add(in, &in->includes, "base/postgres-client",
		    "it is linked with libpq");
}

/* ---- capabilities ---- */

static const struct {
	const char *name;
	const char *functions[8];
} privileges[] = {
	{ "setuid", { "setuid", "seteuid", "setreuid", "setresuid" } },
	{ "setgid",
	  { "setgid", "setegid", "setregid", "setresgid", "setgroups",
	    "initgroups" } },
	{ "chown", { "chown", "fchown", "lchown", "fchownat" } },
	{ "sys_chroot", { "chroot" } },
	{ "ipc_lock", { "mlockall", "mlock" } },
};

static void take_capabilities(struct init *in)
{
	const char *why = "AmbientCapabilities of the unit";

	for (u32 i = 0; i < in->caps.num; i++)
		add(in, &in->capabilities, in->caps.items[i], why);
	if (in->user && strcmp(in->user, "root") && strcmp(in->user, "0"))
		return;
	for (u32 i = 0; i < in->num_ports; i++)
		if (in->ports[i].port < PRIVILEGED_PORTS)
			add(in, &in->capabilities, "net_bind_service",
			    arena_printf(in->arena, "port %u",
					 in->ports[i].port));
	for (size_t i = 0; i < ARRAY_SIZE(privileges); i++)
		for (size_t k = 0; privileges[i].functions[k]; k++) {
			const char *const one[] = { privileges[i].functions[k],
						    NULL };

			if (!in->script && binary_takes(&in->binary, one))
				add(in, &in->capabilities, privileges[i].name,
				    arena_printf(in->arena,
						 "it may call %s as root",
						 one[0]));
		}
}

/* A script may do anything that its interpreter can. */
static void take_abilities(struct init *in)
{
	static const char *const listen[] = { "listen", NULL };
	static const char *const connect[] = { "connect", NULL };
	static const char *const log[] = { "syslog", "vsyslog", "__syslog_chk",
					   "__vsyslog_chk", NULL };
	static const char *const start[] = {
		"execve",	"execv",  "execvp",  "execl",
		"execlp",	"execle", "execvpe", "posix_spawn",
		"posix_spawnp", "system", "popen",   NULL
	};
	const bool unknown = in->script || in->binary.kind != BINARY_DYNAMIC ||
			     !in->binary.symbols.num;

	in->listens = unknown || binary_takes(&in->binary, listen);
	in->connects = unknown || binary_takes(&in->binary, connect);
	in->starts = unknown || binary_takes(&in->binary, start);
	in->logs = binary_takes(&in->binary, log) && !in->script;
}

/* The program comes first, whatever else starts it. */
static void add_main(struct init *in)
{
	struct init_program *list;
	const u32 num = in->num_programs;

	list = arena_array(in->arena, num + 2, sizeof(*list));
	list[0] = (struct init_program){ in->main, "the program" };
	in->num_programs = 1;
	for (u32 i = 0; i < num; i++)
		if (strcmp(in->programs[i].path, in->main))
			list[in->num_programs++] = in->programs[i];
	in->programs = NULL;
	for (u32 i = 0, n = in->num_programs; i < n; i++) {
		in->programs =
			arena_grow(in->arena, in->programs, i, sizeof(*list));
		in->programs[i] = list[i];
	}
}

/* A script that a package brings starts the package's program, most likely. */
static void add_started(struct init *in)
{
	static const char *const dirs[] = { "/usr/sbin/", "/usr/bin/" };

	for (size_t i = 0; i < ARRAY_SIZE(dirs); i++) {
		const char *path =
			arena_printf(in->arena, "%s%s", dirs[i], in->name);

		if (rootfs_kind(&in->root, path) == ROOTFS_FILE)
			init_add_program(in, path, "called as the service is");
	}
}

void init_guess_take(struct init *in)
{
	bool covered;

	read_binary(in, in->main);
	if (in->binary.kind == BINARY_SCRIPT)
		take_interpreter(in);
	covered = take_language(in, in->script ? in->interpreter : in->main);
	if (in->script || !covered)
		add_main(in);
	if (in->script)
		add_started(in);
	if (in->script && in->interpreter && !covered)
		init_add_program(in, in->interpreter,
				 "interprets it, and any other script");
	for (u32 i = 0; i < in->num_programs; i++)
		take_language(in, in->programs[i].path);
	take_includes(in);
	take_capabilities(in);
	take_abilities(in);
}
