// SPDX-License-Identifier: GPL-2.0-only
/*
 * ebpf.c - what the running kernel's own verifier says of a program
 */
#include <linux/bpf.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "ebpf.h"
#include "tests/lib/bvm_family.h"

#define LOG_STATS 4 /* BPF_LOG_STATS of the kernel */

_Static_assert(sizeof(struct bvm_insn) == sizeof(struct bpf_insn),
	       "the same layout");

/* r1 = the packet, if it is long enough; r2 = its length */
static const struct bvm_insn prologue[] = {
	{ BVM_LDXW, 2, 1, offsetof(struct xdp_md, data_end), 0 },
	{ BVM_LDXW, 3, 1, offsetof(struct xdp_md, data), 0 },
	{ BVM_MOV64_X, 4, 3, 0, 0 },
	{ BVM_ADD64_K, 4, 0, 0, BVM_FAMILY_CTX },
	{ BVM_JLE64_X, 4, 2, 2, 0 },
	{ BVM_MOV64_K, 0, 0, 0, 0 },
	{ BVM_EXIT, 0, 0, 0, 0 },
	{ BVM_MOV64_X, 1, 3, 0, 0 },
	{ BVM_MOV64_K, 2, 0, 0, BVM_FAMILY_CTX },
};

static char text[1 << 16]; /* the kernel's log */

/* The number that follows a word in the log. */
static int find_number(const char *word, u32 *number)
{
	const char *at = strstr(text, word);

	return at && sscanf(at + strlen(word), " %u", number) == 1 ? 0 :
								     -EPROTO;
}

int ebpf_verify(const struct bvm_insn *insns, u32 num_insns,
		struct ebpf_verdict *verdict)
{
	static struct bvm_insn all[EBPF_MAX_INSNS];
	const u32 num = ARRAY_SIZE(prologue) + num_insns;
	union bpf_attr attr = {
		.prog_type = BPF_PROG_TYPE_XDP,
		.insn_cnt = num,
		.insns = (u64)(uintptr_t)all,
		.license = (u64)(uintptr_t) "GPL",
		.log_level = LOG_STATS,
		.log_size = sizeof(text),
		.log_buf = (u64)(uintptr_t)text,
	};
	long fd;
	int err;

	if (num > EBPF_MAX_INSNS)
		return -E2BIG;
	memcpy(all, prologue, sizeof(prologue));
	memcpy(all + ARRAY_SIZE(prologue), insns, num_insns * sizeof(*insns));
	memset(text, 0, sizeof(text));
	fd = syscall(SYS_bpf, BPF_PROG_LOAD, &attr, sizeof(attr));
	verdict->err = fd < 0 ? -errno : 0;
	if (fd >= 0)
		close((int)fd);
	err = find_number("processed", &verdict->processed);
	if (!err)
		err = find_number("verification time", &verdict->usec);
	if (err)
		fprintf(stderr, "ebpf: errno %d: %.400s\n", -verdict->err,
			text);
	return err;
}
