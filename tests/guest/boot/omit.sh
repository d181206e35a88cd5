#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# append: bailiff.omit=1
#
# A hook that is left out is noticed (omit.sh, a sample of mutants.sh), and what
# leaves it out does that alone.
. "$BAILIFF_TOP/tests/guest/lib.sh"
. "$BAILIFF_TOP/tests/guest/lsm.sh"

case $(uname -r) in
6.1.*)
	fails "this kernel has its hooks in lists, and no such file" \
		test -e $fs/omit
	done_testing
	exit
	;;
esac
load_policy <<END || not_ok "a policy loads"
bailiff: 1
policy: omit
default: {files: allow, exec: allow, network: allow, capabilities: allow, mounts: deny}
files:
  - deny: [mkdir, delete]
    paths: $work/**
END
touch $work/u
is "$(under omit mkdir $work/d , unlink $work/u)" "EACCES EACCES" \
	"every hook is in its place"
tell $fs/omit "off path_mkdir" > /dev/null
is "$(under omit mkdir $work/d , unlink $work/u)" "ok EACCES" \
	"one is left out, and nothing else"
tell $fs/omit "on path_mkdir" > /dev/null
is "$(under omit mkdir $work/e)" EACCES "and is back"
fails "a hook that is none of ours" tell $fs/omit "off inode_mkdir"
fails "a word that is none" tell $fs/omit "path_mkdir"
done_testing
