// SPDX-License-Identifier: GPL-2.0-only
#include <errno.h>
#include <fcntl.h>
#include <openssl/evp.h>
#include <string.h>
#include <unistd.h>

#include "deps.h"

/* Return: is it a line of its own? If not, the list says that it lacks it. */
static bool check_path(struct buf *deps, const char *path)
{
	const char *at;

	for (at = path; *at; at++)
		if ((unsigned char)*at < ' ')
			break;
	if (*path && !*at)
		return true;
	buf_printf(deps, "unnamed\n");
	return false;
}

void deps_add_file(struct buf *deps, const struct source *source)
{
	deps_add_named(deps, source, source->name);
}

void deps_add_named(struct buf *deps, const struct source *source,
		    const char *path)
{
	unsigned char digest[EVP_MAX_MD_SIZE];
	unsigned int len = 0, i;

	if (!deps || !check_path(deps, path))
		return;
	if (!EVP_Digest(source->text, source->len, digest, &len, EVP_sha256(),
			NULL)) {
		buf_printf(deps, "unnamed\n");
		return;
	}
	buf_printf(deps, "file ");
	for (i = 0; i < len; i++)
		buf_printf(deps, "%02x", digest[i]);
	buf_printf(deps, " %s\n", path);
}

void deps_add_absent(struct buf *deps, const char *path)
{
	if (deps && check_path(deps, path))
		buf_printf(deps, "absent %s\n", path);
}

int deps_write(const struct buf *deps, const char *path)
{
	int fd = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0666);
	size_t done = 0;
	ssize_t got;

	if (fd < 0)
		return -errno;
	while (done < deps->len) {
		got = write(fd, deps->data + done, deps->len - done);
		if (got < 0 && errno == EINTR)
			continue;
		if (got < 0) {
			int err = -errno;

			(void)close(fd);
			return err;
		}
		done += (size_t)got;
	}
	return close(fd) ? -errno : 0;
}
