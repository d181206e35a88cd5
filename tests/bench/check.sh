#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
#
# usage: check.sh [--update | --compare]
#
# Has anything become dearer? Counts what operations cost under Bailiff, with
# 100 rules, and compares with cost-table.tsv, whose first line is a key: the
# kernel, the digest of its configuration, and QEMU, whose processor chooses
# among the kernel's own variants of code.
#
#	the same key	each count may have grown by 3 %
#	another one	the ratio to AppArmor may have grown by 10 %, or what
#			AppArmor costs has fallen: the count has not grown by 10 %
#
# --update writes the table anew. --compare counts nothing: it compares what lies
# in COST_OUT. Counts are exact but for operations that take
# pages and slab: those may vary by what cost-budgets.tsv says of them, and of
# them no ratios are compared.
# Ends with "N passed, N failed".
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/../.."

here=tests/bench
out=${COST_OUT:-build/bench/cost}
table=$here/cost-table.tsv

# OPERATION, added by Bailiff unconfined and confined, and by AppArmor; and all
# of it without an LSM
print_table()
{
	local columns=("$out"/{none,unconfined,bailiff}.tsv)

	[ ! -f "$out/apparmor.tsv" ] || columns+=("$out/apparmor.tsv")
	printf '# SPDX-License-Identifier: GPL-2.0-only\n'
	printf '# What an operation costs more with 100 rules: "make bench-update".\n'
	printf '# operation\tunconfined\tconfined\tAppArmor\tno LSM\n'
	printf 'key\t%s\n' "$(cat "$out/key")"
	awk -F'\t' '
		$2 != 100 { next }
		!($1 in seen) { seen[$1] = 1; ops[++num] = $1 }
		{ count[$1, $3] = $4 }
		END {
			for (i = 1; i <= num; i++) {
				op = ops[i]
				base = count[op, "none"]
				peer = "-"
				if ((op, "apparmor") in count)
					peer = sprintf("%.1f", count[op, "apparmor"] - base)
				printf "%s\t%.1f\t%.1f\t%s\t%.1f\n", op, count[op, "unconfined"] - base,
					count[op, "bailiff"] - base, peer, base
			}
		}' "${columns[@]}"
}

# compare: what was counted is in $out/table.tsv
compare()
{
	awk -F'\t' -v same="$1" '
		# room: what a figure may be more without meaning anything
		function judge(what, is, was, slack, room) {
			if (is <= was * slack + room) {
				passed++
				return
			}
			failed++
			printf "FAIL %s, %s: %s, and it was %s\n", op, what, is, was
		}
		/^#|^key/ { next }
		FILENAME ~ /budgets/ { noise[$1] = $4 / 100; next }
		FILENAME ~ /cost-table/ { free[$1] = $2; confined[$1] = $3; peer[$1] = $4; next }
		{
			op = $1
			if (!(op in free)) {
				failed++
				printf "FAIL %s is not in the table: make bench-update\n", op
				next
			}
			seen[op] = 1
			# the count of the table varies as well
			room = noise[op] ? 2 * noise[op] * $5 : 0.5
			if (same) {
				judge("instructions unconfined", $2, free[op], 1.03, room)
				judge("instructions confined", $3, confined[op], 1.03, room)
			} else if (!noise[op] && $4 > 0 && peer[op] > 0) {
				# beside the same of AppArmor, which another
				# compiler may make cheaper: then beside the
				# count; of few instructions it may make more
				was = confined[op]
				if ($4 > peer[op])
					was *= $4 / peer[op]
				judge("instructions beside AppArmor", $3, was, 1.10, 15)
			}
		}
		END {
			for (op in free) {
				if (op in seen)
					continue
				failed++
				printf "FAIL %s is in the table and was not counted\n", op
			}
			printf "%d passed, %d failed\n", passed, failed
			exit failed > 0 || !passed
		}' $here/cost-budgets.tsv $table "$out/table.tsv"
}

# is_same: is what was counted of the kernel, configuration and QEMU of the table?
is_same()
{
	[ "$(sed -n 's/^key\t//p' $table)" = "$(cat "$out/key")" ]
}

# Three boots; a fourth one where there is nothing but ratios to compare.
count()
{
	local key

	rm -f "$out"/*.tsv
	$here/cost.sh none unconfined bailiff
	! is_same || return 0
	key=$(cat "$out/key")
	$here/cost.sh apparmor
	[ "$(cat "$out/key")" = "$key" ]
}

export COST_RULES=''
case ${1:-} in
--update)
	$here/cost.sh none unconfined bailiff apparmor
	print_table > "$out/table.tsv"
	cp "$out/table.tsv" $table
	exit
	;;
--compare) ;;
'') count ;;
*)
	echo "check.sh: what is '$1'?" >&2
	exit 2
	;;
esac
print_table > "$out/table.tsv"
if is_same; then
	compare 1
else
	echo "another kernel, configuration or QEMU than the table's: ratios are compared"
	compare ''
fi
