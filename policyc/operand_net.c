// SPDX-License-Identifier: GPL-2.0-only
#include <arpa/inet.h>
#include <string.h>

#include "family.h"
#include "operand_parts.h"

/* ---- addresses ---- */

static bool is_local_op(const struct request *r)
{
	const u64 local = BVM_BIT(NETWORK, BIND) | BVM_BIT(NETWORK, LISTEN) |
			  BVM_BIT(NETWORK, ACCEPT) | BVM_BIT(NETWORK, RECEIVE);

	return r->ops & local;
}

/* Text of an address; the family is 2 or 10. Return: 0 if it is none. */
u32 operand_address(const char *text, struct bvm_addr *addr)
{
	memset(addr, 0, sizeof(*addr));
	if (inet_pton(AF_INET6, text, addr->bytes) == 1)
		return AF_INET6_NUMBER;
	memset(addr, 0, sizeof(*addr));
	if (inet_pton(AF_INET, text, addr->bytes + 12) != 1)
		return 0;
	addr->bytes[10] = 0xff;
	addr->bytes[11] = 0xff;
	return AF_INET_NUMBER;
}

/* Cut "host[:port]" in two; v6 needs brackets then. */
static int split_port(struct operand *o, char *text, char **host, char **port)
{
	char *colon = strrchr(text, ':');

	*host = text;
	*port = NULL;
	if (text[0] == '[') {
		char *close = strchr(text, ']');

		if (!close || (close[1] && close[1] != ':'))
			return operand_fail(o->err, "bad address '%s'", text);
		*close = '\0';
		*host = text + 1;
		*port = close[1] ? close + 2 : NULL;
		return 0;
	}
	if (colon && strchr(text, ':') == colon) {
		*colon = '\0';
		*port = colon + 1;
	}
	return 0;
}

/* Sockets of IPv6 have addresses of IPv4, too: "inet6 udp 10.0.0.1:53". */
bool operand_family_has(u32 family, u32 addresses)
{
	return family == addresses || family_carries_inet(family) ||
	       (family == AF_INET6_NUMBER && addresses == AF_INET_NUMBER);
}

static int set_family(struct operand *o, u32 family)
{
	struct request *r = o->request;
	bool given = operand_is_given(o, request_field(r->class, "family"));

	if (given && operand_family_has(r->ctx.network.family, family))
		return 0;
	if (!given)
		r->family_implied = family;
	return operand_set_number(o, "family", family);
}

static int read_host(struct operand *o, const char *host)
{
	const struct request *r = o->request;
	struct bvm_addr addr;
	u32 family;
	int ret;

	if (!strcmp(host, "any")) {
		ret = operand_set_number(o, "has_addr", 1);
		return ret;
	}
	family = operand_address(host, &addr);
	if (!family) {
		(void)operand_fail(o->err, "'%s' is no address", host);
		return operand_hint(o->err,
				    "10.1.2.3:80, [fd00::1]:80, any:80");
	}
	ret = set_family(o, family);
	return ret ? ret :
		     operand_set_address(o, is_local_op(r) ? "local" : "remote",
					 &addr);
}

static int read_endpoint(struct operand *o, const char *word)
{
	char *text = arena_strdup(o->arena, word);
	char *host, *port;
	u64 number;
	int ret;

	if (word[0] == '/' || word[0] == '@') {
		ret = operand_set_number(o, "family", AF_UNIX_NUMBER);
		if (!ret && word[0] == '/')
			ret = operand_add_path(o, word);
		return ret ? ret :
			     operand_set_text(o, "text",
					      *word == '@' ? word : "");
	}
	ret = split_port(o, text, &host, &port);
	if (!ret)
		ret = read_host(o, host);
	if (ret || !port)
		return ret;
	ret = operand_number(o, "a port", port, &number);
	return ret ? ret : operand_set_number(o, "port", number);
}

/* A word like "tcp", "inet", "stream", "any". Return: 1 if it is none. */
static int read_socket_word(struct operand *o, const char *word)
{
	static const u32 inet[] = { AF_INET_NUMBER, AF_INET6_NUMBER };
	static const u32 tcp = 6, udp = 17;
	struct request *r = o->request;
	long num;
	int ret;

	num = bvm_name_find(bvm_family_names, word);
	if (num >= 0)
		return operand_set_number(o, "family", num);
	num = bvm_name_find(bvm_socktype_names, word);
	if (num >= 0)
		return operand_set_number(o, "type", num);
	num = bvm_name_find(bvm_protocol_names, word);
	if (num < 0)
		return 1;
	ret = operand_set_number(o, "protocol", num);
	if (!ret && (num == tcp || num == udp))
		ret = operand_set_number(o, "type", num == tcp ? 1 : 2);
	if (!ret && !r->num_choices)
		operand_add_choice(o, "family", inet, ARRAY_SIZE(inet));
	return ret;
}

int operand_set_peer(struct operand *o, u32 peer, const char *names)
{
	int ret = operand_set_number(o, "peer", peer);

	return ret ? ret : operand_set_text(o, "peer_name", names);
}

/* What the kernel leaves at 0 is not left open. */
static int set_absent(struct operand *o)
{
	static const char *const names[] = { "has_addr", "port", "peer_port" };
	const struct request *r = o->request;
	u32 family = r->ctx.network.family;
	bool given = operand_is_given(o, request_field(r->class, "family"));
	bool creates = r->ops == BVM_BIT(NETWORK, CREATE);
	bool inet = family == AF_INET_NUMBER || family == AF_INET6_NUMBER ||
		    operand_is_given(o, request_field(r->class, "has_addr")) ||
		    r->num_choices;
	int ret = 0;

	/* only unix sockets have names */
	if (creates || inet || (given && family != AF_UNIX_NUMBER))
		ret = operand_set_text(o, "text", "");
	if (!ret && (r->given & 1ull << request_field(r->class, "text")) &&
	    !r->num_paths && !r->ctx.network.text)
		ret = operand_set_peer(o, BVM_PEER_NONE, "");
	if (!creates && (!given || inet))
		return ret;
	for (u32 i = 0; i < ARRAY_SIZE(names) && !ret; i++)
		ret = operand_set_number(o, names[i], 0);
	return ret;
}

int operand_socket(struct operand *o, const char *const *words, u32 num)
{
	bool address = false;

	for (u32 i = 0; i < num; i++) {
		int ret;

		/* a last "any" is an address, one before it a protocol */
		if (!strcmp(words[i], "any") && i + 1 < num)
			continue;
		if (address)
			return operand_fail(o->err, "'%s' after the address",
					    words[i]);
		ret = read_socket_word(o, words[i]);
		if (ret == 1) {
			address = true;
			ret = read_endpoint(o, words[i]);
		}
		if (ret)
			return ret;
	}
	return set_absent(o);
}
