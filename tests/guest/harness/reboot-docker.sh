#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
#
# group: runtimes
# not: debug it uses the fast kernel
#
# Containers that docker starts with the machine (restart=always): refused or
# confined from their first process on, with bailiffd and without.
BAILIFF_TOP=$(cd "$(dirname "${BASH_SOURCE[0]}")/../../.." && pwd)
. "$BAILIFF_TOP/tests/guest/lib.sh"
. "$BAILIFF_TOP/tests/guest/reboot.sh"

reboot_guest reboot-docker-guest.sh 300
done_testing
