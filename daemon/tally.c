// SPDX-License-Identifier: GPL-2.0-only
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "prom.h"
#include "record.h"
#include "tally.h"
#include "vm/hooks.h"

#ifndef ARRAY_SIZE
#define ARRAY_SIZE(a) (sizeof(a) / sizeof((a)[0]))
#endif

/* All bytes count in comparisons: a row is zeroed before it is filled. */
struct row_key {
	char policy[BVM_MAX_NAME];
	uint32_t rule;
	uint8_t class;
	uint8_t reason;
	uint8_t outcome;
	uint8_t zero;
};

struct row {
	struct row_key key;
	uint64_t num; /* 0: free */
};

/* Open addressing; it is never full, since one row stays free. */
struct tally {
	uint32_t num_rows;
	uint64_t other;
	struct row rows[TALLY_ROWS];
};

static_assert((TALLY_ROWS & (TALLY_ROWS - 1)) == 0, "a mask is taken");

static uint32_t hash_of(const struct row_key *key)
{
	const unsigned char *at = (const unsigned char *)key;
	uint32_t hash = 2166136261u;
	size_t i;

	for (i = 0; i < sizeof(*key); i++)
		hash = (hash ^ at[i]) * 16777619u; /* FNV-1a */
	return hash ^ hash >> 15;
}

struct tally *tally_create(void)
{
	return calloc(1, sizeof(struct tally));
}

void tally_free(struct tally *tally)
{
	free(tally);
}

void tally_add(struct tally *tally, const struct record *record)
{
	struct row_key key;
	struct row *row;
	uint32_t i;

	if (record->raw.outcome == BAILIFF_EVENT_LIFECYCLE)
		return;
	memset(&key, 0, sizeof(key));
	snprintf(key.policy, sizeof(key.policy), "%s", record->policy);
	key.rule = record->raw.rule;
	key.class = record->raw.class;
	key.reason = record->raw.reason;
	key.outcome = record->raw.outcome;
	for (i = hash_of(&key) % TALLY_ROWS;; i = (i + 1) % TALLY_ROWS) {
		row = &tally->rows[i];
		if (!row->num || !memcmp(&row->key, &key, sizeof(key)))
			break;
	}
	if (!row->num && tally->num_rows == TALLY_ROWS - 1) {
		tally->other++;
		return;
	}
	if (!row->num++) {
		row->key = key;
		tally->num_rows++;
	}
}

static void print_row(const struct row *row, struct text *out)
{
	struct record record = {
		.raw = { .class = row->key.class, .outcome = row->key.outcome },
	};
	const char *reason = bvm_name_of(bvm_reason_names, row->key.reason);
	char rule[16];
	struct prom_label labels[] = {
		{ "policy", row->key.policy },
		{ "class", record_class_name(&record) },
		{ "reason", reason ? reason : "unknown" },
		{ "rule", rule },
		{ "outcome", row->key.outcome == BAILIFF_EVENT_WAITING ?
				     "waiting" :
				     record_outcome_name(row->key.outcome) },
	};

	snprintf(rule, sizeof(rule), "%u", row->key.rule);
	prom_value(out, PROM_RECORDS, labels, ARRAY_SIZE(labels), row->num);
}

void tally_print(const struct tally *tally, struct text *out)
{
	size_t i;

	prom_begin(out, PROM_RECORDS);
	for (i = 0; i < TALLY_ROWS; i++)
		if (tally->rows[i].num)
			print_row(&tally->rows[i], out);
	prom_single(out, PROM_RECORDS_OTHER, tally->other);
}
