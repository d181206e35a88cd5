# shellcheck shell=bash
# SPDX-License-Identifier: GPL-2.0-only
#
# timeout: 240
#
# More denials than anybody reads: all are counted, each record is delivered or
# counted as lost, the buffers stay as large as they were, and one denial of
# each other reason gets through. GUEST_FLOOD is the least number of denials
# (1000000, 50000 on the debug kernel; `make fuzz-guest` takes ten times that).
. "$BAILIFF_TOP/tests/guest/lib.sh"
. "$BAILIFF_TOP/tests/guest/lsm.sh"
. "$BAILIFF_TOP/tests/guest/inject.sh"

flood=$BAILIFF_TOP/build/guest/flood
fileact=$BAILIFF_TOP/build/guest/fileact
number=${GUEST_FLOOD:-$(volume 1000000 50000)}
mkdir -p $work/tree/{low,high} $work/detached
for file in denied low/f high/f; do
	echo text > $work/tree/$file
done

# policy NAME FILES NETWORK MOUNTS [RULES]
policy()
{
	load_policy <<END
bailiff: 1
policy: $1
default: {files: $2, exec: allow, network: $3, capabilities: allow, mounts: $4, tasks: allow}
files:
  - deny: read
    paths: $work/tree/denied
${5:-}
END
}

succeeds "a policy loads" policy flood allow allow allow "\
  - deny: write
    paths: [$work/tree/low, '$work/tree/low/**']"
succeeds "one that denies what no rule allows" policy strict deny allow deny "\
  - allow: inherit
    type: [pipe, 'null']"
for i in $(seq 1 16); do
	policy s$i allow allow allow
done

# One that looks at arguments, and one whose tree of mounts may change
succeeds "one about arguments" policy args allow allow allow "\
exec:
  - allow: /nothing
    args: [[x]]"
succeeds "one that lets the root be exchanged" policy pivots allow allow deny "\
mounts:
  - allow: pivot-root"

# And one that answers "deny, EPERM" by a rule that it does not have: policyc
# makes no such program, but the verifier does not forbid it. In the first
# program of this form, that of capabilities, %r7 is not set any more, so that
# there is room for the answer before the exit.
broken_policy()
{
	cat > $work/broken.yaml <<END
bailiff: 1
policy: broken
default: {files: allow, exec: allow, network: allow, capabilities: allow, mounts: deny}
capabilities:
  - deny: sys_admin
END
	policyc build $work/broken.yaml -o $work/broken.img > /dev/null &&
		perl -0777 -pi -e '
			s/\xb7\x07\0{6}((?:.{8}){5})\xbf\x74\0{6}
			  ((?:.{8}){2}\x85\0\0\0\x06\0\0\0)\x95/
			  ++$n == 1 ? "$1\xb7\x04\0\0\0\0\0\0$2".
			  "\xb4\0\0\0\x21\xf0\xff\xff\x95" : $&/sgex;
			exit 1 if !$n' $work/broken.img &&
		load_image $work/broken.img > /dev/null
}
succeeds "one whose program answers nonsense" broken_policy

# fails_with WANT REASON VERBS...: one denial of that reason.
fails_with()
{
	local want=$1 reason=$2 before
	shift 2

	before=$(status_of "reason.$reason")
	is "$("$@" 2>&1 | tail -n 1)" "$want" "one denial: $reason"
	[ "$(status_of "reason.$reason")" -gt "$before" ] ||
		not_ok "it was for another reason than $reason"
}

one_of_each()
{
	local verbs=() name i deep=$work/deep

	fails_with EACCES default $act enter strict , open r $work/tree/high/f 1
	fails_with EACCES foreign $act enter flood , open r /proc/$box/root/file 1
	mount -t tmpfs tmpfs $work/detached
	fails_with EACCES disconnected $act chdir $work/detached , \
		umount $work/detached , enter flood , open r . 1
	mkdir $work/gone
	fails_with EACCES deleted $act chdir $work/gone , rmdir $work/gone , \
		enter flood , open r . 1
	mkdir $work/long
	verbs=(chdir "$work/long" ',')
	name=$(printf 'n%.0s' {1..250})
	for i in {1..17}; do
		verbs+=(mkdir "$name" ',' chdir "$name" ',')
	done
	fails_with EACCES path-too-long $act "${verbs[@]}" enter flood , open r . 1
	for i in {1..65}; do
		deep+=/d
	done
	mkdir -p "$deep"
	fails_with EACCES path-too-deep $act enter flood , open r "$deep" 1
	fails_with EACCES widens $act enter flood , rename $work/tree/low/f $work/tree/high/new
	fails_with EACCES outside-descriptor $flood type flood
	fails_with EACCES unknown-family $act enter flood , socket 2 stream 1 , \
		connect 1 '6:[::1]:80'
	fails_with EACCES bad-address $act enter flood , socket 2 stream 1 , \
		shortconnect 1 4:127.0.0.1:80
	one_join_of_each
	fails_with EACCES self-protect $act enter flood , open w $fs/load 1
	fails_with EACCES kernel-helper $act enter flood , \
		open w /proc/sys/kernel/core_pattern 1
	fails_with EPERM broken $act enter broken , hostname flood
	fails_with EACCES argv-too-long $act enter args , exec /bin/true $(seq 65)
	one_name_of_each
	mkdir $work/root
	mount --bind / $work/root
	fails_with EPERM mount-tree $act enter pivots , \
		pivot $work/root $work/root/mnt
	umount $work/root
}

# objects of no name, and of too many
one_name_of_each()
{
	local i before outside=$work/outside

	mkdir -p $outside $work/tree/m
	mount -t tmpfs none $outside
	echo text > $outside/f
	before=$(status_of reason.no-name)
	$fileact enter flood , open r $outside/f 1 , open wc $work/opened 2 , \
		waitfor $work/umounted , futimens 1 > $work/nameless &
	wait_for 30 test -e $work/opened
	umount -l $outside
	touch $work/umounted
	wait $!
	is "$(tail -n 1 $work/nameless)" EACCES "one denial: no-name"
	is "$(status_of reason.no-name)" $((before + 1)) "for that reason"
	for i in $(seq 70); do
		mkdir $work/tree/m/$i
		mount --bind $work/tree/low $work/tree/m/$i
	done
	fails_with EACCES too-many-names $fileact enter flood , touch $work/tree/low/f
	for i in $(seq 70); do
		umount $work/tree/m/$i
	done
}

# execs that fail because of what is bound
one_join_of_each()
{
	local id verbs=() i procs=/sys/fs/cgroup/flood/cgroup.procs

	id=$(cgroup flood)
	tell $fs/bind "cgroup=$id policy=refuse" > /dev/null
	fails_with EACCES refuse $act open w $procs 1 , write 1 0 , exec /bin/true
	tell $fs/bind "cgroup=$id policy=flood@$(printf '0%.0s' {1..64})" > /dev/null
	fails_with EACCES no-policy $act open w $procs 1 , write 1 0 , exec /bin/true
	tell $fs/bind "cgroup=$id policy=flood" > /dev/null
	for i in $(seq 1 16); do
		verbs+=(enter "s$i" ',')
	done
	fails_with EACCES too-many-domains $act "${verbs[@]}" open w $procs 1 , \
		write 1 0 , exec /bin/true
	mount -t tmpfs tmpfs $work/detached
	cp /run/guest/busybox $work/detached/busybox
	fails_with EACCES no-home $act open w $procs 1 , write 1 0 , \
		chdir $work/detached , umount $work/detached , chroot . , \
		exec /busybox
	if can_inject; then
		# under another policy: what is denied in between is its own
		tell $fs/bind "cgroup=$id policy=s1" > /dev/null
		arm
		before=$(status_of reason.no-memory)
		quietly "$faults" exec /sys/fs/cgroup/flood $work/tree/denied
		[ "$(status_of reason.no-memory)" -gt "$before" ] &&
			ok "one denial: no-memory" || not_ok "one denial: no-memory"
	fi
	tell $fs/unbind "cgroup=$id" > /dev/null
}

# Another tree, for the object that is foreign
unshare -m --propagation private bash -c "
	mount -t tmpfs tmpfs /mnt && cd /mnt && mkdir old && echo text > file &&
	cp /run/guest/busybox busybox && pivot_root . old &&
	exec /busybox sleep 10000" &
box=$!
wait_for 5 test -e /proc/$box/root/busybox

# The number of records that lie nowhere: must be 0 while nobody writes.
unaccounted()
{
	echo $(($(status_of events_total) - $(status_of events_delivered) -
		$(status_of events_lost) - $(status_of events_waiting)))
}

drain
memory=$(status_of events_memory)
delivered=$(status_of events_delivered)
lost=$(status_of events_lost)
denied=$(status_of reason.rule)
is "$(unaccounted)" 0 "before: no record is missing"

$flood read 8192 "$(volume 20 200)" > $work/read &
reader=$!
half=$((number / 2))
$flood deny flood $half $work/tree/denied $work/enough > $work/first &
first=$!
$flood deny flood $half $work/tree/denied $work/enough > $work/second &
second=$!
wait_for 60 sh -c "[ \$(sed -n 's/^events_lost //p' $fs/status) -gt $((lost + 1000)) ]"
like "$(status_of events_memory)" "^$memory\$" "the buffers keep their size in the flood"
one_of_each
[ -d /proc/$first ] && [ -d /proc/$second ] && ok "the flood went on meanwhile" ||
	not_ok "the flood went on meanwhile"
touch $work/enough
wait $first $second
kill $reader
wait $reader 2> /dev/null
kill $box
diag "$(paste -sd' ' $work/first $work/second)"
diag "$(paste -sd' ' $work/read)"

tries=$(awk '{ n += $4 } END { print n }' $work/first $work/second)
[ "$tries" -ge "$number" ] && ok "$number denials or more" || not_ok "$number denials or more"
is "$(awk '{ n += $1 } END { print n }' $work/first $work/second)" "$tries" \
	"every open was denied"
is "$(($(status_of reason.rule) - denied))" $((tries + $(hits s1 policy.yaml:5))) \
	"every denial was counted"
is "$(hits flood policy.yaml:5)" "$tries" "also as the rule's"
like "$(cat $work/read)" '^bad 0$' "whole records only"
is "$(sed -n 's/^records //p' $work/read)" $(($(status_of events_delivered) - delivered)) \
	"what the reader got is what was delivered"
[ "$(status_of events_lost)" -gt $((lost + number / 2)) ] &&
	ok "the reader was slow: most were lost" || not_ok "the reader was slow: most were lost"
is "$(status_of events_waiting)" 0 "nothing is left to read"
is "$(unaccounted)" 0 "lost and delivered are all there were"
is "$(status_of events_memory)" "$memory" "the buffers are as large as before"

# Every reason that there is; without fault injection no memory runs out.
missing=
for reason in {1..23}; do
	grep -q "^reason $reason " $work/read || missing+=" $reason"
done
if can_inject; then
	is "$missing" "" "each of 23 reasons was delivered"
else
	is "$missing" " 15" "each of 22 reasons was delivered; no-memory needs fault injection"
fi
done_testing
