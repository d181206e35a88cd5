# shellcheck shell=bash disable=SC2086
# SPDX-License-Identifier: GPL-2.0-only
#
# Ways out of a policy: what the tests of them share. Each attempt is made
# twice: unconfined, where it must go through (else it says nothing), and
# confined, where it must not. Sourced; loads the policies jail and logger, and
# leaves somebody outside to be attacked.
. "$BAILIFF_TOP/tests/guest/lib.sh"
. "$BAILIFF_TOP/tests/guest/lsm.sh"

ip link set lo up 2> /dev/null
top=$work/jail
over=/var/escape.$$ # the root file system is an overlay
[ "$(stat -f -c %T /var)" = overlayfs ] || bail "/var is no overlay"
for dir in $top $over; do
	mkdir -p $dir/vault $dir/free
	echo secret > $dir/vault/asset
	echo text > $dir/free/file
done
cp /bin/true $top/vault/tool
chmod 755 $top/vault/tool
chmod 777 $top $top/free

# Everything is allowed but the vault, and what lets one out
load_policy <<END || bail "no policy for the jail"
bailiff: 1
policy: jail
default: allow
files:
  - deny: [read, write, manage, map-exec]
    paths: [$top/vault, "$top/vault/**", $over/vault, "$over/vault/**"]
  - deny: inherit
    type: [nsfs, io_uring, mount, memfd, pipe]
exec:
  - deny: "$top/vault/**"
network:
  - deny: [connect, send]
    to: 127.0.0.2
  - deny: create
    family: [packet, netlink]
mounts:
  - deny: [umount]
END

load_policy <<END || bail "no policy for the log"
bailiff: 1
policy: logger
default: {files: deny, exec: deny, network: deny, capabilities: deny, mounts: deny}
files:
  - allow: [append, read]
    paths: [$top/free/log, $over/free/log]
  - allow: [append, write]
    paths: [$top/free/answer, $over/free/answer]
END

# Somebody outside, with the asset open, two memory files and a pipe
python3 - <<END &
import os, time
os.dup2(os.open("$top/vault/asset", os.O_RDONLY), 9)
for number, text in (8, b"secret"), (6, b"#!/bin/true\n"):
    fd = os.memfd_create("theirs")
    os.write(fd, text)
    os.dup2(fd, number)
reader, writer = os.pipe()
os.dup2(reader, 10)
os.dup2(writer, 7)
os.chdir("$top/vault")
open("$work/ready", "w").close()
time.sleep(1000)
END
outsider=$!
wait_for 20 test -e $work/ready || bail "the outsider never came"

# A denial that names the rule and its line, or another reason
records=$BAILIFF_TOP/build/guest/records
a_reason='^denied [a-z]+ [a-z]+\.[a-z-]+ (rule [1-9][0-9]* policy.yaml:[1-9]|(default|foreign|deleted|widens|outside-descriptor|mount-tree|self-protect|kernel-helper|disconnected) 0 )'

# attempt POLICY PROGRAM NAME: its answer. It comes by a file: a pipe is from
# outside, and its denial must not stand for another's.
attempt()
{
	echo old > $top/free/log
	rm -f $top/free/copy $top/free/script $top/free/answer
	timeout -s KILL "$(patient 8)" "$BAILIFF_TOP/build/guest/$2" "$1" "$3" $top $outsider \
		>> $top/free/answer 2>&1 < /dev/null
	cat $top/free/answer
}

# expect NAME: sets answer and operation to what ways.tsv says of it
expect()
{
	IFS=$'\t' read -r _ answer operation \
		< <(grep -P "^$1\t" "$BAILIFF_TOP/tests/guest/ways.tsv") ||
		bail "ways.tsv does not say what $1 comes to"
}

# ways POLICY PROGRAM NAME...: each goes through outside, and comes to what is expected
# of it inside. That may be that the policy cannot even be entered ("not entered"),
# or that what it holds has become /dev/null, which fails nothing ("in 0").
ways()
{
	local policy=$1 program=$2 name caught answer operation
	shift 2
	for name in "$@"; do
		expect "$name"
		is "$(attempt - $program "$name")" out "$name works without a policy"
		$records > /dev/null
		caught=$(attempt $policy $program "$name")
		is "${caught##*$'\n'}" "$answer" "$name does not with one"
		denied=$($records | grep "^denied $policy ")
		diag "$name: $caught; $(head -n 1 <<< "$denied")"
		[ "$operation" = - ] || like "$(grep -F " $operation " <<< "$denied")" \
			"$a_reason" "a record says why $name does not"
		is "$(cat $top/vault/asset)" secret "the asset is as it was after $name"
	done
}

the_end()
{
	kill $outsider
	done_testing
}
