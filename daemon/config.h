/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * config.h - bailiffd.yaml: the options of options.def as keys
 *
 * No YAML is parsed here: policyc does it, as an unprivileged child, and
 * answers with the values, each with its place, and with what is wrong and where.
 */
#ifndef DAEMON_CONFIG_H
#define DAEMON_CONFIG_H

#include <stdbool.h>
#include <sys/types.h>

#include "options.h"
#include "text.h"

#define CONFIG_FILE "/etc/bailiff/bailiffd.yaml"

/* Where a value stands, as policyc shows it. */
struct config_place {
	const char *at; /* LINE:COL; NULL: the file does not say it */
	const char *line; /* with its number in front */
	const char *carets;
};

struct config {
	const char *file;
	struct text values; /* what options and places borrow; free it */
	struct config_place places[OPTIONS_NUM];
};

/* How the file is read. */
struct config_reader {
	const char *policyc;
	uid_t uid; /* whom policyc becomes; 0: nobody else */
	gid_t gid;
};

/*
 * Set what config->file says. why takes what is wrong, all of it, with lines and
 * carets.
 *
 * Return: 0; -ENOENT there is no such file; -EINVAL it has errors; -errno
 * policyc could not say.
 */
int config_read(struct config *config, const struct config_reader *reader,
		struct daemon_options *options, struct text *why);

/* Append "error" or "note" about the value of an option that has a place. */
void config_say(const struct config *config, size_t id, const char *severity,
		const char *problem, struct text *out);

/* NAME:KIND,... of all options, as policyc/config.h has it. */
void config_spec(struct text *out);

#endif /* DAEMON_CONFIG_H */
