#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
#
# usage: overlay.sh TREE
#        overlay.sh --patch TREE      prints it as patches; TREE stays as it is
#
# Makes Bailiff a part of the kernel source in TREE: lsm/ as security/bailiff/,
# vm/ as security/bailiff/vm/, and a line or two in the files that list the
# LSMs. Doing it again changes nothing; what did not change keeps its time, so
# that the next build compiles only what did. Fails when TREE has a hook that
# lsm/hooks.def does not know.
set -euo pipefail

top=$(cd "$(dirname "${BASH_SOURCE[0]}")/../.." && pwd)

die()
{
	echo "overlay.sh: $*" >&2
	exit 1
}

# sync FROM TO: sources only, by content; leaves objects and probe.h alone.
sync_sources()
{
	rsync --recursive --checksum --delete --prune-empty-dirs \
		--exclude=/probe.h --exclude='/vm/' \
		--include='*/' --include='*.[chS]' --include='*.def' \
		--include=Kconfig --include=Kbuild --include=Makefile \
		--exclude='*' "$1/" "$2/"
}

# insert FILE PRESENT ANCHOR SED: runs the sed command that adds a line at the
# anchor, unless PRESENT says that it was added before.
insert()
{
	local file=$out/$1

	[ -f "$file" ] || die "$file is missing: is $tree a kernel source?"
	grep -q -E "$2" "$file" && return
	grep -q -E "$3" "$file" ||
		die "cannot patch $file: no line matches '$3'"
	sed -i -E "$4" "$file"
	grep -q -E "$2" "$file" || die "patching $file had no effect"
}

# shellcheck disable=SC1003,SC2016 # sed's text, not ours
patch_lists()
{
	insert security/Kconfig 'security/bailiff/Kconfig' \
		'^source "security/landlock/Kconfig"' \
		'/^source "security\/landlock\/Kconfig"/a source "security/bailiff/Kconfig"'
	insert security/Makefile 'CONFIG_SECURITY_BAILIFF' \
		'^obj-\$\(CONFIG_SECURITY_LANDLOCK\)' \
		'/^obj-\$\(CONFIG_SECURITY_LANDLOCK\)/a obj-$(CONFIG_SECURITY_BAILIFF)\t\t+= bailiff/'
	# Kernels that count their LSMs at compile time drop one they did not count.
	[ -f "$out/include/linux/lsm_count.h" ] || return 0
	insert include/linux/lsm_count.h 'define BAILIFF_ENABLED' \
		'^#if IS_ENABLED\(CONFIG_SECURITY_LANDLOCK\)' \
		'/^#if IS_ENABLED\(CONFIG_SECURITY_LANDLOCK\)/i #if IS_ENABLED(CONFIG_SECURITY_BAILIFF)\n#define BAILIFF_ENABLED 1,\n#else\n#define BAILIFF_ENABLED\n#endif\n'
	insert include/linux/lsm_count.h '^\s+BAILIFF_ENABLED' \
		'^\s*COUNT_LSMS\(\s*\\$' \
		'/^\s*COUNT_LSMS\(\s*\\$/a \\t\tBAILIFF_ENABLED\t\t\\'
}

# define NAME FILE PATTERN: one probe by a pattern over a header.
define()
{
	[ -f "$tree/$2" ] || return 0
	if tr '\n' ' ' < "$tree/$2" | grep -q -E "$3"; then
		echo "#define BAILIFF_HAVE_$1 1"
	fi
}

list_hooks()
{
	tr '\n' ' ' < "$tree/include/linux/lsm_hook_defs.h" |
		grep -o -E 'LSM_HOOK\([^,]+, *[^,]+, *[a-z0-9_]+' |
		sed -E 's/.*, *//' | sort -u
}

# Headers say what this kernel has; version numbers do not, since stable
# releases take hooks, blobs and prototypes from later ones.
print_probes()
{
	local hooks=include/linux/lsm_hook_defs.h

	echo '/* SPDX-License-Identifier: GPL-2.0-only */'
	echo '/* Made by overlay.sh from the headers of this kernel. */'
	echo '#ifndef BAILIFF_PROBE_H'
	echo '#define BAILIFF_PROBE_H'
	echo
	echo '/* Hooks, by name */'
	list_hooks | tr '[:lower:]' '[:upper:]' | sed 's/.*/#define BAILIFF_HAVE_& 1/'
	echo
	echo '/* The same, spelled as in hooks.def */'
	list_hooks | sed 's/.*/#define BAILIFF_HAS_HOOK_& 1/'
	echo
	echo '/* Blobs, by the name of their size */'
	sed -n '/^struct lsm_blob_sizes/,/^};/p' "$tree/include/linux/lsm_hooks.h" |
		sed -n -E 's/.*\b(lbs_[a-z_]+);.*/\1/p' | tr '[:lower:]' '[:upper:]' |
		sed 's/.*/#define BAILIFF_HAVE_& 1/'
	echo
	echo '/* Prototypes and helpers */'
	define LSM_ID include/linux/lsm_hooks.h 'struct lsm_id \{'
	define LSM_COUNT include/linux/lsm_hooks.h 'lsm_static_calls_table'
	define MNT_IDMAP $hooks 'inode_setattr, struct mnt_idmap'
	define CONST_BPRM $hooks 'bprm_committing_creds, const struct linux_binprm'
	define CONST_SB $hooks 'sb_kern_mount, const struct super_block'
	define CONST_FILE_FROM_FILE $hooks 'bprm_creds_from_file,[^)]*const struct file'
	define FILE_USER_PATH include/linux/fs.h 'file_user_path\('
	define BACKING_FILE include/linux/fs.h 'backing_file_user_path\('
	define SECURITYFS_RECURSIVE_REMOVE include/linux/security.h \
		'securityfs_recursive_remove\('
	define MNT_IDMAP_OF include/linux/mount.h '\bmnt_idmap\('
	define SIMPLE_INODE_INIT_TS include/linux/fs.h 'simple_inode_init_ts\('
	define CGROUP_GET_FROM_ANY_ID include/linux/cgroup.h '__cgroup_get_from_id\('
	define HEX_H include/linux/hex.h 'hex'
	define FOWN_FILE include/linux/fs.h 'struct fown_struct \{[^}]*struct file \*file'
	define CONST_QUOTACTL $hooks 'quotactl,[^)]*const struct super_block'
	define PERF_OPEN_ATTR $hooks 'perf_event_open, struct perf_event_attr \*'
	define CAP_OPT include/linux/security.h 'CAP_OPT_NOAUDIT'
	define BPF_V4 include/uapi/linux/bpf.h 'BPF_MEMSX'
	echo
	echo '#endif'
}

write_probes()
{
	local header=$out/security/bailiff/probe.h

	print_probes > "$header.new"
	grep -q BAILIFF_HAVE_FILE_OPEN "$header.new" ||
		die "no hook file_open in $tree/include/linux/lsm_hook_defs.h"
	if cmp -s "$header.new" "$header"; then
		rm "$header.new"
	else
		mv "$header.new" "$header"
	fi
}

# overlay DIRECTORY: from the headers of the tree, into this one.
overlay()
{
	out=$1
	mkdir -p "$out/security/bailiff/vm"
	sync_sources "$top/lsm" "$out/security/bailiff"
	sync_sources "$top/vm" "$out/security/bailiff/vm"
	patch_lists
	write_probes
}

# --- as patches -----------------------------------------------------------------

# The files that list the LSMs, as they were before patch_lists.
restore_lists()
{
	sed -i '/^source "security\/bailiff\/Kconfig"$/d' "$1/security/Kconfig"
	sed -i '/^obj-$(CONFIG_SECURITY_BAILIFF)/d' "$1/security/Makefile"
	[ ! -f "$1/include/linux/lsm_count.h" ] ||
		sed -i -e '/^#if IS_ENABLED(CONFIG_SECURITY_BAILIFF)$/,/^$/d' \
			-e '/^\t\tBAILIFF_ENABLED\t/d' "$1/include/linux/lsm_count.h"
}

# print_file PATH: how it comes from a/ to b/, as git writes it.
print_file()
{
	local old=$work/a/$1 new=$work/b/$1 from=a/$1

	echo "diff --git a/$1 b/$1"
	if [ ! -f "$old" ]; then
		echo "new file mode 100644"
		old=/dev/null from=/dev/null
	fi
	! diff -u --label "$from" --label "b/$1" "$old" "$new"
}

# print_patch NUMBER SUBJECT TEXT < paths
print_patch()
{
	local path

	printf 'From %040d Mon Sep 17 00:00:00 2001\n' 0
	echo "From: Bailiff <bailiff@example.invalid>"
	printf 'Subject: [PATCH %d/3] %s\n\n%s\n---\n' "$1" "$2" "$3"
	while read -r path; do
		print_file "$path"
	done
	printf -- '-- \nBailiff, for Linux %s\n\n' "$(release)"
}

release()
{
	sed -n 's/^\(VERSION\|PATCHLEVEL\|SUBLEVEL\) = //p' "$tree/Makefile" | paste -sd.
}

list_files()
{
	(cd "$work/b" && find "$@" -type f | LC_ALL=C sort)
}

print_patches()
{
	local file

	for file in security/Kconfig security/Makefile include/linux/lsm_count.h; do
		[ ! -f "$tree/$file" ] || install -D -m 644 "$tree/$file" "$work/a/$file"
	done
	restore_lists "$work/a"
	cp -r "$work/a" "$work/b"
	overlay "$work/b"
	list_files security/bailiff/vm |
		print_patch 1 "bailiff: add the virtual machine" \
			"The interpreter of policies, their verifier, and the reader of images: the
same files that user space compiles. Nothing builds them yet."
	list_files security/bailiff -not -path '*/vm/*' |
		print_patch 2 "bailiff: add the security module" \
			"The hooks, and the files in securityfs. probe.h says what the headers of this
very kernel have; for another one, make the patches anew."
	(cd "$work/a" && find . -type f | sed 's,^\./,,' | LC_ALL=C sort) |
		print_patch 3 "security: list bailiff" \
			"Ask for it in the configuration, build it, and count it where LSMs are
counted at compile time."
}

patches=''
if [ "${1:-}" = --patch ]; then
	patches=1
	shift
fi
[ $# = 1 ] || die "usage: overlay.sh [--patch] TREE"
[ -d "$1" ] || die "no such directory: $1"
tree=$(cd "$1" && pwd)
[ -f "$tree/include/linux/lsm_hooks.h" ] || die "$tree is not a kernel source"
for file in Kconfig Makefile; do
	[ -f "$top/lsm/$file" ] || die "lsm/$file is missing"
done
"$top/scripts/hooks.sh" kernel "$tree"
if [ -n "$patches" ]; then
	work=$(mktemp -d)
	trap 'rm -rf "$work"' EXIT
	print_patches
else
	overlay "$tree"
fi
