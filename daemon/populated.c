// SPDX-License-Identifier: GPL-2.0-only
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "cgroup.h"
#include "populated.h"
#include "state.h"
#include "text.h"

unsigned int populated_max = POPULATED_MAX;

struct bound {
	uint64_t cgroup;
	unsigned long long tasks;
	unsigned long long joined;
	char names[STATE_POLICIES]; /* without digests */
};

struct walk {
	const char *top;
	int (*id)(const char *path, uint64_t *number);
	struct bound *bound; /* owned */
	size_t num_bound;
	unsigned int num; /* looked at */
	bool part; /* leave out what users may make */
	struct text *out;
};

static int add_binding(const struct state_binding *binding, void *arg)
{
	struct walk *walk = arg;
	struct bound *bound, *to;
	char name[BVM_MAX_NAME];
	unsigned int i;

	bound = realloc(walk->bound, (walk->num_bound + 1) * sizeof(*bound));
	if (!bound)
		return -ENOMEM;
	walk->bound = bound;
	to = &bound[walk->num_bound++];
	*to = (struct bound){
		.cgroup = binding->cgroup,
		.tasks = binding->tasks,
		.joined = binding->joined,
	};
	for (i = 0; state_bound(binding, i, name); i++)
		strcat(strcat(to->names, i ? "," : ""), name);
	return 0;
}

static const struct bound *find_bound(const struct walk *walk, const char *path)
{
	uint64_t id;
	size_t i;

	/* one that went away meanwhile is bound to nothing */
	if (walk->id(path, &id))
		return NULL;
	for (i = 0; i < walk->num_bound; i++)
		if (walk->bound[i].cgroup == id)
			return &walk->bound[i];
	return NULL;
}

/* It went away while it was looked at. */
static bool is_gone(int err)
{
	return err == ENOENT || err == ENODEV;
}

/* Does it hold processes, and not just cgroups that do? 1, 0, -errno. */
static int holds(const char *path)
{
	char file[PATH_MAX], byte;
	int fd, any;

	if ((size_t)snprintf(file, sizeof(file), "%s/cgroup.procs", path) >=
	    sizeof(file))
		return 0;
	fd = open(file, O_RDONLY | O_CLOEXEC);
	if (fd < 0)
		return is_gone(errno) ? 0 : -errno;
	/* of threads alone nothing can be read: their processes are above */
	any = read(fd, &byte, 1) == 1;
	close(fd);
	return any;
}

static const char *name_of(const struct walk *walk, const char *path)
{
	const char *name = path + strlen(walk->top);

	return *name ? name : "/";
}

/* What is below it is not looked at, which is no error, and is said. */
static int leave_out(struct walk *walk, const char *path)
{
	text_printf(walk->out, POPULATED_LEFT "%s\n", name_of(walk, path));
	return 0;
}

static void print(struct walk *walk, const char *path, const struct bound *own,
		  const struct bound *nearest, bool any)
{
	if (any || own)
		text_printf(walk->out, "%d %d %llu %llu %s %s\n", any, !!own,
			    own ? own->tasks : 0, own ? own->joined : 0,
			    nearest ? nearest->names : "-",
			    name_of(walk, path));
}

/* A user's own manager: what is below it is his to make. */
static bool is_manager(const char *path)
{
	static const char start[] = "/user@", end[] = ".service";
	const char *at = strrchr(path, '/');
	size_t len = at ? strlen(at) : 0;

	return len > strlen(start) + strlen(end) &&
	       !strncmp(at, start, strlen(start)) &&
	       !strcmp(at + len - strlen(end), end);
}

static int look_below(struct walk *walk, const char *path,
		      const struct bound *above, unsigned int depth);

static int look_at(struct walk *walk, const char *path,
		   const struct bound *above, unsigned int depth)
{
	const struct bound *own;
	int any;

	if (++walk->num > populated_max)
		return -E2BIG;
	own = find_bound(walk, path);
	any = holds(path);
	if (any < 0 && any != -EACCES)
		return any;
	print(walk, path, own, own ?: above, any > 0);
	/* we have no capability for files: its owner may hide it from us */
	if (any < 0)
		return leave_out(walk, path);
	return look_below(walk, path, own ?: above, depth);
}

/* The next one in dir, NULL at the end; err says whether that is one. */
static const struct dirent *next_child(DIR *dir, int *err)
{
	const struct dirent *entry;

	do {
		errno = 0;
		entry = readdir(dir);
	} while (entry &&
		 (entry->d_type != DT_DIR || !strcmp(entry->d_name, ".") ||
		  !strcmp(entry->d_name, "..")));
	*err = entry || is_gone(errno) ? 0 : -errno;
	return entry;
}

static int look_below(struct walk *walk, const char *path,
		      const struct bound *above, unsigned int depth)
{
	const struct dirent *entry;
	char child[PATH_MAX];
	int err = 0;
	DIR *dir;

	if (depth >= CGROUP_MAX_DEPTH || (walk->part && is_manager(path)))
		return leave_out(walk, path);
	dir = opendir(path);
	if (!dir && errno == EACCES)
		return leave_out(walk, path);
	if (!dir)
		return is_gone(errno) ? 0 : -errno;
	while (!err && (entry = next_child(dir, &err)))
		err = (size_t)snprintf(child, sizeof(child), "%s/%s", path,
				       entry->d_name) < sizeof(child) ?
			      look_at(walk, child, above, depth + 1) :
			      leave_out(walk, path);
	closedir(dir);
	return err;
}

static int walk_once(struct walk *walk, bool part)
{
	int err;

	walk->num = 0;
	walk->part = part;
	text_reset(walk->out);
	err = look_at(walk, walk->top, NULL, 0);
	return !err && walk->out->cut ? -E2BIG : err;
}

int populated_walk(const char *top, struct kfs *kfs,
		   int (*id)(const char *path, uint64_t *number),
		   struct text *out)
{
	struct walk walk = { .top = top, .id = id, .out = out };
	int err;

	err = state_bindings(kfs, add_binding, &walk);
	if (!err)
		err = walk_once(&walk, false);
	/* else whoever has a cgroup of his own could blind us */
	if (err == -E2BIG)
		err = walk_once(&walk, true);
	free(walk.bound);
	return err;
}

int populated_print(struct kfs *kfs, struct text *out)
{
	uint64_t id;
	int err = cgroup_id(cgroup_mount, &id);

	return err ? err : populated_walk(cgroup_mount, kfs, cgroup_id, out);
}
