// SPDX-License-Identifier: GPL-2.0-only
/*
 * control_fuzz.c - the control socket: any bytes of any client
 *
 * They go through a real socket to control.c, and what is a request of binder.h
 * through binder.c. Each answer must be a line of JSON with `ok`, each message to
 * the parent one that it takes, and every client must be gone at the end.
 */
#include <assert.h>
#include <errno.h>
#include <event2/event.h>
#include <fcntl.h>
#include <jansson.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include "daemon/alarms.h"
#include "daemon/binder.h"
#include "daemon/control.h"
#include "daemon/deadrules.h"
#include "daemon/link.h"
#include "daemon/log.h"
#include "daemon/names.h"
#include "daemon/proto.h"
#include "daemon/roster.h"
#include "daemon/store_parts.h"
#include "daemon/userlog.h"
#include "vm/image.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static struct roster roster;
static struct store store = { .ready = true };
static struct userlog users;
static struct log log_of;
static struct alarms alarms = { .log = &log_of };
static struct event_base *base;
static struct control *control;
static struct binder_config config = {
	.roster = &roster,
	.store = &store,
	.log = &log_of,
	.users = &users,
};
static int socks[2];
static struct sockaddr_un address = { .sun_family = AF_UNIX };

static json_t *handle(void *arg, const struct control_client *client,
		      const json_t *request)
{
	const char *cmd = json_string_value(json_object_get(request, "cmd"));

	(void)arg;
	if (cmd && !strcmp(cmd, "container"))
		return binder_request(&config, control, client, request);
	if (cmd && !strcmp(cmd, "service"))
		return binder_service(&config, control, client, request);
	if (cmd && !strcmp(cmd, "runtime"))
		return binder_prepare(&config, control, client, request);
	return control_refusal("unknown command");
}

static void add_policy(const char *name, int kind, const char *key,
		       const char *value)
{
	struct roster_policy policy = {
		.selectors = calloc(1, sizeof(struct roster_selector)),
		.num_selectors = 1,
	};

	strcpy(policy.name, name);
	memset(policy.digest, 'a', sizeof(policy.digest) - 1);
	policy.selectors[0].kind = kind;
	policy.selectors[0].key = strdup(key);
	policy.selectors[0].value = strdup(value);
	if (roster_put(&roster, &policy))
		abort();
}

/* Clients are root's, as the fuzzer is, or its user's: both are served. */
static void begin(void)
{
	struct link_events events = {};
	int listening = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
	socklen_t len = sizeof(address);

	/* the kernel gives it a name that is no file */
	if (bind(listening, (void *)&address, sizeof(sa_family_t)) ||
	    getsockname(listening, (void *)&address, &len) ||
	    listen(listening, 5) || proto_pair(socks))
		abort();
	fcntl(listening, F_SETFL, O_NONBLOCK);
	fcntl(socks[1], F_SETFL, O_NONBLOCK);
	log_of.fd = open("/dev/null", O_WRONLY | O_CLOEXEC);
	/* what the daemon would say of each request */
	stderr = fopen("/dev/null", "w");
	base = event_base_new();
	config.link = link_create(base, socks[0], &events);
	config.names = names_open("/dev/shm/control_fuzz.names", "boot");
	config.deadrules = deadrules_create(&(struct deadrules_config){
		.link = config.link, .log = &log_of, .alarms = &alarms });
	control = control_create(base, listening, handle, NULL);
	if (!stderr || !base || !config.link || !config.deadrules || !control)
		abort();
	add_policy("web", BVM_SELECT_NAME, "", "web*");
	add_policy("img", BVM_SELECT_IMAGE, "", "nginx:*");
	add_policy("lab", BVM_SELECT_LABEL, "tier", "front");
}

/* Answer as the parent does when it has no such process. */
static bool be_parent(void)
{
	static struct proto_message message, done;

	/* -EPROTO: something that the parent would end the worker for */
	switch (proto_receive(socks[1], PROTO_FROM_WORKER, &message)) {
	case 0:
		break;
	case -EAGAIN:
		return false;
	default:
		abort();
	}
	if (message.fd >= 0)
		close(message.fd);
	done = (struct proto_message){ .type = PROTO_DONE,
				       .serial = message.serial,
				       .fd = -1 };
	/* half of them are bound, and looked at for dead rules then */
	done.u.done.err = message.serial & 1 ? -ENOENT : 0;
	done.u.done.cgroup = 7;
	if (proto_send(socks[1], &done))
		abort();
	return true;
}

static void check(char *answers)
{
	char *line, *rest = answers;
	json_t *answer;

	while ((line = strsep(&rest, "\n")) && rest) {
		answer = json_loads(line, 0, NULL);
		assert(json_is_boolean(json_object_get(answer, "ok")));
		json_decref(answer);
	}
	assert(!line || !*line);
}

static int client_of(const struct iovec *part)
{
	int sock = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
	socklen_t len = sizeof(sa_family_t) + 6; /* "\0" and five digits */

	if (connect(sock, (void *)&address, len) ||
	    send(sock, part->iov_base, part->iov_len, MSG_NOSIGNAL) !=
		    (ssize_t)part->iov_len ||
	    shutdown(sock, SHUT_WR))
		abort();
	return sock;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static char answers[1 << 20];
	struct iovec part = { (void *)data, size };
	size_t len = 0;
	ssize_t got;
	int sock;

	if (!base)
		begin();
	if (!size)
		return 0;
	sock = client_of(&part);
	do {
		event_base_loop(base, EVLOOP_NONBLOCK);
		got = recv(sock, answers + len, sizeof(answers) - 1 - len,
			   MSG_DONTWAIT);
		if (got > 0)
			len += (size_t)got;
	} while (be_parent() || got > 0 || control_counts(control).now);
	answers[len] = '\0';
	check(answers);
	close(sock);
	return 0;
}
