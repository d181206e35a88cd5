// SPDX-License-Identifier: GPL-2.0-only
/* ctl_run.c - run: enter a policy, then become the command */
#include <errno.h>
#include <fcntl.h>
#include <getopt.h>
#include <stdio.h>
#include <string.h>
#include <sys/prctl.h>
#include <unistd.h>

#include "ctl.h"
#include "launch.h"
#include "state.h"

#define EXIT_CANNOT_RUN 126 /* as env(1) and the shells */
#define EXIT_NOT_FOUND 127
#define NAME_SIZE 128 /* more than a policy's name takes */

enum { OPT_POLICY = 256, OPT_AUDIT };

static const struct option options[] = {
	{ "policy", required_argument, NULL, OPT_POLICY },
	{ "audit", no_argument, NULL, OPT_AUDIT },
	{ NULL, 0, NULL, 0 },
};

/* What is to be entered. */
struct target {
	char name[NAME_SIZE]; /* room for any */
	/* of this version and no other; "": of any, as nobody may read it */
	char digest[COMPILE_DIGEST_HEX];
};

static int load(struct ctl *ctl, const char *file, struct target *target)
{
	char reply[KFS_REPLY];
	int code = ctl_load_file(ctl, file, reply);

	if (code)
		return code;
	if (text_word(reply, "policy", target->name, sizeof(target->name)) <
		    0 ||
	    text_word(reply, "digest", target->digest, sizeof(target->digest)) <
		    0) {
		ctl_error("the kernel's answer has no policy or digest: %s",
			  reply);
		return CTL_BUG;
	}
	return CTL_YES;
}

/* Of a name or a file. */
static int choose(struct ctl *ctl, const char *command, const char *policy,
		  struct target *target)
{
	target->digest[0] = '\0';
	if (ctl_is_file(policy))
		return load(ctl, policy, target);
	if (!text_is_policy_name(policy))
		return ctl_usage(command, "'%s' is no policy name", policy);
	strcpy(target->name, policy);
	return CTL_YES;
}

static int note_enforced(const struct state_policy *policy, void *arg)
{
	if (strcmp(policy->mode, "audit"))
		text_printf(arg, "%s,", policy->name);
	return 0;
}

/* A mode is the policy's, for all who are under it, and stays after us. */
static int set_audit(struct ctl *ctl, const char *name, const char *enforced)
{
	char file[PATH_MAX], reply[KFS_REPLY];
	int err;

	if (text_in_list(enforced, name)) {
		ctl_error("policy %s was loaded and enforced before: --audit "
			  "would end that for all who are under it. Give the "
			  "file's policy a name of its own, or say bailiffctl "
			  "mode %s audit first",
			  name, name);
		return CTL_NO;
	}
	snprintf(file, sizeof(file), "policies/%s/mode", name);
	err = kfs_request(&ctl->kfs, file, "audit", 5, reply);
	return err ? ctl_refused(name, err, reply) : CTL_YES;
}

/* Before a file is loaded, which may replace one of them. */
static int find_enforced(struct ctl *ctl, struct text *enforced)
{
	int err = state_policies(&ctl->kfs, note_enforced, enforced);

	if (!err && enforced->cut)
		err = -ENOMEM;
	return err ? ctl_refused("policies", err, strerror(-err)) : CTL_YES;
}

/* NAME or NAME@DIGEST, as `self` takes it. Return: its length. */
static size_t write_target(const struct target *target, char *text, size_t size)
{
	return (size_t)snprintf(text, size, "%s%s%s", target->name,
				target->digest[0] ? "@" : "", target->digest);
}

static int replaced(const struct target *target)
{
	ctl_error("policy %s was replaced just now: nothing was run. Say it "
		  "again",
		  target->name);
	return CTL_NO;
}

/* Without privilege the kernel wants no_new_privs, and `enter: self`. */
static int enter(struct ctl *ctl, const struct target *target)
{
	char reply[KFS_REPLY], text[sizeof(*target)];
	size_t len = write_target(target, text, sizeof(text));
	int err;

	err = kfs_request(&ctl->kfs, "self", text, len, reply);
	if (err == -EPERM && geteuid() &&
	    !prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0))
		err = kfs_request(&ctl->kfs, "self", text, len, reply);
	if (err == -ENOENT) {
		ctl_error("no policy %s is loaded", target->name);
		return CTL_USAGE;
	}
	if (err == -ESTALE)
		return replaced(target);
	return err ? ctl_refused(target->name, err, reply) : CTL_YES;
}

/*
 * The filter that has to be there with the program. Without privilege it cannot
 * be read, and then there is none: who may enter by `enter: self` could leave
 * it out, so policyc refuses one beside it.
 */
static int find_filter(struct ctl *ctl, const char *name,
		       struct launch_filter *filter)
{
	int err = launch_read(&ctl->kfs, name, filter);

	if (!err || (err == -EACCES && geteuid()))
		return CTL_YES;
	if (err == -ENOENT)
		ctl_error("no policy %s is loaded", name);
	else
		ctl_error("the filter of %s: %s", name,
			  err == -EXDEV ? "it is for another architecture" :
					  strerror(-err));
	return err == -ENOENT ? CTL_USAGE : CTL_LACKS;
}

/*
 * Filtered first: inside the policy it would take CAP_SYS_ADMIN. What is left
 * to do then is a write and an exec; policyc sees to it that they are allowed.
 */
static int enter_filtered(struct ctl *ctl, const struct target *target,
			  const struct launch_filter *filter)
{
	const char *name = target->name;
	char text[sizeof(*target)];
	size_t len = write_target(target, text, sizeof(text));
	int fd = kfs_open(&ctl->kfs, "self", O_RDWR);
	int err;

	if (fd < 0)
		return ctl_refused(name, fd, strerror(-fd));
	err = launch_install(filter);
	if (err) {
		ctl_error("cannot install the filter of %s: %s", name,
			  err == -EACCES ? "it takes CAP_SYS_ADMIN" :
					   strerror(-err));
		return CTL_LACKS;
	}
	err = ctl->kfs.ops->write(&ctl->kfs, fd, text, len);
	if (err == -ESTALE)
		return replaced(target);
	return err ? ctl_refused(name, err, strerror(-err)) : CTL_YES;
}

/*
 * Another version may have another filter: what is entered is the version whose
 * filter was read, and of a file that was loaded the one that is in it. Without a
 * filter it is the active one: where that has a filter, the kernel lets nobody in
 * who is under none.
 */
static int enter_with_filter(struct ctl *ctl, struct target *target, bool audit)
{
	struct launch_filter filter;
	int code = find_filter(ctl, target->name, &filter);

	if (code)
		return code;
	if (!target->digest[0] && filter.insns)
		strcpy(target->digest, filter.digest);
	else if (target->digest[0] && filter.digest[0] &&
		 strcmp(target->digest, filter.digest))
		code = replaced(target);
	if (audit)
		launch_set_audit(&filter);
	if (!code)
		code = filter.insns ? enter_filtered(ctl, target, &filter) :
				      enter(ctl, target);
	launch_free(&filter);
	return code;
}

static int become(char **command)
{
	int err;

	execvp(command[0], command);
	err = errno;
	ctl_error("%s: %s%s", command[0], strerror(err),
		  err == EACCES || err == EPERM ?
			  "; if the policy forbids it, bailiffctl why says so" :
			  "");
	return err == ENOENT ? EXIT_NOT_FOUND : EXIT_CANNOT_RUN;
}

int ctl_run(struct ctl *ctl, int argc, char **argv)
{
	const char *policy = NULL;
	bool audit = false;
	struct text enforced = {};
	struct target target;
	int opt, code;

	while ((opt = getopt_long(argc, argv, "+", options, NULL)) != -1) {
		if (opt == OPT_POLICY)
			policy = optarg;
		else if (opt == OPT_AUDIT)
			audit = true;
		else
			return ctl_usage(argv[0], "bad option");
	}
	if (!policy)
		return ctl_usage(argv[0], "--policy is missing");
	if (optind == argc)
		return ctl_usage(argv[0], "which command?");
	code = ctl_need_kernel(ctl);
	if (code)
		return code;
	code = audit ? find_enforced(ctl, &enforced) : CTL_YES;
	if (!code)
		code = choose(ctl, argv[0], policy, &target);
	if (!code && audit)
		code = set_audit(ctl, target.name, text_string(&enforced));
	text_free(&enforced);
	if (!code)
		code = enter_with_filter(ctl, &target, audit);
	return code ? code : become(argv + optind);
}
