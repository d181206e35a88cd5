# shellcheck shell=bash
# SPDX-License-Identifier: GPL-2.0-only
#
# timeout: 400
# also: 6.1 fast
#
# Ways out of a policy: by cgroups, mounts, descriptors that act with their
# maker's rights, and what the host or Bailiff itself obeys.
. "$BAILIFF_TOP/tests/guest/ways.sh"

mkdir -p $top/misc
mount -t binfmt_misc none $top/misc || bail "no binfmt_misc"
# Another container, which may read the asset, and reaches into the jail
load_policy <<END || bail "no policy for the neighbour"
bailiff: 1
policy: neighbour
default: allow
files:
  - allow: inherit
    type: io_uring
tasks:
  - allow: ptrace-trace
    peer: jail
END
ways jail escape_host cgroup_move cgroup_clone userns_mount userns_chroot \
	overlay pivot_root mounted_before magic_path exec_chain their_exe \
	sent_pidfd sent_userfaultfd sent_bpf sent_perf sent_nsfs sent_context \
	sent_fanotify sent_seccomp ring_message ring_message_between packet netlink modprobe \
	core_pattern_ring core_pattern_root binfmt_misc load bind unbind mode \
	sent_load mounted_load bound_load
umount $top/misc
the_end
