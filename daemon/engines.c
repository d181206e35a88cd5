// SPDX-License-Identifier: GPL-2.0-only
#include <glob.h>
#include <jansson.h>
#include <limits.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "engines.h"
#include "toml.h"

#define OURS "bailiff-runtime"

const char *engines_root = "";

struct look {
	engines_fn *fn;
	void *arg;
};

static bool is_there(const char *program)
{
	static const char *const places[] = { "/usr/bin", "/usr/sbin",
					      "/usr/local/bin",
					      "/usr/local/sbin" };
	char path[PATH_MAX];
	size_t i;

	for (i = 0; i < sizeof(places) / sizeof(places[0]); i++) {
		snprintf(path, sizeof(path), "%s%s/%s", engines_root, places[i],
			 program);
		if (!access(path, X_OK))
			return true;
	}
	return false;
}

static bool is_ours(const char *path)
{
	const char *slash = strrchr(path, '/');

	return !strcmp(slash ? slash + 1 : path, OURS);
}

/* Is bailiff-runtime what its configuration has for whoever says nothing? */
static bool docker_asks_us(void)
{
	const char *name, *path;
	char file[PATH_MAX];
	json_t *config;
	bool asks;

	snprintf(file, sizeof(file), "%s/etc/docker/daemon.json", engines_root);
	config = json_load_file(file, 0, NULL);
	name = json_string_value(json_object_get(config, "default-runtime"));
	path = json_string_value(json_object_get(
		json_object_get(json_object_get(config, "runtimes"),
				name ? name : ""),
		"path"));
	asks = path && is_ours(path);
	json_decref(config);
	return asks;
}

static void look_at_docker(const struct look *look)
{
	if (docker_asks_us())
		look->fn(look->arg, "ok", "docker",
			 "its default runtime is " OURS);
	else
		look->fn(look->arg, "note", "docker",
			 "/etc/docker/daemon.json does not make " OURS
			 " its default runtime: then it binds no container "
			 "(docs/on-my-server.md)");
}

/* The runtime that a configuration names, and whether that is ours. */
struct chosen {
	char name[64]; /* the last that was named; a longer one is not ours */
	bool is_ours;
	bool is_known; /* podman: some name stands for ours */
	char hooks[PATH_MAX]; /* podman: its directories; "" its own */
};

/* Of containerd 1.6 and 1.7, and of 2, the plugin's name alone differs. */
static void containerd_default(void *arg, const char *table, const char *key,
			       const char *value)
{
	struct chosen *chosen = arg;

	if (!strncmp(table, "plugins.", 8) &&
	    !strcmp(key, "default_runtime_name"))
		snprintf(chosen->name, sizeof(chosen->name), "%s", value);
}

static void containerd_binary(void *arg, const char *table, const char *key,
			      const char *value)
{
	struct chosen *chosen = arg;
	const char *end = strstr(table, ".containerd.runtimes.");
	char want[128];

	snprintf(want, sizeof(want), ".containerd.runtimes.%s.options",
		 chosen->name);
	if (end && !strcmp(end, want) && !strcmp(key, "BinaryName"))
		chosen->is_ours = is_ours(value);
}

/*
 * Its configuration is for what Kubernetes starts. docker needs containerd and
 * says itself which runtime it wants, so there is nothing to note beside it.
 */
static void look_at_containerd(const struct look *look)
{
	struct chosen chosen = { .name = "runc" }; /* what it takes by itself */
	char file[PATH_MAX];

	snprintf(file, sizeof(file), "%s/etc/containerd/config.toml",
		 engines_root);
	if (!toml_read(file, containerd_default, &chosen))
		(void)toml_read(file, containerd_binary, &chosen);
	if (chosen.is_ours)
		look->fn(look->arg, "ok", "containerd",
			 "its default runtime for Kubernetes is " OURS);
	else if (is_there("kubelet") || !is_there("dockerd"))
		look->fn(look->arg, "note", "containerd",
			 "/etc/containerd/config.toml does not make " OURS
			 " the default runtime: then it binds no container of "
			 "Kubernetes (docs/on-my-server.md)");
}

static void podman_engine(void *arg, const char *table, const char *key,
			  const char *value)
{
	struct chosen *chosen = arg;

	if (!strcmp(table, "engine") && !strcmp(key, "runtime"))
		snprintf(chosen->name, sizeof(chosen->name), "%s", value);
	if (!strcmp(table, "engine") && !strcmp(key, "hooks_dir"))
		snprintf(chosen->hooks, sizeof(chosen->hooks), "%s", value);
}

/* A name has a list of paths, of which the first that is there is taken. */
static void podman_runtime(void *arg, const char *table, const char *key,
			   const char *value)
{
	struct chosen *chosen = arg;
	const bool ours = strstr(value, "/" OURS "\"") ||
			  strstr(value, "/" OURS "'");

	if (strcmp(table, "engine.runtimes"))
		return;
	chosen->is_known |= ours;
	if (!strcmp(key, chosen->name))
		chosen->is_ours = ours;
}

/* What a later file says replaces what an earlier one does. */
static void read_podman(toml_fn *fn, struct chosen *chosen)
{
	static const char *const patterns[] = {
		"/usr/share/containers/containers.conf",
		"/etc/containers/containers.conf",
		"/etc/containers/containers.conf.d/*.conf",
	};
	char pattern[PATH_MAX];
	glob_t found;
	size_t i, k;

	for (i = 0; i < sizeof(patterns) / sizeof(patterns[0]); i++) {
		snprintf(pattern, sizeof(pattern), "%s%s", engines_root,
			 patterns[i]);
		if (glob(pattern, 0, NULL, &found))
			continue;
		for (k = 0; k < found.gl_pathc; k++)
			(void)toml_read(found.gl_pathv[k], fn, chosen);
		globfree(&found);
	}
}

/* Of rootless podman: theirs may name other hooks and another runtime. */
#define USERS "; what users have in ~/.config/containers is not looked at"

/* The hook binds; only bailiff-runtime adds a filter of system calls. */
static void look_at_podman(const struct look *look)
{
	struct chosen chosen = { .name = "" };

	read_podman(podman_engine, &chosen);
	read_podman(podman_runtime, &chosen);
	if (chosen.is_ours)
		look->fn(look->arg, "ok", "podman",
			 "its default runtime is " OURS USERS);
	else if (chosen.hooks[0] && !strstr(chosen.hooks, ENGINES_HOOKS))
		look->fn(
			look->arg, "note", "podman",
			"hooks_dir of containers.conf leaves out " ENGINES_HOOKS
			": then it binds no container");
	else if (chosen.is_known)
		look->fn(look->arg, "ok", "podman",
			 "it binds by its hook; a policy's filter of system "
			 "calls is added by podman run --runtime bailiff "
			 "alone" USERS);
	else
		look->fn(look->arg, "note", "podman",
			 "containers.conf does not know " OURS
			 ": nothing adds a policy's filter of system calls "
			 "(docs/on-my-server.md)");
}

static const struct {
	const char *program;
	void (*look_at)(const struct look *look);
} engines[] = {
	{ "dockerd", look_at_docker },
	{ "containerd", look_at_containerd },
	{ "podman", look_at_podman },
};

void engines_look(engines_fn *fn, void *arg)
{
	const struct look look = { .fn = fn, .arg = arg };
	size_t i;

	for (i = 0; i < sizeof(engines) / sizeof(engines[0]); i++)
		if (is_there(engines[i].program))
			engines[i].look_at(&look);
}
