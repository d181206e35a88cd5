// SPDX-License-Identifier: GPL-2.0-only
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <openssl/evp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "images.h"

#define HEAD_MAX (1u << 20) /* bytes before the image in a saved file */
#define MAGIC "bailiff-saved 1"
#define TEMPORARY ".new"
#define READ_MAX \
	(256ll << 20) /* bytes that are read to see if all is the same */

int images_open(const char *dir)
{
	char path[PATH_MAX];
	struct stat stat;
	int fd;

	if ((size_t)snprintf(path, sizeof(path), "%s/images", dir) >=
	    sizeof(path))
		return -ENAMETOOLONG;
	if ((mkdir(dir, 0700) && errno != EEXIST) ||
	    (mkdir(path, 0700) && errno != EEXIST))
		return -errno;
	fd = open(path, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
	if (fd < 0)
		return -errno;
	/* what is in there is loaded as it is */
	if (fstat(fd, &stat) || stat.st_uid != geteuid() ||
	    (stat.st_mode & 022)) {
		close(fd);
		return -EPERM;
	}
	return fd;
}

/*
 * What is saved of files that are gone: they went while nobody looked. A link
 * that leads nowhere is there.
 */
static void prune(const struct images *images, const char *file)
{
	struct stat stat_buf;
	int policies;

	policies = open(images->policies, O_PATH | O_DIRECTORY | O_CLOEXEC);
	if (policies < 0)
		return;
	if (!strcmp(file, TEMPORARY) ||
	    (fstatat(policies, file, &stat_buf, AT_SYMLINK_NOFOLLOW) &&
	     errno == ENOENT))
		(void)unlinkat(images->dir, file, 0);
	close(policies);
}

void images_prune(const struct images *images)
{
	int fd = openat(images->dir, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	DIR *dir = fd < 0 ? NULL : fdopendir(fd);
	const struct dirent *entry;

	if (!dir && fd >= 0)
		close(fd);
	while (dir && (entry = readdir(dir)))
		if (strcmp(entry->d_name, ".") && strcmp(entry->d_name, ".."))
			prune(images, entry->d_name);
	if (dir)
		closedir(dir);
}

bool images_is_there(const struct images *images, const char *file)
{
	char path[PATH_MAX];
	struct stat stat_buf;

	snprintf(path, sizeof(path), "%s/%s", images->policies, file);
	return !lstat(path, &stat_buf) || errno != ENOENT;
}

static void release(struct image *image)
{
	if (image->bytes)
		munmap((void *)image->bytes, image->len);
	text_free(&image->deps);
	free(image);
}

void images_drop(struct images *images, const char *file)
{
	struct image **at = &images->first, *gone;

	while (*at && strcmp((*at)->file, file))
		at = &(*at)->next;
	gone = *at;
	if (!gone)
		return;
	*at = gone->next;
	release(gone);
}

void images_free(struct images *images)
{
	while (images->first)
		images_drop(images, images->first->file);
	if (images->dir >= 0)
		close(images->dir);
}

struct image *images_find(const struct images *images, const char *file)
{
	struct image *image = images->first;

	while (image && strcmp(image->file, file))
		image = image->next;
	return image;
}

struct image *images_find_digest(const struct images *images,
				 const char *digest)
{
	struct image *image = images->first;

	while (image && strcmp(image->digest, digest))
		image = image->next;
	return image;
}

static const struct {
	const char *line; /* of policyc/deps.h */
	uint32_t flag;
} template_lines[] = {
	{ "at-bind container.name", IMAGES_NAME },
	{ "at-bind container.image", IMAGES_IMAGE },
	{ "at-bind unit.instance", IMAGES_UNIT },
	{ "one-name", IMAGES_ONE_NAME },
};

#define NUM_TEMPLATE_LINES (sizeof(template_lines) / sizeof(template_lines[0]))

/* Does such a line stand at line? Return: its flag, or 0. */
static uint32_t template_flag(const char *line)
{
	size_t len = strcspn(line, "\n"), i;

	for (i = 0; i < NUM_TEMPLATE_LINES; i++)
		if (len == strlen(template_lines[i].line) &&
		    !strncmp(line, template_lines[i].line, len))
			return template_lines[i].flag;
	return 0;
}

static uint32_t template_flags(const struct text *deps)
{
	const char *line = text_string(deps);
	uint32_t flags = 0;

	while (*line) {
		flags |= template_flag(line);
		line += strcspn(line, "\n");
		line += *line == '\n';
	}
	return flags;
}

int images_stage(struct images *images, const char *file, int fd,
		 struct text *deps, struct image **staged)
{
	struct image *image = calloc(1, sizeof(*image));
	int err;

	if (!image)
		return -ENOMEM;
	images_drop(images, file);
	err = compile_digest(fd, image->digest);
	if (!err)
		err = compile_map(fd, &image->bytes, &image->len);
	if (err) {
		free(image);
		return err;
	}
	snprintf(image->file, sizeof(image->file), "%s", file);
	strcpy(image->policyc, images_policyc(images));
	image->at_bind = template_flags(deps);
	image->deps = *deps;
	memset(deps, 0, sizeof(*deps));
	image->next = images->first;
	images->first = image;
	*staged = image;
	return 0;
}

/* ---- is what was read then what would be read now? ---- */

/*
 * Read and not mapped: it may be cut while we look at it. Without waiting for
 * the other end of a pipe, and not more than is left: whoever may write one
 * policy does not stop the parent with it.
 */
static int digest_at(int dir, const char *path, long long *left,
		     char hex[COMPILE_DIGEST_HEX])
{
	int fd = openat(dir, path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
	unsigned char digest[EVP_MAX_MD_SIZE];
	EVP_MD_CTX *md = EVP_MD_CTX_new();
	unsigned int num = 0, i;
	char chunk[16384];
	struct stat stat;
	ssize_t len = -1;

	if (fd >= 0 && md && !fstat(fd, &stat) && S_ISREG(stat.st_mode) &&
	    stat.st_size <= *left && EVP_DigestInit_ex(md, EVP_sha256(), NULL))
		while ((len = read(fd, chunk, sizeof(chunk))) > 0) {
			*left -= len;
			if (*left < 0 ||
			    !EVP_DigestUpdate(md, chunk, (size_t)len))
				break;
		}
	if (!len && EVP_DigestFinal_ex(md, digest, &num))
		for (i = 0; i < num; i++)
			snprintf(hex + 2 * i, 3, "%02x", digest[i]);
	EVP_MD_CTX_free(md);
	if (fd >= 0)
		close(fd);
	return num == (COMPILE_DIGEST_HEX - 1) / 2 ? 0 : -ENOENT;
}

const char *images_policyc(struct images *images)
{
	long long left = READ_MAX;
	char path[64];
	struct stat stat_buf;
	int fd;

	fd = compile_open_program(images->policyc);
	if (fd < 0 || fstat(fd, &stat_buf)) {
		images->policyc_digest[0] = '\0';
	} else if (!images->policyc_digest[0] ||
		   stat_buf.st_ino != images->policyc_stat.st_ino ||
		   stat_buf.st_dev != images->policyc_stat.st_dev ||
		   stat_buf.st_size != images->policyc_stat.st_size ||
		   stat_buf.st_mtim.tv_sec !=
			   images->policyc_stat.st_mtim.tv_sec ||
		   stat_buf.st_mtim.tv_nsec !=
			   images->policyc_stat.st_mtim.tv_nsec) {
		snprintf(path, sizeof(path), "/proc/self/fd/%d", fd);
		images->policyc_stat = stat_buf;
		if (digest_at(AT_FDCWD, path, &left, images->policyc_digest))
			images->policyc_digest[0] = '\0';
	}
	if (fd >= 0)
		close(fd);
	return images->policyc_digest;
}

/* One line of deps. */
static bool still_holds(int policies, long long *left, const char *line)
{
	char digest[COMPILE_DIGEST_HEX] = "";

	if (template_flag(line))
		return true;
	if (!strncmp(line, "absent ", 7))
		return faccessat(policies, line + 7, F_OK, 0) != 0 &&
		       (errno == ENOENT || errno == ENOTDIR);
	if (strncmp(line, "file ", 5) ||
	    strlen(line) < 5 + COMPILE_DIGEST_HEX ||
	    line[5 + COMPILE_DIGEST_HEX - 1] != ' ')
		return false;
	return !digest_at(policies, line + 5 + COMPILE_DIGEST_HEX, left,
			  digest) &&
	       !strncmp(line + 5, digest, COMPILE_DIGEST_HEX - 1);
}

/* The first line of deps is about the policy itself, whoever made them. */
static bool is_about(const char *line, const char *file)
{
	const size_t len = strlen(file);

	return !strncmp(line, "file ", 5) &&
	       strcspn(line, "\n") == 5 + COMPILE_DIGEST_HEX + len &&
	       !strncmp(line + 5 + COMPILE_DIGEST_HEX, file, len);
}

static bool is_current(struct images *images, const struct image *image)
{
	const char *line = text_string(&image->deps);
	long long left = READ_MAX;
	char copy[PATH_MAX + 128];
	bool holds = true;
	size_t len;
	int dir;

	if (!is_about(line, image->file) || !image->policyc[0] ||
	    strcmp(image->policyc, images_policyc(images)))
		return false;
	/* each time: the directory may have been swapped */
	dir = open(images->policies, O_PATH | O_DIRECTORY | O_CLOEXEC);
	while (holds && *line) {
		len = strcspn(line, "\n");
		holds = len < sizeof(copy);
		if (holds) {
			memcpy(copy, line, len);
			copy[len] = '\0';
			holds = still_holds(dir, &left, copy);
		}
		line += len + (line[len] == '\n');
	}
	if (dir >= 0)
		close(dir);
	return holds && dir >= 0;
}

/* ---- saved files ---- */

/* MAGIC, "image DIGEST", "policyc DIGEST", deps, an empty line, the image */
static int write_saved(int fd, const struct image *image)
{
	struct text head = {};
	const char *bytes = image->bytes;
	size_t left = image->len;
	ssize_t len;
	int err = 0;

	text_printf(&head, MAGIC "\nimage %s\npolicyc %s\n%s\n", image->digest,
		    image->policyc, text_string(&image->deps));
	if (head.cut || head.len > HEAD_MAX)
		err = -EFBIG;
	else if (write(fd, head.data, head.len) != (ssize_t)head.len)
		err = errno ? -errno : -ENOSPC;
	while (!err && left) {
		len = write(fd, bytes, left);
		if (len <= 0) {
			err = len ? -errno : -ENOSPC;
			break;
		}
		bytes += len;
		left -= (size_t)len;
	}
	text_free(&head);
	return err;
}

int images_save(struct images *images, const char *file)
{
	const struct image *image = images_find(images, file);
	int fd, err;

	if (!image)
		return -ENOENT;
	if (image->saved || images->dir < 0)
		return 0;
	/* nobody could say later if it is what would be made */
	if (!image->policyc[0])
		return -ENODATA;
	fd = openat(images->dir, TEMPORARY,
		    O_WRONLY | O_CREAT | O_TRUNC | O_NOFOLLOW | O_CLOEXEC,
		    0600);
	if (fd < 0)
		return -errno;
	errno = 0;
	err = write_saved(fd, image);
	/*
	 * Not fsync: a thousand files would take minutes. What a crash cut is
	 * known by its digest, and then it is compiled again.
	 */
	if (close(fd) && !err)
		err = -errno;
	if (!err && renameat(images->dir, TEMPORARY, images->dir, file))
		err = -errno;
	if (err)
		(void)unlinkat(images->dir, TEMPORARY, 0);
	return err;
}

void images_forget(struct images *images, const char *file)
{
	if (images->dir >= 0)
		(void)unlinkat(images->dir, file, 0);
}

/* The rest of fd into a sealed memory file. Return: it, or -errno. */
static int copy_rest(int fd)
{
	int to = memfd_create("image", MFD_CLOEXEC | MFD_ALLOW_SEALING);
	char chunk[16384];
	ssize_t len;

	if (to < 0)
		return -errno;
	while ((len = read(fd, chunk, sizeof(chunk))) > 0)
		if (write(to, chunk, (size_t)len) != len)
			len = -1;
	if (len < 0 ||
	    fcntl(to, F_ADD_SEALS,
		  F_SEAL_SHRINK | F_SEAL_GROW | F_SEAL_WRITE | F_SEAL_SEAL)) {
		close(to);
		return -EIO;
	}
	return to;
}

/* The lines before the image; the file is then at the image. */
static int read_head(int fd, struct text *head)
{
	char chunk[4096];
	const char *end;
	ssize_t len;

	for (;;) {
		len = pread(fd, chunk, sizeof(chunk), (off_t)head->len);
		if (len <= 0)
			return -EBADMSG;
		text_add_bytes(head, chunk, (size_t)len);
		end = memmem(head->data, head->len, "\n\n", 2);
		if (end)
			break;
		if (head->len > HEAD_MAX || head->cut)
			return -EBADMSG;
	}
	head->len = (size_t)(end - head->data) + 1;
	head->data[head->len] = '\0';
	return lseek(fd, (off_t)head->len + 1, SEEK_SET) < 0 ? -errno : 0;
}

/* "key DIGEST" in a line of its own; returns the next line, or NULL. */
static const char *take_digest(const char *line, const char *key,
			       char digest[COMPILE_DIGEST_HEX])
{
	size_t len = strlen(key);

	if (strncmp(line, key, len) ||
	    strcspn(line, "\n") != len + COMPILE_DIGEST_HEX - 1)
		return NULL;
	memcpy(digest, line + len, COMPILE_DIGEST_HEX - 1);
	digest[COMPILE_DIGEST_HEX - 1] = '\0';
	return line + len + COMPILE_DIGEST_HEX;
}

static int parse_head(const struct text *head, char digest[COMPILE_DIGEST_HEX],
		      char policyc[COMPILE_DIGEST_HEX], struct text *deps)
{
	const char *line = text_string(head);

	if (strncmp(line, MAGIC "\n", sizeof(MAGIC)))
		return -EBADMSG;
	line = take_digest(line + sizeof(MAGIC), "image ", digest);
	if (line)
		line = take_digest(line, "policyc ", policyc);
	if (!line)
		return -EBADMSG;
	text_add(deps, line);
	return 0;
}

/* Stage what fd holds, if it is what it says it is. */
static int stage_saved(struct images *images, const char *file, int fd,
		       bool current)
{
	char digest[COMPILE_DIGEST_HEX], policyc[COMPILE_DIGEST_HEX];
	struct text head = {}, deps = {};
	struct image *image;
	int err, memory = -1;

	err = read_head(fd, &head);
	if (!err)
		err = parse_head(&head, digest, policyc, &deps);
	if (!err) {
		memory = copy_rest(fd);
		err = memory < 0 ? memory : 0;
	}
	if (!err)
		err = images_stage(images, file, memory, &deps, &image);
	text_free(&head);
	text_free(&deps);
	if (!err) {
		strcpy(image->policyc, policyc);
		image->saved = true;
		if (strcmp(image->digest, digest))
			err = -EBADMSG;
		else if (current && !is_current(images, image))
			err = -ENOENT;
		if (err)
			images_drop(images, file);
	}
	if (err && memory >= 0)
		close(memory);
	return err ? err : memory;
}

int images_saved(struct images *images, const char *file, bool current)
{
	int fd, memory;

	if (images->dir < 0)
		return -ENOENT;
	fd = openat(images->dir, file, O_RDONLY | O_NOFOLLOW | O_CLOEXEC);
	if (fd < 0)
		return -errno;
	memory = stage_saved(images, file, fd, current);
	close(fd);
	return memory;
}
