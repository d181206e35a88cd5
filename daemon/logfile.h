/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * logfile.h - the log on the disk, which only the parent may open and move
 *
 *   LOG -> LOG.1 -> LOG.2 -> ... -> LOG.KEEP -> gone
 */
#ifndef DAEMON_LOGFILE_H
#define DAEMON_LOGFILE_H

struct daemon_options;

/* Make the directory that path is in, if there is none. */
void logfile_make_parent(const char *path);

/* Open the log for appending; "-" is standard output. A descriptor or -errno. */
int logfile_open(const char *log);

/*
 * Move the log away if it is as large as it may be: whoever asks cannot
 * empty it by asking. Also makes its directory, which may be gone.
 *
 * Return: 0, -EINVAL it is no file, -errno.
 */
int logfile_rotate(const struct daemon_options *options);

#endif /* DAEMON_LOGFILE_H */
