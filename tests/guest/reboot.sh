# shellcheck shell=bash
# SPDX-License-Identifier: GPL-2.0-only
#
# reboot.sh - a machine with systemd that is rebooted, on the host. Sourced by
# those of harness/ that do it, after lib.sh.

# reboot_guest SCRIPT [SECONDS]: a guest with systemd runs it, again after each
# reboot that it asks for, and so long each time. What it claims becomes claims of
# this file.
reboot_guest()
{
	local disk line said

	disk=$(mktemp -d)
	run "$BAILIFF_TOP/tests/guest/run.sh" --systemd --rw "$disk" \
		--timeout "$(patient "${2:-180}")" \
		--log "$BAILIFF_TOP/build/guest/${1%.sh}.console" -- \
		"$BAILIFF_TOP/tests/guest/$1" "$disk"
	said=$out
	is "$status" 0 "all boots ended as they should"
	grep -q '^1\.\.' <<< "$out" || diag "$out" "$err"
	succeeds "the first saved its disk" test -s "$disk/disk.tar"
	rm -rf "$disk"
	while read -r line; do
		case $line in
		"ok "*) ok "${line#ok * - }" ;;
		"not ok "*) not_ok "${line#not ok * - }" ;;
		"#"*) echo "$line" ;;
		esac
	done <<< "$said"
	like "$said" '^1\.\.[1-9]' "the last boot came to its end"
}

# In the guest.

# save_disk DIR PATH...: what the next boot finds where it is now: this, and what
# was installed
save_disk()
{
	local disk=$1
	shift

	(cd / && tar -cf "$disk/disk.tar.new" usr/local/bin/policyc \
		usr/local/sbin/bailiff* usr/local/lib/systemd etc/systemd/system \
		etc/bailiff var/lib/bailiff "$@") &&
		mv "$disk/disk.tar.new" "$disk/disk.tar"
}

# next_boot DIR
next_boot()
{
	touch "$1/reboot"
	exit 0
}
