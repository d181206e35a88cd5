#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
#
# Puts the lists of keys into bailiff.policy(5), as policyc/keys.def has them.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."
page=docs/man/bailiff.policy.5
keys=$(build/bin/policyc schema --mdoc)
{
	sed '/^\.\\" schema --mdoc/q' $page
	printf '%s\n' "$keys"
	sed -n '/^\.\\" end/,$p' $page
} > build/bailiff.policy.5
mv build/bailiff.policy.5 $page
