# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=bash
#
# policy.sh - files of a policies directory, which is $policies. Sourced by the
# tests of the daemon.

# policy NAME SELECTOR [RULES [OF-EXEC]]: lets programs run, and what is added. The
# file is there at once with all its rules: there is no other version of it.
policy()
{
	cat > "$policies/.new" <<END
bailiff: 1
policy: $1
include: [base/runtime-linker, base/libc, base/users, base/stdio]
containers: [{$2}]
files:
  - allow: [read, map-exec]
    paths: ["/bin/**", "/usr/**"]
${3:-}
exec:
  - allow: ["/bin/**", "/usr/bin/**"]
${4:-}
END
	mv "$policies/.new" "$policies/$1.yaml"
}

# is_gone NAME: it is not loaded
is_gone()
{
	! bailiffctl rules "$1"
}
