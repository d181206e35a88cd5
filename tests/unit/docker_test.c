// SPDX-License-Identifier: GPL-2.0-only
/*
 * docker_test.c - what docker's directory says of a container
 *
 *	top/moby/ID				the bundle
 *	top/docker/containers/ID/config.v2.json
 *	top/docker/overlay2/layer/merged	the container's root
 */
#include <check.h>
#include <errno.h>
#include <jansson.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "daemon/docker.h"
#include "tests/lib/suite.h"
#include "tests/lib/tempdir.h"

#define ID "0123abcd"

static char top[TEMPDIR_SIZE], bundle[128], file[128], why[512];
static json_t *request, *config;

static void setup(void)
{
	char command[256];

	tempdir_make(top, "docker-test");
	snprintf(command, sizeof(command), "mkdir -p %s/docker/containers/" ID,
		 top);
	ck_assert_int_eq(system(command), 0);
	snprintf(bundle, sizeof(bundle), "%s/moby/" ID, top);
	snprintf(file, sizeof(file),
		 "%s/docker/containers/" ID "/config.v2.json", top);
	request = json_pack("{s:s, s:s, s:{}}", "name", "host", "image", "said",
			    "labels");
	config = NULL;
}

static void teardown(void)
{
	json_decref(request);
	json_decref(config);
	tempdir_remove(top);
}

static void write_file(const char *text)
{
	FILE *out = fopen(file, "w");

	ck_assert_ptr_nonnull(out);
	fputs(text, out);
	fclose(out);
}

static const char good[] =
	"{\"ID\":\"" ID "\",\"Name\":\"/web1\",\"Image\":\"sha256:00\","
	"\"Config\":{\"Image\":\"web:1\",\"Labels\":{\"tier\":\"front\"}}}";

static const char *member(const char *key)
{
	return json_string_value(json_object_get(request, key));
}

/* root: below the top directory. */
static int describe(const char *of, const char *root)
{
	char path[256];

	snprintf(path, sizeof(path), "%s%s", top, root);
	json_decref(config);
	config = json_pack("{s:{s:s}}", "root", "path", path);
	why[0] = '\0';
	return docker_describe(of, config, ID, request, why, sizeof(why));
}

static const char *const roots[] = {
	"/docker/overlay2/layer/merged",
	"/docker/vfs/dir/layer",
	"/docker/rootfs/overlayfs/" ID,
	"/docker/x",
};

START_TEST(name_image_and_labels_come_from_the_file)
{
	write_file(good);
	ck_assert_int_eq(describe(bundle, roots[_i]), 0);
	ck_assert_str_eq(member("name"), "web1");
	ck_assert_str_eq(member("image"), "docker.io/library/web:1");
	ck_assert_str_eq(json_string_value(json_object_get(
				 json_object_get(request, "labels"), "tier")),
			 "front");
}
END_TEST

START_TEST(a_container_may_have_no_labels)
{
	write_file("{\"Name\":\"/web1\",\"Config\":{\"Image\":\"web:1\","
		   "\"Labels\":null}}");
	ck_assert_int_eq(describe(bundle, roots[0]), 0);
	ck_assert_str_eq(member("name"), "web1");
	ck_assert_uint_eq(json_object_size(json_object_get(request, "labels")),
			  0);
}
END_TEST

START_TEST(a_bundle_of_another_engine_is_not_asked)
{
	char other[160];

	write_file(good);
	snprintf(other, sizeof(other), "%s/default/" ID, top);
	ck_assert_int_eq(describe(other, roots[0]), 0);
	snprintf(other, sizeof(other), "%s/moby/other", top);
	ck_assert_int_eq(describe(other, roots[0]), 0);
	ck_assert_str_eq(member("name"), "host");
	ck_assert_str_eq(member("image"), "said");
}
END_TEST

static const struct {
	const char *said, *full;
} images[] = {
	{ "nginx", "docker.io/library/nginx:latest" },
	{ "nginx:1", "docker.io/library/nginx:1" },
	{ "nginx@sha256:00", "docker.io/library/nginx@sha256:00" },
	{ "nginx:1@sha256:00", "docker.io/library/nginx:1@sha256:00" },
	{ "me/nginx", "docker.io/me/nginx:latest" },
	{ "docker.io/nginx", "docker.io/library/nginx:latest" },
	{ "docker.io/me/nginx:1", "docker.io/me/nginx:1" },
	{ "localhost/nginx", "localhost/nginx:latest" },
	{ "localhosts/nginx", "docker.io/localhosts/nginx:latest" },
	{ "host:5000/nginx", "host:5000/nginx:latest" },
	{ "quay.io/a/b:1", "quay.io/a/b:1" },
	{ "a/b.c/d", "docker.io/a/b.c/d:latest" },
	{ "sha256:00", "sha256:00" },
};

START_TEST(an_image_has_its_whole_name)
{
	char full[64];
	size_t len = strlen(images[_i].full);

	ck_assert(docker_image(images[_i].said, full, sizeof(full)));
	ck_assert_str_eq(full, images[_i].full);
	ck_assert(docker_image(images[_i].said, full, len + 1));
	ck_assert(!docker_image(images[_i].said, full, len));
}
END_TEST

static const struct {
	const char *text; /* NULL: no such file */
	const char *root, *said;
} unknown[] = {
	{ NULL, "/docker/overlay2/layer/merged", "is docker's" },
	{ good, "/else/overlay2/layer/merged", "is docker's" },
	/* the root itself is the container's, and none of docker's */
	{ good, "/docker", "is docker's" },
	{ "{", "/docker/x", "config.v2.json" },
	{ "[]", "/docker/x", "config.v2.json" },
	{ "{}", "/docker/x", "does not say" },
	{ "{\"Name\":\"/a\"}", "/docker/x", "does not say" },
	{ "{\"Name\":\"/a\",\"Config\":{}}", "/docker/x", "does not say" },
	{ "{\"Name\":\"/a\",\"Config\":{\"Image\":7}}", "/docker/x",
	  "does not say" },
	{ "{\"Name\":\"/\",\"Config\":{\"Image\":\"a\"}}", "/docker/x",
	  "does not say" },
	{ "{\"Name\":7,\"Config\":{\"Image\":\"a\"}}", "/docker/x",
	  "does not say" },
};

START_TEST(a_container_of_docker_that_is_not_known_is_refused)
{
	if (unknown[_i].text)
		write_file(unknown[_i].text);
	ck_assert_int_eq(describe(bundle, unknown[_i].root), -EINVAL);
	ck_assert_msg(strstr(why, unknown[_i].said), "%s", why);
	ck_assert_str_eq(member("name"), "host");
	ck_assert_str_eq(member("image"), "said");
}
END_TEST

START_TEST(a_config_without_a_root_is_refused)
{
	write_file(good);
	ck_assert_int_eq(docker_describe(bundle, NULL, ID, request, why,
					 sizeof(why)),
			 -EINVAL);
	ck_assert_ptr_nonnull(strstr(why, "is docker's"));
}
END_TEST

int main(void)
{
	Suite *suite = suite_create("docker");
	TCase *tcase = tcase_create("docker");

	tcase_add_checked_fixture(tcase, setup, teardown);
	tcase_add_loop_test(tcase, name_image_and_labels_come_from_the_file, 0,
			    (int)(sizeof(roots) / sizeof(roots[0])));
	tcase_add_test(tcase, a_container_may_have_no_labels);
	tcase_add_loop_test(tcase, an_image_has_its_whole_name, 0,
			    (int)(sizeof(images) / sizeof(images[0])));
	tcase_add_test(tcase, a_bundle_of_another_engine_is_not_asked);
	tcase_add_loop_test(tcase,
			    a_container_of_docker_that_is_not_known_is_refused,
			    0, (int)(sizeof(unknown) / sizeof(unknown[0])));
	tcase_add_test(tcase, a_config_without_a_root_is_refused);
	suite_add_tcase(suite, tcase);
	return suite_run(suite);
}
