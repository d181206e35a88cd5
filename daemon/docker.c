// SPDX-License-Identifier: GPL-2.0-only
#include <errno.h>
#include <jansson.h>
#include <limits.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

#include "bundle.h"
#include "docker.h"
#include "text.h"

#define NAMESPACE "moby" /* docker's, in containerd */
#define IMAGE_MAX 1024 /* bytes; docker takes 255, a tag, and a digest */

static const char *string(const json_t *object, const char *key)
{
	const char *value = json_string_value(json_object_get(object, key));

	return value ? value : "";
}

static bool is_dockers(const char *bundle, const char *id)
{
	char end[PATH_MAX];
	size_t len = strlen(bundle), end_len;

	if ((size_t)snprintf(end, sizeof(end), "/" NAMESPACE "/%s", id) >=
	    sizeof(end))
		return false;
	end_len = strlen(end);
	return len >= end_len && !strcmp(bundle + len - end_len, end);
}

/* Each storage driver has roots of another form, so each directory is tried. */
static bool find_file(const char *root, const char *id, char *path, size_t size)
{
	char dir[PATH_MAX], *slash;
	struct stat stat_buf;

	if ((size_t)snprintf(dir, sizeof(dir), "%s", root) >= sizeof(dir))
		return false;
	while ((slash = strrchr(dir, '/')) && slash != dir) {
		*slash = '\0';
		if ((size_t)snprintf(path, size,
				     "%s/containers/%s/config.v2.json", dir,
				     id) < size &&
		    !stat(path, &stat_buf))
			return true;
	}
	return false;
}

/* Is the first component of an image's name, which has a '/', a registry? */
static bool is_registry(const char *said)
{
	size_t len = strcspn(said, "/");

	return strcspn(said, ".:") < len ||
	       (len == strlen("localhost") && !strncmp(said, "localhost", len));
}

#define HUB "docker.io/"

bool docker_image(const char *said, char *full, size_t size)
{
	const char *prefix = HUB, *last, *tag = "";

	if (!strncmp(said, "sha256:", 7))
		return (size_t)snprintf(full, size, "%s", said) < size;
	if (!strncmp(said, HUB, strlen(HUB)))
		said += strlen(HUB);
	last = strrchr(said, '/');
	if (!last)
		prefix = HUB "library/";
	else if (is_registry(said))
		prefix = "";
	if (!strpbrk(last ? last : said, ":@"))
		tag = ":latest";
	return (size_t)snprintf(full, size, "%s%s%s", prefix, said, tag) < size;
}

static int take(json_t *request, const json_t *found)
{
	const json_t *config = json_object_get(found, "Config");
	json_t *labels = json_object_get(config, "Labels");
	const char *name = string(found, "Name");
	const char *image = string(config, "Image");
	char full[IMAGE_MAX];

	/* "/web" */
	if (*name == '/')
		name++;
	if (!*name || !*image || !docker_image(image, full, sizeof(full)))
		return -EINVAL;
	if (json_object_set_new(request, "name", json_string(name)) ||
	    json_object_set_new(request, "image", json_string(full)) ||
	    (json_is_object(labels) &&
	     json_object_set(request, "labels", labels)))
		return -ENOMEM;
	return 0;
}

int docker_describe(const char *bundle, const struct json_t *config,
		    const char *id, struct json_t *request, char *why,
		    size_t size)
{
	const char *root = string(json_object_get(config, "root"), "path");
	char path[PATH_MAX];
	json_t *found;
	int err;

	if (!is_dockers(bundle, id))
		return 0;
	if (!find_file(root, id, path, sizeof(path)))
		return text_refuse(why, size,
				   "the bundle is docker's, and no directory "
				   "above %.512s has "
				   "containers/%.64s/config.v2.json",
				   root, id);
	found = bundle_read(path, why, size);
	if (!found)
		return -EINVAL;
	err = take(request, found);
	json_decref(found);
	if (err == -EINVAL)
		return text_refuse(why, size,
				   "%.512s does not say the name and the image "
				   "of the container",
				   path);
	return err ? text_refuse(why, size, "out of memory") : 0;
}
