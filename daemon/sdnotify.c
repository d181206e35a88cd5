// SPDX-License-Identifier: GPL-2.0-only
#include <errno.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include "sdnotify.h"
#include "text.h"

static int connect_to(const char *name)
{
	struct sockaddr_un address = { .sun_family = AF_UNIX };
	size_t len = strlen(name);
	int fd, err;

	if ((name[0] != '/' && name[0] != '@') || len < 2 ||
	    len >= sizeof(address.sun_path))
		return -EINVAL;
	memcpy(address.sun_path, name, len);
	if (name[0] == '@') /* an abstract one */
		address.sun_path[0] = '\0';
	fd = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
	if (fd < 0)
		return -errno;
	if (connect(fd, (struct sockaddr *)&address,
		    (socklen_t)(offsetof(struct sockaddr_un, sun_path) + len))) {
		err = -errno;
		close(fd);
		return err;
	}
	return fd;
}

/* Milliseconds of WATCHDOG_USEC, if it is meant for us. */
static uint64_t watchdog(void)
{
	const char *pid = getenv("WATCHDOG_PID");
	const char *usec = getenv("WATCHDOG_USEC");
	unsigned long long number;

	if (pid &&
	    (text_number(pid, INT32_MAX, &number) || (pid_t)number != getpid()))
		return 0;
	if (!usec || text_number(usec, UINT64_MAX, &number))
		return 0;
	return number / 1000;
}

int sdnotify_open(struct sdnotify *notify)
{
	const char *name = getenv("NOTIFY_SOCKET");

	memset(notify, 0, sizeof(*notify));
	notify->fd = name ? connect_to(name) : -1;
	if (notify->fd >= 0)
		notify->watchdog_ms = watchdog();
	unsetenv("NOTIFY_SOCKET");
	unsetenv("WATCHDOG_PID");
	unsetenv("WATCHDOG_USEC");
	return name && notify->fd < 0 ? notify->fd : 0;
}

void sdnotify_close(struct sdnotify *notify)
{
	if (notify->fd >= 0)
		close(notify->fd);
	notify->fd = -1;
}

static void tell(const struct sdnotify *notify, const char *lines)
{
	/* if systemd does not listen, nobody can be told so */
	if (notify->fd >= 0)
		(void)!send(notify->fd, lines, strlen(lines), MSG_NOSIGNAL);
}

void sdnotify_alive(struct sdnotify *notify, bool ready, const char *status)
{
	char lines[256] = "";
	size_t len = 0;

	if (ready && !notify->ready)
		len += (size_t)snprintf(lines, sizeof(lines), "READY=1\n");
	if (strcmp(status, notify->status))
		len += (size_t)snprintf(lines + len, sizeof(lines) - len,
					"STATUS=%.127s\n", status);
	if (notify->watchdog_ms)
		snprintf(lines + len, sizeof(lines) - len, "WATCHDOG=1\n");
	notify->ready |= ready;
	snprintf(notify->status, sizeof(notify->status), "%s", status);
	if (lines[0])
		tell(notify, lines);
}

void sdnotify_stopping(struct sdnotify *notify)
{
	tell(notify, "STOPPING=1\n");
}
