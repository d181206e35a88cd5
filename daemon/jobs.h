/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * jobs.h - the compilers that the parent runs for the worker
 *
 * One at a time for the files of the policies directory, one for the container
 * that starts at this moment, which does not wait for those, and one for what
 * has started, to say which rules cannot match there. And a child that is no
 * compiler, which reads what an engine says of a container.
 */
#ifndef DAEMON_JOBS_H
#define DAEMON_JOBS_H

#include <stdbool.h>
#include <time.h>

#include "compile.h"
#include "images.h"
#include "proto.h"

struct daemon_options;
struct pollfd;

#define JOBS_BUILD_SECONDS 4 /* the container's hook waits for 5 */
#define JOBS_DESCRIBE_SECONDS 10
#define JOBS_BUILT "/container" /* its image is staged under that name */

enum {
	JOBS_OF_FILE,
	JOBS_OF_CONTAINER,
	JOBS_OF_ROOT,
	JOBS_OF_BUNDLE,
	JOBS_NUM
};

struct job {
	struct compile compile; /* pid 0: none is there */
	uint32_t serial;
	time_t deadline; /* monotonic seconds */
	char staged[PROTO_FILE]; /* what the image is staged under */
	char policyc[COMPILE_DIGEST_HEX]; /* as it was at the start */
};

struct jobs {
	const struct daemon_options *options;
	struct images *images;
	int sock; /* the worker's */
	struct job of[JOBS_NUM];
	struct proto_message answer; /* large: kept off the stack */
};

/*
 * Each serves one request of proto.def. Return: 0, it was answered or will be;
 * -EPROTO the worker may not ask that, or not now; -errno of the socket. While
 * the compiler before cannot be ended, each answer is -EBUSY.
 */
int jobs_compile(struct jobs *jobs, const struct proto_message *message);
int jobs_build(struct jobs *jobs, const struct proto_message *message);
int jobs_saved(struct jobs *jobs, const struct proto_message *message);
int jobs_describe(struct jobs *jobs, const struct proto_message *message);
/* policy: the image of the policy; the message's fd, too, is taken over. */
int jobs_reach(struct jobs *jobs, const struct proto_message *message,
	       int policy);

/* A plain name that ends in .yaml: no way out of the directory. */
bool jobs_is_policy_file(const char *file);

/* What to wait for: JOBS_NUM descriptors, and how long; -1: for ever. */
void jobs_watch(const struct jobs *jobs, struct pollfd *fds);
int jobs_wait_ms(const struct jobs *jobs);

/* Answer for those that ended, or took too long. Return: 0 or -errno. */
int jobs_collect(struct jobs *jobs, const struct pollfd *fds);

/* Kill what runs. */
void jobs_end(struct jobs *jobs);

#endif /* DAEMON_JOBS_H */
