# shellcheck shell=bash disable=SC2034
# SPDX-License-Identifier: GPL-2.0-only
#
# PostgreSQL: pgbench, a reload, its log, a backend that is killed, SQL that asks
# for more. The cluster is made on the host (host.sh), which takes minutes here.
image=docker.io/library/postgres:15
bin=$(printf '%s\n' /usr/lib/postgresql/*/bin | sort -V | tail -n 1)
program=$bin/postgres
cluster=/var/lib/postgresql/15/main
config=/etc/postgresql/15/main
argv=("$program" -D "$cluster" -c "config_file=$config/postgresql.conf")
user="$(id -u postgres) $(id -g postgres)"
mounts=",{\"destination\":\"/run/postgresql\",\"type\":\"tmpfs\",\"source\":\"tmpfs\",
	\"options\":[\"uid=${user% *}\",\"gid=${user#* }\",\"mode=2775\"]}"
quit=INT
attacks="exec /bin/sh: EACCES exec /usr/bin/dash
append $config/pg_hba.conf: EACCES files $config/pg_hba.conf
read /etc/ssh/sshd_config: EACCES files /etc/ssh/sshd_config
create /tmp/x: EACCES files /tmp/x
create /var/spool/cron/crontabs/postgres: EACCES files /var/spool/cron/crontabs/postgres
append /home/user/.ssh/authorized_keys: EACCES files /home/user/.ssh/authorized_keys
drop $cluster/x: EACCES exec $cluster/x
memfd: EACCES exec memfd
connect 127.0.0.1 7000: EACCES network 127.0.0.1:7000
bind 127.0.0.1 5433: EACCES network 127.0.0.1:5433
ptrace: EPERM tasks"

prepare()
{
	rm -rf "${1:?}/var/lib/postgresql" "$1$config"
	install -d -m 700 "$1$cluster"
	install -d "$1$config" "$1/var/log/postgresql"
	tar -C "$1$cluster" -xf "$BAILIFF_TOP/build/guest/cluster.tar.gz"
	mv "$1$cluster"/{postgresql,pg_hba,pg_ident}.conf "$1$config/"
	cat >> "$1$config/postgresql.conf" <<-END
	data_directory = '$cluster'
	hba_file = '$config/pg_hba.conf'
	ident_file = '$config/pg_ident.conf'
	unix_socket_directories = '/run/postgresql'
	external_pid_file = '/run/postgresql/15-main.pid'
	listen_addresses = '127.0.0.1'
	shared_buffers = 16MB
	logging_collector = on
	log_directory = '/var/log/postgresql'
	log_filename = 'main.log'
	END
	install -d -m 1777 "$1/var/spool/cron/crontabs" "$1/home/user/.ssh"
	install -m 666 /dev/null "$1/home/user/.ssh/authorized_keys"
	# That it is Bailiff who says no, and not the mode.
	chown -R postgres:postgres "$1/var/lib/postgresql" "$1/var/log/postgresql" "$1$config"
}

sql()
{
	"$bin/psql" -X -A -t -q -h 127.0.0.1 -U postgres -c "$1" "${2:-postgres}"
}

ready()
{
	sql 'select 1'
}

# has_set NAME WANT
has_set()
{
	[ "$(sql "show $1")" = "$2" ]
}

work()
{
	local logs=$BUNDLES/postgresql/rootfs/var/log/postgresql

	succeeds "pgbench makes its tables" "$bin/pgbench" -h 127.0.0.1 -U postgres -q \
		-i -I dtGp postgres
	run "$bin/pgbench" -h 127.0.0.1 -U postgres -n -c 2 -t 20 postgres
	like "$out" 'actually processed: 40/40' "pgbench is done"
	echo 'work_mem = 5MB' >> "$BUNDLES/postgresql/rootfs$config/postgresql.conf"
	crun_do kill postgresql HUP
	succeeds "postgresql reloads" wait_for 10 has_set work_mem 5MB
	mv "$logs/main.log" "$logs/main.log.1"
	sql 'select pg_rotate_logfile()' > /dev/null
	succeeds "postgresql: the log is opened anew" wait_for 10 test -e "$logs/main.log"
	pkill -KILL -f 'postgres: .*background writer'
	pause 1
	succeeds "postgresql recovers from the death of a process" wait_for 30 ready
}

again()
{
	is "$(sql 'select count(*) from pgbench_history')" 40 "... with its data"
}

# refused SQL CLASS OBJECT DESCRIPTION
refused()
{
	run sql "$1"
	# popen(3) of glibc calls every failure ENOMEM
	like "$err" 'Permission denied|could not execute command' "$4"
	logged "$2" "$3"
}

# What SQL can ask for.
intrude()
{
	refused "copy (select 'x') to program 'id'" exec /usr/bin/dash \
		"postgresql: copy to a program finds no shell"
	refused "copy (select 'x') to '/tmp/x'" files /tmp/x \
		"postgresql: copy writes no other file"
	refused "select pg_read_file('/etc/ssh/sshd_config')" files /etc/ssh/sshd_config \
		"postgresql: pg_read_file reads no other file"
}
