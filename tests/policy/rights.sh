# shellcheck shell=bash disable=SC2154 # work and policyc: of run.sh
# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=bash disable=SC2154 # policyc, work: of run.sh
#
# For run.sh: what rename and link may not widen, in two policies and in one.

# halves FILE OP...: /srv/x in one rule, /srv/y in two, each under a condition.
halves()
{
	local file=$1 owner
	shift

	printf '%s\n' 'bailiff: 1' 'policy: a' 'default: deny' 'files:' \
		'  - allow: [rename, create]' '    paths: [/srv, /srv/**]' \
		'  - allow: read' '    paths: [/srv/x, /srv/x/**]' > "$file"
	for owner in true false; do
		printf '  - allow: [%s]\n    paths: [/srv/y, /srv/y/**]\n    when: {owner: %s}\n' \
			"$*" "$owner" >> "$file"
	done
}

# For each request alone these policies are the same; the kernel moves names otherwise.
differences_of_rights()
{
	local whole=$work/whole.yaml halves=$work/halves.yaml

	set -- "$policyc" diff
	halves "$halves" read
	head -n 8 "$halves" > "$whole"
	printf '  - allow: read\n    paths: [/srv/y, /srv/y/**]\n' >> "$whole"
	says 'a rule for two with conditions' 1 '^newly allowed: files rename: rename /srv/y /srv/x$' \
		"$@" "$halves" "$whole"
	says '... is one change' 1 '^1 newly allowed, 0 newly denied$' "$@" "$halves" "$whole"
	says '... and what the old one says' 1 '^  old: deny: widens$' "$@" "$halves" "$whole"
	says '... and why' 1 '^    /srv/x would have rights that /srv/y has only under conditions: read,' \
		"$@" "$halves" "$whole"
	says '... and the rule of the new one' 1 '^  new: allow: rule 1, .*whole.yaml:5$' \
		"$@" "$halves" "$whole"
	says '... and the request again, of the old' 1 '^deny: widens$' \
		"$policyc" explain "$halves" rename /srv/y /srv/x
	says '... and of the new' 0 '^allow: rule 1' "$policyc" explain "$whole" rename /srv/y /srv/x
	says 'two with conditions for one' 0 '^newly denied: files rename: ' "$@" "$whole" "$halves"
	says 'two with conditions for one, exactly' 1 '^0 newly allowed, 1 newly denied$' \
		"$@" --exact "$whole" "$halves"
	"$@" --json "$halves" "$whole" > "$work/out" || :
	says 'rights as JSON' 0 '^\["allowed",\["rename"\],"deny","read,.*","allow",1\]$' \
		jq -c '.[0] | [.change, .operations, .old.verdict, .old.widens.conditional,
			.new.verdict, .new.rule]' "$work/out"
	printf 'bailiff: 1\npolicy: a\nfiles:\n%s\n%s\n' '  - {allow: [rename, create], paths: /srv/**}' \
		"  - {allow: read, paths: ['/srv/x/**', '/srv/y/**'], when: {uid: 0-9}}" > "$whole"
	(head -n 4 "$whole"
		for i in x/**,0-9 y/**,0-4 y/**,5-9; do
			echo "  - {allow: read, paths: '/srv/${i%,*}', when: {uid: ${i#*,}}}"
		done) > "$work/ranges.yaml"
	says 'a range in two parts' 0 '^newly denied: files rename: rename /srv/x/a /srv/y/a$' \
		"$@" "$whole" "$work/ranges.yaml"
	says 'two parts of a range in one' 1 '^1 newly allowed, 0 newly denied$' \
		"$@" "$work/ranges.yaml" "$whole"
	# the rule that decides nothing but this
	halves "$halves" read, truncate
	cp "$halves" "$whole"
	printf '  - allow: read\n    paths: [/srv/y, /srv/y/**]\n' >> "$whole"
	says 'a rule that only rename needs' 1 '^0 newly allowed, 1 newly denied$' \
		"$@" --exact "$whole" "$halves"
	# another automaton, of which nothing is decided otherwise
	(cat "$whole" && printf '  - allow: read\n    paths: /srv/x/sub\n') > "$halves"
	says 'a rule more that nothing needs' 0 '^no difference$' "$@" --exact "$whole" "$halves"
}

# A bind mount or a move gives another name, too.
differences_of_mounts()
{
	local more=$work/more.yaml less=$work/less.yaml

	set -- "$policyc" diff
	printf '%s\n' 'bailiff: 1' 'policy: a' 'mounts:' \
		'  - {allow: mount, source: /a, target: /b}' \
		'  - {allow: move-mount, source: /a, target: /b}' 'files:' '  - allow: stat' \
		'    paths: [/a, /a/**, /b, /b/**]' > "$less"
	(cat "$less" && printf '  - allow: read\n    paths: /b/**\n') > "$more"
	says 'a rule less is a mount more' 1 \
		'^newly allowed: mounts mount: mount bind /a /b$' "$@" "$more" "$less"
	says '... and a move more' 1 '^newly allowed: mounts move-mount: move-mount /a /b$' \
		"$@" "$more" "$less"
	says '... and why' 1 '^    what is below /b would have rights that not all below /a has,.* read,' \
		"$@" "$more" "$less"
	says '... and the request again' 1 '^deny: widens$' \
		"$policyc" explain "$more" mount bind /a /b
	says '... and of the new one' 0 '^allow: rule 1' "$policyc" explain "$less" mount bind /a /b
	says '... and back' 1 '^newly allowed: files read, .*: read /b/c$' "$@" "$less" "$more"
	"$@" --json "$more" "$less" > "$work/out" || :
	says 'a mount as JSON' 0 '^\["allowed","mounts",\["mount"\],"deny","read,.*",1\]$' \
		jq -c '.[] | select(.class == "mounts") | [.change, .class, .operations,
			.old.verdict, .old.widens.below, .new.rule]' "$work/out"
	for i in 'move-mount any /b' 'mount bind /a /b'; do
		(cat "$more" && echo "never: $i") > "$work/claim.yaml"
		says "proved: never $i" 0 ' 1 proof: ok$' "$policyc" check "$work/claim.yaml"
	done
	(cat "$more" && echo 'always: mount bind /a /b') > "$work/claim.yaml"
	says 'a claim that mounts are allowed' 1 "always .*: 'mount bind /a /b' is denied" \
		"$policyc" check "$work/claim.yaml"
	says '... and why they are not' 1 'note: /b, or what is below it, would have rights that /a' \
		"$policyc" check "$work/claim.yaml"
	(cat "$less" && echo 'never: mount bind any /b') > "$work/claim.yaml"
	says 'a claim that they are denied' 1 "never .*: 'mount bind /a /b' is allowed" \
		"$policyc" check "$work/claim.yaml"
}

# linkat(2) of what O_TMPFILE made: a create under "#NUMBER" and under the new name.
differences_of_unnamed()
{
	local whole=$work/whole.yaml halves=$work/halves.yaml
	local request='create /srv/y/#1048583 /srv/x'

	set -- "$policyc" diff
	halves "$halves" read
	sed -i '5,6c\  - allow: create\n    paths: /srv/**' "$halves"
	head -n 8 "$halves" > "$whole"
	printf '  - allow: read\n    paths: [/srv/y, /srv/y/**]\n' >> "$whole"
	says 'a file that never had a name' 1 "^newly allowed: files create: files.$request$" \
		"$@" "$halves" "$whole"
	says '... is one change' 1 '^1 newly allowed, 0 newly denied$' "$@" "$halves" "$whole"
	says '... and why' 1 '^    /srv/x would have rights that /srv/y/#1048583 has only under' \
		"$@" "$halves" "$whole"
	says '... and back' 0 "^newly denied: files create: files.$request$" "$@" "$whole" "$halves"
	# shellcheck disable=SC2086 # words
	says '... and the request again, of the old' 1 '^deny: widens$' "$policyc" explain "$halves" $request
	# shellcheck disable=SC2086 # words
	says '... and of the new one' 0 '^allow: rule 1' "$policyc" explain "$whole" $request
	says 'three names' 2 "'create' takes a path, got 3 words" "$policyc" explain "$whole" create /a /b /c
	# what has a name is not created
	sed -i 's|paths: /srv/\*\*|&\n    except: "/srv/**/#*"|' "$halves" "$whole"
	says 'where none can be made' 0 '^no difference$' "$@" --exact "$halves" "$whole"
}

# An audit tells names apart that have rights under conditions, and no others.
why_not_audits()
{
	cat > "$work/audited.yaml" <<-'END'
		bailiff: 1
		policy: x
		files:
		  - allow: manage
		    paths: /srv/**
		  - audit: write
		    paths: /srv/a/**
		mounts:
		  - deny: mount
		    source: /srv/m/**
	END
	says 'an audit takes nothing' 0 '^allow: rule 1' \
		"$policyc" explain "$work/audited.yaml" type=dir rename /srv/a/x /srv/b/x
	says '... and gives nothing' 0 '^allow: rule 1' \
		"$policyc" explain "$work/audited.yaml" type=dir rename /srv/b/x /srv/a/x
	sed -i 's|^mounts|  - {allow: read, paths: /srv/**, when: {uid: 0}}\n&|' "$work/audited.yaml"
	set -- "$policyc" explain --why-not "$work/audited.yaml" type=regular rename
	says 'what is conditional, from its place' 1 '^tells them apart: rule 2, .*(audit)$' \
		"$@" /srv/a/x /srv/b/x
	says '... and to it' 1 '^tells them apart: rule 2, .*(audit)$' "$@" /srv/b/x /srv/a/x
	says '... and within it' 0 '^allow: rule 1' "$@" /srv/a/x /srv/a/y
	"$@" /srv/a/x /srv/m/x > "$work/out" || :
	says 'an audit that is not alone' 1 '^0$' grep -c 'tells them apart' "$work/out"
	sed -i 's|^  - audit: write|  - deny: write|' "$work/audited.yaml"
	"$@" /srv/a/x /srv/b/x > "$work/out" || :
	says 'a deny that is no audit' 1 '^0$' grep -c 'tells them apart' "$work/out"
	sed -i '/deny: write/,/paths/s|deny: write|audit: write|;s|/srv/a/\*\*|/srv/**|' "$work/audited.yaml"
	says 'an audit of both' 0 '^allow: rule 1' "$@" /srv/a/x /srv/b/x
}

# What would have to change: of two names, and in an image.
why_not()
{
	halves "$work/halves.yaml" read
	set -- "$policyc" explain --why-not "$work/halves.yaml"
	says 'why not another name' 1 '^given by: rule 2, .*halves.yaml:7 (allow)$' \
		"$@" owner=true rename /srv/y/f /srv/x/f
	says '... and the halves' 1 '^not: rule 4, .*halves.yaml:12 (allow)$' \
		"$@" owner=true rename /srv/y/f /srv/x/f
	explained '... and as JSON' 1 '[[2],[],[3,4]]' \
		'[.given_by, .taken_by, .conditional_by] | map(map(.rule))' \
		"$work/halves.yaml" owner=true rename /srv/y/f /srv/x/f
	says 'why not, of a default' 1 '^no rule of exec speaks of it$' "$@" exec /x
	why_not_audits
	"$policyc" build "$work/halves.yaml" -o "$work/halves.img" > /dev/null
	says 'why not, of an image' 1 '^--why-not needs the policy' \
		"$policyc" explain --why-not "$work/halves.img" owner=true rename /srv/y/f /srv/x/f
}
