# shellcheck shell=bash disable=SC2034
# SPDX-License-Identifier: GPL-2.0-only
#
# Redis: redis-benchmark, snapshots, an append-only file, its log.
image=docker.io/library/redis:7.0
program=/usr/bin/redis-check-rdb
argv=(/usr/bin/redis-server /etc/redis/redis.conf --supervised no --daemonize no
	--enable-protected-configs yes)
user="$(id -u redis) $(id -g redis)"
mounts=",{\"destination\":\"/run/redis\",\"type\":\"tmpfs\",\"source\":\"tmpfs\",
	\"options\":[\"uid=${user% *}\",\"gid=${user#* }\",\"mode=755\"]}"
attacks='exec /bin/sh: EACCES exec /usr/bin/dash
append /etc/redis/redis.conf: EACCES files /etc/redis/redis.conf
read /etc/ssh/sshd_config: EACCES files /etc/ssh/sshd_config
create /tmp/dump.rdb: EACCES files /tmp/dump.rdb
create /var/spool/cron/crontabs/redis: EACCES files /var/spool/cron/crontabs/redis
append /home/user/.ssh/authorized_keys: EACCES files /home/user/.ssh/authorized_keys
drop /var/lib/redis/x: EACCES exec /var/lib/redis/x
memfd: EACCES exec memfd
connect 127.0.0.1 7000: EACCES network 127.0.0.1:7000
bind 127.0.0.1 6380: EACCES network 127.0.0.1:6380
ptrace: EPERM tasks'

prepare()
{
	install -d -o redis -g redis "$1/var/lib/redis" "$1/var/log/redis"
	install -d -m 1777 "$1/var/spool/cron/crontabs" "$1/home/user/.ssh"
	install -m 666 /dev/null "$1/home/user/.ssh/authorized_keys"
	# That it is Bailiff who says no, and not the mode.
	chown -R redis:redis "$1/etc/redis"
}

ready()
{
	[ "$(redis-cli ping)" = PONG ]
}

# told WORDS WANT: what redis answers
told()
{
	# shellcheck disable=SC2086 # words
	[ "$(redis-cli $1 | tail -n 1)" = "$2" ]
}

saved()
{
	redis-cli info persistence | tr -d '\r' | grep -q -x "$1"
}

work()
{
	local logs=$BUNDLES/redis/rootfs/var/log/redis

	succeeds "redis-benchmark" redis-benchmark -q -n 500 -c 10 -t set,get
	succeeds "redis: a key" told 'set kept 1' OK
	succeeds "redis: a snapshot by a child" told bgsave 'Background saving started'
	succeeds "... which is made" wait_for 10 saved rdb_bgsave_in_progress:0
	succeeds "redis: an append-only file" told 'config set appendonly yes' OK
	succeeds "... which is made" wait_for 10 saved aof_rewrite_in_progress:0
	mv "$logs/redis-server.log" "$logs/redis-server.log.1"
	succeeds "redis: a snapshot" told save OK
	succeeds "redis: a new log" wait_for 5 test -s "$logs/redis-server.log"
}

again()
{
	succeeds "... with its data" told 'get kept' 1
}

# What strangers try who can send commands, with redis's own locks open.
intrude()
{
	succeeds "redis: a dump elsewhere" told 'config set dir /tmp' OK
	like "$(redis-cli save)" ERR "... is refused"
	logged files /tmp/temp-
	succeeds "redis: a foreign master" told 'replicaof 127.0.0.1 7000' OK
	succeeds "... is refused" wait_for 10 tells "$taken" network 127.0.0.1:7000
	# or it would not quit without having saved
	succeeds "redis: as it was" told 'config set dir /var/lib/redis' OK
	succeeds "... and its own master" told 'replicaof no one' OK
}
