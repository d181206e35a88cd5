// SPDX-License-Identifier: GPL-2.0-only
#include <ctype.h>
#include <string.h>

#include "import_unit.h"
#include "import_unit_calls.h"
#include "links.h"
#include "pattern.h"
#include "quoting.h"
#include "unit.h"

#define MAX_PATHS 1000 /* of a kind: each may be an exception to each other */

enum what { READ_ONLY, READ_WRITE, NO_ACCESS, NO_EXEC, EXEC, NUM_WHAT };

/* A path, and the line that it is from. */
struct path {
	const char *text;
	struct span from;
};

struct paths {
	struct path *items;
	u32 num;
};

/* An option that is a list of what may be, or with ~ of what not. */
struct words {
	u64 set; /* by number */
	bool allows; /* the set is what may be, and not what may not */
	bool given; /* there is a set */
	struct span from;
};

/* An option of which the last line alone counts. */
struct last {
	const char *value; /* or NULL */
	struct span from;
};

/* Directories that systemd makes for the unit, and that it may write. */
static const struct {
	const char *name, *below, *private; /* with DynamicUser */
} directories[] = {
	{ "RuntimeDirectory", "/run", "/run/private" },
	{ "StateDirectory", "/var/lib", "/var/lib/private" },
	{ "CacheDirectory", "/var/cache", "/var/cache/private" },
	{ "LogsDirectory", "/var/log", "/var/log/private" },
};

struct unit {
	struct import *im;
	struct paths paths[NUM_WHAT];
	struct words caps, families;
	struct last system, home, dynamic, dirs[ARRAY_SIZE(directories)];
	struct unit_calls calls;
	bool found; /* an option of a section that counts */
};

/* ---- reading ---- */

static void add_path(struct unit *unit, enum what what, const char *text,
		     const struct span *from)
{
	struct arena *arena = unit->im->arena;
	struct paths *paths = &unit->paths[what];
	struct buf out = BUF_INIT(arena);

	if (paths->num == MAX_PATHS)
		import_out_error(unit->im, from, "over %u paths of a kind",
				 MAX_PATHS);
	if (paths->num >= MAX_PATHS)
		return;
	/* systemd follows links, too */
	text = links_follow(arena, text);
	for (; *text; text++) {
		if (!isalnum((u8)*text) && !strchr("/._-@:=~", *text))
			buf_put_u8(&out, '\\');
		buf_put_u8(&out, (u8)*text);
	}
	paths->items = arena_grow(arena, paths->items, paths->num,
				  sizeof(*paths->items));
	paths->items[paths->num++] =
		(struct path){ arena_strdup(arena, buf_text(&out)), *from };
}

static bool is_plain(const char *word)
{
	for (const char *c = word; *c; c++)
		if ((u8)*c <= 0x20 || (u8)*c >= 0x7f)
			return false;
	return *word == '/' && !strpbrk(word, "%\"'\\:") &&
	       strlen(word) < 1000 && !pattern_check(word, NULL);
}

static void take_path(struct unit *unit, enum what what, const char *word,
		      const struct span *from)
{
	size_t len;
	char *path;

	word += strspn(word, "-+");
	len = strlen(word);
	while (len > 1 && word[len - 1] == '/')
		len--;
	path = arena_strndup(unit->im->arena, word, len);
	if (!is_plain(path))
		import_out_left(unit->im, from, "'%s': no plain absolute path",
				word);
	else
		add_path(unit, what, path, from);
}

static bool is_off(const char *value)
{
	static const char *const words[] = { "",  "no", "n",  "false",
					     "f", "0",	"off" };

	for (size_t i = 0; i < ARRAY_SIZE(words); i++)
		if (!strcasecmp(value, words[i]))
			return true;
	return false;
}

static void take_system(struct unit *unit, const char *word,
			const struct span *from)
{
	static const char *const system[] = { "/usr", "/boot", "/efi", "/etc" };
	/* its table leaves homes to ProtectHome=: systemd, core/namespace.c */
	static const char *const apart[] = { "/dev",  "/proc", "/sys",
					     "/home", "/root", "/run/user" };
	const bool full = !strcmp(word, "full");

	if (!strcmp(word, "strict")) {
		add_path(unit, READ_ONLY, "/", from);
		for (size_t i = 0; i < ARRAY_SIZE(apart); i++)
			add_path(unit, READ_WRITE, apart[i], from);
		return;
	}
	for (size_t i = 0; i < ARRAY_SIZE(system) - !full; i++)
		add_path(unit, READ_ONLY, system[i], from);
}

static void take_home(struct unit *unit, const char *word,
		      const struct span *from)
{
	static const char *const homes[] = { "/home", "/root", "/run/user" };
	const bool read = !strcmp(word, "read-only");

	if (!strcmp(word, "tmpfs"))
		import_out_left(unit->im, from,
				"an empty file system: no access instead");
	for (size_t i = 0; i < ARRAY_SIZE(homes); i++)
		add_path(unit, read ? READ_ONLY : NO_ACCESS, homes[i], from);
}

/* Relative to where they are; behind ':' is a link to them. */
static void take_directories(struct unit *unit, size_t kind)
{
	const struct last *dirs = &unit->dirs[kind];
	struct arena *arena = unit->im->arena;
	const bool dynamic = unit->dynamic.value &&
			     !is_off(unit->dynamic.value);
	char *value = arena_strdup(arena, dirs->value ?: "");

	for (char *word = strtok(value, " \t"); word;
	     word = strtok(NULL, " \t")) {
		word[strcspn(word, ":")] = '\0';
		take_path(unit, READ_WRITE,
			  arena_printf(arena, "%s/%s", directories[kind].below,
				       word),
			  &dirs->from);
		if (dynamic)
			take_path(unit, READ_WRITE,
				  arena_printf(arena, "%s/%s",
					       directories[kind].private, word),
				  &dirs->from);
	}
}

/* The bit of a name with AF_ or CAP_; 0: reported. */
static u64 read_word(struct unit *unit, bool caps, const char *word,
		     const struct span *from)
{
	const struct bvm_name *names = caps ? bvm_cap_names : bvm_family_names;
	const char *prefix = caps ? "CAP_" : "AF_";
	char *name = arena_strdup(unit->im->arena, word);
	long num = -1;

	for (char *c = name; *c; c++)
		*c = (char)tolower((u8)*c);
	if (!strncmp(word, prefix, strlen(prefix)))
		num = bvm_name_find(names, name + strlen(prefix));
	if (num >= 0 && num < 64)
		return 1ull << num;
	import_out_left(unit->im, from, "'%s' has no name here", word);
	return 0;
}

static u64 read_words(struct unit *unit, bool caps, char *value,
		      const struct span *from)
{
	u64 set = 0;

	for (char *word = strtok(value, " \t"); word;
	     word = strtok(NULL, " \t"))
		set |= read_word(unit, caps, word, from);
	return set;
}

/*
 * The set of all is what there is at first. An assignment to it, or of nothing,
 * replaces it; any other one adds to what there is, or takes from it.
 */
static void take_caps(struct unit *unit, char *value, const struct span *from)
{
	struct words *caps = &unit->caps;
	const bool not = *value == '~';
	const bool empty = !value[not ];
	const u64 set = read_words(unit, true, value + not, from);
	const u64 have = caps->allows ? caps->set : ~caps->set;

	caps->from = *from;
	caps->given = true;
	if (empty || !~have) {
		caps->allows = !not ;
		caps->set = set;
	} else if (caps->allows != not ) {
		caps->set |= set;
	} else {
		caps->set &= ~set;
	}
}

/* The first one says what the list is of; others add to it, or take from it. */
static void take_families(struct unit *unit, char *value,
			  const struct span *from)
{
	struct words *families = &unit->families;
	const bool not = *value == '~';
	u64 set;

	if (!*value || !strcmp(value, "none")) {
		*families = (struct words){ .allows = *value, .from = *from };
		return;
	}
	families->from = *from;
	if (!families->given)
		families->allows = !not ;
	families->given = true;
	set = read_words(unit, false, value + not, from);
	if (families->allows != not )
		families->set |= set;
	else
		families->set &= ~set;
}

static const struct {
	const char *name;
	enum what what;
} path_options[] = {
	{ "ReadOnlyPaths", READ_ONLY },
	{ "ReadWritePaths", READ_WRITE },
	{ "InaccessiblePaths", NO_ACCESS },
	{ "NoExecPaths", NO_EXEC },
	{ "ExecPaths", EXEC },
	{ "ReadOnlyDirectories", READ_ONLY },
	{ "ReadWriteDirectories", READ_WRITE },
	{ "InaccessibleDirectories", NO_ACCESS },
};

/* Options that Bailiff has no equal for, or the service manager keeps. */
static bool is_sandboxing(const char *key)
{
	static const char *const begins[] = {
		"Protect",
		"Private",
		"Restrict",
		"SystemCall",
		"NoNewPriv",
		"LockPersonality",
		"MemoryDeny",
		"RemoveIPC",
		"IPAddress",
		"Device",
		"BindPaths",
		"BindReadOnlyPaths",
		"TemporaryFileSystem",
		"RootDirectory",
		"RootImage",
		"AppArmorProfile",
		"SELinux",
		"DynamicUser",
		"AmbientCap",
		"SecureBits",
		"UMask",
		"ProcSubset",
		"SocketBind",
		"Limit",
		"KeyringMode",
		"User",
		"Group",
	};

	for (size_t i = 0; i < ARRAY_SIZE(begins); i++)
		if (!strncmp(key, begins[i], strlen(begins[i])))
			return true;
	return false;
}

/* Options of which the last line alone counts. Return: it is one. */
static bool take_last(struct unit *unit, const char *key, const char *value,
		      const struct span *from)
{
	struct last *last = NULL;
	size_t dir = 0;

	while (dir < ARRAY_SIZE(directories) &&
	       strcmp(key, directories[dir].name))
		dir++;
	if (dir < ARRAY_SIZE(directories)) {
		struct last *dirs = &unit->dirs[dir];

		/* ... but an empty one, these add to one another */
		dirs->value = *value ? arena_printf(unit->im->arena, "%s %s",
						    dirs->value ?: "", value) :
				       NULL;
		dirs->from = *from;
		return true;
	}
	if (!strcmp(key, "ProtectSystem"))
		last = &unit->system;
	else if (!strcmp(key, "ProtectHome"))
		last = &unit->home;
	if (!strcmp(key, "DynamicUser"))
		unit->dynamic.value = arena_strdup(unit->im->arena, value);
	/* an empty one says nothing */
	if (last && *value)
		*last = (struct last){ arena_strdup(unit->im->arena, value),
				       *from };
	return last;
}

static void take_option(struct unit *unit, const char *key, char *value,
			const struct span *from)
{
	for (size_t i = 0; i < ARRAY_SIZE(path_options); i++) {
		if (strcmp(key, path_options[i].name))
			continue;
		if (!*value)
			unit->paths[path_options[i].what].num = 0;
		for (char *word = strtok(value, " \t"); word;
		     word = strtok(NULL, " \t"))
			take_path(unit, path_options[i].what, word, from);
		return;
	}
	if (!strcmp(key, "CapabilityBoundingSet"))
		take_caps(unit, value, from);
	else if (!strcmp(key, "RestrictAddressFamilies"))
		take_families(unit, value, from);
	else if (take_last(unit, key, value, from) ||
		 unit_calls_take(&unit->calls, key, value, from))
		return;
	else if (!is_off(value) && is_sandboxing(key))
		import_out_left(unit->im, from, "%s has no equal here", key);
}

/* After the last line: what the last of some options said. */
static void take_rest(struct unit *unit)
{
	if (unit->system.value && !is_off(unit->system.value))
		take_system(unit, unit->system.value, &unit->system.from);
	if (unit->home.value && !is_off(unit->home.value))
		take_home(unit, unit->home.value, &unit->home.from);
	for (size_t i = 0; i < ARRAY_SIZE(directories); i++)
		take_directories(unit, i);
}

/* ---- the policy ---- */

static bool is_below(const char *path, const char *dir)
{
	const size_t len = strcmp(dir, "/") ? strlen(dir) : 0;

	return !strncmp(path, dir, len) && path[len] == '/' && path[len + 1];
}

static void put_both(struct arena *arena, struct import_list *list,
		     const char *path)
{
	import_list_add(arena, list, path);
	import_list_add(arena, list,
			arena_printf(arena, "%s/**",
				     strcmp(path, "/") ? path : ""));
}

static void put_path(struct unit *unit, const struct path *path,
		     const struct paths *but, u32 class, const char *ops)
{
	struct arena *arena = unit->im->arena;
	struct import_list paths = { 0 }, except = { 0 };

	put_both(arena, &paths, path->text);
	for (u32 i = 0; but && i < but->num; i++)
		if (is_below(but->items[i].text, path->text))
			put_both(arena, &except, but->items[i].text);
	if (class == BVM_CLASS_EXEC) {
		for (u32 i = 0; i < paths.num; i++)
			paths.items[i] = quoting_add(arena, paths.items[i]);
		ops = import_out_words(arena, &paths);
	}
	import_out_rule(unit->im, class, &path->from, "deny", ops);
	if (class != BVM_CLASS_EXEC)
		import_out_texts(unit->im, class, "paths", &paths);
	if (except.num)
		import_out_texts(unit->im, class, "except", &except);
}

static void put_paths(struct unit *unit)
{
	static const struct {
		enum what what, but;
		u32 class;
		const char *ops;
	} rows[] = {
		{ READ_ONLY, READ_WRITE, BVM_CLASS_FILES, "[manage, mknod]" },
		{ NO_ACCESS, NUM_WHAT, BVM_CLASS_FILES, "all" },
		{ NO_ACCESS, NUM_WHAT, BVM_CLASS_EXEC, NULL },
		{ NO_EXEC, EXEC, BVM_CLASS_FILES, "map-exec" },
		{ NO_EXEC, EXEC, BVM_CLASS_EXEC, NULL },
	};

	for (size_t i = 0; i < ARRAY_SIZE(rows); i++)
		for (u32 k = 0; k < unit->paths[rows[i].what].num; k++)
			put_path(unit, &unit->paths[rows[i].what].items[k],
				 rows[i].but == NUM_WHAT ?
					 NULL :
					 &unit->paths[rows[i].but],
				 rows[i].class, rows[i].ops);
}

static const char *words_of(struct arena *arena, const struct bvm_name *names,
			    u64 set)
{
	struct import_list list = { 0 };

	for (u32 i = 0; i < 64; i++)
		if (set >> i & 1)
			import_list_add(arena, &list, bvm_name_of(names, i));
	return import_out_words(arena, &list);
}

static void put_families(struct unit *unit)
{
	struct import *im = unit->im;
	const struct words *words = &unit->families;
	const char *list = words_of(im->arena, bvm_family_names, words->set);

	if (!words->set)
		return;
	import_out_rule(
		im, BVM_CLASS_NETWORK, &words->from,
		words->allows ? "allow" : "deny",
		words->allows ?
			"[create, bind, connect, listen, accept, send]" :
			"create");
	import_out_key(im, BVM_CLASS_NETWORK, "family", list);
	for (u32 i = 0; i < 64 && words->allows; i++) {
		const char *name = bvm_name_of(bvm_family_names, i);

		if (!(words->set >> i & 1) ||
		    strncmp(name, "inet", strlen("inet")))
			continue;
		import_out_rule(im, BVM_CLASS_NETWORK, &words->from, "allow",
				"receive");
		import_out_key(im, BVM_CLASS_NETWORK, "family", name);
	}
}

static void put_policy(struct unit *unit)
{
	struct import *im = unit->im;

	buf_printf(&im->top, "# A unit allows what no option forbids.\n"
			     "default:\n");
	for (u32 i = 1; i < BVM_NUM_CLASSES; i++) {
		const bool deny =
			(i == BVM_CLASS_CAPABILITIES && unit->caps.allows) ||
			(i == BVM_CLASS_NETWORK && unit->families.allows);

		buf_printf(&im->top, "  %s: %s\n", bvm_classes[i].name,
			   deny ? "deny" : "allow");
	}
	put_paths(unit);
	if (unit->caps.set)
		import_out_rule(im, BVM_CLASS_CAPABILITIES, &unit->caps.from,
				unit->caps.allows ? "allow" : "deny",
				words_of(im->arena, bvm_cap_names,
					 unit->caps.set));
	put_families(unit);
	unit_calls_put(&unit->calls);
	if (!im->rules[BVM_CLASS_FILES].len)
		return;
	buf_printf(&im->rules[BVM_CLASS_MOUNTS],
		   "  # Another mount could give a path another name.\n"
		   "  - deny: all\n");
}

static bool is_section(const char *text)
{
	return !strcmp(text, "[Service]") || !strcmp(text, "[Socket]") ||
	       !strcmp(text, "[Mount]") || !strcmp(text, "[Swap]");
}

static bool take_line(void *ctx, const char *section, char *key, char *value,
		      const struct span *from)
{
	struct unit *unit = ctx;

	if (!is_section(section))
		return true;
	unit->found = true;
	if (key && !value)
		import_out_error(unit->im, from, "expected OPTION=VALUE");
	else if (key)
		take_option(unit, key, value, from);
	return !diag_num_errors(unit->im->diag);
}

void import_unit_read(struct import *im, const struct source *source)
{
	struct unit *unit = arena_alloc(im->arena, sizeof(*unit));
	struct span from = source_span(source, 0, 0);

	unit->im = im;
	unit_calls_init(&unit->calls, im);
	if (!unit_read(im->arena, source, take_line, unit, &from)) {
		import_out_error(im, &from, "this is no unit");
		return;
	}
	if (!unit->found && !diag_num_errors(im->diag))
		import_out_error(im, &from, "there is no [Service] here");
	import_out_name_file(im, source, "");
	take_rest(unit);
	put_policy(unit);
}
