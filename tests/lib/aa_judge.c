// SPDX-License-Identifier: GPL-2.0-only
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "aa_judge.h"

#define OWN_PID "4242"

/* ---- globs ---- */

static bool match(const char *glob, const char *text, char before);

/* One glob for each choice of the first braces. */
static bool match_braces(const char *glob, const char *text, char before)
{
	const char *end = glob, *from = glob + 1;
	u32 depth = 0;

	do {
		depth += *end == '{';
		depth -= *end == '}';
		end++;
	} while (depth);
	for (const char *at = from; at < end; at++) {
		depth += *at == '{';
		if (depth || (*at != ',' && at != end - 1)) {
			depth -= *at == '}';
			continue;
		}
		char one[1024];

		(void)snprintf(one, sizeof(one), "%.*s%s", (int)(at - from),
			       from, end);
		/* what is before a '*' is then no '/', but a brace */
		if (match(one, text,
			  at == from   ? ' ' :
			  *from == '*' ? ' ' :
					 before))
			return true;
		from = at + 1;
	}
	return false;
}

static bool match_set(const char *glob, const char *text)
{
	const bool negated = glob[1] == '^';
	bool found = false;

	for (glob += 1 + negated; *glob != ']'; glob++) {
		if (glob[1] == '-' && glob[2] != ']') {
			found |= glob[0] <= *text && *text <= glob[2];
			glob += 2;
		} else {
			found |= *glob == *text;
		}
	}
	return *text && found != negated && match(glob + 1, text + 1, 'x');
}

static bool match_star(const char *glob, const char *text, char before)
{
	const bool slashes = glob[1] == '*';
	const char *rest = glob + 1 + slashes;
	/* a whole name, or all names to the end, is not empty */
	const char *behind = rest + strspn(rest, "*");
	const bool one = before == '/' && (*behind == '/' || !*behind);

	if (one && (!*text || *text == '/'))
		return false;
	if (!one && match(rest, text, '*'))
		return true;
	while (*text && (slashes || *text != '/'))
		if (match(rest, ++text, '*'))
			return true;
	return false;
}

static bool match(const char *glob, const char *text, char before)
{
	switch (*glob) {
	case '\0':
		return !*text;
	case '{':
		return match_braces(glob, text, before);
	case '[':
		return match_set(glob, text);
	case '*':
		return match_star(glob, text, before);
	case '?':
		return *text && *text != '/' && match(glob + 1, text + 1, 'x');
	default:
		return *glob == *text && match(glob + 1, text + 1, *glob);
	}
}

bool aa_judge_match(const char *glob, const char *text)
{
	return match(glob, text, ' ');
}

/* ---- rules ---- */

/* A directory ends in '/', and the own process is a number. */
static void path_of(const char *path, bool dir, char *out, size_t len)
{
	const char *own = "/proc/self";
	const size_t num = strlen(own);
	const char *slash = dir && strcmp(path, "/") ? "/" : "";

	if (!strncmp(path, own, num) && (!path[num] || path[num] == '/'))
		(void)snprintf(out, len, "/proc/" OWN_PID "%s%s", path + num,
			       slash);
	else
		(void)snprintf(out, len, "%s%s", path, slash);
}

static bool has(const struct aa_judge_rule *rules, u32 num,
		const struct aa_judge_request *request, const char *path,
		char letter, bool deny)
{
	char text[1024];

	path_of(path, request->dir, text, sizeof(text));
	for (u32 i = 0; i < num; i++) {
		const struct aa_judge_rule *rule = &rules[i];
		bool gives =
			strchr(rule->perms, letter) ||
			/* w has a, and ix has m */
			(letter == 'a' && strchr(rule->perms, 'w')) ||
			(letter == 'm' && !deny && strchr(rule->perms, 'x'));

		if (rule->deny == deny && gives &&
		    (!rule->owner || request->owned) &&
		    aa_judge_match(rule->glob, text))
			return true;
	}
	return false;
}

static bool may(const struct aa_judge_rule *rules, u32 num,
		const struct aa_judge_request *request, const char *path,
		const char *letters)
{
	for (; *letters; letters++)
		if (!has(rules, num, request, path, *letters, false) ||
		    has(rules, num, request, path, *letters, true))
			return false;
	return true;
}

bool aa_judge_allows(const struct aa_judge_rule *rules, u32 num,
		     const struct aa_judge_request *request)
{
	static const struct {
		const char *op, *letters;
	} needs[] = {
		{ "read", "r" },	{ "list", "r" },     { "write", "w" },
		{ "append", "a" },	{ "truncate", "w" }, { "create", "w" },
		{ "delete", "w" },	{ "mkdir", "w" },    { "rmdir", "w" },
		{ "symlink", "w" },	{ "mknod", "w" },    { "chmod", "w" },
		{ "chown", "w" },	{ "map-exec", "m" }, { "exec", "x" },
		{ "lock-shared", "k" }, { "lock", "kw" },    { "rename", "rw" },
	};

	for (size_t i = 0; i < ARRAY_SIZE(needs); i++)
		if (!strcmp(needs[i].op, request->op))
			return may(rules, num, request, request->path,
				   needs[i].letters) &&
			       (!request->to ||
				may(rules, num, request, request->to, "w"));
	fprintf(stderr, "no operation %s\n", request->op);
	abort();
}
