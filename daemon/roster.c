// SPDX-License-Identifier: GPL-2.0-only
#include <errno.h>
#include <fnmatch.h>
#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>

#include "launch.h"
#include "roster.h"
#include "text.h"
#include "vm/image.h"

/* They are somebody else's, or nobody's. */
static void forget_parts(struct roster_policy *policy)
{
	policy->selectors = NULL;
	policy->num_selectors = 0;
	policy->filter = NULL;
	policy->num_filter = 0;
	policy->origin = NULL;
}

static int copy_selectors(const struct bvm_image *image,
			  struct roster_policy *policy)
{
	struct roster_selector *to;
	uint32_t i;

	if (!image->num_selectors)
		return 0;
	policy->selectors = calloc(image->num_selectors, sizeof(*to));
	if (!policy->selectors)
		return -ENOMEM;
	for (i = 0; i < image->num_selectors; i++) {
		const struct bvm_selector *from = &image->selectors[i];

		to = &policy->selectors[policy->num_selectors++];
		to->kind = from->kind;
		to->key = strdup(bvm_image_string(image, from->key));
		to->value = strdup(bvm_image_string(image, from->value));
		if (!to->key || !to->value)
			return -ENOMEM;
	}
	return 0;
}

static int copy_filter(const struct bvm_image *image,
		       struct roster_policy *policy)
{
	size_t len;

	if (!image->syscalls)
		return 0;
	len = image->syscalls->num_insns * sizeof(*policy->filter);
	policy->filter = malloc(len);
	if (!policy->filter)
		return -ENOMEM;
	memcpy(policy->filter, image->filter, len);
	policy->num_filter = image->syscalls->num_insns;
	return 0;
}

int roster_read_image(int fd, struct roster_policy *policy, struct text *why)
{
	struct bvm_image *image;
	struct bvm_error error;
	const void *bytes;
	size_t len;
	int err;

	forget_parts(policy);
	err = compile_map(fd, &bytes, &len);
	if (err)
		return err;
	image = malloc(sizeof(*image));
	if (!image) {
		err = -ENOMEM;
	} else if (bvm_image_parse(bytes, len, image, &error)) {
		text_printf(why, "image, byte %u: %s\n", error.off, error.text);
		err = -EINVAL;
	} else {
		strcpy(policy->name, image->name);
		policy->filtered = bvm_image_wants_launcher(image);
		policy->enter_self = image->meta->flags & BVM_META_ENTER_SELF;
		policy->instance = image->meta->flags & BVM_META_INSTANCE;
		err = copy_selectors(image, policy);
		if (!err)
			err = copy_filter(image, policy);
		if (err)
			roster_release(policy);
	}
	free(image);
	munmap((void *)bytes, len);
	return err;
}

void roster_release(struct roster_policy *policy)
{
	uint32_t i;

	for (i = 0; i < policy->num_selectors; i++) {
		free(policy->selectors[i].key);
		free(policy->selectors[i].value);
	}
	free(policy->selectors);
	free(policy->filter);
	free(policy->origin);
	forget_parts(policy);
}

/* Where name is, or would be put. */
static struct roster_policy **place_of(struct roster *roster, const char *name)
{
	struct roster_policy **at = &roster->first;

	while (*at && strcmp((*at)->name, name) < 0)
		at = &(*at)->next;
	return at;
}

int roster_put(struct roster *roster, struct roster_policy *policy)
{
	struct roster_policy **at = place_of(roster, policy->name);
	struct roster_policy *to = *at;

	if (!to || strcmp(to->name, policy->name)) {
		to = calloc(1, sizeof(*to));
		if (!to)
			return -ENOMEM;
		to->next = *at;
		*at = to;
	} else {
		roster_release(to);
	}
	policy->next = to->next;
	*to = *policy;
	forget_parts(policy);
	return 0;
}

struct roster_policy *roster_find(const struct roster *roster, const char *name)
{
	struct roster_policy *at;

	for (at = roster->first; at; at = at->next)
		if (!strcmp(at->name, name))
			return at;
	return NULL;
}

void roster_remove(struct roster *roster, const char *name)
{
	struct roster_policy **at = place_of(roster, name), *gone = *at;

	if (!gone || strcmp(gone->name, name))
		return;
	*at = gone->next;
	roster_release(gone);
	free(gone);
}

void roster_free(struct roster *roster)
{
	while (roster->first)
		roster_remove(roster, roster->first->name);
}

static const char *member(const json_t *object, const char *key)
{
	const char *value = json_string_value(json_object_get(object, key));

	return value ? value : "";
}

static bool matches(const struct roster_selector *selector,
		    const struct roster_container *container)
{
	const char *value = "";

	switch (selector->kind) {
	case BVM_SELECT_IMAGE:
		value = container->image;
		break;
	case BVM_SELECT_NAME:
		value = container->name;
		break;
	case BVM_SELECT_LABEL:
		value = member(container->labels, selector->key);
		break;
	case BVM_SELECT_ANNOTATION:
		value = member(container->annotations, selector->key);
		break;
	case BVM_SELECT_UNIT:
		value = container->unit;
		break;
	case BVM_SELECT_CGROUP:
		value = container->cgroup;
		break;
	}
	/* what is not known is not matched, not even by "*" */
	return *value && !fnmatch(selector->value, value, 0);
}

bool roster_selects(const struct roster_policy *policy,
		    const struct roster_container *container)
{
	uint32_t i;

	for (i = 0; i < policy->num_selectors; i++)
		if (matches(&policy->selectors[i], container))
			return true;
	return false;
}

/* Does the list have NAME@DIGEST? -ESTALE: with another digest. */
static int find_filter(const json_t *filters,
		       const struct roster_policy *policy)
{
	size_t len = strlen(policy->name), i;
	const char *text;
	json_t *said;

	json_array_foreach((json_t *)filters, i, said)
	{
		text = json_string_value(said);
		if (!text || strncmp(text, policy->name, len) ||
		    text[len] != '@')
			continue;
		return strcmp(text + len + 1, policy->digest) ? -ESTALE : 0;
	}
	return -ENOENT;
}

/* Its filter is part of what the policy says: half of it is not bound. */
static int check_filter(const struct roster_policy *policy,
			const struct roster_container *container,
			struct roster_choice *choice, struct text *why)
{
	int err;

	if (!policy || !policy->filter || container->prepares)
		return 0;
	err = container->filters ? find_filter(container->filters, policy) :
				   -ENOENT;
	choice->filtered |= !err;
	if (!err)
		return 0;
	if (err == -ESTALE)
		text_printf(why,
			    "policy %s was loaded anew while the container was "
			    "made, and has the filter of the version before; "
			    "start it again",
			    policy->name);
	else if (container->filters)
		text_printf(why,
			    "policy %s has a filter of system calls, and was "
			    "not known to select this container when "
			    "bailiff-runtime made it",
			    policy->name);
	else if (policy->filtered)
		text_printf(why,
			    "policy %s has a filter of system calls, which a "
			    "binding does not install; start the container by "
			    "bailiff-runtime, or say 'syscalls: {installed-by: "
			    "runtime}' and give the runtime what policyc "
			    "syscalls --oci prints",
			    policy->name);
	else
		return 0;
	return -EPERM;
}

/*
 * Who could not enter it has no container bound to it. Nor does he choose: one
 * that selects the container and is not for him refuses it.
 */
static int check_user(const struct roster_policy *policy, const char *name,
		      const struct roster_container *container,
		      struct text *why)
{
	if (!container->of_user ||
	    (policy && policy->enter_self && !policy->at_bind))
		return 0;
	/* else he has as many loaded as he can think of names */
	if (policy && policy->at_bind)
		text_printf(why,
			    "%s makes a policy for each container, and does "
			    "not for those that are not root's",
			    policy->file);
	else
		text_printf(why,
			    "policy %s does not say 'enter: self', and a "
			    "container that is not root's is bound to nothing "
			    "else",
			    name);
	return -EACCES;
}

static bool has_name(const struct roster_choice *choice, const char *name)
{
	unsigned int i;

	for (i = 0; i < choice->num; i++)
		if (!strcmp(choice->name[i], name))
			return true;
	return false;
}

int roster_choice_add(const struct roster *roster,
		      const struct roster_container *container,
		      const char *name, struct roster_choice *choice,
		      struct text *why)
{
	const struct roster_policy *policy = roster_find(roster, name);
	int err;

	if (has_name(choice, name))
		return 0;
	if (choice->num == BVM_MAX_STACKED) {
		text_printf(why,
			    "more than %d policies are for this container; "
			    "%s is one too many",
			    BVM_MAX_STACKED, name);
		return -E2BIG;
	}
	strcpy(choice->name[choice->num++], name);
	err = check_user(policy, name, container, why);
	if (err || (policy && policy->at_bind))
		return err;
	return check_filter(policy, container, choice, why);
}

/* One by its name. Another container's has that one's values in its rules. */
static int add_by_name(const struct roster *roster,
		       const struct roster_container *container,
		       const char *name, struct roster_choice *choice,
		       struct text *why)
{
	const struct roster_policy *policy = roster_find(roster, name);

	if (policy && policy->instance) {
		text_printf(why,
			    "annotation %s: policy %s is made for one "
			    "container, and is for no other",
			    ROSTER_POLICY_ANNOTATION, name);
		return -EINVAL;
	}
	return roster_choice_add(roster, container, name, choice, why);
}

/* What the annotation names; none without it. */
static int add_named(const struct roster *roster,
		     const struct roster_container *container,
		     struct roster_choice *choice, struct text *why)
{
	const char *at =
		member(container->annotations, ROSTER_POLICY_ANNOTATION);
	char name[BVM_MAX_NAME];
	size_t len;
	int err = 0;

	while (*at && !err) {
		len = strcspn(at, ",");
		if (len < sizeof(name))
			snprintf(name, sizeof(name), "%.*s", (int)len, at);
		if (len >= sizeof(name) || !text_is_policy_name(name) ||
		    (at[len] && !at[len + 1])) {
			text_printf(why, "annotation %s: not a policy name",
				    ROSTER_POLICY_ANNOTATION);
			return -EINVAL;
		}
		err = add_by_name(roster, container, name, choice, why);
		at += len + (at[len] == ',');
	}
	return err;
}

int roster_choose(const struct roster *roster,
		  const struct roster_container *container,
		  struct roster_choice *choice, struct text *why)
{
	const struct roster_policy *at;
	int err;

	memset(choice, 0, sizeof(*choice));
	err = add_named(roster, container, choice, why);
	for (at = roster->first; at && !err; at = at->next)
		if (!at->retired && !at->instance &&
		    roster_selects(at, container))
			err = roster_choice_add(roster, container, at->name,
						choice, why);
	return err;
}
