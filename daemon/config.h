/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * config.h - bailiffd.yaml: the options of options.def as keys
 *
 * No YAML is parsed here: policyc does it, as an unprivileged child, and
 * answers with lines or with what is wrong and where.
 */
#ifndef DAEMON_CONFIG_H
#define DAEMON_CONFIG_H

#include <stdbool.h>
#include <sys/types.h>

#define CONFIG_FILE "/etc/bailiff/bailiffd.yaml"

struct daemon_options;
struct text;

/* How the file is read. */
struct config_reader {
	const char *policyc;
	uid_t uid; /* whom policyc becomes; 0: nobody else */
	gid_t gid;
};

/*
 * Set what file says. values takes the text that options then borrow; why
 * what is wrong, with lines and carets.
 *
 * Return: 0; -ENOENT there is no such file; -EINVAL it has errors; -errno
 * policyc could not say.
 */
int config_read(const char *file, const struct config_reader *reader,
		struct daemon_options *options, struct text *values,
		struct text *why);

/* NAME:KIND,... of all options. */
void config_spec(struct text *out);

#endif /* DAEMON_CONFIG_H */
