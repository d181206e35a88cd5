# shellcheck shell=bash disable=SC2034,SC2154 # what services/*.sh set, and use
# SPDX-License-Identifier: GPL-2.0-only
#
# boot: systemd
# group: runtimes
# timeout: 420
# host: services/host.sh
#
# The units of Debian's services, as they are, each under the policy that comes with
# Bailiff and the drop-in that has it bound: systemctl starts it, its own client or
# benchmark passes, it is restarted, and nothing is denied. Then what its clients may not
# ask of it. What services/NAME.sh does to a container is done to the unit here, whose
# root is the machine's. GUEST_SERVICES="redis sshd" chooses.
. "$BAILIFF_TOP/tests/guest/systemd.sh"

here=$BAILIFF_TOP/tests/guest/services
top=/run/services
BUNDLES=$top/bundles
mkdir -p $top
. "$here/lib.sh"

# unit_of SERVICE
unit_of()
{
	case $1 in
	redis) echo redis-server.service ;;
	sshd) echo ssh.service ;;
	postgresql) echo postgresql@15-main.service ;;
	*) echo "$1.service" ;;
	esac
}

# As services/*.sh ask for it: crun_do kill NAME SIGNAL, crun_do state NAME.
crun_do()
{
	case $1 in
	kill) systemctl kill --kill-whom=main -s "$3" "$unit" ;;
	state) echo "\"pid\": $(shows "$unit" MainPID)" ;;
	esac
}

# What the packages have systemd make at boot, which the guest leaves out; and a
# service that no package has.
make_places()
{
	install -d /run/haproxy
	install -d -o memcache -g memcache /run/memcached
	install -d -o postgres -g postgres -m 2775 /run/postgresql
	install -d -o root -g postgres -m 1775 /var/log/postgresql
	service python-web 'ExecStart=/usr/bin/python3 /srv/app/main.py'
	# its own locks open, as in the container
	echo 'enable-protected-configs yes' >> /etc/redis/redis.conf
}

start_all()
{
	local file

	for file in $(chosen); do
		name=$(basename "$file" .sh)
		cp "$BAILIFF_TOP/policies/$name.yaml" $policies/
		unit=$(unit_of "$name")
		guard "${unit%.service}"
	done
	systemctl start bailiffd.service
	wait_for 60 bailiffctl rules "$name" || bail "no policies: $(bailiffctl policies)"
	start_outside $top/nobody
	# where they look for what is told to the system's log
	journalctl -f -o short > $top/syslog.txt &
	journal=$!
}

chosen()
{
	# shellcheck disable=SC2086 # a list
	printf "$here/%s.sh\n" ${GUEST_SERVICES:-nginx redis haproxy sshd memcached python-web postgresql}
}

# is_up: or why it is not
is_up()
{
	succeeds "$name: systemctl $1" systemctl "$1" "$unit"
	[ "$status" != 0 ] && diag "$(journalctl -o cat -n 20 -u "$unit")"
	wait_for 40 ready && return
	not_ok "$name answers"
	diag "$(denials_of "$unit" | tail -n 20)"
	return 1
}

# in_cgroup: and in which
in_cgroup()
{
	cgroup=$(shows "$unit" ControlGroup)
	[[ $cgroup == /?* ]]
}

# confined_by: all tasks of the unit's cgroup are
confined_by()
{
	local pids wanted

	wait_for 10 in_cgroup || diag "$name: no cgroup, but '$cgroup'"
	wanted=$(sort "/sys/fs/cgroup$cgroup/cgroup.procs")
	pids=$(bailiffctl ps | awk -v policy="$name" '$0 ~ policy { print $1 }' | sort)
	isnt "$wanted" "" "$name: it has processes"
	is "$(comm -23 <(echo "$wanted") <(echo "$pids"))" "" "... each under its policy"
}

# What a policy says that it does not serve: PostgreSQL's ExecStop is perl, so that it
# is systemd's signal that stops it.
unexpected()
{
	if [ "$name" = postgresql ]; then
		grep -v '"class":"exec",.*"object":"/usr/bin/pg_ctlcluster"'
	else
		cat
	fi
}

one_service()
{
	name=$(basename "$1" .sh)
	unit=$(unit_of "$name")
	taken=$unit
	again() { :; }
	intrude() { :; }
	# shellcheck source=/dev/null
	. "$1"
	mkdir -p "$BUNDLES/$name"
	ln -sfn / "$BUNDLES/$name/rootfs"
	prepare /
	if is_up start; then
		confined_by
		work
		is_up restart && again
		pause 0.5 # a record may be on its way
		is "$(denials_of "$unit" | unexpected)" '' "$name: 0 denials"
		intrude
	fi
	systemctl stop "$unit"
}

install_bailiff
make_places
start_all
for file in $(chosen); do
	started=$SECONDS
	one_service "$file"
	diag "$name: $((SECONDS - started)) s"
done
kill "$outside" $journal
clean_bailiff
rm -r /etc/systemd/system/*.service.d /etc/systemd/system/python-web.service
systemctl daemon-reload
done_testing
