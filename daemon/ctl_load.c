// SPDX-License-Identifier: GPL-2.0-only
/* ctl_load.c - load, unload, mode, reload: what changes the loaded policies */
#include <errno.h>
#include <fcntl.h>
#include <getopt.h>
#include <jansson.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "bailiffd.h"
#include "compile.h"
#include "ctl.h"

static bool is_yaml(const char *file)
{
	const char *dot = strrchr(file, '.');

	return dot && (!strcmp(dot, ".yaml") || !strcmp(dot, ".yml"));
}

bool ctl_is_file(const char *policy)
{
	const char *dot = strrchr(policy, '.');

	return strchr(policy, '/') || is_yaml(policy) ||
	       (dot && !strcmp(dot, ".img"));
}

/* Return: a descriptor of the image; -1, after a complaint. */
static int compile_file(struct ctl *ctl, const char *file)
{
	char policyc[PATH_MAX], real[PATH_MAX];
	/* records name it so, for whoever looks its lines up from elsewhere */
	struct compile_request request = {
		.policyc = ctl->policyc ?
				   ctl->policyc :
				   compile_find_policyc(policyc, PATH_MAX),
		.file = realpath(file, real) ? real : file,
		.include = access(POLICIES_DIR, X_OK) ? NULL : POLICIES_DIR,
		.defines = ctl->defines,
		.num_defines = ctl->num_defines,
	};
	struct text diag = {};
	int fd = -1, err;

	err = compile_run(&request, &diag, &fd);
	fputs(text_string(&diag), stderr);
	text_free(&diag);
	return err ? -1 : fd;
}

int ctl_load_file(struct ctl *ctl, const char *file, char *reply)
{
	const void *bytes;
	size_t len;
	int fd, err;

	if (is_yaml(file)) {
		fd = compile_file(ctl, file);
		if (fd < 0)
			return CTL_USAGE;
	} else {
		fd = open(file, O_RDONLY | O_CLOEXEC);
	}
	err = fd < 0 ? -errno : compile_map(fd, &bytes, &len);
	if (fd >= 0)
		close(fd);
	if (err) {
		ctl_error("%s: %s", file,
			  err == -EINVAL ? "it is empty" :
			  err == -EFBIG	 ? "too large for an image" :
					   strerror(-err));
		return CTL_USAGE;
	}
	err = kfs_request(&ctl->kfs, "load", bytes, len, reply);
	munmap((void *)bytes, len);
	return err ? ctl_refused(file, err, reply) : CTL_YES;
}

/* The kernel's "ok ..." without the "ok". */
static void print_ok(const char *what, const char *reply)
{
	printf("%s%s\n", what, strncmp(reply, "ok", 2) ? reply : reply + 2);
}

int ctl_load(struct ctl *ctl, int argc, char **argv)
{
	const char *defines[COMPILE_MAX_DEFINES];
	char reply[KFS_REPLY];
	int code, opt, i;

	ctl->defines = defines;
	ctl->num_defines = 0;
	while ((opt = getopt(argc, argv, "D:")) != -1) {
		if (opt != 'D')
			return ctl_usage(argv[0], "bad option");
		if (ctl->num_defines == COMPILE_MAX_DEFINES)
			return ctl_usage(argv[0], "over %d options -D",
					 COMPILE_MAX_DEFINES);
		defines[ctl->num_defines++] = optarg;
	}
	if (optind == argc)
		return ctl_usage(argv[0], "name at least one FILE");
	code = ctl_need_kernel(ctl);
	for (i = optind; i < argc && !code; i++) {
		code = ctl_load_file(ctl, argv[i], reply);
		if (!code)
			print_ok("loaded", reply);
	}
	ctl->num_defines = 0;
	return code;
}

int ctl_unload(struct ctl *ctl, int argc, char **argv)
{
	char reply[KFS_REPLY];
	int code, err;

	if (argc != 2 || !text_is_policy_name(argv[1]))
		return ctl_usage(argv[0], "name one policy");
	code = ctl_need_kernel(ctl);
	if (code)
		return code;
	err = kfs_request(&ctl->kfs, "unload", argv[1], strlen(argv[1]), reply);
	if (err)
		return ctl_refused(argv[1], err, reply);
	printf("unloaded %s\n", argv[1]);
	return CTL_YES;
}

int ctl_mode(struct ctl *ctl, int argc, char **argv)
{
	char file[PATH_MAX], reply[KFS_REPLY];
	int code, err;

	if (argc != 3 || !text_is_policy_name(argv[1]))
		return ctl_usage(argv[0], "give a policy and a mode");
	code = ctl_need_kernel(ctl);
	if (code)
		return code;
	snprintf(file, sizeof(file), "policies/%s/mode", argv[1]);
	err = kfs_request(&ctl->kfs, file, argv[2], strlen(argv[2]), reply);
	if (err == -ENOENT) {
		ctl_error("no policy %s is loaded", argv[1]);
		return CTL_USAGE;
	}
	if (err)
		return ctl_refused(argv[1], err, reply);
	printf("%s is now in mode %s\n", argv[1], argv[2]);
	return CTL_YES;
}

int ctl_reload(struct ctl *ctl, int argc, char **argv)
{
	char why[KFS_REPLY];
	json_t *answer;

	if (argc != 1)
		return ctl_usage(argv[0], "it takes no operands");
	answer = ctl_ask(ctl, "reload", why, sizeof(why));
	if (!answer) {
		ctl_error("%s", why);
		return CTL_LACKS;
	}
	json_decref(answer);
	puts("bailiffd reads its policies again; "
	     "bailiffctl policies shows the result");
	return CTL_YES;
}
