# SPDX-License-Identifier: GPL-2.0-only
#
# Programs that must be accepted, each with what it takes to know that it is
# safe. They are run, too.

== the least program
# a constant result
mov %r0, 0
exit
# expect: accept, r0 0..0, insns 2, stack 0

== an offset that is joined from two
# the ways meet with r2 14 or 18: the bounds of both are inside
# ctx: 40
ldxh %r2, [%r1+12]
mov %r3, 14
jne %r2, 0x81, a
mov %r3, 18
a: add %r1, %r3
ldxw %r0, [%r1+16]
exit
# expect: accept, r0 0..4294967295

== an offset bounded by a mask
# and leaves known bits: 0..56 in steps of 8
ldxdw %r2, [%r1]
and %r2, 56
add %r1, %r2
ldxdw %r0, [%r1]
exit
# expect: accept

== an offset bounded by a compare, on the way that does not jump
ldxdw %r2, [%r1]
mov %r0, 0
jgt %r2, 56, out
add %r1, %r2
ldxdw %r0, [%r1]
out: exit
# expect: accept

== an offset bounded by a compare, on the way that jumps
ldxdw %r2, [%r1]
mov %r0, 0
jle %r2, 56, in
exit
in: add %r1, %r2
ldxdw %r0, [%r1]
exit
# expect: accept

== an offset bounded from both sides, signed
# two compares of which neither is enough
ldxsw %r2, [%r1]
mov %r0, 0
jslt %r2, -8, out
jsgt %r2, 7, out
add %r1, 8
add %r1, %r2
ldxb %r0, [%r1]
out: exit
# expect: accept, r0 0..255

== an offset bounded by another register
# the bounds of r3 become those of r2
ldxdw %r2, [%r1]
ldxb %r3, [%r1+8]
and %r3, 31
mov %r0, 0
jge %r2, %r3, out
add %r1, %r2
ldxh %r0, [%r1]
out: exit
# expect: accept, r0 0..65535

== an offset bounded by a 32-bit compare
# ldxw leaves the upper half 0, so the lower bounds the whole
ldxw %r2, [%r1]
mov %r0, 0
jgt32 %r2, 63, out
add %r1, %r2
ldxb %r0, [%r1]
out: exit
# expect: accept

== an offset bounded by a 32-bit signed compare
# a compare of lower halves, of a number that has no sign there
ldxw %r2, [%r1]
rsh %r2, 1
mov %r0, 0
jsge32 %r2, 64, out
add %r1, %r2
ldxb %r0, [%r1]
out: exit
# expect: accept

== an offset by bits that are not set
# jset with all but the low six bits leaves 0..63
ldxdw %r2, [%r1]
mov %r0, 0
jset %r2, -64, out
add %r1, %r2
ldxb %r0, [%r1]
out: exit
# expect: accept

== an offset that is equal to a constant
ldxdw %r2, [%r1]
mov %r0, 0
jne %r2, 60, out
add %r1, %r2
ldxw %r0, [%r1]
out: exit
# expect: accept

== an offset by remainder
# a divisor that is constant bounds the remainder
ldxdw %r2, [%r1]
mod %r2, 63
add %r1, %r2
ldxh %r0, [%r1]
exit
# expect: accept

== an offset by quotient
ldxb %r2, [%r1]
div %r2, 4
add %r1, %r2
ldxb %r0, [%r1]
exit
# expect: accept

== an offset by shifts
# the upper six bits alone are left, and come in steps of two
ldxdw %r2, [%r1]
rsh %r2, 59
lsh %r2, 1
add %r1, %r2
ldxh %r0, [%r1]
exit
# expect: accept

== an offset by multiplication
ldxb %r2, [%r1]
and %r2, 7
mul %r2, 9
add %r1, %r2
ldxb %r0, [%r1]
exit
# expect: accept

== an offset that is subtracted
ldxb %r2, [%r1]
and %r2, 63
add %r1, 63
sub %r1, %r2
ldxb %r0, [%r1]
exit
# expect: accept

== an offset whose bits are turned
# known bits: 0..7 with bit 3 turned on is 8..15, which bounds of xor do not say
# ctx: 8
ldxb %r2, [%r1]
and %r2, 7
xor %r2, 8
add %r1, -8
add %r1, %r2
ldxb %r0, [%r1]
exit
# expect: accept

== an offset whose upper bits are set
# known bits: 0..7 with 56 is 56..63
ldxb %r2, [%r1]
and %r2, 7
or %r2, 56
sub %r2, 56
add %r1, %r2
ldxdw %r0, [%r1+49]
exit
# expect: accept

== an offset that is aligned
# known bits: 0, 8 or 16 from the end, where each eight bytes are one number
# or a pointer that is not read; without them 1..7 would be a part of it
# ctx: files
ldxw %r2, [%r1]
and %r2, 24
mov %r0, 0
jgt %r2, 16, out
stdw [%r10-8], 1
stdw [%r10-16], 2
stdw [%r10-24], 3
mov %r3, %r10
sub %r3, %r2
ldxw %r0, [%r3-8]
out: exit
# expect: accept, stack 24

== a byte of a known number, by number
# which of the eight it is is not known
lddw %r2, 0x1122334455667788
stxdw [%r10-8], %r2
ldxb %r2, [%r1]
and %r2, 7
mov %r3, %r10
add %r3, %r2
ldxb %r0, [%r3-8]
exit
# expect: accept, r0 0..255

== one load that two checks share
# both checks are of the same register, and the use is where both hold
ldxb %r2, [%r1]
mov %r0, 0
jlt %r2, 8, out
jgt %r2, 15, out
sub %r2, 8
add %r1, %r2
ldxb %r0, [%r1+56]
out: exit
# expect: accept

== the same place loaded twice
# the second load is checked itself: what the first one was does not count
ldxb %r2, [%r1]
mov %r0, 0
jeq %r2, 0, out
ldxb %r3, [%r1]
jgt %r3, 63, out
add %r1, %r3
ldxb %r0, [%r1]
out: exit
# expect: accept

== an offset that is negated
# 0 to -7, then 8 to 1
ldxb %r2, [%r1]
and %r2, 7
neg %r2
add %r2, 8
add %r1, %r2
ldxdw %r0, [%r1]
exit
# expect: accept

== an offset by sign extension of what is not negative
ldxb %r2, [%r1]
and %r2, 31
movsx864 %r2, %r2
add %r1, %r2
ldxb %r0, [%r1]
exit
# expect: accept

== an offset by sign extension of what may be
# -128..127
# ctx: 256
ldxsb %r2, [%r1]
add %r1, 128
add %r1, %r2
ldxb %r0, [%r1]
exit
# expect: accept

== bytes in network order
# a constant is turned round; of anything else the width is known
ldxw %r2, [%r1]
mov %r3, 0x1234
be16 %r3
mov %r0, 0
jne %r3, 0x3412, out
be16 %r2
mov %r0, %r2
out: exit
# expect: accept, r0 0..65535

== what a spill keeps
# the bounds come back from the stack
ldxb %r2, [%r1]
and %r2, 63
stxdw [%r10-8], %r2
ldxdw %r3, [%r10-8]
add %r1, %r3
ldxb %r0, [%r1]
exit
# expect: accept, stack 8

== what a spilled pointer keeps
mov %r2, %r1
add %r2, 60
stxdw [%r10-16], %r2
ldxdw %r3, [%r10-16]
ldxw %r0, [%r3]
exit
# expect: accept, stack 16

== a pointer into the stack, spilled
mov %r2, %r10
add %r2, -24
stdw [%r10-24], 7
stxdw [%r10-8], %r2
ldxdw %r3, [%r10-8]
ldxdw %r0, [%r3]
exit
# expect: accept, r0 7..7, stack 24

== a part of a spill
# the low byte of a number that is known
stdw [%r10-8], 0x1234
ldxb %r2, [%r10-8]
add %r1, %r2
ldxb %r0, [%r1]
exit
# expect: accept

== a word made of bytes
stb [%r10-4], 1
stb [%r10-3], 2
sth [%r10-2], 0x403
ldxw %r0, [%r10-4]
exit
# expect: accept, r0 0..4294967295, stack 8

== a load over two slots
stdw [%r10-8], -1
stdw [%r10-16], -1
ldxdw %r0, [%r10-12]
exit
# expect: accept, stack 16

== a pointer, overwritten whole
stxdw [%r10-8], %r1
stdw [%r10-8], 3
ldxw %r0, [%r10-8]
exit
# expect: accept, r0 3..3

== a stack offset that is not known
# each byte that may be read is set
stdw [%r10-8], 0x55
stdw [%r10-16], 0x66
ldxb %r2, [%r1]
and %r2, 8
mov %r3, %r10
sub %r3, %r2
ldxdw %r0, [%r3-8]
exit
# expect: accept, stack 16

== a store at a stack offset that is not known
# the bytes around it stay set
stdw [%r10-8], 0
stdw [%r10-16], 0
ldxb %r2, [%r1]
and %r2, 7
mov %r3, %r10
sub %r3, %r2
stxb [%r3-1], %r2
ldxdw %r0, [%r10-8]
exit
# expect: accept

== both ways set it
ldxb %r2, [%r1]
jeq %r2, 0, a
stdw [%r10-8], 1
ja b
a: stdw [%r10-8], 2
b: ldxdw %r0, [%r10-8]
exit
# expect: accept, r0 1..2, insns 6

== a value that is not used may be anything
# r3 is a pointer or a number, and nobody looks
ldxb %r2, [%r1]
mov %r3, %r1
jeq %r2, 0, a
mov %r3, 1
a: mov %r0, 0
exit
# expect: accept

== a check that is good whatever precedes it
# r2 is known to be too large; no run gets past the check
mov %r2, 100
mov %r0, 0
jgt %r2, 63, out
add %r1, %r2
ldxb %r0, [%r1]
out: exit
# expect: accept

== division by what may be zero
# by the RFC there is no fault
ldxdw %r0, [%r1]
ldxdw %r2, [%r1+8]
div %r0, %r2
mod %r0, %r2
sdiv %r0, %r2
smod32 %r0, %r2
exit
# expect: accept

== shifts by what may be over the width
ldxdw %r0, [%r1]
ldxdw %r2, [%r1+8]
lsh %r0, %r2
rsh32 %r0, %r2
arsh %r0, 200
exit
# expect: accept

== the length of the memory
# r2 holds it at the start
mov %r0, %r2
exit
# expect: accept, r0 64..64

== the last byte
ldxb %r0, [%r1+63]
exit
# expect: accept

== the last bytes of the stack
stdw [%r10-512], 0
ldxb %r0, [%r10-505]
exit
# expect: accept, stack 512

== a way out in the middle
ldxb %r2, [%r1]
mov %r0, 1
jeq %r2, 0, a
exit
a: mov %r0, 2
exit
# expect: accept, r0 1..2, insns 5

== a jump over a constant of two slots
ldxb %r2, [%r1]
mov %r0, 0
jeq %r2, 0, a
lddw %r0, 0x1122334455667788
a: exit
# expect: accept, insns 5

== a field has its bound
# ctx: network
# the operation is at most 63, so four times it fits eight bits
ldxw %r0, [%r1]
lsh %r0, 2
exit
# expect: accept, r0 0..252

== a byte of an address, by number
# ctx: network
# the address is at 40, 16 bytes of one field
ldxw %r2, [%r1]
and %r2, 15
add %r1, %r2
ldxb %r0, [%r1+40]
exit
# expect: accept, r0 0..255

== what a program for files does
# ctx: files
# the match's row and the operation index an array, whose element is a list
mov %r6, %r1
mov %r7, 0
ldxw %r2, [%r6+8]
jne %r2, 0, no
or %r7, 1
no: mov %r1, %r6
mov %r2, 0
ldxdw %r3, [%r6+24]
call match
lsh %r0, 6
ldxw %r3, [%r6]
or %r3, %r0
mov %r1, %r6
mov %r2, 4
call array
mov %r1, %r6
mov %r2, 5
mov %r3, %r0
mov %r4, %r7
call decide
exit
# expect: accept, r0 0..4294967295, insns 21, calls 3

== a handle, spilled
# ctx: files
# it comes back as what it was
mov %r6, %r1
ldxdw %r2, [%r6+24]
stxdw [%r10-8], %r2
ldxdw %r3, [%r10-8]
mov %r2, 0
call match
exit
# expect: accept, calls 1

== a text, spilled, and the path
# ctx: files
# a text may be looked up in any DFA
mov %r6, %r1
ldxdw %r2, [%r6+40]
stxdw [%r10-8], %r2
ldxdw %r3, [%r10-8]
mov %r2, 0
call match_text
mov %r7, %r0
mov %r1, %r6
mov %r2, 0
ldxdw %r3, [%r6+24]
call match
add %r0, %r7
exit
# expect: accept, calls 2

== what a program for sockets does
# ctx: network
# three keys take two halvings; two prefixes one, and are two deep
mov %r6, %r1
ldxw %r3, [%r1]
mov %r0, 0
jeq %r3, 1, short
mov %r2, 2
call set
mov %r1, %r6
mov %r2, 1
mov %r3, %r6
add %r3, 40
stxdw [%r10-12], %r0
call lpm
and %r0, 1
exit
short: mov %r0, 0
exit
# expect: accept, r0 0..1, insns 14, calls 2, steps 5, stack 16

== a key in the stack
# ctx: network
# three bytes, all of them set, at any alignment
stw [%r10-8], 0x61616161
mov %r2, 6
mov %r3, %r10
add %r3, -7
call keys
mov32 %r0, %r0
exit
# expect: accept, calls 1, steps 3, stack 8

== a slot
# ctx: network
mov %r2, 3
mov %r3, 1
call slot_add
mov32 %r0, %r0
exit
# expect: accept, calls 1, steps 1

== a part of a field
# ctx: files
# a byte of the uid, which has no bound, is a byte
ldxb %r0, [%r1+8]
exit
# expect: accept, r0 0..255

== slot_set gives 0 and nothing else
# ctx: network
# stack: 256
mov %r2, 3
mov %r3, 7
call slot_set
exit
# expect: accept, r0 0..0, calls 1
