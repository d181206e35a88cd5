// SPDX-License-Identifier: GPL-2.0-only
#include <string.h>
#include <strings.h>

#include "import_ka.h"
#include "value.h"
#include "yaml.h"

#define CONTAINER_NAME "kubearmor.io/container.name"

/* ---- values ---- */

/* The text of a node, or "" with an error. */
static const char *text_of(struct ka *ka, const struct node *node,
			   const char *what)
{
	if (node->kind == NODE_TEXT && !node_is_empty(node))
		return node->text;
	if (!node->bad)
		import_out_error(ka->im, &node->span, "expected %s, got %s",
				 what, node_describe(node));
	return "";
}

static bool boolean_of(struct ka *ka, const struct node *node)
{
	const char *text = text_of(ka, node, "true or false");

	/* as YAML 1.1 has them, and Kubernetes */
	if (!strcasecmp(text, "true") || !strcasecmp(text, "yes") ||
	    !strcasecmp(text, "on"))
		return true;
	if (*text && strcasecmp(text, "false") && strcasecmp(text, "no") &&
	    strcasecmp(text, "off"))
		import_out_error(ka->im, &node->span,
				 "expected true or false, got '%s'", text);
	return false;
}

static void take_action(struct ka *ka, const struct node *node,
			struct ka_common *common)
{
	static const char *const names[] = {
		[KA_BLOCK] = "Block",
		[KA_AUDIT] = "Audit",
		[KA_ALLOW] = "Allow",
	};
	const char *text = text_of(ka, node, "Allow, Audit or Block");

	for (size_t i = 0; i < ARRAY_SIZE(names); i++)
		if (!strcmp(names[i], text)) {
			common->action = (enum ka_action)i;
			return;
		}
	if (*text)
		import_out_error(ka->im, &node->span,
				 "expected Allow, Audit or Block, got '%s'",
				 text);
}

static void take_message(struct ka *ka, const struct node *node,
			 struct ka_common *common)
{
	const char *text = text_of(ka, node, "a message");

	common->message = NULL;
	for (const char *c = text; *c; c++)
		if ((u8)*c < 0x20 || (u8)*c >= 0x7f || !strncmp(c, "${", 2)) {
			import_out_left(ka->im, &node->span,
					"a message of other characters than "
					"ASCII's");
			return;
		}
	if (strlen(text) > VALUE_MAX_LINE)
		import_out_left(ka->im, &node->span,
				"a message of over %u bytes", VALUE_MAX_LINE);
	else if (*text)
		common->message = text;
}

static void no_equal(struct ka *ka, const struct node_pair *pair)
{
	import_out_left(ka->im, &pair->key->span, "%s has no equal here",
			pair->key->text);
}

/* Keys that may stand at every level. False: it is none of them. */
static bool take_common(struct ka *ka, const struct node_pair *pair,
			struct ka_common *common)
{
	const char *key = pair->key->text;

	if (!strcmp(key, "action"))
		take_action(ka, pair->value, common);
	else if (!strcmp(key, "message"))
		take_message(ka, pair->value, common);
	else if (!strcmp(key, "severity") || !strcmp(key, "tags"))
		no_equal(ka, pair);
	else
		return false;
	return true;
}

static bool is_common(const char *key)
{
	return !strcmp(key, "action") || !strcmp(key, "message") ||
	       !strcmp(key, "severity") || !strcmp(key, "tags");
}

static void take_commons(struct ka *ka, const struct node *map,
			 struct ka_common *common)
{
	for (u32 i = 0; i < map->num; i++)
		(void)take_common(ka, &map->pairs[i], common);
}

/* ---- paths as globs of AppArmor ---- */

/* A name as it is, whatever characters are in it. */
static const char *literal(struct ka *ka, const char *text)
{
	struct buf out = BUF_INIT(ka->im->arena);

	for (; *text; text++) {
		if (strchr("\\*?[]{}^,\"", *text))
			buf_put_u8(&out, '\\');
		buf_put_u8(&out, (u8)*text);
	}
	return buf_text(&out);
}

static const char *path_of(struct ka *ka, const struct node *node)
{
	const char *text = text_of(ka, node, "an absolute path");

	if (*text && *text != '/')
		import_out_error(ka->im, &node->span,
				 "expected an absolute path, got '%s'", text);
	return literal(ka, text);
}

/* What is in a directory, or also below it. */
static const char *dir_of(struct ka *ka, const struct node *map)
{
	const struct node *dir = node_get(map, "dir");
	const struct node *recursive = node_get(map, "recursive");
	const char *text = path_of(ka, dir);
	const size_t len = strlen(text);

	return arena_printf(ka->im->arena, "%s%s%s", text,
			    len && text[len - 1] == '/' ? "" : "/",
			    recursive && boolean_of(ka, recursive) ? "**" :
								     "*");
}

/* A path or a directory; NULL: neither, which was reported. */
static const char *place_of(struct ka *ka, const struct node *map)
{
	if (map->kind == NODE_MAP && node_get(map, "path"))
		return path_of(ka, node_get(map, "path"));
	if (map->kind == NODE_MAP && node_get(map, "dir"))
		return dir_of(ka, map);
	import_out_error(ka->im, &map->span, "expected a path or a directory");
	return NULL;
}

/* ---- entries ---- */

static void take_sources(struct ka *ka, const struct node *list,
			 struct ka_entry *e)
{
	if (list->kind == NODE_TEXT && node_is_empty(list))
		return;
	if (list->kind != NODE_LIST) {
		import_out_error(ka->im, &list->span, "expected a list, got %s",
				 node_describe(list));
		return;
	}
	e->from_source = true;
	for (u32 i = 0; i < list->num; i++) {
		const struct node *map = list->items[i];
		const char *text = place_of(ka, map);

		if (text)
			import_list_add(ka->im->arena, &e->sources, text);
		for (u32 k = 0; text && k < map->num; k++) {
			const char *key = map->pairs[k].key->text;

			if (strcmp(key, "path") && strcmp(key, "dir") &&
			    strcmp(key, "recursive"))
				no_equal(ka, &map->pairs[k]);
		}
	}
}

/* What an entry is about. False: nothing, which was noted. */
static bool take_object(struct ka *ka, const struct node *map,
			struct ka_entry *e)
{
	const char *const word = e->section == KA_NETWORK ? "protocol" :
							    "capability";
	const struct node *node;

	if (e->section == KA_NETWORK || e->section == KA_CAPABILITIES) {
		node = node_get(map, word);
		if (node)
			e->text = text_of(ka, node, "a name");
	} else if ((node = node_get(map, "pattern"))) {
		e->text = text_of(ka, node, "a pattern");
		if (*e->text && *e->text != '/')
			import_out_error(ka->im, &node->span,
					 "expected a pattern that begins with "
					 "'/'");
	} else if (node_get(map, "path") || node_get(map, "dir")) {
		e->text = place_of(ka, map);
	}
	if (!e->text)
		import_out_error(ka->im, &map->span,
				 "an entry without anything that it is for");
	return e->text && *e->text && !diag_num_errors(ka->im->diag);
}

static void take_key(struct ka *ka, const struct node_pair *pair,
		     struct ka_entry *e)
{
	static const char *const objects[] = { "path",	   "dir",
					       "pattern",  "recursive",
					       "protocol", "capability" };
	const char *key = pair->key->text;

	if (!strcmp(key, "ownerOnly")) {
		e->owner_only = boolean_of(ka, pair->value);
	} else if (!strcmp(key, "readOnly")) {
		e->read_only = boolean_of(ka, pair->value);
	} else if (!strcmp(key, "fromSource")) {
		take_sources(ka, pair->value, e);
	} else {
		for (size_t i = 0; i < ARRAY_SIZE(objects); i++)
			if (!strcmp(objects[i], key))
				return;
		/* an execname, say, narrows it down: never an allow */
		no_equal(ka, pair);
		e->left |= e->common.action == KA_ALLOW;
	}
}

static void take_entry(struct ka *ka, enum ka_section section,
		       const struct ka_common *common, const struct node *map)
{
	struct ka_entry e = { .section = section, .common = *common };

	if (map->bad)
		return;
	if (map->kind != NODE_MAP) {
		import_out_error(ka->im, &map->span,
				 "expected an entry, got %s",
				 node_describe(map));
		return;
	}
	e.from = map->span;
	take_commons(ka, map, &e.common);
	if (!take_object(ka, map, &e))
		return;
	for (u32 i = 0; i < map->num; i++)
		if (!is_common(map->pairs[i].key->text))
			take_key(ka, &map->pairs[i], &e);
	if (!diag_num_errors(ka->im->diag))
		ka_rules_put(ka, &e);
}

static void take_entries(struct ka *ka, enum ka_section section,
			 const struct ka_common *common,
			 const struct node *list)
{
	if (list->kind != NODE_LIST) {
		if (!list->bad && !node_is_empty(list))
			import_out_error(ka->im, &list->span,
					 "expected a list, got %s",
					 node_describe(list));
		return;
	}
	for (u32 i = 0; i < list->num && !diag_num_errors(ka->im->diag); i++)
		take_entry(ka, section, common, list->items[i]);
}

static void take_section(struct ka *ka, enum ka_section section,
			 struct ka_common common, const struct node *map)
{
	static const char *const matches[] = { "matchPaths", "matchDirectories",
					       "matchPatterns",
					       "matchProtocols",
					       "matchCapabilities" };

	if (map->kind != NODE_MAP) {
		if (!map->bad && !node_is_empty(map))
			import_out_error(ka->im, &map->span,
					 "expected a mapping, got %s",
					 node_describe(map));
		return;
	}
	take_commons(ka, map, &common);
	for (u32 i = 0; i < map->num; i++) {
		const struct node_pair *pair = &map->pairs[i];
		bool is_match = false;

		for (size_t k = 0; k < ARRAY_SIZE(matches); k++)
			is_match |= !strcmp(matches[k], pair->key->text);
		if (is_match)
			take_entries(ka, section, &common, pair->value);
		else if (!is_common(pair->key->text))
			no_equal(ka, pair);
	}
}

/* ---- the document ---- */

static bool is_name(const char *text)
{
	return *text && !text[strspn(text, "abcdefghijklmnopqrstuvwxyz"
					   "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
					   "0123456789._-")];
}

/* Labels are of pods; what Bailiff knows of a container may not have them. */
static void take_selector(struct ka *ka, const struct node_pair *pair)
{
	const struct node *labels = node_get(pair->value, "matchLabels");
	const struct node *name = labels ? node_get(labels, CONTAINER_NAME) :
					   NULL;

	if (name && labels->num == 1 && pair->value->num == 1 &&
	    name->kind == NODE_TEXT && is_name(name->text))
		buf_printf(&ka->im->top, "containers:\n  - name: \"%s\"\n",
			   name->text);
	else
		import_out_left(ka->im, &pair->key->span,
				"labels of pods: say in `containers` whom the "
				"policy is for");
}

static void take_spec(struct ka *ka, const struct node *spec)
{
	static const char *const sections[] = {
		[KA_PROCESS] = "process",
		[KA_FILE] = "file",
		[KA_NETWORK] = "network",
		[KA_CAPABILITIES] = "capabilities",
	};
	struct ka_common common = { .action = KA_BLOCK };

	take_commons(ka, spec, &common);
	for (u32 i = 0; i < spec->num; i++) {
		const struct node_pair *pair = &spec->pairs[i];
		size_t k = 0;

		while (k < ARRAY_SIZE(sections) &&
		       strcmp(sections[k], pair->key->text))
			k++;
		if (k < ARRAY_SIZE(sections))
			take_section(ka, (enum ka_section)k, common,
				     pair->value);
		else if (!strcmp(pair->key->text, "selector"))
			take_selector(ka, pair);
		else if (!is_common(pair->key->text))
			no_equal(ka, pair);
	}
}

static void take_metadata(struct ka *ka, const struct node *map)
{
	const struct node *name = map ? node_get(map, "name") : NULL;

	if (name && name->kind == NODE_TEXT && *name->text)
		import_out_name(ka->im, name->text);
	for (u32 i = 0; map && map->kind == NODE_MAP && i < map->num; i++)
		if (!strcmp(map->pairs[i].key->text, "namespace"))
			no_equal(ka, &map->pairs[i]);
}

void import_ka_read(struct import *im, const struct source *source)
{
	static const char *const kinds[] = { "KubeArmorPolicy",
					     "KubeArmorHostPolicy",
					     "KubeArmorClusterPolicy" };
	const struct node *root = yaml_parse(im->arena, im->diag, source);
	struct span at = source_span(source, 0, 0);
	const struct node *kind = root ? node_get(root, "kind") : NULL;
	const struct node *spec = root ? node_get(root, "spec") : NULL;
	struct ka *ka = arena_alloc(im->arena, sizeof(*ka));
	bool known = false;

	ka->im = im;
	if (diag_num_errors(im->diag))
		return;
	for (size_t i = 0; i < ARRAY_SIZE(kinds); i++)
		known |= kind && kind->kind == NODE_TEXT &&
			 !strcmp(kind->text, kinds[i]);
	if (!known || !spec || spec->kind != NODE_MAP) {
		import_out_error(im, &at,
				 "this is no KubeArmorPolicy: expected "
				 "'kind' and 'spec'");
		return;
	}
	import_out_name_file(im, source, ".yaml");
	take_metadata(ka, node_get(root, "metadata"));
	take_spec(ka, spec);
	ka_rules_finish(ka);
}
