// SPDX-License-Identifier: GPL-2.0-only
/* runtime_prepare.c - what bailiff-runtime does before it is the runtime */
#include <errno.h>
#include <fcntl.h>
#include <jansson.h>
#include <limits.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "bailiffd.h"
#include "bundle.h"
#include "client.h"
#include "docker.h"
#include "ocifilter.h"
#include "ocistate.h"
#include "podman.h"
#include "runtime.h"
#include "runtime_args.h"
#include "text.h"
#include "vm/image.h"

#define PATIENCE_MS 4500 /* then the container is refused */
#define HOOK_SECONDS 8 /* more than the hook's own patience */
#define HOOK_NAME "bailiff-oci-hook"

/* A bundle under way. */
struct prepare {
	const struct runtime_options *options;
	struct ocifilter filters[BVM_MAX_STACKED];
	char config[PATH_MAX]; /* for the hook; "": it is the bundle's own */
	char said[BVM_MAX_STACKED][BVM_MAX_NAME + 80]; /* NAME@DIGEST */
	size_t num; /* of both */
	char *why;
	size_t size;
};

const char *const runtime_names[] = { "crun", "runc", NULL };

/* ---- what bailiffd says ---- */

static int take_insn(const json_t *list, size_t at, struct bvm_filter_insn *to)
{
	json_int_t word[4];

	for (size_t i = 0; i < 4; i++) {
		const json_t *number = json_array_get(list, at + i);

		word[i] = json_integer_value(number);
		if (!json_is_integer(number) || word[i] < 0 ||
		    word[i] > UINT32_MAX)
			return -EPROTO;
	}
	if (word[0] > UINT16_MAX || word[1] > UINT8_MAX || word[2] > UINT8_MAX)
		return -EPROTO;
	*to = (struct bvm_filter_insn){
		.code = (uint16_t)word[0],
		.jt = (uint8_t)word[1],
		.jf = (uint8_t)word[2],
		.k = (uint32_t)word[3],
	};
	return 0;
}

static int take_filter(struct prepare *prepare, const char *policy,
		       const char *digest, const json_t *list)
{
	struct ocifilter *filter = &prepare->filters[prepare->num];
	size_t len = json_array_size(list);
	int err = 0;

	if (!len || len % 4 || len / 4 > BVM_MAX_FILTER)
		return -EPROTO;
	filter->insns = calloc(len / 4, sizeof(*filter->insns));
	if (!filter->insns)
		return -ENOMEM;
	filter->policy = policy;
	filter->num = (uint32_t)(len / 4);
	snprintf(prepare->said[prepare->num], sizeof(prepare->said[0]), "%s@%s",
		 policy, digest);
	prepare->num++;
	for (size_t i = 0; i < len && !err; i += 4)
		err = take_insn(list, i, &filter->insns[i / 4]);
	return err;
}

/* Names stay in answer. */
static int take_policies(struct prepare *prepare, const json_t *answer)
{
	const json_t *list = json_object_get(answer, "policies");
	json_t *object;
	size_t i;
	int err;

	if (!json_is_array(list) || json_array_size(list) > BVM_MAX_STACKED)
		return -EPROTO;
	json_array_foreach((json_t *)list, i, object)
	{
		const json_t *filter = json_object_get(object, "filter");
		const char *policy =
			json_string_value(json_object_get(object, "policy"));
		const char *digest =
			json_string_value(json_object_get(object, "digest"));

		if (!policy || !digest || !text_is_policy_name(policy))
			return -EPROTO;
		if (!filter)
			continue;
		err = take_filter(prepare, policy, digest, filter);
		if (err)
			return err;
	}
	return 0;
}

static int refuse(struct prepare *prepare, const char *text)
{
	snprintf(prepare->why, prepare->size, "%s", text);
	return -EINVAL;
}

/* Return: an owned request, with all that the hook will know; NULL, and why. */
static json_t *describe(struct prepare *prepare, const json_t *config,
			const struct runtime_args *args)
{
	char bundle[PATH_MAX];
	json_t *request;

	/* the runtime tells the hook so */
	if (!realpath(args->bundle, bundle)) {
		snprintf(prepare->why, prepare->size, "bundle %.512s: %s",
			 args->bundle, strerror(errno));
		return NULL;
	}
	request =
		ocistate_prepare(args->id, config, prepare->why, prepare->size);
	if (request && (podman_describe(bundle, args->id, request, prepare->why,
					prepare->size) ||
			docker_describe(bundle, config, args->id, request,
					prepare->why, prepare->size))) {
		json_decref(request);
		return NULL;
	}
	return request;
}

/* Return: an owned answer that says yes; NULL, and why. */
static json_t *ask(struct prepare *prepare, const json_t *config,
		   const struct runtime_args *args)
{
	json_t *request = describe(prepare, config, args), *answer;
	const char *error;

	if (!request)
		return NULL;
	answer = client_ask_patiently(PATIENCE_MS, prepare->options->run_dir,
				      request, -1, prepare->why, prepare->size);
	json_decref(request);
	if (!answer || json_is_true(json_object_get(answer, "ok")))
		return answer;
	error = json_string_value(json_object_get(answer, "error"));
	refuse(prepare, error ? error : "bailiffd gave no reason");
	json_decref(answer);
	return NULL;
}

/* ---- the bundle ---- */

static int add_filters(struct prepare *prepare, json_t *config)
{
	json_t *linux_part, *old, *section;
	int err;

	if (!prepare->num)
		return 0;
	err = bundle_member(config, "linux", &linux_part, prepare->why,
			    prepare->size);
	if (!err && !linux_part)
		return refuse(prepare, "config.json has no 'linux'");
	if (!err)
		err = bundle_member(linux_part, "seccomp", &old, prepare->why,
				    prepare->size);
	if (err)
		return err;
	section = ocifilter_merge(old, prepare->filters, prepare->num,
				  prepare->why, prepare->size);
	if (!section)
		return -EINVAL;
	return json_object_set_new(linux_part, "seccomp", section) ?
		       refuse(prepare, "out of memory") :
		       0;
}

static int add_hook(struct prepare *prepare, json_t *config)
{
	const struct runtime_options *options = prepare->options;
	const char *argv[8 + 2 * BVM_MAX_STACKED];
	size_t num = 0;

	argv[num++] = HOOK_NAME;
	/* ours replaces one that podman was told of */
	if (options->require ||
	    bundle_hook_has(config, options->hook, "--require"))
		argv[num++] = "--require";
	if (strcmp(options->run_dir, RUN_DIR) != 0) {
		argv[num++] = "--run-dir";
		argv[num++] = options->run_dir;
	}
	if (*prepare->config) {
		argv[num++] = "--config";
		argv[num++] = prepare->config;
	}
	argv[num++] = "--prepared";
	for (size_t i = 0; i < prepare->num; i++) {
		argv[num++] = "--filter";
		argv[num++] = prepare->said[i];
	}
	argv[num] = NULL;
	return bundle_add_hook(config, options->hook, argv, HOOK_SECONDS,
			       prepare->why, prepare->size);
}

static int change(struct prepare *prepare, const struct runtime_args *args,
		  const char *path)
{
	json_t *config, *answer;
	int err;

	config = bundle_read(path, prepare->why, prepare->size);
	if (!config)
		return -EINVAL;
	answer = ask(prepare, config, args);
	err = answer ? take_policies(prepare, answer) : -EINVAL;
	if (err == -EPROTO)
		refuse(prepare, "bailiffd's answer makes no sense");
	if (!err)
		err = add_filters(prepare, config);
	if (!err)
		err = add_hook(prepare, config);
	if (!err)
		err = bundle_write(path, config, prepare->why, prepare->size);
	json_decref(answer);
	json_decref(config);
	return err ? -EINVAL : 0;
}

/*
 * As crun does it: "config.json" alone is the bundle's. Another one the hook
 * is told of, which runs in another directory.
 */
static int find_config(struct prepare *prepare, const struct runtime_args *args,
		       char *path, size_t size)
{
	if (!args->config || !strcmp(args->config, "config.json"))
		return (size_t)snprintf(path, size, "%s/config.json",
					args->bundle) < size ?
			       0 :
			       refuse(prepare, "the bundle's path is too long");
	if ((size_t)snprintf(path, size, "%s", args->config) >= size)
		return refuse(prepare, "the path of --config is too long");
	if (realpath(path, prepare->config))
		return 0;
	snprintf(prepare->why, prepare->size, "%.512s: %s", path,
		 strerror(errno));
	return -EINVAL;
}

int runtime_prepare(const struct runtime_options *options,
		    const struct runtime_args *args, char *why, size_t size)
{
	struct prepare prepare = {
		.options = options,
		.why = why,
		.size = size,
	};
	char path[PATH_MAX];
	int err;

	if (access(options->hook, X_OK)) {
		snprintf(why, size, "%s: %s", options->hook, strerror(errno));
		return -EINVAL;
	}
	if (find_config(&prepare, args, path, sizeof(path)))
		return -EINVAL;
	err = change(&prepare, args, path);
	for (size_t i = 0; i < prepare.num; i++)
		free(prepare.filters[i].insns);
	return err;
}

/* ---- the program to become ---- */

static bool is_other_program(const char *path)
{
	struct stat ours, theirs;

	if (access(path, X_OK) || stat(path, &theirs) ||
	    !S_ISREG(theirs.st_mode))
		return false;
	return stat("/proc/self/exe", &ours) || ours.st_ino != theirs.st_ino ||
	       ours.st_dev != theirs.st_dev;
}

static bool find_in(const char *dirs, const char *name, char *path, size_t size)
{
	size_t len;

	for (; dirs && *dirs; dirs += len + (dirs[len] == ':')) {
		len = strcspn(dirs, ":");
		if (dirs[0] == '/' &&
		    (size_t)snprintf(path, size, "%.*s/%s", (int)len, dirs,
				     name) < size &&
		    is_other_program(path))
			return true;
	}
	return false;
}

int runtime_find(const char *name, char *path, size_t size)
{
	if (strchr(name, '/')) {
		if ((size_t)snprintf(path, size, "%s", name) < size &&
		    is_other_program(path))
			return 0;
		return -ENOENT;
	}
	if (find_in(getenv("PATH"), name, path, size) ||
	    find_in("/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:"
		    "/bin",
		    name, path, size))
		return 0;
	return -ENOENT;
}

/* ---- what went wrong ---- */

static void print_json(int fd, const char *text)
{
	struct text line = {};
	time_t now = time(NULL);
	char stamp[32];
	struct tm tm;

	gmtime_r(&now, &tm);
	strftime(stamp, sizeof(stamp), "%Y-%m-%dT%H:%M:%SZ", &tm);
	text_add(&line, "{\"level\":\"error\",\"msg\":");
	text_add_json(&line, text);
	text_printf(&line, ",\"time\":\"%s\"}\n", stamp);
	(void)!write(fd, text_string(&line), line.len);
	text_free(&line);
}

void runtime_complain(const struct runtime_args *args, const char *text)
{
	const char *log = args->log;
	struct text line = {};
	int fd;

	text_printf(&line, "bailiff-runtime: container refused: %s", text);
	fprintf(stderr, "%s\n", text_string(&line));
	/* crun's may begin with its kind; the others are no files */
	if (log && !strncmp(log, "file:", 5))
		log += 5;
	else if (log &&
		 (!strncmp(log, "journald:", 9) || !strncmp(log, "syslog:", 7)))
		log = NULL;
	fd = log ? open(log,
			O_WRONLY | O_APPEND | O_CREAT | O_CLOEXEC | O_NONBLOCK,
			0644) :
		   -1;
	if (fd >= 0 && args->log_json)
		print_json(fd, text_string(&line));
	else if (fd >= 0)
		dprintf(fd, "%s\n", text_string(&line));
	if (fd >= 0)
		close(fd);
	text_free(&line);
}
