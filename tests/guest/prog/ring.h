/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * ring.h - an io_uring of two requests
 */
#ifndef RING_H
#define RING_H

#include <errno.h>
#include <linux/io_uring.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <unistd.h>

#define RING_SIZE 2

struct ring {
	int fd;
	struct io_uring_params params;
	char *sq, *cq;
	struct io_uring_sqe *sqe; /* RING_SIZE of them */
};

static size_t ring_bytes(const struct ring *ring)
{
	return ring->params.cq_off.cqes +
	       ring->params.cq_entries * sizeof(struct io_uring_cqe);
}

static int map_ring(struct ring *ring)
{
	ring->sq = mmap(NULL, ring_bytes(ring), PROT_READ | PROT_WRITE,
			MAP_SHARED | MAP_POPULATE, ring->fd,
			IORING_OFF_SQ_RING);
	ring->cq = ring->sq;
	ring->sqe = mmap(NULL, RING_SIZE * sizeof(*ring->sqe),
			 PROT_READ | PROT_WRITE, MAP_SHARED | MAP_POPULATE,
			 ring->fd, IORING_OFF_SQES);
	return ring->sq != MAP_FAILED && ring->sqe != MAP_FAILED;
}

static int make_ring(struct ring *ring, unsigned int flags)
{
	struct io_uring_params *p = &ring->params;

	memset(ring, 0, sizeof(*ring));
	p->flags = flags;
	p->sq_thread_idle = 100000;
	ring->fd = syscall(SYS_io_uring_setup, RING_SIZE, p);
	return ring->fd >= 0 && map_ring(ring);
}

static unsigned int *at(char *base, unsigned int off)
{
	return (unsigned int *)(base + off);
}

/* Submit the first num of ring->sqe. Return: what io_uring_enter(2) does. */
static int begin(struct ring *ring, int fd, unsigned int num,
		 unsigned int flags)
{
	const struct io_uring_params *p = &ring->params;
	unsigned int tail = *at(ring->sq, p->sq_off.tail);

	for (unsigned int i = 0; i < num; i++)
		at(ring->sq, p->sq_off.array)[(tail + i) % RING_SIZE] = i;
	__atomic_add_fetch(at(ring->sq, p->sq_off.tail), num, __ATOMIC_SEQ_CST);
	return syscall(SYS_io_uring_enter, fd, num,
		       flags & IORING_ENTER_GETEVENTS ? 1 : 0, flags, NULL, 0);
}

/* Submit what is in ring->sqe and wait. Return: its result. */
static int submit(struct ring *ring, int fd, unsigned int flags)
{
	const struct io_uring_params *p = &ring->params;
	unsigned int head = *at(ring->cq, p->cq_off.head);
	struct io_uring_cqe *cqe;

	if (begin(ring, fd, 1, flags | IORING_ENTER_GETEVENTS) < 0)
		return -errno;
	cqe = (struct io_uring_cqe *)(ring->cq + p->cq_off.cqes);
	cqe += head & (p->cq_entries - 1);
	*at(ring->cq, p->cq_off.head) = head + 1;
	return cqe->res;
}

#endif /* RING_H */
