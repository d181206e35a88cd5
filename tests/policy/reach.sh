# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=bash disable=SC2154 # policyc, work: of run.sh
#
# policyc reach, on the links of systems that are not there; sourced by run.sh.

# reach_policy RULES: of a system that allows all of /usr and /bin.
reach_policy()
{
	printf '%s\n' 'bailiff: 1' 'policy: reach' 'exec:' \
		'  - allow: ["/usr/**"]' "$1" > "$work/reach.yaml"
	"$policyc" build "$work/reach.yaml" -o "$work/reach.img" > "$work/why" 2>&1 ||
		fail "reach: $1"
}

# reaches WHAT STATUS TEXT: of the policy's image; TEXT is a whole line.
reaches()
{
	says "reach: $1" "$2" "$3" "$policyc" reach --root "$work/system" "$work/reach.img"
}

# reaches_lines WHAT NUM: so many are printed.
reaches_lines()
{
	# shellcheck disable=SC2016 # the inner shell's
	says "reach: $1, lines" 0 "^$2$" sh -c '"$@" | wc -l' sh \
		"$policyc" reach --root "$work/system" "$work/reach.img"
}

# reaches_none WHAT: no rule of the image is passed by, and nothing is said.
reaches_none()
{
	# shellcheck disable=SC2016 # the inner shell's
	says "reach: $1" 0 '^none$' sh -c '[ -z "$("$@")" ] && "$@" && echo none' sh \
		"$policyc" reach --root "$work/system" "$work/reach.img"
}

# As many names as are looked at: a directory, and links in it; and one more.
reach_many()
{
	local system=$work/system max

	max=$(sed -n 's/^#define REACH_MAX_NAMES \([0-9]*\) .*/\1/p' "$root/policyc/reach.h")
	rm -r "$system"
	mkdir -p "$system/many"
	# shellcheck disable=SC2046 # a word each
	ln -s -t "$system/many" $(seq $((max - 1)))
	reach_policy '  - deny: /usr/bin/nothing'
	reaches_none 'as many names as are looked at'
	ln -s nowhere "$system/many/last"
	reaches 'one name more' 1 "^more than $max names: the rest was not looked at$"
	reaches_lines 'one name more' 1
	rm -r "$system"
}

reach()
{
	local system=$work/system

	rm -rf "$system"
	mkdir -p "$system"/{usr/bin,etc,proc,opt/real}
	touch "$system"/usr/bin/{dash,python3.11,vi} "$system/usr/bin/busybox" "$system/etc/real"
	ln -s dash "$system/usr/bin/sh"
	ln -s python3.11 "$system/usr/bin/python3"
	ln -s /usr/bin/busybox "$system/usr/bin/wget"
	ln -s busybox "$system/usr/bin/nc"
	ln -s nowhere "$system/usr/bin/gone"
	ln -s /opt/real "$system/opt/linked"
	ln -s . "$system/opt/real/circle"
	touch "$system/opt/real/tool"
	ln -s ../../../../../../etc/real "$system/etc/out"
	ln -s /usr/bin/dash "$system/proc/sh"

	reach_policy '  - deny: /usr/bin/sh'
	reaches 'a shell that is a link' 1 \
		"^rule 2, $work/reach.yaml:5: 'exec /usr/bin/sh' is not denied, as it leads to /usr/bin/dash there$"
	says 'reach: of a policy' 1 'leads to /usr/bin/dash' \
		"$policyc" reach --root "$system" "$work/reach.yaml"
	reach_policy '  - deny: [/usr/bin/sh, /usr/bin/dash]'
	reaches_none 'with what it leads to'
	reach_policy '  - deny: ["/usr/bin/{wget,nc,gone}"]'
	reaches 'applets of busybox' 1 \
		"'exec /usr/bin/nc' is not denied, as it leads to /usr/bin/busybox there (and 1 more)$"
	ln -s $'da\nrule 9: \e[2J' "$system/usr/bin/forged"
	touch "$system/usr/bin/"$'da\nrule 9: \e[2J'
	ln -s dash "$system/usr/bin/a b"
	reach_policy '  - deny: /usr/bin/forged'
	reaches 'a link to what is no line' 1 \
		"'exec /usr/bin/forged' is not denied, as it leads to \"/usr/bin/da\\\\nrule 9: \\\\e\[2J\" there$"
	reaches_lines 'a link to what is no line' 1
	reach_policy '  - deny: "/usr/bin/a b"'
	reaches 'a name with a blank' 1 "'exec \"/usr/bin/a b\"' is not denied, as it leads to /usr/bin/dash there$"
	reach_policy '  - {deny: /usr/bin/sh, when: {uid: 33}}'
	reaches 'under a condition' 1 'leads to /usr/bin/dash there$'
	reach_policy '  - deny: /usr/bin/vi'
	reaches_none 'a file'
	reach_policy '  - deny: /usr/bin/nothing'
	reaches_none 'what is not there'
	reach_policy '  - deny: /proc/sh'
	reaches_none 'what is not the container'"'"'s'
	reach_policy $'files:\n  - allow: [read, write]\n    paths: ["/etc/**", "/opt/**"]\n  - deny: write\n    paths: [/etc/out, /opt/linked/tool]'
	reaches 'a file behind a link, and a directory' 1 \
		"'files.write /etc/out' is not denied, as it leads to /etc/real there (and 1 more)$"
	# what the default denies needs no rule
	printf '%s\n' 'bailiff: 1' 'policy: reach' 'exec:' '  - allow: /usr/bin/vi' \
		'  - deny: /usr/bin/sh' > "$work/reach.yaml"
	"$policyc" build "$work/reach.yaml" -o "$work/reach.img" > /dev/null
	reaches_none 'what the default denies'
	says 'reach: no root' 2 'needs --root' "$policyc" reach "$work/reach.img"
	reach_many
	says 'reach: none there' 3 'nowhere' "$policyc" reach --root "$work/nowhere" "$work/reach.img"
}
