// SPDX-License-Identifier: GPL-2.0-only
/*
 * fs_command.c - the messages: load, unload, bind, unbind, self, mode
 */
#include <linux/cgroup.h>
#include <linux/ctype.h>
#include <linux/err.h>
#include <linux/parser.h>
#include <linux/sched.h>
#include <linux/sched/task.h>
#include <linux/slab.h>
#include <linux/string.h>

#include "bind.h"
#include "common.h"
#include "compat.h"
#include "cred.h"
#include "fs.h"
#include "home.h"
#include "join.h"
#include "load.h"
#include "now.h"
#include "stats.h"
#include "uapi/bailiff.h"
#include "use.h"

#define MAX_LINE 1024

/* Loads and unloads, so that a slot and its directory change together. */
static DEFINE_MUTEX(load_lock);

static int refuse(struct bailiff_channel *ch, int err, const char *text)
{
	bailiff_reply(ch, "error: %s\n", text);
	return err;
}

/* ---- load, unload ---- */

#define HEX_LEN (2 * BAILIFF_DIGEST_LEN + 1)

static void print_digest(const struct bailiff_policy *policy, char *hex)
{
	*bin2hex(hex, policy->digest, BAILIFF_DIGEST_LEN) = 0;
}

/* The digest of the version that a load will replace, or "none". */
static void print_active_digest(const char *name, char *hex)
{
	struct bailiff_slot *slot = bailiff_slot_find(name);
	struct bailiff_policy *policy;

	strscpy(hex, "none", HEX_LEN);
	if (!slot)
		return;
	policy = bailiff_slot_policy(slot);
	print_digest(policy, hex);
	bailiff_policy_put(policy);
	bailiff_slot_put(slot);
}

/*
 * All or nothing: a new policy that gets no files goes again, unless somebody
 * is under it already. Then it stays, and the next load makes its files.
 */
static int add_directory(struct bailiff_slot *slot)
{
	struct dentry *dir = NULL;
	int err = bailiff_fs_policy_add(slot);

	if (!err || bailiff_slot_unload(slot->name, &dir) == 0)
		return err;
	pr_warn("no files for policy %s: error %d\n", slot->name, err);
	return 0;
}

static const char *why_not_published(int err)
{
	if (err == -EBUSY)
		return "its filter of system calls is another, and the policy is bound or confines tasks, which keep theirs";
	return "no memory for the policy";
}

static int publish(struct bailiff_channel *ch, struct bailiff_policy *policy)
{
	char digest[HEX_LEN], old[HEX_LEN];
	struct bailiff_slot *slot;
	u64 generation;
	int err;

	print_digest(policy, digest);
	bailiff_bind_reap();
	mutex_lock(&load_lock);
	print_active_digest(policy->image.name, old);
	slot = bailiff_policy_activate(policy);
	if (IS_ERR(slot)) {
		mutex_unlock(&load_lock);
		bailiff_count(load_errors);
		return refuse(ch, PTR_ERR(slot),
			      why_not_published(PTR_ERR(slot)));
	}
	/* Loads are one at a time, so this version is still the active one. */
	generation = policy->generation;
	err = add_directory(slot);
	mutex_unlock(&load_lock);
	if (err) {
		bailiff_slot_put(slot);
		bailiff_count(load_errors);
		return refuse(ch, err, "the policy's files cannot be made");
	}
	bailiff_count(loads);
	bailiff_reply(ch, "ok policy=%s generation=%llu digest=%s\n",
		      slot->name, generation, digest);
	bailiff_fs_log(BAILIFF_LIFE_LOAD, slot, 0, "digest=%s replaces=%s",
		       digest, old);
	bailiff_slot_put(slot);
	return 0;
}

static int run_load(struct bailiff_channel *ch, char *data, size_t len)
{
	struct bailiff_policy *policy;
	struct bvm_error err = {};

	policy = bailiff_load(data, len, &err);
	if (IS_ERR(policy)) {
		bailiff_count(load_errors);
		bailiff_reply(ch, "error: %s\n", err.text);
		return PTR_ERR(policy);
	}
	return publish(ch, policy);
}

const struct bailiff_command bailiff_load_command = {
	.max_len = BVM_MAX_IMAGE,
	.admin = true,
	.run = run_load,
	.takes_data = true,
};

static int run_unload(struct bailiff_channel *ch, char *data, size_t len)
{
	const char *name = strim(data);
	struct dentry *dir = NULL;
	struct bailiff_slot *slot;
	int err;

	bailiff_bind_reap();
	mutex_lock(&load_lock);
	slot = bailiff_slot_find(name);
	err = bailiff_slot_unload(name, &dir);
	if (!err)
		bailiff_fs_policy_remove(dir);
	mutex_unlock(&load_lock);
	if (!err)
		bailiff_fs_log(BAILIFF_LIFE_UNLOAD, slot, 0, "unloaded");
	bailiff_slot_put(slot);
	if (err == -ENOENT)
		return refuse(ch, err, "no such policy");
	if (err == -EBUSY)
		return refuse(ch, err, "the policy is bound or confines tasks");
	return err;
}

const struct bailiff_command bailiff_unload_command = {
	.max_len = MAX_LINE,
	.admin = true,
	.run = run_unload,
};

/* ---- bind, unbind ---- */

/* 16 policies with their digests, and the other words */
#define MAX_BIND_LINE 4096

enum {
	OPT_CGROUP,
	OPT_POLICY,
	OPT_LABEL,
	OPT_RUNTIME,
	OPT_FILTERED,
	OPT_NOW,
	OPT_ERROR
};

static const match_table_t bind_options = {
	{ OPT_CGROUP, "cgroup=%s" },  { OPT_POLICY, "policy=%s" },
	{ OPT_LABEL, "label=%s" },    { OPT_RUNTIME, "runtime=%s" },
	{ OPT_FILTERED, "filtered" }, { OPT_NOW, "now" },
	{ OPT_ERROR, NULL },
};

/* NAME or NAME@DIGEST, which is cut behind the name. */
static int take_digest(struct bailiff_channel *ch, char *name, u8 *digest,
		       bool *given)
{
	char *hex = strchr(name, '@');

	*given = hex != NULL;
	if (!hex)
		return 0;
	*hex++ = 0;
	if (strlen(hex) != 2 * BAILIFF_DIGEST_LEN ||
	    hex2bin(digest, hex, BAILIFF_DIGEST_LEN))
		return refuse(ch, -EINVAL, "the digest is not 64 hex digits");
	return 0;
}

static int refuse_policy(struct bailiff_channel *ch, int err, const char *text,
			 const char *name)
{
	bailiff_reply(ch, "error: %s: %s\n", text, name);
	return err;
}

static int add_policy(struct bailiff_channel *ch,
		      struct bailiff_binding *binding, char *value)
{
	struct bailiff_bound *bound = &binding->bound[binding->num];
	int err;

	if (binding->num == BVM_MAX_STACKED)
		return refuse(ch, -E2BIG, "more than 16 policies");
	err = take_digest(ch, value, bound->digest, &bound->pinned);
	if (err)
		return err;
	bound->slot = bailiff_slot_find(value);
	if (!bound->slot)
		return refuse_policy(ch, -ENOENT, "no such policy", value);
	for (u32 i = 0; i < binding->num; i++)
		if (binding->bound[i].slot == bound->slot)
			err = -EINVAL;
	binding->num++; /* counted: bailiff_bind_free puts it */
	return err ? refuse_policy(ch, err, "given twice", value) : 0;
}

/* NAME[@DIGEST][,NAME[@DIGEST]...], or `refuse` alone */
static int set_policies(struct bailiff_channel *ch,
			struct bailiff_binding *binding, char *value)
{
	char *word;
	int err = 0;

	if (strcmp(value, BAILIFF_REFUSE) == 0)
		return 0;
	while (!err && (word = strsep(&value, ",")) != NULL) {
		if (strcmp(word, BAILIFF_REFUSE) == 0)
			return refuse(ch, -EINVAL,
				      "refuse stands alone, without others");
		err = add_policy(ch, binding, word);
	}
	return err;
}

static int set_label(struct bailiff_channel *ch,
		     struct bailiff_binding *binding, const char *value)
{
	for (const char *c = value; *c; c++) {
		if (!isgraph(*c))
			return refuse(ch, -EINVAL,
				      "a label has printable characters only");
	}
	if (strscpy(binding->label, value, sizeof(binding->label)) < 0)
		return refuse(ch, -E2BIG, "the label is too long");
	return 0;
}

static int set_runtime(struct bailiff_channel *ch,
		       struct bailiff_binding *binding, const char *value)
{
	struct task_struct *task;
	int pid;

	if (kstrtoint(value, 10, &pid) || pid <= 0)
		return refuse(ch, -EINVAL, "runtime= is not a pid");
	task = find_get_task_by_vpid(pid);
	if (!task)
		return refuse(ch, -ESRCH, "no such runtime");
	binding->runtime = bailiff_home_mount_namespace(task);
	put_task_struct(task);
	return binding->runtime ? 0 : refuse(ch, -ESRCH, "the runtime ended");
}

static int set_cgroup(struct bailiff_channel *ch,
		      struct bailiff_binding *binding, const char *value)
{
	struct cgroup *cgrp;
	int err = 0;

	if (kstrtou64(value, 10, &binding->cgroup) || !binding->cgroup)
		return refuse(ch, -EINVAL, "cgroup= is not a number");
	cgrp = cgroup_get_from_id(binding->cgroup);
	if (IS_ERR(cgrp))
		return refuse(ch, -ENOENT, "no such cgroup (version 2)");
	if (!cgroup_parent(cgrp))
		err = refuse(ch, -EBUSY, "this is the root cgroup");
	rcu_read_lock();
	if (!err && task_under_cgroup_hierarchy(current, cgrp))
		err = refuse(ch, -EBUSY, "this cgroup holds the writer");
	rcu_read_unlock();
	cgroup_put(cgrp);
	return err;
}

static int set_option(struct bailiff_channel *ch,
		      struct bailiff_binding *binding, char *word, u32 *seen)
{
	substring_t args[MAX_OPT_ARGS];
	int option = match_token(word, bind_options, args);
	char *value;

	if (option == OPT_ERROR || *seen & BIT(option)) {
		bailiff_reply(ch, "error: %s '%s'\n",
			      option == OPT_ERROR ? "unknown word" :
						    "given twice:",
			      word);
		return -EINVAL;
	}
	*seen |= BIT(option);
	if (option == OPT_FILTERED) {
		binding->filtered = true;
		return 0;
	}
	if (option == OPT_NOW) {
		binding->now = bailiff_now_number();
		binding->looks = BAILIFF_NOW_LOOKS;
		return 0;
	}
	value = strchr(word, '=') + 1;
	switch (option) {
	case OPT_CGROUP:
		return set_cgroup(ch, binding, value);
	case OPT_POLICY:
		return set_policies(ch, binding, value);
	case OPT_LABEL:
		return set_label(ch, binding, value);
	}
	return set_runtime(ch, binding, value);
}

/* Fill binding from a line; what it owns is the caller's to free. */
static int parse_binding(struct bailiff_channel *ch,
			 struct bailiff_binding *binding, char *line)
{
	u32 seen = 0, need = BIT(OPT_CGROUP) | BIT(OPT_POLICY);
	char *word;

	while ((word = strsep(&line, " ")) != NULL) {
		int err;

		if (!*word)
			continue;
		err = set_option(ch, binding, word, &seen);
		if (err)
			return err;
	}
	if ((seen & need) != need)
		return refuse(ch, -EINVAL, "cgroup= and policy= are needed");
	return 0;
}

/*
 * A line has room for as many policies as can be bound, a binding for those that
 * are. Takes over line. NULL: no memory.
 */
static struct bailiff_binding *trim(struct bailiff_binding *line)
{
	struct bailiff_binding *binding = kmemdup(
		line, struct_size(line, bound, line->num), GFP_KERNEL_ACCOUNT);

	if (binding)
		kfree(line);
	else
		bailiff_bind_free(line);
	return binding;
}

static const char *why_not_bound(int err)
{
	switch (err) {
	case -ENOMEM:
		return "no memory";
	case -EACCES:
		return "a policy has a filter of system calls, which a binding does not install; it does not say 'installed-by: runtime'";
	}
	return "no such policy";
}

/* One record for each policy that is bound. */
static void log_bind(u64 cgroup, struct bailiff_slot *const *slots, u32 num)
{
	if (!num)
		bailiff_fs_log(BAILIFF_LIFE_BIND, NULL, cgroup,
			       "cgroup=%llu policy=%s", cgroup, BAILIFF_REFUSE);
	for (u32 i = 0; i < num; i++)
		bailiff_fs_log(BAILIFF_LIFE_BIND, slots[i], cgroup,
			       "cgroup=%llu policy=%s", cgroup, slots[i]->name);
}

static int run_bind(struct bailiff_channel *ch, char *data, size_t len)
{
	struct bailiff_slot *slots[BVM_MAX_STACKED];
	struct bailiff_binding *binding;
	u64 cgroup;
	bool now;
	int err;
	u32 num;

	binding = kzalloc(struct_size(binding, bound, BVM_MAX_STACKED),
			  GFP_KERNEL_ACCOUNT);
	if (!binding)
		return -ENOMEM;
	err = parse_binding(ch, binding, strim(data));
	if (err) {
		bailiff_bind_free(binding);
		return err;
	}
	binding = trim(binding);
	if (!binding)
		return -ENOMEM;
	cgroup = binding->cgroup;
	num = binding->num;
	now = binding->now;
	for (u32 i = 0; i < num; i++)
		slots[i] = bailiff_slot_get(binding->bound[i].slot);
	err = bailiff_bind_add(binding);
	if (err)
		(void)refuse(ch, err, why_not_bound(err));
	else
		log_bind(cgroup, slots, num);
	if (!err && now)
		bailiff_now(cgroup);
	for (u32 i = 0; i < num; i++)
		bailiff_slot_put(slots[i]);
	return err;
}

const struct bailiff_command bailiff_bind_command = {
	.max_len = MAX_BIND_LINE,
	.admin = true,
	.run = run_bind,
};

static int run_unbind(struct bailiff_channel *ch, char *data, size_t len)
{
	char *line = strim(data);
	u64 cgroup;
	int err;

	if (!strstarts(line, "cgroup=") || kstrtou64(line + 7, 10, &cgroup))
		return refuse(ch, -EINVAL, "cgroup=ID is needed");
	err = bailiff_bind_remove(cgroup);
	if (err)
		return refuse(ch, err, "this cgroup is not bound");
	bailiff_fs_log(BAILIFF_LIFE_UNBIND, NULL, cgroup, "cgroup=%llu",
		       cgroup);
	return 0;
}

const struct bailiff_command bailiff_unbind_command = {
	.max_len = MAX_LINE,
	.admin = true,
	.run = run_unbind,
};

/* ---- self ---- */

static bool may_enter(struct bailiff_slot *slot)
{
	struct bailiff_policy *policy;
	bool marked;

	if (capable(CAP_MAC_ADMIN))
		return true;
	policy = bailiff_slot_policy(slot);
	marked = policy->image.meta->flags & BVM_META_ENTER_SELF;
	bailiff_policy_put(policy);
	return marked && task_no_new_privs(current);
}

static int refuse_self(struct bailiff_channel *ch, int err)
{
	switch (err) {
	case -EPERM:
		return refuse(
			ch, err,
			"needs CAP_MAC_ADMIN, or no_new_privs and a policy with 'enter: self'");
	case -EACCES:
		return refuse(
			ch, err,
			"the policy has a filter of system calls, and the writer is under none");
	case -EBUSY:
		return refuse(
			ch, err,
			"several threads, an io_uring, tracing, or other credentials");
	case -ESTALE:
		return refuse(ch, err, "another version of it is active");
	case -E2BIG:
		return refuse(ch, err, "16 domains already");
	case -ENOENT:
		return refuse(ch, err, "the root directory has no path");
	}
	return err;
}

/*
 * Whoever opened the file writes, with the same credentials: a descriptor
 * handed to a program as its output does not confine that program.
 */
static int run_self(struct bailiff_channel *ch, char *data, size_t len)
{
	struct bailiff_slot *slot;
	u8 digest[BAILIFF_DIGEST_LEN];
	bool pinned;
	int err;

	if (ch->file->f_cred != current_cred() || ch->mm != current->mm)
		return refuse(ch, -EBUSY, "only the opener may write");
	data = strim(data);
	err = take_digest(ch, data, digest, &pinned);
	if (err)
		return err;
	slot = bailiff_slot_find(data);
	if (!slot)
		return refuse(ch, -ENOENT, "no such policy");
	err = -EPERM;
	if (may_enter(slot))
		err = bailiff_join_self(slot, pinned ? digest : NULL, ch->file);
	if (!err)
		bailiff_fs_log(BAILIFF_LIFE_SELF, slot, 0, "entered");
	bailiff_slot_put(slot);
	return err ? refuse_self(ch, err) : 0;
}

static void show_self(struct bailiff_channel *ch)
{
	const struct bailiff_set *set = bailiff_current_set();
	u32 len = 0;

	for (u32 i = 0; set && i < set->num; i++)
		len += scnprintf(ch->reply + len, sizeof(ch->reply) - len,
				 "%s\n", set->domain[i].slot->name);
	ch->reply_len = len;
}

const struct bailiff_command bailiff_self_command = {
	.max_len = MAX_LINE,
	.run = run_self,
	.show = show_self,
};

/* ---- mode ---- */

static int parse_mode(const char *word, u32 *audit)
{
	if (strcmp(word, "enforce") == 0)
		*audit = 0;
	else if (strcmp(word, "audit") == 0)
		*audit = U32_MAX;
	else
		return -EINVAL;
	return 0;
}

static int run_mode(struct bailiff_channel *ch, char *data, size_t len)
{
	char *word = strim(data), *equals = strchr(word, '=');
	u32 classes = U32_MAX, audit, class;
	struct bailiff_slot *slot;

	if (equals) {
		*equals = 0;
		class = bvm_class_by_name(word);
		if (!class)
			return refuse(ch, -EINVAL, "no such class");
		classes = BIT(class);
		word = equals + 1;
	}
	if (parse_mode(word, &audit))
		return refuse(ch, -EINVAL, "the modes are enforce and audit");
	slot = bailiff_slot_by_id(ch->slot);
	if (!slot)
		return refuse(ch, -ENOENT, "the policy was unloaded");
	bailiff_slot_set_audit(slot, classes, audit);
	bailiff_fs_log(BAILIFF_LIFE_MODE, slot, 0, "%s=%s",
		       equals ? bvm_classes[class].name : "all", word);
	bailiff_slot_put(slot);
	return 0;
}

static void show_mode(struct bailiff_channel *ch)
{
	struct bailiff_slot *slot = bailiff_slot_by_id(ch->slot);
	u32 audit, len = 0;

	if (!slot)
		return;
	rcu_read_lock();
	audit = READ_ONCE(bailiff_slot_active(slot)->audit_classes);
	rcu_read_unlock();
	bailiff_slot_put(slot);
	for (u32 i = 1; i < BVM_NUM_CLASSES; i++)
		len += scnprintf(ch->reply + len, sizeof(ch->reply) - len,
				 "%s=%s\n", bvm_classes[i].name,
				 audit & BIT(i) ? "audit" : "enforce");
	ch->reply_len = len;
}

const struct bailiff_command bailiff_mode_command = {
	.max_len = MAX_LINE,
	.admin = true,
	.run = run_mode,
	.show = show_mode,
};
