/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * proto.h - typed messages between the worker and its parent
 *
 * They go over a SOCK_SEQPACKET pair: one packet is one message, a header
 * and a payload of exactly the size that proto.def says. A packet that is
 * anything else is refused, and its receiver ends the other side.
 */
#ifndef DAEMON_PROTO_H
#define DAEMON_PROTO_H

#include <limits.h>
#include <stdint.h>

#include "bundles.h"
#include "compile.h"
#include "kfs.h"
#include "vm/limits.h"

#define PROTO_FILE 256 /* bytes of a file name, with its NUL */
#define PROTO_VALUE 256 /* bytes of a container's value, with its NUL */
#define PROTO_POLICIES (BVM_MAX_STACKED * (BVM_MAX_NAME + COMPILE_DIGEST_HEX))
#define PROTO_TEXT (36 * 1024) /* bytes of diagnostics, with their NUL */

struct proto_empty {
	uint32_t zero;
};

struct proto_file {
	char file[PROTO_FILE]; /* a name in the policies directory */
};

struct proto_compile {
	uint32_t anew; /* 1: even if its image is saved */
	char file[PROTO_FILE];
};

/* Values of a container; "": it is not known. */
struct proto_build {
	char file[PROTO_FILE];
	char name[PROTO_VALUE]; /* container.name */
	char image[PROTO_VALUE]; /* container.image */
	char unit[PROTO_VALUE]; /* unit.instance */
};

struct proto_reach {
	char policy[BVM_MAX_NAME];
	char root[PATH_MAX];
};

struct proto_describe {
	char id[BUNDLES_ID]; /* 64 hexadecimal digits */
};

struct proto_digest {
	char digest[COMPILE_DIGEST_HEX];
};

struct proto_name {
	char name[BVM_MAX_NAME];
};

struct proto_bind {
	/*
	 * The process that asks, whose parent is the runtime, and its user; who
	 * is not root must own the cgroup. The parent does not take the worker's
	 * word for them: it asks the socket of that client, which comes along and
	 * must be one of the control socket's, of neither the worker nor itself.
	 * For which of its clients the worker asks, and what for, is its word.
	 */
	int32_t hook;
	uint32_t uid;
	int32_t pid; /* the container's first process */
	uint32_t service; /* 1: hook, which pid is too, is in a service */
	uint32_t filtered; /* 1: the runtime installs the policies' filters */
	/* NAME[@DIGEST],...; with filtered each has the DIGEST it was made of */
	char policies[PROTO_POLICIES];
	char label[BVM_MAX_NAME];
};

struct proto_alive {
	uint32_t ready; /* 1: every policy file was worked on */
	uint32_t active; /* files */
	uint32_t errors; /* files */
};

struct proto_compiled {
	int32_t err; /* 0 and an image, or -errno and text */
	uint32_t saved; /* 1: no compiler ran */
	uint32_t at_bind; /* IMAGES_* of images.h: it is a template */
	char digest[COMPILE_DIGEST_HEX];
	char text[PROTO_TEXT];
};

struct proto_done {
	int32_t err; /* 0 or -errno */
	uint64_t cgroup; /* that was bound; 0: none was */
	char text[KFS_REPLY]; /* the kernel's words, or ours */
};

struct proto_policy {
	uint64_t generation;
	char name[BVM_MAX_NAME];
	char digest[COMPILE_DIGEST_HEX];
};

#define PROTO_MSG(num, NAME, payload, SENDER, fd, doc) PROTO_##NAME = num,
#define PROTO_STRING(NAME, payload, member)
enum proto_type {
#include "proto.def"
	PROTO_NUM_TYPES = 32,
};
#undef PROTO_MSG
#undef PROTO_STRING

enum proto_sender {
	PROTO_FROM_WORKER,
	PROTO_FROM_PARENT,
};

struct proto_message {
	uint32_t type; /* enum proto_type */
	uint32_t serial; /* an answer repeats its request's */
	int fd; /* the receiver's to close; -1: none */
	union {
		struct proto_empty empty;
		struct proto_file file;
		struct proto_compile compile;
		struct proto_build build;
		struct proto_reach reach;
		struct proto_describe describe;
		struct proto_digest digest;
		struct proto_name name;
		struct proto_bind bind;
		struct proto_alive alive;
		struct proto_compiled compiled;
		struct proto_done done;
		struct proto_policy policy;
	} u;
};

/* A pair of sockets for the two sides. Return: 0 or -errno. */
int proto_pair(int fds[2]);

/* Send message; its fd stays open here. Return: 0 or -errno. */
int proto_send(int sock, const struct proto_message *message);

/*
 * Receive one message, waiting for it unless the socket is non-blocking.
 *
 * Return: 0; -EAGAIN; -EPIPE the other side is gone; -EPROTO it is no
 * message that sender may send (nothing is left open then); -errno.
 */
int proto_receive(int sock, enum proto_sender sender,
		  struct proto_message *message);

/*
 * Check a packet and fill message, but for its descriptor; the pure half of
 * proto_receive.
 */
int proto_parse(const void *packet, size_t len, bool has_fd,
		enum proto_sender sender, struct proto_message *message);

#endif /* DAEMON_PROTO_H */
