#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
#
# usage: selftests.sh
#
# Compiles the kernel's own selftests of selftests.list, from the source of the
# guest's kernel, into build/guest/selftests. One that does not compile with the
# libc of this machine is named and left out. Kept in the cache.
set -euo pipefail
. "$(dirname "${BASH_SOURCE[0]}")/common.sh"

source=$("$guest_dir/kernel.sh" source)
source=${source##*$'\n'}
key=$(cat "${BASH_SOURCE[0]}" "$guest_dir/selftests.list" | sha256sum | head -c 12)
kept=$guest_cache/selftests/${source##*/}-$key
from=$source/tools/testing/selftests

compile()
{
	local file=$1 name

	name=$(tr / _ <<< "${file%.c}")
	# Their headers come first, their warnings are theirs.
	"${CC:-gcc}" -O1 -w -D_GNU_SOURCE -isystem "$kept.new/include" \
		-I "$from" -I "$from/${file%/*}" -I "$from/futex/include" \
		-o "$kept.new/$name" "$from/$file" -lcap -lrt -lpthread \
		2> "$kept.new/log" || echo "  SKIP    $file: does not compile here" >&2
}

if [ ! -d "$kept" ]; then
	rm -rf "$guest_cache/selftests"
	mkdir -p "$kept.new/objects"
	make -s -C "$source" O="$kept.new/objects" headers_install \
		INSTALL_HDR_PATH="$kept.new" > /dev/null
	rm -rf "$kept.new/objects"
	while read -r file; do
		compile "$file"
	done < <(grep -v '^#' "$guest_dir/selftests.list")
	rm -rf "$kept.new/include" "$kept.new/log"
	mv "$kept.new" "$kept"
fi
mkdir -p "$guest_build"
rm -rf "$guest_build/selftests"
cp -a "$kept" "$guest_build/selftests"
