// SPDX-License-Identifier: GPL-2.0-only
#include <arpa/inet.h>
#include <errno.h>
#include <netinet/in.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include "listen.h"
#include "text.h"

#define BACKLOG 128

static int open_socket(int family)
{
	int fd = socket(family, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);

	return fd < 0 ? -errno : fd;
}

/* Is anybody there? Only a socket without a listener may be removed. */
static int clear_way(const struct sockaddr_un *address)
{
	struct stat stat_buf;
	int fd, err;

	if (lstat(address->sun_path, &stat_buf))
		return errno == ENOENT ? 0 : -errno;
	if (!S_ISSOCK(stat_buf.st_mode))
		return -EEXIST;
	fd = open_socket(AF_UNIX);
	if (fd < 0)
		return fd;
	/* a full queue (EAGAIN) has a listener as well */
	err = connect(fd, (const struct sockaddr *)address, sizeof(*address)) ?
		      errno :
		      0;
	close(fd);
	if (err != ECONNREFUSED)
		return -EADDRINUSE;
	return unlink(address->sun_path) ? -errno : 0;
}

int listen_unix(const char *path, mode_t mode)
{
	struct sockaddr_un address = { .sun_family = AF_UNIX };
	int fd, err;

	if (strlen(path) >= sizeof(address.sun_path))
		return -ENAMETOOLONG;
	strcpy(address.sun_path, path);
	err = clear_way(&address);
	if (err)
		return err;
	fd = open_socket(AF_UNIX);
	if (fd < 0)
		return fd;
	/* nobody can connect before it listens */
	if (bind(fd, (struct sockaddr *)&address, sizeof(address)) ||
	    chmod(path, mode) || listen(fd, BACKLOG)) {
		err = -errno;
		close(fd);
		return err;
	}
	return fd;
}

static int listen_port(const struct sockaddr *address, socklen_t len)
{
	int fd = open_socket(address->sa_family), on = 1, err;

	if (fd < 0)
		return fd;
	if (setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &on, sizeof(on)) ||
	    bind(fd, address, len) || listen(fd, BACKLOG)) {
		err = -errno;
		close(fd);
		return err;
	}
	return fd;
}

int listen_at(const char *where)
{
	static const char four[] = "127.0.0.1:", six[] = "[::1]:";
	struct sockaddr_in address = {
		.sin_family = AF_INET,
		.sin_addr.s_addr = htonl(INADDR_LOOPBACK),
	};
	struct sockaddr_in6 address6 = {
		.sin6_family = AF_INET6,
		.sin6_addr = IN6ADDR_LOOPBACK_INIT,
	};
	bool is_six = !strncmp(where, six, sizeof(six) - 1);
	unsigned long long port;

	if (where[0] == '/')
		return listen_unix(where, 0660);
	if (is_six)
		where += sizeof(six) - 1;
	else if (!strncmp(where, four, sizeof(four) - 1))
		where += sizeof(four) - 1;
	if (text_number(where, 65535, &port) || !port)
		return -EINVAL;
	address.sin_port = htons((uint16_t)port);
	address6.sin6_port = address.sin_port;
	if (is_six)
		return listen_port((struct sockaddr *)&address6,
				   sizeof(address6));
	return listen_port((struct sockaddr *)&address, sizeof(address));
}

const char *listen_problem(int err)
{
	switch (err) {
	case -EEXIST:
		return "something that is no socket is in its place: move it "
		       "away";
	case -EADDRINUSE:
		return "another program listens there";
	case -EINVAL:
		return "it is neither PORT, 127.0.0.1:PORT, [::1]:PORT nor an "
		       "absolute path";
	}
	return strerror(-err);
}
