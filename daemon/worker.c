// SPDX-License-Identifier: GPL-2.0-only
#include <errno.h>
#include <event2/event.h>
#include <jansson.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "alarms.h"
#include "bailiffd.h"
#include "binder.h"
#include "control.h"
#include "deadrules.h"
#include "instances.h"
#include "journal.h"
#include "link.h"
#include "log.h"
#include "metrics.h"
#include "monitor.h"
#include "names.h"
#include "patrol.h"
#include "roster.h"
#include "sandbox.h"
#include "store.h"
#include "userlog.h"
#include "worker.h"

struct worker {
	struct event_base *base;
	struct link *link;
	struct monitor *monitor;
	struct control *control;
	struct store *store;
	struct instances *instances;
	struct alarms alarms;
	struct patrol *patrol;
	struct deadrules *deadrules;
	struct metrics *metrics; /* NULL: nobody wants them */
	struct roster roster;
	struct log log;
	struct journal journal;
	struct userlog users;
	struct names *names;
	struct event *log_retry; /* time to ask for a file again */
	struct event *alive; /* time to say so; NULL: nobody wants to know */
	uint64_t alive_ms;
	pid_t parent; /* the daemon's number to the outside */
};

static json_t *status(const struct worker *worker)
{
	const struct monitor_counts *counts = monitor_counts(worker->monitor);
	struct control_counts clients = control_counts(worker->control);

	return json_pack("{s:b, s:i, s:s, s:b, s:I, s:I, s:I, s:I, s:i, s:i, "
			 "s:I, s:I, s:I, s:I, s:I, s:o, s:I}",
			 "ok", 1, "pid", (int)worker->parent, "version",
			 BAILIFF_VERSION, "ready",
			 store_is_ready(worker->store), "records",
			 (json_int_t)counts->records, "lost",
			 (json_int_t)counts->lost, "logged",
			 (json_int_t)worker->log.written, "log_failed",
			 (json_int_t)worker->log.failed, "errors",
			 (int)store_num_errors(worker->store), "clients",
			 (int)clients.now, "clients_turned_away",
			 (json_int_t)clients.turned_away, "compiled",
			 (json_int_t)store_num_compiled(worker->store),
			 "repeated", (json_int_t)counts->repeated, "journaled",
			 (json_int_t)worker->journal.written, "journal_failed",
			 (json_int_t)worker->journal.failed, "alarms",
			 alarms_json(&worker->alarms), "alarms_more",
			 (json_int_t)alarms_more(&worker->alarms));
}

static struct binder_config binder(struct worker *worker)
{
	return (struct binder_config){
		.roster = &worker->roster,
		.instances = worker->instances,
		.deadrules = worker->deadrules,
		.store = worker->store,
		.link = worker->link,
		.log = &worker->log,
		.users = &worker->users,
		.names = worker->names,
	};
}

static json_t *container(struct worker *worker,
			 const struct control_client *client,
			 const json_t *request)
{
	struct binder_config config = binder(worker);

	return binder_request(&config, worker->control, client, request);
}

static json_t *service(struct worker *worker,
		       const struct control_client *client,
		       const json_t *request)
{
	struct binder_config config = binder(worker);

	return binder_service(&config, worker->control, client, request);
}

static json_t *prepare(struct worker *worker,
		       const struct control_client *client,
		       const json_t *request)
{
	struct binder_config config = binder(worker);

	return binder_prepare(&config, worker->control, client, request);
}

static json_t *handle(void *arg, const struct control_client *client,
		      const json_t *request)
{
	const char *cmd = json_string_value(json_object_get(request, "cmd"));
	struct worker *worker = arg;

	if (!cmd)
		return control_refusal("the request has no cmd");
	if (!strcmp(cmd, "status"))
		return status(worker);
	if (!strcmp(cmd, "container"))
		return container(worker, client, request);
	if (!strcmp(cmd, "runtime"))
		return prepare(worker, client, request);
	if (client->uid)
		return control_refusal("%.32s: only root may", cmd);
	if (!strcmp(cmd, "policies"))
		return json_pack("{s:b, s:o}", "ok", 1, "files",
				 store_files(worker->store));
	if (!strcmp(cmd, "service"))
		return service(worker, client, request);
	if (!strcmp(cmd, "reload")) {
		store_reload(worker->store);
		return json_pack("{s:b}", "ok", 1);
	}
	return control_refusal("no such cmd: %.32s", cmd);
}

static void on_rotated(void *arg, const struct proto_message *message)
{
	struct timeval second = { 1, 0 };
	struct worker *worker = arg;

	if (!message->u.done.err)
		return;
	log_not_reopened(&worker->log, message->u.done.text);
	event_add(worker->log_retry, &second);
}

static void want_file(void *arg)
{
	struct proto_message message = { .type = PROTO_ROTATE, .fd = -1 };
	struct timeval second = { 1, 0 };
	struct worker *worker = arg;

	if (link_request(worker->link, &message, on_rotated, worker))
		event_add(worker->log_retry, &second);
}

static void on_log_retry(int fd, short what, void *arg)
{
	struct worker *worker = arg;

	(void)fd;
	(void)what;
	log_retry(&worker->log);
}

static void on_reopened(void *arg, int fd)
{
	struct worker *worker = arg;

	log_reopen(&worker->log, fd);
}

static void on_heard(void *arg, const struct proto_message *message)
{
	(void)arg;
	(void)message;
}

/* More often until it is ready, which others wait for. */
#define STARTING_MS 200

static void on_alive(int fd, short what, void *arg)
{
	struct proto_message message = { .type = PROTO_ALIVE, .fd = -1 };
	struct worker *worker = arg;
	struct timeval next = {};
	uint64_t ms = worker->alive_ms;
	unsigned int active = 0;

	(void)fd;
	(void)what;
	store_count_active(worker->store, &active);
	message.u.alive.ready = store_is_settled(worker->store);
	message.u.alive.active = active;
	message.u.alive.errors = store_num_errors(worker->store);
	(void)link_request(worker->link, &message, on_heard, worker);
	if (!message.u.alive.ready && ms > STARTING_MS)
		ms = STARTING_MS;
	next.tv_sec = (time_t)(ms / 1000);
	next.tv_usec = (suseconds_t)(ms % 1000 * 1000);
	event_add(worker->alive, &next);
}

static int start_alive(struct worker *worker, uint64_t ms)
{
	if (!ms)
		return 0;
	worker->alive_ms = ms;
	worker->alive = evtimer_new(worker->base, on_alive, worker);
	if (!worker->alive)
		return -ENOMEM;
	on_alive(-1, 0, worker);
	return 0;
}

static int start_metrics(struct worker *worker, int fd)
{
	struct metrics_sources sources = {
		.link = worker->link,
		.monitor = worker->monitor,
		.log = &worker->log,
		.journal = &worker->journal,
		.store = worker->store,
		.control = worker->control,
		.alarms = &worker->alarms,
	};

	if (fd < 0)
		return 0;
	worker->metrics = metrics_create(worker->base, fd, &sources);
	return worker->metrics ? 0 : -ENOMEM;
}

/* Return: 0 or -ENOMEM; what was made is freed by finish. */
static int start(struct worker *worker, const struct daemon_options *options,
		 const struct worker_fds *fds)
{
	struct link_events events = { on_reopened, worker };
	struct monitor_config monitor = {
		.log = &worker->log,
		.journal = &worker->journal,
		.names = worker->names,
		.window = options->log_window,
	};
	struct store_config config;

	worker->link = link_create(worker->base, fds->parent, &events);
	worker->monitor = monitor_create(worker->base, fds->events, &monitor);
	worker->control =
		control_create(worker->base, fds->control, handle, worker);
	worker->log_retry = evtimer_new(worker->base, on_log_retry, worker);
	if (!worker->link || !worker->monitor || !worker->control ||
	    !worker->log_retry)
		return -ENOMEM;
	if (strcmp(options->log, "-"))
		worker->log.want_file = want_file;
	worker->log.arg = worker;
	config = (struct store_config){
		.dir = options->policies,
		.base = worker->base,
		.link = worker->link,
		.log = &worker->log,
		.roster = &worker->roster,
	};
	worker->store = store_create(&config);
	worker->instances = instances_create(&(struct instances_config){
		.base = worker->base,
		.link = worker->link,
		.log = &worker->log,
		.roster = &worker->roster,
	});
	worker->alarms.log = &worker->log;
	worker->patrol = patrol_create(&(struct patrol_config){
		.base = worker->base,
		.link = worker->link,
		.roster = &worker->roster,
		.store = worker->store,
		.alarms = &worker->alarms,
	});
	worker->deadrules = deadrules_create(&(struct deadrules_config){
		.link = worker->link,
		.log = &worker->log,
		.alarms = &worker->alarms,
	});
	if (!worker->store || !worker->instances || !worker->patrol ||
	    !worker->deadrules || start_metrics(worker, fds->metrics) ||
	    start_alive(worker, options->alive_ms))
		return -ENOMEM;
	return store_start(worker->store);
}

static void finish(struct worker *worker)
{
	/* its parent is gone: nobody can give it another file */
	worker->log.want_file = NULL;
	if (worker->monitor) {
		monitor_drain(worker->monitor);
		monitor_finish(worker->monitor);
	}
	log_end(&worker->log);
	if (worker->log_retry)
		event_free(worker->log_retry);
	if (worker->alive)
		event_free(worker->alive);
	metrics_free(worker->metrics);
	instances_free(worker->instances);
	patrol_free(worker->patrol);
	deadrules_free(worker->deadrules);
	alarms_free(&worker->alarms);
	store_free(worker->store);
	control_free(worker->control);
	monitor_free(worker->monitor);
	names_free(worker->names);
	link_free(worker->link);
	roster_free(&worker->roster);
	if (worker->base)
		event_base_free(worker->base);
}

int worker_run(const struct daemon_options *options,
	       const struct worker_fds *fds, bool sandbox)
{
	struct worker worker = {
		.log = { .fd = -1, .limit = options->log_size },
		.journal = { .fd = fds->journal },
		.names = fds->names,
		.parent = getppid(),
	};
	int err;

	log_reopen(&worker.log, fds->log);
	/* it makes a pair of sockets, which the sandbox forbids */
	worker.base = event_base_new();
	err = worker.base ? 0 : -ENOMEM;
	if (!err && sandbox)
		err = sandbox_worker(options->uid, options->gid);
	if (err)
		log_error("worker: sandbox: %s", strerror(-err));
	if (!err)
		err = start(&worker, options, fds);
	if (!err)
		event_base_dispatch(worker.base);
	finish(&worker);
	return err;
}
