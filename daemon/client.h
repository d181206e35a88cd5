/* SPDX-License-Identifier: GPL-2.0-only */
/* client.h - ask the daemon: one line of JSON there, one back */
#ifndef DAEMON_CLIENT_H
#define DAEMON_CLIENT_H

#include <stddef.h>

struct json_t;

#define CLIENT_TIMEOUT_MS 4000 /* for the whole exchange */

/*
 * Send request to the daemon whose socket is in run_dir.
 *
 * Return: an owned JSON object, or NULL and a sentence in why.
 */
struct json_t *client_ask(const char *run_dir, const struct json_t *request,
			  char *why, size_t size);

/*
 * The same, and again while the daemon says that it still loads its policies;
 * all of it within ms milliseconds, at least 1. fd goes along, and stays the
 * caller's; -1: none.
 */
struct json_t *client_ask_patiently(unsigned int ms, const char *run_dir,
				    const struct json_t *request, int fd,
				    char *why, size_t size);

#endif /* DAEMON_CLIENT_H */
