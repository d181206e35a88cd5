# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=bash disable=SC2154,SC2046 # policyc, work: of run.sh
#
# How far imports go: to each limit, one below, and not one over it; sourced by
# run.sh.

# profile WHAT N: one that has N of that, with its includes, in $work/limit.
profile()
{
	local dir=$work/limit n=$2 i

	rm -rf "$dir"
	mkdir "$dir"
	case $1 in
	rules)
		echo 'profile x {'
		seq -f '  /f%.0f r,' "$n"
		;;
	includes)
		echo '/a r,' > "$dir/a"
		echo 'profile x {'
		printf '  include <a>%.0s\n' $(seq "$n")
		;;
	includes-in-includes)
		for ((i = 1; i < n; i++)); do
			echo "include <$((i + 1))>" > "$dir/$i"
		done
		echo '/a r,' > "$dir/$n"
		printf 'profile x {\n  include <1>\n'
		;;
	bytes)
		printf 'profile x {\n  /%*s r,\n' $((n - 1)) '' | tr ' ' a |
			sed 's/^profileaxa/profile x /; s/^aa/  /; s/ar,$/ r,/'
		;;
	variables)
		echo '@{V1}=/a'
		for ((i = 2; i <= n; i++)); do
			echo "@{V$i}=@{V$((i - 1))}"
		done
		printf 'profile x {\n  @{V%d} r,\n' "$n"
		;;
	values)
		printf '@{V}=%s\nprofile x {\n  @{V} r,\n' "$(seq -f '/a%.0f' -s ' ' "$n")"
		;;
	profiles-in-profiles)
		echo 'profile x {'
		seq -f 'profile y%.0f {' 2 "$n"
		printf '}%.0s\n' $(seq $((n - 1)))
		;;
	alternatives)
		printf 'profile x {\n  /{%s} r,\n' "$(seq -s , "$n")"
		;;
	esac > "$dir/x"
	echo '}' >> "$dir/x"
}

# limit WHAT MOST STATUS WORDS: up to MOST it is fine, then STATUS and WORDS.
limit()
{
	local what=$1 most=$2 status=$3 words=$4 n

	for n in $((most - 1)) "$most"; do
		profile "$what" "$n"
		says_not "$n $what" "$words" sh -c \
			'"$@"; [ $? -le 1 ]' sh "$policyc" import apparmor \
			-I "$work/limit" "$work/limit/x"
	done
	profile "$what" $((most + 1))
	says "$((most + 1)) $what" "$status" "$words" "$policyc" import apparmor \
		-I "$work/limit" "$work/limit/x"
}

# entries N: a KubeArmorPolicy with so many, in $work/limit.yaml.
entries()
{
	{
		printf 'kind: KubeArmorPolicy\nspec:\n  process:\n    matchPaths:\n'
		seq -f '    - path: /f%.0f' "$1"
	} > "$work/limit.yaml"
}

import_limits()
{
	local n

	for n in 19999 20000; do
		entries "$n"
		says "$n entries" 0 'policy: limit' "$policyc" import kubearmor "$work/limit.yaml"
	done
	entries 20001
	says '20001 entries' 2 'limit.yaml:20005:7: .*over 20000 rules' \
		"$policyc" import kubearmor "$work/limit.yaml"
	says 'lists in lists' 2 'maximum parsing depth' \
		"$policyc" import seccomp - < <(many '[' 100000)
	# seven more are made, for what is a process's own
	limit rules 19993 2 'over 20000 rules'
	limit includes 1000 2 'over 1000 includes'
	limit includes-in-includes 128 2 'nested over 128 deep'
	limit bytes 65536 2 'a word of over 65536 bytes'
	limit variables 32 2 'made of itself, or too deeply nested'
	limit values 1024 2 'stands for too many texts'
	limit profiles-in-profiles 16 2 'over 16 blocks deep'
	limit alternatives 511 1 'a glob with too many alternatives'
}
