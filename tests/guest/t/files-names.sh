# shellcheck shell=bash
# SPDX-License-Identifier: GPL-2.0-only
#
# timeout: 180
# also: 6.1 fast
#
# Operations for which the kernel names only a dentry are judged by every name
# of the object; and what an overlay does below does not count.
. "$BAILIFF_TOP/tests/guest/lib.sh"
. "$BAILIFF_TOP/tests/guest/lsm.sh"

fileact=$BAILIFF_TOP/build/guest/fileact
mkdir -p $work/{yes,no,bind,deep/er,m}
echo text > $work/yes/f
ln -s f $work/yes/l
echo text > $work/no/f
ln $work/yes/f $work/no/hard
mkdir -p /var/tmp/names
echo text > /var/tmp/names/upper
chown 1 /var/tmp/names/upper
cp /bin/true /var/tmp/names/true
echo text > /var/tmp/outside-names
lower=$(find /usr/share/doc -type f -size +0 | head -n 1)
other_lower=$(find /usr/share/doc -type f -size +0 | sed -n 2p)
link=$(find /usr/bin -type l | head -n 1)

succeeds "the policy loads" load_policy <<EOF
bailiff: 1
policy: names
default: {files: deny, exec: allow, network: allow, capabilities: allow, mounts: deny}
files:
  - allow: inherit
    type: [pipe, "null"]
  - allow: [read, write, manage]
    paths: [$work/yes, "$work/yes/**", "/var/tmp/names/**", "$work/deep/er", "$work/deep/er/**"]
  - allow: map-exec
    paths: "/usr/**"
  - allow: [read, times]
    paths: ["$lower", "$link"]
  - allow: read
    paths: ["$work/no/**", /proc/self/exe]
EOF
succeeds "a policy that allows all loads" load_policy <<EOF
bailiff: 1
policy: all
default: {files: allow, exec: allow, network: allow, capabilities: allow, mounts: deny}
files:
  - deny: read
    paths: /run/never
EOF

says()
{
	local policy=$1
	shift
	$fileact enter $policy , "$@" | tail -n +2 | paste -sd' '
}

claim()
{
	local want=$1 description=$2
	shift 2
	is "$(says names "$@")" "$want" "$description"
}

claim ok "one name, which is allowed" setxattr $work/yes/f trusted.a
claim EACCES "a hard link is another name" setxattr $work/no/hard trusted.a
claim ok "but not a second one for the first" touch $work/yes/f

mount --bind $work/yes $work/bind
claim EACCES "a bind mount gives each file a second name" setxattr $work/yes/f trusted.a
drain
claim EACCES "which denies" touch $work/yes/f
like "$(records)" "^$work/bind/f" "and is the one in the record"
claim EACCES "also by that name" touch $work/bind/f
claim EACCES "links are read under both" readlink $work/yes/l
claim ok "an operation with a path has one name" stat $work/yes/f
umount $work/bind
claim ok "it was the second name" setxattr $work/yes/f trusted.a

mount --bind $work/yes $work/deep/er
claim "ok ok" "two names that are both allowed" touch $work/yes/f , touch $work/deep/er/f
umount $work/deep/er
mount --bind $work/no $work/bind
claim ok "a mount of another directory is no name" touch $work/yes/f
umount $work/bind
mount --bind $work/yes/f $work/no/f
claim EACCES "a mount of the file itself is" touch $work/yes/f
umount $work/no/f

# Whatever asks for no path, by whatever leads to the object
attributes=(getxattr setxattr listxattr removexattr setacl getacl removeacl touch utimens mtime)
# all PATH WANT DESCRIPTION: each of them there; then by a descriptor's name
all()
{
	local verb verbs=(open r "$1" 1) want=ok path

	# its number is 3: what was open before it has lower ones
	for path in $1 /proc/self/fd/3; do
		for verb in "${attributes[@]}"; do
			case $verb in
			getxattr|setxattr|removexattr) verbs+=("," "$verb" "$path" trusted.b) ;;
			*) verbs+=("," "$verb" "$path") ;;
			esac
			[ $path$verb = /proc/self/fd/3mtime ] || want+=" $2"
		done
	done
	# of a symbolic link it changes the link, which is procfs's
	is "$(says names "${verbs[@]:0:${#verbs[@]}-3}")" "$want" "$3"
}
all $work/yes/f ok "attributes by a name that is allowed, and through a descriptor"
mount --bind $work/yes $work/bind
all $work/yes/f EACCES "none where a bind mount gives it a name that no rule allows"
umount $work/bind
mkdir -p /var/tmp/names $work/also
all /var/tmp/names/upper ok "nor otherwise on an overlay"
mount --bind /var/tmp/names $work/also
all /var/tmp/names/upper EACCES "where a bind mount counts as well"
umount $work/also
is "$("$act" enter names , chown $work/yes/f , chown $work/no/hard , open r $work/no/hard 1 , \
	chown /proc/self/fd/3 , chown $work/yes/l , symlink ../no/hard $work/yes/far , \
	chown $work/yes/far | tail -n +2 | paste -sd' ')" "ok EACCES ok EACCES ok ok EACCES" \
	"owners are changed by the path at which one arrives"
chown 0:0 $work/yes/f

# In other mount namespaces
for _ in $(seq 70); do
	unshare -m sleep 1000 &
done
wait_for 20 eval '[ "$(pgrep -c -x sleep)" -ge 70 ]'
claim ok "copies of a mount give the same name" touch $work/yes/f
pkill -x sleep
wait 2> /dev/null
for i in $(seq 64); do
	mkdir $work/m/$i
	mount --bind $work/yes $work/m/$i
	case $i in
	62) is "$(says all touch $work/yes/f)" ok "63 names are not too many" ;;
	63) is "$(says all touch $work/yes/f)" ok "nor are 64" ;;
	esac
done
before=$(status_of reason.too-many-names)
is "$(says all touch $work/yes/f)" EACCES "65 are"
is "$(status_of reason.too-many-names)" "$((before + 1))" "for a reason of its own"
is "$(says all stat $work/yes/f)" ok "where a path is known it does not matter"
for i in $(seq 64); do
	umount $work/m/$i
done
is "$(says all touch $work/yes/f)" ok "when they are gone it is touched"

# How deep and how long a name may be
dir=$work # two components
for i in $(seq 3 64); do
	dir+=/d
done
mkdir -p $dir
echo text > $dir/f
echo text > ${dir%/d}/f
echo text > ${dir%/d/d}/f
is "$(says all open r ${dir%/d/d}/f 1)" ok "a file at depth 63 is opened"
is "$(says all open r ${dir%/d}/f 1)" ok "at 64, too"
before=$(status_of reason.path-too-deep)
is "$(says all open r $dir/f 1)" EACCES "at 65 it has too many components"
is "$(status_of reason.path-too-deep)" "$((before + 1))" "for a reason of its own"

# Sixteen long names, and one that makes the whole as long as it is asked for
name=$(printf 'n%.0s' {1..250})
makes=(chdir "$work")
steps=(chdir "$work")
dir=$work
for i in $(seq 16); do
	dir+=/$name
	makes+=(',' mkdir "$name" ',' chdir "$name")
	steps+=(',' chdir "$name")
done
"$act" "${makes[@]}" > $work/out
# opens LENGTH: what becomes of a file whose path has so many bytes
opens()
{
	local file

	# what is open is judged as well when one enters
	file=$(printf "%0$(($1 - ${#dir} - 1))d" 0)
	"$act" "${steps[@]}" , open wc "$file" 1 , close 1 , enter all , \
		open r "$file" 2 | tail -n 4 | paste -sd' '
}
is "$(opens 4094)" "ok ok ok ok" "a path of 4094 bytes is opened"
is "$(opens 4095)" "ok ok ok ok" "one of 4095, too"
before=$(status_of reason.path-too-long)
is "$(opens 4096)" "ok ok ok EACCES" "one of 4096 is too long"
is "$(status_of reason.path-too-long)" "$((before + 1))" "for a reason of its own"
rm -rf "${work:?}/$name"

# No name at all
mount -t tmpfs none $work/bind
echo text > $work/bind/f
before=$(status_of reason.no-name)
$fileact enter all , open r $work/bind/f 1 , open wc $work/opened 2 , \
	waitfor $work/gone , futimens 1 > $work/out &
wait_for 30 test -e $work/opened
umount -l $work/bind
: > $work/gone
wait
is "$(tail -n 1 $work/out)" EACCES \
	"an object whose mount is gone has no name"
is "$(status_of reason.no-name)" "$((before + 1))" "for a reason of its own"

# Names that are gone
claim "ok ok ok ok" "a file of one's own outlives its name" \
	open wc $work/yes/gone 1 , unlink $work/yes/gone , futimens 1 , fsetxattr 1 trusted.a
claim "ok ok" "one made without a name was made in a directory" \
	open wT $work/yes 1 , futimens 1

# Capabilities are still the kernel's to check
chown 1 $work/yes/f
claim "ok EPERM" "a file's capabilities need setfcap" setuid 1 , setcap $work/yes/f
claim "ok EPERM" "trusted attributes need sys_admin" \
	setuid 1 , setxattr $work/yes/f trusted.a
claim "ok EPERM" "nor may they be removed" \
	setuid 1 , removexattr $work/yes/f security.capability
claim "ok ok" "the owner may touch" setuid 1 , touch $work/yes/f

# On an overlay
claim "ok ok ok" "a file of the upper layer" touch /var/tmp/names/upper , \
	setxattr /var/tmp/names/upper trusted.a , setacl /var/tmp/names/upper
claim EACCES "beside it nothing" touch /var/tmp/outside-names
claim ok "a file of the lower layer is copied up" touch "$lower"
claim EACCES "only where a rule allows it" touch "$other_lower"
claim ok "links" readlink "$link"
claim "ok ok" "code of an overlay is judged by the user's path" \
	open r /var/tmp/names/true 1 , gain r r 1
claim "ok EACCES" "by mprotect" open r /var/tmp/names/true 1 , gain r x 1
claim "ok EACCES" "and by mmap" open r /var/tmp/names/true 1 , gain x x 1
claim "ok" "procfs" readlink /proc/self/exe
claim "EACCES" "of the caller alone" readlink /proc/1/exe
rm -rf /var/tmp/names /var/tmp/outside-names
done_testing
