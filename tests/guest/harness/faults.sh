#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
#
# On the host: does each pattern of tests/guest/faults find what it is for, and
# nothing in what a healthy guest says? Does each have a line that shows it?
top=$(cd "$(dirname "${BASH_SOURCE[0]}")/../../.." && pwd)
. "$top/tests/guest/lib.sh"
guest=$top/tests/guest

finds() { printf '%s\r\n' "$@" | "$guest/find-faults.sh" > /dev/null; }

while IFS= read -r pattern; do
	lines=$(grep -v '^#' "$guest/harness/fault-lines" |
		PATTERN=$pattern awk -F '\t' '$1 == ENVIRON["PATTERN"] { print $2 }')
	[ -n "$lines" ] && ok "a line shows: $pattern" ||
		not_ok "no line shows: $pattern"
done < <(grep -v '^#' "$guest/faults")

while IFS=$'\t' read -r pattern line; do
	succeeds "'$pattern' is looked for" grep -q -x -F -- "$pattern" "$guest/faults"
	succeeds "and finds '${line:0:60}'" grep -q -E -- "$pattern" <<< "$line"
	succeeds "which is a fault" finds "[    9.0] random: crng init done" "$line"
done < <(grep -v '^#' "$guest/harness/fault-lines")

fails "a healthy guest has none" finds \
	'[    0.000000] Linux version 6.12.95 (root@guest) (gcc 12) #1 SMP PREEMPT_DYNAMIC' \
	'[    0.000000] BIOS-provided physical RAM map:' \
	'[    0.000000] debug: ignoring loglevel setting.' \
	'[    0.021000] LSM: initializing lsm=lockdown,capability,landlock,yama,bailiff' \
	'[    0.021000] lockdep: fixing up alternatives.' \
	'[    1.500000] rcu: Hierarchical SRCU implementation.' \
	'[    2.000000] kmemleak: Kernel memory leak detector initialized (mem pool available: 15679)' \
	'[    3.000000] Warning: unable to open an initial console.'
fails "nor have names in an audit record" finds \
	'[   12.000000] audit: type=1400 audit(1.0:2): op=exec name="BUG: WARNING: Oops: "'
succeeds "a fault that speaks of one is a fault" finds \
	'[   12.000000] BUG: KASAN: wild-access; audit: type=1400'
is "$(printf 'a\n[ 1.0] audit: type=1 BUG: \nWARNING: x\n' | "$guest/find-faults.sh")" \
	'3:WARNING: x' "lines are numbered as in the log"

# What a guest cannot start without is named with its package.
tools=$(mktemp -d)
trap 'rm -rf "$tools"' EXIT
for dir in /usr/sbin /sbin /usr/bin /bin; do
	for file in "$dir"/*; do
		[ -e "$tools/${file##*/}" ] || ln -s "$file" "$tools/${file##*/}"
	done
done
# missing COMMAND PACKAGE SCRIPT [ARGUMENT...]: without it there is no guest.
missing()
{
	local command=$1 package=$2
	shift 2

	mv "$tools/$command" "$tools/.gone"
	# /usr/sbin and /sbin are looked at, too, where none of these is.
	run env PATH="$tools" "$@"
	mv "$tools/.gone" "$tools/$command"
	is "$status" 125 "without $command ${1##*/} does nothing"
	like "$err" "'$command' is missing: install the package $package," \
		"its package is named"
}
missing qemu-system-x86_64 qemu-system-x86 "$guest/run.sh" -- /bin/true
missing cpio cpio "$guest/run.sh" -- /bin/true
[ -e /usr/sbin/busybox ] || [ -e /sbin/busybox ] ||
	missing busybox busybox-static "$guest/run.sh" -- /bin/true
for tool in gcc make bc flex bison rsync; do
	missing $tool $tool "$guest/kernel.sh" build
done
missing crun crun "$guest/demo/run.sh"
missing ab apache2-utils "$guest/demo/run.sh"

cache=$(mktemp -d)
for place in "$cache" "$cache/not/there" /etc/passwd; do
	KERNEL_SRC=$place XDG_CACHE_HOME=$cache run "$guest/kernel.sh" build
	[ "$status" != 0 ] && ok "no kernel is made of $place" || not_ok "a kernel of $place"
	like "$err" "KERNEL_SRC: $place is not a kernel source" "and KERNEL_SRC is named"
done
rm -rf "$cache"
done_testing
