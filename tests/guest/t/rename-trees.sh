# shellcheck shell=bash
# SPDX-License-Identifier: GPL-2.0-only
#
# timeout: 180
# also: 6.1 fast
#
# Renames and links of whole trees: what real programs do under `manage`, and
# what nobody may do.
. "$BAILIFF_TOP/tests/guest/lib.sh"
. "$BAILIFF_TOP/tests/guest/lsm.sh"

app=$work/app
mkdir -p "$app" "$work"/{low/tree/deep,low/a,high/t2,high/b,out,data/x/mnt}

succeeds "the policy loads" load_policy <<EOF
bailiff: 1
policy: trees
default: {files: deny, exec: allow, network: deny, capabilities: allow, mounts: deny}
files:
  - allow: [read, map-exec, write]
    paths: ["/", "/**"]
    except: "$work/**"
  - allow: [read, manage, map-exec]
    paths: ["$app", "$app/**", "$work/data", "$work/data/**"]
  - allow: [read, rename, mkdir, rmdir]
    paths: ["$work", "$work/out", "$work/out/**"]
  - allow: [read, rename]
    paths: ["$work/low", "$work/low/**", "$work/high", "$work/high/**"]
  - allow: append
    paths: "$work/high/*/deep/log"
  - allow: inherit
    type: [pipe, tty, "null"]
mounts:
  - deny: all
EOF

claim()
{
	local want=$1 description=$2
	shift 2
	is "$(under trees "$@")" "$want" "$description"
}

# job DESCRIPTION COMMANDS: a script under the policy, in the tree it manages.
job()
{
	printf '#!/bin/bash\nset -eu\ncd %q\n%s\necho job-done\n' "$app" "$2" > "$app/job.sh"
	chmod +x "$app/job.sh"
	"$act" enter trees , exec "$app/job.sh" > "$app/job.out" 2> "$app/job.err"
	is "$(grep -c '^job-done$' "$app/job.out")" 1 "$1"
	[ ! -s "$app/job.err" ] || sed 's/^/# /' "$app/job.err" | head -n 5
}

widens=$(status_of reason.widens)
job "git init, commit, mv, gc" '
export HOME=$PWD GIT_CONFIG_NOSYSTEM=1
git init -q repo && cd repo
git config user.email a@b && git config user.name a
mkdir -p src/deep && for i in 1 2 3 4 5; do echo $i > src/deep/$i; done
git add . && git commit -qm one && git mv src lib && git commit -qm two
git gc -q'
job "git clone --local makes hard links" '
export HOME=$PWD GIT_CONFIG_NOSYSTEM=1
git clone -q --local repo copy
cmp repo/lib/deep/3 copy/lib/deep/3
test "$(find copy/.git/objects -type f -links +1 | wc -l)" -gt 0'
# What npm does: unpack beside, rename into place, swap trees, links for a
# cache. npm itself is large and not installed.
job "a tree is installed as npm does it" '
mkdir -p node_modules/.staging/a-1 cache
for i in 1 2 3 4 5 6; do
	mkdir -p node_modules/.staging/a-1/lib/$i
	echo $i > node_modules/.staging/a-1/lib/$i/index.js
done
cp -al node_modules/.staging/a-1 cache/a-1
mv node_modules/.staging/a-1 node_modules/a
mv -T node_modules/a node_modules/.a-old
mv -T node_modules/.a-old node_modules/a
rmdir node_modules/.staging
test -f node_modules/a/lib/6/index.js'
job "hard links as cargo makes them" '
mkdir -p target/debug/deps target/debug/incremental/s-working
echo x > target/debug/deps/prog-1234
ln -f target/debug/deps/prog-1234 target/debug/prog
mv target/debug/incremental/s-working target/debug/incremental/s-done
test target/debug/prog -ef target/debug/deps/prog-1234'
is "$(status_of reason.widens)" "$widens" "nothing of it widens"

mkdir -p "$app"/{tree/sub,a,victim} "$work/out/mover"
echo f > "$app/f"
claim ok "a tree moves within" rename "$app/tree" "$app/tree2"
claim ok "and to where less is allowed" rename "$app/tree2" "$work/out/tree2"
claim EACCES "not back" rename "$work/out/tree2" "$app/tree2"
claim EACCES "nor where one name far below would give more" \
	rename "$work/low/tree" "$work/high/tree"
claim ok "away from there it may" rename "$work/high/t2" "$work/low/t2"
claim EACCES "exchange is judged both ways" exchange "$work/low/a" "$work/high/b"
claim ok "a file and a directory change places" exchange "$app/a" "$app/f"
claim ok "an empty directory is replaced" rename "$app/f" "$app/victim"
echo v > "$work/out/vfile"
echo w > "$work/out/wfile"
claim EACCES "who may not delete replaces no file" rename "$work/out/wfile" "$work/out/vfile"
claim EACCES "a whiteout is a mknod" whiteout "$app/a" "$app/g"
is "$(($(status_of reason.widens) - widens))" 3 "three for the reason that they widen"

# A mount below a tree goes along with it.
mount -t tmpfs none "$work/data/x/mnt"
echo m > "$work/data/x/mnt/file"
claim "ok ok" "a tree with a mount in it moves" \
	rename "$work/data/x" "$work/data/y" , open r "$work/data/y/mnt/file" 1
umount "$work/data/y/mnt"
done_testing
