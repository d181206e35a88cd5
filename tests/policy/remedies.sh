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
read "/a b\\c"
exec "/q[x"
exec /bin/sh -c id
exec memfd
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
}
