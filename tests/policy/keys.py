# SPDX-License-Identifier: GPL-2.0-only
"""usage: keys.py POLICY...

The keys that policies use, "parent key" a line, by the names that keys.def has for
parents; and "class operation" of what rules list."""
import sys

import yaml

CLASSES = "files exec network capabilities mounts tasks namespaces ipc kernel".split()
RULE = "allow deny audit when message errno quiet kill rate".split()
MAPS = {"budget": "budget", "syscalls": "syscalls"}
LISTS = {"containers": "selector", "tests": "test"}
found = set()


def take(parent, mapping):
    for key in mapping:
        shared = parent in CLASSES and key in RULE
        found.add(("rule" if shared else parent) + " " + key)


def take_rule(klass, rule):
    take(klass, rule)
    take("when", rule.get("when", {}))
    for kind in "allow", "deny", "audit":
        ops = rule.get(kind, [])
        for operation in ops if isinstance(ops, list) else [ops]:
            found.add(f"{klass} {operation}")


for name in sys.argv[1:]:
    with open(name, encoding="utf-8") as file:
        policy = yaml.safe_load(file)
    take("policy", policy)
    for klass in CLASSES:
        for rule in policy.get(klass, []):
            take_rule(klass, rule)
    for key, parent in MAPS.items():
        take(parent, policy.get(key, {}))
    for key, parent in LISTS.items():
        for item in policy.get(key, []):
            take(parent, item)
print("\n".join(sorted(found)))
