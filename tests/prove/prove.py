#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-only
"""Prove the value domain with z3 and cvc5, and refute its mutants.

usage: prove.py [--quick|--mutants] [--timeout SECONDS] [--jobs N] [THEOREM...]
       prove.py --list

Every theorem (tests/prove/*.c) is compiled, folded into one function, turned
into a formula (ir.py) and given to both solvers. A theorem holds if both say
unsat. --quick asks z3 alone, for what it proves within seconds, and skips the
mutants. --list asks nobody: it says whether all is there that must be proved
(theorems.list), which is asked before every proof, too. Ends with "N passed,
N failed".
"""
import argparse
import concurrent.futures
import glob
import os
import re
import shutil
import subprocess
import sys

HERE = os.path.dirname(os.path.abspath(__file__))
TOP = os.path.dirname(os.path.dirname(HERE))
OUT = 'build/prove'
sys.path.insert(0, HERE)
import ir  # noqa: E402
import required  # noqa: E402

# Undefined behaviour becomes a call that ir.py takes for a failed proof.
CFLAGS = ['-std=gnu11', '-D_GNU_SOURCE', '-O1', '-Xclang',
          '-disable-llvm-passes', '-fno-jump-tables',
          '-fsanitize=shift,integer-divide-by-zero,signed-integer-overflow,'
          'bool,builtin,return,unreachable', '-fsanitize-trap=undefined']
# Into one function, out of memory, and no cleverness beyond that.
PASSES = 'inline,function(sroa,early-cse,sccp,instsimplify,simplifycfg,adce)'
# The quick run proves what takes z3 no longer than this on a slow machine.
QUICK_SECONDS = 5
# What each mutant is shown to: program, width, a part of the pairs.
EXHAUSTIVE = [('exhaustive', 4, ['-', '61']),
              ('pairs', 6, ['bus', 'bus', '7', '400']),
              ('pairs', 8, ['b', 'b', '7', '400']),
              ('lanes', 8, ['7', '6600'])]


def run(command):
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    if done.returncode:
        sys.exit(f'prove: {" ".join(command)}\n{done.stderr}')


def compile_theorems(module, out, roots):
    """Formulas of one file of theorems: name -> ir.Function."""
    base = os.path.join(out, module)
    run(['clang', *CFLAGS, *[f'-I{r}' for r in roots], '-S', '-emit-llvm',
         '-o', base + '.raw.ll', f'tests/prove/{module}.c'])
    run(['opt', '-S', '-inline-threshold=1000000', f'-passes={PASSES}',
         base + '.raw.ll', '-o', base + '.ll'])
    with open(base + '.ll', encoding='utf-8') as file:
        found = ir.theorems(file.read())
    formulas = {}
    for name, text in found.items():
        try:
            formulas[name] = ir.Function(text)
        except ir.Unsupported as why:
            sys.exit(f'prove: {name}: no formula for: {why}')
    return formulas


def modules():
    return sorted(os.path.basename(p)[:-2] for p in glob.glob('tests/prove/*.c')
                  if not p.endswith(('exhaustive.c', 'pairs.c', 'lanes.c')))


def ask(command, path, seconds):
    """What a solver says, and what processor time it took.

    That time is limited, too: beside others a proof takes longer, and is one.
    """
    with subprocess.Popen(['prlimit', f'--cpu={seconds}', *command, path],
                          stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
                          text=True) as process:
        text = process.stdout.read()
        _, status, used = os.wait4(process.pid, 0)
        process.returncode = os.waitstatus_to_exitcode(status)
    took = used.ru_utime + used.ru_stime
    said = text.strip().split('\n')
    said = said[0] if len(set(said)) == 1 else ' '.join(said)
    if process.returncode < 0 and took >= seconds - 1:
        said = 'timeout'
    elif said not in ('sat', 'unsat'):
        said = 'unknown: ' + said[:200]
    return said, took


class Query:
    """One formula, for both solvers."""

    def __init__(self, name, path, expected='unsat'):
        self.name, self.path, self.expected = name, path, expected

    def solve(self, options):
        self.z3, self.z3_seconds = ask(['z3'], self.path, options.timeout)
        if options.quick:
            self.cvc5, self.cvc5_seconds = self.z3, 0
        else:
            self.cvc5, self.cvc5_seconds = ask(
                ['cvc5', '--incremental'], self.path, options.timeout)
        return self

    def holds(self):
        return self.z3 == self.cvc5 == self.expected

    def show(self):
        verdict = {'unsat': 'proved', 'sat': 'refuted'}[self.expected] \
            if self.holds() else \
            f'FAIL, z3: {self.z3}, cvc5: {self.cvc5}'
        print(f'{self.name:32} {self.z3_seconds:8.1f} '
              f'{self.cvc5_seconds:8.1f}  {verdict}', flush=True)


def write_query(function, path):
    with open(path, 'w', encoding='utf-8') as file:
        file.write(function.formula())


def write_power_of_two(path):
    """Lemma power-of-two: the remainder is the low bits."""
    wrong = []
    for bit in range(64):
        power, below = f'(_ bv{1 << bit} 64)', f'(_ bv{(1 << bit) - 1} 64)'
        wrong.append(f'(distinct (bvurem a {power}) (bvand a {below}))')
    with open(path, 'w', encoding='utf-8') as file:
        file.write('(set-logic QF_BV)\n(declare-const a (_ BitVec 64))\n'
                   f'(assert (or {" ".join(wrong)}))\n(check-sat)\n')


def theorem_queries():
    queries, names = [], []
    for module in modules():
        formulas = compile_theorems(module, OUT, ['.'])
        names += formulas
        for name, function in formulas.items():
            path = f'{OUT}/{name}.smt2'
            write_query(function, path)
            queries.append(Query(name, path))
    complaints = required.complaints(names)
    if complaints:
        sys.exit('\n'.join('FAIL ' + c for c in complaints) +
                 f'\n0 passed, {len(complaints)} failed')
    write_power_of_two(f'{OUT}/power_of_two.smt2')
    queries.append(Query('lemma_power_of_two', f'{OUT}/power_of_two.smt2'))
    queries.append(Query('lemmas', 'tests/prove/lemmas.smt2'))
    return queries


def mutants():
    with open('tests/prove/mutants.tsv', encoding='utf-8') as file:
        for line in file:
            if not line.startswith('#'):
                yield line.rstrip('\n').split('\t')


def mutate(name, path, old, new):
    """A copy of vm/ with one fault; returns its root."""
    root = f'{OUT}/mutants/{name}'
    shutil.rmtree(root, ignore_errors=True)
    shutil.copytree('vm', root + '/vm')
    with open(path, encoding='utf-8') as file:
        text = file.read()
    # clang-format may have broken the lines elsewhere
    pattern = re.compile(r'\s+'.join(map(re.escape, old.split())))
    if len(pattern.findall(text)) < 1:
        sys.exit(f'prove: mutant {name}: its text is not in {path}')
    with open(os.path.join(root, path), 'w', encoding='utf-8') as file:
        file.write(pattern.sub(lambda _: new, text, count=1))
    return root


def module_of(theorem, queries_of):
    for module, names in queries_of.items():
        if theorem in names:
            return module
    return sys.exit(f'prove: no theorem {theorem}')


def sees(name, program, width, arguments):
    """Does an exhaustive test, with a part of the pairs, see the fault?"""
    root = f'{OUT}/mutants/{name}'
    path = f'{root}/{program}{width}'
    # clang 14 does not optimize other widths rightly
    run(['clang', '-std=gnu11', '-D_GNU_SOURCE', f'-I{root}', '-I.',
         '-O1' if width == 8 else '-O0', f'-DBVM_WORD_BITS={width}', '-o', path,
         f'tests/prove/{program}.c', '-lm'])
    done = subprocess.run([path, *arguments], capture_output=True, text=True,
                          check=False)
    # a broken assertion is as good as a failed check
    return done.returncode < 0 or bool(
        re.search(r'^FAIL .*(does not hold|lack a concrete|not the best|'
                  'not that of its set)', done.stdout, re.M))


def exhaustive_see(name):
    blind = [f'{program}{width}' for program, width, arguments in EXHAUSTIVE
             if not sees(name, program, width, arguments)]
    verdict = 'FAIL, not seen by ' if blind else 'seen at 4, 6 and 8 bits'
    verdict += ' '.join(blind)
    print(f'{name:32} {"":17}  {verdict}', flush=True)
    return not blind


def mutant_queries():
    names = {}
    for module in modules():
        with open(f'{OUT}/{module}.ll', encoding='utf-8') as file:
            names[module] = set(ir.theorems(file.read()))
    for name, path, old, new, theorem in mutants():
        root = mutate(name, path, old, new)
        module = module_of(theorem, names)
        function = compile_theorems(module, root, [root, '.'])[theorem]
        query = f'{root}/{theorem}.smt2'
        write_query(function, query)
        yield Query(f'{name}', query, expected='sat')


def list_theorems():
    """What there is against what must be, without compiler passes or solver."""
    names = []
    for module in modules():
        done = subprocess.run(
            ['clang', '-E', '-P', '-I.', *CFLAGS[:2],
             f'tests/prove/{module}.c'],
            capture_output=True, text=True, check=True)
        names += re.findall(r'\b_Bool prove_(\w+)\(', done.stdout)
    complaints = required.complaints(names)
    for complaint in complaints:
        print('FAIL', complaint)
    print(f'{len(required.theorems())} theorems for '
          f'{len(required.subjects())} subjects')
    # one check, however many theorems: they are not proved here
    print(f'{int(not complaints)} passed, {len(complaints)} failed')
    return 1 if complaints else 0


def options_of_command_line():
    parser = argparse.ArgumentParser(description=__doc__.split('\n')[0])
    parser.add_argument('--quick', action='store_true')
    parser.add_argument('--list', action='store_true',
                        help='is all there that must be proved?')
    parser.add_argument('--timeout', type=int, default=300,
                        help='of a solver: seconds of processor time')
    parser.add_argument('--jobs', type=int, default=os.cpu_count())
    parser.add_argument('--mutants', action='store_true',
                        help='nothing but these')
    parser.add_argument('theorem', nargs='*')
    return parser.parse_args()


def quick_theorems():
    """Those that the committed table says are quick."""
    return {name for name, seconds in required.documented()
            if seconds <= QUICK_SECONDS / 10}


def main():
    options = options_of_command_line()
    os.chdir(TOP)
    if options.list:
        return list_theorems()
    os.makedirs(OUT, exist_ok=True)
    queries = theorem_queries()
    if options.quick:
        options.theorem = quick_theorems()
    unknown = set(options.theorem) - {q.name for q in queries}
    if unknown:
        sys.exit(f'prove: no theorem {" ".join(sorted(unknown))}')
    if options.theorem:
        queries = [q for q in queries if q.name in options.theorem]
    elif options.mutants:
        queries = list(mutant_queries())
    elif not options.quick:
        queries += mutant_queries()
    print(f'{"":32} {"z3":>8} {"cvc5":>8}  seconds')
    with concurrent.futures.ThreadPoolExecutor(options.jobs) as pool:
        for query in pool.map(lambda q: q.solve(options), queries):
            query.show()
        results = [q.holds() for q in queries]
        results += pool.map(exhaustive_see,
                            [q.name for q in queries if q.expected == 'sat'])
    failed = results.count(False)
    print(f'{len(results) - failed} passed, {failed} failed')
    return 1 if failed or not results else 0


if __name__ == '__main__':
    sys.exit(main())
