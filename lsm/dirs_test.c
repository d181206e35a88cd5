// SPDX-License-Identifier: GPL-2.0-only
/*
 * dirs_test.c - a directory is known while nothing is another; included by dirs.c
 */
#include <linux/namei.h>
#include <linux/rcupdate_wait.h>

#include "shortcut_kunit.h"

struct scene {
	struct path path;
	u64 generation;
	struct bailiff_name name;
	struct bailiff_dir dir;
};

static int scene_init(struct kunit *test)
{
	/* no policy of this boot has it, and nothing of the case before passes */
	static u64 generation = 1ull << 60;
	struct scene *s = kunit_kzalloc(test, sizeof(*s), GFP_KERNEL);

	KUNIT_ASSERT_NOT_NULL(test, s);
	test->priv = s;
	KUNIT_ASSERT_EQ(test, kern_path("/", 0, &s->path), 0);
	s->generation = generation += 10;
	s->dir = (struct bailiff_dir){
		.below = 7,
		.len = 5,
		.depth = 2,
		.home.ino = 3,
	};
	return 0;
}

static void scene_exit(struct kunit *test)
{
	struct scene *s = test->priv;

	if (s && s->path.dentry)
		path_put(&s->path);
}

static bool passes(const struct scene *s)
{
	struct bailiff_dir found = {};

	return bailiff_dirs_find(&s->path, s->generation, bailiff_moves_read(),
				 &found) &&
	       found.below == s->dir.below && found.len == s->dir.len &&
	       found.depth == s->dir.depth &&
	       bailiff_home_same(&found.home, &s->dir.home);
}

/* Others rename and mount, and grace periods go by: a few tries. */
static bool is_kept(struct scene *s)
{
	for (u32 i = 0; i < 20; i++) {
		s->name.renames = read_seqbegin(&rename_lock);
		s->name.mounts = read_seqbegin(&mount_lock);
		bailiff_dirs_keep(&s->path, s->generation, &s->name, &s->dir);
		if (passes(s))
			return true;
	}
	return false;
}

static void what_was_walked_is_known(struct kunit *test)
{
	struct scene *s = test->priv;

	KUNIT_EXPECT_FALSE(test, passes(s));
	KUNIT_EXPECT_TRUE(test, is_kept(s));
}

static void another_directory_or_policy_is_not(struct kunit *test)
{
	struct scene *s = test->priv;
	const struct path path = s->path;
	struct vfsmount mount = *path.mnt;

	TOLD(s->generation++, s->generation--);
	TOLD(s->path.mnt = &mount, s->path = path);
}

/* Few places are for many directories: so it is changed where it lies. */
static void what_lies_at_the_same_place_is_not(struct kunit *test)
{
	struct scene *s = test->priv;

	migrate_disable();
	TOLD(entry_of(s->path.dentry)->place.dentry = NULL, );
	migrate_enable();
}

static void what_moves_ends_it(struct kunit *test)
{
	struct scene *s = test->priv;

	TOLD(write_seqlock(&rename_lock); write_sequnlock(&rename_lock), );
	TOLD(write_seqlock(&mount_lock); write_sequnlock(&mount_lock), );
}

/* One as the memory of dentries waits for. */
static void a_grace_period_ends_it(struct kunit *test)
{
	struct scene *s = test->priv;

	/* What is kept is kept by this CPU. */
	migrate_disable();
	TOLD(wait_rcu_gp(call_rcu), );
	migrate_enable();
}

static struct kunit_case cases[] = {
	KUNIT_CASE(what_was_walked_is_known),
	KUNIT_CASE(another_directory_or_policy_is_not),
	KUNIT_CASE(what_lies_at_the_same_place_is_not),
	KUNIT_CASE(what_moves_ends_it),
	KUNIT_CASE(a_grace_period_ends_it),
	{},
};

static struct kunit_suite suite = {
	.name = "bailiff-dirs",
	.init = scene_init,
	.exit = scene_exit,
	.test_cases = cases,
};
kunit_test_suite(suite);
