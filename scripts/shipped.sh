#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
#
# usage: shipped.sh [print includes|policies]
#
# The tables of what is shipped, includes in docs/policy-language.md and policies in
# docs/policies.md: of what the heads of the files say, "# Allows: ..." and so on, each
# with its further lines indented. `print` only prints one.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."

# said WORD FILE: on one line
said()
{
	awk -v word="# $1: " '
		index($0, word) == 1 { text = substr($0, length(word) + 1); on = 1; next }
		on && /^#   / { text = text " " substr($0, 5); next }
		{ on = 0 }
		END { print text }' "$2"
}

# rows PREFIX DIRECTORY WORD...: a row for each file, a column for each word
rows()
{
	local prefix=$1 dir=$2 file word
	shift 2

	echo "| $what |$(printf ' %s |' "${@,,}")"
	echo "|---|$(printf '%.0s---|' "$@")"
	for file in "$dir"/*.yaml; do
		printf "| \`%s%s\` |" "$prefix" "$(basename "$file" .yaml)"
		for word in "$@"; do
			printf ' %s |' "$(said "$word" "$file")"
		done
		echo
	done
}

table()
{
	local what

	case $1 in
	includes)
		what=include
		rows base/ policies/base Allows Refuses
		;;
	policies)
		what=policy
		rows '' policies Protects Refuses Adapt
		;;
	*)
		echo "shipped.sh: no table is called '$1'" >&2
		exit 2
		;;
	esac
}

# replace NAME PAGE: the table between its two comments
replace()
{
	mkdir -p build
	{
		sed "/^<!-- scripts\/shipped.sh: $1 -->/q" "$2"
		table "$1"
		sed -n "/^<!-- end of $1 -->/,\$p" "$2"
	} > "build/$1.md"
	mv "build/$1.md" "$2"
}

if [ "${1-}" = print ]; then
	table "${2-}"
	exit
fi
replace includes docs/policy-language.md
replace policies docs/policies.md
