// SPDX-License-Identifier: GPL-2.0-only
#include <string.h>

#include "import_aa_file.h"
#include "import_aa_glob.h"
#include "quoting.h"

/* What the letters of a rule ask for. */
#define MAY_READ (1u << 0)
#define MAY_WRITE (1u << 1)
#define MAY_APPEND (1u << 2)
#define MAY_LINK (1u << 3)
#define MAY_LOCK (1u << 4)
#define MAY_MAP (1u << 5)
#define MAY_EXEC (1u << 6)
#define MAY_LEAVE (1u << 7) /* exec, into another profile */

#define LETTERS "rwalkmxiupcUPC"

static bool is_letters(const struct aa_token *token)
{
	return token->kind == AA_WORD && *token->text &&
	       !token->text[strspn(token->text, LETTERS)];
}

static bool is_word(const struct aa_rule *rule, u32 at, const char *word)
{
	return at < rule->num && rule->tokens[at].kind == AA_WORD &&
	       !strcmp(rule->tokens[at].text, word);
}

bool aa_file_is(const struct aa_rule *rule)
{
	return aa_is_path(rule->tokens) || is_word(rule, 0, "file") ||
	       is_word(rule, 0, "link") ||
	       (rule->num > 1 && is_letters(rule->tokens) &&
		aa_is_path(&rule->tokens[1]));
}

/* ---- letters ---- */

/* The x of a rule, with what stands before it: ix, Px, ... */
static void take_exec(struct aa *aa, const struct aa_rule *rule,
		      const char *how, size_t len, u32 *may)
{
	if (rule->deny || (len == 2 && *how == 'i')) {
		*may |= MAY_EXEC;
		if (!rule->deny) /* so says apparmor_parser */
			*may |= MAY_MAP;
	} else if (len == 2 && (*how == 'u' || *how == 'U')) {
		*may |= MAY_EXEC;
		import_out_left(aa->im, &rule->span,
				"%.*s: the program would run unconfined; it "
				"stays under this policy",
				(int)len, how);
	} else {
		import_out_left(aa->im, &rule->span,
				"%.*s: the program would run under another "
				"profile; a task keeps its policy, so it is "
				"denied",
				(int)len, how);
		*may |= MAY_LEAVE;
	}
}

/* False: they are no letters of a rule, which was reported. */
static bool read_letters(struct aa *aa, const struct aa_rule *rule,
			 const char *text, u32 *may)
{
	static const char letters[] = "rwalkm"; /* in the order of MAY_* */

	*may = 0;
	while (*text) {
		const char *letter = strchr(letters, *text);
		const size_t len = strspn(text, "iupcUPC");

		if (!letter && text[len] != 'x')
			break;
		if (letter) {
			*may |= 1u << (letter - letters);
			text++;
			continue;
		}
		take_exec(aa, rule, text, len + 1, may);
		text += len + 1;
	}
	if (*text)
		import_out_error(aa->im, &rule->span,
				 "'%s' are no permissions of a file rule",
				 text);
	return !*text;
}

/* ---- operations ---- */

struct ops {
	struct import_list items;
	bool typed; /* one of them is for directories and others */
};

static void op(struct aa *aa, struct ops *ops, bool yes, const char *name)
{
	if (yes)
		import_list_add(aa->im->arena, &ops->items, name);
}

/*
 * `read` and `write` of a rule are groups, which hold what AppArmor does not
 * judge; open-read and open-write do not. An exclusive lock asks for w and k,
 * be they of different rules: w brings it along, see aa_file_finish.
 */
static void add_ops(struct aa *aa, enum aa_what what, u32 may, bool deny,
		    struct ops *ops)
{
	const bool dirs = what != AA_OTHER, others = what != AA_DIR;
	const bool write = may & MAY_WRITE, read = may & MAY_READ;
	/*
	 * Taking a name away needs r and w, putting one w. Here it is one
	 * operation, so it is allowed where both are, and denied where
	 * either is.
	 */
	const bool rename = deny ? write || read : write && read;

	ops->typed = read || write || rename || may & MAY_LOCK;
	op(aa, ops, others && read, "open-read");
	op(aa, ops, dirs && read, "list");
	op(aa, ops, others && write, "open-write");
	op(aa, ops, others && write, "truncate");
	op(aa, ops, others && (write || may & MAY_APPEND), "append");
	op(aa, ops, others && write, "create");
	op(aa, ops, others && write, "delete");
	op(aa, ops, others && write, "symlink");
	op(aa, ops, others && write, "mknod");
	op(aa, ops, dirs && write, "mkdir");
	op(aa, ops, dirs && write, "rmdir");
	op(aa, ops, write, "chmod");
	op(aa, ops, write, "chown");
	op(aa, ops, rename, "rename");
	op(aa, ops, others && may & MAY_LINK, "link");
	op(aa, ops, may & MAY_LOCK, "lock-shared");
	op(aa, ops, write || (deny && may & MAY_LOCK), "lock");
	op(aa, ops, others && may & MAY_MAP, "map-exec");
}

/* ---- rules ---- */

static void put_ends(struct aa *aa, const struct aa_rule *rule, u32 class,
		     bool own, const char *kind)
{
	static const char *const procs[] = { "/proc/self", "/proc/self/**" };
	struct import_list except = { 0 };

	if (!own) {
		for (size_t i = 0; i < ARRAY_SIZE(procs); i++)
			import_list_add(aa->im->arena, &except, procs[i]);
		import_out_texts(aa->im, class, "except", &except);
	}
	if (rule->owner && class == BVM_CLASS_EXEC)
		import_out_key(aa->im, class, "when", "{owner: true}");
	else if (rule->owner)
		import_out_key(aa->im, class, "owner", "true");
	if (!strcmp(kind, "deny") && !rule->audit)
		import_out_key(aa->im, class, "quiet", "true");
}

static void put_files(struct aa *aa, const struct aa_rule *rule,
		      const struct aa_globs *globs, u32 may, const char *kind)
{
	static const char *const types[] = {
		[AA_OTHER] = "${" AA_FILE_TYPES "}",
		[AA_DIR] = "dir",
		[AA_BOTH] = NULL,
	};
	struct import *im = aa->im;

	for (u32 i = 0; i < AA_NUM_WHAT * 2; i++) {
		const enum aa_what what = i / 2;
		struct import_list paths = globs->items[what][i % 2];
		struct ops ops = { 0 };

		add_ops(aa, what, may, rule->deny, &ops);
		if (!paths.num || !ops.items.num)
			continue;
		if (rule->deny)
			import_out_follow(im, &rule->span, &paths);
		import_out_rule(im, BVM_CLASS_FILES, &rule->span, kind,
				import_out_words(im->arena, &ops.items));
		import_out_texts(im, BVM_CLASS_FILES, "paths", &paths);
		if (types[what] && ops.typed)
			import_out_key(im, BVM_CLASS_FILES, "type",
				       types[what]);
		put_ends(aa, rule, BVM_CLASS_FILES, !(i % 2), kind);
	}
}

static void put_exec(struct aa *aa, const struct aa_rule *rule,
		     const struct aa_globs *globs, const char *kind)
{
	struct import *im = aa->im;

	for (u32 own = 0; own < 2; own++) {
		const struct import_list *lists[] = {
			&globs->items[AA_OTHER][own],
			&globs->items[AA_BOTH][own],
		};
		struct buf what = BUF_INIT(im->arena);
		struct import_list paths = { 0 };

		for (u32 i = 0; i < ARRAY_SIZE(lists); i++)
			for (u32 k = 0; k < lists[i]->num; k++)
				import_list_add(im->arena, &paths,
						lists[i]->items[k]);
		if (rule->deny)
			import_out_follow(im, &rule->span, &paths);
		for (u32 i = 0; i < paths.num; i++)
			buf_printf(&what, "\n      - %s",
				   quoting_add(im->arena, paths.items[i]));
		if (!what.len)
			continue;
		import_out_rule(im, BVM_CLASS_EXEC, &rule->span, kind,
				buf_text(&what));
		put_ends(aa, rule, BVM_CLASS_EXEC, !own, kind);
	}
}

static void put_all(struct aa *aa, const struct aa_rule *rule,
		    const struct aa_globs *globs, u32 may)
{
	const char *kind = rule->deny ? "deny" : "allow";

	put_files(aa, rule, globs, may, kind);
	if (may & MAY_EXEC)
		put_exec(aa, rule, globs, kind);
	if (!rule->audit || rule->deny)
		return;
	put_files(aa, rule, globs, may, "audit");
	if (may & MAY_EXEC)
		put_exec(aa, rule, globs, "audit");
}

/*
 * Paths without globs, choices among them included, go before what a glob says
 * of their x. It would run under another profile; under this one it may do more,
 * and does not run.
 */
static void deny_leaving(struct aa *aa, const struct aa_rule *rule,
			 const struct import_list *texts)
{
	struct aa_rule deny = *rule;
	struct aa_globs globs = { 0 };

	deny.deny = deny.audit = true;
	for (u32 i = 0; i < texts->num; i++)
		if (!strpbrk(texts->items[i], "*?[") &&
		    aa_glob_add(aa->im->arena, texts->items[i], true, &globs))
			return; /* listed, as for the rule itself */
	put_exec(aa, &deny, &globs, "deny");
}

/* ---- locks ---- */

static void keep_locks(struct aa *aa, const struct aa_rule *rule,
		       const struct aa_globs *globs)
{
	for (u32 i = 0; i < AA_NUM_WHAT * 2; i++) {
		const struct import_list *from = &globs->items[i / 2][i % 2];
		struct aa_globs *to = &aa->locks[rule->owner];

		for (u32 k = 0; k < from->num; k++)
			import_list_add(aa->im->arena, &to->items[i / 2][i % 2],
					from->items[k]);
	}
}

/* Add what has k, of directories or of all others; the own process's or not. */
static void list_locks(struct aa *aa, enum aa_what what, bool owner,
		       bool not_own, struct import_list *out)
{
	const struct import_list *lists[] = {
		&aa->locks[owner].items[what][not_own],
		&aa->locks[owner].items[AA_BOTH][not_own],
	};

	for (size_t i = 0; i < ARRAY_SIZE(lists); i++)
		for (u32 k = 0; k < lists[i]->num; k++)
			if (!import_list_has(out, lists[i]->items[k]))
				import_list_add(aa->im->arena, out,
						lists[i]->items[k]);
}

static void deny_locks(struct aa *aa, const struct import_list *paths,
		       enum aa_what what, const struct import_list *except)
{
	static const struct span nowhere;
	struct import *im = aa->im;

	import_out_rule(im, BVM_CLASS_FILES, &nowhere, "deny",
			"[lock, lock-shared]");
	import_out_texts(im, BVM_CLASS_FILES, "paths", paths);
	import_out_key(im, BVM_CLASS_FILES, "type",
		       what == AA_DIR ? "dir" : "${" AA_FILE_TYPES "}");
	if (except->num)
		import_out_texts(im, BVM_CLASS_FILES, "except", except);
}

static const struct import_list *below(struct aa *aa, const char *dir)
{
	struct import_list *list = arena_alloc(aa->im->arena, sizeof(*list));

	import_list_add(aa->im->arena, list, dir);
	import_list_add(aa->im->arena, list,
			arena_printf(aa->im->arena, "%s/**",
				     strcmp(dir, "/") ? dir : ""));
	return list;
}

/* Denies of locks for directories, or for all others. */
static void finish_locks(struct aa *aa, enum aa_what what)
{
	struct import_list any = { 0 }, own = { 0 }, all = { 0 }, mine = { 0 };

	list_locks(aa, what, false, false, &any);
	list_locks(aa, what, false, true, &any);
	list_locks(aa, what, true, false, &own);
	list_locks(aa, what, true, true, &own);
	for (u32 i = 0; i < 4; i++)
		list_locks(aa, what, i / 2, i % 2, &all);
	for (u32 i = 0; i < 2; i++)
		list_locks(aa, what, i, false, &mine);
	deny_locks(aa, below(aa, "/"), what, &all);
	if (mine.num != all.num)
		deny_locks(aa, below(aa, "/proc/self"), what, &mine);
	if (!own.num)
		return;
	deny_locks(aa, &own, what, &any);
	import_out_key(aa->im, BVM_CLASS_FILES, "when", "{owner: false}");
}

void aa_file_finish(struct aa *aa)
{
	struct buf *out = &aa->im->rules[BVM_CLASS_FILES];

	if (aa->renames)
		import_out_left(aa->im, &aa->head,
				"rename: never to a name with more rights than "
				"the old one has");
	if (!out->len)
		return;
	buf_printf(out, "  # What brings `lock` along has w: none where the "
			"profile has no k.\n");
	finish_locks(aa, AA_OTHER);
	finish_locks(aa, AA_DIR);
}

/* ---- paths ---- */

/* Devices that come from outside have no path any more. */
static void note_devices(struct aa *aa, const struct aa_rule *rule,
			 const char *path, u32 may)
{
	const bool all = !strcmp(path, "/{**,}") || !strcmp(path, "/**");

	if (rule->deny || rule->owner || !(may & MAY_READ) ||
	    !(may & MAY_WRITE))
		return;
	aa->tty |= all || !strncmp(path, "/dev/pts/", strlen("/dev/pts/"));
	aa->null |= all || !strcmp(path, "/dev/null");
}

static void take_path(struct aa *aa, const struct aa_rule *rule,
		      const char *path, u32 may)
{
	struct import_list texts = { 0 };
	struct aa_globs globs = { 0 };
	const char *why = aa_vars_expand(&aa->vars, path, &texts);

	if (why) {
		import_out_error(aa->im, &rule->span, "%s", why);
		return;
	}
	for (u32 i = 0; i < texts.num; i++) {
		why = aa_glob_add(aa->im->arena, texts.items[i], rule->deny,
				  &globs);
		if (why)
			import_out_left(aa->im, &rule->span, "'%s': %s",
					texts.items[i], why);
		note_devices(aa, rule, texts.items[i], may);
	}
	if (rule->deny && may & MAY_READ && !(may & MAY_WRITE))
		import_out_left(aa->im, &rule->span,
				"deny is wider here: with r of renames to "
				"here, too, since that is one operation");
	aa->renames |= !rule->deny && may & MAY_READ && may & MAY_WRITE;
	if (!rule->deny && may & MAY_LOCK)
		keep_locks(aa, rule, &globs);
	if (!rule->deny && may & MAY_WRITE && !(may & MAY_READ))
		import_out_left(aa->im, &rule->span,
				"rename to here: with w and no r nothing may "
				"be renamed from here, and that is one "
				"operation");
	put_all(aa, rule, &globs, may);
	if (may & MAY_LEAVE)
		deny_leaving(aa, rule, &texts);
}

/* `link subset /a -> /b`: pairs of names. */
static void take_link(struct aa *aa, const struct aa_rule *rule)
{
	const u32 at = is_word(rule, 1, "subset") ? 2 : 1;

	if (at >= rule->num || !aa_is_path(&rule->tokens[at])) {
		import_out_error(aa->im, &rule->span,
				 "expected link PATH -> PATH");
		return;
	}
	import_out_left(aa->im, &rule->span, "a rule on pairs of names%s",
			rule->deny ? "; any link is denied there" : "");
	if (rule->deny)
		take_path(aa, rule, rule->tokens[at].text, MAY_LINK);
}

void aa_file_take(struct aa *aa, const struct aa_rule *rule)
{
	const u32 at = is_word(rule, 0, "file") ? 1 : 0;
	const struct aa_token *first = &rule->tokens[at];
	u32 may;

	if (is_word(rule, 0, "link")) {
		take_link(aa, rule);
		return;
	}
	if (at == rule->num) {
		take_path(aa, rule, "/{**,}",
			  MAY_READ | MAY_WRITE | MAY_LINK | MAY_LOCK | MAY_MAP |
				  MAY_EXEC);
		return;
	}
	if (rule->num < at + 2 ||
	    (rule->num > at + 2 && rule->tokens[at + 2].kind != AA_ARROW)) {
		import_out_error(aa->im, &rule->span,
				 "expected a path and permissions");
		return;
	}
	if (aa_is_path(first)) {
		if (read_letters(aa, rule, first[1].text, &may))
			take_path(aa, rule, first->text, may);
	} else if (read_letters(aa, rule, first->text, &may)) {
		take_path(aa, rule, first[1].text, may);
	}
}
