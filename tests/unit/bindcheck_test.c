// SPDX-License-Identifier: GPL-2.0-only
/* bindcheck_test.c - what the parent does not bind, whoever wants it */
#include <check.h>
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "daemon/bindcheck.h"
#include "tests/lib/fake_kernel.h"
#include "tests/lib/suite.h"

#define D64 "0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef"
#define OTHER "1123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef"

static struct kfs kfs;
static struct fake_kernel *kernel;
static char why[KFS_REPLY];

static void setup(void)
{
	kernel = fake_kernel_create(&kfs);
	strcpy(kernel->bindings,
	       "cgroup=7 policy=web,base label=w tasks=3 joined=2\n"
	       "cgroup=6 policy=web,base@" D64 " label=w tasks=3 joined=2\n"
	       "cgroup=8 policy=refuse tasks=0 joined=0\n");
	kernel->policies[0].used = true;
	strcpy(kernel->policies[0].name, "web");
	strcpy(kernel->policies[0].digest, D64);
	why[0] = '\0';
}

static void teardown(void)
{
	fake_kernel_free(kernel);
}

START_TEST(a_list_is_of_names_and_digests)
{
	static const struct {
		const char *list;
		const char *names; /* NULL: it is none */
	} lists[] = {
		{ "web", "web" },
		{ "web,base", "web,base" },
		{ "web@" D64 ",base", "web,base" },
		{ "", NULL },
		{ ",web", NULL },
		{ "web,", NULL },
		{ "web,,base", NULL },
		{ "web@", NULL },
		{ "web@12", NULL },
		{ "web@" D64 "0", NULL },
		{ "web runtime=1", NULL },
		{ "a,a,a,a,a,a,a,a,a,a,a,a,a,a,a,a,a", NULL },
	};
	char names[BINDCHECK_NAMES];
	size_t i;

	for (i = 0; i < sizeof(lists) / sizeof(lists[0]); i++) {
		bool is_list = bindcheck_list(lists[i].list, names);

		ck_assert_msg(is_list == !!lists[i].names, "%s", lists[i].list);
		if (is_list)
			ck_assert_str_eq(names, lists[i].names);
	}
}
END_TEST

/* Return: of who is hook, for the cgroup. */
static int replace(uint64_t cgroup, int hook, bool service, const char *names)
{
	struct proto_bind bind = { .hook = hook, .service = service };

	return bindcheck_replace(&kfs, cgroup, &bind, names, why);
}

START_TEST(what_is_bound_is_not_taken_away)
{
	ck_assert_int_eq(replace(7, 99, false, "weak"), -EPERM);
	ck_assert_ptr_nonnull(strstr(why, "bailiffctl unbind"));
	ck_assert_int_eq(replace(7, 99, false, "web"), -EPERM);
	ck_assert_int_eq(replace(7, 99, false, "web,base2"), -EPERM);
	ck_assert_int_eq(replace(7, 99, true, "web"), -EPERM);
	/* root said a version, and the daemon binds none */
	ck_assert_int_eq(replace(6, 99, false, "web,base"), -EPERM);
}
END_TEST

START_TEST(what_is_bound_may_be_bound_again_and_to_more)
{
	ck_assert_int_eq(replace(7, 99, false, "web,base"), 0);
	ck_assert_int_eq(replace(7, 99, false, "base,new,web"), 0);
	ck_assert_int_eq(replace(8, 99, false, "weak"), 0);
	ck_assert_int_eq(replace(9, 99, false, "weak"), 0);
}
END_TEST

START_TEST(who_is_confined_has_nothing_bound)
{
	ck_assert_int_eq(replace(9, 10, false, "web"), -EPERM);
	ck_assert_ptr_nonnull(strstr(why, "confined itself"));
	ck_assert_int_eq(replace(9, 11, false, "web"), -EPERM);
	ck_assert_int_eq(replace(9, 10, true, "web"), -EPERM);
	ck_assert_int_eq(replace(7, 10, false, "web,base"), -EPERM);
	/* a service that starts again in its cgroup */
	ck_assert_int_eq(replace(7, 10, true, "web,base"), 0);
	ck_assert_int_eq(replace(7, 10, true, "weak"), -EPERM);
}
END_TEST

START_TEST(refuse_is_nothing_to_ask_for)
{
	ck_assert_int_eq(replace(9, 99, false, "refuse"), -EPERM);
	ck_assert_int_eq(replace(9, 99, true, "refuse"), -EPERM);
}
END_TEST

START_TEST(another_version_than_the_filter_is_of_is_not_bound)
{
	ck_assert_int_eq(bindcheck_versions(&kfs, "web@" D64, true, why), 0);
	ck_assert_int_eq(bindcheck_versions(&kfs, "web@" OTHER, true, why),
			 -ESTALE);
	ck_assert_ptr_nonnull(strstr(why, "loaded anew"));
	ck_assert_int_eq(bindcheck_versions(&kfs, "gone@" D64, true, why),
			 -ENOENT);
	ck_assert_int_eq(bindcheck_versions(&kfs, "web", true, why), -EPROTO);
	ck_assert_int_eq(bindcheck_versions(&kfs, "web,gone", false, why), 0);
}
END_TEST

int main(void)
{
	Suite *suite = suite_create("bindcheck");
	TCase *tcase = tcase_create("bindcheck");

	tcase_add_checked_fixture(tcase, setup, teardown);
	tcase_add_test(tcase, a_list_is_of_names_and_digests);
	tcase_add_test(tcase, what_is_bound_is_not_taken_away);
	tcase_add_test(tcase, what_is_bound_may_be_bound_again_and_to_more);
	tcase_add_test(tcase, who_is_confined_has_nothing_bound);
	tcase_add_test(tcase, refuse_is_nothing_to_ask_for);
	tcase_add_test(tcase,
		       another_version_than_the_filter_is_of_is_not_bound);
	suite_add_tcase(suite, tcase);
	return suite_run(suite);
}
