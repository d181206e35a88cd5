# shellcheck shell=bash disable=SC2034
# SPDX-License-Identifier: GPL-2.0-only
#
# nginx: ab, a proxied upload that does not fit into memory, a reload, logs
# reopened. It is attacked in the story that `make demo` tells, so there are no
# attacks here: this is for record.sh.
image=docker.io/library/nginx:1.22
program=/usr/sbin/nginx
argv=(/usr/sbin/nginx -g 'daemon off;')
quit=QUIT

prepare()
{
	echo '<h1>a page</h1>' > "$1/var/www/html/index.html"
	cat > "$1/etc/nginx/sites-enabled/default" <<-'END'
	server {
		listen 80 default_server;
		root /var/www/html;
		client_max_body_size 8m;
		location /upload {
			client_body_buffer_size 8k;
			proxy_pass http://127.0.0.1:8001/;
		}
	}
	END
}

ready()
{
	[ "$(curl -s http://127.0.0.1/)" = '<h1>a page</h1>' ]
}

workers()
{
	pgrep -P "$(crun_do state nginx | sed -n 's/.*"pid": *\([0-9]*\).*/\1/p')"
}

has_other_workers()
{
	local now

	now=$(workers) && [ "$now" != "$1" ]
}

work()
{
	local logs=$BUNDLES/nginx/rootfs/var/log/nginx old

	run ab -q -c 4 -n 100 http://127.0.0.1/
	like "$out" 'Failed requests: +0$' "nginx: no request of ab failed"
	head -c 1000000 /dev/zero > /tmp/megabyte
	run curl -s --data-binary @/tmp/megabyte http://127.0.0.1/upload
	succeeds "nginx: an upload goes to the server behind" grep -q upload "$logs/access.log"
	mv "$logs/access.log" "$logs/access.log.1"
	mv "$logs/error.log" "$logs/error.log.1"
	crun_do kill nginx USR1
	succeeds "nginx: new logs" wait_for 10 test -e "$logs/access.log" -a -e "$logs/error.log"
	old=$(workers)
	crun_do kill nginx HUP
	succeeds "nginx reloads" wait_for 20 has_other_workers "$old"
	succeeds "... and goes on" wait_for 20 ready
}
