#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
#
# usage: mutants.sh list | all | HOOK...
#
# Leaves one hook of the module out at a time, in a running guest
# (lsm/omit.c), and runs each test that lsm/hooks.def names as its proof: it must
# fail. First it must pass with every hook in place. A run that leaves something
# behind is followed by a new boot. The table of results is build/mutants-guest;
# ends with "N passed, N failed".
set -uo pipefail
. "$(dirname "${BASH_SOURCE[0]}")/common.sh"
. "$guest_dir/pace.sh"

results=$guest_top/build/mutants-guest
part=$(mktemp)
trap 'rm -f "$part"' EXIT

# proofs HOOK...: "FILE HOOK", of those that are wanted; all if none is.
proofs()
{
	scripts/hooks.sh proofs | awk -F '\t' -v wanted=" $* " '
		wanted == "  " || index(wanted, " " $2 " ") { print $1, $2 }'
}

# limit FILE NUMBER: seconds that a boot with so many runs of it may take
limit()
{
	echo $((60 + $(time_limit "$1") * ($2 + 1)))
}

# boot FILE HOOK...: what omit.sh prints
boot()
{
	"$guest_dir/run.sh" --flavour "$guest_flavour" --append bailiff.omit=1 \
		--timeout "$(limit "$1" $#)" -- "$guest_dir/omit.sh" "$@" 2>&1
}

# judge FILE HOOK: by what was printed
judge()
{
	local line

	line=$(grep -E "^(noticed|missed) $2 " "$part")
	if [[ $line == noticed* ]]; then
		echo "ok   $1 ${line#noticed }"
	else
		echo "FAIL $1 $2: ${line:-$(grep -v '^base ' "$part" | tail -n 1)}"
	fi
}

# run FILE HOOK...: as many boots as it takes
run()
{
	local name=$1 file hook rest
	shift

	file=tests/guest/t/$name.sh
	[[ $name != */* ]] || file=tests/guest/$name.sh
	while [ $# -gt 0 ]; do
		boot "$file" "$@" > "$part"
		rest=()
		for hook in "$@"; do
			if grep -q -E "^(noticed|missed) $hook " "$part"; then
				judge "$name" "$hook"
			else
				rest+=("$hook")
			fi
		done
		# nothing came of a whole boot: that one is at fault
		if [ ${#rest[@]} = $# ]; then
			judge "$name" "$1"
			rest=("${@:2}")
			! grep -q '^broken ' "$part" || rest=()
			for hook in "${@:2}"; do
				[ ${#rest[@]} -gt 0 ] || judge "$name" "$hook"
			done
		fi
		set -- "${rest[@]}"
	done
}

cd "$guest_top" || exit 1
case ${1:-} in
'') sed -n 's/^# usage: /usage: /p' "$0" >&2; exit 2 ;;
list) proofs; exit ;;
all) shift ;;
esac
if ! "$guest_dir/kernel.sh" build --flavour "$guest_flavour" > /dev/null; then
	die "the kernel was not built"
fi
while read -r name hooks; do
	# shellcheck disable=SC2086 # a list
	run "$name" $hooks < /dev/null
done < <(proofs "$@" | awk '{
		if (!($1 in of)) order[++n] = $1
		of[$1] = of[$1] " " $2
	} END { for (i = 1; i <= n; i++) print order[i] of[order[i]] }') |
	tee "$results"
passed=$(grep -c '^ok ' "$results")
failed=$(grep -c '^FAIL ' "$results")
echo "$passed passed, $failed failed"
[ "$failed" = 0 ] && [ "$passed" -gt 0 ]
