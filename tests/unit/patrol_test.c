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
#include <unistd.h>

#include "daemon/alarms.h"
#include "daemon/containers.h"
#include "daemon/link.h"
#include "daemon/log.h"
#include "daemon/patrol.h"
#include "daemon/roster.h"
#include "daemon/store_parts.h"
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

#define ID "0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef"
#define LIBPOD "/machine.slice/libpod-" ID ".scope"

static const struct {
	const char *path;
	unsigned int num; /* of three policies */
} scopes[] = {
	{ "/machine.slice/libpod-1f.scope", 2 },
	{ "/machine.slice/libpod-conmon-1f.scope", 0 },
	{ "/machine.slice/libpod-conmon-1f.scope/below", 0 },
	{ "/machine.slice/crio-conmon-1f.scope", 0 },
	{ "/machine.slice/crio-1f.scope", 1 },
	{ "/machine.slice/my-libpod-conmon-1f.scope", 1 },
	{ "/machine.slice/docker-" ID ".scope/libpod-conmon-x", 1 },
	{ "/machine.slice/docker-" ID ".scope/libpod-conmon-" ID ".scope", 1 },
	{ "/machine.slice/web.service/libpod-conmon-" ID ".scope", 1 },
	{ NGINX "/x.scope", 1 },
	{ "/docker/" ID NGINX, 0 },
};

START_TEST(who_waits_for_a_container_is_none)
{
	char line[300];

	add("all", BVM_SELECT_CGROUP, "/machine.slice/*");
	add("pod", BVM_SELECT_UNIT, "libpod-*.scope");
	add("web", BVM_SELECT_UNIT, "nginx.service");
	snprintf(line, sizeof(line), "1 0 0 0 - %s\n", scopes[_i].path);
	look_twice(line);
	ck_assert_uint_eq(unbound(), scopes[_i].num);
}
END_TEST

/* Nothing said what it is called: not even "*" is it. */
START_TEST(what_only_an_engine_knows_raises_nothing_without_it)
{
	add("web", BVM_SELECT_NAME, "*");
	add("img", BVM_SELECT_IMAGE, "*");
	look_twice("1 0 0 0 - " LIBPOD "\n");
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

/* A patrol that asks, as often as it can. */
static int socks[2];
static struct link *link_of;

static void setup_link(void)
{
	struct link_events events = {};

	setup();
	patrol_free(patrol);
	ck_assert_int_eq(proto_pair(socks), 0);
	fcntl(socks[1], F_SETFL, O_NONBLOCK);
	link_of = link_create(base, socks[0], &events);
	patrol_look_s = 0;
	patrol = patrol_create(&(struct patrol_config){
		.base = base,
		.link = link_of,
		.roster = &roster,
		.store = &store,
		.alarms = &alarms,
	});
}

static void teardown_link(void)
{
	teardown();
	link_free(link_of);
	close(socks[0]);
	close(socks[1]);
}

/* The next that it asks for is that. */
static const struct proto_message *asked(uint32_t type)
{
	static struct proto_message message;

	while (proto_receive(socks[1], PROTO_FROM_WORKER, &message))
		event_base_loop(base, EVLOOP_ONCE);
	ck_assert_uint_eq(message.type, type);
	return &message;
}

static void answer(uint32_t serial, uint32_t type, const char *text)
{
	struct proto_message message = {
		.type = type,
		.serial = serial,
		.fd = memfd_create("text", MFD_CLOEXEC),
	};

	ck_assert_int_eq(write(message.fd, text, strlen(text)),
			 (ssize_t)strlen(text));
	ck_assert_int_eq(proto_send(socks[1], &message), 0);
	close(message.fd);
	event_base_loop(base, EVLOOP_ONCE);
}

static void answer_error(uint32_t serial, int err, const char *text)
{
	struct proto_message message = {
		.type = PROTO_DONE,
		.serial = serial,
		.fd = -1,
		.u.done.err = err,
	};

	strcpy(message.u.done.text, text);
	ck_assert_int_eq(proto_send(socks[1], &message), 0);
	event_base_loop(base, EVLOOP_ONCE);
}

/* With err, or the lines. */
static void answer_look(int err, const char *lines)
{
	uint32_t serial = asked(PROTO_LOOK)->serial;

	if (lines)
		answer(serial, PROTO_CGROUPS, lines);
	else
		answer_error(serial, err, "");
}

/* said: NULL: there is no such bundle. */
static void answer_describe(const char *id, const char *said)
{
	const struct proto_message *message = asked(PROTO_DESCRIBE);

	ck_assert_str_eq(message->u.describe.id, id);
	if (said)
		answer(message->serial, PROTO_DESCRIBED, said);
	else
		answer_error(message->serial, -EINVAL, "no bundle\n");
}

START_TEST(a_look_that_fails_is_told_once_and_ends_no_alarm)
{
	int i;

	add("web", BVM_SELECT_UNIT, "nginx.service");
	for (i = 0; i < 2; i++)
		answer_look(0, "1 0 0 0 - " NGINX "\n");
	for (i = 0; i < 3; i++)
		answer_look(-E2BIG, NULL);
	ck_assert_uint_eq(num_lines("cannot be looked at"), 1);
	ck_assert_uint_eq(num_lines("there are too many"), 1);
	answer_look(-EMFILE, NULL);
	ck_assert_uint_eq(num_lines("Too many open files"), 1);
	ck_assert_uint_eq(unbound(), 1);
	for (i = 0; i < 2; i++)
		answer_look(0, "");
	ck_assert_uint_eq(num_lines("all cgroups are looked at again"), 1);
	ck_assert_uint_eq(unbound(), 0);
}
END_TEST

/* ---- containers that no hook bound ---- */

#define OTHER_ID \
	"bbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbb"
#define THIRD_ID \
	"cccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccc"
#define SAID                                                                \
	"{\"name\":\"web0\",\"image\":\"localhost/busy:1\","                \
	"\"labels\":{\"tier\":\"front\"},\"annotations\":{\"a.b\":\"yes\"," \
	"\"io.bailiff.policy\":\"named\"}}"

static const struct {
	uint32_t kind;
	const char *key;
	const char *glob;
	unsigned int num; /* and one that an annotation names */
} selectors[] = {
	{ BVM_SELECT_NAME, "", "web*", 2 },
	{ BVM_SELECT_IMAGE, "", "localhost/busy:*", 2 },
	{ BVM_SELECT_LABEL, "tier", "front", 2 },
	{ BVM_SELECT_ANNOTATION, "a.b", "yes", 2 },
	{ BVM_SELECT_NAME, "", "db*", 1 },
	{ BVM_SELECT_IMAGE, "", "web0", 1 },
	{ BVM_SELECT_LABEL, "other", "*", 1 },
};

START_TEST(what_an_engine_says_of_a_container_selects_it)
{
	struct roster_policy *policy =
		add("web", selectors[_i].kind, selectors[_i].glob);

	free(policy->selectors[0].key);
	policy->selectors[0].key = strdup(selectors[_i].key);
	answer_look(0, "1 0 0 0 - " LIBPOD "\n");
	answer_describe(ID, SAID);
	answer_look(0, "1 0 0 0 - " LIBPOD "\n");
	ck_assert_uint_eq(unbound(), selectors[_i].num);
	ck_assert_str_eq(alarms.list[0].about, "web0");
	ck_assert_str_eq(alarms.list[0].text,
			 "policy named selects it, and it runs unconfined");
	if (selectors[_i].num == 2)
		ck_assert_str_eq(
			alarms.list[1].text,
			"policy web selects it, and it runs unconfined");
	answer_look(0, "1 1 2 2 named,web " LIBPOD "\n");
	ck_assert_uint_eq(unbound(), 0);
}
END_TEST

/* Another look is the next thing it asks for. */
START_TEST(a_container_is_asked_about_once_as_long_as_it_runs)
{
	answer_look(0, "1 0 0 0 - " LIBPOD "\n1 0 0 0 - " LIBPOD "/below\n");
	answer_describe(ID, SAID);
	answer_look(0, "1 0 0 0 - " LIBPOD "\n");
	answer_look(0, "0 1 0 0 web " LIBPOD "\n");
	answer_look(0, "1 0 0 0 - " LIBPOD "\n");
	answer_describe(ID, SAID);
}
END_TEST

START_TEST(who_is_not_described_is_told_of_once)
{
	int i;

	add("web", BVM_SELECT_NAME, "*");
	for (i = 0; i < 2; i++) {
		answer_look(0, "1 0 0 0 - " LIBPOD "\n");
		answer_describe(ID, NULL);
		ck_assert_uint_eq(num_lines("was not looked at: no bundle"),
				  i ? 1 : 0);
	}
	answer_look(0, "1 0 0 0 - " LIBPOD "\n");
	answer_look(0, "1 0 0 0 - " LIBPOD "\n");
	ck_assert_uint_eq(num_lines("was not looked at"), 1);
	ck_assert_uint_eq(unbound(), 0);
}
END_TEST

/* Nobody is asked about the other one then, and both are in the next look. */
START_TEST(a_reader_that_hangs_ends_the_look_and_is_told_of_once)
{
	static const char text[] = "1 0 0 0 - " LIBPOD
				   "\n1 0 0 0 - /docker/" OTHER_ID "\n";
	int i;

	for (i = 0; i < 2; i++) {
		answer_look(0, text);
		answer_error(asked(PROTO_DESCRIBE)->serial, -EBUSY, "hangs\n");
	}
	ck_assert_uint_eq(num_lines("was not looked at: hangs"), 1);
	answer_look(0, text);
	answer_describe(OTHER_ID, SAID);
	answer_describe(ID, SAID);
	ck_assert_uint_eq(num_lines("was not looked at"), 1);
	answer_look(0, "1 0 0 0 - /docker/" THIRD_ID "\n");
	answer_error(asked(PROTO_DESCRIBE)->serial, -EBUSY, "hangs\n");
	answer_look(0, "");
	ck_assert_uint_eq(num_lines("was not looked at: hangs"), 2);
}
END_TEST

START_TEST(containers_that_are_too_many_are_told_of_once)
{
	static char text[(CONTAINERS_MAX + 1) * 96];
	size_t len = 0;
	unsigned int i;
	int look;

	for (i = 0; i <= CONTAINERS_MAX; i++)
		len += (size_t)sprintf(text + len, "1 0 0 0 - /docker/%064x\n",
				       i);
	for (look = 0; look < 2; look++) {
		answer_look(0, text);
		answer_error(asked(PROTO_DESCRIBE)->serial, -EBUSY, "hangs\n");
	}
	ck_assert_uint_eq(num_lines("more containers have processes"), 1);
}
END_TEST

START_TEST(what_a_container_makes_below_its_cgroup_is_one_alarm)
{
	static const char text[] = "1 0 0 0 - " LIBPOD "/a\n"
				   "1 0 0 0 - " LIBPOD "/docker-" ID ".scope\n"
				   "1 0 0 0 - " LIBPOD "/c\n";

	answer_look(0, text);
	answer_describe(ID, SAID);
	answer_look(0, text);
	ck_assert_uint_eq(unbound(), 1);
	ck_assert_str_eq(alarms.list[0].cgroup, LIBPOD);
	/* hidden, it is not over; gone, it is */
	answer_look(0, "left " LIBPOD "/a\n");
	answer_look(0, "left " LIBPOD "/a\n");
	ck_assert_uint_eq(unbound(), 1);
	answer_look(0, "");
	ck_assert_uint_eq(unbound(), 0);
}
END_TEST

START_TEST(what_the_hook_would_refuse_is_an_alarm)
{
	int i;

	answer_look(0, "1 0 0 0 - " LIBPOD "\n");
	answer_describe(ID, "{\"name\":\"web0\",\"annotations\":"
			    "{\"io.bailiff.policy\":\"no/name\"}}");
	for (i = 0; i < 2; i++)
		answer_look(0, "1 0 0 0 - " LIBPOD "\n");
	ck_assert_uint_eq(unbound(), 1);
	ck_assert_str_eq(alarms.list[0].text,
			 "it would not be started (annotation "
			 "io.bailiff.policy: not a policy name), and it runs "
			 "unconfined");
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
	tcase_add_test(tcase,
		       what_only_an_engine_knows_raises_nothing_without_it);
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
	suite_add_tcase(suite, tcase);
	tcase = tcase_create("asks");
	tcase_set_timeout(tcase, 60);
	tcase_add_checked_fixture(tcase, setup_link, teardown_link);
	tcase_add_test(tcase, a_look_that_fails_is_told_once_and_ends_no_alarm);
	tcase_add_loop_test(tcase,
			    what_an_engine_says_of_a_container_selects_it, 0,
			    sizeof(selectors) / sizeof(selectors[0]));
	tcase_add_test(tcase,
		       a_container_is_asked_about_once_as_long_as_it_runs);
	tcase_add_test(tcase, who_is_not_described_is_told_of_once);
	tcase_add_test(tcase,
		       a_reader_that_hangs_ends_the_look_and_is_told_of_once);
	tcase_add_test(tcase, containers_that_are_too_many_are_told_of_once);
	tcase_add_test(tcase,
		       what_a_container_makes_below_its_cgroup_is_one_alarm);
	tcase_add_test(tcase, what_the_hook_would_refuse_is_an_alarm);
	suite_add_tcase(suite, tcase);
	return suite_run(suite);
}
