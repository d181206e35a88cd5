// SPDX-License-Identifier: GPL-2.0-only
#include <string.h>

#include "policy_text.h"
#include "policyc/buf.h"
#include "policyc/yaml_text.h"
#include "tests/lib/roll.h"

#define MAX_RULES 4 /* of a class */

struct writer {
	struct buf out;
	u64 *seed;
	u32 step; /* blanks a level */
	u32 comments; /* written so far */
	bool brackets; /* of a rule: all in one line */
	bool first; /* of a rule: behind its dash */
};

static bool one_in(struct writer *w, u32 n)
{
	return !roll_below(w->seed, n);
}

/* Words of a list, separated by blanks. */
static const char *word(struct writer *w, const char *words)
{
	u32 num = 1;

	for (const char *at = words; *at; at++)
		num += *at == ' ';
	for (num = roll_below(w->seed, num); num; num--)
		words += strcspn(words, " ") + 1;
	return arena_strndup(w->out.arena, words, strcspn(words, " "));
}

/* ---- layout ---- */

static void put_indent(struct writer *w, u32 level)
{
	buf_printf(&w->out, "%*s", (int)(level * w->step), "");
}

static void put_comment(struct writer *w)
{
	static const char *const texts[] = { "# why", "#", "#: [odd", "## {}" };

	buf_printf(&w->out, "%s %u", texts[roll_below(w->seed, 4)],
		   ++w->comments);
}

/* Lines with nothing to read, and lines with comments at any place. */
static void put_between(struct writer *w, u32 level)
{
	while (one_in(w, 8))
		buf_put_u8(&w->out, '\n');
	while (one_in(w, 6)) {
		put_indent(w, one_in(w, 3) ? roll_below(w->seed, 4) : level);
		put_comment(w);
		buf_printf(&w->out, one_in(w, 4) ? "\n\n" : "\n");
	}
}

static void end_line(struct writer *w)
{
	if (one_in(w, 8)) {
		buf_printf(&w->out, "   ");
		put_comment(w);
	}
	buf_printf(&w->out, one_in(w, 12) ? "  \n" : "\n");
}

/* ---- values ---- */

static void put_text(struct writer *w, const char *text)
{
	/* what is true or false is so without quotes alone */
	if (one_in(w, 5) && !strpbrk(text, "\\\"'") && strcmp(text, "true") &&
	    strcmp(text, "false"))
		buf_printf(&w->out, one_in(w, 2) ? "\"%s\"" : "'%s'", text);
	else
		buf_printf(&w->out, "%s", yaml_text(w->out.arena, text));
}

static void put_in_brackets(struct writer *w, const char *words, u32 num,
			    u32 level)
{
	/* a comment ends the line, so never where all is in one */
	const bool lines = !w->brackets && one_in(w, 5);

	buf_put_u8(&w->out, '[');
	for (u32 i = 0; i < num; i++) {
		if (lines) {
			end_line(w);
			put_indent(w, level + 1);
		}
		put_text(w, word(w, words));
		buf_printf(&w->out, i + 1 < num ? ", " : "");
	}
	buf_put_u8(&w->out, ']');
	if (!w->brackets)
		end_line(w);
}

static void put_in_lines(struct writer *w, const char *words, u32 num,
			 u32 level)
{
	/* YAML takes a list that is no deeper than its key, too */
	level += one_in(w, 2);
	end_line(w);
	for (u32 i = 0; i < num; i++) {
		put_between(w, level);
		put_indent(w, level);
		buf_printf(&w->out, "- ");
		put_text(w, word(w, words));
		end_line(w);
	}
}

/* Behind the key: one of the words, or some. */
static void put_words(struct writer *w, const char *words, u32 most, u32 level)
{
	const u32 num = 1 + roll_below(w->seed, most);

	if (num > 1 && !w->brackets && one_in(w, 2)) {
		put_in_lines(w, words, num, level);
		return;
	}
	buf_put_u8(&w->out, ' ');
	if (num > 1 || one_in(w, 5)) {
		put_in_brackets(w, words, num, level);
		return;
	}
	put_text(w, word(w, words));
	if (!w->brackets)
		end_line(w);
}

/* ---- rules ---- */

static void begin_key(struct writer *w, const char *key, u32 level)
{
	if (w->brackets) {
		buf_printf(&w->out, w->first ? "" : ", ");
	} else if (!w->first) {
		put_between(w, level);
		put_indent(w, level);
	}
	w->first = false;
	buf_printf(&w->out, "%s:", key);
}

static void put_key(struct writer *w, const char *key, const char *words,
		    u32 most, u32 level)
{
	begin_key(w, key, level);
	put_words(w, words, most, level);
}

static void put_when(struct writer *w, u32 level)
{
	const bool brackets = w->brackets;

	begin_key(w, "when", level);
	if (!brackets && one_in(w, 2)) {
		end_line(w);
		put_key(w, "uid", "0 33 5-10 1000-1999", 3, level + 1);
		put_key(w, "exe", "/usr/bin/* /opt/{a,b}/x", 2, level + 1);
		return;
	}
	buf_printf(&w->out, " {");
	w->brackets = true;
	w->first = true;
	put_key(w, "gid", "0 33 5-10", 3, level);
	put_key(w, "no-new-privs", "true false", 1, level);
	buf_put_u8(&w->out, '}');
	w->brackets = brackets;
	if (!brackets)
		end_line(w);
}

#define PATHS \
	"/etc /srv/** /var/log/*.log /a\\*b /x{1,2} /o[^a-z]? /it's \
${dirs} ${dirs}/q /a/path/that/goes/on/and/on/for/a/long/while"

/* What a rule of a class may say; NULL ends a row. All keys go together. */
static const struct template
{
	const char *class, *ops;
	const char *keys[8];
}
templates[] = {
	{ "files",
	  "read write manage stat",
	  { "paths", PATHS, "except", "/etc/x /srv/y", "type",
	    "regular dir" } },
	{ "exec",
	  "/usr/bin/* /opt/x ${dirs}/p memfd",
	  { "except", "/usr/bin/su* /opt/{a,b}" } },
	{ "network",
	  "connect send",
	  { "protocol", "tcp udp", "ports", "80 1-1023 65535", "to",
	    "10.0.0.0/8 fd00::/8 ::1" } },
	{ "network", "listen", { "ports", "80 443", "from", "10.0.0.0/8" } },
	{ "network",
	  "connect",
	  { "unix", "/run/*.sock /run/x", "peer", "self host web db-*" } },
	{ "network", "create", { "family", "inet inet6 unix netlink" } },
	{ "capabilities", "chown kill net_bind_service sys_admin", { NULL } },
	{ "mounts",
	  "mount",
	  { "fstype", "tmpfs ext?", "target", PATHS, "flags", "ro nosuid" } },
	{ "tasks",
	  "signal",
	  { "signals", "term kill rtmin+1", "peer", "self web" } },
	{ "namespaces", "userns-create", { NULL } },
	{ "ipc", "shm sem msg", { NULL } },
	{ "kernel", "module-request", { "names", "net-pf-* user" } },
};

/* What an `except` is about has to be there. */
static bool needed(const struct template *t, u32 i)
{
	return !strcmp(t->keys[2 * i], "paths");
}

/* Behind the dash. The keys come in any order, what the rule does as well. */
static void put_keys(struct writer *w, const struct template *t, u32 level)
{
	const u32 kind = roll_below(w->seed, 3);
	const u32 at = roll_below(w->seed, 4);
	u32 i;

	for (i = 0; i < 4; i++) {
		if (i == at)
			put_key(w,
				kind == 0 ? "allow" :
				kind == 1 ? "deny" :
					    "audit",
				t->ops, 3, level);
		if (i < 3 && t->keys[2 * i] && (needed(t, i) || one_in(w, 2)))
			put_key(w, t->keys[2 * i], t->keys[2 * i + 1], 4,
				level);
	}
	if (one_in(w, 4))
		put_when(w, level);
	if (one_in(w, 4)) {
		begin_key(w, "message", level);
		buf_printf(&w->out, " 'it''s #%u: \"so\"'",
			   roll_below(w->seed, 9));
		if (!w->brackets)
			end_line(w);
	}
	if (kind == 1)
		put_key(w, "quiet", "true false", 1, level);
	put_key(w, "rate", "3/s 10/s", 1, level);
}

/* level: of the dash; half a level for its own keys would be odd to YAML. */
static void put_rule(struct writer *w, const struct template *t, u32 level)
{
	put_between(w, level);
	put_indent(w, level);
	buf_printf(&w->out, "-%*s", (int)w->step - 1, "");
	w->brackets = one_in(w, 5);
	w->first = true;
	if (w->brackets)
		buf_put_u8(&w->out, '{');
	put_keys(w, t, level + 1);
	if (w->brackets) {
		buf_put_u8(&w->out, '}');
		end_line(w);
	}
	w->brackets = false;
}

static void put_class(struct writer *w, const char *class)
{
	const u32 num = 1 + roll_below(w->seed, MAX_RULES);
	const u32 level = roll_below(w->seed, 2);

	put_between(w, 0);
	buf_printf(&w->out, "%s:", class);
	end_line(w);
	for (u32 i = 0; i < num; i++) {
		const struct template *t;

		do
			t = &templates[roll_below(w->seed,
						  ARRAY_SIZE(templates))];
		while (strcmp(t->class, class));
		put_rule(w, t, level);
	}
}

const char *policy_text(struct arena *arena, u64 *seed)
{
	struct writer w = {
		.out = BUF_INIT(arena),
		.seed = seed,
		.step = roll_below(seed, 2) ? 2 : 4,
	};
	const char *last = "";

	put_between(&w, 0);
	buf_printf(&w.out, "bailiff: 1\npolicy:   x");
	end_line(&w);
	if (one_in(&w, 2))
		buf_printf(&w.out, "description: %s\n",
			   one_in(&w, 3) ? ">\n   Some words\n   more\n" :
			   one_in(&w, 2) ? "|  # d\n   Some words\n" :
					   "\n   Some words\n   more\n");
	buf_printf(&w.out, "vars:\n    dirs: [/v/a, '/v/b',\n      /v/c]\n");
	for (u32 i = 0; i < ARRAY_SIZE(templates); i++) {
		if (strcmp(templates[i].class, last) && one_in(&w, 2))
			put_class(&w, templates[i].class);
		last = templates[i].class;
	}
	put_between(&w, 0);
	buf_printf(&w.out, "tests: [{allow: read /x}]  # end");
	return buf_text(&w.out);
}
