// SPDX-License-Identifier: GPL-2.0-only
/* completion_test.c - what bash and zsh offer is what the programs take */
#include <check.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "daemon/options.h"
#include "tests/lib/suite.h"

static char said[16384];

static void shell(const char *command)
{
	FILE *pipe;
	size_t len;

	pipe = popen(command, "r");
	ck_assert_ptr_nonnull(pipe);
	len = fread(said, 1, sizeof(said) - 1, pipe);
	said[len] = '\0';
	ck_assert_int_eq(pclose(pipe), 0);
}

/* words: all of the line; the last is completed. A word a line. */
static void bash(const char *words)
{
	char command[2048];

	snprintf(command, sizeof(command),
		 "PATH=$PWD/build/bin:$PATH bash -c '"
		 "COMP_WORDS=(%s); COMP_CWORD=$((${#COMP_WORDS[@]} - 1)); "
		 ". docs/completion/${COMP_WORDS[0]} && _${COMP_WORDS[0]} && "
		 "printf \"%%s\\n\" \"${COMPREPLY[@]}\"'",
		 words);
	shell(command);
}

static void zsh(const char *words)
{
	char command[2048];

	snprintf(command, sizeof(command),
		 "PATH=$PWD/build/bin:$PATH zsh -f -c '"
		 "words=(%s); CURRENT=$#words; PREFIX=$words[-1]; "
		 "_files() { print files }; "
		 "compadd() { if [[ $1 == -a ]]; then print -l -- ${(P)2}; "
		 "else print -l -- \"$@\"; fi }; "
		 ". docs/completion/_bailiff'",
		 words);
	shell(command);
}

static bool offers(const char *word)
{
	char line[64], all[sizeof(said) + 1];

	snprintf(all, sizeof(all), "\n%s", said);
	snprintf(line, sizeof(line), "\n%s\n", word);
	return strstr(all, line);
}

static const struct {
	const char *words;
	const char *offered;
	const char *not_offered;
} rows[] = {
	{ "bailiffctl \"\"", "status", "usage" },
	{ "bailiffctl \"\"", "containers", "--json" },
	{ "bailiffctl log --", "--since", "--cgroup" },
	{ "bailiffctl log --", "--container", "--never-hit" },
	{ "bailiffctl rules --", "--never-hit", "--since" },
	{ "bailiffctl bind --", "--runtime", "--since" },
	{ "bailiffctl --", "--run-dir", "--since" },
	{ "bailiffctl \"\"", "selftest", "record --" },
	{ "bailiffctl top --", "--batch", "--since" },
	{ "bailiffctl record --", "--audit", "--since" },
	{ "bailiffctl trace --", "--for", "--audit" },
	{ "bailiffctl selftest --", "--state-dir", "--log-size" },
	{ "bailiffd --", "--log-size", "--usage" },
	{ "bailiffd --", "--check-config", "-size" },
	{ "bailiff-runtime --", "--run-dir", "--usage" },
	{ "bailiff-runtime --", "--require", "-dir" },
	{ "policyc \"\"", "explain", "usage" },
	{ "policyc build --", "--deps", "--log" },
};

START_TEST(bash_offers_what_there_is)
{
	bash(rows[_i].words);
	ck_assert_msg(offers(rows[_i].offered), "not %s but: %s",
		      rows[_i].offered, said);
	ck_assert_msg(!offers(rows[_i].not_offered), "%s among: %s",
		      rows[_i].not_offered, said);
}
END_TEST

START_TEST(zsh_offers_what_there_is)
{
	zsh(rows[_i].words);
	ck_assert_msg(offers(rows[_i].offered), "not %s but: %s",
		      rows[_i].offered, said);
	ck_assert_msg(!offers(rows[_i].not_offered), "%s among: %s",
		      rows[_i].not_offered, said);
}
END_TEST

START_TEST(bash_offers_what_begins_so)
{
	bash("bailiffctl rel");
	ck_assert_str_eq(said, "reload\n");
	bash("bailiffctl --log x un");
	ck_assert_str_eq(said, "unload\nunbind\n");
	bash("bailiffctl mode web a");
	ck_assert_str_eq(said, "audit\n");
}
END_TEST

START_TEST(every_option_of_the_daemon_is_offered)
{
	char option[64];
	size_t id;

	bash("bailiffd --");
	for (id = 0; id < OPTIONS_NUM; id++) {
		snprintf(option, sizeof(option), "--%s", options_name(id));
		ck_assert_msg(offers(option), "not offered: %s", option);
	}
}
END_TEST

/* The manual, the completions and --help speak of the same commands. */
START_TEST(every_command_is_in_the_manual)
{
	shell("build/bin/bailiffctl --help | "
	      "sed -n 's/^  \\([a-z][a-z]*\\)  .*/\\1/p' | "
	      "while read -r word; do "
	      "grep -q -e \"^.It Ic $word\\b\" docs/man/bailiffctl.8 || "
	      "echo \"$word\"; done");
	ck_assert_str_eq(said, "");
}
END_TEST

/* Options of commands: those that --help has are in the manual. */
START_TEST(every_option_is_in_the_manual)
{
	shell("build/bin/bailiffctl --help | "
	      "sed -n 's/^  \\([a-z][a-z]*\\)  .*/\\1/p' | "
	      "while read -r word; do "
	      "build/bin/bailiffctl $word --help; done | "
	      "grep -o -e '--[a-z][a-z-]*' | sort -u | "
	      "while read -r option; do "
	      "grep -q -F -e \"Fl -${option#--}\" docs/man/bailiffctl.8 || "
	      "echo \"$option\"; done");
	ck_assert_str_eq(said, "");
}
END_TEST

#define NUM_ROWS ((int)(sizeof(rows) / sizeof(rows[0])))

int main(void)
{
	Suite *suite = suite_create("completion");
	TCase *tcase = tcase_create("completion");

	tcase_set_timeout(tcase, 60);
	tcase_add_loop_test(tcase, bash_offers_what_there_is, 0, NUM_ROWS);
	tcase_add_loop_test(tcase, zsh_offers_what_there_is, 0, NUM_ROWS);
	tcase_add_test(tcase, bash_offers_what_begins_so);
	tcase_add_test(tcase, every_option_of_the_daemon_is_offered);
	tcase_add_test(tcase, every_command_is_in_the_manual);
	tcase_add_test(tcase, every_option_is_in_the_manual);
	suite_add_tcase(suite, tcase);
	return suite_run(suite);
}
