// SPDX-License-Identifier: GPL-2.0-only
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <linux/magic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/vfs.h>
#include <unistd.h>

#include "kfs.h"
#include "lsm/uapi/bailiff.h"
#include "vm/image.h"

static bool is_securityfs(int fd)
{
	struct statfs fs;

	return !fstatfs(fd, &fs) && fs.f_type == SECURITYFS_MAGIC;
}

static int file_open(struct kfs *kfs, const char *file, int flags)
{
	char path[PATH_MAX];
	int fd;

	if ((size_t)snprintf(path, sizeof(path), "%s/%s", kfs->dir, file) >=
	    sizeof(path))
		return -ENAMETOOLONG;
	fd = open(path, flags | O_CLOEXEC);
	if (fd < 0)
		return -errno;
	if (kfs->genuine && !is_securityfs(fd)) {
		close(fd);
		return -EMEDIUMTYPE;
	}
	return fd;
}

static int file_write(struct kfs *kfs, int fd, const void *data, size_t len)
{
	ssize_t done;

	(void)kfs;
	done = write(fd, data, len);
	if (done < 0)
		return -errno;
	return (size_t)done == len ? 0 : -EIO;
}

static int visible(const struct dirent *entry)
{
	return entry->d_name[0] != '.';
}

static int file_list(struct kfs *kfs, const char *dir, struct text *names)
{
	struct dirent **entries;
	char path[PATH_MAX];
	int num, i;

	if ((size_t)snprintf(path, sizeof(path), "%s/%s", kfs->dir, dir) >=
	    sizeof(path))
		return -ENAMETOOLONG;
	num = scandir(path, &entries, visible, alphasort);
	if (num < 0)
		return -errno;
	for (i = 0; i < num; i++) {
		text_printf(names, "%s\n", entries[i]->d_name);
		free(entries[i]);
	}
	free(entries);
	return names->cut ? -ENOMEM : 0;
}

static const struct kfs_ops file_ops = {
	.open = file_open,
	.write = file_write,
	.list = file_list,
};

int kfs_init(struct kfs *kfs, const char *dir)
{
	char *slash;

	kfs->ops = &file_ops;
	kfs->genuine = !dir;
	if (!dir)
		dir = BAILIFF_DIR;
	if (strlen(dir) + sizeof("/lsm") > sizeof(kfs->dir))
		return -ENAMETOOLONG;
	strcpy(kfs->dir, dir);
	strcpy(kfs->lsm_file, dir);
	slash = strrchr(kfs->lsm_file, '/');
	strcpy(slash ? slash : kfs->lsm_file, slash ? "/lsm" : "lsm");
	return 0;
}

static void read_reply(int fd, char *reply)
{
	ssize_t len = read(fd, reply, KFS_REPLY - 1);

	reply[len > 0 ? len : 0] = '\0';
	reply[strcspn(reply, "\n")] = '\0';
}

int kfs_request(struct kfs *kfs, const char *file, const void *data, size_t len,
		char *reply)
{
	int fd, err;

	fd = kfs->ops->open(kfs, file, O_RDWR);
	if (fd < 0) {
		snprintf(reply, KFS_REPLY, "%.300s/%.100s: %s", kfs->dir, file,
			 fd == -EMEDIUMTYPE ?
				 "this is not the kernel's securityfs" :
				 strerror(-fd));
		return fd;
	}
	err = kfs->ops->write(kfs, fd, data, len);
	read_reply(fd, reply);
	close(fd);
	/*
	 * Who has entered a policy that is replaced at this moment may not
	 * read the reply any more. That it was entered, the write has said.
	 */
	if (!err && strncmp(reply, "ok", 2) && strcmp(file, "self"))
		err = -EPROTO;
	if (err && !reply[0])
		snprintf(reply, KFS_REPLY, "%.100s: %s", file, strerror(-err));
	if (!strncmp(reply, "error: ", 7))
		memmove(reply, reply + 7, strlen(reply + 7) + 1);
	return err;
}

static int read_all(int fd, struct text *text)
{
	char chunk[65536];
	ssize_t len;

	while ((len = read(fd, chunk, sizeof(chunk))) > 0)
		text_add_bytes(text, chunk, (size_t)len);
	if (len < 0)
		return -errno;
	return text->cut ? -EFBIG : 0;
}

int kfs_read(struct kfs *kfs, const char *file, struct text *text)
{
	int fd, err;

	text_reset(text);
	fd = kfs->ops->open(kfs, file, O_RDONLY);
	if (fd < 0)
		return fd;
	err = read_all(fd, text);
	close(fd);
	return err;
}

int kfs_open(struct kfs *kfs, const char *file, int flags)
{
	return kfs->ops->open(kfs, file, flags);
}

int kfs_list(struct kfs *kfs, const char *dir, struct text *names)
{
	text_reset(names);
	return kfs->ops->list(kfs, dir, names);
}

static bool list_has(const char *list, const char *word)
{
	size_t len = strlen(word), item;

	while (*list) {
		item = strcspn(list, ",\n");
		if (item == len && !strncmp(list, word, len))
			return true;
		list += item;
		list += strspn(list, ",\n");
	}
	return false;
}

int kfs_check_lsm(struct kfs *kfs, char *why, size_t size)
{
	char list[1024];
	ssize_t len;
	int fd, err;

	fd = open(kfs->lsm_file, O_RDONLY | O_CLOEXEC);
	if (fd < 0) {
		err = -errno;
		snprintf(
			why, size, "cannot read %.200s: %s%s", kfs->lsm_file,
			strerror(-err),
			err == -ENOENT ?
				"; is securityfs mounted? "
				"(mount -t securityfs none /sys/kernel/security)" :
				"");
		return err;
	}
	len = read(fd, list, sizeof(list) - 1);
	close(fd);
	list[len > 0 ? len : 0] = '\0';
	if (list_has(list, "bailiff"))
		return 0;
	list[strcspn(list, "\n")] = '\0';
	snprintf(why, size,
		 "this kernel does not run Bailiff: the active security "
		 "modules are %.200s; nothing is enforced. Boot a kernel that "
		 "has it with lsm=%.200s%sbailiff",
		 list[0] ? list : "none", list, list[0] ? "," : "");
	return -ENODEV;
}

int kfs_check_abi(struct kfs *kfs, char *why, size_t size)
{
	unsigned int abi, image, language;
	struct text text = {};
	int err = kfs_read(kfs, "version", &text);

	if (err)
		snprintf(why, size, "%.200s/version: %s", kfs->dir,
			 strerror(-err));
	else if (sscanf(text_string(&text), "bailiff %u %u %u", &abi, &image,
			&language) != 3 ||
		 abi != BAILIFF_ABI || image != BVM_IMAGE_VERSION ||
		 language != BVM_LANGUAGE_VERSION)
		err = -EPROTO;
	if (err == -EPROTO)
		snprintf(why, size,
			 "the kernel says '%.*s', this program is for 'bailiff "
			 "%d %d %d' (interface, images, language): install "
			 "both from one version",
			 (int)strcspn(text_string(&text), "\n"),
			 text_string(&text), BAILIFF_ABI, BVM_IMAGE_VERSION,
			 BVM_LANGUAGE_VERSION);
	text_free(&text);
	return err;
}

bool kfs_is_compiled_in(const char *symbols)
{
	FILE *file = fopen(symbols, "re");
	bool found = false;
	char *line = NULL;
	size_t size = 0;

	while (file && !found && getline(&line, &size, file) > 0)
		found = strstr(line, " bailiff_decide\n");
	free(line);
	if (file)
		fclose(file);
	return found;
}

int kfs_value(const char *lines, const char *key, char *buf, size_t size)
{
	size_t key_len = strlen(key), len;

	while (lines && *lines) {
		if (!strncmp(lines, key, key_len) && lines[key_len] == ' ') {
			lines += key_len + 1;
			len = strcspn(lines, "\n");
			if (len >= size)
				len = size - 1;
			memcpy(buf, lines, len);
			buf[len] = '\0';
			return 0;
		}
		lines = strchr(lines, '\n');
		lines = lines ? lines + 1 : NULL;
	}
	if (size)
		buf[0] = '\0';
	return -ENOENT;
}
