# shellcheck shell=bash
# SPDX-License-Identifier: GPL-2.0-only
#
# boot: own
# smp: 4
# timeout: 150
#
# The storm on four CPUs.
. "$BAILIFF_TOP/tests/guest/t/storm.sh"
