// SPDX-License-Identifier: GPL-2.0-only
#include <jansson.h>
#include <limits.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>

#include "podman.h"

#define LIST "../../containers.json"

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

/* Its description is JSON in a string. */
static json_t *find_container(const json_t *list, const char *id)
{
	const json_t *entry;
	size_t i;

	for (i = 0; i < json_array_size(list); i++) {
		entry = json_array_get(list, i);
		if (!strcmp(string(entry, "id"), id))
			return json_loads(string(entry, "metadata"), 0, NULL);
	}
	return NULL;
}

static void set(json_t *request, const char *key, const char *value)
{
	if (*value)
		json_object_set_new(request, key, json_string(value));
}

void podman_describe(const char *bundle, const char *id, json_t *request)
{
	char path[PATH_MAX];
	json_t *list, *found;

	if (!bundle || !id || !is_podmans(bundle, id) ||
	    (size_t)snprintf(path, sizeof(path), "%s/" LIST, bundle) >=
		    sizeof(path))
		return;
	list = json_load_file(path, 0, NULL);
	found = find_container(list, id);
	set(request, "name", string(found, "name"));
	if (!*string(request, "image"))
		set(request, "image", string(found, "image-name"));
	json_decref(found);
	json_decref(list);
}
