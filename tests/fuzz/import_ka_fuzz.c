// SPDX-License-Identifier: GPL-2.0-only
/*
 * import_ka_fuzz.c - any bytes are a KubeArmorPolicy or are refused, and what
 * is made of one is a policy
 */
#include "policyc/import_ka.h"
#include "tests/fuzz/imported.h"

int LLVMFuzzerTestOneInput(const u8 *data, size_t len);

int LLVMFuzzerTestOneInput(const u8 *data, size_t len)
{
	return imported(import_ka_read, data, len);
}
