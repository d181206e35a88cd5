// SPDX-License-Identifier: GPL-2.0-only
/* import_ka_test.c - KubeArmorPolicies as policies */
#include <check.h>
#include <stdlib.h>

#include "policyc/import_ka.h"
#include "tests/lib/importing.h"
#include "tests/lib/policyc_fixture.h"
#include "tests/lib/suite.h"

#define HEAD "kind: KubeArmorPolicy\nspec:\n"

/* A policy of a spec in one line: '|' ends a line and indents the next. */
static const char *policy(const char *spec)
{
	struct buf out = BUF_INIT(arena);

	buf_printf(&out, HEAD "  ");
	for (; *spec; spec++) {
		if (*spec == '|')
			buf_printf(&out, "\n  ");
		else
			buf_put_u8(&out, (u8)*spec);
	}
	buf_put_u8(&out, '\n');
	return buf_text(&out);
}

#define FILE_PATH(path) "file: {matchPaths: [{path: " path "}]}"
#define FILE_DIR(dir) "file: {matchDirectories: [{dir: " dir "}]}"
#define FILE_GLOB(glob) "file: {matchPatterns: [{pattern: \"" glob "\"}]}"
#define PROCESS(path) "process: {matchPaths: [{path: " path "}]}"
#define PROTOCOL(name) "network: {matchProtocols: [{protocol: " name "}]}"
#define CAPABILITY(name) \
	"capabilities: {matchCapabilities: [{capability: " name "}]}"

static const struct {
	const char *spec;
	const char *request;
	bool allow;
} cases[] = {
	/* Block, which is also what an action is that is not given */
	{ FILE_PATH("/a"), "type=regular read /a", false },
	{ "action: Block|" FILE_PATH("/a"), "type=regular write /a", false },
	{ FILE_PATH("/a"), "type=regular read /b", true },
	{ FILE_PATH("/a"), "type=dir list /a", false },
	{ FILE_PATH("/a, readOnly: true"), "type=regular read /a", true },
	{ FILE_PATH("/a, readOnly: true"), "type=regular write /a", false },
	{ FILE_PATH("/a, readOnly: false"), "type=regular read /a", false },
	{ FILE_PATH("/a, ownerOnly: true"), "type=regular owner=true read /a",
	  true },
	{ FILE_PATH("/a, ownerOnly: true"), "type=regular owner=false read /a",
	  false },
	{ FILE_PATH("/a, ownerOnly: true, readOnly: true"),
	  "type=regular owner=true read /a", true },
	{ FILE_PATH("/a, ownerOnly: true, readOnly: true"),
	  "type=regular owner=false read /a", false },
	{ FILE_PATH("/a, ownerOnly: true, readOnly: true"),
	  "type=regular owner=true write /a", false },
	{ FILE_PATH("'/a*'"), "type=regular read /ab", true },
	{ FILE_PATH("'/a*'"), "type=regular read /a*", false },
	{ FILE_PATH("/var/run/x"), "type=regular read /run/x", false },
	{ FILE_DIR("/a/"), "type=regular read /a/b", false },
	{ FILE_DIR("/a"), "type=regular read /a/b", false },
	{ FILE_DIR("/a/"), "type=regular read /a/b/c", true },
	{ FILE_DIR("/a/, recursive: true"), "type=regular read /a/b/c", false },
	{ FILE_DIR("/, recursive: true"), "type=regular read /a/b/c", false },
	{ FILE_GLOB("/a/*.c"), "type=regular read /a/x.c", false },
	{ FILE_GLOB("/a/{b,c}/**"), "type=regular read /a/c/d/e", false },
	{ FILE_GLOB("/a[^b]c"), "type=regular read /a/c", false },
	{ PROCESS("/bin/sh"), "exec /bin/sh", false },
	{ PROCESS("/bin/sh"), "exec /usr/bin/sh", false },
	{ PROCESS("/bin/sh"), "exec /usr/bin/dash", true },
	{ PROCESS("/a, ownerOnly: yes"), "owner=true exec /a", true },
	{ PROCESS("/a, ownerOnly: yes"), "owner=false exec /a", false },
	{ PROCESS("/a, fromSource: [{path: /b}]"), "exe=/b exec /a", false },
	{ PROCESS("/a, fromSource: [{path: /b}]"), "exe=/c exec /a", true },
	{ PROCESS("/a, fromSource: [{path: /bin/b}]"), "exe=/usr/bin/b exec /a",
	  false },
	{ PROCESS("/a, fromSource: [{dir: /b}]"), "exe=/b/c exec /a", false },
	{ PROCESS("/a, fromSource: [{dir: /b}]"), "exe=/b/c/d exec /a", true },
	{ PROCESS("/a, fromSource: [{dir: /b, recursive: on}]"),
	  "exe=/b/c/d exec /a", false },
	{ PROTOCOL("tcp"), "create inet stream tcp", false },
	{ PROTOCOL("TCP"), "create inet6 stream tcp", false },
	{ PROTOCOL("TCP"), "create inet dgram udp", true },
	{ PROTOCOL("tcp"), "create unix stream", true },
	{ PROTOCOL("udp"), "create inet dgram udp", false },
	{ PROTOCOL("icmp"), "create inet6 raw icmpv6", false },
	{ PROTOCOL("raw"), "create inet raw", false },
	{ PROTOCOL("all"), "create netlink raw", false },
	{ PROTOCOL("tcp, fromSource: [{path: /b}]"),
	  "exe=/b connect tcp 10.0.0.1:80", false },
	{ PROTOCOL("tcp, fromSource: [{path: /b}]"),
	  "exe=/c connect tcp 10.0.0.1:80", true },
	{ CAPABILITY("net_raw"), "capability net_raw", false },
	{ CAPABILITY("CAP_NET_RAW"), "capability net_raw", false },
	{ CAPABILITY("net_raw"), "capability kill", true },
	/* Allow: all else of its class is denied */
	{ "action: Allow|" FILE_PATH("/a"), "type=regular owner=true read /a",
	  true },
	{ "action: Allow|" FILE_PATH("/a"), "type=regular owner=true write /a",
	  true },
	{ "action: Allow|" FILE_PATH("/a"), "type=regular owner=true read /b",
	  false },
	{ "action: Allow|" FILE_PATH("/a"), "type=regular owner=true stat /b",
	  true },
	{ "action: Allow|" FILE_PATH("/a"), "exec /b", true },
	{ "action: Allow|" FILE_PATH("/a, readOnly: true"),
	  "type=regular owner=true write /a", false },
	{ "action: Allow|" FILE_PATH("/a, ownerOnly: true"),
	  "type=regular owner=true read /a", true },
	{ "action: Allow|" FILE_PATH("/a, ownerOnly: true"),
	  "type=regular owner=false read /a", false },
	{ "action: Allow|" FILE_GLOB("/proc/[0-9]*/x"),
	  "type=regular owner=true read /proc/self/x", true },
	{ "action: Allow|" FILE_GLOB("/proc/s*/x"),
	  "type=regular owner=true read /proc/self/x", false },
	{ "action: Allow|" PROCESS("/a"), "exec /a", true },
	{ "action: Allow|" PROCESS("/a"), "exec /b", false },
	{ "action: Allow|" PROCESS("/a"), "type=regular read /b", true },
	{ "action: Allow|" PROCESS("/a, fromSource: [{path: /b}]"),
	  "exe=/b exec /a", true },
	{ "action: Allow|" PROCESS("/a, fromSource: [{path: /b}]"),
	  "exe=/c exec /a", false },
	{ "action: Allow|" PROCESS("/a, odd: 1"), "exec /a", false },
	{ "action: Allow|" PROTOCOL("tcp"), "create inet stream tcp", true },
	{ "action: Allow|" PROTOCOL("tcp"), "create inet dgram udp", false },
	{ "action: Allow|" PROTOCOL("tcp"), "create unix stream", false },
	{ "action: Allow|" PROTOCOL("udp"), "receive udp 10.0.0.1:5", true },
	{ "action: Allow|" PROTOCOL("all"), "receive udp 10.0.0.1:5", true },
	{ "action: Allow|" PROTOCOL("tcp, fromSource: [{path: /b}]"),
	  "exe=/c connect tcp 10.0.0.1:80", false },
	{ "action: Allow|" PROTOCOL("tcp, odd: 1"), "create inet stream tcp",
	  false },
	{ "action: Allow|" CAPABILITY("kill"), "capability kill", true },
	{ "action: Allow|" CAPABILITY("kill"), "capability chown", false },
	/* Audit changes nothing */
	{ "action: Audit|" FILE_PATH("/a"), "type=regular read /a", true },
	{ "action: Audit|" PROCESS("/a"), "exec /a", true },
	/* the nearest action counts, and a deny wins */
	{ "action: Audit|process: {action: Block, matchPaths: [{path: /a}]}",
	  "exec /a", false },
	{ "process: {action: Block, matchPaths: [{path: /a, action: Audit}]}",
	  "exec /a", true },
	{ "process: {matchPaths: [{path: /a, action: Allow}, {path: /a}]}",
	  "exec /a", false },
	{ "process: {matchPaths: [{path: /a}]}|action: Audit", "exec /a",
	  true },
};

START_TEST(entries_allow_what_they_did_or_less)
{
	struct bvm_image img;

	importing_build(import_ka_read, policy(cases[_i].spec), &img);
	ck_assert_int_eq(importing_allows(&img, cases[_i].request),
			 cases[_i].allow);
}
END_TEST

static const struct {
	const char *spec;
	const char *why; /* a part of what is left out; "": nothing is */
	u32 line;
} left[] = {
	{ PROCESS("/a"), "", 0 },
	{ "message: no|" PROCESS("/a"), "", 0 },
	{ "severity: 7|" PROCESS("/a"), "severity has no equal", 3 },
	{ "process:|  tags: [a]|  matchPaths:|  - path: /a", "tags has no", 4 },
	{ "selector:|  matchLabels: {app: x}", "labels of pods", 3 },
	{ "selector:|  matchLabels: {kubearmor.io/container.name: x, a: b}",
	  "labels of pods", 3 },
	{ "selector:|  matchLabels: {kubearmor.io/container.name: x}", "", 0 },
	{ "syscalls:|  matchSyscalls: [{syscall: [unlink]}]",
	  "syscalls has no equal", 3 },
	{ "apparmor: x", "apparmor has no equal", 3 },
	{ FILE_PATH("/a"), "deny is wider here", 3 },
	{ FILE_PATH("/a, readOnly: true"), "", 0 },
	{ "process:|  matchPaths:|  - path: /bin/a", "leads: /usr/bin/a", 5 },
	{ "process:|  matchPaths:|  - path: /a|    odd: 1", "odd has no", 6 },
	{ "process:|  matchPaths:|  - path: /a|    fromSource: []",
	  "nothing in fromSource has an equal; for any", 5 },
	{ "process:|  matchPaths:|  - path: /a|    fromSource: [{path: /b, x: "
	  "1}]",
	  "x has no equal", 6 },
	{ "action: Allow|" PROTOCOL("udp, fromSource: [{path: /b}]"),
	  "packets that no connection", 4 },
	{ "message: \"caf\\xe9\"", "characters", 3 },
	{ "message: \"a ${b}\"", "characters", 3 },
	{ PROCESS("\"/a\\x01\""), "all below its directory", 3 },
	{ "action: Allow|" PROCESS("\"/a\\x01\""), "no equal", 4 },
};

START_TEST(what_has_no_equal_is_listed)
{
	(void)importing_ast(import_ka_read, policy(left[_i].spec));
	if (*left[_i].why)
		ck_assert(importing_left(left[_i].line, left[_i].why));
	else
		ck_assert_uint_eq(importing.num_left, 0);
}
END_TEST

static const char *const bad[] = {
	"",
	"kind: Pod\nspec: {}\n",
	"kind: KubeArmorPolicy\n",
	"kind: KubeArmorPolicy\nspec: x\n",
	"kind: [KubeArmorPolicy]\nspec: {}\n",
	"kind: KubeArmorPolicy\nspec: {}\n---\nkind: x\n",
	HEAD "  action: Deny\n",
	HEAD "  action: [Block]\n",
	HEAD "  process: [x]\n",
	HEAD "  process: {matchPaths: x}\n",
	HEAD "  process: {matchPaths: [x]}\n",
	HEAD "  process: {matchPaths: [{}]}\n",
	HEAD "  process: {matchPaths: [{path: a}]}\n",
	HEAD "  process: {matchPaths: [{path: [/a]}]}\n",
	HEAD "  process: {matchPaths: [{path: /a, ownerOnly: maybe}]}\n",
	HEAD "  process: {matchPaths: [{path: /a, fromSource: x}]}\n",
	HEAD "  process: {matchPaths: [{path: /a, fromSource: [x]}]}\n",
	HEAD "  process: {matchPatterns: [{pattern: a}]}\n",
	HEAD "  network: {matchProtocols: [{protocol: smtp}]}\n",
	HEAD "  network: {matchProtocols: [{path: /a}]}\n",
	HEAD "  capabilities: {matchCapabilities: [{capability: fly}]}\n",
};

START_TEST(what_is_no_policy_is_refused)
{
	ck_assert_ptr_null(importing_policy(import_ka_read, bad[_i]));
	ck_assert_uint_gt(diag_num_errors(diag), 0);
}
END_TEST

START_TEST(the_policy_has_its_name_and_container)
{
	const struct ast_policy *ast = importing_ast(
		import_ka_read,
		"metadata: {name: a-b}\nkind: KubeArmorPolicy\nspec:\n"
		"  selector: {matchLabels: {kubearmor.io/container.name: x}}\n");

	ck_assert_str_eq(ast->name, "a-b");
	ck_assert_uint_eq(ast->num_selectors, 1);
	ck_assert_str_eq(ast->selectors[0].value, "x");
}
END_TEST

START_TEST(a_message_is_that_of_the_denies)
{
	const struct ast_policy *ast = importing_ast(
		import_ka_read,
		policy("message: \"no: \\\"\\\\\"|process: {matchPaths: "
		       "[{path: /a}, {path: /b, message: x}, "
		       "{path: /c, action: Allow}]}"));

	ck_assert_uint_eq(ast->num_rules, 3);
	ck_assert_str_eq(ast->rules[0].message, "no: \"\\");
	ck_assert_str_eq(ast->rules[1].message, "x");
	ck_assert_ptr_null(ast->rules[2].message);
}
END_TEST

/* A class has room for 64 conditions. Past that a deny is for all programs. */
START_TEST(lists_of_sources_are_limited)
{
	static const char *const actions[] = { "Block", "Allow" };
	struct bvm_image img;

	for (u32 num = 40; num <= 41; num++) {
		struct buf text = BUF_INIT(arena);

		buf_printf(&text,
			   HEAD "  action: %s\n  process:\n    matchPaths:\n",
			   actions[_i]);
		for (u32 i = 0; i < num; i++)
			buf_printf(&text,
				   "    - {path: /a%u, fromSource: "
				   "[{path: /b%u}]}\n",
				   i, i);
		importing_build(import_ka_read, buf_text(&text), &img);
		ck_assert_int_eq(importing_left(5 + num, "too many different"),
				 num > 40);
		ck_assert(!importing_allows(
				  &img,
				  arena_printf(arena, "exe=/%s exec /a%u",
					       _i ? "c" : "b40", num - 1)) ||
			  (!_i && num == 40));
	}
}
END_TEST

int main(void)
{
	Suite *suite = suite_create("import_ka");
	TCase *tcase = tcase_create("import_ka");

	tcase_add_checked_fixture(tcase, policyc_setup, policyc_teardown);
	tcase_set_timeout(tcase, 60);
	tcase_add_loop_test(tcase, entries_allow_what_they_did_or_less, 0,
			    ARRAY_SIZE(cases));
	tcase_add_loop_test(tcase, what_has_no_equal_is_listed, 0,
			    ARRAY_SIZE(left));
	tcase_add_loop_test(tcase, what_is_no_policy_is_refused, 0,
			    ARRAY_SIZE(bad));
	tcase_add_test(tcase, the_policy_has_its_name_and_container);
	tcase_add_test(tcase, a_message_is_that_of_the_denies);
	tcase_add_loop_test(tcase, lists_of_sources_are_limited, 0, 2);
	suite_add_tcase(suite, tcase);
	return suite_run(suite);
}
