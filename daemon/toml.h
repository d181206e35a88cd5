/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * toml.h - keys of the configurations that container engines have in TOML
 *
 * Only what those use: tables, and keys with a string, an array of strings or a
 * word. What is anything else is passed over, not refused: the file is somebody
 * else's, and whose it is says what is wrong with it.
 */
#ifndef DAEMON_TOML_H
#define DAEMON_TOML_H

/*
 * Told of each key, in the order of the file: the table as it is written
 * between the brackets, without blanks and quotes; the value of a string
 * without its quotes, of anything else (an array, over all its lines) as it is
 * written, without blanks.
 */
typedef void toml_fn(void *arg, const char *table, const char *key,
		     const char *value);

/*
 * Return: 0; -errno of a file that cannot be read: fn may have been told of
 * some of it; -ENOMEM.
 */
int toml_read(const char *path, toml_fn *fn, void *arg);

#endif /* DAEMON_TOML_H */
