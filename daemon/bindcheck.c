// SPDX-License-Identifier: GPL-2.0-only
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "bindcheck.h"
#include "cgroup.h"
#include "state.h"
#include "text.h"

/* Cut the next NAME[@DIGEST] off *list; digest is "" without one. */
static bool next_item(const char **list, char name[BVM_MAX_NAME],
		      char digest[COMPILE_DIGEST_HEX])
{
	size_t len = strcspn(*list, ","), end = strcspn(*list, "@,");

	digest[0] = '\0';
	if (end >= BVM_MAX_NAME)
		return false;
	memcpy(name, *list, end);
	name[end] = '\0';
	if (end < len) {
		if (len - end != COMPILE_DIGEST_HEX)
			return false;
		memcpy(digest, *list + end + 1, len - end - 1);
		digest[len - end - 1] = '\0';
	}
	*list += len + ((*list)[len] == ',' && (*list)[len + 1]);
	return text_is_policy_name(name);
}

bool bindcheck_list(const char *list, char names[BINDCHECK_NAMES])
{
	char name[BVM_MAX_NAME], digest[COMPILE_DIGEST_HEX];
	unsigned int num = 0;

	names[0] = '\0';
	do {
		if (num == BVM_MAX_STACKED || !next_item(&list, name, digest) ||
		    *list == ',')
			return false;
		if (num++)
			strcat(names, ",");
		strcat(names, name);
	} while (*list);
	return true;
}

int bindcheck_versions(struct kfs *kfs, const char *list, bool filtered,
		       char *why)
{
	char name[BVM_MAX_NAME], digest[COMPILE_DIGEST_HEX];
	struct state_policy policy;
	int err = 0;

	while (*list && !err) {
		if (!next_item(&list, name, digest) || (filtered && !digest[0]))
			return -EPROTO;
		if (!digest[0])
			continue;
		err = state_policy(kfs, name, &policy);
		if (!err && strcmp(policy.digest, digest))
			err = -ESTALE;
		if (err)
			snprintf(why, KFS_REPLY, "policy %s: %s", name,
				 err == -ESTALE ?
					 "it was loaded anew while the "
					 "container was made, which has the "
					 "filter of the version before; start "
					 "it again" :
					 strerror(-err));
	}
	return err;
}

struct old_binding {
	uint64_t cgroup;
	const char *names; /* to be bound */
	bool there;
	char lost[BVM_MAX_NAME]; /* one that is not among them; "": none */
};

static int compare_old(const struct state_binding *binding, void *arg)
{
	struct old_binding *old = arg;
	char name[BVM_MAX_NAME];
	unsigned int i;

	if (binding->cgroup != old->cgroup)
		return 0;
	old->there = true;
	/* root wanted that version and no other, which is more than a name */
	if (strchr(binding->policy, '@'))
		snprintf(old->lost, sizeof(old->lost), "%.*s",
			 (int)strcspn(binding->policy, "@,"), binding->policy);
	for (i = 0; state_bound(binding, i, name); i++)
		if (strcmp(name, "refuse") && !text_in_list(old->names, name))
			strcpy(old->lost, name);
	return 0;
}

static int find_confined(const struct state_task *task, void *arg)
{
	const pid_t *pid = arg;

	return task->tgid == *pid || task->tid == *pid ? -EPERM : 0;
}

int bindcheck_replace(struct kfs *kfs, uint64_t cgroup,
		      const struct proto_bind *bind, const char *names,
		      char *why)
{
	struct old_binding old = { .cgroup = cgroup, .names = names };
	pid_t hook = bind->hook;
	int err;

	if (text_in_list(names, "refuse")) {
		snprintf(why, KFS_REPLY, "'refuse' is root's to bind");
		return -EPERM;
	}
	err = state_bindings(kfs, compare_old, &old);
	if (!err && old.lost[0]) {
		snprintf(
			why, KFS_REPLY,
			"its cgroup is bound already, to policy %s, which "
			"(in that version, if one was said) is not among those "
			"that are for it now; if that is right: bailiffctl "
			"unbind",
			old.lost);
		return -EPERM;
	}
	/* a service that starts again where it was: its hook has joined */
	if (!err && bind->service && old.there)
		return 0;
	if (!err)
		err = state_tasks(kfs, find_confined, &hook);
	if (err)
		snprintf(why, KFS_REPLY, "process %d, which asks: %s", hook,
			 err == -EPERM ? "it is confined itself" :
					 strerror(-err));
	return err;
}

struct ancestors {
	uint64_t ids[64];
	unsigned int num;
};

/* Of the cgroup at path and of those above it, but for the root. */
static int find_ancestors(const char *path, struct ancestors *ancestors)
{
	char outer[PATH_MAX];
	int err;

	snprintf(outer, sizeof(outer), "%s", path);
	while (outer[0] == '/' && outer[1]) {
		if (ancestors->num == 64)
			return -E2BIG;
		err = cgroup_id(outer, &ancestors->ids[ancestors->num++]);
		if (err)
			return err;
		*strrchr(outer, '/') = '\0';
	}
	return 0;
}

static int compare_binding(const struct state_binding *binding, void *arg)
{
	const struct ancestors *ancestors = arg;
	unsigned int i;

	for (i = 0; i < ancestors->num; i++)
		if (ancestors->ids[i] == binding->cgroup)
			return -EBUSY;
	return 0;
}

int bindcheck_owner(struct kfs *kfs, const char *path, uid_t uid, char *why)
{
	struct ancestors ancestors = {};
	uid_t owner;
	int err;

	if (!uid)
		return 0;
	err = cgroup_owner(path, &owner);
	if (!err && owner != uid) {
		snprintf(why, KFS_REPLY,
			 "the container's cgroup %.200s belongs to user %u, "
			 "and user %u asks",
			 path, owner, uid);
		return -EPERM;
	}
	if (!err)
		err = find_ancestors(path, &ancestors);
	if (!err)
		err = state_bindings(kfs, compare_binding, &ancestors);
	if (err)
		snprintf(why, KFS_REPLY, "the container's cgroup %.200s: %s",
			 path,
			 err == -EBUSY ?
				 "it, or one above it, is bound "
				 "already, and root alone changes that" :
				 strerror(-err));
	return err;
}
