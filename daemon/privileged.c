// SPDX-License-Identifier: GPL-2.0-only
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/signalfd.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "bailiffd.h"
#include "bindcheck.h"
#include "cgroup.h"
#include "counters.h"
#include "images.h"
#include "jobs.h"
#include "log.h"
#include "populated.h"
#include "privileged.h"
#include "logfile.h"
#include "proto.h"
#include "sdnotify.h"
#include "state.h"

struct parent {
	struct daemon_options *options;
	int sock;
	pid_t worker;
	struct jobs jobs;
	struct text synced; /* digests that the kernel held at the last SYNC */
	struct images images;
	struct sdnotify *notify;
	struct proto_message answer; /* large: kept off the stack */
};

static int answer_bound(struct parent *parent, uint32_t serial, int err,
			const char *text, uint64_t cgroup)
{
	struct proto_message *answer = &parent->answer;

	memset(&answer->u.done, 0, sizeof(answer->u.done));
	answer->type = PROTO_DONE;
	answer->serial = serial;
	answer->fd = -1;
	answer->u.done.err = err;
	answer->u.done.cgroup = cgroup;
	snprintf(answer->u.done.text, sizeof(answer->u.done.text), "%s", text);
	return proto_send(parent->sock, answer);
}

static int answer_done(struct parent *parent, uint32_t serial, int err,
		       const char *text)
{
	return answer_bound(parent, serial, err, text, 0);
}

static int load(struct parent *parent, const struct proto_message *message)
{
	struct image *image =
		images_find_digest(&parent->images, message->u.digest.digest);
	char reply[KFS_REPLY] = "";
	int err;

	if (!image || image->at_bind)
		return -EPROTO;
	err = kfs_request(&parent->options->kfs, "load", image->bytes,
			  image->len, reply);
	if (!err)
		image->loaded = true;
	return answer_done(parent, message->serial, err,
			   reply[0] ? reply : strerror(-err));
}

/* What is not saved is compiled again, and cannot be gone back to: said. */
static int keep(struct parent *parent, const struct proto_message *message)
{
	const char *file = message->u.file.file;
	const struct image *image = images_find(&parent->images, file);
	int err;

	if (!jobs_is_policy_file(file))
		return -EPROTO;
	/*
	 * What a later start would load must have been in force, not just said;
	 * of a template nothing is loaded.
	 */
	if (image && !image->loaded && !image->at_bind &&
	    !strstr(text_string(&parent->synced), image->digest))
		return answer_done(parent, message->serial, -EPERM,
				   "it is not in force");
	err = images_save(&parent->images, file);
	images_drop(&parent->images, file);
	return answer_done(parent, message->serial, err,
			   err ? strerror(-err) : "ok");
}

static int forget(struct parent *parent, const struct proto_message *message)
{
	const char *file = message->u.file.file;

	if (!jobs_is_policy_file(file))
		return -EPROTO;
	if (images_is_there(&parent->images, file))
		return answer_done(parent, message->serial, -EEXIST,
				   "the file is there");
	images_drop(&parent->images, file);
	images_forget(&parent->images, file);
	return answer_done(parent, message->serial, 0, "ok");
}

static int unload(struct parent *parent, const struct proto_message *message)
{
	const char *name = message->u.name.name;
	char reply[KFS_REPLY];
	int err;

	if (!text_is_policy_name(name))
		return -EPROTO;
	err = kfs_request(&parent->options->kfs, "unload", name, strlen(name),
			  reply);
	return answer_done(parent, message->serial, err, reply);
}

/* A container's cgroup must not hold those who set the container up. */
static int check_cgroup(const char *path, pid_t pid, const char *who, char *why,
			size_t size)
{
	char other[PATH_MAX];
	int err = cgroup_of_pid(pid, other);

	if (err) {
		snprintf(why, size, "%s (process %d): no cgroup", who, pid);
		return err;
	}
	if (!cgroup_contains(path, other))
		return 0;
	snprintf(why, size,
		 "the container's cgroup %.200s also holds %s: give the "
		 "container a cgroup of its own",
		 path, who);
	return -EBUSY;
}

/* The service's cgroup, which holds who asks: nobody else, so far. */
static int find_service(const struct proto_bind *bind, uint64_t *cgroup,
			char *why)
{
	char path[PATH_MAX];
	int err;

	err = cgroup_of_pid(bind->pid, path);
	if (!err && !cgroup_cut_to_service(path))
		err = -ENOENT;
	if (!err)
		err = cgroup_id(path, cgroup);
	if (err) {
		snprintf(why, KFS_REPLY, "process %d is in no service: %s",
			 bind->pid, strerror(-err));
		return err;
	}
	return check_cgroup(path, getpid(), "bailiffd", why, KFS_REPLY);
}

static int find_container(struct kfs *kfs, const struct proto_bind *bind,
			  uint64_t *cgroup, pid_t *runtime, char *why)
{
	char path[PATH_MAX];
	int err;

	err = cgroup_of_pid(bind->pid, path);
	if (!err)
		err = cgroup_id(path, cgroup);
	if (err) {
		snprintf(why, KFS_REPLY, "process %d: %s", bind->pid,
			 err == -ENOTSUP ? "it is in no cgroup v2" :
					   strerror(-err));
		return err;
	}
	err = check_cgroup(path, bind->hook, "the hook", why, KFS_REPLY);
	if (!err)
		err = check_cgroup(path, getpid(), "bailiffd", why, KFS_REPLY);
	if (!err)
		err = bindcheck_owner(kfs, path, bind->uid, why);
	if (err)
		return err;
	err = cgroup_parent_pid(bind->hook, runtime);
	if (err)
		snprintf(why, KFS_REPLY, "the hook has ended");
	return err;
}

/* May this be bound there? Return: 0, -errno and why; -EPROTO no such list. */
static int check_bind(struct kfs *kfs, const struct proto_bind *bind,
		      uint64_t cgroup, const char *names, char *why)
{
	int err = bindcheck_replace(kfs, cgroup, bind, names, why);

	return err ? err :
		     bindcheck_versions(kfs, bind->policies, bind->filtered,
					why);
}

static bool has_option(int sock, int option, int value)
{
	int is;
	socklen_t len = sizeof(is);

	return !getsockopt(sock, SOL_SOCKET, option, &is, &len) && is == value;
}

/*
 * The worker has other sockets, which root made: its end of our pair, and what
 * it listens on. Their peer would be root, too.
 */
static bool is_of_client(const struct parent *parent, int sock)
{
	struct sockaddr_un address = {};
	socklen_t len = sizeof(address);
	char path[PATH_MAX];

	snprintf(path, sizeof(path), "%s/" CONTROL_SOCKET,
		 parent->options->run_dir);
	return has_option(sock, SO_TYPE, SOCK_STREAM) &&
	       has_option(sock, SO_ACCEPTCONN, 0) &&
	       !getsockname(sock, (struct sockaddr *)&address, &len) &&
	       len <= sizeof(address) &&
	       !strncmp(address.sun_path, path, sizeof(address.sun_path));
}

/*
 * Who asks is what the kernel says of the client's socket. It may have ended
 * since.
 */
static int take_peer(const struct parent *parent, int sock,
		     struct proto_bind *bind)
{
	struct ucred peer;
	socklen_t len = sizeof(peer);
	bool is_right =
		is_of_client(parent, sock) &&
		!getsockopt(sock, SOL_SOCKET, SO_PEERCRED, &peer, &len) &&
		len == sizeof(peer);

	close(sock);
	if (!is_right || peer.pid <= 0 || peer.pid == getpid() ||
	    peer.pid == parent->worker)
		return -EPROTO;
	bind->hook = peer.pid;
	bind->uid = peer.uid;
	return 0;
}

static int bind_container(struct parent *parent, struct proto_message *message)
{
	struct proto_bind *bind = &message->u.bind;
	char names[BINDCHECK_NAMES], line[sizeof(names) + 256];
	char reply[KFS_REPLY], starter[32] = "";
	struct kfs *kfs = &parent->options->kfs;
	uint64_t cgroup;
	pid_t runtime;
	int err, len;

	err = take_peer(parent, message->fd, bind);
	if (err)
		return err;
	if (!bindcheck_list(bind->policies, names) ||
	    !text_is_label(bind->label) || bind->pid <= 0 || bind->hook <= 0 ||
	    bind->filtered > 1 || bind->service > 1 ||
	    (bind->service && (bind->uid || bind->pid != bind->hook)))
		return -EPROTO;
	err = bind->service ?
		      find_service(bind, &cgroup, reply) :
		      find_container(kfs, bind, &cgroup, &runtime, reply);
	if (!err)
		err = check_bind(kfs, bind, cgroup, names, reply);
	if (err == -EPROTO)
		return err;
	if (err)
		return answer_done(parent, message->serial, err, reply);
	/* what starts a service runs its programs in no namespace of its own */
	if (!bind->service)
		snprintf(starter, sizeof(starter), " runtime=%d", (int)runtime);
	len = snprintf(line, sizeof(line), "cgroup=%llu policy=%s label=%s%s%s",
		       (unsigned long long)cgroup, names, bind->label, starter,
		       bind->filtered ? " filtered" : "");
	err = kfs_request(kfs, "bind", line, (size_t)len, reply);
	return answer_bound(parent, message->serial, err, reply,
			    err ? 0 : cgroup);
}

/* The image of a loaded policy as a memory file, which can be mapped. */
static int copy_image(struct kfs *kfs, const char *name)
{
	char file[PATH_MAX], chunk[65536];
	int from, to;
	ssize_t len = 0;

	snprintf(file, sizeof(file), "policies/%s/image", name);
	from = kfs_open(kfs, file, O_RDONLY);
	if (from < 0)
		return from;
	to = memfd_create("image", MFD_CLOEXEC);
	while (to >= 0 && (len = read(from, chunk, sizeof(chunk))) > 0) {
		if (write(to, chunk, (size_t)len) != len) {
			close(to);
			to = -1;
		}
	}
	close(from);
	if (to < 0)
		return -ENOMEM;
	if (!len)
		return to;
	/* half an image would be one that selects nothing */
	close(to);
	return -EIO;
}

/*
 * The directory is whichever the worker says, or passes on, and root opens it,
 * though it lie below one that is closed to others; in it, policyc has the rights
 * of anybody. What it prints are names of links that the policy denies, and their
 * targets.
 */
static int reach(struct parent *parent, const struct proto_message *message)
{
	const struct proto_reach *wanted = &message->u.reach;
	int policy = -EPROTO;

	if (text_is_policy_name(wanted->policy))
		policy = copy_image(&parent->options->kfs, wanted->policy);
	if (policy >= 0)
		return jobs_reach(&parent->jobs, message, policy);
	if (message->fd >= 0)
		close(message->fd);
	return policy == -EPROTO ? policy :
				   answer_done(parent, message->serial, policy,
					       strerror(-policy));
}

static int send_policy(const struct state_policy *policy, void *arg)
{
	struct parent *parent = arg;
	struct proto_message *answer = &parent->answer;
	int err;

	memset(&answer->u.policy, 0, sizeof(answer->u.policy));
	answer->type = PROTO_POLICY;
	answer->u.policy.generation = policy->generation;
	strcpy(answer->u.policy.name, policy->name);
	strcpy(answer->u.policy.digest, policy->digest);
	text_printf(&parent->synced, "%s\n", policy->digest);
	answer->fd = copy_image(&parent->options->kfs, policy->name);
	if (answer->fd < 0)
		return answer->fd == -ENOENT ? 0 : answer->fd;
	err = proto_send(parent->sock, answer);
	close(answer->fd);
	return err;
}

static int sync_state(struct parent *parent,
		      const struct proto_message *message)
{
	int err;

	parent->answer.serial = message->serial;
	text_reset(&parent->synced);
	err = state_policies(&parent->options->kfs, send_policy, parent);
	return answer_done(parent, message->serial, err,
			   err ? strerror(-err) : "ok");
}

/* A memory file, since it may be more than a message holds. */
static int send_text(struct parent *parent, uint32_t serial,
		     enum proto_type type, const struct text *text)
{
	struct proto_message *answer = &parent->answer;
	int err;

	memset(&answer->u.empty, 0, sizeof(answer->u.empty));
	answer->type = type;
	answer->serial = serial;
	answer->fd = memfd_create("text", MFD_CLOEXEC);
	if (answer->fd < 0)
		return answer_done(parent, serial, -errno, strerror(errno));
	if (write(answer->fd, text_string(text), text->len) ==
	    (ssize_t)text->len) {
		err = proto_send(parent->sock, answer);
		close(answer->fd);
		return err;
	}
	/* no room for it: that is no reason to end */
	close(answer->fd);
	return answer_done(parent, serial, -ENOMEM, strerror(ENOMEM));
}

static int count(struct parent *parent, const struct proto_message *message)
{
	struct text text = {};
	int err;

	err = counters_print(&parent->options->kfs, &text);
	if (err)
		err = answer_done(parent, message->serial, err,
				  err == -EFBIG ?
					  "there are too many values\n" :
					  "the kernel's counts cannot be "
					  "read\n");
	else
		err = send_text(parent, message->serial, PROTO_COUNTERS, &text);
	text_free(&text);
	return err;
}

static int look(struct parent *parent, const struct proto_message *message)
{
	struct text text = {};
	int err;

	err = populated_print(&parent->options->kfs, &text);
	if (err)
		err = answer_done(parent, message->serial, err, strerror(-err));
	else
		err = send_text(parent, message->serial, PROTO_CGROUPS, &text);
	text_free(&text);
	return err;
}

/* Return: 0 or -errno of the socket; *open_err is that of the file. */
static int reopen_log(struct parent *parent, int *open_err)
{
	struct proto_message message = { .type = PROTO_LOG };
	int err;

	message.fd = logfile_open(parent->options->log);
	*open_err = message.fd < 0 ? message.fd : 0;
	if (message.fd < 0) {
		log_error("%s: %s", parent->options->log,
			  strerror(-message.fd));
		return 0;
	}
	err = proto_send(parent->sock, &message);
	close(message.fd);
	return err;
}

static int rotate(struct parent *parent, const struct proto_message *message)
{
	int open_err, err;

	open_err = logfile_rotate(parent->options);
	if (open_err)
		return answer_done(parent, message->serial, open_err,
				   strerror(-open_err));
	err = reopen_log(parent, &open_err);
	if (err)
		return err;
	return answer_done(parent, message->serial, open_err,
			   open_err ? strerror(-open_err) : "ok");
}

/* Both processes work: that is what systemd's watchdog is about. */
static int alive(struct parent *parent, const struct proto_message *message)
{
	const struct proto_alive *alive = &message->u.alive;
	char status[128];

	snprintf(status, sizeof(status), "%s%u policies active, %u in error",
		 alive->ready ? "" : "starting: ", alive->active,
		 alive->errors);
	sdnotify_alive(parent->notify, alive->ready, status);
	return answer_done(parent, message->serial, 0, "ok");
}

/* An error here means that the worker broke the protocol, or is gone. */
static int serve(struct parent *parent)
{
	static struct proto_message message;
	int err;

	err = proto_receive(parent->sock, PROTO_FROM_WORKER, &message);
	if (err)
		return err;
	switch (message.type) {
	case PROTO_COMPILE:
		return jobs_compile(&parent->jobs, &message);
	case PROTO_BUILD:
		return jobs_build(&parent->jobs, &message);
	case PROTO_LOAD:
		return load(parent, &message);
	case PROTO_UNLOAD:
		return unload(parent, &message);
	case PROTO_BIND:
		return bind_container(parent, &message);
	case PROTO_SYNC:
		return sync_state(parent, &message);
	case PROTO_COUNT:
		return count(parent, &message);
	case PROTO_LOOK:
		return look(parent, &message);
	case PROTO_REACH:
		return reach(parent, &message);
	case PROTO_DESCRIBE:
		return jobs_describe(&parent->jobs, &message);
	case PROTO_SAVED:
		return jobs_saved(&parent->jobs, &message);
	case PROTO_KEEP:
		return keep(parent, &message);
	case PROTO_FORGET:
		return forget(parent, &message);
	case PROTO_ROTATE:
		return rotate(parent, &message);
	case PROTO_ALIVE:
		return alive(parent, &message);
	default:
		return -EPROTO;
	}
}

/* Return: 1 stop, 0 go on, -errno. */
static int take_signal(struct parent *parent, int signal_fd)
{
	struct signalfd_siginfo info;
	int open_err;

	if (read(signal_fd, &info, sizeof(info)) != sizeof(info))
		return 0;
	return info.ssi_signo == SIGHUP ? reopen_log(parent, &open_err) : 1;
}

static int loop(struct parent *parent, int signal_fd)
{
	struct pollfd fds[2 + JOBS_NUM] = {
		{ .fd = parent->sock, .events = POLLIN },
		{ .fd = signal_fd, .events = POLLIN },
	};
	int err = 0;

	while (!err) {
		jobs_watch(&parent->jobs, fds + 2);
		if (poll(fds, 2 + JOBS_NUM, jobs_wait_ms(&parent->jobs)) < 0 &&
		    errno != EINTR)
			return -errno;
		err = jobs_collect(&parent->jobs, fds + 2);
		if (!err && fds[1].revents)
			err = take_signal(parent, signal_fd);
		if (!err && fds[0].revents)
			err = serve(parent);
	}
	return err < 0 ? err : 0;
}

/* The worker sees its socket close and ends; a stuck one is not awaited. */
static void end_worker(int sock, pid_t worker)
{
	struct timespec pause = { .tv_nsec = 20000000 };
	int tries = 100;

	close(sock);
	while (!waitpid(worker, NULL, WNOHANG) && --tries)
		nanosleep(&pause, NULL);
	if (!tries) {
		kill(worker, SIGKILL);
		waitpid(worker, NULL, 0);
	}
}

int privileged_run(struct daemon_options *options, int worker_sock,
		   pid_t worker, int images, struct sdnotify *notify)
{
	struct parent parent = {
		.options = options,
		.sock = worker_sock,
		.worker = worker,
		.notify = notify,
		.images = { .dir = images,
			    .policies = options->policies,
			    .policyc = options->policyc },
	};
	sigset_t signals;
	int signal_fd, err;

	parent.jobs = (struct jobs){
		.options = options,
		.images = &parent.images,
		.sock = worker_sock,
	};
	sigemptyset(&signals);
	sigaddset(&signals, SIGTERM);
	sigaddset(&signals, SIGINT);
	sigaddset(&signals, SIGHUP);
	signal_fd = signalfd(-1, &signals, SFD_CLOEXEC | SFD_NONBLOCK);
	if (signal_fd < 0)
		return -errno;
	images_prune(&parent.images);
	err = loop(&parent, signal_fd);
	sdnotify_stopping(notify);
	close(signal_fd);
	jobs_end(&parent.jobs);
	text_free(&parent.synced);
	images_free(&parent.images);
	end_worker(worker_sock, worker);
	return err;
}
