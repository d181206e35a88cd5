# shellcheck shell=bash disable=SC2034
# SPDX-License-Identifier: GPL-2.0-only
#
# HAProxy: ab through it, a reload, the system's log, its administrator's socket.
image=docker.io/library/haproxy:2.6
program=/usr/sbin/haproxy
argv=(/usr/sbin/haproxy -Ws -f /etc/haproxy/haproxy.cfg -p /run/haproxy.pid)
mounts=',{"destination":"/run/haproxy","type":"tmpfs","source":"tmpfs"},
	{"destination":"/var/lib/haproxy/dev/log","type":"bind","source":"/run/services/syslog",
	 "options":["bind"]}'
quit=USR1
attacks='exec /bin/sh: EACCES exec /usr/bin/dash
append /etc/haproxy/haproxy.cfg: EACCES files /etc/haproxy/haproxy.cfg
read /etc/shadow: EACCES files /etc/shadow
read /etc/ssl/private/site.pem: EACCES files /etc/ssl/private/site.pem
create /etc/cron.d/x: EACCES files /etc/cron.d/x
append /root/.ssh/authorized_keys: EACCES files /root/.ssh/authorized_keys
create /var/lib/haproxy/x: EACCES files /var/lib/haproxy/x
drop /run/haproxy/x: EACCES exec /run/haproxy/x
memfd: EACCES exec memfd
connect 127.0.0.1 7000: EACCES network 127.0.0.1:7000
bind 127.0.0.1 8080: EACCES network 127.0.0.1:8080
mount /tmp: EPERM mounts
ptrace: EPERM tasks'

prepare()
{
	mkdir -p "$1/etc/cron.d"
	install -D -m 600 /dev/null "$1/root/.ssh/authorized_keys"
	install -D -m 600 /dev/null "$1/etc/ssl/private/site.pem"
	echo 'nameserver 127.0.0.1' > "$1/etc/resolv.conf"
	cat >> "$1/etc/haproxy/haproxy.cfg" <<-'END'

	frontend web
		bind 127.0.0.1:80
		default_backend servers

	backend servers
		server one 127.0.0.1:8001 check
	END
}

ready()
{
	[ "$(curl -s http://127.0.0.1/)" = 'from behind' ]
}

workers()
{
	pgrep -P "$(crun_do state haproxy | sed -n 's/.*"pid": *\([0-9]*\).*/\1/p')"
}

has_other_workers()
{
	local now

	now=$(workers) && [ "$now" != "$1" ]
}

work()
{
	local old

	run ab -q -c 4 -n 100 http://127.0.0.1/
	like "$out" 'Complete requests: +100$' "haproxy: ab is done"
	like "$out" 'Failed requests: +0$' "... and no request failed"
	old=$(workers)
	crun_do kill haproxy USR2
	succeeds "haproxy reloads" wait_for 20 has_other_workers "$old"
	succeeds "... and goes on" wait_for 20 ready
	like "$(cat /run/services/syslog.txt)" 'haproxy.*GET / HTTP' \
		"haproxy: requests are in the system's log"
}
