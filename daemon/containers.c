// SPDX-License-Identifier: GPL-2.0-only
#include <errno.h>
#include <jansson.h>
#include <limits.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "bundles.h"
#include "containers.h"
#include "link.h"
#include "log.h"
#include "text.h"

#define SAID_MAX (1u << 20) /* bytes that are read of what is said of one */

struct container {
	struct container *next;
	char id[BUNDLES_ID];
	json_t *about; /* NULL: not known */
	unsigned int tries; /* that failed */
	bool seen; /* in this look */
	bool asked;
};

struct containers {
	struct link *link;
	struct log *log;
	struct container *first;
	struct container *asking; /* about it */
	unsigned int num;
	void (*done)(void *arg);
	void *arg;
};

static void ask(struct containers *containers);

static struct container *find(const struct containers *containers,
			      const char *id)
{
	struct container *at;

	for (at = containers->first; at; at = at->next)
		if (!strcmp(at->id, id))
			return at;
	return NULL;
}

static void see(struct containers *containers, const char *id)
{
	struct container *container = find(containers, id);

	if (!container && containers->num < CONTAINERS_MAX) {
		container = calloc(1, sizeof(*container));
		if (!container)
			return;
		strcpy(container->id, id);
		container->next = containers->first;
		containers->first = container;
		containers->num++;
	}
	if (container)
		container->seen = true;
}

static void see_line(struct containers *containers, const char *line)
{
	const char *end = line + strcspn(line, "\n"), *at;
	char id[BUNDLES_ID], path[PATH_MAX];
	size_t len;

	/* of what holds processes; nothing before the path has a slash */
	at = memchr(line, '/', (size_t)(end - line));
	if (!at || strncmp(line, "1 ", 2) || end - at >= PATH_MAX)
		return;
	memcpy(path, at, (size_t)(end - at));
	path[end - at] = '\0';
	if (bundles_id_of(path, id, &len))
		see(containers, id);
}

static void forget(struct containers *containers, bool all)
{
	struct container **at = &containers->first, *gone;

	while ((gone = *at)) {
		if (gone->seen && !all) {
			at = &gone->next;
			continue;
		}
		*at = gone->next;
		json_decref(gone->about);
		free(gone);
		containers->num--;
	}
}

/* Once: it may have been about to end the time before. */
static void fail(const struct containers *containers,
		 struct container *container, const char *why)
{
	struct text line = {};

	if (++container->tries < CONTAINERS_TRIES)
		return;
	text_add(&line, "whether policies select it by name, image, label or "
			"annotation was not looked at: ");
	text_add_safe(&line, why, "");
	log_daemon(containers->log, "warning", container->id,
		   text_string(&line));
	text_free(&line);
}

static json_t *take(int fd)
{
	static char said[SAID_MAX];
	ssize_t len = pread(fd, said, sizeof(said), 0);
	json_t *about = NULL;

	if (len > 0)
		about = json_loadb(said, (size_t)len, 0, NULL);
	if (json_is_object(about))
		return about;
	json_decref(about);
	return NULL;
}

static void on_described(void *arg, const struct proto_message *message)
{
	struct containers *containers = arg;
	struct container *container = containers->asking;
	char *end;

	if (message->type == PROTO_DESCRIBED) {
		container->about = take(message->fd);
		close(message->fd);
		if (!container->about)
			fail(containers, container, "it says too much");
	} else if (message->u.done.err != -EBUSY) {
		char why[KFS_REPLY];

		strcpy(why, message->u.done.text);
		end = strchr(why, '\n');
		if (end)
			*end = '\0';
		fail(containers, container, why);
	}
	ask(containers);
}

/* The next one, or it is done. What cannot be asked for now is, next time. */
static void ask(struct containers *containers)
{
	struct proto_message message = { .type = PROTO_DESCRIBE, .fd = -1 };
	struct container *at = containers->first;

	while (at && (at->asked || at->about || at->tries >= CONTAINERS_TRIES))
		at = at->next;
	containers->asking = at;
	if (at) {
		at->asked = true;
		strcpy(message.u.describe.id, at->id);
		if (!link_request(containers->link, &message, on_described,
				  containers))
			return;
	}
	containers->done(containers->arg);
}

void containers_learn(struct containers *containers, const char *cgroups,
		      void (*done)(void *arg), void *arg)
{
	struct container *at;

	for (at = containers->first; at; at = at->next)
		at->seen = at->asked = false;
	for (; *cgroups; cgroups += strcspn(cgroups, "\n")) {
		cgroups += *cgroups == '\n';
		see_line(containers, cgroups);
	}
	forget(containers, false);
	containers->done = done;
	containers->arg = arg;
	ask(containers);
}

const struct json_t *containers_find(const struct containers *containers,
				     const char *id)
{
	const struct container *container = find(containers, id);

	return container ? container->about : NULL;
}

struct containers *containers_create(struct link *link, struct log *log)
{
	struct containers *containers = calloc(1, sizeof(*containers));

	if (containers) {
		containers->link = link;
		containers->log = log;
	}
	return containers;
}

void containers_free(struct containers *containers)
{
	if (!containers)
		return;
	forget(containers, true);
	free(containers);
}
