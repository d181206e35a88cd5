#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
#
# usage: host.sh
#
# Makes the files of a PostgreSQL cluster, build/guest/cluster.tar.gz, which takes
# a second here and minutes in the guest. No server is started. Kept as long as
# the version and this script are the same.
set -euo pipefail
. "$(dirname "${BASH_SOURCE[0]}")/../common.sh"

bin=$(printf '%s\n' /usr/lib/postgresql/*/bin | sort -V | tail -n 1)
[ -x "$bin/initdb" ] || die "initdb is missing: install the package postgresql," \
	"or run scripts/deps.sh guest"
kept=$guest_build/cluster.tar.gz
key=$({ "$bin/initdb" --version; cat "${BASH_SOURCE[0]}"; } | sha256sum | head -c 12)
[ ! -s "$kept" ] || [ "$(cat "$kept.key")" != "$key" ] || exit 0

# initdb will not be root.
as_other()
{
	if [ "$(id -u)" = 0 ]; then
		setpriv --reuid postgres --regid postgres --clear-groups "$@"
	else
		"$@"
	fi
}

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
chmod 777 "$work"
(cd / && as_other "$bin/initdb" -D "$work/cluster" -U postgres --auth=trust --no-sync \
	--wal-segsize=1 --locale=C --encoding=UTF8 > "$work/log" 2>&1) ||
	{ cat "$work/log" >&2; exit 1; }
mkdir -p "$guest_build"
tar -C "$work/cluster" --owner=0 --group=0 -czf "$kept.new" .
mv "$kept.new" "$kept"
echo "$key" > "$kept.key"
