// SPDX-License-Identifier: GPL-2.0-only
/* jobs_test.c - the compilers of the parent, and what they answer */
#include <check.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ptrace.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "daemon/bailiffd.h"
#include "daemon/jobs.h"
#include "daemon/sandbox.h"
#include "tests/lib/suite.h"
#include "tests/lib/tempdir.h"

static char dir[TEMPDIR_SIZE];
static struct daemon_options options;
static struct images images;
static struct jobs jobs;
static struct proto_message message;
static char policyc[PATH_MAX], other[128];
static int socks[2];

static void put(const char *name, const char *text, mode_t mode)
{
	char path[256];
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
	tempdir_make(dir, "jobs_test");
	ck_assert_int_eq(chmod(dir, 0755), 0);
	ck_assert_ptr_nonnull(realpath("build/bin/policyc", policyc));
	/* nothing here depends on how fast this machine is */
	options = (struct daemon_options){ .policyc = policyc,
					   .build_seconds = COMPILE_SECONDS };
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
	jobs_end(&jobs);
	images_free(&images);
	close(socks[0]);
	close(socks[1]);
	tempdir_remove(dir);
}

/* Another compiler: these lines of a shell. */
static void use(const char *script)
{
	char text[512];

	snprintf(text, sizeof(text), "#!/bin/sh\n%s\n", script);
	put("other", text, 0755);
	snprintf(other, sizeof(other), "%s/other", dir);
	options.policyc = other;
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
	use("exec sleep 60");
	options.build_seconds = 0;
	ck_assert_int_eq(build("web.yaml", "blue"), 0);
	answered();
	ck_assert_int_eq(message.u.compiled.err, -ETIMEDOUT);
	ck_assert_str_eq(message.u.compiled.text,
			 "policyc: no result after 4 s\n");
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

static const char *root_dir(const char *target)
{
	static char path[192];

	snprintf(path, sizeof(path),
		 "mkdir -p %s/root/usr/bin && "
		 "touch %s/root/usr/bin/dash",
		 dir, dir);
	ck_assert_int_eq(system(path), 0);
	snprintf(path, sizeof(path), "%s/root/usr/bin/sh", dir);
	if (target)
		ck_assert_int_eq(symlink(target, path), 0);
	snprintf(path, sizeof(path), "%s/root", dir);
	return path;
}

static const char *printed(enum proto_type type)
{
	static char text[4096];
	ssize_t len;

	answered();
	ck_assert_uint_eq(message.type, type);
	ck_assert_uint_eq(message.serial, 3);
	len = pread(message.fd, text, sizeof(text) - 1, 0);
	text[len > 0 ? len : 0] = '\0';
	close(message.fd);
	return text;
}

/* By its path, or as a descriptor, which is passed on. */
static int reach(int policy, const char *root, int place)
{
	message = (struct proto_message){ .serial = 3, .fd = place };
	strcpy(message.u.reach.root, root);
	return jobs_reach(&jobs, &message, policy);
}

static const char *reached(void)
{
	return printed(PROTO_REACHED);
}

#define DEAD_RULE                                                \
	"rule 2, web.yaml:5: 'exec /usr/bin/sh' is not denied, " \
	"as it leads to /usr/bin/dash there\n"

START_TEST(what_denies_a_mere_link_is_named)
{
	int policy = image_of_policy();

	ck_assert_int_eq(reach(policy, root_dir("dash"), -1), 0);
	ck_assert_str_eq(reached(), DEAD_RULE);
}
END_TEST

/* As podman's: at its path there is nothing, or nothing to be seen. */
START_TEST(a_root_that_is_passed_is_looked_into_whatever_its_path_shows)
{
	int policy = image_of_policy();
	int root = open(root_dir("dash"), O_PATH | O_DIRECTORY | O_CLOEXEC);
	char path[128];

	snprintf(path, sizeof(path), "%s/merged", dir);
	ck_assert_int_eq(mkdir(path, 0755), 0);
	ck_assert_int_eq(reach(policy, _i ? path : "/nonexistent", root), 0);
	ck_assert_int_eq(fcntl(root, F_GETFD), -1);
	ck_assert_str_eq(reached(), DEAD_RULE);
}
END_TEST

static const char *const no_roots[] = { "merged", "web.yaml" };

START_TEST(what_is_passed_and_no_root_is_told)
{
	int policy = image_of_policy(), place;
	const char *root = root_dir("dash");
	char path[128];

	snprintf(path, sizeof(path), "%s/merged", dir);
	ck_assert_int_eq(mkdir(path, 0755), 0);
	snprintf(path, sizeof(path), "%s/%s", dir, no_roots[_i]);
	place = open(path, O_PATH | O_CLOEXEC);
	ck_assert_int_ge(place, 0);
	ck_assert_int_eq(reach(policy, root, place), 0);
	answered();
	ck_assert_uint_eq(message.type, PROTO_DONE);
	ck_assert_int_lt(message.u.done.err, 0);
	ck_assert_str_ne(message.u.done.text, "");
}
END_TEST

START_TEST(without_such_a_link_nothing_is_said)
{
	int policy = image_of_policy();

	ck_assert_int_eq(reach(policy, root_dir(NULL), -1), 0);
	ck_assert_str_eq(reached(), "");
}
END_TEST

START_TEST(bytes_that_are_no_policy_are_an_error)
{
	int null = open("/dev/null", O_RDONLY | O_CLOEXEC);

	ck_assert_int_eq(reach(null, root_dir("dash"), -1), 0);
	answered();
	ck_assert_uint_eq(message.type, PROTO_DONE);
	ck_assert_int_eq(message.u.done.err, -EINVAL);
}
END_TEST

START_TEST(a_root_that_is_not_there_is_named)
{
	int policy = image_of_policy();

	ck_assert_int_eq(reach(policy, "/nonexistent", -1), 0);
	answered();
	ck_assert_uint_eq(message.type, PROTO_DONE);
	ck_assert_int_eq(message.u.done.err, -ENOENT);
	ck_assert_str_eq(message.u.done.text,
			 "its root directory: No such file or directory\n");
}
END_TEST

/* As where the mount is in another namespace: a directory, of root alone. */
START_TEST(a_root_that_is_empty_is_told)
{
	int policy = image_of_policy();
	char path[128];

	snprintf(path, sizeof(path), "%s/merged", dir);
	ck_assert_int_eq(mkdir(path, _i ? 0700 : 0755), 0);
	ck_assert_int_eq(reach(policy, path, -1), 0);
	answered();
	ck_assert_uint_eq(message.type, PROTO_DONE);
	ck_assert_int_eq(message.u.done.err, -ENOENT);
	ck_assert_str_eq(message.u.done.text,
			 "its root directory: it is empty for bailiffd: what "
			 "is mounted there is hidden from its mount "
			 "namespace\n");
}
END_TEST

static const mode_t closed[] = { 0700, 0711, 0744 };

START_TEST(a_root_that_is_its_owners_alone_is_told)
{
	int policy = image_of_policy();
	const char *root = root_dir("dash");

	ck_assert_int_eq(chmod(root, closed[_i]), 0);
	ck_assert_int_eq(reach(policy, root, -1), 0);
	answered();
	ck_assert_uint_eq(message.type, PROTO_DONE);
	ck_assert_int_eq(message.u.done.err, -ENOENT);
	ck_assert_str_eq(message.u.done.text,
			 "its root directory: others than its owner cannot "
			 "look into it\n");
}
END_TEST

static const char *const before[] = { "400", "700" };

/* It is taken before the daemon is, and before it takes much. */
START_TEST(what_looks_at_a_root_is_bounded_in_memory)
{
	int policy = image_of_policy(), fd;

	fd = open("/proc/self/oom_score_adj", O_WRONLY | O_CLOEXEC);
	ck_assert_int_eq(write(fd, before[_i], 3), 3);
	close(fd);
	use("read now < /proc/self/oom_score_adj\necho $now\nulimit -v");
	ck_assert_int_eq(reach(policy, root_dir(NULL), -1), 0);
	ck_assert_str_eq(reached(), _i ? "700\n524288\n" : "500\n524288\n");
}
END_TEST

/* ---- what an engine says of a container ---- */

#define ID "0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef"

static int describe(const char *id)
{
	static struct proto_message wanted;

	bundles_top = dir;
	/* a sanitizer has more than what runs without one may */
	compile_instead_max = 1ull << 50;
	wanted.serial = 3;
	strcpy(wanted.u.describe.id, id);
	return jobs_describe(&jobs, &wanted);
}

static void make_bundle(void)
{
	char command[512], path[256];

	snprintf(path, sizeof(path),
		 "run/containerd/io.containerd.runtime.v2.task/k8s.io/" ID);
	snprintf(command, sizeof(command), "mkdir -p %s/%s", dir, path);
	ck_assert_int_eq(system(command), 0);
	strcat(path, "/config.json");
	/* as engines have them: for root alone */
	put(path,
	    "{\"annotations\":{\"io.kubernetes.cri.container-name\":"
	    "\"web0\"}}",
	    0600);
}

START_TEST(a_container_is_described)
{
	make_bundle();
	ck_assert_int_eq(describe(ID), 0);
	/* one at a time is what a worker asks for */
	ck_assert_int_eq(describe(ID), -EPROTO);
	ck_assert_ptr_nonnull(
		strstr(printed(PROTO_DESCRIBED), "\"name\":\"web0\""));
}
END_TEST

START_TEST(one_without_a_bundle_is_told)
{
	ck_assert_int_eq(describe(ID), 0);
	answered();
	ck_assert_uint_eq(message.type, PROTO_DONE);
	ck_assert_int_eq(message.u.done.err, -EINVAL);
	ck_assert_ptr_nonnull(strstr(message.u.done.text, "no engine's"));
}
END_TEST

static const char *const no_ids[] = { "", "web", "../../etc", "*" };

START_TEST(what_is_no_number_is_not_looked_for)
{
	ck_assert_int_eq(describe(no_ids[_i]), -EPROTO);
}
END_TEST

/* ---- one that cannot be ended ---- */

/*
 * As one that waits for a file system that hangs: who traces it lets it stop
 * before it exits, until he ends himself.
 */
static pid_t hold(pid_t held)
{
	int ready[2];
	pid_t pid;
	char byte;

	ck_assert_int_eq(pipe(ready), 0);
	pid = fork();
	if (!pid) {
		if (ptrace(PTRACE_SEIZE, held, 0, PTRACE_O_TRACEEXIT) ||
		    write(ready[1], "x", 1) != 1)
			_exit(1);
		pause();
		_exit(1);
	}
	close(ready[1]);
	ck_assert_int_eq(read(ready[0], &byte, 1), 1);
	close(ready[0]);
	return pid;
}

static int ask(int kind)
{
	switch (kind) {
	case JOBS_OF_FILE:
		return compile("web.yaml");
	case JOBS_OF_CONTAINER:
		return build("web.yaml", "blue");
	default:
		return reach(open("/dev/null", O_RDONLY | O_CLOEXEC),
			     root_dir(NULL), -1);
	}
}

static int answer_to(int kind)
{
	answered();
	return kind == JOBS_OF_ROOT ? message.u.done.err :
				      message.u.compiled.err;
}

START_TEST(a_compiler_that_cannot_be_ended_is_waited_for_by_nobody)
{
	struct pollfd fds[JOBS_NUM];
	struct job *job = &jobs.of[_i];
	pid_t holder;

	use("exec sleep 60");
	ck_assert_int_eq(ask(_i), 0);
	holder = hold(job->compile.pid);
	job->deadline = 0;
	ck_assert_int_eq(answer_to(_i), -ETIMEDOUT);
	ck_assert(job->compile.dying);
	ck_assert_int_eq(jobs_wait_ms(&jobs), -1);
	ck_assert_int_eq(ask(_i), 0);
	ck_assert_int_eq(answer_to(_i), -EBUSY);
	jobs_watch(&jobs, fds);
	ck_assert_int_eq(poll(fds, JOBS_NUM, 0), 0);
	kill(holder, SIGKILL);
	waitpid(holder, NULL, 0);
	/* it ends, and the next one runs */
	ck_assert_int_eq(poll(fds, JOBS_NUM, 10000), 1);
	ck_assert_int_eq(jobs_collect(&jobs, fds), 0);
	ck_assert_int_eq(job->compile.pid, 0);
	use("exit 7");
	ck_assert_int_eq(ask(_i), 0);
	ck_assert_int_eq(answer_to(_i), -EINVAL);
}
END_TEST

START_TEST(the_end_does_not_wait_for_it_either)
{
	pid_t holder;

	use("exec sleep 60");
	ck_assert_int_eq(ask(JOBS_OF_ROOT), 0);
	holder = hold(jobs.of[JOBS_OF_ROOT].compile.pid);
	jobs_end(&jobs);
	ck_assert_int_eq(jobs.of[JOBS_OF_ROOT].compile.pid, 0);
	ck_assert(!jobs.of[JOBS_OF_ROOT].compile.dying);
	kill(holder, SIGKILL);
	waitpid(holder, NULL, 0);
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
	tcase_add_loop_test(
		tcase,
		a_root_that_is_passed_is_looked_into_whatever_its_path_shows, 0,
		2);
	tcase_add_loop_test(tcase, what_is_passed_and_no_root_is_told, 0, 2);
	tcase_add_test(tcase, bytes_that_are_no_policy_are_an_error);
	tcase_add_test(tcase, a_root_that_is_not_there_is_named);
	tcase_add_loop_test(tcase, a_root_that_is_empty_is_told, 0, 2);
	tcase_add_test(tcase, a_container_is_described);
	tcase_add_test(tcase, one_without_a_bundle_is_told);
	tcase_add_loop_test(tcase, what_is_no_number_is_not_looked_for, 0,
			    sizeof(no_ids) / sizeof(no_ids[0]));
	if (geteuid()) {
		puts("not root: what root's processes are told is not tested");
	} else {
		tcase_add_loop_test(tcase,
				    a_root_that_is_its_owners_alone_is_told, 0,
				    sizeof(closed) / sizeof(closed[0]));
		tcase_add_loop_test(
			tcase, what_looks_at_a_root_is_bounded_in_memory, 0, 2);
		tcase_add_loop_test(
			tcase,
			a_compiler_that_cannot_be_ended_is_waited_for_by_nobody,
			0, JOBS_OF_BUNDLE);
		tcase_add_test(tcase, the_end_does_not_wait_for_it_either);
	}
	suite_add_tcase(suite, tcase);
	return suite_run_apart(suite);
}
