# shellcheck shell=bash
# SPDX-License-Identifier: GPL-2.0-only
#
# timeout: 300
# boot: own
# clock: host
#
# What `make demo` tells, as a test: nginx confined in a container, taken over,
# reloaded under load, its daemon killed.
STORY_TAP=1 exec "$BAILIFF_TOP/tests/guest/demo/guest.sh"
