#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
#
# usage: deps.sh tools|test|prove|guest|suite|runtimes|install|demo|style...
#
# Installs the Debian packages that a part of the build needs and that are not
# there. Quick when none is missing. The list with reasons is `packages`.
set -euo pipefail

list=$(dirname "${BASH_SOURCE[0]}")/packages

die()
{
	echo "deps.sh: $*" >&2
	exit 3
}

# What one word of the command line stands for.
parts_of()
{
	case $1 in
	tools|kernel|style|prove|bench|deb|kdeb|suite|runtimes|install) echo "$1" ;;
	test) echo tools test ;;
	guest) echo tools kernel guest ;;
	demo) echo tools kernel guest ;;
	*) die "what is '$1'? (tools, test, kernel, guest, demo, suite, runtimes, install, bench, style, prove, deb, kdeb)" ;;
	esac
}

list_packages()
{
	local word part

	for word in "$@"; do
		for part in $(parts_of "$word"); do
			awk -v part="$part" '$1 == part { print $2 }' "$list"
		done
	done | sort -u
}

installed()
{
	dpkg-query -W -f '${db:Status-Status} ${Package}\n' 2> /dev/null |
		sed -n 's/^installed //p'
}

# exists PACKAGE: does this Debian have it, as far as apt was told?
exists()
{
	command -v apt-cache > /dev/null && [ -n "$(apt-cache show "$1" 2> /dev/null)" ]
}

# Sets missing to the packages, or patterns, that nothing installed matches.
find_missing()
{
	local have package

	missing=()
	have=$'\n'$(installed)$'\n'
	for package in $(list_packages "$@"); do
		if [[ $package == *\? ]]; then
			package=${package%\?}
			exists "$package" || continue
		fi
		# shellcheck disable=SC2053 # a pattern on purpose
		[[ $have == *$'\n'${package//\*/+([0-9])}$'\n'* ]] ||
			missing+=("$package")
	done
}

# Without dpkg only the commands can be looked at.
check_commands()
{
	local command absent=''

	for command in gcc make pkg-config; do
		command -v "$command" > /dev/null || absent+=" $command"
	done
	[ -z "$absent" ] || die "no apt here; install:$absent, and what $list names"
	exit 0
}

# Prints the newest package that a pattern stands for: clang's runtime has the
# same version as clang.
resolve()
{
	local version

	case $1 in
	libclang-rt-*)
		version=$(apt-cache depends clang | sed -n 's/.*Depends: clang-//p' | head -n 1)
		echo "${1/\*/$version}"
		;;
	*) echo "$1" ;;
	esac
}

as_root()
{
	if [ "$(id -u)" = 0 ]; then
		"$@"
	else
		sudo "$@"
	fi
}

# No service starts: maintainer scripts ask policy-rc.d, and while we install it
# says no. One that the administrator put there is left alone.
block_services()
{
	policy=/usr/sbin/policy-rc.d
	[ ! -e "$policy" ] || return 0
	printf '#!/bin/sh\nexit 101\n' | as_root tee "$policy" > /dev/null
	as_root chmod 755 "$policy"
	trap 'as_root rm -f "$policy"' EXIT
	trap 'exit 130' INT TERM
}

# Nor does one of those that only the tests want start with the machine.
disable_services()
{
	local package unit

	command -v systemctl > /dev/null || return 0
	for package in $(list_packages suite runtimes); do
		package=${package%\?}
		[[ " ${missing[*]} " == *" $package "* && $package != systemd ]] || continue
		for unit in $(dpkg -L "$package" |
			sed -n 's#.*/systemd/system/\([^/@]*\.\(service\|socket\|timer\)\)$#\1#p'); do
			as_root systemctl disable -q "$unit" > /dev/null 2>&1 || :
		done
	done
}

# install_missing PART...
install_missing()
{
	local package names=()

	echo "  APT     ${missing[*]}" >&2
	block_services
	as_root apt-get -q -q update ||
		echo "deps.sh: apt-get update failed; trying with what is known" >&2
	find_missing "$@" # apt may know of more now
	for package in "${missing[@]}"; do
		names+=("$(resolve "$package")")
	done
	as_root env DEBIAN_FRONTEND=noninteractive apt-get -q -q -y \
		-o Dpkg::Use-Pty=0 -o DPkg::Lock::Timeout=300 \
		install --no-install-recommends "${names[@]}" > "$log" 2>&1 || {
		tail -n 20 "$log" >&2
		die "could not install: ${names[*]}"
	}
	disable_services
}

shopt -s extglob
[ $# -gt 0 ] || die "usage: deps.sh tools|test|guest|demo|style..."
for word in "$@"; do
	parts_of "$word" > /dev/null # here, where it ends the script
done
command -v dpkg-query > /dev/null || check_commands
find_missing "$@"
[ ${#missing[@]} -gt 0 ] || exit 0
command -v apt-get > /dev/null ||
	die "no apt-get here; missing: ${missing[*]}"
[ "$(id -u)" = 0 ] || command -v sudo > /dev/null ||
	die "packages are missing, and this is not root and there is no sudo; root has to" \
		"run: apt-get install ${missing[*]}"
log=$(mktemp)
install_missing "$@"
rm -f "$log"
find_missing "$@"
[ ${#missing[@]} -eq 0 ] || die "still missing: ${missing[*]}"
