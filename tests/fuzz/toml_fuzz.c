// SPDX-License-Identifier: GPL-2.0-only
/* toml_fuzz.c - what container engines are configured by: any bytes */
#include <assert.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "daemon/toml.h"
#include "tests/fuzz/memfile.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* All three can be read to their ends; names are without what is stripped. */
static void use(void *arg, const char *table, const char *key,
		const char *value)
{
	size_t *told = arg;

	assert(!strpbrk(key, "\"'") && !strpbrk(table, "\"']"));
	*told += strlen(table) + strlen(key) + strlen(value);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	size_t told = 0;

	if (toml_read(memfile(data, size), use, &told))
		abort();
	return 0;
}
