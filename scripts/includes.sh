#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
#
# usage: includes.sh [print]
#
# The table of shipped includes in docs/policy-language.md: of what the heads of
# policies/base/*.yaml say, "# Allows: ..." and "# Refuses: ...", each with its
# further lines indented. `print` only prints it.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."
page=docs/policy-language.md

# said WORD FILE: on one line
said()
{
	awk -v word="# $1: " '
		index($0, word) == 1 { text = substr($0, length(word) + 1); on = 1; next }
		on && /^#   / { text = text " " substr($0, 5); next }
		{ on = 0 }
		END { print text }' "$2"
}

table()
{
	local file

	echo '| include | allows | refuses |'
	echo '|---|---|---|'
	for file in policies/base/*.yaml; do
		printf "| \`base/%s\` | %s | %s |\n" "$(basename "$file" .yaml)" \
			"$(said Allows "$file")" "$(said Refuses "$file")"
	done
}

if [ "${1-}" = print ]; then
	table
	exit
fi
mkdir -p build
{
	sed '/^<!-- scripts\/includes.sh -->/q' $page
	table
	sed -n '/^<!-- end of includes -->/,$p' $page
} > build/policy-language.md
mv build/policy-language.md $page
