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

# refused_with ERRNO REASON FILE: by the kernel itself, its errno in C's words.
refused_with()
{
	local fd

	exec {fd}<> $dir/load
	err=$(LC_ALL=C dd if="$3" bs=128M count=1 iflag=fullblock status=none 2>&1 >&$fd)
	out=$(cat <&$fd)
	exec {fd}>&-
	like "$err" ": $1\$" "${3%.img}: '$1'"
	like "$out" "^error: .*$2" "${3%.img}: and why, readably"
}

# changed FILE PERL: good.img with a change that takes effect
changed()
{
	perl -0777 -pe "$2" good.img > "$1"
	! cmp -s good.img "$1" || not_ok "$1 is not changed"
}

head -c 1000 good.img > cut.img
changed longer.img '$_ .= "x"'
changed magic.img 's/^B/C/'
changed version.img 'substr($_, 8, 1) = "\x7e"'
# the end of the first program: an instruction that is none
changed program.img 's/\x95\0{7}/\xff\0\0\0\0\0\0\0/'
head -c 67108865 /dev/zero > huge.img
refused_with 'Message too long' 'bytes' cut.img
refused_with 'Message too long' 'bytes' longer.img
refused_with 'Invalid argument' '[a-z]{4}' magic.img
refused_with 'Protocol not supported' 'version' version.img
refused_with 'Invalid argument' 'instruction|insn' program.img
refused_with 'Argument list too long' '[a-z]{4}' huge.img
rm huge.img

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
