#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
#
# usage: fuzz.sh
#
# What `make test` has no time for, in the guest: the storm, the flood, the
# search for leaks and the fuzzing of securityfs, each with its full numbers.
# FUZZ_HOURS says how long the fuzzing goes on (1); GUEST_FLAVOUR which kernel.
set -euo pipefail
. "$(dirname "${BASH_SOURCE[0]}")/common.sh"

hours=${FUZZ_HOURS:-1}
[[ $hours =~ ^[0-9]+$ ]] || die "FUZZ_HOURS: '$hours' is not a number"
export GUEST_FUZZ_SECONDS=$((hours * 3600))
export GUEST_STORM=300 GUEST_FLOOD=10000000
export GUEST_LEAKS_LOADS=100000 GUEST_LEAKS_CYCLES=10000 GUEST_LEAKS_JOINS=10000
# A file, whatever its time-out, may then take as long as all of them.
export GUEST_PATIENCE=$(((GUEST_FUZZ_SECONDS + 10800) / 60))
exec "$guest_dir/suite.sh" storm storm-wide flood leaks fsfuzz
