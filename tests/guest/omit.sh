#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
#
# usage: omit.sh FILE HOOK...
#
# In a guest that was booted with bailiff.omit=1: runs a test file with every
# hook in its place, which must pass; then once more for each HOOK, without it,
# which must fail: the first claim that does ends it. Prints a line for each run:
#
#	base FILE CLAIMS SECONDS
#	noticed HOOK SECONDS: the claim that failed
#	missed HOOK CLAIMS SECONDS
#	broken WHY		nothing after it was run
#	dirty HOOK WHY		what this run left could not be cleared: nor was
#				anything after it
#
# The status is 0 if it came to the end.
set -uo pipefail
cd "$BAILIFF_TOP" || exit 1
. tests/guest/pace.sh
export PATH=$BAILIFF_TOP/build/bin:$PATH
fs=/sys/kernel/security/bailiff
log=/run/omit.log
limit=

# put "on HOOK" or "off HOOK"
put()
{
	printf '%s' "$1" 2> /dev/null > "$fs/omit" && return
	echo "broken $fs/omit does not take '$1'"
	exit 1
}

# play FILE: a mount namespace of its own, since mounts may go wrong. Sets
# seconds, claims, bad and status.
play()
{
	local started=$SECONDS

	status=0
	timeout -k 5 "$limit" unshare -m --propagation private bash "$1" \
		> "$log" 2>&1 < /dev/null || status=$?
	seconds=$((SECONDS - started))
	claims=$(grep -c -E '^(not )?ok [0-9]' "$log")
	bad=$(grep -c '^not ok [0-9]' "$log")
}

first_failure()
{
	sed -n 's/^not ok [0-9]* - //p' "$log" | head -n 1 | cut -c 1-90
}

why_none()
{
	[ "$status" != 124 ] || echo "ran out of time"
	[ "$status" = 124 ] || echo "status $status: $(tail -n 1 "$log" | cut -c 1-70)"
}

# What runs and is not this script, nor one of those that started it.
kill_rest()
{
	local ours pid=$BASHPID p

	ours=" 1 $(cat /run/guest/runner /run/guest/copier 2> /dev/null | paste -sd' ') "
	while [ "$pid" -gt 1 ]; do
		ours+="$pid "
		pid=$(awk '/^PPid:/ { print $2 }' "/proc/$pid/status")
	done
	for p in /proc/[0-9]*; do
		pid=${p#/proc/}
		[[ $ours != *" $pid "* ]] || continue
		[ -e "$p/exe" ] || continue # the kernel's own
		kill -9 "$pid" 2> /dev/null
	done
	sleep 0.3
}

# Says what is left, if anything is.
clear_rest()
{
	local name left

	kill_rest
	while read -r name; do
		printf 'cgroup=%s' "$name" 2> /dev/null > "$fs/unbind"
	done < <(sed -n 's/.*cgroup=\([0-9]*\).*/\1/p' "$fs/bindings")
	for name in "$fs"/policies/*/; do
		[ -d "$name" ] || continue
		name=${name%/}
		printf '%s' "${name##*/}" 2> /dev/null > "$fs/unload"
	done
	find /sys/fs/cgroup -mindepth 1 -depth -type d -exec rmdir {} + 2> /dev/null
	ipcrm --all 2> /dev/null
	rm -f /dev/mqueue/* 2> /dev/null
	left=$(ls "$fs/policies")
	[ -z "$left" ] || echo "policies: $left"
}

file=$1
shift
limit=$(time_limit "$file")
play "$file"
if [ "$status" != 0 ] || [ "$bad" != 0 ]; then
	echo "broken $file fails with every hook: $(first_failure) $(why_none)"
	exit 1
fi
echo "base $file $claims $seconds"
limit=$((seconds * 3 + 15))
export TAP_FIRST=1
for hook in "$@"; do
	rest=$(clear_rest)
	if [ -n "$rest" ]; then
		echo "dirty ${last:-base} $rest"
		exit 1
	fi
	put "off $hook"
	play "$file"
	put "on $hook"
	if [ "$bad" != 0 ]; then
		echo "noticed $hook $seconds: $(first_failure)"
	elif [ "$status" != 0 ]; then
		echo "noticed $hook $seconds: $(why_none)"
	else
		echo "missed $hook $claims $seconds"
	fi
	last=$hook
done
