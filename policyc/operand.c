// SPDX-License-Identifier: GPL-2.0-only
#include <ctype.h>
#include <errno.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include "ioctl.h"
#include "operand_parts.h"
#include "rule_mount.h"
#include "suggest.h"

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

bool operand_is_given(const struct operand *o, u32 field)
{
	return o->request->given >> field & 1;
}

/* Give a field a value; twice is fine if the values are equal. */
int operand_set_number(struct operand *o, const char *name, u64 value)
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
	if (operand_is_given(o, i) && now != number)
		return operand_fail(o->err, "%s is said to be %u and %u", name,
				    now, number);
	memcpy(at, &number, sizeof(number));
	r->given |= 1ull << i;
	return 0;
}

int operand_set_address(struct operand *o, const char *name,
			const struct bvm_addr *addr)
{
	struct request *r = o->request;
	int i = request_field(r->class, name);
	u8 *at;

	if (i < 0)
		return operand_fail(o->err, "'%s' says nothing about %s", name,
				    bvm_classes[r->class].name);
	at = (u8 *)&r->ctx + bvm_classes[r->class].fields[i].off;
	if (operand_is_given(o, i) && memcmp(at, addr, sizeof(*addr)))
		return operand_fail(o->err, "two %s addresses", name);
	memcpy(at, addr, sizeof(*addr));
	r->given |= 1ull << i;
	return operand_set_number(o, "has_addr", 1);
}

/* Say what a TEXT field names; "" is that there is no such text. */
int operand_set_text(struct operand *o, const char *name, const char *text)
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
	if (operand_is_given(o, i) &&
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

void operand_add_choice(struct operand *o, const char *name, const u32 *values,
			u32 num)
{
	struct request *r = o->request;
	struct request_choice *choice = &r->choices[r->num_choices++];

	choice->field = request_field(r->class, name);
	memcpy(choice->values, values, num * sizeof(u32));
	choice->num = num;
}

int operand_number(struct operand *o, const char *what, const char *text,
		   u64 *value)
{
	size_t len = strspn(text, "0123456789");

	if (!len || text[len] || len > 10 || (text[0] == '0' && len > 1))
		return operand_fail(o->err, "%s is a decimal number, got '%s'",
				    what, text);
	*value = strtoull(text, NULL, 10);
	return 0;
}

int operand_name(struct operand *o, const char *what,
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

int operand_path(struct operand *o, const char *word, const char **out)
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

int operand_add_path(struct operand *o, const char *word)
{
	struct request *r = o->request;
	const char *path;
	int ret = operand_path(o, word, &path);

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
		return operand_set_number(o, "ioctl", command);
	ret = operand_name(o, "command of ioctl", bvm_ioctl_names, word,
			   &number);
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
	ret = operand_add_path(o, words[0]);
	return ret || num < 2 ? ret : set_command(o, words[1]);
}

static int read_paths(struct operand *o, const char *const *words, u32 num)
{
	const u64 two = BVM_BIT(FILES, RENAME) | BVM_BIT(FILES, LINK);
	struct request *r = o->request;
	bool pair = r->class == BVM_CLASS_FILES && (r->ops & ~two) == 0;
	/* an O_TMPFILE file gets its name */
	u32 max = pair || r->ops == BVM_BIT(FILES, CREATE) ? 2 : 1;
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
		ret = operand_add_path(o, words[i]);
	return ret;
}

/* No command: what the kernel leaves at 0 is not left open. */
static int read_file(struct operand *o, const char *const *words, u32 num)
{
	int ret = read_paths(o, words, num);

	return ret ? ret : operand_set_number(o, "ioctl", 0);
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
		ret = operand_set_number(o, "memfd", 1);
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
		if (!operand_is_given(o,
				      request_field(BVM_CLASS_EXEC, names[i])))
			ret = operand_set_number(o, names[i], 0);
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
	ret = operand_name(o, "kind", bvm_kind_names, words[0], &kind);
	return ret ? ret : operand_set_number(o, "type", kind);
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
	ret = operand_name(o, "capability", bvm_cap_names, word, &cap);
	return ret ? ret : operand_set_number(o, "cap", cap);
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
		return operand_set_text(o, "text", words[0]);
	return o->request->ops & named ? 0 : operand_set_text(o, "text", "");
}

/*
 * `peer=`: a word for who it is, or the policy that he is under, which may have a
 * '/' before it, as in records: "/other" is no word.
 */
static int read_peer(struct operand *o, const char *text)
{
	const long peer = bvm_name_find(bvm_peer_names, text);
	int ret;

	ret = operand_set_number(o, "peer", peer < 0 ? BVM_PEER_OTHER : peer);
	if (ret || peer == BVM_PEER_OTHER)
		return ret;
	text += *text == '/';
	return operand_set_text(o, "peer_name",
				peer < 0 ? arena_printf(o->arena, "/%s", text) :
					   "");
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
		return operand_set_number(o, "signal", 0);
	}
	if (num > 1) {
		(void)operand_fail(o->err, "'signal' takes a signal");
		return operand_hint(o->err, "as in 'signal term'");
	}
	if (num && words[0][0] >= '0' && words[0][0] <= '9')
		ret = operand_number(o, "a signal", words[0], &signal);
	else if (num)
		ret = operand_name(o, "signal", bvm_signal_names, words[0],
				   &signal);
	return ret || !num ? ret : operand_set_number(o, "signal", signal);
}

/* ---- mounts ---- */

/* What is mounted: a path, or a name that no pattern matches. */
static int read_source(struct operand *o, const char *word)
{
	int ret = 0;

	if (word[0] == '/')
		ret = operand_path(o, word, &word);
	return ret ? ret : operand_set_text(o, "source", word);
}

/* A type of file system, or what mount(8) is told to do instead. */
static int read_mount_type(struct operand *o, const char *word)
{
	long flag = bvm_name_find(rule_mount_flags, word);

	if (flag <= 0)
		return operand_set_text(o, "text", word);
	/* "ro" and the like are no operations of their own */
	if (strcmp(word, "bind") && strcmp(word, "remount") &&
	    strcmp(word, "shared") && strcmp(word, "private") &&
	    strcmp(word, "slave") && strcmp(word, "unbindable")) {
		(void)operand_fail(o->err, "'%s' is a flag", word);
		return operand_hint(o->err,
				    "flags are an attribute: 'flags=%s "
				    "mount tmpfs /t'",
				    word);
	}
	o->request->mount_flags = flag;
	return strcmp(word, "bind") ? 0 : operand_set_text(o, "text", word);
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
				   o->request->verb, typed ? "a type, " : "",
				   moves ? "a source, " : "",
				   placed ? "a mount point" : "no path");
		return operand_hint(o->err, "as in 'mount tmpfs /t', 'mount "
					    "bind /a /b', 'umount /t'");
	}
	ret = operand_set_number(o, "nameless", placed ? 0 : 3);
	if (!ret && typed)
		ret = read_mount_type(o, words[0]);
	if (!ret && num - typed - placed == 1)
		ret = read_source(o, words[typed]);
	if (!ret && placed)
		ret = operand_add_path(o, words[num - 1]);
	return ret;
}

/* "ro,nosuid", beside what the operands say; without any: none. */
static int read_mount_flags(struct operand *o, const char *text)
{
	char *word, *rest = arena_strdup(o->arena, text);
	u64 flag;
	int ret;

	while ((word = strsep(&rest, ","))) {
		ret = *word ? operand_name(o, "mount flag", rule_mount_flags,
					   word, &flag) :
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
	return operand_set_number(o, "flags", o->request->mount_flags);
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
		return operand_socket(o, words, num);
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
	return operand_set_number(o, name, yes);
}

static int read_address_attr(struct operand *o, const char *field,
			     const char *text)
{
	struct bvm_addr addr;

	if (!operand_address(text, &addr))
		return operand_fail(o->err, "'%s' is no address", text);
	return operand_set_address(o, field, &addr);
}

/* exe= alone is a caller that has no path: a memfd, a deleted file. */
static int read_text_attr(struct operand *o, const char *field,
			  const char *text)
{
	int ret = 0;

	if (!strcmp(field, "exe") && *text)
		ret = operand_path(o, text, &text);
	return ret ? ret : operand_set_text(o, field, text);
}

/* `family=inet6` with an address of IPv4 is what the operand inet6 is. */
static int set_word(struct operand *o, const char *name, u64 value)
{
	struct request *r = o->request;

	if (r->class == BVM_CLASS_NETWORK && !strcmp(name, "family")) {
		if (r->family_implied &&
		    operand_family_has((u32)value, r->family_implied))
			r->given &= ~(1ull << request_field(r->class, name));
		r->family_implied = 0;
	}
	return operand_set_number(o, name, value);
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

/* Some fields are operands, or follow from what is said. */
static bool is_attribute(const struct bvm_field *field)
{
	static const char *const others[] = { "op", "has_addr", "cap",
					      "nameless" };

	for (u32 i = 0; i < ARRAY_SIZE(others); i++)
		if (!strcmp(field->name, others[i]))
			return false;
	return field->kind != BVM_FIELD_STR;
}

static int unknown_attribute(struct operand *o, const char *name)
{
	const struct bvm_class_info *info = &bvm_classes[o->request->class];
	struct suggest suggest = SUGGEST_INIT(name);

	for (u32 i = 0; i < info->num_fields; i++)
		if (is_attribute(&info->fields[i]))
			suggest_try(&suggest,
				    request_attr_name(o->arena,
						      o->request->class, i));
	(void)operand_fail(o->err,
			   "requests of class %s have no attribute "
			   "'%s'",
			   info->name, name);
	if (!strcmp(name, "source") && o->request->class == BVM_CLASS_MOUNTS)
		return operand_hint(o->err,
				    "of 'move-mount' and 'mount bind' it "
				    "is the first operand: "
				    "'move-mount /from /to'");
	if (!strcmp(name, "path"))
		return operand_hint(o->err, "a path is an operand, behind the "
					    "verb: 'read /etc/passwd'");
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
	if (field >= 0)
		o->request->said |= 1ull << field;
	if (field >= 0 && o->request->class == BVM_CLASS_MOUNTS &&
	    !strcmp(name, "flags"))
		return read_mount_flags(o, text);
	if (field < 0 || !is_attribute(&info->fields[field]))
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
		/* some have none, as protocol 0: shown as they are read */
		if (text[0] && !text[strspn(text, "0123456789")])
			ret = operand_number(o, name, text, &value);
		else
			ret = operand_name(o, name, word_attrs[i].words, text,
					   &value);
		return ret ? ret : set_word(o, name, value);
	}
	if (!strcmp(name, "ioctl"))
		return set_command(o, text);
	ret = operand_number(o, name, text, &value);
	return ret ? ret : operand_set_number(o, name, value);
}
