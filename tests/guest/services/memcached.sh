# shellcheck shell=bash disable=SC2034
# SPDX-License-Identifier: GPL-2.0-only
#
# memcached: libmemcached's own clients.
image=docker.io/library/memcached:1.6
program=/usr/bin/memcached
argv=(/usr/bin/memcached -m 64 -p 11211 -u memcache -l 127.0.0.1
	-P /run/memcached/memcached.pid)
mounts=",{\"destination\":\"/run/memcached\",\"type\":\"tmpfs\",\"source\":\"tmpfs\",
	\"options\":[\"mode=1777\"]}"
attacks='exec /bin/sh: EACCES exec /usr/bin/dash
append /etc/memcached.conf: EACCES files /etc/memcached.conf
read /etc/shadow: EACCES files /etc/shadow
create /etc/cron.d/x: EACCES files /etc/cron.d/x
append /root/.ssh/authorized_keys: EACCES files /root/.ssh/authorized_keys
create /tmp/x: EACCES files /tmp/x
drop /run/memcached/x: EACCES exec /run/memcached/x
memfd: EACCES exec memfd
connect 127.0.0.1 7000: EACCES network 127.0.0.1:7000
bind 127.0.0.1 11212: EACCES network 127.0.0.1:11212
mount /tmp: EPERM mounts
ptrace: EPERM tasks'

prepare()
{
	mkdir -p "$1/etc/cron.d"
	install -D -m 600 /dev/null "$1/root/.ssh/authorized_keys"
}

ready()
{
	memcping --servers=127.0.0.1
}

work()
{
	local file=/run/services/value

	succeeds "memslap" memcslap --servers=127.0.0.1 --concurrency=4 \
		--execute-number=50
	echo 'a value' > $file
	succeeds "memcached: a value" memccp --servers=127.0.0.1 $file
	is "$(memccat --servers=127.0.0.1 value)" 'a value' "... is kept"
}

again()
{
	fails "... and has forgotten" memccat --servers=127.0.0.1 value
}
