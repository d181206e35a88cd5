// SPDX-License-Identifier: GPL-2.0-only
/*
 * guest_bench.c - what is measured in the guest, as root
 *
 * usage: guest_bench verifiers | guest_bench load CASE SIZE IMAGE
 *
 * verifiers: the same programs through the kernel's eBPF verifier and through
 * ours. load: an image through securityfs; the policy is unloaded again.
 *
 * The guest's clock may go in steps of 4 ms, so a figure is the mean over many
 * of them, and not a median.
 */
#include <fcntl.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "ebpf.h"
#include "lsm/uapi/bailiff.h"
#include "measure.h"
#include "tests/lib/bvm_family.h"
#include "vm/verify.h"

#define MIN_US 60000 /* that a figure is the mean of */
#define MAX_RUNS 300

static struct bvm_insn insns[BVM_FAMILY_MAX];
static u32 num_insns;
static void *scratch;

static void fail(const char *what)
{
	fprintf(stderr, "guest_bench: %s\n", what);
	exit(1);
}

static u64 now_ns(void)
{
	struct timespec ts;

	if (clock_gettime(CLOCK_MONOTONIC, &ts))
		abort();
	return (u64)ts.tv_sec * 1000000000 + (u64)ts.tv_nsec;
}

static void run_ours(void)
{
	const struct bvm_verify_in in = {
		.insns = insns,
		.num_insns = num_insns,
		.ctx.size = BVM_FAMILY_CTX,
		.max_stack = BVM_STACK_BYTES,
		.scratch = scratch,
	};
	struct bvm_verify_out out;
	struct bvm_error err;

	if (bvm_verify(&in, &out, &err))
		fail(err.text);
}

static double time_ours(void)
{
	const u64 start = now_ns();
	u64 runs = 0, ns = 0;

	for (; ns < MIN_US * 1000ull; ns = now_ns() - start, runs++)
		run_ours();
	return (double)ns / 1000 / (double)runs;
}

/* By the kernel's own clock: of a load, what its verifier took. */
static double time_linux(struct ebpf_verdict *verdict)
{
	u32 runs = 0, us = 0;

	for (; us < MIN_US && runs < MAX_RUNS; us += verdict->usec, runs++) {
		if (ebpf_verify(insns, num_insns, verdict))
			fail("the kernel gives no verdict");
	}
	return (double)us / runs;
}

static void compare_verifiers(const char *name)
{
	struct ebpf_verdict verdict;
	const double theirs = time_linux(&verdict), ours = time_ours();

	row("guest", name, num_insns, "linux insns", verdict.processed, "insns",
	    NULL);
	row("guest", name, num_insns, "linux refuses", -verdict.err, "errno",
	    NULL);
	row("guest", name, num_insns, "linux us", theirs, "us", NULL);
	row("guest", name, num_insns, "bvm us", ours, "us", NULL);
	row("guest", name, num_insns, "linux/bvm", theirs / ours, "x", NULL);
}

/* Linux follows every way through forks: more of them are seconds each. */
static bool is_costly(enum bvm_family family, u32 size)
{
	return (family == BVM_FAMILY_FORK || family == BVM_FAMILY_MIX) &&
	       size > 64;
}

static void bench_verifiers(void)
{
	static const u32 sizes[] = { 64, 512, 4000 };
	static const u32 ks[] = { 8, 10, 12, 14, 16, 18, 1000 };
	u32 family, i;

	for (family = 0; family < BVM_NUM_FAMILIES; family++) {
		for (i = 0; i < ARRAY_SIZE(sizes); i++) {
			if (is_costly(family, sizes[i]))
				continue;
			num_insns = sizes[i];
			bvm_family_make(family, 0, num_insns, insns);
			compare_verifiers(bvm_family_name(family));
		}
	}
	for (i = 0; i < ARRAY_SIZE(ks); i++) {
		num_insns = bvm_family_diamonds(ks[i], insns);
		compare_verifiers("diamonds");
	}
}

/* ---- loading ---- */

static u8 *read_file(const char *path, size_t *len)
{
	int fd = open(path, O_RDONLY | O_CLOEXEC);
	struct stat st;
	size_t at = 0;
	ssize_t num;
	u8 *bytes;

	if (fd < 0 || fstat(fd, &st))
		fail("cannot open the image");
	*len = (size_t)st.st_size;
	bytes = malloc(*len);
	if (!bytes)
		fail("no memory");
	while (at < *len) {
		num = read(fd, bytes + at, *len - at);
		if (num <= 0)
			fail("cannot read the image");
		at += (size_t)num;
	}
	close(fd);
	return bytes;
}

/* One message in one write. Return: how long it took. */
static u64 tell(const char *file, const void *bytes, size_t len)
{
	int fd = open(file, O_RDWR | O_CLOEXEC);
	char reply[512] = "";
	const u64 start = now_ns();
	u64 ns;

	if (fd < 0)
		fail("cannot open a file of securityfs");
	if (write(fd, bytes, len) != (ssize_t)len) {
		if (read(fd, reply, sizeof(reply) - 1) <= 0)
			strcpy(reply, "refused");
		fail(reply);
	}
	ns = now_ns() - start;
	close(fd);
	return ns;
}

static void bench_load(const char *name, u32 size, const char *path)
{
	u64 ns = 0, runs = 0;
	size_t len;
	u8 *bytes = read_file(path, &len);

	for (; ns < MIN_US * 1000ull; runs++) {
		ns += tell(BAILIFF_DIR "/load", bytes, len);
		(void)tell(BAILIFF_DIR "/unload", "bench", 5);
	}
	row("guest-load", name, size, "load ms",
	    (double)ns / 1e6 / (double)runs, "ms", NULL);
	row("guest-load", name, size, "bytes", (double)len, "B", NULL);
	free(bytes);
}

int main(int argc, char **argv)
{
	scratch = malloc(bvm_verify_scratch());
	if (!scratch)
		fail("no memory");
	measure_pin();
	setvbuf(stdout, NULL, _IOLBF, 0);
	if (argc == 2 && !strcmp(argv[1], "verifiers"))
		bench_verifiers();
	else if (argc == 5 && !strcmp(argv[1], "load"))
		bench_load(argv[2], (u32)strtoul(argv[3], NULL, 10), argv[4]);
	else
		fail("usage: guest_bench verifiers | load CASE SIZE IMAGE");
	free(scratch);
	return 0;
}
