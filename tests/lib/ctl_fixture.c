// SPDX-License-Identifier: GPL-2.0-only
#include <check.h>
#include <fcntl.h>
#include <getopt.h>
#include <jansson.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "ctl_fixture.h"
#include "daemon/compile.h"
#include "tests/lib/tempdir.h"

#define MAX_ARGS 16

struct fake_kernel *ctl_kernel;
struct ctl ctl;
char ctl_dir[TEMPDIR_SIZE];
char ctl_out[65536];
char ctl_err[65536];

static char log_file[96], policyc[PATH_MAX];

void ctl_setup(void)
{
	char here[PATH_MAX - 32];

	memset(&ctl, 0, sizeof(ctl));
	ctl_kernel = fake_kernel_create(&ctl.kfs);
	tempdir_make(ctl_dir, "ctl");
	snprintf(log_file, sizeof(log_file), "%s/events.json", ctl_dir);
	close(open(log_file, O_WRONLY | O_CREAT | O_CLOEXEC, 0600));
	ck_assert_ptr_nonnull(getcwd(here, sizeof(here)));
	snprintf(policyc, sizeof(policyc), "%s/build/bin/policyc", here);
	ctl.run_dir = "/nowhere";
	ctl.log = log_file;
	ctl.policyc = policyc;
}

void ctl_teardown(void)
{
	fake_kernel_free(ctl_kernel);
	tempdir_remove(ctl_dir);
}

/* Standard output and error go to files meanwhile. */
struct capture {
	int fd;
	int kept;
	FILE *file;
};

static void begin(struct capture *capture, int fd)
{
	capture->fd = fd;
	capture->kept = dup(fd);
	capture->file = tmpfile();
	ck_assert_ptr_nonnull(capture->file);
	dup2(fileno(capture->file), fd);
}

static void end(struct capture *capture, char *to, size_t size)
{
	dup2(capture->kept, capture->fd);
	close(capture->kept);
	rewind(capture->file);
	to[fread(to, 1, size - 1, capture->file)] = '\0';
	fclose(capture->file);
}

int ctl_run_command(int (*command)(struct ctl *ctl, int argc, char **argv),
		    const char *name, ...)
{
	char *argv[MAX_ARGS + 1] = { (char *)name };
	struct capture out, err;
	int argc = 1, code;
	va_list args;

	va_start(args, name);
	while (argc < MAX_ARGS && (argv[argc] = va_arg(args, char *)))
		argc++;
	va_end(args);
	fflush(NULL);
	begin(&out, STDOUT_FILENO);
	begin(&err, STDERR_FILENO);
	optind = 0;
	code = command(&ctl, argc, argv);
	fflush(NULL);
	end(&out, ctl_out, sizeof(ctl_out));
	end(&err, ctl_err, sizeof(ctl_err));
	return code;
}

const char *ctl_write(const char *name, const char *text)
{
	static char path[160];
	FILE *file;

	snprintf(path, sizeof(path), "%s/%s", ctl_dir, name);
	file = fopen(path, "w");
	ck_assert_ptr_nonnull(file);
	fputs(text, file);
	fclose(file);
	return path;
}

void ctl_load_text(const char *yaml)
{
	struct compile_request request = {
		.policyc = policyc,
		.dir = ctl_dir,
		.file = "loaded.yaml",
	};
	struct text diag = {};
	char reply[KFS_REPLY];
	const void *bytes;
	size_t len;
	int fd = -1;

	ctl_write("loaded.yaml", yaml);
	ck_assert_msg(!compile_run(&request, &diag, &fd), "%s",
		      text_string(&diag));
	ck_assert_int_eq(compile_map(fd, &bytes, &len), 0);
	ck_assert_int_eq(kfs_request(&ctl.kfs, "load", bytes, len, reply), 0);
	munmap((void *)bytes, len);
	close(fd);
	text_free(&diag);
}

void ctl_put_log(const char *line)
{
	FILE *log = fopen(log_file, "a");

	ck_assert_ptr_nonnull(log);
	fprintf(log, "%s\n", line);
	fclose(log);
}

struct json_t *ctl_json(void)
{
	json_t *json = json_loads(ctl_out, 0, NULL);

	ck_assert_msg(json, "no JSON: %s", ctl_out);
	return json;
}
