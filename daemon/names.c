// SPDX-License-Identifier: GPL-2.0-only
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "names.h"

#define BUCKETS 1024
#define BOOT_MAX 64

struct slot {
	uint64_t cgroup; /* 0: none; written last */
	struct names_entry entry;
};

/* The file: a ring, of which each put takes the next slot. */
struct file {
	char boot[BOOT_MAX]; /* and which form this is */
	uint64_t puts;
	struct slot slots[NAMES_MAX];
};

#define FORM "1 " /* before the boot, in the file */

/* Slots by cgroup, in lists; each number is of a slot and 1, or 0. */
struct names {
	struct file *file; /* mapped */
	uint16_t first[BUCKETS];
	uint16_t next[NAMES_MAX];
};

static struct file *map(const char *path)
{
	int fd = open(path, O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0600);
	void *mapped = MAP_FAILED;
	int err;

	if (fd < 0)
		return NULL;
	/* a page that finds no room when it is written would be a signal */
	err = posix_fallocate(fd, 0, sizeof(struct file));
	if (!err) {
		mapped = mmap(NULL, sizeof(struct file), PROT_READ | PROT_WRITE,
			      MAP_SHARED, fd, 0);
		err = errno;
	}
	close(fd);
	errno = err;
	return mapped == MAP_FAILED ? NULL : mapped;
}

static void enlist(struct names *names, size_t at)
{
	uint64_t cgroup = names->file->slots[at].cgroup;
	uint16_t *first = &names->first[cgroup % BUCKETS];

	names->next[at] = *first;
	*first = (uint16_t)(at + 1);
}

static void take_over(struct names *names)
{
	size_t i;

	for (i = 0; i < NAMES_MAX; i++) {
		struct slot *slot = &names->file->slots[i];

		slot->entry.name[NAMES_TEXT - 1] = '\0';
		slot->entry.image[NAMES_TEXT - 1] = '\0';
		if (slot->cgroup && !names_find(names, slot->cgroup))
			enlist(names, i);
		else
			slot->cgroup = 0;
	}
}

struct names *names_open(const char *path, const char *boot)
{
	struct names *names = calloc(1, sizeof(*names));
	char now[BOOT_MAX] = "";

	if (!names)
		return NULL;
	names->file = map(path);
	if (!names->file) {
		free(names);
		return NULL;
	}
	snprintf(now, sizeof(now), FORM "%s", boot);
	if (memcmp(names->file->boot, now, sizeof(now)) != 0) {
		memset(names->file, 0, sizeof(*names->file));
		memcpy(names->file->boot, now, sizeof(now));
	}
	take_over(names);
	return names;
}

void names_free(struct names *names)
{
	if (!names)
		return;
	munmap(names->file, sizeof(*names->file));
	free(names);
}

static void drop(struct names *names, uint64_t cgroup)
{
	uint16_t *link = &names->first[cgroup % BUCKETS];
	size_t at;

	while (*link && names->file->slots[*link - 1].cgroup != cgroup)
		link = &names->next[*link - 1];
	if (!*link)
		return;
	at = *link - 1u;
	*link = names->next[at];
	names->file->slots[at].cgroup = 0;
}

static void keep(char to[NAMES_TEXT], const char *text)
{
	size_t len = strlen(text);

	memset(to, 0, NAMES_TEXT);
	if (len < NAMES_TEXT)
		memcpy(to, text, len);
}

void names_put(struct names *names, uint64_t cgroup, const char *name,
	       const char *image)
{
	struct slot *slot;
	size_t at;

	if (!names || !cgroup)
		return;
	at = names->file->puts % NAMES_MAX;
	slot = &names->file->slots[at];
	drop(names, cgroup);
	if (slot->cgroup)
		drop(names, slot->cgroup);
	keep(slot->entry.name, name);
	keep(slot->entry.image, image);
	/* killed here, it is no name of another */
	__atomic_store_n(&slot->cgroup, cgroup, __ATOMIC_RELEASE);
	names->file->puts++;
	enlist(names, at);
}

const struct names_entry *names_find(const struct names *names, uint64_t cgroup)
{
	uint16_t at = names ? names->first[cgroup % BUCKETS] : 0;

	while (at && names->file->slots[at - 1].cgroup != cgroup)
		at = names->next[at - 1];
	return at ? &names->file->slots[at - 1].entry : NULL;
}
