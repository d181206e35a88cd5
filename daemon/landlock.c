// SPDX-License-Identifier: GPL-2.0-only
#include <errno.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "landlock.h"

/* As the newest kernel has it; Debian 12's header knows the first member. */
struct ruleset {
	uint64_t fs;
	uint64_t net; /* from version 4 on */
	uint64_t scoped; /* from version 6 on */
};

#define VERSION 1 /* flag of landlock_create_ruleset(2) */

/* linux/landlock.h: all but execute, read_file and read_dir */
#define FS_V1 0x1ff2ull
#define FS_REFER (1ull << 13) /* version 2 */
#define FS_TRUNCATE (1ull << 14) /* 3 */
#define FS_IOCTL_DEV (1ull << 15) /* 5 */
#define NET_TCP 3ull /* bind, connect */
#define SCOPE_ALL 3ull /* abstract sockets, signals */

static size_t fill(struct ruleset *ruleset, long version)
{
	*ruleset = (struct ruleset){ .fs = FS_V1 };
	if (version >= 2)
		ruleset->fs |= FS_REFER;
	if (version >= 3)
		ruleset->fs |= FS_TRUNCATE;
	if (version >= 5)
		ruleset->fs |= FS_IOCTL_DEV;
	if (version < 4)
		return offsetof(struct ruleset, net);
	ruleset->net = NET_TCP;
	if (version < 6)
		return offsetof(struct ruleset, scoped);
	ruleset->scoped = SCOPE_ALL;
	return sizeof(*ruleset);
}

int landlock_only_read(void)
{
	long version = syscall(SYS_landlock_create_ruleset, NULL, 0, VERSION);
	struct ruleset ruleset;
	size_t len;
	int fd, err = 0;

	/* it was not built in, or not switched on at boot */
	if (version < 0 && (errno == ENOSYS || errno == EOPNOTSUPP))
		return 0;
	if (version < 0)
		return -errno;
	len = fill(&ruleset, version);
	fd = (int)syscall(SYS_landlock_create_ruleset, &ruleset, len, 0);
	if (fd < 0)
		return -errno;
	/* no rule: nothing of what it handles is allowed */
	if (syscall(SYS_landlock_restrict_self, fd, 0))
		err = -errno;
	close(fd);
	return err ? err : (int)version;
}
