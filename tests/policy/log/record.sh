#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
#
# usage: tests/policy/log/record.sh
#
# Records nginx.json anew: what bailiffd logs, on a real kernel in the guest, of
# Debian's nginx under a policy that allows nothing and only watches. It starts,
# serves a page, passes a request on, reopens its logs, reads its configuration
# again, and ends. From then on the file is a fixture: tests/policy/run.sh holds
# what simulate and learn make of it against nginx.simulated and nginx.learned,
# which this script does not write.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/../../.."

if [ -z "${BAILIFF_TOP:-}" ]; then
	tests/guest/run.sh -- tests/policy/log/record.sh > tests/policy/log/nginx.new
	grep '"class"' tests/policy/log/nginx.new > tests/policy/log/nginx.json
	rm tests/policy/log/nginx.new
	wc -l tests/policy/log/nginx.json
	exit
fi

# ---- in the guest ----
. tests/guest/pace.sh
export PATH=$BAILIFF_TOP/build/bin:$PATH
log=/run/record/events.json
mkdir -p /run/record/policies
cat > /run/record/policies/nginx.yaml <<'END'
bailiff: 1
policy: nginx
mode: audit
END
cat > /etc/nginx/sites-enabled/default <<'END'
server {
	listen 80 default_server;
	root /var/www/html;
	location /behind { proxy_pass http://127.0.0.1:8081/; }
}
END
echo page > /var/www/html/index.html

answers()
{
	curl -s -f -o /dev/null "http://127.0.0.1/$1"
}

bailiffd --policies /run/record/policies --log $log >&2
wait_for 10 bailiffctl rules nginx > /dev/null
python3 -m http.server --bind 127.0.0.1 8081 > /dev/null 2>&1 &
behind=$!
bailiffctl run --policy nginx -- /usr/sbin/nginx -g 'daemon off;' >&2 &
wait_for 20 answers ''
wait_for 20 answers behind
for word in reopen reload; do
	kill -$([ $word = reopen ] && echo USR1 || echo HUP) "$(cat /run/nginx.pid)"
	sleep 2
	answers ''
done
kill -QUIT "$(cat /run/nginx.pid)"
wait %2 || :
kill $behind
sleep 2
cat $log
