// SPDX-License-Identifier: GPL-2.0-only
#include <errno.h>
#include <jansson.h>
#include <stdlib.h>
#include <string.h>

#include "buf.h"
#include "logline.h"

#define MAX_WORDS 16
#define SOURCE " from " /* in details of network, before where it came from */

/* ---- JSON ---- */

static int hex_digit(char c)
{
	const char *digits = "0123456789abcdef";
	const char *at = c ? strchr(digits, c) : NULL;

	return at ? (int)(at - digits) : -1;
}

/* Bytes that are no UTF-8 have a second member, in hexadecimal. */
static const char *unhex(struct arena *arena, const char *hex)
{
	size_t len = strlen(hex) / 2;
	char *out = arena_alloc(arena, len + 1);

	for (size_t i = 0; i < len; i++) {
		int high = hex_digit(hex[2 * i]);
		int low = hex_digit(hex[2 * i + 1]);

		if (high < 0 || low < 0 || !(high | low))
			return "";
		out[i] = (char)(high << 4 | low);
	}
	return out;
}

static const char *member(struct arena *arena, const json_t *root,
			  const char *key)
{
	const char *hex = json_string_value(
		json_object_get(root, arena_printf(arena, "%s_hex", key)));
	const char *text = json_string_value(json_object_get(root, key));

	if (hex)
		return unhex(arena, hex);
	return text ? arena_strdup(arena, text) : "";
}

static int read_decision(struct arena *arena, const json_t *root,
			 struct logline *line, const char **why)
{
	const char *class = member(arena, root, "class");
	const char *op = member(arena, root, "op");
	int number;

	line->class = bvm_class_by_name(class);
	number = line->class ? bvm_op_by_name(line->class, op) : -1;
	if (number < 0) {
		*why = arena_printf(arena, "no operation is called '%s.%s'",
				    class, op);
		return -EINVAL;
	}
	line->op = (u32)number;
	line->policy = member(arena, root, "policy");
	line->reason = member(arena, root, "reason");
	line->object = member(arena, root, "object");
	line->detail = member(arena, root, "detail");
	line->exe = member(arena, root, "exe");
	line->uid = (u32)json_integer_value(json_object_get(root, "uid"));
	line->tid = (u32)json_integer_value(json_object_get(root, "tid"));
	line->seq = (u64)json_integer_value(json_object_get(root, "seq"));
	line->times =
		(u64)json_integer_value(json_object_get(root, "repeated"));
	if (!line->times || line->times > INT32_MAX)
		line->times = 1;
	line->widens = line->denied && logline_second(line) &&
		       !strcmp(line->reason, "widens");
	/* the last two are defaults of what needs a rule in any case */
	line->by_rules = !line->denied || line->widens ||
			 !strcmp(line->reason, "rule") ||
			 !strcmp(line->reason, "default") ||
			 !strcmp(line->reason, "mount-tree") ||
			 !strcmp(line->reason, "outside-descriptor");
	return 1;
}

static int read_root(struct arena *arena, const json_t *root,
		     struct logline *line, const char **why)
{
	const char *outcome = member(arena, root, "outcome");

	if (!strcmp(outcome, "lifecycle") || !strcmp(outcome, "daemon"))
		return 0;
	line->enforced = !strcmp(outcome, "denied");
	line->denied = line->enforced || !strcmp(outcome, "would-deny");
	if (line->denied || !strcmp(outcome, "audited") ||
	    !strcmp(outcome, "allowed"))
		return read_decision(arena, root, line, why);
	*why = *outcome ? arena_printf(arena, "unknown outcome '%s'", outcome) :
			  "it has no outcome";
	return -EINVAL;
}

int logline_parse(struct arena *arena, const char *text, size_t len,
		  struct logline *line, const char **why)
{
	json_error_t error;
	json_t *root = json_loadb(text, len, JSON_REJECT_DUPLICATES, &error);
	int ret = -EINVAL;

	memset(line, 0, sizeof(*line));
	if (!root)
		*why = arena_strdup(arena, error.text);
	else if (!json_is_object(root))
		*why = "it is no JSON object";
	else
		ret = read_root(arena, root, line, why);
	json_decref(root);
	return ret;
}

const char *logline_second(const struct logline *line)
{
	const u64 moves = BVM_BIT(FILES, RENAME) | BVM_BIT(FILES, LINK);

	if (line->class != BVM_CLASS_FILES || !(moves >> line->op & 1) ||
	    line->object[0] != '/' || line->detail[0] != '/')
		return NULL;
	return line->detail;
}

static bool is_mounting(const struct logline *line)
{
	const u64 ops = BVM_BIT(MOUNTS, MOUNT) | BVM_BIT(MOUNTS, MOVE_MOUNT);

	return line->class == BVM_CLASS_MOUNTS && ops >> line->op & 1;
}

static bool has_source(const struct logline *line)
{
	return line->detail[0] == '/' && line->detail[1];
}

const char *logline_source(const struct logline *line)
{
	static const char devices[] = "/dev/";

	if (!is_mounting(line) || !has_source(line))
		return NULL;
	if (line->op == BVM_OP_MOUNTS_MOUNT &&
	    !strncmp(line->detail, devices, strlen(devices)))
		return NULL;
	return line->detail;
}

bool logline_lacks_type(const struct logline *line)
{
	return line->class == BVM_CLASS_MOUNTS &&
	       line->op == BVM_OP_MOUNTS_MOUNT && !logline_source(line) &&
	       (line->detail[0] == '/' || !line->detail[0]);
}

/* ---- requests ---- */

struct words {
	struct arena *arena;
	const char *items[MAX_WORDS];
	u32 num;
};

static void add(struct words *words, const char *word)
{
	if (words->num < MAX_WORDS)
		words->items[words->num++] = word;
}

/* "1.2.3.4:80", "[::1]:80": the address, and the port behind. */
static const char *split_end(struct arena *arena, const char *end,
			     const char **port)
{
	const char *colon = strrchr(end, ':');
	size_t len = colon ? (size_t)(colon - end) : strlen(end);

	*port = colon ? colon + 1 : "";
	if (end[0] == '[' && len > 2)
		return arena_strndup(arena, end + 1, len - 2);
	return arena_strndup(arena, end, len);
}

static void add_source(struct words *words, const char *detail)
{
	const char *from = strstr(detail, SOURCE);
	const char *address, *port;

	if (!from)
		return;
	address = split_end(words->arena, from + strlen(SOURCE), &port);
	add(words, arena_printf(words->arena, "from=%s", address));
	add(words, arena_printf(words->arena, "peer-port=%s", port));
}

/* "inet/stream/tcp": words; a number is a name that nobody knows. */
static void add_socket(struct words *words, const char *detail)
{
	size_t len = strlen(detail);
	const char *from = strstr(detail, SOURCE);
	char *rest, *word;

	if (from)
		len = (size_t)(from - detail);
	rest = arena_strndup(words->arena, detail, len);
	while ((word = strsep(&rest, "/")))
		if (*word && !strchr("0123456789", *word))
			add(words, word);
}

/* "term host", "self", "kill /web/base" */
static const char *add_peer(struct words *words, const struct logline *line)
{
	const char *peer = line->detail;
	const char *signal = NULL;

	if (line->op == BVM_OP_TASKS_SIGNAL) {
		size_t len = strcspn(peer, " ");

		signal = arena_strndup(words->arena, peer, len);
		peer += len + (peer[len] == ' ');
	}
	/* a policy may be called like one of the words for who it is */
	if (*peer == '/' && bvm_name_find(bvm_peer_names, peer + 1) < 0)
		peer++;
	if (*peer)
		add(words, arena_printf(words->arena, "peer=%s", peer));
	return signal;
}

static void add_mount(struct words *words, const struct logline *line)
{
	const char *source = logline_source(line);

	if (line->op == BVM_OP_MOUNTS_MOUNT) {
		if (logline_lacks_type(line))
			add(words, "unknown");
		else
			add(words, source ? "bind" : line->detail);
		/* the source, though nobody knows what it is of */
		if (has_source(line))
			source = line->detail;
	}
	if (source || line->op == BVM_OP_MOUNTS_MOVE_MOUNT)
		add(words, source ?: "unknown");
	add(words, line->object);
}

static void add_operands(struct words *words, const struct logline *line,
			 const char *signal)
{
	const u64 named = BVM_BIT(KERNEL, MODULE_REQUEST) |
			  BVM_BIT(KERNEL, KEYRING) | BVM_BIT(KERNEL, LOCKDOWN);

	switch (line->class) {
	case BVM_CLASS_NETWORK:
		add_socket(words, line->detail);
		if (*line->object)
			add(words, line->object);
		return;
	case BVM_CLASS_MOUNTS:
		add_mount(words, line);
		return;
	case BVM_CLASS_TASKS:
		if (signal)
			add(words, signal);
		return;
	case BVM_CLASS_KERNEL:
		if (named >> line->op & 1 && *line->object)
			add(words, line->object);
		return;
	case BVM_CLASS_NAMESPACES:
	case BVM_CLASS_IPC:
		return;
	}
	add(words, line->object);
	if ((line->class == BVM_CLASS_FILES && *line->detail &&
	     line->op == BVM_OP_FILES_IOCTL) ||
	    logline_second(line))
		add(words, line->detail);
}

static void make_words(struct arena *arena, const struct logline *line,
		       bool attributes, struct words *words)
{
	const char *signal = NULL;

	*words = (struct words){ .arena = arena };
	if (attributes) {
		add(words, arena_printf(arena, "host-uid=%u", line->uid));
		add(words, arena_printf(arena, "exe=%s", line->exe));
	}
	if (line->class == BVM_CLASS_NETWORK)
		add_source(words, line->detail);
	if (line->class == BVM_CLASS_TASKS)
		signal = add_peer(words, line);
	add(words, arena_printf(arena, "%s.%s", bvm_classes[line->class].name,
				bvm_op_name(line->class, line->op)));
	add_operands(words, line, signal);
}

const char *logline_text(struct arena *arena, const struct logline *line)
{
	struct buf buf = BUF_INIT(arena);
	struct words words;

	make_words(arena, line, false, &words);
	for (u32 i = 0; i < words.num; i++) {
		const char *quote =
			strpbrk(words.items[i], " \t\n\"'\\") ? "'" : "";

		buf_printf(&buf, "%s%s%s%s", i ? " " : "", quote,
			   words.items[i], quote);
	}
	return buf_text(&buf);
}

static void give(struct request *request, const char *name, u32 value)
{
	int field = request_field(request->class, name);

	memcpy((u8 *)&request->ctx +
		       bvm_classes[request->class].fields[field].off,
	       &value, sizeof(value));
	request->given |= 1ull << field;
}

/* What add_socket left out: "unix/stream/0" has a number that is no word. */
static void give_numbers(struct request *request, const char *detail)
{
	static const char *const names[] = { "family", "type", "protocol" };

	for (size_t i = 0; i < ARRAY_SIZE(names); i++) {
		if (*detail && strchr("0123456789", *detail))
			give(request, names[i], (u32)strtoul(detail, NULL, 10));
		detail += strcspn(detail, "/");
		detail += *detail == '/';
	}
}

static void forget(struct request *request, const char *name)
{
	int field = request_field(request->class, name);

	request->given &= ~(1ull << field);
}

/* What incoming packets and connections have no caller for is not asked. */
static bool has_caller(const struct logline *line)
{
	return line->class != BVM_CLASS_NETWORK ||
	       !strstr(line->detail, SOURCE);
}

int logline_request(struct arena *arena, const struct logline *line,
		    bool same_uid, struct request *request)
{
	struct request_error err;
	struct words words;
	int ret;

	make_words(arena, line, has_caller(line), &words);
	ret = request_parse_words(arena, words.items, words.num, request, &err);
	if (ret)
		return ret;
	if (line->class == BVM_CLASS_MOUNTS) {
		forget(request, "flags");
		if (is_mounting(line) && !has_source(line))
			forget(request, "source");
		if (logline_lacks_type(line))
			forget(request, "text");
	}
	if (line->class == BVM_CLASS_NETWORK)
		give_numbers(request, line->detail);
	if (same_uid)
		give(request, "uid", line->uid);
	return 0;
}
