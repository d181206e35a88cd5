/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * rate.h - token buckets, each in one 64-bit word
 *
 * The word is the time at which the bucket will be full again, in nanoseconds
 * of the clock that `now` is of; a time that has passed means full, so a new
 * word is 0. Taking a token moves it by one interval, and a bucket is empty
 * when it lies more than burst - 1 intervals ahead.
 *
 * With one clock that never runs backwards, no span of d nanoseconds sees more
 * than burst + d / interval tokens go, however many take at once: each token
 * is one exchange of the word that nobody else made. When the clock steps
 * back, fewer go, until it has caught up.
 */
#ifndef BVM_RATE_H
#define BVM_RATE_H

#include "image.h"

/*
 * Take a token. False: there is none, or BVM_RATE_TRIES times others were
 * faster, or the word is no such time. No lock, no loop without an end.
 */
bool bvm_rate_take(const struct bvm_rate *rate, bvm_atomic *word, u64 now_ns);

#endif /* BVM_RATE_H */
