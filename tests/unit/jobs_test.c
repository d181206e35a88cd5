// SPDX-License-Identifier: GPL-2.0-only
/* jobs_test.c - the compilers of the parent, and what they answer */
#include <check.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

#include "daemon/bailiffd.h"
#include "daemon/jobs.h"
#include "daemon/sandbox.h"
#include "tests/lib/suite.h"

static char dir[] = "/tmp/jobs_test.XXXXXX";
static struct daemon_options options;
static struct images images;
static struct jobs jobs;
static struct proto_message message;
static char policyc[PATH_MAX];
static int socks[2];

static void put(const char *name, const char *text, mode_t mode)
{
	char path[128];
	FILE *file;

	snprintf(path, sizeof(path), "%s/%s", dir, name);
	file = fopen(path, "w");
	ck_assert_ptr_nonnull(file);
	fputs(text, file);
	fclose(file);
	ck_assert_int_eq(chmod(path, mode), 0);
}

static void setup(void)
{
	memcpy(dir + strlen(dir) - 6, "XXXXXX", 6);
	ck_assert_ptr_nonnull(mkdtemp(dir));
	ck_assert_int_eq(chmod(dir, 0755), 0);
	ck_assert_ptr_nonnull(realpath("build/bin/policyc", policyc));
	options = (struct daemon_options){ .policyc = policyc };
	snprintf(options.policies, sizeof(options.policies), "%s", dir);
	if (!geteuid())
		ck_assert_int_eq(sandbox_user(&options.uid, &options.gid), 0);
	images = (struct images){ .dir = -1,
				  .policies = dir,
				  .policyc = policyc };
	ck_assert_int_eq(proto_pair(socks), 0);
	jobs = (struct jobs){ .options = &options,
			      .images = &images,
			      .sock = socks[1] };
	put("web.yaml",
	    "bailiff: 1\npolicy: web-${container.name}\nexec:\n"
	    "  - allow: /usr/**\n  - deny: /usr/bin/sh\n",
	    0644);
}

static void teardown(void)
{
	char command[128];

	jobs_end(&jobs);
	images_free(&images);
	close(socks[0]);
	close(socks[1]);
	snprintf(command, sizeof(command), "rm -rf %s", dir);
	ck_assert_int_eq(system(command), 0);
}

/* Wait for the next answer. */
static void answered(void)
{
	struct pollfd fds[JOBS_NUM];

	while (recv(socks[0], fds, 1, MSG_PEEK | MSG_DONTWAIT) < 0) {
		jobs_watch(&jobs, fds);
		ck_assert_int_ge(poll(fds, JOBS_NUM, jobs_wait_ms(&jobs)), 0);
		ck_assert_int_eq(jobs_collect(&jobs, fds), 0);
	}
	ck_assert_int_eq(proto_receive(socks[0], PROTO_FROM_PARENT, &message),
			 0);
}

static int compile(const char *file)
{
	static struct proto_message wanted;

	wanted.serial = 1;
	strcpy(wanted.u.compile.file, file);
	return jobs_compile(&jobs, &wanted);
}

static int build(const char *file, const char *name)
{
	static struct proto_message wanted;

	wanted.serial = 2;
	strcpy(wanted.u.build.file, file);
	strcpy(wanted.u.build.name, name);
	return jobs_build(&jobs, &wanted);
}

START_TEST(a_file_that_takes_values_is_a_template)
{
	ck_assert_int_eq(compile("web.yaml"), 0);
	answered();
	ck_assert_int_eq(message.u.compiled.err, 0);
	ck_assert_uint_eq(message.u.compiled.at_bind, IMAGES_NAME);
	close(message.fd);
}
END_TEST

START_TEST(one_is_made_for_a_container_while_a_file_is_compiled)
{
	unsigned int seen = 0;
	int i;

	ck_assert_int_eq(compile("web.yaml"), 0);
	ck_assert_int_eq(build("web.yaml", "blue"), 0);
	/* two of a kind at a time are nothing that a worker asks for */
	ck_assert_int_eq(compile("web.yaml"), -EPROTO);
	ck_assert_int_eq(build("web.yaml", "green"), -EPROTO);
	for (i = 0; i < 2; i++) {
		answered();
		ck_assert_int_eq(message.u.compiled.err, 0);
		ck_assert_uint_eq(message.u.compiled.at_bind,
				  message.serial == 1 ? IMAGES_NAME : 0);
		seen |= 1u << message.serial;
		close(message.fd);
	}
	ck_assert_uint_eq(seen, 6);
	/* that can be loaded, and the template cannot */
	ck_assert_uint_eq(images_find(&images, JOBS_BUILT)->at_bind, 0);
	ck_assert_uint_eq(images_find(&images, "web.yaml")->at_bind,
			  IMAGES_NAME);
}
END_TEST

static const char *const ways_out[] = { "../web.yaml", ".web.yaml", "a/b.yaml",
					"web", "" };

START_TEST(only_files_of_the_directory_are_compiled)
{
	ck_assert_int_eq(compile(ways_out[_i]), -EPROTO);
	ck_assert_int_eq(build(ways_out[_i], "blue"), -EPROTO);
}
END_TEST

/* The container's hook does not wait longer than that. */
START_TEST(a_compiler_that_takes_too_long_is_ended)
{
	char slow[128];

	put("slow", "#!/bin/sh\nexec sleep 60\n", 0755);
	snprintf(slow, sizeof(slow), "%s/slow", dir);
	options.policyc = slow;
	ck_assert_int_eq(build("web.yaml", "blue"), 0);
	answered();
	ck_assert_int_eq(message.u.compiled.err, -ETIMEDOUT);
}
END_TEST

/* ---- rules that cannot match ---- */

static int image_of_policy(void)
{
	ck_assert_int_eq(build("web.yaml", "blue"), 0);
	answered();
	ck_assert_int_eq(message.u.compiled.err, 0);
	return message.fd;
}

static int root_dir(const char *target)
{
	char path[128];
	int fd;

	snprintf(path, sizeof(path),
		 "mkdir -p %s/root/usr/bin && "
		 "touch %s/root/usr/bin/dash",
		 dir, dir);
	ck_assert_int_eq(system(path), 0);
	snprintf(path, sizeof(path), "%s/root/usr/bin/sh", dir);
	if (target)
		ck_assert_int_eq(symlink(target, path), 0);
	snprintf(path, sizeof(path), "%s/root", dir);
	fd = open(path, O_PATH | O_DIRECTORY | O_CLOEXEC);
	ck_assert_int_ge(fd, 0);
	return fd;
}

static const char *reached(void)
{
	static char text[4096];
	ssize_t len;

	answered();
	ck_assert_uint_eq(message.type, PROTO_REACHED);
	ck_assert_uint_eq(message.serial, 3);
	len = pread(message.fd, text, sizeof(text) - 1, 0);
	text[len > 0 ? len : 0] = '\0';
	close(message.fd);
	return text;
}

START_TEST(what_denies_a_mere_link_is_named)
{
	int policy = image_of_policy();

	ck_assert_int_eq(jobs_reach(&jobs, 3, policy, root_dir("dash")), 0);
	ck_assert_str_eq(
		reached(),
		"rule 2, web.yaml:5: 'exec /usr/bin/sh' is not denied, "
		"as it leads to /usr/bin/dash there\n");
}
END_TEST

START_TEST(without_such_a_link_nothing_is_said)
{
	int policy = image_of_policy();

	ck_assert_int_eq(jobs_reach(&jobs, 3, policy, root_dir(NULL)), 0);
	ck_assert_str_eq(reached(), "");
}
END_TEST

START_TEST(bytes_that_are_no_policy_are_an_error)
{
	int null = open("/dev/null", O_RDONLY | O_CLOEXEC);

	ck_assert_int_eq(jobs_reach(&jobs, 3, null, root_dir("dash")), 0);
	answered();
	ck_assert_uint_eq(message.type, PROTO_DONE);
	ck_assert_int_eq(message.u.done.err, -EINVAL);
}
END_TEST

int main(void)
{
	Suite *suite = suite_create("jobs");
	TCase *tcase = tcase_create("jobs");

	tcase_add_checked_fixture(tcase, setup, teardown);
	tcase_set_timeout(tcase, 60);
	tcase_add_test(tcase, a_file_that_takes_values_is_a_template);
	tcase_add_test(tcase,
		       one_is_made_for_a_container_while_a_file_is_compiled);
	tcase_add_loop_test(tcase, only_files_of_the_directory_are_compiled, 0,
			    sizeof(ways_out) / sizeof(ways_out[0]));
	tcase_add_test(tcase, a_compiler_that_takes_too_long_is_ended);
	tcase_add_test(tcase, what_denies_a_mere_link_is_named);
	tcase_add_test(tcase, without_such_a_link_nothing_is_said);
	tcase_add_test(tcase, bytes_that_are_no_policy_are_an_error);
	suite_add_tcase(suite, tcase);
	return suite_run(suite);
}
