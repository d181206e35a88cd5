#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
#
# usage: record.sh [NAME...]
#
# Records what the services do that the includes of their policies do not allow, in
# the guest, and keeps each different event once, as tests/policy/log/NAME.json:
# what policyc learn is given (tests/policy/shipped.sh). Build first: make binaries
# guest-binaries, tests/guest/kernel.sh build.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/../../.."
dir=$PWD/build/record
mkdir -p "$dir"
rm -f "$dir"/*.json
tests/guest/services/host.sh
GUEST_RECORD=$dir GUEST_SERVICES="$*" tests/guest/run.sh --timeout 900 --rw "$dir" -- \
	tests/guest/in-guest.sh tests/guest/t/services.sh
# Of what is in one directory, or comes from one address, eight will do: four make
# learn guess, and a database has hundreds.
for file in "$dir"/*.json; do
	jq -c -s 'map(select(.outcome == "would-deny") | del(.container, .cgroup, .errno, .lost,
		.repeated, .file, .line)) |
		unique_by([.class, .op, .object, .detail, .exe, .uid]) |
		group_by([.class, .op, (.object // "" | sub("(?<a>[/.])[^/.]*$"; "\(.a)")),
			.exe, .uid]) | map(.[:8][]) | sort_by(.seq)[]' \
		"$file" > "tests/policy/log/$(basename "$file")"
done
wc -l tests/policy/log/*.json
