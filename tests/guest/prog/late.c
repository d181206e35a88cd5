// SPDX-License-Identifier: GPL-2.0-only
/*
 * late.c - who is in a cgroup at the moment when it is bound
 *
 * usage: late fork DIR CGROUP	forks in the cgroup; the child is not there
 *				before DIR/go is
 *	  late vfork DIR CGROUP	the same, and is not back before the child ends
 *	  late serve DIR CGROUP	has a ring mapped, and forks one child after
 *				the other: DIR/forks says how many. When DIR/go
 *				is there, each gives it a session keyring
 *	  late own DIR CGROUP	the same, and the ring is not mapped
 *	  late ring DIR CGROUP	the child has a ring, with its parent's rights,
 *				and tries them when DIR/go is there: DIR/tried
 *				has the result
 *	  late mapped DIR CGROUP	the same, and has it mapped all the while
 *	  late threads DIR CGROUP	has four threads, that of the ring and one whose
 *				next allocation fails among them; when DIR/go-N is
 *				there, DIR/said-N has what each is denied
 *	  late execs DIR CGROUP	executes itself in the cgroup again and again
 *				until DIR/go is there: each prints the policies
 *				that it is under, or "none", or "refused"
 *
 * The child of those with one, and who serves, makes DIR/begun, and in the end waits to be killed.
 */
#include "ring.h"

#include <fcntl.h>
#include <linux/keyctl.h>
#include <linux/sched.h>
#include <linux/userfaultfd.h>
#include <pthread.h>
#include <signal.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/ioctl.h>
#include <sys/syscall.h>
#include <sys/wait.h>

#define PAGE 4096

static const char *dir;

static void fail(const char *what)
{
	perror(what);
	exit(1);
}

static const char *in_dir(const char *name)
{
	static char path[400];

	snprintf(path, sizeof(path), "%s/%s", dir, name);
	return path;
}

/* name appears with all that it says. */
static void say(const char *name, const char *text)
{
	char path[400];
	FILE *file;

	snprintf(path, sizeof(path), "%s/new", dir);
	file = fopen(path, "w");
	if (!file || fputs(text, file) < 0 || fclose(file) ||
	    rename(path, in_dir(name)))
		fail("say");
}

static void wait_for_go(void)
{
	while (access(in_dir("go"), F_OK))
		usleep(20000);
}

static void join_cgroup(const char *cgroup)
{
	char path[400];
	int fd;

	snprintf(path, sizeof(path), "%s/cgroup.procs", cgroup);
	fd = open(path, O_WRONLY);
	if (fd < 0 || write(fd, "0", 1) != 1)
		fail(path);
	close(fd);
}

/* A page that is not there until somebody has filled it. */
static void *make_page(int *uffd)
{
	struct uffdio_api api = { .api = UFFD_API };
	struct uffdio_register reg = { .mode = UFFDIO_REGISTER_MODE_MISSING };
	void *page = mmap(NULL, PAGE, PROT_READ | PROT_WRITE,
			  MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

	*uffd = syscall(SYS_userfaultfd, O_CLOEXEC);
	reg.range.start = (uintptr_t)page;
	reg.range.len = PAGE;
	if (page == MAP_FAILED || *uffd < 0 || ioctl(*uffd, UFFDIO_API, &api) ||
	    ioctl(*uffd, UFFDIO_REGISTER, &reg))
		fail("userfaultfd");
	return page;
}

static void fill_page(int uffd, void *page)
{
	struct uffdio_zeropage zero = {
		.range = { .start = (uintptr_t)page, .len = PAGE },
	};

	wait_for_go();
	if (ioctl(uffd, UFFDIO_ZEROPAGE, &zero))
		fail("UFFDIO_ZEROPAGE");
	exit(0);
}

/*
 * The kernel writes the descriptor of the child after the child has got its
 * credentials, and before it can be seen.
 */
static int late_fork(const char *cgroup, unsigned long flags)
{
	int uffd;
	void *page = make_page(&uffd);
	pid_t helper = fork();

	if (helper < 0)
		fail("fork");
	if (!helper)
		fill_page(uffd, page);
	close(uffd);
	join_cgroup(cgroup);
	return syscall(SYS_clone, flags | CLONE_PIDFD | SIGCHLD, NULL, page,
		       NULL, NULL);
}

static void try_ring(struct ring *ring, int who)
{
	char from[400], to[400];
	int res;

	snprintf(from, sizeof(from), "%s", in_dir("secret"));
	snprintf(to, sizeof(to), "%s", in_dir("linked"));
	memset(ring->sqe, 0, sizeof(*ring->sqe));
	ring->sqe->opcode = IORING_OP_LINKAT;
	ring->sqe->fd = AT_FDCWD;
	ring->sqe->len = AT_FDCWD;
	ring->sqe->addr = (uintptr_t)from;
	ring->sqe->addr2 = (uintptr_t)to;
	ring->sqe->personality = who;
	res = submit(ring, ring->fd, 0);
	say("tried", res ? strerror(-res) : "linked");
}

/* Who has made a ring does not join, so the parent ends. */
static int late_ring(const char *cgroup, struct ring *ring, int *who,
		     int mapped)
{
	int child;

	join_cgroup(cgroup);
	if (!make_ring(ring, 0))
		fail("io_uring_setup");
	*who = syscall(SYS_io_uring_register, ring->fd,
		       IORING_REGISTER_PERSONALITY, NULL, 0);
	if (*who <= 0)
		fail("IORING_REGISTER_PERSONALITY");
	child = fork();
	if (child > 0)
		exit(0);
	if (!child && !mapped) {
		munmap(ring->sq, ring_bytes(ring));
		munmap(ring->sqe, RING_SIZE * sizeof(*ring->sqe));
	}
	return child;
}

/* Its parent gets new credentials by that, which nobody has prepared. */
static void give_keyring(void)
{
	if (syscall(SYS_keyctl, KEYCTL_JOIN_SESSION_KEYRING, NULL) < 0 ||
	    syscall(SYS_keyctl, KEYCTL_SESSION_TO_PARENT) < 0)
		fail("keyctl");
	say("given", "");
}

/* Each child lives long enough to be found, and does as its parent may. */
static void serve(const char *cgroup, int mapped)
{
	char number[20];
	struct ring ring;

	join_cgroup(cgroup);
	if (!make_ring(&ring, 0))
		fail("io_uring_setup");
	if (!mapped && (munmap(ring.sq, ring_bytes(&ring)) ||
			munmap(ring.sqe, RING_SIZE * sizeof(*ring.sqe))))
		fail("munmap");
	say("begun", "");
	for (int i = 1;; i++) {
		pid_t child = fork();

		if (child < 0)
			fail("fork");
		if (!child) {
			usleep(30000);
			if (access(in_dir("go"), F_OK) == 0)
				give_keyring();
			_exit(0);
		}
		waitpid(child, NULL, 0);
		snprintf(number, sizeof(number), "%d\n", i);
		say("forks", number);
	}
}

/* One line, in one write. */
static void print_policies(void)
{
	char names[400];
	int fd = open("/sys/kernel/security/bailiff/self", O_RDONLY);
	int len = fd < 0 ? -1 : read(fd, names, sizeof(names) - 1);

	if (len < 0)
		fail("self");
	names[len] = 0;
	for (char *end = names; (end = strchr(end, '\n'));)
		*end = end[1] ? '+' : 0;
	dprintf(STDOUT_FILENO, "%s\n", *names ? names : "none");
}

static void exec_once(void)
{
	pid_t child = fork();

	if (child < 0)
		fail("fork");
	if (!child) {
		execl("/proc/self/exe", "late", NULL);
		dprintf(STDOUT_FILENO, "%s\n",
			errno == EACCES ? "refused" : strerror(errno));
		_exit(1);
	}
	waitpid(child, NULL, 0);
}

/* ---- threads that join, and others that cannot ---- */

enum { PLAIN, OTHER_USER, HAS_RING, STRUCK, NUM_THREADS };

static char answers[NUM_THREADS + 1];
static volatile int round_number; /* of questions; who sleeps long never joins */
static int num_done; /* threads that have said it, or are there */
static char secret[400]; /* what the policy denies; all may read it */

static void wait_round(int number)
{
	while (round_number < number)
		usleep(20000);
}

static void wait_done(int number)
{
	while (__atomic_load_n(&num_done, __ATOMIC_SEQ_CST) < number)
		usleep(20000);
}

/* Until the thread's first allocation has failed; no other call makes one. */
static void spin(void)
{
	int fd = open("/proc/thread-self/fail-nth", O_WRONLY);

	if (fd < 0)
		fail("fail-nth");
	wait_done(NUM_THREADS);
	say("spins", "");
	if (write(fd, "1", 1) != 1)
		fail("fail-nth");
	while (!round_number)
		syscall(SYS_sched_yield);
	/* Or it is still to come. */
	if (write(fd, "0", 1) != 1)
		(void)!write(fd, "0", 1);
}

static void *run_thread(void *arg)
{
	long number = (long)arg;
	struct ring ring;

	if (number == HAS_RING &&
	    (!make_ring(&ring, 0) || munmap(ring.sq, ring_bytes(&ring)) ||
	     munmap(ring.sqe, RING_SIZE * sizeof(*ring.sqe))))
		fail("io_uring_setup");
	/* of this thread alone: glibc's function is for all */
	if (number == OTHER_USER && syscall(SYS_setresuid, 1, 1, 1))
		fail("setresuid");
	__atomic_fetch_add(&num_done, 1, __ATOMIC_SEQ_CST);
	if (number == STRUCK)
		spin();
	for (int i = 1;; i++) {
		int fd;

		wait_round(i);
		fd = open(secret, O_RDONLY);
		answers[number] = fd < 0 ? 'd' : 'o';
		if (fd >= 0)
			close(fd);
		__atomic_fetch_add(&num_done, 1, __ATOMIC_SEQ_CST);
	}
	return NULL;
}

static void threads(const char *cgroup)
{
	pthread_t thread;
	char name[16];

	snprintf(secret, sizeof(secret), "%s", in_dir("secret"));
	join_cgroup(cgroup);
	for (long i = 0; i < NUM_THREADS; i++)
		if (pthread_create(&thread, NULL, run_thread, (void *)i))
			fail("pthread_create");
	for (int i = 1;; i++) {
		snprintf(name, sizeof(name), "go-%d", i);
		while (access(in_dir(name), F_OK))
			usleep(20000);
		round_number = i;
		wait_done((i + 1) * NUM_THREADS);
		snprintf(name, sizeof(name), "said-%d", i);
		say(name, answers);
	}
}

int main(int argc, char **argv)
{
	struct ring ring;
	int child, mapped, who = 0;

	if (argc == 1) {
		print_policies();
		return 0;
	}
	if (argc != 4)
		return 2;
	dir = argv[2];
	mapped = strcmp(argv[1], "mapped") == 0;
	if (strcmp(argv[1], "execs") == 0) {
		join_cgroup(argv[3]);
		while (access(in_dir("go"), F_OK))
			exec_once();
		return 0;
	}
	if (strcmp(argv[1], "threads") == 0)
		threads(argv[3]);
	if (strcmp(argv[1], "serve") == 0 || strcmp(argv[1], "own") == 0)
		serve(argv[3], argv[1][0] == 's');
	if (strcmp(argv[1], "fork") == 0)
		child = late_fork(argv[3], 0);
	else if (strcmp(argv[1], "vfork") == 0)
		child = late_fork(argv[3], CLONE_VFORK);
	else
		child = late_ring(argv[3], &ring, &who, mapped);
	if (child < 0)
		fail("fork");
	if (!child)
		say("begun", "");
	if (who) {
		wait_for_go();
		if (!mapped && !map_ring(&ring))
			fail("mmap");
		try_ring(&ring, who);
	}
	for (;;)
		usleep(20000);
}
