// SPDX-License-Identifier: GPL-2.0-only
/* learn_path_test.c - what is guessed of a path, and what never is */
#include <check.h>
#include <fnmatch.h>
#include <stdlib.h>
#include <string.h>

#include "policyc/learn_path.h"
#include "tests/lib/suite.h"

static const struct {
	const char *path, *pattern;
	const char *guess; /* or NULL */
} cases[] = {
	{ "/etc/nginx/nginx.conf", "/etc/nginx/nginx.conf", NULL },
	{ "/usr/lib/libssl.so.3", "/usr/lib/libssl.so.3", NULL },
	{ "/usr/lib/libz.so.1.2.13", "/usr/lib/libz.so.[0-9]*", "a version" },
	{ "/usr/lib/python3.11/os.py", "/usr/lib/python[0-9]*/os.py",
	  "a version" },
	{ "/opt/app-1.2./x", "/opt/app-[0-9]*./x", "a version" },
	{ "/proc/self/task/123/stat", "/proc/self/task/*/stat", "a thread" },
	{ "/proc/self/task", "/proc/self/task", NULL },
	{ "/run/app-1234.pid", "/run/app-[0-9]*.pid", "a number" },
	{ "/run/app-12.pid", "/run/app-12.pid", NULL },
	{ "/srv/app-1234.pid", "/srv/app-1234.pid", NULL },
	{ "/srv/99999/x", "/srv/99999/x", NULL },
	{ "/var/spool/99999/x", "/var/spool/[0-9]*/x", "a number" },
	{ "/run/user/1000", "/run/user/1000", NULL },
	{ "/run/user/1000/app-1234/x", "/run/user/1000/app-[0-9]*/x",
	  "a number" },
	{ "/run/users/1000", "/run/users/[0-9]*", "a number" },
	{ "/tmp/tmp.aB3dE9", "/tmp/tmp.??????", "a temporary name" },
	{ "/tmp/aB3dE9xY", "/tmp/????????", "a temporary name" },
	{ "/tmp/abcdef", "/tmp/abcdef", NULL },
	{ "/srv/tmp.aB3dE9", "/srv/tmp.aB3dE9", NULL },
	{ "/srv/a*b?[c]{d}\\$e", "/srv/a\\*b\\?\\[c\\]\\{d\\}\\\\\\$e", NULL },
	/* never */
	{ "/proc/1234/environ", "/proc/1234/environ", NULL },
	{ "/proc/1234/task/1234/mem", "/proc/1234/task/1234/mem", NULL },
	{ "/home/a/.ssh/id_rsa.1.2", "/home/a/.ssh/id_rsa.1.2", NULL },
	{ "/run/secrets/db-12345", "/run/secrets/db-12345", NULL },
	{ "/tmp/server-1.2.key", "/tmp/server-1.2.key", NULL },
	{ "/etc/shadow", "/etc/shadow", NULL },
	{ "/etc/ssl/private/a-1.2", "/etc/ssl/private/a-1.2", NULL },
};

START_TEST(paths_become_patterns)
{
	struct arena *arena = arena_create();
	const char *guess;
	const char *pattern = learn_path_pattern(arena, cases[_i].path, &guess);

	ck_assert_str_eq(pattern, cases[_i].pattern);
	if (cases[_i].guess)
		ck_assert_str_eq(guess, cases[_i].guess);
	else
		ck_assert_ptr_null(guess);
	arena_free(arena);
}
END_TEST

/* Each row of secret.def, and a path that it alone is about. */
static const struct {
	const char *row, *path;
} secrets[] = {
	{ "/etc/*shadow*", "/etc/gshadow-1.2" },
	{ "/etc/security/opasswd", "/etc/security/opasswd" },
	{ "/etc/sudoers*", "/etc/sudoers.d/a-1.2" },
	{ "*/private/*", "/etc/ssl/private/a-1.2" },
	{ "*/keys/*", "/srv/keys/a-1.2" },
	{ "*/ssh_host_*", "/etc/ssh/ssh_host_rsa-1.2" },
	{ "*/system-connections/*", "/etc/nm/system-connections/a-1.2" },
	{ "/var/lib/docker/swarm/*", "/var/lib/docker/swarm/a-1.2" },
	{ "/var/lib/sss/*", "/var/lib/sss/a-1.2" },
	{ "/etc/wireguard/*", "/etc/wireguard/a-1.2" },
	{ "/etc/krb5*", "/etc/krb5-1.2" },
	{ "*/krb5cc*", "/tmp/krb5cc_1000" },
	{ "*.keytab", "/srv/a-1.2.keytab" },
	{ "*.pem", "/srv/a-1.2.pem" },
	{ "*.key", "/srv/a-1.2.key" },
	{ "*.p12", "/srv/a-1.2.p12" },
	{ "*.pfx", "/srv/a-1.2.pfx" },
	{ "*.jks", "/srv/a-1.2.jks" },
	{ "*.gpg", "/srv/a-1.2.gpg" },
	{ "*.ppk", "/srv/a-1.2.PPK" },
	{ "*.kdb", "/srv/a-1.2.kdb" },
	{ "*.kdbx", "/srv/a-1.2.kdbx" },
	{ "*/.ssh/*", "/srv/.ssh/a-1.2" },
	{ "*/id_rsa*", "/srv/id_rsa-1.2" },
	{ "*/id_dsa*", "/srv/id_dsa-1.2" },
	{ "*/id_ecdsa*", "/srv/id_ecdsa_sk-1.2" },
	{ "*/id_ed25519*", "/srv/id_ed25519-1.2" },
	{ "*/wg[0-9]*.conf", "/srv/wg0-1.2.conf" },
	{ "*/.gnupg/*", "/srv/.gnupg/a-1.2" },
	{ "/run/user/*/gnupg/*", "/run/user/1000/gnupg/S.dirmngr" },
	{ "*/S.gpg-agent*", "/srv/a-1.2/S.gpg-agent" },
	{ "/run/user/*/keyring/*", "/run/user/1000/keyring/control" },
	{ "*/keyring-*/*", "/tmp/keyring-aB3dE9/control" },
	{ "*/ssh-*/agent.*", "/tmp/ssh-aB3dE9xyz1/agent.1234" },
	{ "*ssh-agent*", "/run/user/1000/ssh-agent.socket" },
	{ "*/.aws/*", "/srv/.aws/a-1.2" },
	{ "*/.azure/*", "/srv/.azure/a-1.2" },
	{ "*/.config/gcloud/*", "/srv/.config/gcloud/a-1.2" },
	{ "*/.kube/*", "/srv/.kube/a-1.2" },
	{ "*/.docker/config.json", "/srv/a-1.2/.docker/config.json" },
	{ "*/.netrc", "/srv/a-1.2/.netrc" },
	{ "*/.pgpass", "/srv/a-1.2/.pgpass" },
	{ "*/.my.cnf", "/srv/a-1.2/.my.cnf" },
	{ "*/.git-credentials", "/srv/a-1.2/.git-credentials" },
	{ "*/.npmrc", "/srv/a-1.2/.npmrc" },
	{ "*/.env*", "/srv/.env-1.2" },
	{ "*[_-]key", "/srv/a-1.2/unseal_key" },
	{ "*[_-]keys", "/srv/a-1.2/Unseal-Keys" },
	{ "*/vault*", "/srv/Vault-1.2" },
	{ "*htpasswd*", "/srv/.htpasswd-1.2" },
	{ "*password*", "/run/app/PASSWORD-123456" },
	{ "*credential*", "/srv/credential-1.2" },
	{ "*secret*", "/srv/SeCret-1.2" },
	{ "*token*", "/run/app/API_TOKEN.1234" },
	{ "/proc/[0-9]*", "/proc/77/a-1.2" },
	{ "/proc/self/environ", "/proc/self/environ" },
	{ "/proc/self/task/*/environ", "/proc/self/task/17/environ" },
	{ "/proc/thread-self/environ", "/proc/thread-self/environ" },
	{ "/proc/self/mem", "/proc/self/mem" },
	{ "/proc/self/task/*/mem", "/proc/self/task/17/mem" },
	{ "/proc/thread-self/mem", "/proc/thread-self/mem" },
	{ "/proc/kcore", "/proc/kcore" },
	{ "/dev/mem", "/dev/mem" },
	{ "/dev/kmem", "/dev/kmem" },
};

static const struct {
	const char *row, *what;
	int flags;
} rows[] = {
#define SECRET(pattern, what) { pattern, what, 0 },
#define SECRET_ANY_CASE(pattern, what) { pattern, what, FNM_CASEFOLD },
#include "policyc/secret.def"
#undef SECRET
#undef SECRET_ANY_CASE
};

START_TEST(every_row_of_secrets_keeps_a_path)
{
	struct arena *arena = arena_create();
	const char *guess, *path = secrets[_i].path;
	u32 others = 0;

	ck_assert_uint_eq(ARRAY_SIZE(rows), ARRAY_SIZE(secrets));
	ck_assert_str_eq(rows[_i].row, secrets[_i].row);
	ck_assert_str_eq(learn_path_secret(path), rows[_i].what);
	ck_assert_str_eq(learn_path_pattern(arena, path, &guess), path);
	ck_assert_ptr_null(guess);
	/* no other row would do it */
	for (size_t i = 0; i < ARRAY_SIZE(rows); i++)
		others += (int)i != _i &&
			  !fnmatch(rows[i].row, path, rows[i].flags);
	ck_assert_msg(!others || !strcmp(path, "/srv/a-1.2/.git-credentials"),
		      "%s is of %u other rows", path, others);
	arena_free(arena);
}
END_TEST

START_TEST(directories_that_may_be_widened)
{
	static const char *const yes[] = { "/usr/share", "/srv/www/pages" };
	static const char *const no[] = {
		"",	   "/etc",     "/home/a/b",	   "/proc/self",
		"/root/x", "/dev/pts", "/run/secrets/app", "/etc/ssl/private/x"
	};

	for (size_t i = 0; i < ARRAY_SIZE(yes); i++)
		ck_assert(learn_path_may_widen(yes[i]));
	for (size_t i = 0; i < ARRAY_SIZE(no); i++)
		ck_assert_msg(!learn_path_may_widen(no[i]), "%s", no[i]);
}
END_TEST

START_TEST(secrets_that_may_lie_in_a_directory)
{
	static const char *const in[] = {
		"*.[Pp][Ee][Mm]", "*.[Kk][Ee][Yy]",
		"id_rsa*",	  ".netrc",
		".env*",	  "*[Ss][Ee][Cc][Rr][Ee][Tt]*",
		"wg[0-9]*.conf",
	};
	struct arena *arena = arena_create();
	const char *names = learn_path_secret_names(arena, "/srv/app");

	ck_assert_ptr_nonnull(names);
	for (size_t i = 0; i < ARRAY_SIZE(in); i++)
		ck_assert_msg(strstr(names, in[i]), "%s", in[i]);
	ck_assert_ptr_null(strchr(names, '/'));
	/* what is so by its directory */
	ck_assert_ptr_null(strstr(names, "config.json"));
	names = learn_path_secret_names(arena, "/srv/.docker");
	ck_assert_ptr_nonnull(strstr(names, "config.json"));
	names = learn_path_secret_names(arena, "/etc/x");
	ck_assert_ptr_nonnull(strstr(names, "*shadow*"));
	ck_assert_ptr_null(strstr(names, "sudoers"));
	ck_assert_ptr_null(learn_path_secret_names(arena, "/etc/ssl/private"));
	ck_assert_ptr_null(learn_path_secret_names(arena, "/a/.ssh"));
	arena_free(arena);
}
END_TEST

START_TEST(names_that_a_policy_cannot_hold)
{
	ck_assert(learn_path_is_text("/caf\xc3\xa9"));
	ck_assert(!learn_path_is_text("/caf\xe9"));
	ck_assert(!learn_path_is_text("/a\nb"));
	ck_assert(!learn_path_is_text("/a\x7f"));
	ck_assert(!learn_path_is_text("/a\xe2\x80\xa8"));
	ck_assert(!learn_path_is_text("/a\xe2\x80\xa9"));
	ck_assert(learn_path_is_text("/a\xe2\x80\xaa"));
	ck_assert(!learn_path_is_text("/a\xc2\x85"));
}
END_TEST

int main(void)
{
	Suite *suite = suite_create("learn_path");
	TCase *tc = tcase_create("learn_path");

	tcase_add_loop_test(tc, paths_become_patterns, 0, ARRAY_SIZE(cases));
	tcase_add_loop_test(tc, every_row_of_secrets_keeps_a_path, 0,
			    ARRAY_SIZE(rows));
	tcase_add_test(tc, directories_that_may_be_widened);
	tcase_add_test(tc, secrets_that_may_lie_in_a_directory);
	tcase_add_test(tc, names_that_a_policy_cannot_hold);
	suite_add_tcase(suite, tc);
	return suite_run(suite);
}
