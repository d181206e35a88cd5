// SPDX-License-Identifier: GPL-2.0-only
/*
 * batch.c - programs for the file test_vm, and its answers
 */
#include <err.h>
#include <fcntl.h>
#include <stdlib.h>
#include <unistd.h>

#include "batch.h"

/* More than a refusal's text ever takes. */
#define MAX_TEXT 512

static size_t pad(size_t len)
{
	return (len + 7) & ~(size_t)7;
}

void batch_init(struct batch *b)
{
	memset(b, 0, sizeof(*b));
	b->len = sizeof(struct bailiff_test_header);
}

void batch_fini(struct batch *b)
{
	free(b->bytes);
	b->bytes = NULL;
}

static size_t bytes_of(const struct subject *s)
{
	return sizeof(struct bailiff_test_program) +
	       s->num_insns * sizeof(*s->insns) + s->num_ctxs * pad(s->ctx_len);
}

static size_t answer_bytes_of(const struct subject *s)
{
	return sizeof(struct bailiff_test_answer) + MAX_TEXT +
	       s->num_ctxs * sizeof(struct bailiff_test_result);
}

bool batch_has_room(const struct batch *b, const struct subject *s)
{
	return b->len + bytes_of(s) <= BAILIFF_TEST_MAX_BATCH &&
	       b->answers_len + answer_bytes_of(s) <= BAILIFF_TEST_MAX_ANSWERS;
}

static void *append(struct batch *b, size_t len)
{
	void *at;

	if (b->len + len > b->size) {
		b->size = 2 * (b->len + len);
		b->bytes = realloc(b->bytes, b->size);
		if (!b->bytes)
			err(1, "memory for a batch");
	}
	at = b->bytes + b->len;
	b->len += len;
	return memset(at, 0, len);
}

void batch_set_image(struct batch *b, const void *bytes, u32 len)
{
	memcpy(append(b, pad(len)), bytes, len);
	b->image_len = len;
}

void batch_add(struct batch *b, const struct subject *s)
{
	const struct bailiff_test_program p = {
		.num_insns = s->num_insns,
		.num_ctxs = s->num_ctxs,
		.ctx_len = s->ctx_len,
		.class = s->class,
	};
	const size_t code = s->num_insns * sizeof(*s->insns);
	u8 *to = append(b, bytes_of(s));
	u32 i;

	memcpy(to, &p, sizeof(p));
	memcpy(to + sizeof(p), s->insns, code);
	to += sizeof(p) + code;
	for (i = 0; i < s->num_ctxs; i++)
		memcpy(to + i * pad(s->ctx_len), s->ctxs + i * s->ctx_len,
		       s->ctx_len);
	b->answers_len += answer_bytes_of(s);
	b->num_programs++;
}

static int exchange(int fd, const void *bytes, size_t len, struct answers *a)
{
	const ssize_t written = write(fd, bytes, len);
	ssize_t got;

	if (written < 0)
		return -errno;
	if ((size_t)written != len)
		return -EIO;
	while (a) {
		got = read(fd, a->bytes + a->len,
			   BAILIFF_TEST_MAX_ANSWERS - a->len);
		if (got < 0)
			return -errno;
		if (!got)
			break;
		a->len += (size_t)got;
	}
	return 0;
}

static int talk(const void *bytes, size_t len, struct answers *a)
{
	const int fd = open(BATCH_FILE, O_RDWR | O_CLOEXEC);
	int ret;

	if (fd < 0)
		return -errno;
	ret = exchange(fd, bytes, len, a);
	close(fd);
	return ret;
}

int batch_run(struct batch *b, struct answers *a)
{
	const struct bailiff_test_header h = {
		.magic = BAILIFF_TEST_MAGIC,
		.num_programs = b->num_programs,
		.repeat = 1,
		.image_len = b->image_len,
	};
	int ret;

	a->len = a->at = 0;
	a->bytes = malloc(BAILIFF_TEST_MAX_ANSWERS);
	if (!a->bytes)
		err(1, "memory for answers");
	memcpy(b->bytes, &h, sizeof(h));
	ret = talk(b->bytes, b->len, a);
	if (ret)
		answers_fini(a);
	return ret;
}

int batch_write_raw(const void *bytes, size_t len)
{
	return talk(bytes, len, NULL);
}

static const void *take(struct answers *a, size_t len)
{
	const u8 *at = a->bytes + a->at;

	if (len > a->len - a->at)
		errx(1, "the answers end in the middle");
	a->at += len;
	return at;
}

bool answers_next(struct answers *a, struct answer *answer)
{
	const struct bailiff_test_answer *head;

	if (a->at == a->len)
		return false;
	head = take(a, sizeof(*head));
	answer->head = head;
	answer->results = NULL;
	answer->text = "";
	if (head->stage == BAILIFF_TEST_RAN ||
	    head->stage == BAILIFF_TEST_NOT_JITED)
		answer->results =
			take(a, head->num_ctxs * sizeof(*answer->results));
	else if (head->text_len)
		answer->text = take(a, head->text_len);
	return true;
}

void answers_fini(struct answers *a)
{
	free(a->bytes);
	a->bytes = NULL;
}
