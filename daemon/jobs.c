// SPDX-License-Identifier: GPL-2.0-only
#include <errno.h>
#include <poll.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "bailiffd.h"
#include "jobs.h"
#include "text.h"

static time_t now(void)
{
	struct timespec time;

	clock_gettime(CLOCK_MONOTONIC, &time);
	return time.tv_sec;
}

/* The image in fd, staged, which stays open here; or err and text. */
static int answer_compiled(struct jobs *jobs, uint32_t serial,
			   const char *staged, int fd, int err,
			   const char *text)
{
	struct proto_message *answer = &jobs->answer;
	struct proto_compiled *compiled = &answer->u.compiled;
	const struct image *image = images_find(jobs->images, staged);

	memset(compiled, 0, sizeof(*compiled));
	answer->type = PROTO_COMPILED;
	answer->serial = serial;
	answer->fd = err ? -1 : fd;
	compiled->err = err;
	snprintf(compiled->text, sizeof(compiled->text), "%s", text);
	if (!err) {
		strcpy(compiled->digest, image->digest);
		compiled->saved = image->saved;
		compiled->at_bind = image->at_bind;
	}
	return proto_send(jobs->sock, answer);
}

static int answer_saved(struct jobs *jobs, uint32_t serial, const char *file,
			int fd)
{
	int err = answer_compiled(jobs, serial, file, fd, 0, "");

	close(fd);
	return err;
}

bool jobs_is_policy_file(const char *file)
{
	size_t len = strlen(file);

	return len > 5 && file[0] != '.' && !strchr(file, '/') &&
	       !strcmp(file + len - 5, ".yaml");
}

#define STUCK                                                        \
	"the one before does not end, though it was killed: does a " \
	"file system hang?"

static int start(struct jobs *jobs, struct job *job, uint32_t serial,
		 struct compile_request *request, unsigned int seconds)
{
	int err;

	if (job->compile.dying)
		return answer_compiled(jobs, serial, job->staged, -1, -EBUSY,
				       "policyc: " STUCK);
	request->policyc = jobs->options->policyc;
	request->dir = jobs->options->policies;
	request->uid = jobs->options->uid;
	request->gid = jobs->options->gid;
	request->seconds = seconds;
	strcpy(job->policyc, images_policyc(jobs->images));
	job->serial = serial;
	err = compile_start(request, &job->compile);
	if (err)
		return answer_compiled(jobs, serial, job->staged, -1, err,
				       strerror(-err));
	job->deadline = now() + seconds;
	return 0;
}

/* What a worker waits for, and asks for no other meanwhile. */
static bool runs(const struct job *job)
{
	return job->compile.pid && !job->compile.dying;
}

int jobs_compile(struct jobs *jobs, const struct proto_message *message)
{
	const struct proto_compile *wanted = &message->u.compile;
	struct compile_request request = {
		.file = wanted->file,
		.template = true,
	};
	struct job *job = &jobs->of[JOBS_OF_FILE];

	if (runs(job) || !jobs_is_policy_file(wanted->file))
		return -EPROTO;
	if (!wanted->anew) {
		int fd = images_saved(jobs->images, wanted->file, true);

		if (fd >= 0)
			return answer_saved(jobs, message->serial, wanted->file,
					    fd);
	}
	strcpy(job->staged, wanted->file);
	return start(jobs, job, message->serial, &request, COMPILE_SECONDS);
}

int jobs_build(struct jobs *jobs, const struct proto_message *message)
{
	const struct proto_build *wanted = &message->u.build;
	char texts[3][PROTO_VALUE + 32];
	const char *defines[3];
	struct compile_request request = {
		.file = wanted->file,
		.instance = true,
		.defines = defines,
	};
	const char *const values[3][2] = {
		{ "container.name", wanted->name },
		{ "container.image", wanted->image },
		{ "unit.instance", wanted->unit },
	};
	struct job *job = &jobs->of[JOBS_OF_CONTAINER];
	unsigned int i;

	if (runs(job) || !jobs_is_policy_file(wanted->file))
		return -EPROTO;
	/* policyc looks at what is in them: this passes them on */
	for (i = 0; i < 3; i++) {
		if (!values[i][1][0])
			continue;
		snprintf(texts[i], sizeof(texts[i]), "%s=%s", values[i][0],
			 values[i][1]);
		defines[request.num_defines++] = texts[i];
	}
	strcpy(job->staged, JOBS_BUILT);
	return start(jobs, job, message->serial, &request,
		     jobs->options->build_seconds ?: JOBS_BUILD_SECONDS);
}

static int answer_done(struct jobs *jobs, uint32_t serial, int err,
		       const char *text)
{
	struct proto_message *answer = &jobs->answer;

	memset(&answer->u.done, 0, sizeof(answer->u.done));
	answer->type = PROTO_DONE;
	answer->serial = serial;
	answer->fd = -1;
	answer->u.done.err = err;
	snprintf(answer->u.done.text, sizeof(answer->u.done.text), "%s", text);
	return proto_send(jobs->sock, answer);
}

int jobs_reach(struct jobs *jobs, const struct proto_message *message,
	       int policy)
{
	struct job *job = &jobs->of[JOBS_OF_ROOT];
	struct compile_request request = {
		.policyc = jobs->options->policyc,
		.uid = jobs->options->uid,
		.gid = jobs->options->gid,
		.in_root = true,
		.policy_fd = policy,
		.root = message->u.reach.root,
		.root_fd = message->fd,
	};
	int err = -EPROTO;

	if (job->compile.dying) {
		err = answer_done(jobs, message->serial, -EBUSY,
				  "policyc: " STUCK);
	} else if (!runs(job)) {
		job->serial = message->serial;
		err = compile_start(&request, &job->compile);
		job->deadline = now() + COMPILE_SECONDS;
		if (err)
			err = answer_done(jobs, message->serial, err,
					  strerror(-err));
	}
	close(policy);
	if (message->fd >= 0)
		close(message->fd);
	return err;
}

int jobs_describe(struct jobs *jobs, const struct proto_message *message)
{
	struct job *job = &jobs->of[JOBS_OF_BUNDLE];
	struct compile_request request = {
		.instead = bundles_describe,
		.arg = message->u.describe.id,
		.seconds = JOBS_DESCRIBE_SECONDS,
		.uid = jobs->options->uid,
	};
	int err;

	if (runs(job) || !bundles_is_id(request.arg))
		return -EPROTO;
	if (job->compile.dying)
		return answer_done(jobs, message->serial, -EBUSY,
				   "the reader: " STUCK);
	job->serial = message->serial;
	job->deadline = now() + JOBS_DESCRIBE_SECONDS;
	err = compile_start(&request, &job->compile);
	return err ? answer_done(jobs, message->serial, err, strerror(-err)) :
		     0;
}

/* What was printed is not looked at here: it goes on as bytes. */
static int end_printed(struct jobs *jobs, struct job *job, enum proto_type type)
{
	struct proto_message *answer = &jobs->answer;
	struct text diag = {};
	int err;

	err = compile_finish(&job->compile, &diag, NULL);
	if (err) {
		err = answer_done(jobs, job->serial, err, text_string(&diag));
	} else {
		memset(&answer->u.empty, 0, sizeof(answer->u.empty));
		answer->type = type;
		answer->serial = job->serial;
		answer->fd = job->compile.image_fd;
		err = proto_send(jobs->sock, answer);
		close(answer->fd);
	}
	text_free(&diag);
	return err;
}

static int end(struct jobs *jobs, struct job *job)
{
	struct text diag = {}, deps = {};
	struct image *image;
	int err, fd = -1;

	err = compile_finish(&job->compile, &diag, &deps);
	if (!err) {
		fd = job->compile.image_fd;
		err = images_stage(jobs->images, job->staged, fd, &deps,
				   &image);
	}
	/* replaced meanwhile: nobody knows which one it was made by */
	if (!err && strcmp(image->policyc, job->policyc))
		image->policyc[0] = '\0';
	err = answer_compiled(jobs, job->serial, job->staged, fd, err,
			      text_string(&diag));
	if (fd >= 0)
		close(fd);
	text_free(&diag);
	text_free(&deps);
	return err;
}

/* The last image of a file that was in force, whatever the file holds now. */
int jobs_saved(struct jobs *jobs, const struct proto_message *message)
{
	const char *file = message->u.file.file;
	int fd;

	if (!jobs_is_policy_file(file))
		return -EPROTO;
	fd = images_saved(jobs->images, file, false);
	if (fd < 0)
		return answer_compiled(jobs, message->serial, file, -1, fd,
				       fd == -EBADMSG ?
					       "the saved image is damaged" :
					       strerror(-fd));
	return answer_saved(jobs, message->serial, file, fd);
}

void jobs_watch(const struct jobs *jobs, struct pollfd *fds)
{
	const struct compile *compile;
	int i;

	for (i = 0; i < JOBS_NUM; i++) {
		compile = &jobs->of[i].compile;
		fds[i] = (struct pollfd){
			.fd = compile->pid ? compile->pidfd : -1,
			.events = POLLIN,
		};
	}
}

int jobs_wait_ms(const struct jobs *jobs)
{
	time_t left, least = -1;
	int i;

	for (i = 0; i < JOBS_NUM; i++) {
		if (!runs(&jobs->of[i]))
			continue;
		left = jobs->of[i].deadline - now();
		if (left < 0)
			left = 0;
		if (least < 0 || left < least)
			least = left;
	}
	return least < 0 ? -1 : (int)least * 1000;
}

static int collect(struct jobs *jobs, struct job *job, bool ended)
{
	if (job->compile.dying) {
		if (ended)
			(void)compile_reap(&job->compile);
		return 0;
	}
	if (!runs(job) || (!ended && now() < job->deadline))
		return 0;
	if (job == &jobs->of[JOBS_OF_ROOT])
		return end_printed(jobs, job, PROTO_REACHED);
	if (job == &jobs->of[JOBS_OF_BUNDLE])
		return end_printed(jobs, job, PROTO_DESCRIBED);
	return end(jobs, job);
}

int jobs_collect(struct jobs *jobs, const struct pollfd *fds)
{
	int i, err = 0;

	for (i = 0; i < JOBS_NUM && !err; i++)
		err = collect(jobs, &jobs->of[i], fds[i].revents);
	return err;
}

void jobs_end(struct jobs *jobs)
{
	struct text diag = {};
	int i;

	for (i = 0; i < JOBS_NUM; i++) {
		struct compile *compile = &jobs->of[i].compile;

		if (runs(&jobs->of[i]) && !compile_finish(compile, &diag, NULL))
			close(compile->image_fd);
		if (compile->dying)
			compile_leave(compile);
	}
	text_free(&diag);
}
