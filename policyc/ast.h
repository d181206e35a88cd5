/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * ast.h - the typed policy: what parse.c makes and lower.c reads
 *
 * Includes are merged and variables expanded: every value here is final and
 * knows where it was written. Everything lives in the arena of the run.
 */
#ifndef POLICYC_AST_H
#define POLICYC_AST_H

#include <stdbool.h>

#include "vm/hooks.h"
#include "vm/image.h"

struct source;

/* Where something was written; columns count bytes from 1. */
struct span {
	const struct source *source;
	u32 line; /* from 1; 0: nowhere (given on the command line) */
	u32 col;
	u32 end_line;
	u32 end_col; /* one past the last byte */
};

enum ast_default { AST_DENY, AST_ALLOW };

/* A glob as written, checked by pattern_check. */
struct ast_pattern {
	const char *text;
	struct span span;
};

struct ast_patterns {
	struct ast_pattern *items;
	u32 num;
};

/* An accepted command line after argv[0]: a glob for each argument. */
struct ast_args {
	const char **items; /* pattern_check_arg */
	u32 num;
	bool rest; /* any others may follow */
	struct span span;
};

/* Inclusive ranges of numbers: ports, uids. */
struct ast_range {
	u64 lo, hi;
	struct span span;
};

struct ast_ranges {
	struct ast_range *items;
	u32 num; /* 0: the key is absent and matches all */
};

/* A prefix; IPv4 as ::ffff:a.b.c.d/96+n. */
struct ast_cidr {
	struct bvm_addr addr; /* bits past len are 0 */
	u32 len; /* 0..128 */
	struct span span;
};

struct ast_cidrs {
	struct ast_cidr *items;
	u32 num;
};

/* A condition that is true, false, or not there. */
enum ast_answer { AST_ANY, AST_NO, AST_YES };

/* `when:`; each absent key matches all. */
struct ast_when {
	struct ast_ranges uid, gid, host_uid;
	struct ast_patterns exe; /* a caller without a path matches none */
	enum ast_answer owner; /* files, exec */
	enum ast_answer no_new_privs;
};

/* `rate:`: a bucket for each rule and container. */
struct ast_rate {
	u64 interval_ns; /* for a token to come; 0: no rate */
	u32 burst; /* tokens that the bucket holds */
};

struct ast_rule {
	u32 number; /* from 1, in the order of the merged policy */
	enum bvm_rule_kind kind;
	u32 class; /* enum bvm_class */
	u64 ops; /* BVM_BIT() set; groups are expanded to mediated operations */
	/*
	 * network allows of connect, listen, send, accept: the socket they
	 * need (create) is allowed too, whatever the ports and addresses.
	 * mounts allows of mount: fsmount, wherever it will be attached.
	 */
	bool implies_create;
	struct span span; /* of the rule; its line is the one in records */

	/*
	 * files: paths; exec: the objects of allow/deny themselves; network:
	 * unix sockets in the file system; mounts: targets
	 */
	struct ast_patterns paths; /* none: any object */
	struct ast_patterns except;
	u64 types; /* files: BVM_KIND_* set; 0 = any */
	bool owner; /* files: only the owner's own objects */
	struct ast_ranges ioctls; /* files: commands of ioctl, one by one */

	/* exec */
	bool memfd; /* beside paths: programs without a path */
	struct ast_args *args; /* one of these command lines */
	u32 num_args; /* 0: any */

	/* network */
	u32 *families; /* numbers of names.def */
	u32 num_families;
	u32 *socktypes;
	u32 num_socktypes;
	u32 *protocols;
	u32 num_protocols;
	struct ast_ranges ports, peer_ports;
	struct ast_cidrs to, to_except; /* remote: `to`, or `from` */
	bool incoming; /* remote was given by `from` */
	/* network: abstract names with their @; kernel: of the object */
	struct ast_patterns names, names_except;
	struct ast_cidrs at, at_except; /* local */

	u64 caps; /* capabilities: set of numbers */

	/* network, tasks */
	u32 peers; /* BVM_PEER_* set */
	struct ast_patterns peer_names; /* ... or he whose names match */

	/* tasks */
	u32 *signals; /* numbers of names.def */
	u32 num_signals;

	/* mounts; `paths` above are the targets */
	struct ast_patterns sources;
	struct ast_patterns fstypes; /* no paths: pattern_check_text */
	u32 mount_flags; /* MS_*, one of which must be there; 0: any */

	struct ast_when when;
	const char *message; /* or NULL */
	u32 err; /* errno number, 0: the class's */
	bool quiet;
	bool kill;
	struct ast_rate rate;
};

struct ast_selector {
	enum bvm_selector_kind kind;
	const char *key; /* label, annotation; else "" */
	const char *value; /* glob */
	struct span span;
};

struct ast_test {
	bool allow; /* what is expected */
	const char *request;
	struct span span;
};

/* `never` and `always`: a set of requests. */
struct ast_claim {
	bool always; /* all are allowed; else: all are denied */
	const char *request;
	struct span span;
};

/* The most that a decision may cost. */
struct ast_limit {
	u64 most; /* 0: no limit */
	struct span span;
};

/* What `syscalls` says of one system call. */
struct ast_syscall {
	enum ast_answer allowed; /* AST_ANY: nothing */
	const char *group; /* that was named, or NULL */
	struct span span;
};

/* `syscalls:` */
struct ast_syscalls {
	struct ast_syscall *of; /* [SYSNAMES_MAX] by number; NULL: no filter */
	struct span span;
	enum ast_default fallback;
	enum ast_answer audit; /* `mode`; AST_ANY: as the policy */
	u32 err; /* of what is under `deny`; of all others ENOSYS */
	bool kill; /* ... that kills the process */
	bool runtime; /* who starts the container installs it */
};

#define AST_START_TIMEOUT 60 /* seconds, where `start-timeout` is not said */

struct ast_policy {
	const char *name;
	const char *description; /* "" if none */
	struct span name_span;
	bool enter_self;
	bool instance; /* made for one container */
	bool audit[BVM_NUM_CLASSES]; /* mode: audit */
	bool audit_all; /* `mode: audit`, in one word */
	enum ast_default defaults[BVM_NUM_CLASSES];
	/* where each is said; of source NULL: nowhere, name_span is the place */
	struct span default_spans[BVM_NUM_CLASSES];
	u32 unmediated; /* classes, bit n */
	struct ast_limit budget_insns;
	struct ast_limit budget_steps;
	struct ast_patterns start; /* after exec of these; none: at once */
	struct ast_limit start_timeout; /* seconds */
	struct ast_syscalls syscalls;
	struct ast_rule *rules;
	u32 num_rules;
	struct ast_selector *selectors;
	u32 num_selectors;
	struct ast_test *tests;
	u32 num_tests;
	struct ast_claim *claims;
	u32 num_claims;
	const struct source **sources; /* the policy, then its includes */
	u32 num_sources;
	u8 digest[32]; /* SHA-256 over labels and contents of the sources */
	const char *base; /* of label.h */
};

#endif /* POLICYC_AST_H */
