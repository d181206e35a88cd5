# SPDX-License-Identifier: GPL-2.0-only
"""Turn one function of LLVM assembly, without memory or loops, into SMT-LIB.

The function returns a boolean. The formula is satisfiable if, for some
arguments, it returns false, runs into undefined behaviour that the compiler's
checks catch, or fails an assertion.

Products and quotients are uninterpreted: solvers cannot do them at 64 bits.
What is assumed of them is written out for those that occur (assume_*), and
proved by itself over the integers (lemmas.smt2).
"""
import re


class Unsupported(Exception):
    pass


def sort_of(bits):
    return 'Bool' if bits == 1 else f'(_ BitVec {bits})'


BINARY = {
    'add': 'bvadd', 'sub': 'bvsub', 'and': 'bvand', 'or': 'bvor',
    'xor': 'bvxor', 'shl': 'bvshl', 'lshr': 'bvlshr', 'ashr': 'bvashr',
}
BOOLEAN = {'and': 'and', 'or': 'or', 'xor': 'xor'}
COMPARE = {
    'ugt': 'bvugt', 'uge': 'bvuge', 'ult': 'bvult', 'ule': 'bvule',
    'sgt': 'bvsgt', 'sge': 'bvsge', 'slt': 'bvslt', 'sle': 'bvsle',
}
# Say nothing of a value, or only what must hold anyhow.
IGNORED = ('llvm.experimental.noalias', 'llvm.lifetime', 'llvm.dbg',
           'llvm.assume')
# Undefined behaviour found by the compiler's own checks, and bvm_broken().
FATAL = ('llvm.ubsantrap', 'llvm.trap', '__assert_fail')

BLOCK = re.compile(r'^([-\w.$]+|"[^"]*"):')
NAME = r'%(?:[-\w.$]+|"[^"]*")'


class Function:
    """One function's formula, made line by line."""

    def __init__(self, text):
        self.out = []           # lines of SMT-LIB
        self.bits = {}          # width of each name
        self.pairs = {}         # {iN, iM} values: name -> (term, term)
        self.edges = {}         # block -> list of (from, condition)
        self.fresh = 0
        self.bad = []           # conditions under which the theorem is false
        self.products = []      # (a, b) of each 64-bit product
        self.quotients = []     # (a, b) of each 64-bit division
        self.calls = []         # (callee, arguments, results) by contract
        self.translate(text)

    # ---- terms ----

    def symbol(self, name):
        return '|v' + name.lstrip('%').strip('"') + '|'

    def term(self, text, bits):
        text = text.strip()
        if text.startswith('%'):
            return self.symbol(text)
        if bits == 1:
            if text in ('true', 'false'):
                return text
        if text in ('undef', 'poison'):
            return self.anything(bits)
        if text in ('true', 'false'):
            text = '1' if text == 'true' else '0'
        return f'(_ bv{int(text) % (1 << bits)} {bits})'

    def anything(self, bits):
        self.fresh += 1
        name = f'fresh{self.fresh}'
        self.out.append(f'(declare-const {name} {sort_of(bits)})')
        return name

    def define(self, name, bits, term):
        self.bits[name] = bits
        self.out.append(
            f'(define-fun {self.symbol(name)} () {sort_of(bits)} {term})')

    # ---- the function ----

    def translate(self, text):
        lines = text.split('\n')
        parameters = re.findall(r'\bi(\d+) (?:noundef )?(?:zeroext )?'
                                r'(?:signext )?(' + NAME + ')', lines[0])
        for bits, name in parameters:
            self.bits[name] = int(bits)
            self.out.append(f'(declare-const {self.symbol(name)} '
                            f'{sort_of(int(bits))})')
        self.parameters = [name for _, name in parameters]
        blocks = self.split_blocks(lines[1:], len(parameters))
        done = set()
        todo = list(blocks)
        while todo:
            ready = [b for b in todo if
                     all(p in done for p in self.sources(blocks, b))]
            if not ready:
                raise Unsupported('a loop: ' + ' '.join(todo))
            for block in ready:
                self.block(block, blocks[block], block == next(iter(blocks)))
                done.add(block)
            todo = [b for b in todo if b not in done]

    def split_blocks(self, lines, num_parameters):
        # the first block has no label; it is numbered after the parameters
        name = str(num_parameters)
        blocks = {name: []}
        for line in lines:
            found = BLOCK.match(line)
            line = line.split(', !')[0].split(' ;')[0].strip()
            if found:
                name = found.group(1).strip('"')
                blocks[name] = []
            elif line and line != '}' and not line.startswith(';'):
                blocks[name].append(line)
        # unless it has one
        first = str(num_parameters)
        if not blocks[first]:
            del blocks[first]
        return {name: join_switches(body) for name, body in blocks.items()}

    def sources(self, blocks, name):
        label = re.compile(r'label %"?' + re.escape(name) + r'"?(?![-\w.$])')
        return [b for b, body in blocks.items()
                if body and label.search(body[-1])]

    def block(self, name, body, is_first):
        if is_first:
            here = 'true'
        else:
            # a block that nothing leads to would make the theorem empty
            if name not in self.edges:
                raise Unsupported(f'block {name}, which nothing leads to')
            conditions = [c for _, c in self.edges[name]]
            here = f'(or false {" ".join(conditions)})'
        self.here = f'|at {name}|'
        self.name = name
        self.out.append(f'(define-fun {self.here} () Bool {here})')
        for line in body:
            self.line(line)

    def edge(self, to, condition):
        to = to.strip('"')
        self.fresh += 1
        name = f'|edge {self.name} to {to} {self.fresh}|'
        self.out.append(f'(define-fun {name} () Bool '
                        f'(and {self.here} {condition}))')
        self.edges.setdefault(to, []).append((self.name, name))

    def line(self, line):
        found = re.match(r'(' + NAME + r') = (?:tail |musttail |notail )?(.*)',
                         line)
        if found:
            self.assign(found.group(1), found.group(2))
        else:
            self.effect(line)

    def effect(self, line):
        word = line.replace('tail call', 'call').split()[0]
        if word == 'br':
            labels = re.findall(r'label %("[^"]*"|[-\w.$]+)', line)
            if len(labels) == 1:
                self.edge(labels[0], 'true')
                return
            condition = self.term(
                re.match(r'br i1 ([^,]+),', line).group(1), 1)
            self.edge(labels[0], condition)
            self.edge(labels[1], f'(not {condition})')
        elif word == 'switch':
            self.switch(line)
        elif word == 'ret':
            value = self.term(line.split()[-1], 1)
            self.bad.append(f'(and {self.here} (not {value}))')
        elif word == 'unreachable':
            self.bad.append(self.here)
        elif word == 'call':
            callee = re.search(r'@([\w.]+)', line).group(1)
            if callee.startswith(FATAL):
                self.bad.append(self.here)
            elif not callee.startswith(IGNORED):
                raise Unsupported(line)
        else:
            raise Unsupported(line)

    def switch(self, line):
        found = re.match(r'switch i(\d+) ([^,]+), label %("[^"]*"|[-\w.$]+) '
                         r'\[(.*)\]', line)
        bits = int(found.group(1))
        value = self.term(found.group(2), bits)
        none = []
        for case, to in re.findall(r'i\d+ (-?\d+), label %("[^"]*"|[-\w.$]+)',
                                   found.group(4)):
            hit = f'(= {value} {self.term(case, bits)})'
            none.append(f'(not {hit})')
            self.edge(to, hit)
        self.edge(found.group(3), f'(and true {" ".join(none)})')

    # ---- instructions ----

    def assign(self, name, text):
        op, _, rest = text.partition(' ')
        method = getattr(self, 'op_' + op.replace('-', '_'), None)
        if op in BINARY:
            self.binary(name, op, rest)
        elif method:
            method(name, rest)
        else:
            raise Unsupported(text)

    def binary(self, name, op, rest):
        found = re.match(r'(?:nuw |nsw |exact )*i(\d+) ([^,]+), (.+)', rest)
        bits = int(found.group(1))
        a = self.term(found.group(2), bits)
        b = self.term(found.group(3), bits)
        if bits == 1:
            self.define(name, 1, f'({BOOLEAN[op]} {a} {b})')
            return
        term = f'({BINARY[op]} {a} {b})'
        if op in ('shl', 'lshr', 'ashr'):
            # by the width or more: any value may come out
            width = f'(_ bv{bits} {bits})'
            term = f'(ite (bvult {b} {width}) {term} {self.anything(bits)})'
        self.define(name, bits, term)

    def op_mul(self, name, rest):
        bits, a, b = self.operands(rest)
        if bits == 32:
            a, b = (f'((_ zero_extend 32) {t})' for t in (a, b))
            self.define(name, 32,
                        f'((_ extract 31 0) {self.product(a, b)})')
        else:
            self.define(name, bits, self.product(a, b))

    def op_udiv(self, name, rest):
        self.divide(name, rest, 'quotient')

    def op_urem(self, name, rest):
        self.divide(name, rest, 'remainder')

    def divide(self, name, rest, function):
        bits, a, b = self.operands(rest)
        up = 64 - bits
        if up:
            a, b = (f'((_ zero_extend {up}) {t})' for t in (a, b))
        if (a, b) not in self.quotients:
            self.quotients.append((a, b))
        term = f'({function} {a} {b})'
        if up:
            term = f'((_ extract {bits - 1} 0) {term})'
        self.define(name, bits, term)

    def product(self, a, b):
        if (a, b) not in self.products:
            self.products.append((a, b))
        return f'(product {a} {b})'

    def operands(self, rest):
        found = re.match(r'(?:nuw |nsw |exact )*i(\d+) ([^,]+), (.+)', rest)
        bits = int(found.group(1))
        return (bits, self.term(found.group(2), bits),
                self.term(found.group(3), bits))

    def op_icmp(self, name, rest):
        how, bits, a, b = re.match(r'(\w+) i(\d+) ([^,]+), (.+)',
                                   rest).groups()
        a, b = self.term(a, int(bits)), self.term(b, int(bits))
        if how == 'eq':
            term = f'(= {a} {b})'
        elif how == 'ne':
            term = f'(distinct {a} {b})'
        else:
            term = f'({COMPARE[how]} {a} {b})'
        self.define(name, 1, term)

    def op_select(self, name, rest):
        found = re.match(r'i1 ([^,]+), i(\d+) ([^,]+), i\d+ (.+)', rest)
        bits = int(found.group(2))
        self.define(name, bits,
                    f'(ite {self.term(found.group(1), 1)} '
                    f'{self.term(found.group(3), bits)} '
                    f'{self.term(found.group(4), bits)})')

    def op_phi(self, name, rest):
        bits = int(re.match(r'i(\d+) ', rest).group(1))
        ways = re.findall(r'\[ ([^,]+), %("[^"]*"|[-\w.$]+) \]', rest)
        term = None
        for value, source in ways:
            value = self.term(value, bits)
            taken = [c for s, c in self.edges[self.name]
                     if s == source.strip('"')]
            if term is None:
                term = value
            else:
                term = f'(ite (or false {" ".join(taken)}) {value} {term})'
        self.define(name, bits, term)

    def convert(self, name, rest, make):
        found = re.match(r'(?:nneg |nuw |nsw )*i(\d+) (.+) to i(\d+)', rest)
        old, new = int(found.group(1)), int(found.group(3))
        self.define(name, new, make(self.term(found.group(2), old), old, new))

    def op_zext(self, name, rest):
        self.convert(name, rest, lambda t, old, new:
                     f'(ite {t} (_ bv1 {new}) (_ bv0 {new}))' if old == 1
                     else f'((_ zero_extend {new - old}) {t})')

    def op_sext(self, name, rest):
        self.convert(name, rest, lambda t, old, new:
                     f'(ite {t} (bvnot (_ bv0 {new})) (_ bv0 {new}))'
                     if old == 1 else f'((_ sign_extend {new - old}) {t})')

    def op_trunc(self, name, rest):
        self.convert(name, rest, lambda t, old, new:
                     f'(= ((_ extract 0 0) {t}) (_ bv1 1))' if new == 1
                     else f'((_ extract {new - 1} 0) {t})')

    def op_freeze(self, name, rest):
        bits, value = re.match(r'i(\d+) (.+)', rest).groups()
        self.define(name, int(bits), self.term(value, int(bits)))

    def op_extractvalue(self, name, rest):
        pair, index = re.match(r'{[^}]*} (' + NAME + r'), (\d)',
                               rest).groups()
        bits, term = self.pairs[pair][int(index)]
        self.define(name, bits, term)

    def op_insertvalue(self, name, rest):
        pair, bits, value, index = re.match(
            r'{[^}]*} (\S+), i(\d+) ([^,]+), (\d)', rest).groups()
        parts = list(self.pairs.get(pair, (None, None)))
        parts[int(index)] = (int(bits), self.term(value, int(bits)))
        self.pairs[name] = tuple(parts)

    # ---- calls ----

    def op_call(self, name, rest):
        callee = re.search(r'@([\w.]+)\(', rest).group(1)
        arguments = [self.term(value, int(bits)) for bits, value in
                     re.findall(r'i(\d+) (?:noundef )?([^,()]+)',
                                rest[rest.index('@'):])]
        found = re.match(r'llvm\.(\w+)\.with\.overflow\.i(\d+)', callee)
        if found:
            self.with_overflow(name, found.group(1), int(found.group(2)),
                               *arguments)
        elif callee.startswith('llvm.ctlz.i'):
            self.count_zeroes(name, int(callee[11:]), *arguments)
        elif callee.startswith('llvm.bswap.i'):
            bits = int(callee[12:])
            self.define(name, bits, '(concat ' + ' '.join(
                f'((_ extract {at + 7} {at}) {arguments[0]})'
                for at in range(0, bits, 8)) + ')')
        elif re.match(r'llvm\.[us](min|max)\.i', callee):
            how = {'umin': 'bvult', 'umax': 'bvugt', 'smin': 'bvslt',
                   'smax': 'bvsgt'}[callee[5:9]]
            a, b = arguments
            self.define(name, int(callee[11:]), f'(ite ({how} {a} {b}) {a} {b})')
        elif callee.startswith('llvm.expect.i'):
            self.define(name, int(callee.split('.i')[1]), arguments[0])
        elif callee in CONTRACTS:
            self.by_contract(name, callee, arguments)
        else:
            raise Unsupported(callee)

    def with_overflow(self, name, op, bits, a, b):
        zero = f'(_ bv0 {bits})'
        if op in ('uadd', 'usub'):
            result = f'({"bvadd" if op == "uadd" else "bvsub"} {a} {b})'
            wraps = f'(bvult {result} {a})' if op == 'uadd' else \
                f'(bvult {a} {b})'
        elif op in ('sadd', 'ssub'):
            result = f'({"bvadd" if op == "sadd" else "bvsub"} {a} {b})'
            # the sum is below a if and only if b is negative, or it wrapped
            sign = f'(bvslt {b} {zero})' if op == 'sadd' else \
                f'(bvsgt {b} {zero})'
            wraps = f'(xor {sign} (bvslt {result} {a}))'
        elif op == 'umul' and bits == 64:
            result = self.product(a, b)
            wraps = f'(distinct (product-high {a} {b}) {zero})'
        else:
            raise Unsupported(op)
        self.pairs[name] = ((bits, result), (1, wraps))

    def count_zeroes(self, name, bits, value, zero_is_poison):
        term = value
        count = f'(_ bv0 {bits})'
        step = bits // 2
        while step:
            self.fresh += 1
            here = f'shifted{self.fresh}'
            high = f'((_ extract {bits - 1} {bits - step}) {term})'
            empty = f'(= {high} (_ bv0 {step}))'
            self.out.append(f'(define-fun {here} () {sort_of(bits)} (ite '
                            f'{empty} (bvshl {term} (_ bv{step} {bits})) '
                            f'{term}))')
            count = f'(bvadd {count} (ite {empty} (_ bv{step} {bits}) ' \
                    f'(_ bv0 {bits})))'
            term = here
            step //= 2
        none = self.anything(bits) if zero_is_poison == 'true' else \
            f'(_ bv{bits} {bits})'
        self.define(name, bits, f'(ite (= {value} (_ bv0 {bits})) {none} '
                                f'{count})')

    # ---- what is assumed ----

    def by_contract(self, name, callee, arguments):
        """A call to what has theorems of its own."""
        results = [self.anything(64)]
        if callee == 'mul_bits':
            results.append(self.anything(64))
            self.pairs[name] = tuple((64, r) for r in results)
        else:
            self.define(name, 64, results[0])
        self.calls.append((callee, arguments, results))

    def assumptions(self):
        lines = []
        products = self.products + [(b, a) for a, b in self.products
                                    if (b, a) not in self.products]
        if products:
            lines += assume_products(products)
        if self.quotients:
            lines += assume_quotients(self.quotients)
        witness = self.symbol(self.parameters[-1])
        for callee, arguments, results in self.calls:
            terms = CONTRACTS[callee](arguments, results, witness, products)
            lines += [f'(assert {term})' for term in terms]
        return lines

    def formula(self):
        head = ['(set-logic QF_UFBV)',
                '(declare-fun product ((_ BitVec 64) (_ BitVec 64)) '
                '(_ BitVec 64))',
                '(declare-fun product-high ((_ BitVec 64) (_ BitVec 64)) '
                '(_ BitVec 64))',
                '(declare-fun quotient ((_ BitVec 64) (_ BitVec 64)) '
                '(_ BitVec 64))',
                '(declare-fun remainder ((_ BitVec 64) (_ BitVec 64)) '
                '(_ BitVec 64))']
        tail = [f'(assert (or false {" ".join(self.bad)}))', '(check-sat)']
        if not self.products and not self.quotients:
            head = ['(set-logic QF_BV)']
        return '\n'.join(head + self.out + self.assumptions() + tail) + '\n'


def has_bits(value, mask, word):
    return f'(= (bvand {word} (bvnot {mask})) {value})'


def assume_products(products):
    """Lemmas commutes and monotone-product, for the products that occur."""
    lines = []
    for a, b in products:
        lines.append(f'(assert (and (= (product {a} {b}) (product {b} {a})) '
                     f'(= (product-high {a} {b}) (product-high {b} {a}))))')
        for c, d in products:
            if (a, b) != (c, d):
                lines.append(
                    f'(assert (=> (and (bvule {a} {c}) (bvule {b} {d})) '
                    f'(bvule (concat (product-high {a} {b}) '
                    f'(product {a} {b})) (concat (product-high {c} {d}) '
                    f'(product {c} {d})))))')
    return lines


def assume_quotients(quotients):
    """Lemmas monotone-quotient, quotient-*, remainder-* and power-of-two."""
    lines = []
    zero, one = '(_ bv0 64)', '(_ bv1 64)'
    for a, b in quotients:
        q, r = f'(quotient {a} {b})', f'(remainder {a} {b})'
        power = f'(= (bvand {b} (bvsub {b} {one})) {zero})'
        lines.append(
            f'(assert (=> (distinct {b} {zero}) (and (bvule {q} {a}) '
            f'(bvult {r} {b}) (bvule {r} {a}) '
            f'(=> (bvult {a} {b}) (= {r} {a})) '
            f'(=> {power} (= {r} (bvand {a} (bvsub {b} {one})))))))')
        for c, d in quotients:
            if (a, b) != (c, d):
                lines.append(
                    f'(assert (=> (and (bvule {a} {c}) (bvuge {b} {d}) '
                    f'(distinct {d} {zero})) '
                    f'(bvule {q} (quotient {c} {d}))))')
    return lines


def next_member_contract(arguments, results, witness, _):
    """Theorems next_member_*."""
    value, mask, at = arguments
    found = results[0]
    yield f'(=> (= (bvand {value} {mask}) (_ bv0 64)) ' \
          f'{has_bits(value, mask, found)})'
    # the words of the theorem, and their complements: last_member()
    for word in (witness, f'(bvnot {witness})'):
        yield f'(=> (and {has_bits(value, mask, word)} (bvuge {word} {at})) ' \
              f'(and (bvuge {found} {at}) (bvule {found} {word})))'


def fill_contract(arguments, results, *_):
    """Theorem fill."""
    word, filled = arguments[0], results[0]
    one = '(_ bv1 64)'
    yield f'(and (bvule {word} {filled}) ' \
          f'(= (bvand {filled} (bvadd {filled} {one})) (_ bv0 64)) ' \
          f'(or (= {filled} (_ bv0 64)) ' \
          f'(bvugt {word} (bvlshr {filled} {one}))))'


def mul_bits_contract(arguments, results, _, products):
    """Theorems mul_*, by induction over the bits."""
    av, am, bv, bm = arguments
    value, mask = results
    for a, b in products:
        yield f'(=> (and {has_bits(av, am, a)} {has_bits(bv, bm, b)}) ' \
              f'{has_bits(value, mask, f"(product {a} {b})")})'


CONTRACTS = {
    'fill': fill_contract,
    'mul_bits': mul_bits_contract,
    'next_member': next_member_contract,
}


def join_switches(body):
    """A switch is written over several lines."""
    lines = []
    for line in body:
        if lines and lines[-1].startswith('switch') and \
                not lines[-1].endswith(']'):
            lines[-1] += ' ' + line
        else:
            lines.append(line)
    return lines


def theorems(text):
    """The functions prove_NAME of an assembly file: NAME -> text."""
    found = {}
    for part in re.findall(r'^define [^\n]*@prove_\w+\(.*?^}', text,
                           re.M | re.S):
        found[re.search(r'@prove_(\w+)\(', part).group(1)] = part
    return found
