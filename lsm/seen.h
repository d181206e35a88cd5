/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * seen.h - what each CPU has just let pass, by the object itself
 *
 * A file that is looked at is often looked at again at once: stat(2), open(2),
 * fstat(2). To look at a file or directory, or to open it for reading, is
 * allowed again without a walk and a program, while all is as it was:
 *
 *	the question	set of domains, ids of the caller, operation
 *	the answer	number of the policy's version; allowed by which rule
 *	the name	mount and dentry, as found; rename_lock, mount_lock
 *	the object	its owner, its kind, that its name is not gone
 *
 * A dentry, or a mount, is freed a grace period of RCU after its last user, and
 * its memory may then be another's. Nothing is held here; so nothing is believed
 * that is older than a grace period, and until then an address means what it
 * meant. It is the full state that is looked at: the other one may miss a grace
 * period beside which an expedited one runs. Nor is a name believed whose file
 * system drops directories as it pleases (d_revalidate), /proc among them.
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
