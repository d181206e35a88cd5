/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * docker.h - what docker knows of a container and does not tell its runtime
 *
 * A bundle of docker's has neither name nor image nor labels. They are in a
 * file below docker's own directory (/var/lib/docker), which is somewhere above
 * the root of the container:
 *
 *	DIR/containers/ID/config.v2.json
 *	DIR/overlay2/.../merged
 */
#ifndef DAEMON_DOCKER_H
#define DAEMON_DOCKER_H

#include <stdbool.h>
#include <stddef.h>

struct json_t;

/*
 * Write the whole name of an image, as podman and containerd say it, to full:
 * docker takes "nginx" for docker.io/library/nginx:latest, and remembers what it
 * was told. The number of an image has no name, and stays as it is if it says
 * that it is one ("sha256:").
 *
 * Return: does it fit?
 */
bool docker_image(const char *said, char *full, size_t size);

/*
 * Put name, image and labels of container id into request, if bundle is one
 * that containerd made for docker: .../moby/ID. config: its config.json.
 *
 * Return: 0; -EINVAL it is docker's, and its name is not known, so that no
 * selector could be sure: why has a sentence.
 */
int docker_describe(const char *bundle, const struct json_t *config,
		    const char *id, struct json_t *request, char *why,
		    size_t size);

#endif /* DAEMON_DOCKER_H */
