/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * preds.h - the conditions of one class's rules as bits of a word
 *
 * A predicate says that one field of a request has one of some values, or that
 * patterns match it. Rules that ask the same share one. A program sets the bits of those that hold,
 * and a rule needs a set of them.
 */
#ifndef POLICYC_PREDS_H
#define POLICYC_PREDS_H

#include "arena.h"
#include "ast.h"
#include "diag.h"
#include "intern.h"

enum pred_field {
	PRED_UID,
	PRED_GID,
	PRED_HOST_UID,
	PRED_OWNER,
	PRED_TYPE, /* files: BVM_KIND_* */
	PRED_IOCTL,
	PRED_FAMILY,
	PRED_SOCKTYPE,
	PRED_PROTOCOL, /* pred_protocol_key */
	PRED_PORT,
	PRED_PEER_PORT,
	PRED_NO_NEW_PRIVS,
	PRED_SIGNAL,
	PRED_PEER, /* BVM_PEER_*, or a match of PRED_PEER_NAME */
	PRED_TARGET, /* mounts: row of a path, PRED_NAMELESS: of none */
	PRED_SOURCE,
	PRED_FLAGS, /* mounts: a mask, one bit of which must be set */
	PRED_REMOTE, /* addresses; all before are numbers */
	PRED_LOCAL,
	PRED_EXE, /* texts, by patterns: these and all after */
	PRED_TEXT, /* no path: pattern_begin_text */
	PRED_PEER_NAME,
	PRED_ARGS, /* of a program that is called, not of an interpreter */
	PRED_NUM_FIELDS,
	/* no field: the bucket of a rule has a token. It is taken at the end. */
	PRED_RATE = PRED_NUM_FIELDS,
};

/* Rules with a rate in one class: program.c asks them one after the other. */
#define PREDS_MAX_RATES 16

#define PRED_FIRST_ADDRESS PRED_REMOTE
#define PRED_FIRST_TEXT PRED_EXE
#define PRED_NUM_TEXTS (PRED_NUM_FIELDS - PRED_FIRST_TEXT)

/* Protocol numbers mean something only together with the socket type. */
static inline u32 pred_protocol_key(u32 socktype, u32 protocol)
{
	return socktype << 10 | protocol;
}

/* Stands for the row of a path that is not known. */
#define PRED_NAMELESS U32_MAX

struct pred_range {
	u64 lo, hi; /* inclusive */
};

struct pred {
	enum pred_field field;
	struct pred_range *ranges; /* ascending, neither overlap nor touch */
	u32 num_ranges;
	u32 mask; /* PRED_FLAGS */
	struct ast_cidrs in, except; /* sorted; PRED_REMOTE and PRED_LOCAL */
	struct ast_patterns match, unless; /* sorted; texts but PRED_ARGS */
	const struct ast_args *args; /* sorted; PRED_ARGS */
	u32 num_args;
	const struct ast_rule *rule; /* the first that asks; PRED_RATE: whose */
};

struct preds {
	struct arena *arena;
	struct diag *diag;
	u32 class;
	/* of mounts: lowering.h */
	const struct intern *rows;
	u32 num_rules;
	bool has_paths; /* some rule of the policy has a path */
	struct pred items[BVM_MAX_PREDICATES];
	u32 num;
};

void preds_init(struct preds *preds, struct arena *arena, struct diag *diag,
		u32 class);

/*
 * The predicates that a rule needs. The second is for the `create` that an
 * allow of connect, listen, send or accept brings with it: the family, type,
 * protocol and `when` of the rule, without its ports and addresses. The third
 * is for rules that allow `inherit` without a type: kinds of descriptors that
 * must be named are left out.
 *
 * Return: 0; -E2BIG over 64 predicates, reported.
 */
int __must_check preds_of_rule(struct preds *preds, const struct ast_rule *rule,
			       u64 *need);
int __must_check preds_of_create(struct preds *preds,
				 const struct ast_rule *rule, u64 *need);
/* For accept and receive: `when` is not asked, since nobody calls. */
int __must_check preds_of_incoming(struct preds *preds,
				   const struct ast_rule *rule, u64 *need);
/* For bind and listen, of a rule that says who may connect: no address yet. */
int __must_check preds_of_serve(struct preds *preds,
				const struct ast_rule *rule, u64 *need);
int __must_check preds_of_inherit(struct preds *preds,
				  const struct ast_rule *rule, u64 *need);

/*
 * Give a rule with a rate its predicate. Return: as above, also over
 * PREDS_MAX_RATES.
 */
int __must_check preds_of_rate(struct preds *preds, const struct ast_rule *rule,
			       u64 *need);

/* The predicate "a kind of descriptor that a rule must name". */
int __must_check preds_of_named_kinds(struct preds *preds, u64 *need);

/* The predicate "the other task is of the same container". */
int __must_check preds_of_own_tasks(struct preds *preds, u64 *need);

/* May a request have all of these? false: two predicates exclude each other. */
bool preds_may_hold(const struct preds *preds, u64 need);

/* Does the predicate hold too, or alone, where its patterns match this text? */
static inline bool pred_matches_text(const struct pred *pred,
				     enum pred_field field)
{
	return pred->field == field ||
	       (pred->field == PRED_PEER && field == PRED_PEER_NAME);
}
/* Is value in the ranges of a numeric predicate? */
bool pred_has(const struct pred *pred, u64 value);

/* "uid", "family", ...: as in requests and in a policy's keys. */
const char *pred_field_name(enum pred_field field);

/* Is it inside ::ffff:0:0/96? */
bool pred_is_ipv4(const struct ast_cidr *cidr);

#endif /* POLICYC_PREDS_H */
