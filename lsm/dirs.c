// SPDX-License-Identifier: GPL-2.0-only
/*
 * dirs.c - where the names of the directories last walked end, on each CPU
 */
#include <linux/hash.h>
#include <linux/percpu.h>
#include <linux/preempt.h>

#include "dirs.h"

#define ENTRIES_BITS 4

/* Of one CPU, with preemption off: no interrupt walks. */
struct entry {
	struct bailiff_place place;
	u64 generation;
	struct bailiff_dir dir;
};

static DEFINE_PER_CPU(struct entry[1 << ENTRIES_BITS], dirs);

static struct entry *entry_of(const struct dentry *dentry)
{
	return &this_cpu_ptr(dirs)[hash_ptr(dentry, ENTRIES_BITS)];
}

bool bailiff_dirs_find(const struct path *dir, u64 generation,
		       struct bailiff_moves moves, struct bailiff_dir *found)
{
	struct entry *entry;
	bool known;

	preempt_disable();
	entry = entry_of(dir->dentry);
	known = entry->generation == generation &&
		bailiff_place_is(&entry->place, dir, moves);
	if (known)
		*found = entry->dir;
	preempt_enable();
	return known;
}

void bailiff_dirs_keep(const struct path *dir, u64 generation,
		       const struct bailiff_name *name,
		       const struct bailiff_dir *found)
{
	struct entry *entry;

	preempt_disable();
	entry = entry_of(dir->dentry);
	entry->generation = generation;
	entry->dir = *found;
	bailiff_place_keep(&entry->place, dir, name);
	preempt_enable();
}

#ifdef CONFIG_SECURITY_BAILIFF_KUNIT_TEST
#include "dirs_test.c"
#endif
