// SPDX-License-Identifier: GPL-2.0-only
/*
 * exe_test.c - a program that was named just now has that name while nothing is
 * another; included by exe.c
 */
#include <kunit/test.h>
#include <linux/rcupdate_wait.h>

/* A file that has a name: the root directory, before there is any other. */
static int open_root(struct kunit *test)
{
	struct file *file = filp_open("/", O_RDONLY, 0);

	KUNIT_ASSERT_FALSE(test, IS_ERR(file));
	test->priv = file;
	return 0;
}

static void close_root(struct kunit *test)
{
	if (test->priv)
		fput(test->priv);
}

static struct bailiff_exe *name_it(struct kunit *test)
{
	struct bailiff_exe *exe;

	KUNIT_ASSERT_EQ(test, bailiff_exe_find(test->priv, &exe), 0);
	KUNIT_ASSERT_NOT_NULL(test, exe);
	KUNIT_EXPECT_STREQ(test, exe->path, "/");
	KUNIT_EXPECT_EQ(test, exe->len, 1);
	return exe;
}

/* Is the name that was made just now the one that is given again? */
static bool is_known(struct kunit *test, void (*change)(void))
{
	struct bailiff_exe *first = name_it(test), *second;
	bool same;

	if (change)
		change();
	second = name_it(test);
	same = first == second;
	bailiff_exe_put(first);
	bailiff_exe_put(second);
	return same;
}

/* Others rename and mount, and grace periods go by: a few tries. */
static bool is_ever_known(struct kunit *test)
{
	for (u32 i = 0; i < 20; i++)
		if (is_known(test, NULL))
			return true;
	return false;
}

static void what_was_just_named_is_known(struct kunit *test)
{
	KUNIT_EXPECT_TRUE(test, is_ever_known(test));
}

static void rename_something(void)
{
	write_seqlock(&rename_lock);
	write_sequnlock(&rename_lock);
}

static void mount_something(void)
{
	write_seqlock(&mount_lock);
	write_sequnlock(&mount_lock);
}

static void let_dentries_go(void)
{
	wait_rcu_gp(call_rcu);
}

static const struct path *root;

/* Where it was found now lies another, as if its memory were that one's. */
static void find_another(void)
{
	known_of(root->dentry)->place.dentry = NULL;
}

static void find_by_another_mount(void)
{
	known_of(root->dentry)->place.mnt = NULL;
}

static void what_changes_ends_it(struct kunit *test)
{
	root = bailiff_user_path(test->priv);
	migrate_disable();
	KUNIT_EXPECT_TRUE(test, is_ever_known(test));
	KUNIT_EXPECT_FALSE(test, is_known(test, rename_something));
	KUNIT_EXPECT_FALSE(test, is_known(test, mount_something));
	KUNIT_EXPECT_FALSE(test, is_known(test, let_dentries_go));
	KUNIT_EXPECT_FALSE(test, is_known(test, find_another));
	KUNIT_EXPECT_FALSE(test, is_known(test, find_by_another_mount));
	migrate_enable();
}

/* Nobody holds more of a name than the one place that knows it. */
static void what_is_given_up_goes(struct kunit *test)
{
	struct bailiff_exe *exe;

	migrate_disable();
	KUNIT_EXPECT_TRUE(test, is_ever_known(test));
	exe = name_it(test);
	rename_something();
	bailiff_exe_put(name_it(test));
	KUNIT_EXPECT_EQ(test, refcount_read(&exe->ref), 1);
	bailiff_exe_put(exe);
	migrate_enable();
}

static struct kunit_case exe_cases[] = {
	KUNIT_CASE(what_was_just_named_is_known),
	KUNIT_CASE(what_changes_ends_it),
	KUNIT_CASE(what_is_given_up_goes),
	{},
};

static struct kunit_suite exe_suite = {
	.name = "bailiff-exe",
	.init = open_root,
	.exit = close_root,
	.test_cases = exe_cases,
};

kunit_test_suite(exe_suite);
