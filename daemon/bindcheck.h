/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * bindcheck.h - what the parent looks at before it binds
 *
 * The kernel takes no order from who is confined. The daemon is no way around
 * that: who is confined may not have it bind, and what is bound stays so.
 */
#ifndef DAEMON_BINDCHECK_H
#define DAEMON_BINDCHECK_H

#include <stdbool.h>
#include <stdint.h>

#include "kfs.h"
#include "proto.h"

/* NAME,NAME,... of a list that bindcheck_list took. */
#define BINDCHECK_NAMES (BVM_MAX_STACKED * BVM_MAX_NAME)

/*
 * Is it NAME[@DIGEST],...? Whatever the worker says goes into a line for the
 * kernel. names gets the list without digests.
 */
bool bindcheck_list(const char *list, char names[BINDCHECK_NAMES]);

/*
 * Are the digests of the list those of what is loaded now? With filtered each
 * policy must have one: the filter that the runtime installed is of it.
 *
 * Return: 0; -ESTALE it was loaded anew meanwhile, -ENOENT, -EPROTO, -errno;
 * why, of KFS_REPLY bytes, has a sentence.
 */
int bindcheck_versions(struct kfs *kfs, const char *list, bool filtered,
		       char *why);

/*
 * May the cgroup be bound to names by bind->hook? A binding that is there may
 * get more policies, and the built-in `refuse` may go; else, or if it says
 * digests, root takes it away by hand. A confined process may ask for nothing, but for the binding of its
 * service that it is under already.
 *
 * Return: 0; -EPERM, -errno; why, of KFS_REPLY bytes, has a sentence.
 */
int bindcheck_replace(struct kfs *kfs, uint64_t cgroup,
		      const struct proto_bind *bind, const char *names,
		      char *why);

/*
 * Whoever owns a cgroup may confine what starts there, but not take away what
 * somebody bound it to, or a cgroup above it: the nearest binding counts alone.
 *
 * Return: 0, also for root; -EPERM it is another's, -EBUSY, -errno; why, of
 * KFS_REPLY bytes, has a sentence.
 */
int bindcheck_owner(struct kfs *kfs, const char *path, uid_t uid, char *why);

#endif /* DAEMON_BINDCHECK_H */
