// SPDX-License-Identifier: GPL-2.0-only
#include <errno.h>
#include <jansson.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "bailiffd.h"
#include "client.h"
#include "ctl.h"

void ctl_error(const char *fmt, ...)
{
	va_list args;

	fputs("bailiffctl: ", stderr);
	va_start(args, fmt);
	vfprintf(stderr, fmt, args);
	va_end(args);
	fputc('\n', stderr);
}

int ctl_usage(const char *command, const char *fmt, ...)
{
	va_list args;

	fprintf(stderr, "bailiffctl %s: ", command);
	va_start(args, fmt);
	vfprintf(stderr, fmt, args);
	va_end(args);
	fprintf(stderr, " (see bailiffctl %s --help)\n", command);
	return CTL_USAGE;
}

int ctl_refused(const char *what, int err, const char *text)
{
	ctl_error("%s: %s", what, text[0] ? text : strerror(-err));
	switch (err) {
	case -EPERM:
	case -EACCES:
		if (geteuid())
			ctl_error("this needs root (CAP_MAC_ADMIN)");
		return CTL_LACKS;
	case -ENOMEM:
	case -EIO:
		return CTL_LACKS;
	case -EBUSY:
		return CTL_NO;
	case -EPROTO:
		return CTL_BUG;
	default:
		return CTL_USAGE;
	}
}

int ctl_need_kernel(struct ctl *ctl)
{
	char why[KFS_REPLY];

	if (!kfs_check_lsm(&ctl->kfs, why, sizeof(why)) &&
	    !kfs_check_abi(&ctl->kfs, why, sizeof(why)))
		return CTL_YES;
	ctl_error("%s", why);
	return CTL_LACKS;
}

int ctl_read(struct ctl *ctl, const char *file, struct text *text)
{
	int err = kfs_read(&ctl->kfs, file, text);

	if (!err)
		return CTL_YES;
	ctl_error("%s/%s: %s%s", ctl->kfs.dir, file, strerror(-err),
		  err == -EACCES || err == -EPERM ? "; this needs root" : "");
	return CTL_LACKS;
}

struct json_t *ctl_string(const char *name)
{
	struct text text = {};
	json_t *value;

	text_add_utf8(&text, name);
	value = json_string(text_string(&text));
	text_free(&text);
	return value;
}

void ctl_dump(const struct json_t *json)
{
	json_dumpf(json, stdout,
		   JSON_INDENT(2) | JSON_PRESERVE_ORDER | JSON_ENSURE_ASCII);
	putchar('\n');
}

struct json_t *ctl_ask(struct ctl *ctl, const char *command, char *why,
		       size_t size)
{
	json_t *answer, *request = json_pack("{s:s}", "cmd", command);

	answer = client_ask(ctl->run_dir, request, why, size);
	json_decref(request);
	if (answer && !json_is_true(json_object_get(answer, "ok"))) {
		const char *error =
			json_string_value(json_object_get(answer, "error"));

		snprintf(why, size, "%s", error ? error : "no answer");
		json_decref(answer);
		return NULL;
	}
	return answer;
}

static volatile sig_atomic_t stopped;

static void stop(int sig)
{
	(void)sig;
	stopped = 1;
}

void ctl_catch_signals(void)
{
	static const int signals[] = { SIGINT, SIGQUIT, SIGTERM, SIGHUP,
				       SIGPIPE };
	struct sigaction action = { .sa_handler = stop };
	size_t i;

	stopped = 0;
	for (i = 0; i < sizeof(signals) / sizeof(signals[0]); i++)
		sigaction(signals[i], &action, NULL);
}

bool ctl_is_stopped(void)
{
	return stopped;
}
