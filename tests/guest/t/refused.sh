# shellcheck shell=bash
# SPDX-License-Identifier: GPL-2.0-only
#
# timeout: 60
# also: 6.1 fast
#
# What this kernel does not judge is refused when it is loaded, by file and
# line, and the version that was active stays.
. "$BAILIFF_TOP/tests/guest/lib.sh"

dir=/sys/kernel/security/bailiff
work=/run/refused
mkdir -p $work
cd $work || exit 1

# policy CLASS OPERATION: one rule, in line 5
policy()
{
	cat <<EOF
bailiff: 1
policy: refused
default: deny
$1:
  - allow: $2
EOF
}

policy files read > good.yaml
succeeds "a policy of judged operations compiles" \
	policyc build good.yaml -o good.img
succeeds "and loads" bailiffctl load good.img
active=$(grep -E '^(generation|digest)' $dir/policies/refused/info)

refuses()
{
	local operation=$2

	policy "$1" "$operation" > $operation.yaml
	run policyc build $operation.yaml -o $operation.img
	like "$err" "$operation.yaml:5:.*warning" \
		"$operation: the compiler warns at the line"
	run bailiffctl load $operation.img
	isnt "$status" 0 "$operation: the kernel refuses it"
	like "$out$err" "$operation.yaml:5.*$operation" \
		"$operation: naming file, line and operation"
}

refuses kernel swap
is "$(grep -E '^(generation|digest)' $dir/policies/refused/info)" "$active" \
	"the version that was active stays"

# Linux 6.1 has not all hooks that 6.12 has; others do their work there, or else
# good.yaml would have been refused.
truncate=$((1 << 11))
is "$(($(sed -n 's/^mediated.files //p' $dir/status) & truncate))" $truncate \
	"truncate is mediated, with file_truncate or without"

head -c 1000 /dev/urandom > noise.img
fails "noise is refused" bailiffctl load noise.img
head -c 100 good.img > short.img
fails "a truncated image is refused" bailiffctl load short.img
like "$out$err" 'bytes|truncated|short' "with a readable reason"
head -c 70000000 /dev/zero > large.img
fails "an image past the limit is refused" bailiffctl load large.img
like "$out$err" 'too large' "for its size"
is "$(grep -E '^(generation|digest)' $dir/policies/refused/info)" "$active" \
	"still the same version"

{ policy files read; printf 'tests:\n  - deny: read /srv/x\n'; } > wrong.yaml
fails "a policy that fails its own tests makes no image" \
	policyc build wrong.yaml -o wrong.img
like "$err" 'wrong.yaml:7:.*test failed' "and says which"
fails "nothing is left behind" test -e wrong.img
done_testing
