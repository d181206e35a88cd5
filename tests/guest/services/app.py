# SPDX-License-Identifier: GPL-2.0-only
"""A small web application, as they are: a parent, a worker, SQLite, a log.

/ counts visits, /worker is who answers, /die ends that, and /eval?EXPRESSION is
the hole that an application should not have. SIGHUP: a new worker, the log anew.
"""
import http.server
import os
import signal
import socket
import sqlite3
import urllib.parse

DATA = "/var/lib/app/app.db"
LOG = "/var/log/app/access.log"


class Page(http.server.BaseHTTPRequestHandler):
    def do_GET(self):
        url = urllib.parse.urlsplit(self.path)
        try:
            text = self.answer(url.path, urllib.parse.unquote(url.query))
        except Exception as error:
            text = str(error)
        self.send_response(200)
        self.end_headers()
        self.wfile.write(text.encode() + b"\n")

    def answer(self, path, query):
        if path == "/worker":
            return str(os.getpid())
        if path == "/die":
            os._exit(1)
        if path == "/eval":
            return str(eval(query))
        with sqlite3.connect(DATA) as base:
            base.execute("insert into visits default values")
            return "visit %d" % base.execute("select count(*) from visits").fetchone()

    def log_message(self, form, *args):
        self.server.log.write(form % args + "\n")


def work(listener):
    signal.signal(signal.SIGHUP, signal.SIG_DFL)
    signal.signal(signal.SIGTERM, signal.SIG_DFL)
    server = http.server.HTTPServer(("", 0), Page, bind_and_activate=False)
    server.socket.close()
    server.socket = listener
    server.log = open(LOG, "a", buffering=1)
    server.serve_forever()


def main():
    with sqlite3.connect(DATA) as base:
        base.execute("create table if not exists visits (id integer primary key)")
    listener = socket.create_server(("127.0.0.1", 8000), backlog=64)
    worker = 0
    ending = False

    def end(*_):
        nonlocal ending
        ending = True
        os.kill(worker, signal.SIGTERM)

    signal.signal(signal.SIGTERM, end)
    signal.signal(signal.SIGHUP, lambda *_: os.kill(worker, signal.SIGTERM))
    while not ending:
        worker = os.fork()
        if worker == 0:
            work(listener)
        os.waitpid(worker, 0)


main()
