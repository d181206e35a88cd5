// SPDX-License-Identifier: GPL-2.0-only
/*
 * import_unit_fuzz.c - any bytes are a unit or are refused, and what is made
 * of a unit is a policy
 */
#include "policyc/import_unit.h"
#include "tests/fuzz/imported.h"

int LLVMFuzzerTestOneInput(const u8 *data, size_t len);

int LLVMFuzzerTestOneInput(const u8 *data, size_t len)
{
	return imported(import_unit_read, data, len);
}
