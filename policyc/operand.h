/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * operand.h - what a request is about: paths, addresses, attributes
 *
 *	exec		/p or memfd, then its arguments
 *	files		/p; rename and link take two; inherit takes a kind
 *	network		[family] [type] [protocol] [ADDRESS]
 *			ADDRESS: A.B.C.D[:P], [V6][:P], V6, any[:P], @NAME
 *	capabilities	a capability
 *	tasks		signal: a signal
 *	kernel		module-request, keyring, lockdown: a name
 *	mounts		nothing that is looked at
 *
 * An address is the local one of bind, listen, accept and receive, else the
 * remote; of these, `from=` is the remote one.
 */
#ifndef POLICYC_OPERAND_H
#define POLICYC_OPERAND_H

#include "request.h"

struct operand {
	struct arena *arena;
	struct request *request; /* class and ops are set */
	struct request_error *err;
};

/* Fill request from the operands. Return: 0 or -EINVAL. */
int __must_check operand_read(struct operand *o, const char *const *words,
			      u32 num);
/* What nobody has said and is so in the common case. Call it last. */
int __must_check operand_default(struct operand *o);
/* One "attr=value". Return: 0 or -EINVAL. */
int __must_check operand_attribute(struct operand *o, const char *word);

/* After all of them: what they said together. Return: 0 or -EINVAL. */
int __must_check operand_finish(struct operand *o);

/* Fill err and return -EINVAL. */
int __printf(2, 3)
	operand_fail(struct request_error *err, const char *fmt, ...);
int __printf(2, 3)
	operand_hint(struct request_error *err, const char *fmt, ...);

#endif /* POLICYC_OPERAND_H */
