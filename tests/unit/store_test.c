// SPDX-License-Identifier: GPL-2.0-only
/* store_test.c - files that change together, restarts, and going back */
#include <errno.h>
#include <jansson.h>
#include <sched.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <unistd.h>

#include "daemon/images.h"
#include "tests/lib/daemon_fixture.h"

#define is_state(file, state) (!strcmp(fixture_file_says(file, "state"), state))
#define says(file, part) (strstr(fixture_file_says(file, "text"), part))

static const char broken[] = "bailiff: 1\npolicy: one\nfiles:\n"
			     "  - alow: read\n    paths: /etc/hosts\n";

static void __attribute__((format(printf, 1, 2))) shell(const char *fmt, ...)
{
	char command[4 * PATH_MAX];
	va_list args;
	int len;

	len = snprintf(command, sizeof(command), "cd %s && ", fixture.dir);
	va_start(args, fmt);
	vsnprintf(command + len, sizeof(command) - (size_t)len, fmt, args);
	va_end(args);
	ck_assert_msg(!system(command), "failed: %s", command);
}

/* Stop, do nothing or what comes between, start. */
static void reboot_after_writing(const char *file, const char *text)
{
	fixture_stop(SIGTERM, 0);
	fake_kernel_forget(fixture.kernel);
	if (file)
		fixture_write_file(file, text);
	fixture_start();
}

static const char *digest_of(const char *policy)
{
	return fake_kernel_find(fixture.kernel, policy)->digest;
}

/* ---- images that are saved ---- */

static void start_with_include(void)
{
	shell("mkdir policies/base");
	fixture_write_file("base/files.yaml",
			   "files:\n  - allow: read\n    paths: /etc/hosts\n");
	fixture_write_file("one.yaml", "bailiff: 1\npolicy: one\n"
				       "include: base/files\n");
	fixture_write_policy("two.yaml", "two", "/etc/hosts");
	fixture_start();
	ck_assert_int_eq(fixture_status("compiled"), 2);
}

START_TEST(a_restart_compiles_nothing_again)
{
	char digest[65];

	start_with_include();
	strcpy(digest, digest_of("one"));
	reboot_after_writing(NULL, NULL);
	ck_assert_int_eq(fixture_status("compiled"), 0);
	ck_assert_uint_eq(fixture.kernel->num_loads, 2);
	ck_assert_str_eq(digest_of("one"), digest);
	ck_assert(is_state("one.yaml", "active"));
	ck_assert(is_state("two.yaml", "active"));
}
END_TEST

START_TEST(what_was_touched_and_not_changed_is_not_compiled)
{
	start_with_include();
	fixture_write_policy("two.yaml", "two", "/etc/hosts");
	fixture_write_policy("two2.yaml", "two2", "/etc/hosts");
	wait_until(is_state("two2.yaml", "active"));
	ck_assert_int_eq(fixture_status("compiled"), 3);
}
END_TEST

START_TEST(a_file_that_changed_meanwhile_is_compiled)
{
	start_with_include();
	reboot_after_writing("two.yaml", "bailiff: 1\npolicy: two\n");
	ck_assert_int_eq(fixture_status("compiled"), 1);
}
END_TEST

START_TEST(an_include_that_changed_meanwhile_is_compiled)
{
	char digest[65];

	start_with_include();
	strcpy(digest, digest_of("one"));
	reboot_after_writing(
		"base/files.yaml",
		"files:\n  - allow: read\n    paths: /etc/passwd\n");
	ck_assert_int_eq(fixture_status("compiled"), 1);
	ck_assert_str_ne(digest_of("one"), digest);
}
END_TEST

/* The same file by another name, which is a link that may lead elsewhere. */
START_TEST(an_include_by_a_second_name_is_known_by_it)
{
	start_with_include();
	fixture_write_file("one.yaml", "bailiff: 1\npolicy: one\n"
				       "include: [base/files, base/again]\n");
	shell("ln -s files.yaml policies/base/again.yaml");
	reboot_after_writing(NULL, NULL);
	reboot_after_writing(NULL, NULL);
	ck_assert_int_eq(fixture_status("compiled"), 0);
	ck_assert(is_state("one.yaml", "active"));
	shell("printf 'files:\\n  - allow: read\\n    paths: /etc/group\\n' "
	      "> policies/base/other.yaml && ln -sfn other.yaml "
	      "policies/base/again.yaml");
	reboot_after_writing(NULL, NULL);
	ck_assert_int_eq(fixture_status("compiled"), 1);
}
END_TEST

START_TEST(what_went_while_nobody_looked_is_not_saved_any_more)
{
	start_with_include();
	shell("test -e state/images/one.yaml -a -e state/images/two.yaml");
	fixture_stop(SIGTERM, 0);
	fixture_remove_file("two.yaml");
	fixture_start();
	shell("test -e state/images/one.yaml -a ! -e state/images/two.yaml");
}
END_TEST

/* Found first from now on: what was looked for in vain is remembered, too. */
START_TEST(an_include_that_hides_another_is_compiled)
{
	fixture_write_file("one.yaml", "bailiff: 1\npolicy: one\n"
				       "include: base/shell\n");
	shell("mkdir -p share/bailiff/policies/base bin policies/base");
	shell("cp %s bin/policyc && printf 'files:\\n  - allow: read\\n    "
	      "paths: /etc/hosts\\n' > share/bailiff/policies/base/shell.yaml",
	      fixture.policyc);
	snprintf(fixture.policyc, sizeof(fixture.policyc),
		 "%.4000s/bin/policyc", fixture.dir);
	fixture_start();
	ck_assert(is_state("one.yaml", "active"));
	reboot_after_writing(NULL, NULL);
	ck_assert_int_eq(fixture_status("compiled"), 0);
	reboot_after_writing(
		"base/shell.yaml",
		"files:\n  - allow: read\n    paths: /etc/passwd\n");
	ck_assert_int_eq(fixture_status("compiled"), 1);
}
END_TEST

START_TEST(another_compiler_compiles_all_again)
{
	start_with_include();
	shell("cp %s policyc && echo >> policyc", fixture.policyc);
	snprintf(fixture.policyc, sizeof(fixture.policyc), "%.4000s/policyc",
		 fixture.dir);
	reboot_after_writing(NULL, NULL);
	ck_assert_int_eq(fixture_status("compiled"), 2);
}
END_TEST

START_TEST(a_reload_compiles_all_again)
{
	json_t *answer;

	start_with_include();
	answer = fixture_ask("reload");
	json_decref(answer);
	wait_until(fixture_status("compiled") == 4);
}
END_TEST

START_TEST(a_damaged_image_is_compiled_again)
{
	start_with_include();
	fixture_stop(SIGTERM, 0);
	fake_kernel_forget(fixture.kernel);
	shell("printf x | dd of=state/images/one.yaml bs=1 seek=900 "
	      "conv=notrunc status=none && : > state/images/two.yaml");
	fixture_start();
	ck_assert_int_eq(fixture_status("compiled"), 2);
	ck_assert(is_state("one.yaml", "active"));
	ck_assert(is_state("two.yaml", "active"));
}
END_TEST

/* Where nothing of an image has room; in this test's process alone. */
static void fill_state_dir(void)
{
	static const char page[4096];
	char path[PATH_MAX + 64];
	FILE *file;

	ck_assert_int_eq(unshare(CLONE_NEWNS), 0);
	/* EINVAL: / is a directory of chroot's, and no mount */
	ck_assert(!mount(NULL, "/", NULL, MS_REC | MS_PRIVATE, NULL) ||
		  errno == EINVAL);
	mkdir(fixture.state_dir, 0700);
	ck_assert_int_eq(mount("full", fixture.state_dir, "tmpfs", 0,
			       "size=4k,mode=0700"),
			 0);
	snprintf(path, sizeof(path), "%s/full", fixture.state_dir);
	file = fopen(path, "w");
	ck_assert_ptr_nonnull(file);
	ck_assert_uint_eq(fwrite(page, 1, sizeof(page), file), sizeof(page));
	ck_assert_int_eq(fclose(file), 0);
}

START_TEST(a_full_disk_saves_nothing_and_loads_all)
{
	fill_state_dir();
	start_with_include();
	ck_assert(is_state("one.yaml", "active"));
	ck_assert(is_state("two.yaml", "active"));
	wait_until(strstr(fixture_log_text(),
			  "\"object\":\"two.yaml\",\"message\":\"its image "
			  "cannot be saved: No space left on device; after a "
			  "restart it is compiled again\""));
	reboot_after_writing(NULL, NULL);
	ck_assert_int_eq(fixture_status("compiled"), 2);
	ck_assert(is_state("one.yaml", "active"));
	ck_assert(is_state("two.yaml", "active"));
	fixture_stop(SIGTERM, 0);
	ck_assert_int_eq(umount(fixture.state_dir), 0);
}
END_TEST

START_TEST(only_root_sees_what_is_saved)
{
	struct stat stat_buf;
	char path[PATH_MAX + 64];

	start_with_include();
	snprintf(path, sizeof(path), "%s/images", fixture.state_dir);
	ck_assert_int_eq(stat(path, &stat_buf), 0);
	ck_assert_uint_eq(stat_buf.st_mode & 07777, 0700);
}
END_TEST

/* ---- going back ---- */

START_TEST(a_broken_file_goes_back_after_a_boot)
{
	char digest[65];

	fixture_write_policy("one.yaml", "one", "/etc/hosts");
	fixture_start();
	strcpy(digest, digest_of("one"));
	reboot_after_writing("one.yaml", broken);
	ck_assert_uint_eq(fixture.kernel->num_loads, 1);
	ck_assert_str_eq(digest_of("one"), digest);
	ck_assert(is_state("one.yaml", "error"));
	ck_assert(says("one.yaml", "one.yaml:4:5: error:"));
	ck_assert(says("one.yaml", "the last good version of this file is in "
				   "force instead: policy one"));
	ck_assert_str_eq(fixture_file_says("one.yaml", "policy"), "one");
	ck_assert_ptr_nonnull(strstr(fixture_log_text(), "last good version"));
	ck_assert_int_eq(fixture_status("errors"), 1);
	/* and forward again */
	fixture_write_policy("one.yaml", "one", "/etc/passwd");
	wait_until(is_state("one.yaml", "active"));
	ck_assert_str_ne(digest_of("one"), digest);
}
END_TEST

START_TEST(a_broken_file_is_known_after_a_restart)
{
	fixture_write_policy("one.yaml", "one", "/etc/hosts");
	fixture_start();
	fixture_stop(SIGKILL, 0);
	fixture_write_file("one.yaml", broken);
	fixture_start();
	ck_assert_uint_eq(fixture.kernel->num_loads, 1);
	ck_assert_str_eq(fixture_file_says("one.yaml", "policy"), "one");
	ck_assert(says("one.yaml", "last good version"));
}
END_TEST

START_TEST(a_link_to_nowhere_goes_back)
{
	fixture_write_policy("one.yaml", "one", "/etc/hosts");
	fixture_start();
	fixture_stop(SIGTERM, 0);
	fake_kernel_forget(fixture.kernel);
	shell("ln -sf nowhere policies/one.yaml");
	fixture_start();
	wait_until(says("one.yaml", "last good version"));
	ck_assert_uint_eq(fixture.kernel->num_loads, 1);
}
END_TEST

START_TEST(what_never_was_good_has_nothing_to_go_back_to)
{
	fixture_write_file("one.yaml", broken);
	fixture_start();
	ck_assert(is_state("one.yaml", "error"));
	ck_assert_uint_eq(fixture.kernel->num_loads, 0);
	ck_assert_str_eq(fixture_file_says("one.yaml", "policy"), "");
}
END_TEST

START_TEST(what_was_removed_is_not_gone_back_to)
{
	fixture_write_policy("one.yaml", "one", "/etc/hosts");
	fixture_start();
	fixture_remove_file("one.yaml");
	wait_until(is_state("one.yaml", ""));
	fixture_write_file("one.yaml", broken);
	wait_until(is_state("one.yaml", "error"));
	fixture_write_policy("two.yaml", "two", "/etc/hosts");
	wait_until(is_state("two.yaml", "active"));
	ck_assert_str_eq(fixture_file_says("one.yaml", "policy"), "");
	ck_assert_ptr_null(fake_kernel_find(fixture.kernel, "one"));
}
END_TEST

START_TEST(what_the_kernel_refuses_goes_back)
{
	fixture_write_policy("one.yaml", "one", "/etc/hosts");
	fixture_start();
	fixture_stop(SIGTERM, 0);
	fake_kernel_forget(fixture.kernel);
	fixture.kernel->refuse_after = 1;
	fixture.kernel->refuse_loads = true;
	fixture_write_policy("one.yaml", "one", "/etc/passwd");
	fixture_start();
	wait_until(says("one.yaml", "last good version"));
	ck_assert(says("one.yaml", "not mediated"));
	ck_assert(is_state("one.yaml", "error"));
	ck_assert_uint_eq(fixture.kernel->num_loads, 1);
}
END_TEST

/* ---- what changes together ---- */

/* A ConfigMap: the files are links through ..data, which is swapped. */
static void make_config_map(void)
{
	fixture_write_policy("one.yaml", "one", "/etc/hosts");
	fixture_write_policy("two.yaml", "two", "/etc/hosts");
	fixture_write_policy("zzz.yaml", "zzz", "/etc/hosts");
	shell("cd policies && mkdir ..v1 ..v2 && mv *.yaml ..v1 && "
	      "for f in one two zzz; do "
	      "sed s/hosts/passwd/ ..v1/$f.yaml > ..v2/$f.yaml; "
	      "ln -s ..data/$f.yaml $f.yaml; done && ln -s ..v1 ..data");
}

static void swap_config_map(void)
{
	shell("cd policies && ln -s ..v2 ..data.new && "
	      "mv -T ..data.new ..data");
}

START_TEST(a_config_map_is_swapped_as_one)
{
	make_config_map();
	fixture_start();
	ck_assert_uint_eq(fixture.kernel->num_loads, 3);
	swap_config_map();
	wait_until(fixture.kernel->num_loads == 6);
	ck_assert(is_state("one.yaml", "active"));
	ck_assert_int_eq(fixture_status("errors"), 0);
	/* what Kubernetes does next */
	shell("rm -r policies/..v1");
	fixture_nap();
	ck_assert_uint_eq(fixture.kernel->num_loads, 6);
}
END_TEST

/* The compiler waits at the last file until the test lets it go on. */
START_TEST(nothing_is_loaded_before_all_is_compiled)
{
	int i;

	make_config_map();
	fixture_start();
	fixture_stop(SIGTERM, 0);
	/* a copy: the compiler's user may not reach the checkout */
	shell("cp %s policyc && printf '#!/bin/sh\\ncase $* in *zzz*) while "
	      "[ ! -e %s/go ]; do :; done;; esac\\nexec %s/policyc \"$@\"\\n' "
	      "> slow && chmod 755 slow",
	      fixture.policyc, fixture.dir, fixture.dir);
	snprintf(fixture.policyc, sizeof(fixture.policyc), "%.4000s/slow",
		 fixture.dir);
	shell("touch go");
	fixture_start();
	shell("rm go");
	swap_config_map();
	wait_until(is_state("zzz.yaml", "compiling"));
	for (i = 0; i < 5; i++)
		fixture_nap();
	ck_assert(is_state("one.yaml", "compiled"));
	ck_assert(is_state("two.yaml", "compiled"));
	ck_assert_uint_eq(fixture.kernel->num_loads, 3);
	shell("touch go");
	wait_until(fixture.kernel->num_loads == 6);
}
END_TEST

START_TEST(two_files_can_exchange_their_policies)
{
	fixture_write_policy("one.yaml", "one", "/etc/hosts");
	fixture_write_policy("two.yaml", "two", "/etc/passwd");
	fixture_start();
	shell("mkdir ..tmp && mv policies/one.yaml ..tmp/two.yaml && "
	      "mv policies/two.yaml ..tmp/one.yaml && mv ..tmp/* policies/");
	wait_until(!strcmp(fixture_file_says("one.yaml", "policy"), "two") &&
		   !strcmp(fixture_file_says("two.yaml", "policy"), "one"));
	ck_assert(is_state("one.yaml", "active"));
	ck_assert(is_state("two.yaml", "active"));
	ck_assert_ptr_nonnull(fake_kernel_find(fixture.kernel, "one"));
	ck_assert_ptr_nonnull(fake_kernel_find(fixture.kernel, "two"));
}
END_TEST

START_TEST(one_that_is_in_use_keeps_no_other_from_being_unloaded)
{
	fixture_write_policy("one.yaml", "one", "/etc/hosts");
	fixture_write_policy("two.yaml", "two", "/etc/hosts");
	fixture_write_policy("zzz.yaml", "zzz", "/etc/hosts");
	fixture_start();
	fake_kernel_find(fixture.kernel, "one")->bound = true;
	shell("rm policies/*.yaml");
	wait_until(fixture.kernel->num_unloads == 2);
	ck_assert_ptr_nonnull(fake_kernel_find(fixture.kernel, "one"));
}
END_TEST

/* The parent, which has all to do, does not read what the compiler would not. */
START_TEST(a_huge_include_stops_nobody)
{
	start_with_include();
	fixture_stop(SIGTERM, 0);
	fake_kernel_forget(fixture.kernel);
	shell("truncate -s 1T policies/base/files.yaml");
	fixture_start();
	wait_until(says("one.yaml", "last good version"));
	ck_assert(is_state("two.yaml", "active"));
}
END_TEST

START_TEST(what_is_saved_goes_when_a_file_is_renamed)
{
	char path[PATH_MAX];

	snprintf(path, sizeof(path), "%.4000s/images/one.yaml",
		 fixture.state_dir);
	fixture_write_policy("one.yaml", "one", "/etc/hosts");
	fixture_start();
	wait_until(!access(path, F_OK));
	shell("mv policies/one.yaml policies/other.yaml");
	wait_until(is_state("other.yaml", "active"));
	wait_until(access(path, F_OK));
}
END_TEST

/* Whom it selects nobody knows: then no container can be said to be free. */
START_TEST(what_cannot_be_read_back_is_an_error_until_it_can)
{
	struct fake_policy *one;

	fixture_write_policy("one.yaml", "one", "/etc/hosts");
	fixture_start();
	fixture_stop(SIGTERM, 0);
	fixture_remove_file("one.yaml");
	one = fake_kernel_find(fixture.kernel, "one");
	ck_assert_ptr_nonnull(one);
	if (_i)
		one->image[0] ^= 1;
	else
		fixture.kernel->no_images = true;
	fixture_start();
	ck_assert_int_eq(fixture_status("errors"), 1);
	ck_assert_str_eq(fixture_file_says("what is loaded", "state"), "error");
	ck_assert_ptr_nonnull(
		strstr(fixture_log_text(), _i ? "image, byte" : strerror(EIO)));
	if (_i)
		one->image[0] ^= 1;
	fixture.kernel->no_images = false;
	wait_until(fixture_status("errors") == 0);
	ck_assert_str_eq(fixture_file_says("what is loaded", "state"), "");
}
END_TEST

START_TEST(where_others_may_write_nothing_is_taken_from)
{
	fixture_write_policy("one.yaml", "one", "/etc/hosts");
	fixture_start();
	fixture_stop(SIGTERM, 0);
	shell("chmod 777 state/images");
	ck_assert_int_eq(images_open(fixture.state_dir), -EPERM);
	shell("chmod 700 state/images");
	ck_assert_int_ge(images_open(fixture.state_dir), 0);
}
END_TEST

static void add_saved_tests(TCase *tcase)
{
	tcase_add_test(tcase, a_huge_include_stops_nobody);
	tcase_add_test(tcase, what_is_saved_goes_when_a_file_is_renamed);
	tcase_add_test(tcase, where_others_may_write_nothing_is_taken_from);
	tcase_add_loop_test(
		tcase, what_cannot_be_read_back_is_an_error_until_it_can, 0, 2);
	tcase_add_test(tcase, a_restart_compiles_nothing_again);
	tcase_add_test(tcase, what_was_touched_and_not_changed_is_not_compiled);
	tcase_add_test(tcase, a_file_that_changed_meanwhile_is_compiled);
	tcase_add_test(tcase, an_include_that_changed_meanwhile_is_compiled);
	tcase_add_test(tcase, an_include_by_a_second_name_is_known_by_it);
	tcase_add_test(tcase,
		       what_went_while_nobody_looked_is_not_saved_any_more);
	tcase_add_test(tcase, an_include_that_hides_another_is_compiled);
	tcase_add_test(tcase, another_compiler_compiles_all_again);
	tcase_add_test(tcase, a_reload_compiles_all_again);
	tcase_add_test(tcase, a_damaged_image_is_compiled_again);
	tcase_add_test(tcase, a_full_disk_saves_nothing_and_loads_all);
	tcase_add_test(tcase, only_root_sees_what_is_saved);
}

static void add_back_tests(TCase *tcase)
{
	tcase_add_test(tcase, a_broken_file_goes_back_after_a_boot);
	tcase_add_test(tcase, a_broken_file_is_known_after_a_restart);
	tcase_add_test(tcase, a_link_to_nowhere_goes_back);
	tcase_add_test(tcase, what_never_was_good_has_nothing_to_go_back_to);
	tcase_add_test(tcase, what_was_removed_is_not_gone_back_to);
	tcase_add_test(tcase, what_the_kernel_refuses_goes_back);
}

static void add(TCase *tcase)
{
	add_saved_tests(tcase);
	add_back_tests(tcase);
	tcase_add_test(tcase, a_config_map_is_swapped_as_one);
	tcase_add_test(tcase, nothing_is_loaded_before_all_is_compiled);
	tcase_add_test(tcase, two_files_can_exchange_their_policies);
	tcase_add_test(tcase,
		       one_that_is_in_use_keeps_no_other_from_being_unloaded);
}

int main(void)
{
	return fixture_run("store", add);
}
