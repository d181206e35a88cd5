#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
. "$BAILIFF_TOP/tests/guest/lib.sh"

like "$(cat /sys/kernel/security/lsm)" '(^|,)bailiff(,|$)' "bailiff is active"
succeeds "its directory exists" test -d /sys/kernel/security/bailiff
is "$(nproc)" 2 "two processors, so that races can be lost"
done_testing
