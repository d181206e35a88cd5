// SPDX-License-Identifier: GPL-2.0-only
#include <stdio.h>
#include <time.h>

#include "control.h"
#include "log.h"
#include "text.h"
#include "userlog.h"

bool userlog_take(struct userlog *users, uint64_t now, unsigned int *dropped)
{
	*dropped = 0;
	if (!users->lines || now - users->since >= USERLOG_SECONDS) {
		*dropped = users->dropped;
		*users = (struct userlog){ .since = now };
	}
	if (users->lines == USERLOG_LINES) {
		users->dropped++;
		return false;
	}
	users->lines++;
	return true;
}

void userlog_write(struct userlog *users, struct log *log,
		   const struct control_client *client, const char *level,
		   const char *label, const char *message)
{
	struct text line = {};
	struct timespec now;
	unsigned int dropped;
	char who[64];

	clock_gettime(CLOCK_MONOTONIC, &now);
	if (!userlog_take(users, (uint64_t)now.tv_sec, &dropped))
		return;
	if (dropped) {
		text_printf(&line, "%u requests have no line here", dropped);
		log_daemon(log, "notice", "users", text_string(&line));
		text_reset(&line);
	}
	snprintf(who, sizeof(who), "user %u, process %d", client->uid,
		 (int)client->pid);
	text_printf(&line, "asks for a container '%s': %s", label, message);
	log_daemon(log, level, who, text_string(&line));
	text_free(&line);
}
