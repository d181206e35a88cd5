# shellcheck shell=bash
# SPDX-License-Identifier: GPL-2.0-only
#
# timeout: 400
# also: 6.1 fast
#
# Ways out of a policy: by tasks, names, descriptors, rings, programs, addresses.
. "$BAILIFF_TOP/tests/guest/ways.sh"

ways jail escape read double_fork clone_vm vfork clone_namespaces thread \
	self_threads unshare setns setns_pidfd setns_inherited \
	setns_beyond_limit chroot double_chroot proc_root proc_cwd proc_fd \
	handle link rename rename_dir rename_parent exchange \
	exchange_dirs whiteout tmpfile bind_mount open_tree symlink_race \
	ptrace pidfd_getfd vm_write proc_mem tracer
# an exec that joins, too
box=$(cgroup escape-box)
tell $fs/bind "cgroup=$box policy=jail" > /dev/null
ways jail escape tracer_exec
tell $fs/unbind "cgroup=$box" > /dev/null
cp /bin/true $top/free/code
load_policy <<END || bail "no policy for code"
bailiff: 1
policy: still
default: allow
files:
  - deny: map-exec
    paths: $top/free/code
mounts:
  - deny: [umount]
END
ways still escape map_exec map_exec_later map_exec_implied map_exec_implied_later
ways logger escape_fd exec_memfd
ways jail escape_fd ring ring_poller ring_personality ring_from_before \
	ring_registered ring_poller_from_before ring_connect sent_file \
	sent_dir sent_path sent_memfd sent_tree sent_tree_path \
	proc_memfd proc_memfd_write proc_memfd_truncate proc_memfd_chmod \
	proc_memfd_path proc_memfd_exec proc_pipe parent_memfd \
	inherited_file inherited_dir inherited_cwd inherited_map exec \
	exec_inherited link_inherited \
	exec_deleted exec_script exec_loader connect \
	connect_mapped connect_any send send_unspec send_v6 send_fastopen \
	unload unload_inherited events_inherited core_pattern \
	core_pattern_inherited release_agent release_agent_context \
	terminal_input
top=$over # where a mapping's file is another one than was opened
ways jail escape_fd inherited_file inherited_map
the_end
