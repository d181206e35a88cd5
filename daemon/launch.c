// SPDX-License-Identifier: GPL-2.0-only
#include <errno.h>
#include <fcntl.h>
#include <linux/audit.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <unistd.h>

#include "launch.h"
#include "readback.h"
#include "vm/image.h"

#if defined(__x86_64__)
#define OWN_ARCH AUDIT_ARCH_X86_64
#else
#define OWN_ARCH 0
#endif

_Static_assert(sizeof(struct sock_filter) == sizeof(struct bvm_filter_insn),
	       "an image has them as seccomp(2) takes them");

static int take(const struct bvm_image *image, struct launch_filter *filter)
{
	size_t len;

	if (!bvm_image_wants_launcher(image))
		return 0;
	if (image->syscalls->arch != OWN_ARCH)
		return -EXDEV;
	len = image->syscalls->num_insns * sizeof(*filter->insns);
	filter->insns = malloc(len);
	if (!filter->insns)
		return -ENOMEM;
	memcpy(filter->insns, image->filter, len);
	filter->num = (unsigned short)image->syscalls->num_insns;
	return 0;
}

int launch_parse(const void *bytes, size_t len, struct launch_filter *filter)
{
	struct bvm_image *image = malloc(sizeof(*image));
	int err = -EINVAL;

	memset(filter, 0, sizeof(*filter));
	if (!image)
		return -ENOMEM;
	if (!bvm_image_parse(bytes, len, image, NULL))
		err = take(image, filter);
	free(image);
	return err;
}

int launch_read(struct kfs *kfs, const char *policy,
		struct launch_filter *filter)
{
	char file[PATH_MAX];
	void *bytes;
	size_t len;
	int fd, err;

	memset(filter, 0, sizeof(*filter));
	snprintf(file, sizeof(file), "policies/%s/image", policy);
	fd = kfs_open(kfs, file, O_RDONLY);
	if (fd < 0)
		return fd;
	bytes = readback_bytes(fd, &len, &err);
	close(fd);
	if (!bytes)
		return err;
	err = launch_parse(bytes, len, filter);
	if (!err)
		readback_digest(bytes, len, filter->digest);
	free(bytes);
	return err;
}

void launch_set_audit(struct launch_filter *filter)
{
	for (unsigned int i = 0; i < filter->num; i++) {
		struct bvm_filter_insn *insn = &filter->insns[i];

		if (insn->code == (BPF_RET | BPF_K) &&
		    insn->k != SECCOMP_RET_ALLOW)
			insn->k = SECCOMP_RET_LOG;
	}
}

int launch_install(const struct launch_filter *filter)
{
	struct sock_fprog program = {
		.len = filter->num,
		.filter = (void *)filter->insns,
	};

	if (!filter->insns)
		return 0;
	return prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &program) ? -errno :
								      0;
}

void launch_free(struct launch_filter *filter)
{
	free(filter->insns);
	memset(filter, 0, sizeof(*filter));
}
