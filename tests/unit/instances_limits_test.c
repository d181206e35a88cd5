// SPDX-License-Identifier: GPL-2.0-only
/* instances_limits_test.c - instances.c without a daemon around it */
#include <check.h>
#include <errno.h>
#include <event2/event.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "daemon/images.h"
#include "daemon/instances.h"
#include "daemon/link.h"
#include "daemon/log.h"
#include "daemon/proto.h"
#include "daemon/roster.h"
#include "daemon/text.h"
#include "tests/lib/suite.h"

static struct {
	struct event_base *base;
	struct roster roster;
	struct log log;
	struct link *link;
	int socks[2];
	struct instances *instances;
} alone;

static void start_alone(void)
{
	struct link_events events = {};

	alone.base = event_base_new();
	ck_assert_int_eq(proto_pair(alone.socks), 0);
	fcntl(alone.socks[1], F_SETFL, O_NONBLOCK);
	alone.log.fd = memfd_create("log", MFD_CLOEXEC);
	alone.link = link_create(alone.base, alone.socks[0], &events);
	alone.instances = instances_create(&(struct instances_config){
		.base = alone.base,
		.link = alone.link,
		.log = &alone.log,
		.roster = &alone.roster,
	});
}

static void end_alone(void)
{
	instances_free(alone.instances);
	link_free(alone.link);
	roster_free(&alone.roster);
	event_base_free(alone.base);
	close(alone.socks[0]);
	close(alone.socks[1]);
	close(alone.log.fd);
}

static unsigned int num_made;

static void count_made(void *arg, int err, const char *why)
{
	(void)arg;
	ck_assert_int_eq(err, -ESHUTDOWN);
	ck_assert_ptr_nonnull(why);
	num_made++;
}

START_TEST(so_many_wait_and_no_more)
{
	struct roster_policy template = { .at_bind = IMAGES_NAME };
	struct instances_values values = { .of = { "blue", "", "" } };
	struct text why = {};
	int i;

	start_alone();
	for (i = 0; i < INSTANCES_MAX; i++)
		ck_assert_int_eq(instances_make(alone.instances, &template,
						&values, count_made, NULL,
						&why),
				 0);
	ck_assert_int_eq(instances_make(alone.instances, &template, &values,
					count_made, NULL, &why),
			 -EBUSY);
	ck_assert_ptr_nonnull(strstr(text_string(&why), "too many"));
	ck_assert_uint_eq(num_made, 0);
	text_free(&why);
	/* who waits is told */
	end_alone();
	ck_assert_uint_eq(num_made, INSTANCES_MAX);
}
END_TEST

/* web-blue, of a template web-61734 that has changed. */
static void add_outdated(void)
{
	struct roster_policy template = { .at_bind = IMAGES_NAME };
	struct roster_policy blue = { .instance = true };

	strcpy(template.name, "web-61734");
	strcpy(template.file, "web.yaml");
	strcpy(template.digest, "new");
	ck_assert_int_eq(roster_put(&alone.roster, &template), 0);
	strcpy(blue.name, "web-blue");
	blue.origin = calloc(1, sizeof(*blue.origin));
	strcpy(blue.origin->template, template.name);
	strcpy(blue.origin->digest, "old");
	strcpy(blue.origin->values[ROSTER_NAME], "blue");
	ck_assert_int_eq(roster_put(&alone.roster, &blue), 0);
}

/* A build ends with err; what is loaded is used. Return: the type. */
static unsigned int answer_saying(int err, const char *text)
{
	static struct proto_message message, answer;

	while (proto_receive(alone.socks[1], PROTO_FROM_WORKER, &message))
		event_base_loop(alone.base, EVLOOP_ONCE);
	memset(&answer, 0, sizeof(answer));
	answer.serial = message.serial;
	answer.fd = -1;
	answer.type = message.type == PROTO_BUILD ? PROTO_COMPILED : PROTO_DONE;
	strcpy(answer.u.compiled.text, message.type == PROTO_BUILD ? text : "");
	if (message.type == PROTO_BUILD)
		answer.u.compiled.err = err;
	else
		answer.u.done.err = -EBUSY;
	ck_assert_int_eq(proto_send(alone.socks[1], &answer), 0);
	event_base_loop(alone.base, EVLOOP_ONCE);
	return message.type;
}

static unsigned int answer_with(int err)
{
	return answer_saying(err, "");
}

static const struct {
	int err;
	bool again;
} failures[] = {
	{ -ETIMEDOUT, true }, { -ENOMEM, true },  { -EAGAIN, true },
	{ -EIO, true },	      { -EINVAL, false }, { -ENODATA, false },
	{ -EPROTO, false },   { -EEXIST, false },
};

START_TEST(what_failed_for_a_while_is_tried_again)
{
	unsigned int num_builds = 0, num_lines = 0;
	char text[8192];
	ssize_t len;
	int i;

	instances_look_s = instances_keep_s = 0;
	start_alone();
	add_outdated();
	for (i = 0; i < 8; i++)
		num_builds += answer_with(failures[_i].err) == PROTO_BUILD;
	ck_assert_uint_eq(num_builds, failures[_i].again ? 8 : 1);
	/* each time is told */
	len = pread(alone.log.fd, text, sizeof(text), 0);
	while (len-- > 0)
		num_lines += text[len] == '\n';
	ck_assert_uint_eq(num_lines, num_builds);
	end_alone();
}
END_TEST

static const struct {
	const char *unit;
	const char *instance;
} units[] = {
	{ "web@8080.service", "8080" },
	{ "web@1.2.service", "1.2" },
	{ "web@.service", "" },
	{ "web.service", "" },
	{ "web@x", "" },
	{ "", "" },
};

START_TEST(a_unit_has_its_instance_behind_the_sign)
{
	char instance[8];

	instances_unit(units[_i].unit, instance, sizeof(instance));
	ck_assert_str_eq(instance, units[_i].instance);
}
END_TEST

/* Of what policyc says so many bytes are passed on. */
#define SAID 4095

static const size_t lengths[] = { 1, SAID - 1, SAID, SAID + 1, 30000 };

static size_t len_passed_on;

static void take_why(void *arg, int err, const char *why)
{
	const char *said = arg;
	const char start[] = "web.yaml: ";

	ck_assert_int_eq(err, -EINVAL);
	ck_assert_int_eq(strncmp(why, start, strlen(start)), 0);
	why += strlen(start);
	len_passed_on = strlen(why);
	ck_assert_int_eq(strncmp(why, said, len_passed_on), 0);
}

START_TEST(what_policyc_says_is_passed_on_up_to_a_limit)
{
	struct roster_policy template = { .at_bind = IMAGES_NAME };
	struct instances_values values = { .of = { "blue", "", "" } };
	static char said[30001];
	struct text why = {};

	memset(said, 'x', lengths[_i]);
	strcpy(template.file, "web.yaml");
	start_alone();
	ck_assert_int_eq(instances_make(alone.instances, &template, &values,
					take_why, said, &why),
			 0);
	ck_assert_uint_eq(answer_saying(-EINVAL, said), PROTO_BUILD);
	ck_assert_uint_eq(len_passed_on,
			  lengths[_i] < SAID ? lengths[_i] : SAID);
	end_alone();
}
END_TEST

int main(void)
{
	Suite *suite = suite_create("instances-limits");
	TCase *tcase = tcase_create("instances-limits");

	tcase_add_test(tcase, so_many_wait_and_no_more);
	tcase_add_loop_test(tcase, what_failed_for_a_while_is_tried_again, 0,
			    sizeof(failures) / sizeof(failures[0]));
	tcase_add_loop_test(tcase, a_unit_has_its_instance_behind_the_sign, 0,
			    sizeof(units) / sizeof(units[0]));
	tcase_add_loop_test(tcase, what_policyc_says_is_passed_on_up_to_a_limit,
			    0, sizeof(lengths) / sizeof(lengths[0]));
	tcase_set_timeout(tcase, 60);
	suite_add_tcase(suite, tcase);
	return suite_run(suite);
}
