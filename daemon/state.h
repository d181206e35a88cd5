/* SPDX-License-Identifier: GPL-2.0-only */
/* state.h - what the kernel says of its policies, bindings and tasks */
#ifndef DAEMON_STATE_H
#define DAEMON_STATE_H

#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

#include "compile.h"
#include "kfs.h"
#include "vm/limits.h"

/* policies/NAME/info, and the sums of policies/NAME/rules. */
struct state_policy {
	char name[BVM_MAX_NAME];
	char digest[COMPILE_DIGEST_HEX]; /* of the image */
	char mode[128]; /* enforce, audit, or one per class */
	char programs[32]; /* jit or interpreter */
	unsigned long long generation;
	unsigned long long tasks;
	unsigned long long rules;
	unsigned long long bytes;
	unsigned long long loaded; /* seconds since 1970 */
	bool has_start; /* it says `start`, and waiting counts */
	unsigned long long waiting; /* containers that have not started */
	bool has_hits; /* false: only root is told, and these two are 0 */
	unsigned long long denials; /* hits of deny rules and of the default */
	unsigned long long hits; /* of all rules, and of the default */
};

/* Bytes that hold the policies of a binding, with their digests. */
#define STATE_POLICIES (BVM_MAX_STACKED * (BVM_MAX_NAME + COMPILE_DIGEST_HEX))

/* A line of `bindings`. */
struct state_binding {
	unsigned long long cgroup;
	char policy[STATE_POLICIES]; /* NAME[@DIGEST],... */
	char label[BVM_MAX_NAME]; /* "" if none */
	unsigned long long runtime; /* 0: none */
	unsigned long long tasks; /* in the cgroup */
	unsigned long long joined; /* of those, confined */
};

/* A line of `tasks`. */
struct state_task {
	pid_t tgid;
	pid_t tid;
	const char *policies; /* NAME@GENERATION,... ; borrowed */
};

/* A line of policies/NAME/rules. */
struct state_rule {
	unsigned long long number; /* 0: the default */
	const char *where; /* FILE:LINE; borrowed */
	const char *kind;
	unsigned long long hits;
};

/*
 * One policy; what only root may read of it is left out, and has_hits says so.
 * Return: 0 or -errno.
 */
int state_policy(struct kfs *kfs, const char *name, struct state_policy *out);

/* Call visit for each; stops at the first it returns non-zero for. */
int state_policies(struct kfs *kfs,
		   int (*visit)(const struct state_policy *policy, void *arg),
		   void *arg);
/* Name of the policy number i of a binding. Return: is there one? */
bool state_bound(const struct state_binding *binding, unsigned int i,
		 char name[BVM_MAX_NAME]);

/* Is the policy one of the binding's? */
bool state_binds(const struct state_binding *binding, const char *policy);

int state_bindings(struct kfs *kfs,
		   int (*visit)(const struct state_binding *binding, void *arg),
		   void *arg);
int state_tasks(struct kfs *kfs,
		int (*visit)(const struct state_task *task, void *arg),
		void *arg);
int state_rules(struct kfs *kfs, const char *policy,
		int (*visit)(const struct state_rule *rule, void *arg),
		void *arg);

#endif /* DAEMON_STATE_H */
