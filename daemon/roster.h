/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * roster.h - the policies that the kernel holds, and which containers they
 * select
 */
#ifndef DAEMON_ROSTER_H
#define DAEMON_ROSTER_H

#include <stdbool.h>
#include <stdint.h>

#include "compile.h"
#include "proto.h"
#include "vm/limits.h"

struct bvm_filter_insn;
struct bvm_image;
struct json_t;
struct text;

/* Names policies for a container, beside those that select it. */
#define ROSTER_POLICY_ANNOTATION "io.bailiff.policy"

/* A selector of a policy, copied out of its image. */
struct roster_selector {
	uint32_t kind; /* enum bvm_selector_kind */
	char *key;
	char *value; /* a glob, as fnmatch(3) without flags */
};

/* What a container has to say of itself, for ${container.name} and so on. */
enum {
	ROSTER_NAME, /* container.name */
	ROSTER_IMAGE, /* container.image */
	ROSTER_UNIT, /* unit.instance */
	ROSTER_NUM_VALUES,
};

/* Whom a policy was made for that is one container's. */
struct roster_origin {
	char template[BVM_MAX_NAME]; /* its name in the roster */
	char digest[COMPILE_DIGEST_HEX]; /* of the template */
	char failed[COMPILE_DIGEST_HEX]; /* a later one that made no policy */
	uint64_t again; /* seconds, monotonic: it may then; 0: it never will */
	/* "" where the template does not ask for it */
	char values[ROSTER_NUM_VALUES][PROTO_VALUE];
};

struct roster_policy {
	struct roster_policy *next;
	char name[BVM_MAX_NAME];
	char digest[COMPILE_DIGEST_HEX];
	uint64_t generation;
	bool filtered; /* a binding alone would leave its filter out */
	bool retired; /* its file is gone: it selects nothing new */
	bool enter_self; /* who is not root may put himself under it */
	bool instance; /* made for one container: it selects nobody */
	/* of an instance; NULL: it was made by a daemon that is no more */
	struct roster_origin *origin;
	/* seconds, monotonic: when somebody last needed it; 0: not known */
	uint64_t used;
	bool due; /* in the look of instances.c that goes on */
	/* IMAGES_* of images.h: a template, which the kernel does not have */
	uint32_t at_bind;
	char file[PROTO_FILE]; /* of a template */
	struct bvm_filter_insn *filter; /* of system calls; NULL: none */
	uint32_t num_filter;
	struct roster_selector *selectors;
	uint32_t num_selectors;
};

struct roster {
	struct roster_policy *first; /* in the order of names */
};

/* What is known of a container; strings may be "" and objects NULL. */
struct roster_container {
	const char *image;
	const char *name;
	const char *unit; /* of systemd, from the cgroup */
	const char *cgroup; /* path */
	const struct json_t *labels; /* objects of strings */
	const struct json_t *annotations;
	bool of_user; /* who asks is not root */
	bool prepares; /* bailiff-runtime asks: it installs all filters */
	/* What it has installed, "NAME@DIGEST" each; NULL: it is not there. */
	const struct json_t *filters;
};

/* The policies for a container, in the order in which they are stacked. */
struct roster_choice {
	unsigned int num;
	char name[BVM_MAX_STACKED][BVM_MAX_NAME];
	bool filtered; /* a filter of them is installed by the runtime */
};

/*
 * Add one to a choice, unless it is among them. Return: as roster_choose.
 */
int roster_choice_add(const struct roster *roster,
		      const struct roster_container *container,
		      const char *name, struct roster_choice *choice,
		      struct text *why);

/* Parse an image file. Return: 0, -EINVAL (why has a sentence), -errno. */
int roster_read_image(int fd, struct roster_policy *policy, struct text *why);

/* Release what roster_read_image allocated. */
void roster_release(struct roster_policy *policy);

/*
 * Put policy in, in the place of one of that name; its selectors move.
 *
 * Return: 0 or -ENOMEM.
 */
int roster_put(struct roster *roster, struct roster_policy *policy);

struct roster_policy *roster_find(const struct roster *roster,
				  const char *name);
void roster_remove(struct roster *roster, const char *name);
void roster_free(struct roster *roster);

/* Does any selector of policy match? */
bool roster_selects(const struct roster_policy *policy,
		    const struct roster_container *container);

/*
 * The policies for a container: those that its annotation io.bailiff.policy
 * names ("NAME" or "NAME,NAME"), and all that select it.
 *
 * A template is among them by its own name, and whether its filter is
 * installed is not looked at: what is made of it is to be added in its place.
 *
 * Return: 0, with num 0 if there are none; -EINVAL the annotation is no list of
 * names, or names what is made for one container; -E2BIG there are more than
 * can be stacked; -EPERM one has a filter of system calls that nobody installs;
 * -EACCES one is not for users' containers. why has a sentence.
 */
int roster_choose(const struct roster *roster,
		  const struct roster_container *container,
		  struct roster_choice *choice, struct text *why);

#endif /* DAEMON_ROSTER_H */
