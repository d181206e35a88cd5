# SPDX-License-Identifier: GPL-2.0-only
"""usage: schema.py SCHEMA yes|no POLICY...

Does the JSON Schema accept all of the policies, or none of them?"""
import json
import re
import sys

import jsonschema
import yaml

with open(sys.argv[1], encoding="utf-8") as file:
    schema = json.load(file)
jsonschema.Draft202012Validator.check_schema(schema)
validator = jsonschema.Draft202012Validator(schema)


class Loader(yaml.SafeLoader):
    """YAML 1.2, as editors read it: nothing but true and false is a boolean."""


Loader.yaml_implicit_resolvers = {
    first: [(tag, regexp) for tag, regexp in pairs if tag != "tag:yaml.org,2002:bool"]
    for first, pairs in yaml.SafeLoader.yaml_implicit_resolvers.items()
}
Loader.add_implicit_resolver("tag:yaml.org,2002:bool", re.compile("^(?:true|false)$"), "tf")

wanted = sys.argv[2] == "yes"
bad = False
for name in sys.argv[3:]:
    with open(name, encoding="utf-8-sig") as file:
        policy = yaml.load(file, Loader)
    error = jsonschema.exceptions.best_match(validator.iter_errors(policy))
    if (error is None) != wanted:
        bad = True
        print(f"{name}: {error.json_path + ': ' + error.message if error else 'accepted'}")
print(f"{len(sys.argv) - 3} policies")
sys.exit(bad)
