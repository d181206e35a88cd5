# shellcheck shell=bash
# SPDX-License-Identifier: GPL-2.0-only
#
# timeout: 180
#
# bailiffd and those who are too many, or too slow, on the real kernel: containers of
# one name, clients that say nothing or take no answer, a container's root whose file
# system does not answer.
. "$BAILIFF_TOP/tests/guest/lib.sh"
. "$BAILIFF_TOP/tests/guest/container.sh"
. "$BAILIFF_TOP/tests/guest/policy.sh"

work=/run/crowd-test
policies=$work/policies
log=$work/events.json
mkdir -p $policies
cp -r "$BAILIFF_TOP/policies/base" $policies/
policy twin 'name: twin'
rm -f /run/bailiff/control.sock
bailiffd --foreground --policies $policies --log $log 2> $work/out &
daemon=$!
succeeds "there is a policy for a name" wait_for 20 bailiffctl rules twin

# ---- two of one name ----
# A runtime has each name once in its directory: these have two.
twin()
{
	local number=$1
	shift

	crun --root $work/crun"$number" --cgroup-manager=cgroupfs "$@"
}

has_run()
{
	grep -q ran "$work/out$1"
}

bound_of()
{
	grep 'label=twin' /sys/kernel/security/bailiff/bindings | grep -o 'cgroup=[0-9]*' | sort
}

is_bound()
{
	[ "$(bound_of)" = "$1" ]
}

for i in 1 2; do
	bundle_make twin$i example/twin:1 '' /bin/sh -c \
		'/bin/cat /etc/shadow > /dev/null 2>&1 && echo open || echo shut; echo ran; exec /bin/sleep 1000'
	(cd "$BUNDLES/twin$i" && twin $i run twin < /dev/null 2>&1) | cat > "$work/out$i" &
	succeeds "the $i. container of one name runs" wait_for 20 has_run $i
	is "$(cat "$work/out$i")" "shut
ran" "... confined"
	[ $i = 2 ] || first=$(bound_of)
done
both=$(bound_of)
is "$(wc -l <<< "$both")" 2 "each is bound by its own cgroup"
pause 0.5 # a record may be on its way
is "$(grep -e '"outcome":"denied","container":"twin"' $log | grep -e shadow |
	grep -o -e '"cgroup":[0-9]*' | sort -u | tr -d '"' | tr : =)" "$both" \
	"records have the name, and tell them apart by cgroup"
like "$(bailiffctl doctor 2>&1)" 'several containers share a name: twin' "doctor tells of it"
run bailiffctl trace twin --for 1
isnt "$status" 0 "trace does not choose one"
like "$err" 'cgroups' "... but names their cgroups"
twin 1 delete -f twin
second=$(comm -13 <(echo "$first") <(echo "$both"))
succeeds "the first ends: the other stays bound" wait_for 10 is_bound "$second"
# by a pipe: to files outside it may say nothing
like "$(twin 2 exec twin /bin/cat /etc/shadow 2>&1 | cat)" 'Permission denied' \
	"... and what comes to it is confined"
twin 2 delete -f twin

# ---- clients ----
# crowd.py NUMBER WAY: connects so often, as the user that it is, and then waits: for
# its own end (silent), or does not read what it asked for without an end (deaf).
cat > $work/crowd.py <<'END'
import socket, sys, time
clients = []
for _ in range(int(sys.argv[1])):
    s = socket.socket(socket.AF_UNIX)
    s.connect("/run/bailiff/control.sock")
    s.setblocking(False)
    try:
        if sys.argv[2] == "deaf":
            for _ in range(1000):
                s.send(b'{"cmd": "status"}\n' * 100)
        else:
            s.send(b'{"cmd": "sta')
    except OSError:
        pass
    clients.append(s)
print("connected", flush=True)
time.sleep(1000)
END
# crowd NUMBER WAY [COMMAND...]
crowd()
{
	local number=$1 way=$2
	shift 2

	"$@" python3 $work/crowd.py "$number" "$way" > $work/crowd &
	crowd=$!
	wait_for 20 grep -q connected $work/crowd || bail "no crowd"
}

for way in silent deaf; do
	crowd 200 $way setpriv --reuid 1500 --regid 1500 --clear-groups
	succeeds "a user has 200 connections that are $way: root is answered" bailiffctl status
	bundle_make box$way example/box:1 '' /bin/sh -c 'echo ran'
	like "$(container_run box$way 2>&1 | cat)" '^ran$' "... and a container starts"
	kill $crowd
	crowd 400 $way
	succeeds "root's own 400 that are $way: another is answered" bailiffctl status
	pause 6
	succeeds "... and when their time is over, too" bailiffctl status
	is "$(ss -x 2> /dev/null | grep -c '/run/bailiff/control.sock')" 0 "... they were dropped"
	kill $crowd
done

# ---- a root that hangs ----
# A file system of which nobody answers, as the hook passes one on; then a small root,
# in which the same rule is looked for.
policy dead 'name: none' '' '  - deny: ["/usr/bin/wget"]'
succeeds "there is a policy that denies a program" wait_for 20 bailiffctl rules dead
cat > $work/pass.py <<'END'
import array, ctypes, json, os, socket, sys, time
pid, name, root, stuck = int(sys.argv[1]), sys.argv[2], sys.argv[3], sys.argv[4] == "stuck"
libc = ctypes.CDLL(None, use_errno=True)
if stuck:
    dev = os.open("/dev/fuse", os.O_RDWR)
    how = b"fd=%d,rootmode=40000,user_id=0,group_id=0,allow_other" % dev
    if libc.mount(b"stuck", root.encode(), b"fuse.stuck", 0, how):
        sys.exit(os.strerror(ctypes.get_errno()))
place = libc.syscall(428, -100, root.encode(), 1 | os.O_CLOEXEC)
if place < 0:
    sys.exit(os.strerror(ctypes.get_errno()))
s = socket.socket(socket.AF_UNIX)
s.connect("/run/bailiff/control.sock")
line = json.dumps({"cmd": "container", "pid": pid, "id": name, "name": name, "root": root,
                   "annotations": {"io.bailiff.policy": "dead"}}) + "\n"
s.sendmsg([line.encode()], [(socket.SOL_SOCKET, socket.SCM_RIGHTS, array.array("i", [place]))])
print(s.recv(4096).decode(), flush=True)
os.close(place)
if stuck:
    time.sleep(1000)
END
# pass NAME stuck|well: a process in a cgroup of its own, and what is said of its root
pass()
{
	local name=$1 root=$work/root-$1

	mkdir -p "$root" "/sys/fs/cgroup/$name"
	unshare -m bash -c "echo 0 > /sys/fs/cgroup/$name/cgroup.procs; exec sleep 1000" &
	held+=($!)
	[ "$2" = stuck ] || small_root "$root"
	: > "$work/said-$name"
	wait_for 5 grep -q . "/sys/fs/cgroup/$name/cgroup.procs"
	python3 $work/pass.py "${held[-1]}" "$name" "$root" "$2" > "$work/said-$name" 2>&1 &
	held+=($!)
	wait_for 20 grep -q . "$work/said-$name"
	like "$(cat "$work/said-$name")" '"ok":true' "$name is bound"
}

small_root()
{
	mkdir -p "$1/bin" "$1/usr/bin"
	cp /run/guest/busybox "$1/bin/busybox"
	ln -s ../../bin/busybox "$1/usr/bin/wget"
	mount --bind "$1" "$1"
}

has_said()
{
	grep -q -e "$1" $log
}

# alarm_of NAME
alarm_of()
{
	bailiffctl status | grep -q \
		"^ALARM *$1: policy dead, .*'exec /usr/bin/wget' is not denied, as it leads to /bin/busybox"
}
held=()
pass stuck stuck
pass well well
succeeds "while one root does not answer, root is answered" bailiffctl status
bundle_make boxstuck example/box:1 '' /bin/sh -c 'echo ran'
like "$(container_run boxstuck 2>&1 | cat)" '^ran$' "... and a container starts"
succeeds "... until the look at it is given up, with a line of the log" \
	wait_for 60 has_said '"object":"stuck".*was not looked at'
succeeds "... and then the other's rule that a link makes useless is an alarm" \
	wait_for 30 alarm_of well
kill "${held[@]}"

kill $daemon
wait $daemon
is $? 0 "bailiffd ends when it is told to"
sed 's/^/# bailiffd: /' $work/out
done_testing
