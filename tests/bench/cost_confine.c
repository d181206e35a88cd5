// SPDX-License-Identifier: GPL-2.0-only
/*
 * cost_confine.c - confine this process by one of those that are compared
 *
 * Policies of Bailiff, profiles of AppArmor and the cgroup of a BPF LSM are there
 * already and called "bench"; the rules of Landlock are made here.
 */
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "cost.h"
#include "lsm/uapi/bailiff.h"

/* As in linux/landlock.h of ABI 4, which headers of Debian 12 do not have. */
#define LANDLOCK_CREATE 444
#define LANDLOCK_ADD 445
#define LANDLOCK_RESTRICT 446
#define LANDLOCK_PATH 1
#define LANDLOCK_PORT 2
#define LANDLOCK_FILES ((1ull << 15) - 1) /* up to TRUNCATE */
#define LANDLOCK_EXECUTE 1ull
#define LANDLOCK_READ (1ull << 2)
#define LANDLOCK_TCP 3ull /* bind and connect */

struct ruleset {
	u64 files;
	u64 net;
};

struct path_rule {
	u64 access;
	s32 parent;
} __attribute__((packed));

struct port_rule {
	u64 access;
	u64 port;
};

static void tell(const char *file, const char *text)
{
	int fd = open(file, O_RDWR | O_CLOEXEC);

	if (fd < 0 || write(fd, text, strlen(text)) != (ssize_t)strlen(text))
		cost_fail(file);
	close(fd);
}

static void allow_below(int ruleset, const char *path, u64 access)
{
	struct path_rule rule = {
		.access = access,
		.parent = open(path, O_PATH | O_CLOEXEC),
	};

	if (rule.parent < 0 ||
	    syscall(LANDLOCK_ADD, ruleset, LANDLOCK_PATH, &rule, 0))
		cost_fail(path);
	close(rule.parent);
}

/* Rules about places that nothing here comes to. */
static void allow_others(int ruleset, u32 num)
{
	char path[64];

	(void)mkdir(COST_DIR "/other", 0700);
	while (num--) {
		snprintf(path, sizeof(path), COST_DIR "/other/%u", num);
		(void)mkdir(path, 0700);
		allow_below(ruleset, path, LANDLOCK_READ);
	}
}

static void use_landlock(u32 num_rules)
{
	const struct ruleset attr = {
		.files = LANDLOCK_FILES,
		.net = LANDLOCK_TCP,
	};
	const struct port_rule port = {
		.access = LANDLOCK_TCP,
		.port = COST_PORT,
	};
	int ruleset = (int)syscall(LANDLOCK_CREATE, &attr, sizeof(attr), 0);

	if (ruleset < 0)
		cost_fail("landlock_create_ruleset");
	allow_below(ruleset, COST_DIR "/ok", LANDLOCK_FILES);
	allow_below(ruleset, COST_DIR "/file", LANDLOCK_READ);
	allow_below(ruleset, COST_DIR "/by/dir3/dir4/file", LANDLOCK_READ);
	/* what nginx and the compiler read (cost_jobs.c) */
	allow_below(ruleset, "/usr", LANDLOCK_READ | LANDLOCK_EXECUTE);
	allow_below(ruleset, "/etc", LANDLOCK_READ);
	allow_others(ruleset, num_rules - 5);
	if (syscall(LANDLOCK_ADD, ruleset, LANDLOCK_PORT, &port, 0))
		cost_fail("landlock_add_rule");
	if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) ||
	    syscall(LANDLOCK_RESTRICT, ruleset, 0))
		cost_fail("landlock_restrict_self");
	close(ruleset);
}

void cost_confine(const char *column, u32 num_rules)
{
	if (!strcmp(column, "bailiff"))
		tell(BAILIFF_DIR "/self", "bench");
	else if (!strcmp(column, "apparmor"))
		tell("/proc/self/attr/current", "changeprofile bench");
	else if (!strcmp(column, "landlock"))
		use_landlock(num_rules);
	else if (!strcmp(column, "bpflsm"))
		tell("/sys/fs/cgroup/bench/cgroup.procs", "0");
}
