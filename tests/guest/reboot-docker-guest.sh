#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
#
# usage: reboot-docker-guest.sh DIR
#
# harness/reboot-docker.sh runs it in a guest with systemd, three times. The
# first time it makes containers that docker starts with the machine
# (restart=always):
#
#	web	bailiff-runtime runs it, and a policy selects it
#	bare	runc runs it in docker.slice, which bailiff-early guards
#	free	runc runs it where nobody guards: the others could do so, too
#
# The second time all of Bailiff starts with the machine; the third time
# bailiffd does not.
. "$BAILIFF_TOP/tests/guest/systemd.sh"
. "$BAILIFF_TOP/tests/guest/reboot.sh"
disk=$1
boot=$(cat /etc/bailiff/boot 2> /dev/null || echo 1)

# said NAME WORD: how often a container has said that, in all boots
said()
{
	/usr/bin/docker logs "$1" 2>&1 < /dev/null | grep -c -x "$2"
}

has_said()
{
	[ "$(said "$1" "$2")" = "$3" ]
}

# state NAME: "running", or something else
state()
{
	/usr/bin/docker inspect -f '{{.State.Status}}' "$1" < /dev/null
}

# box NAME OPTION...
box()
{
	local name=$1
	shift

	/usr/bin/docker run -d --restart always --network none --stop-signal KILL \
		--name "$name" "$@" busy:1 /bin/sh -c "$try_shadow; exec /bin/sleep 9999" \
		> /dev/null 2> "/run/$name.err" < /dev/null ||
		bail "docker starts no $name: $(cat "/run/$name.err")"
}

# What is there now is there at the next boot.
reboot_with()
{
	systemctl stop docker.service docker.socket containerd.service bailiffd.service
	echo $((boot + 1)) > /etc/bailiff/boot
	save_disk "$disk" etc/docker var/lib/docker var/lib/containerd || exit 1
	next_boot "$disk"
}

set_up()
{
	local work=/run/docker-test

	mkdir -p $work
	install_bailiff
	use_runc
	image_tar $work/busy.tar
	policy dock 'name: "web*"'
	systemctl start bailiffd.service
	bailiffctl rules dock > /dev/null || bail "there is no policy"
	register daemon.json /etc/docker/daemon.json
	systemctl start docker.service ||
		bail "docker does not start: $(journalctl -u docker -o cat | tail -n 20)"
	/usr/bin/docker import $work/busy.tar busy:1 > $work/err 2>&1 ||
		bail "docker imports no image: $(cat $work/err)"
	box web
	box bare --runtime runc
	box free --runtime runc --cgroup-parent system.slice
	succeeds "before the reboot, what a policy selects is confined" \
		wait_for 20 has_said web shut 1
	succeeds "... and what runc runs is free" wait_for 20 has_said bare open 1
	succeeds "... wherever it is" wait_for 20 has_said free open 1
	systemctl -q enable bailiff-early.service bailiffd.service \
		containerd.service docker.service
	reboot_with
}

# When docker is ready it has tried all that it is to start.
docker_is_up()
{
	succeeds "boot $boot: docker is up" wait_for 120 systemctl is-active docker.service
	succeeds "... what is in a slice that nobody guards was started, and is free" \
		wait_for 60 has_said free open "$boot"
	is "$(systemctl is-active bailiff-early.service)" active "... the early unit ran"
}

# Nor at any boot but the first, when nobody guarded it. docker starts it again and
# again: what is refused is its first exec, which runc tells nobody of in time.
bare_was_refused()
{
	is "$(said bare open) $(said bare shut)" "1 0" \
		"what runc runs in docker.slice: not one program of it did"
	like "$(dmesg)" 'bailiff=denied class=exec .*reason=refuse .*runc' \
		"... since it was refused"
}

look()
{
	docker_is_up
	succeeds "what bailiff-runtime runs was started with the machine" \
		wait_for 60 has_said web shut 2
	is "$(state web)" running "... runs"
	is "$(said web open)" 0 "... and was never free"
	like "$(cat /sys/kernel/security/bailiff/bindings)" 'policy=dock ' "... it is bound"
	like "$(event web /etc/shadow)" '"outcome":"denied"' "... which the log knows"
	bare_was_refused
	systemctl -q disable bailiffd.service
	reboot_with
}

look_without_daemon()
{
	docker_is_up
	isnt "$(systemctl is-active bailiffd.service)" active "bailiffd does not run"
	isnt "$(state web)" running "nor does what it would have to bind"
	is "$(said web open) $(said web shut)" "0 2" "... not one program of it did"
	like "$(/usr/bin/docker inspect -f '{{.State.Error}}' web)" \
		'bailiffd does not answer' "... and docker has the reason"
	bare_was_refused
	systemctl start bailiffd.service
	/usr/bin/docker start web > /dev/null 2>&1 < /dev/null
	succeeds "with bailiffd it can be started" wait_for 60 has_said web shut 3
	is "$(said web open)" 0 "... and is confined"
}

case $boot in
1) set_up ;;
2) look ;;
*) look_without_daemon ;;
esac
done_testing
