# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=bash disable=SC2154 # root, policyc, work: of run.sh
#
# The policies that come with Bailiff; sourced by run.sh.

# shipped_table NAME PAGE: what heads of files say is what the page says.
shipped_table()
{
	"$root/scripts/shipped.sh" print "$1" > "$work/1"
	sed -n "/^<!-- scripts.shipped.sh: $1 /,/^<!-- end/p" "$2" |
		sed '1d; $d' > "$work/2"
	if [ -s "$work/2" ]; then pass; else fail "a table of $1"; fi
	same "the table of $1 (make manual)" "$work/1" "$work/2"
}

# Each says what it is for, what it must never allow and what it must allow, and
# has its row in docs/policies.md.
shipped_policies()
{
	local file name word

	for file in "$root"/policies/*.yaml; do
		name=$(basename "$file" .yaml)
		for word in '^# Protects: ' '^# Refuses: ' '^# Adapt: ' "^policy: $name$" \
			'^description: .' '^  - image: ' '^  - unit: ' '^never:$' '^tests:$' \
			'^  - allow: ' '^  - deny: '; do
			says "$name has $word" 0 "$word" cat "$file"
		done
	done
	shipped_table policies "$root/docs/policies.md"
}

# num_rules FILE: those of the file itself, not of its includes.
num_rules()
{
	awk '/^[a-z]/ { on = !/^(never|always|tests):/ }
		on && /^ *- (allow|deny|audit):/ { num++ }
		END { print num + 0 }' "$1"
}

# Of what a service did, learn makes at most twice as many rules as a person; and
# the policy that comes with Bailiff allows all of it.
shipped_learned()
{
	local file name learned move

	for file in "$root"/policies/*.yaml; do
		name=$(basename "$file" .yaml)
		rm -f "$work/learned.yaml"
		"$policyc" learn "log/$name.json" -o "$work/learned.yaml" 2> "$work/why" || :
		learned=$(num_rules "$work/learned.yaml") || learned=0
		echo "$name: learned $learned, by hand $(num_rules "$file")" \
			> "$work/why"
		if [ "$learned" -gt 0 ] &&
		   [ "$learned" -le $((2 * $(num_rules "$file"))) ]; then
			pass
		else
			fail "learn $name: few rules"
		fi
		says "$name: what was learned allows its recording" 0 \
			'^0 newly denied, [0-9]* newly allowed, 0 undecided, 0 still denied, 0 still allowed, 0 not up to rules$' \
			"$policyc" simulate "$work/learned.yaml" "log/$name.json"
		# the kernel judges both names of a rename at once
		case $name in
		haproxy) move='type=sock rename /run/haproxy/admin.sock.1.tmp /run/haproxy/admin.sock' ;;
		sshd) move='type=regular rename /run/motd.dynamic.new /run/motd.dynamic' ;;
		redis) move='type=regular rename /var/lib/redis/temp-6.rdb /var/lib/redis/dump.rdb' ;;
		*) move= ;;
		esac
		[ -z "$move" ] || says "$name: what was learned allows its rename" 0 '^allow' \
			"$policyc" explain "$work/learned.yaml" "$move"
		# sshd's scripts that make a message of the day are refused
		grep -v -e '"uid":0,"exe":"/usr/bin/[denru]' -e '"/run/motd' "log/$name.json" \
			> "$work/life.json"
		says "$name allows what was recorded" 0 '^0 newly denied, .* 0 still denied' \
			"$policyc" simulate "$file" "$work/life.json"
	done
}

# unit NAME COMMAND LINE...: of a system that is not there
shipped_unit()
{
	put "/usr/lib/systemd/system/$1.service" <<-UNIT
	[Service]
	ExecStart=$2
	[Install]
	${3:+Alias=$3.service}
	UNIT
	program "${2%% *}" /lib64/ld-linux-x86-64.so.2 libc.so.6 -- listen
}

# What init calls a service is what its policy is called, so that one is easily
# compared with the other.
shipped_init()
{
	local file name

	rm -rf "$work/root"
	shipped_unit nginx '/usr/sbin/nginx -g x'
	shipped_unit redis-server '/usr/bin/redis-server /etc/redis/redis.conf' redis
	shipped_unit memcached '/usr/bin/memcached -m 64'
	shipped_unit haproxy '/usr/sbin/haproxy -Ws'
	shipped_unit ssh '/usr/sbin/sshd -D' sshd
	shipped_unit postgresql@ '/usr/lib/postgresql/15/bin/postgres'
	shipped_unit python-web '/usr/bin/python3.11 /srv/app/main.py'
	for file in "$root"/policies/*.yaml; do
		name=$(basename "$file" .yaml)
		rm -f "$work/made.yaml"
		says "init for $name" 0 written "$policyc" init --for "$name" \
			--root "$work/root" -o "$work/made.yaml"
		says "init calls it $name" 0 "^policy: $name$" cat "$work/made.yaml"
		# one unit, that which the shipped policy selects
		grep '^  - unit:' "$work/made.yaml" | tr -d '"' > "$work/1" || :
		grep '^  - unit:' "$file" | tr -d '"' > "$work/2"
		same "init selects what $name selects" "$work/1" "$work/2"
	done
}
