// SPDX-License-Identifier: GPL-2.0-only
/* ctl_doctor_test.c - what is missing is named, with what to do */
#include <check.h>
#include <fcntl.h>
#include <jansson.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "daemon/bailiffd.h"
#include "daemon/cgroup.h"
#include "daemon/engines.h"
#include "tests/lib/answer.h"
#include "tests/lib/ctl_fixture.h"
#include "tests/lib/suite.h"

static void write_lsm(const char *list)
{
	FILE *file = fopen(ctl.kfs.lsm_file, "w");

	ck_assert_ptr_nonnull(file);
	fputs(list, file);
	fclose(file);
}

static int doctor(void)
{
	return ctl_run_command(ctl_doctor, "doctor", NULL);
}

#define says(words) ck_assert_msg(strstr(ctl_out, words), "%s", ctl_out)

START_TEST(all_that_is_there_is_listed)
{
	ck_assert_int_eq(doctor(), 3); /* no daemon runs */
	says("ok    module       active in Linux");
	says("ok    versions");
	says("FAIL  bailiffd     bailiffd does not answer at /nowhere/");
	says("it is not running");
	says("ok    log");
	says("ok    policyc");
}
END_TEST

/* What it has of one check, "" if nothing. */
static const char *result_of(const json_t *object, const char *what)
{
	json_t *row;
	size_t i;

	json_array_foreach(json_object_get(object, "checks"), i, row) if (
		!strcmp(json_string_value(json_object_get(row, "what")),
			what)) return json_string_value(json_object_get(row,
									"result"));
	return "";
}

START_TEST(scripts_are_told_the_same)
{
	json_t *object;

	ck_assert_int_eq(ctl_run_command(ctl_doctor, "doctor", "--json", NULL),
			 3);
	object = ctl_json();
	ck_assert(json_is_false(json_object_get(object, "well")));
	ck_assert_str_eq(result_of(object, "bailiffd"), "FAIL");
	ck_assert_str_eq(result_of(object, "module"), "ok");
	ck_assert_str_eq(result_of(object, "hook"),
			 access("/usr/share/containers/oci/hooks.d/"
				"bailiff.json",
				R_OK) ?
				 "note" :
				 "ok");
	json_decref(object);
	ck_assert_int_eq(
		ctl_run_command(ctl_doctor, "doctor", "--nonsense", NULL), 2);
	ck_assert_int_eq(ctl_run_command(ctl_doctor, "doctor", "web", NULL), 2);
}
END_TEST

START_TEST(a_kernel_without_the_module_is_told)
{
	write_lsm("capability,apparmor\n");
	ck_assert_int_eq(doctor(), 3);
	says("FAIL  module       this kernel does not run Bailiff");
	says("lsm=capability,apparmor,bailiff");
	/* ours has it neither */
	says("this kernel was built without it");
	ck_assert_int_eq(ctl_run_command(ctl_ps, "ps", NULL), 3);
	ck_assert_ptr_nonnull(strstr(ctl_err, "does not run Bailiff"));
}
END_TEST

START_TEST(a_module_that_is_not_switched_on_is_told_apart)
{
	const char *symbols = ctl_write("kallsyms",
					"0000000000000000 T vfs_read\n"
					"0000000000000000 T bailiff_decide\n");

	ck_assert(kfs_is_compiled_in(symbols));
	symbols = ctl_write("kallsyms", "0000000000000000 t bailiff_decided\n");
	ck_assert(!kfs_is_compiled_in(symbols));
	ck_assert(!kfs_is_compiled_in("/nowhere/kallsyms"));
}
END_TEST

START_TEST(securityfs_that_is_not_mounted_is_told)
{
	ck_assert_int_eq(unlink(ctl.kfs.lsm_file), 0);
	ck_assert_int_eq(doctor(), 3);
	says("is securityfs mounted? (mount -t securityfs none");
	ck_assert_int_eq(ctl_run_command(ctl_ps, "ps", NULL), 3);
}
END_TEST

START_TEST(another_interface_is_refused)
{
	static const char *const versions[] = {
		"bailiff 2 1 1\n",
		"bailiff 1 9 1\n",
		"bailiff 1 1 7\n",
		"bailiff one\n",
		"",
	};

	strcpy(ctl_kernel->version, versions[_i]);
	ck_assert_int_eq(doctor(), 3);
	says("FAIL  versions");
	says("install both from one version");
	ck_assert_int_eq(ctl_run_command(ctl_ps, "ps", NULL), 3);
	ck_assert_ptr_nonnull(strstr(ctl_err, "install both"));
}
END_TEST

/* The whole program, with files in the place of the kernel's. */
static const char *start_daemon(const char *lsm, const char *version)
{
	static char said[4096];
	char command[512];
	FILE *pipe;
	size_t len;

	snprintf(command, sizeof(command), "%s/bailiff", ctl_dir);
	(void)mkdir(command, 0755);
	ctl_write("lsm", lsm);
	ctl_write("bailiff/version", version);
	snprintf(command, sizeof(command),
		 "timeout 20 build/bin/bailiffd --foreground --securityfs "
		 "%s/bailiff --run-dir %s/run 2>&1; echo status $?",
		 ctl_dir, ctl_dir);
	pipe = popen(command, "r");
	ck_assert_ptr_nonnull(pipe);
	len = fread(said, 1, sizeof(said) - 1, pipe);
	said[len] = '\0';
	pclose(pipe);
	return said;
}

START_TEST(the_daemon_does_not_start_there)
{
	const char *said =
		start_daemon("capability,bailiff\n", "bailiff 7 1 1\n");

	ck_assert_msg(strstr(said, "the kernel says 'bailiff 7 1 1'"), "%s",
		      said);
	ck_assert_ptr_nonnull(strstr(said, "status 3\n"));
	said = start_daemon("capability\n", "");
	ck_assert_msg(strstr(said, "does not run Bailiff"), "%s", said);
	ck_assert_ptr_nonnull(strstr(said, "status 3\n"));
}
END_TEST

START_TEST(a_log_that_is_not_there_is_told)
{
	ctl.log = "/nowhere/events.json";
	ck_assert_int_eq(doctor(), 3);
	says("FAIL  log          /nowhere/events.json: No such file");
}
END_TEST

/* Return: what doctor returns, where bailiffd answers this. */
static int doctor_with(const char *answer)
{
	pid_t pid = answer_once(ctl_dir, answer);
	int code;

	ctl.run_dir = ctl_dir;
	code = doctor();
	kill(pid, SIGKILL);
	waitpid(pid, NULL, 0);
	return code;
}

static const struct {
	const char *answer;
	const char *bailiffd, *log; /* NULL: nothing is said of lines */
} daemons[] = {
	{ "{\"ok\": true, \"ready\": true, \"errors\": 0, \"log_failed\": 0}\n",
	  "ok    bailiffd", NULL },
	{ "{\"ok\": true, \"ready\": true, \"errors\": 0, \"log_failed\": 7}\n",
	  "ok    bailiffd",
	  "FAIL  log          7 lines could not be written: is the disk full" },
};

START_TEST(lines_that_were_lost_are_told)
{
	int code = doctor_with(daemons[_i].answer);

	says(daemons[_i].bailiffd);
	if (daemons[_i].log)
		says(daemons[_i].log);
	else
		ck_assert_ptr_null(strstr(ctl_out, "could not be written"));
	if (daemons[_i].log)
		ck_assert_int_eq(code, 3);
}
END_TEST

START_TEST(containers_of_one_name_are_told)
{
	ck_assert_int_eq(doctor(), 3);
	ck_assert_ptr_null(strstr(ctl_out, "share a name"));
	strcat(ctl_kernel->bindings,
	       "cgroup=9 policy=nginx label=web tasks=1 joined=1\n");
	ck_assert_int_eq(doctor(), 3);
	says("several containers share a name: web");
	/* each has its line, with its own cgroup */
	ck_assert_int_eq(ctl_run_command(ctl_containers, "containers", NULL),
			 0);
	ck_assert_ptr_nonnull(
		strstr(ctl_out, "nginx                         7"));
	ck_assert_ptr_nonnull(
		strstr(ctl_out, "nginx                         9"));
}
END_TEST

/* In place of /sys/fs/cgroup. Each test has a process of its own. */
static const char *other_cgroups(const char *below)
{
	static char path[128];

	snprintf(path, sizeof(path), "%s/cgroup", ctl_dir);
	ck_assert_int_eq(mkdir(path, 0755), 0);
	cgroup_mount = strdup(path);
	ck_assert_ptr_nonnull(cgroup_mount);
	strcat(path, below);
	ck_assert(!*below || !mkdir(path, 0755));
	return path;
}

static void forget_cgroups(void)
{
	free((void *)cgroup_mount);
	cgroup_mount = CGROUP_MOUNT;
}

START_TEST(a_host_with_cgroup_v1_alone_is_told)
{
	const char *memory = other_cgroups("/memory");

	ck_assert_int_eq(doctor(), 3);
	says("FAIL  cgroups      version 1 at /sys/fs/cgroup");
	says("systemd.unified_cgroup_hierarchy=1");
	ck_assert_int_eq(ctl_run_command(ctl_bind, "bind", "--cgroup", memory,
					 "--policy", "nginx", NULL),
			 2);
	ck_assert_ptr_nonnull(strstr(ctl_err, "not a cgroup v2"));
	ck_assert_str_eq(ctl_kernel->last_bind, "");
	forget_cgroups();
}
END_TEST

START_TEST(a_host_without_cgroups_is_told)
{
	other_cgroups("");
	ck_assert_int_eq(doctor(), 3);
	says("FAIL  cgroups      no cgroup v2 at /sys/fs/cgroup");
	forget_cgroups();
}
END_TEST

/* What doctor says of an engine, "" if nothing. */
static void engine_is(const char *what, const char *result)
{
	json_t *object;

	engines_root = ctl_dir;
	ctl_run_command(ctl_doctor, "doctor", "--json", NULL);
	object = ctl_json();
	ck_assert_msg(!strcmp(result_of(object, what), result), "%s", ctl_out);
	json_decref(object);
}

static void install(const char *program)
{
	char command[512];

	snprintf(command, sizeof(command),
		 "mkdir -p %s/usr/bin %s/etc/docker %s/etc/containerd "
		 "%s/etc/containers; install -m 755 /dev/null %s/usr/bin/%s",
		 ctl_dir, ctl_dir, ctl_dir, ctl_dir, ctl_dir, program);
	ck_assert_int_eq(system(command), 0);
}

#define RUNTIMES \
	"\"runtimes\": {\"bailiff\": {\"path\": \"/usr/sbin/bailiff-runtime\"}}"

static const struct {
	const char *config;
	const char *result;
} dockers[] = {
	{ "{\"default-runtime\": \"bailiff\", " RUNTIMES "}", "ok" },
	{ "{" RUNTIMES "}", "note" },
	{ "{\"default-runtime\": \"runc\", " RUNTIMES "}", "note" },
	{ "{\"default-runtime\": \"bailiff\"}", "note" },
	{ "no JSON", "note" },
	{ NULL, "note" },
};

START_TEST(whether_docker_asks_for_policies_is_told)
{
	install("dockerd");
	if (dockers[_i].config)
		ctl_write("etc/docker/daemon.json", dockers[_i].config);
	engine_is("docker", dockers[_i].result);
}
END_TEST

#define CRI "[plugins.\"io.containerd.grpc.v1.cri\".containerd"
#define DEFAULT(name) CRI "]\n  default_runtime_name = \"" name "\"\n"
#define BINARY(name, path) \
	"  " CRI ".runtimes." name ".options]\n    BinaryName = \"" path "\"\n"

static const struct {
	const char *config;
	const char *result;
} containerds[] = {
	{ DEFAULT("bailiff") BINARY("bailiff", "/usr/sbin/bailiff-runtime"),
	  "ok" },
	{ BINARY("bailiff", "/usr/sbin/bailiff-runtime") DEFAULT("bailiff"),
	  "ok" },
	/* runc is its default */
	{ BINARY("runc", "/usr/sbin/bailiff-runtime"), "ok" },
	{ BINARY("bailiff", "/usr/sbin/bailiff-runtime"), "note" },
	{ DEFAULT("bailiff") BINARY("bailiff", "/usr/bin/runc"), "note" },
	{ DEFAULT("bailiff") BINARY("other", "/usr/sbin/bailiff-runtime"),
	  "note" },
	{ "# " DEFAULT("bailiff")
		  BINARY("bailiff", "/usr/sbin/bailiff-runtime"),
	  "note" },
	{ DEFAULT("bailiff") CRI ".runtimes.bailiff.options]\n"
				 "#BinaryName = \"/usr/sbin/bailiff-runtime\"",
	  "note" },
	{ "[[[= = \n=\n[", "note" },
	{ NULL, "note" },
};

START_TEST(whether_containerd_asks_for_policies_is_told)
{
	install("containerd");
	if (containerds[_i].config)
		ctl_write("etc/containerd/config.toml", containerds[_i].config);
	engine_is("containerd", containerds[_i].result);
}
END_TEST

START_TEST(beside_docker_containerd_is_for_kubernetes_alone)
{
	install("containerd");
	install("dockerd");
	engine_is("containerd", "");
	install("kubelet");
	engine_is("containerd", "note");
}
END_TEST

#define ENGINES \
	"[engine.runtimes]\nbailiff = [\n  \"/usr/sbin/bailiff-runtime\"]\n"

static const struct {
	const char *config;
	const char *result;
	const char *words;
} podmans[] = {
	{ ENGINES, "ok", "filter of system calls is added by podman run" },
	{ ENGINES, "ok", "in ~/.config/containers is not looked at" },
	{ "[engine]\nruntime = 'bailiff' # ours\n" ENGINES, "ok",
	  "its default runtime is bailiff-runtime" },
	{ "[engine]\n#runtime = \"bailiff\"\n" ENGINES, "ok", "by its hook" },
	{ "[engine]\nruntime = \"crun\"\n" ENGINES, "ok", "by its hook" },
	{ "[engine]\nhooks_dir = [\n\"/etc/other\",\n]\n" ENGINES, "note",
	  "hooks_dir of containers.conf leaves out" },
	{ "[engine]\nhooks_dir = [\"/etc/other\",\n \"" ENGINES_HOOKS
	  "\"]\n" ENGINES,
	  "ok", "by its hook" },
	{ "[engine]\nhooks_dir = [", "note", "leaves out" },
	{ "[engine.runtimes]\n# bailiff = [\"/usr/sbin/bailiff-runtime\"]\n",
	  "note", "does not know bailiff-runtime" },
	{ NULL, "note", "does not know bailiff-runtime" },
};

START_TEST(whether_podman_asks_for_policies_is_told)
{
	install("podman");
	if (podmans[_i].config)
		ctl_write("etc/containers/containers.conf", podmans[_i].config);
	engine_is("podman", podmans[_i].result);
	says(podmans[_i].words);
}
END_TEST

START_TEST(a_later_file_of_podmans_replaces_an_earlier)
{
	char command[256];

	install("podman");
	snprintf(command, sizeof(command),
		 "mkdir %s/etc/containers/containers.conf.d", ctl_dir);
	ck_assert_int_eq(system(command), 0);
	ctl_write("etc/containers/containers.conf",
		  "[engine]\nruntime = \"bailiff\"\n");
	ctl_write("etc/containers/containers.conf.d/bailiff.conf", ENGINES);
	engine_is("podman", "ok");
	says("its default runtime is");
	ctl_write("etc/containers/containers.conf.d/later.conf",
		  "[engine]\nruntime = \"crun\"\n");
	engine_is("podman", "ok");
	says("by its hook");
}
END_TEST

START_TEST(of_an_engine_that_is_not_there_nothing_is_told)
{
	engine_is("docker", "");
	engine_is("containerd", "");
	engine_is("podman", "");
}
END_TEST

int main(void)
{
	Suite *suite = suite_create("ctl-doctor");
	TCase *tcase = tcase_create("ctl-doctor");

	tcase_set_timeout(tcase, 60);
	tcase_add_checked_fixture(tcase, ctl_setup, ctl_teardown);
	tcase_add_test(tcase, all_that_is_there_is_listed);
	tcase_add_test(tcase, scripts_are_told_the_same);
	tcase_add_test(tcase, a_kernel_without_the_module_is_told);
	tcase_add_test(tcase, a_module_that_is_not_switched_on_is_told_apart);
	tcase_add_test(tcase, securityfs_that_is_not_mounted_is_told);
	tcase_add_loop_test(tcase, another_interface_is_refused, 0, 5);
	tcase_add_test(tcase, the_daemon_does_not_start_there);
	tcase_add_test(tcase, a_log_that_is_not_there_is_told);
	tcase_add_loop_test(tcase, lines_that_were_lost_are_told, 0,
			    (int)(sizeof(daemons) / sizeof(daemons[0])));
	tcase_add_test(tcase, containers_of_one_name_are_told);
	tcase_add_test(tcase, a_host_with_cgroup_v1_alone_is_told);
	tcase_add_test(tcase, a_host_without_cgroups_is_told);
	tcase_add_loop_test(tcase, whether_docker_asks_for_policies_is_told, 0,
			    sizeof(dockers) / sizeof(dockers[0]));
	tcase_add_loop_test(tcase, whether_containerd_asks_for_policies_is_told,
			    0, sizeof(containerds) / sizeof(containerds[0]));
	tcase_add_test(tcase, beside_docker_containerd_is_for_kubernetes_alone);
	tcase_add_loop_test(tcase, whether_podman_asks_for_policies_is_told, 0,
			    sizeof(podmans) / sizeof(podmans[0]));
	tcase_add_test(tcase, a_later_file_of_podmans_replaces_an_earlier);
	tcase_add_test(tcase, of_an_engine_that_is_not_there_nothing_is_told);
	suite_add_tcase(suite, tcase);
	return suite_run(suite);
}
