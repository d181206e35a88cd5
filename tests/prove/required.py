# SPDX-License-Identifier: GPL-2.0-only
"""What must be proved: theorems.list, held against all that it speaks of.

The working directory is the top of the tree.
"""
import collections
import functools
import glob
import re

LIST = 'tests/prove/theorems.list'
TABLE = 'docs/soundness.md'
# Not functions of C: prove.py makes their formulas itself.
LEMMAS = ('lemma_power_of_two', 'lemmas')
# Of a description: who proves one proves all.
PARTS = ('bits', 'unsigned', 'signed')


def read(path):
    with open(path, encoding='utf-8') as file:
        return file.read()


@functools.lru_cache(maxsize=None)
def subjects():
    """SUBJECT -> words of its line."""
    found = {}
    for line in read(LIST).splitlines():
        words = line.split('#')[0].split()
        if not words:
            continue
        if words[0] in found:
            raise SystemExit(f'{LIST}: two lines for {words[0]}')
        found[words[0]] = words[1:]
    return found


def theorems():
    return {word for words in subjects().values() for word in words
            if word[0] not in '=-'}


def needed():
    """Subjects that must have a line, as the sources have them."""
    names = set()
    for path in ('vm/interval.h', 'vm/interval_parts.h'):
        names |= set(re.findall(r'^[^\n#*/]*?\b(bvm_num_\w+)\([^{}]*?\)(?:;|\n\{)',
                                read(path), re.M))
    names |= set(re.findall(r'^\t(BVM_REL_\w+),', read('vm/interval.h'), re.M))
    names |= set(re.findall(r'^BVM_INSN\(\w+, \w+, \w+, \w+, ALU_\w, "(\w+)"',
                            read('vm/insn.def'), re.M))
    return names


def documented():
    """(theorem, seconds of z3): the rows of the table."""
    rows = re.findall(r'^\| `(\w+)` \| ([\d.]+) \| [\d.]+ \| proved',
                      read(TABLE), re.M)
    return [(name, float(seconds)) for name, seconds in rows]


def is_function(name):
    return any(re.search(rf'^\w[^\n;]*\b{name}\(', read(path), re.M)
               for path in glob.glob('vm/*.[ch]'))


def about_subjects():
    """Complaints about the lines themselves."""
    names = needed()
    if not names:
        yield 'nothing was found in vm/ that must be proved'
    for name in sorted(names - set(subjects())):
        yield f'{name}: no line of {LIST} says what proves it'
    for name, words in subjects().items():
        if not words:
            yield f'{name}: nothing proves it'
        if name not in names and name not in LEMMAS and not is_function(name):
            yield f'{name}: {LIST} has it, vm/ has not'
        for word in words:
            if word[0] == '=' and word[1:] not in subjects():
                yield f'{name}: {word} is no subject'
    for name in sorted(theorems()):
        whole, _, part = name.rpartition('_')
        if part in PARTS:
            for other in PARTS:
                if f'{whole}_{other}' not in theorems():
                    yield f'{name}: {LIST} has no {whole}_{other}'


def differences(names, where):
    counts = collections.Counter(names)
    for name in sorted(theorems() - set(names)):
        yield f'{name}: must be proved, and is not in {where}'
    for name in sorted(set(names) - theorems()):
        yield f'{name}: in {where}, and not in {LIST}'
    for name in sorted(n for n, count in counts.items() if count > 1):
        yield f'{name}: more than once in {where}'


def complaints(names):
    """What is wrong, for the theorems that tests/prove/*.c has."""
    return [*about_subjects(),
            *differences([*names, *LEMMAS], 'tests/prove/*.c'),
            *differences([name for name, _ in documented()], TABLE)]
