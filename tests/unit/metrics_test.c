// SPDX-License-Identifier: GPL-2.0-only
/* metrics_test.c - counts, as Prometheus reads them */
#include <check.h>
#include <errno.h>
#include <event2/event.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include "daemon/alarms.h"
#include "daemon/control.h"
#include "daemon/counters.h"
#include "daemon/journal.h"
#include "daemon/link.h"
#include "daemon/log.h"
#include "daemon/metrics.h"
#include "daemon/monitor.h"
#include "daemon/roster.h"
#include "daemon/store.h"
#include "daemon/prom.h"
#include "daemon/record.h"
#include "daemon/tally.h"
#include "daemon/text.h"
#include "tests/lib/fake_kernel.h"
#include "tests/lib/promtext.h"
#include "tests/lib/suite.h"
#include "vm/hooks.h"

static struct text page;
static struct kfs kfs;
static struct fake_kernel *kernel;

static void setup(void)
{
	memset(&page, 0, sizeof(page));
	kernel = fake_kernel_create(&kfs);
}

static void teardown(void)
{
	text_free(&page);
	fake_kernel_free(kernel);
}

/* ---- the reader that the other tests rely on ---- */

#define HEAD "# HELP a_total x\n# TYPE a_total counter\n"

START_TEST(the_reader_refuses_what_is_wrong)
{
	static const char *const wrong[] = {
		"",
		"a_total 1\n", /* no HELP */
		"# HELP a_total x\na_total 1\n", /* no TYPE */
		HEAD "a_total 1", /* no end */
		HEAD "b_total 1\n",
		HEAD "a_total\n",
		HEAD "a_total x\n",
		HEAD "a_total 1 2 3\n",
		HEAD "a_total -1\n",
		HEAD "a_total NaN\n",
		HEAD "a_total 1\na_total 2\n", /* twice */
		HEAD "a_total{} 1\n",
		HEAD "a_total{b=c} 1\n",
		HEAD "a_total{b=\"c} 1\n",
		HEAD "a_total{b=\"\\x\"} 1\n",
		HEAD "a_total{b=\"c\",} 1\n",
		HEAD "a_total{1=\"c\"} 1\n",
		HEAD "a_total 1\n" HEAD "a_total{b=\"c\"} 1\n",
		"# HELP a x\n# TYPE a counter\na 1\n",
		"# HELP a_total x\n# TYPE a_total gauge\na_total 1\n",
		"# HELP a x\n# TYPE a thing\na 1\n",
		"# hello\n",
		"\n",
	};

	ck_assert_msg(promtext_check(wrong[_i]), "taken: %s", wrong[_i]);
}
END_TEST

START_TEST(the_reader_takes_what_is_right)
{
	const char *right = HEAD "a_total 1\na_total{b=\"\\\\\\\"\\n{,\"} 2.5\n"
				 "# HELP b y\n# TYPE b gauge\n";

	ck_assert_ptr_null(promtext_check(right));
	ck_assert(promtext_value(right, "a_total") == 1);
	ck_assert(promtext_value(right, "a_total{b=\"\\\\\\\"\\n{,\"}") == 2.5);
	ck_assert(promtext_value(right, "b") == -1);
}
END_TEST

/* ---- text ---- */

START_TEST(any_bytes_are_a_label)
{
	static const struct {
		const char *bytes;
		const char *quoted;
	} labels[] = {
		{ "plain", "plain" },
		{ "", "" },
		{ "a\"b\\c\nd", "a\\\"b\\\\c\\nd" },
		{ "\xff"
		  "x\xc3",
		  "\xef\xbf\xbd"
		  "x\xef\xbf\xbd" },
		{ "\xc3\xa4\t", "\xc3\xa4\t" },
	};
	struct prom_label label = { "state", labels[_i].bytes };
	char line[128];

	prom_begin(&page, PROM_FILES);
	prom_value(&page, PROM_FILES, &label, 1, 7);
	ck_assert_ptr_null(promtext_check(text_string(&page)));
	snprintf(line, sizeof(line), "\nbailiff_policy_files{state=\"%s\"} 7\n",
		 labels[_i].quoted);
	ck_assert_ptr_nonnull(strstr(text_string(&page), line));
}
END_TEST

START_TEST(every_metric_is_documented)
{
	static char docs[65536];
	FILE *file = fopen("docs/metrics.md", "r");
	char cell[128];
	size_t i, len;

	ck_assert_ptr_nonnull(file);
	len = fread(docs, 1, sizeof(docs) - 1, file);
	docs[len] = '\0';
	fclose(file);
	for (i = 0; i < PROM_NUM_METRICS; i++) {
		snprintf(cell, sizeof(cell), "| `%s` |", prom_name(i));
		ck_assert_msg(strstr(docs, cell), "not in docs: %s", cell);
	}
}
END_TEST

/* ---- records ---- */

static struct record record_of(const char *policy, unsigned int rule,
			       unsigned int outcome)
{
	return (struct record){
		.raw = {
			.class = BVM_CLASS_FILES,
			.reason = BVM_REASON_RULE,
			.rule = rule,
			.outcome = outcome,
		},
		.policy = policy,
	};
}

START_TEST(records_are_told_apart_by_what_they_say)
{
	struct tally *tally = tally_create();
	struct record records[] = {
		record_of("one", 1, BAILIFF_EVENT_ENFORCED),
		record_of("one", 1, BAILIFF_EVENT_ENFORCED),
		record_of("one", 2, BAILIFF_EVENT_ENFORCED),
		record_of("two", 1, BAILIFF_EVENT_ENFORCED),
		record_of("two", 1, BAILIFF_EVENT_WOULD_DENY),
		record_of("two", 1, BAILIFF_EVENT_WAITING),
		record_of("two", 1, BAILIFF_EVENT_LIFECYCLE),
	};
	const char *text;
	size_t i;

	for (i = 0; i < ARRAY_SIZE(records); i++)
		tally_add(tally, &records[i]);
	tally_print(tally, &page);
	text = text_string(&page);
	ck_assert_ptr_null(promtext_check(text));
#define SERIES(policy, rule, outcome)                     \
	"bailiff_records_total{policy=\"" policy          \
	"\",class=\"files\",reason=\"rule\",rule=\"" rule \
	"\",outcome=\"" outcome "\"}"
	ck_assert(promtext_value(text, SERIES("one", "1", "denied")) == 2);
	ck_assert(promtext_value(text, SERIES("one", "2", "denied")) == 1);
	ck_assert(promtext_value(text, SERIES("two", "1", "denied")) == 1);
	ck_assert(promtext_value(text, SERIES("two", "1", "would-deny")) == 1);
	ck_assert(promtext_value(text, SERIES("two", "1", "waiting")) == 1);
	ck_assert_ptr_null(strstr(text, "lifecycle"));
	ck_assert(promtext_value(text, "bailiff_records_other_total") == 0);
	tally_free(tally);
}
END_TEST

START_TEST(more_kinds_of_records_than_there_is_room_for_are_counted)
{
	struct tally *tally = tally_create();
	struct record record;
	unsigned int rule;

	for (rule = 1; rule <= TALLY_ROWS + 9; rule++) {
		record = record_of("one", rule, BAILIFF_EVENT_ENFORCED);
		tally_add(tally, &record);
	}
	record = record_of("one", 5, BAILIFF_EVENT_ENFORCED);
	tally_add(tally, &record); /* has its row */
	tally_print(tally, &page);
	ck_assert_ptr_null(promtext_check(text_string(&page)));
	ck_assert(promtext_value(text_string(&page),
				 "bailiff_records_other_total") == 10);
	ck_assert(promtext_value(text_string(&page),
				 SERIES("one", "5", "denied")) == 2);
	tally_free(tally);
}
END_TEST

/* ---- the kernel's ---- */

START_TEST(the_kernels_counts_are_shown)
{
	const char *text;

	strcpy(kernel->policies[0].name, "one");
	kernel->policies[0].used = true;
	kernel->policies[0].generation = 3;
	ck_assert_int_eq(counters_print(&kfs, &page), 0);
	text = text_string(&page);
	ck_assert_ptr_null(promtext_check(text));
	ck_assert(promtext_value(text, "bailiff_decisions_denied_total") == 11);
	ck_assert(promtext_value(
			  text,
			  "bailiff_denied_by_class_total{class=\"files\"}") ==
		  9);
	ck_assert(promtext_value(text, "bailiff_denied_by_reason_total{reason="
				       "\"path-too-long\"}") == 2);
	ck_assert(promtext_value(text, "bailiff_events_lost_total") == 5);
	ck_assert(promtext_value(text, "bailiff_load_errors_total") == 4);
	ck_assert(promtext_value(text,
				 "bailiff_policy_generation{policy=\"one\"}") ==
		  3);
	ck_assert(promtext_value(
			  text, "bailiff_policy_waiting{policy=\"one\"}") == 1);
	ck_assert(promtext_value(text,
				 "bailiff_rule_hits_total{policy=\"one\",rule="
				 "\"1\",kind=\"deny\",where=\"a b.yaml:7\"}") ==
		  3);
	/* what decided nothing is left out */
	ck_assert_ptr_null(strstr(text, "rule=\"2\""));
	/* and so is what this kernel does not count */
	ck_assert_ptr_null(strstr(text, "bailiff_joins_total"));
}
END_TEST

START_TEST(a_kernel_that_cannot_be_read_is_no_page)
{
	kernel->no_status = true;
	ck_assert_int_eq(counters_print(&kfs, &page), -EACCES);
}
END_TEST

/* ---- the page, of which the test is the parent ---- */

static struct event_base *base;
static int socks[2];
static struct metrics_sources sources;
static struct metrics *metrics;
static struct roster roster;
static struct log log_of;
static struct sockaddr_un address;
static socklen_t address_len;

/* A socket that has a name of its own. */
static int listen_anywhere(void)
{
	int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK, 0);
	struct sockaddr_un any = { .sun_family = AF_UNIX };

	ck_assert_int_eq(bind(fd, (struct sockaddr *)&any, sizeof(sa_family_t)),
			 0);
	ck_assert_int_eq(listen(fd, 8), 0);
	address_len = sizeof(address);
	ck_assert_int_eq(
		getsockname(fd, (struct sockaddr *)&address, &address_len), 0);
	return fd;
}

static void setup_page(void)
{
	static struct journal journal = { .fd = -1 };
	static struct alarms alarms;
	static int nothing[2];

	ck_assert_int_eq(proto_pair(socks), 0);
	ck_assert_int_eq(pipe2(nothing, O_NONBLOCK), 0);
	base = event_base_new();
	log_of.fd = memfd_create("log", MFD_CLOEXEC);
	sources = (struct metrics_sources){
		.link = link_create(base, socks[0], &(struct link_events){}),
		.monitor = monitor_create(
			base, nothing[0],
			&(struct monitor_config){ .log = &log_of,
						  .journal = &journal }),
		.log = &log_of,
		.journal = &journal,
		.control = control_create(base, listen_anywhere(), NULL, NULL),
		.alarms = &alarms,
	};
	sources.store = store_create(&(struct store_config){
		.dir = "/nowhere",
		.base = base,
		.link = sources.link,
		.log = &log_of,
		.roster = &roster,
	});
	metrics = metrics_create(base, listen_anywhere(), &sources);
	ck_assert_ptr_nonnull(metrics);
}

static void teardown_page(void)
{
	metrics_free(metrics);
	store_free((struct store *)sources.store);
	control_free((struct control *)sources.control);
	monitor_free((struct monitor *)sources.monitor);
	link_free(sources.link);
	event_base_free(base);
	close(log_of.fd);
	close(socks[0]);
	close(socks[1]);
}

/* Ask for the page, for which the parent passes fd. */
static const char *ask_with(int fd)
{
	static const char request[] = "GET /metrics HTTP/1.0\r\n\r\n";
	static struct proto_message message;
	static char said[65536];
	int sock = socket(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK, 0);
	ssize_t got, len = 0;

	ck_assert_int_eq(
		connect(sock, (struct sockaddr *)&address, address_len), 0);
	ck_assert_int_gt(send(sock, request, sizeof(request) - 1, 0), 0);
	fcntl(socks[1], F_SETFL, O_NONBLOCK);
	alarm(60); /* it is asked for nothing? */
	while (proto_receive(socks[1], PROTO_FROM_WORKER, &message))
		event_base_loop(base, EVLOOP_ONCE);
	ck_assert_uint_eq(message.type, PROTO_COUNT);
	message.type = PROTO_COUNTERS;
	message.fd = fd;
	memset(&message.u, 0, sizeof(message.u));
	ck_assert_int_eq(proto_send(socks[1], &message), 0);
	close(fd);
	while ((got = recv(sock, said + len, sizeof(said) - 1 - (size_t)len,
			   0))) {
		if (got > 0)
			len += got;
		else
			event_base_loop(base, EVLOOP_ONCE);
	}
	alarm(0);
	said[len] = '\0';
	close(sock);
	return said;
}

static int file_of(const char *text, int flags)
{
	int fd = memfd_create("counts", MFD_CLOEXEC), again;
	char path[64];

	ck_assert_int_eq(write(fd, text, strlen(text)), (ssize_t)strlen(text));
	snprintf(path, sizeof(path), "/proc/self/fd/%d", fd);
	again = open(path, flags | O_CLOEXEC);
	ck_assert_int_ge(again, 0);
	close(fd);
	return again;
}

#define COUNTS "# HELP bailiff_x x\n# TYPE bailiff_x gauge\nbailiff_x 1\n"

START_TEST(the_page_ends_with_the_kernels_counts)
{
	const char *said = ask_with(file_of(COUNTS, O_RDONLY));

	ck_assert_msg(strstr(said, "HTTP/1.1 200 OK"), "%s", said);
	ck_assert_str_eq(said + strlen(said) - strlen(COUNTS), COUNTS);
}
END_TEST

/* Nor is what was read of it kept for the next one, who is answered at once. */
START_TEST(counts_that_cannot_be_read_are_no_page)
{
	const char *said = ask_with(file_of(COUNTS, O_WRONLY));

	ck_assert_msg(strstr(said, "HTTP/1.1 503 "), "%s", said);
	ck_assert_ptr_nonnull(
		strstr(said, "the kernel's counts cannot be read whole\n"));
	ck_assert_ptr_null(strstr(said, "bailiff_build_info"));
	said = ask_with(file_of(COUNTS, O_RDONLY));
	ck_assert_msg(strstr(said, "HTTP/1.1 200 OK"), "%s", said);
}
END_TEST

int main(void)
{
	Suite *suite = suite_create("metrics");
	TCase *tcase = tcase_create("metrics");

	/* thousands of rows, with sanitizers, on a machine that is busy */
	tcase_set_timeout(tcase, 60);
	tcase_add_checked_fixture(tcase, setup, teardown);
	tcase_add_loop_test(tcase, the_reader_refuses_what_is_wrong, 0, 23);
	tcase_add_test(tcase, the_reader_takes_what_is_right);
	tcase_add_loop_test(tcase, any_bytes_are_a_label, 0, 5);
	tcase_add_test(tcase, every_metric_is_documented);
	tcase_add_test(tcase, records_are_told_apart_by_what_they_say);
	tcase_add_test(
		tcase,
		more_kinds_of_records_than_there_is_room_for_are_counted);
	tcase_add_test(tcase, the_kernels_counts_are_shown);
	tcase_add_test(tcase, a_kernel_that_cannot_be_read_is_no_page);
	suite_add_tcase(suite, tcase);
	tcase = tcase_create("page");
	tcase_add_checked_fixture(tcase, setup_page, teardown_page);
	tcase_add_test(tcase, the_page_ends_with_the_kernels_counts);
	tcase_add_test(tcase, counts_that_cannot_be_read_are_no_page);
	suite_add_tcase(suite, tcase);
	return suite_run(suite);
}
