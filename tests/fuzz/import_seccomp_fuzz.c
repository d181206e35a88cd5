// SPDX-License-Identifier: GPL-2.0-only
/*
 * import_seccomp_fuzz.c - any bytes are a seccomp profile or are refused, and
 * what is made of a profile is a policy
 */
#include "policyc/import_seccomp.h"
#include "tests/fuzz/imported.h"

int LLVMFuzzerTestOneInput(const u8 *data, size_t len);

int LLVMFuzzerTestOneInput(const u8 *data, size_t len)
{
	return imported(import_seccomp_read, data, len);
}
