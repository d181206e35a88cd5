// SPDX-License-Identifier: GPL-2.0-only
/* record_test.c - records of the kernel become JSON, malformed ones nothing */
#include <check.h>
#include <errno.h>
#include <jansson.h>
#include <stdlib.h>

#include "daemon/record.h"
#include "daemon/text.h"
#include "tests/lib/suite.h"
#include "vm/hooks.h"

/* A record that is built as the kernel builds it. */
struct sample {
	struct bailiff_event raw;
	char strings[512];
} __attribute__((aligned(8)));

static struct sample sample;
static size_t used;

static u16 put(const char *string)
{
	size_t off = sizeof(sample.raw) + used;

	strcpy(sample.strings + used, string);
	used += strlen(string) + 1;
	return (u16)off;
}

static void make_denial(void)
{
	memset(&sample, 0, sizeof(sample));
	used = 0;
	sample.raw = (struct bailiff_event){
		.len = sizeof(sample),
		.version = BAILIFF_EVENT_VERSION,
		.outcome = BAILIFF_EVENT_ENFORCED,
		.class = BVM_CLASS_FILES,
		.seq = 42,
		.time_ns = 1764040325000000007ull,
		.lost = 3,
		.generation = 5,
		.cgroup = 77,
		.tgid = 10,
		.tid = 11,
		.uid = 33,
		.op = BVM_OP_FILES_READ,
		.reason = BVM_REASON_RULE,
		.err = EACCES,
		.rule = 9,
		.line = 12,
	};
	sample.raw.policy = put("nginx");
	sample.raw.label = put("web-1");
	sample.raw.file = put("nginx.yaml");
	sample.raw.message = put("say \"no\"");
	sample.raw.exe = put("/usr/sbin/nginx");
	sample.raw.comm = put("nginx");
	sample.raw.object = put("/etc/shadow");
}

static json_t *as_json(void)
{
	struct record record;
	struct text text = {};
	json_t *json;

	ck_assert_int_eq(record_parse(&sample, sizeof(sample), &record),
			 sizeof(sample));
	record_print_json(&record, &text);
	ck_assert_int_eq(text.data[text.len - 1], '\n');
	json = json_loads(text.data, 0, NULL);
	ck_assert_ptr_nonnull(json);
	text_free(&text);
	return json;
}

static void has(const json_t *json, const char *key, const char *value)
{
	ck_assert_str_eq(json_string_value(json_object_get(json, key)), value);
}

static void has_number(const json_t *json, const char *key, long long value)
{
	ck_assert_int_eq(json_integer_value(json_object_get(json, key)), value);
}

START_TEST(a_denial_has_every_member)
{
	json_t *json;

	make_denial();
	json = as_json();
	has(json, "time", "2025-11-25T03:12:05.000000007Z");
	has(json, "outcome", "denied");
	has(json, "container", "web-1");
	has(json, "policy", "nginx");
	has(json, "class", "files");
	has(json, "op", "read");
	has(json, "object", "/etc/shadow");
	has(json, "reason", "rule");
	has(json, "file", "nginx.yaml");
	has(json, "message", "say \"no\"");
	has(json, "exe", "/usr/sbin/nginx");
	has(json, "errno", "EACCES");
	has_number(json, "seq", 42);
	has_number(json, "cgroup", 77);
	has_number(json, "generation", 5);
	has_number(json, "rule", 9);
	has_number(json, "line", 12);
	has_number(json, "pid", 10);
	has_number(json, "tid", 11);
	has_number(json, "uid", 33);
	has_number(json, "lost", 3);
	has_number(json, "version", 1);
	ck_assert_ptr_null(json_object_get(json, "detail"));
	json_decref(json);
}
END_TEST

START_TEST(what_the_daemon_knows_stands_beside)
{
	struct record record;
	struct text text = {};
	json_t *json;

	make_denial();
	json = as_json();
	ck_assert_ptr_null(json_object_get(json, "name"));
	ck_assert_ptr_null(json_object_get(json, "image"));
	json_decref(json);
	record_parse(&sample, sizeof(sample), &record);
	record.name = "web";
	record.image = "nginx:1";
	record_print_json(&record, &text);
	json = json_loads(text.data, 0, NULL);
	has(json, "name", "web");
	has(json, "image", "nginx:1");
	has(json, "container", "web-1");
	json_decref(json);
	text_free(&text);
}
END_TEST

START_TEST(a_denial_before_the_start_says_so)
{
	json_t *json;

	make_denial();
	sample.raw.outcome = BAILIFF_EVENT_WAITING;
	json = as_json();
	has(json, "outcome", "would-deny");
	has(json, "state", "waiting");
	json_decref(json);
}
END_TEST

START_TEST(a_lifecycle_record_has_no_reason)
{
	json_t *json;

	make_denial();
	sample.raw.outcome = BAILIFF_EVENT_LIFECYCLE;
	sample.raw.op = BAILIFF_LIFE_BIND;
	sample.raw.class = 0;
	json = as_json();
	has(json, "outcome", "lifecycle");
	has(json, "op", "bind");
	ck_assert_ptr_null(json_object_get(json, "reason"));
	json_decref(json);
}
END_TEST

START_TEST(numbers_from_a_newer_kernel_are_unknown)
{
	json_t *json;

	make_denial();
	sample.raw.outcome = 200;
	sample.raw.class = 200;
	sample.raw.op = 200;
	sample.raw.reason = 200;
	sample.raw.err = 60000;
	json = as_json();
	has(json, "outcome", "unknown");
	has(json, "class", "unknown");
	has(json, "reason", "unknown");
	has_number(json, "errno", 60000);
	json_decref(json);
}
END_TEST

START_TEST(bytes_that_are_not_utf8_are_kept_in_hexadecimal)
{
	json_t *json;

	make_denial();
	sample.raw.object = put("/a\xff\n");
	json = as_json();
	has(json, "object", "/a\xef\xbf\xbd\n");
	has(json, "object_hex", "2f61ff0a");
	json_decref(json);
}
END_TEST

static int parse_len(size_t len)
{
	struct record record;

	return (int)record_parse(&sample, len, &record);
}

START_TEST(a_cut_record_is_refused)
{
	make_denial();
	ck_assert_int_eq(parse_len(sizeof(sample) - 1), -EINVAL);
	ck_assert_int_eq(parse_len(sizeof(sample.raw) - 1), -EINVAL);
	ck_assert_int_eq(parse_len(0), -EINVAL);
}
END_TEST

START_TEST(a_record_that_lies_about_its_length_is_refused)
{
	static const u32 lengths[] = { 0,
				       8,
				       sizeof(sample.raw) - 8,
				       sizeof(sample) - 1,
				       sizeof(sample) + 8,
				       UINT32_MAX };

	make_denial();
	sample.raw.len = lengths[_i];
	ck_assert_int_eq(parse_len(sizeof(sample)), -EINVAL);
}
END_TEST

START_TEST(strings_stay_inside_the_record)
{
	make_denial();
	memset(sample.strings, 'x', sizeof(sample.strings));
	ck_assert_int_eq(parse_len(sizeof(sample)), -EINVAL);
	make_denial();
	sample.raw.exe = 8; /* into the numbers */
	ck_assert_int_eq(parse_len(sizeof(sample)), -EINVAL);
	make_denial();
	sample.raw.exe = sizeof(sample);
	ck_assert_int_eq(parse_len(sizeof(sample)), -EINVAL);
}
END_TEST

START_TEST(every_byte_string_becomes_json)
{
	char string[] = { '<', 0, '>', 0 };
	struct text text = {};
	json_t *json;

	string[1] = (char)_i;
	text_add_json(&text, string);
	json = json_loads(text.data, JSON_DECODE_ANY, NULL);
	ck_assert_msg(json != NULL, "byte %d: %s", _i, text.data);
	if (_i < 0x80)
		ck_assert_str_eq(json_string_value(json), string);
	json_decref(json);
	text_free(&text);
}
END_TEST

int main(void)
{
	Suite *suite = suite_create("record");
	TCase *tcase = tcase_create("record");

	tcase_add_test(tcase, a_denial_has_every_member);
	tcase_add_test(tcase, what_the_daemon_knows_stands_beside);
	tcase_add_test(tcase, a_denial_before_the_start_says_so);
	tcase_add_test(tcase, a_lifecycle_record_has_no_reason);
	tcase_add_test(tcase, numbers_from_a_newer_kernel_are_unknown);
	tcase_add_test(tcase, bytes_that_are_not_utf8_are_kept_in_hexadecimal);
	tcase_add_test(tcase, a_cut_record_is_refused);
	tcase_add_loop_test(
		tcase, a_record_that_lies_about_its_length_is_refused, 0, 6);
	tcase_add_test(tcase, strings_stay_inside_the_record);
	tcase_add_loop_test(tcase, every_byte_string_becomes_json, 1, 256);
	suite_add_tcase(suite, tcase);
	return suite_run(suite);
}
