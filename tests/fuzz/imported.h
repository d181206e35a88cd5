/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * imported.h - what an import makes of any bytes is a policy
 */
#ifndef TESTS_FUZZ_IMPORTED_H
#define TESTS_FUZZ_IMPORTED_H

#include "policyc/import_out.h"

/* Has read make a policy of the bytes, unless it refuses them. Return: 0. */
int imported(void (*read)(struct import *im, const struct source *source),
	     const u8 *data, size_t len);

#endif /* TESTS_FUZZ_IMPORTED_H */
