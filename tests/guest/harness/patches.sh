#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
#
# not: debug it looks at sources alone
#
# On the host: the patches that overlay.sh prints make of a pristine kernel
# source what overlay.sh makes of it. Of a source only what either of them reads
# or writes is looked at.
top=$(cd "$(dirname "${BASH_SOURCE[0]}")/../../.." && pwd)
. "$top/tests/guest/lib.sh"

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
overlay=$top/tests/guest/overlay.sh

# copy_source FROM TO: as it was before an overlay
copy_source()
{
	mkdir -p "$2/include/uapi" "$2/security"
	cp -r "$1/include/linux" "$2/include/"
	cp -r "$1/include/uapi/linux" "$2/include/uapi/"
	cp "$1/security/Kconfig" "$1/security/Makefile" "$2/security/"
	cp "$1/Makefile" "$2/"
	sed -i '/bailiff/d' "$2/security/Kconfig"
	sed -i '/BAILIFF/d' "$2/security/Makefile"
	[ ! -f "$2/include/linux/lsm_count.h" ] || awk '
		/IS_ENABLED\(CONFIG_SECURITY_BAILIFF\)/ { skip = 1 }
		!skip && !/BAILIFF/
		skip && /^$/ { skip = 0 }' "$1/include/linux/lsm_count.h" \
		> "$2/include/linux/lsm_count.h"
}

succeeds "each planted removal has its place in lsm/" "$top/tests/guest/removed.sh" list
isnt "$(grep -c 'must fail' <<< "$out")" 0 "and there are some"
for version in 6.12 6.1; do
	source=$("$top/tests/guest/kernel.sh" source --version $version) ||
		bail "no source of $version"
	for name in pristine overlaid patched; do
		mkdir "$work/$name"
		copy_source "$source" "$work/$name"
	done
	fails "$version: the source is pristine" grep -r -q -i bailiff "$work/pristine"
	succeeds "$version: patches are printed" \
		sh -c '"$0" --patch "$1" > "$2"' "$overlay" "$work/pristine" "$work/patches"
	is "$err" "" "$version: and nothing else"
	is "$(diff -r "$work/pristine" "$work/patched")" "" "$version: the source stays as it is"
	is "$(grep -c '^Subject: \[PATCH [123]/3\] ' "$work/patches")" 3 "$version: three of them"
	is "$("$overlay" --patch "$source" | cksum)" "$(cksum < "$work/patches")" \
		"$version: from an overlaid source the same"
	"$overlay" "$work/overlaid"
	succeeds "$version: patch -p1 takes them" \
		patch --batch --fuzz=0 -d "$work/patched" -p1 -i "$work/patches"
	unlike "$out" 'offset|fuzz' "$version: where they belong"
	is "$(diff -r "$work/overlaid" "$work/patched")" "" \
		"$version: the same tree as that of the overlay"
	rm -rf "$work/pristine" "$work/overlaid" "$work/patched"
done
done_testing
