// SPDX-License-Identifier: GPL-2.0-only
#include <string.h>

#include "learn_files.h"
#include "learn_others.h"
#include "learn_path.h"

#define SOURCE " from " /* in details of network */

static void put_guess(struct buf *out, const char *guess,
		      const struct logline *line)
{
	if (guess || line->renamed)
		buf_printf(out, " # guess: ");
	if (guess)
		buf_printf(out, "%s%s", guess, line->renamed ? ", " : "");
	if (line->renamed)
		learn_put_renamed(out, line->renamed);
}

/* ---- network ---- */

static bool is_served(u32 op)
{
	return op == BVM_OP_NETWORK_BIND || op == BVM_OP_NETWORK_LISTEN ||
	       op == BVM_OP_NETWORK_ACCEPT;
}

static const char *const socket_keys[] = { "family", "type", "protocol" };

/* The i-th word of "inet/stream/tcp"; *len is 0 if there is none. */
static const char *socket_word(const char *detail, size_t i, size_t *len)
{
	for (;; i--) {
		*len = strcspn(detail, "/ ");
		if (!i)
			return detail;
		detail += *len + (detail[*len] == '/');
	}
}

/* Rules have no numbers for sockets: what has no name is left out of them. */
static bool has_name(const char *word, size_t len)
{
	return len && !strchr("0123456789", *word);
}

static void put_socket(struct buf *out, const char *detail)
{
	for (size_t i = 0, len; i < ARRAY_SIZE(socket_keys); i++) {
		const char *word = socket_word(detail, i, &len);

		if (has_name(word, len))
			buf_printf(out, "    %s: %.*s\n", socket_keys[i],
				   (int)len, word);
	}
}

/* A part of a comment: what the rule does not say, though it was recorded. */
static void add_guess(struct buf *guesses, const char *what)
{
	buf_printf(guesses, "%s%s", guesses->len ? ", any " : "any ", what);
}

static void guess_socket(struct buf *guesses, const char *detail)
{
	for (size_t i = 0, len; i < ARRAY_SIZE(socket_keys); i++) {
		const char *word = socket_word(detail, i, &len);

		/* those of unix have but one protocol */
		if (len && !has_name(word, len) && strncmp(detail, "unix/", 5))
			add_guess(guesses, socket_keys[i]);
	}
}

static void put_unix(struct buf *out, const struct logline *line)
{
	const char *guess;

	buf_printf(out, "    unix: ");
	learn_put_pattern(out,
			  learn_path_pattern(out->arena, line->object, &guess));
	put_guess(out, guess, line);
	buf_put_u8(out, '\n');
}

/* KEY: "address", PORTS: port of "1.2.3.4:80" or "[::1]:80". */
static void put_end(struct buf *out, const char *end, const char *key,
		    const char *ports)
{
	const char *colon = strrchr(end, ':');
	int len;

	if (!colon)
		return;
	len = (int)(colon - end);
	if (*end == '[') {
		end++;
		len -= 2;
	}
	if (key)
		buf_printf(out, "    %s: \"%.*s\"\n", key, len, end);
	if (ports)
		buf_printf(out, "    %s: %s\n", ports, colon + 1);
}

static void put_connection(struct buf *out, const struct logline *line)
{
	const bool served = is_served(line->op);
	const bool receive = line->op == BVM_OP_NETWORK_RECEIVE;
	const char *from = strstr(line->detail, SOURCE);
	struct buf guesses = BUF_INIT(out->arena);

	guess_socket(&guesses, line->detail);
	if ((served || receive) && strchr("0123456789[", *line->object))
		add_guess(&guesses,
			  receive ? "local address and port" : "local address");
	buf_printf(out, "  - allow: %s",
		   served ? "listen" :
			    bvm_op_name(BVM_CLASS_NETWORK, line->op));
	if (served || guesses.len)
		buf_printf(out, " # guess: %s%s%s",
			   served ? "whoever connects" : "",
			   served && guesses.len ? ", " : "",
			   buf_text(&guesses));
	buf_put_u8(out, '\n');
	put_socket(out, line->detail);
	if (*line->object == '/' || *line->object == '@')
		put_unix(out, line);
	else
		put_end(out, line->object, served || receive ? NULL : "to",
			receive ? NULL : "ports");
	/* a local port of a packet is another one the next time */
	if (receive && from)
		put_end(out, from + strlen(SOURCE), "from", "peer-ports");
}

/* "inet/stream/tcp", without where it came from */
static bool same_socket(const struct logline *a, const struct logline *b)
{
	size_t len = strcspn(a->detail, " ");

	return len == strcspn(b->detail, " ") &&
	       !strncmp(a->detail, b->detail, len);
}

/* ---- tasks, kernel, mounts ---- */

static void put_deed(struct buf *out, const struct logline *line)
{
	const char *peer = line->detail;

	buf_printf(out, "  - allow: %s\n", bvm_op_name(line->class, line->op));
	if (line->op == BVM_OP_TASKS_SIGNAL) {
		size_t len = strcspn(peer, " ");

		buf_printf(out, "    signals: %.*s\n", (int)len, peer);
		peer += len + (peer[len] == ' ');
	}
	peer += *peer == '/';
	if (*peer)
		buf_printf(out, "    peer: %.*s\n", (int)strcspn(peer, "/"),
			   peer);
}

/* Whoever asks chooses these words: a '*' in one stands for itself. */
static void put_name(struct buf *out, const char *key, const char *name)
{
	buf_printf(out, "    %s: ", key);
	learn_put_pattern(out, learn_path_quoted(out->arena, name));
	buf_put_u8(out, '\n');
}

static void put_kernel(struct buf *out, const struct logline *line)
{
	const u64 named = BVM_BIT(KERNEL, MODULE_REQUEST) |
			  BVM_BIT(KERNEL, KEYRING) | BVM_BIT(KERNEL, LOCKDOWN);

	buf_printf(out, "  - allow: %s\n", bvm_op_name(line->class, line->op));
	if (!(named >> line->op & 1) || !*line->object)
		return;
	put_name(out, "names", line->object);
}

static void put_path(struct buf *out, const char *key, const char *path,
		     const struct logline *line)
{
	const char *guess;

	buf_printf(out, "    %s: ", key);
	learn_put_pattern(out, learn_path_pattern(out->arena, path, &guess));
	put_guess(out, guess, line);
	buf_put_u8(out, '\n');
}

/* What the rule leaves open, as the record does not say it. */
static const char *guess_of_mount(const struct logline *line)
{
	const bool sourced = logline_source(line);

	switch (line->op) {
	case BVM_OP_MOUNTS_MOUNT:
		return sourced ? "a bind mount, any flags" :
				 "any source and flags";
	case BVM_OP_MOUNTS_MOVE_MOUNT:
		return sourced ? "any flags" : "any source and flags";
	case BVM_OP_MOUNTS_UMOUNT:
		return "any type of file system";
	}
	return NULL;
}

static void put_mount(struct buf *out, const struct logline *line)
{
	const char *guess = guess_of_mount(line);
	const char *source = logline_source(line);

	buf_printf(out, "  - allow: %s", bvm_op_name(line->class, line->op));
	put_guess(out, guess, line);
	buf_put_u8(out, '\n');
	if (line->op == BVM_OP_MOUNTS_MOUNT)
		put_name(out, "fstype", source ? "bind" : line->detail);
	if (line->op == BVM_OP_MOUNTS_FSMOUNT && *line->object)
		put_name(out, "fstype", line->object);
	if (source)
		put_path(out, "source", source, line);
	if (*line->object == '/')
		put_path(out, "target", line->object, line);
}

static void put_object(struct buf *out, const struct logline *line)
{
	const char *guess = NULL;

	buf_printf(out, "  - allow: ");
	if (line->class == BVM_CLASS_CAPABILITIES ||
	    !strcmp(line->object, "memfd"))
		buf_printf(out, "%s", line->object);
	else
		learn_put_pattern(out,
				  learn_path_pattern(out->arena, line->object,
						     &guess));
	put_guess(out, guess, line);
	buf_put_u8(out, '\n');
}

static void put_rule(struct buf *out, const struct logline *line)
{
	switch (line->class) {
	case BVM_CLASS_NETWORK:
		put_connection(out, line);
		return;
	case BVM_CLASS_TASKS:
		put_deed(out, line);
		return;
	case BVM_CLASS_KERNEL:
		put_kernel(out, line);
		return;
	case BVM_CLASS_MOUNTS:
		put_mount(out, line);
		return;
	case BVM_CLASS_EXEC:
	case BVM_CLASS_CAPABILITIES:
		put_object(out, line);
		return;
	}
	buf_printf(out, "  - allow: ");
	learn_put_ops(out, line->class, 1ull << line->op);
	buf_put_u8(out, '\n');
}

/* A name that must have it for a rename has a rule that says less else. */
static bool is_covered(const struct logline *line,
		       const struct event *const *events, u32 num)
{
	for (u32 i = 0; i < num; i++) {
		const struct logline *other = &events[i]->line;

		if (!other->renamed || line->renamed ||
		    other->class != line->class ||
		    strcmp(other->object, line->object))
			continue;
		if (other->op == line->op ||
		    (line->class == BVM_CLASS_NETWORK && is_served(line->op) &&
		     is_served(other->op)))
			return true;
	}
	return false;
}

/* A socket comes with what it is used for. */
static bool is_implied(const struct logline *line,
		       const struct event *const *events, u32 num)
{
	if (is_covered(line, events, num))
		return true;
	if (line->class != BVM_CLASS_NETWORK ||
	    line->op != BVM_OP_NETWORK_CREATE)
		return false;
	for (u32 i = 0; i < num; i++) {
		const struct logline *other = &events[i]->line;

		if (other->class == BVM_CLASS_NETWORK &&
		    other->op != BVM_OP_NETWORK_CREATE &&
		    other->op != BVM_OP_NETWORK_RECEIVE &&
		    same_socket(line, other))
			return true;
	}
	return false;
}

void learn_others(struct buf *out, u32 class, const struct event *const *events,
		  u32 num)
{
	const char **rules = arena_array(out->arena, num, sizeof(*rules));
	u32 num_rules = 0;

	for (u32 i = 0; i < num; i++) {
		struct buf rule = BUF_INIT(out->arena);
		u32 r = 0;

		if (events[i]->line.class != class ||
		    is_implied(&events[i]->line, events, num))
			continue;
		put_rule(&rule, &events[i]->line);
		/* different records may make the same rule */
		while (r < num_rules && strcmp(rules[r], buf_text(&rule)))
			r++;
		if (r < num_rules)
			continue;
		rules[num_rules++] = buf_text(&rule);
		buf_printf(out, "%s", rules[r]);
	}
}
