# shellcheck shell=bash disable=SC2086
# SPDX-License-Identifier: GPL-2.0-only
#
# timeout: 300
# also: 6.1 fast
#
# Ways out of a policy: by keys, watches, descriptors from before, services of
# the host, what a writer does for others.
. "$BAILIFF_TOP/tests/guest/ways.sh"

load_policy <<END || bail "no policy for the cell"
bailiff: 1
policy: cell
default: allow
files:
  - deny: [read, write, manage, map-exec, watch]
    paths: [$top/vault, "$top/vault/**"]
  - deny: watch
    paths: ["/", /run]
network:
  - deny: [connect, send]
    unix: "@host/**"
  - deny: [connect, send]
    unix: "$top/vault/**"
  - deny: connect
    family: vsock
kernel:
  - deny: [keyring, perf, bpf]
mounts:
  - deny: [umount]
END
ways cell escape_kernel key_read key_search key_request key_update key_link \
	key_persistent watch_inotify watch_fanotify watch_filesystem \
	watch_mount inherited_userfaultfd inherited_perf \
	inherited_bpf inherited_tree inherited_fanotify perf bpf \
	abstract_connect abstract_send abstract_ring unix_path unix_symlink \
	unix_rename vsock

ways jail escape_kernel session_to_parent

# Only the debug kernel has these: the option touches every file of a build.
for helper in /sys/kernel/uevent_helper /proc/sys/kernel/hotplug; do
	if [ -e $helper ]; then
		ways cell escape_kernel ${helper##*/}
	else
		diag "not tried: this kernel has no $helper"
	fi
done

# The file of a hierarchy of cgroups of the first version, whose value the kernel runs
mkdir -p $top/v1
mount -t cgroup -o none,name=escape none $top/v1 || bail "no hierarchy of the first version"
ways cell escape_kernel poweroff_cmd release_agent_file
is "$(cat $top/v1/release_agent)" /bin/true "and it is as who was not confined left it"
umount $top/v1
# Other helpers, where this kernel has any
found=0
for helper in /sys/module/*/parameters/{usermode_helper,cltrack_prog,cache_getent,v86d} \
	/sys/devices/system/machinecheck/machinecheck0/trigger; do
	[ -e $helper ] || continue
	export HELPER=$helper
	ways cell escape_kernel sysfs_helper
	found=$((found + 1))
done
diag "$found helpers of drivers"

# `self` is written by whoever opened it, with its own credentials: else one
# could confine another, whose output it is.
is "$(attempt cell escape_kernel self_by_ring)" "in EBUSY" \
	"self is not written with borrowed credentials"
cp /bin/echo $top/free/speaker
chmod 4755 $top/free/speaker
# speak COMMAND: somebody without rights says a policy's name by it
speak()
{
	setpriv --reuid=65534 --clear-groups --no-new-privs bash -c \
		"exec 3> $fs/self && { $1 owned >&3; } 2>&1; cat $fs/self"
}
load_policy <<END || bail "no policy for the owned"
bailiff: 1
policy: owned
enter: self
default: allow
END
is "$(speak echo)" owned "who opened self enters by it"
like "$(speak $top/free/speaker)" 'busy' "its program, which is another's, does not"
like "$(bash -c "exec 3> $fs/self && $top/free/speaker owned >&3" 2>&1)" 'busy' \
	"nor does one with all rights"
# A shell that keeps whose it is, and is asked by somebody without rights.
cp /bin/bash $top/free/shell
chmod 4755 $top/free/shell
said=$(setpriv --reuid=65534 --clear-groups bash -c "exec 3> $fs/self &&
	{ $top/free/shell -p -c 'echo I am \$EUID >&2; echo owned' >&3; } 2>&1; cat $fs/self")
like "$said" 'I am 0' "a setuid program runs with root's rights"
like "$said" 'busy' "... and what it prints to self confines nobody"
unlike "$said" '^owned' "... neither itself nor who asked it"

# `load` needs the right of its opener and of its writer.
before=$(echo $fs/policies/*)
weak="setpriv --bounding-set -mac_admin --inh-caps -mac_admin"
fails "who has not the capability does not open load" \
	$weak bash -c "exec 3> $fs/load"
like "$($weak bash -c "exec 3> $fs/load" 2>&1)" 'not permitted' "it is not permitted"
exec 3> $fs/load
like "$($weak /bin/echo BAILIFF 2>&1 >&3)" 'not permitted' \
	"nor does its output become load"
like "$(/bin/echo BAILIFF 2>&1 >&3)" 'Invalid argument|Message too long' \
	"where both have it, the image is looked at"
exec 3>&-
is "$(echo $fs/policies/*)" "$before" "no policy came or went"
the_end
