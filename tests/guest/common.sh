# shellcheck shell=bash disable=SC2034
# SPDX-License-Identifier: GPL-2.0-only
#
# What kernel.sh, run.sh and suite.sh share. Sourced.

guest_dir=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
guest_top=$(cd "$guest_dir/../.." && pwd)
guest_cache=${XDG_CACHE_HOME:-$HOME/.cache}/bailiff
guest_build=$guest_top/build/guest

# Names the kernel series and flavour that a command works on.
guest_version=${GUEST_VERSION:-6.12}
guest_flavour=${GUEST_FLAVOUR:-fast}

# 125 is what run.sh returns when the guest, not the script in it, failed.
die()
{
	echo "${0##*/}: $*" >&2
	exit 125
}

# need COMMAND PACKAGE
need()
{
	PATH=$PATH:/usr/sbin:/sbin command -v "$1" > /dev/null ||
		die "'$1' is missing: install the package $2, or run scripts/deps.sh guest"
}

check_flavour()
{
	case $guest_version in
	6.12|6.1) ;;
	*) die "no kernel version '$guest_version': there are 6.12 and 6.1" ;;
	esac
	case $guest_flavour in
	*/*|'') die "bad flavour '$guest_flavour'" ;;
	esac
	[ -f "$guest_dir/kernel-$guest_flavour.config" ] ||
		die "no flavour '$guest_flavour': there is no kernel-$guest_flavour.config"
}

# Where the kernel lies that this checkout built last.
kernel_image()
{
	echo "$guest_build/bzImage-$guest_version-$guest_flavour${guest_plain:+-plain}"
}
