// SPDX-License-Identifier: GPL-2.0-only
/* roster_test.c - which policy is for a container */
#include <check.h>
#include <errno.h>
#include <jansson.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <unistd.h>

#include "daemon/roster.h"
#include "daemon/text.h"
#include "tests/lib/suite.h"
#include "vm/image.h"

static struct roster roster;
static struct text why;
static char name[BVM_MAX_NAME];

static void setup(void)
{
	memset(&roster, 0, sizeof(roster));
	memset(&why, 0, sizeof(why));
	memset(name, 0, sizeof(name));
}

static void teardown(void)
{
	roster_free(&roster);
	text_free(&why);
}

static void add(const char *policy, uint32_t kind, const char *key,
		const char *value)
{
	struct roster_policy new = {
		.selectors = calloc(1, sizeof(struct roster_selector)),
		.num_selectors = 1,
	};

	strcpy(new.name, policy);
	new.selectors[0].kind = kind;
	new.selectors[0].key = strdup(key);
	new.selectors[0].value = strdup(value);
	ck_assert_int_eq(roster_put(&roster, &new), 0);
}

static const struct roster_container nothing = {
	.image = "",
	.name = "",
	.unit = "",
	.cgroup = "",
};

START_TEST(each_kind_of_selector_matches_its_own)
{
	json_t *map = json_pack("{s:s}", "tier", "web");
	static const uint32_t kinds[] = {
		BVM_SELECT_IMAGE,      BVM_SELECT_NAME, BVM_SELECT_LABEL,
		BVM_SELECT_ANNOTATION, BVM_SELECT_UNIT, BVM_SELECT_CGROUP,
	};
	struct roster_container container = nothing;

	add("p", kinds[_i], "tier", "w[aeiou]b*");
	ck_assert_int_eq(roster_choose(&roster, &container, name, &why), 0);
	/* all of them but the one that is asked for */
	container = (struct roster_container){ "web1", "web1", "web1",
					       "web1", map,    map };
	ck_assert_int_eq(roster_choose(&roster, &container, name, &why), 1);
	if (kinds[_i] == BVM_SELECT_IMAGE)
		container.image = "db";
	else if (kinds[_i] == BVM_SELECT_NAME)
		container.name = "db";
	else if (kinds[_i] == BVM_SELECT_LABEL)
		container.labels = NULL;
	else if (kinds[_i] == BVM_SELECT_ANNOTATION)
		container.annotations = NULL;
	else if (kinds[_i] == BVM_SELECT_UNIT)
		container.unit = "";
	else
		container.cgroup = "/web1";
	ck_assert_int_eq(roster_choose(&roster, &container, name, &why), 0);
	json_decref(map);
}
END_TEST

START_TEST(what_is_not_known_is_not_matched_by_a_star)
{
	add("p", BVM_SELECT_IMAGE, "", "*");
	ck_assert_int_eq(roster_choose(&roster, &nothing, name, &why), 0);
}
END_TEST

START_TEST(two_policies_for_one_container_are_refused)
{
	struct roster_container container = nothing;

	add("one", BVM_SELECT_NAME, "", "web");
	add("two", BVM_SELECT_NAME, "", "w*");
	container.name = "web";
	ck_assert_int_eq(roster_choose(&roster, &container, name, &why),
			 -EEXIST);
	ck_assert_ptr_nonnull(strstr(why.data, "one, two"));
}
END_TEST

START_TEST(the_annotation_names_the_policy)
{
	json_t *map = json_pack("{s:s}", "io.bailiff.policy", "three");
	struct roster_container container = nothing;

	add("one", BVM_SELECT_NAME, "", "web");
	add("two", BVM_SELECT_NAME, "", "web");
	container.name = "web";
	container.annotations = map;
	ck_assert_int_eq(roster_choose(&roster, &container, name, &why), 1);
	ck_assert_str_eq(name, "three");
	json_decref(map);
}
END_TEST

START_TEST(an_annotation_that_is_no_name_is_refused)
{
	static const char *const bad[] = { "Three", "a b", "-a", "a/b",
					   "a\npolicy=refuse" };
	json_t *map = json_pack("{s:s}", "io.bailiff.policy", bad[_i]);
	struct roster_container container = nothing;

	container.annotations = map;
	ck_assert_int_eq(roster_choose(&roster, &container, name, &why),
			 -EINVAL);
	json_decref(map);
}
END_TEST

START_TEST(a_filter_that_nobody_installs_is_no_binding)
{
	json_t *map = json_pack("{s:s}", "io.bailiff.policy", "one");
	struct roster_container container = nothing;

	add("one", BVM_SELECT_NAME, "", "web");
	container.name = "web";
	ck_assert_int_eq(roster_choose(&roster, &container, name, &why), 1);
	roster_find(&roster, "one")->filtered = true;
	ck_assert_int_eq(roster_choose(&roster, &container, name, &why),
			 -EPERM);
	ck_assert_ptr_nonnull(strstr(why.data, "installed-by: runtime"));
	container.name = "other";
	ck_assert_int_eq(roster_choose(&roster, &container, name, &why), 0);
	/* named or selected, it is the same */
	container.annotations = map;
	ck_assert_int_eq(roster_choose(&roster, &container, name, &why),
			 -EPERM);
	json_decref(map);
}
END_TEST

START_TEST(a_retired_policy_selects_nothing)
{
	struct roster_container container = nothing;

	add("one", BVM_SELECT_NAME, "", "web");
	container.name = "web";
	roster_find(&roster, "one")->retired = true;
	ck_assert_int_eq(roster_choose(&roster, &container, name, &why), 0);
}
END_TEST

START_TEST(putting_again_replaces)
{
	struct roster_container container = nothing;

	add("one", BVM_SELECT_NAME, "", "web");
	add("one", BVM_SELECT_NAME, "", "db");
	add("a", BVM_SELECT_NAME, "", "x");
	ck_assert_str_eq(roster.first->name, "a");
	ck_assert_ptr_null(roster.first->next->next);
	container.name = "web";
	ck_assert_int_eq(roster_choose(&roster, &container, name, &why), 0);
	roster_remove(&roster, "a");
	roster_remove(&roster, "one");
	roster_remove(&roster, "one");
	ck_assert_ptr_null(roster.first);
}
END_TEST

static int memory_file(const void *bytes, size_t len)
{
	int fd = memfd_create("image", 0);

	ck_assert_int_eq(write(fd, bytes, len), (ssize_t)len);
	return fd;
}

START_TEST(bytes_that_are_no_image_are_refused)
{
	struct roster_policy policy = {};
	int fd = memory_file("not an image at all, but long enough for one "
			     "header of sixty-four bytes",
			     72);

	ck_assert_int_eq(roster_read_image(fd, &policy, &why), -EINVAL);
	ck_assert_uint_gt(why.len, 0);
	ck_assert_ptr_null(policy.selectors);
	close(fd);
	fd = memory_file("", 0);
	ck_assert_int_eq(roster_read_image(fd, &policy, &why), -EINVAL);
	close(fd);
}
END_TEST

int main(void)
{
	Suite *suite = suite_create("roster");
	TCase *tcase = tcase_create("roster");

	tcase_add_checked_fixture(tcase, setup, teardown);
	tcase_add_loop_test(tcase, each_kind_of_selector_matches_its_own, 0, 6);
	tcase_add_test(tcase, what_is_not_known_is_not_matched_by_a_star);
	tcase_add_test(tcase, two_policies_for_one_container_are_refused);
	tcase_add_test(tcase, the_annotation_names_the_policy);
	tcase_add_loop_test(tcase, an_annotation_that_is_no_name_is_refused, 0,
			    5);
	tcase_add_test(tcase, a_filter_that_nobody_installs_is_no_binding);
	tcase_add_test(tcase, a_retired_policy_selects_nothing);
	tcase_add_test(tcase, putting_again_replaces);
	tcase_add_test(tcase, bytes_that_are_no_image_are_refused);
	suite_add_tcase(suite, tcase);
	return suite_run(suite);
}
