// SPDX-License-Identifier: GPL-2.0-only
/* import_aa_test.c - profiles of AppArmor against an AppArmor of a few lines */
#include <check.h>
#include <stdlib.h>

#include "policyc/import_aa.h"
#include "tests/lib/aa_judge.h"
#include "tests/lib/importing.h"
#include "tests/lib/policyc_fixture.h"
#include "tests/lib/roll.h"
#include "tests/lib/suite.h"

/* The policy that a text is imported as, or NULL. */
static const char *import(const char *text)
{
	return importing_policy(import_aa_read, text);
}

/* ---- globs of the judge itself, by hand ---- */

static const struct {
	const char *glob, *text;
	bool matches;
} globs[] = {
	{ "/a/*", "/a/b", true },     { "/a/*", "/a/", false },
	{ "/a/*", "/a/b/", false },   { "/a/**", "/a/b/c/", true },
	{ "/a/**", "/a/", false },    { "/a/{,**}", "/a/", true },
	{ "/a/**/", "/a/b", false },  { "/a/*.c", "/a/.c", true },
	{ "/a[^b]c", "/a/c", true },  { "/a?c", "/a/c", false },
	{ "/{a,b/}c", "/b/c", true }, { "/{a,b/}c", "/bc", false },
	{ "/a/**b", "/a/b", true },   { "/*/x", "//x", false },
};

START_TEST(the_judge_knows_globs)
{
	ck_assert_int_eq(aa_judge_match(globs[_i].glob, globs[_i].text),
			 globs[_i].matches);
}
END_TEST

/* ---- random profiles ---- */

#define NUM_RULES 12
#define MAX_TEXT 8192

static const char *const heads[] = {
	"/a",		"/a/b",	    "/b/{c,d/}",     "/{,usr/}b", "/proc",
	"/proc/[0-9]*", "/proc/s*", "/proc/[^1-9]*", "/[^b]",	  "/proc/*"
};
static const char *const tails[] = { "/",     "/*",	 "/**",	   "/x",
				     "/x/",   "/*/",	 "/{,**}", "/{,x/}",
				     "/*.so", "/[^x]*",	 "/?",	   "**",
				     "/**/x", "/x[^s]*", "/x{,y}", "/**.so" };
static const char *const perms[] = { "r",  "w",	 "rw", "a",   "rk", "k",
				     "wk", "mr", "x",  "rix", "wl", "rwk" };
static const char *const names[] = { "a",   "b",    "c",    "d", "x",
				     "xy",  "proc", "self", "7", "4242",
				     "usr", "y.so", "s" };
static const struct {
	const char *op;
	bool dir, other; /* what it is asked of */
} ops[] = {
	{ "read", false, true },     { "list", true, false },
	{ "write", false, true },    { "append", false, true },
	{ "truncate", false, true }, { "create", false, true },
	{ "delete", false, true },   { "mkdir", true, false },
	{ "rmdir", true, false },    { "symlink", false, true },
	{ "mknod", false, true },    { "chmod", true, true },
	{ "chown", true, true },     { "map-exec", false, true },
	{ "exec", false, true },     { "lock-shared", true, true },
	{ "lock", true, true },	     { "rename", true, true },
};

#define PICK(seed, array) ((array)[roll_below(seed, ARRAY_SIZE(array))])

static void make_rules(u64 *seed, struct aa_judge_rule *rules)
{
	for (u32 i = 0; i < NUM_RULES; i++) {
		struct aa_judge_rule *rule = &rules[i];

		rule->glob = arena_printf(arena, "%s%s", PICK(seed, heads),
					  PICK(seed, tails));
		rule->deny = !roll_below(seed, 4);
		rule->owner = !roll_below(seed, 4);
		rule->perms = PICK(seed, perms);
	}
}

static const char *profile_of(const struct aa_judge_rule *rules, u32 num)
{
	struct buf out = BUF_INIT(arena);

	buf_printf(&out, "profile x {\n");
	for (u32 i = 0; i < num; i++) {
		buf_printf(&out, "  %s%s%s ", rules[i].deny ? "deny " : "",
			   rules[i].owner ? "owner " : "", rules[i].glob);
		for (const char *c = rules[i].perms; *c; c++)
			buf_printf(&out, "%s",
				   *c == 'i'		       ? "" :
				   *c == 'x' && !rules[i].deny ? "ix" :
				   *c == 'x'		       ? "x" :
					       (const char[]){ *c, '\0' });
		buf_printf(&out, ",\n");
	}
	buf_printf(&out, "}\n");
	return buf_text(&out);
}

/* A path that a glob may match. */
static const char *instance(u64 *seed, const char *glob)
{
	char *out = arena_alloc(arena, strlen(glob) * 8 + 8), *to = out;

	for (; *glob; glob++) {
		if (*glob == '*') {
			to = stpcpy(to, PICK(seed, names));
		} else if (*glob == '?') {
			*to++ = 'x';
		} else if (*glob == '[') {
			*to = "7sxb/"[roll_below(seed, to[-1] == '/' ? 4 : 5)];
			to++;
			glob = strchr(glob, ']');
		} else if (*glob == '{') {
			/* the first choice or the last */
			if (roll_below(seed, 2))
				glob = strchr(glob, ',');
		} else if (*glob == ',') {
			glob = strchr(glob, '}');
		} else if (*glob != '}' &&
			   (*glob != '/' || to == out || to[-1] != '/')) {
			*to++ = *glob;
		}
	}
	while (to > out + 1 && (to[-1] == '/' || !to[-1]))
		to--;
	*to = '\0';
	return out;
}

static const char *make_path(u64 *seed, const struct aa_judge_rule *rules)
{
	struct buf out = BUF_INIT(arena);
	const u32 num = 1 + roll_below(seed, 4);

	if (roll_below(seed, 2))
		return instance(seed, rules[roll_below(seed, NUM_RULES)].glob);
	for (u32 i = 0; i < num; i++)
		buf_printf(&out, "/%s",
			   !i && roll_below(seed, 3) ?
				   heads[roll_below(seed, 2)] + 1 :
				   PICK(seed, names));
	return buf_text(&out);
}

/*
 * Where an import may be narrower, as docs/import.md says: a rename has one
 * right for both names and adds no rights.
 */
static bool may_be_narrower(const struct aa_judge_request *request)
{
	return !strcmp(request->op, "rename");
}

static u32 num_allowed, num_denied;

static void compare(u64 *seed, const struct bvm_image *img,
		    const struct aa_judge_rule *rules)
{
	const u32 which = roll_below(seed, ARRAY_SIZE(ops));
	struct aa_judge_request request = {
		.op = ops[which].op,
		.path = make_path(seed, rules),
		.dir = ops[which].dir &&
		       (!ops[which].other || roll_below(seed, 2)),
		.owned = roll_below(seed, 2),
	};
	const char *text;
	bool want, got;

	if (!strcmp(request.op, "rename"))
		request.to = make_path(seed, rules);
	text = arena_printf(arena, "%sowner=%s %s %s %s",
			    !strcmp(request.op, "exec") ? "" :
			    request.dir			? "type=dir " :
							  "type=regular ",
			    request.owned ? "true" : "false", request.op,
			    request.path, request.to ?: "");
	want = aa_judge_allows(rules, NUM_RULES, &request);
	got = importing_allows(img, text);
	num_allowed += got;
	num_denied += !got;
	if (got == want || (want && may_be_narrower(&request)))
		return;
	ck_abort_msg("%s: AppArmor %s, the import %s:\n%s", text,
		     want ? "allows" : "denies", got ? "allows" : "denies",
		     profile_of(rules, NUM_RULES));
}

START_TEST(verdicts_are_those_of_apparmor)
{
	struct aa_judge_rule rules[NUM_RULES];
	u64 seed = 1 + (u64)_i;
	struct bvm_image img;

	num_allowed = num_denied = 0;
	make_rules(&seed, rules);
	importing_build(import_aa_read, profile_of(rules, NUM_RULES), &img);
	for (u32 i = 0; i < 500; i++)
		compare(&seed, &img, rules);
	/* or nothing was tried */
	ck_assert_uint_gt(num_allowed, 0);
	ck_assert_uint_gt(num_denied, 0);
}
END_TEST

/* ---- everything else ---- */

static const struct {
	const char *rules; /* of a profile */
	const char *request;
	bool allow;
} cases[] = {
	/* classes without a rule */
	{ "", "create inet stream", false },
	{ "", "capability chown", false },
	{ "", "mount tmpfs /t", false },
	{ "", "module-request x", true }, /* nobody is asked */
	{ "", "userns-create", true },
	{ "", "type=regular owner=true stat /etc/shadow", true },
	/* own tasks */
	{ "", "peer=self signal term", false },
	{ "signal,", "peer=self signal term", true },
	{ "signal (send),", "peer=self signal term", false },
	{ "signal (send) set=(term hup) peer=x, signal (receive),",
	  "peer=self signal term", true },
	{ "signal (send) set=(term hup) peer=x, signal (receive),",
	  "peer=self signal kill", false },
	{ "signal (send) peer=unconfined,", "peer=host signal kill", true },
	{ "signal (send) peer=unconfined,", "peer=y signal kill", false },
	{ "signal (send) peer=other,", "peer=host signal kill", false },
	{ "signal (send) set=(rtmin+2),", "peer=host signal rtmin", true },
	{ "signal (send) set=(rtmin+2),", "peer=host signal rtmin+2", false },
	{ "signal, deny signal (send) set=kill,", "peer=host signal kill",
	  false },
	{ "signal, deny signal set=kill peer=other,", "peer=host signal kill",
	  false },
	{ "", "peer=self ptrace-read", false },
	{ "ptrace (read, readby) peer=@{profile_name},",
	  "peer=self ptrace-read", true },
	{ "ptrace (read) peer=@{profile_name},", "peer=self ptrace-read",
	  false },
	{ "ptrace (trace) peer=unconfined,", "peer=host ptrace-trace", true },
	{ "ptrace (read) peer=unconfined,", "peer=host ptrace-trace", false },
	/* network */
	{ "network inet stream,", "create inet stream", true },
	{ "network inet stream,", "create inet6 stream", false },
	{ "network inet stream,", "create inet dgram", false },
	{ "network tcp,", "create inet6 stream tcp", true },
	{ "network,", "create netlink raw", true },
	{ "network, deny network bluetooth,", "create bluetooth raw", false },
	{ "network, deny network can,", "create netlink raw", true },
	{ "network, deny network inet stream,", "create inet stream", false },
	{ "network, deny network inet stream port=22,", "create inet stream",
	  false },
	{ "network inet stream port=22,", "create inet stream", false },
	/* unix */
	{ "unix,", "create unix stream", true },
	{ "unix (create),", "create unix stream", true },
	{ "unix (create),", "peer=host connect unix /run/x", false },
	{ "unix (connect) peer=(label=unconfined),",
	  "peer=host connect unix /run/x", true },
	{ "unix (connect) peer=(label=unconfined),",
	  "peer=y connect unix /run/x", false },
	{ "unix (connect) peer=(addr=\"@x\"),", "peer=host connect unix @x",
	  true },
	{ "unix (connect) peer=(addr=\"@x\"),", "peer=host connect unix @y",
	  false },
	{ "unix, deny unix peer=(label=z),", "peer=host connect unix @y",
	  false },
	/* capabilities, mounts */
	{ "capability chown kill,", "capability kill", true },
	{ "capability chown,", "capability kill", false },
	{ "capability,", "capability bpf", true },
	{ "capability, deny capability bpf,", "capability bpf", false },
	{ "mount,", "mount tmpfs /t", true },
	{ "mount fstype=tmpfs -> /t/,", "mount tmpfs /t", true },
	{ "mount fstype=tmpfs -> /t/,", "mount tmpfs /u", false },
	{ "mount fstype=tmpfs -> /t/,", "mount ext4 /t", false },
	{ "mount options=ro fstype=tmpfs -> /t/,", "mount tmpfs /t", false },
	{ "mount, deny mount options=ro,", "mount tmpfs /t", false },
	{ "umount /t/,", "umount /t", true },
	{ "umount /t/,", "umount /u", false },
	{ "pivot_root,", "pivot-root /t", true },
	/* exec */
	{ "/x ix,", "exec /x", true },
	{ "/x px,", "exec /x", false },
	{ "/x Cx -> y,", "exec /x", false },
	{ "/x ux,", "exec /x", true },
	{ "file, deny /x x,", "exec /x", false },
	{ "file,", "exec /x", true },
	{ "rix /x,", "exec /x", true },
	{ "link /a -> /b,", "type=regular link /a /b", false },
	{ "owner { /x ix, }", "owner=false exec /x", false },
	{ "owner { /x ix, }", "owner=true exec /x", true },
	{ "^hat { /x ix, }", "exec /x", false },
	{ "profile y /y { /x ix, }", "exec /x", false },
	{ "if $x { /x ix, }", "exec /x", false },
	{ "\"/a b\" ix,", "exec \"/a b\"", true },
	{ "/a\\[b ix,", "exec /a[b", true },
	{ "/a,b ix,", "exec /a,b", true },
	/* AppArmor follows links, and so must a deny that names them */
	{ "file, deny /bin/{sh,bash} x,", "exec /usr/bin/bash", false },
	{ "file, deny /bin/{sh,bash} x,", "exec /usr/bin/dash", true },
	{ "file, deny /{bin,sbin}/** x,", "exec /usr/sbin/x", false },
	{ "umount, deny umount /var/run/x/,", "umount /run/x", false },
	{ "umount, deny umount /var/run/x/,", "umount /run/y", true },
	/* denies without an equal deny more */
	{ "file, deny /a/\\200[/ x,", "exec /b", false },
	{ "file, deny /a/b/\\200* x,", "exec /a/b/c", false },
	{ "file, deny /a/b/\\200* x,", "exec /a/c", true },
	{ "file, deny /a/\\200/b/* x,", "exec /c", false },
};

START_TEST(other_rules_say_what_they_said)
{
	struct bvm_image img;

	importing_build(import_aa_read,
			arena_printf(arena, "profile x {\n%s\n}\n",
				     cases[_i].rules),
			&img);
	ck_assert_int_eq(importing_allows(&img, cases[_i].request),
			 cases[_i].allow);
}
END_TEST

static const struct {
	const char *text; /* a file */
	const char *why; /* a part of what is left out; "": nothing is */
	u32 line;
} left[] = {
	{ "profile x {\n  /a r,\n}\n", "", 0 },
	{ "profile x {\n  /a w,\n}\n", "rename to here", 2 },
	{ "profile x {\n  /a rpx,\n}\n", "another profile", 2 },
	{ "profile x {\n  /a rUx,\n}\n", "unconfined", 2 },
	{ "profile x {\n  dbus,\n}\n", "D-Bus", 2 },
	{ "profile x {\n  set rlimit nofile <= 5,\n}\n", "limits", 2 },
	{ "profile x {\n  change_profile -> y,\n}\n", "keeps its", 2 },
	{ "profile x {\n  deny /a r,\n}\n", "deny is wider", 2 },
	{ "profile x {\n  link /a -> /b,\n}\n", "pairs", 2 },
	{ "profile x {\n\n  capability fly,\n}\n", "'fly'", 3 },
	{ "profile x {\n  network ax25,\n}\n", "family", 2 },
	{ "profile x {\n  mount options=ro,\n}\n", "options", 2 },
	{ "profile x {\n  signal peer=y,\n}\n", "no policy", 2 },
	{ "profile x {\n  /proc/self/x r,\n}\n", "never /proc/self", 2 },
	{ "profile x {\n}\nprofile y {\n}\n", "another profile", 3 },
	{ "profile x {\n  hat y {\n  }\n}\n", "'x//y'", 2 },
	{ "profile x flags=(kill) {\n}\n", "flag kill", 1 },
	{ "profile x {\n  /a\\200b r,\n}\n", "no path", 2 },
	{ "profile x {\n  deny /bin/x x,\n}\n", "leads: /usr/bin/x", 2 },
	{ "profile x {\n  deny /dev/stdout k,\n}\n", "/proc/self/fd/1", 2 },
	{ "profile x {\n  unix peer=(addr=@a${b}),\n}\n", "equal", 2 },
};

START_TEST(what_has_no_equal_is_listed)
{
	ck_assert_ptr_nonnull(import(left[_i].text));
	if (!*left[_i].why) {
		ck_assert_uint_eq(importing.num_left, 0);
		return;
	}
	ck_assert_uint_eq(importing.num_left, 1);
	ck_assert_uint_eq(importing.left[0].from.line, left[_i].line);
	ck_assert_msg(strstr(importing.left[0].why, left[_i].why) != NULL, "%s",
		      importing.left[0].why);
	ck_assert_ptr_nonnull(
		strstr(import_out_policy(&importing), importing.left[0].why));
}
END_TEST

static const char *const bad[] = {
	"",
	"# nothing\n",
	"profile x {\n",
	"profile x {\n  /a r\n}\n",
	"profile x {\n  /a r,\n",
	"profile x {\n  /a q,\n}\n",
	"profile x {\n  /a r w,\n}\n",
	"profile x {\n  hello,\n}\n",
	"profile x {\n  \"/a r,\n}\n",
	"profile x {\n  @{NO}/a r,\n}\n",
	"profile x {\n  signal (send,\n}\n",
	"profile x {\n  peer=(a=),\n}\n",
	"@{A}=@{A}\nprofile x {\n  @{A} r,\n}\n",
	"@{A}=@{B}\n@{B}=@{A}@{A}\nprofile x {\n  @{A} r,\n}\n",
	"profile x {\n  include <a>\n}\n",
	"}\n",
	"bailiff: 1\npolicy: x\n",
	"\x7f"
	"ELF\x02\x01\x01",
	"{ { { { { { { { { { { { { { { { { { { { { { { {",
	"profile x { owner { owner { owner { owner { owner { owner { owner {"
	" owner { owner { owner { owner { owner { owner { owner { owner { "
	"owner { owner { owner { owner {\n",
};

START_TEST(what_is_no_profile_is_refused)
{
	ck_assert_ptr_null(import(bad[_i]));
}
END_TEST

START_TEST(a_name_that_means_something_here_is_another)
{
	static const char *const names[] = { "self", "host", "refuse" };

	for (size_t i = 0; i < ARRAY_SIZE(names); i++) {
		(void)importing_ast(import_aa_read,
				    arena_printf(arena, "profile %s {\n}\n",
						 names[i]));
		ck_assert_str_eq(importing.name,
				 arena_printf(arena, "imported.%s", names[i]));
	}
}
END_TEST

/* A class has room for 64 conditions. What is past that is not allowed. */
static const struct {
	const char *rule;
	u32 fit; /* such rules */
	const char *why;
} many[] = {
	{ "unix (connect) peer=(addr=@aN),", IMPORT_MAX_ADDRESSES,
	  "different addresses" },
	{ "mount fstype=tN /s -> /t,", IMPORT_MAX_MOUNTS - 2,
	  "different conditions" },
	{ "mount fstype=tN /sN -> /tN,", IMPORT_MAX_MOUNTS / 3,
	  "different conditions" },
};

START_TEST(conditions_past_the_limit_are_left_out)
{
	struct bvm_image img;

	for (u32 num = many[_i].fit; num <= many[_i].fit + 1; num++) {
		struct buf text = BUF_INIT(arena);

		buf_printf(&text, "profile x {\n");
		for (u32 i = 0; i < num; i++) {
			for (const char *c = many[_i].rule; *c; c++)
				if (*c == 'N')
					buf_printf(&text, "%u", i);
				else
					buf_put_u8(&text, (u8)*c);
			buf_put_u8(&text, '\n');
		}
		buf_printf(&text, "}\n");
		importing_build(import_aa_read, buf_text(&text), &img);
		ck_assert_int_eq(importing_left(num + 1, many[_i].why),
				 num > many[_i].fit);
	}
}
END_TEST

START_TEST(families_without_a_name_can_be_denied)
{
	const char *text = import("profile x {\n  network,\n}\n");

	ck_assert_ptr_null(strstr(text, "family:"));
	text = import("profile x {\n  network,\n  deny network can,\n}\n");
	ck_assert_ptr_nonnull(strstr(text, "family: [unix, key, netlink"));
	ck_assert_ptr_nonnull(strstr(text, "family: [inet, inet6]"));
}
END_TEST

START_TEST(a_profile_can_be_chosen)
{
	static const char text[] = "profile x {\n  profile y {\n  /b ix,\n  }\n"
				   "}\n/usr/bin/z flags=(complain) {\n}\n";

	ck_assert_ptr_nonnull(strstr(import(text), "policy: x\n"));
	import_out_init(&importing, arena, diag);
	importing.profile = "x//y";
	import_aa_read(&importing,
		       source_create(arena, "p", text, strlen(text)));
	ck_assert_ptr_nonnull(
		strstr(import_out_policy(&importing), "policy: x.y\n"));
	import_out_init(&importing, arena, diag);
	importing.profile = "/usr/bin/z";
	import_aa_read(&importing,
		       source_create(arena, "p", text, strlen(text)));
	ck_assert_ptr_nonnull(strstr(import_out_policy(&importing),
				     "policy: usr.bin.z\nmode: audit\n"));
	ck_assert_uint_eq(diag_num_errors(diag), 0);
	import_out_init(&importing, arena, diag);
	importing.profile = "none";
	import_aa_read(&importing,
		       source_create(arena, "p", text, strlen(text)));
	ck_assert_uint_eq(diag_num_errors(diag), 1);
}
END_TEST

int main(void)
{
	Suite *suite = suite_create("import_aa");
	TCase *tc = tcase_create("import_aa");

	tcase_add_checked_fixture(tc, policyc_setup, policyc_teardown);
	tcase_set_timeout(tc, 60);
	tcase_add_loop_test(tc, the_judge_knows_globs, 0, ARRAY_SIZE(globs));
	tcase_add_loop_test(tc, verdicts_are_those_of_apparmor, 0, 40);
	tcase_add_loop_test(tc, other_rules_say_what_they_said, 0,
			    ARRAY_SIZE(cases));
	tcase_add_loop_test(tc, what_has_no_equal_is_listed, 0,
			    ARRAY_SIZE(left));
	tcase_add_loop_test(tc, what_is_no_profile_is_refused, 0,
			    ARRAY_SIZE(bad));
	tcase_add_test(tc, a_name_that_means_something_here_is_another);
	tcase_add_loop_test(tc, conditions_past_the_limit_are_left_out, 0,
			    ARRAY_SIZE(many));
	tcase_add_test(tc, families_without_a_name_can_be_denied);
	tcase_add_test(tc, a_profile_can_be_chosen);
	suite_add_tcase(suite, tc);
	return suite_run(suite);
}
