#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
#
# usage: hooks.sh
#
# Does scripts/hooks.sh see what is wrong? Each fault is put into a copy once.
# Ends with "N passed, N failed".
set -uo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.." || exit

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
passed=0
failed=0
copy=$work/copy
tree=$work/tree

begin()
{
	rm -rf "$copy"
	mkdir -p "$copy/tests" "$copy/docs"
	cp -r scripts lsm vm "$copy/"
	cp -r tests/guest "$copy/tests/"
	cp docs/hooks.md "$copy/docs/"
}

# A kernel that has the hooks of lsm/hooks.def, as far as they are in 6.12.
make_kernel()
{
	mkdir -p "$tree/include/linux"
	printf 'VERSION = 6\nPATCHLEVEL = 12\nSUBLEVEL = 95\n' > "$tree/Makefile"
	sed -n -E '/, OLD,/d; s/, -?[A-Z0-9]+ \/ /, /
		s/^(HOOK|UNUSED|PLANNED)\(([a-z0-9_]+), [A-Z]+, [A-Z]+, ([^,]+),.*/LSM_HOOK(int, \3, \2, int x)/p' \
		lsm/hooks.def > "$tree/include/linux/lsm_hook_defs.h"
}

# sees DESCRIPTION WORDS COMMAND...: it fails, and says WORDS.
sees()
{
	local description=$1 words=$2 text status=0
	shift 2

	text=$("$copy/scripts/hooks.sh" "$@" 2>&1) || status=$?
	if [ "$status" != 0 ] && grep -q -F -e "$words" <<< "$text"; then
		echo "ok   $description"
		passed=$((passed + 1))
	else
		echo "FAIL $description (status $status)"
		sed 's/^/    /' <<< "$text" | grep -v note: | head -n 20
		failed=$((failed + 1))
	fi
	begin
}

# change FILE SED: of the copy; it must take effect.
change()
{
	sed -i -E "$2" "$copy/$1"
	! cmp -s "$copy/$1" "$1" || { echo "FAIL nothing to change in $1"; failed=$((failed + 1)); }
}

defs=$tree/include/linux/lsm_hook_defs.h
begin
make_kernel
if "$copy/scripts/hooks.sh" kernel "$tree"; then
	echo "ok   a kernel with the hooks that are listed"
	passed=$((passed + 1))
else
	echo "FAIL a kernel with the hooks that are listed"
	failed=$((failed + 1))
fi

echo 'LSM_HOOK(int, 0, brand_new, struct file *file,' >> "$defs"
echo '	 int mask)' >> "$defs"
sees "a hook of the kernel that is not listed" \
	"hook brand_new of this kernel has no row" kernel "$tree"
make_kernel
sed -i 's/int, 0, path_mkdir,/int, -EINVAL, path_mkdir,/' "$defs"
sees "a hook that allows with another value" \
	"hook path_mkdir allows with -EINVAL" kernel "$tree"
make_kernel
sed -i '/ path_mkdir,/d' "$defs"
sees "a hook that is not there" "hook path_mkdir is not in 6.12.95" kernel "$tree"
make_kernel
change lsm/hooks_path.c '/LSM_HOOK_INIT\(path_mkdir,/d'
sees "one that is listed as used and not registered" \
	"path_mkdir is listed as used and not registered" kernel "$tree"
change lsm/hooks_path.c 's/LSM_HOOK_INIT\(path_mkdir, /LSM_HOOK_INIT(sb_statfs, /'
sees "one that is registered and listed as unused" \
	"sb_statfs is registered, and lsm/hooks.def calls it unused" kernel "$tree"
change lsm/hooks.def '/^HOOK\(path_mkdir,/d'
sees "a test of a hook that is not used" "path_mkdir is not a HOOK" check
change lsm/hooks.def '/^JUDGES\(path_chroot,/d'
sees "an operation that no hook judges" \
	"FILES.CHROOT is mediated, and no hook is said to judge it" check
change lsm/hooks.def 's/^JUDGES\(path_chroot, FILES, CHROOT/JUDGES(path_chroot, FILES, FLY/'
sees "an operation that does not exist" "vm/hooks.def has no operation FILES.FLY" check
change tests/guest/t/lsm-files.sh 's/mkdir is judged/mkdir is judicious/'
sees "a claim that does not exist" "lsm-files.sh has no claim 'mkdir is judged'" check
change lsm/hooks.def 's/^UNUSED\(sb_statfs, (.*), TELLS/UNUSED(sb_statfs, \1, SINGS/'
sees "a reason that nobody gave" "no reason is called SINGS" check
change lsm/hooks.def 's/^HOOK\(path_mkdir, BOTH, SLEEP/HOOK(path_mkdir, BOTH, WAKE/'
sees "a context that does not exist" "what context is WAKE" check
change docs/hooks.md 's/path_mkdir/path_make/'
sees "docs that are out of date" "docs/hooks.md is out of date" check
echo "$passed passed, $failed failed"
[ "$failed" = 0 ]
