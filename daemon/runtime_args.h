/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * runtime_args.h - what a command line of runc or crun says
 *
 * It is read as both of them read it. What they might read in two ways is
 * refused, since the wrong bundle would be changed.
 */
#ifndef DAEMON_RUNTIME_ARGS_H
#define DAEMON_RUNTIME_ARGS_H

#include <stdbool.h>
#include <stddef.h>

enum runtime_verb {
	RUNTIME_OTHER, /* nothing of ours: passed on as it is */
	RUNTIME_START, /* create, run: makes a container of a bundle */
	RUNTIME_RESTORE,
};

/* Strings are borrowed from argv. */
struct runtime_args {
	enum runtime_verb verb;
	const char *bundle; /* "." if it is not said */
	const char *config; /* of crun; NULL: config.json of the bundle */
	const char *id; /* of the container */
	const char *log; /* NULL: none */
	bool log_json;
};

/*
 * Read argv[1..argc), which is without options of our own.
 *
 * Return: 0; -EINVAL it starts a container, and how is not clear: why has a
 * sentence. What was read of --log is there in any case.
 */
int runtime_args_read(struct runtime_args *args, int argc, char **argv,
		      char *why, size_t size);

#endif /* DAEMON_RUNTIME_ARGS_H */
