#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
#
# usage: shared.sh FILE TO
#
# Prints the path of a shared library: FILE, or TO, which is made of FILE if
# that is an archive. It must have been compiled with -fPIC.
set -euo pipefail

read -ra cc <<< "${CC:-gcc}"
case $1 in
*.a)
	"${cc[@]}" -shared -o "$2" -Wl,--whole-archive "$1" -Wl,--no-whole-archive
	realpath "$2"
	;;
*) realpath -e "$1" ;;
esac
