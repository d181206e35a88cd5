// SPDX-License-Identifier: GPL-2.0-only
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "cgroup.h"
#include "coverage.h"

#define TRIES 4
#define PAUSE_MS 150

struct look {
	const struct state_binding *binding;
	struct text covered; /* " TID TID ... " */
	uint64_t *others; /* cgroups with a binding of their own; owned */
	size_t num_others;
};

/* Is "NAME@" one of a task's policies? */
static bool has(const char *policies, const char *name)
{
	const char *at = policies;

	while ((at = strstr(at, name))) {
		if (at == policies || at[-1] == ',')
			return true;
		at++;
	}
	return false;
}

/* Under all that are bound? */
static bool has_all(const char *policies, const struct state_binding *binding)
{
	char name[BVM_MAX_NAME], mark[BVM_MAX_NAME + 1];
	unsigned int i;

	for (i = 0; state_bound(binding, i, name); i++) {
		snprintf(mark, sizeof(mark), "%s@", name);
		if (!has(policies, mark))
			return false;
	}
	return true;
}

static int add_task(const struct state_task *task, void *arg)
{
	struct look *look = arg;

	if (has_all(task->policies, look->binding))
		text_printf(&look->covered, "%d ", (int)task->tid);
	return 0;
}

static bool is_covered(const struct look *look, const char *tid)
{
	char word[32];

	snprintf(word, sizeof(word), " %s ", tid);
	return strstr(text_string(&look->covered), word);
}

/* False: it has ended meanwhile. */
static bool program_of(const char *tid, char program[32])
{
	char file[64];
	ssize_t len;
	int fd;

	snprintf(file, sizeof(file), "/proc/%s/comm", tid);
	fd = open(file, O_RDONLY | O_CLOEXEC);
	len = fd < 0 ? -1 : read(fd, program, 31);
	if (fd >= 0)
		close(fd);
	program[len > 0 ? len : 0] = '\0';
	program[strcspn(program, "\n")] = '\0';
	return len > 0;
}

static void add_open(struct coverage *coverage, const char *tid)
{
	size_t len = strlen(coverage->which);
	char program[32];

	if (!program_of(tid, program)) {
		coverage->tasks--;
		return;
	}
	coverage->open++;
	snprintf(coverage->which + len, sizeof(coverage->which) - len,
		 "%spid %s (%s)", len ? ", " : "", tid, program);
}

static void compare(char *threads, const struct look *look,
		    struct coverage *coverage)
{
	char *line = *threads ? threads : NULL, *next;

	memset(coverage, 0, sizeof(*coverage));
	for (; line; line = next) {
		next = text_next_line(line);
		if (!*line)
			continue;
		coverage->tasks++;
		if (!is_covered(look, line))
			add_open(coverage, line);
	}
}

static int add_other(const struct state_binding *binding, void *arg)
{
	struct look *look = arg;
	uint64_t *more;

	if (binding->cgroup == look->binding->cgroup)
		return 0;
	more = reallocarray(look->others, look->num_others + 1, sizeof(*more));
	if (!more)
		return -ENOMEM;
	look->others = more;
	more[look->num_others++] = binding->cgroup;
	return 0;
}

/* The threads first: what starts after that is not asked about. */
static int look_once(struct kfs *kfs, const struct state_binding *binding,
		     struct look *look, struct coverage *coverage)
{
	struct text threads = {};
	int err;

	look->num_others = 0;
	err = state_bindings(kfs, add_other, look);
	if (!err)
		err = cgroup_threads(binding->cgroup, look->others,
				     look->num_others, &threads);
	text_reset(&look->covered);
	text_add(&look->covered, " ");
	if (!err)
		err = state_tasks(kfs, add_task, look);
	if (!err && threads.len)
		compare(threads.data, look, coverage);
	text_free(&threads);
	return err;
}

int coverage_look(struct kfs *kfs, const struct state_binding *binding,
		  struct coverage *coverage)
{
	struct look look = { .binding = binding };
	int tries = 0, err;

	memset(coverage, 0, sizeof(*coverage));
	do {
		if (tries)
			usleep(PAUSE_MS * 1000);
		err = look_once(kfs, binding, &look, coverage);
	} while (!err && coverage->open && ++tries < TRIES);
	text_free(&look.covered);
	free(look.others);
	return err;
}
