/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * join.h - entering a domain: at exec by the bound cgroup, or by one's own wish
 */
#ifndef BAILIFF_JOIN_H
#define BAILIFF_JOIN_H

#include <linux/types.h>

struct bailiff_slot;
struct file;

/*
 * The caller enters the policy in slot, for ever; of its descriptors, file is
 * not judged. digest, of BAILIFF_DIGEST_LEN bytes, is that of the version which
 * must be the active one; NULL: any. Takes cred_guard_mutex. The caller of this
 * has checked who may. Return: 0; -ESTALE another version is active; -E2BIG too
 * many domains; -ENOENT the policy was unloaded, or the root directory has no
 * path; -EBUSY there are several threads, rings, or borrowed credentials;
 * -ENOMEM; -EINTR.
 */
int bailiff_join_self(struct bailiff_slot *slot, const u8 *digest,
		      struct file *file);

/*
 * The caller, on its way back to user space, enters what its cgroup is bound
 * to, for ever. What it has open is judged when it is next used; what it has
 * mapped stays, and rules about the caller's program deny until the next exec.
 * Who has rings, borrowed credentials, traces what he may not under the policy,
 * or lacks its filter does not join, and is counted as one who failed to.
 * Takes cred_guard_mutex, but of who has rings: he may be in an exec. Return:
 * does what kept him out keep out whom he forks from now on, too? Who traces, or
 * has a ring of his own that is not mapped, hands on neither.
 */
bool bailiff_join_current(void);

#endif /* BAILIFF_JOIN_H */
