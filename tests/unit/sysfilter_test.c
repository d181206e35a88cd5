// SPDX-License-Identifier: GPL-2.0-only
#include <check.h>
#include <errno.h>
#include <fcntl.h>
#include <seccomp.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "policyc/parse.h"
#include "policyc/source.h"
#include "policyc/sysfilter.h"
#include "policyc/sysnames.h"
#include "tests/lib/policyc_fixture.h"
#include "tests/lib/suite.h"

#define HEAD "bailiff: 1\npolicy: x\nsyscalls:\n"
/* What a test program does itself. */
#define OWN "  allow: [execve, write, exit_group, rt_sigreturn]\n"

static struct buf filter;

static const struct bvm_filter_insn *insns(void)
{
	return (const void *)filter.data;
}

static u32 num_insns(void)
{
	return filter.len / sizeof(struct bvm_filter_insn);
}

static void compile(const char *text)
{
	static const struct parse_options options = { .no_includes = true };
	const struct source *source =
		source_create(arena, "main.yaml", text, strlen(text));
	struct ast_policy *policy = parse_text(arena, diag, &options, source);

	if (!policy)
		diag_print(diag, stderr);
	ck_assert_ptr_nonnull(policy);
	ck_assert_ptr_nonnull(policy->syscalls.of);
	filter = (struct buf)BUF_INIT(arena);
	ck_assert_int_eq(sysfilter_put_bpf(diag, policy, &filter), 0);
}

static u32 asked(u32 arch, u32 number)
{
	return sysfilter_run(insns(), num_insns(), arch, number);
}

/* ---- real processes ---- */

/* Which call a child makes under the filter. */
enum attempt { GETPPID, GETCWD, PTRACE, UNUSED_NUMBER, I386_GETPID, X32_READ };

/* No library: what the sanitizers do would be filtered as well. */
static long call(enum attempt attempt)
{
	static char path[4096];
	long result;

	switch (attempt) {
	case GETPPID:
		return syscall(SYS_getppid) > 0 ? 0 : -errno;
	case GETCWD:
		return syscall(SYS_getcwd, path, sizeof(path)) > 0 ? 0 : -errno;
	case PTRACE:
		return syscall(SYS_ptrace, -1, 0, 0, 0) < 0 ? -errno : 0;
	case UNUSED_NUMBER:
		return syscall(SYSNAMES_MAX - 1) < 0 ? -errno : 0;
	case X32_READ:
		return syscall(SYSFILTER_X32_BIT | SYS_read, -1, path, 1) < 0 ?
			       -errno :
			       0;
	case I386_GETPID:
		__asm__ volatile("int $0x80"
				 : "=a"(result)
				 : "a"(20L)
				 : "memory", "r8", "r9", "r10", "r11");
		return result > 0 ? 0 : result;
	}
	return -1;
}

/* Of a process of its own: 0, the errno it saw, or 256 + the signal's number. */
static int try_call(enum attempt attempt, bool filtered)
{
	struct {
		unsigned short len;
		const void *filter;
	} program = { (unsigned short)num_insns(), filter.data };
	int status;
	pid_t pid = fork();

	ck_assert_int_ge(pid, 0);
	if (!pid) {
		/* what becomes of it is ours to see, not the sanitizer's */
		(void)signal(SIGSEGV, SIG_DFL);
		if (filtered && (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) ||
				 syscall(SYS_seccomp, 1 /* SET_MODE_FILTER */,
					 0, &program)))
			syscall(SYS_exit_group, 255);
		syscall(SYS_exit_group, -call(attempt));
	}
	ck_assert_int_eq(waitpid(pid, &status, 0), pid);
	if (WIFSIGNALED(status))
		return 256 + WTERMSIG(status);
	return WEXITSTATUS(status);
}

START_TEST(what_is_allowed_works_and_the_rest_is_not_there)
{
	compile(HEAD "  allow: [execve, write, exit_group, getppid]\n");
	ck_assert_int_eq(try_call(GETPPID, true), 0);
	ck_assert_int_eq(try_call(GETCWD, false), 0);
	ck_assert_int_eq(try_call(GETCWD, true), ENOSYS);
	ck_assert_int_eq(try_call(UNUSED_NUMBER, true), ENOSYS);
}
END_TEST

START_TEST(a_deny_wins_over_an_allow)
{
	compile(HEAD "  allow: [\"@system-service\", ptrace]\n"
		     "  deny: [\"@debug\", getcwd]\n"
		     "  errno: EPERM\n");
	ck_assert_int_eq(try_call(GETPPID, true), 0);
	ck_assert_int_eq(try_call(GETCWD, true), EPERM);
	ck_assert_int_eq(try_call(PTRACE, true), EPERM);
	ck_assert_int_eq(try_call(UNUSED_NUMBER, true), ENOSYS);
	/* whichever was written first */
	compile(HEAD "  errno: EPERM\n"
		     "  deny: [\"@debug\", getcwd]\n"
		     "  allow: [\"@system-service\", ptrace]\n");
	ck_assert_int_eq(try_call(GETCWD, true), EPERM);
	ck_assert_int_eq(try_call(PTRACE, true), EPERM);
}
END_TEST

START_TEST(a_denied_call_is_not_there_unless_errno_says_otherwise)
{
	compile(HEAD "  default: allow\n  deny: getcwd\n");
	ck_assert_int_eq(try_call(GETPPID, true), 0);
	ck_assert_int_eq(try_call(GETCWD, true), ENOSYS);
	/* and no filter changes what the kernel itself says */
	ck_assert_int_eq(try_call(UNUSED_NUMBER, true), ENOSYS);
}
END_TEST

START_TEST(kill_ends_the_process)
{
	compile(HEAD OWN "  deny: getcwd\n  kill: true\n");
	ck_assert_int_eq(try_call(GETCWD, true), 256 + SIGSYS);
	/* only what the policy names: a library may try newer calls */
	ck_assert_int_eq(try_call(GETPPID, true), ENOSYS);
}
END_TEST

START_TEST(audit_mode_denies_nothing)
{
	compile(HEAD OWN "  deny: getcwd\n  kill: true\n  mode: audit\n");
	ck_assert_int_eq(try_call(GETCWD, true), 0);
	ck_assert_int_eq(try_call(GETPPID, true), 0);
	ck_assert_uint_eq(asked(SYSFILTER_X86_64, SYS_getcwd), SYSFILTER_LOG);
	ck_assert_uint_eq(asked(SYSFILTER_I386, 20), SYSFILTER_LOG);
	compile("mode: audit\n" HEAD OWN);
	ck_assert_uint_eq(asked(SYSFILTER_X86_64, SYS_getcwd), SYSFILTER_LOG);
	compile("mode: audit\n" HEAD OWN "  mode: enforce\n");
	ck_assert_uint_eq(asked(SYSFILTER_X86_64, SYS_getcwd),
			  SYSFILTER_ERRNO | ENOSYS);
	/* of one class it says nothing of system calls */
	compile("mode: {files: audit}\n" HEAD OWN);
	ck_assert_uint_eq(asked(SYSFILTER_X86_64, SYS_getcwd),
			  SYSFILTER_ERRNO | ENOSYS);
}
END_TEST

START_TEST(the_other_abis_of_the_machine_are_refused)
{
	static const char *const policies[] = {
		HEAD "  default: allow\n  deny: ptrace\n",
		HEAD "  allow: [\"@system-service\"]\n",
	};
	/* of a kernel without IA32_EMULATION: then it is no system call at all */
	const bool no_i386 = try_call(I386_GETPID, false) == 256 + SIGSEGV;

	for (u32 i = 0; i < ARRAY_SIZE(policies); i++) {
		compile(policies[i]);
		/* getpid of i386 is writev of x86_64, which is allowed */
		ck_assert_uint_eq(asked(SYSFILTER_X86_64, 20), SYSFILTER_ALLOW);
		ck_assert_uint_eq(asked(SYSFILTER_I386, 20),
				  SYSFILTER_ERRNO | ENOSYS);
		ck_assert_uint_eq(asked(0xc00000b7 /* aarch64 */, 20),
				  SYSFILTER_ERRNO | ENOSYS);
		for (u32 nr = 0; nr < SYSNAMES_MAX; nr++)
			ck_assert_uint_eq(asked(SYSFILTER_X86_64,
						SYSFILTER_X32_BIT | nr),
					  SYSFILTER_ERRNO | ENOSYS);
		ck_assert_int_eq(try_call(I386_GETPID, true),
				 no_i386 ? 256 + SIGSEGV : ENOSYS);
		ck_assert_int_eq(try_call(X32_READ, true), ENOSYS);
	}
}
END_TEST

/* ---- all numbers ---- */

/* libseccomp's own search tree, and ours in the AST: the same, number by number. */
START_TEST(each_number_is_answered_as_the_policy_says)
{
	static const struct {
		const char *text;
		u32 allowed, denied, rest;
	} cases[] = {
		{ HEAD "  allow: [\"@default\", write]\n  deny: \"@swap\"\n"
		       "  errno: EACCES\n",
		  SYSFILTER_ALLOW, SYSFILTER_ERRNO | EACCES,
		  SYSFILTER_ERRNO | ENOSYS },
		{ HEAD "  default: allow\n  allow: [\"@default\", write]\n"
		       "  deny: \"@swap\"\n",
		  SYSFILTER_ALLOW, SYSFILTER_ERRNO | ENOSYS, SYSFILTER_ALLOW },
		{ HEAD "  allow: [\"@default\", write]\n  deny: \"@swap\"\n"
		       "  kill: true\n",
		  SYSFILTER_ALLOW, SYSFILTER_KILL, SYSFILTER_ERRNO | ENOSYS },
	};

	for (u32 i = 0; i < ARRAY_SIZE(cases); i++) {
		u32 num_allowed = 0;

		compile(cases[i].text);
		for (u32 nr = 0; nr < SYSNAMES_MAX; nr++) {
			char *name = sysnames_name(nr);
			char all[4096];
			u32 want = cases[i].rest;

			snprintf(all, sizeof(all), " %s write ",
				 sysnames_group("@default")->members);
			if (name &&
			    strstr(all, arena_printf(arena, " %s ", name))) {
				want = cases[i].allowed;
				num_allowed++;
			}
			if (name && (!strcmp(name, "swapon") ||
				     !strcmp(name, "swapoff")))
				want = cases[i].denied;
			ck_assert_msg(asked(SYSFILTER_X86_64, nr) == want,
				      "%u (%s): %#x, expected %#x", nr,
				      name ? name : "none",
				      asked(SYSFILTER_X86_64, nr), want);
			free(name);
		}
		ck_assert_uint_gt(num_allowed, 40);
	}
}
END_TEST

/* ---- names and groups ---- */

static void count(void *arg, u32 number)
{
	(void)number;
	++*(u32 *)arg;
}

/* libseccomp of Debian 12 must know them all, or two machines would differ. */
START_TEST(every_member_of_a_group_is_known)
{
	for (u32 i = 0; i < sysgroups_num; i++) {
		const struct sysgroup *group = &sysgroups[i];
		char *members = arena_strdup(arena, group->members), *at;
		u32 found = 0, named = 0;

		ck_assert_int_eq(group->name[0], '@');
		ck_assert_ptr_eq(sysnames_group(group->name), group);
		for (char *name = strtok_r(members, " ", &at); name;
		     name = strtok_r(NULL, " ", &at)) {
			if (*name == '@')
				ck_assert_ptr_nonnull(sysnames_group(name));
			else
				ck_assert_msg(sysnames_find(name) >= 0,
					      "%s: %s", group->name, name);
			named++;
		}
		sysnames_visit(group, count, &found);
		ck_assert_uint_ge(found, named);
	}
}
END_TEST

START_TEST(a_call_of_another_architecture_is_told_apart)
{
	char near[64];

	ck_assert_int_eq(sysnames_find("read"), SYS_read);
	ck_assert_int_eq(sysnames_find("socketcall"), -ENOSYS);
	ck_assert_int_eq(sysnames_find("raed"), -ENOENT);
	sysnames_suggest("raed", near, sizeof(near));
	ck_assert_str_eq(near, "read");
	sysnames_suggest("@netwrok-io", near, sizeof(near));
	ck_assert_str_eq(near, "@network-io");
	sysnames_suggest("xxxxxxxxxx", near, sizeof(near));
	ck_assert_str_eq(near, "");
}
END_TEST

START_TEST(the_same_policy_gives_the_same_bytes)
{
	const char *text = HEAD "  allow: \"@system-service\"\n";
	struct buf first;

	compile(text);
	first = filter;
	compile(text);
	ck_assert_uint_eq(first.len, filter.len);
	ck_assert_mem_eq(first.data, filter.data, filter.len);
}
END_TEST

int main(void)
{
	Suite *suite = suite_create("sysfilter");
	TCase *tc = tcase_create("sysfilter");

	tcase_set_timeout(tc, 60);
	tcase_add_checked_fixture(tc, policyc_setup, policyc_teardown);
	tcase_add_test(tc, what_is_allowed_works_and_the_rest_is_not_there);
	tcase_add_test(tc, a_deny_wins_over_an_allow);
	tcase_add_test(tc,
		       a_denied_call_is_not_there_unless_errno_says_otherwise);
	tcase_add_test(tc, kill_ends_the_process);
	tcase_add_test(tc, audit_mode_denies_nothing);
	tcase_add_test(tc, the_other_abis_of_the_machine_are_refused);
	tcase_add_test(tc, each_number_is_answered_as_the_policy_says);
	tcase_add_test(tc, every_member_of_a_group_is_known);
	tcase_add_test(tc, a_call_of_another_architecture_is_told_apart);
	tcase_add_test(tc, the_same_policy_gives_the_same_bytes);
	suite_add_tcase(suite, tc);
	return suite_run(suite);
}
