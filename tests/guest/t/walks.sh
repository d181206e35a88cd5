# shellcheck shell=bash disable=SC2086
# SPDX-License-Identifier: GPL-2.0-only
#
# timeout: 90
# also: 6.1 fast
#
# One walk for each name that an operation has, whether it is allowed or denied: below a
# directory of the host's, where no name lasts. Elsewhere a directory that was walked just
# now is known, and what lies in it needs none.
. "$BAILIFF_TOP/tests/guest/lib.sh"
. "$BAILIFF_TOP/tests/guest/lsm.sh"

fileact=$BAILIFF_TOP/build/guest/fileact
mkdir -p $work/no/d $work/yes
echo text > $work/no/f
chmod 755 $work/no/f
ln -s f $work/no/l
echo text > $work/yes/f
mkdir /walks
mount -t tmpfs tmpfs /walks
echo text | tee /walks/f > /walks/g
succeeds "the policy loads" load_policy <<END
bailiff: 1
policy: walks
default: allow
files:
  - deny: all
    paths: [$work/no, "$work/no/**", "/walks/**"]
exec:
  - deny: $work/no/f
mounts:
  - deny: [mount, umount, pivot-root, move-mount]
END

# counted TOOL [VERB...]: sets number to the names that are walked while it is
# done ten times by somebody who enters
counted()
{
	local tool=$1 verbs=() i
	shift
	for ((i = 0; i < 10 && $# > 0; i++)); do
		verbs+=("," "$@")
	done
	number=$(status_of walks)
	"$tool" enter walks "${verbs[@]}" > $work/out
	number=$(($(status_of walks) - number))
}

# walks NAMES TOOL VERB...: each time it has so many names
walks()
{
	local names=$1 tool=$2
	shift 2
	counted "$tool" "$@"
	is $((number - entering)) $((10 * names)) \
		"$names for ${*//"$work"/}, which is $(tail -n 1 $work/out)"
}

counted $act
entering=$number
counted $fileact
is $number $entering "to enter walks the same names for each"
walks 1 $act open r $work/no/f 1
walks 1 $act open w $work/no/f 1
walks 1 $act open wc $work/no/new 1
walks 1 $act open wT $work/no/d 1
walks 1 $act unlink $work/no/f
walks 1 $act rmdir $work/no/d
walks 1 $act mkdir $work/no/new
walks 1 $act symlink x $work/no/new
walks 1 $act mknod p $work/no/new
walks 1 $act truncate $work/no/f
walks 1 $act chmod $work/no/f
walks 1 $act chown $work/no/f
walks 1 $act chroot $work/no/d
walks 2 $act rename $work/no/f $work/yes/new
walks 2 $act link $work/no/f $work/yes/new
walks 1 $act exec $work/no/f
walks 1 $act mount none $work/no/d tmpfs
walks 1 $fileact stat $work/no/f
walks 1 $fileact readlink $work/no/l
walks 1 $fileact touch $work/no/f
walks 1 $fileact setxattr $work/no/f trusted.a
walks 1 $fileact inotify $work/no/f
# Twenty opens of two files in a directory whose name lasts: all but the first are known,
# as long as no grace period goes by
counted $act open r /walks/f 1 , open r /walks/g 1
[ $((number - entering)) -lt 10 ] && ok "a directory that was walked just now is known" ||
	not_ok "a directory that was walked just now is known: $((number - entering)) walks"
walks 1 $act chmod $work/yes/f
walks 1 $fileact touch $work/yes/f
umount /walks
done_testing
