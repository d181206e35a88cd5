#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
#
# usage: find-faults.sh < CONSOLE-LOG
#
# Prints each line on which the kernel reports a fault, "NUMBER:LINE"; ends with 0
# when there is one. Audit records say what programs are called, and "BUG: " is a
# name like another, so they are not looked at; only whole lines are records.
set -uo pipefail
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)

tr -d '\r' | sed -E 's/^((\[[^]]*\])+ )?audit: type=.*//' |
	grep -a -n -E -f <(grep -v '^#' "$here/faults")
