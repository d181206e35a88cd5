// SPDX-License-Identifier: GPL-2.0-only
/*
 * ctl_record.c - record: what a container or a policy would be denied, into a
 * file for policyc learn
 */
#include <errno.h>
#include <fcntl.h>
#include <fnmatch.h>
#include <getopt.h>
#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "ctl.h"
#include "logfilter.h"
#include "logfollow.h"
#include "logread.h"
#include "state.h"

#define MAX_POLICIES 16 /* that one recording puts into audit mode */
#define STEP_MS 200 /* how often the end is looked for */

/* How a policy was before it went into audit mode. */
struct before {
	char name[BVM_MAX_NAME];
	unsigned long long generation;
	struct text mode; /* CLASS=MODE lines */
};

struct recording {
	struct ctl *ctl;
	struct logfilter filter;
	bool audit;
	unsigned long long seconds; /* 0: until a signal */
	const char *file; /* or "-" */
	FILE *out;
	unsigned long long num;
	struct before before[MAX_POLICIES];
	unsigned int num_before;
};

static int write_mode(struct ctl *ctl, const char *name, const char *mode,
		      char *reply)
{
	char file[PATH_MAX];

	snprintf(file, sizeof(file), "policies/%s/mode", name);
	return kfs_request(&ctl->kfs, file, mode, strlen(mode), reply);
}

/* Remember how it is; then only record. */
static int set_audit(struct recording *rec, const char *name)
{
	char file[PATH_MAX], reply[KFS_REPLY];
	struct before *before = &rec->before[rec->num_before];
	struct state_policy policy;
	int err;

	if (rec->num_before == MAX_POLICIES) {
		ctl_error("over %d policies; name one by --policy",
			  MAX_POLICIES);
		return CTL_USAGE;
	}
	snprintf(file, sizeof(file), "policies/%s/mode", name);
	err = state_policy(&rec->ctl->kfs, name, &policy);
	if (!err)
		err = kfs_read(&rec->ctl->kfs, file, &before->mode);
	if (err)
		return ctl_refused(name, err, "");
	snprintf(before->name, sizeof(before->name), "%s", name);
	before->generation = policy.generation;
	err = write_mode(rec->ctl, name, "audit", reply);
	if (err) {
		text_free(&before->mode);
		return ctl_refused(name, err, reply);
	}
	rec->num_before++;
	ctl_error("policy %s only records until this ends", name);
	return CTL_YES;
}

static int still_audited(const char *name, const char *why)
{
	ctl_error("policy %s is STILL IN AUDIT MODE: %s; bailiffctl mode %s "
		  "enforce ends it",
		  name, why, name);
	return CTL_LACKS;
}

/* A load meanwhile has set what the policy's file says: that stays. */
static int put_back(struct recording *rec, struct before *before)
{
	char *line = before->mode.len ? before->mode.data : NULL, *next;
	struct state_policy policy;
	char reply[KFS_REPLY];
	int err;

	err = state_policy(&rec->ctl->kfs, before->name, &policy);
	if (err == -ENOENT)
		return CTL_YES; /* it was unloaded */
	if (err)
		return still_audited(before->name, strerror(-err));
	if (policy.generation != before->generation) {
		ctl_error("policy %s was loaded anew: its mode is as that says",
			  before->name);
		return CTL_YES;
	}
	for (; line && !err; line = next) {
		next = text_next_line(line);
		if (*line)
			err = write_mode(rec->ctl, before->name, line, reply);
	}
	if (!err) {
		ctl_error("policy %s is in its mode again", before->name);
		return CTL_YES;
	}
	return still_audited(before->name, reply);
}

static int put_all_back(struct recording *rec)
{
	int code = CTL_YES, one;
	unsigned int i;

	for (i = 0; i < rec->num_before; i++) {
		one = put_back(rec, &rec->before[i]);
		code = code ? code : one;
		text_free(&rec->before[i].mode);
	}
	return code;
}

struct selected {
	struct recording *rec;
	unsigned int num;
	int code;
};

static int audit_policy(const struct state_policy *policy, void *arg)
{
	struct selected *selected = arg;

	if (fnmatch(selected->rec->filter.policy, policy->name, 0))
		return 0;
	selected->num++;
	selected->code = set_audit(selected->rec, policy->name);
	return selected->code;
}

static bool is_remembered(const struct recording *rec, const char *name)
{
	unsigned int i;

	for (i = 0; i < rec->num_before; i++)
		if (!strcmp(rec->before[i].name, name))
			return true;
	return false;
}

static int audit_binding(const struct state_binding *binding, void *arg)
{
	struct selected *selected = arg;
	struct recording *rec = selected->rec;
	char name[BVM_MAX_NAME];
	unsigned int i;

	if (!binding->label[0] ||
	    fnmatch(rec->filter.container, binding->label, 0))
		return 0;
	selected->num++;
	for (i = 0; state_bound(binding, i, name); i++) {
		/* nothing starts under `refuse`: nothing to record */
		if (!strcmp(name, "refuse") || is_remembered(rec, name) ||
		    (rec->filter.policy &&
		     fnmatch(rec->filter.policy, name, 0)))
			continue;
		selected->code = set_audit(rec, name);
		if (selected->code)
			return selected->code;
	}
	return 0;
}

static int audit_all(struct recording *rec)
{
	struct selected selected = { .rec = rec };
	int err;

	err = rec->filter.container ?
		      state_bindings(&rec->ctl->kfs, audit_binding, &selected) :
		      state_policies(&rec->ctl->kfs, audit_policy, &selected);
	if (selected.code)
		return selected.code;
	if (err)
		return ctl_refused("audit mode", err, "");
	if (selected.num)
		return CTL_YES;
	ctl_error("no %s is called %s",
		  rec->filter.container ? "bound container" : "loaded policy",
		  rec->filter.container ? rec->filter.container :
					  rec->filter.policy);
	return CTL_USAGE;
}

static bool is_denial(const json_t *record)
{
	const char *outcome = logread_string(record, "outcome");

	return !strcmp(outcome, "would-deny") || !strcmp(outcome, "denied");
}

/* What came in. False: it cannot be written. */
static bool take(struct recording *rec, struct logfollow *logs)
{
	json_t *record;

	while ((record = logfollow_next(logs))) {
		if (is_denial(record) &&
		    logfilter_takes(&rec->filter, record)) {
			fputs(logs->line, rec->out);
			rec->num++;
		}
		json_decref(record);
	}
	return !fflush(rec->out) && !ferror(rec->out);
}

static bool is_over(const struct recording *rec, time_t start)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return ctl_is_stopped() ||
	       (rec->seconds && now.tv_sec - start >= (time_t)rec->seconds);
}

static int follow(struct recording *rec, struct logfollow *logs)
{
	struct timespec start;
	bool ok = true;

	clock_gettime(CLOCK_MONOTONIC, &start);
	while (ok && !is_over(rec, start.tv_sec)) {
		logfollow_wait(logs, STEP_MS);
		ok = take(rec, logs);
	}
	if (!ok)
		ctl_error("%s: %s", rec->file, strerror(errno));
	return ok ? CTL_YES : CTL_LACKS;
}

/* What was denied before the end may be on its way to the log. */
static int run(struct recording *rec, struct logfollow *logs)
{
	int code = CTL_YES, back;

	if (rec->audit)
		code = audit_all(rec);
	if (!code)
		code = follow(rec, logs);
	back = put_all_back(rec);
	usleep(2 * STEP_MS * 1000);
	if (!code && !take(rec, logs))
		code = CTL_LACKS;
	return code ? code : back;
}

enum { OPT_CONTAINER = 256, OPT_POLICY, OPT_AUDIT, OPT_FOR };

static const struct option options[] = {
	{ "container", required_argument, NULL, OPT_CONTAINER },
	{ "policy", required_argument, NULL, OPT_POLICY },
	{ "audit", no_argument, NULL, OPT_AUDIT },
	{ "for", required_argument, NULL, OPT_FOR },
	{ NULL, 0, NULL, 0 },
};

static int parse_options(struct recording *rec, int argc, char **argv)
{
	int opt;

	while ((opt = getopt_long(argc, argv, "o:", options, NULL)) != -1) {
		if (opt == OPT_CONTAINER)
			rec->filter.container = optarg;
		else if (opt == OPT_POLICY)
			rec->filter.policy = optarg;
		else if (opt == OPT_AUDIT)
			rec->audit = true;
		else if (opt == 'o')
			rec->file = optarg;
		else if (opt != OPT_FOR)
			return ctl_usage(argv[0], "bad option");
		else if (text_number(optarg, 86400 * 366, &rec->seconds) ||
			 !rec->seconds)
			return ctl_usage(argv[0], "--for: a number of seconds");
	}
	if (optind != argc)
		return ctl_usage(argv[0], "'%s' is too much", argv[optind]);
	if (!rec->filter.container && !rec->filter.policy)
		return ctl_usage(argv[0], "whom? --container or --policy");
	if (!rec->file)
		return ctl_usage(argv[0], "where to? -o FILE");
	return CTL_YES;
}

/*
 * A recording names files and addresses: it is its owner's alone, also in a
 * file that was there before. Return: 0 or -errno.
 */
static int make_private(int fd)
{
	struct stat stat_buf;

	if (fstat(fd, &stat_buf))
		return -errno;
	if (!S_ISREG(stat_buf.st_mode))
		return 0; /* a pipe or a terminal */
	if (stat_buf.st_uid != geteuid())
		return -EPERM;
	return fchmod(fd, 0600) || ftruncate(fd, 0) ? -errno : 0;
}

static int open_out(struct recording *rec)
{
	int fd, err;

	if (!strcmp(rec->file, "-")) {
		rec->out = stdout;
		return CTL_YES;
	}
	fd = open(rec->file, O_WRONLY | O_CREAT | O_CLOEXEC, 0600);
	err = fd < 0 ? -errno : make_private(fd);
	if (!err) {
		rec->out = fdopen(fd, "w");
		err = rec->out ? 0 : -errno;
	}
	if (!err)
		return CTL_YES;
	ctl_error("%s: %s%s", rec->file, strerror(-err),
		  err == -EPERM ? "; a recording goes into a file of your own" :
				  "");
	if (fd >= 0)
		close(fd);
	return CTL_LACKS;
}

static int report(const struct recording *rec, int code)
{
	ctl_error("%llu records in %s%s", rec->num, rec->file,
		  rec->num ? "; policyc learn makes a policy of them" : "");
	return code || rec->num ? code : CTL_NO;
}

int ctl_record(struct ctl *ctl, int argc, char **argv)
{
	struct recording rec = { .ctl = ctl };
	struct logfollow logs;
	int code, err;

	code = parse_options(&rec, argc, argv);
	if (!code && rec.audit)
		code = ctl_need_kernel(ctl);
	if (code)
		return code;
	err = logfollow_open(&logs, ctl->log);
	if (err) {
		ctl_error("%s: %s%s", ctl->log, strerror(-err),
			  err == -ENOENT ? "; bailiffd writes it" : "");
		return CTL_LACKS;
	}
	ctl_catch_signals();
	code = open_out(&rec);
	if (!code) {
		code = run(&rec, &logs);
		code = report(&rec, code);
	}
	if (rec.out && rec.out != stdout && fclose(rec.out) && !code)
		code = CTL_LACKS;
	logfollow_fini(&logs);
	return code;
}
