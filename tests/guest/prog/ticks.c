// SPDX-License-Identifier: GPL-2.0-only
/*
 * ticks.c - how fast the counter of this processor counts, in kHz
 *
 * usage: ticks
 *
 * Runs on the host, for run.sh: QEMU hands the host's counter to the guest as it
 * is, and a guest that shares its processor cannot measure it. Exits with 1 where
 * there is no such counter.
 */
#include <stdint.h>
#include <stdio.h>
#include <time.h>

#ifdef __x86_64__
#include <x86intrin.h>

#define TRIES 16
#define WAIT_NS 20000000

struct moment {
	uint64_t ticks;
	int64_t ns;
};

static int64_t now_ns(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC_RAW, &now);
	return now.tv_sec * 1000000000ll + now.tv_nsec;
}

/* Both clocks at once: of some tries that which was interrupted least. */
static struct moment look(void)
{
	struct moment best = {};
	int64_t least = INT64_MAX;

	for (int i = 0; i < TRIES; i++) {
		const int64_t before = now_ns();
		const uint64_t ticks = __rdtsc();
		const int64_t took = now_ns() - before;

		if (took >= least)
			continue;
		least = took;
		best = (struct moment){ ticks, before + took / 2 };
	}
	return best;
}

int main(void)
{
	const struct timespec wait = { .tv_nsec = WAIT_NS };
	struct moment start = look(), end;

	nanosleep(&wait, NULL);
	end = look();
	printf("%llu\n", (unsigned long long)((end.ticks - start.ticks) *
					      1000000 / (end.ns - start.ns)));
	return 0;
}
#else
int main(void)
{
	return 1;
}
#endif
