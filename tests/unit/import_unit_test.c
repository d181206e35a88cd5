// SPDX-License-Identifier: GPL-2.0-only
/* import_unit_test.c - options of systemd units as policies */
#include <check.h>
#include <errno.h>
#include <stdlib.h>

#include "policyc/import_unit.h"
#include "policyc/section_syscalls.h"
#include "policyc/sysnames.h"
#include "tests/lib/importing.h"
#include "tests/lib/policyc_fixture.h"
#include "tests/lib/suite.h"

static const struct {
	const char *options; /* of a service */
	const char *request;
	bool allow;
} cases[] = {
	/* a unit allows what no option forbids */
	{ "", "type=regular write /etc/x", true },
	{ "", "capability sys_admin", true },
	{ "", "create packet raw", true },
	{ "", "mount tmpfs /t", true },
	/* paths */
	{ "ReadOnlyPaths=/a", "type=regular write /a/b", false },
	{ "ReadOnlyPaths=/a", "type=regular read /a/b", true },
	{ "ReadOnlyPaths=/a", "type=dir rmdir /a", false },
	{ "ReadOnlyPaths=/a", "type=regular write /ab", true },
	{ "ReadOnlyPaths=/a/", "type=regular write /a/b", false },
	{ "ReadOnlyDirectories=/a", "type=regular write /a/b", false },
	{ "ReadOnlyPaths=/a\nReadOnlyPaths=", "type=regular write /a/b", true },
	{ "ReadOnlyPaths=/a\nReadWritePaths=/a/b", "type=regular write /a/b/c",
	  true },
	{ "ReadOnlyPaths=/a\nReadWritePaths=/a/b", "type=regular write /a/c",
	  false },
	{ "ReadOnlyPaths=/a\nReadWritePaths=/a", "type=regular write /a/c",
	  false },
	{ "InaccessiblePaths=-/a", "type=regular read /a", false },
	{ "InaccessiblePaths=+/a", "exec /a/b", false },
	{ "InaccessiblePaths=/a*b", "exec /axb", true },
	{ "InaccessiblePaths=/a*b", "exec /a*b", false },
	{ "InaccessiblePaths=/a", "mount tmpfs /t", false },
	{ "NoExecPaths=/\nExecPaths=/usr/bin", "exec /usr/bin/a", true },
	{ "NoExecPaths=/\nExecPaths=/usr/bin", "exec /usr/sbin/a", false },
	{ "NoExecPaths=/\nExecPaths=/usr/bin",
	  "type=regular map-exec /usr/lib/a", false },
	/* links that systemd follows */
	{ "InaccessiblePaths=/bin/sh", "exec /usr/bin/sh", false },
	{ "InaccessiblePaths=/var/run/x", "type=regular read /run/x", false },
	{ "InaccessiblePaths=/etc/mtab", "type=regular read /proc/self/mounts",
	  false },
	{ "NoExecPaths=/\nExecPaths=/bin", "exec /usr/bin/a", true },
	/* the system, homes */
	{ "ProtectSystem=yes", "type=regular write /usr/x", false },
	{ "ProtectSystem=yes", "type=regular write /etc/x", true },
	{ "ProtectSystem=full", "type=regular write /etc/x", false },
	{ "ProtectSystem=full", "type=regular write /var/x", true },
	{ "ProtectSystem=strict", "type=regular write /var/x", false },
	{ "ProtectSystem=strict", "type=regular write /dev/x", true },
	{ "ProtectSystem=strict", "type=regular write /home/u/x", true },
	{ "ProtectSystem=strict", "type=regular write /root/x", true },
	{ "ProtectSystem=strict", "type=regular write /run/user/1/x", true },
	{ "ProtectSystem=strict", "type=regular write /run/x", false },
	{ "ProtectSystem=strict\nProtectHome=read-only",
	  "type=regular write /home/u/x", false },
	{ "ProtectSystem=strict\nReadOnlyPaths=/home/u",
	  "type=regular write /home/u/x", false },
	{ "ProtectSystem=no", "type=regular write /usr/x", true },
	/* what systemd makes for the unit; the last line counts */
	{ "ProtectSystem=strict\nStateDirectory=a b/c",
	  "type=regular write /var/lib/a/x", true },
	{ "ProtectSystem=strict\nStateDirectory=a b/c",
	  "type=regular write /var/lib/b/c/x", true },
	{ "ProtectSystem=strict\nStateDirectory=a",
	  "type=regular write /var/lib/b", false },
	{ "ProtectSystem=strict\nStateDirectory=a\nStateDirectory=b",
	  "type=regular write /var/lib/a/x", true },
	{ "ProtectSystem=strict\nStateDirectory=a\nStateDirectory=",
	  "type=regular write /var/lib/a/x", false },
	{ "RuntimeDirectory=a\nProtectSystem=strict",
	  "type=regular write /run/a/x", true },
	{ "CacheDirectory=a:b\nProtectSystem=strict",
	  "type=regular write /var/cache/a/x", true },
	{ "LogsDirectory=a\nProtectSystem=strict",
	  "type=regular write /var/log/a/x", true },
	{ "LogsDirectory=a\nProtectSystem=strict",
	  "type=regular write /var/log/private/a/x", false },
	{ "LogsDirectory=a\nProtectSystem=strict\nDynamicUser=yes",
	  "type=regular write /var/log/private/a/x", true },
	{ "ConfigurationDirectory=a\nProtectSystem=strict",
	  "type=regular write /etc/a/x", false },
	{ "ProtectSystem=strict\nProtectSystem=no", "type=regular write /usr/x",
	  true },
	{ "ProtectSystem=strict\nProtectSystem=full",
	  "type=regular write /var/x", true },
	{ "ProtectSystem=full\nProtectSystem=", "type=regular write /etc/x",
	  false },
	{ "ProtectHome=yes\nProtectHome=Off", "type=regular read /home/x",
	  true },
	{ "ProtectHome=yes", "type=regular read /home/x", false },
	{ "ProtectHome=read-only", "type=regular read /home/x", true },
	{ "ProtectHome=read-only", "type=regular write /home/x", false },
	{ "ProtectHome=tmpfs", "type=regular read /root/x", false },
	/* capabilities: each assignment adds, an empty one leaves none */
	{ "CapabilityBoundingSet=CAP_KILL", "capability kill", true },
	{ "CapabilityBoundingSet=CAP_KILL", "capability chown", false },
	{ "CapabilityBoundingSet=CAP_KILL\nCapabilityBoundingSet=CAP_CHOWN",
	  "capability kill", true },
	{ "CapabilityBoundingSet=CAP_KILL\nCapabilityBoundingSet=",
	  "capability kill", false },
	{ "CapabilityBoundingSet=~CAP_KILL", "capability kill", false },
	{ "CapabilityBoundingSet=~CAP_KILL", "capability chown", true },
	{ "CapabilityBoundingSet=~CAP_KILL\nCapabilityBoundingSet=CAP_KILL",
	  "capability kill", true },
	{ "CapabilityBoundingSet=~CAP_KILL\nCapabilityBoundingSet=CAP_KILL",
	  "capability chown", true },
	{ "CapabilityBoundingSet=~CAP_KILL CAP_CHOWN\n"
	  "CapabilityBoundingSet=CAP_KILL",
	  "capability chown", false },
	{ "CapabilityBoundingSet=CAP_KILL CAP_CHOWN\n"
	  "CapabilityBoundingSet=~CAP_KILL",
	  "capability kill", false },
	{ "CapabilityBoundingSet=CAP_KILL CAP_CHOWN\n"
	  "CapabilityBoundingSet=~CAP_KILL",
	  "capability chown", true },
	{ "CapabilityBoundingSet=\nCapabilityBoundingSet=~CAP_KILL",
	  "capability chown", false },
	{ "CapabilityBoundingSet=CAP_KILL\nCapabilityBoundingSet=~",
	  "capability chown", true },
	/* families */
	{ "RestrictAddressFamilies=AF_UNIX\nRestrictAddressFamilies=~AF_UNIX",
	  "create unix stream", false },
	{ "RestrictAddressFamilies=~AF_UNIX\nRestrictAddressFamilies=AF_UNIX",
	  "create inet stream", true },
	{ "RestrictAddressFamilies=AF_UNIX\nRestrictAddressFamilies=none",
	  "create unix stream", false },
	{ "RestrictAddressFamilies=AF_INET", "create inet stream", true },
	{ "RestrictAddressFamilies=AF_INET", "create unix stream", false },
	{ "RestrictAddressFamilies=~AF_INET", "create inet stream", false },
	{ "RestrictAddressFamilies=~AF_INET", "create unix stream", true },
	{ "RestrictAddressFamilies=none", "create inet stream", false },
	{ "RestrictAddressFamilies=AF_INET\nRestrictAddressFamilies=",
	  "create unix stream", true },
};

START_TEST(options_allow_what_they_did)
{
	struct bvm_image img;

	importing_build(import_unit_read,
			arena_printf(arena, "[Service]\n%s\n",
				     cases[_i].options),
			&img);
	ck_assert_int_eq(importing_allows(&img, cases[_i].request),
			 cases[_i].allow);
}
END_TEST

/* ---- system calls ---- */

static const struct {
	const char *options; /* of a service; '|' ends a line */
	const char *call;
	bool allow;
} calls[] = {
	{ "SystemCallFilter=@system-service", "read", true },
	{ "SystemCallFilter=@system-service", "mount", false },
	{ "SystemCallFilter=@system-service", "splice", true },
	/* of a list of what may be, @default always is */
	{ "SystemCallFilter=write", "execve", true },
	{ "SystemCallFilter=write", "exit_group", true },
	{ "SystemCallFilter=write", "read", false },
	{ "SystemCallFilter=write|SystemCallFilter=read", "read", true },
	{ "SystemCallFilter=write|SystemCallFilter=~nanosleep", "nanosleep",
	  false },
	{ "SystemCallFilter=@basic-io|SystemCallFilter=~read|"
	  "SystemCallFilter=read",
	  "read", true },
	{ "SystemCallFilter=@basic-io|SystemCallFilter=~read", "pread64",
	  true },
	{ "SystemCallFilter=@basic-io read:EPERM", "read", false },
	/* the first one says what becomes of all others */
	{ "SystemCallFilter=~@mount", "mount", false },
	{ "SystemCallFilter=~@mount", "ptrace", true },
	{ "SystemCallFilter=~@mount|SystemCallFilter=chroot", "chroot", true },
	{ "SystemCallFilter=~@mount|SystemCallFilter=chroot", "mount", false },
	{ "SystemCallFilter=~@mount|SystemCallFilter=~ptrace", "ptrace",
	  false },
	{ "SystemCallFilter=~@clock:EPERM", "adjtimex", false },
	{ "SystemCallFilter=write|SystemCallFilter=|SystemCallFilter=~mount",
	  "read", true },
	{ "SystemCallFilter=~mount|SystemCallFilter=|SystemCallFilter=~ptrace",
	  "mount", true },
	{ "SystemCallFilter=@known|SystemCallFilter=~ptrace", "mount", true },
	{ "SystemCallFilter=@known|SystemCallFilter=~ptrace", "ptrace", false },
	/* names that this machine has not */
	{ "SystemCallFilter=write mmap2 nosuchcall", "read", false },
	{ "SystemCallArchitectures=native", "read", true },
};

static const char *lines(const char *options)
{
	char *text = arena_printf(arena, "[Service]\n%s\n", options);

	for (char *c = text; *c; c++)
		if (*c == '|')
			*c = '\n';
	return text;
}

START_TEST(a_filter_allows_what_it_did)
{
	const struct ast_policy *ast =
		importing_ast(import_unit_read, lines(calls[_i].options));
	const int number = sysnames_find(calls[_i].call);

	ck_assert_int_ge(number, 0);
	ck_assert_ptr_nonnull(ast->syscalls.of);
	ck_assert_int_eq(syscalls_allow(&ast->syscalls, (u32)number),
			 calls[_i].allow);
}
END_TEST

static const struct {
	const char *options;
	bool kill;
	u32 err;
} answers[] = {
	/* what is merely not allowed answers ENOSYS, whatever it did */
	{ "SystemCallFilter=write", false, ENOSYS },
	{ "SystemCallFilter=write|SystemCallErrorNumber=EPERM", false, ENOSYS },
	/* what is said to be denied answers as it did */
	{ "SystemCallFilter=~mount", true, ENOSYS },
	{ "SystemCallFilter=~mount|SystemCallErrorNumber=kill", true, ENOSYS },
	{ "SystemCallFilter=~mount|SystemCallErrorNumber=EPERM", false, EPERM },
	{ "SystemCallErrorNumber=13|SystemCallFilter=~mount", false, EACCES },
	{ "SystemCallErrorNumber=13|SystemCallErrorNumber=|"
	  "SystemCallFilter=~mount",
	  true, ENOSYS },
	{ "SystemCallFilter=@mount write|SystemCallFilter=~mount", true,
	  ENOSYS },
	{ "SystemCallFilter=@mount write|SystemCallFilter=~mount|"
	  "SystemCallErrorNumber=EPERM",
	  false, EPERM },
	{ "SystemCallFilter=~mount:EPERM", false, EPERM },
	{ "SystemCallFilter=~mount:EPERM chroot", true, ENOSYS },
	{ "SystemCallFilter=write mount:EPERM", false, EPERM },
	{ "SystemCallFilter=write mount:ENOSYS", false, ENOSYS },
	/* no word of `errno` */
	{ "SystemCallFilter=~mount|SystemCallErrorNumber=ELOOP", false,
	  ENOSYS },
	{ "SystemCallFilter=~mount|SystemCallErrorNumber=40000", false,
	  ENOSYS },
	{ "SystemCallArchitectures=native", false, ENOSYS },
};

START_TEST(what_a_filter_denies_has_the_same_answer)
{
	const struct ast_policy *ast =
		importing_ast(import_unit_read, lines(answers[_i].options));

	ck_assert_int_eq(ast->syscalls.kill, answers[_i].kill);
	ck_assert_uint_eq(ast->syscalls.err, answers[_i].err);
}
END_TEST

static const char *const unfiltered[] = {
	"",
	"SystemCallFilter=",
	"SystemCallErrorNumber=EPERM",
	"SystemCallFilter=write|SystemCallFilter=",
	"SystemCallArchitectures=",
};

START_TEST(without_a_filter_there_are_no_syscalls)
{
	const char *policy =
		importing_policy(import_unit_read, lines(unfiltered[_i]));

	ck_assert_ptr_nonnull(policy);
	ck_assert_ptr_null(strstr(policy, "syscalls:"));
}
END_TEST

/* A group that lost a call is written as what is left of it. */
START_TEST(groups_are_written_as_groups)
{
	const char *policy = importing_policy(
		import_unit_read, lines("SystemCallFilter=@system-service|"
					"SystemCallFilter=~@chown setpriority|"
					"SystemCallErrorNumber=ENOSYS"));

	ck_assert_ptr_null(strstr(policy, "- \"@system-service\"\n"));
	ck_assert_ptr_null(strstr(policy, "- \"@chown\"\n"));
	ck_assert_ptr_null(strstr(policy, "- \"@resources\"\n"));
	ck_assert_ptr_nonnull(strstr(policy, "- \"@network-io\"\n"));
	ck_assert_ptr_nonnull(strstr(policy, "- setrlimit\n"));
	ck_assert_ptr_null(strstr(policy, "deny:\n"));
	policy = importing_policy(import_unit_read,
				  lines("SystemCallFilter=@system-service|"
					"SystemCallFilter=~@chown|"
					"SystemCallErrorNumber=EPERM"));
	ck_assert_ptr_nonnull(strstr(policy, "  errno: EPERM\n  deny:\n"));
	ck_assert_ptr_nonnull(strstr(policy, "- \"@chown\"\n"));
}
END_TEST

/* ---- what is left out ---- */

/* What is not allowed is not known, as it is here. */
#define UNKNOWN "SystemCallErrorNumber=ENOSYS"

static const struct {
	const char *option;
	const char *why; /* a part of what is left out; "": nothing is */
} left[] = {
	{ "ExecStart=/usr/bin/x", "" },
	{ "PrivateTmp=no", "" },
	{ "PrivateTmp=", "" },
	{ "NoNewPrivileges=yes", "NoNewPrivileges has no equal" },
	{ "ReadOnlyPaths=a", "no plain absolute path" },
	{ "ReadOnlyPaths=/a/../b", "no plain absolute path" },
	{ "ReadOnlyPaths=/%i", "no plain absolute path" },
	{ "ReadOnlyPaths=/caf\xe9", "no plain absolute path" },
	{ "ProtectHome=tmpfs", "an empty file system" },
	{ "CapabilityBoundingSet=CAP_FLY", "'CAP_FLY' has no name here" },
	{ "SystemCallFilter=@system-service mmap2\n" UNKNOWN, "" },
	{ "SystemCallFilter=@basic-io frob\n" UNKNOWN,
	  "'frob' here; what nothing names is denied" },
	{ "SystemCallFilter=@basic-io read:ENOSYS\n" UNKNOWN, "" },
	{ "SystemCallFilter=@basic-io", "do not end the process" },
	{ "SystemCallErrorNumber=1\nSystemCallFilter=@basic-io",
	  "answer ENOSYS here, not EPERM" },
	{ "SystemCallFilter=~@frob", "'@frob' here; what nothing names is "
				     "allowed" },
	{ "SystemCallFilter=~mount:kill", "" },
	{ "SystemCallFilter=~mount:EPERM", "" },
	{ "SystemCallFilter=~mount:EPERM chroot", "':EPERM' of 'mount'" },
	{ "SystemCallFilter=~chroot ptrace:EACCES\nSystemCallErrorNumber=13",
	  "" },
	{ "SystemCallFilter=~chroot ptrace:EPERM\nSystemCallErrorNumber=13",
	  "':EPERM' of 'ptrace'" },
	{ "SystemCallArchitectures=native x86", "x86: calls of x86_64 alone" },
	{ "SystemCallLog=read", "SystemCallLog has no equal" },
	{ "RestrictAddressFamilies=AF_X25", "'AF_X25' has no name here" },
};

START_TEST(what_has_no_equal_is_listed)
{
	(void)importing_ast(import_unit_read,
			    arena_printf(arena, "[Service]\n\n%s\n",
					 left[_i].option));
	ck_assert_uint_eq(importing.num_left, *left[_i].why ? 1 : 0);
	ck_assert(!*left[_i].why || importing_left(3, left[_i].why));
}
END_TEST

static const char *const bad[] = {
	"",
	"[Unit]\nDescription=x\n",
	"[Service]\nhello\n",
	"hello",
	/* no program could be started */
	"[Service]\nSystemCallFilter=@default\n",
	"[Service]\nSystemCallFilter=~@basic-io\n",
	"[Service]\nSystemCallFilter=~execve\n",
};

START_TEST(what_is_no_unit_is_refused)
{
	ck_assert_ptr_null(importing_policy(import_unit_read, bad[_i]));
}
END_TEST

START_TEST(other_sections_and_comments_say_nothing)
{
	(void)importing_ast(import_unit_read,
			    "[Unit]\nReadOnlyPaths=/a\n[Service]\n"
			    "#ReadOnlyPaths=/b\n;ReadOnlyPaths=/c\n"
			    "[Install]\nPrivateTmp=yes\n");
	ck_assert_uint_eq(importing.num_left, 0);
	ck_assert_uint_eq(importing.num_rules, 0);
}
END_TEST

START_TEST(a_line_may_go_on_in_the_next)
{
	struct bvm_image img;

	importing_build(import_unit_read,
			"[Service]\nReadOnlyPaths=/a \\\n  /b\n", &img);
	ck_assert(!importing_allows(&img, "type=regular write /b/c"));
	/* a comment is no line, and goes on nowhere */
	importing_build(import_unit_read,
			"[Service]\n# no \\\nReadOnlyPaths=/a \\\n"
			" ; why \\\n# how\n  /b\n",
			&img);
	ck_assert(!importing_allows(&img, "type=regular write /a/c"));
	ck_assert(!importing_allows(&img, "type=regular write /b/c"));
	importing_build(import_unit_read,
			"[Service]\nReadOnlyPaths=/a \\\n# end\n", &img);
	ck_assert(!importing_allows(&img, "type=regular write /a/c"));
}
END_TEST

/* Each path may be an exception to each other: their number is bounded. */
START_TEST(paths_of_a_kind_are_limited)
{
	for (u32 num = 1000; num <= 1001; num++) {
		struct buf text = BUF_INIT(arena);

		buf_printf(&text, "[Service]\nReadOnlyPaths=");
		for (u32 i = 0; i < num; i++)
			buf_printf(&text, " /%u", i);
		ck_assert_int_eq(importing_policy(import_unit_read,
						  buf_text(&text)) != NULL,
				 num <= 1000);
	}
}
END_TEST

int main(void)
{
	Suite *suite = suite_create("import_unit");
	TCase *tcase = tcase_create("core");

	tcase_add_checked_fixture(tcase, policyc_setup, policyc_teardown);
	tcase_set_timeout(tcase, 120);
	tcase_add_loop_test(tcase, options_allow_what_they_did, 0,
			    ARRAY_SIZE(cases));
	tcase_add_loop_test(tcase, a_filter_allows_what_it_did, 0,
			    ARRAY_SIZE(calls));
	tcase_add_loop_test(tcase, what_a_filter_denies_has_the_same_answer, 0,
			    ARRAY_SIZE(answers));
	tcase_add_loop_test(tcase, without_a_filter_there_are_no_syscalls, 0,
			    ARRAY_SIZE(unfiltered));
	tcase_add_test(tcase, groups_are_written_as_groups);
	tcase_add_loop_test(tcase, what_has_no_equal_is_listed, 0,
			    ARRAY_SIZE(left));
	tcase_add_loop_test(tcase, what_is_no_unit_is_refused, 0,
			    ARRAY_SIZE(bad));
	tcase_add_test(tcase, other_sections_and_comments_say_nothing);
	tcase_add_test(tcase, a_line_may_go_on_in_the_next);
	tcase_add_test(tcase, paths_of_a_kind_are_limited);
	suite_add_tcase(suite, tcase);
	return suite_run(suite);
}
