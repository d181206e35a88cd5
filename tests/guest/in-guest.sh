#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
#
# usage: in-guest.sh FILE...
#
# Runs TAP producers one after another, in the guest, each with a time-out of
# its own: "# timeout: SECONDS" in the file, 60 without, GUEST_PATIENCE times.
# Marks where each begins and ends for tap.awk.
set -uo pipefail

cd "$BAILIFF_TOP" || exit 1
export PATH=$BAILIFF_TOP/build/bin:$PATH
for file in "$@"; do
	name=${file##*/}
	limit=$(sed -n 's/^# timeout: *\([0-9]*\).*/\1/p' "$file" | head -n 1)
	limit=$((${limit:-60} * ${GUEST_PATIENCE:-1}))
	[ "${GUEST_FLAVOUR:-fast}" != debug ] || limit=$((limit * 4))
	started=$SECONDS
	echo "#: begin $name"
	timeout -k 5 "$limit" bash "$file" 2>&1 < /dev/null
	echo "#: end $name $? $((SECONDS - started))"
done
