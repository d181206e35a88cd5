// SPDX-License-Identifier: GPL-2.0-only
#include <glob.h>
#include <jansson.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>

#include "bundle.h"
#include "bundles.h"
#include "docker.h"
#include "ocistate.h"
#include "podman.h"

#ifndef ARRAY_SIZE
#define ARRAY_SIZE(a) (sizeof(a) / sizeof((a)[0]))
#endif

#define ID_LEN (BUNDLES_ID - 1)
#define TASKS "io.containerd.runtime.v2.task/*"

const char *bundles_top = "";

/* CRI-O has its bundles in both of the last two; in the first it has no list. */
static const struct {
	const char *above;
	const char *below;
} places[] = {
	{ "/run/containerd/" TASKS, "" },
	{ "/run/docker/containerd/daemon/" TASKS, "" },
	{ "/run/containers/storage/*-containers", "/userdata" },
	{ "/var/lib/containers/storage/*-containers", "/userdata" },
};

/* ---- whose cgroup ---- */

static size_t id_len(const char *text)
{
	return strspn(text, "0123456789abcdef");
}

bool bundles_is_id(const char *id)
{
	return id_len(id) == ID_LEN && !id[ID_LEN];
}

/* ID, ENGINE-ID, and either with ".scope" behind it. */
static const char *find_id(const char *name, size_t len)
{
	static const char *const prefixes[] = { "docker-",	   "libpod-",
						"cri-containerd-", "crio-",
						"nerdctl-",	   "" };
	static const char scope[] = ".scope";
	size_t i, prefix;

	if (len > strlen(scope) &&
	    !strncmp(name + len - strlen(scope), scope, strlen(scope)))
		len -= strlen(scope);
	for (i = 0; i < ARRAY_SIZE(prefixes); i++) {
		prefix = strlen(prefixes[i]);
		if (len == prefix + ID_LEN &&
		    !strncmp(name, prefixes[i], prefix) &&
		    id_len(name + prefix) >= ID_LEN)
			return name + prefix;
	}
	return NULL;
}

static bool is_called(const char *name, size_t len, const char *wanted)
{
	return len == strlen(wanted) && !strncmp(name, wanted, len);
}

bool bundles_id_of(const char *path, char id[BUNDLES_ID], size_t *len)
{
	bool of_pod = false; /* if it is a number alone */
	const char *at = path, *found;
	size_t part;

	for (; *at == '/'; at += part) {
		at++;
		part = strcspn(at, "/");
		if (part > strlen("user@.service") &&
		    !strncmp(at, "user@", strlen("user@")))
			return false;
		found = find_id(at, part);
		if (of_pod && found == at)
			found = NULL;
		/* podman's pods are called so there */
		of_pod = is_called(at, part, "libpod_parent");
		if (!found)
			continue;
		memcpy(id, found, ID_LEN);
		id[ID_LEN] = '\0';
		*len = (size_t)(at - path) + part;
		return true;
	}
	return false;
}

/* ---- its bundle ---- */

static bool find_in(size_t place, const char *id, char bundle[PATH_MAX])
{
	static const char file[] = "/config.json";
	char pattern[PATH_MAX];
	glob_t found = {};
	bool any = false;
	size_t len;

	if ((size_t)snprintf(pattern, sizeof(pattern), "%s%s/%s%s%s",
			     bundles_top, places[place].above, id,
			     places[place].below, file) < sizeof(pattern) &&
	    !glob(pattern, 0, NULL, &found) &&
	    strlen(found.gl_pathv[0]) < PATH_MAX) {
		len = strlen(found.gl_pathv[0]) - strlen(file);
		memcpy(bundle, found.gl_pathv[0], len);
		bundle[len] = '\0';
		any = true;
	}
	globfree(&found);
	return any;
}

static bool find_bundle(const char *id, char bundle[PATH_MAX])
{
	size_t i;

	for (i = 0; i < ARRAY_SIZE(places); i++)
		if (find_in(i, id, bundle))
			return true;
	return false;
}

/* As oci_hook.c says it. Return: an owned object; NULL, and why. */
static json_t *describe(const char *id, const char *bundle, char *why,
			size_t size)
{
	char path[PATH_MAX + sizeof("/config.json")];
	json_t *config, *request;

	snprintf(path, sizeof(path), "%s/config.json", bundle);
	config = bundle_read(path, why, size);
	if (!config)
		return NULL;
	request = ocistate_prepare(id, config, why, size);
	if (request &&
	    (podman_describe(bundle, id, request, why, size) ||
	     docker_describe(bundle, config, id, request, why, size))) {
		json_decref(request);
		request = NULL;
	}
	json_decref(config);
	return request;
}

int bundles_describe(const char *id, int out, int diag)
{
	char bundle[PATH_MAX], why[512] = "";
	json_t *request = NULL;
	int err = -1;

	if (!find_bundle(id, bundle))
		snprintf(
			why, sizeof(why),
			"no engine's bundle of this number can be read below /run or "
			"/var/lib/containers");
	else
		request = describe(id, bundle, why, sizeof(why));
	if (request)
		err = json_dumpfd(request, out, JSON_COMPACT);
	if (request && err)
		snprintf(why, sizeof(why), "what it says does not fit");
	if (err)
		dprintf(diag, "%s\n", why);
	json_decref(request);
	return err;
}
