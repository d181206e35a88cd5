/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * store_parts.h - what the parts of the store share, and nobody else
 *
 *	store.c		the directory: what is there, what changed
 *	store_work.c	compiling, loading, unloading, going back
 *	store_report.c	what it says of its files
 */
#ifndef DAEMON_STORE_PARTS_H
#define DAEMON_STORE_PARTS_H

#include "link.h"
#include "roster.h"
#include "store.h"
#include "text.h"

#define SETTLE_MS 100 /* an editor's several steps are one change */
#define LINKS_MS 500 /* symbolic links are followed anew so often */
#define RETRY_MS 2000 /* a policy in use is unloaded later */

enum state {
	STATE_WAITING,
	STATE_COMPILING,
	STATE_COMPILED,
	STATE_LOADING,
	STATE_ACTIVE,
	STATE_ERROR,
	STATE_REMOVED,
	NUM_STATES,
};

struct file {
	struct file *next;
	char name[PROTO_FILE];
	char policy[BVM_MAX_NAME]; /* loaded from it; "" if none */
	enum state state;
	bool dirty; /* changed since it was last compiled */
	bool anew; /* compile it even if its image is saved */
	bool seen; /* by the scan that is going on */
	const char *problem; /* why it is never compiled; NULL: it is */
	uint64_t stamp;
	bool has_candidate;
	bool back; /* the candidate is its last good one; it stays in error */
	bool in_use; /* removed, and the kernel did not let go of its policy */
	bool want_back; /* in error, and nothing of it is loaded */
	struct roster_policy candidate; /* to be loaded */
	struct text diag;
};

struct store {
	struct store_config config;
	struct file *files; /* in the order of names */
	struct file *current; /* being worked on; NULL: idle */
	bool ready;
	uint64_t compiled; /* times that a compiler ran, and ended */
	const char *dir_problem; /* why it cannot be read; the log was told */
	/* why not all that the kernel holds is known; the log was told */
	const char *sync_problem;
	bool syncing;
	bool sync_failed; /* of that which goes on */
	uint64_t include_stamp;
	int inotify_fd;
	struct event *changed; /* inotify_fd is readable */
	struct event *settle; /* time to scan */
	struct event *retry; /* time to unload again */
};

/* Let timer fire in ms. */
void store_arm(struct event *timer, int ms);

/* The file of that name, made if need be; NULL without memory. */
struct file *store_add_file(struct store *store, const char *name);
void store_remove_file(struct store *store, struct file *gone);

/* What was made of the file and not loaded yet is no longer wanted. */
void store_drop_candidate(struct file *file);

/* The file is refused: its state, and a line of the log. */
void store_set_error(struct store *store, struct file *file, const char *text);

/* A file that went away, or now holds another policy under another name. */
void store_retire(struct store *store, struct file *file);

/* Nothing of the file is to be gone back to. */
void store_forget(struct store *store, const struct file *file);

/* Begin the next piece of work, unless one is under way. */
void store_work(struct store *store);

#endif /* DAEMON_STORE_PARTS_H */
