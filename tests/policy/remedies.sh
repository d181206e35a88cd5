# shellcheck shell=bash disable=SC2154 # work and policyc: of run.sh
# SPDX-License-Identifier: GPL-2.0-only
#
# remedies.sh - what explain --why-not says would allow a request allows it, and
# it is a rule that check takes. Sourced by run.sh.

remedy_policy='bailiff: 1
policy: x
files:
  - allow: rename
    paths: /srv/x
  - deny: write
    paths: /etc/**
    when: {uid: 33}'

remedied='type=regular rename /srv/a /srv/b
type=regular rename /srv/x /srv/b
read /q
read "/q*"
read "/q{x"
read "/q(1)|2]+$"
read "/q${x}"
read "/a b\\c"
exec "/q[x"
exec /bin/sh -c id
exec memfd
exec memfd -x
type=pipe inherit
inherit tty
uid=0 write /etc/x
connect tcp 10.0.0.1:443
send udp 10.0.0.1:53
bind tcp any:80
peer=host connect unix stream /run/x
capability sys_admin
peer=host signal term
peer=host ptrace-trace
mount tmpfs /mnt
mount overlay /mnt
umount /mnt
userns-create
module-request net-pf-16'

remedies()
{
	local request

	while read -r request; do
		echo "$remedy_policy" > "$work/before.yaml"
		"$policyc" explain --why-not "$work/before.yaml" "$request" > "$work/said" || :
		# a class stands in a policy once
		awk 'NR == FNR { if (on && /^    /) add = add substr($0, 5) "\n"
				 on = on || /^this would allow it:$/; next }
		     { print } add ~ "^" $0 "\n" { sub(/^[^\n]*\n/, "", add); printf "%s", add; add = "" }
		     END { printf "%s", add }' "$work/said" "$work/before.yaml" > "$work/after.yaml"
		says "the remedy for '$request'" 0 '^allow: ' \
			"$policyc" explain "$work/after.yaml" "$request"
		says '... which was denied' 1 '^deny: ' \
			"$policyc" explain "$work/before.yaml" "$request"
		says '... and no more than it' 1 '^deny: ' \
			"$policyc" explain "$work/after.yaml" read /qother
	done <<< "$remedied"
	echo "$remedy_policy" > "$work/before.yaml"
	says 'a remedy behind a deny' 1 '^with that changed, this would allow it:$' \
		"$policyc" explain --why-not "$work/before.yaml" uid=33 write /etc/x
	exceptions
}

# for_others POLICY REQUEST...: what rules are said to be for instead
for_others()
{
	"$policyc" explain --why-not "$@" | grep '^  it is for' || echo nothing
}

# A rule that is for the very path is not said to be for another one.
exceptions()
{
	printf '%s\n' 'bailiff: 1' 'policy: x' 'files:' '  - allow: read' \
		'    paths: /srv/**' '    except: /srv/secret/**' 'exec:' \
		'  - allow: /usr/bin/x' '    args: [["-a"]]' > "$work/before.yaml"
	says 'what an exception takes out' 1 "^  its 'except' has /srv/secret/\*\*$" \
		"$policyc" explain --why-not "$work/before.yaml" read /srv/secret/k
	says '... is not looked for elsewhere' 0 '^nothing$' \
		for_others "$work/before.yaml" read /srv/secret/k
	says '... nor what is beside it' 1 '^  it is for /srv/\*\*$' \
		"$policyc" explain --why-not "$work/before.yaml" read /srx
	says 'a program that lacks arguments is no other one' 0 '^nothing$' \
		for_others "$work/before.yaml" exec /usr/bin/x -b
	says '... and which would do' 1 '^        args: \[\["-b"\]\]$' \
		"$policyc" explain --why-not "$work/before.yaml" exec /usr/bin/x -b
	a_policy_called_other
}

# Requests and records say "other" of anybody who is under some policy.
a_policy_called_other()
{
	printf '%s\n' 'bailiff: 1' 'policy: x' 'tasks:' '  - allow: signal' \
		'    signals: term' '    peer: other' > "$work/other.yaml"
	says 'any other policy' 2 '^undecided: it depends on peer-name' \
		"$policyc" explain "$work/other.yaml" peer=other tasks.signal term
	says 'the policy "other"' 0 '^allow' \
		"$policyc" explain "$work/other.yaml" peer=/other tasks.signal term
	says 'a name with a slash' 1 '^deny' \
		"$policyc" explain "$work/other.yaml" peer=/web tasks.signal term
	printf '{"time":"2026-11-26T00:00:00.000000000Z","seq":1,"outcome":"would-deny","policy":"x","generation":1,"class":"tasks","op":"signal","object":"sleep","detail":"term /other","reason":"default","pid":9,"tid":9,"uid":33,"exe":"/usr/bin/db","comm":"db","lost":0}\n' > "$work/other.json"
	says 'is learned' 0 '^    peer: other$' "$policyc" learn "$work/other.json"
	says '... and simulated' 0 '^0 newly denied, 1 newly allowed, 0 undecided' \
		"$policyc" simulate "$work/other.yaml" "$work/other.json"
}
