# shellcheck shell=bash disable=SC2086,SC2206
# SPDX-License-Identifier: GPL-2.0-only
#
# needs: CONFIG_FAILSLAB
# timeout: 300
# also: 6.1 fast
#
# In whatever a task does that a rule denies, each allocation and each copy fails
# once: it is denied all the same, although all else is allowed. All operations
# that the kernel mediates are among what is done.
. "$BAILIFF_TOP/tests/guest/lib.sh"
. "$BAILIFF_TOP/tests/guest/lsm.sh"
. "$BAILIFF_TOP/tests/guest/inject.sh"

can_inject || bail "this kernel cannot let allocations fail"
arm
for name in act fileact reach talk; do # as `faults`: see inject.sh
	cp $BAILIFF_TOP/build/guest/$name $work/$name
done
ip link set lo up
# What nothing forbids, and the same where it is forbidden
for top in $work/yes $work/no; do
	mkdir -p $top/{not,free}/{d,m,p}
	for dir in $top/{not,free}; do
		for file in f half rated gone moved swapped white leased; do echo text > $dir/$file; done
		ln -s f $dir/l
		mount -t tmpfs none $dir/m
		mount -t tmpfs none $dir/p
		mkdir $dir/e $dir/p/old
		cp /bin/true $dir/true
	done
	printf '#!%s\n' $top/not/true > $top/free/script
	chmod +x $top/free/script
done
mount --make-rprivate /
debug=/sys/kernel/debug/fault_around_bytes # what nobody may write is free
records=$BAILIFF_TOP/build/guest/records
# What the kernel runs to get a module notes that it was run
printf '#!/bin/sh\necho "$*" >> %s\n' $work/modules > $work/modprobe
chmod +x $work/modprobe
: > $work/modules
echo $work/modprobe > /proc/sys/kernel/modprobe

not=$work/no/not free=$work/no/free
succeeds "the policy loads" load_policy <<END
bailiff: 1
policy: struck
default: allow
files:
  - deny: all
    paths: [$not, "$not/**"]
    except: [$not/half, $not/leased]
  - deny: [lock, lock-shared, ioctl, map-exec, setattr, times, truncate]
    paths: [$not/half, $not/leased, /dev/ptmx]
  - deny: watch
    paths: [/, /run]
  - deny: inherit
    type: memfd
  - deny: read
    paths: $free/rated
    rate: 1/s
exec:
  - deny: $not/true
  - deny: $free/true
    args: [[pipe, ...]]
network:
  - deny: [connect, send, listen, accept]
    unix: "$not/**"
  - deny: [connect, send, listen]
    unix: "@no*"
  - deny: [connect, send, listen]
    ports: [9, 10]
  - deny: [accept, receive]
    ports: 20
  - deny: receive
    protocol: icmp
  - deny: create
    family: packet
capabilities:
  - deny: [net_raw, sys_rawio]
mounts:
  - allow: [mount, umount, move-mount, pivot-root, fsmount]
  - deny: [mount, umount, move-mount, pivot-root]
    target: ["$not/**"]
  - deny: [mount, move-mount]
    source: ["$not/**"]
  - deny: fsmount
    fstype: ramfs
tasks:
  - deny: all
    peer: host
  - deny: ptrace-trace
    peer: self
namespaces:
  - deny: userns-create
ipc:
  - deny: all
kernel:
  - deny: all
END

# struck TOOL PREPARED BEFORE < "LEAST VERB...": each is done where nothing
# fails and there is no policy, after PREPARED; under the policy and after BEFORE it
# never is, although LEAST or more of what it does fail: 1 where something can. @ is
# the place. denial is what it comes to: an expression.
denial='E(PERM|ACCES)'
struck()
{
	local tool=$work/$1 i=0 least=() what=() once=() plain=() each=()
	local prepared=$2 before=$3 free denied said line

	while read -r line; do
		least+=("${line%% *}")
		line=${line#* }
		what+=("$line")
		once+=("="$line ",")
		plain+=($line ",")
		each+=("!"$line ",")
	done
	prepared=(${prepared:+$prepared ","}) before=(${before:+$before ","})
	free=("${prepared[@]}" "${before[@]}" "${once[@]}")
	mapfile -t free < <($tool "${free[@]//@\//$work/yes/}" | tail -n ${#what[@]})
	prepared+=(enter struck "," "${before[@]}")
	# each once, which leaves room for a record of each
	plain=("${prepared[@]}" "${plain[@]}")
	drain
	$tool "${plain[@]//@\//$work/no/}" > /dev/null
	$records >> $work/recorded
	find $work/no -type s -delete # their names are taken anew
	each=("${prepared[@]}" "${each[@]}")
	said=$(quietly $tool "${each[@]//@\//$work/no/}")
	is "$said" "" "the kernel has nothing to say of ${tool##*/}"
	mapfile -t denied < <(tail -n ${#what[@]} $work/out)
	for line in "${what[@]}"; do
		is "${free[i]}" ok "${tool##*/} $line works without a policy"
		if [[ ${denied[i]} =~ ^$denial\ ([0-9]+)$ ]] &&
			[ ${BASH_REMATCH[-1]} -ge ${least[i]} ]; then
			ok "... with one it is denied, whatever fails: ${denied[i]}"
		else
			not_ok "... with one it is denied, whatever fails (${least[i]} or more do): ${denied[i]}"
		fi
		i=$((i + 1))
	done
}

struck act "" "open r @/not/half 1 , opentree @/free/d 5" <<END
1 open r @/not/f 3
1 open w @/not/f 3
1 open a @/not/f 3
1 open r @/not/d 3
1 open wt @/not/half 3
1 open wT @/not/d 3
1 open r @/free/rated 3
1 open cw @/not/absent 3
1 unlink @/not/gone
1 rmdir @/not/e
1 mkdir @/not/made
1 mknod p @/not/fifo
1 symlink x @/not/link
1 link @/not/f @/free/linked
1 rename @/not/moved @/free/moved-here
1 exchange @/not/swapped @/free/f
1 whiteout @/not/white @/free/white-here
1 truncate @/not/half
1 chmod @/not/f
1 chown @/not/f
1 chroot @/not/d
0 mmap rx 1
1 become @/not/true
1 become @/free/true pipe 1 2
1 become @/free/script
1 socket 2 raw 3
0 socket 17 raw 3
1 mount none @/not/d tmpfs
1 mount @/not/f @/free/d tmpfs
1 bindmount @/not/d @/free/d
1 bindmount @/free/d @/not/d
1 oldmove @/not/m @/free/d
1 oldmove @/free/m @/not/d
1 movetree @/not/m @/free/d
1 movetree @/free/m @/not/d
1 movemount 5 @/not/d
1 fsmount ramfs none 3
1 remount @/not/m
1 umount @/not/m
1 pivot @/not/p @/not/p/old
END
struck fileact "" "open w @/not/half 1 , open r @/not/leased 2 , open w /dev/ptmx 3" <<END
1 stat @/not/f
1 lstat @/not/l
1 statx @/not/f
1 readlink @/not/l
1 getxattr @/not/f trusted.a
1 lgetxattr @/not/l trusted.a
1 listxattr @/not/f
1 setxattr @/not/f trusted.a
1 removexattr @/not/f trusted.a
1 setacl @/not/f
1 getacl @/not/f
1 removeacl @/not/f
1 touch @/not/f
1 utimens @/not/f
1 mtime @/not/f
0 futimens 1
0 flock ex 1
0 flock sh 1
1 setlk w 1
1 lease r 2
0 ioctl 3 80045430
0 setflags 1
1 gain r x 1
1 inotify @/not/f
1 fanotify i @/not/f
1 fanotify m @/not/f
1 fanotify f @/not/f
1 uring now open @/not/f
1 uring now statx @/not/f
END
# One descriptor a try, and one for the same where nothing fails
sent=$(printf ', sendfd 10 9 %.0s' {1..60})
denial=EBADF struck act "memfd 9 , socketpair 10 11 $sent" "" <<END
1 recvfd 11 12
END

sleep 1000 &
host=$!
struck reach "" "" <<END
0 kill $host 28
1 queue $host 28
0 tgkill $host 28
1 pidfd $host 28
0 trace $host
0 traced
1 getfd $host
1 mem $host
1 environ $host
0 kcmp $host
0 prlimit $host
0 nice $host
1 setscheduler $host
0 ioprio $host
0 getscheduler $host
0 getioprio $host
0 getpgid $host
0 getsid $host
1 userns
1 shm
1 sem
1 msg
1 mqueue /struck
0 module
1 modulefile @/free/f
1 request 5 $work/modules
1 bpf
1 perf
1 session
1 addkey user
0 syslog
1 time
1 poller
1 personality
1 uringcmd
1 open $debug
1 reconfigure @/not/m
END
kill $host

struck talk "@socket 1 stream 1 , @bind 1 p:@/not/s , @listen 1 , @socket 1 dgram 2 , @bind 2 p:@/not/g ,
	@socket 1 stream 3 , @bind 3 a:no , @listen 3 , @socket 2 stream 4 , @bind 4 4:127.0.0.1:9 , @listen 4 ,
	@socket 2 dgram 5 , @bind 5 4:127.0.0.1:9 , @socket 1 dgram 6 , @bind 6 a:no-g ,
	socket 2 stream 10 , bind 10 4:127.0.0.1:10 ,
	socket 1 stream 11 , bind 11 p:@/not/q , listen 11 , @socket 1 stream 11 , @connect 11 p:@/not/q ,
	socket 2 stream 12 , bind 12 4:127.0.0.1:20 , listen 12 ,
	@socket 2 stream 12 , @connect 12 4:127.0.0.1:20 , @send 12" \
	"accept 12 13 , socket 1 stream 1 , socket 1 dgram 2 , socket 2 stream 4 , socket 2 dgram 5 , socket 1 stream 6 ,
	socket 1 stream 8 , socket 1 stream 9" <<END
1 connect 1 p:@/not/s
1 connect 8 a:no
1 connect 2 p:@/not/g
1 connect 4 4:127.0.0.1:9
1 sendto 2 p:@/not/g
1 sendto 2 a:no-g
1 sendto 5 4:127.0.0.1:9
1 sendtwice 5 4:127.0.0.1:9
1 fastopen 4 4:127.0.0.1:9
1 bind 6 p:@/not/mine
1 bind 9 a:no-mine
0 listen 10
1 accept 11 15
0 recv 13
END

# What a packet brings: it does not come, and who asks to connect gets no answer
denial=EAGAIN struck talk "device 1 , socket 2 raw:1 2" "bind 2 4:10.9.0.1:0 ,
	socket 2 dgram 3 , bind 3 4:10.9.0.1:20 , socket 2 stream 4 , bind 4 4:10.9.0.1:20 , listen 4 ,
	socket 2 stream:132 5 , bind 5 4:10.9.0.1:20 , listen 5" <<END
1 packet 1 icmp 0 2
1 packet 1 udp 20 3
1 packet 1 tcp 20 4
1 packet 1 sctp 20 5
END

# The guest's kernel has no kexec, nothing that takes firmware, and no quotas
is "$($records operations | grep -v -x -E 'kernel\.(kexec|firmware|quota)' | sort |
	comm -23 - <(awk '$1 == "denied" { print $3 }' $work/recorded | sort -u) | paste -sd' ')" \
	"" "each operation that the kernel mediates was struck"

echo /sbin/modprobe > /proc/sys/kernel/modprobe
succeeds "the policy can go" wait_for 60 sh -c "echo struck > $fs/unload"
umount $work/{yes,no}/{not,free}/{m,p}
done_testing
