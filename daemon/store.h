/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * store.h - the policies directory, kept loaded in the kernel
 *
 *	    file appears or changes
 *   any ----------> WAITING -> COMPILING -> COMPILED -> LOADING -> ACTIVE
 *			 |	    |	     (until all
 *			 +-> ERROR <+	      are)	what was loaded before
 *							stays loaded
 *   file goes away: REMOVED until the kernel lets go of the policy
 *
 * One file is worked on at a time, and nothing is loaded before everything
 * that changed is compiled. An image that the kernel already holds is not
 * loaded again, so a restarted daemon changes nothing. Of a file in error the
 * last good image is loaded if nothing of it is: after a boot, say.
 */
#ifndef DAEMON_STORE_H
#define DAEMON_STORE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct event_base;
struct json_t;
struct link;
struct log;
struct roster;
struct store;

struct store_config {
	const char *dir; /* absolute */
	struct event_base *base;
	struct link *link;
	struct log *log;
	struct roster *roster; /* the store alone changes it */
};

/* Return: an owned store, NULL without memory. config is copied. */
struct store *store_create(const struct store_config *config);
void store_free(struct store *store);

/* Ask for what the kernel holds, then work through the directory. */
int store_start(struct store *store);

/* Compile everything again. */
void store_reload(struct store *store);

/* Has every file been worked on once? Until then nobody can say which policy
 * is for a container. */
bool store_is_ready(const struct store *store);

/* The same, or the directory cannot be read and there is nothing to wait for. */
bool store_is_settled(const struct store *store);

/* A file in error of which nothing is loaded, or the directory if it cannot be
 * read, or what is loaded if that cannot be read back, or NULL: it might be for
 * any container. */
const char *store_unknown_file(const struct store *store);

/*
 * Files as [{file, state, policy, text}], and the errors. A directory that
 * cannot be read is one of them, under its own name; so is "what is loaded".
 */
struct json_t *store_files(const struct store *store);
/*
 * Numbers of files by state: the name of the i-th state and how many are in
 * it; NULL past the last.
 */
const char *store_count(const struct store *store, size_t i, unsigned int *num);

void store_count_active(const struct store *store, unsigned int *num);

/* Times that policyc ran and ended; a saved image takes none. */
uint64_t store_num_compiled(const struct store *store);

unsigned int store_num_errors(const struct store *store);

#endif /* DAEMON_STORE_H */
