// SPDX-License-Identifier: GPL-2.0-only
#include <errno.h>
#include <event2/event.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "images.h"
#include "instances.h"
#include "link.h"
#include "log.h"
#include "text.h"

#define LOOK_S 10 /* seconds between looks at what is loaded */
#define KEEP_S 60
#define WHY_MAX 4096 /* bytes of what policyc says that are passed on */

unsigned int instances_look_s = LOOK_S;
unsigned int instances_keep_s = KEEP_S;

/* One to be made. */
struct work {
	struct work *next;
	struct roster_origin origin;
	char file[PROTO_FILE];
	struct roster_policy candidate;
	instances_made *made;
	void *arg;
};

struct instances {
	struct instances_config config;
	struct work *first; /* it is being made; NULL: nothing is */
	unsigned int num;
	struct event *begin; /* the first is to be worked on */
	struct event *look; /* for what is used no more, and what changed */
	struct event *on; /* with the look: what it waited for is over */
	bool unloading; /* one that is used no more */
	char gone[BVM_MAX_NAME]; /* its name */
};

static uint64_t now(void)
{
	struct timespec time;

	clock_gettime(CLOCK_MONOTONIC, &time);
	return (uint64_t)time.tv_sec;
}

/* ---- whom it is for ---- */

static const struct {
	uint32_t flag;
	const char *variable;
} variables[ROSTER_NUM_VALUES] = {
	[ROSTER_NAME] = { IMAGES_NAME, "container.name" },
	[ROSTER_IMAGE] = { IMAGES_IMAGE, "container.image" },
	[ROSTER_UNIT] = { IMAGES_UNIT, "unit.instance" },
};

/* Only what the template asks for tells its containers apart. */
static const char *value_of(const struct roster_policy *template,
			    const struct instances_values *values, int i)
{
	return template->at_bind & variables[i].flag ? values->of[i] : "";
}

static int set_origin(struct roster_origin *origin,
		      const struct roster_policy *template,
		      const struct instances_values *values, struct text *why)
{
	const char *value;
	int i;

	memset(origin, 0, sizeof(*origin));
	strcpy(origin->template, template->name);
	strcpy(origin->digest, template->digest);
	for (i = 0; i < ROSTER_NUM_VALUES; i++) {
		value = value_of(template, values, i);
		if (!*value && (template->at_bind & variables[i].flag)) {
			text_printf(why, "%s needs %s, and it has none",
				    template->file, variables[i].variable);
			return -ENODATA;
		}
		if (strlen(value) >= PROTO_VALUE) {
			text_printf(why, "%s: its %s is too long",
				    template->file, variables[i].variable);
			return -ENAMETOOLONG;
		}
		strcpy(origin->values[i], value);
	}
	return 0;
}

static bool same_container(const struct roster_origin *a,
			   const struct roster_origin *b)
{
	int i;

	for (i = 0; i < ROSTER_NUM_VALUES; i++)
		if (strcmp(a->values[i], b->values[i]))
			return false;
	return !strcmp(a->template, b->template);
}

const struct roster_policy *
instances_find(const struct instances *instances,
	       const struct roster_policy *template,
	       const struct instances_values *values)
{
	struct roster_policy *policy = instances->config.roster->first;
	struct roster_origin origin;
	struct text why = {};
	int err = set_origin(&origin, template, values, &why);

	text_free(&why);
	for (; !err && policy; policy = policy->next)
		if (policy->origin && same_container(policy->origin, &origin) &&
		    !strcmp(policy->origin->digest, origin.digest) &&
		    /* the parent was asked already, and would do it first */
		    (!instances->unloading ||
		     strcmp(instances->gone, policy->name))) {
			policy->used = now();
			return policy;
		}
	return NULL;
}

void instances_unit(const char *unit, char *instance, size_t size)
{
	const char *at = strchr(unit, '@');
	const char *end = strrchr(unit, '.');

	instance[0] = '\0';
	if (at && end && end > at + 1 && (size_t)(end - at) <= size)
		snprintf(instance, size, "%.*s", (int)(end - at - 1), at + 1);
}

/* ---- making one ---- */

/* It is made, or why not; on to the next. */
static void end_work(struct instances *instances, int err, const char *why)
{
	struct work *work = instances->first;

	instances->first = work->next;
	instances->num--;
	work->made(work->arg, err, why);
	roster_release(&work->candidate);
	free(work);
	event_active(instances->first ? instances->begin : instances->on, 0, 0);
}

static void __attribute__((format(printf, 3, 4)))
fail(struct instances *instances, int err, const char *fmt, ...)
{
	char what[WHY_MAX];
	struct text why = {};
	va_list args;
	size_t len;

	va_start(args, fmt);
	vsnprintf(what, sizeof(what), fmt, args);
	va_end(args);
	for (len = strlen(what); len && what[len - 1] == '\n'; len--)
		what[len - 1] = '\0';
	text_printf(&why, "%s: %s", instances->first->file, what);
	end_work(instances, err, text_string(&why));
	text_free(&why);
}

/* The kernel has it. */
static void enter(struct instances *instances, uint64_t generation)
{
	struct work *work = instances->first;
	struct roster_policy *candidate = &work->candidate;

	candidate->generation = generation;
	candidate->origin = malloc(sizeof(work->origin));
	if (!candidate->origin) {
		fail(instances, -ENOMEM, "out of memory");
		return;
	}
	*candidate->origin = work->origin;
	candidate->used = now();
	if (roster_put(instances->config.roster, candidate))
		fail(instances, -ENOMEM, "out of memory");
	else
		end_work(instances, 0, NULL);
}

static void on_loaded(void *arg, const struct proto_message *message)
{
	const struct proto_done *done = &message->u.done;
	unsigned long long generation = 0;
	struct instances *instances = arg;
	char word[32];

	if (done->err) {
		fail(instances, done->err, "%s",
		     done->text[0] ? done->text : strerror(-done->err));
		return;
	}
	if (text_word(done->text, "generation", word, sizeof(word)) > 0)
		(void)text_number(word, UINT64_MAX, &generation);
	enter(instances, generation);
}

static void load(struct instances *instances)
{
	struct proto_message message = { .type = PROTO_LOAD, .fd = -1 };
	int err;

	strcpy(message.u.digest.digest, instances->first->candidate.digest);
	err = link_request(instances->config.link, &message, on_loaded,
			   instances);
	if (err)
		fail(instances, err, "%s", strerror(-err));
}

/* Its name was another container's, which has gone if the kernel let go. */
static void on_unloaded(void *arg, const struct proto_message *message)
{
	const struct proto_done *done = &message->u.done;
	struct instances *instances = arg;
	const char *name = instances->first->candidate.name;

	if (done->err && done->err != -ENOENT) {
		fail(instances, done->err,
		     "policy %s is that of another container, which was made "
		     "with other values: %s",
		     name, done->text);
		return;
	}
	roster_remove(instances->config.roster, name);
	load(instances);
}

static void unload_other(struct instances *instances)
{
	struct proto_message message = { .type = PROTO_UNLOAD, .fd = -1 };
	int err;

	strcpy(message.u.name.name, instances->first->candidate.name);
	err = link_request(instances->config.link, &message, on_unloaded,
			   instances);
	if (err)
		fail(instances, err, "%s", strerror(-err));
}

/* May the candidate have its name? */
static void take_name(struct instances *instances)
{
	struct work *work = instances->first;
	const struct roster_policy *loaded =
		roster_find(instances->config.roster, work->candidate.name);

	if (!loaded)
		load(instances);
	else if (!loaded->instance)
		fail(instances, -EEXIST,
		     "there is another policy of the name %s",
		     work->candidate.name);
	else if (!strcmp(loaded->digest, work->candidate.digest))
		enter(instances, loaded->generation);
	else if (loaded->origin &&
		 same_container(loaded->origin, &work->origin))
		load(instances); /* its template has changed */
	else
		unload_other(instances);
}

static void on_built(void *arg, const struct proto_message *message)
{
	const struct proto_compiled *compiled = &message->u.compiled;
	struct instances *instances = arg;
	struct roster_policy *candidate = &instances->first->candidate;
	struct text why = {};
	int err;

	if (compiled->err) {
		fail(instances, compiled->err, "%s",
		     compiled->text[0] ? compiled->text :
					 strerror(-compiled->err));
		return;
	}
	err = roster_read_image(message->fd, candidate, &why);
	if (message->fd >= 0)
		close(message->fd);
	strcpy(candidate->digest, compiled->digest);
	/* without it, it would select others after a restart */
	if (!err && !candidate->instance)
		err = -EPROTO;
	if (err)
		fail(instances, err, "%s",
		     why.len ? text_string(&why) : strerror(-err));
	else
		take_name(instances);
	text_free(&why);
}

static void on_begin(int fd, short what, void *arg)
{
	struct proto_message message = { .type = PROTO_BUILD, .fd = -1 };
	struct instances *instances = arg;
	const struct work *work = instances->first;
	struct proto_build *build = &message.u.build;
	int err;

	(void)fd;
	(void)what;
	memset(build, 0, sizeof(*build));
	strcpy(build->file, work->file);
	strcpy(build->name, work->origin.values[ROSTER_NAME]);
	strcpy(build->image, work->origin.values[ROSTER_IMAGE]);
	strcpy(build->unit, work->origin.values[ROSTER_UNIT]);
	err = link_request(instances->config.link, &message, on_built,
			   instances);
	if (err)
		fail(instances, err, "%s", strerror(-err));
}

static int add_work(struct instances *instances, struct work *work,
		    struct text *why)
{
	struct work **at = &instances->first;

	if (instances->num == INSTANCES_MAX) {
		text_add(why, "too many policies are made for containers at "
			      "this moment");
		return -EBUSY;
	}
	while (*at)
		at = &(*at)->next;
	*at = work;
	if (!instances->num++)
		event_active(instances->begin, 0, 0);
	return 0;
}

int instances_make(struct instances *instances,
		   const struct roster_policy *template,
		   const struct instances_values *values, instances_made *made,
		   void *arg, struct text *why)
{
	struct work *work = calloc(1, sizeof(*work));
	int err;

	if (!work) {
		text_add(why, "out of memory");
		return -ENOMEM;
	}
	strcpy(work->file, template->file);
	work->made = made;
	work->arg = arg;
	err = set_origin(&work->origin, template, values, why);
	if (!err)
		err = add_work(instances, work, why);
	if (err)
		free(work);
	return err;
}

/* ---- what becomes of them ---- */

static void on_gone(void *arg, const struct proto_message *message)
{
	const struct proto_done *done = &message->u.done;
	struct instances *instances = arg;
	struct roster_policy *policy =
		roster_find(instances->config.roster, instances->gone);

	instances->unloading = false;
	if (!done->err || done->err == -ENOENT)
		roster_remove(instances->config.roster, instances->gone);
	else if (policy)
		policy->used = now(); /* its container runs */
	event_active(instances->on, 0, 0);
}

/* Unload it, if nobody is bound to it: that is the kernel's to say. */
static void let_go(struct instances *instances,
		   const struct roster_policy *policy)
{
	struct proto_message message = { .type = PROTO_UNLOAD, .fd = -1 };

	strcpy(message.u.name.name, policy->name);
	strcpy(instances->gone, policy->name);
	instances->unloading = !link_request(instances->config.link, &message,
					     on_gone, instances);
}

struct anew {
	struct instances *instances;
	char name[BVM_MAX_NAME];
	char digest[COMPILE_DIGEST_HEX]; /* of the template */
};

/* The same template and container give it again. */
static bool is_for_good(int err)
{
	return err == -EINVAL || err == -ENODATA || err == -ENAMETOOLONG ||
	       err == -EPROTO || err == -EEXIST;
}

/* What is loaded stays. What will not change is told once. */
static void give_up(struct instances *instances, struct roster_policy *policy,
		    const char *digest, int err, const char *why)
{
	struct roster_origin *origin = policy->origin;

	strcpy(origin->failed, digest);
	origin->again = is_for_good(err) ? 0 : now() + instances_keep_s;
	log_daemon(instances->config.log, "error", policy->name, why);
}

static void on_made_anew(void *arg, int err, const char *why)
{
	struct anew *anew = arg;
	struct instances *instances = anew->instances;
	struct roster_policy *policy =
		roster_find(instances->config.roster, anew->name);

	if (err && policy && policy->origin)
		give_up(instances, policy, anew->digest, err, why);
	free(anew);
}

/* Its template has changed, and holds for who runs under it, too. */
static void make_anew(struct instances *instances, struct roster_policy *policy,
		      const struct roster_policy *template)
{
	struct anew *anew = malloc(sizeof(*anew));
	struct instances_values values;
	struct text why = {};
	int i, err;

	if (!anew)
		return; /* the next look comes */
	anew->instances = instances;
	strcpy(anew->name, policy->name);
	strcpy(anew->digest, template->digest);
	for (i = 0; i < ROSTER_NUM_VALUES; i++)
		values.of[i] = policy->origin->values[i];
	err = instances_make(instances, template, &values, on_made_anew, anew,
			     &why);
	if (err) {
		give_up(instances, policy, template->digest, err,
			text_string(&why));
		free(anew);
	}
	text_free(&why);
}

/* What is made of it now would be another one. */
static bool has_changed(const struct roster_policy *template,
			const struct roster_origin *origin)
{
	if (!template || !template->at_bind ||
	    !strcmp(template->digest, origin->digest))
		return false;
	return strcmp(template->digest, origin->failed) ||
	       (origin->again && now() >= origin->again);
}

static void look_at(struct instances *instances, struct roster_policy *policy)
{
	const struct roster_origin *origin = policy->origin;
	const struct roster_policy *template =
		origin ? roster_find(instances->config.roster,
				     origin->template) :
			 NULL;

	/* who runs under it does not wait until nobody asks any more */
	if (has_changed(template, origin))
		make_anew(instances, policy, template);
	/* one that an earlier daemon made may be used, which the kernel knows */
	else if (now() - policy->used >= instances_keep_s)
		let_go(instances, policy);
}

static struct roster_policy *first_due(const struct instances *instances)
{
	struct roster_policy *at = instances->config.roster->first;

	while (at && !at->due)
		at = at->next;
	return at;
}

/*
 * One after the other, each once a look: what has to wait for an answer leaves
 * the rest to the time after it. What a container waits for comes before.
 */
static void on_go_on(int fd, short what, void *arg)
{
	struct instances *instances = arg;
	struct roster_policy *policy;

	(void)fd;
	(void)what;
	while (!instances->first && !instances->unloading &&
	       (policy = first_due(instances))) {
		policy->due = false;
		look_at(instances, policy);
	}
}

static void on_look(int fd, short what, void *arg)
{
	struct timeval next = { instances_look_s, 0 };
	struct instances *instances = arg;
	struct roster_policy *policy;

	/* a look that takes longer ends before there is another */
	if (!first_due(instances))
		for (policy = instances->config.roster->first; policy;
		     policy = policy->next)
			policy->due = policy->instance;
	on_go_on(fd, what, instances);
	event_add(instances->look, &next);
}

struct instances *instances_create(const struct instances_config *config)
{
	struct instances *instances = calloc(1, sizeof(*instances));
	struct timeval next = { instances_look_s, 0 };

	if (!instances)
		return NULL;
	instances->config = *config;
	instances->begin = evtimer_new(config->base, on_begin, instances);
	instances->look = evtimer_new(config->base, on_look, instances);
	instances->on = evtimer_new(config->base, on_go_on, instances);
	if (instances->begin && instances->look && instances->on &&
	    !event_add(instances->look, &next))
		return instances;
	instances_free(instances);
	return NULL;
}

void instances_free(struct instances *instances)
{
	if (!instances)
		return;
	while (instances->first)
		end_work(instances, -ESHUTDOWN, "bailiffd ends");
	if (instances->begin)
		event_free(instances->begin);
	if (instances->look)
		event_free(instances->look);
	if (instances->on)
		event_free(instances->on);
	free(instances);
}
