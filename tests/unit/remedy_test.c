// SPDX-License-Identifier: GPL-2.0-only
/*
 * remedy_test.c - the YAML that is suggested allows what was denied
 *
 * policyc is the judge: it must accept the fragment, and then allow the
 * request that the record was of.
 */
#include <check.h>
#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "daemon/remedy.h"
#include "tests/lib/suite.h"

#define POLICYC "build/bin/policyc"

static struct remedy *remedy;

static void setup(void)
{
	remedy = remedy_create();
}

static void teardown(void)
{
	remedy_free(remedy);
}

static json_t *denial(const char *class, const char *op, const char *object,
		      const char *detail)
{
	return json_pack("{s:i, s:s, s:s, s:s, s:s, s:s, s:s}", "seq", 1,
			 "outcome", "would-deny", "reason", "default", "class",
			 class, "op", op, "object", object, "detail", detail);
}

static void add(const char *class, const char *op, const char *object,
		const char *detail)
{
	json_t *record = denial(class, op, object, detail);

	ck_assert(remedy_add(remedy, record));
	json_decref(record);
}

/* What is printed; to be freed. */
static char *yaml(void)
{
	char *text = NULL;
	size_t len;
	FILE *out = open_memstream(&text, &len);

	remedy_print_yaml(remedy, out);
	fclose(out);
	return text;
}

static int run(const char *command)
{
	int status = system(command);

	return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
}

/* Exit status of policyc about a policy with the suggested rules. */
static int explain(const char *request)
{
	char file[] = "/tmp/remedy-test.XXXXXX", command[1024];
	int fd = mkstemp(file), code;
	FILE *policy = fdopen(fd, "w");

	fputs("bailiff: 1\npolicy: tried\n", policy);
	remedy_print_yaml(remedy, policy);
	fclose(policy);
	snprintf(command, sizeof(command),
		 POLICYC " explain %s %s > /dev/null 2>&1", file, request);
	code = run(command);
	unlink(file);
	return code;
}

static const struct {
	const char *class, *op, *object, *detail, *request;
} cases[] = {
	{ "files", "read", "/etc/x", "", "read /etc/x" },
	{ "files", "list", "/etc", "", "list /etc" },
	{ "files", "append", "/var/log/a b", "", "append '/var/log/a b'" },
	{ "files", "write", "/a*b", "", "write '/a*b'" },
	{ "files", "create", "/a[1]{2}?", "", "create '/a[1]{2}?'" },
	{ "files", "delete", "/a\"b", "", "delete '/a\"b'" },
	{ "files", "mkdir", "/$x/${y}", "", "mkdir '/$x/${y}'" },
	{ "files", "read", "/b\\c", "", "read '/b\\c'" },
	{ "files", "read", "/- : #", "", "read '/- : #'" },
	{ "files", "times", "/var/x", "", "times /var/x" },
	{ "files", "ioctl", "/dev/tty", "TCGETS", "ioctl /dev/tty TCGETS" },
	{ "files", "ioctl", "/dev/zero", "0x5499", "ioctl /dev/zero 0x5499" },
	{ "files", "map-exec", "/lib/x.so", "", "map-exec /lib/x.so" },
	{ "exec", "exec", "/bin/dash", "", "exec /bin/dash" },
	{ "network", "connect", "10.0.0.1:80", "inet/stream/tcp",
	  "connect tcp 10.0.0.1:80" },
	{ "network", "connect", "[fd00::1]:80", "inet6/stream/tcp",
	  "connect tcp '[fd00::1]:80'" },
	{ "network", "bind", "0.0.0.0:8080", "inet/stream/tcp",
	  "bind tcp 0.0.0.0:8080" },
	{ "network", "send", "10.0.0.1:53", "inet/dgram/udp",
	  "send udp 10.0.0.1:53" },
	{ "network", "receive", "10.0.0.1:53",
	  "inet/dgram/udp from 10.0.0.9:4242",
	  "from=10.0.0.9 receive udp 10.0.0.1:53" },
	{ "network", "accept", "[fd00::1]:80",
	  "inet6/stream/tcp from [fd00::9]:4242",
	  "from=fd00::9 accept tcp '[fd00::1]:80'" },
	{ "network", "connect", "/run/a b.sock", "unix/stream/0",
	  "peer=host connect unix stream '/run/a b.sock'" },
	{ "network", "send", "@x*y", "unix/dgram/0",
	  "peer=host send unix dgram '@x*y'" },
	{ "capabilities", "capability", "sys_admin", "",
	  "capability sys_admin" },
	{ "mounts", "umount", "/mnt", "", "umount /mnt" },
	{ "tasks", "signal", "sleep", "term host", "peer=host signal term" },
	{ "tasks", "signal", "sleep", "rtmin+2 /web/base",
	  "peer=web signal rtmin+2" },
	{ "tasks", "ptrace-trace", "sh", "host", "peer=host ptrace-trace" },
	{ "tasks", "rlimit", "", "/db", "peer=db rlimit" },
	{ "namespaces", "userns-create", "", "", "userns-create" },
	{ "ipc", "shm", "", "", "shm" },
	{ "ipc", "mqueue", "name", "", "mqueue" },
	{ "kernel", "module-request", "net-pf-3", "",
	  "module-request net-pf-3" },
	{ "kernel", "keyring", "user", "", "keyring user" },
	{ "kernel", "bpf", "", "", "bpf" },
	{ "kernel", "lockdown", "debugfs access", "",
	  "lockdown 'debugfs access'" },
};

#define NUM_CASES ((int)(sizeof(cases) / sizeof(cases[0])))

START_TEST(what_is_suggested_allows_it)
{
	char *text;

	ck_assert_msg(!access(POLICYC, X_OK), POLICYC " is not built");
	/* without it the same request is denied: the test can fail */
	ck_assert_int_eq(explain(cases[_i].request), 1);
	add(cases[_i].class, cases[_i].op, cases[_i].object, cases[_i].detail);
	text = yaml();
	ck_assert_msg(explain(cases[_i].request) == 0, "%s:\n%s",
		      cases[_i].request, text);
	free(text);
}
END_TEST

START_TEST(all_of_them_make_one_policy)
{
	int i;

	for (i = 0; i < NUM_CASES; i++)
		add(cases[i].class, cases[i].op, cases[i].object,
		    cases[i].detail);
	for (i = 0; i < NUM_CASES; i++)
		ck_assert_msg(explain(cases[i].request) == 0, "%s",
			      cases[i].request);
}
END_TEST

START_TEST(an_ioctl_is_allowed_by_its_command)
{
	char *text;

	add("files", "read", "/dev/tty", "");
	add("files", "ioctl", "/dev/tty", "TCGETS");
	add("files", "ioctl", "/dev/zero", "0x5499");
	add("files", "ioctl", "/dev/tty", "0x5410");
	text = yaml();
	ck_assert_ptr_nonnull(strstr(text, "ioctl: [TCGETS, 0x5410]\n"));
	ck_assert_ptr_nonnull(strstr(text, "ioctl: [0x5499]\n"));
	free(text);
	ck_assert_int_eq(explain("ioctl /dev/tty TIOCSPGRP"), 0);
	ck_assert_int_eq(explain("ioctl /dev/tty TIOCGPGRP"), 1);
	ck_assert_int_eq(explain("ioctl /dev/zero TCGETS"), 1);
	ck_assert_int_eq(explain("read /dev/tty"), 0);
}
END_TEST

START_TEST(a_path_stays_that_path)
{
	add("files", "read", "/srv/a*", "");
	ck_assert_int_eq(explain("read /srv/ab"), 1);
	ck_assert_int_eq(explain("read '/srv/a*'"), 0);
}
END_TEST

START_TEST(a_thread_is_any_thread)
{
	char *text;

	add("files", "write", "/proc/self/task/108/comm", "");
	add("files", "write", "/proc/self/task/109/comm", "");
	ck_assert_uint_eq(remedy_num(remedy), 1);
	text = yaml();
	ck_assert_ptr_nonnull(strstr(text, "\"/proc/self/task/*/comm\""));
	free(text);
	ck_assert_int_eq(explain("write /proc/self/task/7/comm"), 0);
	ck_assert_int_eq(explain("write /proc/self/task/7/mem"), 1);
}
END_TEST

START_TEST(descriptors_are_allowed_by_their_kind)
{
	char *text;

	add("files", "inherit", "pipe", "");
	add("files", "inherit", "null", "");
	text = yaml();
	ck_assert_ptr_nonnull(strstr(text, "type: [\"pipe\", \"null\"]"));
	ck_assert_int_eq(explain("read /etc/x"), 1); /* accepted, says no */
	free(text);
}
END_TEST

START_TEST(alike_denials_are_counted)
{
	char *text = NULL;
	size_t len;
	FILE *out;

	add("files", "read", "/b", "");
	add("files", "read", "/a", "");
	add("files", "read", "/a", "");
	ck_assert_uint_eq(remedy_num(remedy), 2);
	out = open_memstream(&text, &len);
	remedy_print_counts(remedy, out);
	fclose(out);
	ck_assert_ptr_eq(strstr(text, "     2 x  read /a"), text);
	free(text);
}
END_TEST

START_TEST(paths_with_equal_needs_share_a_rule)
{
	char *text;

	add("files", "create", "/a", "");
	add("files", "create", "/b", "");
	add("files", "delete", "/a", "");
	add("files", "delete", "/b", "");
	text = yaml();
	ck_assert_str_eq(text, "files:\n  - allow: [create, delete]\n"
			       "    paths:\n      - \"/a\"\n      - \"/b\"\n");
	free(text);
}
END_TEST

START_TEST(a_rule_that_others_imply_is_left_out)
{
	char *text;

	add("network", "create", "", "inet/stream/tcp");
	add("network", "bind", "0.0.0.0:80", "inet/stream/tcp");
	add("network", "listen", "0.0.0.0:80", "inet/stream/tcp");
	text = yaml();
	ck_assert_str_eq(text, "network:\n  - allow: listen\n"
			       "    family: inet\n    type: stream\n"
			       "    protocol: tcp\n    ports: 80\n");
	free(text);
}
END_TEST

START_TEST(what_a_deny_rule_refused_is_only_a_comment)
{
	json_t *record = denial("files", "read", "/etc/shadow", "");
	char *text;

	json_object_set_new(record, "reason", json_string("rule"));
	json_object_set_new(record, "rule", json_integer(3));
	json_object_set_new(record, "file", json_string("a.yaml"));
	json_object_set_new(record, "line", json_integer(12));
	ck_assert(remedy_add(remedy, record));
	json_decref(record);
	text = yaml();
	ck_assert_int_eq(text[0], '#');
	ck_assert_ptr_nonnull(strstr(text, "a.yaml:12"));
	ck_assert_ptr_eq(strchr(text, '\n'), text + strlen(text) - 1);
	free(text);
}
END_TEST

START_TEST(names_cannot_control_the_terminal)
{
	char *text = NULL;
	size_t len;
	FILE *out;

	add("files", "read", "/a\033\xc2\x9b\xe2\x82\xac", "");
	out = open_memstream(&text, &len);
	remedy_print_counts(remedy, out);
	fclose(out);
	ck_assert_ptr_nonnull(
		strstr(text, "read /a\\x1b\\xc2\\x9b\xe2\x82\xac"));
	free(text);
	text = yaml();
	/* in YAML, U+009B by its number; the rule is for that name */
	ck_assert_ptr_nonnull(strstr(text, "\"/a\\x1b\\x9b\xe2\x82\xac\""));
	free(text);
}
END_TEST

START_TEST(other_records_are_no_denials)
{
	static const char *const outcomes[] = { "audited", "lifecycle",
						"daemon" };
	json_t *record = denial("files", "read", "/a", "");

	json_object_set_new(record, "outcome", json_string(outcomes[_i]));
	ck_assert(!remedy_add(remedy, record));
	ck_assert_uint_eq(remedy_num(remedy), 0);
	json_decref(record);
}
END_TEST

int main(void)
{
	Suite *suite = suite_create("remedy");
	TCase *tcase = tcase_create("remedy");

	tcase_add_checked_fixture(tcase, setup, teardown);
	tcase_set_timeout(tcase, 60);
	tcase_add_loop_test(tcase, what_is_suggested_allows_it, 0, NUM_CASES);
	tcase_add_test(tcase, all_of_them_make_one_policy);
	tcase_add_test(tcase, an_ioctl_is_allowed_by_its_command);
	tcase_add_test(tcase, a_path_stays_that_path);
	tcase_add_test(tcase, a_thread_is_any_thread);
	tcase_add_test(tcase, descriptors_are_allowed_by_their_kind);
	tcase_add_test(tcase, alike_denials_are_counted);
	tcase_add_test(tcase, paths_with_equal_needs_share_a_rule);
	tcase_add_test(tcase, a_rule_that_others_imply_is_left_out);
	tcase_add_test(tcase, what_a_deny_rule_refused_is_only_a_comment);
	tcase_add_test(tcase, names_cannot_control_the_terminal);
	tcase_add_loop_test(tcase, other_records_are_no_denials, 0, 3);
	suite_add_tcase(suite, tcase);
	return suite_run(suite);
}
