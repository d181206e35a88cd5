/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * bundle.h - a bundle's config.json: read, and written as one step
 *
 * Numbers that JSON's usual readers would round or refuse (a limit of 2^64 - 1)
 * stay as they are written.
 */
#ifndef DAEMON_BUNDLE_H
#define DAEMON_BUNDLE_H

#include <stdbool.h>
#include <stddef.h>

struct json_t;
struct text;

/*
 * The most that a file of an engine's may have: a config.json has some 100 KB,
 * podman's list of containers 2 KB for each. Less than what a text holds.
 */
#define BUNDLE_MAX (15u << 20) /* bytes */

/*
 * Add the bytes of a file that an engine wrote to text.
 *
 * Return: 0; -EINVAL it is no regular file, for which we might wait; -EFBIG;
 * -ENOMEM; -errno.
 */
int bundle_read_text(const char *path, struct text *text);

/*
 * Read a file. Numbers that are not plain integers of up to 18 digits are
 * strings in it, which bundle_write turns back.
 *
 * Return: an owned object; NULL, and why has a sentence.
 */
struct json_t *bundle_read(const char *path, char *why, size_t size);

/*
 * Put config in the place of the file, with its owner and permissions, but
 * neither setuid nor setgid: who reads it sees the old one or the new one. A
 * symbolic link is followed, once: -EINVAL if it changes meanwhile.
 *
 * Return: 0, or -errno and a sentence in why; the file is then as it was.
 */
int bundle_write(const char *path, const struct json_t *config, char *why,
		 size_t size);

/*
 * The member of an object; NULL if there is none. Go's reader, which runc has,
 * takes names in any case: a name that differs in that alone is refused.
 *
 * Return: 0; -EINVAL such a name, or object is none: why has a sentence.
 */
int bundle_member(const struct json_t *object, const char *key,
		  struct json_t **member, char *why, size_t size);

/*
 * Has the bundle a createRuntime hook path with that argument already, because
 * an engine put it there?
 */
bool bundle_hook_has(const struct json_t *config, const char *path,
		     const char *argument);

/*
 * Have the runtime run path as the first of the createRuntime hooks, with argv
 * (path's name first, NULL behind the last) and timeout in seconds, instead of
 * what the list has of that path.
 *
 * Return: 0; -EINVAL the file is not as it should be: why has a sentence.
 */
int bundle_add_hook(struct json_t *config, const char *path,
		    const char *const *argv, unsigned int timeout, char *why,
		    size_t size);

#endif /* DAEMON_BUNDLE_H */
