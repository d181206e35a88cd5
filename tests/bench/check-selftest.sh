#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
#
# Does `make bench-check` see what has grown? Counts are made of the committed
# table, changed, and compared with it. Nothing is measured.
# Ends with "N passed, N failed".
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/../.."

table=tests/bench/cost-table.tsv
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
passed=0
failed=0

# counted KEY PROGRAM: what cost.sh would have left, each line of the table first
# changed by an awk program: op, free, confined, peer, base.
counted()
{
	rm -f "$work"/*
	echo "$1" > "$work/key"
	awk -F'\t' -v OFS='\t' -v dir="$work" '
		function put(column, file, value) {
			if (op != "")
				print op, 100, column, value > (dir "/" file ".tsv")
		}
		/^#|^key/ { next }
		{
			op = $1; free = $2; confined = $3; peer = $4; base = $5
			'"$2"'
			put("none", "none", base)
			put("unconfined", "unconfined", base + free)
			put("bailiff", "bailiff", base + confined)
			put("apparmor", "apparmor", base + peer)
		}' $table
}

# check WHAT STATUS TEXT: of comparing that
check()
{
	local status=0

	COST_OUT=$work tests/bench/check.sh --compare > "$work/log" 2>&1 || status=$?
	if [ "$status" = "$2" ] && grep -q -F -e "$3" "$work/log"; then
		passed=$((passed + 1))
		echo "ok   $1"
	else
		failed=$((failed + 1))
		echo "FAIL $1: status $status, without '$3'"
		sed 's/^/    /' "$work/log"
	fi
}

# A count of this one is exact; of the other one it is not.
exact='stat, depth 5'
noisy='create+unlink'
key=$(sed -n 's/^key\t//p' $table)

counted "$key" ''
check 'the counts of the table pass' 0 ' passed, 0 failed'
counted "$key" "if (op == \"$exact\") confined *= 1.02"
check 'one may grow by 2 %' 0 ' passed, 0 failed'
counted "$key" "if (op == \"$exact\") confined *= 1.04"
check 'but not by 4 %' 1 "FAIL $exact, instructions confined"
counted "$key" "if (op == \"$exact\") free += 1"
check 'one instruction more for who is unconfined is seen' 1 \
	"FAIL $exact, instructions unconfined"
counted "$key" "if (op == \"$noisy\") confined += 0.007 * base"
check 'what varies by itself may vary by 0.7 % of the whole' 0 ' passed, 0 failed'
counted "$key" "if (op == \"$noisy\") confined = 1.03 * confined + 0.009 * base"
check 'and not by more than 0.8 %' 1 "FAIL $noisy, instructions confined"
counted "$key" "if (op == \"$exact\") confined /= 2"
check 'what has become cheaper passes' 0 ' passed, 0 failed'
counted "$key" "if (op == \"$exact\") op = \"\""
check 'what was not counted fails' 1 "FAIL $exact is in the table and was not counted"
counted "$key" "if (op == \"$exact\") op = \"another\""
check 'what is not in the table fails' 1 'FAIL another is not in the table'
counted "another key" 'free *= 2; confined *= 1.5; peer *= 1.5'
check 'by another key only ratios count' 0 ' passed, 0 failed'
counted "another key" 'peer *= 0.8'
check '... but AppArmor may have become cheaper' 0 ' passed, 0 failed'
counted "another key" "if (op == \"$exact\") confined *= 1.09"
check '... which may grow by 9 %' 0 ' passed, 0 failed'
counted "another key" "if (op == \"$exact\") confined = confined * 1.12 + 15"
check '... but not by 12 % and 15 instructions' 1 "FAIL $exact, instructions beside AppArmor"
# Each operation is in the table, and each budget is of one.
if comm -3 <(awk -F'\t' '!/^#|^key/ { print $1 }' $table | sort) \
	<(sed -n '/^const struct cost_op cost_ops/,$s/.*{ \(\.name = \)\?"\([^"]*\)".*/\2/p' \
		tests/bench/cost_ops.c | sort) | grep . > "$work/log"; then
	failed=$((failed + 1))
	echo 'FAIL the table has other operations than cost_ops.c: make bench-update'
	cat "$work/log"
else
	passed=$((passed + 1))
	echo 'ok   the table has the operations of cost_ops.c'
fi
counted "$key" 'op = ""'
touch "$work"/{none,unconfined,bailiff}.tsv
check 'no counts at all are no success' 1 'FAIL '
echo "$passed passed, $failed failed"
[ "$failed" = 0 ]
