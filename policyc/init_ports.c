// SPDX-License-Identifier: GPL-2.0-only
#include <ctype.h>
#include <string.h>
#include <strings.h>

#include "init_parts.h"
#include "unit.h"

#define MAX_CONFIG (256u << 10) /* bytes of a file that is looked at */
#define MAX_PORTS 32

void init_add_port(struct init *in, u32 port, bool udp, const char *why)
{
	const struct init_port new = { .port = port, .udp = udp, .why = why };

	for (u32 i = 0; i < in->num_ports; i++)
		if (in->ports[i].port == port && in->ports[i].udp == udp)
			return;
	if (in->num_ports == MAX_PORTS)
		return;
	in->ports =
		arena_grow(in->arena, in->ports, in->num_ports, sizeof(new));
	in->ports[in->num_ports++] = new;
}

/* "80", "0.0.0.0:80", "[::]:80", "*:80", with ; or , or a quote behind; or 0. */
static u32 port_of(const char *word)
{
	const char *colon = strrchr(word, ':');
	u32 port = 0;

	/* an address of IPv6 without a port */
	if (colon && strchr(word, ':') != colon && colon[-1] != ']')
		return 0;
	word = colon ? colon + 1 : word + strspn(word, "\"'");
	if (!isdigit((u8)*word))
		return 0;
	for (; isdigit((u8)*word) && port <= 65535; word++)
		port = port * 10 + (u32)(*word - '0');
	return port > 65535 || word[strspn(word, ";,\"'")] ? 0 : port;
}

/* What programs call the port, or the address, that they listen on. */
static bool is_key(const char *word)
{
	static const char *const keys[] = {
		"port",	      "listen",	      "listen-address", "bind",
		"tls-port",   "http-port",    "https-port",	"ssl-port",
		"http_port",  "https_port",   "ssl_port",	"listen_port",
		"listenport", "bind-address", "server.port",	"-p",
		"--port",     "-port",	      "--listen",
	};

	for (size_t i = 0; i < ARRAY_SIZE(keys); i++)
		if (!strcasecmp(word, keys[i]))
			return true;
	return false;
}

/* The next word, where '=' stands between words, too. */
static const char *next_word(struct arena *arena, const char **line)
{
	const char *text = *line + strspn(*line, " \t=");
	const size_t len = strcspn(text, " \t=");

	*line = text + len;
	return len ? arena_strndup(arena, text, len) : NULL;
}

/* "listen 80;", "Port: 22", "port = 5432", "-p 11211". */
static void take_setting(struct init *in, const char *text, const char *why)
{
	const char *key = next_word(in->arena, &text);
	const char *value;
	size_t len = key ? strlen(key) : 0;
	u32 port;

	if (len > 1 && key[len - 1] == ':')
		key = arena_strndup(in->arena, key, len - 1);
	if (!key || !is_key(key))
		return;
	value = next_word(in->arena, &text);
	port = value ? port_of(value) : 0;
	if (port)
		init_add_port(in, port, false, why);
}

static void take_config(struct init *in, const char *path)
{
	const struct source *source = rootfs_read(&in->root, path, MAX_CONFIG);

	for (u32 i = 1; source && i <= source->num_lines; i++) {
		size_t len;
		const char *text = source_line(source, i, &len);

		if (memchr(text, '\0', len))
			return;
		while (len && isblank((u8)*text)) {
			text++;
			len--;
		}
		if (len && len < 1000 && !strchr("#;!/", *text))
			take_setting(in, arena_strndup(in->arena, text, len),
				     arena_printf(in->arena, "%s:%u", path, i));
	}
}

static void take_command_line(struct init *in)
{
	const char *line = in->exec_line;
	const char *word;

	while ((word = next_word(in->arena, &line))) {
		const char *value = line;

		if (!is_key(word))
			continue;
		value = next_word(in->arena, &value);
		if (value && port_of(value))
			init_add_port(in, port_of(value), false,
				      "the command line of the program");
	}
}

static bool take_socket(void *ctx, const char *section, char *key, char *value,
			const struct span *from)
{
	struct init *in = ctx;

	if (!key || !value || strcmp(section, "[Socket]") || !port_of(value))
		return true;
	if (!strcmp(key, "ListenStream") || !strcmp(key, "ListenDatagram"))
		init_add_port(in, port_of(value), key[6] == 'D',
			      arena_printf(in->arena, "%s:%u",
					   from->source->name, from->line));
	return true;
}

/* The sockets that the service manager makes for the service. */
static void take_sockets(struct init *in)
{
	for (int i = 0; init_unit_dirs[i]; i++) {
		const struct source *source =
			rootfs_read(&in->root,
				    arena_printf(in->arena, "%s/%s.socket",
						 init_unit_dirs[i], in->name),
				    MAX_CONFIG);
		struct span bad;

		if (!source)
			continue;
		(void)unit_read(in->arena, source, take_socket, in, &bad);
		return;
	}
}

void init_ports_take(struct init *in)
{
	if (in->unit)
		take_sockets(in);
	take_command_line(in);
	init_dirs_walk(in, take_config);
}
