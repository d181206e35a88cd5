#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
#
# usage: install.sh [LINUX-IMAGE.deb]
#
# A Debian of its own on the image of a disk: dpkg installs there the kernel that
# `make kernel-deb` built (or the one that is named) and the package of `make deb`,
# it boots, and repeats the demo with what they installed. As root, since a system
# is made; nothing of this machine is changed. Some minutes; the system without
# the packages is kept in ${XDG_CACHE_HOME:-~/.cache}/bailiff/install.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."
. tests/guest/common.sh
. tests/guest/pace.sh

base=$guest_cache/install
out=build/install

fail()
{
	echo "install.sh: $*" >&2
	exit 3
}

# The newest one that was built, if none is named.
kernel_package()
{
	local found

	found=$(find build/kernel-deb -name 'linux-image-*-bailiff-*.deb' \
		! -name '*-dbg_*' -printf '%T@ %p\n' 2> /dev/null |
		sort -rn | sed -n '1s/^[^ ]* //p') || :
	[ -n "$found" ] || fail "there is no build/kernel-deb/linux-image-*.deb: make kernel-deb"
	echo "$found"
}

# depends DEB...: names that a system must have first, of alternatives the first
depends()
{
	local deb

	for deb in "$@"; do
		dpkg-deb -f "$deb" Depends | sed 's/([^)]*)//g; s/|[^,]*//g' | tr ',' '\n'
	done | tr -d ' ' | grep . | sort -u
}

# "ADDRESS CODENAME" of the Debian that apt takes packages from here.
debian()
{
	apt-get indextargets --format '$(SITE) $(RELEASE) $(CODENAME) $(ORIGIN) $(COMPONENT)' \
		'Created-By: Packages' |
		awk '$2 == $3 && $4 == "Debian" && $5 == "main" { print $1, $2; exit }'
}

# make_base: sets system to an archive of a Debian with what the packages and the
# demo need. Made once for each list.
make_base()
{
	local packages site codename key work

	packages=$({
		depends "$kernel" "$bailiff"
		printf '%s\n' systemd-sysv initramfs-tools kmod iproute2 procps \
			crun nginx-light curl apache2-utils libcap2-bin
	} | sort -u | paste -sd,)
	read -r site codename < <(debian) || fail "apt knows no Debian: run apt-get update"
	key=$(sha256sum <<< "$site $codename $packages")
	system=$base/$codename-${key:0:16}.tar
	[ ! -s "$system" ] || return 0
	echo "  SYSTEM  $codename, with $packages" >&2
	work=$(mktemp -d "$base/system.XXXXXX")
	debootstrap --variant=minbase --include="$packages" "$codename" "$work/root" \
		"$site" > "$out/debootstrap.log" 2>&1 ||
		{ tail -n 20 "$out/debootstrap.log" >&2; rm -rf "$work"; fail "debootstrap failed"; }
	rm -f "$work"/root/var/cache/apt/archives/*.deb
	tar -C "$work/root" -cf "$system.new" .
	mv "$system.new" "$system"
	rm -rf "$work"
}

# in_root COMMAND...: with mounts that end with it
in_root()
{
	unshare -m --propagation private /bin/sh -e -c '
		root=$1; shift
		mount -t proc proc "$root/proc"
		mount -t sysfs -o ro sysfs "$root/sys"
		mount --rbind /dev "$root/dev"
		exec chroot "$root" "$@"' sh "$root" env -i HOME=/root \
		PATH=/usr/sbin:/usr/bin:/sbin:/bin DEBIAN_FRONTEND=noninteractive "$@"
}

install_packages()
{
	local deb

	for deb in "$kernel" "$bailiff"; do
		cp "$deb" "$root/root/"
		echo "  DPKG    ${deb##*/}" >&2
		in_root dpkg -i "/root/${deb##*/}" >> "$out/dpkg.log" 2>&1 ||
			{ tail -n 20 "$out/dpkg.log" >&2; fail "dpkg did not install ${deb##*/}"; }
		rm "$root/root/${deb##*/}"
	done
}

# Of the checkout there is the demo there, and no program of Bailiff's.
add_demo()
{
	local there=$root/opt/bailiff

	mkdir -p "$there/build/guest"
	cp -a --parents tests/guest/demo tests/guest/container.sh tests/guest/pace.sh \
		tests/guest/lib.sh tests/install-guest.sh policies "$there"
	cp build/guest/intruder "$there/build/guest/"
	cat > "$root/etc/systemd/system/install-test.service" <<-END
		[Unit]
		After=multi-user.target
		[Service]
		Type=oneshot
		Environment=HOME=/root BAILIFF_TOP=/opt/bailiff GUEST_PATIENCE=${GUEST_PATIENCE:-1}
		Environment=BAILIFF_HOOK=/usr/sbin/bailiff-oci-hook
		ExecStart=/bin/bash /opt/bailiff/tests/install-guest.sh
		ExecStopPost=/bin/systemctl --no-block reboot
		TimeoutStartSec=infinity
		[Install]
		WantedBy=multi-user.target
	END
	in_root systemctl -q enable install-test.service
	# A failed start of these would be no fault of Bailiff's.
	in_root systemctl -q disable nginx.service 2> /dev/null || :
	echo bailiff-test > "$root/etc/hostname"
	echo '/dev/vda / ext4 defaults 0 1' > "$root/etc/fstab"
}

make_disk()
{
	rm -f "$out/disk.img"
	mke2fs -q -t ext4 -d "$root" "$out/disk.img" 4G > "$out/mke2fs.log" 2>&1 ||
		{ cat "$out/mke2fs.log" >&2; fail "no disk could be made"; }
}

# Its second serial port is what install-guest.sh says. It ends by a reboot, which
# QEMU was told not to do: not every kernel can switch the power off.
boot()
{
	local image initrd

	image=$(find "$root/boot" -name 'vmlinuz-*')
	initrd=${image/vmlinuz-/initrd.img-}
	[ -s "$initrd" ] || fail "the package of the kernel left no ${initrd##*/}"
	cp "$image" "$out/vmlinuz"
	cp "$initrd" "$out/initrd"
	rm -f "$out/said" "$out/console"
	echo "  BOOT    ${image##*/}" >&2
	timeout -k 5 "$(patient 1200)" qemu-system-x86_64 -nodefaults -no-user-config \
		-no-reboot -display none -accel tcg,thread=multi -cpu max -smp 2 -m 2048 \
		-kernel "$out/vmlinuz" -initrd "$out/initrd" \
		-append 'root=/dev/vda rw console=ttyS0 panic=-1 mitigations=off no_timer_check' \
		-drive "file=$out/disk.img,if=virtio,format=raw" \
		-device virtio-rng-pci \
		-serial "file:$out/console" -serial "file:$out/said" || {
		echo "FAIL the machine did not end by itself"
		failed=$((failed + 1))
	}
}

# What was claimed there; "1..N" is its last word.
count()
{
	tr -d '\r' < "$out/said" > "$out/tap"
	grep -v '^ok ' "$out/tap" | sed 's/^/    /'
	passed=$(grep -c '^ok ' "$out/tap") || :
	failed=$((failed + $(grep -c '^not ok ' "$out/tap" || :)))
	[ "$(tail -n 1 "$out/tap")" = "1..$(grep -c -E '^(not )?ok ' "$out/tap")" ] || {
		echo "FAIL it did not come to its end; its console: $out/console"
		tail -n 20 "$out/console" | tr -d '\r' | sed 's/^/    /'
		failed=$((failed + 1))
	}
}

[ "$(id -u)" = 0 ] || fail "this makes a system: as root"
need debootstrap debootstrap
need mke2fs e2fsprogs
mkdir -p "$base" "$out"
: > "$out/dpkg.log"
kernel=${1:-$(kernel_package)}
[ -f "$kernel" ] || fail "no such package: $kernel"
bailiff=$(scripts/deb.sh | tail -n 1)
[ -f "$bailiff" ] || fail "scripts/deb.sh made no package"
make_base
root=$(mktemp -d "$base/root.XXXXXX")
trap 'rm -rf "$root"' EXIT
tar -C "$root" -xf "$system"
install_packages
add_demo
make_disk
passed=0 failed=0
boot
count
rm -f "$out/disk.img"
echo "install: $passed passed, $failed failed"
[ "$failed" = 0 ] && [ "$passed" -gt 0 ]
