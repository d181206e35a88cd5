// SPDX-License-Identifier: GPL-2.0-only
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ipc.h>
#include <sys/klog.h>
#include <sys/mman.h>
#include <sys/mount.h>
#include <sys/prctl.h>
#include <sys/shm.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include "canary.h"
#include "compile.h"
#include "readback.h"
#include "state.h"
#include "vm/image.h"

#define UNLOAD_TRIES 50 /* a task that ended is given up a moment later */

/* What the child says; in memory that both see. */
struct report {
	int enter; /* errno of entering the policy; -1: it did not come so far */
	bool tried[BVM_NUM_CLASSES];
	int err[BVM_NUM_CLASSES];
};

static int try_read(void)
{
	int fd = open("/etc/passwd", O_RDONLY | O_CLOEXEC);

	if (fd < 0)
		return errno;
	close(fd);
	return 0;
}

static int try_socket(void)
{
	int fd = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);

	if (fd < 0)
		return errno;
	close(fd);
	return 0;
}

static int try_chroot(void)
{
	return chroot("/") ? errno : 0;
}

static int try_mount(void)
{
	return mount("none", "/", "tmpfs", 0, NULL) ? errno : 0;
}

static int try_signal(void)
{
	return kill(getppid(), 0) ? errno : 0;
}

static int try_shm(void)
{
	int id = shmget(IPC_PRIVATE, 4096, 0600);

	if (id < 0)
		return errno;
	shmctl(id, IPC_RMID, NULL);
	return 0;
}

static int try_syslog(void)
{
	const int size_of_buffer = 10;

	return klogctl(size_of_buffer, NULL, 0) < 0 ? errno : 0;
}

static int try_exec(void)
{
	pid_t pid = fork();
	int status;

	if (pid < 0)
		return errno;
	if (!pid) {
		execl("/bin/true", "true", (char *)NULL);
		_exit(errno);
	}
	if (waitpid(pid, &status, 0) != pid || !WIFEXITED(status))
		return EINTR;
	return WEXITSTATUS(status);
}

static int try_userns(void)
{
	return unshare(CLONE_NEWUSER) ? errno : 0;
}

#define CANARY(CLASS, name, rule, try, what) { BVM_CLASS_##CLASS, try, what },
static const struct {
	unsigned int class;
	int (*try)(void);
	const char *what;
} canary_list[] = {
#include "canary.def"
};
#undef CANARY

#define NUM_CANARIES (sizeof(canary_list) / sizeof(canary_list[0]))

/* quiet: they are counted, and no log shows them to frighten people. */
void canary_print_policy(const char *name, struct text *out)
{
	text_printf(out,
		    "bailiff: 1\npolicy: %s\n"
		    "description: bailiffctl selftest; for one process\n"
		    "default: allow\n",
		    name);
#define CANARY(CLASS, class, rule, try, what) \
	text_add(out, #class ":\n  - " rule "\n    quiet: true\n");
#include "canary.def"
#undef CANARY
}

/* A mount that is not denied must be nobody's but ours. */
static void __attribute__((noreturn))
child(struct kfs *kfs, const char *name, struct report *report)
{
	bool own = !unshare(CLONE_NEWNS) &&
		   !mount(NULL, "/", NULL, MS_REC | MS_PRIVATE, NULL);
	char reply[KFS_REPLY];
	size_t i;

	prctl(PR_SET_PDEATHSIG, SIGKILL);
	report->enter = -kfs_request(kfs, "self", name, strlen(name), reply);
	for (i = 0; !report->enter && i < NUM_CANARIES; i++) {
		unsigned int class = canary_list[i].class;

		if (class == BVM_CLASS_MOUNTS && !own)
			continue;
		report->tried[class] = true;
		report->err[class] = canary_list[i].try();
	}
	_exit(0);
}

static int run_child(struct kfs *kfs, const char *name, struct report *report,
		     char *why, size_t size)
{
	int status;
	pid_t pid;

	report->enter = -1;
	fflush(NULL);
	pid = fork();
	if (pid < 0) {
		snprintf(why, size, "fork: %s", strerror(errno));
		return -EIO;
	}
	if (!pid)
		child(kfs, name, report);
	while (waitpid(pid, &status, 0) < 0 && errno == EINTR)
		;
	if (report->enter > 0)
		snprintf(why, size, "its process could not enter policy %s: %s",
			 name, strerror(report->enter));
	else if (report->enter || !WIFEXITED(status))
		snprintf(why, size, "its process ended before it was done");
	return report->enter || !WIFEXITED(status) ? -EIO : 0;
}

/* Return: a descriptor of the image, -errno. */
static int build(const char *policyc, const char *name, char *why, size_t size)
{
	char dir[] = "/tmp/bailiff-selftest.XXXXXX", file[64];
	struct compile_request request = { .policyc = policyc, .file = file };
	struct text text = {};
	int fd = -1, err;
	FILE *out;

	if (!mkdtemp(dir)) {
		snprintf(why, size, "%s: %s", dir, strerror(errno));
		return -EIO;
	}
	snprintf(file, sizeof(file), "%s/canary.yaml", dir);
	canary_print_policy(name, &text);
	out = fopen(file, "wxe");
	if (!out || fputs(text_string(&text), out) < 0)
		snprintf(why, size, "%s: %s", file, strerror(errno));
	err = out && !fclose(out) ? 0 : -EIO;
	text_reset(&text);
	if (!err)
		err = compile_run(&request, &text, &fd);
	if (err && text.len)
		snprintf(why, size, "its policy does not compile: %s",
			 text_string(&text));
	text_free(&text);
	unlink(file);
	rmdir(dir);
	return err ? err : fd;
}

static int load(struct kfs *kfs, int fd, char *why, size_t size)
{
	char reply[KFS_REPLY];
	const void *bytes;
	size_t len;
	int err = compile_map(fd, &bytes, &len);

	if (err) {
		snprintf(why, size, "its image: %s", strerror(-err));
		return err;
	}
	err = kfs_request(kfs, "load", bytes, len, reply);
	munmap((void *)bytes, len);
	if (err)
		snprintf(why, size, "its policy is refused: %s", reply);
	return err;
}

static int unload(struct kfs *kfs, const char *name, char *why, size_t size)
{
	char reply[KFS_REPLY];
	int tries, err;

	for (tries = 0; tries < UNLOAD_TRIES; tries++) {
		err = kfs_request(kfs, "unload", name, strlen(name), reply);
		if (err != -EBUSY)
			break;
		usleep(100000);
	}
	if (err)
		snprintf(why, size, "policy %s stays loaded: %s", name, reply);
	return err;
}

struct hits {
	const struct bvm_image *image;
	struct canary *canaries;
};

static int add_hits(const struct state_rule *rule, void *arg)
{
	struct hits *hits = arg;

	if (rule->number && rule->number <= hits->image->num_rules)
		hits->canaries[hits->image->rules[rule->number - 1].class]
			.hits += rule->hits;
	return 0;
}

static int count_hits(struct kfs *kfs, const char *name,
		      struct canary *canaries, char *why, size_t size)
{
	struct readback back;
	struct hits hits = { .canaries = canaries };
	int err = readback_open(kfs, name, &back, why, size);

	if (err)
		return err;
	hits.image = back.image;
	err = state_rules(kfs, name, add_hits, &hits);
	if (err)
		snprintf(why, size, "its hits: %s", strerror(-err));
	readback_free(&back);
	return err;
}

static void take_report(const struct report *report, struct canary *canaries)
{
	size_t i;

	for (i = 0; i < NUM_CANARIES; i++) {
		unsigned int class = canary_list[i].class;

		canaries[class] = (struct canary){
			.what = canary_list[i].what,
			.tried = report->tried[class],
			.err = report->err[class],
		};
	}
}

int canary_run(struct kfs *kfs, const char *policyc,
	       struct canary canaries[BVM_NUM_CLASSES], unsigned int *num_loads,
	       char *why, size_t size)
{
	struct report *report;
	char name[64], ignored[64];
	int fd, err;

	*num_loads = 0;
	snprintf(name, sizeof(name), "bailiff-selftest-%d", (int)getpid());
	report = mmap(NULL, sizeof(*report), PROT_READ | PROT_WRITE,
		      MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	if (report == MAP_FAILED)
		return -ENOMEM;
	fd = build(policyc, name, why, size);
	err = fd < 0 ? fd : load(kfs, fd, why, size);
	if (fd >= 0)
		close(fd);
	if (!err) {
		*num_loads = 1;
		err = run_child(kfs, name, report, why, size);
		take_report(report, canaries);
		if (!err)
			err = count_hits(kfs, name, canaries, why, size);
		if (err)
			(void)unload(kfs, name, ignored, sizeof(ignored));
		else
			err = unload(kfs, name, why, size);
	}
	munmap(report, sizeof(*report));
	return err;
}

enum canary_verdict canary_judge(const struct canary *canary)
{
	bool refused = canary->err == EACCES || canary->err == EPERM;

	if (canary->hits && canary->tried)
		return refused ? CANARY_DENIED : CANARY_LET_PASS;
	if (!canary->tried || canary->err)
		return CANARY_NOT_SHOWN;
	return CANARY_LET_PASS;
}
