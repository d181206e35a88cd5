// SPDX-License-Identifier: GPL-2.0-only
#include <stdlib.h>
#include <string.h>

#include "record.h"
#include "repeat.h"

/* The record's bytes are the last ones: a kind is compared with them. */
struct kind {
	void *bytes; /* owned; NULL: free */
	size_t len;
	uint64_t hash;
	uint64_t since_ms;
	uint64_t seen;
	uint64_t held; /* of those, not written */
};

struct repeat {
	uint64_t window_ms;
	uint64_t held;
	struct kind kinds[REPEAT_KINDS];
};

struct repeat *repeat_create(uint64_t window_ms)
{
	struct repeat *repeat = calloc(1, sizeof(*repeat));

	if (repeat)
		repeat->window_ms = window_ms;
	return repeat;
}

void repeat_free(struct repeat *repeat)
{
	size_t i;

	for (i = 0; repeat && i < REPEAT_KINDS; i++)
		free(repeat->kinds[i].bytes);
	free(repeat);
}

#define NUM_STRINGS 7

static void strings_of(const struct record *record, const char **strings)
{
	strings[0] = record->policy;
	strings[1] = record->label;
	strings[2] = record->file;
	strings[3] = record->exe;
	strings[4] = record->comm;
	strings[5] = record->object;
	strings[6] = record->detail;
}

static uint64_t mix(uint64_t hash, const void *bytes, size_t len)
{
	const unsigned char *at = bytes;

	while (len--)
		hash = (hash ^ *at++) * 0x100000001b3ull; /* FNV-1a */
	return hash;
}

static uint64_t hash_of(const struct record *record)
{
	const char *strings[NUM_STRINGS];
	uint64_t hash = 0xcbf29ce484222325ull;
	size_t i;

	strings_of(record, strings);
	for (i = 0; i < NUM_STRINGS; i++)
		hash = mix(hash, strings[i], strlen(strings[i]) + 1);
	hash = mix(hash, &record->raw.rule, sizeof(record->raw.rule));
	hash = mix(hash, &record->raw.op, sizeof(record->raw.op));
	return mix(hash, &record->raw.class, sizeof(record->raw.class));
}

static bool is_alike(const struct record *a, const struct record *b)
{
	const char *of_a[NUM_STRINGS], *of_b[NUM_STRINGS];
	size_t i;

	strings_of(a, of_a);
	strings_of(b, of_b);
	for (i = 0; i < NUM_STRINGS; i++)
		if (strcmp(of_a[i], of_b[i]))
			return false;
	return a->raw.class == b->raw.class && a->raw.op == b->raw.op &&
	       a->raw.outcome == b->raw.outcome &&
	       a->raw.reason == b->raw.reason && a->raw.rule == b->raw.rule &&
	       a->raw.line == b->raw.line && a->raw.err == b->raw.err &&
	       a->raw.uid == b->raw.uid && a->raw.cgroup == b->raw.cgroup &&
	       a->raw.generation == b->raw.generation;
}

static bool is_kind(const struct kind *kind, uint64_t hash,
		    const struct record *record)
{
	struct record last;

	return kind->bytes && kind->hash == hash &&
	       record_parse(kind->bytes, kind->len, &last) > 0 &&
	       is_alike(&last, record);
}

#define PROBES 8 /* places that a kind may be in */

/* Its place, or a free one, or NULL. */
static struct kind *find(struct repeat *repeat, const struct record *record,
			 uint64_t hash)
{
	struct kind *kind, *empty = NULL;
	size_t i;

	for (i = 0; i < PROBES; i++) {
		kind = &repeat->kinds[(hash + i) % REPEAT_KINDS];
		if (is_kind(kind, hash, record))
			return kind;
		if (!kind->bytes && !empty)
			empty = kind;
	}
	return empty;
}

static bool remember(struct kind *kind, const void *bytes, size_t len)
{
	void *copy = malloc(len);

	if (!copy)
		return false;
	memcpy(copy, bytes, len);
	free(kind->bytes);
	kind->bytes = copy;
	kind->len = len;
	return true;
}

bool repeat_take(struct repeat *repeat, const struct record *record,
		 const void *bytes, size_t len, uint64_t now_ms)
{
	struct kind *kind;
	uint64_t hash;

	if (record->raw.outcome == BAILIFF_EVENT_LIFECYCLE)
		return true;
	hash = hash_of(record);
	kind = find(repeat, record, hash);
	if (!kind)
		return true;
	if (!kind->bytes) {
		*kind = (struct kind){ .hash = hash, .since_ms = now_ms };
		if (!remember(kind, bytes, len))
			return true;
	}
	if (kind->seen < REPEAT_FIRST) {
		kind->seen++;
		return true;
	}
	if (!remember(kind, bytes, len))
		return true;
	kind->seen++;
	kind->held++;
	repeat->held++;
	return false;
}

void repeat_flush(struct repeat *repeat, uint64_t now_ms, bool all,
		  repeat_due *due, void *arg)
{
	struct record record;
	struct kind *kind;
	size_t i;

	for (i = 0; i < REPEAT_KINDS; i++) {
		kind = &repeat->kinds[i];
		if (!kind->bytes ||
		    (!all && now_ms - kind->since_ms < repeat->window_ms))
			continue;
		if (kind->held &&
		    record_parse(kind->bytes, kind->len, &record) > 0)
			due(arg, &record, kind->held);
		repeat->held -= kind->held;
		free(kind->bytes);
		memset(kind, 0, sizeof(*kind));
	}
}

uint64_t repeat_held(const struct repeat *repeat)
{
	return repeat->held;
}
