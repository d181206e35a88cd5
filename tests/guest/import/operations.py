#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-only
"""usage: operations.py PROFILE.flat [NAME]

Prints operations for ./import: what the rules of a profile are about, and near
misses of it. More than are wanted, since some are possible nowhere; the same
for the same profile."""
import random
import re
import sys

import profile

NUM_FILES = 600
WORDS = ['a', 'b1', 'libx.so.1', 'x.conf', '.hidden', 'log', 'C', 'so', 'x-y']
# Which letters of a rule each verb asks for, roughly: it is tried both ways.
VERBS = {
    'read': 'r', 'write': 'w', 'append': 'aw', 'rdwr': 'rw', 'create': 'w',
    'delete': 'w', 'symlink': 'w', 'mknod': 'w', 'chmod': 'w', 'chown': 'w',
    'truncate': 'w', 'rename': 'rw', 'link': 'l', 'lock-shared': 'k',
    'lock': 'k', 'map-exec': 'm', 'exec': 'x', 'stat': 'r', 'getxattr': 'r',
}
DIR_VERBS = ['list', 'mkdir', 'rmdir']
KERNEL_VERBS = ['read', 'write', 'list']
# What any kernel has, in the two file systems where nothing can be made.
KERNEL_PATHS = """
/proc/cpuinfo /proc/meminfo /proc/stat /proc/uptime /proc/version /proc/mounts
/proc/filesystems /proc/loadavg /proc/cmdline /proc/sysrq-trigger /proc/kcore
/proc/sys/kernel/hostname /proc/sys/kernel/shmmax /proc/sys/kernel/shmall
/proc/sys/kernel/shm_rmid_forced /proc/sys/kernel/pid_max /proc/sys/kernel/sem
/proc/sys/kernel/core_pattern /proc/sys/kernel/msgmax /proc/sys/kernel/random
/proc/sys/kernel/ngroups_max /proc/sys/kernel/osrelease /proc/sys/kernel/printk
/proc/sys/kernel/randomize_va_space /proc/sys/kernel/cap_last_cap
/proc/sys/vm/overcommit_memory /proc/sys/vm/swappiness /proc/sys/fs/file-max
/proc/sys/fs/mqueue /proc/sys/net/core/somaxconn /proc/sys/net/ipv4/ip_forward
/proc/sys/net/ipv6/conf /proc/sys /proc/sys/kernel /proc/1 /proc/1/status
/proc/1/environ /proc/1/stat /proc/1/cmdline /proc/1/comm /proc/1/oom_score_adj
/proc/1/attr/current /proc/%self% /proc/%self%/status /proc/%self%/environ
/proc/%self%/stat /proc/%self%/statm /proc/%self%/maps /proc/%self%/cmdline
/proc/%self%/comm /proc/%self%/oom_score_adj /proc/%self%/attr/current
/proc/%self%/fd /proc/%self%/mounts /proc/%self%/mountinfo /proc/%self%/limits
/proc/%self%/task/%self%/comm /proc/%self%/task/%self%/stat
/proc/%self%/net/dev /proc/%self%/net/route /proc/%self%/auxv
/sys/devices /sys/devices/system/cpu/online /sys/devices/system/cpu
/sys/devices/system/node /sys/kernel/mm /sys/kernel/notes /sys/kernel/profiling
/sys/kernel/mm/transparent_hugepage/enabled /sys/kernel/security
/sys/module /sys/block /sys/class/net /sys/class/net/lo/mtu /sys/fs /sys/bus
/sys/firmware /sys/power /sys/kernel/uevent_seqnum /sys/kernel/rcu_expedited
/sys/kernel/kexec_crash_size /sys/class/net/lo/uevent /sys/bus/pci/rescan
""".split()


class Paths:
    """Paths that a pattern of AppArmor matches, or nearly."""

    def __init__(self, chance, variables):
        self.chance = chance
        self.variables = variables

    def expand(self, text, depth=0):
        def value(match):
            name = match.group(1)
            if name in ('pid', 'pids', 'tid'):
                return self.chance.choice(['%self%', '%self%', '1'])
            if name == 'profile_name' or name not in self.variables:
                return 'x'
            return self.chance.choice(self.variables[name])

        while '@{' in text and depth < 9:
            text = re.sub(r'@\{(\w+)\}', value, text)
            depth += 1
        return re.sub(r'//+', '/', text)

    def _class(self, text, at):
        end = text.find(']', at + 2)
        inside = text[at + 1:end]
        if inside.startswith('^'):
            return self.chance.choice(
                [c for c in 'aZ5_' if c not in inside] or ['%']), end + 1
        members = re.sub(r'(.)-(.)', r'\1\2', inside)
        return self.chance.choice(members or 'x'), end + 1

    def _braces(self, text, at):
        depth, parts, part, i = 0, [], '', at
        while i < len(text):
            char = text[i]
            if char == '\\':
                part += text[i:i + 2]
                i += 2
                continue
            if char == '{':
                depth += 1
                if depth == 1:
                    i += 1
                    continue
            if char == '}':
                depth -= 1
                if not depth:
                    parts.append(part)
                    break
            if char == ',' and depth == 1:
                parts.append(part)
                part = ''
            else:
                part += char
            i += 1
        return self.match(self.chance.choice(parts or [''])), i + 1

    def match(self, text):
        """A path that it matches."""
        out, at = '', 0
        while at < len(text):
            char = text[at]
            if text.startswith('**', at):
                out += self.chance.choice(['a', 'b/c', 'd/.e/f', 'x.so'])
                at = at + 2
            elif char == '*':
                out += self.chance.choice(WORDS)
                at += 1
            elif char == '?':
                out += self.chance.choice('qZ7')
                at += 1
            elif char == '[':
                part, at = self._class(text, at)
                out += part
            elif char == '{':
                part, at = self._braces(text, at)
                out += part
            elif char == '\\':
                out += text[at + 1:at + 2]
                at += 2
            else:
                out += char
                at += 1
        return out

    def near(self, path):
        """One that is hardly another."""
        head, _, last = path.rpartition('/')
        return self.chance.choice([
            path + 'x', path[:-1], path + '/more', head + '/y' + last,
            head + '/other', head, '/srv' + path, head + 'x/' + last,
            path + '.bak', head + '/sub/' + last])


def is_good(path):
    parts = path.strip('/').split('/')
    return path.startswith('/') and len(path) < 200 and \
        all(part not in ('', '.', '..', '.import') and len(part) < 100
            for part in parts) and path.strip('/') not in ('proc', 'sys') \
        and path.isprintable() and path.isascii()


def file_rules(found, head, variables):
    """(pattern, letters, owner) of the rules for files of a profile."""
    for statement in found:
        if not statement.block or statement.block[-1] != head or \
                statement.text.endswith('{'):
            continue
        words = re.findall(r'"[^"]*"|\S+', statement.text)
        while words and words[0] in ('audit', 'deny', 'allow', 'file',
                                     'owner', 'link'):
            words = words[1:]
        owner = ' owner ' in ' ' + statement.text
        if words and not re.match(r'["/@{]', words[0]) and len(words) > 1 and \
                re.fullmatch('[rwalkmxiupcUPC]+', words[0]):
            words[:2] = [words[1], words[0]]
        if len(words) > 1 and re.match(r'["/@{]', words[0]):
            yield words[0].strip('"'), words[1], owner
        elif statement.text == 'file' or statement.text.endswith(' file'):
            yield '/**', 'rwlkmix', owner


def verbs_for(chance, letters, is_dir):
    """What the letters allow, and what they do not."""
    if is_dir:
        return [chance.choice(DIR_VERBS), 'list']
    given = [verb for verb, needs in VERBS.items()
             if all(need in letters for need in needs) or
             (verb == 'append' and set(letters) & set('aw'))]
    return [chance.choice(given or ['read']), chance.choice(list(VERBS))]


def file_operations(chance, paths, rules):
    rules = list(rules)
    made = set()
    while len(made) < NUM_FILES:
        pattern, letters, owner = chance.choice(rules)
        path = paths.match(paths.expand(pattern))
        if chance.random() < 0.4:
            path = paths.near(path)
        is_dir = path.endswith('/')
        path = path.rstrip('/')
        if not is_good(path):
            continue
        verb = chance.choice(verbs_for(chance, letters, is_dir))
        if path.startswith(('/proc/', '/sys/')):
            verb = chance.choice(KERNEL_VERBS)
        uid = chance.choice([0, 1000] if owner else [0, 0, 0, 1000])
        kernels = path.startswith(('/proc/', '/sys/'))
        if chance.random() < (0.5 if kernels else 0.1):
            path, uid = chance.choice(KERNEL_PATHS), 0
            verb = chance.choice(KERNEL_VERBS)
        operation = [str(uid), verb, path]
        if verb in ('rename', 'link'):
            other = paths.match(paths.expand(chance.choice(rules)[0]))
            if chance.random() < 0.5:
                other = path + '2'
            other = other.rstrip('/')
            if not is_good(other) or other.startswith(('/proc/', '/sys/')) or \
                    (other + '/').startswith(path + '/') or \
                    (path + '/').startswith(other + '/'):
                continue
            operation.append(other)
        if tuple(operation) not in made:
            made.add(tuple(operation))
            yield operation


def other_operations():
    for family, kinds in (('unix', ['stream', 'dgram', 'seqpacket']),
                          ('inet', ['stream', 'dgram', 'raw']),
                          ('inet6', ['stream', 'dgram', 'raw']),
                          ('netlink', ['raw', 'dgram']),
                          ('packet', ['raw', 'dgram'])):
        for kind in kinds:
            yield ['socket', family, kind, 'create']
    for family, kind, what in (
            ('unix', 'stream', 'listen'), ('unix', 'dgram', 'bind'),
            ('inet', 'stream', 'listen'), ('inet', 'dgram', 'bind'),
            ('inet', 'dgram', 'connect'), ('inet', 'dgram', 'send'),
            ('inet', 'stream', 'option'), ('inet6', 'stream', 'listen'),
            ('inet6', 'dgram', 'connect'), ('inet6', 'dgram', 'send')):
        yield ['socket', family, kind, what]
    for name in ('chown fowner setuid setgid setpcap ipc_lock sys_chroot '
                 'sys_admin sys_admin.ns sys_boot sys_nice sys_resource '
                 'sys_time sys_tty_config lease syslog wake_alarm').split():
        yield ['capability', name]
    for name in 'exists hup int kill term usr1 stop winch'.split():
        yield ['signal', name, 'self']
        yield ['signal', name, 'outside']
    for name in ('read', 'trace'):
        yield ['ptrace', name, 'self']
        yield ['ptrace', name, 'outside']
    for operation in ('mount tmpfs /srv/m', 'mount proc /srv/p',
                      'bind /srv/a /srv/b', 'remount /srv/r',
                      'umount /srv/u'):
        yield operation.split()


def main():
    with open(sys.argv[1], encoding='utf-8') as text:
        found = profile.statements(text.read().split('\n'))
    heads = profile.profiles(found)
    names = [profile.name_of(head) for head in heads]
    head = heads[names.index(sys.argv[2]) if len(sys.argv) > 2 else 0]
    chance = random.Random(profile.name_of(head))
    variables = profile.variables(found)
    paths = Paths(chance, variables)
    for operation in other_operations():
        print('0', *operation, sep='\t')
    for operation in file_operations(chance, paths,
                                     file_rules(found, head, variables)):
        print(*operation, sep='\t')


if __name__ == '__main__':
    main()
