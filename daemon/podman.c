// SPDX-License-Identifier: GPL-2.0-only
#include <errno.h>
#include <jansson.h>
#include <limits.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>

#include "bundle.h"
#include "podman.h"
#include "roster.h"
#include "text.h"

#define CRIO_KEY "io.kubernetes.cri-o.Name"

/* The second has those of --rm. */
static const char *const lists[] = {
	"containers.json",
	"volatile-containers.json",
};

static const char *string(const json_t *object, const char *key)
{
	const char *value = json_string_value(json_object_get(object, key));

	return value ? value : "";
}

/* .../NAME-containers/ID/userdata */
static bool is_podmans(const char *bundle, const char *id)
{
	char end[PATH_MAX];
	size_t len = strlen(bundle), end_len;

	if ((size_t)snprintf(end, sizeof(end), "-containers/%s/userdata", id) >=
	    sizeof(end))
		return false;
	end_len = strlen(end);
	return len > end_len && !strcmp(bundle + len - end_len, end);
}

/* Return: 0; -ENOENT there is no such file; -EINVAL and why. */
static int read_list(const char *path, json_t **list, char *why, size_t size)
{
	struct text text = {};
	json_error_t error;
	int err = bundle_read_text(path, &text);

	if (!err)
		*list = json_loadb(text_string(&text), text.len, 0, &error);
	text_free(&text);
	if (err == -ENOENT)
		return err;
	if (err)
		return text_refuse(why, size, "podman's list %s: %s", path,
				   strerror(-err));
	if (!*list)
		return text_refuse(why, size, "podman's list %s:%d: %s", path,
				   error.line, error.text);
	if (json_is_array(*list))
		return 0;
	json_decref(*list);
	*list = NULL;
	return text_refuse(why, size, "podman's list %s is no list", path);
}

static const json_t *find_entry(const json_t *list, const char *id)
{
	const json_t *entry;
	size_t i;

	for (i = 0; i < json_array_size(list); i++) {
		entry = json_array_get(list, i);
		if (!strcmp(string(entry, "id"), id))
			return entry;
	}
	return NULL;
}

/*
 * Annotations may be the image's own, which podman takes over from its manifest:
 * where podman says what it runs, they say nothing. It has no labels there.
 */
static int take(json_t *request, const json_t *found)
{
	const char *image = string(found, "image-name");

	if (json_object_set_new(request, "name",
				json_string(string(found, "name"))) ||
	    json_object_set_new(request, "labels", json_object()) ||
	    json_object_set_new(request, "image", json_string(image)))
		return -ENOMEM;
	return 0;
}

/*
 * Is the policy that an annotation names the choice of who runs the container,
 * and not of its image? The list is in NAME-containers, manifests are beside it.
 */
static int check_choice(const json_t *request, const json_t *entry,
			const char *list_path, char *why, size_t size)
{
	const json_t *said = json_object_get(request, "annotations");
	const char *image = string(entry, "image");
	char path[PATH_MAX];
	json_t *manifest = NULL;
	const char *end = strstr(list_path, "-containers/");
	struct text text = {};
	int err;

	if (!json_object_get(said, ROSTER_POLICY_ANNOTATION) || !*image)
		return 0;
	for (const char *at = end; at; at = strstr(at + 1, "-containers/"))
		end = at;
	if (!end || strpbrk(image, "/.") ||
	    (size_t)snprintf(path, sizeof(path), "%.*s-images/%s/manifest",
			     (int)(end - list_path), list_path,
			     image) >= sizeof(path))
		return text_refuse(why, size, "podman's list %s: odd image",
				   list_path);
	err = bundle_read_text(path, &text);
	if (!err)
		manifest = json_loadb(text_string(&text), text.len, 0, NULL);
	text_free(&text);
	if (!manifest)
		err = text_refuse(why, size,
				  "annotation " ROSTER_POLICY_ANNOTATION
				  ": whether it is the image's own cannot be "
				  "told: %s is not there, or no manifest",
				  path);
	else if (json_object_get(json_object_get(manifest, "annotations"),
				 ROSTER_POLICY_ANNOTATION))
		err = text_refuse(
			why, size,
			"the image names a policy by its annotation " ROSTER_POLICY_ANNOTATION
			": what confines it is not for it to say");
	json_decref(manifest);
	return err;
}

/* Its description is JSON in a string. */
static int take_entry(json_t *request, const json_t *entry, const char *path,
		      char *why, size_t size)
{
	json_t *found = json_loads(string(entry, "metadata"), 0, NULL);
	const json_t *image = json_object_get(found, "image-name");
	int err = 0;

	/* one of a root directory and no image has none */
	if (!*string(found, "name") || (image && !json_is_string(image)))
		err = text_refuse(
			why, size,
			"podman's list %s does not say the name and the "
			"image of container %.64s",
			path, string(entry, "id"));
	else if (take(request, found))
		err = text_refuse(why, size, "out of memory");
	else
		err = check_choice(request, entry, path, why, size);
	json_decref(found);
	return err;
}

/* Return: as read_list; found says if the container is in it. */
static int look_into(const char *path, const char *id, json_t *request,
		     bool *found, char *why, size_t size)
{
	const json_t *entry;
	json_t *list = NULL;
	int err = read_list(path, &list, why, size);

	if (err)
		return err;
	entry = find_entry(list, id);
	if (entry) {
		*found = true;
		err = take_entry(request, entry, path, why, size);
	}
	json_decref(list);
	return err;
}

/* CRI-O has bundles of the same form, and its lists are elsewhere. */
static bool is_crio(const json_t *request)
{
	return *string(json_object_get(request, "annotations"), CRIO_KEY);
}

int podman_describe(const char *bundle, const char *id, json_t *request,
		    char *why, size_t size)
{
	bool found = false, any = false;
	char path[PATH_MAX];
	size_t i;
	int err;

	if (!is_podmans(bundle, id))
		return 0;
	for (i = 0; i < sizeof(lists) / sizeof(lists[0]) && !found; i++) {
		if ((size_t)snprintf(path, sizeof(path), "%s/../../%s", bundle,
				     lists[i]) >= sizeof(path))
			return text_refuse(why, size,
					   "the bundle's path is too long");
		err = look_into(path, id, request, &found, why, size);
		if (err && err != -ENOENT)
			return err;
		any |= !err;
	}
	if (found || (!any && is_crio(request)))
		return 0;
	return text_refuse(
		why, size,
		"the bundle is podman's, and neither containers.json nor "
		"volatile-containers.json beside it has container %.64s",
		id);
}
