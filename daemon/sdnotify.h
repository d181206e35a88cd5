/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * sdnotify.h - sd_notify(3): the service is ready, and still alive
 *
 * A datagram to the socket that the environment names, so that no library is
 * needed. Without such a socket everything here does nothing.
 */
#ifndef DAEMON_SDNOTIFY_H
#define DAEMON_SDNOTIFY_H

#include <stdbool.h>
#include <stdint.h>

struct sdnotify {
	int fd; /* -1: nobody wants to know */
	bool ready; /* and it was told */
	char status[128]; /* that was told last */
	uint64_t watchdog_ms; /* it must be told within that; 0: never */
};

/*
 * Take NOTIFY_SOCKET, WATCHDOG_USEC and WATCHDOG_PID out of the environment:
 * no child gets them.
 *
 * Return: 0; -EINVAL the socket's name is none; -errno it cannot be reached.
 */
int sdnotify_open(struct sdnotify *notify);
void sdnotify_close(struct sdnotify *notify);

/* It is alive, and how it is: READY the first time that ready is true. */
void sdnotify_alive(struct sdnotify *notify, bool ready, const char *status);

void sdnotify_stopping(struct sdnotify *notify);

#endif /* DAEMON_SDNOTIFY_H */
