// SPDX-License-Identifier: GPL-2.0-only
/*
 * oci_fuzz.c - what a runtime and an engine say of a container: any bytes
 *
 * The container's state, a NUL, and its config.json, as bailiff-oci-hook and
 * bailiff-runtime read them; the latter changes it, too.
 */
#include <assert.h>
#include <jansson.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "daemon/bundle.h"
#include "daemon/docker.h"
#include "daemon/ocistate.h"
#include "daemon/podman.h"
#include "tests/fuzz/memfile.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static char why[512];

static json_t *read_config(const uint8_t *data, size_t size)
{
	return bundle_read(memfile(data, size), why, sizeof(why));
}

/* What is sent to bailiffd is what it takes: these members, of these kinds. */
static void check(const json_t *request)
{
	static const char *const strings[] = { "cmd", "id", "name", "image" };
	char *line = json_dumps(request, JSON_COMPACT);
	size_t i;

	assert(line && !strchr(line, '\n'));
	free(line);
	for (i = 0; i < sizeof(strings) / sizeof(strings[0]); i++)
		assert(json_is_string(json_object_get(request, strings[i])));
}

/* One that is refused says why. */
static json_t *checked(json_t *request)
{
	if (request)
		check(request);
	else
		assert(why[0]);
	return request;
}

static void hook(const json_t *state, const json_t *config)
{
	const char *bundle =
		json_string_value(json_object_get(state, "bundle"));
	const char *id = json_string_value(json_object_get(state, "id"));
	json_t *request =
		checked(ocistate_request(state, config, why, sizeof(why)));

	/* its directories are not ours to make: a bundle that is nowhere */
	if (request && bundle && !strncmp(bundle, "/nowhere/", 9) &&
	    !podman_describe(bundle, id, request, why, sizeof(why)) &&
	    !docker_describe(bundle, config, id, request, why, sizeof(why)))
		check(request);
	json_decref(request);
}

static void runtime(json_t *config)
{
	static const char *const argv[] = { "bailiff-oci-hook", "--prepared",
					    NULL };

	json_decref(checked(ocistate_prepare("web", config, why, sizeof(why))));
	if (!bundle_add_hook(config, "/hook", argv, 5, why, sizeof(why)))
		assert(bundle_hook_has(config, "/hook", "--prepared"));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	const uint8_t *end = size ? memchr(data, '\0', size) : NULL;
	json_t *state, *config;

	if (!end)
		return 0;
	why[0] = '\0';
	state = json_loadb((const char *)data, (size_t)(end - data), 0, NULL);
	config = read_config(end + 1, size - (size_t)(end - data) - 1);
	if (!config)
		assert(why[0]);
	why[0] = '\0';
	if (config && json_is_object(state))
		hook(state, config);
	if (config)
		runtime(config);
	json_decref(state);
	json_decref(config);
	return 0;
}
