// SPDX-License-Identifier: GPL-2.0-only
#include <errno.h>
#include <jansson.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "binder.h"
#include "cgroup.h"
#include "control.h"
#include "link.h"
#include "log.h"
#include "names.h"
#include "roster.h"
#include "store.h"
#include "text.h"
#include "userlog.h"
#include "vm/image.h"

#define SHORT_ID 12 /* characters, as docker and podman show ids */

/* A bind under way. */
struct job {
	struct control *control;
	struct log *log;
	struct userlog *users;
	struct names *names;
	struct control_client client;
	char policies[PROTO_POLICIES]; /* NAME,NAME,... */
	char versions[PROTO_POLICIES]; /* the same, with digests if filtered */
	char label[BVM_MAX_NAME];
	char *name, *image; /* owned; NULL: not known */
	bool service; /* of systemd's, and no container */
	bool filtered;
};

static const char *string(const json_t *request, const char *key)
{
	const char *value = json_string_value(json_object_get(request, key));

	return value ? value : "";
}

/* Return: owned; NULL: there is none, or no memory. */
static char *copy(const json_t *request, const char *key)
{
	const char *value = string(request, key);

	return *value ? strdup(value) : NULL;
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

static bool ends_with(const char *word, size_t len, const char *end)
{
	size_t end_len = strlen(end);

	return len > end_len && !strncmp(word + len - end_len, end, end_len);
}

/* The innermost component of a cgroup path that systemd gave its name. */
static void find_unit(const char *cgroup, char *unit, size_t size)
{
	const char *at = cgroup;
	size_t len;

	unit[0] = '\0';
	while (*at) {
		at += strspn(at, "/");
		len = strcspn(at, "/");
		if (len < size && (ends_with(at, len, ".service") ||
				   ends_with(at, len, ".scope"))) {
			memcpy(unit, at, len);
			unit[len] = '\0';
		}
		at += len;
	}
}

/* What somebody who is not root wants is told in few lines, with his name. */
static void note(struct log *log, struct userlog *users,
		 const struct control_client *client, const char *level,
		 const char *label, const char *message)
{
	if (client->uid)
		userlog_write(users, log, client, level, label, message);
	else
		log_daemon(log, level, label, message);
}

static void free_job(struct job *job)
{
	free(job->name);
	free(job->image);
	free(job);
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
		note(job->log, job->users, &job->client, "error", job->label,
		     json_string_value(json_object_get(answer, "error")));
	} else {
		if (job->name || job->image)
			names_put(job->names, done->cgroup, job->name ?: "",
				  job->image ?: "");
		answer = json_pack("{s:b, s:s, s:s}", "ok", 1, "policy",
				   job->policies, "label", job->label);
	}
	control_answer(job->control, job->client.id, answer);
	free_job(job);
}

static json_t *start_bind(const struct binder_config *config, struct job *job,
			  const struct control_client *client, pid_t pid)
{
	struct proto_message message = { .type = PROTO_BIND, .fd = -1 };
	int err;

	message.u.bind.hook = client->pid;
	message.u.bind.uid = client->uid;
	message.u.bind.pid = pid;
	message.u.bind.service = job->service;
	message.u.bind.filtered = job->filtered;
	strcpy(message.u.bind.policies, job->versions);
	strcpy(message.u.bind.label, job->label);
	err = link_request(config->link, &message, on_bound, job);
	if (!err)
		return NULL;
	free_job(job);
	return control_refusal("too many containers start at this moment: %s",
			       strerror(-err));
}

static json_t *unselected(const struct binder_config *config,
			  const struct control_client *client,
			  const char *label)
{
	note(config->log, config->users, client, "notice", label,
	     "no policy selects this container: it runs unconfined");
	return json_pack("{s:b, s:n}", "ok", 1, "policy");
}

/* Which policies are for it? Return: are they known, or why has a sentence. */
static bool find_policies(const struct binder_config *config,
			  const struct roster_container *container,
			  struct roster_choice *choice, struct text *why)
{
	const char *file = store_unknown_file(config->store);

	/* some select it; what that one would add is not left out for it */
	if (file)
		text_printf(why,
			    "%s is in error and might be for this container "
			    "(bailiffctl policies)",
			    file);
	return !file && !roster_choose(config->roster, container, choice, why);
}

/*
 * Which policies are for the container. Return: NULL, or a refusal, which the
 * log has too.
 */
static json_t *choose(const struct binder_config *config,
		      const struct control_client *client,
		      const json_t *request, const char *cgroup,
		      const char *label, struct roster_choice *choice)
{
	char unit[256];
	struct roster_container container = {
		.image = string(request, "image"),
		.name = string(request, "name"),
		.unit = unit,
		.cgroup = cgroup,
		.labels = json_object_get(request, "labels"),
		.annotations = json_object_get(request, "annotations"),
		.of_user = client->uid != 0,
		.prepares = !strcmp(string(request, "cmd"), "runtime"),
	};
	struct text why = {};
	json_t *answer;

	if (json_is_true(json_object_get(request, "prepared")))
		container.filters = json_object_get(request, "filters");
	find_unit(cgroup, unit, sizeof(unit));
	if (find_policies(config, &container, choice, &why))
		return NULL;
	answer = control_refusal("%s", text_string(&why));
	note(config->log, config->users, client, "error", label,
	     text_string(&why));
	text_free(&why);
	return answer;
}

static json_t *still_loads(void)
{
	return json_pack("{s:b, s:b, s:s}", "ok", 0, "retry", 1, "error",
			 "bailiffd still loads its policies");
}

/*
 * The container has filters of the versions that the roster knows, and is to be
 * bound to no others. Return: 0, or -ENOENT for one that it does not know.
 */
static int list_policies(const struct roster *roster,
			 const struct roster_choice *choice, struct job *job)
{
	const struct roster_policy *policy;
	unsigned int i;

	for (i = 0; i < choice->num; i++) {
		if (i) {
			strcat(job->policies, ",");
			strcat(job->versions, ",");
		}
		strcat(job->policies, choice->name[i]);
		strcat(job->versions, choice->name[i]);
		if (!choice->filtered)
			continue;
		policy = roster_find(roster, choice->name[i]);
		if (!policy)
			return -ENOENT;
		strcat(job->versions, "@");
		strcat(job->versions, policy->digest);
	}
	return 0;
}

/* Choose policies for what is in cgroup, and bind it. */
static json_t *choose_and_bind(const struct binder_config *config,
			       struct control *control,
			       const struct control_client *client, pid_t pid,
			       const json_t *request, const char *cgroup,
			       const char *label, bool service)
{
	struct roster_choice choice;
	json_t *answer;
	struct job *job;

	answer = choose(config, client, request, cgroup, label, &choice);
	if (answer)
		return answer;
	if (!choice.num)
		return unselected(config, client, label);
	job = calloc(1, sizeof(*job));
	if (!job)
		return control_refusal("out of memory");
	if (list_policies(config->roster, &choice, job)) {
		free_job(job);
		return control_refusal("a policy that it is to be bound to is "
				       "not loaded");
	}
	job->control = control;
	job->log = config->log;
	job->users = config->users;
	job->names = config->names;
	job->name = copy(request, "name");
	job->image = copy(request, "image");
	job->client = *client;
	job->service = service;
	job->filtered = choice.filtered;
	strcpy(job->label, label);
	return start_bind(config, job, client, pid);
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
	return choose_and_bind(config, control, client, (pid_t)pid, request,
			       cgroup, label, false);
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
	return choose_and_bind(config, control, client, client->pid, request,
			       cgroup, label, true);
}

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

struct json_t *binder_prepare(const struct binder_config *config,
			      const struct control_client *client,
			      const struct json_t *request)
{
	const struct roster_policy *policy;
	struct roster_choice choice;
	char label[BVM_MAX_NAME];
	json_t *answer, *list;
	unsigned int i;

	if (make_label(string(request, "id"), label))
		return control_refusal("a container needs an id");
	if (!store_is_ready(config->store))
		return still_loads();
	answer = choose(config, client, request, string(request, "cgroup"),
			label, &choice);
	if (answer)
		return answer;
	/* of one that nothing selects the hook says it */
	list = json_array();
	for (i = 0; i < choice.num; i++) {
		policy = roster_find(config->roster, choice.name[i]);
		if (policy) {
			(void)json_array_append_new(list, policy_json(policy));
			continue;
		}
		json_decref(list);
		return control_refusal("policy %s is not loaded",
				       choice.name[i]);
	}
	if (json_array_size(list) == choice.num)
		return json_pack("{s:b, s:o}", "ok", 1, "policies", list);
	json_decref(list);
	return NULL;
}
