#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
#
# usage: plots.sh ROWS DIRECTORY
#
# The curves among the rows of the bench, as DIRECTORY/*.svg (plot.awk). What was
# not measured this time leaves the plot of the last time as it is.
set -euo pipefail

here=$(dirname "${BASH_SOURCE[0]}")
rows=$1
to=$2

# plot FILE TITLE XTITLE YTITLE LOGS PROGRAM: the program prints "SERIES X Y" of
# rows, whose fields are called so; give(SERIES, X) does it.
plot()
{
	local new

	new=$(mktemp)
	if awk -F'\t' -v OFS='\t' '
		function give(series, x) { print series, x, value }
		{ bench = $1; name = $2; size = $3; what = $4; value = $5 }
		value !~ /^-?[0-9.]+(e[-+]?[0-9]+)?$/ { next }
		'"$6" "$rows" |
		awk -v title="$2" -v xtitle="$3" -v ytitle="$4" -v logs="$5" \
			-f "$here/plot.awk" > "$new"; then
		cp "$new" "$to/$1"
		chmod 644 "$to/$1"
		echo "$to/$1"
	fi
	rm "$new"
}

# shellcheck disable=SC2016 # awk programs
{
	plot cost-depth.svg 'What a look at a file costs more, 100 rules' \
		'components of the path' 'instructions' '' '
		bench == "cost" && size == 100 && what ~ /^(Bailiff|AppArmor|Landlock|BPF LSM.*)$/ &&
		name ~ /^(stat|open.close), depth [0-9]+$/ {
			depth = name
			sub(/.* /, "", depth)
			sub(/, depth.*/, "", name)
			give(name ", " what, depth)
		}'
	plot cost-rules.svg 'What it costs more by how many rules there are' \
		'rules' 'instructions' x '
		bench == "cost" && what ~ /^(Bailiff|AppArmor|Landlock)$/ && size > 0 &&
		(name == "open+close, depth 5" || name == "stat, depth 5, in turns") {
			sub(/, depth 5/, "", name)
			give(name ", " what, size)
		}'
	plot compile.svg 'Compiling globs, paths and prefixes' 'how many' 'ms' xy '
		bench == "compile" && what == "ms" && (name == "policyc" || name == "apparmor_parser") {
			give(name ", globs", size)
		}
		bench == "load" && what == "compile ms" {
			give("policyc, " name, size)
		}'
	plot nft.svg 'A set of prefixes, compiled and loaded' 'prefixes' \
		'million instructions' xy '
		bench == "nft" && what == "million insns" { give(name, size) }'
	plot rules.svg 'Loading globs into the kernel' 'globs' 'million instructions; KiB' xy '
		bench == "rules" && what == "million insns" { give(name ", instructions", size) }
		bench == "rules" && what == "kernel KiB" { give(name ", KiB", size) }'
	plot load.svg 'Loading an image: parse and verify' 'rules or prefixes' 'ms' xy '
		bench == "load" && (what == "parse ms" || what == "verify ms") {
			sub(/ ms/, "", what)
			give(name ", " what, size)
		}'
}
