# shellcheck shell=bash
# SPDX-License-Identifier: GPL-2.0-only
#
# boot: systemd
# group: runtimes
# timeout: 360
#
# docker has no hooks directory: bailiff-runtime stands between it and the runtime.
# Debian's own, with an image made of busybox.
. "$BAILIFF_TOP/tests/guest/systemd.sh"

work=/run/docker-test
mkdir -p $work

# dock ARGUMENT...: without a network, which takes longer than all else
dock()
{
	contain /usr/bin/docker run --rm --network none "$@"
}

install_bailiff
image_tar $work/busy.tar
use_runc
policy dock 'name: "web*"}, {image: "docker.io/library/other:*"}, {label: "tier=front"'
systemctl start bailiffd.service
succeeds "there is a policy" bailiffctl rules dock
register daemon.json /etc/docker/daemon.json
succeeds "docker starts with bailiff-runtime as its default" systemctl start docker.service
[ "$status" = 0 ] || diag "$(journalctl -u docker.service -o cat | tail -n 20)"
for tag in busy other; do
	/usr/bin/docker import $work/busy.tar $tag:1 > $work/err 2>&1 ||
		bail "docker imports no image: $(cat $work/err)"
done

dock --name web0 --runtime runc busy:1
free "without bailiff-runtime a container that is selected is free"
# some that are so, and are there before a bailiffd: it is to find them meanwhile
for option in "web9" "lab9 --label tier=front" "free9"; do
	# shellcheck disable=SC2086 # several words
	/usr/bin/docker run -d --runtime runc --network none --name $option busy:1 \
		/bin/sleep 1000 > $work/err 2>&1 < /dev/null ||
		bail "docker runs nothing: $(cat $work/err)"
done
systemctl restart bailiffd.service
contain /usr/bin/docker run --rm --name web1 busy:1
confined "with it, the name selects its policy, on docker's own network"
usual=$took
line=$(event web1 /etc/shadow)
like "$line" '"outcome":"denied"' "the denial is in the log, with the name"
like "$line" '"image":"docker.io/library/busy:1"' "... and the image, by its whole name"
like "$line" '"container":"[0-9a-f]{12}"' "... and docker's number"
like "$(bailiffctl why web1)" 'shadow' "why tells of it by the name"
dock --name some other:1
confined "the image selects its policy"
dock --label tier=front busy:1
confined "... and a label"
dock --name free busy:1
free "a container that no policy selects runs"
/usr/bin/docker run -d --name web2 --network none busy:1 /bin/sleep 1000 > /dev/null 2>&1 < /dev/null
contain /usr/bin/docker exec web2
confined "docker exec joins"
/usr/bin/docker rm -f web2 > /dev/null 2>&1

succeeds "... and one that runs so raises an alarm, by docker's name of it" \
	wait_for 90 alarm_about web9 dock
succeeds "... or a label" wait_for 90 alarm_about lab9 dock
unlike "$(bailiffctl status)" 'ALARM *free9' "... and none where no policy selects it"
unlike "$(grep 'was not looked at' $log)" 'select it by name' "... docker's directories can be read"
/usr/bin/docker rm -f web9 lab9 free9 > /dev/null 2>&1

# ---- a rule that a link makes useless ----
policy_dead
succeeds "there is a policy that denies a program" wait_for 15 bailiffctl rules dead
/usr/bin/docker run -d --network none --name dead1 busy:1 /bin/sleep 1000 > $work/err 2>&1 < /dev/null ||
	bail "docker runs nothing: $(cat $work/err)"
succeeds "the rule that its link makes useless is an alarm" wait_for 90 alarm_of_link dead1
/usr/bin/docker rm -f dead1 > /dev/null 2>&1
rm $policies/dead.yaml

# ---- the filter of system calls, over docker's own ----
policy filter 'name: "flt*"' 'syscalls: {default: allow, deny: [mkdir], errno: EPERM}'
succeeds "there is a policy with a filter" wait_for 15 bailiffctl rules filter
dock --name flt1 busy:1
confined "what has one runs"
try='/bin/busybox mkdir /tmp/x' dock --name flt2 busy:1
like "$err" 'Operation not permitted' "... under it, beside docker's own"
try='/bin/busybox mkdir /tmp/x' dock --name web3 busy:1
like "$err" 'Permission denied' "... where without one the policy alone says no"

# ---- with docker.slice guarded ----
systemctl start bailiff-early.service
dock --name web3 --cgroup-parent docker.slice busy:1
confined "where docker.slice refuses, one with a policy runs"
dock --name free --runtime runc --cgroup-parent docker.slice busy:1
refused "... one that bailiff-runtime does not run does not" .
systemctl stop bailiff-early.service
for cgroup in machine docker kubepods; do
	bailiffctl unbind --cgroup /$cgroup.slice > /dev/null
done

# ---- no daemon ----
/usr/bin/docker run -d --name web8 --network none busy:1 /bin/sleep 1000 > /dev/null 2>&1 < /dev/null
systemctl stop bailiffd.service
succeeds "what runs can be stopped without the daemon" /usr/bin/docker rm -f web8
dock --name web6 busy:1
refused "no daemon: no container of docker's" 'bailiffd does not answer'
soon "$usual" "... within 5 seconds"
systemctl start bailiffd.service
kill -STOP "$(pgrep -o -P "$(shows bailiffd.service MainPID)")"
dock --name web6 busy:1
refused "a daemon that hangs: no container" 'bailiff'
soon "$usual" "... within 5 seconds"

systemctl kill -s KILL bailiffd.service
systemctl stop docker.service docker.socket containerd.service
rm /etc/docker/daemon.json /etc/bailiff/bailiffd.yaml
clean_bailiff
done_testing
