// SPDX-License-Identifier: GPL-2.0-only
/* import_seccomp_test.c - seccomp profiles of OCI runtimes as `syscalls` */
#include <check.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "policyc/import_seccomp.h"
#include "policyc/section_syscalls.h"
#include "policyc/sysnames.h"
#include "tests/lib/importing.h"
#include "tests/lib/policyc_fixture.h"
#include "tests/lib/suite.h"

/* "'" for '"', as JSON has too many of them. */
static const char *json(const char *text)
{
	char *out = arena_strdup(arena, text);

	for (char *c = out; *c; c++)
		if (*c == '\'')
			*c = '"';
	return out;
}

#define NEEDED "{'names':['execve','write'],'action':'SCMP_ACT_ALLOW'}"

/* A profile with a default and entries, that lets programs start. */
static const char *profile(const char *fallback, const char *entries)
{
	return json(arena_printf(arena,
				 "{'defaultAction':'SCMP_ACT_%s',\n"
				 "'syscalls':[\n%s%s\n" NEEDED "]}\n",
				 fallback, entries, *entries ? "," : ""));
}

static bool allows(const struct ast_policy *ast, const char *call)
{
	const int number = sysnames_find(call);

	ck_assert_int_ge(number, 0);
	ck_assert_ptr_nonnull(ast->syscalls.of);
	return syscalls_allow(&ast->syscalls, (u32)number);
}

#define READ(action, more) \
	"{'names':['read','mmap2'],'action':'SCMP_ACT_" action "'" more "}"

#define MOUNT(action, more) \
	"{'names':['mount'],'action':'SCMP_ACT_" action "'" more "}"
/* A default that loses nothing. */
#define UNKNOWN "ERRNO','defaultErrnoRet':38,'archMap':'"

static const struct {
	const char *fallback, *entries;
	bool allow; /* read */
} cases[] = {
	{ "ERRNO", "", false },
	{ "ALLOW", "", true },
	{ "ERRNO", READ("ALLOW", ""), true },
	{ "ERRNO", "{'name':'read','action':'SCMP_ACT_ALLOW'}", true },
	{ "ERRNO", READ("ALLOW", ",'args':[]"), true },
	{ "ERRNO", READ("ALLOW", ",'args':null"), true },
	{ "ERRNO", READ("ALLOW", ",'comment':'x'"), true },
	{ "ALLOW", READ("ERRNO", ""), false },
	{ "ALLOW", READ("KILL", ""), false },
	{ "ALLOW", READ("KILL_THREAD", ""), false },
	{ "ALLOW", READ("KILL_PROCESS", ""), false },
	/* a condition: an allow is left out, a deny is there without it */
	{ "ERRNO", READ("ALLOW", ",'args':[{'index':0}]"), false },
	{ "ALLOW", READ("ERRNO", ",'args':[{'index':0}]"), false },
	{ "ALLOW", READ("ALLOW", ",'args':[{'index':0}]"), true },
	{ "ERRNO", READ("ALLOW", ",'includes':{'caps':['CAP_KILL']}"), false },
	{ "ERRNO", READ("ALLOW", ",'excludes':{'caps':['CAP_KILL']}"), false },
	{ "ALLOW", READ("ERRNO", ",'includes':{'caps':['CAP_KILL']}"), false },
	{ "ERRNO", READ("ALLOW", ",'includes':{'color':'red'}"), false },
	{ "ERRNO", READ("ALLOW", ",'includes':{'caps':'CAP_KILL'}"), false },
	{ "ERRNO", READ("ALLOW", ",'includes':{'arches':'arm'}"), false },
	{ "ERRNO", READ("ALLOW", ",'includes':{'minKernel':9}"), false },
	{ "ERRNO", READ("ALLOW", ",'includes':{'caps':null}"), true },
	{ "ERRNO", READ("ALLOW", ",'color':'red'"), false },
	{ "ALLOW", READ("ERRNO", ",'color':'red'"), false },
	/* this machine, and the kernels that Bailiff runs on */
	{ "ERRNO", READ("ALLOW", ",'includes':{'arches':['amd64','x32']}"),
	  true },
	{ "ERRNO", READ("ALLOW", ",'includes':{'arches':['x86_64']}"), true },
	{ "ERRNO", READ("ALLOW", ",'includes':{'arches':['arm64']}"), false },
	{ "ERRNO", READ("ALLOW", ",'includes':{'arches':[]}"), true },
	{ "ERRNO", READ("ALLOW", ",'excludes':{'arches':['s390x']}"), true },
	{ "ALLOW", READ("ERRNO", ",'excludes':{'arches':['amd64']}"), true },
	{ "ERRNO", READ("ALLOW", ",'includes':{'minKernel':'4.8'}"), true },
	{ "ERRNO", READ("ALLOW", ",'includes':{'minKernel':'6.1'}"), true },
	{ "ERRNO", READ("ALLOW", ",'includes':{'minKernel':'6.2'}"), false },
	{ "ERRNO", READ("ALLOW", ",'includes':{'minKernel':'x'}"), false },
	{ "ALLOW", READ("ERRNO", ",'excludes':{'minKernel':'4.8'}"), true },
	{ "ALLOW", READ("ERRNO", ",'excludes':{'minKernel':'9.0'}"), false },
	/* a deny wins */
	{ "ERRNO", READ("ERRNO", "") "," READ("ALLOW", ""), false },
	{ "ALLOW", READ("ALLOW", "") "," READ("ERRNO", ""), false },
	/* what has no equal is denied */
	{ "TRAP", "", false },
	{ "NOTIFY", "", false },
	{ "TRACE", "", false },
	{ "ALLOW", READ("TRAP", ""), false },
	{ "ALLOW", READ("NOTIFY", ""), false },
	{ "ALLOW", READ("LOG", ""), true },
	{ "ERRNO", READ("LOG", ""), false },
	{ "LOG", READ("ERRNO", ""), false },
};

START_TEST(profiles_allow_what_they_did_or_less)
{
	const struct ast_policy *ast =
		importing_ast(import_seccomp_read,
			      profile(cases[_i].fallback, cases[_i].entries));

	ck_assert_int_eq(allows(ast, "read"), cases[_i].allow);
}
END_TEST

static const struct {
	const char *fallback, *entries;
	bool kill, audit;
	u32 err;
} answers[] = {
	/* what is merely not allowed answers ENOSYS, whatever it did */
	{ "ERRNO", "", false, false, ENOSYS },
	{ "ERRNO',\n'defaultErrnoRet': 13,'x':'", "", false, false, ENOSYS },
	{ "KILL_PROCESS", "", false, false, ENOSYS },
	/* what is said to be denied answers as it did */
	{ "KILL", READ("KILL", ""), true, false, ENOSYS },
	{ "KILL", READ("ERRNO", ""), false, false, EPERM },
	{ "ERRNO", READ("KILL", ""), true, false, ENOSYS },
	{ "ERRNO", READ("ERRNO", ""), false, false, EPERM },
	{ "ERRNO", READ("ERRNO", ",'errnoRet':13"), false, false, EACCES },
	{ "ALLOW", READ("ERRNO", ",'errnoRet':13"), false, false, EACCES },
	{ "ERRNO", READ("ERRNO", "") "," MOUNT("ERRNO", ",'errnoRet':38"),
	  false, false, EPERM },
	/* so that libc falls back */
	{ "ALLOW", READ("ERRNO", "") "," MOUNT("ERRNO", ",'errnoRet':38"),
	  false, false, ENOSYS },
	{ "ERRNO", READ("ERRNO", ",'errnoRet':38"), false, false, ENOSYS },
	{ "ERRNO", READ("TRAP", ""), false, false, ENOSYS },
	{ "LOG", "", false, true, ENOSYS },
	{ "LOG", READ("ERRNO", ""), false, false, EPERM },
	{ "LOG", READ("ERRNO", ",'errnoRet':38"), false, false, ENOSYS },
	{ "LOG", READ("TRAP", ""), false, false, ENOSYS },
	{ "LOG", READ("LOG", ""), false, true, ENOSYS },
};

START_TEST(what_is_denied_has_one_answer)
{
	const struct ast_policy *ast = importing_ast(
		import_seccomp_read,
		profile(answers[_i].fallback, answers[_i].entries));

	ck_assert_int_eq(ast->syscalls.kill, answers[_i].kill);
	ck_assert_int_eq(ast->syscalls.audit == AST_YES, answers[_i].audit);
	ck_assert_uint_eq(ast->syscalls.err, answers[_i].err);
}
END_TEST

static const struct {
	const char *fallback, *entries;
	const char *why; /* a part of what is left out; "": nothing is */
	u32 line;
} left[] = {
	{ UNKNOWN, READ("ALLOW", ""), "", 0 },
	{ UNKNOWN,
	  READ("ERRNO", ",'errnoRet':1") "," MOUNT("ERRNO", ",'errnoRet':38"),
	  "", 0 },
	{ UNKNOWN, READ("KILL_PROCESS", ""), "", 0 },
	{ "ERRNO", "", "not allowed answer ENOSYS here, not EPERM", 1 },
	{ "ERRNO',\n'defaultErrnoRet': 13,'x':'", "", "here, not EACCES", 1 },
	{ "ERRNO',\n'defaultErrnoRet': 4000,'x':'", "", "not errno 4000", 1 },
	{ "KILL_PROCESS", "", "do not end the process", 1 },
	{ "KILL", "", "do not end the process", 1 },
	{ "KILL", READ("KILL", ""), "do not end the process", 1 },
	{ "ERRNO", READ("ALLOW", ",\n'args':[{}]"), "on arguments: denied", 4 },
	{ "ALLOW", READ("ERRNO", ",\n'args':[{}]"), "in any case: read", 4 },
	{ "ERRNO", READ("ALLOW", ",\n'includes':{'caps':['CAP_X','CAP_Y']}"),
	  "only with the capability CAP_X, CAP_Y", 4 },
	{ "ERRNO", READ("ALLOW", ",\n'excludes':{'caps':['CAP_X']}"),
	  "only without the capability CAP_X", 4 },
	{ "ERRNO", READ("ALLOW", ",\n'includes':{'minKernel':'6.5'}"),
	  "from Linux 6.5", 4 },
	{ "ERRNO", READ("ALLOW", ",\n'odd':1"), "an unknown key", 4 },
	{ UNKNOWN, READ("ALLOW", ",'includes':{'arches':['arm']}"), "", 0 },
	{ "ALLOW", READ("KILL", ""), "end the thread", 3 },
	{ "ALLOW", READ("TRAP", ""), "SIGSYS", 3 },
	{ "ALLOW", READ("TRACE", ""), "tracer", 3 },
	{ "ALLOW", READ("NOTIFY", ""), "supervisor", 3 },
	{ "ALLOW", READ("LOG", ""), "nothing is logged", 3 },
	{ "ERRNO", READ("LOG", ""), "denied instead", 3 },
	{ "NOTIFY", "", "supervisor", 1 },
	{ UNKNOWN,
	  READ("ERRNO", ",'errnoRet':1") "," MOUNT("ERRNO", ",'errnoRet':13"),
	  "one answer: EPERM", 3 },
	{ UNKNOWN, READ("ERRNO", ",'errnoRet':1") "," MOUNT("KILL_PROCESS", ""),
	  "one answer: EPERM", 3 },
	{ "ALLOW", READ("KILL_PROCESS", "") "," MOUNT("ERRNO", ""),
	  "one answer: EPERM", 3 },
	{ "ALLOW", READ("ERRNO", ",'errnoRet':4000"), "answer: ENOSYS", 3 },
	{ "ERRNO", "{'names':['frob'],'action':'SCMP_ACT_ALLOW'}", "'frob'",
	  3 },
	{ "ERRNO", "{'names':['@mount'],'action':'SCMP_ACT_ALLOW'}", "'@mount'",
	  3 },
	{ "ERRNO',\n'architectures':['SCMP_ARCH_X86_64','SCMP_ARCH_X86'],"
	  "'x':'",
	  "", "SCMP_ARCH_X86:", 2 },
	{ "ERRNO',\n'listenerPath':'/x','x':'", "", "listenerPath", 2 },
	{ "ERRNO',\n'flags':['SECCOMP_FILTER_FLAG_LOG'],'x':'", "", "flags",
	  2 },
};

START_TEST(what_has_no_equal_is_listed)
{
	(void)importing_ast(import_seccomp_read,
			    profile(left[_i].fallback, left[_i].entries));
	if (*left[_i].why)
		ck_assert(importing_left(left[_i].line, left[_i].why));
	else
		ck_assert_uint_eq(importing.num_left, 0);
}
END_TEST

static const char *const action_names[] = {
	"ALLOW",       "LOG",  "ERRNO", "KILL",	 "KILL_PROCESS",
	"KILL_THREAD", "TRAP", "TRACE", "NOTIFY"
};
#define NUM_LET_THROUGH 2u /* of them, the first ones */

static bool lets_through(const struct ast_policy *ast, const char *call)
{
	return allows(ast, call) || ast->syscalls.audit == AST_YES;
}

/* A condition may hold or not: then it is the action or the default. */
static void compare_with_profile(u32 fallback, u32 action, const char *more)
{
	const struct ast_policy *ast = importing_ast(
		import_seccomp_read,
		profile(action_names[fallback],
			arena_printf(arena, READ("%s", "%s"),
				     action_names[action], more)));
	const bool by_default = fallback < NUM_LET_THROUGH;
	const bool through = action < NUM_LET_THROUGH &&
			     (!strstr(more, "args") || by_default);

	ck_assert(by_default || !lets_through(ast, "mount"));
	ck_assert(through || !lets_through(ast, "read"));
	/* what is denied beyond the profile is told */
	ck_assert(lets_through(ast, "mount") || !by_default ||
		  importing.num_left);
	ck_assert(lets_through(ast, "read") || !through || importing.num_left);
}

START_TEST(no_action_widens_beside_any_default)
{
	static const char *const more[] = { "", ",'errnoRet':38",
					    ",'args':[{'index':0}]" };

	for (u32 i = 0; i < ARRAY_SIZE(action_names); i++)
		for (size_t k = 0; k < ARRAY_SIZE(more); k++)
			compare_with_profile((u32)_i, i, more[k]);
}
END_TEST

static const char *const bad[] = {
	"",
	"[]",
	"{}",
	"{'linux': {}}",
	"{'linux': {'seccomp': {'syscalls': []}}}",
	"{'defaultAction': 1}",
	"{'defaultAction': 'ALLOW'}",
	"{'defaultAction':'SCMP_ACT_ALLOW','syscalls':{}}",
	"{'defaultAction':'SCMP_ACT_ALLOW','syscalls':[1]}",
	"{'defaultAction':'SCMP_ACT_ALLOW','syscalls':[{}]}",
	"{'defaultAction':'SCMP_ACT_ALLOW','syscalls':[{'names':[]}]}",
	"{'defaultAction':'SCMP_ACT_ALLOW',"
	"'syscalls':[{'names':[1],'action':'SCMP_ACT_ERRNO'}]}",
	"{'defaultAction':'SCMP_ACT_ERRNO','defaultErrnoRet':'EPERM'}",
	"{'defaultAction':'SCMP_ACT_ERRNO','defaultErrnoRet':5000}",
	"{'defaultAction':'SCMP_ACT_ALLOW','defaultAction':'SCMP_ACT_LOG'}",
	/* no program could be started */
	"{'defaultAction':'SCMP_ACT_ERRNO'}",
	"{'defaultAction':'SCMP_ACT_ALLOW',"
	"'syscalls':[{'names':['execve'],'action':'SCMP_ACT_ERRNO'}]}",
};

START_TEST(what_is_no_profile_is_refused)
{
	ck_assert_ptr_null(
		importing_policy(import_seccomp_read, json(bad[_i])));
}
END_TEST

START_TEST(a_config_of_a_runtime_has_a_profile)
{
	static const char *const keys[] = { "linux", "li\\u006eux" };

	for (size_t i = 0; i < ARRAY_SIZE(keys); i++) {
		const struct ast_policy *ast = importing_ast(
			import_seccomp_read,
			json(arena_printf(arena,
					  "{'process':{},'%s':{'seccomp':{\n"
					  "'defaultAction':'SCMP_ACT_ERRNO',\n"
					  "'syscalls':[" NEEDED "]}}}",
					  keys[i])));

		ck_assert(!allows(ast, "read"));
		ck_assert(allows(ast, "write"));
	}
}
END_TEST

int main(void)
{
	Suite *suite = suite_create("import_seccomp");
	TCase *tcase = tcase_create("import_seccomp");

	tcase_add_checked_fixture(tcase, policyc_setup, policyc_teardown);
	tcase_add_loop_test(tcase, profiles_allow_what_they_did_or_less, 0,
			    ARRAY_SIZE(cases));
	tcase_add_loop_test(tcase, what_is_denied_has_one_answer, 0,
			    ARRAY_SIZE(answers));
	tcase_add_loop_test(tcase, what_has_no_equal_is_listed, 0,
			    ARRAY_SIZE(left));
	tcase_add_loop_test(tcase, no_action_widens_beside_any_default, 0,
			    ARRAY_SIZE(action_names));
	tcase_add_loop_test(tcase, what_is_no_profile_is_refused, 0,
			    ARRAY_SIZE(bad));
	tcase_add_test(tcase, a_config_of_a_runtime_has_a_profile);
	suite_add_tcase(suite, tcase);
	return suite_run(suite);
}
