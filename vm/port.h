/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * port.h - the one place where vm/ tells the kernel from user space
 *
 * Everything else in vm/ is the same text in both builds. It uses the kernel's
 * short integer types, memcpy/memset/memcmp, -errno values, and the few macros
 * below. Images are little-endian and so is every machine we build for: both
 * builds refuse to compile on a big-endian one.
 */
#ifndef BVM_PORT_H
#define BVM_PORT_H

#ifdef __KERNEL__

#include <linux/atomic.h>
#include <linux/build_bug.h>
#include <linux/bug.h>
#include <linux/errno.h>
#include <linux/kernel.h>
#include <linux/limits.h>
#include <linux/nospec.h>
#include <linux/stdarg.h>
#include <linux/stddef.h>
#include <linux/string.h>
#include <linux/types.h>

#ifdef __BIG_ENDIAN
#error "Bailiff images are little-endian; this machine is not"
#endif

/* A broken invariant: the caller then fails closed. True when it fired. */
#define bvm_broken(cond) WARN_ON_ONCE(cond)

/* i, found to be below n; 0 to a processor that only guessed so. */
#define bvm_nospec(i, n) array_index_nospec((u32)(i), n)

/* What helpers of several processors change at once. */
typedef atomic64_t bvm_atomic;
#define bvm_atomic_read(w) ((u64)atomic64_read(w))
#define bvm_atomic_set(w, value) atomic64_set(w, (s64)(value))
/* Return: the sum. */
#define bvm_atomic_add(w, value) ((u64)atomic64_add_return((s64)(value), w))
/* Put value where old is. Return: whether it was. */
#define bvm_atomic_swap(w, old, value) \
	(atomic64_cmpxchg(w, (s64)(old), (s64)(value)) == (s64)(old))

/* What the text around it promises; only tests pay for a look. */
#define bvm_promise(cond) ((void)sizeof(cond))

#else /* user space */

#include <assert.h>
#include <errno.h>
#include <limits.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#if __BYTE_ORDER__ != __ORDER_LITTLE_ENDIAN__
#error "Bailiff images are little-endian; this machine is not"
#endif

typedef uint8_t u8;
typedef uint16_t u16;
typedef uint32_t u32;
typedef uint64_t u64;
typedef int8_t s8;
typedef int16_t s16;
typedef int32_t s32;
typedef int64_t s64;

#ifndef U32_MAX
#define U8_MAX UINT8_MAX
#define U16_MAX UINT16_MAX
#define U32_MAX UINT32_MAX
#define S16_MAX INT16_MAX
#define U64_MAX UINT64_MAX
#define S32_MIN INT32_MIN
#define S32_MAX INT32_MAX
#define S64_MIN INT64_MIN
#define S64_MAX INT64_MAX
#endif

#ifndef ARRAY_SIZE
#define ARRAY_SIZE(a) (sizeof(a) / sizeof((a)[0]))
#endif
#ifndef __must_check
#define __must_check __attribute__((warn_unused_result))
#endif
#ifndef __printf
#define __printf(a, b) __attribute__((format(printf, a, b)))
#endif
#ifndef fallthrough
#define fallthrough __attribute__((__fallthrough__))
#endif
#ifndef container_of
#define container_of(ptr, type, member) \
	((type *)((char *)(ptr)-offsetof(type, member)))
#endif

/* Tests and fuzzers must see a broken invariant at once. */
#define bvm_broken(cond)                   \
	({                                 \
		bool broken_ = (cond);     \
		assert(!broken_ && #cond); \
		broken_;                   \
	})

#define bvm_nospec(i, n) ((u32)(i))

typedef struct {
	u64 value;
} bvm_atomic;
#define bvm_atomic_read(w) __atomic_load_n(&(w)->value, __ATOMIC_RELAXED)
#define bvm_atomic_set(w, new) \
	__atomic_store_n(&(w)->value, new, __ATOMIC_RELAXED)
#define bvm_atomic_add(w, by) \
	__atomic_add_fetch(&(w)->value, by, __ATOMIC_SEQ_CST)
#define bvm_atomic_swap(w, old, new)                                      \
	({                                                                \
		u64 expected_ = (old);                                    \
		__atomic_compare_exchange_n(&(w)->value, &expected_, new, \
					    false, __ATOMIC_SEQ_CST,      \
					    __ATOMIC_SEQ_CST);            \
	})

#ifdef BVM_TEST_BUILD
#define bvm_promise(cond) assert(cond)
#else
#define bvm_promise(cond) ((void)sizeof(cond))
#endif

#endif /* __KERNEL__ */
#endif /* BVM_PORT_H */
