/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * ring.h - records in a bounded buffer
 *
 * They lie end to end, each a multiple of 8 bytes; head and tail grow without
 * wrapping and are taken modulo the size. Who writes and who drops holds a lock
 * of the caller's.
 */
#ifndef BAILIFF_RING_H
#define BAILIFF_RING_H

#include <linux/compiler.h>
#include <linux/types.h>

struct bailiff_event;

struct bailiff_ring {
	char *data; /* size bytes; NULL: there is no room for anything */
	u32 size; /* a power of two */
	u32 head; /* next byte to write */
	u32 tail; /* next byte to read */
};

/* Any context, without the lock: as it is, or was a moment ago. */
static inline bool bailiff_ring_is_empty(const struct bailiff_ring *ring)
{
	return READ_ONCE(ring->head) == READ_ONCE(ring->tail);
}

/* False: there is no room, and nothing was done. */
bool __must_check bailiff_ring_put(struct bailiff_ring *ring,
				   const struct bailiff_event *event);

/* Copy the first len bytes, of one that is there, of the oldest record. */
void bailiff_ring_peek(const struct bailiff_ring *ring, void *to, u32 len);

/* The oldest record, of len bytes, is done with. */
void bailiff_ring_drop(struct bailiff_ring *ring, u32 len);

#endif /* BAILIFF_RING_H */
