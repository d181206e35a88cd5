# shellcheck shell=bash
# SPDX-License-Identifier: GPL-2.0-only
#
# timeout: 90
# also: 6.1 fast
#
# What a verdict does: errno, kill, quiet, audit mode, stacks, records.
. "$BAILIFF_TOP/tests/guest/lib.sh"
. "$BAILIFF_TOP/tests/guest/lsm.sh"

mkdir -p $work/tree/{low,high/x,open}
for file in enoent kill quiet plain seen low/f high/f; do
	echo text > $work/tree/$file
done
cp /bin/true $work/tree/open/true
succeeds "the policy loads" load_policy <<EOF
bailiff: 1
policy: verdict
default: {files: allow, exec: allow, network: allow, capabilities: allow, mounts: deny}
files:
  - deny: [read, write, manage]
    paths: $work/tree/enoent
    errno: ENOENT
  - deny: [read, write, manage]
    paths: $work/tree/quiet
    quiet: true
  - deny: [read, write, manage]
    paths: $work/tree/plain
  - audit: read
    paths: $work/tree/seen
  - deny: write
    paths: [$work/tree/low, "$work/tree/low/**"]
  - deny: map-exec
    paths: "$work/tree/open/**"
exec:
  - deny: /usr/bin/id
EOF

claim()
{
	local want=$1 description=$2
	shift 2
	is "$(under verdict "$@")" "$want" "$description"
}

claim ENOENT "a rule's errno" open r $work/tree/enoent 1
drain
denied=$(status_of denied.files)
claim EACCES "a quiet rule denies" open r $work/tree/quiet 1
unlike "$(records)" 'tree/quiet' "without a record"
is "$(status_of denied.files)" "$((denied + 1))" "but counts"
drain
claim ok "an audit rule allows" open r $work/tree/seen 1
like "$(records)" 'tree/seen' "and records"

# Code
claim "ok ok" "data of a program may be mapped" open r $work/tree/open/true 1 , mmap r 1
claim "ok EACCES" "its code not" open r $work/tree/open/true 1 , mmap rx 1
claim "ok ok EACCES" "nor by mprotect" open r $work/tree/open/true 1 , mmap r 1 , mprotect x
claim "ok ok" "a program is mapped by exec" exec $work/tree/open/true , open r / 1
claim EACCES "programs are judged" exec /usr/bin/id
printf '#!/usr/bin/id\n' > $work/tree/script
chmod +x $work/tree/script
claim EACCES "so are interpreters" exec $work/tree/script
ln $work/tree/plain $work/tree/other-name
claim ok "another name is another path" open r $work/tree/other-name 1
claim EACCES "but nobody under the policy gives it" link $work/tree/plain $work/tree/more

# Widening
claim EACCES "a directory may not come under rules that allow more" \
	rename $work/tree/low $work/tree/other
claim EACCES "nor change places with one that does" \
	exchange $work/tree/low $work/tree/high
claim EACCES "nor may a file of it" rename $work/tree/low/f $work/tree/high/f
claim ok "it may come under rules that allow less" rename $work/tree/high/f $work/tree/low/g
[ "$(status_of reason.widens)" -ge 2 ] && ok "for a reason of its own" ||
	not_ok "for a reason of its own"

# Stacks and audit mode
load_policy <<EOF
bailiff: 1
policy: watch
mode: audit
default: deny
EOF
drain
is "$($act enter watch , open r $work/tree/plain 1 | paste -sd' ')" "ok ok" \
	"audit mode allows"
events=$(records)
like "$events" 'tree/plain' "and records"
like "$events" 'opened-outside' "descriptors, too"
is "$($act enter watch , enter verdict , open r $work/tree/plain 1 , open r $work/tree/seen 1 | paste -sd' ')" \
	"ok ok EACCES ok" "in a stack each policy has its own mode"
is "$($act enter verdict , enter watch , open r $work/tree/plain 1 , open r $work/tree/seen 1 | paste -sd' ')" \
	"ok ok EACCES ok" "in any order"

# memfd: class exec
load_policy <<EOF
bailiff: 1
policy: memory
default: {files: allow, exec: deny, network: allow, capabilities: allow, mounts: deny}
exec:
  - allow: "/usr/**"
EOF
is "$(under memory memfd 1 , mmap rw 1 , mprotect r , mmap rx 1)" "ok ok ok EACCES" \
	"code from memory is a program"
is "$(under memory memfd 1 , execfd 1)" "ok EACCES" "so it is by exec"

# kill
load_policy <<EOF
bailiff: 1
policy: kill
default: {files: allow, exec: allow, network: allow, capabilities: allow, mounts: deny}
files:
  - deny: [read, write, manage]
    paths: $work/tree/kill
    errno: ENODEV
EOF
is "$(under kill open r $work/tree/kill 1 , open r / 2)" "ENODEV ok" "a rule without kill"
succeeds "the policy with kill loads" load_policy <<EOF
bailiff: 1
policy: kill
default: {files: allow, exec: allow, network: allow, capabilities: allow, mounts: deny}
files:
  - deny: [read, write, manage]
    paths: $work/tree/kill
    errno: ENODEV
    kill: true
EOF
is "$(under kill open r $work/tree/kill 1 , open r / 2 2> /dev/null)" "" "a rule may kill"
is "$(bash -c "echo kill > $fs/self; bash -c 'read x < $work/tree/kill'; echo \$?" 2> /dev/null)" \
	137 "by SIGKILL, and only whoever did it"

# Records that nobody reads
total()
{
	echo $(($(status_of events_delivered) + $(status_of events_lost)))
}

# Without auditd the kernel prints ten of them in five seconds.
sleep 5
under verdict open r $work/tree/plain 1 > /dev/null
like "$(dmesg | grep 'policy="verdict"' | grep 'tree/plain')" \
	'bailiff=denied class=files op=read reason=rule policy="verdict" .* rule=[0-9]+ .*line=[0-9]+ errno=13 .*pid=[0-9]+ comm=[^ ]+ tclass=files$' \
	"the audit log has records, too, as ausearch reads them"

drain
lost=$(status_of events_lost)
denied=$(status_of denied.files)
before=$(total)
bash -c "echo verdict > $fs/self; i=0; while [ \$i -lt 3000 ]; do : < $work/tree/plain; i=\$((i + 1)); done" \
	2> /dev/null
is "$(status_of denied.files)" "$((denied + 3000))" "every denial is counted"
[ "$(status_of events_lost)" -gt "$lost" ] && ok "what finds no room is lost" ||
	not_ok "what finds no room is lost"
under memory memfd 1 , execfd 1 > /dev/null
like "$(records)" 'memfd' "noise of one reason leaves room for another"
is "$(total)" "$((before + 3000 + 3))" \
	"records are delivered or lost, and nothing else"
[ "$(status_of audit_suppressed)" -gt 2000 ] && ok "the audit log is spared" ||
	not_ok "the audit log is spared"
done_testing
