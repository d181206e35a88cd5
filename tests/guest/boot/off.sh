#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# append: bailiff=off
. "$BAILIFF_TOP/tests/guest/lib.sh"

unlike "$(cat /sys/kernel/security/lsm)" 'bailiff' "bailiff=off leaves it out"
fails "its directory does not exist" test -e /sys/kernel/security/bailiff
done_testing
