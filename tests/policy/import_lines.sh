# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=bash disable=SC2154 # policyc, work: of run.sh
#
# Each rule of a profile that is imported is named, by a comment of a rule or in the list of
# what is not imported; sourced by run.sh.

# named FORMAT FILE LINE...: of the import of FILE. Lines that are not imported make
# its status 1.
named()
{
	local format=$1 file=$2 line num=0 status=0
	shift 2

	"$policyc" import "$format" "$file" > "$work/imported" 2> "$work/why" || status=$?
	: > "$work/unnamed"
	for line in "$@"; do
		num=$((num + 1))
		grep -q -F "$file:$line:" "$work/imported" ||
			echo "$file:$line: $(sed -n "${line}p" "$file")" >> "$work/unnamed"
	done
	if [ "$status" -le 1 ] && [ "$num" -gt 0 ] && [ ! -s "$work/unnamed" ]; then
		pass
	else
		cat "$work/unnamed" >> "$work/why"
		fail "each of $num rules of $file is imported, or listed"
	fi
}

import_lines()
{
	local file lines num=0

	for file in /etc/apparmor.d/*; do
		[ -f "$file" ] || continue
		mapfile -t lines < <(awk -f import_lines.awk "$file")
		named apparmor "$file" "${lines[@]}"
		num=$((num + 1))
	done
	if [ "$num" -ge 20 ]; then
		pass
	else
		echo "$num in /etc/apparmor.d: is apparmor-profiles installed?" > "$work/why"
		fail 'there are profiles to import'
	fi
}
