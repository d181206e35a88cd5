/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * load.h - from the bytes of an image to a policy that can decide
 */
#ifndef BAILIFF_LOAD_H
#define BAILIFF_LOAD_H

#include "policy.h"

/*
 * Parse, check, verify, lower and compile an image. Takes over bytes (from
 * kvmalloc), also when it fails. Sleeps. Returns an owned policy that is not
 * published yet, or ERR_PTR with err->text saying why:
 *
 *   -EINVAL           malformed, or the verifier refuses a program
 *   -EMSGSIZE         truncated, or followed by other bytes
 *   -E2BIG            past a limit
 *   -EPROTONOSUPPORT  another version
 *   -EOPNOTSUPP       an operation that this kernel does not mediate
 *   -ENOMEM
 */
struct bailiff_policy *bailiff_load(void *bytes, size_t len,
				    struct bvm_error *err);

#endif /* BAILIFF_LOAD_H */
