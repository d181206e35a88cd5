// SPDX-License-Identifier: GPL-2.0-only
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "kdecide.h"
#include "kfs.h"
#include "lsm/uapi/bailiff_decide.h"
#include "text.h"
#include "vm/hooks.h"

#define ASKED_MAX BAILIFF_DECIDE_MAX_REQUESTS

struct ask {
	struct text bytes; /* the write */
	bool *allow; /* what is expected of each request; owned */
	unsigned int *test; /* of which test each is; owned */
	struct kdecide *result;
};

bool kdecide_is_there(struct kfs *kfs)
{
	int fd = kfs->ops->open(kfs, "decide", O_RDWR);

	if (fd < 0)
		return false;
	close(fd);
	return true;
}

/* ---- lines in ---- */

static int digit(char c)
{
	return c >= '0' && c <= '9' ? c - '0' :
	       c >= 'a' && c <= 'f' ? c - 'a' + 10 :
				      -1;
}

/*
 * "=HEX" as bytes.
 *
 * Return: how many; BAILIFF_DECIDE_NONE of "-"; -EPROTO; -E2BIG.
 */
static int take_bytes(const char *word, struct text *bytes)
{
	int num = 0, high, low;
	char byte;

	if (!word)
		return -EPROTO;
	if (!strcmp(word, "-"))
		return BAILIFF_DECIDE_NONE;
	if (*word++ != '=')
		return -EPROTO;
	for (; *word; word += 2, num++) {
		high = digit(word[0]);
		low = high < 0 ? -1 : digit(word[1]);
		if (low < 0)
			return -EPROTO;
		byte = (char)(high << 4 | low);
		text_add_bytes(bytes, &byte, 1);
	}
	return num > BAILIFF_DECIDE_MAX_STRING ? -E2BIG : num;
}

/* The words behind CLASS. Return: 0, -EPROTO, -E2BIG. */
static int take_request(struct ask *ask, unsigned int class, char **words)
{
	struct bailiff_decide_request head = { .class = class };
	struct text body = {};
	static const char zeroes[8];
	int len, err = 0, i;

	len = take_bytes(strtok_r(NULL, " ", words), &body);
	if (len != (int)bvm_classes[class].ctx_size)
		err = len == -E2BIG ? -E2BIG : -EPROTO;
	for (i = 0; !err && i <= BAILIFF_DECIDE_STRINGS; i++) {
		len = take_bytes(strtok_r(NULL, " ", words), &body);
		if (len < 0)
			err = len;
		else if (i < BAILIFF_DECIDE_STRINGS)
			head.str_len[i] = (__u16)len;
		else if (len != BAILIFF_DECIDE_NONE)
			head.argv_len = (__u16)len;
	}
	if (!err) {
		text_add_bytes(&ask->bytes, &head, sizeof(head));
		text_add_bytes(&ask->bytes, text_string(&body), body.len);
		text_add_bytes(&ask->bytes, zeroes, -ask->bytes.len & 7);
		err = body.cut || ask->bytes.cut ? -ENOMEM : 0;
	}
	text_free(&body);
	return err;
}

static int take_line(struct ask *ask, char *line)
{
	struct kdecide *result = ask->result;
	unsigned long long test, class;
	const char *word, *verdict;
	char *words;
	bool allow;

	word = strtok_r(line, " ", &words);
	verdict = word ? strtok_r(NULL, " ", &words) : NULL;
	if (!verdict)
		return -EPROTO;
	if (!strcmp(word, "tests")) {
		if (text_number(verdict, INT_MAX, &test))
			return -EPROTO;
		result->num_tests = (unsigned int)test;
		return 0;
	}
	allow = !strcmp(verdict, "allow");
	if (!allow && strcmp(verdict, "deny") != 0)
		return -EPROTO;
	if (text_number(word, INT_MAX, &test))
		return -EPROTO;
	word = strtok_r(NULL, " ", &words);
	if (!word || text_number(word, BVM_NUM_CLASSES - 1, &class) || !class)
		return -EPROTO;
	if (result->num_requests == ASKED_MAX)
		return -E2BIG;
	ask->allow[result->num_requests] = allow;
	ask->test[result->num_requests] = (unsigned int)test;
	/* those of a test follow each other */
	if (!result->num_requests ||
	    ask->test[result->num_requests - 1] != test)
		result->num_asked++;
	result->num_requests++;
	return take_request(ask, (unsigned int)class, &words);
}

static int take_lines(struct ask *ask, struct text *lines)
{
	char *line = lines->len ? lines->data : NULL, *next;
	int err = 0;

	for (; line && !err; line = next) {
		next = text_next_line(line);
		err = take_line(ask, line);
	}
	if (!err && ask->bytes.len > BAILIFF_DECIDE_MAX_BATCH)
		err = -E2BIG;
	return err;
}

/* ---- answers out ---- */

static int exchange(struct kfs *kfs, const struct text *bytes,
		    struct bailiff_decide_answer *answers, size_t size)
{
	int fd = kfs->ops->open(kfs, "decide", O_RDWR), err;
	ssize_t got;

	if (fd < 0)
		return fd;
	err = kfs->ops->write(kfs, fd, bytes->data, bytes->len);
	if (!err) {
		got = read(fd, answers, size);
		if (got < 0)
			err = -errno;
		else if ((size_t)got != size)
			err = -EPROTO;
	}
	close(fd);
	return err;
}

static void compare(struct ask *ask,
		    const struct bailiff_decide_answer *answers,
		    struct text *wrong)
{
	unsigned int i;

	for (i = 0; i < ask->result->num_requests; i++) {
		if (!answers[i].err == ask->allow[i])
			continue;
		ask->result->num_wrong++;
		text_printf(wrong, "test %u is to be %s, and is %s\n",
			    ask->test[i] + 1,
			    ask->allow[i] ? "allowed" : "denied",
			    answers[i].err ? "denied" : "allowed");
	}
}

int kdecide_run(struct kfs *kfs, const char *policy, struct text *lines,
		struct kdecide *result, struct text *wrong)
{
	struct bailiff_decide_header head = { .magic = BAILIFF_DECIDE_MAGIC };
	struct bailiff_decide_answer *answers;
	struct ask ask = { .result = result };
	int err = -ENOMEM;

	memset(result, 0, sizeof(*result));
	ask.allow = calloc(ASKED_MAX, sizeof(*ask.allow));
	ask.test = calloc(ASKED_MAX, sizeof(*ask.test));
	answers = calloc(ASKED_MAX, sizeof(*answers));
	snprintf(head.policy, sizeof(head.policy), "%s", policy);
	text_add_bytes(&ask.bytes, &head, sizeof(head));
	if (ask.allow && ask.test && answers && ask.bytes.data)
		err = take_lines(&ask, lines);
	if (!err && result->num_requests) {
		head.num_requests = result->num_requests;
		memcpy(ask.bytes.data, &head, sizeof(head));
		err = exchange(kfs, &ask.bytes, answers,
			       result->num_requests * sizeof(*answers));
	}
	if (!err)
		compare(&ask, answers, wrong);
	text_free(&ask.bytes);
	free(ask.allow);
	free(ask.test);
	free(answers);
	return err;
}
