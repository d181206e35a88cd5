// SPDX-License-Identifier: GPL-2.0-only
#include <errno.h>
#include <fnmatch.h>
#include <jansson.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>

#include "launch.h"
#include "roster.h"
#include "text.h"
#include "vm/image.h"

#define POLICY_ANNOTATION "io.bailiff.policy"

/* They are somebody else's, or nobody's. */
static void forget_parts(struct roster_policy *policy)
{
	policy->selectors = NULL;
	policy->num_selectors = 0;
	policy->filter = NULL;
	policy->num_filter = 0;
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

/* Its filter is part of what the policy says: half of it is not bound. */
static int check_filter(const struct roster *roster, const char *name,
			struct text *why)
{
	const struct roster_policy *policy = roster_find(roster, name);

	if (!policy || !policy->filtered)
		return 1;
	text_reset(why);
	text_printf(why,
		    "policy %s has a filter of system calls, which a binding "
		    "does not install; say 'syscalls: {installed-by: runtime}' "
		    "and give the runtime what policyc syscalls --oci prints",
		    name);
	return -EPERM;
}

int roster_choose(const struct roster *roster,
		  const struct roster_container *container,
		  char name[BVM_MAX_NAME], struct text *why)
{
	const char *named = member(container->annotations, POLICY_ANNOTATION);
	const struct roster_policy *at;
	unsigned int num = 0;

	if (*named) {
		if (!text_is_policy_name(named)) {
			text_printf(why, "annotation %s: not a policy name",
				    POLICY_ANNOTATION);
			return -EINVAL;
		}
		strcpy(name, named);
		return check_filter(roster, name, why);
	}
	for (at = roster->first; at; at = at->next) {
		if (at->retired || !roster_selects(at, container))
			continue;
		text_printf(why, "%s%s", num ? ", " : "", at->name);
		if (!num++)
			strcpy(name, at->name);
	}
	if (num > 1) {
		text_add(why, " all select this container; name one of them "
			      "with the annotation " POLICY_ANNOTATION);
		return -EEXIST;
	}
	text_reset(why);
	return num ? check_filter(roster, name, why) : 0;
}
