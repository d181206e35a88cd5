#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
#
# usage: conformance.sh > TABLE
#
# The conformance programs for `engines` (table.c): a line each, with tabs
# between name, memory, program and result or `refused`. The project's own, those of
# the directories that BVM_CONFORMANCE names (with ':' between), and of the public
# suite, if BVM_PUBLIC says where it is.
# A program that is there twice is one line.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/../../.."

runner=${RUNNER:-build/bin/bvm-conformance}
own=tests/conformance
public=()
[ -z "${BVM_PUBLIC-}" ] || public=("$BVM_PUBLIC")

# The columns: name cpu groups ninsn class flags mem result program. What is
# not of class core writes to its memory, jumps backwards, calls, ...
choose()
{
	awk -F'\t' -v OFS='\t' '$1 != "name" {
		print $1, $7, $9, $5 == "core" ? $8 : "refused" }'
}

# suite DIRECTORY
suite()
{
	if [ -x "$runner" ]; then
		"$runner" --list "$1" | choose
	fi
	if [ -f "$1/index.tsv" ]; then
		choose < "$1/index.tsv"
	fi
	if [ -f "$1/negative.tsv" ]; then
		awk -F'\t' -v OFS='\t' '$1 != "name" { print $1, "-", $2, "refused" }' \
			"$1/negative.tsv"
	fi
}

IFS=: read -r -a others <<< "${BVM_CONFORMANCE-}"
for directory in "$own" "${others[@]}" "${public[@]}"; do
	[ -d "$directory" ] || { echo "$0: $directory: no such directory" >&2; exit 1; }
	suite "$directory"
done | awk -F'\t' '!seen[$2, $3]++'
