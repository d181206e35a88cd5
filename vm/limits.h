/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * limits.h - every bound of the virtual machine and of an image
 *
 * A value past a limit is refused by name, never cut. Compiler, daemon and
 * kernel share this file, so that what policyc writes the kernel takes.
 */
#ifndef BVM_LIMITS_H
#define BVM_LIMITS_H

#define BVM_MAX_INSNS 4096 /* instructions in one program */
#define BVM_MAX_LOWERED (4 * BVM_MAX_INSNS) /* ... after lowering */
#define BVM_STACK_BYTES 512 /* stack of a program, RFC 9669 */
#define BVM_KERNEL_STACK 256 /* the most that the kernel grants */
#define BVM_MAX_PENDING 256 /* merge targets awaited at one time */
#define BVM_LOWERED_PENDING 4 /* ... more, inside a lowered division */
#define BVM_VERIFY_BYTES (1280u << 10) /* the most the verifier works in */

#define BVM_MAX_IMAGE (64u << 20) /* bytes */
#define BVM_MAX_FILTER 4096 /* instructions of a seccomp filter: BPF_MAXINSNS */
#define BVM_MAX_SECTIONS 512
#define BVM_MAX_TABLES 256
#define BVM_MAX_RULES 100000 /* a verdict has 20 bits for the number */
#define BVM_MAX_NAME 64 /* policy or container name, with its NUL */
#define BVM_MAX_STRINGS (16u << 20) /* bytes of file names and messages */
#define BVM_MAX_SELECTORS 1024

#define BVM_MAX_DFA_STATES (4u << 20)
#define BVM_MAX_DFA_CELLS (16u << 20)
#define BVM_MAX_DFA_TAILS (16u << 20) /* bytes of all tails */
#define BVM_MAX_DFA_TAIL 4096 /* bytes of one */
#define BVM_MAX_LPM_PREFIXES 1000000 /* that a policy names */
#define BVM_MAX_LPM_NODES \
	(BVM_MAX_LPM_PREFIXES + 2) /* and ::/0, IPv4's border */
#define BVM_MAX_SET_KEYS 1000000
#define BVM_MAX_KEY 32 /* bytes of a key in KEYS, HASH and PRODUCT */
#define BVM_MAX_HASH_BUCKETS (1u << 21)
#define BVM_MAX_HASH_BUCKET 8 /* keys in one */
#define BVM_MAX_COMPONENTS 4 /* of a key in PRODUCT */
#define BVM_MAX_COMPONENT 16 /* bytes of one */
#define BVM_MAX_PRODUCT_BOUNDS (4u << 20) /* of one component */
#define BVM_MAX_RANGES 131072
#define BVM_MAX_ARRAY (8u << 20) /* elements */
#define BVM_MAX_LISTS 1000000
#define BVM_MAX_LIST_LEN 100001 /* one entry a rule and the default */
#define BVM_MAX_LIST_ENTRIES (4u << 20)
#define BVM_MAX_PREDICATES 64 /* bits of the word that decide() takes */

#define BVM_MAX_SLOTS 1024 /* 64-bit words a policy keeps for a container */
#define BVM_MAX_RATE_NS (1ull << 60) /* to fill an empty bucket: 36 years */
#define BVM_RATE_TRIES 16 /* to take a token while others do */

#define BVM_MAX_ARGS 64 /* arguments of a program */
#define BVM_MAX_ARGV (32u << 10) /* bytes of them, with their NULs */

#define BVM_MAX_PATH 4096 /* PATH_MAX, with the NUL */
#define BVM_MAX_DEPTH 64 /* components of a path */
#define BVM_MAX_START_S 86400 /* seconds that a container may wait */
#define BVM_MAX_STACKED 16 /* domains stacked on one task */

#endif /* BVM_LIMITS_H */
