// SPDX-License-Identifier: GPL-2.0-only
/* ctl_doctor.c - doctor: is everything there that enforcement needs? */
#include <errno.h>
#include <fcntl.h>
#include <jansson.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/utsname.h>
#include <unistd.h>

#include "cgroup.h"
#include "compile.h"
#include "ctl.h"
#include "lsm/uapi/bailiff.h"
#include "vm/image.h"

struct report {
	struct ctl *ctl;
	unsigned int num_bad;
};

static void good(const char *what, const char *text)
{
	printf("ok    %-12s %s\n", what, text);
}

static void bad(struct report *report, const char *what, const char *text)
{
	printf("FAIL  %-12s %s\n", what, text);
	report->num_bad++;
}

static void note(const char *what, const char *text)
{
	printf("note  %-12s %s\n", what, text);
}

static void check_module(struct report *report)
{
	char why[KFS_REPLY];
	struct utsname name;

	if (kfs_check_lsm(&report->ctl->kfs, why, sizeof(why))) {
		bad(report, "module", why);
		return;
	}
	uname(&name);
	snprintf(why, sizeof(why), "active in Linux %s", name.release);
	good("module", why);
}

static void check_versions(struct report *report)
{
	struct text text = {};
	unsigned int abi, image, language;
	char line[KFS_REPLY];
	int err;

	err = kfs_read(&report->ctl->kfs, "version", &text);
	if (err) {
		snprintf(line, sizeof(line), "%.200s/version: %s",
			 report->ctl->kfs.dir, strerror(-err));
		bad(report, "versions", line);
	} else if (sscanf(text_string(&text), "bailiff %u %u %u", &abi, &image,
			  &language) != 3 ||
		   abi != BAILIFF_ABI || image != BVM_IMAGE_VERSION ||
		   language != BVM_LANGUAGE_VERSION) {
		snprintf(line, sizeof(line),
			 "the kernel says '%.60s', these tools are for %d %d "
			 "%d: build both from one version",
			 text_string(&text), BAILIFF_ABI, BVM_IMAGE_VERSION,
			 BVM_LANGUAGE_VERSION);
		bad(report, "versions", line);
	} else {
		good("versions", "kernel and tools are of one version");
	}
	text_free(&text);
}

static void check_daemon(struct report *report)
{
	char why[KFS_REPLY];
	json_t *answer = ctl_ask(report->ctl, "status", why, sizeof(why));
	json_int_t errors;

	if (!answer) {
		bad(report, "bailiffd", why);
		return;
	}
	errors = json_integer_value(json_object_get(answer, "errors"));
	if (errors) {
		snprintf(why, sizeof(why),
			 "%lld policy files are in error: "
			 "bailiffctl policies",
			 (long long)errors);
		bad(report, "bailiffd", why);
	} else {
		good("bailiffd", "runs, and every policy file is loaded");
	}
	json_decref(answer);
}

static void check_cgroups(struct report *report)
{
	uint64_t id;
	int err = cgroup_id("/", &id);

	if (err)
		bad(report, "cgroups",
		    "no cgroup v2 at " CGROUP_MOUNT "; containers cannot be "
		    "bound (mount -t cgroup2 none " CGROUP_MOUNT ")");
	else
		good("cgroups", "version 2 at " CGROUP_MOUNT);
}

static void check_policyc(struct report *report)
{
	char path[PATH_MAX];
	const char *policyc = report->ctl->policyc;

	if (!policyc)
		policyc = compile_find_policyc(path, sizeof(path));
	if (strchr(policyc, '/') && access(policyc, X_OK))
		bad(report, "policyc", strerror(errno));
	else if (strchr(policyc, '/'))
		good("policyc", policyc);
	else
		note("policyc", "not beside bailiffctl; looked for in PATH");
}

/* Engines that read hooks from a directory find ours there. */
static void check_hooks(void)
{
	static const char *const dirs[] = {
		"/etc/containers/oci/hooks.d",
		"/usr/share/containers/oci/hooks.d",
	};
	char path[PATH_MAX];
	size_t i;

	for (i = 0; i < sizeof(dirs) / sizeof(dirs[0]); i++) {
		snprintf(path, sizeof(path), "%s/bailiff.json", dirs[i]);
		if (!access(path, R_OK)) {
			good("hook", path);
			return;
		}
	}
	note("hook", "no bailiff.json in /etc/containers/oci/hooks.d: podman "
		     "and CRI-O bind no container by themselves");
}

int ctl_doctor(struct ctl *ctl, int argc, char **argv)
{
	struct report report = { .ctl = ctl };

	if (argc != 1)
		return ctl_usage(argv[0], "it takes no operands");
	check_module(&report);
	if (!report.num_bad)
		check_versions(&report);
	check_daemon(&report);
	check_cgroups(&report);
	check_policyc(&report);
	check_hooks();
	if (geteuid())
		note("user", "only root may load, bind and read everything");
	return report.num_bad ? CTL_LACKS : CTL_YES;
}
