// SPDX-License-Identifier: GPL-2.0-only
#include <errno.h>
#include <event2/event.h>
#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/inotify.h>
#include <time.h>
#include <unistd.h>

#include "log.h"
#include "scan.h"
#include "store_parts.h"

static void scan(struct store *store);

void store_arm(struct event *timer, int ms)
{
	struct timeval delay = { ms / 1000, ms % 1000 * 1000 };

	event_add(timer, &delay);
}

/* From *at on, where names are not after this one; *at is its place then. */
static struct file *add_file_from(struct file ***at, const char *name)
{
	struct file *file;

	while (**at && strcmp((**at)->name, name) < 0)
		*at = &(**at)->next;
	if (**at && !strcmp((**at)->name, name))
		return **at;
	file = calloc(1, sizeof(*file));
	if (!file)
		return NULL;
	strcpy(file->name, name);
	file->dirty = true;
	file->next = **at;
	**at = file;
	return file;
}

struct file *store_add_file(struct store *store, const char *name)
{
	struct file **at = &store->files;

	return add_file_from(&at, name);
}

void store_remove_file(struct store *store, struct file *gone)
{
	struct file **at = &store->files;

	while (*at != gone)
		at = &(*at)->next;
	*at = gone->next;
	store_drop_candidate(gone);
	text_free(&gone->diag);
	free(gone);
}

/* ---- the directory ---- */

/* A file that looks like a policy and cannot be one; the log is told once. */
static void refuse(struct store *store, struct file *file,
		   const struct scan_file *found)
{
	file->seen = true;
	if (file == store->current) { /* not while it is being loaded */
		store_arm(store->settle, SETTLE_MS);
		return;
	}
	if (file->problem != found->problem || file->state != STATE_ERROR)
		store_set_error(store, file, found->problem);
	file->problem = found->problem;
	file->stamp = found->stamp;
	file->dirty = false;
}

/* Bring the list of files up to date with what a scan found. */
static void compare(struct store *store, const struct scan *found)
{
	bool all = found->include_stamp != store->include_stamp;
	struct file **at = &store->files;
	struct file *file, *next;
	size_t i;

	for (file = store->files; file; file = file->next)
		file->seen = false;
	for (i = 0; i < found->num; i++) {
		/* both are in the order of names */
		file = add_file_from(&at, found->files[i].name);
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
		store_retire(store, file);
		if (!file->policy[0] && file != store->current) {
			store_forget(store, file);
			store_remove_file(store, file);
		}
	}
}

static void on_changed(int fd, short what, void *arg)
{
	struct store *store = arg;
	char events[8192] __attribute__((aligned(8)));

	(void)what;
	while (read(fd, events, sizeof(events)) > 0)
		;
	store_arm(store->settle, SETTLE_MS);
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

static struct timespec now(void)
{
	struct timespec time;

	clock_gettime(CLOCK_MONOTONIC, &time);
	return time;
}

/* At most a second. */
static int ms_since(struct timespec start)
{
	struct timespec end = now();
	long ms = (end.tv_sec - start.tv_sec) * 1000 +
		  (end.tv_nsec - start.tv_nsec) / 1000000;

	return ms < 1000 ? (int)ms : 1000;
}

static void scan(struct store *store)
{
	struct scan found;
	int fd = new_watches(store), err;
	struct timespec start = now();

	err = scan_read(store->config.dir, fd, &found);
	if (err) {
		/* perhaps it is being swapped: keep all, and look again */
		if (!store->dir_problem)
			log_daemon(store->config.log, "error",
				   store->config.dir, problem_of_dir(err));
		store->dir_problem = problem_of_dir(err);
		store_arm(store->settle, LINKS_MS);
		return;
	}
	store->dir_problem = NULL;
	compare(store, &found);
	/* of a very large directory less often: there is other work to do */
	if (found.has_links || fd < 0)
		store_arm(store->settle, LINKS_MS + 10 * ms_since(start));
	scan_free(&found);
	store_work(store);
}

/* What was in use may be so no longer, and what failed may work. */
static void on_retry(int fd, short what, void *arg)
{
	struct store *store = arg;
	struct file *file;

	(void)fd;
	(void)what;
	for (file = store->files; file; file = file->next)
		file->in_use = false;
	store_work(store);
}

static void on_settle(int fd, short what, void *arg)
{
	struct store *store = arg;

	(void)fd;
	(void)what;
	if (store->sync_problem && !store->syncing && !store_start(store))
		return;
	scan(store);
}

/* ---- what the kernel holds when we start ---- */

static void adopt(struct store *store, const struct proto_message *message)
{
	const struct roster_policy *known =
		roster_find(store->config.roster, message->u.policy.name);
	struct roster_policy policy = {};
	struct text why = {};

	if (known && known->generation == message->u.policy.generation)
		return;
	if (roster_read_image(message->fd, &policy, &why)) {
		if (!store->sync_problem)
			log_daemon(store->config.log, "error",
				   message->u.policy.name, text_string(&why));
		store->sync_failed = true;
		text_free(&why);
		return;
	}
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
	if (message->u.done.err && !store->sync_problem)
		log_daemon(store->config.log, "error", "policies",
			   message->u.done.text);
	store->syncing = false;
	/* whom those select that are not known, nobody can say */
	store->sync_problem =
		message->u.done.err || store->sync_failed ?
			"not all loaded policies could be read back" :
			NULL;
	scan(store);
	if (store->sync_problem)
		store_arm(store->settle, RETRY_MS);
}

int store_start(struct store *store)
{
	struct proto_message message = { .type = PROTO_SYNC, .fd = -1 };
	int err;

	store->sync_failed = false;
	err = link_request(store->config.link, &message, on_synced, store);
	store->syncing = !err;
	return err;
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
		store_remove_file(store, store->files);
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
			file->dirty = file->anew = true;
	store_arm(store->settle, 1);
}
