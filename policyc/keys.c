// SPDX-License-Identifier: GPL-2.0-only
#include "keys.h"
#include "suggest.h"

const struct key keys[NUM_KEYS] = {
#define KEY(PARENT, ID, name, KIND, STATUS, doc)                     \
	[KEY_##PARENT##_##ID] = { KEY_IN_##PARENT, name, KEY_##KIND, \
				  KEY_##STATUS, doc },
#include "keys.def"
#undef KEY
};

static bool is_in(const struct key *key, enum key_parent parent)
{
	return key->parent == parent ||
	       (key->parent == KEY_IN_RULE && (u32)parent < BVM_NUM_CLASSES);
}

int key_find(enum key_parent parent, const char *name)
{
	int i;

	for (i = 0; i < NUM_KEYS; i++)
		if (is_in(&keys[i], parent) && !strcmp(keys[i].name, name))
			return i;
	return -1;
}

const char *key_takes(enum key_kind kind)
{
	static const char *const texts[] = {
		[KEY_NUMBER] = "a number",
		[KEY_WORD] = "a word",
		[KEY_TEXT] = "text",
		[KEY_BOOLEAN] = "true or false",
		[KEY_OPS] = "operations",
		[KEY_OBJECTS] = "objects",
		[KEY_NAMES] = "one or more names",
		[KEY_PATTERNS] = "one or more paths",
		[KEY_RANGES] = "numbers or ranges like 8000-8999",
		[KEY_CIDRS] = "addresses like 10.0.0.0/8",
		[KEY_TEXTS] = "text or a list of texts",
		[KEY_PER_CLASS] = "a word or a mapping from classes to words",
		[KEY_MAP] = "a mapping",
		[KEY_MAPS] = "a list of mappings",
		[KEY_LISTS] = "a list of lists",
	};

	return texts[kind];
}

const char *key_where(enum key_parent parent)
{
	static const char *const texts[] = {
		[KEY_IN_FILES] = "a rule of class files",
		[KEY_IN_EXEC] = "a rule of class exec",
		[KEY_IN_NETWORK] = "a rule of class network",
		[KEY_IN_CAPABILITIES] = "a rule of class capabilities",
		[KEY_IN_MOUNTS] = "a rule of class mounts",
		[KEY_IN_TASKS] = "a rule of class tasks",
		[KEY_IN_NAMESPACES] = "a rule of class namespaces",
		[KEY_IN_IPC] = "a rule of class ipc",
		[KEY_IN_KERNEL] = "a rule of class kernel",
		[KEY_IN_POLICY] = "the policy",
		[KEY_IN_RULE] = "a rule",
		[KEY_IN_WHEN] = "'when'",
		[KEY_IN_SELECTOR] = "a container selector",
		[KEY_IN_BUDGET] = "'budget'",
		[KEY_IN_TEST] = "a test",
		[KEY_IN_SYSCALLS] = "'syscalls'",
	};

	return texts[parent];
}

/* Where the key would be right, for those who put it elsewhere. */
static const struct key *find_elsewhere(const char *name)
{
	int i;

	for (i = 0; i < NUM_KEYS; i++)
		if (!strcmp(keys[i].name, name))
			return &keys[i];
	return NULL;
}

/* The key of that parent that is most like the name, or NULL. */
static const char *nearest(enum key_parent parent, const char *name)
{
	struct suggest suggest = SUGGEST_INIT(name);

	for (int i = 0; i < NUM_KEYS; i++)
		if (is_in(&keys[i], parent))
			suggest_try(&suggest, keys[i].name);
	return suggest.best;
}

bool key_is_meant(enum key_parent parent, const struct node *map,
		  const char *name)
{
	for (u32 i = 0; i < map->num; i++) {
		const char *text = map->pairs[i].key->text;
		const char *best;

		if (key_find(parent, text) >= 0)
			continue;
		best = nearest(parent, text);
		if (best && !strcmp(best, name))
			return true;
	}
	return false;
}

static void report_unknown(struct diag *diag, enum key_parent parent,
			   const struct node *node)
{
	const char *best = nearest(parent, node->text);
	const struct key *elsewhere = find_elsewhere(node->text);

	diag_report(diag, &node->span, UNKNOWN_KEY, node->text,
		    key_where(parent));
	if (parent == KEY_IN_EXEC && !strcmp(node->text, "paths")) {
		diag_note(diag, "in exec 'allow' and 'deny' list the paths");
		return;
	}
	if (parent == KEY_IN_POLICY && !strcmp(node->text, "rules"))
		diag_note(diag, "rules are lists by class: 'files', 'exec', "
				"'network' and so on");
	else if (best)
		diag_note(diag, "did you mean '%s'?", best);
	else if (elsewhere)
		diag_note(diag, "'%s' belongs in %s", node->text,
			  key_where(elsewhere->parent));
}

int key_identify(struct diag *diag, enum key_parent parent,
		 const struct node *node)
{
	int id = key_find(parent, node->text);

	if (id < 0) {
		report_unknown(diag, parent, node);
		return -1;
	}
	if (keys[id].status == KEY_LATER) {
		diag_report(diag, &node->span, NOT_YET, node->text);
		diag_note(diag, "a policy is never enforced in part, so this "
				"is an error");
		return -1;
	}
	return id;
}
