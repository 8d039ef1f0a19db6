"""Starts the emulator in this process."""

import os
import threading
from typing import Any

import accounts
import connections
import consoles
import copies
import deprecation
import events
import fast_launch
import images
import network
import parameters
import passwords
import queues
import references
import resources
import sharing
import templates
from application import Application
from stackclock import StackClock
from werkzeug.serving import make_server


def start(clock_file: str, region: str) -> dict[str, Any]:
    """Returns the emulator's port and network."""
    clock = StackClock(clock_file)
    clock.follow()
    accounts.extend()
    consoles.extend()
    deprecation.extend()
    copies.extend()
    fast_launch.extend()
    images.extend()
    passwords.extend()
    queues.extend()
    templates.extend()
    references.extend()
    resources.extend()
    sharing.extend()
    lock = threading.RLock()
    validation = parameters.extend(lock)
    recorded_events = events.extend()

    application = Application(clock, lock, recorded_events, validation, region)
    server = make_server("127.0.0.1", 0, application, threaded=True, request_handler=connections.RequestHandler)
    os.environ["MOTO_PORT"] = str(server.server_port)
    place = {"port": server.server_port, "network": network.create(region)}
    threading.Thread(target=server.serve_forever, daemon=True).start()
    return place
