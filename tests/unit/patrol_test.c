// SPDX-License-Identifier: GPL-2.0-only
/* patrol_test.c - what runs without the policies that select it */
#include <check.h>
#include <errno.h>
#include <event2/event.h>
#include <fcntl.h>
#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

#include "daemon/alarms.h"
#include "daemon/cgroup.h"
#include "daemon/link.h"
#include "daemon/log.h"
#include "daemon/patrol.h"
#include "daemon/populated.h"
#include "daemon/roster.h"
#include "daemon/store_parts.h"
#include "daemon/text.h"
#include "tests/lib/fake_kernel.h"
#include "tests/lib/suite.h"
#include "vm/image.h"

static struct event_base *base;
static struct roster roster;
static struct alarms alarms;
static struct log log_of;
static struct patrol *patrol;

static struct roster_policy *add(const char *name, uint32_t kind,
				 const char *glob)
{
	struct roster_policy policy = {
		.selectors = calloc(1, sizeof(struct roster_selector)),
		.num_selectors = 1,
	};

	strcpy(policy.name, name);
	policy.selectors[0].kind = kind;
	policy.selectors[0].key = strdup("");
	policy.selectors[0].value = strdup(glob);
	ck_assert_int_eq(roster_put(&roster, &policy), 0);
	return roster_find(&roster, name);
}

static void setup(void)
{
	base = event_base_new();
	log_of = (struct log){ .fd = memfd_create("log", MFD_CLOEXEC) };
	alarms = (struct alarms){ .log = &log_of };
	patrol = patrol_create(&(struct patrol_config){
		.base = base,
		.roster = &roster,
		.alarms = &alarms,
	});
	ck_assert_ptr_nonnull(patrol);
}

static void teardown(void)
{
	patrol_free(patrol);
	alarms_free(&alarms);
	roster_free(&roster);
	event_base_free(base);
	close(log_of.fd);
}

static unsigned int num_lines(const char *part)
{
	static char text[262144];
	ssize_t len = pread(log_of.fd, text, sizeof(text) - 1, 0);
	unsigned int num = 0;
	const char *at = text;

	text[len > 0 ? len : 0] = '\0';
	while ((at = strstr(at, part))) {
		at++;
		num++;
	}
	return num;
}

static void look_twice(const char *cgroups)
{
	patrol_judge(patrol, cgroups);
	patrol_judge(patrol, cgroups);
}

#define unbound() alarms_count(&alarms, ALARM_UNBOUND)
#define unjoined() alarms_count(&alarms, ALARM_UNJOINED)

#define NGINX "/system.slice/nginx.service"

START_TEST(a_selected_service_that_is_not_bound_is_an_alarm)
{
	add("web", BVM_SELECT_UNIT, "nginx.service");
	patrol_judge(patrol, "1 0 0 0 - " NGINX "\n");
	ck_assert_uint_eq(unbound(), 0); /* it may be about to be */
	patrol_judge(patrol, "1 0 0 0 - " NGINX "\n");
	ck_assert_uint_eq(unbound(), 1);
	ck_assert_str_eq(alarms.list[0].about, "nginx.service");
	ck_assert_str_eq(alarms.list[0].text,
			 "policy web selects it, and it runs unconfined");
	/* told once, and once more when it is over */
	patrol_judge(patrol, "1 0 0 0 - " NGINX "\n");
	ck_assert_uint_eq(num_lines("ALARM unbound"), 1);
	patrol_judge(patrol, "1 1 2 2 web " NGINX "\n");
	ck_assert_uint_eq(unbound(), 0);
	ck_assert_uint_eq(num_lines("over: alarm unbound"), 1);
}
END_TEST

static const struct {
	const char *line;
	unsigned int num;
} lines[] = {
	{ "1 1 2 2 web " NGINX "\n", 0 },
	{ "1 1 2 2 a,web,b " NGINX "\n", 0 },
	{ "1 1 2 2 webb,a " NGINX "\n", 1 },
	{ "1 1 2 2 refuse " NGINX "\n", 1 },
	{ "1 0 0 0 web " NGINX "/below\n", 0 }, /* bound above it */
	{ "1 0 0 0 - " NGINX "/below\n", 1 },
	{ "0 0 0 0 - " NGINX "\n", 0 }, /* nobody is there */
	{ "1 0 0 0 - /system.slice/ssh.service\n", 0 },
	{ "1 0 0 0 - /a b/nginx.service\n", 1 },
	{ "broken\n", 0 },
	{ "", 0 },
};

START_TEST(the_nearest_binding_alone_counts)
{
	add("web", BVM_SELECT_UNIT, "nginx.service");
	look_twice(lines[_i].line);
	ck_assert_uint_eq(unbound(), lines[_i].num);
}
END_TEST

START_TEST(each_policy_that_selects_must_be_there)
{
	add("web", BVM_SELECT_UNIT, "nginx.service");
	add("all", BVM_SELECT_CGROUP, "/system.slice/*");
	look_twice("1 1 2 2 web " NGINX "\n");
	ck_assert_uint_eq(unbound(), 1);
	ck_assert_str_eq(alarms.list[0].text,
			 "policy all selects it, and it runs only under web");
}
END_TEST

static const struct {
	const char *path;
	unsigned int num; /* of two policies */
} scopes[] = {
	{ "/machine.slice/libpod-1f.scope", 2 },
	{ "/machine.slice/libpod-conmon-1f.scope", 0 },
	{ "/machine.slice/libpod-conmon-1f.scope/below", 0 },
	{ "/machine.slice/crio-conmon-1f.scope", 0 },
	{ "/machine.slice/crio-1f.scope", 1 },
	{ "/machine.slice/my-libpod-conmon-1f.scope", 1 },
};

START_TEST(who_waits_for_a_container_is_none)
{
	char line[128];

	add("all", BVM_SELECT_CGROUP, "/machine.slice/*");
	add("pod", BVM_SELECT_UNIT, "libpod-*.scope");
	snprintf(line, sizeof(line), "1 0 0 0 - %s\n", scopes[_i].path);
	look_twice(line);
	ck_assert_uint_eq(unbound(), scopes[_i].num);
}
END_TEST

START_TEST(what_only_a_runtime_knows_raises_nothing)
{
	add("web", BVM_SELECT_NAME, "*");
	add("img", BVM_SELECT_IMAGE, "*");
	look_twice("1 0 0 0 - /machine.slice/libpod-1.scope\n");
	ck_assert_uint_eq(unbound(), 0);
}
END_TEST

START_TEST(a_retired_policy_raises_nothing)
{
	add("web", BVM_SELECT_UNIT, "*")->retired = true;
	look_twice("1 0 0 0 - " NGINX "\n");
	ck_assert_uint_eq(unbound(), 0);
}
END_TEST

START_TEST(what_was_made_of_a_template_stands_for_it)
{
	struct roster_policy *policy = add("web-1", BVM_SELECT_UNIT, "x");

	add("web-61734", BVM_SELECT_UNIT, "web@*.service")->at_bind = 4;
	policy->instance = true;
	look_twice("1 1 1 1 web-1 /a/web@1.service\n");
	ck_assert_uint_eq(unbound(), 0);
	look_twice("1 1 1 1 other /a/web@1.service\n");
	ck_assert_uint_eq(unbound(), 1);
}
END_TEST

static const struct {
	const char *template;
	const char *origin; /* NULL: an earlier daemon made it */
	unsigned int num;
} made[] = {
	{ "web-61734", NULL, 0 },
	{ "61734-a-61734", NULL, 0 },
	{ "61734", NULL, 0 },
	{ "base-61734", NULL, 1 },
	{ "web-61734-x", NULL, 1 },
	{ "61734-b-61734", NULL, 1 },
	{ "web-61734", "web-61734", 0 },
	{ "web-61734", "61734", 1 },
	{ "base-61734", "base-61734", 0 },
};

START_TEST(what_was_made_stands_for_its_own_template)
{
	struct roster_policy *policy = add("web-a-1", BVM_SELECT_UNIT, "x");

	policy->instance = true;
	if (made[_i].origin) {
		policy->origin = calloc(1, sizeof(*policy->origin));
		strcpy(policy->origin->template, made[_i].origin);
	}
	add(made[_i].template, BVM_SELECT_UNIT, "web@*.service")->at_bind = 4;
	look_twice("1 1 1 1 web-a-1 /a/web@1.service\n");
	ck_assert_uint_eq(unbound(), made[_i].num);
}
END_TEST

START_TEST(tasks_that_have_not_joined_are_an_alarm)
{
	look_twice("1 1 3 3 web " NGINX "\n");
	ck_assert_uint_eq(unjoined(), 0);
	look_twice("1 1 3 2 web " NGINX "\n");
	ck_assert_uint_eq(unjoined(), 1);
	/* of a changing number of them there is one line */
	look_twice("1 1 4 2 web " NGINX "\n");
	ck_assert_uint_eq(num_lines("ALARM unjoined"), 1);
	look_twice("1 1 4 4 web " NGINX "\n");
	ck_assert_uint_eq(unjoined(), 0);
	look_twice("1 1 3 0 refuse /machine.slice\n");
	ck_assert_uint_eq(unjoined(), 0);
}
END_TEST

START_TEST(what_a_user_calls_so_is_not_selected)
{
	add("web", BVM_SELECT_UNIT, "nginx.service");
	look_twice("1 0 0 0 - /user.slice/user-1000.slice/user@1000.service/"
		   "app.slice/nginx.service\n");
	ck_assert_uint_eq(unbound(), 0);
}
END_TEST

static void fill(enum alarm_kind kind)
{
	char about[16];
	int i;

	for (i = 0; i < ALARMS_MAX; i++) {
		snprintf(about, sizeof(about), "%d", i);
		alarms_raise(&alarms, kind, about, about, "x");
	}
}

START_TEST(what_is_more_than_can_be_told_apart_is_counted)
{
	fill(ALARM_UNBOUND);
	ck_assert_uint_eq(unbound(), ALARMS_MAX);
	ck_assert_uint_eq(alarms.more[ALARM_UNBOUND], 0);
	alarms_raise(&alarms, ALARM_UNBOUND, "one more", "/y", "x");
	ck_assert_uint_eq(unbound(), ALARMS_MAX + 1);
	alarms_begin(&alarms, ALARM_UNBOUND);
	alarms_end(&alarms, ALARM_UNBOUND);
	ck_assert_uint_eq(unbound(), 0);
	ck_assert_uint_eq(alarms_more(&alarms), 0);
}
END_TEST

#define MORE "there are more than 256 alarms"

/* In each round they are more, and in one they are not. */
START_TEST(that_there_are_more_is_told_once)
{
	int round;

	for (round = 0; round < 3; round++) {
		alarms_begin(&alarms, ALARM_UNBOUND);
		fill(ALARM_UNBOUND);
		ck_assert_uint_eq(num_lines(MORE), round ? 1 : 0);
		alarms_raise(&alarms, ALARM_UNBOUND, "one", "/y", "x");
		alarms_raise(&alarms, ALARM_UNBOUND, "two", "/z", "x");
		alarms_end(&alarms, ALARM_UNBOUND);
		ck_assert_uint_eq(num_lines(MORE), 1);
		ck_assert_uint_eq(alarms_more(&alarms), 2);
	}
	alarms_begin(&alarms, ALARM_UNBOUND);
	fill(ALARM_UNBOUND);
	alarms_end(&alarms, ALARM_UNBOUND);
	ck_assert_uint_eq(alarms_more(&alarms), 0);
	alarms_raise(&alarms, ALARM_UNBOUND, "one", "/y", "x");
	ck_assert_uint_eq(num_lines(MORE), 2);
}
END_TEST

/* No later look raises them again. */
START_TEST(dead_rules_that_are_more_stay_counted)
{
	fill(ALARM_DEAD_RULE);
	alarms_raise(&alarms, ALARM_DEAD_RULE, "web", "/a", "rule 1");
	look_twice("1 1 1 1 web /b\n");
	ck_assert_uint_eq(alarms_count(&alarms, ALARM_DEAD_RULE), 1);
	ck_assert_uint_eq(alarms_more(&alarms), 1);
	ck_assert_uint_eq(num_lines(MORE), 1);
}
END_TEST

START_TEST(a_dead_rule_is_one_as_long_as_its_container_is_bound)
{
	alarms_raise(&alarms, ALARM_DEAD_RULE, "web", "/a", "rule 1");
	alarms_raise(&alarms, ALARM_DEAD_RULE, "web", "/a", "rule 2");
	alarms_raise(&alarms, ALARM_DEAD_RULE, "web", "/b", "rule 1");
	patrol_judge(patrol, "1 1 1 1 web /a\n1 1 1 1 web /b\n");
	ck_assert_uint_eq(alarms_count(&alarms, ALARM_DEAD_RULE), 3);
	patrol_judge(patrol, "1 1 1 1 web /b\n1 0 0 0 - /a\n");
	ck_assert_uint_eq(alarms_count(&alarms, ALARM_DEAD_RULE), 1);
	ck_assert_uint_eq(num_lines("over: alarm dead-rule"), 2);
}
END_TEST

START_TEST(an_alarm_is_json)
{
	json_t *list;

	alarms_raise(&alarms, ALARM_UNBOUND, "x.service", "/x", "why");
	list = alarms_json(&alarms);
	ck_assert_str_eq(json_string_value(json_object_get(
				 json_array_get(list, 0), "kind")),
			 "unbound");
	json_decref(list);
}
END_TEST

START_TEST(what_was_not_looked_at_keeps_its_alarms)
{
	static const char inner[] = "1 0 0 0 - /u/user@7.service/a.service\n";

	add("a", BVM_SELECT_CGROUP, "/u/user@7.service/*");
	look_twice(inner);
	alarms_raise(&alarms, ALARM_UNBOUND, "b", "/u/user@7.serviceb", "b");
	alarms_raise(&alarms, ALARM_DEAD_RULE, "c", "/u/user@7.service", "c");
	ck_assert_uint_eq(unbound(), 2);
	look_twice("left /u/user@7.service\nleft /x\n");
	ck_assert_uint_eq(unbound(), 1);
	ck_assert_uint_eq(alarms_count(&alarms, ALARM_DEAD_RULE), 1);
	/* told once, and when it is over */
	ck_assert_uint_eq(num_lines("not all cgroups are looked into"), 1);
	ck_assert_uint_eq(num_lines("stay: /u/user@7.service and"), 1);
	look_twice(inner);
	ck_assert_uint_eq(unbound(), 1);
	ck_assert_uint_eq(num_lines("all cgroups are looked at again"), 1);
}
END_TEST

static struct store store = { .ready = true };

/* Take what it asks, and answer it with err, or the lines. */
static void answer_look(int sock, int err, const char *lines)
{
	static struct proto_message message;
	struct proto_message answer = { .type = PROTO_DONE, .fd = -1 };

	while (proto_receive(sock, PROTO_FROM_WORKER, &message))
		event_base_loop(base, EVLOOP_ONCE);
	ck_assert_uint_eq(message.type, PROTO_LOOK);
	answer.serial = message.serial;
	answer.u.done.err = err;
	if (lines) {
		answer.type = PROTO_CGROUPS;
		answer.fd = memfd_create("lines", MFD_CLOEXEC);
		ck_assert_int_eq(write(answer.fd, lines, strlen(lines)),
				 (ssize_t)strlen(lines));
	}
	ck_assert_int_eq(proto_send(sock, &answer), 0);
	if (answer.fd >= 0)
		close(answer.fd);
	event_base_loop(base, EVLOOP_ONCE);
}

START_TEST(a_look_that_fails_is_told_once_and_ends_no_alarm)
{
	struct link_events events = {};
	struct link *link;
	int socks[2], i;

	ck_assert_int_eq(proto_pair(socks), 0);
	fcntl(socks[1], F_SETFL, O_NONBLOCK);
	link = link_create(base, socks[0], &events);
	patrol_free(patrol);
	patrol_look_s = 0;
	patrol = patrol_create(&(struct patrol_config){
		.base = base,
		.link = link,
		.roster = &roster,
		.store = &store,
		.alarms = &alarms,
	});
	add("web", BVM_SELECT_UNIT, "nginx.service");
	for (i = 0; i < 2; i++)
		answer_look(socks[1], 0, "1 0 0 0 - " NGINX "\n");
	for (i = 0; i < 3; i++)
		answer_look(socks[1], -E2BIG, NULL);
	ck_assert_uint_eq(num_lines("cannot be looked at"), 1);
	ck_assert_uint_eq(num_lines("there are too many"), 1);
	answer_look(socks[1], -EMFILE, NULL);
	ck_assert_uint_eq(num_lines("Too many open files"), 1);
	ck_assert_uint_eq(unbound(), 1);
	for (i = 0; i < 2; i++)
		answer_look(socks[1], 0, "");
	ck_assert_uint_eq(num_lines("all cgroups are looked at again"), 1);
	ck_assert_uint_eq(unbound(), 0);
	link_free(link);
	close(socks[0]);
	close(socks[1]);
}
END_TEST

/* ---- what the parent prints ---- */

static int id_of(const char *path, uint64_t *number)
{
	const char *end = strrchr(path, '-');

	*number = end ? strtoull(end + 1, NULL, 10) : 0;
	return 0;
}

static void make(const char *top, const char *name, const char *procs)
{
	char path[256];
	FILE *file;

	snprintf(path, sizeof(path), "%s/%s", top, name);
	ck_assert_int_eq(mkdir(path, 0755), 0);
	snprintf(path, sizeof(path), "%s/%s/cgroup.procs", top, name);
	file = fopen(path, "w");
	ck_assert_ptr_nonnull(file);
	fputs(procs, file);
	fclose(file);
}

/* A directory for cgroups, and a kernel that has bound none. */
static struct {
	char top[32];
	struct fake_kernel *kernel;
	struct kfs kfs;
	struct text text;
} host;

static void setup_host(void)
{
	host.kernel = fake_kernel_create(&host.kfs);
	host.kernel->bindings[0] = '\0';
	strcpy(host.top, "/tmp/populatedXXXXXX");
	ck_assert_ptr_nonnull(mkdtemp(host.top));
	ck_assert_int_eq(chmod(host.top, 0755), 0);
}

static void teardown_host(void)
{
	char command[128];

	snprintf(command, sizeof(command), "chmod -R u+rwx %s; rm -r %s",
		 host.top, host.top);
	ck_assert_int_eq(system(command), 0);
	text_free(&host.text);
	fake_kernel_free(host.kernel);
}

static int walk_host(void)
{
	return populated_walk(host.top, &host.kfs, id_of, &host.text);
}

#define is_listed(line) (!!strstr(text_string(&host.text), line "\n"))

START_TEST(who_holds_processes_is_listed_with_the_nearest_binding)
{
	strcpy(host.kernel->bindings,
	       "cgroup=7 policy=a@0123456789abcdef0123456789abcdef0123456789ab"
	       "cdef0123456789abcdef,b label=w tasks=3 joined=2\n"
	       "cgroup=9 policy=refuse tasks=0 joined=0\n");
	make(host.top, "x-1", "12\n");
	make(host.top, "x-7", "");
	make(host.top, "x-7/y-2", "5\n");
	make(host.top, "x-7/y-9", "6\n");
	make(host.top, "x-3", "");
	ck_assert_int_eq(walk_host(), 0);
	ck_assert(is_listed("1 0 0 0 - /x-1"));
	ck_assert(is_listed("0 1 3 2 a,b /x-7"));
	ck_assert(is_listed("1 0 0 0 a,b /x-7/y-2"));
	ck_assert(is_listed("1 1 0 0 refuse /x-7/y-9"));
	ck_assert(!strstr(text_string(&host.text), "x-3"));
	ck_assert(!strstr(text_string(&host.text), "left"));
}
END_TEST

START_TEST(of_too_many_those_of_users_are_left_out)
{
	ck_assert_uint_eq(populated_max, 65536);
	populated_max = 5; /* the top is one of them */
	make(host.top, "a", "1\n");
	make(host.top, "user@1.service", "1\n");
	make(host.top, "user@1.service/b", "1\n");
	make(host.top, "user@1.service/c", "1\n");
	ck_assert_int_eq(walk_host(), 0);
	ck_assert(is_listed("1 0 0 0 - /user@1.service/c"));
	ck_assert(!strstr(text_string(&host.text), "left"));
	make(host.top, "d", "1\n");
	ck_assert_int_eq(walk_host(), 0);
	ck_assert(is_listed("1 0 0 0 - /a"));
	ck_assert(is_listed("1 0 0 0 - /d"));
	ck_assert(is_listed("1 0 0 0 - /user@1.service"));
	ck_assert(is_listed("left /user@1.service"));
	ck_assert(!strstr(text_string(&host.text), "/b"));
	/* as many as there may be without them, and one more */
	make(host.top, "user@.service", "1\n");
	ck_assert_int_eq(walk_host(), 0);
	make(host.top, "user@.service/e", "1\n");
	ck_assert_int_eq(walk_host(), -E2BIG);
}
END_TEST

static const mode_t hiding[] = { 0, 0100, 0400 };

START_TEST(what_its_owner_hides_is_left_out)
{
	char path[64];
	int err;

	make(host.top, "a", "1\n");
	make(host.top, "x-4", "1\n");
	make(host.top, "x-4/y", "1\n");
	strcpy(host.kernel->bindings, "cgroup=4 policy=p tasks=3 joined=1\n");
	snprintf(path, sizeof(path), "%s/x-4", host.top);
	ck_assert_int_eq(chmod(path, hiding[_i]), 0);
	if (!geteuid()) {
		ck_assert_int_eq(chown(path, 65534, 65534), 0);
		ck_assert_int_eq(seteuid(65534), 0);
	}
	err = walk_host();
	if (!getuid())
		ck_assert_int_eq(seteuid(0), 0);
	ck_assert_int_eq(err, 0);
	ck_assert(is_listed("1 0 0 0 - /a"));
	ck_assert(is_listed("left /x-4"));
	/* the kernel's counts are known nevertheless */
	ck_assert(is_listed(" 1 3 1 p /x-4"));
	ck_assert(!strstr(text_string(&host.text), "/y"));
}
END_TEST

START_TEST(what_is_too_deep_is_left_out)
{
	char path[4 * CGROUP_MAX_DEPTH] = "d";
	int i;

	for (i = 1; i <= CGROUP_MAX_DEPTH; i++) {
		make(host.top, path, "1\n");
		ck_assert_int_eq(walk_host(), 0);
		ck_assert_int_eq(!!strstr(text_string(&host.text), "left"),
				 i == CGROUP_MAX_DEPTH);
		strcat(path, "/d");
	}
}
END_TEST

/* It is removed while it is looked at. */
static int remove_it(const char *path, uint64_t *number)
{
	*number = 0;
	if (!strcmp(strrchr(path, '/'), "/gone"))
		ck_assert_int_eq(rmdir(path), 0);
	return 0;
}

START_TEST(what_goes_away_meanwhile_is_no_error)
{
	char path[64];

	make(host.top, "a", "1\n");
	snprintf(path, sizeof(path), "%s/gone", host.top);
	ck_assert_int_eq(mkdir(path, 0700), 0);
	ck_assert_int_eq(
		populated_walk(host.top, &host.kfs, remove_it, &host.text), 0);
	ck_assert(is_listed("1 0 0 0 - /a"));
	ck_assert(!strstr(text_string(&host.text), "left"));
}
END_TEST

START_TEST(a_list_that_is_short_is_an_error)
{
	struct rlimit limit, few;
	int err, fd;

	make(host.top, "a", "1\n");
	ck_assert_int_eq(walk_host(), 0);
	fd = open("/dev/null", O_RDONLY);
	close(fd);
	ck_assert_int_eq(getrlimit(RLIMIT_NOFILE, &limit), 0);
	few = limit;
	few.rlim_cur = (rlim_t)fd + 1; /* the directory is the last one */
	ck_assert_int_eq(setrlimit(RLIMIT_NOFILE, &few), 0);
	err = walk_host();
	ck_assert_int_eq(setrlimit(RLIMIT_NOFILE, &limit), 0);
	ck_assert_int_eq(err, -EMFILE);
}
END_TEST

int main(void)
{
	Suite *suite = suite_create("patrol");
	TCase *tcase = tcase_create("patrol");

	tcase_add_checked_fixture(tcase, setup, teardown);
	tcase_add_test(tcase, a_selected_service_that_is_not_bound_is_an_alarm);
	tcase_add_loop_test(tcase, the_nearest_binding_alone_counts, 0,
			    sizeof(lines) / sizeof(lines[0]));
	tcase_add_test(tcase, each_policy_that_selects_must_be_there);
	tcase_add_loop_test(tcase, who_waits_for_a_container_is_none, 0,
			    sizeof(scopes) / sizeof(scopes[0]));
	tcase_add_test(tcase, what_only_a_runtime_knows_raises_nothing);
	tcase_add_test(tcase, a_retired_policy_raises_nothing);
	tcase_add_test(tcase, what_was_made_of_a_template_stands_for_it);
	tcase_add_loop_test(tcase, what_was_made_stands_for_its_own_template, 0,
			    sizeof(made) / sizeof(made[0]));
	tcase_add_test(tcase, tasks_that_have_not_joined_are_an_alarm);
	tcase_add_test(tcase, what_a_user_calls_so_is_not_selected);
	tcase_add_test(tcase, what_is_more_than_can_be_told_apart_is_counted);
	tcase_add_test(tcase, that_there_are_more_is_told_once);
	tcase_add_test(tcase, dead_rules_that_are_more_stay_counted);
	tcase_add_test(tcase,
		       a_dead_rule_is_one_as_long_as_its_container_is_bound);
	tcase_add_test(tcase, an_alarm_is_json);
	tcase_add_test(tcase, what_was_not_looked_at_keeps_its_alarms);
	tcase_add_test(tcase, a_look_that_fails_is_told_once_and_ends_no_alarm);
	suite_add_tcase(suite, tcase);
	tcase = tcase_create("populated");
	tcase_add_checked_fixture(tcase, setup_host, teardown_host);
	tcase_add_test(tcase,
		       who_holds_processes_is_listed_with_the_nearest_binding);
	tcase_add_test(tcase, of_too_many_those_of_users_are_left_out);
	tcase_add_loop_test(tcase, what_its_owner_hides_is_left_out, 0,
			    sizeof(hiding) / sizeof(hiding[0]));
	tcase_add_test(tcase, what_is_too_deep_is_left_out);
	tcase_add_test(tcase, what_goes_away_meanwhile_is_no_error);
	tcase_add_test(tcase, a_list_that_is_short_is_an_error);
	suite_add_tcase(suite, tcase);
	return suite_run(suite);
}
