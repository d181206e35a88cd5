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

# A daemon takes over what is loaded, with its selectors: what a test left behind
# would be another test's. What still has tasks stays.
forget_policies()
{
	local fs=/sys/kernel/security/bailiff name

	[ -e $fs/bindings ] || return 0
	while read -r name; do
		printf 'cgroup=%s' "$name" 2> /dev/null > $fs/unbind
	done < <(sed -n 's/.*cgroup=\([0-9]*\).*/\1/p' $fs/bindings)
	for name in $fs/policies/*/; do
		name=${name%/}
		printf '%s' "${name##*/}" 2> /dev/null > $fs/unload
	done
}

for file in "$@"; do
	name=${file##*/}
	started=$SECONDS
	echo "#: begin $name"
	timeout -k 5 "$(time_limit "$file")" bash "$file" 2>&1 < /dev/null
	echo "#: end $name $? $((SECONDS - started))"
	forget_policies 2> /dev/null || :
done
