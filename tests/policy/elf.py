# SPDX-License-Identifier: GPL-2.0-only
#
# usage: elf.py FILE INTERPRETER|- [LIBRARY...] -- [FUNCTION...]
#
# Writes a program's file that says it needs that linker, these libraries, and
# these functions of them. It has no code.
import struct
import sys

path, interpreter = sys.argv[1:3]
cut = sys.argv.index("--")
libraries, functions = sys.argv[3:cut], sys.argv[cut + 1:]

strings = b"\0"
offsets = {}
for name in libraries + functions:
    offsets[name] = len(strings)
    strings += name.encode() + b"\0"
interp = b"" if interpreter == "-" else interpreter.encode() + b"\0"
dynamic = b"".join(struct.pack("<QQ", 1, offsets[n]) for n in libraries)
dynamic += struct.pack("<QQ", 0, 0)
symbols = bytes(24)
for name in functions:
    symbols += struct.pack("<IBBHQQ", offsets[name], 0x12, 0, 0, 0, 0)

at = 64 + 56
parts = []
for data in (interp, strings, dynamic, symbols):
    at = (at + 7) & ~7
    parts.append((at, data))
    at += len(data)
at = (at + 7) & ~7


def section(kind, part, link, size):
    return struct.pack("<IIQQQQIIQQ", 0, kind, 0, 0, part[0], len(part[1]),
                       link, 0, 8, size)


sections = bytes(64) + section(3, parts[1], 0, 0)
sections += section(6, parts[2], 1, 16) + section(11, parts[3], 1, 24)
out = bytearray(at)
out[0:64] = struct.pack("<16sHHIQQQIHHHHHH", b"\x7fELF\x02\x01\x01", 3, 62, 1,
                        0, 64, at, 0, 64, 56, 1, 64, 4, 0)
kind = 3 if interp else 0
out[64:120] = struct.pack("<IIQQQQQQ", kind, 4, parts[0][0], 0, 0,
                          len(interp), len(interp), 1)
for start, data in parts:
    out[start:start + len(data)] = data
with open(path, "wb") as file:
    file.write(out + sections)
