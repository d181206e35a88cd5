// SPDX-License-Identifier: GPL-2.0-only
#include <errno.h>
#include <event2/event.h>
#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/inotify.h>
#include <unistd.h>

#include "link.h"
#include "log.h"
#include "roster.h"
#include "scan.h"
#include "store.h"
#include "text.h"

#define SETTLE_MS 100 /* an editor's several steps are one change */
#define LINKS_MS 500 /* symbolic links are followed anew so often */
#define RETRY_MS 2000 /* a policy in use is unloaded later */

enum state {
	STATE_WAITING,
	STATE_COMPILING,
	STATE_LOADING,
	STATE_ACTIVE,
	STATE_ERROR,
	STATE_REMOVED,
};

static const char *const state_names[] = {
	[STATE_WAITING] = "waiting",
	[STATE_COMPILING] = "compiling",
	[STATE_LOADING] = "loading",
	[STATE_ACTIVE] = "active",
	[STATE_ERROR] = "error",
	[STATE_REMOVED] = "removed; its policy stays while it is used",
};

struct file {
	struct file *next;
	char name[PROTO_FILE];
	char policy[BVM_MAX_NAME]; /* loaded from it; "" if none */
	enum state state;
	bool dirty; /* changed since it was last compiled */
	bool seen; /* by the scan that is going on */
	const char *problem; /* why it is never compiled; NULL: it is */
	uint64_t stamp;
	struct text diag;
};

struct store {
	struct store_config config;
	struct file *files; /* in the order of names */
	struct file *current; /* being worked on; NULL: idle */
	struct roster_policy candidate; /* compiled from current */
	bool ready;
	const char *dir_problem; /* why it cannot be read; the log was told */
	uint64_t include_stamp;
	int inotify_fd;
	struct event *changed; /* inotify_fd is readable */
	struct event *settle; /* time to scan */
	struct event *retry; /* time to unload again */
};

static void work(struct store *store);
static void scan(struct store *store);

static void arm(struct event *timer, int ms)
{
	struct timeval delay = { ms / 1000, ms % 1000 * 1000 };

	event_add(timer, &delay);
}

static struct file *add_file(struct store *store, const char *name)
{
	struct file **at = &store->files, *file;

	while (*at && strcmp((*at)->name, name) < 0)
		at = &(*at)->next;
	if (*at && !strcmp((*at)->name, name))
		return *at;
	file = calloc(1, sizeof(*file));
	if (!file)
		return NULL;
	strcpy(file->name, name);
	file->dirty = true;
	file->next = *at;
	*at = file;
	return file;
}

static void remove_file(struct store *store, struct file *gone)
{
	struct file **at = &store->files;

	while (*at != gone)
		at = &(*at)->next;
	*at = gone->next;
	text_free(&gone->diag);
	free(gone);
}

/* The other file whose policy this is, or NULL. */
static struct file *owner_of(const struct store *store, const char *policy,
			     const struct file *except)
{
	struct file *file;

	for (file = store->files; file; file = file->next)
		if (file != except && file->state != STATE_REMOVED &&
		    !strcmp(file->policy, policy))
			return file;
	return NULL;
}

static void set_error(struct store *store, struct file *file, const char *text)
{
	size_t len = strlen(text);

	file->state = STATE_ERROR;
	text_reset(&file->diag);
	text_printf(&file->diag, "%s%s", text,
		    len && text[len - 1] == '\n' ? "" : "\n");
	log_daemon(store->config.log, "error", file->name, text);
}

/* Work on current is over: on to the next. */
static void finish(struct store *store)
{
	struct file *file = store->current;

	roster_release(&store->candidate);
	store->current = NULL;
	if (file && file->state == STATE_REMOVED && !file->policy[0])
		remove_file(store, file);
	work(store);
}

/* ---- unloading ---- */

static void on_unloaded(void *arg, const struct proto_message *message)
{
	struct store *store = arg;
	struct file *file = store->current;
	const struct proto_done *done = &message->u.done;

	if (!done->err || done->err == -ENOENT) {
		roster_remove(store->config.roster, file->policy);
		file->policy[0] = '\0';
	} else {
		text_reset(&file->diag);
		text_printf(&file->diag, "%s: %s\n", file->policy, done->text);
		arm(store->retry, RETRY_MS);
	}
	finish(store);
}

/* Return: true if it is under way. */
static bool unload(struct store *store, struct file *file)
{
	struct proto_message message = { .type = PROTO_UNLOAD, .fd = -1 };

	strcpy(message.u.name.name, file->policy);
	store->current = file;
	if (!link_request(store->config.link, &message, on_unloaded, store))
		return true;
	store->current = NULL;
	arm(store->retry, RETRY_MS);
	return false;
}

/* A file that went away, or now holds another policy under another name. */
static void retire(struct store *store, struct file *file)
{
	struct roster_policy *policy =
		roster_find(store->config.roster, file->policy);

	if (policy)
		policy->retired = true;
	file->dirty = false;
	file->state = STATE_REMOVED;
	text_reset(&file->diag);
}

/*
 * current's file now holds a policy of another name: the old one becomes a
 * removed file of its own, so that it is unloaded when nobody uses it.
 */
static void split_renamed(struct store *store, struct file *file)
{
	char name[PROTO_FILE];
	struct file *old;

	if (!file->policy[0] || !strcmp(file->policy, store->candidate.name))
		return;
	/* the blank keeps it apart from every name in the directory */
	snprintf(name, sizeof(name), "%.150s (policy %s)", file->name,
		 file->policy);
	old = add_file(store, name);
	if (!old)
		return;
	strcpy(old->policy, file->policy);
	retire(store, old);
	arm(store->retry, 1);
	file->policy[0] = '\0';
}

/* ---- loading ---- */

/* The candidate is what the kernel runs now. */
static void activate(struct store *store, struct file *file)
{
	struct roster *roster = store->config.roster;
	struct file *other, *next;

	split_renamed(store, file);
	for (other = store->files; other; other = next) {
		next = other->next;
		/* it came back, under this or another file's name */
		if (other != file && other->state == STATE_REMOVED &&
		    !strcmp(other->policy, store->candidate.name))
			remove_file(store, other);
	}
	strcpy(file->policy, store->candidate.name);
	text_reset(&file->diag);
	if (file->state == STATE_REMOVED) { /* while it was loaded */
		store->candidate.retired = true;
		arm(store->retry, 1);
	} else {
		file->state = STATE_ACTIVE;
	}
	if (roster_put(roster, &store->candidate))
		set_error(store, file, "out of memory");
}

static void on_loaded(void *arg, const struct proto_message *message)
{
	struct store *store = arg;
	struct file *file = store->current;
	const struct proto_done *done = &message->u.done;
	unsigned long long generation = 0;
	char word[32];

	if (done->err) {
		if (file->state != STATE_REMOVED)
			set_error(store, file, done->text);
	} else {
		if (text_word(done->text, "generation", word, sizeof(word)) > 0)
			(void)text_number(word, UINT64_MAX, &generation);
		store->candidate.generation = generation;
		activate(store, file);
	}
	finish(store);
}

static void load(struct store *store, struct file *file)
{
	struct proto_message message = { .type = PROTO_LOAD, .fd = -1 };

	strcpy(message.u.digest.digest, store->candidate.digest);
	file->state = STATE_LOADING;
	if (link_request(store->config.link, &message, on_loaded, store)) {
		file->dirty = true;
		store->current = NULL;
		arm(store->retry, RETRY_MS);
	}
}

/* ---- compiling ---- */

/* Is this image, by name and digest, what the kernel has? */
static bool is_loaded(const struct store *store)
{
	const struct roster_policy *policy =
		roster_find(store->config.roster, store->candidate.name);

	return policy && !strcmp(policy->digest, store->candidate.digest);
}

static void take_image(struct store *store, struct file *file,
		       const struct proto_message *message)
{
	struct roster_policy *candidate = &store->candidate;
	const struct roster_policy *loaded;
	struct text why = {};
	struct file *other;

	memset(candidate, 0, sizeof(*candidate));
	if (roster_read_image(message->fd, candidate, &why)) {
		set_error(store, file,
			  why.len ? text_string(&why) : "unreadable image");
		text_free(&why);
		finish(store);
		return;
	}
	text_free(&why);
	strcpy(candidate->digest, message->u.compiled.digest);
	other = owner_of(store, candidate->name, file);
	if (other) {
		text_printf(&why, "policy %s is already in %s", candidate->name,
			    other->name);
		set_error(store, file, text_string(&why));
		text_free(&why);
		finish(store);
	} else if (is_loaded(store)) {
		loaded = roster_find(store->config.roster, candidate->name);
		candidate->generation = loaded->generation;
		activate(store, file);
		finish(store);
	} else {
		load(store, file);
	}
}

static void on_compiled(void *arg, const struct proto_message *message)
{
	struct store *store = arg;
	struct file *file = store->current;

	if (file->state == STATE_REMOVED || file->problem) { /* meanwhile */
		finish(store);
	} else if (message->u.compiled.err) {
		set_error(store, file, message->u.compiled.text);
		finish(store);
	} else {
		take_image(store, file, message);
	}
	if (message->fd >= 0)
		close(message->fd);
}

static bool compile(struct store *store, struct file *file)
{
	struct proto_message message = { .type = PROTO_COMPILE, .fd = -1 };

	strcpy(message.u.file.file, file->name);
	if (link_request(store->config.link, &message, on_compiled, store)) {
		arm(store->retry, RETRY_MS);
		return false;
	}
	store->current = file;
	file->dirty = false;
	file->state = STATE_COMPILING;
	return true;
}

/* Begin the next piece of work, unless one is under way. */
static void work(struct store *store)
{
	struct file *file;

	if (store->current)
		return;
	for (file = store->files; file; file = file->next)
		if (file->dirty) {
			(void)compile(store, file);
			return;
		}
	store->ready = true;
}

/* ---- the directory ---- */

static void on_retry(int fd, short what, void *arg)
{
	struct store *store = arg;
	struct file *file;

	(void)fd;
	(void)what;
	if (store->current) {
		arm(store->retry, SETTLE_MS);
		return;
	}
	for (file = store->files; file; file = file->next)
		if (file->state == STATE_REMOVED && file->policy[0] &&
		    unload(store, file))
			return;
	work(store);
}

/* A file that looks like a policy and cannot be one; the log is told once. */
static void refuse(struct store *store, struct file *file,
		   const struct scan_file *found)
{
	if (file->problem != found->problem || file->state != STATE_ERROR)
		set_error(store, file, found->problem);
	file->problem = found->problem;
	file->stamp = found->stamp;
	file->dirty = false;
	file->seen = true;
}

/* Bring the list of files up to date with what a scan found. */
static void compare(struct store *store, const struct scan *found)
{
	bool all = found->include_stamp != store->include_stamp;
	struct file *file, *next;
	size_t i;

	for (file = store->files; file; file = file->next)
		file->seen = false;
	for (i = 0; i < found->num; i++) {
		file = add_file(store, found->files[i].name);
		if (!file)
			continue;
		if (found->files[i].problem) {
			refuse(store, file, &found->files[i]);
			continue;
		}
		file->problem = NULL;
		if (all || file->stamp != found->files[i].stamp ||
		    file->state == STATE_REMOVED)
			file->dirty = true;
		if (file->state == STATE_REMOVED)
			file->state = STATE_WAITING;
		file->stamp = found->files[i].stamp;
		file->seen = true;
	}
	store->include_stamp = found->include_stamp;
	for (file = store->files; file; file = next) {
		next = file->next;
		if (file->seen || file->state == STATE_REMOVED)
			continue;
		retire(store, file);
		if (!file->policy[0] && file != store->current)
			remove_file(store, file);
		else
			arm(store->retry, 1);
	}
}

static void on_changed(int fd, short what, void *arg)
{
	struct store *store = arg;
	char events[8192] __attribute__((aligned(8)));

	(void)what;
	while (read(fd, events, sizeof(events)) > 0)
		;
	arm(store->settle, SETTLE_MS);
}

/*
 * New watches each time: what they should be on may have been swapped. They
 * are set before the directory is read, so that no change falls between.
 */
static int new_watches(struct store *store)
{
	int fd = inotify_init1(IN_CLOEXEC | IN_NONBLOCK);

	if (fd < 0)
		return -1;
	if (store->changed)
		event_free(store->changed);
	if (store->inotify_fd >= 0)
		close(store->inotify_fd);
	store->inotify_fd = fd;
	store->changed = event_new(store->config.base, fd, EV_READ | EV_PERSIST,
				   on_changed, store);
	if (store->changed)
		event_add(store->changed, NULL);
	return fd;
}

static const char *problem_of_dir(int err)
{
	switch (err) {
	case -E2BIG:
		return "too many files in it";
	case -EACCES:
		return "bailiffd's unprivileged user may not look into it";
	case -ENOENT:
		return "there is no such directory";
	}
	return "it cannot be read";
}

static void scan(struct store *store)
{
	struct scan found;
	int fd = new_watches(store), err;

	err = scan_read(store->config.dir, fd, &found);
	if (err) {
		/* perhaps it is being swapped: keep all, and look again */
		if (!store->dir_problem)
			log_daemon(store->config.log, "error",
				   store->config.dir, problem_of_dir(err));
		store->dir_problem = problem_of_dir(err);
		arm(store->settle, LINKS_MS);
		return;
	}
	store->dir_problem = NULL;
	compare(store, &found);
	if (found.has_links || fd < 0)
		arm(store->settle, LINKS_MS);
	scan_free(&found);
	work(store);
}

static void on_settle(int fd, short what, void *arg)
{
	(void)fd;
	(void)what;
	scan(arg);
}

/* ---- what the kernel holds when we start ---- */

static void adopt(struct store *store, const struct proto_message *message)
{
	struct roster_policy policy = {};
	struct text why = {};

	if (roster_read_image(message->fd, &policy, &why))
		log_daemon(store->config.log, "error", message->u.policy.name,
			   text_string(&why));
	strcpy(policy.name, message->u.policy.name);
	strcpy(policy.digest, message->u.policy.digest);
	policy.generation = message->u.policy.generation;
	(void)roster_put(store->config.roster, &policy);
	roster_release(&policy);
	text_free(&why);
}

static void on_synced(void *arg, const struct proto_message *message)
{
	struct store *store = arg;

	if (message->type == PROTO_POLICY) {
		adopt(store, message);
		close(message->fd);
		return;
	}
	if (message->u.done.err)
		log_daemon(store->config.log, "error", "policies",
			   message->u.done.text);
	scan(store);
}

int store_start(struct store *store)
{
	struct proto_message message = { .type = PROTO_SYNC, .fd = -1 };

	return link_request(store->config.link, &message, on_synced, store);
}

struct store *store_create(const struct store_config *config)
{
	struct store *store = calloc(1, sizeof(*store));

	if (!store)
		return NULL;
	store->config = *config;
	store->inotify_fd = -1;
	store->settle = evtimer_new(config->base, on_settle, store);
	store->retry = evtimer_new(config->base, on_retry, store);
	if (!store->settle || !store->retry) {
		store_free(store);
		return NULL;
	}
	return store;
}

void store_free(struct store *store)
{
	if (!store)
		return;
	while (store->files)
		remove_file(store, store->files);
	roster_release(&store->candidate);
	if (store->changed)
		event_free(store->changed);
	if (store->settle)
		event_free(store->settle);
	if (store->retry)
		event_free(store->retry);
	if (store->inotify_fd >= 0)
		close(store->inotify_fd);
	free(store);
}

void store_reload(struct store *store)
{
	struct file *file;

	for (file = store->files; file; file = file->next)
		if (file->state != STATE_REMOVED && !file->problem)
			file->dirty = true;
	arm(store->settle, 1);
}

bool store_is_ready(const struct store *store)
{
	return store->ready;
}

const char *store_unknown_file(const struct store *store)
{
	const struct file *file;

	if (store->dir_problem)
		return store->config.dir;
	for (file = store->files; file; file = file->next)
		if (file->state == STATE_ERROR && !file->policy[0])
			return file->name;
	return NULL;
}

unsigned int store_num_errors(const struct store *store)
{
	unsigned int num = store->dir_problem ? 1 : 0;
	const struct file *file;

	for (file = store->files; file; file = file->next)
		if (file->state == STATE_ERROR)
			num++;
	return num;
}

const char *store_count(const struct store *store, size_t i, unsigned int *num)
{
	/* what people are told of a removed one is a sentence */
	static const char *const names[] = {
		"waiting", "compiling", "loading", "active", "error", "removed",
	};
	const struct file *file;

	if (i >= sizeof(names) / sizeof(names[0]))
		return NULL;
	*num = i == STATE_ERROR && store->dir_problem ? 1 : 0;
	for (file = store->files; file; file = file->next)
		if (file->state == i)
			(*num)++;
	return names[i];
}

/* A name is any bytes, and JSON takes none that are not UTF-8. */
static json_t *json_of(const char *string)
{
	struct text quoted = {};
	json_t *value;

	text_add_json(&quoted, string);
	value = json_loads(text_string(&quoted), JSON_DECODE_ANY, NULL);
	text_free(&quoted);
	return value;
}

static json_t *row_of(const char *name, enum state state, const char *policy,
		      const char *text)
{
	return json_pack("{s:o, s:s, s:s, s:o}", "file", json_of(name), "state",
			 state_names[state], "policy", policy, "text",
			 json_of(text));
}

struct json_t *store_files(const struct store *store)
{
	json_t *rows = json_array();
	const struct file *file;

	if (store->dir_problem)
		json_array_append_new(rows,
				      row_of(store->config.dir, STATE_ERROR, "",
					     store->dir_problem));
	for (file = store->files; file; file = file->next)
		json_array_append_new(rows, row_of(file->name, file->state,
						   file->policy,
						   text_string(&file->diag)));
	return rows;
}
