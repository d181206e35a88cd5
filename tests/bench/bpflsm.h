/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * bpflsm.h - the tables of the stand-in for a BPF LSM
 *
 * The rules about paths are a tree: a name below a node is another node. Node
 * numbers begin with 1, which is the root directory of the rules.
 */
#ifndef BENCH_BPFLSM_H
#define BENCH_BPFLSM_H

#include <linux/types.h>

#define BPFLSM_READ 1
#define BPFLSM_WRITE 2
#define BPFLSM_EXEC 4
#define BPFLSM_KNOWN 8 /* a rule is there; without another bit it denies */

struct bpflsm_name {
	__u64 parent;
	char name[56]; /* padded with zeros; longer names are cut */
};

struct bpflsm_node {
	__u64 id;
	__u32 own; /* what may be done to it, and */
	__u32 below; /* to all that is below it; 0: no rule */
};

struct bpflsm_cgroup {
	__u64 root;
	__u64 capabilities; /* those that are allowed, a bit each */
};

struct bpflsm_net {
	__u32 len; /* of the prefix, in bits */
	__u32 address; /* in the order of the network */
};

#endif /* BENCH_BPFLSM_H */
