// SPDX-License-Identifier: GPL-2.0-only
#include <stdlib.h>
#include <string.h>

#include "names.h"

#define BUCKETS 1024

struct node {
	struct node *next; /* of the bucket */
	uint64_t cgroup;
	uint64_t order; /* of the puts */
	struct names_entry entry;
};

struct names {
	struct node *buckets[BUCKETS];
	uint64_t puts;
	unsigned int num;
};

struct names *names_create(void)
{
	return calloc(1, sizeof(struct names));
}

/* Return: the link that leads to it, or to NULL. */
static struct node **find(struct names *names, uint64_t cgroup)
{
	struct node **link = &names->buckets[cgroup % BUCKETS];

	while (*link && (*link)->cgroup != cgroup)
		link = &(*link)->next;
	return link;
}

static void drop(struct names *names, uint64_t cgroup)
{
	struct node **link = find(names, cgroup), *node = *link;

	if (!node)
		return;
	*link = node->next;
	free(node);
	names->num--;
}

void names_free(struct names *names)
{
	size_t i;

	if (!names)
		return;
	for (i = 0; i < BUCKETS; i++)
		while (names->buckets[i])
			drop(names, names->buckets[i]->cgroup);
	free(names);
}

static void drop_oldest(struct names *names)
{
	const struct node *node, *oldest = NULL;
	size_t i;

	for (i = 0; i < BUCKETS; i++)
		for (node = names->buckets[i]; node; node = node->next)
			if (!oldest || node->order < oldest->order)
				oldest = node;
	drop(names, oldest->cgroup);
}

static void keep(char to[NAMES_TEXT], const char *text)
{
	size_t len = strlen(text);

	if (len < NAMES_TEXT)
		memcpy(to, text, len + 1);
}

void names_put(struct names *names, uint64_t cgroup, const char *name,
	       const char *image)
{
	struct node **bucket = &names->buckets[cgroup % BUCKETS], *node;

	drop(names, cgroup);
	node = calloc(1, sizeof(*node));
	if (!node)
		return;
	if (names->num == NAMES_MAX)
		drop_oldest(names);
	keep(node->entry.name, name);
	keep(node->entry.image, image);
	node->cgroup = cgroup;
	node->order = names->puts++;
	node->next = *bucket;
	*bucket = node;
	names->num++;
}

const struct names_entry *names_find(const struct names *names, uint64_t cgroup)
{
	const struct node *node = names->buckets[cgroup % BUCKETS];

	while (node && node->cgroup != cgroup)
		node = node->next;
	return node ? &node->entry : NULL;
}
