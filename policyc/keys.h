/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * keys.h - the table of keys.def
 */
#ifndef POLICYC_KEYS_H
#define POLICYC_KEYS_H

#include "diag.h"
#include "node.h"

/* The first nine classes have the numbers of enum bvm_class. */
enum key_parent {
	KEY_IN_FILES = BVM_CLASS_FILES,
	KEY_IN_EXEC = BVM_CLASS_EXEC,
	KEY_IN_NETWORK = BVM_CLASS_NETWORK,
	KEY_IN_CAPABILITIES = BVM_CLASS_CAPABILITIES,
	KEY_IN_MOUNTS = BVM_CLASS_MOUNTS,
	KEY_IN_TASKS = BVM_CLASS_TASKS,
	KEY_IN_NAMESPACES = BVM_CLASS_NAMESPACES,
	KEY_IN_IPC = BVM_CLASS_IPC,
	KEY_IN_KERNEL = BVM_CLASS_KERNEL,
	KEY_IN_POLICY = BVM_NUM_CLASSES,
	KEY_IN_RULE,
	KEY_IN_WHEN,
	KEY_IN_SELECTOR,
	KEY_IN_BUDGET,
	KEY_IN_TEST,
	KEY_IN_SYSCALLS,
};

enum key_kind {
	KEY_NUMBER,
	KEY_WORD,
	KEY_TEXT,
	KEY_BOOLEAN,
	KEY_OPS,
	KEY_OBJECTS,
	KEY_NAMES,
	KEY_PATTERNS,
	KEY_RANGES,
	KEY_CIDRS,
	KEY_TEXTS,
	KEY_PER_CLASS,
	KEY_MAP,
	KEY_MAPS,
	KEY_LISTS,
};

enum key_status {
	KEY_REQUIRED,
	KEY_OPTIONAL,
	KEY_SHARED,
	KEY_LATER,
};

/* KEY_POLICY_BAILIFF ... */
#define KEY(PARENT, ID, name, KIND, STATUS, doc) KEY_##PARENT##_##ID,
enum key_id {
#include "keys.def"
	NUM_KEYS,
};
#undef KEY

struct key {
	enum key_parent parent;
	const char *name;
	enum key_kind kind;
	enum key_status status;
	const char *doc;
};

extern const struct key keys[NUM_KEYS]; /* by enum key_id */

/* Number of a key of that parent, a class's rules have RULE's too; or -1. */
int key_find(enum key_parent parent, const char *name);

/*
 * Which key is this, in a mapping of that parent? Reports unknown ones, with
 * the nearest name, and those of later versions. Return: its number or -1.
 */
int key_identify(struct diag *diag, enum key_parent parent,
		 const struct node *key);

/*
 * Is one of the mapping's keys unknown, and most like this one? Then that this
 * one is missing is no news.
 */
bool key_is_meant(enum key_parent parent, const struct node *map,
		  const char *name);

/* "a list of mappings", "a number": what a key takes */
const char *key_takes(enum key_kind kind);
/* "a rule of class files", "the policy": where a key is */
const char *key_where(enum key_parent parent);

#endif /* POLICYC_KEYS_H */
