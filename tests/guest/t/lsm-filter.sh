# shellcheck shell=bash
# SPDX-License-Identifier: GPL-2.0-only
#
# timeout: 120
#
# A policy with a filter of system calls: the kernel does not install it, and
# lets nobody under the policy who is under no filter.
. "$BAILIFF_TOP/tests/guest/lib.sh"
. "$BAILIFF_TOP/tests/guest/lsm.sh"

PATH=$PATH:$BAILIFF_TOP/build/bin
echo secret > $work/secret

# policy NAME [LINE...]: a policy, with these lines
policy()
{
	local name=$1
	shift
	load_policy <<END
bailiff: 1
policy: $name
default: allow
files:
  - {deny: [read, write, manage], paths: $work/secret}
mounts:
  - deny: [mount, umount, pivot-root, move-mount]
$(printf '%s\n' "$@")
END
}

# loads NAME [LINE...]: what the kernel says to the load
loads()
{
	rm -f $work/policy.img
	policy "$@"
	load_image $work/policy.img
}

# says FILE TEXT: errno and reply of a message
says()
{
	python3 - "$1" "$2" <<'END'
import errno, os, sys
fd = os.open(sys.argv[1], os.O_RDWR)
word = "ok"
try:
    os.write(fd, sys.argv[2].encode())
except OSError as e:
    word = errno.errorcode[e.errno]
print(word, os.pread(fd, 4096, 0).decode().strip())
END
}

# A filter that allows all; then, if CGROUP is not "-", a move; then an exec
cat > $work/filtered.py <<'END'
import ctypes, os, struct, sys
libc = ctypes.CDLL(None, use_errno=True)
insn = ctypes.create_string_buffer(struct.pack("<HBBI", 6, 0, 0, 0x7fff0000), 8)
prog = ctypes.create_string_buffer(struct.pack("<H6xQ", 1, ctypes.addressof(insn)), 16)
if libc.prctl(22, 2, prog, 0, 0):
    sys.exit("prctl: %d" % ctypes.get_errno())
if sys.argv[1] != "-":
    with open("/sys/fs/cgroup/%s/cgroup.procs" % sys.argv[1], "w") as f:
        f.write("0")
os.execvp(sys.argv[2], sys.argv[2:])
END
filtered()
{
	python3 $work/filtered.py "$@" 2>&1
}

ours='syscalls: {default: allow, deny: [swapon]}'
theirs='syscalls: {default: allow, deny: [swapon], installed-by: runtime}'
other='syscalls: {default: allow, deny: [swapoff], installed-by: runtime}'
id=$(cgroup filter)

# Bindings
succeeds "a policy with a filter loads" policy ours "$ours"
like "$(says $fs/bind "cgroup=$id policy=ours")" \
	"^EACCES error: .*filter of system calls.*installed-by" "a binding would leave it out"
fails "it did not happen" grep -q "policy=ours" $fs/bindings
succeeds "one whose filter is the runtime's loads" policy theirs "$theirs"
is "$(says $fs/bind "cgroup=$id policy=theirs label=f")" "ok ok" "and is bound"

# Joining
drain
failures=$(status_of join_failures)
before=$(status_of reason.no-filter)
like "$(in_cgroup filter true 2>&1)" 'Permission denied' "who is under no filter does not join"
is "$(status_of reason.no-filter)" $((before + 1)) "for that reason"
is "$(status_of join_failures)" $((failures + 1)) "which is a join that failed"
like "$(records)" '^theirs$' "and is recorded with the policy"
is "$(filtered filter cat $fs/self)" theirs "who is under one does"
is "$(filtered filter bash -c 'bash -c "cat '$work/secret'"')" \
	"cat: $work/secret: Permission denied" "and is confined"
succeeds "a policy in audit mode loads" policy soft "$theirs" 'mode: audit'
tell $fs/bind "cgroup=$id policy=soft" > /dev/null
like "$(in_cgroup filter true 2>&1)" 'Permission denied' "audit mode does not waive it"
is "$(filtered filter cat $work/secret)" secret "but all the rest"
succeeds "and one that waits" policy lazy "$theirs" 'start: after exec /usr/bin/true' \
	'start-timeout: 600'
tell $fs/bind "cgroup=$id policy=lazy" > /dev/null
like "$(in_cgroup filter true 2>&1)" 'Permission denied' "nor does waiting for a start"

# Entering
is "$($act enter ours)" EACCES "nor does who enters without one"
like "$(says $fs/self ours)" '^EACCES error: .*under none$' "it is told why"
is "$($act enter theirs)" EACCES "whoever was to install it"
is "$(filtered - $act enter ours , open r $work/secret 1 | paste -sd' ')" "ok EACCES" \
	"under one it enters"
is "$(bailiffctl run --policy ours cat $fs/self)" ours "so does bailiffctl"
like "$(bailiffctl run --policy theirs true 2>&1)" 'under none' \
	"but not where the filter is the runtime's"

# A file in the place of `self` takes any name
unshare -m --propagation private bash -c "
	mount -t tmpfs none /sys/kernel/security && mkdir -p $fs/policies/ours
	echo bailiff > /sys/kernel/security/lsm
	echo bailiff 1 1 1 > $fs/version
	: > $fs/self
	cp $work/policy.img $fs/policies/ours/image
	bailiffctl run --policy ours cat $work/secret
	echo status \$? size \$(stat -c %s $fs/self)" > $work/said 2>&1
unlike "$(cat $work/said)" '^secret' "a file in the place of self confines nobody, and nothing runs"
like "$(cat $work/said)" '^status [1-9][0-9]* size 0$' \
	"a file in the place of self confines nobody, and who would run there is told"

# Other versions
tell $fs/bind "cgroup=$id policy=theirs" > /dev/null
like "$(loads theirs "$theirs" 'start: after exec /usr/bin/true')" '^ok ' \
	"a version with the same filter replaces one that is bound"
like "$(loads theirs "$other")" '^error: its filter of system calls is another' \
	"one with another filter does not"
like "$(loads theirs "$ours")" '^error: its filter' "nor one with ours"
like "$(loads theirs)" '^error: its filter' "nor one without"
succeeds "a policy without a filter loads" policy plain
tell $fs/bind "cgroup=$id policy=plain" > /dev/null
like "$(loads plain "$theirs")" '^error: its filter' "it does not get one while it is bound"
like "$(loads theirs "$other")" '^ok ' "nobody is under the first any more: it does"
bash -c "echo plain > $fs/self; exec sleep 60" &
wait_for 5 grep -q plain@ $fs/tasks
tell $fs/unbind "cgroup=$id" > /dev/null
like "$(loads plain "$theirs")" '^error: its filter' "nor while it confines a task"
kill $!
wait $! 2> /dev/null
succeeds "but then" wait_for 10 load_image $work/policy.img

# A binding of what is gone binds nothing
id=$(cgroup filter-gone)
tell $fs/bind "cgroup=$id policy=theirs" > /dev/null
rmdir /sys/fs/cgroup/filter-gone
like "$(loads theirs "$theirs")" '^ok ' "a binding whose cgroup is gone keeps no filter"
for name in ours theirs soft lazy plain; do
	wait_for 10 sh -c "echo $name > $fs/unload"
done
done_testing
