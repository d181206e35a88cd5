# SPDX-License-Identifier: GPL-2.0-only
"""Reads a profile of AppArmor that apparmor_parser -p has made one file of:
its statements, each with its lines, and its variables."""
import re


class Statement:
    """Words up to a comma, or what stands before a block."""

    def __init__(self, text, first, last, block):
        self.text = text
        self.first = first  # lines, from 1
        self.last = last
        self.block = block  # names of the blocks around it


def _without_comment(line):
    """A comment begins at the line's start or after a blank."""
    return re.sub(r'(^|\s)#.*', '', line)


def _is_end(text, at):
    return at + 1 == len(text) or text[at + 1].isspace()


def statements(lines):
    """Statements end at a comma or a brace that stands alone."""
    found, blocks = [], []
    text, first, quoted, braces, parens = '', 0, False, 0, 0
    for number, line in enumerate(lines, 1):
        line = _without_comment(line)
        match = re.match(r'\s*(@\{\w+\}|\$\{?\w+\}?)\s*\+?=', line)
        if match and not text.strip():
            found.append(Statement(line.strip(), number, number, None))
            continue
        for at, char in enumerate(line):
            if char == '"':
                quoted = not quoted
            alone = not quoted and (at == 0 or line[at - 1].isspace())
            if not quoted and char == '{':
                if alone and _is_end(line, at):
                    blocks.append(text.strip())
                    found.append(Statement(text.strip() + ' {', first or
                                           number, number, tuple(blocks)))
                    text, first = '', 0
                    continue
                braces += 1
            elif not quoted and char == '}':
                if not braces:
                    blocks.pop()
                    text, first = '', 0
                    continue
                braces -= 1
            elif not quoted and char in '()':
                parens += 1 if char == '(' else -1
            elif char == ',' and not quoted and not braces and not parens \
                    and _is_end(line, at):
                found.append(Statement(text.strip(), first, number,
                                       tuple(blocks)))
                text, first = '', 0
                continue
            if not text.strip() and not char.isspace():
                first = number
            text += char
        text += ' '
    return found


def variables(found):
    """NAME: its values, as they are written."""
    values = {}
    for statement in found:
        match = re.match(r'@\{(\w+)\}\s*(\+?=)\s*(.*)', statement.text)
        if not match or statement.block is not None:
            continue
        name, how, rest = match.groups()
        words = [word.strip('"') for word in re.findall(r'"[^"]*"|\S+', rest)]
        values[name] = values.get(name, []) + words if how == '+=' else words
    return values


def name_of(head):
    """The name of the profile that a block is of."""
    words = re.sub(r'\(.*?\)|flags\s*=\S*|\{$', '', head).split()
    if words and words[0] in ('profile', 'hat'):
        words = words[1:]
    return words[0].strip('"') if words else ''


def profiles(found):
    """The outermost blocks, in their order."""
    heads = []
    for statement in found:
        if statement.block and len(statement.block) == 1 and \
                statement.text.endswith('{') and \
                statement.block[0] not in heads:
            heads.append(statement.block[0])
    return heads
