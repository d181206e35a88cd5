#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# lsm: landlock,apparmor,bailiff
# host: import/prepare.sh
# timeout: 1200
#
# What policyc import makes of a profile of AppArmor decides as AppArmor does:
# 200 operations of each profile, made from its own rules and near misses of
# them, under both (tests/guest/import). A verdict may differ where the import
# denies, and a line that it lists as not imported says so: without that line,
# AppArmor denies as well. A few profiles; `make test-import` tries all.
. "$BAILIFF_TOP/tests/guest/lib.sh"
. "$BAILIFF_TOP/tests/guest/lsm.sh"

aa=/sys/kernel/security/apparmor
all=$BAILIFF_TOP/build/import

load_profile()
{
	dd if="$1" of=$aa/.replace bs=64M count=1 iflag=fullblock status=none
}

# Reads "PROFILE POLICY OPERATION" lines; prints those operations that only
# the import denies.
stricter()
{
	awk -F '\t' '$1 == "ok" && $2 != "ok" { sub(/^[^\t]*\t[^\t]*\t/, ""); print }'
}

# asked DIRECTORY PART NAME: operations on standard input, under a part of the
# profile; prints those that it allows.
asked()
{
	load_profile "$1/$2" || echo "$2 does not load"
	"$BAILIFF_TOP/build/guest/import" "$3" - 99999 | sed -n 's/^ok\t-\t//p'
}

# widens DIRECTORY NAME OWNER FROM TO: may the new name be used in a way in which
# the old one may not? A rename says no then, which is listed for the profile.
widens()
{
	local dir=$1 name=$2 owner=$3 path verb

	for path in "$4" "$5"; do
		for verb in read write append exec map-exec lock-shared delete; do
			printf '%s\t%s\t%s\n' "$owner" $verb "$path"
		done
	done | asked "$dir" rest "$name" > "$work/rights"
	grep -F -q 'rename: never to a name with more rights' "$dir/report" &&
		awk -F '\t' -v from="$4" '
			{ may[$3, $2] = 1; if ($3 != from) to[$2] = 1 }
			END { for (verb in to) if (!((from, verb) in may)) wider = 1
			exit !wider }' "$work/rights"
}

# Those among them that no line explains: AppArmor allows them without it, too.
unexplained()
{
	local dir=$1 name=$2 owner verb from to

	grep -v -P '^\d+\trename\t' "$work/stricter" | asked "$dir" rest "$name"
	grep -P '^\d+\trename\t' "$work/stricter" | asked "$dir" rename "$name" |
		while IFS=$'\t' read -r owner verb from to; do
			widens "$dir" "$name" "$owner" "$from" "$to" ||
				printf '%s %s %s %s\n' "$owner" "$verb" "$from" "$to"
		done
}

compare()
{
	local dir=$1 profile policy

	{ read -r profile; read -r policy; } < "$dir/names"
	load_profile "$dir/profile" || not_ok "$profile loads"
	load_image "$dir/policy.img" > /dev/null || not_ok "$policy loads"
	"$BAILIFF_TOP/build/guest/import" "$profile" "$policy" 200 \
		< "$dir/operations" > "$work/verdicts"
	is "$? $(wc -l < "$work/verdicts")" "0 200" "$profile: 200 operations"
	is "$(awk -F '\t' '$1 != "ok" && $2 == "ok"' "$work/verdicts")" "" \
		"$profile: the import allows nothing that AppArmor denies"
	stricter < "$work/verdicts" > "$work/stricter"
	is "$([ ! -s "$work/stricter" ] || unexplained "$dir" "$profile")" "" \
		"$profile: it denies what AppArmor does, or what is listed"

	tell $fs/unload "$policy" > /dev/null || :
}

for dir in "$all"/*/; do
	compare "${dir%/}"
done
done_testing
