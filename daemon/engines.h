/* SPDX-License-Identifier: GPL-2.0-only */
/* engines.h - does docker, containerd or podman of this host ask for policies? */
#ifndef DAEMON_ENGINES_H
#define DAEMON_ENGINES_H

/* Where hooks of ours are for engines that read them from a directory. */
#define ENGINES_HOOKS "/usr/share/containers/oci/hooks.d"

/* In front of all paths: "", but in tests. */
extern const char *engines_root;

/* result: "ok" or "note"; what: the engine's name. */
typedef void engines_fn(void *arg, const char *result, const char *what,
			const char *text);

/*
 * Tell of each engine that is installed whether its configuration has
 * bailiff-runtime or the hook. Of one that is not there nothing is told.
 */
void engines_look(engines_fn *fn, void *arg);

#endif /* DAEMON_ENGINES_H */
