#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
#
# usage: work.sh
#
# Ordinary work inside a container: a package installed into a chroot, a
# program compiled, git, python3, perl, sqlite3. Prints one line for each step,
# the same lines wherever nothing is in the way (t/transparent.sh compares).
set -u
export LC_ALL=C HOME=/tmp/chores/home APT_CONFIG=/tmp/chores/apt.conf
export GIT_AUTHOR_DATE='2001-01-01T00:00:00Z' GIT_COMMITTER_DATE='2001-01-01T00:00:00Z'
rm -rf /tmp/chores
mkdir -p /tmp/chores/home
cd /tmp/chores || exit 1

# step NAME COMMAND...: its status and what it says
step()
{
	local name=$1 out status
	shift

	out=$("$@" 2>&1)
	status=$?
	echo "$name: status $status, $(wc -l <<< "$out") lines, $(tail -n 1 <<< "$out")"
}

# --- a package, made here, from a repository of files -------------------------

make_package()
{
	mkdir -p package/DEBIAN package/usr/share/hello package/etc
	echo text > package/usr/share/hello/text
	echo setting=1 > package/etc/hello.conf
	echo /etc/hello.conf > package/DEBIAN/conffiles
	printf '%s\n' 'Package: hello' 'Version: 1' 'Architecture: all' \
		'Maintainer: nobody <nobody@localhost>' 'Description: hello' \
		> package/DEBIAN/control
	printf '%s\n' '#!/bin/sh' 'echo "set up $1" > /usr/share/hello/state' \
		> package/DEBIAN/postinst
	chmod 755 package/DEBIAN/postinst
	mkdir -p repository
	dpkg-deb --root-owner-group -b package repository/hello.deb &&
		{
			cat package/DEBIAN/control
			echo "Filename: ./hello.deb"
			echo "Size: $(stat -c %s repository/hello.deb)"
			echo "SHA256: $(sha256sum repository/hello.deb | cut -d' ' -f1)"
		} > repository/Packages
	echo made
}

install_package()
{
	local root=/tmp/chores/root

	mkdir -p $root/{bin,etc/apt/preferences.d,tmp} \
		$root/var/{lib/dpkg/{info,updates,triggers},lib/apt/lists/partial,cache/apt/archives/partial,log}
	: > $root/var/lib/dpkg/status
	cp /bin/busybox $root/bin/sh
	echo "deb [trusted=yes] file:/tmp/chores/repository ./" > $root/etc/apt/sources.list
	printf '%s\n' "Dir \"$root\";" 'APT::Sandbox::User "root";' \
		'Dir::Bin::dpkg "/usr/bin/dpkg";' \
		"Dpkg::Options { \"--root=$root\"; };" \
		'Acquire::Languages "none";' 'Binary::apt::quiet "2";' > apt.conf
	apt-get -qq update && apt-get -qq -y install hello &&
		cat $root/usr/share/hello/state $root/etc/hello.conf
}

remove_package()
{
	[ -f "$APT_CONFIG" ] && apt-get -qq -y purge hello && ls /tmp/chores/root/usr/share
	echo "conf left: $(ls /tmp/chores/root/etc/hello.conf 2> /dev/null)"
}

# --- a program of several files ------------------------------------------------

compile()
{
	local i

	mkdir -p program
	for i in 1 2 3 4 5 6; do
		echo "int f$i(int x) { return x * $i; }" > program/f$i.c
	done
	{
		echo '#include <stdio.h>'
		echo 'int f1(int), f2(int), f3(int), f4(int), f5(int), f6(int);'
		echo 'int main(void) { printf("%d\n", f1(1) + f2(f3(f4(f5(f6(7)))))); }'
	} > program/main.c
	printf 'all: main\nmain: main.o f1.o f2.o f3.o f4.o f5.o f6.o\n\t$(CC) -o $@ $^\n' \
		> program/Makefile
	make -s -j2 -C program && program/main && rm program/f3.o &&
		make -s -C program && program/main
}

# --- git: objects, hard links, renames -------------------------------------------

use_git()
{
	git init -q one && cd one || return
	git config user.name n && git config user.email e@localhost
	mkdir -p a/b && seq 1000 > a/b/numbers && ln -s b/numbers a/link
	git add . && git commit -q -m first && git mv a c && git commit -q -m second
	cd .. && git clone -q --local one two && git -C two gc -q &&
		stat -c %h one/.git/objects/[0-9a-f][0-9a-f]/* | sort | uniq -c | tr -s ' \n' ' '
	git -C two worktree add -q ../three && git -C three log --oneline | cat
}

# As package managers of other languages leave trees: staged, linked, renamed
move_trees()
{
	mkdir -p store/.stage/x/lib modules && seq 100 > store/.stage/x/lib/index
	chmod 755 store/.stage/x/lib/index
	mv store/.stage/x store/x && cp -al store/x modules/x &&
		mv modules/x modules/.x-old && cp -al store/x modules/x &&
		rm -rf modules/.x-old && stat -c '%h %a' modules/x/lib/index
}

# --- languages -------------------------------------------------------------------

use_python()
{
	python3 - <<-'END'
	import errno, mmap, multiprocessing, os, socket, subprocess, tempfile, threading, unittest

	def square(x):
	    return x * x

	class Work(unittest.TestCase):
	    def test_files(self):
	        with tempfile.TemporaryDirectory() as d:
	            path = os.path.join(d, "f")
	            with open(path, "w+b") as f:
	                f.write(b"x" * 8192)
	                f.flush()
	                with mmap.mmap(f.fileno(), 0) as m:
	                    m[0:1] = b"y"
	            os.utime(path, (1, 2))
	            # a tmpfs has user attributes since Linux 6.6
	            try:
	                os.setxattr(path, "user.k", b"v")
	                self.assertEqual(os.getxattr(path, "user.k"), b"v")
	            except OSError as e:
	                self.assertEqual(e.errno, errno.ENOTSUP)
	            os.chmod(path, 0o600)
	            os.link(path, path + "2")
	            os.rename(path + "2", path + "3")
	            self.assertEqual(os.stat(path).st_nlink, 2)

	    def test_processes(self):
	        out = subprocess.run(["/bin/echo", "hi"], capture_output=True)
	        self.assertEqual(out.stdout, b"hi\n")
	        with multiprocessing.get_context("fork").Pool(2) as pool:
	            self.assertEqual(pool.map(square, range(4)), [0, 1, 4, 9])

	    def test_sockets(self):
	        server = socket.create_server(("127.0.0.1", 0))
	        def serve():
	            peer, _ = server.accept()
	            peer.sendall(peer.recv(10))
	            peer.close()
	        thread = threading.Thread(target=serve)
	        thread.start()
	        with socket.create_connection(server.getsockname()) as s:
	            s.sendall(b"ping")
	            self.assertEqual(s.recv(10), b"ping")
	        thread.join()
	        a, b = socket.socketpair()
	        socket.send_fds(a, [b"x"], [0])
	        self.assertEqual(len(socket.recv_fds(b, 1, 1)[1]), 1)

	    def test_signals(self):
	        import signal
	        got = []
	        signal.signal(signal.SIGUSR1, lambda *_: got.append(1))
	        os.kill(os.getpid(), signal.SIGUSR1)
	        self.assertEqual(got, [1])
	        child = subprocess.Popen(["/bin/sleep", "100"])
	        child.terminate()
	        self.assertEqual(child.wait(), -15)

	unittest.main(argv=["work"], verbosity=0)
	END
}

use_perl()
{
	perl -e '
	use strict; use Fcntl qw(:flock); use Socket; use File::Temp;
	my $f = File::Temp->new; flock($f, LOCK_EX) or die; print $f "text"; flock($f, LOCK_UN);
	socketpair(my $a, my $b, AF_UNIX, SOCK_STREAM, 0) or die;
	if (my $pid = fork) { close $b; print scalar <$a>; waitpid $pid, 0; print $? >> 8, "\n" }
	else { close $a; print $b "from a child\n"; exit 3 }
	print `echo shell`;'
}

use_sqlite()
{
	sqlite3 base.db 'pragma journal_mode=wal; create table t(a integer primary key, b text);
		with recursive n(i) as (select 1 union all select i+1 from n where i<5000)
		insert into t select i, hex(i) from n; create index x on t(b); vacuum;
		select count(*), sum(a) from t; pragma integrity_check;'
}

step package make_package
step install install_package
step remove remove_package
step compile compile
step git use_git
step trees move_trees
step python use_python
step perl use_perl
step sqlite use_sqlite
