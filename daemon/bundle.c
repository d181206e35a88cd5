// SPDX-License-Identifier: GPL-2.0-only
#include <ctype.h>
#include <errno.h>
#include <fcntl.h>
#include <jansson.h>
#include <limits.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/stat.h>
#include <unistd.h>

#include "bundle.h"
#include "text.h"

/* Begins a string that is a number of the file: nobody else has it. */
#define MARK "\\u0001"
#define MARK_LEN (sizeof(MARK) - 1)
#define MAX_DIGITS 18 /* which 64 bits hold */

/* ---- numbers ---- */

static size_t string_len(const char *text)
{
	size_t len = 1;

	while (text[len] && text[len] != '"')
		len += text[len] == '\\' && text[len + 1] ? 2 : 1;
	return text[len] ? len + 1 : len;
}

static size_t number_len(const char *text)
{
	return strspn(text, "+-.0123456789eE");
}

static bool is_plain(const char *text, size_t len)
{
	size_t sign = *text == '-';

	return len - sign <= MAX_DIGITS &&
	       strspn(text + sign, "0123456789") >= len - sign;
}

static void mark_numbers(const char *text, struct text *out)
{
	size_t len;

	for (; *text; text += len) {
		len = 1;
		if (*text == '"') {
			len = string_len(text);
		} else if (*text == '-' || isdigit((unsigned char)*text)) {
			len = number_len(text);
			if (!is_plain(text, len)) {
				text_add(out, "\"" MARK);
				text_add_bytes(out, text, len);
				text_add(out, "\"");
				continue;
			}
		}
		text_add_bytes(out, text, len);
	}
}

static void unmark_numbers(const char *text, struct text *out)
{
	size_t len;

	for (; *text; text += len) {
		len = *text == '"' ? string_len(text) : 1;
		if (len > MARK_LEN + 2 && !strncmp(text + 1, MARK, MARK_LEN))
			text_add_bytes(out, text + 1 + MARK_LEN,
				       len - MARK_LEN - 2);
		else
			text_add_bytes(out, text, len);
	}
}

/* ---- reading ---- */

int bundle_read_text(const char *path, struct text *text)
{
	char chunk[65536];
	struct stat stat_buf;
	ssize_t len;
	int fd, err = 0;

	/* a pipe would have us wait for its writer */
	fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
	if (fd < 0)
		return -errno;
	if (fstat(fd, &stat_buf) || !S_ISREG(stat_buf.st_mode))
		err = -EINVAL;
	while (!err && (len = read(fd, chunk, sizeof(chunk))) != 0) {
		if (len < 0)
			err = -errno;
		else if (text->len + (size_t)len > BUNDLE_MAX)
			err = -EFBIG;
		else
			text_add_bytes(text, chunk, (size_t)len);
	}
	close(fd);
	return err ? err : text->cut ? -ENOMEM : 0;
}

static json_t *parse(const char *path, const struct text *text, char *why,
		     size_t size)
{
	struct text marked = {};
	json_error_t error;
	json_t *config = NULL;

	if (text->len != strlen(text_string(text)) ||
	    strstr(text_string(text), MARK)) {
		text_refuse(why, size,
			    "%s: a NUL or the character U+0001 is in it", path);
		return NULL;
	}
	mark_numbers(text_string(text), &marked);
	if (marked.cut)
		text_refuse(why, size, "%s: out of memory", path);
	else
		config = json_loadb(text_string(&marked), marked.len,
				    JSON_REJECT_DUPLICATES | JSON_ALLOW_NUL,
				    &error);
	if (!config && !marked.cut)
		text_refuse(why, size, "%s:%d: %s", path, error.line,
			    error.text);
	text_free(&marked);
	if (config && !json_is_object(config)) {
		text_refuse(why, size, "%s: this is no object", path);
		json_decref(config);
		return NULL;
	}
	return config;
}

struct json_t *bundle_read(const char *path, char *why, size_t size)
{
	struct text text = {};
	json_t *config = NULL;
	int err = bundle_read_text(path, &text);

	if (err)
		text_refuse(why, size, "%s: %s", path, strerror(-err));
	else
		config = parse(path, &text, why, size);
	text_free(&text);
	return config;
}

/* ---- writing ---- */

static int write_all(int fd, const char *bytes, size_t len)
{
	ssize_t written;

	for (; len; bytes += written, len -= (size_t)written) {
		written = write(fd, bytes, len);
		if (written < 0)
			return -errno;
	}
	return 0;
}

static int write_new(const char *path, const struct stat *old,
		     const struct text *text)
{
	int fd, err = 0;

	fd = open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
	if (fd < 0)
		return -errno;
	if (fchown(fd, old->st_uid, old->st_gid) ||
	    fchmod(fd, old->st_mode & 0777)) /* a program of nobody */
		err = -errno;
	if (!err)
		err = write_all(fd, text_string(text), text->len);
	if (!err && fsync(fd))
		err = -errno;
	if (close(fd) && !err)
		err = -errno;
	if (err)
		(void)unlink(path);
	return err;
}

static int replace(const char *path, const struct text *text)
{
	char real[PATH_MAX], new[PATH_MAX + 64];
	struct stat old;
	int err;

	/* no link is left, or somebody swaps files: then whose is the owner? */
	if (!realpath(path, real) || lstat(real, &old))
		return -errno;
	if (!S_ISREG(old.st_mode))
		return -EINVAL;
	snprintf(new, sizeof(new), "%s.bailiff-%d", real, (int)getpid());
	/* of a process of this number that was killed */
	(void)unlink(new);
	err = write_new(new, &old, text);
	if (!err && rename(new, real)) {
		err = -errno;
		(void)unlink(new);
	}
	return err;
}

int bundle_write(const char *path, const struct json_t *config, char *why,
		 size_t size)
{
	char *dump = json_dumps(config, JSON_COMPACT);
	struct text text = {};
	int err = -ENOMEM;

	if (dump)
		unmark_numbers(dump, &text);
	free(dump);
	text_add(&text, "\n");
	if (text.len > 1 && !text.cut)
		err = replace(path, &text);
	text_free(&text);
	if (err)
		text_refuse(why, size, "%s cannot be changed: %s", path,
			    strerror(-err));
	return err;
}

/* ---- members ---- */

/* Go folds letters beyond ASCII, too: no name of the specification has any. */
static bool looks_like(const char *name, const char *key)
{
	const char *at;

	for (at = name; *at; at++)
		if (*at & 0x80)
			return true;
	return strcmp(name, key) && !strcasecmp(name, key);
}

int bundle_member(const struct json_t *object, const char *key,
		  struct json_t **member, char *why, size_t size)
{
	const char *name;
	json_t *value;

	*member = NULL;
	if (!json_is_object(object))
		return text_refuse(why, size,
				   "what should hold '%s' is no object", key);
	json_object_foreach((json_t *)object, name, value)
	{
		if (looks_like(name, key))
			return text_refuse(
				why, size,
				"'%.64s' is there, which some runtimes take "
				"for '%s'",
				name, key);
	}
	*member = json_object_get(object, key);
	if (json_is_null(*member))
		*member = NULL;
	return 0;
}

/* The same, made if it is missing. */
static int need_member(json_t *object, const char *key, json_t *(*make)(void),
		       json_t **member, char *why, size_t size)
{
	int err = bundle_member(object, key, member, why, size);

	if (err || *member)
		return err;
	*member = make();
	if (!*member || json_object_set_new(object, key, *member))
		return text_refuse(why, size, "out of memory");
	return 0;
}

static json_t *make_hook(const char *path, const char *const *argv,
			 unsigned int timeout)
{
	json_t *args = json_array();

	for (; args && *argv; argv++) {
		if (json_array_append_new(args, json_string(*argv))) {
			json_decref(args);
			return NULL;
		}
	}
	return json_pack("{s:s, s:o, s:i}", "path", path, "args", args,
			 "timeout", (int)timeout);
}

static bool is_hook(const json_t *hook, const char *path)
{
	const char *other = json_string_value(json_object_get(hook, "path"));

	return other && !strcmp(other, path);
}

static void remove_hook(json_t *list, const char *path)
{
	size_t i = json_array_size(list);

	while (i--)
		if (is_hook(json_array_get(list, i), path))
			json_array_remove(list, i);
}

static bool has_string(const json_t *list, const char *wanted)
{
	const char *text;
	size_t i;

	for (i = 0; i < json_array_size(list); i++) {
		text = json_string_value(json_array_get(list, i));
		if (text && !strcmp(text, wanted))
			return true;
	}
	return false;
}

bool bundle_hook_has(const struct json_t *config, const char *path,
		     const char *argument)
{
	const json_t *list = json_object_get(json_object_get(config, "hooks"),
					     "createRuntime");
	size_t i;

	for (i = 0; i < json_array_size(list); i++) {
		const json_t *hook = json_array_get(list, i);

		if (is_hook(hook, path) &&
		    has_string(json_object_get(hook, "args"), argument))
			return true;
	}
	return false;
}

int bundle_add_hook(struct json_t *config, const char *path,
		    const char *const *argv, unsigned int timeout, char *why,
		    size_t size)
{
	json_t *hooks, *list, *hook;
	int err;

	err = need_member(config, "hooks", json_object, &hooks, why, size);
	if (!err)
		err = need_member(hooks, "createRuntime", json_array, &list,
				  why, size);
	if (err)
		return err;
	if (!json_is_array(list))
		return text_refuse(why, size, "'createRuntime' is no list");
	remove_hook(list, path);
	hook = make_hook(path, argv, timeout);
	if (!hook || json_array_insert_new(list, 0, hook))
		return text_refuse(why, size, "out of memory");
	return 0;
}
