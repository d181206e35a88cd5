/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * ownbuild.h - what the files of the policies directory build today, and what
 * their own tests say
 *
 * Both are policyc's work: it compiles as it does for bailiffd, and decides
 * the tests by vm/, the code that the kernel has, on the image that it builds.
 */
#ifndef DAEMON_OWNBUILD_H
#define DAEMON_OWNBUILD_H

#include <stddef.h>

#include "compile.h"
#include "proto.h"
#include "text.h"
#include "vm/limits.h"

struct ownbuild {
	char file[PROTO_FILE];
	char policy[BVM_MAX_NAME]; /* "" if it does not compile */
	char digest[COMPILE_DIGEST_HEX];
};

struct ownbuilds {
	struct ownbuild *rows; /* owned */
	size_t num;
};

/*
 * Compile all policies of a directory; one that does not compile has a row
 * without a policy.
 *
 * Return: 0 or -errno of the directory.
 */
int ownbuild_all(const char *policyc, const char *dir, struct ownbuilds *all);
void ownbuild_free(struct ownbuilds *all);

/* That of a policy, or NULL. */
const struct ownbuild *ownbuild_find(const struct ownbuilds *all,
				     const char *policy);

/*
 * Run the file's tests; said takes what policyc says.
 *
 * Return: its exit status; -errno it cannot be run.
 */
int ownbuild_test(const char *policyc, const char *dir, const char *file,
		  struct text *said);

/* What they ask: policyc/requests.h. Return: as above. */
int ownbuild_requests(const char *policyc, const char *dir, const char *file,
		      struct text *said);

#endif /* DAEMON_OWNBUILD_H */
