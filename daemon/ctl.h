/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * ctl.h - what the commands of bailiffctl share
 *
 * A command is a row of the table in bailiffctl.c; its options are parsed by
 * itself, argv[0] being its name.
 */
#ifndef DAEMON_CTL_H
#define DAEMON_CTL_H

#include <limits.h>
#include <stdbool.h>

#include "kfs.h"

/* Exit codes, the same for every tool of Bailiff. */
enum ctl_exit {
	CTL_YES = 0, /* yes, or done */
	CTL_NO = 1, /* the answer is no */
	CTL_USAGE = 2, /* wrong use or bad input */
	CTL_LACKS = 3, /* the machine lacks kernel, permission or daemon */
	CTL_BUG = 4,
};

struct ctl {
	struct kfs kfs;
	const char *run_dir; /* of the daemon's socket */
	const char *log; /* the daemon's JSON log */
	const char *policyc; /* or NULL: found by compile_find_policyc */
	const char *const *defines; /* load -D: for compile_request */
	unsigned int num_defines;
	bool color; /* standard output is a terminal */
};

struct ctl_command {
	const char *name;
	const char *operands;
	const char *doc; /* one line */
	const char *help; /* what --help adds; may be "" */
	int (*run)(struct ctl *ctl, int argc, char **argv);
};

/* A line below a table that has "?" in place of denials and hits. */
#define CTL_HITS_UNKNOWN "?: this needs root"

extern const struct ctl_command ctl_commands[];

int ctl_status(struct ctl *ctl, int argc, char **argv);
int ctl_ps(struct ctl *ctl, int argc, char **argv);
int ctl_policies(struct ctl *ctl, int argc, char **argv);
int ctl_containers(struct ctl *ctl, int argc, char **argv);
int ctl_rules(struct ctl *ctl, int argc, char **argv);
int ctl_load(struct ctl *ctl, int argc, char **argv);
int ctl_unload(struct ctl *ctl, int argc, char **argv);
int ctl_reload(struct ctl *ctl, int argc, char **argv);
int ctl_mode(struct ctl *ctl, int argc, char **argv);
int ctl_bind(struct ctl *ctl, int argc, char **argv);
int ctl_unbind(struct ctl *ctl, int argc, char **argv);
int ctl_run(struct ctl *ctl, int argc, char **argv);
int ctl_log(struct ctl *ctl, int argc, char **argv);
int ctl_monitor(struct ctl *ctl, int argc, char **argv);
int ctl_why(struct ctl *ctl, int argc, char **argv);
int ctl_suggest(struct ctl *ctl, int argc, char **argv);
int ctl_early(struct ctl *ctl, int argc, char **argv);
int ctl_record(struct ctl *ctl, int argc, char **argv);
int ctl_trace(struct ctl *ctl, int argc, char **argv);
int ctl_show(struct ctl *ctl, int argc, char **argv);
int ctl_selftest(struct ctl *ctl, int argc, char **argv);
int ctl_top(struct ctl *ctl, int argc, char **argv);
int ctl_doctor(struct ctl *ctl, int argc, char **argv);

/* "bailiffctl: ..." on standard error. */
void __attribute__((format(printf, 1, 2))) ctl_error(const char *fmt, ...);

/* Complain, name the command's --help, and return CTL_USAGE. */
int __attribute__((format(printf, 2, 3)))
ctl_usage(const char *command, const char *fmt, ...);

/* Print text (a refusal of the kernel's) and the exit code for err. */
int ctl_refused(const char *what, int err, const char *text);

/*
 * Is the kernel's side there and readable? Complains if not.
 *
 * Return: CTL_YES or CTL_LACKS.
 */
int ctl_need_kernel(struct ctl *ctl);

/* Read a file of the kernel's; complains. Return: CTL_YES or CTL_LACKS. */
int ctl_read(struct ctl *ctl, const char *file, struct text *text);

/* Does it name a file (a path, .yaml, .yml, .img) rather than a policy? */
bool ctl_is_file(const char *policy);

/* Give FILE.yaml or FILE.img to the kernel; reply has KFS_REPLY bytes. */
int ctl_load_file(struct ctl *ctl, const char *file, char *reply);

/*
 * From here on SIGINT, SIGQUIT, SIGTERM, SIGHUP and SIGPIPE end nothing, but
 * are remembered: for commands that have something to put back at their end.
 */
void ctl_catch_signals(void);
bool ctl_is_stopped(void);

struct json_t;

/* A name that somebody else chose, any bytes, as a JSON string; owned. */
struct json_t *ctl_string(const char *name);

/* Print it on standard output; on a terminal its strings do nothing. */
void ctl_dump(const struct json_t *json);

/*
 * Ask the daemon.
 *
 * Return: an owned JSON object, NULL if the daemon cannot be reached or the
 * answer is none; why holds a sentence then.
 */
struct json_t *ctl_ask(struct ctl *ctl, const char *command, char *why,
		       size_t size);

#endif /* DAEMON_CTL_H */
