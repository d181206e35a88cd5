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

/* Does it hold processes, and not just cgroups that do? */
static bool holds(const char *path)
{
	char file[PATH_MAX], byte;
	bool any = false;
	int fd;

	if ((size_t)snprintf(file, sizeof(file), "%s/cgroup.procs", path) >=
	    sizeof(file))
		return false;
	fd = open(file, O_RDONLY | O_CLOEXEC);
	if (fd >= 0) {
		any = read(fd, &byte, 1) == 1;
		close(fd);
	}
	return any;
}

static void print(struct walk *walk, const char *path, const struct bound *own,
		  const struct bound *nearest)
{
	const char *name = path + strlen(walk->top);
	bool any = holds(path);

	if (any || own)
		text_printf(walk->out, "%d %d %llu %llu %s %s\n", any, !!own,
			    own ? own->tasks : 0, own ? own->joined : 0,
			    nearest ? nearest->names : "-", *name ? name : "/");
}

static int look_below(struct walk *walk, const char *path,
		      const struct bound *above, unsigned int depth);

static int look_at(struct walk *walk, const char *path,
		   const struct bound *above, unsigned int depth)
{
	const struct bound *own = find_bound(walk, path);

	if (++walk->num > POPULATED_MAX)
		return -E2BIG;
	print(walk, path, own, own ?: above);
	return look_below(walk, path, own ?: above, depth);
}

static int look_below(struct walk *walk, const char *path,
		      const struct bound *above, unsigned int depth)
{
	DIR *dir = depth < CGROUP_MAX_DEPTH ? opendir(path) : NULL;
	const struct dirent *entry;
	char child[PATH_MAX];
	int err = 0;

	while (dir && !err && (entry = readdir(dir)))
		if (entry->d_type == DT_DIR && strcmp(entry->d_name, ".") &&
		    strcmp(entry->d_name, "..") &&
		    (size_t)snprintf(child, sizeof(child), "%s/%s", path,
				     entry->d_name) < sizeof(child))
			err = look_at(walk, child, above, depth + 1);
	if (dir)
		closedir(dir);
	return err;
}

int populated_walk(const char *top, struct kfs *kfs,
		   int (*id)(const char *path, uint64_t *number),
		   struct text *out)
{
	struct walk walk = { .top = top, .id = id, .out = out };
	int err;

	err = state_bindings(kfs, add_binding, &walk);
	if (!err)
		err = look_at(&walk, top, NULL, 0);
	if (!err && out->cut)
		err = -E2BIG;
	free(walk.bound);
	return err;
}

int populated_print(struct kfs *kfs, struct text *out)
{
	uint64_t id;
	int err = cgroup_id(cgroup_mount, &id);

	return err ? err : populated_walk(cgroup_mount, kfs, cgroup_id, out);
}
