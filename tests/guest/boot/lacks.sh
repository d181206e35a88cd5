#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# append: bailiff.lacks=path_chroot,sb_pivotroot
#
# A kernel that has not all hooks that Bailiff uses: what it does not mediate is
# refused, never left out. Kernels of both series have these two; told to, ours
# acts as one without.
. "$BAILIFF_TOP/tests/guest/lib.sh"
. "$BAILIFF_TOP/tests/guest/lsm.sh"

# refuses DESCRIPTION WANT: the policy on standard input.
refuses()
{
	local description=$1 want=$2

	cat > "$work/lacks.yaml"
	(cd "$work" && policyc build lacks.yaml -o lacks.img) > /dev/null ||
		not_ok "$description: it compiles"
	run load_image "$work/lacks.img"
	is "$([ "$status" = 0 ] || echo refused) $out" "refused $want" "$description"
}

like "$(status_of missing_hooks)," '(^|,)path_chroot,' "status names the hook"
like "$(status_of missing_hooks)," '(^|,)sb_pivotroot,' "each of them"
like "$(status_of unmediated.files)," '(^|,)chroot,' "and what is not mediated"
like "$(status_of unmediated.mounts)," '(^|,)pivot-root,' "in each class"
unlike "$(status_of unmediated.files)," '(^|,)mkdir,' "what is, is not named"
is "$(($(status_of mediated.files) >> 16 & 1))" 0 "nor is the bit of chroot set"
is "$(($(status_of mediated.files) >> 7 & 1))" 1 "that of mkdir is"

refuses "a rule that names it is refused, by file and line" \
	"error: lacks.yaml:6: operation files.chroot is not mediated by this kernel: it has no hook path_chroot" <<EOF
bailiff: 1
policy: lacks
default: {files: allow, exec: allow, network: allow, capabilities: allow, mounts: deny}
unmediated: [mounts]
files:
  - deny: [mkdir, chroot]
    paths: /srv/**
EOF
refuses "a default that would be without effect, too" \
	"error: operation files.chroot is not mediated by this kernel: it has no hook path_chroot" <<EOF
bailiff: 1
policy: lacks
default: {files: deny, exec: allow, network: allow, capabilities: allow, mounts: allow}
unmediated: [mounts]
files:
  - allow: mkdir
    paths: /srv/**
EOF
refuses "each class for itself" \
	"error: lacks.yaml:6: operation mounts.pivot-root is not mediated by this kernel: it has no hook sb_pivotroot" <<EOF
bailiff: 1
policy: lacks
default: allow
unmediated: [files]
mounts:
  - deny: pivot-root
EOF
fails "nothing of that name is loaded" test -e $fs/policies/lacks
succeeds "a policy that says 'unmediated' loads" load_policy <<EOF
bailiff: 1
policy: lacks
default: allow
unmediated: [files, mounts]
files:
  - deny: [mkdir, chroot]
    paths: $work/dir
mounts:
  - deny: mount
EOF
is "$(under lacks mkdir $work/dir)" EACCES "and what is mediated is enforced"
done_testing
