// SPDX-License-Identifier: GPL-2.0-only
#include <jansson.h>
#include <errno.h>
#include <limits.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "ocistate.h"

#ifndef ARRAY_SIZE
#define ARRAY_SIZE(a) (sizeof(a) / sizeof((a)[0]))
#endif

/* Who started the container says so under one of these annotations. */
static const char *const image_keys[] = {
	"org.opencontainers.image.ref.name", "io.kubernetes.cri-o.ImageName",
	"io.kubernetes.cri.image-name",	     "io.podman.annotations.image",
	"io.containers.image.name",
};
static const char *const name_keys[] = {
	"io.kubernetes.cri-o.Name",
	"io.kubernetes.cri.container-name",
	"io.podman.annotations.name",
	"io.containers.name",
};

/* crun then runs the payload itself: nothing is executed, nothing joins. */
static const char *const handler_keys[] = {
	"run.oci.handler",
	"module.wasm.image/variant",
};

#define LABELS_KEY "io.kubernetes.cri-o.Labels" /* JSON in a string */

static const char *first_of(const json_t *annotations, const char *const *keys,
			    size_t num)
{
	const char *value;
	size_t i;

	for (i = 0; i < num; i++) {
		value = json_string_value(
			json_object_get(annotations, keys[i]));
		if (value && *value)
			return value;
	}
	return NULL;
}

/* Those of config.json, and over them those of the state. */
static json_t *merge_annotations(const json_t *state, const json_t *config)
{
	json_t *all = json_object();
	json_t *from;

	from = json_object_get(config, "annotations");
	if (json_is_object(from))
		json_object_update(all, from);
	from = json_object_get(state, "annotations");
	if (json_is_object(from))
		json_object_update(all, from);
	return all;
}

static json_t *find_labels(const json_t *annotations)
{
	const char *text =
		json_string_value(json_object_get(annotations, LABELS_KEY));
	json_t *labels = text ? json_loads(text, 0, NULL) : NULL;

	if (json_is_object(labels))
		return labels;
	json_decref(labels);
	return json_object();
}

static const char *find_name(const json_t *annotations, const json_t *config,
			     const char *id)
{
	const char *name =
		first_of(annotations, name_keys, ARRAY_SIZE(name_keys));
	const char *host;

	if (name)
		return name;
	/* ids of engines are long numbers, those of people are names */
	host = json_string_value(json_object_get(config, "hostname"));
	return strlen(id) >= 64 && host && *host ? host : id;
}

static const char *find_handler(const json_t *annotations)
{
	for (size_t i = 0; i < ARRAY_SIZE(handler_keys); i++)
		if (json_object_get(annotations, handler_keys[i]))
			return handler_keys[i];
	return NULL;
}

/* What is known of a container before and after it is made. */
static json_t *describe(const char *cmd, const char *id, const json_t *state,
			const json_t *config, char *why, size_t size)
{
	json_t *annotations, *request;
	const char *image, *handler;

	annotations = merge_annotations(state, config);
	handler = find_handler(annotations);
	if (handler) {
		json_decref(annotations);
		snprintf(why, size,
			 "annotation %s: crun would run its program without "
			 "executing it, so it would join no policy",
			 handler);
		return NULL;
	}
	image = first_of(annotations, image_keys, ARRAY_SIZE(image_keys));
	request = json_pack("{s:s, s:s, s:s, s:s, s:o}", "cmd", cmd, "id", id,
			    "image", image ? image : "", "name",
			    find_name(annotations, config, id), "labels",
			    find_labels(annotations));
	if (!request ||
	    json_object_set_new(request, "annotations", annotations)) {
		json_decref(request);
		snprintf(why, size, "the state of the container is malformed");
		return NULL;
	}
	return request;
}

/* Where the host has its root; "" if the bundle does not say. */
static void find_root(const json_t *state, const json_t *config, char *root,
		      size_t size)
{
	const char *bundle =
		json_string_value(json_object_get(state, "bundle"));
	const char *path = json_string_value(
		json_object_get(json_object_get(config, "root"), "path"));

	root[0] = '\0';
	if (path && path[0] == '/')
		snprintf(root, size, "%s", path);
	else if (path && bundle && bundle[0] == '/')
		snprintf(root, size, "%s/%s", bundle, path);
}

struct json_t *ocistate_request(const struct json_t *state,
				const struct json_t *config, char *why,
				size_t size)
{
	const char *id = json_string_value(json_object_get(state, "id"));
	json_int_t pid = json_integer_value(json_object_get(state, "pid"));
	char root[PATH_MAX];
	json_t *request;

	if (!id || !*id) {
		snprintf(why, size, "the container's state has no id");
		return NULL;
	}
	if (pid <= 0) {
		snprintf(why, size,
			 "the state of container %.64s has no pid: is this "
			 "a createRuntime hook?",
			 id);
		return NULL;
	}
	request = describe("container", id, state, config, why, size);
	find_root(state, config, root, sizeof(root));
	if (request &&
	    (json_object_set_new(request, "pid", json_integer(pid)) ||
	     json_object_set_new(request, "root", json_string(root)))) {
		json_decref(request);
		snprintf(why, size, "out of memory");
		return NULL;
	}
	return request;
}

static int read_namespace(const char *proc, const char *whose, char *name,
			  size_t size)
{
	char path[PATH_MAX];
	ssize_t len;

	snprintf(path, sizeof(path), "%s/%s/ns/mnt", proc, whose);
	len = readlink(path, name, size - 1);
	if (len < 0)
		return -errno;
	name[len] = '\0';
	return 0;
}

int ocistate_check_namespace(const char *proc, pid_t pid, char *why,
			     size_t size)
{
	char theirs[64], ours[64], whose[32];
	int err;

	snprintf(whose, sizeof(whose), "%d", (int)pid);
	err = read_namespace(proc, whose, theirs, sizeof(theirs));
	if (!err)
		err = read_namespace(proc, "self", ours, sizeof(ours));
	if (err) {
		snprintf(why, size,
			 "the mount namespace of its process %s is not known: "
			 "%s",
			 whose, strerror(-err));
		return -EINVAL;
	}
	if (strcmp(theirs, ours) != 0)
		return 0;
	snprintf(why, size,
		 "it is in the mount namespace of the runtime, whose programs "
		 "join no policy; give the container one of its own "
		 "(linux.namespaces)");
	return -EINVAL;
}

/*
 * The cgroup that the runtime will make, as far as the bundle says: a path, or
 * "slice:prefix:name" of systemd.
 */
static void find_cgroup(const json_t *config, char *path, size_t size)
{
	const char *given = json_string_value(json_object_get(
		json_object_get(config, "linux"), "cgroupsPath"));
	const char *prefix, *name;

	path[0] = '\0';
	if (!given)
		return;
	prefix = strchr(given, ':');
	name = prefix ? strchr(prefix + 1, ':') : NULL;
	if (given[0] == '/')
		snprintf(path, size, "%s", given);
	else if (name)
		snprintf(path, size, "/%.*s/%.*s%s%s.scope",
			 (int)(prefix - given), given, (int)(name - prefix - 1),
			 prefix + 1, name > prefix + 1 ? "-" : "", name + 1);
}

struct json_t *ocistate_prepare(const char *id, const struct json_t *config,
				char *why, size_t size)
{
	json_t *request = describe("runtime", id, NULL, config, why, size);
	char cgroup[4096];

	find_cgroup(config, cgroup, sizeof(cgroup));
	if (request &&
	    json_object_set_new(request, "cgroup", json_string(cgroup))) {
		json_decref(request);
		snprintf(why, size, "the cgroup's path is malformed");
		return NULL;
	}
	return request;
}
