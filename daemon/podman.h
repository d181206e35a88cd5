/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * podman.h - what podman knows of a container and does not tell its hooks
 *
 * Its annotations have neither name nor image. Both are in the list of
 * containers of its storage, two directories above the bundle:
 * DRIVER-containers/ID/userdata and DRIVER-containers/containers.json.
 */
#ifndef DAEMON_PODMAN_H
#define DAEMON_PODMAN_H

struct json_t;

/*
 * Put the name and the image of container id into request where it has none,
 * if bundle is one of podman's. What is not known stays as it is.
 */
void podman_describe(const char *bundle, const char *id,
		     struct json_t *request);

#endif /* DAEMON_PODMAN_H */
