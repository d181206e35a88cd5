#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-only
"""Writes the .data files of this directory that say "made by make.py".

usage: make.py DIRECTORY

One file for each form of each instruction. Results are computed here, from the
text of RFC 9669, on Python's integers: nothing is taken from vm/. No test runs
this; run it by hand when cases are added, and look at what changed.

Cases of arithmetic, loads and stores are summed up: r0 = r0 * 31 + value. Cases
of jumps are bits of r0, the first one highest: 1 where the jump was taken.
Odd cases have their operands in constants, even ones in memory, where the
verifier knows nothing of them.
"""
import os
import struct
import sys

M64 = (1 << 64) - 1
M32 = (1 << 32) - 1
DIRTY = 0xA5A5A5A5 << 32  # what 32-bit instructions must not look at


def signed(value, bits):
    value &= (1 << bits) - 1
    return value - (1 << bits) if value >> (bits - 1) else value


def towards_zero(a, b):
    quotient = abs(a) // abs(b)
    return quotient if (a < 0) == (b < 0) else -quotient


# --- what instructions mean: (a, b, width) -> value, not yet cut --------------

def sdiv(a, b, w):
    b = signed(b, w)
    return towards_zero(signed(a, w), b) if b else 0


def smod(a, b, w):
    a, b = signed(a, w), signed(b, w)
    return a - b * towards_zero(a, b) if b else a


ALU = {
    "add": lambda a, b, w: a + b,
    "sub": lambda a, b, w: a - b,
    "mul": lambda a, b, w: a * b,
    "or": lambda a, b, w: a | b,
    "and": lambda a, b, w: a & b,
    "xor": lambda a, b, w: a ^ b,
    "lsh": lambda a, b, w: a << (b & (w - 1)),
    "rsh": lambda a, b, w: a >> (b & (w - 1)),
    "arsh": lambda a, b, w: signed(a, w) >> (b & (w - 1)),
    "div": lambda a, b, w: a // b if b else 0,
    "mod": lambda a, b, w: a % b if b else a,
    "sdiv": sdiv,
    "smod": smod,
    "mov": lambda a, b, w: b,
}

JUMPS = {
    "jeq": lambda a, b, w: a == b,
    "jne": lambda a, b, w: a != b,
    "jgt": lambda a, b, w: a > b,
    "jge": lambda a, b, w: a >= b,
    "jlt": lambda a, b, w: a < b,
    "jle": lambda a, b, w: a <= b,
    "jset": lambda a, b, w: a & b != 0,
    "jsgt": lambda a, b, w: signed(a, w) > signed(b, w),
    "jsge": lambda a, b, w: signed(a, w) >= signed(b, w),
    "jslt": lambda a, b, w: signed(a, w) < signed(b, w),
    "jsle": lambda a, b, w: signed(a, w) <= signed(b, w),
}


def alu(op, a, b, width):
    mask = (1 << width) - 1
    return ALU[op](a & mask, b & mask, width) & mask


# --- a file -------------------------------------------------------------------

class File:
    def __init__(self, name, what):
        self.name = name
        self.lines = ["# SPDX-License-Identifier: GPL-2.0-only",
                      "# made by make.py: " + what, "-- asm"]
        self.mem = bytearray()
        self.result = 0
        self.cases = 0

    def emit(self, *lines):
        self.lines += lines

    def load(self, reg, value):
        """Put value into reg: a constant, or loaded from memory."""
        if self.cases % 2:
            self.emit("lddw %%r%d, 0x%x" % (reg, value & M64))
            return
        self.emit("ldxdw %%r%d, [%%r6+%d]" % (reg, len(self.mem)))
        self.mem += (value & M64).to_bytes(8, "little")

    def sum_up(self, reg, value):
        self.emit("mul %r0, 31", "add %%r0, %%r%d" % reg)
        self.result = (self.result * 31 + value) & M64

    def write(self, directory):
        self.emit("exit")
        if self.mem:
            self.emit("-- mem")
            for at in range(0, len(self.mem), 8):
                self.emit(" ".join("%02x" % b for b in self.mem[at:at + 8]))
        self.emit("-- result", "0x%x" % self.result)
        path = os.path.join(directory, self.name + ".data")
        with open(path, "w", encoding="ascii") as out:
            out.write("\n".join(self.lines) + "\n")


# --- arithmetic ---------------------------------------------------------------

def borders(width):
    top = 1 << (width - 1)
    return [0, 1, 2, top - 1, top, top + 1, (1 << width) - 1]


def shift_counts(width, imm):
    counts = [0, 1, width - 1, width, width + 1, 2 * width - 1, -1, 7]
    return counts if imm else counts + [1 << 32, (1 << 32) + 3, 0x80]


def alu_cases(op, width, imm):
    """Pairs of operands; imm: the second one is an imm of 32 bits."""
    pattern = 0xFEDCBA9876543210 if width == 64 else 0x98765432
    low = -(1 << 31)
    if op in ("lsh", "rsh", "arsh"):
        values = [pattern, 1 << (width - 1)]
        return [(a, b) for a in values for b in shift_counts(width, imm)]
    if imm:
        seconds = [0, 1, -1, 7, -7, (1 << 31) - 1, low]
    else:
        seconds = [0, 1, -1, 7, -7, 1 << (width - 1), pattern ^ 0x5555]
    if op == "mov":
        return [(pattern, b) for b in seconds + [0x12345678, -128]]
    values = [pattern, 1 << (width - 1), (1 << width) - 1, 5]
    if op in ("div", "mod", "sdiv", "smod"):
        return [(a, b) for a in values for b in seconds]
    cases = [(a, b) for a in values[:3] for b in seconds[:5]]
    return cases + [(b, b) for b in seconds[5:]]


def text(value, width):
    return "0x%x" % (value & ((1 << width) - 1))


def make_alu(op, width, imm):
    name = op + ("" if width == 64 else "32")
    f = File("%s%d-%s" % (op, width, "imm" if imm else "reg"),
             "%s, %s" % (name, "imm" if imm else "register"))
    dirty = DIRTY if width == 32 else 0
    f.emit("mov %r6, %r1", "mov %r0, 0")
    for a, b in alu_cases(op, width, imm):
        value = alu(op, a, b, width)
        f.emit("", "# %s, %s: 0x%x" % (text(a, width), text(b, width), value))
        f.load(1, a | dirty)
        if imm:
            f.emit("%s %%r1, %d" % (name, signed(b, 32)))
        else:
            f.load(2, b & ((1 << width) - 1) | dirty)
            f.emit("%s %%r1, %%r2" % name)
        f.sum_up(1, value)
        f.cases += 1
    return f


def make_alu_self(op, width):
    """Both operands in one register."""
    name = op + ("" if width == 64 else "32")
    f = File("%s%d-self" % (op, width), "%s of a register and itself" % name)
    dirty = DIRTY if width == 32 else 0
    f.emit("mov %r6, %r1", "mov %r0, 0")
    for a in borders(width):
        value = alu(op, a, a, width)
        f.emit("", "# %s: 0x%x" % (text(a, width), value))
        f.load(1, a | dirty)
        f.emit("%s %%r1, %%r1" % name)
        f.sum_up(1, value)
        f.cases += 1
    return f


def make_movsx(bits, width):
    f = File("movsx%d-%d" % (bits, width),
             "the low %d bits extended by their sign to %d" % (bits, width))
    top = 1 << (bits - 1)
    f.emit("mov %r6, %r1", "mov %r0, 0")
    for a in [0, 1, top - 1, top, top + 1, 2 * top - 1, 2 * top, 3 * top,
              0x123456789ABCDEF0, 0xFFFFFFFFFFFFFF00 | top - 1, M64]:
        value = signed(a, bits) & ((1 << width) - 1)
        f.emit("", "# 0x%x: 0x%x" % (a, value))
        f.load(2, a)
        f.emit("lddw %r1, 0x5a5a5a5a5a5a5a5a",
               "movsx%d%d %%r1, %%r2" % (bits, width))
        f.sum_up(1, value)
        f.emit("movsx%d%d %%r2, %%r2" % (bits, width))
        f.sum_up(2, value)
        f.cases += 1
    return f


def make_unary(name, what, values, function):
    f = File(name if name[-1] not in "g" else name + "64", what)
    f.emit("mov %r6, %r1", "mov %r0, 0")
    for a in values:
        value = function(a)
        f.emit("", "# 0x%x: 0x%x" % (a, value))
        f.load(1, a)
        f.emit("%s %%r1" % name)
        f.sum_up(1, value)
        f.cases += 1
    return f


def reverse(value, bits):
    cut = value & ((1 << bits) - 1)
    return int.from_bytes(cut.to_bytes(bits // 8, "little"), "big")


def make_lddw():
    f = File("lddw-borders", "constants of 64 bits")
    f.emit("mov %r0, 0")
    for a in borders(64) + borders(32) + [DIRTY, 0x0123456789ABCDEF]:
        f.emit("", "lddw %%r1, 0x%x" % a)
        f.sum_up(1, a)
    return f


# --- memory -------------------------------------------------------------------

BYTES = bytes([0x11, 0x82, 0x33, 0xF4, 0x95, 0x66, 0xA7, 0x78,
               0x80, 0x00, 0x7F, 0xFF, 0xFF, 0x7F, 0x00, 0x80])


def make_load(suffix, size, extends):
    f = File("ldx" + suffix + "-everywhere",
             "a load of %d bytes at each place it fits" % size)
    f.mem += BYTES
    f.emit("mov %r6, %r1", "mov %r0, 0",
           "lddw %%r1, 0x%x" % int.from_bytes(BYTES[:8], "little"),
           "stxdw [%r10-16], %r1",
           "lddw %%r1, 0x%x" % int.from_bytes(BYTES[8:], "little"),
           "stxdw [%r10-8], %r1")
    for at in range(0, 17 - size):
        value = int.from_bytes(BYTES[at:at + size], "little")
        if extends:
            value = signed(value, 8 * size) & M64
        f.emit("", "# 0x%x" % value,
               "ldx%s %%r2, [%%r6+%d]" % (suffix, at))
        f.sum_up(2, value)
        f.emit("ldx%s %%r3, [%%r10%+d]" % (suffix, at - 16))
        f.sum_up(3, value)
    # into the register that holds the address, which may not be lost before
    value = int.from_bytes(BYTES[:size], "little")
    if extends:
        value = signed(value, 8 * size) & M64
    f.emit("", "ldx%s %%r6, [%%r6+0]" % suffix)
    f.sum_up(6, value)
    return f


def make_store(suffix, size, imm):
    name = ("st" if imm else "stx") + suffix
    f = File(name + "-everywhere",
             "a store of %d bytes at each place it fits, and its neighbours"
             % size)
    before = 0x1122334455667788
    f.emit("mov %r6, %r1", "mov %r0, 0")
    values = [0, -1, 0x7F, 0x80, 0x1234, -2, 0x7FFFFFFF, -(1 << 31)]
    for i, value in enumerate(values):
        at = i % (9 - size)
        if not imm:
            value = value & M64 ^ 0x3C << 56
        slot = bytearray(before.to_bytes(8, "little"))
        slot[at:at + size] = (value & M64).to_bytes(8, "little")[:size]
        after = int.from_bytes(slot, "little")
        f.emit("", "# 0x%x" % after, "lddw %%r1, 0x%x" % before,
               "stxdw [%r10-8], %r1")
        if imm:
            f.emit("%s [%%r10%+d], %d" % (name, at - 8, value))
        else:
            f.load(2, value)
            f.emit("%s [%%r10%+d], %%r2" % (name, at - 8))
        f.emit("ldxdw %r3, [%r10-8]")
        f.sum_up(3, after)
        f.cases += 1
    return f


# --- jumps --------------------------------------------------------------------

def jump_cases(width, imm):
    top = 1 << (width - 1)
    all_bits = (1 << width) - 1
    low, high = -(1 << 31), (1 << 31) - 1
    cases = [(0, 0), (0, 1), (1, 0), (5, 5), (5, 6), (6, 5), (-1, 0), (0, -1),
             (-1, -1), (-2, -1), (-1, -2), (1, -1), (-1, 1), (2, 1), (3, 2),
             (low, low), (low, high), (high, low), (high, high),
             (low + 1, low), (low - 1, low), (high + 1, high), (high - 1, high),
             (M32, -1), (1 << 32, 0), ((1 << 32) + 5, 5), (DIRTY | 5, 5),
             (DIRTY | M32, -1), (top, 0), (top, -1), (top, low), (top - 1, -1),
             (all_bits, high), (8, 12), (8, 7), (top, 1), (1 << 31, low)]
    if imm:
        return cases
    return cases + [(top, top - 1), (top - 1, top), (top, top),
                    (all_bits, top), (top, all_bits), (5, DIRTY | 5),
                    (DIRTY | 5, DIRTY | 6), (1 << 32, 1 << 32),
                    (top | 1, top | 2), (top | 2, top | 1)]


def make_jump(op, width, imm):
    name = op + ("" if width == 64 else "32")
    f = File("%s%d-%s-borders" % (op, width, "imm" if imm else "reg"),
             "%s, %s" % (name, "imm" if imm else "register"))
    mask = (1 << width) - 1
    f.emit("mov %r6, %r1", "mov %r0, 0")
    for a, b in jump_cases(width, imm):
        taken = bool(JUMPS[op](a & mask, b & mask, width))
        f.emit("", "# 0x%x, 0x%x: %staken" % (a & M64, b & M64,
                                              "" if taken else "not "))
        f.load(1, a)
        f.emit("mov %r3, 1")
        if imm:
            f.emit("%s %%r1, %d, +1" % (name, b))
        else:
            f.load(2, b)
            f.emit("%s %%r1, %%r2, +1" % name)
        f.emit("mov %r3, 0", "lsh %r0, 1", "or %r0, %r3")
        f.result = (f.result << 1 | taken) & M64
        f.cases += 1
    return f


def make_jump_self(op, width):
    name = op + ("" if width == 64 else "32")
    f = File("%s%d-self" % (op, width), "%s of a register and itself" % name)
    f.emit("mov %r6, %r1", "mov %r0, 0")
    for a in borders(64) + [DIRTY, 1 << 31]:
        taken = bool(JUMPS[op](a & ((1 << width) - 1), a & ((1 << width) - 1),
                               width))
        f.load(1, a)
        f.emit("mov %r3, 1", "%s %%r1, %%r1, +1" % name, "mov %r3, 0",
               "lsh %r0, 1", "or %r0, %r3")
        f.result = (f.result << 1 | taken) & M64
        f.cases += 1
    return f


# --- fields that an instruction does not use ----------------------------------

SIZES = {"w": 0x00, "h": 0x08, "b": 0x10, "dw": 0x18}
ALU_OPS = {"add": 0x00, "sub": 0x10, "mul": 0x20, "div": 0x30, "or": 0x40,
           "and": 0x50, "lsh": 0x60, "rsh": 0x70, "mod": 0x90, "xor": 0xA0,
           "mov": 0xB0, "arsh": 0xC0}
JUMP_OPS = {"jeq": 0x10, "jgt": 0x20, "jge": 0x30, "jset": 0x40, "jne": 0x50,
            "jsgt": 0x60, "jsge": 0x70, "jlt": 0xA0, "jle": 0xB0, "jslt": 0xC0,
            "jsle": 0xD0}


def encode(code, dst=0, src=0, off=0, imm=0):
    return struct.pack("<BBhi", code, src << 4 | dst, off, imm)


def forms_of_alu():
    """name, fields that must be zero, the instruction's fields."""
    for width, alu in ((32, 0x04), (64, 0x07)):
        for op, code in ALU_OPS.items():
            # off 1 makes a division signed; of a mov it is a width
            off = {"div": 2, "mod": 2, "mov": 3}.get(op, 1)
            yield "%s%d_imm" % (op, width), {"src": 2, "off": off}, \
                {"code": alu | code, "imm": 1}
            yield "%s%d_reg" % (op, width), {"imm": 1, "off": off}, \
                {"code": alu | code | 8, "src": 2}
        yield "neg%d" % width, {"src": 2, "off": 1, "imm": 1}, \
            {"code": alu | 0x80}
    for name, code in (("le", 0xD4), ("be", 0xDC), ("swap", 0xD7)):
        for bits in (16, 32, 64):
            yield "%s%d" % (name, bits), {"src": 2, "off": 1}, \
                {"code": code, "imm": bits}


def forms_of_jumps():
    for width, jmp in ((32, 0x06), (64, 0x05)):
        for op, code in JUMP_OPS.items():
            yield "%s%d_imm" % (op, width), {"src": 2}, {"code": jmp | code}
            yield "%s%d_reg" % (op, width), {"imm": 1}, \
                {"code": jmp | code | 8, "src": 2}
    yield "ja", {"dst": 2, "src": 2, "imm": 1}, {"code": 0x05}
    yield "ja32", {"dst": 2, "src": 2, "off": 1}, {"code": 0x06}
    yield "exit", {"dst": 2, "src": 2, "off": 1, "imm": 1}, {"code": 0x95}


def forms_of_memory():
    for name, size in SIZES.items():
        yield "ldx" + name, {"imm": 1}, \
            {"code": 0x61 | size, "src": 10, "off": -8}
        if name != "dw":
            yield "ldxs" + name, {"imm": 1}, \
                {"code": 0x81 | size, "src": 10, "off": -8}
        yield "st" + name, {"src": 2}, \
            {"code": 0x62 | size, "dst": 10, "off": -8, "imm": 1}
        yield "stx" + name, {"imm": 1}, \
            {"code": 0x63 | size, "dst": 10, "src": 2, "off": -8}


def program_with(insn):
    """Registers and a slot to work on, so that nothing else is wrong."""
    return b"".join((encode(0xB7, 0, imm=1), encode(0xB7, 2, imm=1),
                     encode(0x7A, 10, off=-8), insn, encode(0x95)))


def negatives():
    """name, program as it should be, the same with one field too many."""
    forms = (*forms_of_alu(), *forms_of_jumps(), *forms_of_memory())
    for name, unused, fields in forms:
        right = program_with(encode(**fields))
        if name == "exit":
            right = right[:-8]
        for field, value in unused.items():
            wrong = encode(**{**fields, field: value})
            yield "%s-%s" % (name, field), right, right[:24] + wrong + right[32:]
    tail = {"code": 0x18, "dst": 2, "src": 2, "off": 1}
    right = program_with(encode(0x18, 0, imm=7) + encode(0, imm=8))
    yield "lddw-off", right, program_with(
        encode(0x18, 0, off=1, imm=7) + encode(0, imm=8))
    for field, value in tail.items():
        wrong = encode(**{"code": 0, "imm": 8, field: value})
        yield "lddw-tail-" + field, right, program_with(
            encode(0x18, 0, imm=7) + wrong)


def write_negatives(directory):
    path = os.path.join(directory, "negative.tsv")
    with open(path, "w", encoding="ascii") as out:
        out.write("name\tprog\tthe same without the field\n")
        for name, right, wrong in negatives():
            out.write("unused-%s\t%s\t%s\n" % (name, wrong.hex(), right.hex()))


# --- all ----------------------------------------------------------------------

def make_all():
    for op in ALU:
        for width in (32, 64):
            yield make_alu(op, width, True)
            yield make_alu(op, width, False)
            if op != "mov":
                yield make_alu_self(op, width)
    for op in JUMPS:
        for width in (32, 64):
            yield make_jump(op, width, True)
            yield make_jump(op, width, False)
            yield make_jump_self(op, width)
    for bits, width in ((8, 32), (16, 32), (8, 64), (16, 64), (32, 64)):
        yield make_movsx(bits, width)
    patterns = [0x0123456789ABCDEF, 0xFEDCBA9876543210, 0x80, 1 << 63, 0xFF00,
                M32, DIRTY]
    yield make_unary("neg", "neg", borders(64) + [DIRTY],
                     lambda a: -a & M64)
    yield make_unary("neg32", "neg32",
                     [a | DIRTY for a in borders(32)] + borders(64),
                     lambda a: -a & M32)
    for bits in (16, 32, 64):
        yield make_unary("le%d" % bits, "the low %d bits" % bits, patterns,
                         lambda a, n=bits: a & ((1 << n) - 1))
        for name in ("be", "swap"):
            yield make_unary("%s%d" % (name, bits),
                             "the low %d bits, bytes reversed" % bits, patterns,
                             lambda a, n=bits: reverse(a, n))
    yield make_lddw()
    for suffix, size in (("b", 1), ("h", 2), ("w", 4), ("dw", 8)):
        yield make_load(suffix, size, False)
        yield make_store(suffix, size, True)
        yield make_store(suffix, size, False)
    for suffix, size in (("sb", 1), ("sh", 2), ("sw", 4)):
        yield make_load(suffix, size, True)


def main():
    if len(sys.argv) != 2:
        sys.exit(__doc__)
    for made in make_all():
        made.write(sys.argv[1])
    write_negatives(sys.argv[1])


main()
