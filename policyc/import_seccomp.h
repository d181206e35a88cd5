/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * import_seccomp.h - a seccomp profile of OCI runtimes as `syscalls`
 *
 * It is the profile that Docker and others take by itself, or the
 * "linux.seccomp" of a config.json.
 */
#ifndef POLICYC_IMPORT_SECCOMP_H
#define POLICYC_IMPORT_SECCOMP_H

#include "import_out.h"

void import_seccomp_read(struct import *im, const struct source *source);

#endif /* POLICYC_IMPORT_SECCOMP_H */
