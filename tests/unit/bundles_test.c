// SPDX-License-Identifier: GPL-2.0-only
/*
 * bundles_test.c - whose cgroup is it, and what does the engine call that
 *
 * The directories of engines are below a temporary one.
 */
#include <check.h>
#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "daemon/bundles.h"
#include "tests/lib/suite.h"
#include "tests/lib/tempdir.h"

#define ID "0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef"
#define OTHER "f123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef"

/* ---- whose cgroup ---- */

static const struct {
	const char *own; /* the container's; NULL: there is none */
	const char *below;
} cgroups[] = {
	{ "/system.slice/docker-" ID ".scope", "" },
	{ "/system.slice/docker-" ID ".scope", "/init.scope" },
	{ "/docker/" ID, "" },
	{ "/machine.slice/libpod-" ID ".scope", "/container" },
	{ "/libpod_parent/libpod-" ID, "" },
	{ "/libpod_parent/" OTHER "/libpod-" ID, "" },
	{ "/kubepods.slice/kubepods-podx.slice/cri-containerd-" ID ".scope",
	  "" },
	{ "/kubepods/burstable/pod1-2/" ID, "" },
	{ "/kubepods.slice/crio-" ID ".scope", "/container" },
	{ "/system.slice/nerdctl-" ID ".scope", "" },
	/* what is called so in a container is the container's */
	{ "/machine.slice/libpod-" ID ".scope", "/docker-" OTHER ".scope" },
	{ NULL, "/machine.slice/libpod-conmon-" ID ".scope" },
	{ NULL, "/machine.slice/machine-libpod_pod_" ID ".slice" },
	{ NULL, "/system.slice/docker-" ID "0.scope" },
	{ NULL, "/system.slice/docker-0123.scope" },
	{ NULL, "/system.slice/other-" ID ".scope" },
	{ NULL, "/system.slice/docker.service" },
	{ NULL, "/user.slice/user-7.slice/user@7.service/docker-" ID ".scope" },
	{ NULL, "/" },
	{ NULL, "" },
};

START_TEST(a_cgroup_is_of_the_outermost_container)
{
	const char *own = cgroups[_i].own;
	char path[512], id[BUNDLES_ID];
	size_t len;

	snprintf(path, sizeof(path), "%s%s", own ?: "", cgroups[_i].below);
	ck_assert_int_eq(bundles_id_of(path, id, &len), !!own);
	if (!own)
		return;
	ck_assert_str_eq(id, ID);
	ck_assert_uint_eq(len, strlen(own));
}
END_TEST

static const struct {
	const char *id;
	bool is;
} ids[] = {
	{ ID, true },
	{ ID "0", false },
	{ "0123", false },
	{ "", false },
	{ "../" ID, false },
	{ "*123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef",
	  false },
};

START_TEST(nothing_else_is_a_number)
{
	ck_assert_int_eq(bundles_is_id(ids[_i].id), ids[_i].is);
}
END_TEST

/* ---- what it is called ---- */

static char top[TEMPDIR_SIZE], said[4096], why[1024];

static void setup(void)
{
	tempdir_make(top, "bundles-test");
	bundles_top = top;
}

static void teardown(void)
{
	tempdir_remove(top);
}

/* In text, TOP is the directory. */
static void put(const char *dir, const char *name, const char *text)
{
	char path[512];
	const char *at;
	FILE *file;

	snprintf(path, sizeof(path), "mkdir -p %s%s", top, dir);
	ck_assert_int_eq(system(path), 0);
	snprintf(path, sizeof(path), "%s%s/%s", top, dir, name);
	file = fopen(path, "w");
	ck_assert_ptr_nonnull(file);
	for (at = strstr(text, "TOP"); at; at = strstr(text, "TOP")) {
		fprintf(file, "%.*s%s", (int)(at - text), text, top);
		text = at + 3;
	}
	fputs(text, file);
	fclose(file);
}

static void take(int fd, char *to, size_t size)
{
	ssize_t len = pread(fd, to, size - 1, 0);

	to[len > 0 ? len : 0] = '\0';
	close(fd);
}

static int describe(void)
{
	int out = memfd_create("out", MFD_CLOEXEC);
	int diag = memfd_create("diag", MFD_CLOEXEC);
	int err = bundles_describe(ID, out, diag);

	take(out, said, sizeof(said));
	take(diag, why, sizeof(why));
	return err;
}

static const char *member(const char *key)
{
	static char value[256];
	json_t *about = json_loads(said, 0, NULL);
	const char *text = json_string_value(json_object_get(about, key));

	snprintf(value, sizeof(value), "%s", text ?: "");
	json_decref(about);
	return value;
}

#define MOBY "/io.containerd.runtime.v2.task/moby/" ID

static const char *const dockers[] = { "/run/containerd" MOBY,
				       "/run/docker/containerd/daemon" MOBY };

/* Wherever its own directory is. */
START_TEST(dockers_container_has_dockers_name)
{
	put(dockers[_i], "config.json",
	    "{\"root\":{\"path\":\"TOP/srv/docker/overlay2/x/merged\"}}");
	put("/srv/docker/containers/" ID, "config.v2.json",
	    "{\"Name\":\"/web0\",\"Config\":{\"Image\":\"busy:1\","
	    "\"Labels\":{\"tier\":\"front\"}}}");
	ck_assert_int_eq(describe(), 0);
	ck_assert_str_eq(member("name"), "web0");
	ck_assert_str_eq(member("image"), "docker.io/library/busy:1");
	ck_assert_ptr_nonnull(strstr(said, "\"labels\":{\"tier\":\"front\"}"));
}
END_TEST

#define STORE "/containers/storage/vfs-containers/"
#define ENTRY(name)                                                          \
	"[{\"id\":\"" ID "\",\"metadata\":\"{\\\"name\\\":\\\"" name "\\\"," \
	"\\\"image-name\\\":\\\"localhost/busy:1\\\"}\"}]"

START_TEST(podmans_container_has_podmans_name)
{
	put("/var/lib" STORE ID "/userdata", "config.json",
	    "{\"annotations\":{\"a.b\":\"yes\"}}");
	put("/run" STORE ID "/userdata", "oci-log", "");
	put("/var/lib" STORE, "volatile-containers.json", ENTRY("web0"));
	ck_assert_int_eq(describe(), 0);
	ck_assert_str_eq(member("name"), "web0");
	ck_assert_str_eq(member("image"), "localhost/busy:1");
	ck_assert_ptr_nonnull(
		strstr(said, "\"annotations\":{\"a.b\":\"yes\"}"));
}
END_TEST

/* It has both directories, and a list that names it otherwise. */
START_TEST(crios_container_has_the_name_of_its_annotations)
{
	static const char config[] =
		"{\"annotations\":{\"io.kubernetes.cri-o.Name\":\"web0\","
		"\"io.kubernetes.cri-o.ImageName\":\"img\","
		"\"io.kubernetes.cri-o.Labels\":\"{\\\"app\\\":\\\"x\\\"}\"}}";

	put("/run" STORE ID "/userdata", "config.json", config);
	put("/var/lib" STORE ID "/userdata", "config.json", config);
	put("/var/lib" STORE, "containers.json", ENTRY("k8s_web0"));
	ck_assert_int_eq(describe(), 0);
	ck_assert_str_eq(member("name"), "web0");
	ck_assert_str_eq(member("image"), "img");
	ck_assert_ptr_nonnull(strstr(said, "\"labels\":{\"app\":\"x\"}"));
}
END_TEST

START_TEST(containerds_container_has_the_name_of_its_annotations)
{
	put("/run/containerd/io.containerd.runtime.v2.task/k8s.io/" ID,
	    "config.json",
	    "{\"annotations\":{\"io.kubernetes.cri.container-name\":\"web0\","
	    "\"io.kubernetes.cri.image-name\":\"img\"}}");
	ck_assert_int_eq(describe(), 0);
	ck_assert_str_eq(member("name"), "web0");
	ck_assert_str_eq(member("image"), "img");
}
END_TEST

START_TEST(one_that_is_nowhere_is_told)
{
	ck_assert_int_eq(describe(), -1);
	ck_assert_str_eq(said, "");
	ck_assert_str_eq(
		why, "no engine's bundle of this number can be read below /run "
		     "or /var/lib/containers\n");
}
END_TEST

START_TEST(one_whose_name_is_not_known_is_told)
{
	put(dockers[0], "config.json", "{\"root\":{\"path\":\"TOP/x/y\"}}");
	ck_assert_int_eq(describe(), -1);
	ck_assert_str_eq(said, "");
	ck_assert_ptr_nonnull(strstr(why, "the bundle is docker's, and no"));
}
END_TEST

int main(void)
{
	Suite *suite = suite_create("bundles");
	TCase *tcase = tcase_create("cgroups");

	tcase_add_loop_test(tcase, a_cgroup_is_of_the_outermost_container, 0,
			    sizeof(cgroups) / sizeof(cgroups[0]));
	tcase_add_loop_test(tcase, nothing_else_is_a_number, 0,
			    sizeof(ids) / sizeof(ids[0]));
	suite_add_tcase(suite, tcase);
	tcase = tcase_create("names");
	tcase_set_timeout(tcase, 60);
	tcase_add_checked_fixture(tcase, setup, teardown);
	tcase_add_loop_test(tcase, dockers_container_has_dockers_name, 0, 2);
	tcase_add_test(tcase, podmans_container_has_podmans_name);
	tcase_add_test(tcase, crios_container_has_the_name_of_its_annotations);
	tcase_add_test(tcase,
		       containerds_container_has_the_name_of_its_annotations);
	tcase_add_test(tcase, one_that_is_nowhere_is_told);
	tcase_add_test(tcase, one_whose_name_is_not_known_is_told);
	suite_add_tcase(suite, tcase);
	return suite_run(suite);
}
