// SPDX-License-Identifier: GPL-2.0-only
#include <ctype.h>
#include <fnmatch.h>
#include <string.h>

#include "buf.h"
#include "learn_path.h"
#include "source.h"

#define THREADS "/proc/self/task/"
#define MIN_NUMBER 3 /* digits */
#define MIN_RANDOM 6 /* characters, as mkstemp(3) makes them */
#define MIN_WIDENED 2 /* components of a directory that may be widened */

static const struct {
	const char *pattern, *what;
	bool any_case;
} secrets[] = {
#define SECRET(pattern, what) { pattern, what, false },
#define SECRET_ANY_CASE(pattern, what) { pattern, what, true },
#include "secret.def"
#undef SECRET
#undef SECRET_ANY_CASE
};

static int flags_of(size_t i)
{
	return secrets[i].any_case ? FNM_CASEFOLD : 0;
}

const char *learn_path_secret(const char *path)
{
	for (size_t i = 0; i < ARRAY_SIZE(secrets); i++)
		if (!fnmatch(secrets[i].pattern, path, flags_of(i)))
			return secrets[i].what;
	return NULL;
}

static bool is_below(const char *path, const char *const *dirs, size_t num)
{
	for (size_t i = 0; i < num; i++)
		if (!strncmp(path, dirs[i], strlen(dirs[i])))
			return true;
	return false;
}

/* Where names are made up as programs run. */
static bool is_temporary(const char *path)
{
	static const char *const dirs[] = { "/tmp/",	   "/var/tmp/",
					    "/run/",	   "/dev/shm/",
					    "/var/cache/", "/var/spool/" };

	return is_below(path, dirs, ARRAY_SIZE(dirs));
}

bool learn_path_may_widen(const char *dir)
{
	static const char *const never[] = { "/proc/", "/home/", "/root/",
					     "/dev/", "/sys/kernel/" };
	u32 components = 0;

	for (const char *c = dir; *c; c++)
		components += *c == '/';
	return components >= MIN_WIDENED &&
	       !is_below(dir, never, ARRAY_SIZE(never)) &&
	       !learn_path_secret(dir);
}

/* Bytes of the first element of a pattern of secret.def. */
static size_t element_len(const char *pattern)
{
	return *pattern == '[' ? strcspn(pattern, "]") + 1 : 1;
}

static bool element_is(const char *pattern, size_t len, char c, int flags)
{
	const char text[] = { c, '\0' };
	char one[32];

	if (len >= sizeof(one))
		return true;
	memcpy(one, pattern, len);
	one[len] = '\0';
	return !fnmatch(one, text, flags);
}

/* Add `end`, which a name may match, unless it is there. */
static void put_end(struct buf *out, const char *end)
{
	const char *have = buf_text(out);
	const size_t len = strlen(end);

	for (const char *at = have; (at = strstr(at, end)); at++)
		if (strchr("{,", at[-1]) && (!at[len] || at[len] == ','))
			return;
	if (out->len > 1)
		buf_put_u8(out, ',');
	buf_put(out, end, len);
}

/* "[Kk][Ee][Yy]": globs of policies have no other way to say it. */
static const char *in_any_case(struct arena *arena, const char *pattern)
{
	struct buf out = BUF_INIT(arena);

	for (; *pattern; pattern++)
		if (islower((u8)*pattern))
			buf_printf(&out, "[%c%c]", toupper((u8)*pattern),
				   *pattern);
		else
			buf_put_u8(&out, (u8)*pattern);
	return buf_text(&out);
}

/*
 * Walk text along a pattern of which '*' crosses '/': where it may be then, what
 * is left of the pattern is what a name has to match. Return: any name does.
 */
static bool walk_secret(struct buf *out, const char *pattern, const char *text,
			int flags)
{
	size_t len = element_len(pattern);

	if (!*text) {
		if (*pattern && !strchr(pattern, '/'))
			put_end(out, flags ? in_any_case(out->arena, pattern) :
					     pattern);
		return !strcmp(pattern, "*");
	}
	if (*pattern == '*')
		return walk_secret(out, pattern + 1, text, flags) ||
		       walk_secret(out, pattern, text + 1, flags);
	return *pattern && element_is(pattern, len, *text, flags) &&
	       walk_secret(out, pattern + len, text + 1, flags);
}

const char *learn_path_secret_names(struct arena *arena, const char *dir)
{
	const char *text = arena_printf(arena, "%s/", dir);
	struct buf out = BUF_INIT(arena);

	buf_put_u8(&out, '{');
	for (size_t i = 0; i < ARRAY_SIZE(secrets); i++)
		if (walk_secret(&out, secrets[i].pattern, text, flags_of(i)))
			return NULL;
	buf_put_u8(&out, '}');
	return arena_strdup(arena, buf_text(&out));
}

bool learn_path_is_text(const char *path)
{
	size_t len = strlen(path);

	for (size_t i = 0, step; i < len; i += step) {
		step = utf8_len(path + i, len - i);
		if (!step || (u8)path[i] < 0x20 || path[i] == 0x7f)
			return false;
		/* U+0080 to U+009F */
		if (step == 2 && (u8)path[i] == 0xc2 && (u8)path[i + 1] < 0xa0)
			return false;
		/* U+2028 and U+2029, which end lines of YAML */
		if (step == 3 && !memcmp(path + i, "\xe2\x80", 2) &&
		    ((u8)path[i + 2] & 0xfe) == 0xa8)
			return false;
	}
	return true;
}

static void put_quoted(struct buf *buf, const char *text, size_t len)
{
	for (size_t i = 0; i < len; i++) {
		if (strchr("*?[]{}()|+\\$", text[i]))
			buf_put_u8(buf, '\\');
		buf_put_u8(buf, (u8)text[i]);
	}
}

const char *learn_path_quoted(struct arena *arena, const char *text)
{
	struct buf buf = BUF_INIT(arena);

	put_quoted(&buf, text, strlen(text));
	return arena_strdup(arena, buf_text(&buf));
}

/* Bytes of "1.2", "3.11.4" at the start of text; 0: it is no version. */
static size_t version_len(const char *text, size_t len)
{
	size_t at = 0, dots = 0;

	for (;;) {
		size_t digits = 0;

		while (at + digits < len && isdigit((u8)text[at + digits]))
			digits++;
		if (!digits)
			return dots > 1 ? at - 1 : 0;
		at += digits;
		if (at >= len || text[at] != '.')
			return dots ? at : 0;
		at++;
		dots++;
	}
}

/* Bytes at the end of a name that look as if mkstemp(3) had made them. */
static size_t random_len(const char *name, size_t len)
{
	size_t num = 0;
	bool small = false, large = false, digit = false;

	while (num < len && isalnum((u8)name[len - num - 1])) {
		const u8 c = (u8)name[len - num - 1];

		small |= islower(c);
		large |= isupper(c);
		digit |= isdigit(c);
		num++;
	}
	if (num < MIN_RANDOM || small + large + digit < 2)
		return 0;
	/* a word before it has its end: tmp.aB3dE9, or it is the whole name */
	return num == len || strchr("._-", name[len - num - 1]) ? num : 0;
}

/* Bytes of a path's start that names a user: not one that is made up. */
static size_t user_len(const char *path)
{
	static const char users[] = "/run/user/";
	const size_t len = strlen(users);

	return is_below(path, (const char *const[]){ users }, 1) ?
		       len + strcspn(path + len, "/") :
		       0;
}

static void put_name(struct buf *buf, const char *name, size_t len,
		     bool temporary, const char **guess)
{
	const size_t random = temporary ? random_len(name, len) : 0;

	len -= random;
	for (size_t i = 0, num; i < len; i += num) {
		size_t digits = 0;

		num = version_len(name + i, len - i);
		while (i + digits < len && isdigit((u8)name[i + digits]))
			digits++;
		if (num) {
			*guess = "a version";
		} else if (temporary && digits >= MIN_NUMBER) {
			*guess = "a number";
			num = digits;
		} else {
			num = digits ? digits : 1;
			put_quoted(buf, name + i, num);
			continue;
		}
		buf_printf(buf, "[0-9]*");
	}
	if (!random)
		return;
	*guess = "a temporary name";
	for (size_t i = 0; i < random; i++)
		buf_put_u8(buf, '?');
}

const char *learn_path_pattern(struct arena *arena, const char *path,
			       const char **guess)
{
	struct buf buf = BUF_INIT(arena);
	const bool temporary = is_temporary(path);
	const char *at = path;

	*guess = NULL;
	if (learn_path_secret(path))
		return learn_path_quoted(arena, path);
	if (!strncmp(at, THREADS, strlen(THREADS)) &&
	    isdigit((u8)at[strlen(THREADS)])) {
		at += strlen(THREADS);
		at += strspn(at, "0123456789");
		buf_printf(&buf, THREADS "*");
		*guess = "a thread";
	}
	put_quoted(&buf, at, user_len(at));
	at += user_len(at);
	while (*at) {
		size_t len = strcspn(at, "/");

		put_name(&buf, at, len, temporary, guess);
		at += len;
		if (*at)
			buf_put_u8(&buf, (u8)*at++);
	}
	return arena_strdup(arena, buf_text(&buf));
}
