/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * bailiffd.h - the daemon's places, and what its processes are told
 */
#ifndef DAEMON_BAILIFFD_H
#define DAEMON_BAILIFFD_H

#include <limits.h>
#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

#include "kfs.h"
#include "lsm/uapi/bailiff.h"

#define BAILIFF_VERSION "0.1"
#define POLICIES_DIR "/etc/bailiff/policies"
#define RUN_DIR "/run/bailiff"
#define STATE_DIR "/var/lib/bailiff"
#define LOG_FILE "/var/log/bailiff/events.json"
#define RUNTIME_LINK "runtime" /* the same: leads to the OCI runtime */
#define CONTROL_SOCKET "control.sock" /* in the run directory */

struct daemon_options {
	char policies[PATH_MAX]; /* absolute; made of the next */
	const char *policies_dir;
	const char *run_dir;
	const char *state_dir; /* what outlives a restart */
	const char *log; /* "-": standard output */
	uint64_t log_size; /* bytes, then it is rotated; 0: never */
	unsigned int log_keep; /* files that were moved away */
	unsigned int log_window; /* seconds in which alike lines are one */
	bool journal; /* write to systemd's, too */
	const char *journal_socket; /* where that is; no option */
	const char *metrics; /* where they are served; NULL: nowhere */
	const char *policyc;
	const char *securityfs; /* NULL: where it usually is */
	const char *pid_file; /* NULL: none */
	const char *runtime; /* for bailiff-runtime; NULL: as it finds */
	bool foreground;
	struct kfs kfs;
	unsigned int build_seconds; /* 0: JOBS_BUILD_SECONDS; no option */
	uint64_t alive_ms; /* how often the worker says that it works; 0: never */
	uid_t uid; /* of the worker and of policyc */
	gid_t gid;
};

#endif /* DAEMON_BAILIFFD_H */
