// SPDX-License-Identifier: GPL-2.0-only
/*
 * escape_append.c - ways out of a policy that lets a log grow: appending is not
 * writing
 *
 * See escape.h for the arguments.
 */
#include "escape.h"
#include "ring.h"

#include <linux/aio_abi.h>
#include <poll.h>
#include <sys/ioctl.h>

static int log_fd = -1;

static int open_log(int flags)
{
	char path[400];

	snprintf(path, sizeof(path), "%s/log", free_dir);
	log_fd = open(path, flags | O_APPEND);
	return log_fd >= 0;
}

/* Did somebody change what was there? */
static int is_log_changed(void)
{
	char path[400], text[4] = "";
	int fd;

	snprintf(path, sizeof(path), "%s/log", free_dir);
	fd = open(path, O_RDONLY);
	if (fd < 0 || pread(fd, text, 3, 0) < 0)
		return 0;
	close(fd);
	return memcmp(text, "old", 3) != 0;
}

static int try_log_fcntl(void)
{
	enter();
	return open_log(O_WRONLY) && fcntl(log_fd, F_SETFL, 0) == 0 &&
	       pwrite(log_fd, "new", 3, 0) == 3 && is_log_changed();
}

static int try_log_mmap(void)
{
	char *at;

	enter();
	if (!open_log(O_RDWR))
		return 0;
	at = mmap(NULL, 4096, PROT_READ | PROT_WRITE, MAP_SHARED, log_fd, 0);
	if (at == MAP_FAILED)
		return 0;
	memcpy(at, "new", 3);
	return is_log_changed();
}

static int try_log_mprotect(void)
{
	char *at;

	enter();
	if (!open_log(O_RDWR))
		return 0;
	at = mmap(NULL, 4096, PROT_READ, MAP_SHARED, log_fd, 0);
	if (at == MAP_FAILED || mprotect(at, 4096, PROT_READ | PROT_WRITE))
		return 0;
	memcpy(at, "new", 3);
	return is_log_changed();
}

static int try_log_truncate(void)
{
	enter();
	return open_log(O_WRONLY) && ftruncate(log_fd, 0) == 0 &&
	       is_log_changed();
}

static int try_log_noappend(void)
{
	struct iovec iov = { "new", 3 };

	enter();
	return open_log(O_WRONLY) &&
	       pwritev2(log_fd, &iov, 1, 0, RWF_NOAPPEND) == 3 &&
	       is_log_changed();
}

static int try_log_punch(void)
{
	enter();
	return open_log(O_WRONLY) &&
	       fallocate(log_fd, FALLOC_FL_PUNCH_HOLE | FALLOC_FL_KEEP_SIZE, 0,
			 4096) == 0 &&
	       is_log_changed();
}

/* The same, by ioctl(2); the kernel does not export its header. */
struct space_resv {
	int16_t l_type, l_whence;
	int64_t l_start, l_len;
	int32_t l_sysid;
	uint32_t l_pid;
	int32_t l_pad[4];
};

#define FS_IOC_UNRESVSP _IOW('X', 43, struct space_resv)

static int try_log_ioctl(void)
{
	struct space_resv range = { .l_len = 4096 };

	enter();
	return open_log(O_WRONLY) &&
	       ioctl(log_fd, FS_IOC_UNRESVSP, &range) == 0 && is_log_changed();
}

/* And by a mapping that could be written, if it were asked to be */
static int try_log_madvise(void)
{
	char *at;

	enter();
	if (!open_log(O_RDWR))
		return 0;
	at = mmap(NULL, 4096, PROT_READ, MAP_SHARED, log_fd, 0);
	return at != MAP_FAILED && madvise(at, 4096, MADV_REMOVE) == 0 &&
	       is_log_changed();
}

static int try_log_aio(void)
{
	struct iocb request = { .aio_lio_opcode = IOCB_CMD_PWRITE,
				.aio_rw_flags = RWF_NOAPPEND,
				.aio_buf = (uintptr_t) "new",
				.aio_nbytes = 3 };
	struct iocb *requests[] = { &request };
	aio_context_t context = 0;
	struct io_event event;

	enter();
	if (!open_log(O_WRONLY) || syscall(SYS_io_setup, 1, &context))
		return 0;
	request.aio_fildes = log_fd;
	if (syscall(SYS_io_submit, context, 1, requests) != 1 ||
	    syscall(SYS_io_getevents, context, 1, 1, &event, NULL) != 1)
		return 0;
	if (event.res < 0)
		errno = -event.res;
	return is_log_changed();
}

static void prepare_write(struct io_uring_sqe *sqe)
{
	memset(sqe, 0, sizeof(*sqe));
	sqe->opcode = IORING_OP_WRITE;
	sqe->fd = log_fd;
	sqe->addr = (uintptr_t) "new";
	sqe->len = 3;
	sqe->rw_flags = RWF_NOAPPEND;
}

static int try_log_ring(void)
{
	struct ring ring;
	int res;

	enter();
	if (!open_log(O_WRONLY) || !make_ring(&ring, 0))
		return 0;
	prepare_write(ring.sqe);
	res = submit(&ring, ring.fd, 0);
	if (res < 0)
		errno = -res;
	return is_log_changed();
}

/*
 * Behind another request: where the file system can write without waiting, it
 * is begun as another system call ends, else by a worker.
 */
static int try_log_ring_late(void)
{
	char path[400];
	struct ring ring;
	int wait[2], other;

	enter();
	snprintf(path, sizeof(path), "%s/log", free_dir);
	other = open(path, O_WRONLY | O_APPEND);
	if (!open_log(O_WRONLY) || pipe(wait) || !make_ring(&ring, 0))
		return 0;
	memset(ring.sqe, 0, sizeof(*ring.sqe));
	ring.sqe->opcode = IORING_OP_POLL_ADD;
	ring.sqe->fd = wait[0];
	ring.sqe->poll32_events = POLLIN;
	ring.sqe->flags = IOSQE_IO_LINK;
	prepare_write(ring.sqe + 1);
	if (begin(&ring, ring.fd, 2, 0) != 2)
		return 0;
	if (write(wait[1], "x", 1) != 1)
		return 0;
	for (int i = 0; i < 20 && !is_log_changed(); i++) {
		if (write(other, "more", 4) != 4)
			return 0;
		usleep(1000);
	}
	errno = EACCES;
	return is_log_changed();
}

/* No way out: what a logger does must go on, in every form. */
static int try_log_appended(void)
{
	struct iovec iov = { "more", 4 };
	char text[32] = "";

	enter();
	if (!open_log(O_RDWR) || write(log_fd, "more", 4) != 4 ||
	    writev(log_fd, &iov, 1) != 4 || pwrite(log_fd, "more", 4, 0) != 4 ||
	    pwritev2(log_fd, &iov, 1, 0, 0) != 4 ||
	    pwritev2(log_fd, &iov, 1, 0, RWF_APPEND | RWF_DSYNC) != 4)
		return 0;
	return pread(log_fd, text, sizeof(text), 0) == 24 &&
	       memcmp(text, "old\nmoremoremoremoremore", 24) == 0;
}

static const struct attempt attempts[] = {
	ATTEMPT(log_fcntl),    ATTEMPT(log_mmap),      ATTEMPT(log_mprotect),
	ATTEMPT(log_truncate), ATTEMPT(log_noappend),  ATTEMPT(log_punch),
	ATTEMPT(log_ioctl),    ATTEMPT(log_madvise),   ATTEMPT(log_aio),
	ATTEMPT(log_ring),     ATTEMPT(log_ring_late), ATTEMPT(log_appended),
};

int main(int argc, char **argv)
{
	return run_attempts(attempts, LENGTH(attempts), argc, argv);
}
