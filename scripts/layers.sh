#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
#
# usage: layers.sh
#
# Who may include whom: privileged code never meets YAML, the kernel never
# parses text, and vm/ is the same text in both builds.
#
#	policyc/ -> vm/		daemon/ -> lsm/uapi/, vm/image.h and below
#	lsm/	 -> vm/, uapi/	vm/	-> nothing
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."

bad=0

# forbid DIRECTORY WHY PATTERN [EXCEPT]: no line matches, but for lines or files
# (as grep prints them) that match EXCEPT.
forbid()
{
	local found

	[ -d "$1" ] || return 0
	found=$(grep -r -n -E --include='*.[ch]' --include='*.def' -e "$3" "$1" |
		grep -v -E -e "${4:-^$}" || :)
	[ -n "$found" ] || return 0
	echo "$1/: $2" >&2
	printf '%s\n' "$found" | sed 's/^/    /' >&2
	bad=1
}

include='^[[:space:]]*#[[:space:]]*include[[:space:]]*'

forbid vm 'only vm/port.h may include a system header' "$include<" '^vm/port\.h:'
forbid vm 'only vm/port.h may test __KERNEL__' '__KERNEL__' '^vm/port\.h:'
forbid vm 'includes nothing outside vm/' "$include\"" 'include[[:space:]]*"(vm/)?[a-z0-9_]+\.(h|def)"'
forbid lsm 'includes vm/, uapi/ and its own headers only' \
	"$include\"[^\"]*(policyc|daemon|tests)/"
forbid lsm/uapi 'may include <linux/types.h> or <stdint.h> only' \
	"$include" '<(linux/types|stdint)\.h>'
forbid policyc 'includes vm/ and its own headers only' "$include\"[^\"]*(lsm|daemon|tests)/"
forbid policyc 'only policyc/yaml.c may include <yaml.h>' "$include<yaml" '^policyc/yaml\.c:'
forbid policyc 'may not include a kernel header' "$include<linux/"
forbid daemon 'may not include policyc/: it runs policyc as a child' \
	"$include\"[^\"]*(policyc|tests)/"
forbid daemon 'of lsm/ may include uapi/ only' "$include\"[^\"]*lsm/" 'lsm/uapi/'
forbid daemon 'of vm/ may include image.h and what it stands on' \
	"$include\"vm/" '"vm/(filter|image|hooks|limits|port)\.h"|"vm/[a-z]+\.def"'
forbid daemon 'may not include <yaml.h>' "$include<yaml"

[ $bad = 0 ] && echo 'layers: every include points down'
exit $bad
