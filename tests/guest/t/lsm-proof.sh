# shellcheck shell=bash
# SPDX-License-Identifier: GPL-2.0-only
#
# timeout: 60
# also: 6.1 fast
#
# What the verifier believes of a request holds, whatever an image says of its
# own program: policyc makes no such images.
. "$BAILIFF_TOP/tests/guest/lib.sh"
. "$BAILIFF_TOP/tests/guest/lsm.sh"

# The only path is of exec, so no rule of files asks for names.
load_policy <<END
bailiff: 1
policy: proof
default: {files: allow, exec: allow, network: allow, capabilities: allow, mounts: allow, tasks: allow}
exec:
  - deny: $work/nothing
END

# rewrite FROM TO [FLAGS]: the program of files writes to its stack at the row of
# the name, and then allows. With FLAGS, META has these.
rewrite()
{
	python3 - "$@" <<'END'
import struct, sys

META, PROGRAM, RIGHTS = 1, 5, 6
image = open(sys.argv[1], 'rb').read()
head = bytearray(image[:64])
table = [list(struct.unpack_from('<4I', image, 64 + 16 * i))
         for i in range(struct.unpack_from('<I', image, 20)[0])]
body = [bytearray(image[off:off + size]) for _, _, off, size in table]

def insn(code, dst=0, src=0, off=0, imm=0):
    return struct.pack('<BBhi', code, dst | src << 4, off, imm)

dfa = [struct.unpack_from('<I', b)[0] for s, b in zip(table, body) if s[0] == RIGHTS][0]
program = [insn(0x79, 3, 1, 24),         # ldxdw r3, [r1+24]: the path
           insn(0xb7, 2, imm=dfa),       # mov r2, dfa
           insn(0x85, imm=1),            # call match
           insn(0xbf, 2, 10),            # mov r2, r10
           insn(0x07, 2, imm=-64),       # add r2, -64
           insn(0x0f, 2, 0),             # add r2, r0
           insn(0x72, 2, imm=0x41),      # stb [r2], 0x41
           insn(0xb4),                   # mov32 r0, 0
           insn(0x95)]                   # exit
for section, bytes_ in zip(table, body):
    if section[:2] == [PROGRAM, 1]:
        bytes_[:] = struct.pack('<IIIIQ', len(program), 64, len(program), 1, 4096) + b''.join(program)
    if section[0] == META and len(sys.argv) > 3:
        struct.pack_into('<I', bytes_, 8, int(sys.argv[3]))
at = 64 + 16 * len(table)
out = b''
for section, bytes_ in zip(table, body):
    section[2:] = [at + len(out), len(bytes_)]
    out += bytes_ + bytes(-len(bytes_) % 8)
struct.pack_into('<I', head, 16, at + len(out))
open(sys.argv[2], 'wb').write(bytes(head) + b''.join(struct.pack('<4I', *s) for s in table) + out)
END
}

succeeds "an image whose program asks for names" rewrite $work/policy.img $work/asks.img
like "$(load_image $work/asks.img)" '^ok policy=proof ' "it is loaded"
succeeds "one that says that no rule has a path" rewrite $work/policy.img $work/lies.img 0
like "$(load_image $work/lies.img)" 'error: .*META says that no rule has a path, and RIGHTS is there' \
	"it is not"

echo text > $work/file
deep=$work/deep
for _ in {1..65}; do
	deep+=/d
done
mkdir -p "$deep"
broken=$(status_of reason.broken)
is "$(under proof open r $work/file 1)" ok "what has a name is of one of the rows"
is "$(under proof open r "$deep" 1)" ok "what has none, of which no rule of files speaks, of row 0"
is "$(status_of reason.broken)" "$broken" "and no row was one that the table has not"
before=$(status_of reason.widens)
mv $work/file "$deep/file"
is "$(under proof rename "$deep/file" $work/file)" EACCES "but it is not given a name"
is "$(status_of reason.widens)" $((before + 1)) "for that reason"
rm -rf $work/deep
done_testing
