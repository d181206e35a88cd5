// SPDX-License-Identifier: GPL-2.0-only
/*
 * ring.c - records in a bounded buffer
 */
#include <linux/minmax.h>
#include <linux/string.h>

#include "ring.h"
#include "uapi/bailiff.h"

bool bailiff_ring_put(struct bailiff_ring *ring,
		      const struct bailiff_event *event)
{
	u32 at = ring->head & (ring->size - 1);
	u32 first = min(event->len, ring->size - at);

	if (!ring->data || ring->head - ring->tail + event->len > ring->size)
		return false;
	memcpy(ring->data + at, event, first);
	memcpy(ring->data, (const char *)event + first, event->len - first);
	WRITE_ONCE(ring->head, ring->head + event->len);
	return true;
}

void bailiff_ring_peek(const struct bailiff_ring *ring, void *to, u32 len)
{
	u32 at = ring->tail & (ring->size - 1);
	u32 first = min(len, ring->size - at);

	memcpy(to, ring->data + at, first);
	memcpy(to + first, ring->data, len - first);
}

void bailiff_ring_drop(struct bailiff_ring *ring, u32 len)
{
	WRITE_ONCE(ring->tail, ring->tail + len);
}
