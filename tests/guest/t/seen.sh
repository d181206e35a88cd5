# shellcheck shell=bash
# SPDX-License-Identifier: GPL-2.0-only
#
# timeout: 90
# also: 6.1 fast
#
# What a CPU has just let pass (lsm/seen.c), and where it found a directory
# (lsm/dirs.c), is forgotten when anything becomes another. It is remembered for a moment only; so each change comes right after
# the question, from a program that asks and changes in turns, many times.
. "$BAILIFF_TOP/tests/guest/lib.sh"
. "$BAILIFF_TOP/tests/guest/lsm.sh"

# Below a directory of the host's, or on its file system, no name lasts (FLEETING in
# lsm/path.c), and nothing would be remembered.
work=/seen
mkdir "$work"
mount -t tmpfs tmpfs "$work"
mkdir -p "$work"/{in/dir/sub,in/move,out/move,out/dir2/sub,own,uid,nnp,exe/dir}
for file in in/dir/sub/{file,next} out/dir2/sub/{file,next} own/file uid/file nnp/file in/gone in/counted in/audited \
	exe/file; do
	echo x > "$work/$file"
done
# prints what came of an open: static, so that it needs nothing else
cp "$act" "$work/in/dir/sub/act"
cp "$act" "$work/own/act"
cp "$act" "$work/uid/act"
cp "$act" "$work/nnp/act"
cp "$act" "$work/exe/spare"
ln "$work/exe/spare" "$work/exe/dir/act"
mount -t tmpfs tmpfs "$work/in/move"
# one that can be moved is below no shared one
mount --make-private "$work/in/move"
echo x | tee "$work"/in/move/{file,next} > /dev/null
cp "$act" "$work/in/move/act"

# build NAME POLICY OPERATIONS: an image
build()
{
	policyc build /dev/stdin -o "$work/$1.img" > /dev/null <<END
bailiff: 1
policy: $2
default: {files: deny, exec: deny, network: deny, capabilities: allow, mounts: deny}
files:
  - allow: $3
    paths: $work/in/**
  - allow: read
    paths: $work/own/**
    when: {owner: true}
  - allow: read
    paths: $work/uid/**
    when: {uid: 0}
  - allow: read
    paths: $work/nnp/**
    when: {no-new-privs: false}
  - allow: read
    paths: /proc/self/**
  - allow: inherit
    type: [pipe, "null"]
  - audit: read
    paths: $work/in/audited
exec:
${4-  - allow: $work/in/**}
  - allow: $work/own/**
    when: {owner: true}
  - allow: $work/uid/**
    when: {uid: 0}
  - allow: $work/nnp/**
    when: {no-new-privs: false}
END
}

# The program that runs is asked for: the class of files is remembered by nobody.
build_exe()
{
	policyc build /dev/stdin -o "$work/exe.img" > /dev/null <<END
bailiff: 1
policy: seen3
default: {files: deny, exec: allow, network: deny, capabilities: allow, mounts: deny}
files:
  - allow: read
    paths: $work/exe/file
    when: {exe: $work/exe/dir/act}
  - allow: inherit
    type: [pipe, "null"]
END
}

if ! build first seen "[stat, read]" || ! build second seen "[append]" "  - deny: $work/in/**" ||
	! build other seen2 "[append]" "  - deny: $work/in/**" || ! build_exe ||
	! load_image "$work/exe.img" > /dev/null ||
	! load_image "$work/first.img" > /dev/null ||
	! load_image "$work/other.img" > /dev/null; then
	bail "no policies"
fi

cat > "$work/seen.py" <<'END'
import ctypes, errno, os, sys
work, ROUNDS = sys.argv[1], 20
libc = ctypes.CDLL(None, use_errno=True)
os.sched_setaffinity(0, {0})

def said(what, *args, **named):
    try:
        result = what(*args, **named)
        if what is os.open:
            os.close(result)
        return "ok"
    except OSError as error:
        return errno.errorcode[error.errno]

# In a child: what it says of it.
def child(function):
    r, w = os.pipe()
    pid = os.fork()
    if not pid:
        os.write(w, function().encode())
        os._exit(0)
    os.close(w)
    reply = os.read(r, 64).decode()
    os.close(r)
    os.waitpid(pid, 0)
    return reply

# What the words of a program come to that is run by a descriptor, or why it was not
# run. By vfork, which is quick: what was known is known for a moment only.
def run(fd, *words):
    r, w = os.pipe()
    try:
        pid = os.posix_spawn(f"/proc/self/fd/{fd}", ["act", *words], {},
                             file_actions=[(os.POSIX_SPAWN_DUP2, w, 1)])
    except OSError as error:
        return errno.errorcode[error.errno]
    finally:
        os.close(w)
    reply = os.read(r, 64).decode().strip()
    os.close(r)
    os.waitpid(pid, 0)
    return reply or "ok"

def drops(path):
    libc.prctl(38, 1, 0, 0, 0)
    return said(os.open, path, os.O_RDONLY)

# A confined task that does what it is told. What it asks by a directory or a
# descriptor that it holds is the same object, whatever it is called.
class Asker:
    def __init__(self, policy):
        down, self.to = os.pipe()
        self.back, up = os.pipe()
        self.pid = os.fork()
        if self.pid:
            os.close(down), os.close(up)
            return
        os.close(self.to), os.close(self.back)
        self.dirs = [os.open(f"{work}/in/{d}", os.O_RDONLY) for d in ("dir/sub", "move")]
        self.programs = {d: os.open(f"{work}/{d}/act", os.O_PATH)
                         for d in ("in/dir/sub", "in/move", "own", "uid", "nnp", "exe/dir")}
        with open("/sys/kernel/security/bailiff/self", "wb") as f:
            f.write(policy.encode())
        self.held = -1
        while words := os.read(down, 4096).decode().split():
            os.write(up, self.do(*words).encode())
        os._exit(0)

    def do(self, verb, path="", number=0):
        where = {"dir_fd": self.dirs[int(number)]} if path in ("file", "next") else {}
        if verb == "read":
            return said(os.open, path, os.O_RDONLY, **where)
        if verb == "stat":
            return said(os.stat, path, **where)
        if verb == "hold":
            self.held = os.open(path, os.O_RDONLY)
            return "ok"
        if verb == "program":
            self.programs["held"] = os.open(path, os.O_PATH)
            return "ok"
        if verb == "leave":
            os.close(self.programs["held"])
            return "ok"
        if verb == "held":
            return said(os.open, f"/proc/self/fd/{self.held}", os.O_RDONLY)
        if verb == "drop":
            os.close(self.held)
            return "ok"
        if verb == "as":
            os.setresuid(-1, 1, -1)
            try:
                return said(os.open, path, os.O_RDONLY)
            finally:
                os.setresuid(-1, 0, -1)
        if verb == "nnp":
            return child(lambda: drops(path))
        if verb == "run":
            return run(self.programs[path], *(number and ("open", "r", number, "1") or ()))
        if verb == "runas":
            os.setresuid(-1, 1, -1)
            try:
                return run(self.programs[path])
            finally:
                os.setresuid(-1, 0, -1)
        if verb == "runnnp":
            return child(lambda: libc.prctl(38, 1, 0, 0, 0) or run(self.programs[path]))
        if verb == "status":
            pid = os.getpid()
            mine = said(os.open, f"/proc/{pid}/status", os.O_RDONLY)
            return mine + child(lambda: said(os.open, f"/proc/{pid}/status", os.O_RDONLY))

    def ask(self, *words):
        os.write(self.to, " ".join(map(str, words)).encode())
        return os.read(self.back, 64).decode()

def nothing():
    pass

asker, other, exe = Asker("seen"), Asker("seen2"), Asker("seen3")

# question: allowed, and no more after change(), until undo()
def rounds(what, question, change, undo, after=None, by=None, first=None):
    first = first or asker
    wrong = 0
    for _ in range(ROUNDS):
        warm = [first.ask(*question) for _ in range(3)]
        change()
        cold = (by or first).ask(*(after or question))
        undo()
        wrong += warm != ["ok"] * 3 or cold != "EACCES"
    print(f"{wrong} {what}", flush=True)

def mover(a, b):
    return lambda: os.rename(f"{work}/{a}", f"{work}/{b}")

def mounter(a, b):
    def move():
        if libc.mount(f"{work}/{a}".encode(), f"{work}/{b}".encode(), None, 8192, None):
            sys.exit(f"cannot move a mount: {ctypes.get_errno()}")
    return move

# Both directories change places, by one rename.
def exchange():
    if libc.renameat2(-100, f"{work}/in/dir".encode(), -100, f"{work}/out/dir2".encode(), 2):
        sys.exit(f"cannot exchange: {ctypes.get_errno()}")

# Another tree is what lies at the name: who holds a directory of the old one has it
# below a mount that is none any more.
def detacher(path):
    def detach():
        if libc.umount2(f"{work}/{path}".encode(), 2):
            sys.exit(f"cannot detach: {ctypes.get_errno()}")
    return detach

def loader(image):
    data = open(f"{work}/{image}.img", "rb").read()
    def load():
        with open("/sys/kernel/security/bailiff/load", "wb", buffering=0) as f:
            f.write(data)
    return load

def owner(name, uid):
    return lambda: os.chown(f"{work}/own/{name}", uid, 0)

def unlink():
    os.unlink(f"{work}/in/gone")

def remake():
    asker.ask("drop")
    with open(f"{work}/in/gone", "w") as f:
        f.write("x")
    asker.ask("hold", f"{work}/in/gone")

for verb in "read", "stat":
    rounds(f"{verb}: an ancestor is renamed", (verb, "file", 0),
           mover("in/dir", "out/dir"), mover("out/dir", "in/dir"))
    rounds(f"{verb}: its mount is moved", (verb, "file", 1),
           mounter("in/move", "out/move"), mounter("out/move", "in/move"))
    rounds(f"{verb}: the policy is replaced", (verb, f"{work}/in/counted"),
           loader("second"), loader("first"))
    rounds(f"{verb}: another domain asks", (verb, f"{work}/in/counted"),
           nothing, nothing, by=other)
# What was asked was about another file of the same directory.
for verb in "read", "stat":
    for path in "file", "next":
        rounds(f"{verb} {path}: an ancestor changes places with another", (verb, "file", 0),
               exchange, exchange, after=(verb, path, 0))
    rounds(f"{verb} next: an ancestor is renamed", (verb, "file", 0),
           mover("in/dir", "out/dir"), mover("out/dir", "in/dir"), after=(verb, "next", 0))
    rounds(f"{verb} next: its mount is moved", (verb, "file", 1),
           mounter("in/move", "out/move"), mounter("out/move", "in/move"),
           after=(verb, "next", 1))
    rounds(f"{verb} next: the policy is replaced", (verb, "file", 0),
           loader("second"), loader("first"), after=(verb, "next", 0))
    rounds(f"{verb} next: another domain asks", (verb, f"{work}/in/dir/sub/file"),
           nothing, nothing, after=(verb, f"{work}/in/dir/sub/next"), by=other)
rounds("read: the object belongs to somebody else", ("read", f"{work}/own/file"),
       owner("file", 1), owner("file", 0))
rounds("read: the caller is another", ("read", f"{work}/uid/file"), nothing, nothing,
       after=("as", f"{work}/uid/file"))
rounds("read: the caller gives up privileges", ("read", f"{work}/nnp/file"), nothing,
       nothing, after=("nnp", f"{work}/nnp/file"))
asker.ask("hold", f"{work}/in/gone")
rounds("read: its name is gone", ("held",), unlink, remake)

rounds("exec: an ancestor is renamed", ("run", "in/dir/sub"),
       mover("in/dir", "out/dir"), mover("out/dir", "in/dir"))
rounds("exec: its mount is moved", ("run", "in/move"),
       mounter("in/move", "out/move"), mounter("out/move", "in/move"))
rounds("exec: the policy is replaced", ("run", "in/dir/sub"), loader("second"),
       loader("first"))
rounds("exec: another domain asks", ("run", "in/dir/sub"), nothing, nothing, by=other)
rounds("exec: the program belongs to somebody else", ("run", "own"),
       owner("act", 1), owner("act", 0))
rounds("exec: the caller is another", ("run", "uid"), nothing, nothing,
       after=("runas", "uid"))
rounds("exec: the caller gives up privileges", ("run", "nnp"), nothing, nothing,
       after=("runnnp", "nnp"))
rounds("exe: an ancestor of the program is renamed", ("run", "exe/dir", f"{work}/exe/file"),
       mover("exe/dir", "exe/off"), mover("exe/off", "exe/dir"), first=exe)

def unlink_program():
    os.unlink(f"{work}/exe/dir/act")

def relink_program():
    exe.ask("leave")
    os.link(f"{work}/exe/spare", f"{work}/exe/dir/act")
    exe.ask("program", f"{work}/exe/dir/act")

exe.ask("program", f"{work}/exe/dir/act")
rounds("exe: the program's name is gone", ("run", "held", f"{work}/exe/file"),
       unlink_program, relink_program, first=exe)

# Once: what is detached stays so. Held by directory 1.
for path in "file", "next":
    warm = [asker.ask("read", "file", 1) for _ in range(3)]
    if path == "file":
        detacher("in/move")()
    cold = asker.ask("read", path, 1)
    print(f"{int(cold != 'EACCES' or path == 'file' and warm != ['ok'] * 3)} "
          f"read {path}: its mount is detached", flush=True)

# Records of five reads that are known by then.
def records(name, say, path):
    fd = os.open(f"/sys/kernel/security/bailiff/{name}", os.O_RDWR | os.O_NONBLOCK
                 if say else os.O_RDONLY | os.O_NONBLOCK)
    for _ in range(3):
        asker.ask("read", path)
    if say:
        os.write(fd, say)
    found = 0
    try:
        while not say and os.read(fd, 1 << 16):
            pass
    except BlockingIOError:
        pass
    for _ in range(5):
        asker.ask("read", path)
    try:
        while data := os.read(fd, 1 << 16):
            found += data.count(path.encode())
    except BlockingIOError:
        pass
    os.close(fd)
    return found

print(abs(records("events", b"", f"{work}/in/audited") - 5), "each is recorded whose rule says so")
print(abs(records("trace", b"policy=seen", f"{work}/in/counted") - 5), "each is traced", flush=True)

# /proc/self of one is /proc/NUMBER of the other
wrong = sum(asker.ask("status") != "okEACCES" for _ in range(ROUNDS))
print(f"{wrong} /proc/self is the caller's own", flush=True)

# The one that was made last has what ends the other one.
for one in exe, other, asker:
    os.close(one.to)
    os.waitpid(one.pid, 0)
END

while read -r wrong what; do
	is "$wrong" 0 "$what"
done < <(python3 "$work/seen.py" "$work" || echo "1 the program ended well")

# each is a hit of its rule, whether it was seen before or not
# shellcheck disable=SC2054 # a word of act, which ends a verb
look=(, open r "$work/in/counted" 1)
before=$(hits seen :5)
under seen "${look[@]:1}" "${look[@]}" "${look[@]}" "${look[@]}" "${look[@]}" > /dev/null
is $(($(hits seen :5) - before)) 5 "each that passes is counted"
cd /
umount "$work"
done_testing
