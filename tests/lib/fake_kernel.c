// SPDX-License-Identifier: GPL-2.0-only
#include <errno.h>
#include <fcntl.h>
#include <openssl/sha.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <unistd.h>

#include "fake_decide.h"
#include "fake_kernel.h"
#include "lsm/uapi/bailiff.h"
#include "vm/image.h"

static struct fake_kernel *current; /* one a process is enough */

struct fake_policy *fake_kernel_find(struct fake_kernel *kernel,
				     const char *name)
{
	size_t i;

	for (i = 0; i < FAKE_POLICIES; i++)
		if (kernel->policies[i].used &&
		    !strcmp(kernel->policies[i].name, name))
			return &kernel->policies[i];
	return NULL;
}

void fake_kernel_forget(struct fake_kernel *kernel)
{
	size_t i;

	for (i = 0; i < FAKE_POLICIES; i++)
		kernel->policies[i].used = false;
	kernel->num_loads = 0;
}

/* A readable file with this text. */
static int text_file(const void *text, size_t len)
{
	int fd = memfd_create("fake", MFD_CLOEXEC);

	if (fd < 0 || write(fd, text, len) != (ssize_t)len ||
	    lseek(fd, 0, SEEK_SET))
		return -EIO;
	return fd;
}

static void put_image(struct fake_policy *policy, const void *data, size_t len)
{
	unsigned char digest[SHA256_DIGEST_LENGTH];
	size_t i;

	policy->used = true;
	policy->generation = ++current->last_generation;
	policy->len = len;
	memcpy(policy->image, data, len);
	SHA256(data, len, digest);
	for (i = 0; i < sizeof(digest); i++)
		snprintf(policy->digest + 2 * i, 3, "%02x", digest[i]);
}

static void replace(struct fake_policy *policy)
{
	if (current->next)
		put_image(policy, current->next, current->next_len);
	current->next = NULL;
}

static int policy_file(const char *rest)
{
	struct fake_policy *policy;
	char name[64], file[16], text[512];
	int fd;

	if (sscanf(rest, "%63[^/]/%15s", name, file) != 2)
		return -ENOENT;
	policy = fake_kernel_find(current, name);
	if (!policy)
		return -ENOENT;
	if (!strcmp(file, "image") && current->no_images)
		return open("/", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (current->info_errno && !strcmp(file, "info"))
		return -current->info_errno;
	if (!strcmp(file, "image")) {
		if (current->next && current->next_when == NEXT_WITH_IMAGE)
			return text_file(current->next, current->next_len);
		fd = text_file(policy->image, policy->len);
		if (current->next_when == NEXT_AFTER_IMAGE)
			replace(policy);
		return fd;
	}
	if (!strcmp(file, "mode"))
		return text_file(current->mode, strlen(current->mode));
	if (!strcmp(file, "rules") && current->not_root)
		return -EACCES;
	if (!strcmp(file, "rules"))
		return text_file(current->rules, strlen(current->rules));
	snprintf(text, sizeof(text),
		 "name %s\ngeneration %u\ndigest %s\nmode enforce\n"
		 "tasks 2\nrules 2\nstart_timeout 60\nwaiting 1\n",
		 policy->name, policy->generation, policy->digest);
	return text_file(text, strlen(text));
}

/* Its records lie in a socket, which takes a line as well. */
static int trace_file(void)
{
	int ends[2];

	if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0,
		       ends) ||
	    write(ends[1], current->traced, current->traced_len) !=
		    (ssize_t)current->traced_len)
		return -EIO;
	/* the other end stays open: nothing is at its end */
	return ends[0];
}

static int status_file(void)
{
	char text[sizeof(current->status) + 32] = "";

	if (current->no_status)
		return -EACCES;
	if (current->live_generation)
		snprintf(text, sizeof(text), "generation %u\n",
			 current->last_generation);
	strcat(text, current->status);
	return text_file(text, strlen(text));
}

static int fake_open(struct kfs *kfs, const char *file, int flags)
{
	int fd;

	(void)kfs;
	if (!strcmp(file, "events"))
		return fcntl(current->events[0], F_DUPFD_CLOEXEC, 0);
	if (!strcmp(file, "status"))
		return status_file();
	if (!strcmp(file, "bindings") && current->not_root)
		return -EACCES;
	if (!strcmp(file, "bindings"))
		return text_file(current->bindings, strlen(current->bindings));
	if (!strcmp(file, "version"))
		return text_file(current->version, strlen(current->version));
	if (!strcmp(file, "trace"))
		return trace_file();
	if (!strcmp(file, "tasks"))
		return text_file(current->tasks, strlen(current->tasks));
	if (!strncmp(file, "policies/", 9) && flags == O_RDONLY)
		return policy_file(file + 9);
	if (flags != O_RDWR ||
	    (!strcmp(file, "decide") && !fake_decide.is_there))
		return -ENOENT;
	/* the file's name is its only content until the reply */
	fd = memfd_create("fake", MFD_CLOEXEC);
	if (fd >= 0 && write(fd, file, strlen(file) + 1) < 0)
		return -EIO;
	return fd;
}

static int reply(int fd, int err, const char *text)
{
	if (ftruncate(fd, 0) || pwrite(fd, text, strlen(text), 0) < 0 ||
	    lseek(fd, 0, SEEK_SET))
		return -EIO;
	return err;
}

static struct fake_policy *place_of(const char *name)
{
	struct fake_policy *policy = fake_kernel_find(current, name);
	size_t i;

	for (i = 0; !policy && i < FAKE_POLICIES; i++)
		if (!current->policies[i].used)
			policy = &current->policies[i];
	return policy;
}

static int load(int fd, const void *data, size_t len)
{
	struct bvm_image *image = malloc(sizeof(*image));
	struct fake_policy *policy;
	struct bvm_error error;
	char text[256];

	if (current->refuse_loads || len > FAKE_IMAGE ||
	    bvm_image_parse(data, len, image, &error)) {
		free(image);
		if (current->refuse_after && !--current->refuse_after)
			current->refuse_loads = false;
		return reply(fd, -EINVAL, "error: a.yaml:3: not mediated\n");
	}
	policy = place_of(image->name);
	strcpy(policy->name, image->name);
	free(image);
	put_image(policy, data, len);
	current->num_loads++;
	current->last_generation += current->load_between;
	current->load_between = false;
	snprintf(text, sizeof(text), "ok policy=%s generation=%u digest=%s\n",
		 policy->name, policy->generation, policy->digest);
	if (current->next_when == NEXT_AFTER_LOAD)
		replace(policy);
	return reply(fd, 0, text);
}

static int enter(int fd, const char *text)
{
	char name[512];
	const char *digest = strchr(text, '@');
	const struct fake_policy *policy;

	snprintf(name, sizeof(name), "%.*s", (int)strcspn(text, "@"), text);
	policy = fake_kernel_find(current, name);
	if (!policy)
		return reply(fd, -ENOENT, "error: no such policy\n");
	if (digest && strcmp(digest + 1, policy->digest))
		return reply(fd, -ESTALE, "error: another version\n");
	strcpy(current->last_self, text);
	return reply(fd, 0, "ok\n");
}

static int unload(int fd, const char *name)
{
	struct fake_policy *policy = fake_kernel_find(current, name);

	if (!policy)
		return reply(fd, -ENOENT, "error: no such policy\n");
	if (policy->bound)
		return reply(fd, -EBUSY, "error: tasks run under it\n");
	policy->used = false;
	current->num_unloads++;
	return reply(fd, 0, "ok\n");
}

static int decide(int fd, const void *data, size_t len)
{
	void *answers;
	size_t answers_len;
	int err = fake_decide_write(current, data, len, &answers, &answers_len);

	if (err)
		return err;
	if (ftruncate(fd, 0) ||
	    pwrite(fd, answers, answers_len, 0) != (ssize_t)answers_len ||
	    lseek(fd, 0, SEEK_SET))
		err = -EIO;
	free(answers);
	return err;
}

static int fake_write(struct kfs *kfs, int fd, const void *data, size_t len)
{
	char file[64] = "", text[512] = "";

	(void)kfs;
	if (pread(fd, file, sizeof(file) - 1, 0) <= 0) {
		if (errno != ESPIPE || len >= sizeof(current->last_trace))
			return -EIO;
		memcpy(current->last_trace, data, len);
		current->last_trace[len] = '\0';
		return 0;
	}
	if (!strcmp(file, "load"))
		return load(fd, data, len);
	if (!strcmp(file, "decide"))
		return decide(fd, data, len);
	if (len >= sizeof(text))
		return reply(fd, -E2BIG, "error: too long\n");
	memcpy(text, data, len);
	if (!strcmp(file, "unload"))
		return unload(fd, text);
	if (!strcmp(file, "bind")) {
		strcpy(current->last_bind, text);
		if (++current->num_binds == current->join_at)
			strcpy(current->bindings,
			       "cgroup=7 policy=nginx tasks=3 joined=3\n");
		return reply(fd, 0, "ok\n");
	}
	if (!strncmp(file, "policies/", 9) && strstr(file, "/mode")) {
		size_t at = strlen(current->modes);

		snprintf(current->modes + at, sizeof(current->modes) - at,
			 "%s\n", text);
		return reply(fd, 0, "ok\n");
	}
	if (!strcmp(file, "self"))
		return enter(fd, text);
	return reply(fd, -ENOENT, "error: no such file\n");
}

static int fake_list(struct kfs *kfs, const char *dir, struct text *names)
{
	size_t i;

	(void)kfs;
	(void)dir;
	for (i = 0; i < FAKE_POLICIES; i++)
		if (current->policies[i].used)
			text_printf(names, "%s\n", current->policies[i].name);
	return 0;
}

static const struct kfs_ops ops = {
	.open = fake_open,
	.write = fake_write,
	.list = fake_list,
};

struct fake_kernel *fake_kernel_create(struct kfs *kfs)
{
	static const char lsm[] = "capability,bailiff\n";
	char template[] = "/tmp/fake-kernel.XXXXXX";
	int fd;

	memset(&fake_decide, 0, sizeof(fake_decide));
	current = mmap(NULL, sizeof(*current), PROT_READ | PROT_WRITE,
		       MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	if (current == MAP_FAILED || !mkdtemp(template) ||
	    pipe2(current->events, O_CLOEXEC | O_NONBLOCK))
		abort();
	strcpy(current->dir, template);
	snprintf(current->version, sizeof(current->version),
		 "bailiff %d %d %d\n", BAILIFF_ABI, BVM_IMAGE_VERSION,
		 BVM_LANGUAGE_VERSION);
	strcpy(current->status,
	       "abi 1\ndecisions_denied 11\ndecisions_audited 0\n"
	       "denied.files 9\ndenied.exec 2\nreason.path-too-long 2\n"
	       "events_lost 5\nloads 6\nload_errors 4\npolicies 1\n");
	strcpy(current->mode, "files=enforce\nexec=audit\n");
	strcpy(current->rules, "1 a b.yaml:7 deny 3\n2 a b.yaml:9 allow 0\n"
			       "0 -:0 default 4\n");
	strcpy(current->tasks, "10 10 nginx@3,base@1\n10 11 nginx@3\n");
	strcpy(current->bindings,
	       "cgroup=7 policy=nginx label=web runtime=12 tasks=3 joined=2\n"
	       "cgroup=8 policy=refuse tasks=0 joined=0\n");
	memset(kfs, 0, sizeof(*kfs));
	kfs->ops = &ops;
	snprintf(kfs->dir, sizeof(kfs->dir), "%s/bailiff", template);
	snprintf(kfs->lsm_file, sizeof(kfs->lsm_file), "%s/lsm", template);
	fd = open(kfs->lsm_file, O_WRONLY | O_CREAT | O_CLOEXEC, 0644);
	if (fd < 0 || write(fd, lsm, sizeof(lsm) - 1) < 0)
		abort();
	close(fd);
	return current;
}

void fake_kernel_free(struct fake_kernel *kernel)
{
	char path[PATH_MAX + 8];

	snprintf(path, sizeof(path), "%s/lsm", kernel->dir);
	unlink(path);
	rmdir(kernel->dir);
	close(kernel->events[0]);
	close(kernel->events[1]);
	munmap(kernel, sizeof(*kernel));
}
