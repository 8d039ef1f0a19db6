"""The AWS of the local stack: moto with what it lacks, on the stack's clock, on a free port of 127.0.0.1.

Says where everything is as one line of JSON on standard output, and ends when its standard input does: no emulator
outlives the process that started it.
"""

import argparse
import json
import os
import signal
import sys
import threading

os.environ["MOTO_EC2_LOAD_DEFAULT_AMIS"] = "false"

from werkzeug.serving import make_server

import events
import consoles
import deprecation
import images
import network
import parameters
import passwords
import references
from application import Application
from moto.moto_server.werkzeug_app import MotoRequestHandler
from stackclock import StackClock


class RequestHandler(MotoRequestHandler):
    """Keeps connections open: a client makes hundreds of calls."""

    protocol_version = "HTTP/1.1"


def main() -> None:
    arguments = argparse.ArgumentParser()
    arguments.add_argument("--clock", required=True, help="file with the stack's offset from real time in milliseconds")
    arguments.add_argument("--region", required=True)
    options = arguments.parse_args()
    # Ctrl-C reaches the whole process group; whoever started this still needs it to clean up.
    signal.signal(signal.SIGINT, signal.SIG_IGN)

    clock = StackClock(options.clock)
    clock.follow()
    consoles.extend()
    deprecation.extend()
    images.extend()
    passwords.extend()
    references.extend()
    lock = threading.RLock()
    validation = parameters.extend(lock)
    recorded_events = events.extend()

    application = Application(clock, lock, recorded_events, validation, options.region)
    server = make_server("127.0.0.1", 0, application, threaded=True, request_handler=RequestHandler)
    os.environ["MOTO_PORT"] = str(server.server_port)
    place = {"port": server.server_port, "network": network.create(options.region)}
    print(json.dumps(place), flush=True)

    threading.Thread(target=server.serve_forever, daemon=True).start()
    sys.stdin.buffer.read()
    # Long polls still wait in their threads; nothing here is worth waiting for.
    os._exit(0)


main()
