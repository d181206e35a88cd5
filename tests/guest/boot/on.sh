#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
. "$BAILIFF_TOP/tests/guest/lib.sh"

like "$(cat /sys/kernel/security/lsm)" '(^|,)bailiff(,|$)' "bailiff is active"
succeeds "its directory exists" test -d /sys/kernel/security/bailiff
done_testing
