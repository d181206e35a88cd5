/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * hooks.h - requests as programs see them, made from hooks.def and names.def
 *
 * A hook (or policyc, for explain and test) fills a struct bvm_run, calls the
 * class's program with &run.ctx, and gets a verdict word. See exec.h.
 */
#ifndef BVM_HOOKS_H
#define BVM_HOOKS_H

#include "limits.h"
#include "port.h"

/* An address in network order; IPv4 is ::ffff:a.b.c.d. */
struct bvm_addr {
	u8 bytes[16];
} __attribute__((aligned(8)));

/* enum bvm_class: BVM_CLASS_FILES = 1 ... */
#define BVM_CLASS_BEGIN(num, CLASS, name, doc) BVM_CLASS_##CLASS = num,
#define BVM_FIELD(class, type, field, kind, max, doc)
#define BVM_CLASS_END(CLASS, name)
#define BVM_OP(CLASS, num, OP, name, how, doc)
#define BVM_GROUP(CLASS, name, mask, doc)
enum bvm_class {
#include "hooks.def"
	BVM_CLASS_RAW = 0, /* a program outside an image: conformance, asm */
	BVM_NUM_CLASSES = 10, /* 1 .. 9; arrays are indexed by them */
};
#undef BVM_CLASS_BEGIN
#undef BVM_OP

/* enum bvm_op: BVM_OP_FILES_READ = 0 ... */
#define BVM_CLASS_BEGIN(num, CLASS, name, doc)
#define BVM_OP(CLASS, num, OP, name, how, doc) BVM_OP_##CLASS##_##OP = num,
enum bvm_op {
#include "hooks.def"
	BVM_MAX_OPS = 64, /* an operation set is a u64 */
};
#undef BVM_CLASS_BEGIN
#undef BVM_CLASS_END
#undef BVM_FIELD
#undef BVM_OP

#define BVM_BIT(CLASS, OP) (1ull << BVM_OP_##CLASS##_##OP)

/* struct bvm_ctx_files ... */
#define BVM_CLASS_BEGIN(num, CLASS, name, doc) struct bvm_ctx_##name {
#define BVM_FIELD(class, type, field, kind, max, doc) type field;
#define BVM_CLASS_END(CLASS, name) \
	}                          \
	;
#define BVM_OP(CLASS, num, OP, name, how, doc)
#include "hooks.def"
#undef BVM_CLASS_BEGIN
#undef BVM_CLASS_END
#undef BVM_FIELD
#undef BVM_OP
#undef BVM_GROUP

union bvm_ctx {
	u32 op; /* first member of every class */
	struct bvm_ctx_files files;
	struct bvm_ctx_exec exec;
	struct bvm_ctx_network network;
	struct bvm_ctx_capabilities capabilities;
	struct bvm_ctx_mounts mounts;
	struct bvm_ctx_tasks tasks;
	struct bvm_ctx_namespaces namespaces;
	struct bvm_ctx_ipc ipc;
	struct bvm_ctx_kernel kernel;
};

/* Who is at the other end: field peer. */
enum bvm_peer {
	BVM_PEER_NONE = 0, /* nobody, or not known */
	BVM_PEER_SELF = 1, /* under the same policies for the same container */
	BVM_PEER_HOST = 2, /* under none */
	BVM_PEER_OTHER = 3, /* under others; their names are in peer_name */
};

enum bvm_field_kind {
	BVM_FIELD_SCALAR,
	BVM_FIELD_ADDR,
	/* handles: these and all after */
	BVM_FIELD_STR,
	BVM_FIELD_TEXT,
};

/* How an operation is judged: the `how` column of hooks.def. */
enum bvm_how {
	BVM_HOW_PATH,
	BVM_HOW_NAMES,
	/* judged: these and all before */
	BVM_HOW_PLAIN,
	BVM_HOW_LATER,
};

/* One member of a ctx structure. */
struct bvm_field {
	const char *name;
	u16 off; /* bytes from the start of the ctx */
	u16 size; /* bytes */
	enum bvm_field_kind kind;
	u64 max; /* greatest value of a SCALAR */
	const char *doc;
};

struct bvm_op_info {
	const char *name; /* NULL where the number is not used */
	enum bvm_how how;
	const char *doc;
};

struct bvm_group {
	const char *name;
	u64 ops;
	const char *doc;
};

/* One class; every pointer is to constant data. */
struct bvm_class_info {
	const char *name; /* NULL for number 0 */
	const char *doc;
	u32 ctx_size; /* bytes */
	u32 num_fields;
	const struct bvm_field *fields;
	const struct bvm_op_info *ops; /* BVM_MAX_OPS of them */
	u32 num_groups;
	const struct bvm_group *groups;
	u64 mediated; /* operations that are judged: how is not LATER */
};

/* Indexed by enum bvm_class. */
extern const struct bvm_class_info bvm_classes[BVM_NUM_CLASSES];

/* Class number of a name, or 0. */
u32 bvm_class_by_name(const char *name);
/* Operation number of a name in a class, or -1. */
int bvm_op_by_name(u32 class, const char *name);
/* Name of an operation; "?" where there is none. */
const char *bvm_op_name(u32 class, u32 op);

/*
 * true: no number is above the most that its row of hooks.def promises. The
 * verifier believes the rows, so whoever fills a ctx asks this before a program
 * runs. False as well where there is no such class.
 */
bool bvm_ctx_keeps_promises(u32 class, const void *ctx);

/* In field protocol: every number from here on, of which rules know none. */
#define BVM_PROTOCOL_OTHER 1023

#define BVM_KIND(num, KIND, name, doc) BVM_KIND_##KIND = num,
#define BVM_REASON(num, REASON, name, doc)
#define BVM_ERRNO(NAME)
#define BVM_CAP(num, name)
#define BVM_FAMILY(num, name)
#define BVM_SOCKTYPE(num, name)
#define BVM_PROTOCOL(num, name)
#define BVM_PEER(num, name)
#define BVM_SIGNAL(num, name)
enum bvm_kind {
#include "names.def"
	BVM_NUM_KINDS
};
#undef BVM_KIND
#undef BVM_REASON
#define BVM_KIND(num, KIND, name, doc)
#define BVM_REASON(num, REASON, name, doc) BVM_REASON_##REASON = num,
enum bvm_reason {
#include "names.def"
	BVM_NUM_REASONS
};
#undef BVM_KIND
#undef BVM_REASON
#undef BVM_ERRNO
#undef BVM_CAP
#undef BVM_FAMILY
#undef BVM_SOCKTYPE
#undef BVM_PROTOCOL
#undef BVM_PEER
#undef BVM_SIGNAL

/* A word for a number, from names.def or ioctls.def. */
struct bvm_name {
	u32 num;
	const char *name;
};

/* Each ends with a row whose name is NULL. */
extern const struct bvm_name bvm_kind_names[];
extern const struct bvm_name bvm_reason_names[];
extern const struct bvm_name bvm_errno_names[];
extern const struct bvm_name bvm_cap_names[];
extern const struct bvm_name bvm_family_names[];
extern const struct bvm_name bvm_socktype_names[];
extern const struct bvm_name bvm_protocol_names[];
extern const struct bvm_name bvm_peer_names[];
extern const struct bvm_name bvm_signal_names[];
extern const struct bvm_name bvm_ioctl_names[];

/* The word for num in a table above, or NULL. */
const char *bvm_name_of(const struct bvm_name *names, u32 num);
/* The number of a word in a table above, or -1. */
long bvm_name_find(const struct bvm_name *names, const char *name);

/* What the caller is told by a denial that names no errno (errno.def). */
u32 bvm_errno_of_class(u32 class);
/* May a denial of the operation say err? False as well for what is no word. */
bool bvm_errno_fits(u32 class, u32 op, u32 err);
/* Why it may not, if err is a word and does not fit; else NULL. */
const char *bvm_errno_why_not(u32 class, u32 op, u32 err);

/*
 * The verdict word, what a program returns (upper 32 bits of r0 are zero):
 *
 *    31              12 11       5   4     3      2      1     0
 *   +------------------+----------+-----+-------+------+------+------+
 *   |   rule number    |  errno   |  0  | quiet | kill | audit| deny |
 *   +------------------+----------+-----+-------+------+------+------+
 *
 * Rule 0 is the class's default. errno is 0 on an allow. `audit` asks for a
 * record although the request is allowed; quiet drops the record of a denial,
 * never its count.
 */
#define BVM_VERDICT_DENY (1u << 0)
#define BVM_VERDICT_AUDIT (1u << 1)
#define BVM_VERDICT_KILL (1u << 2)
#define BVM_VERDICT_QUIET (1u << 3)
#define BVM_VERDICT_ERRNO_SHIFT 5
#define BVM_VERDICT_ERRNO_MASK 0x7fu
#define BVM_VERDICT_RULE_SHIFT 12

/* What helpers answer when an invariant is broken: deny, EACCES, rule 2^20-1 */
#define BVM_VERDICT_BROKEN \
	(BVM_VERDICT_DENY | 13u << BVM_VERDICT_ERRNO_SHIFT | 0xfffffu << 12)

static inline u32 bvm_verdict(u32 flags, u32 err, u32 rule)
{
	return flags | err << BVM_VERDICT_ERRNO_SHIFT |
	       rule << BVM_VERDICT_RULE_SHIFT;
}

static inline u32 bvm_verdict_errno(u32 verdict)
{
	return verdict >> BVM_VERDICT_ERRNO_SHIFT & BVM_VERDICT_ERRNO_MASK;
}

static inline u32 bvm_verdict_rule(u32 verdict)
{
	return verdict >> BVM_VERDICT_RULE_SHIFT;
}

#endif /* BVM_HOOKS_H */
