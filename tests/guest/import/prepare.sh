#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
#
# usage: prepare.sh
#
# Makes build/import/NAME for each profile that boot/import.sh tries: a few, or
# those of GUEST_IMPORT, or all with GUEST_IMPORT=all: what the packages apparmor
# and apparmor-profiles have in /etc/apparmor.d, and Docker's default
# (docker-default beside this file). On the host, since compiling takes a guest
# long. What is there and of these sources stays.
#
#	flat		the profile, with what it includes, enforced
#	profile, rest, rename	compiled: all of it, and without what is not imported
#	policy.yaml, policy.img	the import
#	operations	what is tried (operations.py)
#	names		of the profile, and of the policy
set -euo pipefail
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
top=$(cd "$here/../../.." && pwd)
cd "$top"
export PATH=$top/build/bin:$PATH PYTHONDONTWRITEBYTECODE=1

fail()
{
	echo "prepare.sh: $*" >&2
	exit 1
}

# flatten FILE: with all that it includes, and never only complaining
flatten()
{
	apparmor_parser --preprocess --skip-cache "$1" 2> /dev/null |
		sed -E 's/flags *= *\((complain|enforce)\)//; s/\(complain, */(/;
			s/, *complain//'
}

# compile FILE OUT: with the features of the guest's kernel
compile()
{
	apparmor_parser --quiet --skip-kernel-load --skip-cache \
		--kernel-features "$here/features" \
		--policy-features /etc/apparmor.d/abi/3.0 -o "$2" "$1"
}

# prepare FILE
prepare()
{
	local out=build/import/${1##*/} status=0

	rm -rf "$out"
	mkdir -p "$out"
	flatten "$1" > "$out/flat"
	policyc import apparmor "$out/flat" --json -o "$out/policy.yaml" \
		> "$out/report" 2> "$out/import.log" || status=$?
	[ "$status" -lt 2 ] || fail "$1: $(cat "$out/import.log")"
	policyc build "$out/policy.yaml" -o "$out/policy.img" > "$out/build.log"
	python3 "$here/rest.py" "$out/flat" "$out/report" > "$out/rest.flat"
	python3 "$here/rest.py" "$out/flat" "$out/report" rename \
		> "$out/rename.flat"
	compile "$out/flat" "$out/profile"
	compile "$out/rest.flat" "$out/rest"
	compile "$out/rename.flat" "$out/rename"
	python3 "$here/operations.py" "$out/flat" > "$out/operations"
	# the first is the one that is imported
	apparmor_parser --names --quiet "$out/flat" | sed -n 1p > "$out/names"
	sed -n 's/^policy: //p' "$out/policy.yaml" >> "$out/names"
}

# Whom a profile, the compiler or what is here has changed.
is_made()
{
	local file

	[ -f "$2/names" ] || return
	for file in "$1" build/bin/policyc "$here"/*; do
		[ ! "$file" -nt "$2/names" ] || return
	done
}

[ -f /etc/apparmor.d/bin.ping ] ||
	fail "install apparmor and apparmor-profiles"
wanted=${GUEST_IMPORT:-docker-default usr.bin.man usr.sbin.dnsmasq}
mkdir -p build/import
for made in build/import/*; do
	[[ $wanted = all || " $wanted " = *" ${made##*/} "* ]] || rm -rf "$made"
done
for name in $wanted; do
	[ "$name" = all ] || [ -f "$here/$name" ] || [ -f "/etc/apparmor.d/$name" ] ||
		fail "there is no profile /etc/apparmor.d/$name"
done
for file in "$here/docker-default" /etc/apparmor.d/*; do
	[ -f "$file" ] || continue
	[[ $wanted = all || " $wanted " = *" ${file##*/} "* ]] || continue
	is_made "$file" "build/import/${file##*/}" || prepare "$file"
done
