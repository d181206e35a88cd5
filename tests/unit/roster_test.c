// SPDX-License-Identifier: GPL-2.0-only
/* roster_test.c - which policy is for a container */
#include <check.h>
#include <errno.h>
#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <unistd.h>

#include "daemon/roster.h"
#include "daemon/text.h"
#include "tests/lib/suite.h"
#include "vm/image.h"

static struct roster roster;
static struct text why;
static struct roster_choice choice;

static void setup(void)
{
	memset(&roster, 0, sizeof(roster));
	memset(&why, 0, sizeof(why));
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

/* "one,two": the policies for a container; "-errno" if it is refused. */
static const char *chosen(const struct roster_container *container)
{
	static char text[BVM_MAX_STACKED * BVM_MAX_NAME];
	unsigned int i;
	int err;

	text_reset(&why);
	err = roster_choose(&roster, container, &choice, &why);
	text[0] = '\0';
	if (err)
		snprintf(text, sizeof(text), "%d", err);
	for (i = 0; i < choice.num && !err; i++)
		sprintf(text + strlen(text), "%s%s", i ? "," : "",
			choice.name[i]);
	return text;
}

START_TEST(each_kind_of_selector_matches_its_own)
{
	json_t *map = json_pack("{s:s}", "tier", "web");
	static const uint32_t kinds[] = {
		BVM_SELECT_IMAGE,      BVM_SELECT_NAME, BVM_SELECT_LABEL,
		BVM_SELECT_ANNOTATION, BVM_SELECT_UNIT, BVM_SELECT_CGROUP,
	};
	struct roster_container container = nothing;

	add("p", kinds[_i], "tier", "w[aeiou]b*");
	ck_assert_str_eq(chosen(&container), "");
	/* all of them but the one that is asked for */
	container = (struct roster_container){
		.image = "web1",
		.name = "web1",
		.unit = "web1",
		.cgroup = "web1",
		.labels = map,
		.annotations = map,
	};
	ck_assert_str_ne(chosen(&container), "");
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
	ck_assert_str_eq(chosen(&container), "");
	json_decref(map);
}
END_TEST

START_TEST(what_is_not_known_is_not_matched_by_a_star)
{
	add("p", BVM_SELECT_IMAGE, "", "*");
	ck_assert_str_eq(chosen(&nothing), "");
}
END_TEST

START_TEST(all_that_select_a_container_are_stacked)
{
	struct roster_container container = nothing;

	add("two", BVM_SELECT_NAME, "", "w*");
	add("one", BVM_SELECT_NAME, "", "web");
	add("db", BVM_SELECT_NAME, "", "db");
	container.name = "web";
	ck_assert_str_eq(chosen(&container), "one,two");
}
END_TEST

START_TEST(no_more_than_can_be_stacked)
{
	struct roster_container container = nothing;
	char name[16];

	container.name = "web";
	for (int i = 0; i < BVM_MAX_STACKED; i++) {
		snprintf(name, sizeof(name), "p%02d", i);
		add(name, BVM_SELECT_NAME, "", "web");
	}
	(void)chosen(&container);
	ck_assert_uint_eq(choice.num, BVM_MAX_STACKED);
	add("p99", BVM_SELECT_NAME, "", "web");
	ck_assert_int_eq(atoi(chosen(&container)), -E2BIG);
	ck_assert_ptr_nonnull(strstr(why.data, "p99"));
}
END_TEST

START_TEST(what_the_annotation_names_comes_before)
{
	json_t *map = json_pack("{s:s}", "io.bailiff.policy", "three");
	struct roster_container container = nothing;

	add("one", BVM_SELECT_NAME, "", "web");
	add("two", BVM_SELECT_NAME, "", "web");
	container.name = "web";
	container.annotations = map;
	ck_assert_str_eq(chosen(&container), "three,one,two");
	json_object_set_new(map, "io.bailiff.policy", json_string("two,three"));
	ck_assert_str_eq(chosen(&container), "two,three,one");
	json_decref(map);
}
END_TEST

START_TEST(an_annotation_that_is_no_name_is_refused)
{
	static const char *const bad[] = {
		"Three", "a b", "-a",	"a/b", "a\npolicy=refuse",
		"a,",	 ",a",	"a,,b", "a, b"
	};
	json_t *map = json_pack("{s:s}", "io.bailiff.policy", bad[_i]);
	struct roster_container container = nothing;

	container.annotations = map;
	ck_assert_int_eq(atoi(chosen(&container)), -EINVAL);
	json_decref(map);
}
END_TEST

static void give_filter(const char *name, bool filtered)
{
	struct roster_policy *policy = roster_find(&roster, name);

	policy->filtered = filtered;
	policy->filter = calloc(1, sizeof(*policy->filter));
	policy->num_filter = 1;
	strcpy(policy->digest, "abc");
}

START_TEST(a_filter_that_the_runtime_installed_is_one)
{
	json_t *list = json_pack("[s,s]", "one@abc", "on@abc");
	struct roster_container container = nothing;
	bool filtered = _i;

	add("one", BVM_SELECT_NAME, "", "web");
	add("on", BVM_SELECT_NAME, "", "web");
	give_filter("one", filtered);
	container.name = "web";
	container.filters = list;
	ck_assert_str_eq(chosen(&container), "on,one");
	ck_assert(choice.filtered);
	/* that of another version is another filter */
	strcpy(roster_find(&roster, "one")->digest, "abd");
	ck_assert_int_eq(atoi(chosen(&container)), -EPERM);
	ck_assert_ptr_nonnull(strstr(why.data, "start it again"));
	/* one that it did not know of */
	json_array_clear(list);
	ck_assert_int_eq(atoi(chosen(&container)), -EPERM);
	ck_assert_ptr_nonnull(strstr(why.data, "was not known"));
	/* before there is a container all are let through */
	container.filters = NULL;
	container.prepares = true;
	ck_assert_str_eq(chosen(&container), "on,one");
	/* without it, the runtime's own is somebody else's to install */
	container.prepares = false;
	ck_assert_str_eq(chosen(&container), filtered ? "-1" : "on,one");
	ck_assert(!choice.filtered);
	json_decref(list);
}
END_TEST

START_TEST(a_filter_that_nobody_installs_is_no_binding)
{
	json_t *map = json_pack("{s:s}", "io.bailiff.policy", "one");
	struct roster_container container = nothing;

	add("one", BVM_SELECT_NAME, "", "web");
	container.name = "web";
	ck_assert_str_ne(chosen(&container), "");
	give_filter("one", true);
	ck_assert_int_eq(atoi(chosen(&container)), -EPERM);
	ck_assert_ptr_nonnull(strstr(why.data, "installed-by: runtime"));
	container.name = "other";
	ck_assert_str_eq(chosen(&container), "");
	/* named or selected, it is the same */
	container.annotations = map;
	ck_assert_int_eq(atoi(chosen(&container)), -EPERM);
	json_decref(map);
}
END_TEST

START_TEST(a_container_of_a_user_gets_what_he_could_enter)
{
	json_t *map = json_pack("{s:s}", "io.bailiff.policy", "by-hand");
	struct roster_container container = nothing;

	add("one", BVM_SELECT_NAME, "", "web");
	add("two", BVM_SELECT_NAME, "", "web");
	container.name = "web";
	container.of_user = true;
	roster_find(&roster, "one")->enter_self = true;
	/* one that is not for him is not left out */
	ck_assert_int_eq(atoi(chosen(&container)), -EACCES);
	ck_assert_ptr_nonnull(strstr(why.data, "policy two"));
	roster_find(&roster, "two")->enter_self = true;
	ck_assert_str_eq(chosen(&container), "one,two");
	/* of one that is not ours nobody knows */
	container.annotations = map;
	ck_assert_int_eq(atoi(chosen(&container)), -EACCES);
	container.of_user = false;
	ck_assert_str_eq(chosen(&container), "by-hand,one,two");
	json_decref(map);
}
END_TEST

START_TEST(a_retired_policy_selects_nothing)
{
	struct roster_container container = nothing;

	add("one", BVM_SELECT_NAME, "", "web");
	container.name = "web";
	roster_find(&roster, "one")->retired = true;
	ck_assert_str_eq(chosen(&container), "");
}
END_TEST

/* Else a user has as many policies loaded as he can think of names. */
START_TEST(a_template_is_not_for_users)
{
	struct roster_container container = nothing;

	container.name = "x";
	add("web", BVM_SELECT_NAME, "", "x");
	roster_find(&roster, "web")->enter_self = true;
	roster_find(&roster, "web")->at_bind = 1;
	ck_assert_str_eq(chosen(&container), "web");
	container.of_user = true;
	ck_assert_int_eq(atoi(chosen(&container)), -EACCES);
	roster_find(&roster, "web")->at_bind = 0;
	ck_assert_str_eq(chosen(&container), "web");
}
END_TEST

START_TEST(what_was_made_for_a_container_selects_no_other)
{
	struct roster_container container = nothing;

	container.name = "x";
	add("web", BVM_SELECT_NAME, "", "x");
	ck_assert_str_eq(chosen(&container), "web");
	roster_find(&roster, "web")->instance = true;
	ck_assert_str_eq(chosen(&container), "");
}
END_TEST

START_TEST(nobody_names_what_was_made_for_a_container)
{
	json_t *map = json_pack("{s:s}", "io.bailiff.policy", "one,web-blue");
	struct roster_container container = nothing;

	add("one", BVM_SELECT_NAME, "", "x");
	add("web-blue", BVM_SELECT_NAME, "", "x");
	container.annotations = map;
	ck_assert_str_eq(chosen(&container), "one,web-blue");
	roster_find(&roster, "web-blue")->instance = true;
	ck_assert_int_eq(atoi(chosen(&container)), -EINVAL);
	ck_assert_ptr_nonnull(strstr(why.data, "web-blue is made for one "
					       "container"));
	json_decref(map);
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
	ck_assert_str_eq(chosen(&container), "");
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
	tcase_add_test(tcase, all_that_select_a_container_are_stacked);
	tcase_add_test(tcase, no_more_than_can_be_stacked);
	tcase_add_test(tcase, what_the_annotation_names_comes_before);
	tcase_add_loop_test(tcase, an_annotation_that_is_no_name_is_refused, 0,
			    9);
	tcase_add_loop_test(tcase, a_filter_that_the_runtime_installed_is_one,
			    0, 2);
	tcase_add_test(tcase, a_filter_that_nobody_installs_is_no_binding);
	tcase_add_test(tcase, a_container_of_a_user_gets_what_he_could_enter);
	tcase_add_test(tcase, a_retired_policy_selects_nothing);
	tcase_add_test(tcase, a_template_is_not_for_users);
	tcase_add_test(tcase, what_was_made_for_a_container_selects_no_other);
	tcase_add_test(tcase, nobody_names_what_was_made_for_a_container);
	tcase_add_test(tcase, putting_again_replaces);
	tcase_add_test(tcase, bytes_that_are_no_image_are_refused);
	suite_add_tcase(suite, tcase);
	return suite_run(suite);
}
