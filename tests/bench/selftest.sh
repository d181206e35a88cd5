#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
#
# Does `make bench UBPF=` work? With an imitation of uBPF that is our own
# interpreter, and some that are broken. Nothing is measured.
# Ends with "N passed, N failed".
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/../.."

read -ra cc <<< "${CC:-gcc}"
bench=$PWD/build/bench/exec_bench
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
passed=0
failed=0

# compile NAME FLAG...: an archive, with the interpreter.
compile()
{
	local name=$1 file
	shift

	for file in tests/bench/fake_ubpf.c vm/exec.c; do
		"${cc[@]}" -std=gnu11 -D_GNU_SOURCE -I. -O2 -fPIC "$@" -c \
			-o "$work/$(basename "$file" .c).o" "$file"
	done
	rm -f "$work/$name.a"
	ar rcs "$work/$name.a" "$work/fake_ubpf.o" "$work/exec.o"
}

# check WHAT STATUS TEXT LIBRARY: of `exec_bench -c LIBRARY`.
check()
{
	local status=0

	"$bench" -c "$4" > "$work/log" 2>&1 || status=$?
	if [ "$status" = "$2" ] && grep -q -F "$3" "$work/log"; then
		passed=$((passed + 1))
		echo "ok   $1"
	else
		failed=$((failed + 1))
		echo "FAIL $1: status $status"
		sed 's/^/    /' "$work/log"
	fi
}

compile fake
library=$(tests/bench/shared.sh "$work/fake.a" "$work/fake.so")
check 'an archive is made a library, and gives our results' 0 'the results are the same' "$library"
library=$(tests/bench/shared.sh "$work/fake.so" "$work/other.so")
check 'a library is taken as it is' 0 'the results are the same' "$library"
for fault in 'WRONG:gives another result' 'SHORT:has no ubpf_exec' 'PICKY:the fake takes none'; do
	compile "${fault%%:*}" "-DFAKE_${fault%%:*}"
	library=$(tests/bench/shared.sh "$work/${fault%%:*}.a" "$work/${fault%%:*}.so")
	check "one that ${fault#*:} is refused" 1 "${fault#*:}" "$library"
done
check 'one that is not there is refused' 1 'ubpf: ' "$work/none.so"
echo "$passed passed, $failed failed"
[ "$failed" = 0 ]
