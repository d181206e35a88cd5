// SPDX-License-Identifier: GPL-2.0-only
#include <errno.h>
#include <seccomp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "sysnames.h"

const struct sysgroup sysgroups[] = {
#define SYSCALL_GROUP(name, doc, members) { name, doc, members },
#include "syscall_groups.def"
#undef SYSCALL_GROUP
};

const u32 sysgroups_num = ARRAY_SIZE(sysgroups);

int sysnames_find(const char *name)
{
	int number = seccomp_syscall_resolve_name_arch(SCMP_ARCH_X86_64, name);

	if (number == __NR_SCMP_ERROR)
		return -ENOENT;
	/* Calls of other architectures have made-up numbers, all negative. */
	return number < 0 || number >= SYSNAMES_MAX ? -ENOSYS : number;
}

char *sysnames_name(u32 number)
{
	return seccomp_syscall_resolve_num_arch(SCMP_ARCH_X86_64, (int)number);
}

const struct sysgroup *sysnames_group(const char *name)
{
	for (u32 i = 0; i < sysgroups_num; i++)
		if (!strcmp(sysgroups[i].name, name))
			return &sysgroups[i];
	return NULL;
}

void sysnames_visit(const struct sysgroup *group,
		    void (*visit)(void *arg, u32 number), void *arg)
{
	const char *at = group->members;

	while (*at) {
		const struct sysgroup *inner;
		size_t len = strcspn(at, " ");
		char name[64];
		int number;

		snprintf(name, sizeof(name), "%.*s", (int)len, at);
		at += len;
		at += *at == ' ';
		inner = sysnames_group(name);
		if (inner) {
			sysnames_visit(inner, visit, arg);
			continue;
		}
		number = sysnames_find(name);
		if (number >= 0)
			visit(arg, (u32)number);
	}
}

void sysnames_suggest(const char *name, char *near, size_t size)
{
	struct suggest suggest = SUGGEST_INIT(name);

	*near = 0;
	/* What libseccomp gives is its caller's, so it is tried and freed. */
	for (u32 i = 0; i < SYSNAMES_MAX; i++) {
		char *known = sysnames_name(i);

		suggest.best = NULL;
		if (known)
			suggest_try(&suggest, known);
		if (suggest.best)
			snprintf(near, size, "%s", known);
		free(known);
	}
	for (u32 i = 0; i < sysgroups_num; i++) {
		suggest.best = NULL;
		suggest_try(&suggest, sysgroups[i].name);
		if (suggest.best)
			snprintf(near, size, "%s", sysgroups[i].name);
	}
}
