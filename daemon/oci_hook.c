// SPDX-License-Identifier: GPL-2.0-only
/*
 * bailiff-oci-hook - a createRuntime hook: no container without its policy
 *
 * The runtime gives the container's state on standard input and waits. Exit
 * status 0 lets it start the container's program, anything else stops it.
 *
 * With --service it stands before the programs of a systemd service, as its
 * ExecCondition=, and binds the service's cgroup, in which it is itself.
 */
#include <fcntl.h>
#include <getopt.h>
#include <jansson.h>
#include <limits.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/un.h>
#include <syslog.h>
#include <time.h>
#include <unistd.h>

#include "bailiffd.h"
#include "bundle.h"
#include "cgroup.h"
#include "client.h"
#include "docker.h"
#include "ocistate.h"
#include "podman.h"

#define PATIENCE_S 5 /* then the container is refused */
#define TO_SAY_MS 200 /* of these, for saying why */
#define STATE_MAX (1u << 20) /* bytes */

#define CONDITION_FAILED 255 /* less would skip a service without an error */

static bool service; /* and no container */

static int refusal(void)
{
	return service ? CONDITION_FAILED : 1;
}

/* crun swallows what a hook says, and a dead daemon says nothing. */
static void __attribute__((noreturn)) refuse(const char *why)
{
	const char *what = service ? "service" : "container";

	fprintf(stderr, "bailiff-oci-hook: %s refused: %s\n", what, why);
	openlog("bailiff-oci-hook", LOG_PID, LOG_DAEMON);
	syslog(LOG_ERR, "%s refused: %s", what, why);
	exit(refusal());
}

/* syslog(3) may not be called by what a signal has interrupted. */
static void tell_syslog(const char *text, size_t len)
{
	static const struct sockaddr_un address = { AF_UNIX, "/dev/log" };
	int fd = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);

	(void)sendto(fd, text, len, MSG_NOSIGNAL, (const void *)&address,
		     sizeof(address));
}

/* For what cannot be given a deadline, as a file system that hangs. */
static void on_alarm(int signal)
{
	/* LOG_DAEMON and LOG_ERR are 27 */
	static const char text[] = "<27>bailiff-oci-hook: refused: no answer "
				   "in time\n";

	(void)signal;
	(void)!write(STDERR_FILENO, text + 4, sizeof(text) - 5);
	tell_syslog(text, sizeof(text) - 2);
	_exit(refusal());
}

static long long deadline_ms; /* on the monotonic clock, for all it does */

static long long now_ms(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return now.tv_sec * 1000LL + now.tv_nsec / 1000000;
}

/* At least 1: who has waited too long is told so by whom it asks. */
static int ms_left(void)
{
	long long left = deadline_ms - now_ms();

	return left > 1 ? (int)left : 1;
}

static void start_clock(void)
{
	deadline_ms = now_ms() + PATIENCE_S * 1000 - TO_SAY_MS;
	signal(SIGALRM, on_alarm);
	alarm(PATIENCE_S);
}

static ssize_t read_input(char *to, size_t size)
{
	struct pollfd input = { .fd = STDIN_FILENO, .events = POLLIN };

	if (!poll(&input, 1, ms_left()))
		refuse("the runtime did not give the container's state in "
		       "time");
	return read(STDIN_FILENO, to, size);
}

static json_t *read_state(void)
{
	static char text[STATE_MAX];
	json_error_t error;
	size_t len = 0;
	json_t *state;
	ssize_t got;

	while (len < sizeof(text) &&
	       (got = read_input(text + len, sizeof(text) - len)) > 0)
		len += (size_t)got;
	state = json_loadb(text, len, 0, &error);
	if (!json_is_object(state))
		refuse("standard input holds no container state; this program "
		       "is run by an OCI runtime");
	return state;
}

/* given: NULL: the one of the bundle. */
static json_t *read_config(const char *given, const char *bundle)
{
	char path[PATH_MAX], why[512];
	json_t *config;

	if (!given && (size_t)snprintf(path, sizeof(path), "%s/config.json",
				       bundle) >= sizeof(path))
		refuse("the bundle's path is too long");
	config = bundle_read(given ? given : path, why, sizeof(why));
	if (!config)
		refuse(why);
	return config;
}

/* Hooks in the container's namespaces run under its policy: say so. */
static void warn_of_hooks(const json_t *config)
{
	static const char *const kinds[] = { "createContainer",
					     "startContainer" };
	const json_t *hooks = json_object_get(config, "hooks");
	size_t i;

	for (i = 0; i < 2; i++)
		if (json_array_size(json_object_get(hooks, kinds[i])))
			fprintf(stderr,
				"bailiff-oci-hook: note: %s hooks run under "
				"the container's policy\n",
				kinds[i]);
}

static void check_namespace(pid_t pid)
{
	char why[512];

	if (ocistate_check_namespace("/proc", pid, why, sizeof(why)))
		refuse(why);
}

/* bailiffd checks it again; here the message comes without it. */
static void check_cgroup(pid_t pid)
{
	char theirs[PATH_MAX], ours[PATH_MAX];

	if (cgroup_of_pid(pid, theirs) || cgroup_of_pid(getpid(), ours))
		refuse("its process is in no cgroup v2");
	if (cgroup_contains(theirs, ours))
		refuse("its cgroup also holds the runtime; give the container "
		       "a cgroup of its own (linux.cgroupsPath)");
}

/*
 * The container's root directory, for bailiffd to look into: an engine may have
 * mounted it where no other mount namespace has it. Of a mount a copy, since one
 * that is held could not be unmounted, and since nothing is above a copy.
 *
 * Return: -1: bailiffd is left to what it sees there.
 */
static int open_root(const json_t *request)
{
	const char *root = json_string_value(json_object_get(request, "root"));
	int fd;

	if (!root || *root != '/')
		return -1;
	fd = (int)syscall(SYS_open_tree, AT_FDCWD, root,
			  OPEN_TREE_CLONE | OPEN_TREE_CLOEXEC);
	return fd >= 0 ? fd : open(root, O_PATH | O_DIRECTORY | O_CLOEXEC);
}

static json_t *ask(const char *run_dir, const json_t *request)
{
	int root = open_root(request);
	char why[512];
	json_t *answer = client_ask_patiently((unsigned int)ms_left(), run_dir,
					      request, root, why, sizeof(why));

	if (!answer)
		refuse(why);
	if (root >= 0)
		close(root);
	return answer;
}

static void decide(const json_t *answer, bool require)
{
	const char *error = json_string_value(json_object_get(answer, "error"));

	if (!json_is_true(json_object_get(answer, "ok")))
		refuse(error ? error : "bailiffd gave no reason");
	if (require && !json_is_string(json_object_get(answer, "policy")))
		refuse("no policy selects it, and --require is set");
}

/* What bailiff-runtime installed, for bailiffd to compare. */
static void add_filter(json_t *filters, const char *said)
{
	if (json_array_append_new(filters, json_string(said)))
		refuse("--filter: this is no text");
}

struct choices {
	const char *run_dir;
	const char *config; /* NULL: the one of the bundle */
	bool require;
	bool prepared;
	json_t *filters;
};

/* The request for the container whose state is on standard input. */
static json_t *container_request(const struct choices *choices)
{
	json_t *state = read_state(), *config, *request;
	const char *bundle =
		json_string_value(json_object_get(state, "bundle"));
	char why[512];
	const char *id;
	pid_t pid;

	if (!bundle)
		refuse("the container's state names no bundle");
	config = read_config(choices->config, bundle);
	warn_of_hooks(config);
	request = ocistate_request(state, config, why, sizeof(why));
	if (!request)
		refuse(why);
	if (json_object_set(request, "filters", choices->filters) ||
	    json_object_set_new(request, "prepared",
				json_boolean(choices->prepared)))
		refuse("out of memory");
	id = json_string_value(json_object_get(state, "id"));
	if (podman_describe(bundle, id, request, why, sizeof(why)) ||
	    docker_describe(bundle, config, id, request, why, sizeof(why)))
		refuse(why);
	pid = (pid_t)json_integer_value(json_object_get(request, "pid"));
	check_namespace(pid);
	check_cgroup(pid);
	json_decref(config);
	json_decref(state);
	return request;
}

static void usage(FILE *out)
{
	fputs("usage: bailiff-oci-hook [--require] [--run-dir DIR]\n"
	      "           [--config FILE]\n"
	      "           [--prepared [--filter POLICY@DIGEST]...] < STATE\n"
	      "       bailiff-oci-hook --service [--require] [--run-dir DIR]\n\n"
	      "A createRuntime hook of OCI runtimes: binds the new container\n"
	      "to its policy by asking bailiffd. Any failure refuses the\n"
	      "container.\n\n"
	      "  --service      bind the systemd service that it is in: as\n"
	      "                 ExecCondition=+ of that\n"
	      "  --require      refuse a container that no policy selects\n"
	      "  --run-dir DIR  of the daemon's socket (" RUN_DIR ")\n"
	      "  --config FILE  that the runtime reads, if it is not the\n"
	      "                 bundle's config.json\n"
	      "  --prepared     bailiff-runtime made the bundle ready\n"
	      "  --filter POLICY@DIGEST\n"
	      "                 and put the filter of system calls of this\n"
	      "                 version into it\n",
	      out);
}

static const struct option options[] = {
	{ "require", no_argument, NULL, 'r' },
	{ "service", no_argument, NULL, 's' },
	{ "run-dir", required_argument, NULL, 'd' },
	{ "filter", required_argument, NULL, 'f' },
	{ "prepared", no_argument, NULL, 'p' },
	{ "config", required_argument, NULL, 'c' },
	{ "help", no_argument, NULL, 'h' },
	{ "version", no_argument, NULL, 'V' },
	{ NULL, 0, NULL, 0 },
};

/* Return: -1 go on, or the exit status. */
static int parse_options(int argc, char **argv, struct choices *choices)
{
	int opt;

	while ((opt = getopt_long(argc, argv, "hV", options, NULL)) != -1) {
		switch (opt) {
		case 'r':
			choices->require = true;
			break;
		case 's':
			service = true;
			break;
		case 'd':
			choices->run_dir = optarg;
			break;
		case 'c':
			choices->config = optarg;
			break;
		case 'p':
			choices->prepared = true;
			break;
		case 'f':
			add_filter(choices->filters, optarg);
			break;
		case 'h':
			usage(stdout);
			return 0;
		case 'V':
			puts("bailiff-oci-hook " BAILIFF_VERSION);
			return 0;
		default:
			return 2;
		}
	}
	return -1;
}

int main(int argc, char **argv)
{
	struct choices choices = {
		.run_dir = RUN_DIR,
		.filters = json_array(),
	};
	json_t *request, *answer;
	int code;

	code = parse_options(argc, argv, &choices);
	if (code >= 0)
		return code;
	start_clock();
	request = service ? json_pack("{s:s}", "cmd", "service") :
			    container_request(&choices);
	answer = ask(choices.run_dir, request);
	decide(answer, choices.require);
	json_decref(answer);
	json_decref(request);
	json_decref(choices.filters);
	return 0;
}
