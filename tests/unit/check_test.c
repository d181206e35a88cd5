// SPDX-License-Identifier: GPL-2.0-only
#include <check.h>
#include <stdlib.h>

#include "policyc/parse.h"
#include "policyc/source.h"
#include "tests/lib/policyc_fixture.h"
#include "tests/lib/suite.h"

#define HEAD "bailiff: 1\npolicy: x\n"

static struct ast_policy *parse(const char *text)
{
	static const struct parse_options options = { .no_includes = true };

	return parse_text(arena, diag, &options,
			  source_create(arena, "c", text, strlen(text)));
}

/* Operations of the first rule, of class files or network. */
static u64 ops_of(const char *class, const char *rule)
{
	const struct ast_policy *policy =
		parse(arena_printf(arena, HEAD "%s:\n  - {%s}\n", class, rule));

	if (!policy)
		diag_print(diag, stderr);
	ck_assert_ptr_nonnull(policy);
	return policy->rules[0].ops;
}

static bool is_refused(const char *class, const char *rule)
{
	return !parse(arena_printf(arena, HEAD "%s:\n  - {%s}\n", class, rule));
}

START_TEST(groups_are_what_kernels_judge)
{
	ck_assert_uint_eq(
		ops_of("files", "allow: read, paths: /x"),
		BVM_BIT(FILES, READ) | BVM_BIT(FILES, LIST) |
			BVM_BIT(FILES, STAT) | BVM_BIT(FILES, READLINK) |
			BVM_BIT(FILES, GETXATTR) | BVM_BIT(FILES, LOCK_SHARED));
	ck_assert_uint_eq(ops_of("files", "allow: write, paths: /x"),
			  BVM_BIT(FILES, WRITE) | BVM_BIT(FILES, APPEND) |
				  BVM_BIT(FILES, TRUNCATE) |
				  BVM_BIT(FILES, TIMES) | BVM_BIT(FILES, LOCK));
	ck_assert_uint_eq(ops_of("network", "allow: listen"),
			  BVM_BIT(NETWORK, BIND) | BVM_BIT(NETWORK, LISTEN) |
				  BVM_BIT(NETWORK, ACCEPT));
	ck_assert_uint_eq(diag_num_warnings(diag), 0);
}
END_TEST

START_TEST(commands_of_ioctl_narrow_ioctl_alone)
{
	ck_assert_uint_eq(ops_of("files", "deny: all, ioctl: [TCGETS, 0x5410]"),
			  BVM_BIT(FILES, IOCTL));
	ck_assert(is_refused("files", "allow: [ioctl, read], ioctl: TCGETS"));
	ck_assert(is_refused("files", "allow: ioctl, ioctl: TCGTES"));
	ck_assert(is_refused("files", "allow: ioctl, ioctl: 21505"));
	ck_assert(is_refused("files", "allow: ioctl, ioctl: 0x"));
	ck_assert(is_refused("files", "allow: ioctl, ioctl: 0x123456789"));
	ck_assert(is_refused("files", "allow: ioctl, ioctl: 0x54g1"));
}
END_TEST

START_TEST(what_no_kernel_judges_is_kept_and_warned_of)
{
	ck_assert_uint_eq(ops_of("kernel", "deny: swap"),
			  BVM_BIT(KERNEL, SWAP));
	ck_assert_uint_eq(diag_num_warnings(diag), 1);
}
END_TEST

START_TEST(who_comes_in_is_no_matter_of_callers)
{
	const u64 serve = BVM_BIT(NETWORK, BIND) | BVM_BIT(NETWORK, LISTEN);
	const u64 accept = BVM_BIT(NETWORK, ACCEPT);

	ck_assert_uint_eq(ops_of("network", "allow: listen, when: {uid: 1}"),
			  serve | accept);
	ck_assert_uint_eq(ops_of("network", "deny: listen, when: {uid: 1}"),
			  serve);
	ck_assert_uint_eq(ops_of("network", "allow: listen, from: 10.0.0.1"),
			  serve | accept);
	ck_assert_uint_eq(ops_of("network", "deny: listen, from: 10.0.0.1"),
			  accept);
	ck_assert_uint_eq(ops_of("network", "deny: all, from: 10.0.0.1"),
			  accept | BVM_BIT(NETWORK, RECEIVE));
	ck_assert_uint_eq(ops_of("network", "deny: all, unix: /x"),
			  serve | accept | BVM_BIT(NETWORK, CONNECT) |
				  BVM_BIT(NETWORK, SEND));
}
END_TEST

START_TEST(all_is_every_operation_that_the_keys_speak_of)
{
	u64 files = bvm_classes[BVM_CLASS_FILES].mediated;
	u64 network = bvm_classes[BVM_CLASS_NETWORK].mediated;

	ck_assert_uint_eq(ops_of("files", "deny: all"), files);
	ck_assert_uint_eq(ops_of("files", "deny: all, paths: /x"),
			  files & ~BVM_BIT(FILES, INHERIT));
	ck_assert_uint_eq(ops_of("files", "allow: all"),
			  files & ~BVM_BIT(FILES, INHERIT));
	ck_assert_uint_eq(ops_of("files", "allow: all, type: pipe"), files);
	ck_assert_uint_eq(ops_of("tasks", "allow: all"),
			  bvm_classes[BVM_CLASS_TASKS].mediated &
				  ~BVM_BIT(TASKS, TRACE));
	ck_assert_uint_eq(ops_of("tasks", "allow: all, peer: host"),
			  bvm_classes[BVM_CLASS_TASKS].mediated &
				  ~BVM_BIT(TASKS, TRACE));
	ck_assert_uint_eq(ops_of("tasks", "deny: all, signals: kill"),
			  BVM_BIT(TASKS, SIGNAL));
	ck_assert_uint_eq(ops_of("network", "deny: all"), network);
	ck_assert_uint_eq(ops_of("network", "deny: all, to: 10.0.0.0/8"),
			  BVM_BIT(NETWORK, CONNECT) | BVM_BIT(NETWORK, SEND));
	ck_assert_uint_eq(ops_of("network", "deny: all, ports: 22"),
			  network & ~BVM_BIT(NETWORK, CREATE));
}
END_TEST

static const struct {
	const char *rule;
	bool creates;
} sockets[] = {
	{ "allow: connect", true },  { "allow: listen", true },
	{ "allow: [accept]", true }, { "allow: send", true },
	{ "allow: bind", false },    { "allow: create", false },
	{ "deny: connect", false },  { "audit: connect", false },
};

START_TEST(allowing_a_connection_allows_its_socket)
{
	const struct ast_policy *policy = parse(arena_printf(
		arena, HEAD "network:\n  - {%s}\n", sockets[_i].rule));

	ck_assert_ptr_nonnull(policy);
	ck_assert_int_eq(policy->rules[0].implies_create, sockets[_i].creates);
}
END_TEST

static const struct {
	const char *class, *rule;
	bool refused;
} rules[] = {
	{ "files", "allow: inherit", true },
	{ "files", "allow: inherit, type: pipe", false },
	{ "files", "deny: inherit", false },
	{ "files", "allow: [read, inherit], type: pipe, paths: /x", true },
	{ "files", "allow: read, errno: EPERM", true },
	{ "files", "deny: read, errno: EPERM", false },
	{ "files", "deny: read, errno: EAGAIN", true },
	{ "files", "deny: list, errno: EOPNOTSUPP", false },
	{ "files", "deny: read, errno: EOPNOTSUPP", true },
	{ "files", "deny: [list, write], errno: EOPNOTSUPP", true },
	{ "files", "deny: all, errno: ENOENT", false },
	{ "kernel", "deny: keyring, errno: EPERM", false },
	{ "kernel", "deny: keyring, errno: ENOENT", false },
	{ "kernel", "deny: keyring, errno: EACCES", true },
	{ "kernel", "deny: all, errno: EPERM", false },
	{ "kernel", "deny: all, errno: EROFS", true },
	{ "kernel", "deny: module-request, errno: ENOENT", true },
	{ "capabilities", "deny: sys_admin, errno: EPERM", false },
	{ "capabilities", "deny: sys_admin, errno: EACCES", true },
	{ "network", "deny: connect, errno: ECONNREFUSED", false },
	{ "network", "deny: receive, errno: ECONNREFUSED", true },
	{ "network", "deny: receive, errno: EACCES", false },
	{ "tasks", "deny: ptrace-trace, errno: EACCES", false },
	{ "tasks", "deny: ptrace, errno: EACCES", true },
	{ "files", "audit: read, quiet: true", true },
	{ "files", "deny: read, kill: true", false },
	{ "files", "allow: read, kill: true", true },
	{ "files", "allow: read, except: /x", true },
	{ "files", "allow: read, paths: /x, ports: 80", true },
	{ "exec", "deny: /bin/sh", true },
	{ "exec", "deny: [/bin/sh, /usr/bin/sh]", false },
	{ "exec", "deny: '/{usr/,}bin/sh'", false },
	{ "exec", "deny: [/bin/sh, /usr/**]", false },
	{ "exec", "deny: [/bin/sh, '/**']", false },
	{ "exec", "deny: [/bin/sh, /usr/bin]", true },
	{ "exec", "allow: /bin/sh", false },
	{ "exec", "deny: /binary", false },
	{ "exec", "deny: /lib/x", true },
	{ "exec", "deny: /library/x", false },
	{ "files", "deny: write, paths: /var/run/x", true },
	{ "files", "deny: delete, paths: /var/run", false },
	{ "files", "deny: read, paths: /dev/stdin", true },
	{ "network", "allow: listen, to: 10.0.0.0/8", true },
	{ "network", "allow: create, ports: 80", true },
	{ "network", "allow: connect, to: 10.0.0.0/8", false },
	{ "tasks", "deny: all", false },
	{ "tasks", "allow: ptrace", true },
	{ "tasks", "allow: ptrace, peer: host", false },
	{ "tasks", "allow: ptrace-read", false },
	{ "tasks", "allow: all", false },
	{ "tasks", "deny: ptrace-trace", false },
	{ "tasks", "allow: signal, signals: [term, rtmin+3]", false },
	{ "tasks", "allow: signal, signals: sigterm", true },
	{ "tasks", "allow: [signal, rlimit], signals: term", true },
	{ "tasks", "allow: signal, peer: []", true },
	{ "mounts", "deny: all", false },
};

START_TEST(rules_are_refused_or_not)
{
	ck_assert_int_eq(is_refused(rules[_i].class, rules[_i].rule),
			 rules[_i].refused);
}
END_TEST

static const struct {
	const char *text;
	bool refused;
} mounts[] = {
	{ "default: allow\n", true },
	{ "default: {files: allow}\n", true },
	{ "default: {exec: allow}\n", false },
	{ "default: {files: allow, mounts: deny}\n", false },
	{ "default: allow\nmounts:\n  - deny: all\n", false },
	{ "default: deny\n", false },
};

START_TEST(path_denies_with_default_allow_need_mounts)
{
	const char *text = arena_printf(
		arena, HEAD "files:\n  - {deny: write, paths: /x}\n%s",
		mounts[_i].text);

	ck_assert_int_eq(!parse(text), mounts[_i].refused);
}
END_TEST

int main(void)
{
	Suite *suite = suite_create("check");
	TCase *tests = tcase_create("check");

	tcase_add_checked_fixture(tests, policyc_setup, policyc_teardown);
	tcase_add_test(tests, groups_are_what_kernels_judge);
	tcase_add_test(tests, commands_of_ioctl_narrow_ioctl_alone);
	tcase_add_test(tests, what_no_kernel_judges_is_kept_and_warned_of);
	tcase_add_test(tests, who_comes_in_is_no_matter_of_callers);
	tcase_add_test(tests, all_is_every_operation_that_the_keys_speak_of);
	tcase_add_loop_test(tests, allowing_a_connection_allows_its_socket, 0,
			    (int)ARRAY_SIZE(sockets));
	tcase_add_loop_test(tests, rules_are_refused_or_not, 0,
			    (int)ARRAY_SIZE(rules));
	tcase_add_loop_test(tests, path_denies_with_default_allow_need_mounts,
			    0, (int)ARRAY_SIZE(mounts));
	suite_add_tcase(suite, tests);
	return suite_run(suite);
}
