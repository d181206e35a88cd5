/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * init_parts.h - what was found out about a service, for init.c
 *
 *	init_find.c   which service is meant: its unit, program, packages
 *	init_unit.c   what the unit says
 *	init_dirs.c   directories and files, of the packages and of this machine
 *	init_ports.c  ports, in units and configuration
 *	init_guess.c  what the program's file lets one guess
 *	init_write.c  the policy, as text and as JSON
 */
#ifndef POLICYC_INIT_PARTS_H
#define POLICYC_INIT_PARTS_H

#include "binary.h"
#include "dpkg.h"
#include "init.h"
#include "rootfs.h"

/* What a directory or file is for, and so what may be done to it. */
enum init_kind {
	INIT_CONFIG, /* read */
	INIT_DATA, /* read */
	INIT_STATE, /* changed at will */
	INIT_RUN, /* changed at will, sockets are made there */
	INIT_LOG, /* created and appended to */
	INIT_NUM_KINDS,
};

/* In a path: what only the start of the service tells; any name. */
#define INIT_ANY '\x1a'

struct init_path {
	const char *path; /* as rules see it; may have INIT_ANY */
	enum init_kind kind;
	bool dir; /* and what is below it */
	const char *why; /* one line, where it is from */
};

struct init_program {
	const char *path; /* as rules see it */
	const char *why;
};

struct init_guess {
	const char *name; /* of an include, or a capability without CAP_ */
	const char *why;
};

struct init_guesses {
	struct init_guess *items;
	u32 num;
};

struct init_port {
	u32 port;
	bool udp;
	const char *why;
};

struct init {
	struct run *run;
	struct arena *arena;
	struct rootfs root;
	struct dpkg dpkg;

	const char *wanted; /* --for */
	const char *name; /* of the service, without ".service" */
	const char *alias; /* the unit's other name, if asked so; or NULL */
	const char *unit; /* "nginx.service", or NULL */
	const char *unit_path; /* where it is, or NULL */
	const char *description; /* "" if there is none */
	const char *user; /* that the unit starts it as, or NULL: root */
	bool notify; /* Type=notify */
	bool template; /* NAME@.service */
	struct binary_names caps; /* AmbientCapabilities, without CAP_ */

	const char *exec; /* the main program's path, as it was written */
	const char *exec_line; /* the command line, without specifiers */
	const char *main; /* the same path as rules see it */
	bool missing; /* it is not there */
	struct binary binary; /* of main, or of what interprets it */
	bool script; /* main is a script: of what interprets it */
	const char *interpreter; /* of a script, as rules see it; or NULL */

	const struct dpkg_package *packages[4];
	u32 num_packages;
	struct init_program *programs; /* main first */
	u32 num_programs;
	struct init_path *paths;
	u32 num_paths;
	struct init_port *ports;
	u32 num_ports;
	struct init_guesses includes;
	struct init_guesses capabilities;
	bool has_shell; /* base/shell is among the includes */
	bool listens, connects, starts; /* what the program may do */
	bool logs; /* by syslog(3) */
};

/* Add what is not there yet; a path that no rule can name is left out. */
void init_add_path(struct init *in, enum init_kind kind, const char *path,
		   bool dir, const char *why);
void init_add_program(struct init *in, const char *path, const char *why);
void init_add_port(struct init *in, u32 port, bool udp, const char *why);

/* Take back all paths and programs that were added for that reason. */
void init_drop(struct init *in, const char *why);

/* Is it an absolute path that a rule can name, on one line? */
bool init_is_plain(const char *path);

/* EXIT_YES; EXIT_BAD was reported. */
int init_find(struct init *in);

/* Where units are below a root, in the order in which they count. */
extern const char *const init_unit_dirs[]; /* ends with NULL */

/* What the unit at in->unit_path says, and its drop-ins. */
void init_unit_take(struct init *in);

/* The first word of a command line as systemd has it; NULL: there is none. */
const char *init_unit_word(struct arena *arena, const char **line);

/* Needs all that the unit and the packages say. */
void init_dirs_take(struct init *in);
/* Each file of the configuration, a few hundred at most; with links unfollowed. */
void init_dirs_walk(struct init *in,
		    void (*fn)(struct init *in, const char *path));
void init_ports_take(struct init *in);

/* Needs the program and the ports. */
void init_guess_take(struct init *in);

const char *init_write_policy(struct init *in);
const char *init_write_json(struct init *in, const char *policy);

#endif /* POLICYC_INIT_PARTS_H */
