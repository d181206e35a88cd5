// SPDX-License-Identifier: GPL-2.0-only
/*
 * bailiff-runtime - an OCI runtime that confines what it starts
 *
 * It takes the command line of runc or crun, makes the bundle ready if a
 * container begins, and becomes the runtime with the very same arguments.
 */
#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "bailiffd.h"
#include "runtime.h"
#include "runtime_args.h"

#define EXIT_CANNOT_RUN 126 /* as env(1) and the shells */

/* What is ours stands before what is the runtime's. */
struct ours {
	const char *runtime; /* NULL: not said */
	const char *run_dir;
	const char *hook;
	bool require;
};

static void usage(void)
{
	fputs("usage: bailiff-runtime [options of ours] [runtime's arguments]\n"
	      "\n"
	      "An OCI runtime: adds Bailiff's hook and the policies' filters of\n"
	      "system calls to the bundle of `create` and `run`, and runs crun\n"
	      "or runc with the same arguments. Any failure refuses the\n"
	      "container.\n\n"
	      "  --runtime PROGRAM  to be run (BAILIFF_RUNTIME; `runtime` of\n"
	      "                     bailiffd.yaml; crun or runc)\n"
	      "  --hook PATH        of bailiff-oci-hook (beside this program)\n"
	      "  --run-dir DIR      of the daemon's socket (" RUN_DIR ")\n"
	      "  --require          refuse a container that no policy selects\n"
	      "  --help             this text, if it is the only argument\n"
	      "  --bailiff-version  of this program; --version is the runtime's\n",
	      stdout);
}

/* "--name VALUE" and "--name=VALUE". Return: NULL if arg is another. */
static const char *value_of(const char *name, int argc, char **argv, int *at)
{
	size_t len = strlen(name);

	if (strncmp(argv[*at], name, len) != 0)
		return NULL;
	if (argv[*at][len] == '=')
		return argv[*at] + len + 1;
	if (argv[*at][len] || *at + 1 == argc)
		return NULL;
	return argv[++*at];
}

/* Return: the index of the first argument that is not ours. */
static int read_ours(struct ours *ours, int argc, char **argv)
{
	const char *value;
	int at;

	for (at = 1; at < argc; at++) {
		int old = at;

		if ((value = value_of("--runtime", argc, argv, &at)))
			ours->runtime = value;
		else if ((value = value_of("--run-dir", argc, argv, &at)))
			ours->run_dir = value;
		else if ((value = value_of("--hook", argc, argv, &at)))
			ours->hook = value;
		else if (!strcmp(argv[at], "--require"))
			ours->require = true;
		else
			return old;
	}
	return at;
}

/* What bailiffd's configuration says lies there as a link. */
static bool read_link(const char *run_dir, char *path, size_t size)
{
	char link[PATH_MAX];
	ssize_t len;

	snprintf(link, sizeof(link), "%s/" RUNTIME_LINK, run_dir);
	len = readlink(link, path, size - 1);
	if (len <= 0)
		return false;
	path[len] = '\0';
	return true;
}

/* Return: 0, or -ENOENT and what was looked for in path. */
static int find_runtime(const struct ours *ours, char *path, size_t size)
{
	const char *said = ours->runtime ?: getenv("BAILIFF_RUNTIME");
	char link[PATH_MAX];
	int err = -ENOENT;

	if ((!said || !*said) && read_link(ours->run_dir, link, sizeof(link)))
		said = link;
	if (said && *said) {
		err = runtime_find(said, path, size);
		if (err)
			snprintf(path, size, "%s", said);
		return err;
	}
	for (size_t i = 0; runtime_names[i] && err; i++)
		err = runtime_find(runtime_names[i], path, size);
	if (err)
		snprintf(path, size, "crun or runc");
	return err;
}

/* bailiff-oci-hook lies where this program does. */
static int find_hook(const char *given, char *path, size_t size)
{
	char own[PATH_MAX];
	ssize_t len;
	char *slash;

	if (given)
		return (size_t)snprintf(path, size, "%s", given) < size ?
			       0 :
			       -ENAMETOOLONG;
	len = readlink("/proc/self/exe", own, sizeof(own) - 1);
	if (len < 0)
		return -errno;
	own[len] = '\0';
	slash = strrchr(own, '/');
	if (!slash)
		return -ENOENT;
	*slash = '\0';
	return (size_t)snprintf(path, size, "%s/bailiff-oci-hook", own) < size ?
		       0 :
		       -ENAMETOOLONG;
}

static int prepare(const struct ours *ours, const struct runtime_args *args,
		   char *why, size_t size)
{
	char hook[PATH_MAX];
	struct runtime_options options = {
		.run_dir = ours->run_dir,
		.hook = hook,
		.require = ours->require,
	};

	if (args->verb == RUNTIME_RESTORE) {
		snprintf(why, size,
			 "a restored container executes nothing, so it would "
			 "join no policy; create it anew");
		return -EINVAL;
	}
	if (find_hook(ours->hook, hook, sizeof(hook))) {
		snprintf(why, size,
			 "bailiff-oci-hook is not found; say --hook");
		return -EINVAL;
	}
	return runtime_prepare(&options, args, why, size);
}

int main(int argc, char **argv)
{
	struct ours ours = { .run_dir = RUN_DIR };
	struct runtime_args args;
	char why[1024], path[PATH_MAX];
	int first, err;

	/* alone: behind a command it is the runtime's */
	if (argc == 2 && !strcmp(argv[1], "--help")) {
		usage();
		return 0;
	}
	if (argc > 1 && !strcmp(argv[1], "--bailiff-version")) {
		puts("bailiff-runtime " BAILIFF_VERSION);
		return 0;
	}
	first = read_ours(&ours, argc, argv) - 1;
	argc -= first;
	argv += first;
	err = runtime_args_read(&args, argc, argv, why, sizeof(why));
	if (!err && find_runtime(&ours, path, sizeof(path))) {
		snprintf(why, sizeof(why), "runtime %.512s: not found", path);
		err = -ENOENT;
	}
	if (!err && args.verb != RUNTIME_OTHER)
		err = prepare(&ours, &args, why, sizeof(why));
	if (err) {
		runtime_complain(&args, why);
		return 1;
	}
	argv[0] = path;
	execv(path, argv);
	snprintf(why, sizeof(why), "%.512s: %s", path, strerror(errno));
	runtime_complain(&args, why);
	return EXIT_CANNOT_RUN;
}
