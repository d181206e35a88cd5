# shellcheck shell=bash
# SPDX-License-Identifier: GPL-2.0-only
#
# timeout: 300
#
# What a policy keeps for a container: token buckets in slots, in the kernel's
# JIT, shared by all tasks of a container and by no others, new with each load.
# The image of a policy gets a table and a program made by hand, so that the bucket,
# its slot and what is wrong with them are chosen here (rules with `rate`:
# exec-rate.sh).
. "$BAILIFF_TOP/tests/guest/lib.sh"
. "$BAILIFF_TOP/tests/guest/lsm.sh"

cat > $work/rated.py <<'END'
import struct, sys

source, target, burst, interval, kind = sys.argv[1:]
image = open(source, "rb").read()
num = struct.unpack_from("<I", image, 20)[0]
sections = []
for i in range(num):
    type, id, off, length = struct.unpack_from("<4I", image, 64 + 16 * i)
    sections.append((type, id, image[off:off + length]))

def insn(code, dst=0, imm=0, off=0):
    return struct.pack("<BBhi", code, dst, off, imm)

table = sum(1 for s in sections if s[0] == 4)
deny = 1 | 13 << 5
# mov r2, table; mov r3, 0; call rate; jeq r0, 1, +2; mov32 r0, deny; exit;
# mov32 r0, 0; exit
program = b"".join([insn(0xb7, 2, table), insn(0xb7, 3, 0), insn(0x85, 0, 14),
                    insn(0x15, 0, 1, 2), insn(0xb4, 0, deny), insn(0x95),
                    insn(0xb4, 0, 0), insn(0x95)])
program = struct.pack("<4IQ", 8, 0, 6, 1, 16) + program
sections = [(3 + 2, 3, program) if s[:2] == (5, 3) else s for s in sections]
if kind == "argv":
    # one state that accepts nothing, and the JIT never sees it
    body = struct.pack("<4I", 10, 1, 1, 0) + struct.pack("<4I", 0, 1, 0, 0)
    body += bytes(256) + struct.pack("<3I", 0, 0, 0) + struct.pack("<2I", 0xffffffff, 0)
    sections.append((4, table + 1, body))
rates = struct.pack("<4I", 11, 1, 0, 0)
rates += struct.pack("<QII", int(interval), int(burst), 2)
sections.append((4, table, rates))
meta = bytearray(sections[0][2])
struct.pack_into("<I", meta, 20, 3)
sections[0] = (1, 0, bytes(meta))
sections.sort(key=lambda s: s[:2])

off = 64 + 16 * len(sections)
index, body = b"", b""
for type, id, data in sections:
    index += struct.pack("<4I", type, id, off + len(body), len(data))
    body += data + bytes(-len(data) % 8)
header = bytearray(image[:64])
struct.pack_into("<II", header, 16, off + len(body), len(sections))
open(target, "wb").write(bytes(header) + index + body)
END
# sockets N [START [STOP]]: how many sockets of N tries there are, by one task,
# once START is there, which it says that it waits for; with STOP, until that is
# there
cat > $work/sockets.py <<'END'
import errno, os, socket, sys
made = tries = 0
if len(sys.argv) > 2:
    open("%s.%d" % (sys.argv[2], os.getpid()), "w").close()
while len(sys.argv) > 2 and not os.path.exists(sys.argv[2]):
    pass
while tries < int(sys.argv[1]) or sys.argv[3:] and not os.path.exists(sys.argv[3]):
    tries += 1
    try:
        socket.socket(socket.AF_INET, socket.SOCK_DGRAM).close()
        made += 1
    except PermissionError as e:
        assert e.errno == errno.EACCES
os.write(1, b"%d\n" % made)
END

cat > $work/plain.yaml <<'END'
bailiff: 1
policy: rated
default: allow
END
succeeds "a policy compiles" policyc build $work/plain.yaml -o $work/plain.img

# rated NAME BURST INTERVAL [KIND]
rated()
{
	python3 $work/rated.py $work/plain.img "$work/$1.img" "$2" "$3" "${4:-}"
}

rated hourly 5 3600000000000
rated bad 0 1
rated argv 5 3600000000000 argv
rated quick 3 20000000
succeeds "policyc reads the image" policyc dump $work/hourly.img
like "$out" 'rates, 1 buckets' "... with its bucket"
like "$(load_image $work/bad.img 2>&1)" 'bucket 0: 0 tokens' \
	"a bucket that never holds a token is refused"
like "$(load_image $work/argv.img 2>&1)" '^ok policy=rated' \
	"a table for arguments is taken"
succeeds "the image loads" load_image $work/hourly.img
like "$(cat $fs/policies/rated/info)" '^programs jit' "... and the JIT takes it"

for box in one two; do
	id=$(cgroup $box)
	is "$(tell $fs/bind "cgroup=$id policy=rated label=$box")" ok "$box is bound"
done
sockets()
{
	in_cgroup "$1" python3 $work/sockets.py "${@:2}"
}

# ready N: so many wait for $work/go.
ready()
{
	[ "$(compgen -G "$work/go.*" | wc -l)" = "$1" ]
}

is "$(sockets one 8)" 5 "five tokens, three denials"
is "$(sockets one 8)" 0 "another task of the container finds it empty"
is "$(sockets two 8)" 5 "another container has its own"

rated many 2000 3600000000000
succeeds "a bucket with many tokens" load_image $work/many.img
for i in 1 2 3 4; do
	sockets two 1500 $work/go > $work/two.$i &
done
wait_for 10 ready 4
touch $work/go
wait
diag "four tasks at once: $(cat $work/two.[1-4] | paste -sd' ')"
is "$(cat $work/two.[1-4] | paste -sd+ | bc)" 2000 \
	"four tasks at once take what is in it, no token twice"
succeeds "the policy is loaded once more" load_image $work/hourly.img
is "$(sockets one 8)" 5 "its buckets are full again"
is "$(sockets one 8)" 0 "... once"

# Replacing it while a task takes: every load fills it once
rm $work/go*
sockets one 1 $work/go $work/stop > $work/taken &
wait_for 10 ready 1
touch $work/go
for i in 1 2 3 4 5 6 7 8 9 10; do
	load_image $work/hourly.img > /dev/null
done
touch $work/stop
wait
taken=$(cat $work/taken)
rest=$(sockets one 8)
diag "ten loads under a task: $taken tokens, and $rest were left"
succeeds "ten loads: at most fifty tokens" test $((taken + rest)) -le 50
succeeds "... and those of more than one" test "$taken" -gt 5

succeeds "a bucket that refills" load_image $work/quick.img
is "$(sockets one 3)" 3 "is full"
sleep 1
is "$(sockets one 3)" 3 "... and again a second later"
succeeds "a policy without slots" load_image $work/plain.img
is "$(sockets one 20)" 20 "forgets them"
succeeds "... and one with them begins anew" load_image $work/hourly.img
is "$(sockets one 8)" 5 "with what it had at first"
for box in one two; do
	tell $fs/unbind "cgroup=$(cgroup $box)" > /dev/null
	rmdir /sys/fs/cgroup/$box
done
succeeds "nobody is left in it" wait_for 10 tell "$fs/unload" rated
done_testing
