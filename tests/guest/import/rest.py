#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-only
"""usage: rest.py PROFILE.flat REPORT.json [rename]

Prints a profile without the rules that policyc import has listed as not
imported: what AppArmor then denies besides is what those lines say. A program
that would run under another profile is denied. A rule that is left out for
renames only stays, unless they are asked about; so do denies, which are only
wider here."""
import json
import re
import sys

import profile

KEPT = ('deny is wider here', 'a path through a well-known link')
RENAMES = 'rename to here'
# What apparmor_parser adds to a profile that has others inside.
CURRENT = '/proc/[0-9]*/attr/{apparmor/,}current'
LEAVES = 'another profile; a task'


def listed(report, renames):
    for left in report['not_imported']:
        why = left['why']
        if why.startswith(KEPT) or (why.startswith(RENAMES) and not renames):
            continue
        if 'denied' in why and 'deny' in left['text'].split():
            continue
        yield left['line'], LEAVES in why


def without_exec(text):
    """A file rule whose program does not run."""
    words = re.findall(r'"[^"]*"|\S+', text)
    path, letters = words[0], re.sub('[iupcUPC]+x', '', words[1])
    rule = f'{path} {letters},' if letters else ''
    return rule if re.search(r'[*?[]', path) else f'{rule} deny {path} x,'


def main():
    with open(sys.argv[1], encoding='utf-8') as text:
        lines = text.read().split('\n')
    with open(sys.argv[2], encoding='utf-8') as text:
        report = json.load(text)
    gone = dict(listed(report, len(sys.argv) > 3))
    found = profile.statements(lines)
    if any('attr/current' in left['why'] for left in report['not_imported']):
        head = next(one for one in found if one.block)
        lines[head.last - 1] += f' deny {CURRENT} w,'
    for statement in found:
        if statement.block is None or statement.text.endswith('{') or \
                statement.first not in gone:
            continue
        for number in range(statement.first, statement.last + 1):
            lines[number - 1] = ''
        if gone[statement.first]:
            lines[statement.first - 1] = without_exec(statement.text)
    print('\n'.join(lines))


if __name__ == '__main__':
    main()
