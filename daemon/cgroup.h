/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * cgroup.h - which cgroup v2 a process is in, and its number in the kernel
 */
#ifndef DAEMON_CGROUP_H
#define DAEMON_CGROUP_H

#include <limits.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

#define CGROUP_MOUNT "/sys/fs/cgroup"

/* Where it is looked for: CGROUP_MOUNT, but in tests. */
extern const char *cgroup_mount;
/* The same of /proc. */
extern const char *cgroup_proc;

/*
 * The path of pid's cgroup on the unified hierarchy, as in /proc/PID/cgroup.
 *
 * Return: 0; -ESRCH no such process; -ENOTSUP it is in no cgroup v2;
 * -ENAMETOOLONG.
 */
int cgroup_of_pid(pid_t pid, char path[PATH_MAX]);

/*
 * The number of the cgroup at path ("/a/b", or a directory below
 * CGROUP_MOUNT).
 *
 * Return: 0; -ENOENT; -ENOTSUP not on a cgroup v2; -ENAMETOOLONG.
 */
int cgroup_id(const char *path, uint64_t *id);

struct text;

/*
 * The threads of the cgroup that has this number and of those below it, one a
 * line, but for the cgroups except (num of them) and what is below those.
 *
 * Return: 0; -ENOENT there is none; -ELOOP it is nested too deep; -errno
 * (-EPERM without privilege).
 */
int cgroup_threads(uint64_t id, const uint64_t *except, size_t num,
		   struct text *threads);

#define CGROUP_MAX_DEPTH 64 /* that is looked into */

struct cgroup_walk {
	/* 1: neither this cgroup nor what is below; 0; -errno */
	int (*is_left_out)(int dir, void *arg);
	void *arg;
};

/* The same for an open directory, at depth 0; appends. Return: as above. */
int cgroup_add_threads(int dir, const struct cgroup_walk *walk,
		       unsigned int depth, struct text *threads);

/* Who owns its directory, and so may put processes there. As cgroup_id. */
int cgroup_owner(const char *path, uid_t *owner);

/* Is inner the same cgroup as outer, or below it? Both as cgroup_of_pid. */
bool cgroup_contains(const char *outer, const char *inner);

/*
 * Cut path after its innermost component that systemd gave the name of a
 * service: what it starts is in there, or in a cgroup below.
 *
 * Return: the service's name, in path; NULL there is none.
 */
const char *cgroup_cut_to_service(char *path);

/*
 * The outermost component of path that systemd gave its name, a service or a
 * scope; "" if there is none. What is below it was named by who runs there, be it
 * a user's systemd, a container's or a service with Delegate=: anybody may call
 * one nginx.service.
 */
void cgroup_unit(const char *path, char *unit, size_t size);

/* The parent of a process. Return: 0 or -ESRCH. */
int cgroup_parent_pid(pid_t pid, pid_t *parent);

#endif /* DAEMON_CGROUP_H */
