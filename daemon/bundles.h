/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * bundles.h - what a container that runs is called, from where engines keep it
 *
 * A hook is told by the runtime where the bundle is. Of a container that came
 * to be without one the cgroup's name has the number that its engine gave it,
 * and below these directories is a bundle of that number:
 *
 *	/run/containerd/io.containerd.runtime.v2.task/NAMESPACE/ID
 *	/run/docker/containerd/daemon/io.containerd.runtime.v2.task/NAMESPACE/ID
 *	/run/containers/storage/DRIVER-containers/ID/userdata
 *	/var/lib/containers/storage/DRIVER-containers/ID/userdata
 */
#ifndef DAEMON_BUNDLES_H
#define DAEMON_BUNDLES_H

#include <stdbool.h>
#include <stddef.h>

#define BUNDLES_ID 65 /* bytes of a container's number, with the NUL */

/* Before the directories above: "", but in tests. */
extern const char *bundles_top;

/* Is it a number as engines give them: 64 hexadecimal digits? */
bool bundles_is_id(const char *id);

/*
 * The number of the container that the cgroup at path belongs to; len is how
 * much of path is the container's own cgroup. The outermost one: what is below
 * is the container's, and called what it likes. Below a user's own manager of
 * systemd (user@N.service) there are none, as anybody may choose names there.
 *
 * Return: is there one?
 */
bool bundles_id_of(const char *path, char id[BUNDLES_ID], size_t *len);

/*
 * Print what the hook would say of container id, JSON with "name", "image",
 * "labels" and "annotations", to the descriptor out; or one sentence to diag.
 *
 * Return: 0 or -1.
 */
int bundles_describe(const char *id, int out, int diag);

#endif /* DAEMON_BUNDLES_H */
