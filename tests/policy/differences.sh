# shellcheck shell=bash disable=SC2154 # what run.sh sets
# SPDX-License-Identifier: GPL-2.0-only
#
# policyc diff, and claims, of policies written in several ways; read by run.sh.

# sockets NUM UID [CLAIM]: rules of four conditions, of 12 values each; UID is that of the fifth.
sockets()
{
	printf '%s\n' 'bailiff: 1' 'policy: x' "${3-# no claim}" 'network:'
	awk -v num="$1" -v uid="$2" 'BEGIN {
		for (i = 0; i < num; i++)
			printf "  - allow: connect\n    protocol: tcp\n    ports: %d\n" \
				"    when: {uid: %d, gid: %d, host-uid: %d, exe: /x%d}\n",
				i % 2 ? 443 : 80, i == 4 ? uid : i % 12 * 2,
				(i * 5 + int(i / 12)) % 12 * 2, (i * 7 + int(i / 5)) % 12 * 2,
				(i * 11 + int(i / 7)) % 12
	}'
}

# The hook of `create` is asked before the family looks for the protocol (socket.c,
# __sock_create()), and any module may bring inet one.
differences_of_protocols()
{
	printf '%s\n' 'bailiff: 1' 'policy: x' 'network:' '  - allow: [create, bind]' \
		'    family: inet' '    type: stream' > "$work/any.yaml"
	(cat "$work/any.yaml" && echo '    protocol: tcp') > "$work/known.yaml"
	says 'an odd protocol' 1 \
		'^newly allowed: network create, bind: family=inet type=stream protocol=icmp network.create$' \
		"$policyc" diff "$work/known.yaml" "$work/any.yaml"
	(cat "$work/any.yaml" && echo 'never: family=inet type=stream protocol=99 network.create') \
		> "$work/claim.yaml"
	says 'a claim of an odd protocol' 1 '^.*error.*never' "$policyc" check "$work/claim.yaml"
}

# One policy written in two ways, and one that is wider here, narrower there.
differences()
{
	printf '%s\n' 'bailiff: 1' 'policy: x' 'files:' \
		'  - allow: [read, write]' '    paths: ["/a/{b,c}/*", /x]' \
		'  - allow: read' '    paths: /a/b/q' \
		'  - deny: write' '    paths: "/a/b/[a-m]*"' \
		'network:' '  - allow: connect' '    protocol: tcp' \
		'    to: 10.0.0.0/8' '    ports: 1-100' \
		'capabilities: [{allow: [chown, kill]}]' > "$work/one.yaml"
	printf '%s\n' 'bailiff: 1' 'policy: x' 'files:' \
		'  - allow: write' '    paths: /a/b/*' '    except: "/a/b/[a-m]*"' \
		'  - allow: [read, write]' '    paths: [/a/c/*, /x]' \
		'  - allow: read' '    paths: /a/b/*' \
		'network:' '  - allow: connect' '    protocol: tcp' \
		'    to: [10.128.0.0/9, 10.0.0.0/9]' '    ports: [51-100, 1-50]' \
		'capabilities: [{allow: kill}, {allow: chown}]' > "$work/two.yaml"
	set -- "$policyc" diff
	says 'equal policies' 0 '^no difference$' "$@" --exact "$work/one.yaml" "$work/two.yaml"
	says 'equal policies as JSON' 0 '^\[\]$' "$@" --exact --json "$work/one.yaml" "$work/two.yaml"
	sed 's/1-50/1-49/' "$work/two.yaml" > "$work/less.yaml"
	says 'a narrower policy' 0 '^newly denied: network connect: connect tcp 10.0.0.0:50$' \
		"$@" "$work/one.yaml" "$work/less.yaml"
	says 'a narrower policy, exactly' 1 '^0 newly allowed, 1 newly denied$' \
		"$@" --exact "$work/one.yaml" "$work/less.yaml"
	says 'a wider policy' 1 '^newly allowed: network connect: connect tcp 10.0.0.0:50$' \
		"$@" "$work/less.yaml" "$work/one.yaml"
	says 'the line of a wider policy' 1 'new: allow: rule 4, .*one.yaml:11$' \
		"$@" "$work/less.yaml" "$work/one.yaml"
	sed 's,a-m],b-m],' "$work/two.yaml" > "$work/more.yaml"
	says 'a wider path' 1 '^newly allowed: files write, append.*: write /a/b/a$' \
		"$@" "$work/two.yaml" "$work/more.yaml"
	"$@" --json "$work/two.yaml" "$work/more.yaml" > "$work/out" || :
	says 'a wider path as JSON' 0 '^\["allowed","files","write /a/b/a","deny",1\]$' \
		jq -c '.[0] | [.change, .class, .request, .old.verdict, .new.rule]' "$work/out"
	"$policyc" build "$work/two.yaml" -o "$work/two.img" > /dev/null
	says 'a policy and an image' 0 '^no difference$' "$@" "$work/one.yaml" "$work/two.img"
	says 'a policy that is missing' 2 P101 "$@" "$work/one.yaml" /nonexistent
	printf '%s\n' 'bailiff: 1' 'policy: x' 'files:' '  - allow: ioctl' \
		'    paths: /x' '    when: {owner: true}' '  - allow: ioctl' \
		'    paths: /x' '    when: {no-new-privs: true}' > "$work/cond.yaml"
	for i in $(seq 10 21); do
		printf '  - allow: ioctl\n    paths: /x\n    %s\n' \
			"when: {uid: $((i * 2))}" "when: {gid: $((i * 2))}" \
			"when: {host-uid: $((i * 2))}" "when: {exe: /x$i}" "ioctl: 0x$i"
	done >> "$work/cond.yaml"
	sed 's/{uid: 20/{uid: 19/' "$work/cond.yaml" > "$work/uid.yaml"
	says 'more combinations than can be tried' 1 '^1 newly allowed, 1 newly denied$' \
		"$@" "$work/cond.yaml" "$work/uid.yaml"
	says 'which rule of these it is' 1 '^newly allowed: files ioctl: uid=19 ' \
		"$@" "$work/cond.yaml" "$work/uid.yaml"
	(head -n 3 "$work/cond.yaml"
		tail -n +4 "$work/cond.yaml" | paste - - - | tac | tr '\t' '\n') > "$work/uid.yaml"
	says 'as many that are the same' 0 '^no difference$' "$@" "$work/cond.yaml" "$work/uid.yaml"
	sed 's/^files:/mode: {files: audit}\n&/' "$work/cond.yaml" > "$work/uid.yaml"
	says 'the same rules in audit mode are not the same' 1 '^2 newly allowed, 0 newly denied$' \
		"$@" "$work/cond.yaml" "$work/uid.yaml"
	for i in 64 200; do
		sockets "$i" 8 > "$work/sockets.yaml"
		sockets "$i" 10 > "$work/other.yaml"
		says "one of $i rules with four conditions" 1 \
			'^newly allowed: network create, connect: uid=10 gid=16 host-uid=8 exe=/x8 ' \
			"$@" "$work/sockets.yaml" "$work/other.yaml"
		says "... and what it allowed before" 1 '^1 newly allowed, 1 newly denied$' \
			"$@" "$work/sockets.yaml" "$work/other.yaml"
		(head -n 4 "$work/sockets.yaml"
			tail -n +5 "$work/sockets.yaml" | paste - - - - | tac | tr '\t' '\n') > "$work/other.yaml"
		says "$i rules in another order" 0 '^no difference$' \
			"$@" "$work/sockets.yaml" "$work/other.yaml"
		sockets "$i" 8 'never: connect any:22' > "$work/sockets.yaml"
		says "a claim about $i such rules is proved" 0 ' 1 proof: ok$' \
			"$policyc" check "$work/sockets.yaml"
		sockets "$i" 8 'never: connect any:443' > "$work/sockets.yaml"
		says "... and refuted by a request" 1 \
			"not proved: never .* 'uid=[0-9]* .*exe=/x[0-9]* connect tcp any:443' is allowed" \
			"$policyc" check "$work/sockets.yaml"
		sockets "$i" 8 'always: uid=8 connect tcp any:80' > "$work/sockets.yaml"
		says '... also one of what is allowed' 1 'not proved: always .*connect tcp any:80. is denied' \
			"$policyc" check "$work/sockets.yaml"
		sockets "$i" 8 'tests: [deny: "connect any:22"]' > "$work/sockets.yaml"
		says "a test that leaves all else open to $i such rules" 0 '1 of 1 tests passed' \
			"$policyc" test "$work/sockets.yaml"
		says '... and what it depends on' 2 'undecided: it depends on .*uid.*exe' \
			"$policyc" explain "$work/sockets.yaml" 'connect tcp any:443'
	done
	printf '%s\n' 'bailiff: 1' 'policy: x' > "$work/all.yaml"
	(cat "$work/all.yaml" && echo 'unmediated: [kernel]') > "$work/some.yaml"
	says 'a class that may go unjudged' 1 "^newly allowed: kernel, .* names it$" \
		"$@" "$work/all.yaml" "$work/some.yaml"
	says 'one that no longer may' 0 "^newly denied: kernel, .* names it no more$" \
		"$@" "$work/some.yaml" "$work/all.yaml"
	says 'it is a difference' 1 '^0 newly allowed, 1 newly denied$' \
		"$@" --exact "$work/some.yaml" "$work/all.yaml"
	set -- "$policyc" explain "$work/all.yaml"
	says 'the source of a mount is no attribute' 2 \
		"note: of 'move-mount' and 'mount bind' it is the first operand" \
		"$@" 'source=/etc move-mount any /mnt'
	says 'all of a class' 1 '^deny: the default' "$@" 'files.all /y'
	says 'all of which class' 2 "say of which: 'files.all" "$@" 'all /y'
	set -- "$policyc" diff
	printf '%s\n' 'bailiff: 1' 'policy: x' 'default: {network: allow}' > "$work/all.yaml"
	(cat "$work/all.yaml" && printf '%s\n' 'network:' '  - deny: send' '    protocol: tcp' \
		'    family: unix') > "$work/some.yaml"
	says 'what no socket can be' 0 '^no difference$' "$@" --exact "$work/some.yaml" "$work/all.yaml"
	sed -i 's/unix/inet/' "$work/some.yaml"
	says '... and what one can' 1 '^newly allowed: network send: .*send tcp' \
		"$@" "$work/some.yaml" "$work/all.yaml"
	# gid sets the bit of uid: no program of policyc does
	printf '%s\n' 'bailiff: 1' 'policy: x' 'files:' \
		'  - {allow: read, paths: /a, when: {uid: 7}}' \
		'  - {allow: read, paths: /b, when: {gid: 7}}' > "$work/cond.yaml"
	"$policyc" build "$work/cond.yaml" -o "$work/cond.img" > /dev/null
	LC_ALL=C sed 's/\x47\x07\x00\x00\x02/\x47\x07\x00\x00\x01/' "$work/cond.img" > "$work/uid.img"
	says 'an image that policyc did not make' 2 'not made by policyc \[P623\]' \
		"$@" "$work/cond.yaml" "$work/uid.img"
	printf '# expect: %s\n' P623 >> "$odd"
}
