// SPDX-License-Identifier: GPL-2.0-only
/*
 * fsfuzz.c - what nobody should write to Bailiff's files in securityfs
 *
 *	fsfuzz SECONDS SEED WORKERS CGROUP IMAGE...
 *
 * Each worker takes a file, open for itself or shared with the others, and
 * writes something: a message made by the grammar of that file, such a message
 * or an image with bytes changed, moved, cut off or repeated, or plain bytes;
 * whole or in parts, at the start or elsewhere; or reads, seeks, polls, closes.
 * Images must be of policies that nothing else depends on; binds name CGROUP or
 * a directory in it. Prints how many of which calls went through. A seed gives
 * each worker the same calls; how they interleave is the kernel's affair.
 */
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/uio.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#define FS "/sys/kernel/security/bailiff/"
#define MAX_TEXT (1 << 17)
#define MAX_IMAGES 8
#define MAX_SHARED 8
#define LENGTH(a) (sizeof(a) / sizeof((a)[0]))

enum file {
	LOAD,
	UNLOAD,
	BIND,
	UNBIND,
	SELF,
	MODE,
	EVENTS,
	TRACE,
	OTHER,
	NUM_FILES
};

enum { DONE_WRITE, REFUSED_WRITE, DONE_READ, REFUSED_READ, OPENED, NUM_COUNTS };

static const char *const counts[NUM_COUNTS] = {
	"written", "refused", "read", "not-read", "opened",
};

static struct {
	unsigned long count[NUM_COUNTS];
	unsigned long accepted[NUM_FILES];
} * total; /* shared; by atomics */

static struct {
	char *bytes;
	size_t len;
	char name[64]; /* of the policy */
} images[MAX_IMAGES];

static int num_images;
static const char *cgroup;
static unsigned long long cgroup_ids[4];
static int shared_fds[MAX_SHARED]; /* open in all workers */
static enum file shared_file[MAX_SHARED];
static char text[MAX_TEXT];
static size_t text_len;
static uint64_t random_state;

static uint64_t next_random(void)
{
	random_state ^= random_state << 13;
	random_state ^= random_state >> 7;
	random_state ^= random_state << 17;
	return random_state;
}

static unsigned int below(unsigned int n)
{
	return next_random() % n;
}

static int one_in(unsigned int n)
{
	return below(n) == 0;
}

static void add(int what)
{
	__atomic_fetch_add(&total->count[what], 1, __ATOMIC_RELAXED);
}

/* ---- what is written ---- */

static const char *any_policy(void)
{
	static const char *const odd[] = {
		"refuse", "none", "", ".", "..", "a/b", "fuzz@", "held",
	};

	if (one_in(6))
		return odd[below(LENGTH(odd))];
	return images[below(num_images)].name;
}

static void put(const char *word)
{
	size_t len = strlen(word);

	if (text_len + len < MAX_TEXT) {
		memcpy(text + text_len, word, len);
		text_len += len;
	}
}

static void put_number(void)
{
	static const char *const odd[] = {
		"0",
		"1",
		"-1",
		"18446744073709551615",
		"99999999999999999999",
		"0x10",
		"1e3",
		" 7",
		"",
		"4294967296",
	};
	char number[32];

	if (one_in(4)) {
		put(odd[below(LENGTH(odd))]);
		return;
	}
	snprintf(number, sizeof(number), "%llu",
		 one_in(8) ? (unsigned long long)next_random() :
			     cgroup_ids[below(4)]);
	put(number);
}

static void put_policy(void)
{
	put(any_policy());
	if (!one_in(3))
		return;
	put("@");
	for (unsigned int i = one_in(4) ? below(80) : 64; i > 0; i--)
		put(one_in(200) ? "g" : one_in(2) ? "a" : "0");
}

static void put_policy_value(void)
{
	put_policy();
	for (unsigned int i = one_in(3) ? below(one_in(6) ? 20 : 4) : 0; i > 0;
	     i--) {
		put(",");
		put_policy();
	}
}

static void put_bind_word(void)
{
	char pid[16];

	switch (below(8)) {
	case 0:
	case 1:
	case 2:
		put("cgroup=");
		put_number();
		break;
	case 3:
	case 4:
		put("policy=");
		put_policy_value();
		break;
	case 5:
		put("label=");
		for (unsigned int i = below(one_in(9) ? 200 : 20); i > 0; i--)
			put(one_in(50) ? "\x01" : "l");
		break;
	case 6:
		put("runtime=");
		snprintf(pid, sizeof(pid), "%d", one_in(2) ? getpid() : 1);
		put(one_in(4) ? "x" : pid);
		break;
	case 7:
		put(one_in(2) ? "filtered" : one_in(2) ? "now" : "colour=red");
	}
}

static void make_bind(void)
{
	unsigned int num = below(6);

	if (!one_in(3)) {
		put("cgroup=");
		put_number();
		put(" policy=");
		put_policy_value();
		put(" ");
		num = below(3);
	}
	for (; num > 0; num--) {
		put_bind_word();
		put(one_in(10) ? "\n" : one_in(10) ? "" : " ");
	}
}

static void make_unbind(void)
{
	put(one_in(10) ? "cgrup=" : "cgroup=");
	put_number();
}

static void make_mode(void)
{
	static const char *const words[] = {
		"enforce", "audit",	   "files",	  "exec",
		"network", "capabilities", "mounts",	  "=",
		"loud",	   "\n",	   "tasks=audit", "files=enforce",
	};

	for (unsigned int i = 1 + below(3); i > 0; i--)
		put(words[below(LENGTH(words))]);
}

static void make_trace(void)
{
	for (unsigned int i = 1 + below(2); i > 0; i--) {
		put(one_in(2) ? "cgroup=" : "policy=");
		if (one_in(2))
			put_number();
		else
			put(any_policy());
		put(i == 1 ? "" : one_in(8) ? "  " : " ");
	}
}

static void make_image(void)
{
	int i = below(num_images);

	text_len = images[i].len < MAX_TEXT ? images[i].len : MAX_TEXT;
	memcpy(text, images[i].bytes, text_len);
}

static void make_noise(void)
{
	text_len = one_in(20) ? below(MAX_TEXT) : below(300);
	for (size_t i = 0; i < text_len; i++)
		text[i] = next_random() >> 32;
}

/* Numbers that matter at a random place, often of 4 bytes. */
static void change_number(void)
{
	static const uint32_t odd[] = { 0,	    1,		0xffffffff,
					0x7fffffff, 0x80000000, 0x10000 };
	uint32_t value = odd[below(LENGTH(odd))];
	size_t at;

	if (text_len < 4)
		return;
	at = below(text_len - 3);
	if (!one_in(3))
		at &= ~3ul;
	if (one_in(3)) {
		memcpy(&value, text + at, 4);
		value += below(9) - 4;
	}
	memcpy(text + at, &value, 4);
}

static void change(void)
{
	size_t at, len;

	if (!text_len)
		return;
	switch (below(6)) {
	case 0:
		text[below(text_len)] ^= 1 << below(8);
		break;
	case 1:
	case 2:
		change_number();
		break;
	case 3:
		text_len = below(text_len);
		break;
	case 4: /* repeat a part at the end */
		at = below(text_len);
		len = below(text_len - at);
		if (text_len + len < MAX_TEXT) {
			memmove(text + text_len, text + at, len);
			text_len += len;
		}
		break;
	case 5: /* a part of it elsewhere */
		at = below(text_len);
		len = below(text_len - at) / 2;
		memmove(text + below(text_len - len), text + at, len);
	}
}

static void make_text(enum file file)
{
	text_len = 0;
	if (one_in(12)) {
		make_noise();
		return;
	}
	switch (file) {
	case LOAD:
		make_image();
		break;
	case BIND:
		make_bind();
		break;
	case UNBIND:
		make_unbind();
		break;
	case MODE:
		make_mode();
		break;
	case TRACE:
		make_trace();
		break;
	default:
		put(any_policy());
	}
	if (file == LOAD ? !one_in(8) : one_in(4)) {
		for (unsigned int i = 1 + below(4); i > 0; i--)
			change();
	}
}

/* ---- what is done with it ---- */

static enum file path_of(char *path, size_t size)
{
	static const char *const others[] = { "version", "status", "bindings",
					      "tasks" };
	static const char *const parts[] = { "info", "rules", "image", "mode" };
	static const char *const names[] = {
		[LOAD] = "load",     [UNLOAD] = "unload", [BIND] = "bind",
		[UNBIND] = "unbind", [SELF] = "self",	  [EVENTS] = "events",
		[TRACE] = "trace",
	};
	enum file file = below(NUM_FILES);
	const char *policy = images[below(num_images)].name;

	if (file == MODE)
		snprintf(path, size, FS "policies/%s/mode", policy);
	else if (file == OTHER && one_in(2))
		snprintf(path, size, FS "%s", others[below(LENGTH(others))]);
	else if (file == OTHER)
		snprintf(path, size, FS "policies/%s/%s", policy,
			 parts[below(LENGTH(parts))]);
	else
		snprintf(path, size, FS "%s", names[file]);
	return file;
}

static int open_any(enum file *file)
{
	static const int modes[] = { O_RDWR, O_RDWR, O_WRONLY, O_RDONLY };
	char path[256];
	int fd;

	*file = path_of(path, sizeof(path));
	/* Nobody is to wait for records here. */
	fd = open(path, modes[below(4)] | O_NONBLOCK |
				(one_in(20) ? O_TRUNC | O_APPEND : 0));
	if (fd >= 0)
		add(OPENED);
	return fd;
}

static void note_write(enum file file, ssize_t done)
{
	add(done < 0 ? REFUSED_WRITE : DONE_WRITE);
	if (done >= 0)
		__atomic_fetch_add(&total->accepted[file], 1, __ATOMIC_RELAXED);
}

/* Half of the text is where no memory is. */
static ssize_t write_over_the_edge(int fd)
{
	char *pages = mmap(NULL, 8192, PROT_READ | PROT_WRITE,
			   MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	size_t len = text_len < 4096 ? text_len : 4096;
	ssize_t done;

	if (pages == MAP_FAILED)
		return -1;
	munmap(pages + 4096, 4096);
	memcpy(pages + 4096 - len, text, len);
	done = write(fd, pages + 4096 - len, len + below(100));
	munmap(pages, 4096);
	return done;
}

static void write_any(enum file file, int fd)
{
	struct iovec parts[2];
	ssize_t done;

	make_text(file);
	switch (below(12)) {
	case 0:
		done = pwrite(fd, text, text_len, one_in(2) ? 0 : below(5000));
		break;
	case 1:
		done = write(fd, text, text_len / 2);
		if (done > 0)
			done = write(fd, text + text_len / 2,
				     text_len - text_len / 2);
		break;
	case 2:
		parts[0].iov_base = text;
		parts[0].iov_len = below(text_len + 1);
		parts[1].iov_base = text + parts[0].iov_len;
		parts[1].iov_len = text_len - parts[0].iov_len;
		done = writev(fd, parts, 2);
		break;
	case 3:
		done = write_over_the_edge(fd);
		break;
	default:
		(void)lseek(fd, 0, SEEK_SET);
		done = write(fd, text, text_len);
	}
	note_write(file, done);
}

static void read_any(int fd)
{
	static char buf[1 << 16];
	size_t len = one_in(3) ? below(20) : below(sizeof(buf));
	ssize_t done = one_in(4) ? pread(fd, buf, len, below(3000)) :
				   read(fd, buf, len);

	add(done < 0 ? REFUSED_READ : DONE_READ);
}

static void use(enum file file, int fd)
{
	struct pollfd poll_fd = { .fd = fd, .events = POLLIN | POLLOUT };

	switch (below(10)) {
	case 0:
		(void)lseek(fd, below(100) - 50, below(3));
		break;
	case 1:
		(void)poll(&poll_fd, 1, 0);
		break;
	case 2:
	case 3:
	case 4:
		read_any(fd);
		break;
	default:
		write_any(file, fd);
	}
}

/* A cgroup comes, goes, or gets a task that executes, and so joins. */
static void use_cgroup(unsigned int worker)
{
	char path[512];
	int status;
	pid_t pid;

	snprintf(path, sizeof(path), "%s/w%u", cgroup, worker);
	if (one_in(2)) {
		(void)mkdir(path, 0755);
		(void)rmdir(path);
		return;
	}
	pid = fork();
	if (pid == 0) {
		int fd;

		snprintf(path, sizeof(path), "%s/cgroup.procs", cgroup);
		fd = open(path, O_WRONLY);
		if (fd >= 0 && write(fd, "0", 1) == 1)
			execl("/run/guest/busybox", "true", NULL);
		_exit(1);
	}
	if (pid > 0)
		(void)waitpid(pid, &status, 0);
}

/*
 * One step. `self` confines whoever writes it: only a child may, and a shared
 * one is refused, since its opener is somebody else.
 */
static void step(unsigned int worker)
{
	int which = below(MAX_SHARED), status, fd;
	enum file file;
	pid_t pid;

	if (one_in(30)) {
		use_cgroup(worker);
		return;
	}
	if (one_in(3)) {
		use(shared_file[which], shared_fds[which]);
		return;
	}
	fd = open_any(&file);
	if (fd < 0)
		return;
	if (file == SELF && one_in(2)) {
		close(fd);
		pid = fork();
		if (pid == 0) {
			fd = open(FS "self", O_RDWR);
			use(SELF, fd);
			use(SELF, fd);
			_exit(0);
		}
		if (pid > 0)
			(void)waitpid(pid, &status, 0);
		return;
	}
	for (unsigned int i = 1 + below(4); i > 0; i--) {
		if (file != SELF)
			use(file, fd);
		else
			read_any(fd);
	}
	close(fd);
}

/* Images with another name in them make policies that nobody else unloads. */
static void unload_all(void)
{
	DIR *dir = opendir(FS "policies");
	struct dirent *entry;

	if (!dir)
		return;
	while ((entry = readdir(dir)) != NULL) {
		int fd = open(FS "unload", O_WRONLY);

		if (fd < 0)
			continue;
		note_write(UNLOAD,
			   write(fd, entry->d_name, strlen(entry->d_name)));
		close(fd);
	}
	closedir(dir);
}

static void work(unsigned int worker, uint64_t seed, time_t end)
{
	random_state = seed * 0x9e3779b97f4a7c15ull + worker + 1;
	for (unsigned int i = 0; i < 10; i++)
		(void)next_random();
	while (time(NULL) < end) {
		step(worker);
		if (one_in(500))
			unload_all();
	}
}

static void open_shared(void)
{
	for (int i = 0; i < MAX_SHARED; i++) {
		do
			shared_fds[i] = open_any(&shared_file[i]);
		while (shared_fds[i] < 0 || shared_file[i] == SELF);
	}
}

static int read_image(const char *path)
{
	int fd = open(path, O_RDONLY);
	struct stat st;
	const char *name;

	if (fd < 0 || fstat(fd, &st) || num_images == MAX_IMAGES)
		return -1;
	images[num_images].bytes = malloc(st.st_size);
	images[num_images].len = st.st_size;
	if (read(fd, images[num_images].bytes, st.st_size) != st.st_size)
		return -1;
	close(fd);
	/* The file is called after the policy. */
	name = strrchr(path, '/') ? strrchr(path, '/') + 1 : path;
	snprintf(images[num_images].name, sizeof(images[0].name), "%.*s",
		 (int)strcspn(name, "."), name);
	num_images++;
	return 0;
}

static int find_cgroups(void)
{
	char path[512];
	struct stat st;

	for (int i = 0; i < 4; i++) {
		snprintf(path, sizeof(path), i ? "%s/c%d" : "%s", cgroup, i);
		if (i && mkdir(path, 0755) && errno != EEXIST)
			return -1;
		if (stat(path, &st))
			return -1;
		cgroup_ids[i] = st.st_ino;
	}
	return 0;
}

int main(int argc, char **argv)
{
	unsigned int workers, bad = 0;
	uint64_t seed;
	time_t end;
	int status;

	if (argc < 6)
		return 2;
	cgroup = argv[4];
	for (int i = 5; i < argc; i++) {
		if (read_image(argv[i]))
			return 2;
	}
	total = mmap(NULL, sizeof(*total), PROT_READ | PROT_WRITE,
		     MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	if (find_cgroups() || total == MAP_FAILED)
		return 2;
	end = time(NULL) + atoi(argv[1]);
	seed = strtoull(argv[2], NULL, 10);
	workers = atoi(argv[3]);
	random_state = seed + 1;
	open_shared();
	for (unsigned int i = 0; i < workers; i++) {
		if (fork() == 0) {
			work(i, seed, end);
			_exit(0);
		}
	}
	while (wait(&status) > 0)
		bad += status != 0;
	for (int i = 0; i < NUM_COUNTS; i++)
		printf("%s %lu\n", counts[i], total->count[i]);
	printf("accepted load %lu bind %lu mode %lu self %lu\n",
	       total->accepted[LOAD], total->accepted[BIND],
	       total->accepted[MODE], total->accepted[SELF]);
	return bad != 0;
}
