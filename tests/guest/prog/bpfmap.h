/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * bpfmap.h - a BPF map of one element, made and read without a library
 */
#ifndef BPFMAP_H
#define BPFMAP_H

#include <linux/bpf.h>
#include <stdint.h>
#include <sys/syscall.h>
#include <unistd.h>

static inline int bpf(int cmd, union bpf_attr *attr)
{
	return syscall(SYS_bpf, cmd, attr, sizeof(*attr));
}

/* Return: an owned descriptor; -1 with errno. */
static inline int make_map(void)
{
	union bpf_attr attr = { .map_type = BPF_MAP_TYPE_ARRAY,
				.key_size = 4,
				.value_size = 4,
				.max_entries = 1 };

	return bpf(BPF_MAP_CREATE, &attr);
}

/* Return: 1; 0 with errno. */
static inline int use_map(int fd)
{
	unsigned int key = 0, value = 0;
	union bpf_attr attr = { .map_fd = fd,
				.key = (uintptr_t)&key,
				.value = (uintptr_t)&value };

	return bpf(BPF_MAP_LOOKUP_ELEM, &attr) == 0;
}

#endif /* BPFMAP_H */
