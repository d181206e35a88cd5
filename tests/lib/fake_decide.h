/* SPDX-License-Identifier: GPL-2.0-only */
/* fake_decide.h - the file `decide` of the made-up kernel, by the interpreter */
#ifndef TESTS_FAKE_DECIDE_H
#define TESTS_FAKE_DECIDE_H

#include <stdbool.h>
#include <stddef.h>

struct fake_kernel;

struct fake_decide {
	bool is_there;
	int err; /* what a write answers, if not 0 */
	unsigned int lie_at; /* request whose answer is turned, from 1; 0: none */
	bool cut; /* an answer less than there should be */
	unsigned int num_requests; /* of the last write */
	unsigned int num_strings; /* that were there in it */
};

extern struct fake_decide fake_decide;

/*
 * Decide what was written. Return: 0 and bailiff_decide_answers in *answers, which
 * the caller frees; -errno as the kernel.
 */
int fake_decide_write(struct fake_kernel *kernel, const void *data, size_t len,
		      void **answers, size_t *answers_len);

#endif /* TESTS_FAKE_DECIDE_H */
