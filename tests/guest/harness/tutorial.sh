#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
#
# not: debug it uses the fast kernel
#
# What docs/quick-start.md and docs/tutorial.md say, done: each of their commands, in
# order, in a directory of its own, has to print what the page shows. A stopwatch
# says how long each step takes here.
top=$(cd "$(dirname "${BASH_SOURCE[0]}")/../../.." && pwd)
. "$top/tests/guest/lib.sh"
unset POLICY RUN ENFORCE SECONDS_MAX MAKEFLAGS MAKELEVEL MFLAGS
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

# `make try` leaves its records in build/try: harness/try.sh does, too.
exec 9> "$top/build/try.lock"
flock 9
cd "$work" || exit 1
ln -s "$top/policies" .

# here COMMAND: as one has to say it who does not stand in the checkout
here()
{
	sed "s,build/,$top/build/,g
		s,make try POLICY=,make -s -C $top try POLICY=$work/," <<< "$1"
}

# split FILE...: of each command of the pages N.command and N.shown, and the headings
# as N.step. A command goes on in the lines that begin with "> ".
split()
{
	awk '
	FNR == 1 { step = "0. Quick start"; on = 0 }
	/^## / { step = substr($0, 4); on = 0; next }
	/^    \$ / { n++; on = 1; print substr($0, 7) > (n ".command")
		print step > (n ".step"); printf "" > (n ".shown"); next }
	on && /^    > / { print substr($0, 7) > (n ".command"); next }
	on && /^    / { print substr($0, 5) > (n ".shown"); next }
	on && /^$/ { next }
	{ on = 0 }
	END { print n + 0 }' "$@"
}

# total STEP: seconds of its commands
total()
{
	awk -v step="$1" -F'\t' '$1 == step { sum += $2 } END { print sum + 0 }' seconds
}

commands=$(split "$top/docs/quick-start.md" "$top/docs/tutorial.md")
like "$commands" '^[1-9]' "the pages have commands"
: > seconds
for ((i = 1; i <= commands; i++)); do
	command=$(cat $i.command)
	started=$SECONDS
	bash -c "$(here "$command")" > $i.out 2>&1 < /dev/null
	printf '%s\t%s\n' "$(cat $i.step)" $((SECONDS - started)) >> seconds
	sed "/^make/d; s,$work/,,g; s,$top/,,g" $i.out > $i.printed
	succeeds "${command%%$'\n'*}" awk -f "$top/tests/policy/tour.awk" $i.shown $i.printed
	[ "$status" = 0 ] || diag "$(cat $i.printed)"
done
while read -r step; do
	diag "$(total "$step") s: $step"
done < <(cut -f1 seconds | uniq)
all=$(awk -F'\t' '{ sum += $2 } END { print sum }' seconds)
diag "$all s in all"
# "your own policy in five minutes", and what a busy machine makes of them
succeeds "all of it takes five minutes at most" test "$all" -le "$(patient 300)"

run awk -f "$top/tests/messages.awk" "$top/docs/troubleshooting.md" \
	"$top"/daemon/*.c "$top"/lsm/*.c
is "$status" 0 "each message of docs/troubleshooting.md is one of ours"
[ "$status" = 0 ] || diag "$out"
done_testing
