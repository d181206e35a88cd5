/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * ocistate.h - what an OCI runtime tells a hook, as a request to bailiffd
 */
#ifndef DAEMON_OCISTATE_H
#define DAEMON_OCISTATE_H

#include <stddef.h>
#include <sys/types.h>

struct json_t;

/*
 * Make the request of binder.h from the state that the runtime gave on
 * standard input and the bundle's config.json. A container that would execute
 * nothing, since an annotation has crun run its program, is refused.
 *
 * Return: an owned object; NULL, and why has a sentence.
 */
struct json_t *ocistate_request(const struct json_t *state,
				const struct json_t *config, char *why,
				size_t size);

/*
 * The same of a container that is still to be made, for which there is no
 * state: the request `runtime` of binder.h.
 */
struct json_t *ocistate_prepare(const char *id, const struct json_t *config,
				char *why, size_t size);

/*
 * Is the container's process pid in another mount namespace than the runtime,
 * which has started us? An exec in the runtime's joins no policy. proc: "/proc".
 *
 * Return: 0; -EINVAL it is not, or that is not known: why has a sentence.
 */
int ocistate_check_namespace(const char *proc, pid_t pid, char *why,
			     size_t size);

#endif /* DAEMON_OCISTATE_H */
