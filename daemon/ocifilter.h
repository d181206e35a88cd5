/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * ocifilter.h - filters of policies, beside what "linux.seccomp" of a bundle
 * has
 *
 * The result does to each system call what two filters would do, one of them
 * behind the other: the stricter of what they say, in seccomp's own order. OCI
 * has one word for a call, unless its arguments matter; what would need more
 * is refused.
 */
#ifndef DAEMON_OCIFILTER_H
#define DAEMON_OCIFILTER_H

#include <stddef.h>
#include <stdint.h>

struct bvm_filter_insn;
struct json_t;

struct ocifilter {
	const char *policy; /* its name, for messages */
	struct bvm_filter_insn *insns; /* for x86_64 */
	uint32_t num;
};

/*
 * Merge filters (at least one) with a section, which may be NULL. Return: an
 * owned section; NULL, and why has a sentence.
 */
struct json_t *ocifilter_merge(const struct json_t *section,
			       const struct ocifilter *filters, size_t num,
			       char *why, size_t size);

#endif /* DAEMON_OCIFILTER_H */
