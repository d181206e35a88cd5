/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * fake_kernel.h - the files of lsm/uapi/bailiff.h without a kernel
 *
 * Lives in shared memory, so that a test sees what a daemon in another
 * process did. A write is answered from the same open file, as in securityfs.
 */
#ifndef TESTS_FAKE_KERNEL_H
#define TESTS_FAKE_KERNEL_H

#include <limits.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "daemon/kfs.h"

#define FAKE_POLICIES 1024
#define FAKE_IMAGE (128 * 1024)

struct fake_policy {
	bool used;
	bool bound; /* unload says EBUSY */
	char name[64];
	char digest[65];
	unsigned int generation;
	size_t len;
	unsigned char image[FAKE_IMAGE];
};

struct fake_kernel {
	unsigned int num_loads;
	unsigned int num_unloads;
	unsigned int last_generation;
	char last_bind[512];
	unsigned int num_binds;
	unsigned int join_at; /* bind by which all tasks have joined; 0: none */
	char last_self[512]; /* the policy that was entered last */
	char last_trace[128]; /* whose decisions are traced */
	char modes[512]; /* all that was written to mode files, a line each */
	char mode[64]; /* what `mode` of every policy says */
	bool load_between; /* another load comes after the next one */
	/* somebody else's version of a policy that is loaded; NULL: none */
	const void *next;
	size_t next_len;
	enum {
		NEXT_AFTER_LOAD,
		NEXT_AFTER_IMAGE, /* once its image is opened */
		NEXT_WITH_IMAGE, /* while it is, and then as it was */
	} next_when;
	bool live_generation; /* `status` says last_generation, too */
	char version[64]; /* what `version` says */
	char bindings[1024]; /* what `bindings` says */
	char tasks[256]; /* what `tasks` says */
	char status[512]; /* what `status` says */
	char rules[512]; /* what `rules` of every policy says */
	unsigned char traced[1024]; /* what `trace` gives */
	size_t traced_len;
	bool no_status; /* answer EACCES */
	bool not_root; /* files of mode 0400 answer EACCES */
	bool no_images; /* to read an image fails */
	int info_errno; /* what `info` of policies answers, if not 0 */
	bool refuse_loads; /* answer EINVAL and a sentence */
	unsigned int
		refuse_after; /* loads after which it no longer does; 0: never */
	int events[2]; /* a pipe: records are written to [1] */
	char dir[PATH_MAX]; /* holds the file `lsm`; removed at the end */
	struct fake_policy policies[FAKE_POLICIES];
};

/* Make one, and let kfs use it. */
struct fake_kernel *fake_kernel_create(struct kfs *kfs);
void fake_kernel_free(struct fake_kernel *kernel);

/* The machine was started anew: nothing is loaded, and no load counted. */
void fake_kernel_forget(struct fake_kernel *kernel);

struct fake_policy *fake_kernel_find(struct fake_kernel *kernel,
				     const char *name);

#endif /* TESTS_FAKE_KERNEL_H */
