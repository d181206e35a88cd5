#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
#
# usage: kernel-deb.sh configure|build
#
# Debian packages of a kernel with Bailiff: Debian's source and Debian's own
# configuration, with Bailiff switched on. An hour on two processors; what was
# interrupted goes on where it was.
#
#	CONFIG=cloud	for virtual machines; full: everything that Debian builds;
#			a path: that configuration, as /boot/config-* of a machine
#	VERSION=6.12	or 6.1
#
# The build is in ${XDG_CACHE_HOME:-~/.cache}/bailiff/kernel-deb, the packages
# are put into build/kernel-deb. Symbols for debuggers, and BTF with them, are
# not made: they are half of the time and most of the space.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."
. tests/guest/common.sh

config=${CONFIG:-cloud}
version=${VERSION:-6.12}
base=$guest_cache/kernel-deb
arch=$(dpkg --print-architecture)

fail()
{
	echo "kernel-deb.sh: $*" >&2
	exit 3
}

# The part of a configuration's name in the package linux-config-VERSION.
config_file()
{
	case $config in
	cloud) echo "config.${arch}_none_cloud-$arch.xz" ;;
	full) echo "config.${arch}_none_$arch.xz" ;;
	*) fail "CONFIG is cloud, full or the path of a file, not '$config'" ;;
	esac
}

# The user's own, as $base/config-VERSION-own.
copy_config()
{
	[ -r "$own" ] || fail "CONFIG: there is no $own"
	cp "$own" "$base/config-$version-$config"
}

# Debian's configuration, as $base/config-VERSION-NAME.
fetch_config()
{
	local package=linux-config-$version work

	[ ! -s "$base/config-$version-$config" ] || return 0
	work=$(mktemp -d "$base/fetch.XXXXXX")
	(cd "$work" && apt-get -q -q -o APT::Sandbox::User=root download "$package") ||
		fail "cannot fetch the package $package: run apt-get update"
	dpkg-deb -x "$work"/linux-config-*.deb "$work/files"
	xz -dc "$work/files/usr/src/$package/$(config_file)" \
		> "$base/config-$version-$config.new" ||
		fail "$package has no $(config_file)"
	mv "$base/config-$version-$config.new" "$base/config-$version-$config"
	rm -rf "$work"
}

# A copy of the source that nothing else changes while it is built, with this
# checkout's Bailiff in it.
prepare_source()
{
	local from

	from=$(GUEST_VERSION=$version tests/guest/kernel.sh source | tail -n 1)
	source=$base/$(basename "$from")
	if [ ! -d "$source" ]; then
		echo "  COPY    $(basename "$from") (1.6 GB)" >&2
		cp -a --reflink=auto "$from" "$source.new"
		mv "$source.new" "$source"
	fi
	tests/guest/overlay.sh "$source"
	objects=$base/build-$(basename "$from")-$config
	mkdir -p "$objects"
}

# Where CC is not HOSTCC, Kbuild makes the programs of linux-headers once more.
run_make()
{
	local compiler=gcc

	! command -v ccache > /dev/null || compiler='ccache gcc'
	make --no-print-directory -C "$source" O="$objects" CC="$compiler" \
		HOSTCC="$compiler" "$@" < /dev/null
}

# Debian's list of modules with Bailiff behind it, if it is not there.
lsm_list()
{
	sed -n 's/^CONFIG_LSM="\(.*\)"$/\1/p' "$objects/.config" |
		sed 's/,bailiff\b//; s/$/,bailiff/'
}

set_option()
{
	"$source/scripts/config" --file "$objects/.config" "$@"
}

# Nothing of the last configuration stays but its objects.
configure()
{
	local before='' name

	[ ! -f "$objects/.config" ] || before=$(sha256sum < "$objects/.config")
	[ ! -f "$objects/.config" ] || cp "$objects/.config" "$objects/.config.last"
	cp "$base/config-$version-$config" "$objects/.config"
	set_option --enable SECURITY_BAILIFF --disable SECURITY_BAILIFF_TEST \
		--set-str LSM "$(lsm_list)" --set-str LOCALVERSION "-bailiff-$config" \
		--disable LOCALVERSION_AUTO --set-str BUILD_SALT '' \
		--set-str SYSTEM_TRUSTED_KEYS '' --disable MODULE_SIG_FORCE \
		--enable DEBUG_INFO_NONE --disable DEBUG_INFO_BTF \
		--disable DEBUG_INFO_DWARF_TOOLCHAIN_DEFAULT
	echo "  CONFIG  $version $config" >&2
	run_make -s olddefconfig
	for name in SECURITY_BAILIFF=y SECURITY_APPARMOR=y SECURITY_PATH=y \
		SECURITY_NETWORK=y CGROUPS=y DEBUG_INFO_NONE=y; do
		grep -q -x "CONFIG_$name" "$objects/.config" ||
			fail "the configuration has no CONFIG_$name"
	done
	grep -q '^CONFIG_LSM=.*,bailiff"$' "$objects/.config" ||
		fail "bailiff is not in CONFIG_LSM"
	# An equal file that is newer would make everything anew.
	if [ "$before" = "$(sha256sum < "$objects/.config")" ]; then
		mv "$objects/.config.last" "$objects/.config"
	fi
	echo "$objects/.config"
}

# The image is put together without ccache, as in tests/guest/kernel.sh: of the
# compressed kernel it knows the length alone.
build()
{
	local out=build/kernel-deb

	configure > /dev/null
	run_make -j"$(nproc)" vmlinux modules
	rm -f "$objects/arch/x86/boot/compressed/piggy.o"
	CCACHE_DISABLE=1 run_make -j"$(nproc)" bindeb-pkg \
		KDEB_PKGVERSION="$(run_make -s kernelversion)-1"
	mkdir -p "$out"
	find "$base" -maxdepth 1 \( -name 'linux-image-*.deb' -o \
		-name 'linux-headers-*.deb' \) -name "*bailiff-$config*" \
		-exec cp -t "$out" {} +
	ls "$out"/*.deb
}

own=
case $config in
*/*) own=$config config=own ;;
*) config_file > /dev/null ;;
esac
case ${1:-} in
configure|build) ;;
*) sed -n '4s/^# //p' "$0" >&2; exit 2 ;;
esac
mkdir -p "$base"
exec 9> "$base/lock"
flock -n 9 || fail "another build of this kind is running"
if [ -n "$own" ]; then copy_config; else fetch_config; fi
prepare_source
"$1"
