#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
#
# usage: pairs.sh [PROGRAM EVERY ARGUMENT...]
#
# All pairs of sets at small widths, a process for each processor: see pairs.c
# and lanes.c. Of second operands, only every EVERYth is tried. Prints each
# operator with the number of its pairs, and ends with "N passed, N failed".
#
#	pairs.sh pairs8 1000 bus bus
#	pairs.sh lanes8 1
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
		/^# [0-9]+ x / { all = $2 * $4; print }
		/^#.*, x [0-9]+ on halves/ { halves = $2 * $10 }
		/^#/ { next }
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
				wanted = halves && name ~ /half_/ ? halves : all
				if (every == 1 && pairs[name] != wanted) {
					print "FAIL " name ": " pairs[name] " pairs of " wanted
					bad[name] = 1
				}
				printf "%s\t%.0f\n", name, pairs[name]
				if (name in bad) failed++; else passed++
			}
			print passed + 0, failed + 0
		}' "$@"
}

# run PROGRAM EVERY ARGUMENT...
run()
{
	local program=$1 every=$2 shards i pid started=$SECONDS logs=() pids=() sums good bad
	shift 2
	shards=$(nproc)

	for ((i = 0; i < shards; i++)); do
		logs+=("$out/$program${*:+-${*// /-}}-$i.log")
		"$out/$program" "$@" $((i * every)) $((shards * every)) > "${logs[i]}" 2>&1 &
		pids+=($!)
	done
	for pid in "${pids[@]}"; do
		wait "$pid" || { echo "FAIL a shard of $program"; failed=$((failed + 1)); }
	done
	sums=$(sum_up "$every" "${logs[@]}")
	head -n -1 <<< "$sums"
	read -r good bad <<< "${sums##*$'\n'}"
	passed=$((passed + good))
	failed=$((failed + bad))
	[ $((good + bad)) -gt 0 ] || { echo "FAIL $program: nothing was tried"; failed=$((failed + 1)); }
	echo "# $program $*: $((SECONDS - started)) s"
}

if [ $# -ge 2 ]; then
	run "$@"
else
	run pairs6 1 bus bus
	run pairs8 1000 bus bus
	run lanes8 1
fi
echo "$passed passed, $failed failed"
[ "$failed" = 0 ]
