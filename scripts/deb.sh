#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
#
# usage: deb.sh [OUT]
#
# Makes a Debian package of what `make install` installs, in OUT (build/deb), with
# dpkg-deb alone. The same source gives the same package.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."

out=${1:-build/deb}
# Not below build: make takes what ends in .d there for lists of prerequisites.
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
root=$work/root
from=packaging/debian

# The version that the programs say, and which commit that is.
version=$(sed -n 's/^#define BAILIFF_VERSION "\(.*\)"$/\1/p' daemon/bailiffd.h)
if commit=$(git log -1 --format=%ct.%h 2> /dev/null); then
	SOURCE_DATE_EPOCH=${SOURCE_DATE_EPOCH:-${commit%.*}}
	version+=+git$(date -u -d "@${commit%.*}" +%Y%m%d).${commit#*.}
fi
export SOURCE_DATE_EPOCH=${SOURCE_DATE_EPOCH:-1}

install_files()
{
	local doc=$root/usr/share/doc/bailiff

	make --no-print-directory -s install DESTDIR="$root" PREFIX=/usr
	strip --strip-unneeded --remove-section=.comment --remove-section=.note \
		"$root"/usr/bin/* "$root"/usr/sbin/*
	sed -i 's|/usr/local/|/usr/|g' "$root"/usr/share/man/man?/*
	register
	# where Debian has zsh's functions of packages
	mv "$root/usr/share/zsh/site-functions" "$root/usr/share/zsh/vendor-completions"
	install -d "$doc"
	install -m 644 docs/*.md README.md "$doc/"
	sed -e '/@BSD@/ {' -e 's/.*//' -e 'r /dev/stdin' -e 'd' -e '}' \
		$from/copyright < <(sed -n '/Redistribution/,$ { s/^$/./; s/^/ /; p }' \
		LICENSES/BSD-2-Clause.txt) > "$doc/copyright"
	changelog > "$doc/changelog"
	gzip -9 -n "$doc/changelog" "$root"/usr/share/man/man?/*
	find "$root" -type d -exec chmod 755 {} +
	find "$root" -type f ! -perm -100 -exec chmod 644 {} +
	rm -rf "$root"/usr/share/bailiff/policies/.[!.]*
}

# podman and CRI-O find the hook in /usr; that it is a link into /etc lets an
# administrator change it, or take it away, and have it stay so. podman learns of
# the runtime; docker and containerd have one file, which is not ours to write.
register()
{
	local with=$root/usr/share/bailiff/runtimes

	install -D -m 644 "$with/hook.json" \
		"$root/etc/containers/oci/hooks.d/bailiff.json"
	install -d "$root/usr/share/containers/oci/hooks.d"
	ln -s /etc/containers/oci/hooks.d/bailiff.json \
		"$root/usr/share/containers/oci/hooks.d/bailiff.json"
	install -D -m 644 "$with/containers.conf" \
		"$root/etc/containers/containers.conf.d/bailiff.conf"
}

# Debian's form; what changed is in CHANGELOG.md.
changelog()
{
	printf 'bailiff (%s) unstable; urgency=medium\n\n' "$version"
	printf '  * See CHANGELOG.md of the source.\n\n'
	printf ' -- The Bailiff authors <bailiff@packages.invalid>  %s\n' \
		"$(LC_ALL=C date -u -R -d "@$SOURCE_DATE_EPOCH")"
}

# The packages of the libraries that the programs are linked with.
depends()
{
	local tree=$work/shlibs

	mkdir -p "$tree/debian"
	printf 'Source: bailiff\n\nPackage: bailiff\nArchitecture: any\n' \
		> "$tree/debian/control"
	(cd "$tree" && dpkg-shlibdeps -O "$root"/usr/bin/* "$root"/usr/sbin/* 2> /dev/null) |
		sed -n 's/^shlibs:Depends=//p'
}

control()
{
	local size libraries

	size=$(du -k -s --apparent-size "$root" | cut -f 1)
	libraries=$(depends) || :
	[ -n "$libraries" ] || { echo "deb.sh: dpkg-shlibdeps of the package dpkg-dev says nothing" >&2; return 1; }
	sed "s|@VERSION@|$version|; s|@ARCH@|$arch|; s|@SIZE@|$size|
		s|@DEPENDS@|$libraries, init-system-helpers (>= 1.52)|" $from/control
}

arch=$(dpkg --print-architecture)
mkdir -p "$out" "$root/DEBIAN"
rm -f "$out"/*.deb
install_files
control > "$root/DEBIAN/control"
install -m 755 $from/postinst $from/prerm $from/postrm "$root/DEBIAN/"
(cd "$root" && find etc -type f -printf '/%p\n' | sort) > "$root/DEBIAN/conffiles"
(cd "$root" && find usr -type f -print0 | sort -z | xargs -0 md5sum) \
	> "$root/DEBIAN/md5sums"
find "$root" -newermt "@$SOURCE_DATE_EPOCH" -exec touch -h -d "@$SOURCE_DATE_EPOCH" {} +
dpkg-deb --root-owner-group --build "$root" \
	"$out/bailiff_${version}_$arch.deb" > /dev/null
echo "$out/bailiff_${version}_$arch.deb"
