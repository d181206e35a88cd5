// SPDX-License-Identifier: GPL-2.0-only
/* confine_test.c - what the kernel says of the parent's children */
#include <check.h>
#include <errno.h>
#include <fcntl.h>
#include <grp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "daemon/compile.h"
#include "daemon/sandbox.h"
#include "daemon/text.h"
#include "tests/lib/suite.h"
#include "tests/lib/tempdir.h"
#include "vm/limits.h"

static char dir[TEMPDIR_SIZE], program[128], said[16384];
static uid_t uid;
static gid_t gid;

static void setup(void)
{
	tempdir_make(dir, "confine-test");
	ck_assert_int_eq(chmod(dir, 0755), 0);
	ck_assert_int_eq(sandbox_user(&uid, &gid), 0);
	/* that are to be given up */
	ck_assert_int_eq(setgroups(1, (gid_t[]){ 4242 }), 0);
}

static void teardown(void)
{
	tempdir_remove(dir);
}

static int run(struct compile_request *request)
{
	struct text diag = {};
	ssize_t len = 0;
	int fd, err;

	request->uid = uid;
	request->gid = gid;
	err = compile_run(request, &diag, &fd);
	if (!err)
		len = pread(fd, said, sizeof(said) - 1, 0);
	said[len > 0 ? len : 0] = '\0';
	if (!err)
		close(fd);
	else
		printf("%s\n", text_string(&diag));
	text_free(&diag);
	return err;
}

/* Is there a line of these words, however far apart? */
static bool says(const char *wanted)
{
	const char *line, *at, *word;

	for (line = said; *line; line += strcspn(line, "\n"), line += !!*line) {
		for (at = line, word = wanted; *word && *at && *at == *word;) {
			at++;
			word++;
			if (at[-1] != ' ')
				continue;
			while (*at == ' ')
				at++;
		}
		if (!*word && (*at == '\n' || *at == ' ' || !*at))
			return true;
	}
	return false;
}

/* As the kernel writes it, but with blanks for tabs. */
static bool limits(const char *what, unsigned long long value)
{
	char line[128];

	snprintf(line, sizeof(line), "Max %s %llu %llu", what, value, value);
	return says(line);
}

static const char *ids(const char *what, unsigned int id)
{
	static char line[64];

	snprintf(line, sizeof(line), "%s: %u %u %u %u", what, id, id, id, id);
	return line;
}

/* ---- policyc ---- */

/* A compiler that says what it is: a shell without a child. */
static const char script[] = "#!/bin/sh\n"
			     "for file in status limits; do\n"
			     "	while read -r line; do\n"
			     "		set -f\n"
			     "		echo $line\n"
			     "	done < /proc/self/$file\n"
			     "done\n";

static void build(void)
{
	struct compile_request request = { .policyc = program, .file = "x" };
	FILE *file;

	snprintf(program, sizeof(program), "%s/policyc", dir);
	file = fopen(program, "w");
	ck_assert_ptr_nonnull(file);
	fputs(script, file);
	fclose(file);
	ck_assert_int_eq(chmod(program, 0755), 0);
	ck_assert_int_eq(run(&request), 0);
}

START_TEST(policyc_is_somebody_without_any_right)
{
	build();
	ck_assert(says(ids("Uid", uid)));
	ck_assert(says(ids("Gid", gid)));
	ck_assert(!strstr(said, "4242"));
	ck_assert(says("CapEff: 0000000000000000"));
	ck_assert(says("CapPrm: 0000000000000000"));
	ck_assert(says("NoNewPrivs: 1"));
	ck_assert(says("Seccomp: 2"));
}
END_TEST

START_TEST(policyc_has_limits)
{
	build();
	ck_assert(limits("address space", 3ull << 30));
	ck_assert(limits("cpu time", COMPILE_SECONDS));
	ck_assert(limits("core file size", 0));
	ck_assert(limits("open files", 64));
	ck_assert(limits("file size", BVM_MAX_IMAGE));
}
END_TEST

/* ---- who reads bundles ---- */

static void copy(const char *path, int out)
{
	char chunk[4096];
	ssize_t len;
	size_t i;
	int fd = open(path, O_RDONLY | O_CLOEXEC);

	while ((len = read(fd, chunk, sizeof(chunk))) > 0) {
		for (i = 0; i < (size_t)len; i++)
			if (chunk[i] == '\t')
				chunk[i] = ' ';
		(void)!write(out, chunk, (size_t)len);
	}
	close(fd);
}

static const char *outcome(long rc)
{
	return rc >= 0 ? "done" : errno == EPERM ? "EPERM" : strerror(errno);
}

/* root's file is what it is for. */
static int tell(const char *arg, int out, int diag)
{
	(void)diag;
	copy("/proc/self/status", out);
	copy("/proc/self/limits", out);
	dprintf(out, "read %s\n", outcome(open(arg, O_RDONLY | O_CLOEXEC)));
	dprintf(out, "write %s\n", outcome(open(arg, O_WRONLY | O_CLOEXEC)));
	dprintf(out, "remove %s\n", outcome(syscall(SYS_unlink, arg)));
	dprintf(out, "socket %s\n",
		outcome(syscall(SYS_socket, AF_UNIX, SOCK_STREAM, 0)));
	dprintf(out, "kill %s\n", outcome(syscall(SYS_kill, getppid(), 0)));
	dprintf(out, "exec %s\n",
		outcome(syscall(SYS_execve, "/bin/true", NULL, NULL)));
	return 0;
}

START_TEST(who_reads_bundles_can_read)
{
	struct compile_request request = { .instead = tell, .arg = program };
	FILE *file;

	snprintf(program, sizeof(program), "%s/secret", dir);
	file = fopen(program, "w");
	ck_assert_ptr_nonnull(file);
	fclose(file);
	ck_assert_int_eq(chmod(program, 0600), 0);
	ck_assert_uint_eq(compile_instead_max, 512ull << 20);
	/* a sanitizer has more than what runs without one may */
	compile_instead_max = 1ull << 50;
	ck_assert_int_eq(run(&request), 0);
	ck_assert(says("read done"));
	ck_assert(says("write EPERM"));
	ck_assert(says("remove EPERM"));
	ck_assert(says("socket EPERM"));
	ck_assert(says("kill EPERM"));
	ck_assert(says("exec EPERM"));
	ck_assert(says("CapEff: 0000000000000000"));
	ck_assert(says("CapPrm: 0000000000000000"));
	ck_assert(says("NoNewPrivs: 1"));
	ck_assert(says("Seccomp: 2"));
	ck_assert(limits("address space", 1ull << 50));
	ck_assert(limits("cpu time", COMPILE_SECONDS));
	ck_assert(limits("file size", BVM_MAX_IMAGE));
}
END_TEST

int main(void)
{
	Suite *suite = suite_create("confine");
	TCase *tcase = tcase_create("confine");

	tcase_set_timeout(tcase, 60);
	tcase_add_checked_fixture(tcase, setup, teardown);
	if (geteuid()) {
		puts("not root: what root's children give up is not tested");
	} else {
		tcase_add_test(tcase, policyc_is_somebody_without_any_right);
		tcase_add_test(tcase, policyc_has_limits);
		tcase_add_test(tcase, who_reads_bundles_can_read);
	}
	suite_add_tcase(suite, tcase);
	return suite_run(suite);
}
