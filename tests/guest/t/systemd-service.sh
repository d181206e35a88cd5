# shellcheck shell=bash
# SPDX-License-Identifier: GPL-2.0-only
#
# boot: systemd
# timeout: 120
#
# A service of systemd that a policy selects by its unit: confined from its
# first exec, at each start, or not started.
. "$BAILIFF_TOP/tests/guest/systemd.sh"

tries=/run/canary/tries
mkdir -p /run/canary
cat > /run/canary/try <<END
#!/bin/sh
w=shut
cat /etc/shadow > /dev/null 2>&1 && w=open
echo \$1 \$w >> $tries
echo "said by \$1 \$w"
[ "\$1" != main ] || exec sleep 1000
END
chmod 755 /run/canary/try

has_lines()
{
	[ "$(wc -l < "$tries")" = "$1" ]
}

# begin COMMAND LINES: the service with that, and what its programs were allowed
begin()
{
	: > "$tries"
	systemctl "$1" canary.service 2> /run/canary/err
	rc=$?
	[ $rc != 0 ] || wait_for 10 has_lines "$2"
	ran=$(paste -sd, "$tries")
}

said()
{
	journalctl -o cat -u canary.service | grep -q -x "said by $1"
}

install_bailiff
service canary 'ExecStartPre=/run/canary/try pre' 'ExecStartPre=/run/canary/try pre2' \
	'ExecStart=/run/canary/try main' 'ExecReload=/run/canary/try reload' \
	'ExecStop=/run/canary/try stop'
begin start 3
is "$ran" "pre open,pre2 open,main open" "what no policy is for runs free"
systemctl stop canary.service
policy canary 'unit: canary.service' '  - allow: [read, create, append, write]
    paths: ["/run/canary/**", "/dev/null"]
  - allow: inherit
    type: [unix]
network:
  - allow: send
    unix: /run/systemd/journal/stdout'
sed -i 's|^  - allow: \["/bin/|  - allow: ["/run/canary/try", "/bin/|' $policies/canary.yaml
guard canary
systemctl start bailiffd.service
succeeds "there is a policy for it" bailiffctl rules canary
diag "$(bailiffctl policies)"
begin start 3
is "$ran" "pre shut,pre2 shut,main shut" "confined from its first exec on"
succeeds "its output is in the journal" wait_for 5 said "main shut"
like "$(cat /sys/kernel/security/bailiff/bindings)" \
	'policy=canary label=canary.service' "the binding has the unit's name"
like "$(bailiffctl ps)" 'canary' "and so have its processes"
like "$(bailiffctl log)" 'canary.service.*shadow' "a denied read is in the log, with the unit"
like "$(bailiffctl why canary.service)" 'read /etc/shadow' "... and why tells of it"
# field NAME: of the newest entry of the journal about that file
field()
{
	journalctl -o json -n 1 BAILIFF_OBJECT=/etc/shadow BAILIFF_OUTCOME=denied |
		jq -r ".BAILIFF_$1"
}
is "$(field CONTAINER) $(field POLICY) $(field CLASS) $(field OP)" \
	"canary.service canary files read" "the journal has it by fields, and finds it by them"
before=$(shows canary.service MainPID)
begin restart 4
is "$ran" "stop shut,pre shut,pre2 shut,main shut" "a restart keeps it, and its ExecStop"
isnt "$(shows canary.service MainPID)" "$before" "... with another process"
: > "$tries"
systemctl reload canary.service
is "$(cat "$tries")" "reload shut" "so does ExecReload"
systemctl kill -s KILL canary.service
wait_for 5 systemctl is-failed -q canary.service
systemctl reset-failed canary.service
begin start 3
is "$ran" "pre shut,pre2 shut,main shut" "after a crash it starts confined again"
systemctl stop canary.service

# ---- what must not start ----
systemctl stop bailiffd.service
systemctl mask --runtime -q bailiffd.service
begin start 3
isnt $rc 0 "no daemon: the service does not start"
is "$ran" "" "... no program of it"
is "$(shows canary.service ActiveState)" failed "... and systemd says that it failed"
like "$(journalctl -u canary.service -o cat)" 'service refused' "... with the reason in the journal"
systemctl unmask --runtime -q bailiffd.service
systemctl start bailiffd.service
rm $policies/canary.yaml
wait_for 10 is_gone canary || diag "$(bailiffctl policies)"
begin start 3
isnt $rc 0 "no policy selects it any more: it does not start"
is "$ran" "" "... no program of it"
clean_bailiff
rm -r /etc/systemd/system/canary.service*
systemctl daemon-reload
done_testing
