#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
#
# not: debug it uses the fast kernel
#
# A machine is rebooted: containers that start with it, before bailiffd does or
# after, are refused or confined from their first process on, and never free.
BAILIFF_TOP=$(cd "$(dirname "${BASH_SOURCE[0]}")/../../.." && pwd)
. "$BAILIFF_TOP/tests/guest/lib.sh"
. "$BAILIFF_TOP/tests/guest/reboot.sh"

reboot_guest reboot-guest.sh
done_testing
