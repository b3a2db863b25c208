"""Serves a real Keystone on a free loopback port, and prints that port.

keystone.conf is found by Keystone itself, in the folder OS_KEYSTONE_CONFIG_DIR names.
"""

import socketserver
import sys
from wsgiref.simple_server import WSGIRequestHandler, WSGIServer, make_server

from keystone.server.wsgi import initialize_public_application


class ThreadingServer(socketserver.ThreadingMixIn, WSGIServer):
    daemon_threads = True


class QuietHandler(WSGIRequestHandler):
    def log_message(self, format, *args):
        pass


server = make_server(
    "127.0.0.1", 0, initialize_public_application(), ThreadingServer, QuietHandler
)
print(server.server_port, flush=True)
sys.stdout.close()
server.serve_forever()
