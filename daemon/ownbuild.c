// SPDX-License-Identifier: GPL-2.0-only
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "ownbuild.h"
#include "scan.h"
#include "vm/image.h"

static void take_name(int fd, struct ownbuild *row)
{
	struct bvm_image *image = malloc(sizeof(*image));
	const void *bytes;
	size_t len;

	if (image && !compile_map(fd, &bytes, &len)) {
		if (!bvm_image_parse(bytes, len, image, NULL) &&
		    !compile_digest(fd, row->digest))
			snprintf(row->policy, sizeof(row->policy), "%s",
				 image->name);
		munmap((void *)bytes, len);
	}
	free(image);
}

static void build(const char *policyc, const char *dir, struct ownbuild *row)
{
	struct compile_request request = {
		.policyc = policyc,
		.dir = dir,
		.file = row->file,
	};
	struct text diag = {};
	int fd = -1;

	if (!compile_run(&request, &diag, &fd)) {
		take_name(fd, row);
		close(fd);
	}
	text_free(&diag);
}

int ownbuild_all(const char *policyc, const char *dir, struct ownbuilds *all)
{
	struct scan scan;
	size_t i;
	int err;

	memset(all, 0, sizeof(*all));
	err = scan_read(dir, -1, &scan);
	if (err)
		return err;
	all->rows = calloc(scan.num + 1, sizeof(*all->rows));
	for (i = 0; all->rows && i < scan.num; i++) {
		if (scan.files[i].problem)
			continue;
		strcpy(all->rows[all->num].file, scan.files[i].name);
		build(policyc, dir, &all->rows[all->num++]);
	}
	scan_free(&scan);
	return all->rows ? 0 : -ENOMEM;
}

void ownbuild_free(struct ownbuilds *all)
{
	free(all->rows);
	memset(all, 0, sizeof(*all));
}

const struct ownbuild *ownbuild_find(const struct ownbuilds *all,
				     const char *policy)
{
	size_t i;

	for (i = 0; i < all->num; i++)
		if (!strcmp(all->rows[i].policy, policy))
			return &all->rows[i];
	return NULL;
}

static void __attribute__((noreturn))
child(const char *policyc, const char *command, const char *dir,
      const char *file, int out)
{
	const char *argv[] = { "policyc", command, file, NULL };
	char *env[] = { "PATH=/usr/local/bin:/usr/bin:/bin", "LC_ALL=C.UTF-8",
			NULL };
	int program = compile_open_program(policyc);

	if (program < 0 || dup2(out, STDOUT_FILENO) < 0 ||
	    dup2(out, STDERR_FILENO) < 0 || chdir(dir))
		_exit(127);
	syscall(SYS_execveat, program, "", argv, env, AT_EMPTY_PATH);
	_exit(127);
}

static int run(const char *policyc, const char *command, const char *dir,
	       const char *file, struct text *said)
{
	char chunk[4096];
	int ends[2], status;
	ssize_t len;
	pid_t pid;

	if (pipe2(ends, O_CLOEXEC))
		return -errno;
	fflush(NULL);
	pid = fork();
	if (!pid)
		child(policyc, command, dir, file, ends[1]);
	close(ends[1]);
	while (pid > 0 && (len = read(ends[0], chunk, sizeof(chunk))) > 0)
		text_add_bytes(said, chunk, (size_t)len);
	close(ends[0]);
	if (pid < 0)
		return -errno;
	if (waitpid(pid, &status, 0) != pid || !WIFEXITED(status))
		return -EIO;
	return WEXITSTATUS(status) == 127 ? -ENOENT : WEXITSTATUS(status);
}

int ownbuild_test(const char *policyc, const char *dir, const char *file,
		  struct text *said)
{
	return run(policyc, "test", dir, file, said);
}

int ownbuild_requests(const char *policyc, const char *dir, const char *file,
		      struct text *said)
{
	return run(policyc, "requests", dir, file, said);
}
