// SPDX-License-Identifier: GPL-2.0-only
#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "image_out.h"
#include "input.h"

/* Is it a regular file that begins like an image? Nothing is reported. */
static bool is_image(const char *path)
{
	char magic[sizeof(BVM_IMAGE_MAGIC)];
	struct stat st;
	bool found;
	int fd;

	if (!strcmp(path, "-"))
		return false;
	fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
	if (fd < 0)
		return false;
	found = !fstat(fd, &st) && S_ISREG(st.st_mode) &&
		read(fd, magic, sizeof(magic)) == sizeof(magic) &&
		!memcmp(magic, BVM_IMAGE_MAGIC, sizeof(magic));
	(void)close(fd);
	return found;
}

int input_read_bytes(const char *path, struct buf *bytes)
{
	const bool standard = !strcmp(path, "-");
	const size_t step = 1u << 16;
	int fd = STDIN_FILENO;
	ssize_t got;

	if (!standard)
		fd = open(path, O_RDONLY | O_CLOEXEC);
	if (fd < 0)
		return -errno;
	do {
		u8 *at = buf_reserve(bytes, step);

		got = read(fd, at, step);
		bytes->len -= step - (got > 0 ? (size_t)got : 0);
	} while (got > 0 && bytes->len <= BVM_MAX_IMAGE);
	got = got < 0 ? -errno : 0;
	if (!standard)
		(void)close(fd);
	return got;
}

static int open_image(struct run *run, const char *path, struct input *input)
{
	struct bvm_error err;
	int ret;

	memset(input, 0, sizeof(*input));
	input->bytes = (struct buf)BUF_INIT(run->arena);
	input->img = arena_alloc(run->arena, sizeof(*input->img));
	ret = input_read_bytes(path, &input->bytes);
	if (ret) {
		diag_report(run->diag, NULL, READ, path, strerror(-ret));
		return EXIT_BAD;
	}
	/* --log verifies program by program, and shows how far it gets */
	if (run->log)
		ret = bvm_image_parse(input->bytes.data, input->bytes.len,
				      input->img, &err);
	else
		ret = image_load(run->arena, input->bytes.data,
				 input->bytes.len, input->img, &err);
	if (!ret)
		return EXIT_YES;
	diag_report(run->diag, NULL, NO_IMAGE, path, err.off, err.text);
	return EXIT_BAD;
}

int input_compile(struct run *run, const struct ast_policy *ast,
		  struct input *input)
{
	struct bvm_error err;

	memset(input, 0, sizeof(*input));
	input->bytes = (struct buf)BUF_INIT(run->arena);
	input->img = arena_alloc(run->arena, sizeof(*input->img));
	input->lowered = arena_alloc(run->arena, sizeof(*input->lowered));
	input->ast = ast;
	if (!ast || image_build(run->arena, run->diag, ast, &input->bytes))
		return EXIT_BAD;
	/* cannot fail: image_build has done both */
	if (lowering_run(run->arena, run->diag, ast, input->lowered) ||
	    image_load(run->arena, input->bytes.data, input->bytes.len,
		       input->img, &err))
		return EXIT_BUG;
	return EXIT_YES;
}

int input_open(struct run *run, const char *path, struct input *input)
{
	if (is_image(path))
		return open_image(run, path, input);
	return input_compile(
		run, parse_policy(run->arena, run->diag, &run->parse, path),
		input);
}
