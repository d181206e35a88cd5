// SPDX-License-Identifier: GPL-2.0-only
#include <string.h>

#include "buf.h"
#include "keys.h"
#include "rule_mount.h"
#include "schema.h"

#define TEXT "{\"type\": [\"string\", \"number\"]}"
/* a place for variables: what they hold is not known to the schema */
#define VARIABLE "{\"type\": \"string\", \"pattern\": \"[$][{]\"}"

static void put_text(struct buf *buf, const char *text)
{
	buf_put_json(buf, text, strlen(text));
}

/* ---- values ---- */

/*
 * One of these words, or a variable. What YAML takes for no value is a word
 * to policyc, and null to an editor.
 */
static void put_words(struct buf *buf, const struct bvm_name *names,
		      const char *also)
{
	buf_printf(buf, "{\"anyOf\": [{\"enum\": [");
	for (u32 i = 0; names[i].name; i++) {
		buf_printf(buf, i ? ", " : "");
		put_text(buf, names[i].name);
		if (!strcmp(names[i].name, "null"))
			buf_printf(buf, ", null");
	}
	buf_printf(buf, "]}, %s%s]}", also, VARIABLE);
}

static void put_classes(struct buf *buf)
{
	buf_printf(buf, "{\"anyOf\": [{\"enum\": [");
	for (u32 i = 1; i < BVM_NUM_CLASSES; i++) {
		buf_printf(buf, i > 1 ? ", " : "");
		put_text(buf, bvm_classes[i].name);
	}
	buf_printf(buf, "]}, %s]}", VARIABLE);
}

/* What `allow` of a class lists. */
static void put_objects(struct buf *buf, u32 class)
{
	const struct bvm_class_info *info = &bvm_classes[class];

	if (class == BVM_CLASS_EXEC) {
		buf_printf(buf, TEXT);
		return;
	}
	if (class == BVM_CLASS_CAPABILITIES) {
		put_words(buf, bvm_cap_names, "{\"const\": \"all\"}, ");
		return;
	}
	buf_printf(buf, "{\"anyOf\": [{\"enum\": [\"all\"");
	for (u32 op = 0; op < BVM_MAX_OPS; op++) {
		if (!info->ops[op].name)
			continue;
		buf_printf(buf, ", ");
		put_text(buf, info->ops[op].name);
	}
	for (u32 i = 0; i < info->num_groups; i++) {
		if (bvm_op_by_name(class, info->groups[i].name) >= 0)
			continue;
		buf_printf(buf, ", ");
		put_text(buf, info->groups[i].name);
	}
	buf_printf(buf, "]}, %s]}", VARIABLE);
}

static void put_names(struct buf *buf, int id)
{
	switch (id) {
	case KEY_POLICY_UNMEDIATED:
		put_classes(buf);
		return;
	case KEY_FILES_TYPE:
		put_words(buf, bvm_kind_names, "");
		return;
	case KEY_FILES_IOCTL:
		put_words(buf, bvm_ioctl_names, TEXT ", ");
		return;
	case KEY_NETWORK_FAMILY:
		put_words(buf, bvm_family_names, "");
		return;
	case KEY_NETWORK_TYPE:
		put_words(buf, bvm_socktype_names, "");
		return;
	case KEY_NETWORK_PROTOCOL:
		put_words(buf, bvm_protocol_names, "");
		return;
	case KEY_MOUNTS_FLAGS:
		put_words(buf, rule_mount_flags, "");
		return;
	case KEY_TASKS_SIGNALS:
		put_words(buf, bvm_signal_names, "");
		return;
	default:
		buf_printf(buf, TEXT);
	}
}

/* One value of a key that takes one or a list. */
static void put_item(struct buf *buf, int id, u32 class)
{
	switch (keys[id].kind) {
	case KEY_OPS:
	case KEY_OBJECTS:
		put_objects(buf, class);
		return;
	case KEY_NAMES:
		put_names(buf, id);
		return;
	case KEY_RANGES:
		buf_printf(buf,
			   "{\"anyOf\": [{\"type\": \"integer\", \"minimum\": "
			   "0}, {\"type\": \"string\", \"pattern\": "
			   "\"^[0-9]+(-[0-9]+)?$\"}, %s]}",
			   VARIABLE);
		return;
	default:
		buf_printf(buf, TEXT);
	}
}

static void put_one_or_more(struct buf *buf, int id, u32 class)
{
	buf_printf(buf, "\"anyOf\": [");
	put_item(buf, id, class);
	buf_printf(buf, ", {\"type\": \"array\", \"minItems\": 1, \"items\": ");
	put_item(buf, id, class);
	buf_printf(buf, "}]");
}

/* The mappings that a key holds, by the name of their definition. */
static const char *definition(int id)
{
	switch (id) {
	case KEY_POLICY_CONTAINERS:
		return "selector";
	case KEY_POLICY_TESTS:
		return "test";
	case KEY_POLICY_BUDGET:
		return "budget";
	case KEY_POLICY_SYSCALLS:
		return "syscalls";
	case KEY_RULE_WHEN:
		return "when";
	default:
		return bvm_class_by_name(keys[id].name) ? keys[id].name : NULL;
	}
}

static void put_per_class(struct buf *buf)
{
	buf_printf(buf,
		   "\"anyOf\": [%s, {\"type\": \"object\", "
		   "\"additionalProperties\": %s, \"propertyNames\": ",
		   TEXT, TEXT);
	put_classes(buf);
	buf_printf(buf, "}]");
}

static void put_map(struct buf *buf, int id)
{
	const char *name = definition(id);

	if (name)
		buf_printf(buf, "\"$ref\": \"#/$defs/%s\"", name);
	else
		buf_printf(buf, "\"type\": \"object\"");
}

static void put_maps(struct buf *buf, int id)
{
	buf_printf(buf, "\"type\": \"array\", \"minItems\": 1, \"items\": {");
	put_map(buf, id);
	buf_printf(buf, "}");
}

static void put_value(struct buf *buf, int id, u32 class)
{
	switch (keys[id].kind) {
	case KEY_NUMBER:
		buf_printf(buf, "\"type\": \"integer\", \"minimum\": 0");
		return;
	case KEY_BOOLEAN:
		buf_printf(buf, "\"type\": \"boolean\"");
		return;
	case KEY_WORD:
	case KEY_TEXT:
		buf_printf(buf, "\"type\": [\"string\", \"number\"]");
		return;
	case KEY_PER_CLASS:
		put_per_class(buf);
		return;
	case KEY_MAP:
		put_map(buf, id);
		return;
	case KEY_MAPS:
		put_maps(buf, id);
		return;
	case KEY_LISTS:
		buf_printf(buf,
			   "\"type\": \"array\", \"minItems\": 1, \"items\": "
			   "{\"type\": \"array\", \"items\": %s}",
			   TEXT);
		return;
	default:
		put_one_or_more(buf, id, class);
	}
}

/* ---- mappings ---- */

static bool is_key_of(int id, enum key_parent parent)
{
	const bool rule = (u32)parent < BVM_NUM_CLASSES;

	return keys[id].status != KEY_LATER &&
	       (keys[id].parent == parent ||
		(rule && keys[id].parent == KEY_IN_RULE));
}

static void put_required(struct buf *buf, enum key_parent parent)
{
	const char *comma = ", \"required\": [";
	bool any = false;

	for (int id = 0; id < NUM_KEYS; id++) {
		if (!is_key_of(id, parent) || keys[id].status != KEY_REQUIRED)
			continue;
		buf_printf(buf, "%s\"%s\"", comma, keys[id].name);
		comma = ", ";
		any = true;
	}
	buf_printf(buf, any ? "]" : "");
	if ((u32)parent < BVM_NUM_CLASSES)
		buf_printf(buf, ", \"oneOf\": [{\"required\": [\"allow\"]}, "
				"{\"required\": [\"deny\"]}, "
				"{\"required\": [\"audit\"]}]");
	if (parent == KEY_IN_TEST || parent == KEY_IN_SELECTOR)
		buf_printf(buf, ", \"minProperties\": 1, \"maxProperties\": 1");
}

static void put_object(struct buf *buf, enum key_parent parent)
{
	const char *comma = "\n  ";

	buf_printf(buf, "\"type\": \"object\", \"additionalProperties\": "
			"false");
	put_required(buf, parent);
	buf_printf(buf, ", \"properties\": {");
	for (int id = 0; id < NUM_KEYS; id++) {
		if (!is_key_of(id, parent))
			continue;
		buf_printf(buf, "%s\"%s\": {\"description\": ", comma,
			   keys[id].name);
		put_text(buf, keys[id].doc);
		buf_printf(buf, ", ");
		put_value(buf, id, (u32)parent);
		buf_printf(buf, "}");
		comma = ",\n  ";
	}
	buf_printf(buf, "}");
}

static void put_definition(struct buf *buf, const char *comma, const char *name,
			   enum key_parent parent)
{
	buf_printf(buf, "%s\n \"%s\": {", comma, name);
	put_object(buf, parent);
	buf_printf(buf, "}");
}

static void put_schema(struct buf *buf)
{
	buf_printf(buf, "{\"$schema\": "
			"\"https://json-schema.org/draft/2020-12/schema\",\n"
			" \"title\": \"Bailiff policy, version 1\",\n ");
	put_object(buf, KEY_IN_POLICY);
	buf_printf(buf, ",\n\"$defs\": {");
	put_definition(buf, "", "when", KEY_IN_WHEN);
	put_definition(buf, ",", "selector", KEY_IN_SELECTOR);
	put_definition(buf, ",", "budget", KEY_IN_BUDGET);
	put_definition(buf, ",", "test", KEY_IN_TEST);
	put_definition(buf, ",", "syscalls", KEY_IN_SYSCALLS);
	for (u32 i = 1; i < BVM_NUM_CLASSES; i++)
		put_definition(buf, ",", bvm_classes[i].name,
			       (enum key_parent)i);
	buf_printf(buf, "}}\n");
}

/* ---- the manual ---- */

static void put_mdoc(struct buf *buf)
{
	int parent = -1;

	for (int id = 0; id < NUM_KEYS; id++) {
		const struct key *key = &keys[id];

		if (key->status == KEY_LATER)
			continue;
		if ((int)key->parent != parent) {
			buf_printf(buf,
				   "%s.Ss Keys of %s\n.Bl -tag -width Ds\n",
				   parent < 0 ? "" : ".El\n",
				   key_where(key->parent));
			parent = (int)key->parent;
		}
		buf_printf(buf, ".It Cm %s : Ar %s\n", key->name,
			   key_takes(key->kind));
		/* a control line begins with these */
		buf_printf(buf, "%s%s%s.\n",
			   strchr(".'", key->doc[0]) ? "\\&" : "", key->doc,
			   key->status == KEY_REQUIRED ? "; required" : "");
	}
	buf_printf(buf, ".El\n");
}

int command_schema(struct run *run)
{
	struct buf buf = BUF_INIT(run->arena);

	if (run->mdoc)
		put_mdoc(&buf);
	else
		put_schema(&buf);
	fputs(buf_text(&buf), stdout);
	return EXIT_YES;
}
