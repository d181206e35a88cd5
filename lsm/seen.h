/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * seen.h - what each CPU has just let pass, by the object itself
 *
 * A file that is looked at is often looked at again at once: stat(2), open(2),
 * fstat(2). To look at a file or directory, to open it for reading, or to run
 * it, is allowed again without a walk and a program, while all is as it was:
 *
 *	the question	set of domains, ids of the caller, operation
 *	the answer	number of the policy's version; allowed by which rule
 *	the name	where it was found: place.h
 *	the object	its owner, its kind, that its name is not gone
 *
 * No name is believed whose file system drops directories as it pleases
 * (d_revalidate), /proc among them.
 *
 * Denials are never remembered, nor what is recorded, nor what rules answer
 * that ask for more than is compared here. While anybody traces nothing passes.
 */
#ifndef BAILIFF_SEEN_H
#define BAILIFF_SEEN_H

#include "request.h"

struct bailiff_name;
struct bailiff_policy;

/*
 * In place of operations: to execute it, as a program and no interpreter of one.
 * Whoever is about to run one has the same ids for files as otherwise
 * (prepare_exec_creds() in fs/exec.c).
 */
#define BAILIFF_SEEN_EXEC (1ull << 63)

/*
 * Would the domains of cred let ops, an operation of class files, pass? True is
 * a decision, and counted as a hit of its rule; false says nothing. The caller
 * has looked at all that is decided before a request is made. In a task.
 */
bool bailiff_seen_passes(const struct cred *cred, const struct path *path,
			 u64 ops, u32 walk);

/*
 * The only domain of rq, which has rq->seen, has allowed it by a rule and under
 * a name that was walked. In an RCU read section, in a task.
 */
void bailiff_seen_keep(const struct bailiff_request *rq,
		       const struct bailiff_policy *policy,
		       const struct bailiff_name *name, u32 rule);

#endif /* BAILIFF_SEEN_H */
