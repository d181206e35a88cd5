// SPDX-License-Identifier: GPL-2.0-only
/* kfs_test.c - the kernel's files: requests, replies, and the lists in them */
#include <check.h>
#include <errno.h>
#include <fcntl.h>
#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include "daemon/cgroup.h"
#include "daemon/kfs.h"
#include "daemon/log.h"
#include "daemon/ocistate.h"
#include "daemon/state.h"
#include "tests/lib/fake_kernel.h"
#include "tests/lib/suite.h"

static struct kfs kfs;
static struct fake_kernel *kernel;
static char reply[KFS_REPLY];

static void setup(void)
{
	kernel = fake_kernel_create(&kfs);
}

static void teardown(void)
{
	fake_kernel_free(kernel);
}

START_TEST(a_reply_comes_from_the_file_that_was_written)
{
	ck_assert_int_eq(kfs_request(&kfs, "bind", "cgroup=1", 8, reply), 0);
	ck_assert_str_eq(reply, "ok");
	ck_assert_str_eq(kernel->last_bind, "cgroup=1");
}
END_TEST

START_TEST(a_refusal_has_errno_and_words)
{
	ck_assert_int_eq(kfs_request(&kfs, "unload", "nothing", 7, reply),
			 -ENOENT);
	ck_assert_str_eq(reply, "no such policy");
}
END_TEST

START_TEST(real_files_are_written_whole_and_answered)
{
	char path[PATH_MAX + 16];
	struct kfs real;
	FILE *file;

	/* a plain file: what is read after the write is what comes after it */
	mkdir(kfs.dir, 0755);
	snprintf(path, sizeof(path), "%s/load", kfs.dir);
	file = fopen(path, "w");
	fputs("xxxxok policy=a generation=1\nmore", file);
	fclose(file);
	ck_assert_int_eq(kfs_init(&real, kfs.dir), 0);
	ck_assert_str_eq(real.lsm_file, kfs.lsm_file);
	ck_assert_int_eq(kfs_request(&real, "load", "1234", 4, reply), 0);
	ck_assert_str_eq(reply, "ok policy=a generation=1");
	/* an answer that is neither ok nor an error is no success */
	ck_assert_int_eq(kfs_request(&real, "load", "1234ok", 6, reply),
			 -EPROTO);
	unlink(path);
	ck_assert_int_eq(kfs_request(&real, "load", "1", 1, reply), -ENOENT);
	ck_assert_ptr_nonnull(strstr(reply, "/bailiff/load: No such file"));
	rmdir(kfs.dir);
}
END_TEST

START_TEST(a_file_in_the_kernels_place_is_not_written_to)
{
	char path[PATH_MAX + 16];
	struct kfs real;
	struct stat st;

	mkdir(kfs.dir, 0755);
	snprintf(path, sizeof(path), "%s/self", kfs.dir);
	fclose(fopen(path, "w"));
	ck_assert_int_eq(kfs_init(&real, NULL), 0);
	ck_assert_str_eq(real.dir, "/sys/kernel/security/bailiff");
	strcpy(real.dir, kfs.dir);
	ck_assert_int_eq(kfs_request(&real, "self", "web", 3, reply),
			 -EMEDIUMTYPE);
	ck_assert_ptr_nonnull(strstr(reply, "not the kernel's securityfs"));
	ck_assert_int_eq(kfs_open(&real, "self", O_RDWR), -EMEDIUMTYPE);
	ck_assert_int_eq(stat(path, &st), 0);
	ck_assert_int_eq(st.st_size, 0);
	unlink(path);
	rmdir(kfs.dir);
}
END_TEST

static void write_lsm(const char *list)
{
	FILE *file = fopen(kfs.lsm_file, "w");

	fputs(list, file);
	fclose(file);
}

START_TEST(the_module_must_be_in_the_list)
{
	static const struct {
		const char *list;
		int err;
	} lists[] = {
		{ "bailiff", 0 },
		{ "capability,bailiff\n", 0 },
		{ "bailiff,apparmor\n", 0 },
		{ "capability,bailiffs\n", -ENODEV },
		{ "capability,xbailiff\n", -ENODEV },
		{ "capability\n", -ENODEV },
		{ "", -ENODEV },
	};
	char why[KFS_REPLY];

	write_lsm(lists[_i].list);
	ck_assert_int_eq(kfs_check_lsm(&kfs, why, sizeof(why)), lists[_i].err);
}
END_TEST

static int take_binding(const struct state_binding *binding, void *arg)
{
	struct state_binding **at = arg;

	*(*at)++ = *binding;
	return 0;
}

START_TEST(bindings_are_read)
{
	struct state_binding bindings[4], *at = bindings;

	ck_assert_int_eq(state_bindings(&kfs, take_binding, &at), 0);
	ck_assert_ptr_eq(at, bindings + 2);
	ck_assert_uint_eq(bindings[0].cgroup, 7);
	ck_assert_str_eq(bindings[0].policy, "nginx");
	ck_assert_str_eq(bindings[0].label, "web");
	ck_assert_uint_eq(bindings[0].runtime, 12);
	ck_assert_uint_eq(bindings[0].tasks, 3);
	ck_assert_uint_eq(bindings[0].joined, 2);
	ck_assert_str_eq(bindings[1].label, "");
}
END_TEST

static int take_task(const struct state_task *task, void *arg)
{
	int *sum = arg;

	ck_assert_int_eq(task->tgid, 10);
	ck_assert_ptr_nonnull(strstr(task->policies, "nginx@3"));
	*sum += task->tid;
	return 0;
}

START_TEST(tasks_are_read)
{
	int sum = 0;

	ck_assert_int_eq(state_tasks(&kfs, take_task, &sum), 0);
	ck_assert_int_eq(sum, 21);
}
END_TEST

static int take_rule(const struct state_rule *rule, void *arg)
{
	unsigned int *num = arg;

	if (rule->number == 1) {
		ck_assert_str_eq(rule->where, "a b.yaml:7");
		ck_assert_str_eq(rule->kind, "deny");
		ck_assert_uint_eq(rule->hits, 3);
	}
	(*num)++;
	return 0;
}

START_TEST(rules_are_read_from_both_ends)
{
	struct state_policy policy;
	unsigned int num = 0;

	strcpy(kernel->policies[0].name, "one");
	kernel->policies[0].used = true;
	ck_assert_int_eq(state_rules(&kfs, "one", take_rule, &num), 0);
	ck_assert_uint_eq(num, 3);
	ck_assert_int_eq(state_policy(&kfs, "one", &policy), 0);
	ck_assert_uint_eq(policy.denials, 7);
	ck_assert_int_eq(state_rules(&kfs, "two", take_rule, &num), -ENOENT);
}
END_TEST

START_TEST(words_are_found_whole)
{
	char word[8];

	ck_assert_int_eq(text_word("ok xa=1 a=22 b=3\n", "a", word, 8), 2);
	ck_assert_str_eq(word, "22");
	ck_assert_int_eq(text_word("ok a=22 b=3\n", "b", word, 8), 1);
	ck_assert_str_eq(word, "3");
	ck_assert_int_eq(text_word("ok a=22", "c", word, 8), -ENOENT);
	ck_assert_int_eq(text_word("a=12345678", "a", word, 8), -ENAMETOOLONG);
}
END_TEST

START_TEST(numbers_are_decimal_and_bounded)
{
	unsigned long long value;

	ck_assert_int_eq(
		text_number("18446744073709551615", UINT64_MAX, &value), 0);
	ck_assert(value == UINT64_MAX);
	ck_assert_int_eq(text_number("18446744073709551616", UINT64_MAX,
				     &value),
			 -ERANGE);
	ck_assert_int_eq(text_number("11", 10, &value), -ERANGE);
	ck_assert_int_eq(text_number("", 10, &value), -EINVAL);
	ck_assert_int_eq(text_number("-1", 10, &value), -EINVAL);
	ck_assert_int_eq(text_number("1 ", 10, &value), -EINVAL);
}
END_TEST

START_TEST(names_and_labels_cannot_smuggle_words)
{
	char name[66];

	memset(name, 'a', sizeof(name));
	name[64] = '\0';
	ck_assert(!text_is_policy_name(name) && !text_is_label(name));
	name[63] = '\0';
	ck_assert(text_is_policy_name(name) && text_is_label(name));
	ck_assert(text_is_policy_name("a.b_c-1"));
	ck_assert(!text_is_policy_name("a b"));
	ck_assert(!text_is_policy_name("../a"));
	ck_assert(!text_is_policy_name(""));
	ck_assert(!text_is_label("a runtime=1"));
	ck_assert(!text_is_label("a\n"));
	ck_assert(!text_is_label(""));
}
END_TEST

START_TEST(a_cgroup_contains_itself_and_what_is_below)
{
	ck_assert(cgroup_contains("/a", "/a"));
	ck_assert(cgroup_contains("/a", "/a/b"));
	ck_assert(cgroup_contains("/", "/a"));
	ck_assert(cgroup_contains("/", "/"));
	ck_assert(!cgroup_contains("/a", "/ab"));
	ck_assert(!cgroup_contains("/a/b", "/a"));
	ck_assert(!cgroup_contains("/a", "/"));
}
END_TEST

START_TEST(a_full_disk_loses_lines_and_tears_none)
{
	struct text line = {};
	struct log log = {};
	char text[64] = "";
	int fd;

	text_add(&line, "{}\n");
	log.fd = open("/dev/full", O_WRONLY);
	log_write(&log, &line, 2);
	ck_assert_uint_eq(log.failed, 2);
	fd = memfd_create("log", 0);
	log_reopen(&log, fd);
	log.torn = true; /* as after a write that stopped half way */
	log_write(&log, &line, 1);
	log_write(&log, &line, 1);
	ck_assert_int_gt(pread(fd, text, sizeof(text) - 1, 0), 0);
	ck_assert_str_eq(text, "\n{}\n{}\n");
	ck_assert_uint_eq(log.written, 2);
	close(log.fd);
	text_free(&line);
}
END_TEST

static json_t *request_of(const char *state, const char *config)
{
	json_t *s = json_loads(state, 0, NULL),
	       *c = json_loads(config, 0, NULL);
	char why[256];
	json_t *request = ocistate_request(s, c, why, sizeof(why));

	json_decref(s);
	json_decref(c);
	return request;
}

static const char *member(const json_t *request, const char *key)
{
	return json_string_value(json_object_get(request, key));
}

START_TEST(a_container_is_described_from_state_and_config)
{
	json_t *request = request_of(
		"{\"id\":\"web\",\"pid\":5,\"annotations\":{\"a\":\"state\"}}",
		"{\"hostname\":\"h\",\"annotations\":{\"a\":\"config\","
		"\"org.opencontainers.image.ref.name\":\"r/i:1\","
		"\"io.kubernetes.cri-o.Labels\":\"{\\\"app\\\":\\\"x\\\"}\"}}");

	ck_assert_str_eq(member(request, "name"), "web");
	ck_assert_str_eq(member(request, "image"), "r/i:1");
	ck_assert_str_eq(member(json_object_get(request, "annotations"), "a"),
			 "state");
	ck_assert_str_eq(member(json_object_get(request, "labels"), "app"),
			 "x");
	json_decref(request);
}
END_TEST

static const struct {
	const char *bundle, *path, *root;
} roots[] = {
	{ "/b", "rootfs", "/b/rootfs" },
	{ "/b", "/srv/r", "/srv/r" },
	{ "b", "rootfs", "" },
};

START_TEST(its_root_is_where_the_host_has_it)
{
	char state[128], config[128];
	json_t *request;

	snprintf(state, sizeof(state),
		 "{\"id\":\"web\",\"pid\":5,\"bundle\":\"%s\"}",
		 roots[_i].bundle);
	snprintf(config, sizeof(config), "{\"root\":{\"path\":\"%s\"}}",
		 roots[_i].path);
	request = request_of(state, config);
	ck_assert_str_eq(member(request, "root"), roots[_i].root);
	json_decref(request);
	request = request_of(state, "{}");
	ck_assert_str_eq(member(request, "root"), "");
	json_decref(request);
}
END_TEST

START_TEST(a_long_id_gives_way_to_the_host_name)
{
	json_t *request = request_of(
		"{\"pid\":5,\"id\":\"0123456789012345678901234567890123456789"
		"012345678901234567890123\"}",
		"{\"hostname\":\"h\"}");

	ck_assert_str_eq(member(request, "name"), "h");
	json_decref(request);
}
END_TEST

START_TEST(a_state_without_id_or_pid_is_refused)
{
	ck_assert_ptr_null(request_of("{\"pid\":5}", "{}"));
	ck_assert_ptr_null(request_of("{\"id\":\"a\"}", "{}"));
	ck_assert_ptr_null(request_of("{\"id\":\"a\",\"pid\":0}", "{}"));
	ck_assert_ptr_null(request_of("{\"id\":7,\"pid\":5}", "{}"));
	ck_assert_ptr_null(request_of("{\"id\":\"a\",\"pid\":\"5\"}", "{}"));
}
END_TEST

static void add_tests(TCase *tcase)
{
	tcase_add_test(tcase, a_reply_comes_from_the_file_that_was_written);
	tcase_add_test(tcase, a_refusal_has_errno_and_words);
	tcase_add_test(tcase, real_files_are_written_whole_and_answered);
	tcase_add_test(tcase, a_file_in_the_kernels_place_is_not_written_to);
	tcase_add_loop_test(tcase, the_module_must_be_in_the_list, 0, 7);
	tcase_add_test(tcase, bindings_are_read);
	tcase_add_test(tcase, tasks_are_read);
	tcase_add_test(tcase, rules_are_read_from_both_ends);
	tcase_add_test(tcase, words_are_found_whole);
	tcase_add_test(tcase, numbers_are_decimal_and_bounded);
	tcase_add_test(tcase, names_and_labels_cannot_smuggle_words);
	tcase_add_test(tcase, a_cgroup_contains_itself_and_what_is_below);
	tcase_add_test(tcase, a_full_disk_loses_lines_and_tears_none);
	tcase_add_test(tcase, a_container_is_described_from_state_and_config);
	tcase_add_loop_test(tcase, its_root_is_where_the_host_has_it, 0, 3);
	tcase_add_test(tcase, a_long_id_gives_way_to_the_host_name);
	tcase_add_test(tcase, a_state_without_id_or_pid_is_refused);
}

int main(void)
{
	Suite *suite = suite_create("kfs");
	TCase *tcase = tcase_create("kfs");

	tcase_add_checked_fixture(tcase, setup, teardown);
	add_tests(tcase);
	suite_add_tcase(suite, tcase);
	return suite_run(suite);
}
