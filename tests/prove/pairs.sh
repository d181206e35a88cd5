#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
#
# usage: pairs.sh [WIDTH FIRST SECOND EVERY]
#
# All pairs of sets at small widths, a process for each processor: see pairs.c.
# Of second operands, only every EVERYth is tried. Prints each operator with the
# number of its pairs, and ends with "N passed, N failed".
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/../.."

out=build/test/prove
passed=0
failed=0

# Logs of all shards: their pairs are added up. Of EVERY 1, none may be missing.
sum_up()
{
	local every=$1
	shift
	awk -v every="$every" '
		/^# [0-9]+ x / { all = $2 * $4; print; next }
		/^[0-9]+:/ {
			if (!($1 in pairs))
				names[++num] = $1
			pairs[$1] += $2
			last = $1
			next
		}
		/^FAIL/ { bad[last] = 1 }
		!/ passed, / { print }
		END {
			for (i = 1; i <= num; i++) {
				name = names[i]
				if (every == 1 && pairs[name] != all) {
					print "FAIL " name ": " pairs[name] " pairs of " all
					bad[name] = 1
				}
				printf "%s\t%.0f\n", name, pairs[name]
				if (name in bad) failed++; else passed++
			}
			print passed + 0, failed + 0
		}' "$@"
}

# run WIDTH FIRST SECOND EVERY
run()
{
	local shards i pid started=$SECONDS logs=() pids=() sums good bad
	shards=$(nproc)

	for ((i = 0; i < shards; i++)); do
		logs+=("$out/pairs$1-$2-$3-$i.log")
		"$out/pairs$1" "$2" "$3" $((i * $4)) $((shards * $4)) > "${logs[i]}" 2>&1 &
		pids+=($!)
	done
	for pid in "${pids[@]}"; do
		wait "$pid" || { echo "FAIL a shard of pairs$1"; failed=$((failed + 1)); }
	done
	sums=$(sum_up "$4" "${logs[@]}")
	head -n -1 <<< "$sums"
	read -r good bad <<< "${sums##*$'\n'}"
	passed=$((passed + good))
	failed=$((failed + bad))
	[ $((good + bad)) -gt 0 ] || { echo "FAIL pairs$1: nothing was tried"; failed=$((failed + 1)); }
	echo "# $((SECONDS - started)) s"
}

if [ $# = 4 ]; then
	run "$@"
else
	run 6 bus bus 1
	run 8 b b 1
	run 8 bus bus 100
fi
echo "$passed passed, $failed failed"
[ "$failed" = 0 ]
