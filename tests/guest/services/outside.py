# SPDX-License-Identifier: GPL-2.0-only
"""Others on the machine of a service: outside.py SYSLOG

Two web servers, one that a proxy may reach (8001) and one that nobody should
(7000), and a syslog whose socket is SYSLOG and whose file is SYSLOG.txt.
"""
import http.server
import os
import socket
import sys
import threading


class Answer(http.server.BaseHTTPRequestHandler):
    def do_GET(self):
        body = b"from behind\n"
        self.send_response(200)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_):
        pass


def syslog(name):
    inbox = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
    inbox.bind(name)
    os.chmod(name, 0o666)
    with open(name + ".txt", "ab", buffering=0) as file:
        while True:
            file.write(inbox.recv(65536) + b"\n")


for port in 7000, 8001:
    server = http.server.ThreadingHTTPServer(("127.0.0.1", port), Answer)
    threading.Thread(target=server.serve_forever, daemon=True).start()
syslog(sys.argv[1])
