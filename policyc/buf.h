/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * buf.h - a growing row of bytes in an arena
 *
 * Start with `struct buf buf = BUF_INIT(arena)`. Numbers are put in the byte
 * order of images, little-endian. data may move with every put; its first
 * byte is aligned for any type.
 */
#ifndef POLICYC_BUF_H
#define POLICYC_BUF_H

#include "arena.h"

struct buf {
	struct arena *arena;
	u8 *data; /* NULL while empty */
	size_t len; /* bytes in use */
	size_t cap; /* bytes there are */
};

#define BUF_INIT(arena_)          \
	{                         \
		.arena = (arena_) \
	}

/* Room for len bytes behind the end, zeroed and counted in; where it starts. */
void *buf_reserve(struct buf *buf, size_t len);
void buf_put(struct buf *buf, const void *bytes, size_t len);
void buf_put_u8(struct buf *buf, u8 value);
void buf_put_u16(struct buf *buf, u16 value);
void buf_put_u32(struct buf *buf, u32 value);
void buf_put_u64(struct buf *buf, u64 value);
/* Zeroes up to the next multiple of alignment. */
void buf_align(struct buf *buf, size_t alignment);
void __printf(2, 3) buf_printf(struct buf *buf, const char *fmt, ...);
/* text as a JSON string with its quotes; bytes that are no UTF-8 as U+FFFD. */
void buf_put_json(struct buf *buf, const char *text, size_t len);
/* The bytes so far as a NUL-terminated string, until the next put. */
const char *buf_text(struct buf *buf);

#endif /* POLICYC_BUF_H */
