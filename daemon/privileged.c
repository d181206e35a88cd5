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
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "bailiffd.h"
#include "bindcheck.h"
#include "cgroup.h"
#include "counters.h"
#include "images.h"
#include "log.h"
#include "privileged.h"
#include "logfile.h"
#include "proto.h"
#include "sdnotify.h"
#include "state.h"

struct parent {
	struct daemon_options *options;
	int sock;
	struct compile job; /* pid 0: none runs */
	uint32_t job_serial;
	time_t job_deadline; /* monotonic seconds */
	char job_file[PROTO_FILE];
	char job_policyc[COMPILE_DIGEST_HEX]; /* as it was at the start */
	struct text synced; /* digests that the kernel held at the last SYNC */
	struct images images;
	struct sdnotify *notify;
	struct proto_message answer; /* large: kept off the stack */
};

static time_t now(void)
{
	struct timespec time;

	clock_gettime(CLOCK_MONOTONIC, &time);
	return time.tv_sec;
}

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

/* The image in fd, staged of file, which stays open here; or err and text. */
static int answer_compiled(struct parent *parent, uint32_t serial,
			   const char *file, int fd, int err, const char *text)
{
	struct proto_message *answer = &parent->answer;
	struct proto_compiled *compiled = &answer->u.compiled;
	const struct image *image = images_find(&parent->images, file);

	memset(compiled, 0, sizeof(*compiled));
	answer->type = PROTO_COMPILED;
	answer->serial = serial;
	answer->fd = err ? -1 : fd;
	compiled->err = err;
	snprintf(compiled->text, sizeof(compiled->text), "%s", text);
	if (!err) {
		strcpy(compiled->digest, image->digest);
		compiled->saved = image->saved;
	}
	return proto_send(parent->sock, answer);
}

static int answer_saved(struct parent *parent, uint32_t serial,
			const char *file, int fd)
{
	int err = answer_compiled(parent, serial, file, fd, 0, "");

	close(fd);
	return err;
}

/* A plain name that ends in .yaml: no way out of the directory. */
static bool is_policy_file(const char *file)
{
	size_t len = strlen(file);

	return len > 5 && file[0] != '.' && !strchr(file, '/') &&
	       !strcmp(file + len - 5, ".yaml");
}

static int start_compile(struct parent *parent,
			 const struct proto_message *message)
{
	const struct daemon_options *options = parent->options;
	const struct proto_compile *wanted = &message->u.compile;
	struct compile_request request = {
		.policyc = options->policyc,
		.dir = options->policies,
		.file = parent->job_file,
		.uid = options->uid,
		.gid = options->gid,
	};
	int err;

	if (parent->job.pid || !is_policy_file(wanted->file))
		return -EPROTO;
	if (!wanted->anew) {
		int fd = images_saved(&parent->images, wanted->file, true);

		if (fd >= 0)
			return answer_saved(parent, message->serial,
					    wanted->file, fd);
	}
	strcpy(parent->job_file, wanted->file);
	strcpy(parent->job_policyc, images_policyc(&parent->images));
	parent->job_serial = message->serial;
	err = compile_start(&request, &parent->job);
	if (err)
		return answer_compiled(parent, message->serial, wanted->file,
				       -1, err, strerror(-err));
	parent->job_deadline = now() + COMPILE_SECONDS;
	return 0;
}

static int end_compile(struct parent *parent)
{
	struct text diag = {}, deps = {};
	struct image *image;
	int err, fd = -1;

	err = compile_finish(&parent->job, &diag, &deps);
	if (!err) {
		fd = parent->job.image_fd;
		err = images_stage(&parent->images, parent->job_file, fd, &deps,
				   &image);
	}
	/* replaced meanwhile: nobody knows which one it was made by */
	if (!err && strcmp(image->policyc, parent->job_policyc))
		image->policyc[0] = '\0';
	err = answer_compiled(parent, parent->job_serial, parent->job_file, fd,
			      err, text_string(&diag));
	if (fd >= 0)
		close(fd);
	text_free(&diag);
	text_free(&deps);
	return err;
}

static int load(struct parent *parent, const struct proto_message *message)
{
	struct image *image =
		images_find_digest(&parent->images, message->u.digest.digest);
	char reply[KFS_REPLY] = "";
	int err;

	if (!image)
		return -EPROTO;
	err = kfs_request(&parent->options->kfs, "load", image->bytes,
			  image->len, reply);
	if (!err)
		image->loaded = true;
	return answer_done(parent, message->serial, err,
			   reply[0] ? reply : strerror(-err));
}

/* The last image of a file that was in force, whatever the file holds now. */
static int send_saved(struct parent *parent,
		      const struct proto_message *message)
{
	const char *file = message->u.file.file;
	int fd;

	if (!is_policy_file(file))
		return -EPROTO;
	fd = images_saved(&parent->images, file, false);
	if (fd < 0)
		return answer_compiled(parent, message->serial, file, -1, fd,
				       fd == -EBADMSG ?
					       "the saved image is damaged" :
					       strerror(-fd));
	return answer_saved(parent, message->serial, file, fd);
}

/* What is not saved is compiled again, and cannot be gone back to: said. */
static int keep(struct parent *parent, const struct proto_message *message)
{
	const char *file = message->u.file.file;
	const struct image *image = images_find(&parent->images, file);
	int err;

	if (!is_policy_file(file))
		return -EPROTO;
	/* what a later start would load must have been in force, not just said */
	if (image && !image->loaded &&
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

	if (!is_policy_file(file))
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

static int bind_container(struct parent *parent,
			  const struct proto_message *message)
{
	const struct proto_bind *bind = &message->u.bind;
	char names[BINDCHECK_NAMES], line[sizeof(names) + 256];
	char reply[KFS_REPLY], starter[32] = "";
	struct kfs *kfs = &parent->options->kfs;
	uint64_t cgroup;
	pid_t runtime;
	int err, len;

	if (!bindcheck_list(bind->policies, names) ||
	    !text_is_label(bind->label) || bind->pid <= 0 || bind->hook <= 0 ||
	    bind->filtered > 1 || bind->service > 1 ||
	    (bind->service && bind->uid))
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
static int send_counters(struct parent *parent, uint32_t serial,
			 const struct text *text)
{
	struct proto_message *answer = &parent->answer;
	int err = -ENOMEM;

	memset(&answer->u.empty, 0, sizeof(answer->u.empty));
	answer->type = PROTO_COUNTERS;
	answer->serial = serial;
	answer->fd = memfd_create("counters", MFD_CLOEXEC);
	if (answer->fd >= 0 && write(answer->fd, text_string(text),
				     text->len) == (ssize_t)text->len)
		err = proto_send(parent->sock, answer);
	if (answer->fd >= 0)
		close(answer->fd);
	return err;
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
		err = send_counters(parent, message->serial, &text);
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
		return start_compile(parent, &message);
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
	case PROTO_SAVED:
		return send_saved(parent, &message);
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

static int wait_ms(const struct parent *parent)
{
	time_t left;

	if (!parent->job.pid)
		return -1;
	left = parent->job_deadline - now();
	return left > 0 ? (int)left * 1000 : 0;
}

static int loop(struct parent *parent, int signal_fd)
{
	struct pollfd fds[3] = {
		{ .fd = parent->sock, .events = POLLIN },
		{ .fd = signal_fd, .events = POLLIN },
		{ .events = POLLIN },
	};
	int err = 0;

	while (!err) {
		fds[2].fd = parent->job.pid ? parent->job.pidfd : -1;
		fds[2].revents = 0;
		if (poll(fds, 3, wait_ms(parent)) < 0 && errno != EINTR)
			return -errno;
		if (parent->job.pid &&
		    (fds[2].revents || now() >= parent->job_deadline))
			err = end_compile(parent);
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
		.notify = notify,
		.images = { .dir = images,
			    .policies = options->policies,
			    .policyc = options->policyc },
	};
	struct text diag = {};
	sigset_t signals;
	int signal_fd, err;

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
	if (parent.job.pid && !compile_finish(&parent.job, &diag, NULL))
		close(parent.job.image_fd);
	text_free(&diag);
	text_free(&parent.synced);
	images_free(&parent.images);
	end_worker(worker_sock, worker);
	return err;
}
