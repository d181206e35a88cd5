// SPDX-License-Identifier: GPL-2.0-only
/* store_many_test.c - a directory of a thousand policies, some of them broken */
#include <jansson.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "tests/lib/daemon_fixture.h"

#define MANY 1000
#define MANY_BROKEN 37

static bool is_broken(unsigned int i)
{
	return i % 27 == 0 && i / 27 < MANY_BROKEN;
}

/* In each way that a file can be broken. */
static void write_broken(unsigned int i, const char *file)
{
	char path[PATH_MAX + 64];

	switch (i % 4) {
	case 0:
		fixture_write_file(file, "bailiff: 1\npolicy: one\nalow: 1\n");
		break;
	case 1:
		fixture_write_file(file, "files: [");
		break;
	case 2:
		fixture_write_file(file, "");
		break;
	case 3:
		snprintf(path, sizeof(path), "%s/%s", fixture.options.policies,
			 file);
		ck_assert_int_eq(symlink("nowhere", path), 0);
		break;
	}
}

static unsigned int count_rows(const char *state, bool text)
{
	json_t *answer = fixture_ask("policies"), *row;
	unsigned int num = 0;
	size_t i;

	json_array_foreach(json_object_get(answer, "files"), i, row)
	{
		const char *says =
			json_string_value(json_object_get(row, "text"));

		num += !strcmp(json_string_value(json_object_get(row, "state")),
			       state) &&
		       (*says != '\0') == text;
	}
	json_decref(answer);
	return num;
}

START_TEST(among_many_files_each_has_its_own_state)
{
	char file[32], name[32];
	unsigned int i;

	for (i = 0; i < MANY; i++) {
		snprintf(file, sizeof(file), "p%04u.yaml", i);
		snprintf(name, sizeof(name), "p%04u", i);
		if (is_broken(i))
			write_broken(i, file);
		else
			fixture_write_policy(file, name, "/etc/hosts");
	}
	fixture_write_file("left.yml", "bailiff: 1\npolicy: left\n");
	fixture.patience = 240;
	fixture_start();
	ck_assert_uint_eq(fixture.kernel->num_loads, MANY - MANY_BROKEN);
	ck_assert_uint_eq(count_rows("active", false), MANY - MANY_BROKEN);
	ck_assert_uint_eq(count_rows("error", true), MANY_BROKEN + 1);
	ck_assert(strstr(fixture_file_says("left.yml", "text"),
			 "ends in .yaml: rename it"));
	ck_assert_int_eq(fixture_status("errors"), MANY_BROKEN + 1);
	/* the broken ones are compiled again, and only those */
	fixture_stop(SIGTERM, 0);
	fake_kernel_forget(fixture.kernel);
	fixture_start();
	ck_assert_uint_eq(fixture.kernel->num_loads, MANY - MANY_BROKEN);
	ck_assert_int_lt(fixture_status("compiled"), MANY_BROKEN);
}
END_TEST

static void add(TCase *tcase)
{
	tcase_set_timeout(tcase, 600);
	tcase_add_test(tcase, among_many_files_each_has_its_own_state);
}

int main(void)
{
	return fixture_run("store-many", add);
}
