// SPDX-License-Identifier: GPL-2.0-only
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "events.h"

#define NUM_MOVES 16 /* renames whose second name may still come */
#define MAX_APART 8 /* numbers of records between the two */

/* A hash table from what tells events apart to their numbers + 1. */
struct reader {
	struct run *run;
	const char *path;
	const char *policy;
	struct events *events;
	u32 *slots;
	u32 num_slots; /* a power of two */
	struct logline moves[NUM_MOVES]; /* a ring */
	u32 num_moves;
};

static u64 hash_text(u64 hash, const char *text)
{
	for (; *text; text++)
		hash = (hash ^ (u8)*text) * 0x100000001b3ull;
	return (hash ^ 0xff) * 0x100000001b3ull;
}

static u64 hash_line(const struct logline *line)
{
	u64 hash = 0xcbf29ce484222325ull ^ line->class ^ line->op << 8 ^
		   line->uid ^ (u64)line->denied << 40;

	hash = hash_text(hash, line->object);
	hash = hash_text(hash, line->detail);
	hash = hash_text(hash, line->reason);
	return hash_text(hash, line->exe);
}

static bool is_same(const struct logline *a, const struct logline *b)
{
	return a->class == b->class && a->op == b->op && a->uid == b->uid &&
	       a->denied == b->denied && !strcmp(a->object, b->object) &&
	       !strcmp(a->detail, b->detail) && !strcmp(a->reason, b->reason) &&
	       !strcmp(a->exe, b->exe);
}

static u32 *find_slot(const struct reader *reader, const struct logline *line)
{
	u32 at = (u32)hash_line(line);

	for (;; at++) {
		u32 *slot = &reader->slots[at & (reader->num_slots - 1)];

		if (!*slot ||
		    is_same(&reader->events->items[*slot - 1].line, line))
			return slot;
	}
}

static void grow_table(struct reader *reader)
{
	reader->num_slots = reader->num_slots ? 2 * reader->num_slots : 1024;
	reader->slots = arena_array(reader->run->arena, reader->num_slots,
				    sizeof(*reader->slots));
	for (u32 i = 0; i < reader->events->num; i++)
		*find_slot(reader, &reader->events->items[i].line) = i + 1;
}

/* ---- the two names of a rename or link ---- */

static struct logline swapped(const struct logline *line)
{
	struct logline other = *line;

	other.object = line->detail;
	other.detail = line->object;
	return other;
}

/* Is line what was recorded of the new name, after `old`? */
static bool is_second(const struct logline *old, const struct logline *line)
{
	return old->object && old->op == line->op && old->tid == line->tid &&
	       line->seq - old->seq <= MAX_APART &&
	       !strcmp(old->object, line->detail) &&
	       !strcmp(old->detail, line->object);
}

static const struct event *find_event(const struct reader *reader,
				      const struct logline *line)
{
	const u32 *slot = find_slot(reader, line);

	return *slot ? &reader->events->items[*slot - 1] : NULL;
}

/*
 * Turn what was recorded of a new name into what was asked. Return: the name
 * was that of a rename whose old name was recorded, too.
 */
static bool settle_names(struct reader *reader, struct logline *line)
{
	const struct logline other = swapped(line);
	const struct event *known;

	/* it is recorded of the old name alone */
	if (!logline_second(line) || line->widens)
		return false;
	for (u32 i = 0; i < NUM_MOVES; i++) {
		if (!is_second(&reader->moves[i], line))
			continue;
		reader->moves[i].object = NULL;
		*line = other;
		return true;
	}
	/* many that are alike are written as one, late, and in any order */
	known = find_event(reader, &other);
	if (known && known->paired && !find_event(reader, line)) {
		*line = other;
		return true;
	}
	/* whose denial is enforced is not asked about its new name */
	if (!line->enforced)
		reader->moves[reader->num_moves++ % NUM_MOVES] = *line;
	return false;
}

static int add_event(struct reader *reader, struct logline *line)
{
	struct events *events = reader->events;
	bool paired;
	u32 *slot;

	if (2 * events->num >= reader->num_slots)
		grow_table(reader);
	paired = settle_names(reader, line);
	slot = find_slot(reader, line);
	if (*slot) {
		events->items[*slot - 1].count += line->times;
		events->items[*slot - 1].paired |= paired;
		return EXIT_YES;
	}
	if (events->num == EVENTS_MAX) {
		diag_report(reader->run->diag, NULL, LOG_TOO_MANY, reader->path,
			    EVENTS_MAX);
		return EXIT_BAD;
	}
	events->items = arena_grow(reader->run->arena, events->items,
				   events->num, sizeof(*events->items));
	events->items[events->num++] =
		(struct event){ *line, line->times, paired };
	*slot = events->num;
	return EXIT_YES;
}

static int read_line(struct reader *reader, u32 number, const char *text,
		     size_t len)
{
	const char *why = "it is too long";
	struct logline line;
	int ret = -EINVAL;

	if (len <= EVENTS_MAX_LINE)
		ret = logline_parse(reader->run->arena, text, len, &line, &why);
	if (ret < 0) {
		diag_report(reader->run->diag, NULL, LOG_LINE, reader->path,
			    number, why);
		return EXIT_BAD;
	}
	if (!ret)
		return EXIT_YES;
	if (!reader->policy || !strcmp(reader->policy, line.policy))
		return add_event(reader, &line);
	reader->events->num_others++;
	return EXIT_YES;
}

static int read_lines(struct reader *reader, FILE *file)
{
	int code = EXIT_YES;
	char *text = NULL;
	size_t size = 0;
	u32 number = 0;
	ssize_t len;

	while (!code && (len = getline(&text, &size, file)) > 0 &&
	       text[len - 1] == '\n')
		if (len > 1)
			code = read_line(reader, ++number, text,
					 (size_t)len - 1);
		else
			number++;
	free(text);
	return code;
}

int events_read(struct run *run, const char *path, const char *policy,
		struct events *events)
{
	struct reader reader = {
		.run = run, .path = path, .policy = policy, .events = events
	};
	const bool standard = !strcmp(path, "-");
	FILE *file = standard ? stdin : fopen(path, "re");
	int code = EXIT_BAD;

	memset(events, 0, sizeof(*events));
	if (!file) {
		diag_report(run->diag, NULL, READ, path, strerror(errno));
		return EXIT_BAD;
	}
	errno = 0;
	code = read_lines(&reader, file);
	if (!code && ferror(file)) {
		diag_report(run->diag, NULL, READ, path, strerror(errno));
		code = EXIT_BAD;
	}
	if (!standard)
		(void)fclose(file);
	if (code || events->num)
		return code;
	diag_report(run->diag, NULL, LOG_EMPTY, path, policy ? " of " : "",
		    policy ? policy : "");
	if (events->num_others)
		diag_note(run->diag,
			  "%llu are of other policies; --all takes them",
			  (unsigned long long)events->num_others);
	return EXIT_BAD;
}
