# SPDX-License-Identifier: GPL-2.0-only
#
# Programs that must be refused, and how.

== mov %r0, %r3 where r3 is not set
# ctx: network
# stack: 256
mov %r0, %r3
exit
# expect: insn 0: mov %r0, %r3: r3 is not set; a value is needed

== mov %r0, %r2 where r2 is not set
# ctx: network
# stack: 256
mov %r0, %r2
exit
# expect: insn 0: mov %r0, %r2: r2 is not set; a value is needed

== exit where r0 is not set
# ctx: network
# stack: 256
exit
# expect: insn 0: exit: r0 is not set; a number is needed

== exit where r0 is ctx+0
# ctx: network
# stack: 256
mov %r0, %r1
exit
# expect: insn 1: exit: r0 is ctx+0; a number is needed

== exit where r0 is stack+0
# ctx: network
# stack: 256
mov %r0, %r10
exit
# expect: insn 1: exit: r0 is stack+0; a number is needed

== exit where r0 is number -1
# ctx: network
# stack: 256
mov %r0, -1
exit
# expect: insn 1: exit: r0 is number -1; a verdict of 32 bits is needed

== mov %r0, 1: the program ends without an exit
# ctx: network
# stack: 256
mov %r0, 1
# expect: insn 0: mov %r0, 1: the program ends without an exit

== jeq %r0, 0, +0: it jumps past the end, to insn 2 of 2
# ctx: network
# stack: 256
mov %r0, 0
jeq %r0, 0, +0
# expect: insn 1: jeq %r0, 0, +0: it jumps past the end, to insn 2 of 2

== ja -2: it jumps backwards, to insn 0
# ctx: network
# stack: 256
mov %r0, 0
ja -2
exit
# expect: insn 1: ja -2: it jumps backwards, to insn 0

== ja -1: it jumps backwards, to insn 1
# ctx: network
# stack: 256
mov %r0, 0
ja -1
exit
# expect: insn 1: ja -1: it jumps backwards, to insn 1

== mov %r0, 1: no way leads to it
# ctx: network
# stack: 256
mov %r0, 0
ja +1
mov %r0, 1
exit
# expect: insn 2: mov %r0, 1: no way leads to it

== jeq %r0, 0, +1: it jumps into the lddw at insn 2
# ctx: network
# stack: 256
mov %r0, 0
jeq %r0, 0, +1
lddw %r1, 5
exit
# expect: insn 1: jeq %r0, 0, +1: it jumps into the lddw at insn 2

== mov %r10, 0: r10 cannot be written
# ctx: network
# stack: 256
mov %r10, 0
exit
# expect: insn 0: mov %r10, 0: r10 is stack+0; r10 cannot be written

== ldxdw %r10, [%r1+40]: r10 cannot be written
# ctx: network
# stack: 256
ldxdw %r10, [%r1+40]
exit
# expect: insn 0: ldxdw %r10, [%r1+40]: r10 is stack+0; r10 cannot be written

== lddw %r10, 0x4: r10 cannot be written
# ctx: network
# stack: 256
lddw %r10, 4
exit
# expect: insn 0: lddw %r10, 0x4: r10 is stack+0; r10 cannot be written

== mul %r1, 2: pointers take 64-bit add and sub alone
# ctx: network
# stack: 256
mul %r1, 2
mov %r0, 0
exit
# expect: insn 0: mul %r1, 2: r1 is ctx+0; pointers take 64-bit add and sub alone

== add32 %r1, 2: pointers take 64-bit add and sub alone
# ctx: network
# stack: 256
add32 %r1, 2
mov %r0, 0
exit
# expect: insn 0: add32 %r1, 2: r1 is ctx+0; pointers take 64-bit add and sub alone

== add %r0, %r1: a number is needed
# ctx: network
# stack: 256
mov %r0, 1
add %r0, %r1
exit
# expect: insn 1: add %r0, %r1: r1 is ctx+0; a number is needed

== mov32 %r0, %r1: a number is needed
# ctx: network
# stack: 256
mov32 %r0, %r1
exit
# expect: insn 0: mov32 %r0, %r1: r1 is ctx+0; a number is needed

== movsx3264 %r0, %r1: a number is needed
# ctx: network
# stack: 256
movsx3264 %r0, %r1
exit
# expect: insn 0: movsx3264 %r0, %r1: r1 is ctx+0; a number is needed

== neg %r1: pointers take 64-bit add and sub alone
# ctx: network
# stack: 256
neg %r1
mov %r0, 0
exit
# expect: insn 0: neg %r1: r1 is ctx+0; pointers take 64-bit add and sub alone

== be64 %r1: pointers take 64-bit add and sub alone
# ctx: network
# stack: 256
be64 %r1
mov %r0, 0
exit
# expect: insn 0: be64 %r1: r1 is ctx+0; pointers take 64-bit add and sub alone

== sub %r1, %r1: a number is needed
# ctx: network
# stack: 256
sub %r1, %r1
mov %r0, 0
exit
# expect: insn 0: sub %r1, %r1: r1 is ctx+0; a number is needed

== jeq %r1, 0, +0: a number is needed
# ctx: network
# stack: 256
mov %r0, 0
jeq %r1, 0, exit
exit
# expect: insn 1: jeq %r1, 0, +0: r1 is ctx+0; a number is needed

== jgt %r0, %r1, +0: a number is needed
# ctx: network
# stack: 256
mov %r0, 0
jgt %r0, %r1, exit
exit
# expect: insn 1: jgt %r0, %r1, +0: r1 is ctx+0; a number is needed

== add %r1, 536870913: an offset must lie within -2^29..2^29
# ctx: network
# stack: 256
add %r1, 536870913
mov %r0, 0
exit
# expect: insn 0: add %r1, 536870913: r1 is ctx+0; an offset must lie within -2^29..2^29

== add %r1, %r2 where r2 is any number
# ctx: network
# stack: 256
ldxdw %r2, [%r1+40]
add %r1, %r2
mov %r0, 0
exit
# expect: insn 1: add %r1, %r2: r2 is any number; an offset must lie within -2^29..2^29

== ldxw %r0, [%r1+112]: bytes 112..115 leave the ctx of 112 bytes
# ctx: network
# stack: 256
ldxw %r0, [%r1+112]
exit
# expect: insn 0: ldxw %r0, [%r1+112]: r1 is ctx+0; bytes 112..115 leave the ctx of 112 bytes

== ldxw %r0, [%r1-4]: bytes -4..-1 leave the ctx of 112 bytes
# ctx: network
# stack: 256
ldxw %r0, [%r1-4]
exit
# expect: insn 0: ldxw %r0, [%r1-4]: r1 is ctx+0; bytes -4..-1 leave the ctx of 112 bytes

== ldxdw %r0, [%r1+0]: bytes 0..7 are not inside one field
# ctx: network
# stack: 256
ldxdw %r0, [%r1+0]
exit
# expect: insn 0: ldxdw %r0, [%r1+0]: r1 is ctx+0; bytes 0..7 are not inside one field

== stw [%r1+0], 5: the ctx cannot be written
# ctx: network
# stack: 256
stw [%r1+0], 5
mov %r0, 0
exit
# expect: insn 0: stw [%r1+0], 5: r1 is ctx+0; the ctx cannot be written

== ldxb %r0, [%r1+0]: bytes 0..255 leave the ctx of 112 bytes
# ctx: network
# stack: 256
ldxw %r2, [%r1+4]
add %r1, %r2
ldxb %r0, [%r1+0]
exit
# expect: insn 2: ldxb %r0, [%r1+0]: r1 is ctx+0..+255; bytes 0..255 leave the ctx of 112 bytes

== ldxb %r0, [%r2+0] where r2 is number 5
# ctx: network
# stack: 256
mov %r2, 5
ldxb %r0, [%r2+0]
exit
# expect: insn 1: ldxb %r0, [%r2+0]: r2 is number 5; a pointer is needed

== stxb [%r2+0], %r2 where r2 is number 5
# ctx: network
# stack: 256
mov %r2, 5
stxb [%r2+0], %r2
exit
# expect: insn 1: stxb [%r2+0], %r2: r2 is number 5; a pointer to the stack is needed

== ldxdw %r0, [%r10-8]: the byte at stack-8 is not set to a number
# ctx: network
# stack: 256
ldxdw %r0, [%r10-8]
exit
# expect: insn 0: ldxdw %r0, [%r10-8]: r10 is stack+0; the byte at stack-8 is not set to a number

== ldxdw %r0, [%r10-8]: the byte at stack-4 is not set to a number
# ctx: network
# stack: 256
stw [%r10-8], 1
ldxdw %r0, [%r10-8]
exit
# expect: insn 1: ldxdw %r0, [%r10-8]: r10 is stack+0; the byte at stack-4 is not set to a number

== ldxdw %r0, [%r10-12]: the byte at stack-8 is not set to a number
stdw [%r10-16], 1
ldxdw %r0, [%r10-12]
exit
# expect: insn 1: ldxdw %r0, [%r10-12]: r10 is stack+0; the byte at stack-8 is not set to a number

== a byte somewhere in slots of which the last is a pointer
ldxdw %r3, [%r1+0]
and %r3, 23
stdw [%r10-24], 1
stdw [%r10-16], 1
stxdw [%r10-8], %r1
mov %r2, %r10
add %r2, %r3
ldxb %r0, [%r2-24]
exit
# expect: insn 7: ldxb %r0, [%r2-24]: r2 is stack+0..+23; the byte at stack-8 is part of a pointer, which only ldxdw may load

== a byte somewhere in slots of which the middle one lacks a byte
ldxdw %r3, [%r1+0]
and %r3, 23
stdw [%r10-24], 1
stw [%r10-16], 1
stw [%r10-11], 1
stdw [%r10-8], 1
mov %r2, %r10
add %r2, %r3
ldxb %r0, [%r2-24]
exit
# expect: insn 8: ldxb %r0, [%r2-24]: r2 is stack+0..+23; the byte at stack-12 is not set to a number

== stdw [%r10-264], 1: bytes -264..-257 leave the stack of 256 bytes
# ctx: network
# stack: 256
stdw [%r10-264], 1
mov %r0, 0
exit
# expect: insn 0: stdw [%r10-264], 1: r10 is stack+0; bytes -264..-257 leave the stack of 256 bytes

== stdw [%r10-7], 1: bytes -7..0 leave the stack of 256 bytes
# ctx: network
# stack: 256
stdw [%r10-7], 1
mov %r0, 0
exit
# expect: insn 0: stdw [%r10-7], 1: r10 is stack+0; bytes -7..0 leave the stack of 256 bytes

== ldxb %r0, [%r10+0]: bytes 0..0 leave the stack of 256 bytes
# ctx: network
# stack: 256
ldxb %r0, [%r10+0]
exit
# expect: insn 0: ldxb %r0, [%r10+0]: r10 is stack+0; bytes 0..0 leave the stack of 256 bytes

== stxw [%r10-8], %r1: it can be stored whole, at a multiple of 8, alone
# ctx: network
# stack: 256
stxw [%r10-8], %r1
mov %r0, 0
exit
# expect: insn 0: stxw [%r10-8], %r1: r1 is ctx+0; it can be stored whole, at a multiple of 8, alone

== stxdw [%r10-12], %r1: it can be stored whole, at a multiple of 8, alone
# ctx: network
# stack: 256
stxdw [%r10-12], %r1
mov %r0, 0
exit
# expect: insn 0: stxdw [%r10-12], %r1: r1 is ctx+0; it can be stored whole, at a multiple of 8, alone

== stxdw [%r10-8], %r4 where r4 is not set
# ctx: network
# stack: 256
stxdw [%r10-8], %r4
mov %r0, 0
exit
# expect: insn 0: stxdw [%r10-8], %r4: r4 is not set; a value is needed

== ldxw %r0, [%r10-8]: the byte at stack-8 is part of a pointer, which only ldxdw may load
# ctx: network
# stack: 256
stxdw [%r10-8], %r1
ldxw %r0, [%r10-8]
exit
# expect: insn 1: ldxw %r0, [%r10-8]: r10 is stack+0; the byte at stack-8 is part of a pointer, which only ldxdw may load

== ldxw %r0, [%r10-4]: the byte at stack-4 is not set to a number
# ctx: network
# stack: 256
stxdw [%r10-8], %r1
stb [%r10-8], 0
ldxw %r0, [%r10-4]
exit
# expect: insn 2: ldxw %r0, [%r10-4]: r10 is stack+0; the byte at stack-4 is not set to a number

== mov %r0, %r4 where r4 is not set
# ctx: network
# stack: 256
ldxw %r3, [%r1+0]
jeq %r3, 1, a
mov %r4, %r1
ja b
a: mov %r4, 1
b: mov %r0, %r4
exit
# expect: insn 5: mov %r0, %r4: r4 is not set; a value is needed (r4 is of another kind, or not set, on one of the ways that meet at insn 5)

== ldxdw %r0, [%r1+0]: bytes 0..115 leave the ctx of 112 bytes
# ctx: network
# stack: 256
ldxw %r3, [%r1+0]
jeq %r3, 1, a
mov %r4, 0
ja b
a: mov %r4, 108
b: add %r1, %r4
ldxdw %r0, [%r1+0]
exit
# expect: insn 6: ldxdw %r0, [%r1+0]: r1 is ctx+0..+108; bytes 0..115 leave the ctx of 112 bytes (r1 was widened where ways meet at insn 5)

== ldxdw %r0, [%r10-8]: the byte at stack-8 is not set to the same kind on every way that meets at insn 3
# ctx: network
# stack: 256
ldxw %r3, [%r1+0]
jeq %r3, 1, a
stdw [%r10-8], 0
a: ldxdw %r0, [%r10-8]
exit
# expect: insn 3: ldxdw %r0, [%r10-8]: r10 is stack+0; the byte at stack-8 is not set to the same kind on every way that meets at insn 3

== ldxdw %r0, [%r10-8]: the byte at stack-8 is not set to the same kind on every way that meets at insn 4
# ctx: network
# stack: 256
stxdw [%r10-8], %r1
ldxw %r3, [%r1+0]
jeq %r3, 1, a
stdw [%r10-8], 0
a: ldxdw %r0, [%r10-8]
exit
# expect: insn 4: ldxdw %r0, [%r10-8]: r10 is stack+0; the byte at stack-8 is not set to the same kind on every way that meets at insn 4

== ldxw %r0, [%r10-8]: the byte at stack-8 is not set to the same kind on every way that meets at insn 4
# ctx: network
# stack: 256
ldxw %r3, [%r1+0]
stb [%r10-1], 0
jeq %r3, 1, a
stw [%r10-8], 0
a: ldxw %r0, [%r10-8]
exit
# expect: insn 4: ldxw %r0, [%r10-8]: r10 is stack+0; the byte at stack-8 is not set to the same kind on every way that meets at insn 4

== call 99: there is no such helper
# ctx: network
# stack: 256
call 99
exit
# expect: insn 0: call 99: there is no such helper

== call 0: there is no such helper
# ctx: network
# stack: 256
call 0
exit
# expect: insn 0: call 0: there is no such helper

== call set where r2 is not set
# ctx: network
# stack: 256
call set
exit
# expect: insn 0: call set: r2 is not set; the constant index of a SET table is needed

== call set where r1 is number 1
# ctx: network
# stack: 256
mov %r1, 1
call set
exit
# expect: insn 1: call set: r1 is number 1; the ctx is needed

== call set where r1 is ctx+4
# ctx: network
# stack: 256
add %r1, 4
call set
exit
# expect: insn 1: call set: r1 is ctx+4; the ctx is needed

== call set where r2 is number 11
# ctx: network
# stack: 256
mov %r2, 11
call set
exit
# expect: insn 1: call set: r2 is number 11; there are 11 tables

== call set where r2 is number 3
# ctx: network
# stack: 256
mov %r2, 3
call set
exit
# expect: insn 1: call set: r2 is number 3; that table is of kind RANGE, expected SET

== call set where r2 is number 0..63
# ctx: network
# stack: 256
ldxw %r2, [%r1+0]
call set
exit
# expect: insn 1: call set: r2 is number 0..63; the constant index of a SET table is needed

== call set where r3 is not set
# ctx: network
# stack: 256
mov %r2, 2
call set
exit
# expect: insn 1: call set: r3 is not set; a number is needed

== call set where r3 is ctx+0
# ctx: network
# stack: 256
mov %r2, 2
mov %r3, %r1
call set
exit
# expect: insn 2: call set: r3 is ctx+0; a number is needed

== call lpm where r3 is number 40
# ctx: network
# stack: 256
mov %r2, 1
mov %r3, 40
call lpm
exit
# expect: insn 2: call lpm: r3 is number 40; the start of an address in the ctx is needed

== call lpm where r3 is ctx+48
# ctx: network
# stack: 256
mov %r2, 1
mov %r3, %r1
add %r3, 48
call lpm
exit
# expect: insn 3: call lpm: r3 is ctx+48; the start of an address in the ctx is needed

== call lpm where r3 is stack+0
# ctx: network
# stack: 256
mov %r2, 1
mov %r3, %r10
call lpm
exit
# expect: insn 2: call lpm: r3 is stack+0; the start of an address in the ctx is needed

== call match where r3 is number 1
# ctx: network
# stack: 256
mov %r2, 0
mov %r3, 1
call match
exit
# expect: insn 2: call match: r3 is number 1; a string's handle from the ctx is needed

== mov %r0, %r1 where r1 is not set
# ctx: network
# stack: 256
mov %r2, 2
mov %r3, 1
call set
mov %r0, %r1
exit
# expect: insn 3: mov %r0, %r1: r1 is not set; a value is needed

== call decide where r4 is not set
# ctx: network
# stack: 256
mov %r2, 5
mov %r3, 1
call decide
exit
# expect: insn 2: call decide: r4 is not set; a number is needed

== exit where r0 is any number
# ctx: network
# stack: 256
mov %r2, 3
mov %r3, 1
call range
exit
# expect: insn 3: exit: r0 is any number; a verdict of 32 bits is needed

== call match_text where r3 is a path
# ctx: files
# stack: 256
mov %r2, 0
ldxdw %r3, [%r1+24]
call match_text
exit
# expect: insn 2: call match_text: r3 is a string's handle; a text's handle from the ctx is needed

== call match where r3 is a text
# ctx: files
# stack: 256
mov %r2, 0
ldxdw %r3, [%r1+40]
call match
exit
# expect: insn 2: call match: r3 is a text's handle; a string's handle from the ctx is needed

== add %r3, 1 where r3 is a text's handle
# ctx: files
# stack: 256
ldxdw %r3, [%r1+40]
add %r3, 1
mov %r0, 0
exit
# expect: insn 1: add %r3, 1: r3 is a text's handle; a number is needed

== ldxw of the slot that holds a text's handle
# ctx: files
# stack: 256
ldxdw %r3, [%r1+40]
stxdw [%r10-8], %r3
ldxw %r0, [%r10-8]
exit
# expect: insn 2: ldxw %r0, [%r10-8]: r10 is stack+0; the byte at stack-8 is part of a text's handle, which only ldxdw may load

== ldxw %r0, [%r1+24]: path is a string's handle, which only ldxdw may load
# ctx: files
# stack: 256
ldxw %r0, [%r1+24]
exit
# expect: insn 0: ldxw %r0, [%r1+24]: r1 is ctx+0; path is a string's handle, which only ldxdw may load

== ldxdw %r3, [%r3+16] where r3 is ctx+8: path is a string's handle, which is loaded from ctx+0 with off 24
# ctx: files
# stack: 256
mov %r3, %r1
add %r3, 8
ldxdw %r3, [%r3+16]
mov %r0, 0
exit
# expect: insn 2: ldxdw %r3, [%r3+16]: r3 is ctx+8; path is a string's handle, which is loaded from ctx+0 with off 24

== ldxdw %r3, [%r3+32] where r3 is ctx-8: path is a string's handle, which is loaded from ctx+0 with off 24
# ctx: files
# stack: 256
mov %r3, %r1
sub %r3, 8
ldxdw %r3, [%r3+32]
mov %r0, 0
exit
# expect: insn 2: ldxdw %r3, [%r3+32]: r3 is ctx-8; path is a string's handle, which is loaded from ctx+0 with off 24

== exit where r0 is a string's handle
# ctx: files
# stack: 256
ldxdw %r0, [%r1+24]
exit
# expect: insn 1: exit: r0 is a string's handle; a number is needed

== add %r3, 1 where r3 is a string's handle
# ctx: files
# stack: 256
ldxdw %r3, [%r1+24]
add %r3, 1
mov %r0, 0
exit
# expect: insn 1: add %r3, 1: r3 is a string's handle; a number is needed

== jeq %r3, 1, +0 where r3 is a string's handle
# ctx: files
# stack: 256
ldxdw %r3, [%r1+24]
mov %r0, 0
jeq %r3, 1, exit
exit
# expect: insn 2: jeq %r3, 1, +0: r3 is a string's handle; a number is needed

== ldxb %r0, [%r3+0] where r3 is a string's handle
# ctx: files
# stack: 256
ldxdw %r3, [%r1+24]
ldxb %r0, [%r3+0]
exit
# expect: insn 1: ldxb %r0, [%r3+0]: r3 is a string's handle; a pointer is needed

== ldxb %r0, [%r1+16]: bytes 16..24 are not inside one field
# ctx: files
# stack: 256
ldxw %r2, [%r1+20]
lsh %r2, 3
add %r1, %r2
ldxb %r0, [%r1+16]
exit
# expect: insn 3: ldxb %r0, [%r1+16]: r1 is ctx+0..+8; bytes 16..24 are not inside one field

== or of 32 bits forgets the upper half
# ctx: 16
ldxdw %r2, [%r1+0]
and32 %r2, 1
lsh %r2, 32
or %r2, 8
add %r1, %r2
ldxdw %r0, [%r1+0]
exit
# expect: insn 4: add %r1, %r2: r2 is number 8..4294967304; an offset must lie within -2^29..2^29

== mov32 taken for sign-extending
# ctx: 16
mov %r2, 0
sub32 %r2, 1
add %r2, 1
add %r1, %r2
ldxb %r0, [%r1+0]
exit
# expect: insn 3: add %r1, %r2: r2 is number 4294967296; an offset must lie within -2^29..2^29

== jump on the lower half taken to bound the whole
# ctx: 16
ldxdw %r2, [%r1+0]
mov %r0, 0
jne32 %r2, 0, exit
add %r1, %r2
ldxb %r0, [%r1+0]
exit
# expect: insn 3: add %r1, %r2: r2 is number 0..18446744069414584320; an offset must lie within -2^29..2^29

== arsh of a negative number taken to be small
# ctx: 16
ldxdw %r2, [%r1+0]
arsh %r2, 60
add %r1, %r2
ldxb %r0, [%r1+0]
exit
# expect: insn 3: ldxb %r0, [%r1+0]: r1 is ctx-8..+7; bytes -8..7 leave the ctx of 16 bytes

== sign-extending load taken for zero-extending
# ctx: 16
ldxsb %r2, [%r1+0]
mov %r0, 0
jsgt %r2, 8, exit
add %r1, %r2
ldxb %r0, [%r1+0]
exit
# expect: insn 4: ldxb %r0, [%r1+0]: r1 is ctx-128..+8; bytes -128..8 leave the ctx of 16 bytes

== shift counts past the width
# ctx: 16
ldxb %r3, [%r1+0]
mov %r2, 1
lsh %r2, %r3
add %r1, %r2
ldxb %r0, [%r1+0]
exit
# expect: insn 3: add %r1, %r2: r2 is number 1..9223372036854775808; an offset must lie within -2^29..2^29

== division by a negative number
# ctx: 16
ldxb %r2, [%r1+0]
and %r2, 7
sdiv %r2, -1
add %r1, %r2
ldxb %r0, [%r1+0]
exit
# expect: insn 3: add %r1, %r2: r2 is any number; an offset must lie within -2^29..2^29

== remainder by zero is the dividend
# ctx: 16
ldxb %r2, [%r1+0]
ldxb %r3, [%r1+1]
and %r3, 7
mod %r2, %r3
add %r1, %r2
ldxb %r0, [%r1+0]
exit
# expect: insn 5: ldxb %r0, [%r1+0]: r1 is ctx+0..+255; bytes 0..255 leave the ctx of 16 bytes

== multiplication that wraps
# ctx: 16
ldxdw %r2, [%r1+0]
and %r2, 15
lddw %r3, 0x1000000000000001
mul %r2, %r3
add %r1, %r2
ldxb %r0, [%r1+0]
exit
# expect: insn 5: add %r1, %r2: r2 is number 0..17293822569102704655; an offset must lie within -2^29..2^29

== a spilled number, partly overwritten
# ctx: 16
ldxb %r3, [%r1+0]
stdw [%r10-8], 1
stxb [%r10-8], %r3
ldxdw %r2, [%r10-8]
add %r1, %r2
ldxb %r0, [%r1+0]
exit
# expect: insn 4: add %r1, %r2: r2 is any number; an offset must lie within -2^29..2^29

== the same at an offset that is not known
# ctx: 16
ldxb %r3, [%r1+0]
stdw [%r10-8], 1
mov %r4, %r3
and %r4, 7
mov %r5, %r10
sub %r5, %r4
stxb [%r5-1], %r3
ldxdw %r2, [%r10-8]
add %r1, %r2
ldxb %r0, [%r1+0]
exit
# expect: insn 8: add %r1, %r2: r2 is any number; an offset must lie within -2^29..2^29

== one past the end
# ctx: 16
ldxb %r2, [%r1+0]
mov %r0, 0
jgt %r2, 16, exit
add %r1, %r2
ldxb %r0, [%r1+0]
exit
# expect: insn 4: ldxb %r0, [%r1+0]: r1 is ctx+0..+16; bytes 0..16 leave the ctx of 16 bytes

== bounds of a minuend for a subtrahend
# ctx: 16
ldxb %r2, [%r1+0]
and %r2, 7
mov %r3, 3
sub %r3, %r2
add %r1, %r3
ldxb %r0, [%r1+0]
exit
# expect: insn 5: ldxb %r0, [%r1+0]: r1 is ctx-4..+3; bytes -4..3 leave the ctx of 16 bytes

== byte order turns a small number into a large one
# ctx: 16
ldxb %r2, [%r1+0]
and %r2, 1
be16 %r2
add %r1, %r2
ldxb %r0, [%r1+0]
exit
# expect: insn 4: ldxb %r0, [%r1+0]: r1 is ctx+0..+65535; bytes 0..65535 leave the ctx of 16 bytes

== an lddw at the end
.word 0x0000000000000018
# expect: insn 0: lddw %r0, 0x0: its second half is missing

== an lddw whose second half has a register
.word 0x0000000000000018
.word 0x0000000000000100
exit
# expect: insn 0: lddw %r0, 0x0: its second half may hold only an imm

== a pointer that goes astray in steps
add %r1, 536870912
add %r1, 1
mov %r0, 0
exit
# expect: insn 1: add %r1, 1: r1 is ctx+536870912; it would get over 2^29 bytes away from there

== a pointer that goes astray by a register
mov %r2, 536870912
add %r1, %r2
sub %r1, -8
mov %r0, 0
exit
# expect: insn 2: sub %r1, -8: r1 is ctx+536870912; it would get over 2^29 bytes away from there

== a call without a class
mov %r2, 2
mov %r3, 1
call set
exit
# expect: insn 2: call set: no helper can be called here

== an lddw that nothing follows
lddw %r0, 7
# expect: insn 0: lddw %r0, 0x7: the program ends without an exit

== a store that forgets what a slot held
# after a byte at an unknown place no slot there is known
ldxb %r2, [%r1]
and %r2, 15
stxdw [%r10-8], %r1
stdw [%r10-16], 0
mov %r3, %r10
sub %r3, %r2
stb [%r3-1], 0
ldxdw %r0, [%r10-8]
exit
# expect: insn 7: ldxdw %r0, [%r10-8]: r10 is stack+0; the byte at stack-8 is not set to a number

== a spilled pointer, one byte of it overwritten
stxdw [%r10-8], %r1
stb [%r10-1], 0
ldxdw %r2, [%r10-8]
ldxb %r0, [%r2]
exit
# expect: insn 2: ldxdw %r2, [%r10-8]: r10 is stack+0; the byte at stack-8 is not set to a number

== a spilled pointer on one way, a number on the other
ldxb %r2, [%r1]
stxdw [%r10-8], %r1
jeq %r2, 0, a
stdw [%r10-8], 0
a: ldxb %r0, [%r10-8]
exit
# expect: insn 4: ldxb %r0, [%r10-8]: r10 is stack+0; the byte at stack-8 is not set to the same kind on every way that meets at insn 4

== two spilled pointers that meet are still no bytes
ldxb %r2, [%r1]
stxdw [%r10-8], %r1
jeq %r2, 0, a
add %r1, 8
stxdw [%r10-8], %r1
a: ldxb %r0, [%r10-8]
exit
# expect: insn 5: ldxb %r0, [%r10-8]: r10 is stack+0; the byte at stack-8 is part of a pointer, which only ldxdw may load

== r6 is not clobbered, r5 is
# ctx: network
mov %r5, 1
mov %r6, 1
mov %r2, 2
mov %r3, 1
call set
mov %r0, %r6
mov %r0, %r5
exit
# expect: insn 6: mov %r0, %r5: r5 is not set; a value is needed

== a field and its neighbour
# ctx: network
ldxw %r2, [%r1]
and %r2, 1
add %r1, %r2
ldxw %r0, [%r1]
exit
# expect: insn 3: ldxw %r0, [%r1+0]: r1 is ctx+0..+1; bytes 0..4 are not inside one field

== an operand that is a handle
# ctx: files
ldxdw %r2, [%r1+24]
stxw [%r10-8], %r2
mov %r0, 0
exit
# expect: insn 1: stxw [%r10-8], %r2: r2 is a string's handle; it can be stored whole, at a multiple of 8, alone

== a check of a number says nothing of its copy in the stack
# there are no identities
ldxdw %r2, [%r1]
stxdw [%r10-8], %r2
mov %r0, 0
jgt %r2, 63, out
ldxdw %r3, [%r10-8]
add %r1, %r3
ldxb %r0, [%r1]
out: exit
# expect: insn 5: add %r1, %r3: r3 is any number; an offset must lie within -2^29..2^29

== a check of one load says nothing of another
ldxb %r2, [%r1]
mov %r0, 0
jgt %r2, 63, out
ldxb %r3, [%r1]
add %r1, %r3
ldxb %r0, [%r1]
out: exit
# expect: insn 5: ldxb %r0, [%r1+0]: r1 is ctx+0..+255; bytes 0..255 leave the ctx of 64 bytes

== a spilled pointer that is a number on one of three ways
# the merge point that is named is the one that lost it
ldxb %r2, [%r1]
stxdw [%r10-8], %r1
jeq %r2, 0, a
jeq %r2, 1, b
ja c
a: stdw [%r10-8], 0
b: mov %r3, 1
c: ldxdw %r4, [%r10-8]
ldxb %r0, [%r4]
exit
# expect: insn 7: ldxdw %r4, [%r10-8]: r10 is stack+0; the byte at stack-8 is not set to the same kind on every way that meets at insn 7

== one byte below the stack
# stack: 256
stb [%r10-257], 0
mov %r0, 0
exit
# expect: insn 0: stb [%r10-257], 0: r10 is stack+0; bytes -257..-257 leave the stack of 256 bytes

== one byte below the longest stack
stb [%r10-513], 0
mov %r0, 0
exit
# expect: insn 0: stb [%r10-513], 0: r10 is stack+0; bytes -513..-513 leave the stack of 512 bytes

== a pointer is stored at one place, or not at all
# it would be in one of two slots, and a number in the other
ldxb %r2, [%r1]
and %r2, 8
stdw [%r10-8], 0
stdw [%r10-16], 0
mov %r3, %r10
sub %r3, %r2
stxdw [%r3-8], %r1
ldxdw %r0, [%r10-8]
exit
# expect: insn 6: stxdw [%r3-8], %r1: r1 is ctx+0; it can be stored whole, at a multiple of 8, alone

== a key that is a number
# ctx: network
mov %r2, 6
mov %r3, 5
call keys
exit
# expect: insn 2: call keys: r3 is number 5; a pointer to 3 bytes of stack is needed

== a key of which one byte is not set
# ctx: network
sth [%r10-8], 0
mov %r2, 6
mov %r3, %r10
add %r3, -8
call keys
exit
# expect: insn 4: call keys: r3 is stack-8; the byte at stack-6 is not set to a number

== a key of which one byte is part of a pointer
# ctx: network
stxdw [%r10-8], %r1
sth [%r10-10], 0
mov %r2, 6
mov %r3, %r10
add %r3, -10
call keys
exit
# expect: insn 5: call keys: r3 is stack-10; the byte at stack-8 is part of a pointer, which only ldxdw may load

== a key over the end of the stack
# ctx: network
stdw [%r10-8], 0
mov %r2, 6
mov %r3, %r10
add %r3, -2
call keys
exit
# expect: insn 4: call keys: r3 is stack-2; bytes -2..0 leave the stack of 512 bytes

== a slot that is not one
# ctx: network
mov %r2, 4
call slot_get
exit
# expect: insn 1: call slot_get: r2 is number 4; there are 4 slots

== a slot that is one of two
# ctx: network
ldxw %r2, [%r1]
and %r2, 1
call slot_get
exit
# expect: insn 2: call slot_get: r2 is number 0..1; the constant index of a slot is needed

== the divisor of a signed division is known no better than after lowering
# it is negated and back, which loses bit 4
ldxdw %r0, [%r1]
ldxdw %r2, [%r1+8]
or %r2, 16
sdiv %r0, %r2
and %r2, 16
sub %r2, 16
add %r1, %r2
ldxb %r0, [%r1]
exit
# expect: insn 7: ldxb %r0, [%r1+0]: r1 is ctx-16..+0; bytes -16..0 leave the ctx of 64 bytes

== there is no r12
.word 0x000000000000c0bf
exit
# expect: insn 0: .word 0x000000000000c0bf: there is no r12, only r0 to r10

== there is no r13
.word 0x000000000000d0bf
exit
# expect: insn 0: .word 0x000000000000d0bf: there is no r13, only r0 to r10

== there is no r14
.word 0x000000000000e0bf
exit
# expect: insn 0: .word 0x000000000000e0bf: there is no r14, only r0 to r10

== there is no r15
.word 0x000000000000f0bf
exit
# expect: insn 0: .word 0x000000000000f0bf: there is no r15, only r0 to r10

== a ja has no dst
.word 0x0000000000000105
exit
# expect: insn 0: .word 0x0000000000000105: the unused dst field must be 0

== a mov of a constant has no src
.word 0x00000000000010b7
exit
# expect: insn 0: .word 0x00000000000010b7: the unused src field must be 0

== an add has no off
.word 0x0000000100010007
exit
# expect: insn 0: .word 0x0000000100010007: no such value of the off field here

== an add of a register has no imm
.word 0x000000010000100f
exit
# expect: insn 0: .word 0x000000010000100f: no such value of the imm field here

== a mov of a register has no imm, though a movsx has another off
.word 0x00000001000010bf
exit
# expect: insn 0: .word 0x00000001000010bf: no such value of the imm field here

== an atomic add is not there
.word 0x00000000fff81adb
exit
# expect: insn 0: .word 0x00000000fff81adb: no such instruction

== argv of a request that has no arguments
# ctx: network
# stack: 256
mov %r2, 9
call argv
mov %r0, 0
exit
# expect: insn 1: call argv: only class exec has arguments

== a part of a slot that was widened where ways meet
ldxb %r2, [%r1]
stdw [%r10-8], 0
jeq %r2, 0, +1
stdw [%r10-8], 64
ldxw %r3, [%r10-8]
add %r1, %r3
ldxb %r0, [%r1]
exit
# expect: insn 6: ldxb %r0, [%r1+0]: r1 is ctx+0..+64; bytes 0..64 leave the ctx of 64 bytes (r1 was widened where ways meet at insn 4)

== the whole of that slot
ldxb %r2, [%r1]
stdw [%r10-8], 0
jeq %r2, 0, +1
stdw [%r10-8], 64
ldxdw %r3, [%r10-8]
add %r1, %r3
ldxb %r0, [%r1]
exit
# expect: insn 6: ldxb %r0, [%r1+0]: r1 is ctx+0..+64; bytes 0..64 leave the ctx of 64 bytes (r1 was widened where ways meet at insn 4)

== a part of that slot on which both ways agree
ldxb %r2, [%r1]
stdw [%r10-8], 0
jeq %r2, 0, +1
stdw [%r10-8], 64
ldxb %r3, [%r10-7]
add %r3, 64
add %r1, %r3
ldxb %r0, [%r1]
exit
# expect: insn 7: ldxb %r0, [%r1+0]: r1 is ctx+64; bytes 64..64 leave the ctx of 64 bytes

== a handle where a store of unknown place may have been
# ctx: files
# stack: 256
ldxdw %r2, [%r1+24]
stxdw [%r10-8], %r2
ldxw %r3, [%r1]
and %r3, 7
mov %r4, %r10
add %r4, %r3
stb [%r4-8], 1
ldxdw %r0, [%r10-8]
mov %r0, 0
exit
# expect: insn 7: ldxdw %r0, [%r10-8]: r10 is stack+0; the byte at stack-8 is not set to a number
