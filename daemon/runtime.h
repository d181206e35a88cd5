/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * runtime.h - make a bundle ready: the hook, and the policies' filters
 */
#ifndef DAEMON_RUNTIME_H
#define DAEMON_RUNTIME_H

#include <stdbool.h>
#include <stddef.h>

struct runtime_args;

struct runtime_options {
	const char *run_dir; /* of the daemon's socket */
	const char *hook; /* path of bailiff-oci-hook */
	bool require; /* refuse what no policy selects */
};

/*
 * Ask bailiffd which policies are for the container, and change the bundle.
 *
 * Return: 0; -EINVAL nothing was changed, and why has a sentence.
 */
int runtime_prepare(const struct runtime_options *options,
		    const struct runtime_args *args, char *why, size_t size);

/*
 * Find a program, as execvp(3), or else where such programs usually are; one
 * that is this program under another name is none. Return: 0 or -ENOENT.
 */
int runtime_find(const char *name, char *path, size_t size);

/* Of the runtime that is run when nobody says which; NULL behind the last. */
extern const char *const runtime_names[];

/*
 * Say why a container was refused, on standard error and as the command line
 * wants it in its log.
 */
void runtime_complain(const struct runtime_args *args, const char *text);

#endif /* DAEMON_RUNTIME_H */
