#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
#
# usage: policies.sh [print]
#
# The table of docs/policies.md: of what the heads of policies/*.yaml say,
# "# Protects: ...", "# Refuses: ..." and "# Adapt: ...", each with its further lines
# indented. `print` only prints it.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."
page=docs/policies.md

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

	echo '| policy | protects | refuses | adapt |'
	echo '|---|---|---|---|'
	for file in policies/*.yaml; do
		printf "| \`%s\` | %s | %s | %s |\n" "$(basename "$file" .yaml)" \
			"$(said Protects "$file")" "$(said Refuses "$file")" \
			"$(said Adapt "$file")"
	done
}

if [ "${1-}" = print ]; then
	table
	exit
fi
mkdir -p build
{
	sed '/^<!-- scripts\/policies.sh -->/q' $page
	table
	sed -n '/^<!-- end of policies -->/,$p' $page
} > build/policies.md
mv build/policies.md $page
