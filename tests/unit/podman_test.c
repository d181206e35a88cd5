// SPDX-License-Identifier: GPL-2.0-only
/* podman_test.c - what its storage says of a container, and whose service */
#include <check.h>
#include <errno.h>
#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "daemon/bundle.h"
#include "daemon/cgroup.h"
#include "daemon/podman.h"
#include "tests/lib/suite.h"
#include "tests/lib/tempdir.h"

#define ID "0123abcd"
#define STORE "overlay-containers"

static char top[TEMPDIR_SIZE], bundle[256], list[256], rm_list[256], why[512];
static json_t *request;

static void setup(void)
{
	char dir[128];

	tempdir_make(top, "podman-test");
	snprintf(dir, sizeof(dir), "%s/" STORE, top);
	ck_assert_int_eq(mkdir(dir, 0755), 0);
	snprintf(list, sizeof(list), "%s/containers.json", dir);
	snprintf(rm_list, sizeof(rm_list), "%s/volatile-containers.json", dir);
	strcat(dir, "/" ID);
	ck_assert_int_eq(mkdir(dir, 0755), 0);
	snprintf(bundle, sizeof(bundle), "%s/userdata", dir);
	ck_assert_int_eq(mkdir(bundle, 0755), 0);
	request = json_pack("{s:s, s:s}", "name", "host", "image", "");
}

static void teardown(void)
{
	json_decref(request);
	tempdir_remove(top);
}

/* text: NULL: none. */
static void write_list(const char *path, const char *text)
{
	FILE *file = text ? fopen(path, "w") : NULL;

	if (!text)
		return;
	ck_assert_ptr_nonnull(file);
	fputs(text, file);
	fclose(file);
}

static const char good[] =
	"[{\"id\":\"other\",\"metadata\":\"{\\\"name\\\":\\\"no\\\"}\"},"
	"{\"id\":\"" ID "\",\"metadata\":\"{\\\"name\\\":\\\"web1\\\","
	"\\\"image-name\\\":\\\"localhost/web:1\\\"}\"}]";

static const char *member(const char *key)
{
	return json_string_value(json_object_get(request, key));
}

static int describe(const char *of, const char *id)
{
	why[0] = '\0';
	return podman_describe(of, id, request, why, sizeof(why));
}

START_TEST(name_and_image_come_from_the_list)
{
	write_list(list, good);
	ck_assert_int_eq(describe(bundle, ID), 0);
	ck_assert_str_eq(member("name"), "web1");
	ck_assert_str_eq(member("image"), "localhost/web:1");
}
END_TEST

START_TEST(those_of_rm_are_in_a_list_of_their_own)
{
	write_list(list, _i ? "[]" : NULL);
	write_list(rm_list, good);
	ck_assert_int_eq(describe(bundle, ID), 0);
	ck_assert_str_eq(member("name"), "web1");
	ck_assert_str_eq(member("image"), "localhost/web:1");
}
END_TEST

/* It may be the image's own. */
START_TEST(what_annotations_call_it_is_not_believed)
{
	write_list(list, good);
	json_object_set_new(request, "image", json_string("r/i:1"));
	json_object_set_new(request, "labels",
			    json_pack("{s:s}", "app", "trusted"));
	ck_assert_int_eq(describe(bundle, ID), 0);
	ck_assert_str_eq(member("image"), "localhost/web:1");
	ck_assert_uint_eq(json_object_size(json_object_get(request, "labels")),
			  0);
}
END_TEST

static const struct {
	const char *image, *manifest, *said; /* said: NULL: it is content */
} choices[] = {
	{ "", NULL, NULL },
	{ ",\"image\":\"1f\"", "{}", NULL },
	{ ",\"image\":\"1f\"", "{\"annotations\":{\"a\":\"b\"}}", NULL },
	{ ",\"image\":\"1f\"",
	  "{\"annotations\":{\"io.bailiff.policy\":\"weak\"}}",
	  "the image names a policy" },
	{ ",\"image\":\"1f\"", NULL, "cannot be told" },
	{ ",\"image\":\"1f\"", "{", "cannot be told" },
	{ ",\"image\":\"../1f\"", "{}", "odd image" },
};

START_TEST(an_image_does_not_choose_its_policy)
{
	char text[256], dir[128], path[192];

	snprintf(text, sizeof(text),
		 "[{\"id\":\"" ID "\"%s,\"metadata\":"
		 "\"{\\\"name\\\":\\\"web1\\\"}\"}]",
		 choices[_i].image);
	write_list(list, text);
	snprintf(dir, sizeof(dir), "%s/overlay-images", top);
	ck_assert_int_eq(mkdir(dir, 0755), 0);
	strcat(dir, "/1f");
	ck_assert_int_eq(mkdir(dir, 0755), 0);
	snprintf(path, sizeof(path), "%s/manifest", dir);
	write_list(path, choices[_i].manifest);
	/* nobody chose one */
	ck_assert_int_eq(describe(bundle, ID), 0);
	json_object_set_new(request, "annotations",
			    json_pack("{s:s}", "io.bailiff.policy", "weak"));
	ck_assert_int_eq(describe(bundle, ID), choices[_i].said ? -EINVAL : 0);
	if (choices[_i].said)
		ck_assert_msg(strstr(why, choices[_i].said), "%s", why);
}
END_TEST

START_TEST(a_root_directory_has_no_image)
{
	write_list(list, "[{\"id\":\"" ID "\",\"metadata\":"
			 "\"{\\\"name\\\":\\\"web1\\\"}\"}]");
	ck_assert_int_eq(describe(bundle, ID), 0);
	ck_assert_str_eq(member("name"), "web1");
	ck_assert_str_eq(member("image"), "");
}
END_TEST

START_TEST(a_bundle_of_another_engine_is_not_asked)
{
	write_list(list, good);
	ck_assert_int_eq(describe(top, ID), 0);
	ck_assert_int_eq(describe(bundle, "other"), 0);
	ck_assert_str_eq(member("name"), "host");
	ck_assert_str_eq(member("image"), "");
}
END_TEST

static const struct {
	const char *text, *rm_text; /* NULL: no such file */
	const char *said;
} unknown[] = {
	{ NULL, NULL, "neither" },
	{ "[]", NULL, "neither" },
	{ NULL, "[]", "neither" },
	{ "[7]", "[]", "neither" },
	{ "", NULL, "/containers.json" },
	{ "{}", NULL, "no list" },
	{ "[", good, "/containers.json" },
	{ "[]", "[", "volatile-containers.json" },
	{ "[{\"id\":\"" ID "\"}]", NULL, "does not say" },
	{ "[{\"id\":\"" ID "\",\"metadata\":\"{\"}]", NULL, "does not say" },
	{ "[{\"id\":\"" ID "\",\"metadata\":\"{\\\"name\\\":7}\"}]", NULL,
	  "does not say" },
	{ "[{\"id\":\"" ID "\",\"metadata\":\"{\\\"name\\\":\\\"a\\\","
	  "\\\"image-name\\\":7}\"}]",
	  NULL, "does not say" },
};

START_TEST(a_container_of_podman_that_is_not_known_is_refused)
{
	write_list(list, unknown[_i].text);
	write_list(rm_list, unknown[_i].rm_text);
	ck_assert_int_eq(describe(bundle, ID), -EINVAL);
	ck_assert_msg(strstr(why, unknown[_i].said), "%s", why);
	ck_assert_str_eq(member("name"), "host");
	ck_assert_str_eq(member("image"), "");
}
END_TEST

START_TEST(a_list_that_cannot_be_read_is_refused)
{
	/* root reads what nobody may, but no directory */
	ck_assert_int_eq(mkdir(list, 0755), 0);
	ck_assert_int_eq(describe(bundle, ID), -EINVAL);
	ck_assert_ptr_nonnull(strstr(why, "/containers.json"));
}
END_TEST

/* The good list, with spaces behind it up to size. */
static void write_long(size_t size)
{
	char *text = malloc(size + 1);

	ck_assert_ptr_nonnull(text);
	memset(text, ' ', size);
	text[size] = '\0';
	memcpy(text, good, strlen(good));
	write_list(list, text);
	free(text);
}

START_TEST(a_list_is_read_up_to_its_limit)
{
	for (size_t size = BUNDLE_MAX - 1; size < BUNDLE_MAX + 2; size++) {
		write_long(size);
		ck_assert_int_eq(describe(bundle, ID),
				 size > BUNDLE_MAX ? -EINVAL : 0);
	}
	ck_assert_ptr_nonnull(strstr(why, "File too large"));
}
END_TEST

/* Not read to its end, which may be far away. */
START_TEST(a_list_that_is_too_long_is_refused)
{
	write_list(list, good);
	ck_assert_int_eq(truncate(list, BUNDLE_MAX + 1), 0);
	ck_assert_int_eq(describe(bundle, ID), -EINVAL);
	ck_assert_ptr_nonnull(strstr(why, "File too large"));
}
END_TEST

START_TEST(a_pipe_is_no_list_and_is_not_waited_for)
{
	ck_assert_int_eq(mkfifo(list, 0600), 0);
	ck_assert_int_eq(describe(bundle, ID), -EINVAL);
	ck_assert_ptr_nonnull(strstr(why, "Invalid argument"));
}
END_TEST

START_TEST(crio_has_its_lists_elsewhere)
{
	json_object_set_new(request, "annotations",
			    json_pack("{s:s}", "io.kubernetes.cri-o.Name",
				      "k8s_web"));
	ck_assert_int_eq(describe(bundle, ID), 0);
	ck_assert_str_eq(member("name"), "host");
	/* podman's user may write annotations, too */
	write_list(list, "[]");
	ck_assert_int_eq(describe(bundle, ID), -EINVAL);
	write_list(list, good);
	ck_assert_int_eq(describe(bundle, ID), 0);
	ck_assert_str_eq(member("name"), "web1");
}
END_TEST

START_TEST(a_path_is_cut_after_the_innermost_service)
{
	static const struct {
		const char *path, *name, *cut;
	} cases[] = {
		{ "/system.slice/a.service", "a.service",
		  "/system.slice/a.service" },
		{ "/system.slice/a.service/.control", "a.service",
		  "/system.slice/a.service" },
		{ "/u.slice/user@1.service/app.slice/b.service/x/y",
		  "b.service", "/u.slice/user@1.service/app.slice/b.service" },
		{ "/system.slice", NULL, "/system.slice" },
		{ "/.service", NULL, "/.service" },
		{ "/a.services", NULL, "/a.services" },
		{ "/", NULL, "/" },
		{ "", NULL, "" },
	};
	char path[128];
	const char *name;

	strcpy(path, cases[_i].path);
	name = cgroup_cut_to_service(path);
	ck_assert_pstr_eq(name, cases[_i].name);
	ck_assert_str_eq(path, cases[_i].cut);
}
END_TEST

int main(void)
{
	Suite *suite = suite_create("podman");
	TCase *tcase = tcase_create("podman");

	tcase_add_checked_fixture(tcase, setup, teardown);
	tcase_add_test(tcase, name_and_image_come_from_the_list);
	tcase_add_test(tcase, what_annotations_call_it_is_not_believed);
	tcase_add_loop_test(tcase, an_image_does_not_choose_its_policy, 0,
			    sizeof(choices) / sizeof(choices[0]));
	tcase_add_test(tcase, a_bundle_of_another_engine_is_not_asked);
	tcase_add_loop_test(tcase, those_of_rm_are_in_a_list_of_their_own, 0,
			    2);
	tcase_add_test(tcase, a_root_directory_has_no_image);
	tcase_add_loop_test(tcase,
			    a_container_of_podman_that_is_not_known_is_refused,
			    0, (int)(sizeof(unknown) / sizeof(unknown[0])));
	tcase_add_test(tcase, a_list_that_cannot_be_read_is_refused);
	tcase_add_test(tcase, a_list_is_read_up_to_its_limit);
	tcase_add_test(tcase, a_list_that_is_too_long_is_refused);
	tcase_add_test(tcase, a_pipe_is_no_list_and_is_not_waited_for);
	tcase_add_test(tcase, crio_has_its_lists_elsewhere);
	tcase_add_loop_test(tcase, a_path_is_cut_after_the_innermost_service, 0,
			    8);
	suite_add_tcase(suite, tcase);
	return suite_run(suite);
}
