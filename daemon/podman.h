/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * podman.h - what podman knows of a container and does not tell its hooks
 *
 * Its annotations have neither name nor image. Both are in the lists of
 * containers of its storage, two directories above the bundle:
 *
 *	DRIVER-containers/ID/userdata
 *	DRIVER-containers/containers.json
 *	DRIVER-containers/volatile-containers.json	those of --rm
 */
#ifndef DAEMON_PODMAN_H
#define DAEMON_PODMAN_H

#include <stddef.h>

struct json_t;

/*
 * Put the name of container id into request, and its image where request has
 * none, if bundle is one of podman's: DRIVER-containers/ID/userdata. CRI-O's
 * look the same; they are known by an annotation, if there is no list at all.
 *
 * Return: 0; -EINVAL it is podman's, and its name is not known, so that no
 * selector could be sure: why has a sentence.
 */
int podman_describe(const char *bundle, const char *id, struct json_t *request,
		    char *why, size_t size);

#endif /* DAEMON_PODMAN_H */
