# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=bash disable=SC2154 # policyc, work: of run.sh
#
# Recorded renames and links, and audit mode, in learn and simulate; sourced by run.sh.

# moves_log OP OBJECT [DETAIL [REASON]] - a line for each four words; - is no detail
moves_log()
{
	local num=0

	while [ $# -gt 0 ]; do
		num=$((num + 1))
		printf '{"time":"2026-11-26T00:00:00.000000000Z","seq":%d,"outcome":"would-deny","policy":"app","generation":1,"class":"%s","op":"%s","object":"%s",%s"reason":"%s","pid":9,"tid":9,"uid":33,"exe":"/usr/bin/app","comm":"app","lost":0}\n' \
			$num "${1%%.*}" "${1#*.}" "$2" \
			"$([ "$3" = - ] || printf '"detail":"%s",' "$3")" "$4"
		shift 4
	done
}

# What is written under one name, renamed and read under the other: the old name may
# all that the new one may, or the kernel denies the rename as widening.
learn_renames()
{
	local new=$work/moved.yaml f=/var/lib/app/state all='^0 newly denied, [0-9]* newly allowed, 0 undecided, 0 still denied, 0 still allowed, 0 not'

	moves_log files.create $f.tmp - default files.write $f.tmp - default \
		files.rename $f.tmp $f default files.rename $f $f.tmp default \
		files.read $f - default > "$work/moves.json"
	"$policyc" learn "$work/moves.json" -o "$new"
	has 'a name that is renamed' "      - \"$f.tmp\" # guess: renamed to $f" "$new"
	says 'the rename is allowed' 0 '^allow' "$policyc" explain "$new" type=regular rename $f.tmp $f
	says 'and all of the recording' 0 '^0 newly denied, 5 newly allowed, 0 undecided, 0 still denied' \
		"$policyc" simulate "$new" "$work/moves.json"
	says 'the new name has no more than was recorded' 1 '^deny' "$policyc" explain "$new" write $f
	# without what the old name got
	sed 's/^  - allow: .*create.*/  - allow: [create, write, rename]/' "$new" > "$work/narrow.yaml"
	says 'simulate denies what widens' 0 '^0 newly denied, 3 newly allowed, 0 undecided, 2 still denied' \
		"$policyc" simulate "$work/narrow.yaml" "$work/moves.json"
	says 'and says why' 0 '^       2 x  widens: the new name has rights that the old one lacks: read' \
		"$policyc" simulate "$work/narrow.yaml" "$work/moves.json"
	says 'as explain does' 1 '^deny: widens' "$policyc" explain "$work/narrow.yaml" rename $f.tmp $f
	# recorded before, under a policy that allows all but that
	moves_log files.rename $f.tmp $f widens > "$work/widens.json"
	says 'what widened is still denied' 0 ' 1 still denied, 0 still allowed, 0 not up' \
		"$policyc" simulate "$work/narrow.yaml" "$work/widens.json"
	printf 'bailiff: 1\npolicy: app\nfiles:\n  - allow: read\n    paths: %s\n' $f > "$work/read.yaml"
	"$policyc" learn --extend "$work/read.yaml" "$work/widens.json" > "$work/more.yaml"
	"$policyc" learn --extend - "$work/widens.json" < "$work/read.yaml" | sed 's/in -\.$/in x./' > "$work/1"
	sed "s|in $work/read.yaml\\.$|in x.|" "$work/more.yaml" > "$work/2"
	same 'of a policy on the standard input, too' "$work/1" "$work/2"
	has 'and is learned' "      - \"$f.tmp\" # guess: renamed to $f" "$work/more.yaml"
	sed 's/^policy: app/&\ninclude: more/' "$work/read.yaml" > "$work/more-read.yaml"
	says 'with the policy it is allowed' 0 '^allow' \
		"$policyc" explain "$work/more-read.yaml" type=regular rename $f.tmp $f
	# one after the other; the last one is run
	moves_log files.rename /srv/a /srv/b default files.rename /srv/b /srv/a default \
		files.link /srv/b /srv/c default files.link /srv/c /srv/b default \
		files.read /srv/c - default exec.exec /srv/c - default > "$work/chain.json"
	"$policyc" learn "$work/chain.json" -o "$new"
	says 'a link and a rename' 0 "$all" "$policyc" simulate "$new" "$work/chain.json"
	says 'a chain of names' 0 '^allow' "$policyc" explain "$new" type=regular rename /srv/a /srv/b
	has 'what is run under another name' '  - allow: "/srv/a" # guess: renamed to /srv/b' "$new"
}

# A socket that is bound under one name and serves under another has one rule for each.
learn_renamed_sockets()
{
	local new=$work/moved.yaml

	"$policyc" learn log/haproxy.json -o "$new"
	says 'one rule for the old name' 0 '^1$' grep -c 'unix: "/run/haproxy/admin.sock.1.tmp"' "$new"
	has 'which says why' '    unix: "/run/haproxy/admin.sock.1.tmp" # guess: renamed to /run/haproxy/admin.sock' "$new"
}

# What is not given away for a rename, and is said instead.
learn_renamed_keys()
{
	local new=$work/moved.yaml

	moves_log files.rename /srv/x.key /srv/pub default files.rename /srv/pub /srv/x.key default \
		files.read /srv/pub - default > "$work/moves.json"
	"$policyc" learn "$work/moves.json" -o "$new"
	has 'a key that would be read' \
		'# not learned: under the new name more is allowed, and the old one is not given it (keys): files.rename /srv/x.key /srv/pub' "$new"
	says 'is not' 1 '^deny' "$policyc" explain "$new" read /srv/x.key
	says 'nor renamed' 1 '^deny: the default' "$policyc" explain "$new" type=regular rename /srv/x.key /srv/pub
	moves_log files.rename /srv/d /srv/e default files.rename /srv/e /srv/d default \
		files.read /srv/e/a - default > "$work/moves.json"
	"$policyc" learn "$work/moves.json" -o "$new"
	has 'a directory' \
		'# not learned: all that is below would need the rights of what is below the new name: files.rename /srv/d /srv/e' "$new"
	says 'nothing below it' 1 '^deny' "$policyc" explain "$new" read /srv/d/a
	# many that are alike are written as one, late: the new name may come first
	{
		moves_log files.rename /srv/b /srv/a default files.rename /srv/a /srv/b default
		moves_log files.rename /srv/a /srv/b default files.rename /srv/b /srv/a default |
			sed 's/"seq":/&9/; s/"lost"/"repeated":5,&/'
	} > "$work/moves.json"
	"$policyc" learn "$work/moves.json" -o "$new"
	says 'both names of a rename are one event' 0 '^            12 x files.rename /srv/b /srv/a$' \
		"$policyc" simulate "$new" "$work/moves.json"
	moves_log files.rename /srv/b /srv/a\\u2028b default files.read /srv/c\\u2028b - default \
		files.rename /srv/b /srv/d\\u00e4 default files.rename /srv/d\\u00e4 /srv/b default files.read /srv/d\\u00e4 - default \
		> "$work/moves.json"
	"$policyc" learn "$work/moves.json" -o "$new"
	has 'a second name that is none' '# not learned: its name is no text: files.rename /srv/b /srv/a???b' "$new"
	has 'a name in a comment' '      - "/srv/b" # guess: renamed to /srv/d??' "$new"
}

# What a class in audit mode denies is no denial: it is only recorded.
simulate_audit()
{
	local new=$work/audit.yaml

	moves_log files.read /srv/a - default files.read /srv/b - default \
		capabilities.capability kill - default > "$work/moves.json"
	sed -i '1s/would-deny/audited/; 1s/default/none/' "$work/moves.json"
	printf 'bailiff: 1\npolicy: app\nmode: {files: audit}\n' > "$new"
	says 'a class in audit mode' 0 \
		'^0 newly denied, 0 newly allowed, 0 undecided, 1 still denied, 0 still allowed, 2 denied in audit mode, 0 not up to rules$' \
		"$policyc" simulate "$new" "$work/moves.json"
	says 'by line' 0 '^            1 x files.read /srv/a$' "$policyc" simulate "$new" "$work/moves.json"
	sed -i '/^mode/d' "$new"
	says 'and in force' 1 '^1 newly denied, 0 newly allowed, 0 undecided, 2 still denied, 0 still allowed, 0 not' \
		"$policyc" simulate "$new" "$work/moves.json"
}
