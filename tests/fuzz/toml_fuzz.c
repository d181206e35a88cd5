// SPDX-License-Identifier: GPL-2.0-only
/* toml_fuzz.c - what container engines are configured by: any bytes */
#include <assert.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "daemon/toml.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* All three can be read to their ends; names are without what is stripped. */
static void use(void *arg, const char *table, const char *key,
		const char *value)
{
	size_t *told = arg;

	assert(!strpbrk(key, "\"'") && !strpbrk(table, "\"']"));
	*told += strlen(table) + strlen(key) + strlen(value);
}

/* A file is read by its name: the same one again and again. */
static const char *open_file(int *fd)
{
	static char path[32];

	*fd = memfd_create("toml", MFD_CLOEXEC);
	if (*fd < 0)
		abort();
	snprintf(path, sizeof(path), "/proc/self/fd/%d", *fd);
	return path;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static const char *path;
	static int fd;
	size_t told = 0;

	if (!path)
		path = open_file(&fd);
	if (ftruncate(fd, 0) || pwrite(fd, data, size, 0) != (ssize_t)size)
		abort();
	if (toml_read(path, use, &told))
		abort();
	return 0;
}
