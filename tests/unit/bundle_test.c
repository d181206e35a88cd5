// SPDX-License-Identifier: GPL-2.0-only
/* bundle_test.c - a config.json keeps what it says, but for what is added */
#include <check.h>
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <jansson.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "daemon/bundle.h"
#include "tests/lib/suite.h"

static char dir[] = "/tmp/bundle_test.XXXXXX";
static char path[256], why[512];

static void setup(void)
{
	strcpy(dir + strlen(dir) - 6, "XXXXXX");
	ck_assert_ptr_nonnull(mkdtemp(dir));
	snprintf(path, sizeof(path), "%s/config.json", dir);
}

static void teardown(void)
{
	char command[300];

	snprintf(command, sizeof(command), "chmod -R u+w %s; rm -r %s", dir,
		 dir);
	ck_assert_int_eq(system(command), 0);
}

static void put(const char *text, size_t len)
{
	int fd = open(path, O_WRONLY | O_CREAT | O_TRUNC, 0640);

	ck_assert_int_ge(fd, 0);
	ck_assert_int_eq(write(fd, text, len), (ssize_t)len);
	close(fd);
}

static bool swap; /* the file for a link, after realpath() */

/* In the place of libc's: whoever owns the bundle may act just then. */
char *realpath(const char *name, char *resolved)
{
	char *(*real)(const char *, char *) = dlsym(RTLD_NEXT, "realpath");
	char *result = real(name, resolved);

	if (swap) {
		ck_assert_int_eq(unlink(path), 0);
		ck_assert_int_eq(symlink("/etc/passwd", path), 0);
	}
	return result;
}

static const char *get(void)
{
	static char text[4096];
	int fd = open(path, O_RDONLY);
	ssize_t len = read(fd, text, sizeof(text) - 1);

	ck_assert_int_ge(len, 0);
	text[len] = '\0';
	close(fd);
	return text;
}

static json_t *load(const char *text)
{
	put(text, strlen(text));
	return bundle_read(path, why, sizeof(why));
}

static const char *const kept[] = {
	"{\"hard\":18446744073709551615,\"soft\":-9223372036854775808}",
	"{\"a\":1.0,\"b\":1e3,\"c\":0.10,\"d\":1E400,\"e\":-0}",
	"{\"z\":1,\"a\":[true,false,null,{}],\"m\":{\"k\":\"\"}}",
	"{\"s\":\"1.5\",\"t\":\"a\\\"1.5\\\\\",\"u\":\"\\\\\"}",
	"{\"s\":\"\\u0000\\u001f\",\"t\":\"\xc3\xa4\"}",
	"{\"1.5\":999999999999999999,\"n\":1000000000000000000}",
};

START_TEST(what_is_read_is_written)
{
	json_t *config = load(kept[_i]);
	char expected[512];

	ck_assert_msg(config, "%s", why);
	snprintf(expected, sizeof(expected), "%s\n", kept[_i]);
	/* jansson writes -0 as it reads it: a whole number */
	ck_assert_int_eq(bundle_write(path, config, why, sizeof(why)), 0);
	for (char *at = expected; (at = strstr(at, ":-0}"));)
		memmove(at + 1, at + 2, strlen(at + 2) + 1);
	for (char *at = expected; (at = strstr(at, "\\u001f"));)
		memcpy(at, "\\u001F", 6);
	ck_assert_str_eq(get(), expected);
	json_decref(config);
}
END_TEST

START_TEST(owner_and_mode_stay)
{
	json_t *config = load("{}");
	struct stat stat_buf;

	ck_assert_int_eq(chmod(path, 0604), 0);
	ck_assert_int_eq(bundle_write(path, config, why, sizeof(why)), 0);
	ck_assert_int_eq(stat(path, &stat_buf), 0);
	ck_assert_int_eq(stat_buf.st_mode & 07777, 0604);
	json_decref(config);
}
END_TEST

START_TEST(no_setuid_file_is_made)
{
	json_t *config = load("{}");
	struct stat stat_buf;

	ck_assert_int_eq(chmod(path, 06755), 0);
	ck_assert_int_eq(bundle_write(path, config, why, sizeof(why)), 0);
	ck_assert_int_eq(stat(path, &stat_buf), 0);
	ck_assert_int_eq(stat_buf.st_mode & 07777, 0755);
	json_decref(config);
}
END_TEST

START_TEST(a_link_put_there_meanwhile_is_refused)
{
	json_t *config = load("{}");
	struct stat stat_buf;
	int err;

	swap = true;
	err = bundle_write(path, config, why, sizeof(why));
	swap = false;
	ck_assert_int_eq(err, -EINVAL);
	ck_assert_int_eq(lstat(path, &stat_buf), 0);
	ck_assert(S_ISLNK(stat_buf.st_mode));
	json_decref(config);
}
END_TEST

START_TEST(a_link_stays_a_link)
{
	char target[300];
	json_t *config = load("{}");
	struct stat stat_buf;

	snprintf(target, sizeof(target), "%s/real.json", dir);
	ck_assert_int_eq(rename(path, target), 0);
	ck_assert_int_eq(symlink("real.json", path), 0);
	json_object_set_new(config, "a", json_integer(1));
	ck_assert_int_eq(bundle_write(path, config, why, sizeof(why)), 0);
	ck_assert_int_eq(lstat(path, &stat_buf), 0);
	ck_assert(S_ISLNK(stat_buf.st_mode));
	ck_assert_str_eq(get(), "{\"a\":1}\n");
	json_decref(config);
}
END_TEST

START_TEST(who_has_it_open_keeps_the_old_one)
{
	json_t *config = load("{\"old\":1}");
	char text[64] = "";
	int fd = open(path, O_RDONLY);

	json_object_clear(config);
	ck_assert_int_eq(bundle_write(path, config, why, sizeof(why)), 0);
	ck_assert_int_gt(read(fd, text, sizeof(text) - 1), 0);
	ck_assert_str_eq(text, "{\"old\":1}");
	close(fd);
	json_decref(config);
}
END_TEST

START_TEST(what_cannot_be_written_is_said)
{
	json_t *config = load("{}");

	ck_assert_int_eq(unlink(path), 0);
	ck_assert_int_eq(bundle_write(path, config, why, sizeof(why)), -ENOENT);
	ck_assert_ptr_nonnull(strstr(why, "cannot be changed"));
	json_decref(config);
}
END_TEST

static const struct {
	const char *text;
	const char *said;
} bad[] = {
	{ "", "config.json" },
	{ "[]", "no object" },
	{ "{", "config.json:1" },
	{ "{} {}", "config.json:1" },
	{ "{\"a\":1,\"a\":2}", "duplicate" },
	{ "{\"a\":\"\\u0001\"}", "U+0001" },
	{ "{\"a\":\"\xff\"}", "decode" },
	{ "{\"a\":'b'}", "config.json:1" },
};

START_TEST(what_is_no_config_is_refused)
{
	ck_assert_ptr_null(load(bad[_i].text));
	ck_assert_msg(strstr(why, bad[_i].said), "%s", why);
}
END_TEST

START_TEST(a_file_that_is_none_is_refused)
{
	ck_assert_ptr_null(bundle_read(dir, why, sizeof(why)));
	ck_assert_ptr_null(bundle_read("/no/such", why, sizeof(why)));
	ck_assert_ptr_nonnull(strstr(why, "No such file"));
	ck_assert_int_eq(mkfifo(path, 0600), 0);
	ck_assert_ptr_null(bundle_read(path, why, sizeof(why)));
	ck_assert_int_eq(unlink(path), 0);
	put("{\0}", 3);
	ck_assert_ptr_null(bundle_read(path, why, sizeof(why)));
}
END_TEST

static const char *const argv[] = { "bailiff-oci-hook", "--require", NULL };

static const struct {
	const char *before;
	const char *after;
} hooks[] = {
	{ "{}", "{\"hooks\":{\"createRuntime\":[HOOK]}}" },
	{ "{\"hooks\":null}", "{\"hooks\":{\"createRuntime\":[HOOK]}}" },
	{ "{\"hooks\":{\"poststop\":[1]}}",
	  "{\"hooks\":{\"poststop\":[1],\"createRuntime\":[HOOK]}}" },
	{ "{\"hooks\":{\"createRuntime\":[{\"path\":\"/x\"}]}}",
	  "{\"hooks\":{\"createRuntime\":[HOOK,{\"path\":\"/x\"}]}}" },
	{ "{\"hooks\":{\"createRuntime\":[{\"path\":\"/x\"},"
	  "{\"path\":\"/hook\",\"args\":[]},{\"path\":\"/hook\"}]}}",
	  "{\"hooks\":{\"createRuntime\":[HOOK,{\"path\":\"/x\"}]}}" },
};

START_TEST(the_hook_is_the_first_and_there_once)
{
	json_t *config = json_loads(hooks[_i].before, 0, NULL), *expected;
	char text[1024];
	const char *at = strstr(hooks[_i].after, "HOOK");

	snprintf(text, sizeof(text), "%.*s%s%s", (int)(at - hooks[_i].after),
		 hooks[_i].after,
		 "{\"path\":\"/hook\",\"args\":[\"bailiff-oci-hook\","
		 "\"--require\"],\"timeout\":8}",
		 at + 4);
	expected = json_loads(text, 0, NULL);
	ck_assert_ptr_nonnull(expected);
	for (int twice = 0; twice < 2; twice++) {
		ck_assert_int_eq(bundle_add_hook(config, "/hook", argv, 8, why,
						 sizeof(why)),
				 0);
		ck_assert(json_equal(config, expected));
	}
	json_decref(config);
	json_decref(expected);
}
END_TEST

static const char *const strange[] = {
	"{\"hooks\":[]}",
	"{\"hooks\":{\"createRuntime\":{}}}",
	"{\"Hooks\":{}}",
	"{\"hooks\":{},\"hook\xc5\xbf\":{}}",
	"{\"hooks\":{\"createRuntime\":[],\"createruntime\":[]}}",
};

START_TEST(what_a_runtime_may_read_otherwise_is_refused)
{
	json_t *config = json_loads(strange[_i], 0, NULL);

	ck_assert_ptr_nonnull(config);
	ck_assert_int_eq(bundle_add_hook(config, "/hook", argv, 8, why,
					 sizeof(why)),
			 -EINVAL);
	json_decref(config);
}
END_TEST

#define ROWS(array) (int)(sizeof(array) / sizeof(array[0]))

int main(void)
{
	Suite *suite = suite_create("bundle");
	TCase *tcase = tcase_create("bundle");

	tcase_add_checked_fixture(tcase, setup, teardown);
	tcase_add_loop_test(tcase, what_is_read_is_written, 0, ROWS(kept));
	tcase_add_test(tcase, owner_and_mode_stay);
	tcase_add_test(tcase, no_setuid_file_is_made);
	tcase_add_test(tcase, a_link_put_there_meanwhile_is_refused);
	tcase_add_test(tcase, a_link_stays_a_link);
	tcase_add_test(tcase, who_has_it_open_keeps_the_old_one);
	tcase_add_test(tcase, what_cannot_be_written_is_said);
	tcase_add_loop_test(tcase, what_is_no_config_is_refused, 0, ROWS(bad));
	tcase_add_test(tcase, a_file_that_is_none_is_refused);
	tcase_add_loop_test(tcase, the_hook_is_the_first_and_there_once, 0,
			    ROWS(hooks));
	tcase_add_loop_test(tcase, what_a_runtime_may_read_otherwise_is_refused,
			    0, ROWS(strange));
	suite_add_tcase(suite, tcase);
	return suite_run(suite);
}
