// SPDX-License-Identifier: GPL-2.0-only
#include <errno.h>
#include <jansson.h>
#include <limits.h>
#include <stdbool.h>
#include <stdio.h>
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
	bool full; /* in this look there were more */
	bool said_full, said_stuck; /* and it is in the log */
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

	if (!container && containers->num < CONTAINERS_MAX)
		container = calloc(1, sizeof(*container));
	if (!container) {
		containers->full = true;
		return;
	}
	if (!container->id[0]) {
		strcpy(container->id, id);
		container->next = containers->first;
		containers->first = container;
		containers->num++;
	}
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

static void say(const struct containers *containers, const char *about,
		const char *why)
{
	struct text line = {};

	text_add(&line, "whether policies select it by name, image, label or "
			"annotation was not looked at: ");
	text_add_safe(&line, why, "");
	log_daemon(containers->log, "warning", about, text_string(&line));
	text_free(&line);
}

/* ... of a look as a whole; once, until that is over. */
static void say_once(const struct containers *containers, bool is, bool *said,
		     const char *why)
{
	if (is && !*said)
		say(containers, "containers", why);
	*said = is;
}

/* Once: it may have been about to end the time before. */
static void fail(const struct containers *containers,
		 struct container *container, const char *why)
{
	if (++container->tries >= CONTAINERS_TRIES)
		say(containers, container->id, why);
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

static const char *first_line(const char *text, char line[KFS_REPLY])
{
	snprintf(line, KFS_REPLY, "%.*s", (int)strcspn(text, "\n"), text);
	return line;
}

static void on_described(void *arg, const struct proto_message *message)
{
	struct containers *containers = arg;
	struct container *container = containers->asking;
	char why[KFS_REPLY];

	/* The reader of the one before hangs: the next look asks again. */
	if (message->type == PROTO_DONE && message->u.done.err == -EBUSY) {
		say_once(containers, true, &containers->said_stuck,
			 first_line(message->u.done.text, why));
		containers->done(containers->arg);
		return;
	}
	containers->said_stuck = false;
	if (message->type == PROTO_DESCRIBED) {
		container->about = take(message->fd);
		close(message->fd);
		if (!container->about)
			fail(containers, container,
			     "what was read of it is no description");
	} else {
		fail(containers, container,
		     first_line(message->u.done.text, why));
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

	containers->full = false;
	for (at = containers->first; at; at = at->next)
		at->seen = at->asked = false;
	for (; *cgroups; cgroups += strcspn(cgroups, "\n")) {
		cgroups += *cgroups == '\n';
		see_line(containers, cgroups);
	}
	forget(containers, false);
	say_once(containers, containers->full, &containers->said_full,
		 "more containers have processes than are known at a time");
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
