// SPDX-License-Identifier: GPL-2.0-only
#include <string.h>

#include "remedy_parts.h"
#include "vm/hooks.h"

/* "family/type/protocol" as the keys of a rule; what is behind is not it. */
static void print_socket(const char *detail, FILE *out)
{
	static const char *const keys[] = { "family", "type", "protocol" };
	size_t i, len;

	for (i = 0; i < ARRAY_SIZE(keys); i++) {
		len = strcspn(detail, "/ ");
		if (len && (detail[0] < '0' || detail[0] > '9'))
			fprintf(out, "    %s: %.*s\n", keys[i], (int)len,
				detail);
		if (detail[len] != '/')
			return;
		detail += len + 1;
	}
}

/* Bytes of the address in "1.2.3.4:80" or "[::1]:80"; *from: its first. */
static int address_len(const char **from)
{
	const char *colon = strrchr(*from, ':');
	int len = colon ? (int)(colon - *from) : 0;

	if (**from != '[' || len < 2)
		return len;
	++*from;
	return len - 2;
}

/* "... from 1.2.3.4:80" as `from`: the port is another one the next time. */
static void print_source(const char *detail, FILE *out)
{
	const char *from = strstr(detail, REMEDY_SOURCE);
	int len;

	if (!from)
		return;
	from += strlen(REMEDY_SOURCE);
	len = address_len(&from);
	if (len)
		fprintf(out, "    from: \"%.*s\"\n", len, from);
}

static bool is_local(int op)
{
	return op == BVM_OP_NETWORK_BIND || op == BVM_OP_NETWORK_LISTEN ||
	       op == BVM_OP_NETWORK_ACCEPT || op == BVM_OP_NETWORK_RECEIVE;
}

static bool is_listen(int op)
{
	return is_local(op) && op != BVM_OP_NETWORK_RECEIVE;
}

/* A unix socket, by its path or its abstract name. */
static bool is_unix_name(const char *object)
{
	return *object == '/' || *object == '@';
}

/* "1.2.3.4:80" or "[::1]:80" as `to` and `ports`. */
static void print_address(const struct denial *denial, FILE *out)
{
	const char *address = denial->object;
	const char *colon = strrchr(address, ':');
	int len;

	if (is_unix_name(address)) {
		fputs("    unix: ", out);
		remedy_print_pattern(address, out);
		fputc('\n', out);
		return;
	}
	if (!colon)
		return;
	len = address_len(&address);
	if (!is_local(denial->op))
		fprintf(out, "    to: \"%.*s\"\n", len, address);
	fprintf(out, "    ports: %s\n", colon + 1);
}

/* Do other rules say it already: bind and listen are one, a socket comes with
 * what it is used for? */
static bool is_covered(const struct remedy *remedy, size_t index)
{
	const struct denial *denial = &remedy->denials[index];
	size_t i;

	for (i = 0; i < remedy->num; i++) {
		const struct denial *other = &remedy->denials[i];

		if (other->class != BVM_CLASS_NETWORK ||
		    !remedy_is_allowable(other) ||
		    strcmp(other->detail, denial->detail))
			continue;
		if (denial->op == BVM_OP_NETWORK_CREATE &&
		    other->op != BVM_OP_NETWORK_CREATE)
			return true;
		if (i < index && is_listen(denial->op) &&
		    is_listen(other->op) &&
		    !strcmp(other->object, denial->object))
			return true;
	}
	return false;
}

void remedy_print_network(struct remedy *remedy, FILE *out)
{
	size_t i;

	for (i = 0; i < remedy->num; i++) {
		const struct denial *denial = &remedy->denials[i];

		if (denial->class != BVM_CLASS_NETWORK ||
		    !remedy_is_allowable(denial) || is_covered(remedy, i))
			continue;
		fprintf(out, "  - allow: %s\n",
			is_listen(denial->op) ?
				"listen" :
				bvm_op_name(denial->class, (u32)denial->op));
		print_socket(denial->detail, out);
		print_address(denial, out);
		print_source(denial->detail, out);
	}
}
