#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
#
# usage: run.sh [DIRECTORY...]
#
# Replays the .data files of this directory, and of DIRECTORYs or those that
# BVM_CONFORMANCE names (with ':' between), in two ways: all in one process,
# raw and lowered; and one by one through bvm-plugin, as the public suite's
# runner would. BVM_PUBLIC names the public suite, which must have as many of each
# sort as BVM_PUBLIC_EXPECT says (256,57,45).
# Ends with "N passed, N failed".
set -euo pipefail
own=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
top=$own/../..
runner=${RUNNER:-$top/build/bin/bvm-conformance}
plugin=${PLUGIN:-$top/build/bin/bvm-plugin}
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
passed=0
failed=0

pass()
{
	passed=$((passed + 1))
}

fail()
{
	failed=$((failed + 1))
	echo "FAIL $*"
}

# bytes HEX: two blanks between bytes, as the public runner has it.
bytes()
{
	[ "$1" = - ] || sed 's/../&  /g; s/  $//' <<< "$1"
}

# start PROGRAM [ARGUMENT...]: the plugin's answer is in out and why.
start()
{
	local program=$1
	shift

	status=0
	printf '%s\n' "$program" |
		"$plugin" "$@" > "$work/out" 2> "$work/why" || status=$?
}

# answers NAME RESULT: 0, the result in hex and nothing else.
answers()
{
	local r0

	r0=$(cat "$work/out")
	if [ "$status" = 0 ] && [ ! -s "$work/why" ] &&
	   [[ $r0 =~ ^[0-9a-f]+$ ]] && [ $((0x$r0)) = $(($2)) ]; then
		pass
	else
		fail "$1: status $status, '$r0', expected $2; $(cat "$work/why")"
	fi
}

# refuses NAME STATUS [WORDS]: that status, nothing on stdout, words on stderr.
refuses()
{
	if [ "$status" = "$2" ] && [ ! -s "$work/out" ] &&
	   grep -q -- "${3:-.}" "$work/why"; then
		pass
	else
		fail "$1: status $status, '$(cat "$work/out" "$work/why")'"
	fi
}

# one CLASS NAME MEM RESULT PROGRAM
one()
{
	local arguments=()

	[ "$3" = - ] || arguments+=("$(bytes "$3")")
	start "$(bytes "$5")" "${arguments[@]}"
	if [ "$1" = core ]; then
		answers "$2" "$4"
	else
		refuses "$2" 1 refused
	fi
}

# Lines of a table; one that was there already, as a file, is not run again.
declare -A seen
tables()
{
	local name cpu groups num class flags mem result program

	while IFS=$'\t' read -r name cpu groups num class flags mem result program; do
		[ "$name" != name ] || continue
		[ -z "${seen[$name $mem $program]-}" ] || continue
		seen[$name $mem $program]=1
		one "$class" "$name" "$mem" "$result" "$program"
	done
	: "$cpu $groups $num $flags"
}

# directory PATH [OPTION...]
directory()
{
	local name program rest

	seen=()
	if "$runner" "${@:2}" "$1" > "$work/all"; then
		pass
	else
		fail "$1"
		sed 's/^/    /' "$work/all"
	fi
	tail -n 1 "$work/all" | sed "s|^|$1: |"
	"$runner" --list "$1" > "$work/list"
	tables < "$work/list"
	[ ! -f "$1/index.tsv" ] || tables < "$1/index.tsv"
	[ -f "$1/negative.tsv" ] || return 0
	while IFS=$'\t' read -r name program rest; do
		[ "$name" = name ] || one negative "$name" - - "$program"
	done < "$1/negative.tsv"
	: "$rest"
}

# What is no test of the suite, but what somebody may type.
protocol()
{
	local exit_7="b7 00 00 00 07 00 00 00 95 00 00 00 00 00 00 00"

	start "$exit_7" && answers 'single blanks' 7
	start "${exit_7// /}" && answers 'no blanks' 7
	start "${exit_7^^}" && answers 'capitals' 7
	start "$exit_7" "" && answers 'empty memory' 7
	start "bf 20 00 00 00 00 00 00  95 00 00 00 00 00 00 00" "00  01  02" &&
		answers 'the length of memory' 3
	start "b7 00 00 00 ff ff ff ff 95 00 00 00 00 00 00 00" &&
		answers 'all 64 bits' 0xffffffffffffffff
	start "" && refuses 'no program' 2 '0 bytes'
	start "b7 00 00" && refuses 'half an instruction' 2 '3 bytes'
	start "b7 0" && refuses 'half a byte' 2 'two hex digits'
	start "mov %r0, 1" && refuses 'text' 2 'two hex digits'
	start "$exit_7" "0g" && refuses 'bad memory' 2 'memory'
	start "$exit_7" --elf && refuses 'ELF' 2 'ELF'
	start "$exit_7" "00" --frob && refuses 'an option' 2 "no option '--frob'"
	start "$(printf '95 00 00 00 00 00 00 00 %.0s' {1..4097})" &&
		refuses 'too long' 2 'over 32768 bytes'
	start "95 00 00 00 00 00 00 00" && refuses 'r0 not set' 1 'r0 is not set'
}

# A missing or empty directory must not read as one that passed.
runner_itself()
{
	mkdir "$work/empty"
	for path in "$work/empty" "$work/missing"; do
		if "$runner" "$path" > /dev/null 2> "$work/why"; then
			fail "$path passed"
		else
			pass
		fi
	done
	mkdir "$work/below" "$work/below/negative"
	printf -- '-- asm\nmov %%r0, 2\nexit\n-- result\n2\n' \
		> "$work/below/x.data"
	{
		printf 'name\tcpu\tgroups\tninsn\tclass\tflags\tmem\tresult\tprog\n'
		printf 'z\tv1\tbase32\t2\tcore\t-\t-\t0x1\t8510000000000000950000\n'
	} > "$work/empty/index.tsv"
	if "$runner" "$work/empty" > "$work/why"; then
		fail 'half an instruction in a table passed'
	else
		pass
	fi
	rm "$work/empty/index.tsv"
	printf -- '-- raw\n07 00 01 00 00 00 00 00\n95 00 00 00 00 00 00 00\n' \
		> "$work/below/negative/y.data"
	"$runner" "$work/below" > "$work/why" || :
	if grep -q '^1 right, 0 refused, 1 in error refused, 0 wrong$' "$work/why"; then
		pass
	else
		fail "directories below: $(cat "$work/why")"
	fi
	for numbers in 1,0,1 2,0,1 1,1,1 1,0,0 1,0,2 1,0 '1,0,1 ' x; do
		status=0
		"$runner" --expect "$numbers" "$work/below" > /dev/null 2>&1 || status=$?
		case $numbers in
		1,0,1) wanted=0 ;;
		?,?,?) wanted=1 ;;
		*) wanted=2 ;;
		esac
		if [ $status = $wanted ]; then
			pass
		else
			fail "--expect '$numbers' ends with $status"
		fi
	done
	printf -- '-- asm\nmov %%r0, 1\nexit\n-- result\n2\n' > "$work/empty/x.data"
	if "$runner" "$work/empty" > "$work/why"; then
		fail 'a wrong result passed'
	else
		pass
	fi
}

IFS=: read -r -a others <<< "${BVM_CONFORMANCE-}"
for path in "$own" "$@" "${others[@]}"; do
	directory "$path"
done
[ -z "${BVM_PUBLIC-}" ] ||
	directory "$BVM_PUBLIC" --expect "${BVM_PUBLIC_EXPECT:-256,57,45}"
protocol
runner_itself
echo "$passed passed, $failed failed"
[ "$failed" = 0 ]
