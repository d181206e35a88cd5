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

static int unix_address(const char *path, struct sockaddr_un *address)
{
	memset(address, 0, sizeof(*address));
	address->sun_family = AF_UNIX;
	if (strlen(path) >= sizeof(address->sun_path))
		return -ENAMETOOLONG;
	strcpy(address->sun_path, path);
	return 0;
}

/* Is anybody there? Return: 0 nothing; 1 a socket without a listener; -errno. */
static int look(const struct sockaddr_un *address)
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
	return err == ECONNREFUSED ? 1 : -EADDRINUSE;
}

/* Only a socket without a listener may be removed. */
static int clear_way(const struct sockaddr_un *address)
{
	int found = look(address);

	if (found <= 0)
		return found;
	return unlink(address->sun_path) ? -errno : 0;
}

int listen_unix(const char *path, mode_t mode)
{
	struct sockaddr_un address;
	int fd, err;

	err = unix_address(path, &address);
	if (!err)
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

/* A TCP address of this machine alone. */
struct port {
	union {
		struct sockaddr any;
		struct sockaddr_in four;
		struct sockaddr_in6 six;
	} address;
	socklen_t len;
};

/* Return: 0 or -EINVAL. */
static int parse_port(const char *where, struct port *port)
{
	static const char four[] = "127.0.0.1:", six[] = "[::1]:";
	bool is_six = !strncmp(where, six, sizeof(six) - 1);
	unsigned long long number;

	if (is_six)
		where += sizeof(six) - 1;
	else if (!strncmp(where, four, sizeof(four) - 1))
		where += sizeof(four) - 1;
	if (text_number(where, 65535, &number) || !number)
		return -EINVAL;
	memset(port, 0, sizeof(*port));
	if (is_six) {
		port->address.six.sin6_family = AF_INET6;
		port->address.six.sin6_addr = in6addr_loopback;
		port->address.six.sin6_port = htons((uint16_t)number);
		port->len = sizeof(port->address.six);
		return 0;
	}
	port->address.four.sin_family = AF_INET;
	port->address.four.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
	port->address.four.sin_port = htons((uint16_t)number);
	port->len = sizeof(port->address.four);
	return 0;
}

/* Return: a socket that is bound and does not listen yet, or -errno. */
static int bind_port(const struct port *port)
{
	int fd = open_socket(port->address.any.sa_family), on = 1, err;

	if (fd < 0)
		return fd;
	if (setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &on, sizeof(on)) ||
	    bind(fd, &port->address.any, port->len)) {
		err = -errno;
		close(fd);
		return err;
	}
	return fd;
}

int listen_check(const char *where)
{
	struct sockaddr_un address;
	struct port port;

	if (where[0] == '/')
		return unix_address(where, &address);
	return parse_port(where, &port);
}

int listen_try(const char *where)
{
	struct sockaddr_un address;
	struct port port;
	int err, fd;

	if (where[0] == '/') {
		err = unix_address(where, &address);
		if (!err)
			err = look(&address);
		return err < 0 ? err : 0;
	}
	err = parse_port(where, &port);
	if (err)
		return err;
	fd = bind_port(&port);
	if (fd < 0)
		return fd;
	close(fd);
	return 0;
}

int listen_at(const char *where)
{
	struct port port;
	int fd, err;

	if (where[0] == '/')
		return listen_unix(where, 0660);
	if (parse_port(where, &port))
		return -EINVAL;
	fd = bind_port(&port);
	if (fd >= 0 && listen(fd, BACKLOG)) {
		err = -errno;
		close(fd);
		return err;
	}
	return fd;
}

const char *listen_problem(int err)
{
	switch (err) {
	case -EEXIST:
		return "something that is no socket is in its place: move it "
		       "away";
	case -EADDRINUSE:
		return "another program listens there";
	case -ENAMETOOLONG:
		return "it is too long: the path of a socket has at most 107 "
		       "bytes";
	case -EINVAL:
		return "it is neither PORT, 127.0.0.1:PORT, [::1]:PORT nor an "
		       "absolute path";
	}
	return strerror(-err);
}
