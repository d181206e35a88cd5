// SPDX-License-Identifier: GPL-2.0-only
/*
 * ctl_early.c - early: what must hold before the first container can start
 *
 * bailiffd needs a compiler, users and a log. This needs none of them: it
 * loads what bailiffd saved, and lets nothing start below some cgroups that
 * has no binding of its own. It runs on after a failure, to do what it can,
 * and says so with its exit status.
 */
#include <dirent.h>
#include <errno.h>
#include <getopt.h>
#include <linux/magic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <sys/vfs.h>
#include <unistd.h>

#include "bailiffd.h"
#include "cgroup.h"
#include "ctl.h"
#include "images.h"
#include "scan.h"
#include "state.h"

#define SECURITYFS "/sys/kernel/security"
#define MAX_REFUSED 32

struct early {
	struct ctl *ctl;
	const char *state_dir;
	const char *refused[MAX_REFUSED];
	unsigned int num_refused;
	struct text digests; /* of what is loaded, a line each */
	unsigned int bound;
	unsigned int loaded;
	unsigned int failed;
};

static const struct option options[] = {
	{ "state-dir", required_argument, NULL, 's' },
	{ "refuse", required_argument, NULL, 'r' },
	{ NULL, 0, NULL, 0 },
};

static int parse_options(struct early *early, int argc, char **argv)
{
	int opt;

	while ((opt = getopt_long(argc, argv, "", options, NULL)) != -1) {
		if (opt == 's')
			early->state_dir = optarg;
		else if (opt != 'r')
			return ctl_usage(argv[0], "bad option");
		else if (early->num_refused == MAX_REFUSED)
			return ctl_usage(argv[0], "at most %u cgroups",
					 MAX_REFUSED);
		else
			early->refused[early->num_refused++] = optarg;
	}
	if (optind != argc)
		return ctl_usage(argv[0], "it takes no operands");
	return CTL_YES;
}

/* systemd mounts it; others may not have yet. */
static void mount_securityfs(const struct early *early)
{
	struct statfs fs;

	if (strncmp(early->ctl->kfs.dir, SECURITYFS "/", sizeof(SECURITYFS)) !=
		    0 ||
	    (!statfs(SECURITYFS, &fs) && fs.f_type == SECURITYFS_MAGIC))
		return;
	if (mount("securityfs", SECURITYFS, "securityfs",
		  MS_NOSUID | MS_NODEV | MS_NOEXEC, NULL))
		ctl_error("cannot mount " SECURITYFS ": %s", strerror(errno));
}

static int add_digest(const struct state_policy *policy, void *arg)
{
	struct early *early = arg;

	text_printf(&early->digests, "%s\n", policy->digest);
	return 0;
}

static void complain(struct early *early, const char *what, const char *why)
{
	ctl_error("%s: %s", what, why);
	early->failed++;
}

static void load_file(struct early *early, struct images *images,
		      const char *file)
{
	char reply[KFS_REPLY] = "";
	const struct image *image;
	int fd, err;

	fd = images_saved(images, file, false);
	if (fd < 0) {
		complain(early, file,
			 fd == -EBADMSG ? "the saved image is damaged" :
					  strerror(-fd));
		return;
	}
	close(fd);
	image = images_find(images, file);
	/* what is made of a template is made when its container starts */
	if (!image->at_bind &&
	    !strstr(text_string(&early->digests), image->digest)) {
		err = kfs_request(&early->ctl->kfs, "load", image->bytes,
				  image->len, reply);
		if (err)
			complain(early, file,
				 reply[0] ? reply : strerror(-err));
		else
			early->loaded++;
	}
	images_drop(images, file);
}

static void load_all(struct early *early)
{
	struct images images = { .policies = "/", .policyc = "policyc" };
	struct dirent **entries;
	int num, i;

	images.dir = images_open(early->state_dir);
	num = images.dir < 0 ?
		      -1 :
		      scandirat(images.dir, ".", &entries, NULL, alphasort);
	if (num < 0)
		complain(early, early->state_dir, "it cannot be read");
	for (i = 0; i < num; i++) {
		if (scan_is_policy(entries[i]->d_name))
			load_file(early, &images, entries[i]->d_name);
		free(entries[i]);
	}
	if (num >= 0)
		free(entries);
	images_free(&images);
}

/* What has no binding of its own below it does not start. */
static void refuse(struct early *early, const char *cgroup)
{
	char path[PATH_MAX], line[KFS_REPLY], reply[KFS_REPLY];
	uint64_t id;
	int err, len;

	if ((size_t)snprintf(path, sizeof(path), CGROUP_MOUNT "/%s", cgroup) >=
	    sizeof(path)) {
		complain(early, cgroup, "its path is too long");
		return;
	}
	/* it must be bound before anything can be in it */
	if (mkdir(path, 0755) && errno != EEXIST) {
		complain(early, path, strerror(errno));
		return;
	}
	err = cgroup_id(path, &id);
	if (err) {
		complain(early, path,
			 err == -ENOTSUP ? "this is not a cgroup v2; only on "
					   "one can containers be confined" :
					   strerror(-err));
		return;
	}
	/* podman starts its runtime in there, too, which is no container yet */
	len = snprintf(line, sizeof(line),
		       "cgroup=%llu policy=refuse runtime=1",
		       (unsigned long long)id);
	err = kfs_request(&early->ctl->kfs, "bind", line, (size_t)len, reply);
	if (err)
		complain(early, path, reply);
	else
		early->bound++;
}

int ctl_early(struct ctl *ctl, int argc, char **argv)
{
	struct early early = { .ctl = ctl, .state_dir = STATE_DIR };
	unsigned int i;
	int code, err;

	code = parse_options(&early, argc, argv);
	if (code)
		return code;
	mount_securityfs(&early);
	code = ctl_need_kernel(ctl);
	if (code)
		return code;
	/* first, as loading takes a while */
	for (i = 0; i < early.num_refused; i++)
		refuse(&early, early.refused[i]);
	err = state_policies(&ctl->kfs, add_digest, &early);
	if (err)
		complain(&early, "policies", strerror(-err));
	else
		load_all(&early);
	printf("%u policies loaded, %u cgroups refuse what has no policy, "
	       "%u failures\n",
	       early.loaded, early.bound, early.failed);
	text_free(&early.digests);
	return early.failed ? CTL_NO : CTL_YES;
}
