# SPDX-License-Identifier: GPL-2.0-only
#
# Programs in the shape of bugs that other verifiers have had. Each would read
# or leak what it must not if this one made the same mistake. Those that are
# accepted are run, and every value is held against what is known of it.
# docs/soundness.md has a line for each number.

== CVE-2020-8835: a branch on the lower half says nothing of the upper
# r6 is 1..0x100000001; taken for 1, its bit 1 would be 0
ldxdw %r6, [%r1]
mov %r0, 0
jlt %r6, 1, out
lddw %r8, 0x100000001
jgt %r6, %r8, out
jgt32 %r6, 5, out
and %r6, 2
rsh %r6, 1
mul %r6, 64
add %r1, %r6
ldxb %r0, [%r1]
out: exit
# expect: insn 11: ldxb %r0, [%r1+0]: r1 is ctx+0..+64; bytes 0..64 leave the ctx of 64 bytes

== CVE-2020-8835: and with room for the bit it is accepted
# ctx: 65
ldxdw %r6, [%r1]
mov %r0, 0
jlt %r6, 1, out
lddw %r8, 0x100000001
jgt %r6, %r8, out
jgt32 %r6, 5, out
and %r6, 2
rsh %r6, 1
mul %r6, 64
add %r1, %r6
ldxb %r0, [%r1]
out: exit
# expect: accept, r0 0..255

== CVE-2020-8835: both sides of a 32-bit branch keep the upper half
ldxdw %r2, [%r1]
mov %r0, 0
jne32 %r2, 0, out
add %r1, %r2
ldxb %r0, [%r1]
out: exit
# expect: insn 3: add %r1, %r2: r2 is number 0..18446744069414584320; an offset must lie within -2^29..2^29

== CVE-2020-27194: or of 64 bits does not bound the lower half by the whole
# r5 is 1..0x600000001, whose lower half is anything
ldxdw %r5, [%r1]
mov %r0, 0
lddw %r6, 0x600000002
jge %r5, %r6, out
jle %r5, 0, out
or %r5, 0
mov32 %r7, %r5
sub %r7, 1
add %r1, %r7
ldxb %r0, [%r1]
out: exit
# expect: insn 9: add %r1, %r7: r7 is number -1..4294967294; an offset must lie within -2^29..2^29

== CVE-2021-3490: and of a half-known number keeps what is not known
# bit 32 and bit 1 are open; the lower half taken for 0 would be out by 2
ldxdw %r5, [%r1]
mov %r0, 0
lddw %r2, 0x100000002
and %r5, %r2
mov32 %r6, %r5
lsh %r6, 5
add %r1, %r6
ldxb %r0, [%r1]
exit
# expect: insn 8: ldxb %r0, [%r1+0]: r1 is ctx+0..+64; bytes 0..64 leave the ctx of 64 bytes

== CVE-2021-3490: or and xor of 32 bits are those of the lower halves
# ctx: 256
ldxdw %r5, [%r1]
ldxdw %r6, [%r1+8]
lddw %r2, 0xffffffff00000001
and %r5, %r2
and %r6, 2
or32 %r5, %r6
xor32 %r5, 4
jgt %r5, 7, out
add %r1, %r5
ldxb %r0, [%r1+248]
exit
out: mov %r0, 0
exit
# expect: accept, r0 0..255

== CVE-2021-31829: a stack pointer moved by a number of either sign
# only offsets that are inside on every way are taken; speculation is not
# looked at, since policies are loaded by root alone
stdw [%r10-8], 1
stdw [%r10-16], 2
stdw [%r10-24], 3
ldxdw %r2, [%r1]
and %r2, 15
sub %r2, 8
mov %r3, %r10
add %r3, -16
add %r3, %r2
ldxb %r0, [%r3]
exit
# expect: accept, r0 0..255, stack 24

== CVE-2021-31829: and one byte further down it is refused
stdw [%r10-8], 1
stdw [%r10-16], 2
stdw [%r10-24], 3
ldxdw %r2, [%r1]
and %r2, 15
sub %r2, 9
mov %r3, %r10
add %r3, -16
add %r3, %r2
ldxb %r0, [%r3]
exit
# expect: insn 9: ldxb %r0, [%r3+0]: r3 is stack-25..-10; the byte at stack-25 is not set to a number

== CVE-2021-33200: offsets of one pointer add up
ldxb %r2, [%r1]
and %r2, 31
ldxb %r3, [%r1+1]
and %r3, 31
mov %r4, %r1
add %r4, %r2
add %r4, %r3
ldxh %r0, [%r4+1]
exit
# expect: insn 7: ldxh %r0, [%r4+1]: r4 is ctx+0..+62; bytes 1..64 leave the ctx of 64 bytes

== CVE-2021-33200: down and up again
ldxb %r2, [%r1]
and %r2, 31
ldxb %r3, [%r1+1]
and %r3, 31
mov %r4, %r1
add %r4, 31
sub %r4, %r2
add %r4, %r3
ldxh %r0, [%r4]
exit
# expect: accept, r0 0..65535

== CVE-2021-33624: a side that no run enters is verified all the same
mov %r2, 0
mov %r0, 0
jeq %r2, 0, out
ldxb %r0, [%r2]
out: exit
# expect: insn 3: ldxb %r0, [%r2+0]: r2 is number 1..4294967295; a pointer is needed

== CVE-2021-33624: a pointer or a number by one branch, used by another
ldxb %r2, [%r1]
mov %r0, 0
mov %r3, %r1
jeq %r2, 0, a
mov %r3, 64
a: jne %r2, 0, out
ldxb %r0, [%r3]
out: exit
# expect: insn 6: ldxb %r0, [%r3+0]: r3 is not set; a pointer is needed (r3 is of another kind, or not set, on one of the ways that meet at insn 5)

== CVE-2023-2163: what reaches the use by a way seen before still counts
# nothing is pruned: each instruction is looked at once, with all ways joined
ldxb %r6, [%r1]
ldxb %r7, [%r1+1]
mov %r8, 0
jgt %r6, 10, a
mov %r8, 4
a: jgt %r7, 10, b
jgt %r6, 20, b
mov %r8, 64
b: mov %r0, 0
jgt %r6, 30, out
add %r1, %r8
ldxb %r0, [%r1]
out: exit
# expect: insn 11: ldxb %r0, [%r1+0]: r1 is ctx+0..+64; bytes 0..64 leave the ctx of 64 bytes (r1 was widened where ways meet at insn 8)

== CVE-2023-52920: a spill through a copy of r10 is a spill
ldxdw %r2, [%r1]
stdw [%r10-8], 0
mov %r6, %r10
add %r6, -8
stxdw [%r6], %r2
ldxdw %r3, [%r10-8]
add %r1, %r3
ldxb %r0, [%r1]
exit
# expect: insn 6: add %r1, %r3: r3 is any number; an offset must lie within -2^29..2^29

== CVE-2023-52920: one at an offset that is not known reaches every slot it may
ldxdw %r2, [%r1]
stdw [%r10-8], 0
stdw [%r10-16], 0
ldxb %r4, [%r1]
and %r4, 8
mov %r6, %r10
sub %r6, %r4
stxdw [%r6-8], %r2
ldxdw %r3, [%r10-8]
add %r1, %r3
ldxb %r0, [%r1]
exit
# expect: insn 9: add %r1, %r3: r3 is any number; an offset must lie within -2^29..2^29

== CVE-2024-41003: both sides of a compare with a constant are refined apart
ldxdw %r2, [%r1]
mov %r0, 0
jgt %r2, 55, big
mov %r3, %r1
add %r3, %r2
ldxdw %r0, [%r3]
exit
big: add %r1, %r2
ldxb %r0, [%r1]
exit
# expect: insn 7: add %r1, %r2: r2 is number 56..18446744073709551615; an offset must lie within -2^29..2^29

== CVE-2024-41003: a register compared with itself teaches nothing
ldxdw %r2, [%r1]
mov %r0, 0
jge %r2, %r2, a
a: jgt32 %r2, %r2, b
b: jsle %r2, %r2, c
exit
c: add %r1, %r2
exit
# expect: insn 6: add %r1, %r2: r2 is any number; an offset must lie within -2^29..2^29

== CVE-2024-45020: ways with deep and shallow stacks meet
ldxb %r2, [%r1]
stdw [%r10-8], 5
jeq %r2, 0, a
stdw [%r10-256], 1
stdw [%r10-16], 2
a: ldxdw %r0, [%r10-8]
exit
# expect: accept, r0 5..5, stack 256

== CVE-2024-45020: and what the shallow one did not set is not set
ldxb %r2, [%r1]
stdw [%r10-8], 5
jeq %r2, 0, a
stdw [%r10-256], 1
a: ldxdw %r0, [%r10-256]
exit
# expect: insn 4: ldxdw %r0, [%r10-256]: r10 is stack+0; the byte at stack-256 is not set to the same kind on every way that meets at insn 4

== CVE-2024-45020: nor the other way around
ldxb %r2, [%r1]
jeq %r2, 0, a
stdw [%r10-8], 1
ja b
a: stdw [%r10-256], 1
b: ldxdw %r0, [%r10-256]
exit
# expect: insn 5: ldxdw %r0, [%r10-256]: r10 is stack+0; the byte at stack-256 is not set to the same kind on every way that meets at insn 5

== CVE-2022-49961: a constant argument is one on every way
# ctx: network
ldxw %r3, [%r1]
mov %r2, 2
jeq %r3, 0, a
mov %r2, 3
a: call set
exit
# expect: insn 4: call set: r2 is number 2..3; the constant index of a SET table is needed (r2 was widened where ways meet at insn 4)

== CVE-2026-43009: there are no atomic instructions
ldxdw %r2, [%r1]
stdw [%r10-8], 0
# fetch and add of r2 at r10 - 8
.word 0x00000001fff82adb
exit
# expect: insn 2: .word 0x00000001fff82adb: no such instruction

== CVE-2026-43030: pointers with other offsets are joined, not taken for one
ldxb %r2, [%r1]
mov %r3, %r1
jeq %r2, 0, a
add %r3, 60
a: ldxdw %r0, [%r3]
exit
# expect: insn 4: ldxdw %r0, [%r3+0]: r3 is ctx+0..+60; bytes 0..67 leave the ctx of 64 bytes (r3 was widened where ways meet at insn 4)

== CVE-2026-43321: what is not read on one way is not forgotten
ldxdw %r3, [%r1]
ldxb %r2, [%r1]
stdw [%r10-8], 0
jeq %r2, 0, a
stxdw [%r10-8], %r3
a: mov %r0, 0
jeq %r2, 7, out
ldxdw %r4, [%r10-8]
add %r1, %r4
ldxb %r0, [%r1]
out: exit
# expect: insn 8: add %r1, %r4: r4 is any number; an offset must lie within -2^29..2^29 (r4 was widened where ways meet at insn 5)

== CVE-2026-45933: a copy is a number of its own
# r3 is not refined where r2 is
ldxdw %r2, [%r1]
mov %r3, %r2
add %r3, 1
mov %r0, 0
jgt %r2, 7, out
add %r1, %r3
ldxb %r0, [%r1]
out: exit
# expect: insn 5: add %r1, %r3: r3 is any number; an offset must lie within -2^29..2^29

== CVE-2026-31413: or with a mask of ones or zeroes is not and
# r2 is -1 or 0; or with 8 gives -1 or 8
ldxdw %r2, [%r1]
arsh %r2, 63
or %r2, 8
mov %r3, %r1
add %r3, %r2
ldxb %r0, [%r3]
exit
# expect: insn 4: add %r3, %r2: r2 is number 8..18446744073709551615; an offset must lie within -2^29..2^29

== CVE-2026-31413: within what it may be it is accepted
ldxdw %r2, [%r1]
arsh %r2, 63
or %r2, 8
mov %r0, 0
jslt %r2, -1, out
jsgt %r2, 8, out
mov %r3, %r1
add %r3, %r2
ldxb %r0, [%r3+1]
out: exit
# expect: accept, r0 0..255

== CVE-2026-74720: a number is not moved by a pointer
mov %r2, 8
add %r2, %r1
ldxb %r0, [%r2]
exit
# expect: insn 1: add %r2, %r1: r1 is ctx+0; a number is needed

== CVE-2022-1015: there are eleven registers
.word 0x00000000000001bf
mov %r0, 0
.word 0x000000000000b0bf
exit
# expect: insn 2: .word 0x000000000000b0bf: there is no r11, only r0 to r10

== CVE-2022-1015: and a stack with two ends
stdw [%r10-520], 0
mov %r0, 0
exit
# expect: insn 0: stdw [%r10-520], 0: r10 is stack+0; bytes -520..-513 leave the stack of 512 bytes

== CVE-2022-1016: registers hold nothing to begin with
mov %r0, %r5
exit
# expect: insn 0: mov %r0, %r5: r5 is not set; a value is needed

== CVE-2022-1016: nor does the stack
ldxdw %r0, [%r10-8]
exit
# expect: insn 0: ldxdw %r0, [%r10-8]: r10 is stack+0; the byte at stack-8 is not set to a number

== CVE-2024-42070: a pointer is no result
mov %r0, %r1
exit
# expect: insn 1: exit: r0 is ctx+0; a number is needed

== CVE-2024-42070: nor are its bytes numbers
stxdw [%r10-8], %r1
ldxw %r0, [%r10-8]
exit
# expect: insn 1: ldxw %r0, [%r10-8]: r10 is stack+0; the byte at stack-8 is part of a pointer, which only ldxdw may load

== CVE-2024-42070: nor a key to look up
# ctx: network
mov %r2, 2
mov %r3, %r1
call set
exit
# expect: insn 2: call set: r3 is ctx+0; a number is needed
