// SPDX-License-Identifier: GPL-2.0-only
#include <arpa/inet.h>
#include <ctype.h>
#include <errno.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include "ioctl.h"
#include "operand.h"
#include "rule_mount.h"
#include "suggest.h"

#define AF_UNIX_NUMBER 1
#define AF_INET_NUMBER 2
#define AF_INET6_NUMBER 10

int operand_fail(struct request_error *err, const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	(void)vsnprintf(err->text, sizeof(err->text), fmt, ap);
	va_end(ap);
	return -EINVAL;
}

int operand_hint(struct request_error *err, const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	(void)vsnprintf(err->hint, sizeof(err->hint), fmt, ap);
	va_end(ap);
	return -EINVAL;
}

/* ---- fields ---- */

static bool is_given(const struct operand *o, u32 field)
{
	return o->request->given >> field & 1;
}

/* Give a field a value; twice is fine if the values are equal. */
static int set_number(struct operand *o, const char *name, u64 value)
{
	struct request *r = o->request;
	const struct bvm_field *field;
	int i = request_field(r->class, name);
	u32 now, number = value;
	u8 *at;

	if (i < 0)
		return operand_fail(o->err, "'%s' says nothing about %s", name,
				    bvm_classes[r->class].name);
	field = &bvm_classes[r->class].fields[i];
	if (value > field->max)
		return operand_fail(o->err, "%s is at most %llu, got %llu",
				    name, (unsigned long long)field->max,
				    (unsigned long long)value);
	at = (u8 *)&r->ctx + field->off;
	memcpy(&now, at, sizeof(now));
	if (is_given(o, i) && now != number)
		return operand_fail(o->err, "%s is said to be %u and %u", name,
				    now, number);
	memcpy(at, &number, sizeof(number));
	r->given |= 1ull << i;
	return 0;
}

static int set_address(struct operand *o, const char *name,
		       const struct bvm_addr *addr)
{
	struct request *r = o->request;
	int i = request_field(r->class, name);
	u8 *at;

	if (i < 0)
		return operand_fail(o->err, "'%s' says nothing about %s", name,
				    bvm_classes[r->class].name);
	at = (u8 *)&r->ctx + bvm_classes[r->class].fields[i].off;
	if (is_given(o, i) && memcmp(at, addr, sizeof(*addr)))
		return operand_fail(o->err, "two %s addresses", name);
	memcpy(at, addr, sizeof(*addr));
	r->given |= 1ull << i;
	return set_number(o, "has_addr", 1);
}

/* Say what a TEXT field names; "" is that there is no such text. */
static int set_text(struct operand *o, const char *name, const char *text)
{
	struct request *r = o->request;
	int i = request_field(r->class, name);
	u64 handle;
	u8 *at;

	if (i < 0)
		return operand_fail(o->err, "'%s' says nothing about %s", name,
				    bvm_classes[r->class].name);
	if (strlen(text) >= BVM_MAX_PATH)
		return operand_fail(o->err, "%s of %zu bytes, at most %u", name,
				    strlen(text), BVM_MAX_PATH - 1);
	handle = request_handle(r->class, i);
	if (is_given(o, i) &&
	    strcmp(r->texts[handle - 1] ? r->texts[handle - 1] : "", text))
		return operand_fail(o->err, "%s is said twice", name);
	r->given |= 1ull << i;
	if (!*text)
		return 0;
	r->texts[handle - 1] = arena_strdup(o->arena, text);
	at = (u8 *)&r->ctx + bvm_classes[r->class].fields[i].off;
	memcpy(at, &handle, sizeof(handle));
	return 0;
}

static void add_choice(struct operand *o, const char *name, const u32 *values,
		       u32 num)
{
	struct request *r = o->request;
	struct request_choice *choice = &r->choices[r->num_choices++];

	choice->field = request_field(r->class, name);
	memcpy(choice->values, values, num * sizeof(u32));
	choice->num = num;
}

static int read_number(struct operand *o, const char *what, const char *text,
		       u64 *value)
{
	size_t len = strspn(text, "0123456789");

	if (!len || text[len] || len > 10 || (text[0] == '0' && len > 1))
		return operand_fail(o->err, "%s is a decimal number, got '%s'",
				    what, text);
	*value = strtoull(text, NULL, 10);
	return 0;
}

static int read_name(struct operand *o, const char *what,
		     const struct bvm_name *names, const char *word, u64 *value)
{
	struct suggest suggest = SUGGEST_INIT(word);
	long num = bvm_name_find(names, word);

	if (num >= 0) {
		*value = num;
		return 0;
	}
	for (u32 i = 0; names[i].name; i++)
		suggest_try(&suggest, names[i].name);
	(void)operand_fail(o->err, "no %s is called '%s'", what, word);
	if (suggest.best)
		return operand_hint(o->err, "did you mean '%s'?", suggest.best);
	return -EINVAL;
}

/* ---- paths ---- */

/* Resolve ".", ".." and "//" as text; *changed if that made a difference. */
static char *resolve(struct arena *arena, const char *path, bool *changed)
{
	char *out = arena_alloc(arena, strlen(path) + 2);
	char *end = out;
	const char *from = path;

	while (*from) {
		size_t len;

		from += strspn(from, "/");
		len = strcspn(from, "/");
		if (len == 2 && !strncmp(from, "..", 2)) {
			while (end > out && *--end != '/')
				;
		} else if (len && !(len == 1 && *from == '.')) {
			*end++ = '/';
			memcpy(end, from, len);
			end += len;
		}
		from += len;
	}
	if (end == out)
		*end++ = '/';
	*end = '\0';
	*changed = strcmp(out, path);
	return out;
}

static int read_path(struct operand *o, const char *word, const char **out)
{
	struct request *r = o->request;
	bool changed;
	char *path;

	if (word[0] != '/') {
		(void)operand_fail(o->err, "a path starts with '/', got '%s'",
				   word);
		return operand_hint(o->err, "policies see whole paths");
	}
	path = resolve(o->arena, word, &changed);
	if (strlen(path) >= BVM_MAX_PATH)
		return operand_fail(o->err, "path of %zu bytes, at most %u",
				    strlen(path), BVM_MAX_PATH - 1);
	if (changed)
		r->note = arena_printf(o->arena, "%s%s'%s' is read as '%s'",
				       r->note ? r->note : "",
				       r->note ? ", " : "", word, path);
	*out = path;
	return 0;
}

static int add_path(struct operand *o, const char *word)
{
	struct request *r = o->request;
	const char *path;
	int ret = read_path(o, word, &path);

	if (!ret)
		r->paths[r->num_paths++] = path;
	return ret;
}

/* A command of ioctl, by name or number. */
static int set_command(struct operand *o, const char *word)
{
	s64 command = ioctl_number(word);
	u64 number;
	int ret;

	if (command >= 0)
		return set_number(o, "ioctl", command);
	ret = read_name(o, "command of ioctl", bvm_ioctl_names, word, &number);
	return o->err->hint[0] ? ret :
				 operand_hint(o->err, "or write its number: "
						      "0x5413");
}

/* ioctl /dev/tty TCGETS: the command is not told from a second path. */
static int read_ioctl(struct operand *o, const char *const *words, u32 num)
{
	int ret;

	if (!num || num > 2) {
		(void)operand_fail(o->err,
				   "'ioctl' takes a path and a command"
				   ", got %u words",
				   num);
		return operand_hint(o->err, "as in 'ioctl /dev/tty TCGETS'");
	}
	ret = add_path(o, words[0]);
	return ret || num < 2 ? ret : set_command(o, words[1]);
}

static int read_paths(struct operand *o, const char *const *words, u32 num)
{
	const u64 two = BVM_BIT(FILES, RENAME) | BVM_BIT(FILES, LINK);
	struct request *r = o->request;
	bool pair = r->class == BVM_CLASS_FILES && (r->ops & ~two) == 0;
	u32 max = pair ? 2 : 1;
	int ret = 0;

	if (!num || num > max) {
		(void)operand_fail(o->err, "'%s' takes %s, got %u words",
				   r->verb, pair ? "two paths" : "a path", num);
		if (num > 1)
			return operand_hint(o->err, "a path with spaces needs "
						    "quotes");
		return -EINVAL;
	}
	for (u32 i = 0; i < num && i < max && !ret; i++)
		ret = add_path(o, words[i]);
	return ret;
}

/* No command: what the kernel leaves at 0 is not left open. */
static int read_file(struct operand *o, const char *const *words, u32 num)
{
	int ret = read_paths(o, words, num);

	return ret ? ret : set_number(o, "ioctl", 0);
}

/* Arguments as the kernel gives them to a program's automaton. */
static int read_args(struct operand *o, const char *const *words, u32 num)
{
	struct request *r = o->request;
	char *argv;
	u64 len = 0;

	for (u32 i = 0; i < num; i++)
		len += strlen(words[i]) + 1;
	if (num > BVM_MAX_ARGS || len > BVM_MAX_ARGV)
		return operand_fail(o->err,
				    "%u arguments of %llu bytes: over %u or "
				    "%u, which rules with 'args' always deny",
				    num, (unsigned long long)len, BVM_MAX_ARGS,
				    BVM_MAX_ARGV);
	argv = arena_alloc(o->arena, len + 1);
	r->argv = argv;
	r->argv_len = len;
	for (u32 i = 0; i < num; i++)
		argv = stpcpy(argv, words[i]) + 1;
	return 0;
}

static int read_program(struct operand *o, const char *const *words, u32 num)
{
	int ret;

	if (num && !strcmp(words[0], "memfd"))
		ret = set_number(o, "memfd", 1);
	else
		ret = read_paths(o, words, num ? 1 : 0);
	return ret ? ret : read_args(o, words + 1, num - 1);
}

/* Programs are called, and have a path. */
int operand_default(struct operand *o)
{
	static const char *const names[] = { "memfd", "chain" };
	int ret = 0;

	if (o->request->class != BVM_CLASS_EXEC)
		return 0;
	for (u32 i = 0; i < ARRAY_SIZE(names) && !ret; i++)
		if (!is_given(o, request_field(BVM_CLASS_EXEC, names[i])))
			ret = set_number(o, names[i], 0);
	return ret;
}

static int read_kind(struct operand *o, const char *const *words, u32 num)
{
	u64 kind;
	int ret;

	if (num > 1)
		return operand_fail(o->err, "'inherit' takes one kind");
	if (!num)
		return 0;
	if (words[0][0] == '/') {
		(void)operand_fail(o->err, "what has a path is not inherited "
					   "by kind");
		return operand_hint(o->err,
				    "it is judged by what is done: "
				    "'read %.100s'",
				    words[0]);
	}
	ret = read_name(o, "kind", bvm_kind_names, words[0], &kind);
	return ret ? ret : set_number(o, "type", kind);
}

/* ---- addresses ---- */

static bool is_local_op(const struct request *r)
{
	const u64 local = BVM_BIT(NETWORK, BIND) | BVM_BIT(NETWORK, LISTEN) |
			  BVM_BIT(NETWORK, ACCEPT) | BVM_BIT(NETWORK, RECEIVE);

	return r->ops & local;
}

/* Text of an address; the family is 2 or 10. Return: 0 if it is none. */
static u32 parse_address(const char *text, struct bvm_addr *addr)
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

static int read_host(struct operand *o, const char *host)
{
	const struct request *r = o->request;
	struct bvm_addr addr;
	u32 family;
	int ret;

	if (!strcmp(host, "any")) {
		ret = set_number(o, "has_addr", 1);
		return ret;
	}
	family = parse_address(host, &addr);
	if (!family) {
		(void)operand_fail(o->err, "'%s' is no address", host);
		return operand_hint(o->err,
				    "10.1.2.3:80, [fd00::1]:80, any:80");
	}
	ret = set_number(o, "family", family);
	return ret ? ret :
		     set_address(o, is_local_op(r) ? "local" : "remote", &addr);
}

static int read_endpoint(struct operand *o, const char *word)
{
	char *text = arena_strdup(o->arena, word);
	char *host, *port;
	u64 number;
	int ret;

	if (word[0] == '/' || word[0] == '@') {
		ret = set_number(o, "family", AF_UNIX_NUMBER);
		if (!ret && word[0] == '/')
			ret = add_path(o, word);
		return ret ? ret : set_text(o, "text", *word == '@' ? word : "");
	}
	ret = split_port(o, text, &host, &port);
	if (!ret)
		ret = read_host(o, host);
	if (ret || !port)
		return ret;
	ret = read_number(o, "a port", port, &number);
	return ret ? ret : set_number(o, "port", number);
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
		return set_number(o, "family", num);
	num = bvm_name_find(bvm_socktype_names, word);
	if (num >= 0)
		return set_number(o, "type", num);
	num = bvm_name_find(bvm_protocol_names, word);
	if (num < 0)
		return 1;
	ret = set_number(o, "protocol", num);
	if (!ret && (num == tcp || num == udp))
		ret = set_number(o, "type", num == tcp ? 1 : 2);
	if (!ret && !r->num_choices)
		add_choice(o, "family", inet, ARRAY_SIZE(inet));
	return ret;
}

static int set_peer(struct operand *o, u32 peer, const char *names)
{
	int ret = set_number(o, "peer", peer);

	return ret ? ret : set_text(o, "peer_name", names);
}

/* What the kernel leaves at 0 is not left open. */
static int set_absent(struct operand *o)
{
	static const char *const names[] = { "has_addr", "port", "peer_port" };
	const struct request *r = o->request;
	u32 family = r->ctx.network.family;
	bool given = is_given(o, request_field(r->class, "family"));
	bool creates = r->ops == BVM_BIT(NETWORK, CREATE);
	bool inet = family == AF_INET_NUMBER || family == AF_INET6_NUMBER ||
		    is_given(o, request_field(r->class, "has_addr")) ||
		    r->num_choices;
	int ret = 0;

	/* only unix sockets have names */
	if (creates || inet || (given && family != AF_UNIX_NUMBER))
		ret = set_text(o, "text", "");
	if (!ret && (r->given & 1ull << request_field(r->class, "text")) &&
	    !r->num_paths && !r->ctx.network.text)
		ret = set_peer(o, BVM_PEER_NONE, "");
	if (!creates && (!given || inet))
		return ret;
	for (u32 i = 0; i < ARRAY_SIZE(names) && !ret; i++)
		ret = set_number(o, names[i], 0);
	return ret;
}

static int read_socket(struct operand *o, const char *const *words, u32 num)
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

static int read_cap(struct operand *o, const char *const *words, u32 num)
{
	char *word;
	u64 cap;
	int ret;

	if (num != 1) {
		(void)operand_fail(o->err, "'capability' takes a capability");
		return operand_hint(o->err, "as in 'capability sys_admin'");
	}
	word = arena_strdup(o->arena, words[0]);
	for (char *c = word; *c; c++)
		*c = tolower((u8)*c);
	if (!strncmp(word, "cap_", 4))
		word += 4;
	ret = read_name(o, "capability", bvm_cap_names, word, &cap);
	return ret ? ret : set_number(o, "cap", cap);
}

/* What an operation of class kernel is about, for those that rules can tell. */
static int read_kernel(struct operand *o, const char *const *words, u32 num)
{
	const u64 named = BVM_BIT(KERNEL, MODULE_REQUEST) |
			  BVM_BIT(KERNEL, KEYRING) | BVM_BIT(KERNEL, LOCKDOWN);

	if (num > (o->request->ops & named ? 1 : 0))
		return operand_fail(o->err, "'%s' takes %s", o->request->verb,
				    o->request->ops & named ? "one name" :
							      "nothing more");
	if (num)
		return set_text(o, "text", words[0]);
	return o->request->ops & named ? 0 : set_text(o, "text", "");
}

/* `peer=`: a word for who it is, or the policy that he is under. */
static int read_peer(struct operand *o, const char *text)
{
	long peer = bvm_name_find(bvm_peer_names, text);
	int ret;

	ret = set_number(o, "peer", peer < 0 ? BVM_PEER_OTHER : peer);
	if (ret || peer == BVM_PEER_OTHER)
		return ret;
	return set_text(o, "peer_name",
			peer < 0 ? arena_printf(o->arena, "/%s", text) : "");
}

/* The signal of `signal`; other operations on tasks have none. */
static int read_signal(struct operand *o, const char *const *words, u32 num)
{
	u64 signal = 0;
	int ret = 0;

	if (o->request->ops & ~BVM_BIT(TASKS, SIGNAL)) {
		if (num)
			return operand_fail(o->err, "'%s' takes nothing more",
					    o->request->verb);
		return set_number(o, "signal", 0);
	}
	if (num > 1) {
		(void)operand_fail(o->err, "'signal' takes a signal");
		return operand_hint(o->err, "as in 'signal term'");
	}
	if (num && words[0][0] >= '0' && words[0][0] <= '9')
		ret = read_number(o, "a signal", words[0], &signal);
	else if (num)
		ret = read_name(o, "signal", bvm_signal_names, words[0],
				&signal);
	return ret || !num ? ret : set_number(o, "signal", signal);
}

/* ---- mounts ---- */

/* What is mounted: a path, or a name that no pattern matches. */
static int read_source(struct operand *o, const char *word)
{
	int ret = 0;

	if (word[0] == '/')
		ret = read_path(o, word, &word);
	return ret ? ret : set_text(o, "source", word);
}

/* A type of file system, or what mount(8) is told to do instead. */
static int read_mount_type(struct operand *o, const char *word)
{
	long flag = bvm_name_find(rule_mount_flags, word);

	if (flag <= 0)
		return set_text(o, "text", word);
	/* "ro" and the like are no operations of their own */
	if (strcmp(word, "bind") && strcmp(word, "remount") &&
	    strcmp(word, "shared") && strcmp(word, "private") &&
	    strcmp(word, "slave") && strcmp(word, "unbindable")) {
		(void)operand_fail(o->err, "'%s' is a flag", word);
		return operand_hint(o->err, "flags are an attribute: 'flags=%s "
					    "mount tmpfs /t'", word);
	}
	o->request->mount_flags = flag;
	return strcmp(word, "bind") ? 0 : set_text(o, "text", word);
}

static int read_mount(struct operand *o, const char *const *words, u32 num)
{
	const u64 op = o->request->ops;
	const bool moves = op == BVM_BIT(MOUNTS, MOVE_MOUNT);
	const bool typed = op == BVM_BIT(MOUNTS, MOUNT) ||
			   op == BVM_BIT(MOUNTS, FSMOUNT);
	const bool placed = op != BVM_BIT(MOUNTS, FSMOUNT);
	const u32 min = typed + moves + placed;
	int ret = 0;

	if (num < min || num > min + (op == BVM_BIT(MOUNTS, MOUNT))) {
		(void)operand_fail(o->err, "'%s' takes %s%s%s",
				   o->request->verb,
				   typed ? "a type, " : "",
				   moves ? "a source, " : "",
				   placed ? "a mount point" : "no path");
		return operand_hint(o->err, "as in 'mount tmpfs /t', 'mount "
					    "bind /a /b', 'umount /t'");
	}
	ret = set_number(o, "nameless", placed ? 0 : 3);
	if (!ret && typed)
		ret = read_mount_type(o, words[0]);
	if (!ret && num - typed - placed == 1)
		ret = read_source(o, words[typed]);
	if (!ret && placed)
		ret = add_path(o, words[num - 1]);
	return ret;
}

/* "ro,nosuid", beside what the operands say; without any: none. */
static int read_mount_flags(struct operand *o, const char *text)
{
	char *word, *rest = arena_strdup(o->arena, text);
	u64 flag;
	int ret;

	while ((word = strsep(&rest, ","))) {
		ret = *word ? read_name(o, "mount flag", rule_mount_flags, word,
					&flag) :
			      0;
		if (ret)
			return ret;
		o->request->mount_flags |= *word ? (u32)flag : 0;
	}
	return 0;
}

int operand_finish(struct operand *o)
{
	if (o->request->class != BVM_CLASS_MOUNTS)
		return 0;
	return set_number(o, "flags", o->request->mount_flags);
}

int operand_read(struct operand *o, const char *const *words, u32 num)
{
	switch (o->request->class) {
	case BVM_CLASS_FILES:
		if (o->request->ops == BVM_BIT(FILES, INHERIT))
			return read_kind(o, words, num);
		if (o->request->ops == BVM_BIT(FILES, IOCTL))
			return read_ioctl(o, words, num);
		return read_file(o, words, num);
	case BVM_CLASS_EXEC:
		return read_program(o, words, num);
	case BVM_CLASS_NETWORK:
		return read_socket(o, words, num);
	case BVM_CLASS_CAPABILITIES:
		return read_cap(o, words, num);
	case BVM_CLASS_TASKS:
		return read_signal(o, words, num);
	case BVM_CLASS_KERNEL:
		return read_kernel(o, words, num);
	case BVM_CLASS_NAMESPACES:
	case BVM_CLASS_IPC:
		if (num)
			return operand_fail(o->err, "'%s' takes nothing more",
					    o->request->verb);
		return 0;
	case BVM_CLASS_MOUNTS:
		return read_mount(o, words, num);
	}
	return 0;
}

/* ---- attributes ---- */

static int read_boolean(struct operand *o, const char *name, const char *text)
{
	bool yes = !strcmp(text, "yes") || !strcmp(text, "true") ||
		   !strcmp(text, "1");

	if (!yes && strcmp(text, "no") && strcmp(text, "false") &&
	    strcmp(text, "0"))
		return operand_fail(o->err, "%s is true or false, got '%s'",
				    name, text);
	return set_number(o, name, yes);
}

static int read_address_attr(struct operand *o, const char *field,
			     const char *text)
{
	struct bvm_addr addr;

	if (!parse_address(text, &addr))
		return operand_fail(o->err, "'%s' is no address", text);
	return set_address(o, field, &addr);
}

/* exe= alone is a caller that has no path: a memfd, a deleted file. */
static int read_text_attr(struct operand *o, const char *field,
			  const char *text)
{
	int ret = 0;

	if (!strcmp(field, "exe") && *text)
		ret = read_path(o, text, &text);
	return ret ? ret : set_text(o, field, text);
}

/* Attributes whose values are words: a name, its field, the words. */
static const struct word_attr {
	u32 class;
	const char *name;
	const struct bvm_name *words;
} word_attrs[] = {
	{ BVM_CLASS_FILES, "type", bvm_kind_names },
	{ BVM_CLASS_NETWORK, "type", bvm_socktype_names },
	{ BVM_CLASS_NETWORK, "family", bvm_family_names },
	{ BVM_CLASS_NETWORK, "protocol", bvm_protocol_names },
	{ BVM_CLASS_TASKS, "signal", bvm_signal_names },
};

static int unknown_attribute(struct operand *o, const char *name)
{
	const struct bvm_class_info *info = &bvm_classes[o->request->class];
	struct suggest suggest = SUGGEST_INIT(name);

	for (u32 i = 0; i < info->num_fields; i++)
		suggest_try(&suggest,
			    request_attr_name(o->arena, o->request->class, i));
	(void)operand_fail(o->err,
			   "requests of class %s have no attribute "
			   "'%s'",
			   info->name, name);
	if (suggest.best)
		return operand_hint(o->err, "did you mean '%s'?", suggest.best);
	return -EINVAL;
}

int operand_attribute(struct operand *o, const char *word)
{
	const char *text = strchr(word, '=') + 1;
	char *name = arena_strndup(o->arena, word, text - 1 - word);
	const struct bvm_class_info *info = &bvm_classes[o->request->class];
	u64 value;
	int field, ret;

	for (char *c = name; *c; c++)
		if (*c == '-')
			*c = '_';
	if (!strcmp(name, "to") || !strcmp(name, "from"))
		name = "remote";
	else if (!strcmp(name, "at"))
		name = "local";
	else if (!strcmp(name, "fstype"))
		name = "text";
	field = request_field(o->request->class, name);
	if (field >= 0 && o->request->class == BVM_CLASS_MOUNTS &&
	    !strcmp(name, "flags"))
		return read_mount_flags(o, text);
	if (field < 0 || info->fields[field].kind == BVM_FIELD_STR ||
	    !strcmp(name, "op") || !strcmp(name, "has_addr") ||
	    !strcmp(name, "cap") || !strcmp(name, "nameless"))
		return unknown_attribute(o, arena_strndup(o->arena, word,
							  text - 1 - word));
	if (info->fields[field].kind == BVM_FIELD_ADDR)
		return read_address_attr(o, name, text);
	if (info->fields[field].kind == BVM_FIELD_TEXT)
		return read_text_attr(o, name, text);
	if (info->fields[field].max == 1)
		return read_boolean(o, name, text);
	if (!strcmp(name, "peer"))
		return read_peer(o, text);
	for (u32 i = 0; i < ARRAY_SIZE(word_attrs); i++) {
		if (word_attrs[i].class != o->request->class ||
		    strcmp(word_attrs[i].name, name))
			continue;
		ret = read_name(o, name, word_attrs[i].words, text, &value);
		return ret ? ret : set_number(o, name, value);
	}
	if (!strcmp(name, "ioctl"))
		return set_command(o, text);
	ret = read_number(o, name, text, &value);
	return ret ? ret : set_number(o, name, value);
}
