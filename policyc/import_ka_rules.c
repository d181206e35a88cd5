// SPDX-License-Identifier: GPL-2.0-only
#include <ctype.h>
#include <string.h>
#include <strings.h>

#include "import_aa_glob.h"
#include "import_ka.h"
#include "quoting.h"

#define MAX_SOURCES \
	40 /* different lists of them in a class, of 64 conditions */
#define ACCESS "[read, manage, mknod, map-exec]"

static const char *const kinds[] = {
	[KA_BLOCK] = "deny",
	[KA_AUDIT] = "audit",
	[KA_ALLOW] = "allow",
};

/* The conditions of an entry, as they are written. */
struct ends {
	const char *exe; /* "[...]", or NULL */
	const char *owner; /* "true", "false" or NULL */
	const char *message;
};

static void put_ends(struct ka *ka, u32 class, const struct ends *ends)
{
	struct arena *arena = ka->im->arena;

	if (ends->exe && ends->owner)
		import_out_key(ka->im, class, "when",
			       arena_printf(arena, "{exe: %s, owner: %s}",
					    ends->exe, ends->owner));
	else if (ends->exe)
		import_out_key(ka->im, class, "when",
			       arena_printf(arena, "{exe: %s}", ends->exe));
	else if (ends->owner)
		import_out_key(ka->im, class, "when",
			       arena_printf(arena, "{owner: %s}", ends->owner));
	if (ends->message)
		import_out_key(ka->im, class, "message", ends->message);
}

/* ---- globs ---- */

/* All that a deny is about, whatever kind of file it is. */
static struct import_list all_of(struct ka *ka, const struct aa_globs *globs)
{
	struct import_list all = { 0 };

	for (u32 i = 0; i < AA_NUM_WHAT * 2; i++) {
		const struct import_list *list = &globs->items[i / 2][i % 2];

		for (u32 k = 0; k < list->num; k++)
			if (!import_list_has(&all, list->items[k]))
				import_list_add(ka->im->arena, &all,
						list->items[k]);
	}
	return all;
}

/* Programs; of an allow none that needs a word about processes. */
static struct import_list programs_of(struct ka *ka, const struct ka_entry *e,
				      const struct aa_globs *globs)
{
	struct import_list all = { 0 };
	static const enum aa_what whats[] = { AA_OTHER, AA_BOTH };

	if (e->common.action != KA_ALLOW)
		return all_of(ka, globs);
	for (size_t i = 0; i < ARRAY_SIZE(whats); i++)
		for (u32 k = 0; k < globs->items[whats[i]][0].num; k++)
			import_list_add(ka->im->arena, &all,
					globs->items[whats[i]][0].items[k]);
	return all;
}

static struct aa_globs globs_of(struct ka *ka, const struct ka_entry *e,
				const char *text)
{
	struct aa_globs globs = { 0 };
	const char *why = aa_glob_add(ka->im->arena, text,
				      e->common.action != KA_ALLOW, &globs);

	if (why)
		import_out_left(ka->im, &e->from, "'%s': %s", text, why);
	return globs;
}

static const char *quoted(struct ka *ka, const struct import_list *texts)
{
	struct import_list out = { 0 };

	for (u32 i = 0; i < texts->num; i++)
		import_list_add(ka->im->arena, &out,
				quoting_add(ka->im->arena, texts->items[i]));
	return import_out_words(ka->im->arena, &out);
}

/* ---- conditions ---- */

/* fromSource as a condition. False: the entry is left out, which was noted. */
static bool take_sources(struct ka *ka, const struct ka_entry *e, u32 class,
			 struct ends *ends)
{
	const bool allow = e->common.action == KA_ALLOW;
	struct import_list all = { 0 };
	const char *text;

	if (!e->from_source)
		return true;
	for (u32 i = 0; i < e->sources.num; i++) {
		const struct aa_globs globs =
			globs_of(ka, e, e->sources.items[i]);
		const struct import_list some = programs_of(ka, e, &globs);

		for (u32 k = 0; k < some.num; k++)
			import_list_add(ka->im->arena, &all, some.items[k]);
	}
	if (!allow)
		import_out_follow(ka->im, &e->from, &all);
	text = quoted(ka, &all);
	if (all.num && import_out_condition(ka->im, class, text, MAX_SOURCES)) {
		ends->exe = text;
		return true;
	}
	import_out_left(ka->im, &e->from, "%s%s",
			all.num ? "too many different lists in fromSource" :
				  "nothing in fromSource has an equal",
			allow ? "" : "; for any program");
	return !allow;
}

static const char *message_of(struct ka *ka, const struct ka_entry *e)
{
	if (!e->common.message || e->common.action == KA_ALLOW)
		return NULL;
	return quoting_add(ka->im->arena, e->common.message);
}

/* ---- files ---- */

static void put_deny(struct ka *ka, const struct ka_entry *e,
		     const struct import_list *paths, const char *ops,
		     const struct ends *ends)
{
	import_out_rule(ka->im, BVM_CLASS_FILES, &e->from,
			kinds[e->common.action], ops);
	import_out_texts(ka->im, BVM_CLASS_FILES, "paths", paths);
	put_ends(ka, BVM_CLASS_FILES, ends);
}

/*
 * Block: what remains is reading by anybody if the entry is read-only, or
 * everything by the owner if it is for owners; with both, reading by him.
 */
static void deny_files(struct ka *ka, const struct ka_entry *e,
		       const struct aa_globs *globs, const struct ends *ends)
{
	struct import_list paths = all_of(ka, globs);
	struct ends others = *ends;

	if (!paths.num)
		return;
	if (e->common.action == KA_BLOCK)
		import_out_follow(ka->im, &e->from, &paths);
	if (e->read_only)
		put_deny(ka, e, &paths, "[manage, mknod]", ends);
	if (e->read_only && !e->owner_only)
		return;
	if (e->owner_only)
		others.owner = "false";
	if (e->common.action == KA_BLOCK)
		import_out_left(ka->im, &e->from,
				"deny is wider here: stat, readlink, getxattr, "
				"times and locks, too");
	put_deny(ka, e, &paths, ACCESS, &others);
}

static void allow_files(struct ka *ka, const struct ka_entry *e,
			const struct aa_globs *globs, const struct ends *ends)
{
	static const char *const types[] = {
		[AA_OTHER] =
			"[regular, symlink, char, block, fifo, sock, unknown]",
		[AA_DIR] = "dir",
		[AA_BOTH] = NULL,
	};
	static const char *const own[] = { "/proc/self", "/proc/self/**" };
	struct import *im = ka->im;

	for (u32 i = 0; i < AA_NUM_WHAT * 2; i++) {
		const struct import_list *paths = &globs->items[i / 2][i % 2];
		struct import_list except = { 0 };

		if (!paths->num)
			continue;
		import_out_rule(im, BVM_CLASS_FILES, &e->from, "allow",
				e->read_only ? "[read, map-exec]" : ACCESS);
		import_out_texts(im, BVM_CLASS_FILES, "paths", paths);
		for (u32 k = 0; i % 2 && k < ARRAY_SIZE(own); k++)
			import_list_add(im->arena, &except, own[k]);
		if (except.num)
			import_out_texts(im, BVM_CLASS_FILES, "except",
					 &except);
		if (types[i / 2])
			import_out_key(im, BVM_CLASS_FILES, "type",
				       types[i / 2]);
		put_ends(ka, BVM_CLASS_FILES, ends);
	}
}

static void put_file(struct ka *ka, const struct ka_entry *e, struct ends *ends)
{
	const struct aa_globs globs = globs_of(ka, e, e->text);

	if (e->common.action != KA_ALLOW) {
		deny_files(ka, e, &globs, ends);
		return;
	}
	if (e->owner_only)
		ends->owner = "true";
	allow_files(ka, e, &globs, ends);
}

/* ---- the other sections ---- */

static void put_process(struct ka *ka, const struct ka_entry *e,
			struct ends *ends)
{
	const struct aa_globs globs = globs_of(ka, e, e->text);
	struct import_list paths = programs_of(ka, e, &globs);

	if (!paths.num)
		return;
	if (e->common.action == KA_BLOCK)
		import_out_follow(ka->im, &e->from, &paths);
	if (e->owner_only)
		ends->owner = e->common.action == KA_ALLOW ? "true" : "false";
	import_out_rule(ka->im, BVM_CLASS_EXEC, &e->from,
			kinds[e->common.action], quoted(ka, &paths));
	put_ends(ka, BVM_CLASS_EXEC, ends);
}

static const struct protocol {
	const char *name;
	/* An allow is of the protocol, a deny of the type that it has. */
	const char *allow, *deny;
	bool packets; /* that `receive` is asked for */
} protocols[] = {
	{ "tcp", "    protocol: tcp\n", "    type: stream\n", false },
	{ "udp", "    protocol: udp\n", "    type: dgram\n", true },
	{ "icmp", "    protocol: [icmp, icmpv6]\n",
	  "    protocol: [icmp, icmpv6]\n", true },
	{ "raw", "    type: raw\n", "    type: raw\n", true },
	{ "all", "", "", true },
};

static void put_network(struct ka *ka, const struct ka_entry *e,
			struct ends *ends)
{
	const bool allow = e->common.action == KA_ALLOW;
	struct buf *out = &ka->im->rules[BVM_CLASS_NETWORK];
	const struct protocol *p = protocols;

	while (p < protocols + ARRAY_SIZE(protocols) &&
	       strcasecmp(p->name, e->text))
		p++;
	if (p == protocols + ARRAY_SIZE(protocols)) {
		import_out_error(ka->im, &e->from,
				 "'%s' is no protocol of KubeArmor: expected "
				 "tcp, udp, icmp, raw or all",
				 e->text);
		return;
	}
	/* who receives is a socket, not a program */
	if (allow && p->packets && ends->exe)
		import_out_left(ka->im, &e->from,
				"packets that no connection brought: a rule "
				"for some programs says nothing of them");
	import_out_rule(ka->im, BVM_CLASS_NETWORK, &e->from,
			kinds[e->common.action],
			allow && p->packets && !ends->exe ?
				"[create, bind, connect, listen, send, "
				"receive]" :
				"[create, bind, connect, listen, send]");
	if (ka->im->num_rules <= IMPORT_MAX_RULES)
		buf_printf(out, "%s%s",
			   *p->allow ? "    family: [inet, inet6]\n" : "",
			   allow ? p->allow : p->deny);
	put_ends(ka, BVM_CLASS_NETWORK, ends);
}

static void put_capability(struct ka *ka, const struct ka_entry *e,
			   struct ends *ends)
{
	char *name = arena_strdup(ka->im->arena, e->text);

	for (char *c = name; *c; c++)
		*c = (char)tolower((u8)*c);
	if (!strncmp(name, "cap_", strlen("cap_")))
		name += strlen("cap_");
	if (bvm_name_find(bvm_cap_names, name) < 0) {
		import_out_error(ka->im, &e->from,
				 "no capability is called '%s'", e->text);
		return;
	}
	import_out_rule(ka->im, BVM_CLASS_CAPABILITIES, &e->from,
			kinds[e->common.action], name);
	put_ends(ka, BVM_CLASS_CAPABILITIES, ends);
}

void ka_rules_put(struct ka *ka, const struct ka_entry *e)
{
	static const struct {
		u32 class;
		void (*put)(struct ka *ka, const struct ka_entry *e,
			    struct ends *ends);
	} sections[] = {
		[KA_PROCESS] = { BVM_CLASS_EXEC, put_process },
		[KA_FILE] = { BVM_CLASS_FILES, put_file },
		[KA_NETWORK] = { BVM_CLASS_NETWORK, put_network },
		[KA_CAPABILITIES] = { BVM_CLASS_CAPABILITIES, put_capability },
	};
	const u32 class = sections[e->section].class;
	struct ends ends = { .message = message_of(ka, e) };

	ka->allowing[class] |= e->common.action == KA_ALLOW;
	if (!e->left && take_sources(ka, e, class, &ends))
		sections[e->section].put(ka, e, &ends);
}

/* ---- the rest ---- */

static void put_unjudged(struct ka *ka)
{
	static const struct span nowhere;
	struct import *im = ka->im;
	struct buf *files = &im->rules[BVM_CLASS_FILES];
	struct import_list all = { 0 };

	import_list_add(im->arena, &all, "/");
	import_list_add(im->arena, &all, "/**");
	buf_printf(files, "  # KubeArmor asks nobody about these.\n");
	import_out_rule(im, BVM_CLASS_FILES, &nowhere, "allow",
			"[stat, readlink, getxattr, ioctl, watch, chroot]");
	import_out_texts(im, BVM_CLASS_FILES, "paths", &all);
	import_out_rule(im, BVM_CLASS_FILES, &nowhere, "allow", "inherit");
	import_out_key(im, BVM_CLASS_FILES, "type",
		       "[pipe, anon, memfd, pidfd, io_uring, tty, \"null\"]");
}

void ka_rules_finish(struct ka *ka)
{
	struct import *im = ka->im;

	if (ka->allowing[BVM_CLASS_FILES])
		put_unjudged(ka);
	buf_printf(&im->top,
		   "# A class that something is allowed in denies all else, as "
		   "with the posture\n# `block`. KubeArmor judges no mounts: "
		   "whoever may mount can give a file\n# another path.\n"
		   "default:\n");
	for (u32 i = 1; i < BVM_NUM_CLASSES; i++)
		buf_printf(&im->top, "  %s: %s\n", bvm_classes[i].name,
			   ka->allowing[i] ? "deny" : "allow");
}
