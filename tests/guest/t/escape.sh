# shellcheck shell=bash disable=SC2086
# SPDX-License-Identifier: GPL-2.0-only
#
# timeout: 400
#
# Ways out of a policy. Each attempt is made twice: unconfined, where it must
# go through (else it says nothing), and confined, where it must not.
. "$BAILIFF_TOP/tests/guest/lib.sh"
. "$BAILIFF_TOP/tests/guest/lsm.sh"

ip link set lo up 2> /dev/null
top=$work/jail
over=/var/escape.$$ # the root file system is an overlay
for dir in $top $over; do
	mkdir -p $dir/vault $dir/free
	echo secret > $dir/vault/asset
	echo text > $dir/free/file
done
cp /bin/true $top/vault/tool
chmod 755 $top/vault/tool
chmod 777 $top $top/free

# policy NAME: everything is allowed but the vault, and what lets one out
policy()
{
	load_policy <<END
bailiff: 1
policy: $1
default: allow
files:
  - deny: [read, write, manage, map-exec]
    paths: [$top/vault, "$top/vault/**", $over/vault, "$over/vault/**"]
  - deny: inherit
    type: [nsfs, io_uring, mount, memfd, pipe]
exec:
  - deny: "$top/vault/**"
network:
  - deny: [connect, send]
    to: 127.0.0.2
mounts:
  - deny: [umount]
$2
END
}

succeeds "the policy loads" policy jail ''
[ "$status" = 0 ] || bail "no policy"

load_policy <<END || bail "no policy for the log"
bailiff: 1
policy: logger
default: {files: deny, exec: deny, network: deny, capabilities: deny, mounts: deny}
files:
  - allow: [append, read]
    paths: [$top/free/log, $over/free/log]
  - allow: [append, write]
    paths: [$top/free/answer, $over/free/answer]
END

# Somebody outside, with the asset open, two memory files and a pipe
python3 - <<END &
import os, time
os.dup2(os.open("$top/vault/asset", os.O_RDONLY), 9)
for number, text in (8, b"secret"), (6, b"#!/bin/true\n"):
    fd = os.memfd_create("theirs")
    os.write(fd, text)
    os.dup2(fd, number)
reader, writer = os.pipe()
os.dup2(reader, 10)
os.dup2(writer, 7)
os.chdir("$top/vault")
open("$work/ready", "w").close()
time.sleep(1000)
END
outsider=$!
wait_for 20 test -e $work/ready || bail "the outsider never came"

# attempt POLICY PROGRAM NAME: its answer. It comes by a file: a pipe is from
# outside.
attempt()
{
	echo old > $top/free/log
	rm -f $top/free/copy $top/free/script $top/free/answer
	timeout -s KILL 8 "$BAILIFF_TOP/build/guest/$2" "$1" "$3" $top $outsider \
		>> $top/free/answer
	cat $top/free/answer
}

# ways POLICY PROGRAM NAME...: each goes through outside, and not inside
ways()
{
	local policy=$1 program=$2 name caught
	shift 2
	for name in "$@"; do
		is "$(attempt - $program "$name")" out "$name works without a policy"
		caught=$(attempt $policy $program "$name")
		like "$caught" '^(in |not entered: EBUSY)' "$name does not with one"
		diag "$name: $caught"
		is "$(cat $top/vault/asset)" secret "the asset is as it was after $name"
	done
}

ways jail escape read double_fork clone_vm vfork clone_namespaces thread \
	self_threads unshare setns setns_pidfd setns_inherited \
	setns_beyond_limit chroot double_chroot proc_root proc_cwd proc_fd \
	handle link rename rename_dir rename_parent exchange \
	exchange_dirs whiteout tmpfile bind_mount open_tree symlink_race \
	ptrace pidfd_getfd vm_write proc_mem
ways logger escape_append log_fcntl log_mmap log_mprotect log_truncate \
	log_punch log_ioctl
# Linux 6.1 has neither RWF_NOAPPEND nor such a use of madvise(2).
case $(uname -r) in
6.1.*) ;;
*) ways logger escape_append log_noappend log_madvise log_aio log_ring log_ring_late ;;
esac
ways logger escape_fd exec_memfd
ways jail escape_fd ring ring_poller ring_personality ring_from_before \
	ring_registered ring_poller_from_before ring_connect sent_file \
	sent_dir sent_path sent_memfd sent_tree sent_tree_path \
	proc_memfd proc_memfd_write proc_memfd_truncate proc_memfd_chmod \
	proc_memfd_path proc_memfd_exec proc_pipe parent_memfd \
	inherited_file inherited_dir inherited_cwd inherited_map exec \
	exec_deleted exec_script exec_loader connect \
	connect_mapped connect_any send send_unspec send_v6 send_fastopen \
	unload unload_inherited events_inherited core_pattern \
	core_pattern_inherited release_agent release_agent_context \
	terminal_input

# What a mapping leads to on a stacking file system is another file.
is "$(stat -f -c %T $over)" overlayfs "the root file system is an overlay"
top=$over
ways logger escape_append log_mmap log_mprotect log_punch log_ioctl
case $(uname -r) in
6.1.*) ;;
*) ways logger escape_append log_noappend log_madvise ;;
esac
ways jail escape_fd inherited_file inherited_map

# Nor is any of it in the way of those who only append.
is "$(attempt logger escape_append log_appended)" out "every way of appending is left"
kill $outsider
done_testing
