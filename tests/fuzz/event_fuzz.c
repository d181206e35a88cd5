// SPDX-License-Identifier: GPL-2.0-only
/* event_fuzz.c - records of the kernel: any bytes become JSON or nothing */
#include <assert.h>
#include <jansson.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "daemon/journal.h"
#include "daemon/record.h"
#include "daemon/text.h"

static void check_json(const struct record *record)
{
	struct text text = {};
	json_error_t error;
	json_t *json;

	record_print_json(record, &text);
	assert(!text.cut && text.data[text.len - 1] == '\n');
	/* one line, whatever the strings hold */
	assert(memchr(text.data, '\n', text.len) == text.data + text.len - 1);
	/* jansson's integers have a sign; the log's counters have not */
	json = json_loads(text.data, JSON_DECODE_INT_AS_REAL, &error);
	assert(json);
	json_decref(json);
	text_free(&text);
}

/* As the journal reads it: what a record holds makes no field. */
static void check_journal(const struct record *record)
{
	struct text text = {};
	const char *at, *end;
	uint64_t len;
	size_t key;

	journal_print(record, 2, &text);
	assert(!text.cut);
	at = text.data;
	end = text.data + text.len;
	while (at < end) {
		key = strspn(at, "ABCDEFGHIJKLMNOPQRSTUVWXYZ_");
		assert(key && (at[key] == '=' || at[key] == '\n'));
		assert(!memcmp(at, "MESSAGE", 7) ||
		       !memcmp(at, "PRIORITY", 8) ||
		       !memcmp(at, "SYSLOG_IDENTIFIER", 17) ||
		       !memcmp(at, "BAILIFF_", 8));
		at += key + 1;
		if (at[-1] == '=') {
			at = memchr(at, '\n', (size_t)(end - at));
			assert(at);
		} else {
			assert(end - at > 8);
			memcpy(&len, at, sizeof(len));
			assert(len < (uint64_t)(end - at - 8));
			at += 8 + len;
		}
		assert(*at == '\n');
		at++;
	}
	text_free(&text);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len)
{
	struct record record;
	uint8_t *bytes;
	size_t off = 0;
	long used;

	/* a buffer of exactly this size, so that reading past it is seen */
	bytes = malloc(len ? len : 1);
	memcpy(bytes, data, len);
	while (off < len) {
		used = record_parse(bytes + off, len - off, &record);
		if (used < 0)
			break;
		assert(used > 0 && (size_t)used <= len - off);
		check_json(&record);
		check_journal(&record);
		off += (size_t)used;
	}
	free(bytes);
	return 0;
}
