#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
#
# usage: conformance.sh > TABLE
#
# The conformance programs for `engines` (table.c): a line each, with tabs
# between name, memory, program and result or `refused`. The project's own, and
# those of the public suite where the design notes are beside the checkout.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/../../.."

runner=${RUNNER:-build/bin/bvm-conformance}
own=tests/conformance
public=../shared/conformance

# The columns: name cpu groups ninsn class flags mem result program. What is
# not of class core writes to its memory, jumps backwards, calls, ...
choose()
{
	awk -F'\t' -v OFS='\t' '$1 != "name" {
		print $1, $7, $9, $5 == "core" ? $8 : "refused" }'
}

if [ -x "$runner" ]; then
	"$runner" --list "$own" | choose
fi
if [ -f "$public/index.tsv" ]; then
	choose < "$public/index.tsv"
	awk -F'\t' -v OFS='\t' 'NR > 1 { print $1, "-", $2, "refused" }' \
		"$public/negative.tsv"
fi
