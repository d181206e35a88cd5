#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
#
# usage: package.sh
#
# The Debian package: does it hold what it shall, is it the same when it is made
# again, and does it go into a system and out of it? That system is a directory,
# by dpkg --root; its programs are run from there.
set -uo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.." || exit

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
root=$work/root
passed=0
failed=0

claim()
{
	local what=$1
	shift

	if "$@" > "$work/log" 2>&1; then
		passed=$((passed + 1))
	else
		failed=$((failed + 1))
		echo "FAIL $what"
		tail -n 20 "$work/log" | sed 's/^/    /'
	fi
}

own_dpkg()
{
	dpkg --root="$root" --force-not-root --force-script-chrootless \
		--force-depends --log="$work/dpkg.log" "$@"
}

# Every program, manual page and unit that this source has, by its name.
wanted()
{
	local file

	for file in policyc bailiffd bailiffctl bailiff-oci-hook bailiff-runtime; do
		echo "/bin/$file\$"
	done | sed 's|/bin/\([^p]\)|/sbin/\1|'
	for file in docs/man/*.[158] policies/*.yaml policies/base/*.yaml \
		daemon/systemd/*.service docs/completion/* docs/*.md; do
		echo "/${file##*/}\(.gz\)\?\$"
	done
	for file in packaging/runtimes/*; do
		echo "/share/bailiff/runtimes/${file##*/}\$"
	done
	printf '%s\n' /etc/bailiff/policies/ /usr/share/containers/oci/hooks.d/bailiff.json \
		/etc/containers/oci/hooks.d/bailiff.json \
		/etc/containers/containers.conf.d/bailiff.conf \
		/doc/bailiff/copyright /doc/bailiff/changelog.gz
}

holds_all()
{
	local pattern missing=0

	dpkg-deb -c "$deb" | awk '{ print $6 }' > "$work/list"
	while read -r pattern; do
		grep -q -e "$pattern" "$work/list" ||
			{ echo "no $pattern"; missing=1; }
	done < <(wanted)
	return "$missing"
}

holds_nothing_local()
{
	! grep -E '/local/|/(tmp|home|root)/' "$work/list"
}

again()
{
	local other

	other=$(scripts/deb.sh "$work/again") && cmp "$deb" "$other"
}

# By the way that podman takes: a link.
hook_is_there()
{
	local link=$root/usr/share/containers/oci/hooks.d/bailiff.json path

	path=$(jq -r .hook.path "$root$(readlink "$link")")
	[ -n "$path" ] && [ -x "$root$path" ]
}

# Each way to register it names the program, and in no other place.
runtime_is_there()
{
	local with=$root/usr/share/bailiff/runtimes path

	for path in "$(jq -r .runtimes.bailiff.path "$with/daemon.json")" \
		"$(sed -n 's/^ *BinaryName = "\(.*\)"/\1/p' "$with/containerd.toml")" \
		"$(sed -n 's/^bailiff = \["\(.*\)"\]/\1/p' \
			"$root/etc/containers/containers.conf.d/bailiff.conf")"; do
		[ "$path" = /usr/sbin/bailiff-runtime ] && [ -x "$root$path" ] ||
			{ echo "'$path'"; return 1; }
	done
}

unit_programs_are_there()
{
	local path

	while read -r path; do
		[ -x "$root$path" ] || { echo "$path"; return 1; }
	done < <(sed -n 's/^ExecStart=\([^ ]*\).*/\1/p' \
		"$root"/usr/lib/systemd/system/*.service)
}

is_gone()
{
	[ -z "$(find "$root" -path "$root/var" -prune -o -type f -print)" ]
}

own_policy_is_left()
{
	[ "$(find "$root/etc" -type f)" = "$root/etc/bailiff/policies/mine.yaml" ]
}

deb=$(scripts/deb.sh) || { echo "FAIL scripts/deb.sh"; exit 1; }
claim "it holds all that is installed" holds_all
claim "and nothing of this machine" holds_nothing_local
claim "made again it is the same" again
mkdir -p "$root"/var/lib/dpkg/{info,updates,triggers}
: > "$root/var/lib/dpkg/status"
claim "it installs" own_dpkg -i "$deb"
claim "as it was packed" own_dpkg --verify bailiff
claim "policyc runs" "$root/usr/bin/policyc" ops
claim "bailiffctl runs" "$root/usr/sbin/bailiffctl" --version
for policy in "$root"/usr/share/bailiff/policies/*.yaml; do
	claim "${policy##*/} is right where it is" "$root/usr/bin/policyc" check "$policy"
done
claim "the hook is where its registration says" hook_is_there
claim "so is the runtime" runtime_is_there
claim "the programs are where the units say" unit_programs_are_there
claim "it installs over itself" own_dpkg -i "$deb"
cp policies/nginx.yaml "$root/etc/bailiff/policies/mine.yaml"
mkdir -p "$root/var/lib/bailiff" "$root/var/log/bailiff"
claim "it is removed" own_dpkg -r bailiff
claim "its programs are gone" test ! -e "$root/usr/sbin/bailiffd"
claim "its configuration stays" test -e "$root/etc/containers/oci/hooks.d/bailiff.json"
claim "it is purged" own_dpkg -P bailiff
claim "only a policy that someone wrote is left" own_policy_is_left
claim "and nothing that the daemon kept" test ! -e "$root/var/lib/bailiff"
rm -f "$root/etc/bailiff/policies/mine.yaml"
claim "and else nothing" is_gone
echo "$passed passed, $failed failed"
[ "$failed" = 0 ]
