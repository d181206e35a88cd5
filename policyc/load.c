// SPDX-License-Identifier: GPL-2.0-only
#include <errno.h>
#include <stdlib.h>
#include <unistd.h>

#include "deps.h"
#include "keys.h"
#include "load.h"
#include "yaml.h"

struct loader {
	struct arena *arena;
	struct diag *diag;
	const struct parse_options *options;
	struct files files;
	u32 depth;
};

/* Where an include may be, in order. */
struct search {
	const char **dirs;
	u32 num;
};

static void add_dir(struct loader *loader, struct search *search,
		    const char *dir)
{
	search->dirs = arena_grow(loader->arena, search->dirs, search->num,
				  sizeof(dir));
	search->dirs[search->num++] = dir;
}

/* Up to the last '/', "." if there is none. */
static const char *dir_of(struct arena *arena, const char *path)
{
	const char *slash = strrchr(path, '/');

	if (!slash)
		return ".";
	if (slash == path)
		return "/";
	return arena_strndup(arena, path, (size_t)(slash - path));
}

/* PREFIX/bin/policyc has its policies in share, build/bin in the checkout. */
static void add_installed(struct loader *loader, struct search *search)
{
	static const char *const places[] = {
		"../share/bailiff/policies",
		"../../policies",
	};
	char exe[PATH_MAX];
	ssize_t len = readlink("/proc/self/exe", exe, sizeof(exe) - 1);
	size_t i;

	if (len <= 0)
		return;
	exe[len] = 0;
	for (i = 0; i < ARRAY_SIZE(places); i++) {
		char *path = arena_printf(loader->arena, "%s/%s",
					  dir_of(loader->arena, exe),
					  places[i]);
		char *real = realpath(path, NULL);

		if (real)
			add_dir(loader, search,
				arena_strdup(loader->arena, real));
		else if (errno != EACCES)
			deps_add_absent(loader->options->deps, path);
		/* else it may be there, for those who may look */
		free(real);
	}
}

/* Beside the file, and beside the policy for what its includes include. */
static struct search search_from(struct loader *loader,
				 const struct source *source)
{
	const char *dir = dir_of(loader->arena, source->name);
	const char *first =
		dir_of(loader->arena, loader->files.items[0]->source->name);
	struct search search = { 0 };
	u32 i;

	add_dir(loader, &search, dir);
	if (strcmp(dir, first))
		add_dir(loader, &search, first);
	for (i = 0; i < loader->options->num_include_dirs; i++)
		add_dir(loader, &search, loader->options->include_dirs[i]);
	add_installed(loader, &search);
	return search;
}

static bool ends_with(const char *text, const char *end)
{
	size_t len = strlen(text);
	size_t end_len = strlen(end);

	return len >= end_len && !strcmp(text + len - end_len, end);
}

/* The file that an include names, or NULL. */
static const char *find_include(struct loader *loader,
				const struct search *search, const char *name)
{
	const char *end = ends_with(name, ".yaml") ? "" : ".yaml";
	u32 i;

	for (i = 0; i < search->num; i++) {
		const char *dir = search->dirs[i];
		char *path =
			arena_printf(loader->arena, "%s/%s%s", dir, name, end);

		if (!strcmp(dir, "."))
			path += 2;
		if (!access(path, F_OK))
			return path;
		deps_add_absent(loader->options->deps, path);
	}
	return NULL;
}

static const char *why_bad_name(const char *name)
{
	if (*name == '/')
		return "expected a name below the include directories";
	if (!*name)
		return "empty";
	if (!strncmp(name, "../", 3) || strstr(name, "/../") ||
	    ends_with(name, "/.."))
		return "'..' does not lead out of the include directories";
	if (strstr(name, "${"))
		return "variables are not known yet when files are included";
	return NULL;
}

const struct source *load_source(struct arena *arena, struct diag *diag,
				 const char *path, const struct span *span)
{
	const struct source *source = NULL;
	int err = source_read(arena, path, &source);

	if (!err)
		return source;
	if (err == -EFBIG) {
		struct span whole = { .source = source_create(arena, path, "",
							      0) };

		diag_report(diag, &whole, TOO_LARGE, SOURCE_MAX_BYTES);
		return NULL;
	}
	diag_report(diag, span, READ, path, strerror(-err));
	return NULL;
}

static struct file *add_file(struct loader *loader, const struct source *source,
			     const char *real)
{
	struct file *file = arena_alloc(loader->arena, sizeof(*file));

	deps_add_file(loader->options->deps, source);
	file->source = source;
	file->real = real;
	file->vars = vars_create(loader->arena, loader->diag);
	loader->files.items = arena_grow(loader->arena, loader->files.items,
					 loader->files.num, sizeof(file));
	loader->files.items[loader->files.num++] = file;
	return file;
}

static struct file *find_file(struct loader *loader, const char *real)
{
	u32 i;

	for (i = 0; i < loader->files.num; i++)
		if (!strcmp(loader->files.items[i]->real, real))
			return loader->files.items[i];
	return NULL;
}

static const char *real_path(struct loader *loader, const char *path)
{
	char *real = realpath(path, NULL);
	const char *copy = arena_strdup(loader->arena, real ? real : path);

	free(real);
	return copy;
}

static void read_file(struct loader *loader, struct file *file);

static void report_not_found(struct loader *loader, const struct search *search,
			     const struct node *name)
{
	u32 i;

	diag_report(loader->diag, &name->span, INCLUDE_NOT_FOUND, name->text);
	for (i = 0; i < search->num; i++)
		diag_note(loader->diag, "looked in %s", search->dirs[i]);
}

static void include_file(struct loader *loader, struct file *file,
			 const struct search *search, const struct node *name)
{
	const struct source *source;
	struct file *other;
	const char *path = NULL;

	if (!loader->options->no_includes)
		path = find_include(loader, search, name->text);
	if (!path) {
		report_not_found(loader, search, name);
		return;
	}
	other = find_file(loader, real_path(loader, path));
	if (other && other->busy) {
		diag_report(loader->diag, &name->span, INCLUDE_CYCLE,
			    name->text);
		return;
	}
	/* by another name: that may lead elsewhere tomorrow */
	if (other && strcmp(other->source->name, path))
		deps_add_named(loader->options->deps, other->source, path);
	if (!other) {
		if (loader->depth == LOAD_MAX_DEPTH) {
			diag_report(loader->diag, &name->span, INCLUDE_DEPTH,
				    LOAD_MAX_DEPTH);
			return;
		}
		if (loader->files.num == LOAD_MAX_FILES) {
			diag_report(loader->diag, &name->span, TOO_MANY,
				    LOAD_MAX_FILES, "files");
			return;
		}
		source = load_source(loader->arena, loader->diag, path,
				     &name->span);
		if (!source)
			return;
		other = add_file(loader, source, real_path(loader, path));
		loader->depth++;
		read_file(loader, other);
		loader->depth--;
	}
	vars_inherit(file->vars, other->vars);
}

static void include_name(struct loader *loader, struct file *file,
			 const struct search *search, const struct node *name)
{
	const char *why;

	if (name->bad)
		return;
	if (name->kind != NODE_TEXT || node_is_empty(name)) {
		diag_report(loader->diag, &name->span, WRONG_KIND, "include",
			    "names of files", node_describe(name));
		return;
	}
	why = why_bad_name(name->text);
	if (why) {
		diag_report(loader->diag, &name->span, INCLUDE_NAME, name->text,
			    why);
		return;
	}
	include_file(loader, file, search, name);
}

static void read_includes(struct loader *loader, struct file *file,
			  const struct node *node)
{
	struct search search = search_from(loader, file->source);
	u32 i;

	if (node->kind != NODE_LIST) {
		include_name(loader, file, &search, node);
		return;
	}
	if (!node->num)
		diag_report(loader->diag, &node->span, EMPTY_LIST, "include");
	for (i = 0; i < node->num; i++)
		include_name(loader, file, &search, node->items[i]);
}

/* ---- is this a policy at all? ---- */

static const char *other_program(const struct node *root)
{
	if (root->kind == NODE_MAP && node_get(root, "apiVersion") &&
	    node_get(root, "kind"))
		return ": it looks like a Kubernetes manifest";
	if (root->kind == NODE_MAP && node_get(root, "services"))
		return ": it looks like a compose file";
	if (root->kind == NODE_MAP && node_get(root, "jobs"))
		return ": it looks like a CI workflow";
	return "";
}

/* The policy says `bailiff:`; an include has at least one key of ours. */
static bool is_policy(const struct node *root, bool main)
{
	u32 i;

	if (root->kind != NODE_MAP)
		return false;
	if (main && (node_get(root, "bailiff") || node_get(root, "policy")))
		return true;
	if (node_get(root, "apiVersion"))
		return false;
	for (i = 0; i < root->num; i++)
		if (key_find(KEY_IN_POLICY, root->pairs[i].key->text) >= 0)
			return true;
	return false;
}

bool load_is_policy(const struct node *root)
{
	return is_policy(root, true);
}

static struct node *check_is_policy(struct loader *loader, struct node *root,
				    const struct source *source, u32 mark)
{
	bool main = loader->files.num == 1;
	struct span span = { .source = source };

	if (!root || is_policy(root, main))
		return root;
	/* What else is wrong with another program's file is no news. */
	diag_forget(loader->diag, mark);
	diag_report(loader->diag, &span, NOT_A_POLICY, other_program(root),
		    root->kind == NODE_MAP ? "" : ": it is no mapping");
	diag_note(loader->diag, "a policy starts with 'bailiff: 1' and "
				"'policy: NAME'");
	return NULL;
}

static void read_vars(struct loader *loader, struct file *file,
		      const struct node *node)
{
	if (node->kind == NODE_MAP) {
		vars_declare(file->vars, node);
		return;
	}
	vars_lose(file->vars);
	/* Nothing at all is told of as of every key. */
	if (!node->bad && !node_is_empty(node))
		diag_report(loader->diag, &node->span, WRONG_KIND, "vars",
			    "a mapping", node_describe(node));
}

static void read_file(struct loader *loader, struct file *file)
{
	u32 mark = diag_mark(loader->diag);
	const struct node *node;

	file->busy = true;
	file->root = yaml_parse(loader->arena, loader->diag, file->source);
	file->root = check_is_policy(loader, file->root, file->source, mark);
	if (file->root) {
		node = node_get(file->root, "vars");
		if (node)
			read_vars(loader, file, node);
		else if (key_is_meant(KEY_IN_POLICY, file->root, "vars"))
			vars_lose(file->vars);
		node = node_get(file->root, "include");
		if (node && !node_is_empty(node))
			read_includes(loader, file, node);
	}
	file->busy = false;
}

struct files load_files(struct arena *arena, struct diag *diag,
			const struct parse_options *options,
			const struct source *source)
{
	struct loader loader = {
		.arena = arena,
		.diag = diag,
		.options = options,
	};

	read_file(&loader,
		  add_file(&loader, source, real_path(&loader, source->name)));
	if (options->more)
		read_file(&loader, add_file(&loader, options->more,
					    options->more->name));
	return loader.files;
}
