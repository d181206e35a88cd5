#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
#
# usage: reboot-guest.sh DIR
#
# harness/reboot.sh runs it in a guest with systemd, twice. The first time it
# sets the machine up and asks for a reboot; the second time it looks at what
# the containers could do that started with the machine.
. "$BAILIFF_TOP/tests/guest/systemd.sh"
. "$BAILIFF_TOP/tests/guest/reboot.sh"
disk=$1

# box NAME SLICE HOOK LINE...: a container that starts at boot, with that hook if
# it is not ""; lines of its unit
box()
{
	local name=$1 slice=$2 hook=$3
	shift 3

	{
		printf '[Unit]\n'
		printf '%s\n' "$@"
		cat <<-END
			[Service]
			Type=oneshot
			Environment=BAILIFF_TOP=$BAILIFF_TOP
			ExecStart=/bin/bash /usr/local/sbin/start-box $name $slice $hook
			[Install]
			WantedBy=multi-user.target
		END
	} > "/etc/systemd/system/$name.service"
	systemctl daemon-reload
	systemctl -q enable "$name.service"
}

set_up()
{
	local hook=/usr/local/sbin/bailiff-oci-hook daemon=bailiffd.service

	install_bailiff
	cat > /usr/local/sbin/start-box <<-END
		. "\$BAILIFF_TOP/tests/guest/container.sh"
		BAILIFF_HOOK=\${3:-}
		bundle_make "\$1" "example/\$1:1" '' /bin/sh -c '$try_shadow'
		sed -i 's|"cgroupsPath":"[^"]*"|"cgroupsPath":"/'"\$2/\$1"'"|' \\
			"\$BUNDLES/\$1/config.json"
		container_run "\$1" 2>&1 | cat > "/run/\$1.new"
		mv "/run/\$1.new" "/run/\$1.out"
	END
	policy box 'name: "box*"'
	# a runtime that nobody told of the hook, and one that was
	box early-bare machine.slice '' Before=$daemon
	box early-box system.slice $hook Before=$daemon
	box early-free system.slice '' Before=$daemon
	box box1 machine.slice $hook Wants=$daemon After=$daemon
	box late-bare machine.slice '' Wants=$daemon After=$daemon
	systemctl -q enable bailiff-early.service $daemon
	systemctl start $daemon || exit 1
	bailiffctl rules box > /dev/null || exit 1
	systemctl stop $daemon
	touch /etc/bailiff/second-boot
	save_disk "$disk" usr/local/sbin/start-box || exit 1
}

# ended NAME DESCRIPTION: sets out
ended()
{
	succeeds "$2" wait_for 60 test -e "/run/$1.out"
	out=$(cat "/run/$1.out")
}

look()
{
	succeeds "the early unit ran" systemctl is-active bailiff-early.service
	like "$(journalctl -o cat -u bailiff-early.service)" \
		'^1 policies loaded, 3 cgroups refuse what has no policy, 0 failures' \
		"... loaded what the daemon had saved, and refused the rest"
	succeeds "the daemon runs" wait_for 30 systemctl is-active bailiffd.service
	ended early-free "a container in a cgroup that nobody guards, before the daemon, ended"
	is "$out" open "... and was free: the others could have been"
	ended early-bare "one without a hook in machine.slice, before the daemon, ended"
	unlike "$out" 'open|shut' "... and never ran"
	like "$out" 'denied|exec' "... for want of an exec"
	ended early-box "one with a hook, before the daemon, ended"
	unlike "$out" 'open|shut' "... and never ran"
	ended box1 "one with a hook, after the daemon, ended"
	is "$out" shut "... and ran under its policy"
	like "$(event box1 /etc/shadow)" '"outcome":"denied"' "... which is in the log"
	ended late-bare "one without, in machine.slice, after the daemon, ended"
	unlike "$out" 'open|shut' "... and never ran"
	is "$(dmesg | grep -c 'op=load policy="box"')" 1 "nothing was loaded twice"
}

if [ ! -e /etc/bailiff/second-boot ]; then
	set_up
	next_boot "$disk"
fi
look
done_testing
