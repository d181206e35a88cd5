#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
#
# usage: in-guest.sh FILE...
#
# Runs TAP producers one after another, in the guest, each with a time-out of
# its own: "# timeout: SECONDS" in the file, 60 without, as pace.sh has it.
# Marks where each begins and ends for tap.awk.
set -uo pipefail

cd "$BAILIFF_TOP" || exit 1
. tests/guest/pace.sh
export PATH=$BAILIFF_TOP/build/bin:$PATH
for file in "$@"; do
	name=${file##*/}
	started=$SECONDS
	echo "#: begin $name"
	timeout -k 5 "$(time_limit "$file")" bash "$file" 2>&1 < /dev/null
	echo "#: end $name $? $((SECONDS - started))"
done
