// SPDX-License-Identifier: GPL-2.0-only
#include <ctype.h>
#include <string.h>

#include "buf.h"
#include "init_parts.h"
#include "quoting.h"
#include "value.h"

/* What a comment can have: names of files may have anything. */
static const char *clean(struct init *in, const char *text)
{
	char *copy = arena_strdup(in->arena, text);

	for (char *c = copy; *c; c++)
		if (*c == INIT_ANY)
			*c = '*';
		else if ((u8)*c < 0x20 || (u8)*c >= 0x7f)
			*c = '?';
	return copy;
}

/* As much of it as a policy may have. */
static const char *cut(struct init *in, const char *text)
{
	return clean(in, arena_strndup(in->arena, text,
				       strnlen(text, VALUE_MAX_LINE)));
}

/* YAML takes such text for text. */
static const char *quote(struct init *in, const char *text)
{
	const char *c;

	for (c = text; *c; c++)
		if (!isalnum((u8)*c) && !strchr("/._-@+*", *c))
			break;
	return *c || !isalpha((u8)text[*text == '/']) ?
		       quoting_add(in->arena, text) :
		       text;
}

/* A path as a pattern, in the quotes that it needs. */
static const char *pattern_of(struct init *in, const char *path,
			      const char *end)
{
	struct buf out = BUF_INIT(in->arena);

	for (; *path; path++) {
		if (!isalnum((u8)*path) && *path != INIT_ANY &&
		    !strchr("/._-@:=~", *path))
			buf_put_u8(&out, '\\');
		buf_put_u8(&out, *path == INIT_ANY ? '*' : (u8)*path);
	}
	buf_printf(&out, "%s", end);
	return quote(in, arena_strdup(in->arena, buf_text(&out)));
}

/* Can it stand in a request as it is? */
static bool is_simple(const char *path)
{
	for (; *path; path++)
		if (!isalnum((u8)*path) && !strchr("/._-", *path))
			return false;
	return true;
}

/* ---- rules ---- */

static const struct {
	const char *ops;
	const char *comment;
} kinds[INIT_NUM_KINDS] = {
	[INIT_CONFIG] = { "read", "configuration" },
	[INIT_DATA] = { "read", "data that come with it" },
	[INIT_STATE] = { "[read, manage]", "what it keeps" },
	[INIT_RUN] = { "[read, manage, mknod]",
		       "what it has while it runs; mknod makes sockets" },
	[INIT_LOG] = { "[stat, list, create, append]",
		       "logs: they grow, and are not changed" },
};

static bool is_readable(const struct init *in, const char *path)
{
	for (u32 i = 0; i < in->num_paths; i++) {
		const size_t len = strlen(in->paths[i].path);

		if (in->paths[i].dir && in->paths[i].kind != INIT_LOG &&
		    !strncmp(in->paths[i].path, path, len) && path[len] == '/')
			return true;
	}
	return false;
}

static void put_files(struct init *in, struct buf *out)
{
	for (int kind = 0; kind < INIT_NUM_KINDS; kind++) {
		bool begun = false;

		for (u32 i = 0; i < in->num_paths; i++) {
			const struct init_path *path = &in->paths[i];

			if ((int)path->kind != kind)
				continue;
			if (!begun)
				buf_printf(out,
					   "  # %s\n  - allow: %s\n"
					   "    paths:\n",
					   kinds[kind].comment,
					   kinds[kind].ops);
			begun = true;
			buf_printf(out, "      - %s  # %s\n",
				   pattern_of(in, path->path, ""),
				   clean(in, path->why));
			if (path->dir)
				buf_printf(out, "      - %s\n",
					   pattern_of(in, path->path, "/**"));
		}
	}
	if (in->script && !is_readable(in, in->main))
		buf_printf(out,
			   "  # the script itself\n  - allow: read\n"
			   "    paths: %s\n",
			   pattern_of(in, in->main, ""));
}

static void put_exec(struct init *in, struct buf *out)
{
	if (in->num_programs)
		buf_printf(out, "  - allow:\n");
	for (u32 i = 0; i < in->num_programs; i++)
		buf_printf(out, "      - %s  # %s\n",
			   pattern_of(in, in->programs[i].path, ""),
			   clean(in, in->programs[i].why));
}

static void put_starts(struct init *in, struct buf *out)
{
	if (in->starts)
		buf_printf(out,
			   "  # FILL IN: it can start other programs. Those "
			   "that it needs:\n"
			   "  #   - allow: /usr/bin/...\n");
}

static void put_ports(struct init *in, struct buf *out, bool udp)
{
	bool begun = false;

	for (u32 i = 0; i < in->num_ports; i++) {
		if (in->ports[i].udp != udp)
			continue;
		if (!begun)
			buf_printf(out,
				   "  - allow: %s\n    protocol: %s\n"
				   "    ports:\n",
				   udp ? "[listen, send, receive]" : "listen",
				   udp ? "udp" : "tcp");
		begun = true;
		buf_printf(out, "      - %u  # %s\n", in->ports[i].port,
			   clean(in, in->ports[i].why));
	}
}

static void put_unix(struct init *in, struct buf *out)
{
	bool begun = false;

	for (u32 i = 0; i < in->num_paths; i++) {
		if (in->paths[i].kind != INIT_RUN || !in->paths[i].dir)
			continue;
		if (!begun)
			buf_printf(out, "  - allow: listen\n    unix:\n");
		begun = true;
		buf_printf(out, "      - %s\n",
			   pattern_of(in, in->paths[i].path, "/**"));
	}
}

static void put_network(struct init *in, struct buf *out)
{
	put_ports(in, out, false);
	put_ports(in, out, true);
	if (in->listens)
		put_unix(in, out);
	if (in->logs)
		buf_printf(out, "  # where /dev/log leads\n"
				"  - allow: [connect, send]\n"
				"    unix: /run/systemd/journal/dev-log\n");
}

/* What is not known stands where it belongs, as a comment. */
static void put_open(struct init *in, struct buf *out)
{
	if (in->listens && !in->num_ports)
		buf_printf(out,
			   "  # FILL IN: it can listen, and neither unit nor "
			   "configuration says where:\n"
			   "  #   - allow: listen\n"
			   "  #     protocol: tcp\n"
			   "  #     ports: ...\n");
	if (in->connects)
		buf_printf(out,
			   "  # FILL IN: it can connect. Whom it may reach:\n"
			   "  #   - allow: connect\n"
			   "  #     protocol: tcp\n"
			   "  #     to: 10.0.0.0/8\n"
			   "  #     ports: ...\n");
}

/* A key needs a value: without rules it is a comment, as what follows is. */
static void put_section(struct buf *out, const char *name, struct buf *rules,
			struct buf *open)
{
	const char *text = buf_text(open);

	if (rules->len) {
		buf_printf(out, "%s:\n%s%s", name, buf_text(rules), text);
		return;
	}
	if (open->len)
		buf_printf(out, "# %s:\n", name);
	while (*text) {
		const int len = (int)strcspn(text, "\n");

		/* without the two blanks before the '#' */
		buf_printf(out, "%.*s\n", len - 2, text + 2);
		text += len + 1;
	}
}

static void put_rules(struct init *in, struct buf *out)
{
	struct buf files = BUF_INIT(in->arena), exec = BUF_INIT(in->arena);
	struct buf net = BUF_INIT(in->arena), open = BUF_INIT(in->arena);
	struct buf caps = BUF_INIT(in->arena), none = BUF_INIT(in->arena);
	struct buf starts = BUF_INIT(in->arena);

	put_files(in, &files);
	put_exec(in, &exec);
	put_network(in, &net);
	put_open(in, &open);
	put_starts(in, &starts);
	for (u32 i = 0; i < in->capabilities.num; i++)
		buf_printf(&caps, "%s      - %s  # %s\n",
			   i ? "" : "  - allow:\n",
			   in->capabilities.items[i].name,
			   clean(in, in->capabilities.items[i].why));
	put_section(out, "files", &files, &none);
	put_section(out, "exec", &exec, &starts);
	put_section(out, "network", &net, &open);
	put_section(out, "capabilities", &caps, &none);
}

/* ---- what is promised ---- */

/* Is something below dir allowed, more than to be read if `changed`? */
static bool is_used(const struct init *in, const char *dir, bool changed)
{
	const size_t len = strlen(dir);

	for (u32 i = 0; i < in->num_paths; i++)
		if (!strncmp(in->paths[i].path, dir, len) &&
		    strchr("/", in->paths[i].path[len]) &&
		    (!changed || (in->paths[i].kind != INIT_CONFIG &&
				  in->paths[i].kind != INIT_DATA)))
			return true;
	return false;
}

static bool has_capability(const struct init *in, const char *name)
{
	for (u32 i = 0; i < in->capabilities.num; i++)
		if (!strcmp(in->capabilities.items[i].name, name))
			return true;
	return false;
}

static void put_never(struct init *in, struct buf *out)
{
	static const char *const kept[] = { "/etc", "/usr", "/boot" };
	static const char *const secret[] = { "/root", "/home" };
	static const char *const caps[] = { "sys_admin", "sys_module",
					    "sys_ptrace", "sys_rawio" };

	buf_printf(out, "never:\n");
	for (size_t i = 0; i < ARRAY_SIZE(kept); i++)
		if (!is_used(in, kept[i], true))
			buf_printf(out, "  - manage %s/**\n", kept[i]);
	buf_printf(out, "  - read /etc/shadow\n");
	for (size_t i = 0; i < ARRAY_SIZE(secret); i++)
		if (!is_used(in, secret[i], false))
			buf_printf(out, "  - read %s/**\n", secret[i]);
	buf_printf(out, "  - exec memfd\n");
	for (size_t i = 0; i < ARRAY_SIZE(caps); i++)
		if (!has_capability(in, caps[i]))
			buf_printf(out, "  - capability %s\n", caps[i]);
	buf_printf(out, "  - mount any /**\n");
}

static void put_tests(struct init *in, struct buf *out)
{
	bool config = false;

	buf_printf(out, "tests:\n");
	for (u32 i = 0; i < in->num_programs; i++)
		if (is_simple(in->programs[i].path))
			buf_printf(out, "  - allow: exec %s\n",
				   in->programs[i].path);
	for (u32 i = 0; i < in->num_paths && !config; i++) {
		if (in->paths[i].kind != INIT_CONFIG ||
		    !is_simple(in->paths[i].path))
			continue;
		buf_printf(out, "  - allow: read %s\n  - deny: %s %s%s\n",
			   in->paths[i].path,
			   in->paths[i].dir ? "create" : "write",
			   in->paths[i].path, in->paths[i].dir ? "/new" : "");
		config = true;
	}
	for (u32 i = 0; i < in->num_ports; i++)
		buf_printf(out, "  - allow: bind %s 0.0.0.0:%u\n",
			   in->ports[i].udp ? "udp" : "tcp", in->ports[i].port);
	if (!in->has_shell)
		buf_printf(out, "  - deny: exec /usr/bin/dash -c id\n");
	buf_printf(out, "  - deny: read /etc/shadow\n");
}

/* ---- the policy ---- */

static const char *policy_name(struct init *in)
{
	char *name = arena_strndup(in->arena, in->alias ?: in->name, 60);
	char *c;

	for (c = name; *c; c++)
		*c = isalnum((u8)*c)		   ? (char)tolower((u8)*c) :
		     strchr("._-", *c) && c > name ? *c :
						     'x';
	return name;
}

static void put_head(struct init *in, struct buf *out)
{
	buf_printf(out,
		   "# A starting policy for %s, by `policyc init`.\n"
		   "#\n"
		   "# Made of:\n",
		   in->wanted);
	if (in->unit)
		buf_printf(out, "#   %s\n", clean(in, in->unit_path));
	buf_printf(out, "#   %s%s\n", in->main,
		   in->missing ? ", which is not there" : "");
	for (u32 i = 0; i < in->num_packages; i++)
		buf_printf(out, "#   package %s\n", in->packages[i]->name);
	buf_printf(
		out,
		"# It is a guess: read it, and see to what says FILL IN. In "
		"audit mode nothing is\n"
		"# denied, what would be is recorded. `policyc learn --extend` "
		"makes rules of these\n"
		"# records. Say `mode: enforce` when there are no more.\n"
		"bailiff: 1\npolicy: %s\n",
		policy_name(in));
	if (*in->description)
		buf_printf(out, "description: %s\n",
			   quoting_add(in->arena, cut(in, in->description)));
	buf_printf(out, "mode: audit\ndefault: deny\ninclude:\n");
	for (u32 i = 0; i < in->includes.num; i++)
		buf_printf(out, "  - %s  # %s\n", in->includes.items[i].name,
			   clean(in, in->includes.items[i].why));
	if (in->unit)
		buf_printf(out, "containers:\n  - unit: %s\n",
			   quote(in, in->template ? arena_printf(in->arena,
								 "%s@*.service",
								 in->name) :
						    in->unit));
}

const char *init_write_policy(struct init *in)
{
	struct buf out = BUF_INIT(in->arena);

	put_head(in, &out);
	put_rules(in, &out);
	put_never(in, &out);
	put_tests(in, &out);
	return arena_strdup(in->arena, buf_text(&out));
}

/* ---- JSON ---- */

static void put_text(struct buf *out, const char *name, const char *text)
{
	buf_printf(out, "\"%s\": ", name);
	if (text)
		buf_put_json(out, text, strlen(text));
	else
		buf_printf(out, "null");
}

static void put_pair(struct buf *out, u32 i, const char *name, const char *text,
		     const char *why)
{
	buf_printf(out, "%s{", i ? ",\n  " : "\n  ");
	put_text(out, name, text);
	buf_printf(out, ", ");
	put_text(out, "why", why);
	buf_printf(out, "}");
}

static void put_guesses(struct buf *out, const char *key, const char *name,
			const struct init_guesses *guesses)
{
	buf_printf(out, ",\n \"%s\": [", key);
	for (u32 i = 0; i < guesses->num; i++)
		put_pair(out, i, name, guesses->items[i].name,
			 guesses->items[i].why);
	buf_printf(out, "]");
}

static void put_lists(struct init *in, struct buf *out)
{
	static const char *const words[INIT_NUM_KINDS] = {
		[INIT_CONFIG] = "config", [INIT_DATA] = "data",
		[INIT_STATE] = "state",	  [INIT_RUN] = "run",
		[INIT_LOG] = "log",
	};

	put_guesses(out, "includes", "include", &in->includes);
	put_guesses(out, "capabilities", "capability", &in->capabilities);
	buf_printf(out, ",\n \"programs\": [");
	for (u32 i = 0; i < in->num_programs; i++)
		put_pair(out, i, "program", in->programs[i].path,
			 in->programs[i].why);
	buf_printf(out, "],\n \"paths\": [");
	for (u32 i = 0; i < in->num_paths; i++) {
		buf_printf(out, "%s{", i ? ",\n  " : "\n  ");
		put_text(out, "path", clean(in, in->paths[i].path));
		buf_printf(out, ", \"kind\": \"%s\", \"directory\": %s, ",
			   words[in->paths[i].kind],
			   in->paths[i].dir ? "true" : "false");
		put_text(out, "why", in->paths[i].why);
		buf_printf(out, "}");
	}
	buf_printf(out, "],\n \"ports\": [");
	for (u32 i = 0; i < in->num_ports; i++) {
		buf_printf(out, "%s{\"port\": %u, \"protocol\": \"%s\", ",
			   i ? ",\n  " : "\n  ", in->ports[i].port,
			   in->ports[i].udp ? "udp" : "tcp");
		put_text(out, "why", in->ports[i].why);
		buf_printf(out, "}");
	}
	buf_printf(out, "]");
}

const char *init_write_json(struct init *in, const char *policy)
{
	struct buf out = BUF_INIT(in->arena);

	buf_printf(&out, "{");
	put_text(&out, "service", policy_name(in));
	buf_printf(&out, ", ");
	put_text(&out, "unit", in->unit_path);
	buf_printf(&out, ", ");
	put_text(&out, "program", in->main);
	buf_printf(&out, ",\n \"packages\": [");
	for (u32 i = 0; i < in->num_packages; i++) {
		buf_printf(&out, "%s", i ? ", " : "");
		buf_put_json(&out, in->packages[i]->name,
			     strlen(in->packages[i]->name));
	}
	buf_printf(&out, "]");
	put_lists(in, &out);
	if (policy) {
		buf_printf(&out, ",\n ");
		put_text(&out, "policy", policy);
	}
	buf_printf(&out, "}\n");
	return arena_strdup(in->arena, buf_text(&out));
}
