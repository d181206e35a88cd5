/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * logline.h - a line of bailiffd's log (docs/log-format.md)
 */
#ifndef POLICYC_LOGLINE_H
#define POLICYC_LOGLINE_H

#include "request.h"

/* A decision that was recorded; strings are in the arena, "" if not there. */
struct logline {
	u32 class;
	u32 op;
	bool denied; /* or would have been, but for audit mode */
	bool enforced; /* denied, and not in audit mode */
	bool by_rules; /* rules or defaults decided, not some other reason */
	bool widens; /* denied: the new name would have given more rights */
	u32 uid; /* as the host sees it */
	u32 tid;
	u64 seq;
	u64 times; /* so many alike records are this line; at least 1 */
	const char *policy;
	const char *reason;
	const char *object;
	const char *detail;
	const char *exe;
	const char *renamed; /* made up, for a rename to this name; or NULL */
};

/*
 * Read one line, without its newline.
 *
 * Return: 1 a decision; 0 another line of the log (lifecycle, the daemon's);
 * -EINVAL with *why: it is no line of the log.
 */
int logline_parse(struct arena *arena, const char *text, size_t len,
		  struct logline *line, const char **why);

/* The second name of a rename or link, or NULL. */
const char *logline_second(const struct logline *line);

/*
 * The path of what is mounted, or NULL. A record of a mount has its source or its
 * type, whichever is known first, and types are no paths. One that has a source is
 * taken for a bind mount, unless the source is a device, whose type is not known.
 * The root is no source: that is also the name of what was never attached.
 */
const char *logline_source(const struct logline *line);
/* Does it not say what is mounted there? */
bool logline_lacks_type(const struct logline *line);

/* The request that the line records, as `policyc explain` takes it. */
const char *logline_text(struct arena *arena, const struct logline *line);

/*
 * The same as a request. What a record does not say (gid; of a mount its flags,
 * and its source or its type) is left open; so is uid, unless it is the same as on
 * the host. Arguments of programs are not recorded: the request has none.
 *
 * Return: 0; -EINVAL: it cannot be asked again, as the record names no object.
 */
int __must_check logline_request(struct arena *arena,
				 const struct logline *line, bool same_uid,
				 struct request *request);

#endif /* POLICYC_LOGLINE_H */
