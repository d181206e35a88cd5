# shellcheck shell=bash disable=SC2054
# SPDX-License-Identifier: GPL-2.0-only
#
# timeout: 90
# also: 6.1 fast
#
# What is remembered (lsm/memo.c, aim.c) and skipped (lsm/feed.c) never changes a
# verdict: a task asks the same again and again while everything round it moves.
. "$BAILIFF_TOP/tests/guest/lib.sh"
. "$BAILIFF_TOP/tests/guest/lsm.sh"

mkdir -p "$work"/{in/dir/sub,out/dir/sub,cover/sub}
for dir in in out; do
	echo x > "$work/$dir/dir/sub/file"
done
echo x > "$work/cover/sub/file"
echo x > "$work/plain"

policy()
{
	load_policy <<END
bailiff: 1
policy: short
default: {files: deny, exec: deny, network: deny, capabilities: allow, mounts: deny}
files:
  - allow: [stat, chroot]
    paths: "/**"
  - allow: $1
    paths: $work/in/**
  - allow: read
    paths: $work/plain
    when: {uid: 0}
  - allow: inherit
    type: [pipe, "null"]
network:
  - allow: create
    family: inet
  - allow: connect
    protocol: udp
    to: $2
  - allow: bind
    at: 127.0.0.0/8
  - allow: [connect, send]
    protocol: udp
    at: 127.0.0.5
    to: 127.0.0.6
  - allow: connect
    protocol: udp
    to: 127.0.0.3
    ports: 9
    when: {uid: 0}
  - allow: connect
    protocol: udp
    to: 127.0.0.4
    when: {gid: 0}
END
}

# A task that does what its input says, and says how that ended, always on the same
# CPU. The socket is one and the same, until another one is asked for.
cat > "$work/asker.py" <<'END'
import errno, os, socket, sys
os.sched_setaffinity(0, {0})
with open("/sys/kernel/security/bailiff/self", "wb") as f:
    f.write(b"short")
sock = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
for line in sys.stdin:
    verb, _, argument = line.strip().partition(" ")
    said = "ok"
    try:
        if verb == "read":
            os.close(os.open(argument, os.O_RDONLY))
        elif verb == "append":
            os.close(os.open(argument, os.O_WRONLY | os.O_APPEND))
        elif verb == "connect":
            host, port = argument.split(":")
            sock.connect((host, int(port)))
        elif verb == "send":
            host, port = argument.split(":")
            sock.sendto(b"x", (host, int(port)))
        elif verb in ("udp", "udplite"):
            sock = socket.socket(socket.AF_INET, socket.SOCK_DGRAM,
                                 136 if verb == "udplite" else 0)
            if argument:
                sock.bind((argument, 0))
        elif verb == "chroot":
            os.chroot(argument)
        elif verb == "fsuid":
            os.setresuid(-1, int(argument), -1)
        elif verb == "fsgid":
            os.setresgid(-1, int(argument), -1)
    except ConnectionRefusedError:
        pass  # nobody listens, which an earlier packet came to know
    except OSError as error:
        said = errno.errorcode[error.errno]
    print(said, flush=True)
END

# asks WANT DESCRIPTION WHAT: five times over, by a memory that is warm.
asks()
{
	local said all=''

	for _ in 1 2 3 4 5; do
		echo "$3" >&"${asker[1]}"
		read -r -t 20 said <&"${asker[0]}" || said=nothing
		all+="$said "
	done
	is "$all" "$1 $1 $1 $1 $1 " "$2"
}

policy read "127.0.0.1/32" || bail "no policy"
coproc asker { exec python3 "$work/asker.py"; }
file=$work/in/dir/sub/file

asks ok "what is allowed" "read $file"
asks EACCES "what is not" "read $work/out/dir/sub/file"
asks EACCES "another operation on the same file" "append $file"
before=$(hits short :17)
asks ok "an address that is allowed" "connect 127.0.0.1:9"
is $(($(hits short :17) - before)) 5 "each time is counted"
asks EACCES "another one, by the same socket" "connect 127.0.0.2:9"
asks EACCES "to send there is another question" "send 127.0.0.1:9"
asks ok "a port that is allowed" "connect 127.0.0.3:9"
asks EACCES "another one" "connect 127.0.0.3:10"
asks ok "a socket that has an address" "udp 127.0.0.5"
asks ok "from there it may connect" "connect 127.0.0.6:9"
asks ok "and send" "send 127.0.0.6:9"
asks ok "a socket that has another" "udp 127.0.0.7"
asks EACCES "from there it may not connect" "connect 127.0.0.6:9"
asks EACCES "nor send" "send 127.0.0.6:9"
asks ok "a socket of another protocol" "udplite 127.0.0.5"
asks EACCES "which the rule is not about" "connect 127.0.0.6:9"
asks ok "a socket as the first one" "udp"
asks ok "which may as that did" "connect 127.0.0.1:9"

# an ancestor goes elsewhere, and comes back
mv "$work/in/dir" "$work/moved"
mv "$work/out/dir" "$work/in/dir"
mv "$work/moved" "$work/out/dir"
asks ok "the file that came to that name" "read $file"
asks EACCES "the file that left it" "read $work/out/dir/sub/file"
mv "$work/in" "$work/away"
asks EACCES "an ancestor further up has another name" \
	"read $work/away/dir/sub/file"
mv "$work/away" "$work/in"
asks ok "and its own again" "read $file"

# something is mounted over an ancestor: what was allowed has the same name, and
# what lies below has none of a pattern's
mount --bind "$work/cover" "$work/in/dir"
asks ok "what is mounted there has that name" "read $file"
umount "$work/in/dir"
mount --bind "$work/in/dir" "$work/out"
asks EACCES "by another mount it has another" "read $work/out/sub/file"
umount "$work/out"
asks EACCES "which it has no more" "read $work/out/dir/sub/file"

# another policy of the name
policy append "127.0.0.2/32" || bail "no second policy"
asks EACCES "a policy that is replaced allows it no more" "read $file"
asks ok "but what the new one allows" "append $file"
asks EACCES "the socket may not" "connect 127.0.0.1:9"
asks ok "and may" "connect 127.0.0.2:9"
policy read "127.0.0.1/32" || bail "no third policy"
asks ok "back again" "read $file"
asks ok "the socket, too" "connect 127.0.0.1:9"

# the caller is another
asks ok "a rule about the caller" "read $work/plain"
asks ok "and one about an address, too" "connect 127.0.0.3:9"
asks ok "he becomes another" "fsuid 1"
asks EACCES "the rule is not about him" "read $work/plain"
asks EACCES "nor that about an address" "connect 127.0.0.3:9"
asks ok "he is himself" "fsuid 0"
asks ok "a rule about the caller's group" "connect 127.0.0.4:9"
asks ok "he is of another" "fsgid 1"
asks EACCES "the rule is not about that" "connect 127.0.0.4:9"
asks ok "he is of his own" "fsgid 0"
asks ok "the rule is about him" "read $work/plain"
asks ok "and that about an address" "connect 127.0.0.3:9"

# many files at once, more than are remembered
for i in {1..80}; do
	echo x > "$work/in/$i"
	echo x > "$work/out/$i"
done
wrong=0
for _ in 1 2; do
	for i in {1..80}; do
		for dir in in out; do
			echo "read $work/$dir/$i" >&"${asker[1]}"
			read -r -t 20 said <&"${asker[0]}" || said=nothing
			[ "$dir-$said" = in-ok ] || [ "$dir-$said" = out-EACCES ] ||
				wrong=$((wrong + 1))
		done
	done
done
is "$wrong" 0 "160 files in turns"

# another root directory: the names are those of the home root, as before
echo "chroot $work/in" >&"${asker[1]}"
read -r -t 20 said <&"${asker[0]}"
is "$said" ok "chroot"
asks ok "the same file from another root" "read /dir/sub/file"
asks EACCES "with the same rules" "append /dir/sub/file"

pid=$asker_PID to=${asker[1]}
exec {to}>&-
wait "$pid"

# Of two policies the first allows by a rule and the second denies
succeeds "a policy that allows loads" load_policy <<END
bailiff: 1
policy: allows
default: allow
files:
  - allow: [stat, read]
    paths: $work/plain
network:
  - allow: connect
    protocol: udp
    to: 127.0.0.1
  - allow: connect
    family: netlink
tasks:
  - deny: rlimit
END
succeeds "one that denies loads" load_policy <<END
bailiff: 1
policy: denies
default: allow
files:
  - deny: [stat, read]
    paths: $work/plain
network:
  - deny: connect
    when: {exe: "/**"} # such answers are not remembered
mounts:
  - deny: [mount, umount, pivot-root, move-mount]
END
# five POLICY... -- VERB...: what the verb says five times
five()
{
	local program=$1 enter=() verbs=() i
	shift

	while [ "$1" != -- ]; do
		enter+=(enter "$1" ,)
		shift
	done
	shift
	for i in 1 2 3 4 5; do
		verbs+=(, "$@")
	done
	"$program" "${enter[@]}" "${verbs[@]:1}" | tail -n 5 | paste -sd' '
}
# on one CPU, which remembers what it has let reach
talk=(taskset -c 0 "$BAILIFF_TOP/build/guest/talk")
reach=$BAILIFF_TOP/build/guest/reach
denied="EACCES EACCES EACCES EACCES EACCES"
is "$(five "$act" allows -- open r "$work/plain" 1)" "ok ok ok ok ok" \
	"a file that one policy allows"
is "$(five "$act" allows denies -- open r "$work/plain" 1)" "$denied" \
	"... and another denies, each time"
# shellcheck disable=SC2016 # the inner shell's
is "$(bash -c 'echo allows > $0; echo denies > $0
	for i in 1 2 3 4 5; do
		[ ! -e $1 ] && echo EACCES || echo ok
	done' $fs/self "$work/plain" | paste -sd' ')" "$denied" "nor is it looked at"
udp=(, socket 2 dgram 1)
is "$("${talk[@]}" enter allows "${udp[@]}" , connect 1 4:127.0.0.1:9 , connect 1 4:127.0.0.1:9 |
	tail -n 2 | paste -sd' ')" "ok ok" "an address that one policy allows"
connects=()
for _ in 1 2 3 4 5; do
	connects+=(, connect 1 4:127.0.0.1:9)
done
is "$("${talk[@]}" enter allows , enter denies "${udp[@]}" "${connects[@]}" |
	tail -n 5 | paste -sd' ')" "$denied" "... and another denies, each time"
is "$("${talk[@]}" enter denies , enter allows "${udp[@]}" "${connects[@]}" |
	tail -n 5 | paste -sd' ')" "$denied" "... whichever came first"

# An address that is too short is none, and denied for that: to the rule it looks
# like one of another family, which it allows.
is "$(python3 - << 'END'
import ctypes, errno, os, socket
os.sched_setaffinity(0, {0})
with open("/sys/kernel/security/bailiff/self", "wb") as f:
    f.write(b"allows")
libc = ctypes.CDLL(None, use_errno=True)
sock = socket.socket(socket.AF_NETLINK, socket.SOCK_RAW, 0)
for address in [b"\x10".ljust(12, b"\0")] * 3 + [b"\2\0"]:
    failed = libc.connect(sock.fileno(), address, len(address))
    print(errno.errorcode[ctypes.get_errno()] if failed else "ok", end=" ")
END
)" "ok ok ok EACCES " "no address is not taken for one that is known"

# What a rule denies is remembered as that
is "$(five "$reach" allows -- prlimit $$)" "EPERM EPERM EPERM EPERM EPERM" \
	"what a rule denies is denied each time"

# What a default allows is not all it takes to take over who is not confined
is "$(five "$reach" allows -- trace $$)" "EPERM EPERM EPERM EPERM EPERM" \
	"default: allow takes over nobody outside, however often he is asked for"
done_testing
