// SPDX-License-Identifier: GPL-2.0-only
#include <errno.h>
#include <fcntl.h>
#include <jansson.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "binder.h"
#include "cgroup.h"
#include "control.h"
#include "deadrules.h"
#include "instances.h"
#include "link.h"
#include "log.h"
#include "names.h"
#include "roster.h"
#include "store.h"
#include "text.h"
#include "userlog.h"
#include "vm/image.h"

/* One for each template, and some once more that others took meanwhile. */
#define MADE_MAX (2 * BVM_MAX_STACKED)

#define SHORT_ID 12 /* characters, as docker and podman show ids */

/* A request under way. */
struct job {
	struct binder_config config;
	struct control *control;
	struct control_client client; /* its descriptors are ours */
	json_t *request;
	pid_t pid; /* to be bound; 0: bailiff-runtime asks what for */
	char label[BVM_MAX_NAME];
	char cgroup[PATH_MAX];
	char unit[256];
	bool service; /* of systemd's, and no container */
	struct roster_choice chosen; /* with templates */
	unsigned int next; /* of them, to be looked at */
	unsigned int num_made; /* instances, for it, or asked for */
	struct roster_choice choice; /* with what was made of them */
	char policies[PROTO_POLICIES]; /* NAME,NAME,... */
	char versions[PROTO_POLICIES]; /* the same, with digests if filtered */
};

static const char *string(const json_t *request, const char *key)
{
	const char *value = json_string_value(json_object_get(request, key));

	return value ? value : "";
}

/* What records call it: the id, short if it is a long number. */
static int make_label(const char *id, char label[BVM_MAX_NAME])
{
	size_t len = strlen(id);

	if (len >= BVM_MAX_NAME)
		len = SHORT_ID;
	memcpy(label, id, len);
	label[len] = '\0';
	return text_is_label(label) ? 0 : -EINVAL;
}

/* What somebody who is not root wants is told in few lines, with his name. */
static void note(const struct job *job, const char *level, const char *message)
{
	if (job->client.uid)
		userlog_write(job->config.users, job->config.log, &job->client,
			      level, job->label, message);
	else
		log_daemon(job->config.log, level, job->label, message);
}

static void end_job(struct job *job)
{
	json_decref(job->request);
	close(job->client.fd);
	if (job->client.place >= 0)
		close(job->client.place);
	free(job);
}

/* ---- binding ---- */

/* A service's root is the host's, unless its unit says RootDirectory=. */
static const char *root_of(const struct job *job)
{
	return job->service ? "/" : string(job->request, "root");
}

/* As people call it: docker and podman have a name beside the number. */
static const char *name_of(const struct job *job)
{
	const char *name = string(job->request, "name");

	return text_is_label(name) ? name : job->label;
}

/* For its records; a service has none. */
static void keep_names(const struct job *job, uint64_t cgroup)
{
	const char *name = string(job->request, "name");
	const char *image = string(job->request, "image");

	if (*name || *image)
		names_put(job->config.names, cgroup, name, image);
}

static void on_bound(void *arg, const struct proto_message *message)
{
	const struct proto_done *done = &message->u.done;
	struct job *job = arg;
	json_t *answer;

	if (done->err) {
		answer = control_refusal("policy %s: %s", job->policies,
					 done->text[0] ? done->text :
							 strerror(-done->err));
		note(job, "error",
		     json_string_value(json_object_get(answer, "error")));
	} else {
		keep_names(job, done->cgroup);
		answer = json_pack("{s:b, s:s, s:s}", "ok", 1, "policy",
				   job->policies, "label", job->label);
		/* who is not root could have it looked for without an end */
		if (!job->client.uid)
			deadrules_look(job->config.deadrules, name_of(job),
				       job->cgroup, root_of(job),
				       job->client.place, &job->choice);
	}
	control_answer(job->control, job->client.id, answer);
	end_job(job);
}

/* There is room for as many as can be stacked. */
static void append(char list[PROTO_POLICIES], const char *word)
{
	size_t len = strlen(list);

	snprintf(list + len, PROTO_POLICIES - len, "%s", word);
}

/*
 * The container has filters of the versions that the roster knows, and is to be
 * bound to no others. Return: 0, or -ENOENT for one that it does not know.
 */
static int list_policies(struct job *job)
{
	const struct roster_choice *choice = &job->choice;
	const struct roster_policy *policy;
	unsigned int i;

	for (i = 0; i < choice->num; i++) {
		if (i) {
			append(job->policies, ",");
			append(job->versions, ",");
		}
		append(job->policies, choice->name[i]);
		append(job->versions, choice->name[i]);
		if (!choice->filtered)
			continue;
		policy = roster_find(job->config.roster, choice->name[i]);
		if (!policy)
			return -ENOENT;
		append(job->versions, "@");
		append(job->versions, policy->digest);
	}
	return 0;
}

/* Return: NULL, and the job goes on; or an answer. */
static json_t *start_bind(struct job *job)
{
	struct proto_message message = {
		.type = PROTO_BIND,
		.fd = job->client.fd,
	};
	int err;

	if (list_policies(job))
		return control_refusal("a policy that it is to be bound to is "
				       "not loaded");
	message.u.bind.hook = job->client.pid;
	message.u.bind.uid = job->client.uid;
	message.u.bind.pid = job->pid;
	message.u.bind.service = job->service;
	message.u.bind.filtered = job->choice.filtered;
	strcpy(message.u.bind.policies, job->versions);
	strcpy(message.u.bind.label, job->label);
	err = link_request(job->config.link, &message, on_bound, job);
	return err ? control_refusal("too many containers%s start at this "
				     "moment: %s",
				     job->client.uid ?
					     " of users, or of this user," :
					     "",
				     strerror(-err)) :
		     NULL;
}

/* ---- what bailiff-runtime has to know ---- */

static json_t *filter_json(const struct roster_policy *policy)
{
	json_t *list = json_array();

	for (uint32_t i = 0; i < policy->num_filter; i++) {
		const struct bvm_filter_insn *insn = &policy->filter[i];

		(void)json_array_append_new(list, json_integer(insn->code));
		(void)json_array_append_new(list, json_integer(insn->jt));
		(void)json_array_append_new(list, json_integer(insn->jf));
		(void)json_array_append_new(list, json_integer(insn->k));
	}
	if (json_array_size(list) == 4 * (size_t)policy->num_filter)
		return list;
	json_decref(list);
	return NULL;
}

static json_t *policy_json(const struct roster_policy *policy)
{
	json_t *object = json_pack("{s:s, s:s}", "policy", policy->name,
				   "digest", policy->digest);

	if (!policy->filter || !object)
		return object;
	if (!json_object_set_new(object, "filter", filter_json(policy)))
		return object;
	json_decref(object);
	return NULL;
}

static json_t *list_json(const struct job *job)
{
	const struct roster_choice *choice = &job->choice;
	const struct roster_policy *policy;
	json_t *list = json_array();
	unsigned int i;

	/* of one that nothing selects the hook says it */
	for (i = 0; i < choice->num; i++) {
		policy = roster_find(job->config.roster, choice->name[i]);
		if (policy) {
			(void)json_array_append_new(list, policy_json(policy));
			continue;
		}
		json_decref(list);
		return control_refusal("policy %s is not loaded",
				       choice->name[i]);
	}
	if (json_array_size(list) == choice->num)
		return json_pack("{s:b, s:o}", "ok", 1, "policies", list);
	json_decref(list);
	return control_refusal("out of memory");
}

/* ---- choosing ---- */

static json_t *refuse(const struct job *job, const char *why)
{
	note(job, "error", why);
	return control_refusal("%s", why);
}

static struct roster_container describe(const struct job *job)
{
	const json_t *request = job->request;
	struct roster_container container = {
		.image = string(request, "image"),
		.name = string(request, "name"),
		.unit = job->unit,
		.cgroup = job->cgroup,
		.labels = json_object_get(request, "labels"),
		.annotations = json_object_get(request, "annotations"),
		.of_user = job->client.uid != 0,
		.prepares = !job->pid,
	};

	if (json_is_true(json_object_get(request, "prepared")))
		container.filters = json_object_get(request, "filters");
	return container;
}

static json_t *finish(struct job *job)
{
	if (!job->pid)
		return list_json(job);
	if (job->choice.num)
		return start_bind(job);
	note(job, "notice",
	     "no policy selects this container: it runs unconfined");
	return json_pack("{s:b, s:n}", "ok", 1, "policy");
}

static void on_made(void *arg, int err, const char *why);

/*
 * What of the template is for the container: an instance, or nothing if its
 * selectors, with the container's values in them, are not.
 *
 * Return: 0; 1 it is made, and on_made called; -EINVAL and why.
 */
static int take_template(struct job *job, const struct roster_policy *template,
			 struct text *why)
{
	struct roster_container container = describe(job);
	char unit[sizeof(job->unit)];
	struct instances_values values = {
		.of = {
			[ROSTER_NAME] = container.name,
			[ROSTER_IMAGE] = container.image,
			[ROSTER_UNIT] = unit,
		},
	};
	const struct roster_policy *made;

	instances_unit(job->unit, unit, sizeof(unit));
	made = instances_find(job->config.instances, template, &values);
	if (!made && job->num_made++ == MADE_MAX) {
		text_printf(why,
			    "%s: other containers take the name of its policy "
			    "again and again",
			    template->file);
		return -EINVAL;
	}
	if (!made)
		return instances_make(job->config.instances, template, &values,
				      on_made, job, why) ?
			       -EINVAL :
			       1;
	job->next++;
	if (roster_selects(template, &container) &&
	    !roster_selects(made, &container))
		return 0;
	return roster_choice_add(job->config.roster, &container, made->name,
				 &job->choice, why) ?
		       -EINVAL :
		       0;
}

/* On with those that were chosen. Return: as start_bind. */
static json_t *go_on(struct job *job)
{
	const struct roster *roster = job->config.roster;
	const struct roster_container container = describe(job);
	const struct roster_policy *policy;
	struct text why = {};
	json_t *answer;
	const char *name;
	int err = 0;

	while (!err && job->next < job->chosen.num) {
		name = job->chosen.name[job->next];
		policy = roster_find(roster, name);
		if (policy && policy->at_bind) {
			err = take_template(job, policy, &why);
			continue;
		}
		job->next++;
		err = roster_choice_add(roster, &container, name, &job->choice,
					&why);
	}
	answer = err < 0 ? refuse(job, text_string(&why)) :
		 err	 ? NULL :
			   finish(job);
	text_free(&why);
	return answer;
}

/*
 * An instance is loaded, or why not. While it was made, those that were found
 * before may have gone, and others have their names: from the first one on, so
 * that the last pass finds all of them and waits for none.
 */
static void on_made(void *arg, int err, const char *why)
{
	struct job *job = arg;
	json_t *answer;

	job->next = 0;
	memset(&job->choice, 0, sizeof(job->choice));
	answer = err ? refuse(job, why) : go_on(job);
	if (!answer)
		return;
	control_answer(job->control, job->client.id, answer);
	end_job(job);
}

/* Which policies are for it? Return: are they known, or why has a sentence. */
static bool find_policies(struct job *job, struct text *why)
{
	const char *file = store_unknown_file(job->config.store);
	const struct roster_container container = describe(job);

	/* some select it; what that one would add is not left out for it */
	if (file)
		text_printf(why,
			    "%s is in error and might be for this container "
			    "(bailiffctl policies)",
			    file);
	return !file && !roster_choose(job->config.roster, &container,
				       &job->chosen, why);
}

/* Return: an answer, and the job is over; NULL it goes on. */
static json_t *start_job(struct job *job)
{
	struct text why = {};
	json_t *answer;

	cgroup_unit(job->cgroup, job->unit, sizeof(job->unit));
	answer = find_policies(job, &why) ? go_on(job) :
					    refuse(job, text_string(&why));
	text_free(&why);
	if (answer)
		end_job(job);
	return answer;
}

static struct job *new_job(const struct binder_config *config,
			   struct control *control,
			   const struct control_client *client,
			   const json_t *request, const char *cgroup,
			   const char *label)
{
	struct job *job = calloc(1, sizeof(*job));

	if (!job)
		return NULL;
	job->config = *config;
	job->control = control;
	job->client = *client;
	/* it may go away, and another have its number, before we are done */
	job->client.fd = fcntl(client->fd, F_DUPFD_CLOEXEC, 0);
	if (job->client.fd < 0) {
		free(job);
		return NULL;
	}
	/* without it, bailiffd looks at what it sees there */
	if (client->place >= 0)
		job->client.place = fcntl(client->place, F_DUPFD_CLOEXEC, 0);
	job->request = json_incref((json_t *)request);
	snprintf(job->cgroup, sizeof(job->cgroup), "%s", cgroup);
	strcpy(job->label, label);
	return job;
}

static json_t *still_loads(void)
{
	return json_pack("{s:b, s:b, s:s}", "ok", 0, "retry", 1, "error",
			 "bailiffd still loads its policies");
}

/* Choose policies for what is in cgroup, and bind it. */
static json_t *choose_and_bind(struct job *job, pid_t pid, bool service)
{
	if (!job)
		return control_refusal("out of memory");
	job->pid = pid;
	job->service = service;
	return start_job(job);
}

struct json_t *binder_request(const struct binder_config *config,
			      struct control *control,
			      const struct control_client *client,
			      const struct json_t *request)
{
	json_int_t pid = json_integer_value(json_object_get(request, "pid"));
	char label[BVM_MAX_NAME], cgroup[PATH_MAX];

	if (pid <= 0 || pid > INT_MAX ||
	    make_label(string(request, "id"), label))
		return control_refusal("a container needs a pid and an id");
	if (!store_is_ready(config->store))
		return still_loads();
	if (cgroup_of_pid((pid_t)pid, cgroup))
		return control_refusal("process %lld: no cgroup v2",
				       (long long)pid);
	return choose_and_bind(new_job(config, control, client, request, cgroup,
				       label),
			       (pid_t)pid, false);
}

int binder_service_label(const char *unit, char label[BVM_MAX_NAME])
{
	snprintf(label, BVM_MAX_NAME, "%s", unit);
	return text_is_label(label) ? 0 : -EINVAL;
}

struct json_t *binder_service(const struct binder_config *config,
			      struct control *control,
			      const struct control_client *client,
			      const struct json_t *request)
{
	char label[BVM_MAX_NAME], cgroup[PATH_MAX];
	const char *name;

	if (!store_is_ready(config->store))
		return still_loads();
	if (cgroup_of_pid(client->pid, cgroup))
		return control_refusal("process %d: no cgroup v2", client->pid);
	name = cgroup_cut_to_service(cgroup);
	if (!name)
		return control_refusal("cgroup %.200s is no service of systemd",
				       cgroup);
	if (binder_service_label(name, label))
		return control_refusal("the name of service %.200s cannot be "
				       "one of a container in the log",
				       name);
	return choose_and_bind(new_job(config, control, client, request, cgroup,
				       label),
			       client->pid, true);
}

struct json_t *binder_prepare(const struct binder_config *config,
			      struct control *control,
			      const struct control_client *client,
			      const struct json_t *request)
{
	char label[BVM_MAX_NAME];
	struct job *job;

	if (make_label(string(request, "id"), label))
		return control_refusal("a container needs an id");
	if (!store_is_ready(config->store))
		return still_loads();
	job = new_job(config, control, client, request,
		      string(request, "cgroup"), label);
	return job ? start_job(job) : control_refusal("out of memory");
}
