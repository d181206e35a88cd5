#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
#
# usage: removed.sh list | all | ID...
#
# Takes one promise after the other out of the kernel module (removed.mut), in a
# copy of the checkout, and runs the tests of the guest on what is left. Each
# must make some fail, among them the one that its row names. Says which failed.
# The tests: that one, and REMOVED_TESTS (those of t/ that are about the module
# if not set; empty: that one alone), each in a boot of its own: what is removed
# may make one hang.
# Ends with "N passed, N failed".
set -euo pipefail
. "$(dirname "${BASH_SOURCE[0]}")/common.sh"

list=$guest_dir/removed.mut
work=$guest_top/build/removed
tests=${REMOVED_TESTS-lsm-verdict lsm-files lsm-join lsm-stack lsm-net lsm-outside reload escape escape-append story}

# copy ID: the checkout as it is, with one file changed. What make built for the
# guest comes along: only the kernel is made of lsm/.
copy()
{
	local tree=$work/$1/tree

	rm -rf "$tree"
	mkdir -p "$tree/build/test"
	git ls-files -z --cached --others --exclude-standard |
		rsync --archive --from0 --files-from=- . "$tree/"
	cp -a build/bin build/guest "$tree/build/"
	cp "$work/planted/$1"/lsm/* "$tree/lsm/"
	# one kernel will do
	sed -i '/^# also: /d' "$tree"/tests/guest/t/*.sh
}

# judge ID MUST LOG: which tests failed, and did the one that must?
judge()
{
	local failed

	# one that did not run has seen nothing
	failed=$(sed -n 's/^FAIL \([a-z-]*\)\.sh: \([0-9]* of [0-9]*\),.*/\1 (\2)/p' "$3" |
		paste -sd, | sed 's/,/, /g')
	if [[ ", $failed" == *", $2 ("* ]]; then
		echo "ok   $1: $failed"
		return 0
	fi
	echo "FAIL $1: $2 did not fail; ${failed:-nothing did}"
	tail -n 20 "$3" | sed 's/^/    | /'
	return 1
}

# run ID MUST
run()
{
	local log=$work/$1/log test

	copy "$1"
	: > "$log"
	for test in $2 $tests; do
		[ "$test" != "$2" ] || ! grep -q "^guest: " "$log" || continue
		(cd "$work/$1/tree" && tests/guest/suite.sh "$test") >> "$log" 2>&1 || :
	done
	rm -rf "$work/$1/tree"
	judge "$1" "$2" "$log"
}

cd "$guest_top"
[ $# -gt 0 ] || { sed -n 's/^# usage: /usage: /p' "$0" >&2; exit 2; }
rm -rf "$work/planted"
mkdir -p "$work"
awk -v to="$work/planted" -v from=lsm -f tests/mutants/plant.awk "$list" > "$work/all"
if [ "$1" = list ]; then
	awk '{ print $1, $2, "must fail:", $3 }' "$work/all"
	exit 0
fi
if [ ! -x build/bin/bailiffd ] || [ ! -x build/guest/act ]; then
	die "run 'make binaries guest-binaries' first"
fi
passed=0
failed=0
while read -r id _ must _; do
	[ "$1" = all ] || [[ " $* " == *" $id "* ]] || continue
	if run "$id" "$must"; then
		passed=$((passed + 1))
	else
		failed=$((failed + 1))
	fi
done < "$work/all"
echo "$passed passed, $failed failed"
[ "$failed" = 0 ] && [ "$passed" -gt 0 ]
