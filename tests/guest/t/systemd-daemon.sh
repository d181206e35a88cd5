# shellcheck shell=bash
# SPDX-License-Identifier: GPL-2.0-only
#
# boot: systemd
# timeout: 180
#
# The units as they are shipped: readiness, watchdog, hardening, and what
# happens to what is confined when the daemon stops, is killed, or hangs.
. "$BAILIFF_TOP/tests/guest/systemd.sh"

main_pid()
{
	shows bailiffd.service MainPID
}

# inside COMMAND...: in the mount namespace of the daemon
inside()
{
	nsenter -t "$(main_pid)" -m -- "$@"
}

was_restarted()
{
	[ "$(shows bailiffd.service NRestarts)" -gt "$restarts" ] &&
		[ "$(shows bailiffd.service ActiveState)" = active ]
}

generation()
{
	bailiffctl status --json | grep -o '"generation": [0-9]*'
}

is "$(cat /proc/1/comm)" systemd "systemd is the first process"
install_bailiff

# ---- the early unit ----
systemctl stop bailiff-early.service
umount /sys/kernel/security
fails "where securityfs is not mounted there is no Bailiff" test -e /sys/kernel/security/bailiff
# what podman and docker start their own programs in is the host's namespace
succeeds "the early unit starts" systemctl start bailiff-early.service
is "$(shows bailiff-early.service ActiveState)" active "... and stays"
succeeds "... having mounted securityfs" test -e /sys/kernel/security/bailiff/status
like "$(cat /sys/kernel/security/bailiff/bindings)" 'policy=refuse' \
	"... having bound cgroups to refuse"
is "$(grep -c policy=refuse /sys/kernel/security/bailiff/bindings)" 3 "... three"
fails "a program in a namespace of its own does not start in machine.slice" \
	systemd-run -q --wait --slice=machine.slice -p PrivateMounts=yes /bin/true
succeeds "... one of the host's does" \
	systemd-run -q --wait --slice=machine.slice /bin/true
succeeds "... and so does one in another slice" \
	systemd-run -q --wait -p PrivateMounts=yes /bin/true

# ---- readiness ----
policy kept 'name: "kept*"'
succeeds "bailiffd.service starts" systemctl start bailiffd.service
succeeds "... and is ready with its policies loaded" bailiffctl rules kept
is "$(shows bailiffd.service ActiveState)" active "... and is active"
like "$(shows bailiffd.service StatusText)" '1 ' "... and says how many there are"
like "$(systemctl show -p WatchdogUSec bailiffd.service)" '30s' "... under a watchdog"
mkdir -p /run/kept
# what this one may do is asked of it again and again
bailiffctl run --policy kept -- /bin/sh -c \
	'while :; do cat /etc/shadow; sleep 0.2; done' \
	> >(cat > /run/kept/out) 2> /dev/null &
confined=$!

# ---- hardening ----
status=$(cat "/proc/$(main_pid)/status")
like "$status" '^NoNewPrivs:.*1' "it can get no more privileges"
like "$status" '^Seccomp:.*2' "... has a filter of system calls"
# MAC_ADMIN (33), SETUID, SETGID, KILL; it needs SETPCAP no more
like "$status" '^CapBnd:.*00000002000000e0' "... and four capabilities"
is "$(ps -o user= -p "$(pgrep -o -P "$(main_pid)")")" nobody "the worker is not root"
fails "/usr is read-only for it" inside touch /usr/bailiff-was-here
fails "... /etc is" inside touch /etc/bailiff-was-here
fails "... and the cgroups" inside mkdir /sys/fs/cgroup/bailiff-was-here
succeeds "... its state is not" inside touch /var/lib/bailiff/.here
succeeds "... nor is its log" inside touch /var/log/bailiff/.here
is "$(inside ls /root /home)" "/home:

/root:" "homes are empty"
[ ! -e /dev/vport1p1 ] || fails "devices are hidden" inside test -e /dev/vport1p1
succeeds "systemd-analyze finds little to complain of" \
	systemd-analyze security --threshold=29 bailiffd.service
diag "$(systemd-analyze security bailiffd.service 2> /dev/null | tail -n 1)"
succeeds "... and little more of the unit that comes before it" \
	systemd-analyze security --threshold=37 bailiff-early.service
diag "$(systemd-analyze security bailiff-early.service 2> /dev/null | tail -n 1)"

# ---- reload ----
policy later 'name: "later*"'
succeeds "a policy that comes later is loaded" wait_for 10 bailiffctl rules later
succeeds "systemctl reload" systemctl reload bailiffd.service
is "$(shows bailiffd.service ActiveState)" active "... leaves it running"
rm $policies/later.yaml
succeeds "... and a policy whose file goes is unloaded" wait_for 10 is_gone later

# ---- a container's root ----
# policyc looks into it under all that the unit forbids, which no other test has.
policy dead 'name: none' '' '  - deny: ["/usr/bin/wget"]'
succeeds "there is a policy that denies a program" wait_for 15 bailiffctl rules dead
root=/run/kept/root
mkdir -p $root/bin $root/usr/bin /sys/fs/cgroup/dead1
cp /run/guest/busybox $root/bin/busybox
ln -s ../../bin/busybox $root/usr/bin/wget
unshare -m bash -c 'echo 0 > /sys/fs/cgroup/dead1/cgroup.procs; exec sleep 1000' &
dead=$!
wait_for 5 grep -q . /sys/fs/cgroup/dead1/cgroup.procs
like "$(python3 - $dead $root <<'END'
import json, socket, sys
s = socket.socket(socket.AF_UNIX)
s.connect("/run/bailiff/control.sock")
s.send(json.dumps({"cmd": "container", "pid": int(sys.argv[1]), "id": "dead1", "root": sys.argv[2],
                   "annotations": {"io.bailiff.policy": "dead"}}).encode() + b"\n")
print(s.recv(4096).decode())
END
)" '"ok":true' "a container is bound to it"
succeeds "its rule that a link makes useless is an alarm" wait_for 60 alarm_of_link dead1
grep -h 'was not looked at' $log | sed 's/^/# /'
kill $dead
wait $dead 2> /dev/null
rmdir /sys/fs/cgroup/dead1
rm $policies/dead.yaml
succeeds "... and when both are gone, it is" wait_for 15 is_gone dead

# ---- killed ----
before=$(generation)
like "$before" '[1-9]' "the policy is of a generation"
restarts=$(shows bailiffd.service NRestarts)
kill -KILL "$(main_pid)"
succeeds "killed, it is started again" wait_for 20 was_restarted
is "$(generation)" "$before" "... and loads nothing twice"
succeeds "... and who was confined runs" kill -0 $confined
is "$(cat /run/kept/out)" "" "... and was never without its policy"

# ---- hanging ----
mkdir -p /run/systemd/system/bailiffd.service.d
printf '[Service]\nWatchdogSec=%s\n' "$(patient 4)" \
	> /run/systemd/system/bailiffd.service.d/watchdog.conf
systemctl daemon-reload
systemctl restart bailiffd.service
restarts=$(shows bailiffd.service NRestarts)
pause 6
is "$(shows bailiffd.service NRestarts)" "$restarts" "the watchdog leaves it alone that works"
kill -STOP "$(pgrep -o -P "$(main_pid)")"
succeeds "a worker that hangs: the watchdog has it started again" \
	wait_for 40 was_restarted
succeeds "... and it answers" bailiffctl status
rm -r /run/systemd/system/bailiffd.service.d
systemctl daemon-reload

# ---- stopped ----
succeeds "it stops when told to" systemctl stop bailiffd.service
is "$(shows bailiffd.service Result)" success "... as it should"
is "$(cat /run/kept/out)" "" "... and what is confined stays so"
succeeds "... and runs" kill $confined
wait $confined 2> /dev/null
succeeds "it starts again" systemctl start bailiffd.service
is "$(generation)" "$before" "... and loads nothing twice"
clean_bailiff
bailiffctl unload kept > /dev/null
systemctl stop bailiff-early.service
for cgroup in machine docker kubepods; do
	bailiffctl unbind --cgroup /$cgroup.slice > /dev/null
done
done_testing
