# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=bash disable=SC2154 # policyc, work: of run.sh
#
# What learn makes of more than a few names; sourced by run.sh.

# reads_log NAME...: a read of each, in a log
reads_log()
{
	local name words=()

	for name in "$@"; do
		words+=(files.read "$name" - default)
	done
	moves_log "${words[@]}"
}

# Many directories, side by side or not, with names that are widened: in no time, and
# with one list of what they must not reach where one is enough.
learn_directories()
{
	local new=$work/dirs.yaml num names=() others=()

	for num in {100..199}; do
		names+=("/srv/www/site$num/"{index.html,about.html,style.css,main.js})
		others+=("/opt/app$num/data/"{a,b,c,d})
	done
	reads_log "${names[@]}" > "$work/dirs.json"
	says '100 directories' 0 '^policy: app' timeout 60 "$policyc" learn "$work/dirs.json"
	"$policyc" learn "$work/dirs.json" -o "$new"
	has 'each has its names' '      - "/srv/www/site150/*" # guess: 4 names' "$new"
	says 'and all have one list of secrets' 0 '^1$' grep -c '"/srv/www/\*/{' "$new"
	says 'which is all that there is' 1 '^0$' grep -c '"/srv/www/site.*{' "$new"
	says 'a secret in one of them' 1 '^deny' "$policyc" explain "$new" read /srv/www/site150/a.key
	says 'another name' 0 '^allow' "$policyc" explain "$new" read /srv/www/site150/a.png
	says 'another directory' 1 '^deny' "$policyc" explain "$new" read /srv/www/site200/index.html
	says 'it allows its recording' 0 '^0 newly denied, 400 newly allowed, 0 undecided, 0 still denied' \
		"$policyc" simulate "$new" "$work/dirs.json"
	reads_log "${others[@]}" > "$work/dirs.json"
	says '100 in as many others' 0 '^policy: app' timeout 60 "$policyc" learn "$work/dirs.json"
	"$policyc" learn "$work/dirs.json" -o "$new"
	says 'a secret in one of these' 1 '^deny' "$policyc" explain "$new" read /opt/app150/data/API_TOKEN
	# beside what is dear by itself, nothing is widened
	printf 'bailiff: 1\npolicy: app\nfiles:\n  - allow: write\n    paths: "/**a????????"\n' \
		> "$work/dear.yaml"
	reads_log "${names[@]:0:32}" > "$work/dirs.json"
	"$policyc" learn --extend "$work/dear.yaml" "$work/dirs.json" -o "$work/more.yaml" > "$work/out" 2>&1
	has 'what would be too dear is said' \
		'# No directory became a pattern: these would be too many states together.' "$work/more.yaml"
	has 'and every name is there' '      - "/srv/www/site100/main.js"' "$work/more.yaml"
	sed 's/^policy: app/&\ninclude: more/' "$work/dear.yaml" > "$work/dear-more.yaml"
	says 'which the policy can include' 0 '^0 newly denied, 32 newly allowed, 0 undecided, 0 still denied' \
		"$policyc" simulate "$work/dear-more.yaml" "$work/dirs.json"
}

# Credentials that have numbers or made-up names; of each, another one like it.
learn_credentials()
{
	local new=$work/keys.yaml name
	local -A other=(
		[/tmp/krb5cc_1000]=/tmp/krb5cc_2000
		[/tmp/ssh-aB3dE9xyz1/agent.1234]=/tmp/ssh-xY9dE9xyz1/agent.4321
		[/run/user/1000/gnupg/S.gpg-agent]=/run/user/2000/gnupg/S.gpg-agent
		[/run/user/1000/keyring/control]=/run/user/2000/keyring/control
		[/run/user/1000/ssh-agent.socket]=/run/user/2000/ssh-agent.socket
		[/run/app/API_TOKEN.1234]=/run/app/API_TOKEN.4321
		[/run/app/PASSWORD-123456]=/run/app/PASSWORD-654321
		[/proc/self/task/17/environ]=/proc/self/task/18/environ
		[/proc/self/task/17/mem]=/proc/self/task/18/mem
		[/var/lib/app/vault-1.2.kdbx]=/var/lib/app/vault-1.3.kdbx
		[/opt/vault-1.2/unseal]=/opt/vault-1.3/unseal
		[/srv/ssh_host_key-1.0]=/srv/ssh_host_key-2.0
		[/opt/app-1.2/master_key]=/opt/app-1.3/master_key
		[/etc/pki/tls/private/x-1.2]=/etc/pki/tls/private/x-1.3
		[/var/lib/x/keys/x-1.2]=/var/lib/x/keys/x-1.3
		[/etc/NetworkManager/system-connections/x-1.2]=/etc/NetworkManager/system-connections/x-1.3
	)

	reads_log "${!other[@]}" > "$work/keys.json"
	"$policyc" learn "$work/keys.json" -o "$new"
	for name in "${!other[@]}"; do
		says "$name" 0 '^allow' "$policyc" explain "$new" read "$name"
		says "not ${other[$name]}" 1 '^deny' "$policyc" explain "$new" read "${other[$name]}"
	done
}

# extend POLICY LOG: learn for a policy, which then includes it
extend()
{
	"$policyc" learn --extend "$1" "$2" -o "$work/more.yaml"
	sed 's/^policy: app/&\ninclude: more/' "$1" > "$work/extended.yaml"
}

# A rename that the policy allows goes on to be allowed: what its new name gets, its
# old one gets as well, or neither does.
learn_beside_renames()
{
	local move='files.rename /srv/tmp1 /srv/data rule files.rename /srv/data /srv/tmp1 rule'

	printf 'bailiff: 1\npolicy: app\nfiles:\n  - audit: rename\n    paths: /srv/**\n  - allow: [create, rename]\n    paths: /srv/**\n' \
		> "$work/base.yaml"
	# shellcheck disable=SC2086 # several words
	moves_log $move files.read /srv/data - default | sed '1,2s/would-deny/audited/' > "$work/moves.json"
	extend "$work/base.yaml" "$work/moves.json"
	has 'what is read under its new name' '      - "/srv/data"' "$work/more.yaml"
	has 'is under the old one' '      - "/srv/tmp1" # guess: renamed to /srv/data' "$work/more.yaml"
	says 'and the rename is allowed' 0 '^0 newly denied, 1 newly allowed, 0 undecided, 0 still denied, 2 still' \
		"$policyc" simulate "$work/extended.yaml" "$work/moves.json"
	sed -i 's/tmp1/x.key/g' "$work/moves.json"
	extend "$work/base.yaml" "$work/moves.json"
	has 'not for a key' '# not learned: a rename that the policy allows would be denied: files.read /srv/data' \
		"$work/more.yaml"
	# nothing says which name is the new one
	sed '2d; s/audited/would-deny/' "$work/moves.json" > "$work/1"
	extend "$work/base.yaml" "$work/1"
	has 'nor where it may be either' '# not learned: a rename that the policy allows would be denied: files.read /srv/data' \
		"$work/more.yaml"
}

# Of a rename one name was denied: it may be the new one, and gets nothing for that.
learn_one_name()
{
	printf 'bailiff: 1\npolicy: app\nfiles:\n  - allow: [read, manage]\n    paths: /var/lib/app/**\nexec:\n  - allow: /var/lib/app/plugin\n' \
		> "$work/base.yaml"
	moves_log files.rename /etc/app.conf /var/lib/app/plugin default > "$work/moves.json"
	extend "$work/base.yaml" "$work/moves.json"
	has 'which name is the new one' '# not learned: it is not recorded which name is the new one, and more is allowed under one of them: files.rename /etc/app.conf /var/lib/app/plugin' \
		"$work/more.yaml"
	says 'and nothing is run for it' 1 '^0$' grep -c '^exec' "$work/more.yaml"
}

# A rule denies the new name: that stays, and the rest is learned.
learn_denied_name()
{
	printf 'bailiff: 1\npolicy: app\nmode: audit\nfiles:\n  - deny: manage\n    paths: /etc/**\n' \
		> "$work/base.yaml"
	moves_log files.read /srv/page - default files.rename /srv/up/x /etc/x default \
		files.rename /etc/x /srv/up/x rule > "$work/moves.json"
	extend "$work/base.yaml" "$work/moves.json"
	has 'what a rule denies' '# not learned: a rule of the policy denies one of its names: files.rename /srv/up/x /etc/x' \
		"$work/more.yaml"
	has 'and the rest' '      - "/srv/page"' "$work/more.yaml"
}

# Mounts of which the record does not say all: a source is no type, and what is
# lacking is not made up.
learn_mounts()
{
	local new=$work/mounts.yaml

	moves_log mounts.mount /mnt/data /srv/data default mounts.mount /mnt/t tmpfs default \
		mounts.move-mount /mnt/x /mnt/new default mounts.move-mount /mnt/y / default \
		mounts.fsmount tmpfs - default mounts.umount /mnt/data ext4 default \
		mounts.mount /mnt/star 'a*' default mounts.mount /mnt/v-1.2 proc default \
		mounts.mount /mnt/none - default mounts.mount /mnt/clone / default \
		mounts.mount /mnt/disk /dev/sda1 default mounts.mount ext4 - default \
		mounts.mount /mnt/wide /srv/wide default files.read /mnt/wide/x - default \
		kernel.module-request 'fs-*' - default > "$work/mounts.json"
	"$policyc" learn "$work/mounts.json" -o "$new"
	grep -A 3 -e '- allow: m' -e '- allow: fs' -e '- allow: um' "$new" | grep -v '^[-#]' > "$work/out"
	cat > "$work/want" <<-'END'
		  - allow: mount # guess: a bind mount, any flags
		    fstype: "bind"
		    source: "/srv/data"
		    target: "/mnt/data"
		  - allow: mount # guess: any source and flags
		    fstype: "tmpfs"
		    target: "/mnt/t"
		  - allow: move-mount # guess: any flags
		    source: "/mnt/new"
		    target: "/mnt/x"
		  - allow: move-mount # guess: any source and flags
		    target: "/mnt/y"
		  - allow: fsmount
		    fstype: "tmpfs"
		  - allow: umount # guess: any type of file system
		    target: "/mnt/data"
		  - allow: mount # guess: any source and flags
		    fstype: "a\\*"
		    target: "/mnt/star"
		  - allow: mount # guess: any source and flags
		    fstype: "proc"
		    target: "/mnt/v-[0-9]*" # guess: a version
		kernel:
		  - allow: module-request
		    names: "fs-\\*"
	END
	same 'rules for mounts' "$work/want" "$work/out"
	has 'of no type' '# not learned: it is not recorded of which type it is: mounts.mount unknown /mnt/none' "$new"
	has 'what was never attached' '# not learned: it is not recorded of which type it is: mounts.mount unknown /mnt/clone' "$new"
	has 'a device' '# not learned: it is not recorded of which type it is: mounts.mount unknown /dev/sda1 /mnt/disk' "$new"
	has 'nowhere' '# not learned: it names no object: mounts.mount unknown ext4' "$new"
	has 'what would widen' \
		'# not learned: all that is below would need the rights of what is below the mount point: mounts.mount bind /srv/wide /mnt/wide' "$new"
	says 'a bind mount' 0 '^allow' "$policyc" explain "$new" mount bind /srv/data /mnt/data
	says 'of nothing else' 1 '^deny' "$policyc" explain "$new" mount bind /srv/other /mnt/data
	says 'the same type' 1 '^deny' "$policyc" explain "$new" mount abc /mnt/star
	head -n 7 "$work/mounts.json" > "$work/some.json"
	says 'simulate reads them alike' 0 '^0 newly denied, 7 newly allowed, 0 undecided, 0 still denied' \
		"$policyc" simulate "$new" "$work/some.json"
}

# What a rule leaves open of a socket has a comment.
learn_sockets()
{
	local new=$work/sockets.yaml

	moves_log network.create '' netlink/raw/15 default network.create '' unix/stream/0 default \
		network.create '' packet/10/768 default network.create '' 44/dgram/0 default \
		network.bind 127.0.0.1:53 inet/dgram/udp default network.bind '[::1]:80' inet6/stream/0 default \
		network.bind @x unix/stream/0 default network.connect 10.0.0.1:80 inet/stream/tcp default \
		network.receive 10.0.0.1:40001 'inet/dgram/udp from 10.0.0.2:53' default > "$work/sockets.json"
	"$policyc" learn "$work/sockets.json" -o "$new"
	grep -e '- allow' "$new" > "$work/out"
	cat > "$work/want" <<-'END'
		  - allow: create # guess: any protocol
		  - allow: create # guess: any type, any protocol
		  - allow: create # guess: any family, any protocol
		  - allow: listen # guess: whoever connects, any local address
		  - allow: listen # guess: whoever connects, any protocol, any local address
		  - allow: listen # guess: whoever connects
		  - allow: connect
		  - allow: receive # guess: any local address and port
	END
	same 'guesses of sockets' "$work/want" "$work/out"
	says 'they are allowed' 0 '^0 newly denied, 9 newly allowed, 0 undecided, 0 still denied' \
		"$policyc" simulate "$new" "$work/sockets.json"
}

# chain_log NUM: so many renames one after the other, of what is read then
chain_log()
{
	local num words=()

	for ((num = 0; num < $1; num++)); do
		words+=(files.rename "/srv/n$num" "/srv/n$((num + 1))" default)
		words+=(files.rename "/srv/n$((num + 1))" "/srv/n$num" default)
	done
	moves_log "${words[@]}" files.read "/srv/n$1" - default
}

# branches_log NUM TAIL: a rename after the other, the names numbered; each of the last
# NUM + 1 has another one from a name that is given nothing. So one is left out after
# 1, 2, 3 ... rounds, and then all begins again.
branches_log()
{
	local num words=()

	for ((num = 0; num <= $1 + $2; num++)); do
		if ((num >= $2)); then
			words+=(files.rename "/srv/id_rsa$num" "/srv/n$num" default)
			words+=(files.rename "/srv/n$num" "/srv/id_rsa$num" default)
		fi
		((num < $1 + $2)) || break
		words+=(files.rename "/srv/n$num" "/srv/n$((num + 1))" default)
		words+=(files.rename "/srv/n$((num + 1))" "/srv/n$num" default)
	done
	moves_log "${words[@]}" files.read "/srv/n$num" - default
}

# As many as learn looks at, and one more: that one is left out, and no other.
learn_rounds()
{
	local new=$work/rounds.yaml

	chain_log 64 > "$work/chain.json"
	"$policyc" learn "$work/chain.json" -o "$new"
	says_not '64 renames' 'not learned' cat "$new"
	says 'the first name is read' 0 '^allow' "$policyc" explain "$new" read /srv/n0
	chain_log 65 > "$work/chain.json"
	"$policyc" learn "$work/chain.json" -o "$new"
	grep '^# not learned' "$new" > "$work/out" || :
	echo '# not learned: under the new name more is allowed than the old one can be given: files.rename /srv/n0 /srv/n1' > "$work/want"
	same 'one more' "$work/want" "$work/out"
	says 'the first name' 1 '^deny' "$policyc" explain "$new" read /srv/n0
	says 'the second one' 0 '^allow' "$policyc" explain "$new" type=regular rename /srv/n1 /srv/n2
	# 1 + 2 + ... + 21 rounds, and as many as the renames need that are left
	branches_log 20 5 > "$work/branches.json"
	"$policyc" learn "$work/branches.json" -o "$new"
	grep '^# not learned' "$new" > "$work/out"
	says 'the last round of all' 0 '^21$' grep -c 'not given it (keys): files.rename /srv/id_rsa' "$work/out"
	says '... leaves nothing else out' 0 '^21$' grep -c . "$work/out"
	branches_log 20 6 > "$work/branches.json"
	"$policyc" learn "$work/branches.json" -o "$new"
	grep '^# not learned' "$new" | grep -v id_rsa > "$work/out" || :
	printf '# not learned: under the new name more is allowed than the old one can be given: files.rename %s\n' \
		'/srv/n0 /srv/n1' '/srv/n25 /srv/n26' > "$work/want"
	same 'one round more than all' "$work/want" "$work/out"
	says '... and what was learned, passes' 0 '^0 newly denied' \
		"$policyc" simulate "$new" "$work/branches.json"
}

# An image takes no rules: what to give instead is said.
learn_for_image()
{
	printf 'bailiff: 1\npolicy: app\nfiles:\n  - allow: read\n    paths: /srv/a\n' > "$work/app.yaml"
	"$policyc" build "$work/app.yaml" -o "$work/app.img" > /dev/null
	moves_log files.read /srv/b - default > "$work/app.json"
	echo '# expect: P806' >> "$odd"
	says 'an image' 2 'app.img is an image: no rules can be added to it \[P806\]' \
		"$policyc" learn --extend "$work/app.img" "$work/app.json"
	says 'what to give instead' 2 'note: give the policy that it was built of' \
		"$policyc" learn --extend "$work/app.img" "$work/app.json"
	says 'that is extended' 0 '"/srv/b"' "$policyc" learn --extend "$work/app.yaml" "$work/app.json"
}
