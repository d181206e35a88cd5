#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
#
# not: debug it starts no guest
#
# On the host: what make says of itself is so, and packages are asked for only
# when one is missing.
top=$(cd "$(dirname "${BASH_SOURCE[0]}")/../../.." && pwd)
. "$top/tests/guest/lib.sh"
unset V MAKEFLAGS MAKELEVEL MFLAGS

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$top" || exit 1

# --- make help ------------------------------------------------------------------

# declared: the targets for people, a line each
declared()
{
	sed -n '/^# --- for people/,/^# --- for make/s/^\.PHONY: //p' Makefile |
		tr ' ' '\n' | sort -u
}
# named: those that a list tells of, and help itself
named() { { grep -o -E 'make [a-z-]+|bench-update'; echo help; } | sed 's/^make //' | sort -u; }

run make
is "$status" 0 "make alone does nothing"
help=$out
is "$help" "$(make help)" "but lists the targets"
isnt "$(declared | wc -l)" 0 "there are some"
is "$(comm -23 <(declared) <(named <<< "$help"))" "" "each is listed"
is "$(comm -13 <(declared) <(named <<< "$help"))" "" "and nothing else is"
is "$(comm -13 <(declared) <(grep '^    make ' README.md | named))" "" \
	"README.md names no other"

# --- V=1 ------------------------------------------------------------------------

# shown WORDS: what is printed when one file is compiled, by an echo
shown() { make -W vm/exec.c CC=/bin/echo build/obj/vm/exec.o "$@" 2>&1; }

like "$(shown)" '^  CC +vm/exec.c$' "a step is a word and a file"
unlike "$(shown)" '^/bin/echo ' "not its command"
like "$(shown V=1)" '^/bin/echo -std=gnu11 .*-o build/obj/vm/exec.o vm/exec.c' "V=1 shows that"

# --- packages --------------------------------------------------------------------

# deps WORDS...: by somebody who is not root and has no sudo
deps()
{
	local tool

	mkdir -p "$work/bin"
	for tool in bash awk cat dirname dpkg-query env id sed sort apt-get dpkg; do
		ln -sf "$(command -v $tool)" "$work/bin/$tool"
	done
	run ${nobody:+setpriv --reuid=65534 --regid=65534 --clear-groups} \
		env PATH="$work/bin" "$work/scripts/deps.sh" "$@"
}
nobody=
[ "$(id -u)" != 0 ] || nobody=yes
cp -r scripts "$work/"
chmod 755 "$work"
deps tools
is "$status $out$err" "0 " "who has all packages needs no root for the tools"
echo 'tools    bailiff-no-such-package  nobody has it' >> "$work/scripts/packages"
deps tools
is "$status" 3 "who lacks one and is not root is told"
like "$err" 'root has to run: apt-get install bailiff-no-such-package$' "what root has to do"
deps nonsense
like "$status $err" "^3 deps.sh: what is 'nonsense'\\? \\(tools, test," "a part that is none is named"
done_testing
