# shellcheck shell=bash
# SPDX-License-Identifier: GPL-2.0-only
#
# boot: systemd
# group: runtimes
# timeout: 360
#
# podman through its hooks directory, as root and as a user: Debian's own, with
# an image made of busybox.
. "$BAILIFF_TOP/tests/guest/systemd.sh"

work=/run/podman-test
mkdir -p $work

# pod ARGUMENT...
pod()
{
	contain podman run --rm --network none "$@"
}

install_bailiff
image_tar $work/busy.tar
for tag in busy other; do
	podman import -q $work/busy.tar $tag:1 > $work/err 2>&1 ||
		bail "podman imports no image: $(cat $work/err)"
done
policy pod 'name: "web*"}, {image: "localhost/other:*"'
systemctl start bailiffd.service
succeeds "there is a policy" bailiffctl rules pod

# ---- root ----
link_podman_hook
pod --name web0 localhost/busy:1
free "where the hook's file was taken away, a container that is selected is free"
# some that are so, and are there before a bailiffd: it is to find them meanwhile
for image in other busy; do
	podman run -d --name $image-9 --network none localhost/$image:1 /bin/sleep 1000 \
		> $work/err 2>&1 < /dev/null || bail "podman runs nothing: $(cat $work/err)"
done
systemctl restart bailiffd.service
register hook.json $podman_hook
pod --name web1 localhost/busy:1
confined "registered, the name selects its policy"
usual=$took
line=$(event web1 /etc/shadow)
like "$line" '"outcome":"denied"' "the denial is in the log, with the name"
like "$line" '"image":"localhost/busy:1"' "... and the image"
like "$line" '"container":"[0-9a-f]{12}"' "... and podman's number"
like "$(bailiffctl log --container web1)" '\(web1\).*read /etc/shadow' \
	"bailiffctl log finds it by the name"
like "$(bailiffctl why web1)" 'shadow' "... and why tells of it"
pod --name some localhost/other:1
confined "the image selects its policy"
# what an image's manifest says comes to the hook as an annotation, too
build_saying()
{
	local name=$1
	shift

	podman build -q "${@/#/--annotation=}" -t "$name" - > $work/err 2>&1 \
		<<< 'FROM localhost/other:1' || bail "podman builds nothing: $(cat $work/err)"
}
build_saying other:2 org.opencontainers.image.ref.name=localhost/busy:1
pod --name forged localhost/other:2
confined "... whatever it calls itself"
pod --name named --annotation io.bailiff.policy=pod localhost/busy:1
confined "who runs a container names a policy for it"
build_saying chooser:1 io.bailiff.policy=pod
pod --name chooser localhost/chooser:1
refused "its image does not" 'hook|refused'
pod --name free localhost/busy:1
free "a container that no policy selects runs"
pod --name web2 --runtime /usr/sbin/runc localhost/busy:1
confined "one that runc runs is confined"
podman run -d --name web3 --network none localhost/busy:1 /bin/sleep 1000 \
	> /dev/null 2>&1 < /dev/null
contain podman exec web3
confined "podman exec joins"
podman rm -f -t 0 web3 > /dev/null 2>&1

succeeds "one that runs without the hook raises an alarm, by podman's image of it" \
	wait_for 90 alarm_about other-9 pod
unlike "$(bailiffctl status)" 'ALARM *busy-9' "... and none where no policy selects it"
unlike "$(grep 'was not looked at' $log)" 'select it by name' "... podman's directories can be read"
podman rm -f -t 0 other-9 busy-9 > /dev/null 2>&1

# ---- a rule that a link makes useless ----
# As podman has it elsewhere: mounts that no other mount namespace sees.
mkdir $work/storage
mount -t tmpfs storage $work/storage
over()
{
	podman --root $work/storage/root --runroot $work/storage/run \
		--storage-driver overlay "$@" < /dev/null
}
policy_dead
succeeds "there is a policy that denies a program" wait_for 15 bailiffctl rules dead
over import -q $work/busy.tar busy:1 > $work/err 2>&1 ||
	bail "podman imports no image over an overlay: $(cat $work/err)"
for name in dead1 other1; do
	over run -d --name $name --network none localhost/busy:1 /bin/sleep 1000 \
		> $work/err 2>&1 || bail "podman runs nothing: $(cat $work/err)"
done
root=$(over inspect --format '{{.GraphDriver.Data.MergedDir}}' dead1)
like "$(ls "$root")" bin "podman has mounted the container's root"
is "$(nsenter -t "$(shows bailiffd.service MainPID)" -m ls "$root" 2> /dev/null)" "" \
	"... where bailiffd's mount namespace has nothing"
succeeds "the rule that its link makes useless is an alarm" wait_for 90 alarm_of_link dead1
unlike "$(bailiffctl status)" 'ALARM *other1' "... of this container alone"
unlike "$(grep 'was not looked at' $log)" 'policy dead' "... as the hook has passed the root on"
over rm -f -t 0 dead1 other1 > $work/err 2>&1
# -R: podman's clean-up of the second may leave root/overlay bound onto itself
succeeds "what bailiffd has looked at can be unmounted" wait_for 15 umount -R $work/storage
[ "$status" = 0 ] || diag "$(cat $work/err; grep storage /proc/mounts)"
rm $policies/dead.yaml

# ---- the hook and the runtime ----
register containers.conf /etc/containers/containers.conf.d/bailiff.conf
policy filter 'name: "flt*"' 'syscalls: {default: allow, deny: [mkdir], errno: EPERM}'
succeeds "there is a policy with a filter" wait_for 15 bailiffctl rules filter
pod --name flt1 localhost/busy:1
refused "the hook alone installs no filter: refused" 'hook|refused'
pod --name flt1 --runtime bailiff localhost/busy:1
confined "bailiff-runtime of containers.conf has it run"
try='/bin/busybox mkdir /tmp/x' pod --name flt2 --runtime bailiff localhost/busy:1
like "$err" 'Operation not permitted' "... under the policy's filter, beside podman's own"

# ---- with machine.slice guarded ----
systemctl start bailiff-early.service
pod --name web4 localhost/busy:1
confined "where machine.slice refuses, one with a policy runs"
pod --name free2 localhost/busy:1
refused "... one without does not" .
systemctl stop bailiff-early.service
for cgroup in machine docker kubepods; do
	bailiffctl unbind --cgroup /$cgroup.slice > /dev/null
done

# ---- no daemon ----
systemctl stop bailiffd.service
pod --name web5 localhost/busy:1
refused "no daemon: no container" 'hook|refused'
soon "$usual" "... within 5 seconds"
like "$(journalctl -o cat -t bailiff-oci-hook)" 'refused: bailiffd does not answer' \
	"... and the journal has the reason"
systemctl start bailiffd.service
kill -STOP "$(pgrep -o -P "$(shows bailiffd.service MainPID)")"
pod --name web5 localhost/busy:1
refused "a daemon that hangs: no container" 'hook|refused'
soon "$usual" "... within 5 seconds"
systemctl kill -s KILL bailiffd.service
systemctl restart bailiffd.service
pod --name web5 localhost/busy:1
confined "... and when it works again, one that is confined"

# ---- a user ----
useradd -m -u 1500 alice
grep -q ^alice: /etc/subuid || usermod --add-subuids 200000-265535 \
	--add-subgids 200000-265535 alice
install -d -o alice /var/lib/containers/alice
as_alice()
{
	runuser -u alice -- env -C / HOME=/home/alice XDG_RUNTIME_DIR=/run/user/1500 \
		DBUS_SESSION_BUS_ADDRESS=unix:path=/run/user/1500/bus \
		PATH="$PATH" systemd-run -q --user --pipe --wait -- "$@" < /dev/null
}
alices()
{
	contain as_alice podman --root /var/lib/containers/alice \
		--storage-driver vfs run --rm --network none "$@"
}
systemctl start user@1500.service
succeeds "a user imports an image" as_alice podman --root /var/lib/containers/alice \
	--storage-driver vfs import -q $work/busy.tar busy:1
rm $podman_hook
alices --name my0 localhost/busy:1
free "without the hook a user's container is free"
usual=$took
register hook.json $podman_hook
alices --name free localhost/busy:1
free "... and with it, if no policy selects it"
alices --name web1 localhost/busy:1
refused "a policy that is root's to give does not let it start" .
like "$(journalctl -o cat -u bailiffd)" "does not say 'enter: self'" \
	"... and the journal says why"
policy mine 'name: "my*"'
sed -i 's/^include/enter: self\ninclude/' $policies/mine.yaml
succeeds "there is one that says enter: self" wait_for 15 bailiffctl rules mine
alices --name my1 localhost/busy:1
confined "it confines a user's container"
like "$(event my1 /etc/shadow)" '"image":"localhost/busy:1".*"policy":"mine"' \
	"... and the log has its name and its image"

# what is not his is not his to bind
cat > $work/ask.py <<'END'
import json, socket, sys
s = socket.socket(socket.AF_UNIX)
s.connect("/run/bailiff/control.sock")
s.send(json.dumps({"cmd": "container", "pid": int(sys.argv[1]), "id": "x",
                   "annotations": {"io.bailiff.policy": "mine"}}).encode() + b"\n")
print(s.recv(4096).decode())
END
systemd-run -q --unit=roots sleep 1000
like "$(runuser -u alice -- python3 $work/ask.py "$(shows roots.service MainPID)")" \
	'belongs to user 0, and user 1500 asks' "a user binds no cgroup of root's"
unlike "$(cat /sys/kernel/security/bailiff/bindings)" 'label=x' "... really"
systemctl stop roots.service
systemctl stop bailiffd.service
alices --name my2 localhost/busy:1
refused "no daemon: no container of a user" .
soon "$usual" "... within 5 seconds"

systemctl stop user@1500.service
userdel -r alice 2> /dev/null
rm $podman_hook /usr/share/containers/oci/hooks.d/bailiff.json \
	/etc/containers/containers.conf.d/bailiff.conf
podman rmi -a -f > /dev/null 2>&1
clean_bailiff
done_testing
