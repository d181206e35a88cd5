/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * request.h - a question to a policy, as people write it
 *
 *	{ attr=value } verb operands
 *
 *	read /etc/passwd
 *	uid=33 connect tcp 10.1.2.3:8080
 *	rename /a /b
 *	inherit pipe
 *
 * The verb is an operation or a group; a name that is both is the operation
 * (in a claim, which is about a set, that of files is the group), and CLASS.VERB
 * says the class. Words are split as a shell does.
 */
#ifndef POLICYC_REQUEST_H
#define POLICYC_REQUEST_H

#include "arena.h"
#include "vm/exec.h"

#define REQUEST_MAX_PATHS 2
#define REQUEST_MAX_WORDS 128
#define REQUEST_MAX_BYTES 16384

/* Values that a field may have where the request names several at once. */
struct request_choice {
	u32 field; /* index of bvm_classes[].fields */
	u32 values[8];
	u32 num;
};

/* One or more requests of one class: each operation with each path. */
struct request {
	u32 class;
	u64 ops; /* one, or those of a group that are judged */
	bool group; /* the verb was a group */
	const char *verb;
	/* absolute, without . .. //; mounts: the mount point, alone */
	const char *paths[REQUEST_MAX_PATHS];
	u32 num_paths;
	union bvm_ctx ctx; /* what was given; op and path are not filled */
	/* what TEXT fields name, by handle - 1; one that is given as nothing
	 * has the handle 0 */
	const char *texts[BVM_RUN_STRINGS];
	u64 given; /* bit i: field i of the class has a value */
	u64 said; /* ... from an attribute */
	struct request_choice choices[2]; /* not given, but limited */
	u32 num_choices;
	const char *argv; /* exec: arguments, each with its NUL */
	u32 argv_len; /* 0: the program is called without any */
	u32 mount_flags; /* of the operands and the attribute so far */
	/* what only an address says: it is 2 or 10, others may have it, too */
	u32 family_implied;
	const char *note; /* how a path was read differently, or NULL */
};

struct request_error {
	char text[200];
	char hint[200]; /* or "" */
};

/*
 * Read a request. Return: 0; -EINVAL with *err filled.
 */
int __must_check request_parse(struct arena *arena, const char *text,
			       struct request *request,
			       struct request_error *err);
/* The same for words that a shell has split already. */
int __must_check request_parse_words(struct arena *arena,
				     const char *const *words, u32 num,
				     struct request *request,
				     struct request_error *err);
/* Only split it, into up to REQUEST_MAX_WORDS. Return: 0; -EINVAL as above. */
int __must_check request_split(struct arena *arena, const char *text,
			       const char **words, u32 *num,
			       struct request_error *err);

/* Is a word of the form attr=value? */
bool request_is_attribute(const char *word);

/* Index of a class's field, or -1. */
int request_field(u32 class, const char *name);

/* What a field is limited to, or NULL. */
const struct request_choice *request_choice(const struct request *request,
					    u32 field);

/* The handle that a field of kind STR or TEXT has if it names something. */
u64 request_handle(u32 class, u32 field);

/* "uid" for field uid, "host-uid" for host_uid: as in requests. */
const char *request_attr_name(struct arena *arena, u32 class, u32 field);

#endif /* POLICYC_REQUEST_H */
